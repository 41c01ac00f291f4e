/*
 * A ledger for a moment: an empty one in a folder of its own, into which a journal is replayed, and which is removed with its
 * folder. Not synced. Whoever opens it closes it; a folder that was there before is refused and left alone.
 */
#ifndef JUYAN_STORAGE_SCRATCH_H
#define JUYAN_STORAGE_SCRATCH_H

#include "ledger.h"

struct scratch {
	struct env *env;
	struct ledger *ledger;
	char dir[256]; /* empty: there is nothing to remove */
};

/* map_bytes: 0 for the default. CONTRADICTION where the folder exists; SYSTEM and others of env_open. */
enum status scratch_open(const char *dir, uint64_t map_bytes, struct scratch *out, struct reason *why) MUST_USE;
void scratch_close(struct scratch *scratch); /* safe on a zeroed one */
/* Removes a folder that a ledger stands in, and nothing but what a ledger consists of. */
void scratch_remove(const char *dir);

#endif
