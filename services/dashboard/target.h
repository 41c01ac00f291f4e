/*
 * A request's target taken apart: the parts of its path and its parameters, with %XX undone in each. What is no target, or holds
 * what no name of ours can (a NUL, a '/' behind %2F that is no batch number's, bytes that are no UTF-8), is refused; "." and ".."
 * are names like any other, and nothing here is ever a file's. Pure; the texts lie in the target. Any thread.
 */
#ifndef JUYAN_DASHBOARD_TARGET_H
#define JUYAN_DASHBOARD_TARGET_H

#include <stddef.h>

#include "status.h"

enum { TARGET_PARTS_MAX = 8, TARGET_PARAMETERS_MAX = 16, TARGET_BYTES_MAX = 2048 };

struct target {
	size_t n_parts;
	const char *parts[TARGET_PARTS_MAX]; /* "/api/v1/live": "api", "v1", "live"; "/": none */
	size_t n_parameters;
	struct {
		const char *name, *value;
	} parameters[TARGET_PARAMETERS_MAX];
	const char *path; /* as it came, without the query */
	char text[2 * TARGET_BYTES_MAX + 2];
};

/* SYNTAX, NOT_TEXT, TOO_LARGE, TOO_MANY with a sentence. */
enum status target_read(const char *asked, struct target *out, struct reason *why) MUST_USE;

#endif
