/* Rows of the quarantine and of the conflicts: see quarantine.h. */
#include "quarantine.h"

#include <sodium.h>

#include "judge.h"

enum { VALUE_BYTES = 10, HASH_BYTES = 16 };

const char *
quarantine_state_name(enum quarantine_state state)
{
	switch (state) {
	case QUARANTINE_WAITING:
		return "waiting";
	case QUARANTINE_RELEASED:
		return "released";
	case QUARANTINE_DISMISSED:
		return "dismissed";
	}
	return "unknown";
}

enum status
quarantine_put(const struct store *store, const struct quarantine_row *row)
{
	struct key key = { 0 };
	uint8_t value[VALUE_BYTES];
	key_be(&key, row->lsn, 8);
	value_put(value, (unsigned)row->reason, 1);
	value_put(value + 1, (unsigned)row->state, 1);
	value_put(value + 2, row->settled_lsn, 8);
	return store_put(store, TABLE_quarantine, key_span(&key), (struct span){ value, sizeof value });
}

static enum status
read_row(uint64_t lsn, struct span value, struct quarantine_row *out)
{
	if (value.bytes != VALUE_BYTES)
		return STATUS_DAMAGED;
	*out = (struct quarantine_row){ lsn, (enum status)value_get(value.data, 1),
		(enum quarantine_state)value_get(value.data + 1, 1), value_get(value.data + 2, 8) };
	return STATUS_OK;
}

enum status
quarantine_get(const struct store *store, uint64_t lsn, struct quarantine_row *out)
{
	struct key key = { 0 };
	struct span value;
	key_be(&key, lsn, 8);
	enum status status = store_get(store, TABLE_quarantine, key_span(&key), &value);
	return status == STATUS_OK ? read_row(lsn, value, out) : status;
}

enum status
quarantine_seek(struct walk *walk, uint64_t lsn)
{
	struct key key = { 0 };
	key_be(&key, lsn, 8);
	return walk_seek(walk, key_span(&key));
}

enum status
quarantine_read(const struct walk *walk, struct quarantine_row *out)
{
	struct span key = walk->key;
	return key.bytes == 8 ? read_row(key_take_be(&key, 8), walk->value, out) : STATUS_DAMAGED;
}

enum status
quarantine_settling(const struct store *store, uint64_t settled_lsn, struct arena *arena, const Juyan__V1__QuarantineReleased **out)
{
	struct journal_event settled;
	const Juyan__V1__Event *event;
	enum status status = journal_find(store, settled_lsn, &settled);
	if (status == STATUS_NOT_FOUND) /* to a caller that walks a list it would be the end */
		status = STATUS_DAMAGED;
	if (status == STATUS_OK)
		status = wire_event(settled.bytes, arena, &event, NULL);
	if (status == STATUS_OK && event->what_case != JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED)
		status = STATUS_DAMAGED;
	if (status == STATUS_OK)
		*out = event->quarantine_released;
	return status;
}

enum status
quarantine_event(const Juyan__V1__QuarantineReleased *release, const struct journal_event *held, const struct registry *registry,
    struct arena *arena, const Juyan__V1__Event **out, struct reason *why)
{
	struct span bytes =
	    release->fixed_event.len > 0 ? (struct span){ release->fixed_event.data, release->fixed_event.len } : held->bytes;
	enum status status = wire_event(bytes, arena, out, why);
	if (status == STATUS_OK && wire_event_administers(*out))
		status = reason_say(why, STATUS_NOT_AUTHORISED, "an administrative event cannot leave quarantine: send it anew");
	if (status == STATUS_OK)
		status = judge_event(registry, held->terminal_no, *out, why);
	return status;
}

enum status
quarantine_applied(const struct store *store, const struct journal_event *event, struct arena *arena, struct span *out)
{
	struct quarantine_row row;
	const Juyan__V1__QuarantineReleased *release;
	*out = event->bytes;
	if (event->verdict == STATUS_OK)
		return STATUS_OK;
	enum status status = quarantine_get(store, event->lsn, &row);
	if (status != STATUS_OK || row.state != QUARANTINE_RELEASED)
		return status;
	status = quarantine_settling(store, row.settled_lsn, arena, &release);
	if (status == STATUS_OK && release->fixed_event.len > 0)
		*out = (struct span){ release->fixed_event.data, release->fixed_event.len };
	return status;
}

static void
conflict_key(struct key *key, uint32_t terminal_no, uint64_t stream_seq, struct span content)
{
	uint8_t hash[HASH_BYTES];
	static const uint8_t nothing[1] = { 0 };
	crypto_generichash(hash, sizeof hash, content.bytes > 0 ? content.data : nothing, content.bytes, NULL, 0);
	key->used = 0;
	key_be(key, terminal_no, 4);
	key_be(key, stream_seq, 8);
	memcpy(key->bytes + key->used, hash, sizeof hash);
	key->used += sizeof hash;
}

enum status
conflicts_find(const struct store *store, uint32_t terminal_no, uint64_t stream_seq, struct span content, uint64_t *lsn)
{
	struct key key;
	struct span value;
	conflict_key(&key, terminal_no, stream_seq, content);
	enum status status = store_get(store, TABLE_conflicts, key_span(&key), &value);
	if (status == STATUS_OK && value.bytes != 8)
		status = STATUS_DAMAGED;
	if (status == STATUS_OK)
		*lsn = value_get(value.data, 8);
	return status;
}

enum status
conflicts_put(const struct store *store, uint32_t terminal_no, uint64_t stream_seq, struct span content, uint64_t lsn)
{
	struct key key;
	uint8_t value[8];
	conflict_key(&key, terminal_no, stream_seq, content);
	value_put(value, lsn, sizeof value);
	return store_put(store, TABLE_conflicts, key_span(&key), (struct span){ value, sizeof value });
}
