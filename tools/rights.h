/*
 * Who may send and who may ask: the terminals of the registry as `juyan keys` sees and changes them. Texts given are lent; one
 * thread.
 */
#ifndef JUYAN_TOOLS_RIGHTS_H
#define JUYAN_TOOLS_RIGHTS_H

#include <stdbool.h>

#include "options.h"

/* What is NULL or false was not said: a terminal that is known already keeps what it has. */
struct rights {
	const char *name;
	const char *ports; /* ids with commas between, or "*" */
	const char *kinds; /* names of Event.what with commas between, or "*" */
	bool administrator;
	bool reader;
	bool site; /* another ledger, which sends its journal */
	const char
	    *replaces; /* as rights_revoke's `whom`: its name and rights are the draft, and it is revoked in the same change */
	const char *by;
	const char *reason;
};

/* `key` is a .pub file or a key itself. Prints the terminal's number. */
enum status rights_authorise(const struct tool_connection *connection, const char *key, const struct rights *rights,
    struct reason *why) MUST_USE;
/* `whom` is a .pub file, a key, a number or a name. */
enum status rights_revoke(const struct tool_connection *connection, const char *whom, const char *by, const char *reason,
    struct reason *why) MUST_USE;
enum status rights_list(const struct tool_connection *connection, bool json, struct reason *why) MUST_USE;

#endif
