/* `juyan backtest` of the ledger. */
#include "backtest_parts.h"

enum status
backtest_of_ledger(const struct backtest_command *command, struct verdict *out, char *picture[BACKTEST_PICTURES],
    struct reason *why)
{
	(void)command;
	(void)out;
	(void)picture;
	return reason_say(why, STATUS_USAGE, "--series FILE is needed");
}
