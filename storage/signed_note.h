/*
 * Signed notes: a text that somebody can read, and below it a line for each who signed it (C2SP signed-note: c2sp.org). The keys'
 * texts are those that other programs for such notes read and write:
 *
 *     public    NAME+HASH+base64(1, public key)
 *     secret    PRIVATE+KEY+NAME+HASH+base64(1, seed)
 *
 * HASH is the first four bytes of SHA-256(NAME, newline, 1, public key) in hexadecimal. Signatures are Ed25519 (libsodium). Pure:
 * owns nothing, but for the randomness of a new key; who has a signer with a secret wipes it.
 */
#ifndef JUYAN_STORAGE_SIGNED_NOTE_H
#define JUYAN_STORAGE_SIGNED_NOTE_H

#include "wire.h"

enum {
	SIGNER_NAME_MAX = 64,
	SIGNING_PUBLIC_BYTES = 32,
	SIGNING_SECRET_BYTES = 64,
	SIGNER_TEXT_BYTES = 192,   /* of a key as text, with its NUL */
	SIGNATURE_LINE_BYTES = 192 /* of one signature, with its newline */
};

struct signer {
	char name[SIGNER_NAME_MAX + 1]; /* no space, no '+' */
	uint8_t public_key[SIGNING_PUBLIC_BYTES];
	uint8_t secret_key[SIGNING_SECRET_BYTES]; /* zero where only the public half is known */
};

/* A new key. SYNTAX for a name that cannot be. */
enum status signer_make(const char *name, struct signer *out, struct reason *why) MUST_USE;
void signer_wipe(struct signer *signer);
void signer_public_text(const struct signer *signer, char out[SIGNER_TEXT_BYTES]);
void signer_secret_text(const struct signer *signer, char out[SIGNER_TEXT_BYTES]);
/* Reads either text; SYNTAX where it is none. */
enum status signer_parse(const char *text, struct signer *out, struct reason *why) MUST_USE;

/* The empty line and the line of this signer's signature, to stand behind a text that ends with a newline. */
void signed_note_sign(struct span text, const struct signer *signer, char out[SIGNATURE_LINE_BYTES]);
/* The part of a note that this signer has signed, lent. UNDECODABLE with what is wrong: no note, not signed by him, or changed. */
enum status signed_note_open(struct span note, const struct signer *signer, struct span *text, struct reason *why) MUST_USE;

#endif
