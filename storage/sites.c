/* The tables `sites` and `alarms`: see sites.h. */
#include "sites.h"

#include <stdio.h>

#include "streams.h"

enum {
	END_LSN = 0,
	END_RECEIVED = 8,
	END_CHAIN = 16,
	END_BYTES = END_CHAIN + CHAIN_BYTES,
	DECREES_LAST = 0,
	DECREES_REFUSED = 8,
	DECREES_REFUSED_LSN = 16,
	DECREES_BYTES = 24,
	ALARM_SINCE = 0,
	ALARM_LSN = 8,
	ALARM_STATUS = 16,
	ALARM_TEXT = 17,
	SITE_KEY_BYTES = 4
};

static struct span
key_of(struct key *key, uint32_t site_no)
{
	key->used = 0;
	key_be(key, site_no, SITE_KEY_BYTES);
	return key_span(key);
}

enum status
sites_end(const struct store *store, uint32_t site_no, struct journal_end *out)
{
	struct key key;
	struct span row;
	enum status status = store_get(store, TABLE_sites, key_of(&key, site_no), &row);
	if (status != STATUS_OK)
		return status;
	if (row.bytes != END_BYTES)
		return STATUS_DAMAGED;
	out->lsn = value_get(row.data + END_LSN, 8);
	out->received_at_ms = (int64_t)value_get(row.data + END_RECEIVED, 8);
	memcpy(out->chain, row.data + END_CHAIN, CHAIN_BYTES);
	return STATUS_OK;
}

enum status
sites_put_end(const struct store *store, uint32_t site_no, const struct journal_end *end)
{
	struct key key;
	uint8_t row[END_BYTES];
	value_put(row + END_LSN, end->lsn, 8);
	value_put(row + END_RECEIVED, (uint64_t)end->received_at_ms, 8);
	memcpy(row + END_CHAIN, end->chain, CHAIN_BYTES);
	return store_put(store, TABLE_sites, key_of(&key, site_no), (struct span){ row, sizeof row });
}

enum status
sites_next(const struct store *store, uint32_t after, uint32_t *site_no)
{
	struct walk walk;
	struct key key;
	enum status status = walk_open(store, TABLE_sites, &walk);
	if (status == STATUS_OK)
		status = walk_seek(&walk, key_of(&key, after + 1));
	/* What it says of decrees, and the names of its terminals, stand behind its row. */
	while (status == STATUS_OK && walk.key.bytes != SITE_KEY_BYTES)
		status = walk_next(&walk);
	if (status == STATUS_OK) {
		struct span found = walk.key;
		*site_no = (uint32_t)key_take_be(&found, SITE_KEY_BYTES);
	}
	walk_close(&walk);
	return status;
}

enum status
sites_chain(const struct store *store, uint32_t site_no, uint64_t lsn, uint8_t out[CHAIN_BYTES])
{
	uint64_t here;
	struct journal_event event, next;
	memset(out, 0, CHAIN_BYTES);
	if (lsn == 0)
		return STATUS_OK;
	enum status status = streams_find(store, site_no, lsn, &here);
	if (status == STATUS_OK)
		status = journal_find(store, here, &event);
	if (status == STATUS_OK && event.site_chain == NULL)
		status = STATUS_DAMAGED;
	if (status != STATUS_OK)
		return status;
	memcpy(out, event.site_chain, CHAIN_BYTES);
	status = journal_find(store, here + 1, &next);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	return status == STATUS_OK && !next.begins_block ? STATUS_NOT_FOUND : status;
}

enum status
sites_journal_name(const struct store *store, uint32_t site_no, uint8_t out[CHAIN_BYTES])
{
	uint64_t first;
	struct journal_event event;
	enum status status = streams_find(store, site_no, 1, &first);
	if (status == STATUS_OK)
		status = journal_find(store, first, &event);
	if (status != STATUS_OK || event.site_chain == NULL)
		return status == STATUS_OK || status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
	memcpy(out, event.site_chain, CHAIN_BYTES);
	return STATUS_OK;
}

/* Both numbers grow together, so it is looked for by halves. */
enum status
sites_lsn(const struct store *store, const struct journal_event *event, uint64_t *out)
{
	struct journal_end end;
	uint32_t site_no = block_site(event->terminal_no);
	uint64_t low = 1, here = 0;
	enum status status = site_no == 0 ? STATUS_NOT_FOUND : sites_end(store, site_no, &end);
	for (uint64_t high = status == STATUS_OK ? end.lsn : 0; status == STATUS_OK && low < high;) {
		uint64_t middle = low + (high - low) / 2;
		status = streams_find(store, site_no, middle, &here);
		if (here < event->lsn)
			low = middle + 1;
		else
			high = middle;
	}
	if (status == STATUS_OK)
		status = streams_find(store, site_no, low, &here);
	if (status != STATUS_OK || here != event->lsn)
		return status == STATUS_OK ? STATUS_NOT_FOUND : status;
	*out = low;
	return STATUS_OK;
}

/* ---- names ---- */

static struct span
key_of_terminal(struct key *key, uint32_t terminal_no)
{
	key_of(key, block_site(terminal_no));
	key_be(key, terminal_no, 4);
	return key_span(key);
}

enum status
sites_terminal_name(const struct store *store, uint32_t terminal_no, struct span *out)
{
	struct key key;
	enum status status = store_get(store, TABLE_sites, key_of_terminal(&key, terminal_no), out);
	if (status == STATUS_NOT_FOUND)
		*out = (struct span){ NULL, 0 };
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
sites_next_terminal(const struct store *store, uint32_t after, uint32_t *terminal_no, struct span *name)
{
	struct walk walk;
	struct key key;
	enum status status = walk_open(store, TABLE_sites, &walk);
	if (status == STATUS_OK)
		status = walk_seek(&walk, key_of_terminal(&key, after + 1));
	while (status == STATUS_OK && walk.key.bytes != SITE_KEY_BYTES + 4) /* a site's own row, its decrees, what it wants */
		status = walk_next(&walk);
	if (status == STATUS_OK) {
		struct span found = { walk.key.data + SITE_KEY_BYTES, walk.key.bytes - SITE_KEY_BYTES };
		*terminal_no = (uint32_t)key_take_be(&found, 4);
		*name = walk.value;
	}
	walk_close(&walk);
	return status;
}

enum status
sites_put_terminal_name(const struct store *store, uint32_t terminal_no, const char *name)
{
	struct key key;
	return store_put(store, TABLE_sites, key_of_terminal(&key, terminal_no),
	    (struct span){ (const uint8_t *)name, strlen(name) });
}

/* ---- decrees ---- */

/* No terminal has the number 0, so that no name stands there. */
static struct span
key_of_authority(struct key *key, uint32_t site_no, const char *authority)
{
	key_of(key, site_no);
	key_be(key, 0, 4);
	key_text(key, authority);
	return key_span(key);
}

enum status
sites_decrees(const struct store *store, uint32_t site_no, const char *authority, struct site_decrees *out)
{
	struct key key;
	struct span row;
	enum status status = store_get(store, TABLE_sites, key_of_authority(&key, site_no, authority), &row);
	if (status == STATUS_OK && row.bytes != DECREES_BYTES)
		return STATUS_DAMAGED;
	*out = (struct site_decrees){ 0, 0, 0 };
	if (status == STATUS_OK) {
		out->last = value_get(row.data + DECREES_LAST, 8);
		out->refused = value_get(row.data + DECREES_REFUSED, 8);
		out->refused_lsn = value_get(row.data + DECREES_REFUSED_LSN, 8);
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
sites_put_decrees(const struct store *store, uint32_t site_no, const char *authority, const struct site_decrees *decrees)
{
	struct key key;
	uint8_t row[DECREES_BYTES];
	value_put(row + DECREES_LAST, decrees->last, 8);
	value_put(row + DECREES_REFUSED, decrees->refused, 8);
	value_put(row + DECREES_REFUSED_LSN, decrees->refused_lsn, 8);
	return store_put(store, TABLE_sites, key_of_authority(&key, site_no, authority), (struct span){ row, sizeof row });
}

/* ---- alarms ---- */

static struct span
key_of_alarm(struct key *key, uint32_t site_no, enum site_matter matter)
{
	key_of(key, site_no);
	if (matter != SITE_STOPPED)
		key_u8(key, matter);
	return key_span(key);
}

enum status
sites_alarm(const struct store *store, uint32_t site_no, enum site_matter matter, struct site_alarm *out)
{
	struct key key;
	struct span row;
	enum status status = store_get(store, TABLE_alarms, key_of_alarm(&key, site_no, matter), &row);
	if (status != STATUS_OK)
		return status;
	if (row.bytes < ALARM_TEXT || row.bytes - ALARM_TEXT >= sizeof out->why.text)
		return STATUS_DAMAGED;
	out->since_ms = (int64_t)value_get(row.data + ALARM_SINCE, 8);
	out->lsn = value_get(row.data + ALARM_LSN, 8);
	out->status = (enum status)row.data[ALARM_STATUS];
	snprintf(out->why.text, sizeof out->why.text, "%.*s", (int)(row.bytes - ALARM_TEXT), (const char *)row.data + ALARM_TEXT);
	return STATUS_OK;
}

enum status
sites_put_alarm(const struct store *store, uint32_t site_no, enum site_matter matter, const struct site_alarm *alarm)
{
	struct key key;
	uint8_t row[ALARM_TEXT + sizeof alarm->why.text];
	size_t bytes = strlen(alarm->why.text);
	value_put(row + ALARM_SINCE, (uint64_t)alarm->since_ms, 8);
	value_put(row + ALARM_LSN, alarm->lsn, 8);
	row[ALARM_STATUS] = (uint8_t)alarm->status;
	memcpy(row + ALARM_TEXT, alarm->why.text, bytes);
	return store_put(store, TABLE_alarms, key_of_alarm(&key, site_no, matter), (struct span){ row, ALARM_TEXT + bytes });
}

enum status
sites_drop_alarm(const struct store *store, uint32_t site_no, enum site_matter matter)
{
	struct key key;
	enum status status = store_delete(store, TABLE_alarms, key_of_alarm(&key, site_no, matter));
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
