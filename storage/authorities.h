/*
 * Who decides which kinds of the registry's records, for this ledger and others: compiled from its records into an immutable view,
 * which owns copies and may be read from any thread.
 */
#ifndef JUYAN_STORAGE_AUTHORITIES_H
#define JUYAN_STORAGE_AUTHORITIES_H

#include "wire.h"

struct authorities;

struct authority {
	char id[GROUP_ID_BYTES_MAX + 1];
	uint8_t public_key[PUBLIC_KEY_BYTES];
	uint32_t kinds; /* bit n: records with the record_case n */
};

/* CONTRADICTION with *misfit: two authorities decide the same kind. NO_MEMORY. Records of other kinds are passed over. */
enum status authorities_build(const Juyan__V1__RegistryRecord *const *records, size_t n, struct authorities **out,
    const Juyan__V1__RegistryRecord **misfit, struct reason *why) MUST_USE;
void authorities_close(struct authorities **authorities); /* safe on NULL */

/* The record_case of a kind that an authority may decide, such as "goal"; 0: it is none. */
int authorities_kind(const char *name);

/* NULL where there is none. They live as long as the view. */
const struct authority *authorities_find(const struct authorities *authorities, const char *id);
/* Who decides records of this case. */
const struct authority *authorities_of(const struct authorities *authorities, int record_case);
size_t authorities_count(const struct authorities *authorities);
const struct authority *authorities_at(const struct authorities *authorities, size_t i); /* NULL behind the last */

#endif
