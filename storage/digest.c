/* See digest.h. */
#include "digest.h"

#include <sodium.h>

#include "store.h"

static const enum table told[DIGEST_TABLES] = { TABLE_tonnage, TABLE_passages, TABLE_names, TABLE_notes, TABLE_review };

static void
add_span(crypto_generichash_state *state, struct span span)
{
	uint8_t bytes[8];
	value_put(bytes, span.bytes, sizeof bytes);
	crypto_generichash_update(state, bytes, sizeof bytes);
	crypto_generichash_update(state, span.data, span.bytes);
}

static void
add_row(struct table_digest *out, const struct walk *walk)
{
	crypto_generichash_state state;
	uint8_t row[DIGEST_ROW_BYTES];
	crypto_generichash_init(&state, NULL, 0, sizeof row);
	add_span(&state, walk->key);
	add_span(&state, walk->value);
	crypto_generichash_final(&state, row, sizeof row);
	for (size_t i = 0; i < sizeof row; i++)
		out->digest[i] ^= row[i];
	out->rows++;
}

static enum status
digest_one(const struct store *store, enum table table, struct table_digest *out)
{
	struct walk walk;
	*out = (struct table_digest){ .name = table_name(table) };
	enum status status = walk_open(store, table, &walk);
	if (status != STATUS_OK)
		return status;
	for (status = walk_first(&walk); status == STATUS_OK; status = walk_next(&walk))
		add_row(out, &walk);
	walk_close(&walk);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
digest_tables(struct env *env, struct table_digest out[DIGEST_TABLES], struct reason *why)
{
	struct store store;
	enum status status = store_begin_read(env, &store, why);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < DIGEST_TABLES && status == STATUS_OK; i++) {
		status = digest_one(&store, told[i], &out[i]);
		if (status != STATUS_OK)
			reason_say(why, status, "%s: %s", table_name(told[i]), status_sentence(status));
	}
	store_abort(&store);
	return status;
}
