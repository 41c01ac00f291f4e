/* See decree.h. */
#include "decree.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "decrees.h"
#include "meta.h"
#include "registry.h"
#include "registry_table.h"

enum { HEAD_BYTES = 96 };

_Static_assert(SIGNATURE_BYTES == crypto_sign_BYTES, "Ed25519");

/* ---- signatures ---- */

/* What is signed: words that stand before nothing else that these keys sign, and what an authority's decree cannot share. */
static size_t
head_of(const Juyan__V1__Decreed *said, char out[HEAD_BYTES])
{
	int bytes = snprintf(out, HEAD_BYTES, "juyan decree 1\n%s\n%" PRIu64 "\n", said->authority, said->number);
	return bytes > 0 && bytes < HEAD_BYTES ? (size_t)bytes : 0;
}

static size_t
text_of(const Juyan__V1__Decreed *said, uint8_t out[HEAD_BYTES + EVENT_BYTES_MAX])
{
	char head[HEAD_BYTES];
	size_t bytes = head_of(said, head);
	if (bytes == 0 || said->change.len == 0 || said->change.len > EVENT_BYTES_MAX)
		return 0;
	memcpy(out, head, bytes);
	memcpy(out + bytes, said->change.data, said->change.len);
	return bytes + said->change.len;
}

enum status
decree_sign(Juyan__V1__Decreed *said, const struct signer *signer, uint8_t out[SIGNATURE_BYTES], struct reason *why)
{
	uint8_t text[HEAD_BYTES + EVENT_BYTES_MAX];
	size_t bytes = text_of(said, text);
	if (bytes == 0)
		return reason_say(why, STATUS_TOO_LARGE, "a change of %zu bytes cannot be signed as one", said->change.len);
	crypto_sign_detached(out, NULL, text, bytes, signer->secret_key);
	said->signature = (ProtobufCBinaryData){ SIGNATURE_BYTES, out };
	return STATUS_OK;
}

bool
decree_signed_by(const Juyan__V1__Decreed *said, const struct authority *authority)
{
	uint8_t text[HEAD_BYTES + EVENT_BYTES_MAX];
	size_t bytes = text_of(said, text);
	return bytes > 0 && said->signature.len == SIGNATURE_BYTES && strcmp(said->authority, authority->id) == 0 &&
	    crypto_sign_verify_detached(said->signature.data, text, bytes, authority->public_key) == 0;
}

/* ---- what they change ---- */

enum status
decree_change(const Juyan__V1__Decreed *said, const struct authority *authority, struct arena *arena,
    const Juyan__V1__RegistryChanged **out, struct reason *why)
{
	union {
		const ProtobufCMessage *in;
		Juyan__V1__RegistryChanged *change;
	} message;
	char key[REGISTRY_KEY_BYTES];
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	struct reason inner = { "" };
	enum status status = wire_unpack(&juyan__v1__registry_changed__descriptor,
	    (struct span){ said->change.data, said->change.len }, arena, &message.in, &inner);
	if (status == STATUS_OK) {
		event.occurred_at_ms = TIME_MS_MIN;
		event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
		event.registry_changed = message.change;
		status = wire_event_check(&event, &inner);
	}
	if (status != STATUS_OK)
		return reason_say(why, status, "decree %" PRIu64 " of '%s': %.160s", said->number, said->authority, inner.text);
	const Juyan__V1__RegistryChanged *change = message.change;
	for (size_t i = 0; i < change->n_put + change->n_drop; i++) {
		const Juyan__V1__RegistryRecord *record = i < change->n_put ? change->put[i] : change->drop[i - change->n_put];
		if (!registry_key(record, key))
			return reason_say(why, STATUS_MISSING_FIELD,
			    "decree %" PRIu64 " of '%s' names no record: a kind with its id was "
			    "expected",
			    said->number, said->authority);
		if ((authority->kinds >> (unsigned)record->record_case & 1) == 0)
			return reason_say(why, STATUS_NOT_AUTHORISED,
			    "%s: the authority '%s' does not decide this kind of records here", key, authority->id);
	}
	*out = change;
	return STATUS_OK;
}

/* ---- where a ledger stands ---- */

static enum status
stand(const struct store *store, const struct authorities *authorities, struct decrees_standing *out)
{
	const struct authority *authority;
	enum status status = STATUS_OK;
	for (size_t i = 0; (authority = authorities_at(authorities, i)) != NULL && status == STATUS_OK; i++) {
		if (authority->kinds == 0)
			continue;
		assert(out->n < DECREES_AUTHORITIES_MAX);
		struct decrees_of *of = &out->of[out->n++];
		of->authority = *authority;
		status = decrees_last(store, authority->id, &of->last);
	}
	return status;
}

static enum status
read_standing(const struct store *store, struct arena *arena, struct decrees_standing *out)
{
	Juyan__V1__RegistryRecord **records;
	const Juyan__V1__RegistryRecord *misfit;
	struct authorities *authorities = NULL;
	struct reason why;
	struct meta meta;
	size_t n;
	enum status status = meta_read(store, &meta, NULL);
	if (status == STATUS_OK)
		status = registry_table_read(store, "authority", arena, &records, &n);
	if (status == STATUS_OK)
		status = authorities_build((const Juyan__V1__RegistryRecord *const *)records, n, &authorities, &misfit, &why);
	if (status != STATUS_OK)
		return status == STATUS_CONTRADICTION ? STATUS_DAMAGED : status;
	*out = (struct decrees_standing){ arena_take(arena, DECREES_AUTHORITIES_MAX * sizeof *out->of), 0, meta.registry_version };
	status = out->of == NULL ? STATUS_NO_MEMORY : stand(store, authorities, out);
	authorities_close(&authorities);
	return status;
}

enum status
decrees_stand(struct env *env, struct arena *arena, struct decrees_standing *out)
{
	struct store store;
	enum status status = store_begin_read(env, &store, NULL);
	if (status != STATUS_OK)
		return status;
	status = read_standing(&store, arena, out);
	store_abort(&store);
	return status;
}
