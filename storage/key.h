/*
 * Keys and values of the tables as bytes. Keys are big-endian with texts ended by NUL, so that LMDB's plain byte order is the order
 * of numbers and names; values are little-endian. Writers assert that there is room; readers of keys assert, for a key that does
 * not fit is ours. Owns nothing; any thread.
 */
#ifndef JUYAN_STORAGE_KEY_H
#define JUYAN_STORAGE_KEY_H

#include <assert.h>
#include <string.h>

#include "wire.h"

enum { KEY_BYTES_MAX = 255 }; /* LMDB takes 511 */

struct key {
	size_t used;
	uint8_t bytes[KEY_BYTES_MAX];
};

static inline struct span
key_span(const struct key *key)
{
	return (struct span){ key->bytes, key->used };
}

static inline void
key_u8(struct key *key, unsigned value)
{
	assert(key->used < KEY_BYTES_MAX && value <= UINT8_MAX);
	key->bytes[key->used++] = (uint8_t)value;
}

static inline void
key_be(struct key *key, uint64_t value, size_t bytes)
{
	assert(key->used + bytes <= KEY_BYTES_MAX);
	for (size_t i = 0; i < bytes; i++)
		key->bytes[key->used++] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

/* The text may not hold a NUL; its end sorts before any longer text. */
static inline void
key_text(struct key *key, const char *text)
{
	size_t bytes = strlen(text) + 1;
	assert(key->used + bytes <= KEY_BYTES_MAX);
	memcpy(key->bytes + key->used, text, bytes);
	key->used += bytes;
}

static inline uint64_t
key_take_be(struct span *key, size_t bytes)
{
	assert(key->bytes >= bytes);
	uint64_t value = 0;
	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | key->data[i];
	key->data += bytes;
	key->bytes -= bytes;
	return value;
}

static inline const char *
key_take_text(struct span *key)
{
	const char *text = (const char *)key->data;
	size_t bytes = strnlen(text, key->bytes);
	assert(bytes < key->bytes);
	key->data += bytes + 1;
	key->bytes -= bytes + 1;
	return text;
}

/* ---- values: little-endian numbers at a place ---- */

static inline void
value_put(uint8_t *at, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static inline uint64_t
value_get(const uint8_t *at, size_t bytes)
{
	uint64_t value = 0;
	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

#endif
