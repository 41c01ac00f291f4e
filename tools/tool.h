/*
 * The subcommands of `juyan`, each in a file of its own: tool_NAME gets the arguments behind it, with argv[0] "juyan NAME", and
 * returns the exit code. One table holds their names and the line that `juyan --help` shows. Used by the main thread.
 */
#ifndef JUYAN_TOOLS_TOOL_H
#define JUYAN_TOOLS_TOOL_H

#include "status.h"

#define TOOL_LIST(X) \
	X(serve, "run the services: take events, answer questions") \
	X(found, "make a new ledger, once") \
	X(send, "send events from files to a running Juyan") \
	X(gateway, "keep events on this machine's disk, and bring them to the centre") \
	X(spool, "look into what waits on this machine's disk, and hand it over to another key") \
	X(totals, "show tonnage of any period, split as you like") \
	X(watch, "show what happens, as it happens") \
	X(report, "report a day, a month, a year or any range: table, CSV, XLSX, PDF, JSON") \
	X(goal, "will a goal be reached, when, and how sure is that") \
	X(plan, "what it would take to reach a goal") \
	X(scenario, "compare declared changes of the future, side by side") \
	X(why, "what a forecast is made of, and why it moved") \
	X(override, "planners' judgements that forecasts follow: add, list, withdraw") \
	X(relay, "show how far the journal has come to headquarters") \
	X(batch, "show all that is known of one batch, and how it came to be") \
	X(attention, "show what asks for a person now, and note what was seen") \
	X(machines, "show how gates, scales and AGVs stand, and how long each was available") \
	X(sites, "show the sites whose journals come here, and how far they have come") \
	X(quarantine, "look at events that were not counted, and settle them") \
	X(registry, "show, compare and change ports, groups, terminals, calendars") \
	X(history, "take published totals from before the ledger, and list them") \
	X(keys, "make keys, and say who may send and who may ask") \
	X(users, "say who may log in to the dashboard, and as what") \
	X(verify, "recount the journal and prove that the totals are right") \
	X(checkpoint, "sign where the ledger stands, so that it can be proved later") \
	X(export, "write a stretch of the journal as a file that anyone can check") \
	X(backup, "copy what is new to a folder, while Juyan runs") \
	X(restore, "make a data folder of a backup") \
	X(compact, "give back the disk that a ledger does not need") \
	X(upgrade, "bring a ledger of an older version to this one's form") \
	X(simulate, "make a believable port's events, in files or live") \
	X(forecast, "tell how tonnage, or any series in a file, goes on, and how sure that is") \
	X(backtest, "tell how far such forecasts were off, beside naive ones") \
	X(warehouse, "show how the copy in PostgreSQL stands, and the SQL that makes it") \
	X(bench, "measure this machine")

#define X(name, help) int tool_##name(int argc, char **argv);
TOOL_LIST(X)
#undef X

enum {
	TOOL_FINE = 0,
	TOOL_WRONG = 1,      /* some input was wrong, or the answer is "not right" */
	TOOL_USAGE = 2,      /* a command line or a setting that cannot be */
	TOOL_FAILED = 3,     /* the machine or the connection failed */
	TOOL_UNREADABLE = 4, /* the ledger on disk is damaged, or of another format: trying again will not help */
};

/* The exit code that follows from a status. */
int tool_exit(enum status status);
/* Says "juyan NAME: sentence" on stderr and returns the exit code. */
int tool_fail(const char *name, enum status status, const struct reason *why);

#endif
