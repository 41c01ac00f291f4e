/*
 * A checkpoint: a signed statement of where the journal stood and what the totals were, small enough to be printed, mailed or
 * pinned to a wall. Whoever has one and the public key can show later whether a ledger, a backup or an exported stretch still
 * says the same.
 *
 * The text is a signed note as transparency logs use them (C2SP signed-note and tlog-checkpoint: c2sp.org): an origin, the number
 * of events, the value that names them all in base64, then lines of our own; an empty line; a line for each signature.
 *
 *     juyan ledger 6f1c…e2
 *     48211
 *     9dXkqB…=
 *     received 2026-11-21T15:59:58.120Z
 *     made 2026-11-21T16:00:00.412Z
 *     total ceke 2026 IMPORT TRUCK 1803311420 kg 61204 units 61101 batches
 *
 *     — NAME KEYHASH+SIGNATURE
 *
 * Pure but for the disk that it is given: no clock, no socket. Signatures are Ed25519 (libsodium).
 */
#ifndef JUYAN_STORAGE_CHECKPOINT_H
#define JUYAN_STORAGE_CHECKPOINT_H

#include "journal.h"

enum {
	CHECKPOINT_TEXT_MAX = 256 * 1024,
	CHECKPOINT_TOTALS_MAX = 4096, /* ports x years x directions x modes; the oldest years go first, and it is said */
	SIGNER_NAME_MAX = 64,
	SIGNING_PUBLIC_BYTES = 32,
	SIGNING_SECRET_BYTES = 64
};

struct signer {
	char name[SIGNER_NAME_MAX + 1]; /* no space, no '+' */
	uint8_t public_key[SIGNING_PUBLIC_BYTES];
	uint8_t secret_key[SIGNING_SECRET_BYTES]; /* zero where only the public half is known */
};

/* One line of totals: a port's year, by direction and mode, all bases and groups together. */
struct checkpoint_total {
	char port[PORT_BYTES_MAX + 1];
	int32_t year;
	int direction; /* as in proto */
	int mode;
	int64_t net_kg;
	int64_t units;
	int64_t batches;
};

struct checkpoint {
	uint8_t ledger[CHAIN_BYTES]; /* see archive.h */
	uint64_t lsn;
	uint8_t chain[CHAIN_BYTES];
	int64_t received_at_ms; /* of the event `lsn` */
	int64_t made_at_ms;
	struct checkpoint_total *totals; /* owned; free with checkpoint_free */
	size_t n_totals;
};

/* Of the newest snapshot. NOT_FOUND: the ledger is empty. */
enum status checkpoint_make(struct env *env, int64_t now_ms, struct checkpoint *out, struct reason *why) MUST_USE;
void checkpoint_free(struct checkpoint *checkpoint); /* safe on a zeroed one */

/* The signed text, ended by NUL, in the arena. TOO_LARGE, NO_MEMORY. */
enum status checkpoint_write(const struct checkpoint *checkpoint, const struct signer *signer, struct arena *arena, struct span *out,
    struct reason *why) MUST_USE;
/*
 * Reads a text and checks that this signer signed it. UNSIGNED-like failures and a wrong form come as UNDECODABLE with a sentence
 * that says which; nothing of an unsigned text is given.
 */
enum status checkpoint_read(struct span text, const struct signer *signer, struct checkpoint *out, struct reason *why) MUST_USE;

#endif
