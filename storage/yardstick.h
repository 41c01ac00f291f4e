/*
 * What storing events on this disk costs at the very least: the measures that `juyan bench` holds the ledger against.
 * Nothing here is part of a ledger; it makes files of its own in the folder that it is given, and leaves them for the caller
 * to remove.
 */
#ifndef JUYAN_STORAGE_YARDSTICK_H
#define JUYAN_STORAGE_YARDSTICK_H

#include "wire.h"

/*
 * A bare LMDB loop: one table, one put (at the end) for each event, `per_commit` of them in a synced transaction. commit_ns
 * takes one value for each transaction, *bytes the pages used. DISK, NO_MEMORY.
 */
enum status yardstick_lmdb(const char *dir, const struct span *events, size_t n, size_t per_commit, int64_t *commit_ns,
    uint64_t *bytes, struct reason *why) MUST_USE;

/* Appends `bytes` to a file and syncs it by fdatasync, n times; sync_ns takes how long each took. */
enum status yardstick_sync(const char *dir, size_t bytes, size_t n, int64_t *sync_ns, struct reason *why) MUST_USE;

#endif
