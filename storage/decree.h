/*
 * A change of the registry that was decided elsewhere: who has signed it, what it changes, and up to where a ledger has taken such
 * changes. Owns nothing; any thread.
 */
#ifndef JUYAN_STORAGE_DECREE_H
#define JUYAN_STORAGE_DECREE_H

#include "authorities.h"
#include "env.h"
#include "signed_note.h"

_Static_assert((int)SIGNING_PUBLIC_BYTES == (int)PUBLIC_KEY_BYTES, "an authority's key is a signer's");

/* Signs a change, an encoded RegistryChanged: `said` has all but the signature, which is written to `out` and set. TOO_LARGE. */
enum status decree_sign(Juyan__V1__Decreed *said, const struct signer *signer, uint8_t out[SIGNATURE_BYTES],
    struct reason *why) MUST_USE;
/* Whether this authority has signed it. */
bool decree_signed_by(const Juyan__V1__Decreed *said, const struct authority *authority);
/* What it changes, decoded into the arena and checked in its form, all of kinds that the authority decides. */
enum status decree_change(const Juyan__V1__Decreed *said, const struct authority *authority, struct arena *arena,
    const Juyan__V1__RegistryChanged **out, struct reason *why) MUST_USE;

/* Who decides anything for this ledger, each a kind that no other does, and up to where it was taken, as of one snapshot. */
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
