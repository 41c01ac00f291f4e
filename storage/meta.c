/* Reading and writing the row of meta.h: little-endian, in the order of the struct, behind the format's number. */
#include "meta.h"

enum { AT_FORMAT = 0, AT_LSN = 4, AT_RECEIVED = 12, AT_CHAIN = 20, AT_REGISTRY = 52, AT_WAITING = 60, META_BYTES = 68 };

static struct span
the_key(void)
{
	static const uint8_t key[] = "ledger";
	return (struct span){ key, sizeof key };
}

enum status
meta_read_any(const struct store *store, unsigned *format, struct meta *out, struct reason *why)
{
	struct span row;
	enum status status = store_get(store, TABLE_meta, the_key(), &row);
	if (status == STATUS_NOT_FOUND) {
		*out = (struct meta){ 0 };
		*format = LEDGER_FORMAT;
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return status;
	if (row.bytes != META_BYTES)
		return reason_say(why, STATUS_DAMAGED, "the ledger's own row has %zu bytes, %d were expected", row.bytes,
		    META_BYTES);
	*out = (struct meta){ .end = { .lsn = value_get(row.data + AT_LSN, 8),
				  .received_at_ms = (int64_t)value_get(row.data + AT_RECEIVED, 8) },
		.registry_version = value_get(row.data + AT_REGISTRY, 8),
		.quarantine_waiting = value_get(row.data + AT_WAITING, 8) };
	memcpy(out->end.chain, row.data + AT_CHAIN, CHAIN_BYTES);
	*format = (unsigned)value_get(row.data + AT_FORMAT, 4);
	return STATUS_OK;
}

enum status
meta_read(const struct store *store, struct meta *out, struct reason *why)
{
	struct meta meta;
	unsigned format;
	enum status status = meta_read_any(store, &format, &meta, why);
	if (status == STATUS_OK && format < LEDGER_FORMAT)
		return reason_say(why, STATUS_FORMAT,
		    "the ledger has format %u, this version reads format %d: 'juyan upgrade' makes such a one of it", format,
		    LEDGER_FORMAT);
	if (status == STATUS_OK && format > LEDGER_FORMAT)
		return reason_say(why, STATUS_FORMAT, "the ledger has format %u, this version reads format %d: a later one made it",
		    format, LEDGER_FORMAT);
	if (status == STATUS_OK)
		*out = meta;
	return status;
}

enum status
meta_write(const struct store *store, const struct meta *meta)
{
	uint8_t row[META_BYTES];
	value_put(row + AT_FORMAT, LEDGER_FORMAT, 4);
	value_put(row + AT_LSN, meta->end.lsn, 8);
	value_put(row + AT_RECEIVED, (uint64_t)meta->end.received_at_ms, 8);
	memcpy(row + AT_CHAIN, meta->end.chain, CHAIN_BYTES);
	value_put(row + AT_REGISTRY, meta->registry_version, 8);
	value_put(row + AT_WAITING, meta->quarantine_waiting, 8);
	return store_put(store, TABLE_meta, the_key(), (struct span){ row, sizeof row });
}
