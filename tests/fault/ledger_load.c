/*
 * A ledger alone, without services, for the fault tests.
 *
 *     ledger_load write DIR EVENTS GROUP    goes on to so many events, a group at a time: "acked N" behind each, then "done N".
 *                                           A group that is refused (RETRY) is said and tried again, three times
 *     ledger_load check DIR ACKED EVENTS    truck_ledger_check, then on to so many events, and once more: "there N"
 *
 * Ends with 0; with 1 and one sentence where a check fails; with 4 and one sentence where the ledger has to stop.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "truck_ledger.h"

enum { WRONG = 1, USAGE = 2, STOPPED = 4, TRIES = 3 };

static int
fail(int code, enum status status, const struct reason *why)
{
	fprintf(stderr, "ledger_load: %s: %s\n", status_name(status), why->text);
	return code;
}

/* One write a line, at once: whoever records what this process does finds what it said in its place among the rest. */
__attribute__((format(printf, 1, 2))) static void
say(const char *format, ...)
{
	char line[SENTENCE_BYTES_MAX + 64];
	va_list list;
	va_start(list, format);
	int bytes = vsnprintf(line, sizeof line, format, list);
	va_end(list);
	if (bytes < 0 || write(STDOUT_FILENO, line, (size_t)bytes) != bytes)
		abort();
}

static enum status
write_all(struct truck_ledger *ledger, uint64_t events, size_t group, struct reason *why)
{
	enum status status = STATUS_OK;
	unsigned refused = 0;
	say("acked %" PRIu64 "\n", truck_ledger_tail(ledger));
	while (status == STATUS_OK && truck_ledger_tail(ledger) < events) {
		uint64_t left = events - truck_ledger_tail(ledger);
		status = truck_ledger_write(ledger, left < group ? (size_t)left : group, why);
		if (status == STATUS_OK)
			say("acked %" PRIu64 "\n", truck_ledger_tail(ledger));
		if (status_consequence(status) == RETRY && ++refused <= TRIES) {
			say("refused %s: %s\n", status_name(status), why->text);
			status = STATUS_OK;
		}
	}
	return status;
}

static int
run_write(const char *dir, uint64_t events, size_t group)
{
	struct reason why = { "" };
	struct truck_ledger *ledger = NULL;
	enum status status = truck_ledger_open(dir, &ledger, &why);
	if (status == STATUS_OK)
		status = write_all(ledger, events, group, &why);
	if (status == STATUS_OK)
		say("done %" PRIu64 "\n", truck_ledger_tail(ledger));
	truck_ledger_close(&ledger);
	return status == STATUS_OK ? 0 : fail(STOPPED, status, &why);
}

static enum status
go_on(const char *dir, uint64_t events, struct reason *why)
{
	struct truck_ledger *ledger = NULL;
	enum status status = truck_ledger_open(dir, &ledger, why);
	while (status == STATUS_OK && truck_ledger_tail(ledger) < events)
		status = truck_ledger_write(ledger, 1, why);
	truck_ledger_close(&ledger);
	return status;
}

static int
run_check(const char *dir, uint64_t acked, uint64_t events)
{
	struct reason why = { "" };
	uint64_t there = 0, then;
	enum status status = truck_ledger_check(dir, acked, &there, &why);
	if (status == STATUS_OK && there < events) {
		status = go_on(dir, events, &why);
		if (status == STATUS_OK)
			status = truck_ledger_check(dir, events, &then, &why);
	}
	if (status != STATUS_OK)
		return fail(WRONG, status, &why);
	say("there %" PRIu64 "\n", there);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "write") == 0)
		return run_write(argv[2], strtoull(argv[3], NULL, 10), strtoul(argv[4], NULL, 10));
	if (argc == 5 && strcmp(argv[1], "check") == 0)
		return run_check(argv[2], strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
	fprintf(stderr, "usage: ledger_load write DIR EVENTS GROUP | ledger_load check DIR ACKED EVENTS\n");
	return USAGE;
}
