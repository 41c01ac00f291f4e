/*
 * Changes of the registry that were decided elsewhere: their signatures, and the table of those that were taken, one after another
 * for each authority. Owns nothing.
 */
#ifndef JUYAN_STORAGE_DECREES_H
#define JUYAN_STORAGE_DECREES_H

#include "authorities.h"
#include "signed_note.h"
#include "store.h"

_Static_assert((int)SIGNING_PUBLIC_BYTES == (int)PUBLIC_KEY_BYTES, "an authority's key is a signer's");

/* Signs a change, an encoded RegistryChanged: `said` has all but the signature, which is written to `out` and set. TOO_LARGE. */
enum status decree_sign(Juyan__V1__Decreed *said, const struct signer *signer, uint8_t out[SIGNATURE_BYTES],
    struct reason *why) MUST_USE;
/* Whether this authority has signed it. */
bool decree_signed_by(const Juyan__V1__Decreed *said, const struct authority *authority);
/* What it changes, decoded into the arena and checked in its form, all of kinds that the authority decides. */
enum status decree_change(const Juyan__V1__Decreed *said, const struct authority *authority, struct arena *arena,
    const Juyan__V1__RegistryChanged **out, struct reason *why) MUST_USE;

/* The number of the last one that was taken; 0: none. */
enum status decrees_last(const struct store *store, const char *authority, uint64_t *out) MUST_USE;
/* NOT_FOUND. */
enum status decrees_find(const struct store *store, const char *authority, uint64_t number, uint64_t *lsn) MUST_USE;
enum status decrees_put(const struct store *store, const char *authority, uint64_t number, uint64_t lsn) MUST_USE;
/* The encoded events behind `after`, as many as fit into `bytes_max`, copied into the arena. */
enum status decrees_after(const struct store *store, const char *authority, uint64_t after, size_t bytes_max, struct arena *arena,
    ProtobufCBinaryData **out, size_t *n) MUST_USE;

/* Who decides anything for this ledger, and up to where it was taken, as of one snapshot. Each decides a kind that no other does. */
enum { DECREES_AUTHORITIES_MAX = 32 };
struct decrees_standing {
	struct decrees_of {
		struct authority authority;
		uint64_t last; /* 0: none has come */
	} * of;                /* in the arena */
	size_t n;
	uint64_t registry_version; /* another one, and what did not fit may fit */
};
/* NO_MEMORY, BUSY, DAMAGED, DISK. */
enum status decrees_stand(struct env *env, struct arena *arena, struct decrees_standing *out) MUST_USE;

#endif
