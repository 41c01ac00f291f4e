/*
 * What a key has sent: a small text log beside the key's file (KEY.sent), so that the same file sent twice goes under its old
 * numbers, and an interrupted one goes on. It holds, for each stretch of a file that went under consecutive numbers, the file's
 * content (BLAKE2b of file and mapping), the stretch's first event and number, and how many are known to be on the centre's disk.
 * Only lines are added.
 *
 * One process at a time has the log of a key (IN_USE for others): two that number one stream at once would take each other's
 * numbers. An open log owns its memory and its lock. One thread.
 */
#ifndef JUYAN_TOOLS_SENT_H
#define JUYAN_TOOLS_SENT_H

#include <stdbool.h>

#include "wire.h"

enum { SENT_HASH_BYTES = 32, SENT_RANGES_MAX = 256 };

struct sent;

struct sent_hash {
	uint8_t bytes[SENT_HASH_BYTES];
};

/* `count` events of a file, from its event `index` (from 0) on, went under the numbers from `first` on. */
struct sent_range {
	uint64_t index;
	uint64_t first;
	uint64_t count; /* known to be on disk */
	bool open;      /* it was not ended: more than `count` may be on disk */
};

/* Whether a file can be read twice, and so be remembered: a pipe cannot. */
bool sent_can_remember(const char *path);
/* Of a file and the mapping it is read with (NULL: none). SYSTEM. */
enum status sent_digest(const char *path, const char *mapping_path, struct sent_hash *out, struct reason *why) MUST_USE;

/* The log of this key towards this centre (by its public key); made where there is none. IN_USE, SYSTEM, SYNTAX "FILE:LINE: …". */
enum status sent_open(const char *key_path, const uint8_t server_key[PUBLIC_KEY_BYTES], struct sent **out,
    struct reason *why) MUST_USE;
void sent_close(struct sent **sent);

/*
 * What is known of a file, in the order of its events and without holes. SYNTAX when the log contradicts itself.
 */
enum status sent_find(const struct sent *sent, const struct sent_hash *hash, struct sent_range ranges[SENT_RANGES_MAX], size_t *n,
    struct reason *why) MUST_USE;
/* The highest number that the centre is known to have acknowledged; 0: none. */
uint64_t sent_last(const struct sent *sent);
/* Whether the last stretch was never ended: its sender was killed, or lost its centre. */
bool sent_cut_off(const struct sent *sent);
/* Where the next stretch, of any file, begins behind this number; UINT64_MAX: there is none. */
uint64_t sent_next_first(const struct sent *sent, uint64_t first);

/* Writes that a stretch begins, goes on or (not `open`) has ended. Begin and end are synced before they return. SYSTEM. */
enum status sent_note(struct sent *sent, const struct sent_hash *hash, const struct sent_range *range, const char *name,
    struct reason *why) MUST_USE;
/* From now on the file is not known. */
enum status sent_forget(struct sent *sent, const struct sent_hash *hash, struct reason *why) MUST_USE;
/* The centre has nothing behind `last` any more (it was restored from a copy): what the log says beyond does not hold. */
enum status sent_cut(struct sent *sent, uint64_t last, struct reason *why) MUST_USE;

#endif
