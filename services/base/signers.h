/*
 * Signers' keys (signed_note.h) in files: the secret in PATH, what others check with in PATH.pub. Who has a signer wipes it
 * (signer_wipe).
 */
#ifndef JUYAN_BASE_SIGNERS_H
#define JUYAN_BASE_SIGNERS_H

#include "signed_note.h"

/* Makes a key of this name, in both files. CONTRADICTION: there is one. */
enum status signers_make(const char *path, const char *name, struct signer *out, struct reason *why) MUST_USE;
/* A key from its file; `secret`: the secret half is needed. NOT_FOUND, SYNTAX and what key_line_load says. */
enum status signers_load(const char *path, bool secret, struct signer *out, struct reason *why) MUST_USE;

#endif
