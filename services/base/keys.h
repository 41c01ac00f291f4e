/*
 * CURVE key pairs and the files they live in. A secret stands in a file of its own (one line, Z85, mode 0600), its public half
 * beside it with the ending ".pub". A secret file that others can read is refused; the two keys printed in ZeroMQ's manual are
 * refused.
 */
#ifndef JUYAN_BASE_KEYS_H
#define JUYAN_BASE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "status.h"

enum { KEY_TEXT_BYTES = 41 }; /* Z85 and its NUL */

struct key_pair {
	uint8_t public_key[PUBLIC_KEY_BYTES];
	uint8_t secret_key[PUBLIC_KEY_BYTES];
};

void key_pair_make(struct key_pair *out);
void key_pair_wipe(struct key_pair *keys);
/* PATH (secret) and PATH.pub are written and synced; an existing file is never overwritten (CONTRADICTION). */
enum status key_pair_save(const struct key_pair *keys, const char *path, struct reason *why) MUST_USE;
enum status key_pair_load(const char *path, struct key_pair *out, struct reason *why) MUST_USE;
/* Loads the pair; where there is none, makes and saves it first. Two processes that do this at once get the same pair. */
enum status key_pair_ensure(const char *path, struct key_pair *out, struct reason *why) MUST_USE;
/* Writes a public key alone, as key_pair_save does beside the secret. */
enum status key_public_save(const uint8_t key[PUBLIC_KEY_BYTES], const char *path, struct reason *why) MUST_USE;
/* Reads a public key from a .pub file. */
enum status key_public_load(const char *path, uint8_t out[PUBLIC_KEY_BYTES], struct reason *why) MUST_USE;
/*
 * A line of text in a file of its own, likewise: whole and synced or not there, never over another (CONTRADICTION). For keys of
 * another form than CURVE's.
 */
enum status key_line_save(const char *line, const char *path, bool secret, struct reason *why) MUST_USE;
/* Reads it, ended by NUL, without its newline. NOT_FOUND, SYNTAX where it is no line of so many bytes; SETTING as for secrets. */
enum status key_line_load(const char *path, bool secret, size_t bytes, char *out, struct reason *why) MUST_USE;
/* Z85 (40 characters) or hexadecimal (64). */
bool key_parse(const char *text, uint8_t out[PUBLIC_KEY_BYTES]) MUST_USE;
/* True for the keys that are printed in zmq_curve(7), and for a key of zeros: everybody has their secret halves. */
bool key_published(const uint8_t key[PUBLIC_KEY_BYTES]) MUST_USE;
void key_format(const uint8_t key[PUBLIC_KEY_BYTES], char out[KEY_TEXT_BYTES]);

#endif
