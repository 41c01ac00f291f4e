/*
 * What concerns the process as a whole: what it may leave behind, how many files it may open, which signals it takes. For host.c,
 * in the main thread and before any other thread or socket.
 */
#ifndef JUYAN_BASE_PROCESS_H
#define JUYAN_BASE_PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "status.h"

/*
 * Files for the owner alone, 0, 1 and 2 open, no core dumps, SIGPIPE ignored, and room for the files that so many sessions need
 * (SETTING).
 */
enum status process_prepare(int64_t sessions, struct reason *why) MUST_USE;

/* False: every file descriptor is in use, and no more connections can be taken. Any thread. */
bool process_has_descriptors(void) MUST_USE;

struct process_signals {
	int fd;          /* readable when SIGINT, SIGTERM or SIGHUP has come; -1: not open */
	sigset_t before; /* the mask to go back to */
};

/* Blocks the three in this thread and in those that it starts from now on. */
enum status process_signals_open(struct process_signals *out, struct reason *why) MUST_USE;
/* Takes what has come meanwhile, so that a second Ctrl-C does not cut an orderly end short. */
void process_signals_close(struct process_signals *signals);

#endif
