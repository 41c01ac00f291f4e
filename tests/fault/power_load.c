/*
 * Cuts the power of a recorded run of `ledger_load write FOLDER …` (cutter.h), and opens what is left with the real ledger: every
 * image has to pass truck_ledger_check with all that the run had acknowledged by then.
 *
 *     power_load LOG FOLDER TARGET SEED BETWEEN [FROM [STEP]]
 */
#include <inttypes.h>
#include <stdio.h>

#include "cutter.h"
#include "truck_ledger.h"

static void
hear(void *user, const char *line)
{
	uint64_t *acked = user;
	unsigned long long said;
	if (sscanf(line, "acked %llu", &said) == 1)
		*acked = said;
}

static enum status
check(void *user, const char *target, struct reason *why)
{
	const uint64_t *acked = user;
	uint64_t there;
	return truck_ledger_check(target, *acked, &there, why);
}

int
main(int argc, char **argv)
{
	uint64_t acked = 0;
	struct cutter cutter = { .lock = "ledger/lock.mdb", .said = hear, .check = check, .user = &acked };
	return cutter_run(&cutter, argc, argv);
}
