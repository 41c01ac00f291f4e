/*
 * Which process runs which service on a data folder: DIR/run/NAME.lock, held by whoever runs NAME, with his process number in it.
 * The lock goes with the process, however it ends. Asking whether it is held does not disturb who is about to take it (which flock
 * could not do).
 */
#ifndef JUYAN_BASE_LOCK_H
#define JUYAN_BASE_LOCK_H

#include <stdbool.h>

#include "status.h"

/* The folder has to be there. *fd holds the lock until it is closed. IN_USE "in use by process N". */
enum status lock_take(const char *dir, const char *name, int *fd, struct reason *why) MUST_USE;
bool lock_held(const char *dir, const char *name) MUST_USE;
/* Held, and by this very process: the service can be reached without leaving it. */
bool lock_is_ours(const char *dir, const char *name) MUST_USE;

#endif
