/*
 * Checkpoints of a data folder: the key that signs them, and the files that they are kept in.
 *
 *     DIR/keys/checkpoint.key, .pub       a signer's key (signed_note.h); without it nothing is signed
 *     DIR/checkpoints/2026-11-21-48211.txt  each one made: its day (UTC) and the number of its last event
 *
 * Who has a signer wipes it (signer_wipe).
 */
#ifndef JUYAN_BASE_CHECKPOINTS_H
#define JUYAN_BASE_CHECKPOINTS_H

#include "checkpoint.h"

enum { CHECKPOINT_PATH_BYTES = 512 };

/* Makes the key. CONTRADICTION: there is one. */
enum status checkpoints_make_key(const char *dir, const char *name, struct signer *out, struct reason *why) MUST_USE;
/* The folder's own key, with its secret. NOT_FOUND with the sentence that tells how to make one. */
enum status checkpoints_key(const char *dir, struct signer *out, struct reason *why) MUST_USE;
/* A public key from a file. */
enum status checkpoints_public_key(const char *path, struct signer *out, struct reason *why) MUST_USE;

/* Reads a checkpoint's file that this signer signed; `out` is freed by the caller. */
enum status checkpoints_load(const char *path, const struct signer *signer, struct checkpoint *out, struct reason *why) MUST_USE;

/*
 * Makes one of the newest snapshot, signs and keeps it; gives it, its text in the arena, and the path of its file. What is made
 * again at the same event on the same day takes the other's place.
 */
struct checkpoint_kept {
	struct checkpoint checkpoint; /* freed by the caller */
	struct span text;
	char path[CHECKPOINT_PATH_BYTES];
};
enum status checkpoints_keep(struct env *env, const char *dir, const struct signer *signer, int64_t now_ms, struct arena *arena,
    struct checkpoint_kept *out, struct reason *why) MUST_USE;

/* When the newest one that is kept, and that this signer signed, was made; 0: there is none. */
int64_t checkpoints_last_made(const char *dir, const struct signer *signer);

#endif
