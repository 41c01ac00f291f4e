/* Decrees of an authority "above", whose key is always the same, for tests that write ledgers. For one thread. */
#ifndef JUYAN_TESTS_DECREED_H
#define JUYAN_TESTS_DECREED_H

#include "decree.h"
#include "opened_ledger.h"

static inline struct signer
decreed_signer(uint8_t number)
{
	uint8_t seed[crypto_sign_SEEDBYTES];
	struct signer signer = { .name = "above" };
	memset(seed, number, sizeof seed);
	crypto_sign_seed_keypair(signer.public_key, signer.secret_key, seed);
	return signer;
}

/* The registry names it, for these kinds of records. */
static inline struct said
decreed_authority(const char *kinds)
{
	char base64[64];
	struct signer signer = decreed_signer(1);
	sodium_bin2base64(base64, sizeof base64, signer.public_key, sizeof signer.public_key, sodium_base64_VARIANT_ORIGINAL);
	return registry_changed("'put': [{'authority': {'id': 'above', 'public_key': '%s', 'kinds': [%s]}}]", base64, kinds);
}

/* A decree of this change with this number, signed by the first key or another. */
static inline struct said
decreed_by(uint8_t key, uint64_t number, const char *puts)
{
	struct reason why = { "" };
	struct span packed;
	uint8_t signature[SIGNATURE_BYTES];
	char above[] = "above";
	struct signer signer = decreed_signer(key);
	struct said change = registry_changed("%s", puts), said = { .event = NULL };
	Juyan__V1__Decreed decreed = JUYAN__V1__DECREED__INIT;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	must(wire_pack(&change.event->registry_changed->base, EVENT_BYTES_MAX, &said_arena, &packed), &why);
	decreed.change = (ProtobufCBinaryData){ packed.bytes, (uint8_t *)(uintptr_t)packed.data };
	decreed.number = number;
	decreed.authority = above;
	must(decree_sign(&decreed, &signer, signature, &why), &why);
	event.occurred_at_ms = MIDNIGHT;
	event.what_case = JUYAN__V1__EVENT__WHAT_DECREED;
	event.decreed = &decreed;
	must(wire_pack(&event.base, EVENT_BYTES_MAX, &said_arena, &said.bytes), &why);
	must(wire_event(said.bytes, &said_arena, &said.event, &why), &why);
	return said;
}

static inline struct said
decreed(uint64_t number, const char *puts)
{
	return decreed_by(1, number, puts);
}

#endif
