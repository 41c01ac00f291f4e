/*
 * Signing changes of the registry with an authority's key, for ledgers that follow it. The secret is wiped by
 * registry_sign_close. One thread.
 */
#ifndef JUYAN_TOOLS_REGISTRY_SIGN_H
#define JUYAN_TOOLS_REGISTRY_SIGN_H

#include "decree.h"
#include "registry_use.h"

struct registry_sign {
	struct signer signer; /* its name is the authority's id */
	uint32_t kinds;       /* that it decides: bit n: records with the record_case n */
	uint64_t last;        /* the number of its last decree */
};

/* Makes a key, and prints the record that a registry needs to follow it. */
enum status registry_sign_make(const char *path, const char *id, struct reason *why) MUST_USE;
/*
 * Reads the key, and asks where its decrees stand. NOT_FOUND: the registry in use names no such authority; CONTRADICTION: it has
 * another key.
 */
enum status registry_sign_open(struct asking *asking, const char *path, const struct registry_use *used,
    struct registry_sign *out) MUST_USE;
void registry_sign_close(struct registry_sign *sign); /* safe on a zeroed one */
/* The next decree of this change, in the arena; registry_sign_taken says that it is on disk. */
enum status registry_sign_change(struct registry_sign *sign, const Juyan__V1__RegistryChanged *change, struct arena *arena,
    Juyan__V1__Decreed **out, struct reason *why) MUST_USE;
void registry_sign_taken(struct registry_sign *sign);

#endif
