/*
 * One process at a time sends with a key: two that number one stream at once would take each other's numbers. Each that sends
 * takes the lock first, the log's (sent.h) and the administrator's (administer.h) alike. Any thread.
 */
#ifndef JUYAN_BASE_KEY_LOCK_H
#define JUYAN_BASE_KEY_LOCK_H

#include "status.h"

/* Waits at most so long. The caller owns the lock, and closes *fd to give it back. IN_USE, SYSTEM. */
enum status key_lock(const char *key_path, int wait_ms, int *fd, struct reason *why) MUST_USE;

#endif
