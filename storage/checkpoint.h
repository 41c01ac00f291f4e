/*
 * A checkpoint: a signed statement of where the journal stood and what the totals were, small enough to be printed, mailed or
 * pinned to a wall. Whoever has one and the public key can show later whether a ledger, a backup or an exported stretch still
 * says the same.
 *
 * The text is a signed note as transparency logs use them (signed_note.h; C2SP tlog-checkpoint: c2sp.org): an origin, the number
 * of events, the value that names them all in base64, then lines of our own; an empty line; a line for each signature.
 *
 *     juyan ledger 6f1c…e2
 *     48211
 *     9dXkqB…=
 *     received 2026-11-21T15:59:58.120Z
 *     made 2026-11-21T16:00:00.412Z
 *     total ceke 2026 import truck 1803311420 kg 61204 units 61101 batches
 *
 *     — NAME HASH+SIGNATURE
 *
 * Where there are more totals than CHECKPOINT_TOTALS_MAX, the oldest years are left out, and a line "totals from 2019" says so.
 * Pure but for the ledger that it is given: no clock, no socket.
 */
#ifndef JUYAN_STORAGE_CHECKPOINT_H
#define JUYAN_STORAGE_CHECKPOINT_H

#include "journal.h"
#include "signed_note.h"

enum {
	CHECKPOINT_TEXT_MAX = 256 * 1024,
	CHECKPOINT_TOTALS_MAX = 2048, /* ports x years x directions x modes */
	CHECKPOINT_DIFFERENCE_BYTES = 512
};

/* One line of totals: a port's year, by direction and mode, all bases and groups together. */
struct checkpoint_total {
	char port[PORT_BYTES_MAX + 1];
	uint32_t year;
	Juyan__V1__Direction direction;
	Juyan__V1__Mode mode;
	int64_t net_kg;
	int64_t units;
	int64_t batches;
};

struct checkpoint {
	uint8_t ledger[CHAIN_BYTES]; /* see stretch.h */
	uint64_t lsn;
	uint8_t chain[CHAIN_BYTES];
	int64_t received_at_ms; /* of the event `lsn` */
	int64_t made_at_ms;
	uint32_t totals_from;            /* years before this one are left out; 0: none is */
	struct checkpoint_total *totals; /* owned; free with checkpoint_free. By year, port, direction, mode */
	size_t n_totals;
};

/* Of the newest snapshot. NOT_FOUND: the ledger is empty. */
enum status checkpoint_make(struct env *env, int64_t now_ms, struct checkpoint *out, struct reason *why) MUST_USE;
void checkpoint_free(struct checkpoint *checkpoint); /* safe on a zeroed one */

/* The signed text in the arena. TOO_LARGE, NO_MEMORY. */
enum status checkpoint_write(const struct checkpoint *checkpoint, const struct signer *signer, struct arena *arena,
    struct span *out, struct reason *why) MUST_USE;
/*
 * Reads a text that this signer has signed. UNDECODABLE with a sentence: not signed by him, changed, or no checkpoint; nothing of
 * a text that is not signed is given. `out` is freed by the caller.
 */
enum status checkpoint_read(struct span text, const struct signer *signer, struct checkpoint *out, struct reason *why) MUST_USE;

/*
 * Whether what a journal gives (`found`: checkpoint_make when it stood at the same event) is what was published; else the first
 * thing that does not fit, in a sentence. When each was made does not matter.
 */
bool checkpoint_fits(const struct checkpoint *published, const struct checkpoint *found,
    char difference[CHECKPOINT_DIFFERENCE_BYTES]);

/* A chain value or a ledger's name for people: 64 hexadecimal digits and a NUL. */
enum { CHAIN_TEXT_BYTES = 2 * CHAIN_BYTES + 1 };
void chain_text(const uint8_t chain[CHAIN_BYTES], char out[CHAIN_TEXT_BYTES]);

#endif
