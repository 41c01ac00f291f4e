/*
 * The registry of a running Juyan, as commands use it: all records asked for, and changes sent to it as an administrator's events.
 * The list of records is owned (registry_use_close), the records live in the caller's arena. One thread.
 */
#ifndef JUYAN_TOOLS_REGISTRY_USE_H
#define JUYAN_TOOLS_REGISTRY_USE_H

#include "asking.h"
#include "registry_diff.h"

struct registry_sign; /* registry_sign.h */

struct registry_use {
	const Juyan__V1__RegistryRecord **records;
	size_t n;
	size_t room;
};

/* `kind`: the record_case of one kind, or 0 for all. What is answered passes registry_check. Close *out whatever comes of it. */
enum status registry_use_ask(struct asking *asking, int kind, struct arena *arena, struct registry_use *out) MUST_USE;
void registry_use_close(struct registry_use *use);

/*
 * Sends what a diff says, in as many events as it takes; `by` NULL: the user's name. `name` is the command's, for a word on stderr
 * where some events were taken and then one was not. `sign`: what stands apart in the diff is signed; NULL: there is nothing such.
 */
enum status registry_use_change(const struct tool_connection *connection, const struct registry_diff *diff,
    struct registry_sign *sign, const char *by, const char *reason, const char *name, struct reason *why) MUST_USE;

#endif
