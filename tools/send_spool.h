/*
 * `juyan send --spool`: events of files into a spool on this machine's disk, and from there to the centre. A file counts once: how
 * many of its events were taken stands in the spool, in the same sync as the events. One thread.
 */
#ifndef JUYAN_TOOLS_SEND_SPOOL_H
#define JUYAN_TOOLS_SEND_SPOOL_H

#include "delivery.h"
#include "options.h"

struct send_spool_options {
	const char *dir;
	const struct tool_connection *connection;
	char *const *files; /* none: what waits is brought */
	size_t n_files;
	const char *map_path;
	const struct mapping *mapping;
	bool again; /* a file that was taken before is taken once more */
	bool json;
	int wait_ms; /* for a centre that is away, since the last sign of life */
	const volatile sig_atomic_t *stop;
	struct send_report *report; /* hears of wrong lines, and of what a person should know */
};

/* Says how it ended; the exit code: that of `juyan send`. */
int send_spool(const struct send_spool_options *options);

#endif
