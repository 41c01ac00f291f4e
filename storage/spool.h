/*
 * What a terminal has to say and the centre has not yet confirmed: events on the terminal's own disk, in the order in which they
 * were taken. An event is taken when it is synced here, and forgotten when it is on the centre's disk. It survives a kill and a
 * power cut as the ledger does, by the same LMDB.
 *
 * Events stand under their place: 1, 2, 3 …, in the order of their taking, for the spool's whole life. Which number of the stream a
 * place has is noted beside them (`numbering`): the number is not known before the first Welcome, and may change when the centre
 * comes back from an older copy. The rules of that are spool_numbering's, below.
 *
 * A spool belongs to one key, and to one process at a time that takes or forgets: the lock of its folder is its user's to hold
 * (courier.h). Others may look. Any thread, at most some hundred calls at once; a call that writes waits for another's sync.
 */
#ifndef JUYAN_STORAGE_SPOOL_H
#define JUYAN_STORAGE_SPOOL_H

#include "wire.h"

struct spool;

enum { SPOOL_HASH_BYTES = 32, SPOOL_FILES_MAX = 4096 };

struct spool_options {
	const char *dir; /* made when it is missing and a key is named */
	uint64_t
	    bytes_max; /* of the file; 0: what it was, at first 1 GiB. The last eighth is for forgetting: taking stops before it */
	const uint8_t *key; /* the terminal's public key, another one's spool is CONTRADICTION. NULL: whose it is does not matter */
};

/*
 * Of a file (by a hash of its content) so many events have been taken. It is noted in the same sync as the events themselves, so
 * that a file counts once through any crash. The latest SPOOL_FILES_MAX files are known.
 */
struct spool_file {
	uint8_t hash[SPOOL_HASH_BYTES];
	uint64_t taken;
};

/* From `place` on the events have the numbers from `seq` on. place 0: not known yet. */
struct spool_numbering {
	uint64_t place;
	uint64_t seq;
};

struct spool_state {
	uint64_t settled; /* the last place that the centre has; 0: none */
	uint64_t taken;   /* the last place here; as many as taken - settled wait */
	struct spool_numbering numbering;
	int64_t oldest_ms;             /* when the oldest that waits was taken; 0: nothing waits */
	uint64_t lost;                 /* confirmed once, and no longer on file there: the centre came back from an older copy */
	uint64_t used_bytes;           /* of the room for events … */
	uint64_t room_bytes;           /* … which is less than bytes_max allows where the disk has less */
	uint8_t key[PUBLIC_KEY_BYTES]; /* whose it is */
};

struct spool_event {
	uint64_t place;
	int64_t taken_at_ms;
	struct span bytes;
};

/*
 * SETTING, CONTRADICTION, NOT_FOUND (no key, and there is no spool), FORMAT, DAMAGED, DISK, SYSTEM, NO_MEMORY. Another bytes_max
 * than before is taken up at once; a smaller one makes no file smaller.
 */
enum status spool_open(const struct spool_options *options, struct spool **out, struct reason *why) MUST_USE;
void spool_close(struct spool **spool);

/*
 * All of them or none, in one sync: with OK they are on disk, and *last is the place of the last. NO_ROOM: the spool or its disk is
 * full, and it says so; TOO_LARGE above EVENT_BYTES_MAX. DISK: what is on disk is not known; close it and open it again. `file`
 * (NULL: none) is what is true of their file once they are taken.
 */
enum status spool_take(struct spool *spool, const struct span *events, size_t n, int64_t now_ms, const struct spool_file *file,
    uint64_t *last, struct reason *why) MUST_USE;

/* How many events of this file were taken; 0 for one that is not known. */
enum status spool_file_taken(struct spool *spool, const uint8_t hash[SPOOL_HASH_BYTES], uint64_t *taken,
    struct reason *why) MUST_USE;

/*
 * Up to n events from this place on, copied into the arena; *n is how many there were (0: none wait there). Ends early where the
 * arena is full, after at least one.
 */
enum status spool_read(struct spool *spool, uint64_t place, struct arena *arena, struct spool_event *out, size_t *n,
    struct reason *why) MUST_USE;

/* The centre has all up to this place: they are forgotten here. NO_ROOM: nothing was; try again later. */
enum status spool_settle(struct spool *spool, uint64_t place, struct reason *why) MUST_USE;

/* Notes the numbers from `numbering.place` on, and adds to what was lost; synced before it returns. */
enum status spool_number(struct spool *spool, const struct spool_numbering *numbering, uint64_t lost, struct reason *why) MUST_USE;

/* Another key takes the spool over (the old one was lost or stolen): what waits gets new numbers at the next Welcome. */
enum status spool_hand_over(struct spool *spool, const uint8_t key[PUBLIC_KEY_BYTES], struct reason *why) MUST_USE;

enum status spool_state(struct spool *spool, struct spool_state *out, struct reason *why) MUST_USE;

/* What a Welcome means for a spool. */
enum spool_fit {
	SPOOL_FITS,     /* go on: all that is not settled is sent (again), and the centre answers "duplicate" for what it has */
	SPOOL_BEGINS,   /* the first Welcome: what waits follows the last number there */
	SPOOL_BEHIND,   /* the centre has less than it confirmed: it came back from an older copy. `lost` events are gone there */
	SPOOL_STRANGER, /* the centre has numbers that nothing here ever had: another process sends with this key */
	SPOOL_NONSENSE  /* no stream has such a number: nothing is to be done with this Welcome */
};

/*
 * The rule, pure: where the stream stands by the centre (`last`), and what the spool says. Out: the numbering to go on with (equal
 * to the spool's for SPOOL_FITS) and how many confirmed events are gone. Never a number twice for two events of this spool, and
 * never a gap, whatever the centre says. `out` and `lost` are not for use with SPOOL_NONSENSE.
 */
enum spool_fit spool_fit(const struct spool_state *state, uint64_t last, struct spool_numbering *out, uint64_t *lost);

#endif
