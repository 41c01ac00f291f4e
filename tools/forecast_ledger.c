/* `juyan forecast` of the ledger. */
#include "forecast_parts.h"

enum status
forecast_of_ledger(const struct forecast_command *command, struct reason *why)
{
	(void)command;
	return reason_say(why, STATUS_USAGE, "--series FILE is needed");
}
