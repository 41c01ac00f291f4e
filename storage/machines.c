/* The rows of machines.h. Value: kind, condition, bytes of the note, note, lane. */
#include "machines.h"

enum { AT_KIND = 0, AT_CONDITION = 1, AT_NOTE_BYTES = 2, AT_TEXTS = 4, STAMP_BYTES = 20 };

/* Times before 1970 sort before those after. */
#define TIME_SIGN (UINT64_C(1) << 63)

static void
key_of(struct key *key, const char *port, const char *machine)
{
	key->used = 0;
	key_text(key, port);
	if (machine != NULL)
		key_text(key, machine);
}

static void
key_stamp(struct key *key, const struct stamp *at)
{
	key_be(key, (uint64_t)at->occurred_at_ms ^ TIME_SIGN, 8);
	key_be(key, at->terminal_no, 4);
	key_be(key, at->stream_seq, 8);
}

enum status
machines_take(const struct store *store, const Juyan__V1__Event *event, const struct stamp *at)
{
	const Juyan__V1__MachineReported *said = event->machine_reported;
	struct key key;
	uint8_t row[AT_TEXTS + TEXT_BYTES_MAX + SHORT_TEXT_BYTES_MAX];
	size_t note_bytes = strlen(said->note), lane_bytes = strlen(said->lane);
	assert(note_bytes <= TEXT_BYTES_MAX && lane_bytes <= SHORT_TEXT_BYTES_MAX);
	row[AT_KIND] = (uint8_t)said->kind;
	row[AT_CONDITION] = (uint8_t)said->condition;
	value_put(row + AT_NOTE_BYTES, note_bytes, 2);
	memcpy(row + AT_TEXTS, said->note, note_bytes);
	memcpy(row + AT_TEXTS + note_bytes, said->lane, lane_bytes);
	key_of(&key, event->port, said->machine);
	key_stamp(&key, at);
	return store_put(store, TABLE_machines, key_span(&key), (struct span){ row, AT_TEXTS + note_bytes + lane_bytes });
}

/* ---- reading ---- */

/* Whether it is a key of ours: a row may be what somebody has written there. */
static bool
is_key(struct span key)
{
	for (int texts = 0; texts < 2; texts++) {
		const uint8_t *end = key.bytes > 0 ? memchr(key.data, '\0', key.bytes) : NULL;
		if (end == NULL)
			return false;
		key.bytes -= (size_t)(end + 1 - key.data);
		key.data = end + 1;
	}
	return key.bytes == STAMP_BYTES;
}

enum status
machines_read(const struct walk *walk, struct machine_report *out)
{
	struct span key = walk->key, row = walk->value;
	size_t note_bytes = row.bytes < AT_TEXTS ? 0 : value_get(row.data + AT_NOTE_BYTES, 2);
	if (!is_key(key) || row.bytes < AT_TEXTS + note_bytes || note_bytes > TEXT_BYTES_MAX ||
	    row.bytes > AT_TEXTS + note_bytes + SHORT_TEXT_BYTES_MAX)
		return STATUS_DAMAGED;
	out->port = key_take_text(&key);
	out->machine = key_take_text(&key);
	out->at.occurred_at_ms = (int64_t)(key_take_be(&key, 8) ^ TIME_SIGN);
	out->at.terminal_no = (uint32_t)key_take_be(&key, 4);
	out->at.stream_seq = key_take_be(&key, 8);
	out->kind = (Juyan__V1__MachineKind)row.data[AT_KIND];
	out->condition = (Juyan__V1__Condition)row.data[AT_CONDITION];
	out->note = (struct span){ row.data + AT_TEXTS, note_bytes };
	out->lane = (struct span){ row.data + AT_TEXTS + note_bytes, row.bytes - AT_TEXTS - note_bytes };
	bool named = wire_machine_kind_name(out->kind) != NULL && wire_condition_name(out->condition) != NULL;
	bool dated = out->at.occurred_at_ms >= TIME_MS_LOWEST && out->at.occurred_at_ms <= TIME_MS_HIGHEST;
	return named && dated ? STATUS_OK : STATUS_DAMAGED;
}

/* To the first report of the next machine behind this one. */
static enum status
seek_behind(struct walk *walk, const char *port, const char *machine)
{
	struct key key;
	key_of(&key, port, machine);
	key_stamp(&key, &(struct stamp){ (int64_t)(UINT64_MAX ^ TIME_SIGN), UINT64_MAX, UINT32_MAX });
	return walk_seek(walk, key_span(&key));
}

/* To the last report of a machine up to a time; NOT_FOUND: all are later. */
static enum status
seek_last(struct walk *walk, const char *port, const char *machine, int64_t until_ms, struct machine_report *out)
{
	struct key key;
	struct machine_report last;
	key_of(&key, port, machine);
	key_stamp(&key, &(struct stamp){ until_ms, UINT64_MAX, UINT32_MAX });
	enum status status = walk_seek_back(walk, key_span(&key));
	if (status == STATUS_OK)
		status = machines_read(walk, &last);
	if (status == STATUS_OK && (strcmp(last.port, port) != 0 || strcmp(last.machine, machine) != 0))
		status = STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		*out = last;
	return status;
}

static enum status
seek_first(struct walk *walk, const struct machines_wanted *wanted)
{
	struct key key;
	if (wanted->after_port != NULL)
		return seek_behind(walk, wanted->after_port, wanted->after_machine);
	if (wanted->port == NULL)
		return walk_first(walk);
	key_of(&key, wanted->port, NULL);
	return walk_seek(walk, key_span(&key));
}

enum status
machines_each(const struct store *store, const struct machines_wanted *wanted,
    enum status (*see)(void *user, const struct machine_report *last, struct walk *walk), void *user)
{
	struct walk walk;
	enum status seen = STATUS_OK;
	enum status status = walk_open(store, TABLE_machines, &walk);
	if (status == STATUS_OK)
		status = seek_first(&walk, wanted);
	while (status == STATUS_OK) {
		struct machine_report first, last;
		status = machines_read(&walk, &first);
		if (status != STATUS_OK || (wanted->port != NULL && strcmp(first.port, wanted->port) != 0))
			break;
		status = seek_last(&walk, first.port, first.machine, wanted->now_ms + TIME_AHEAD_MS_MAX, &last);
		if (status == STATUS_OK && last.at.occurred_at_ms >= wanted->now_ms - MACHINE_KNOWN_MS)
			seen = see(user, &last, &walk);
		if (seen != STATUS_OK || (status != STATUS_OK && status != STATUS_NOT_FOUND))
			break;
		status = seek_behind(&walk, first.port, first.machine);
	}
	walk_close(&walk);
	if (seen != STATUS_OK)
		return seen;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
machines_look_back(struct walk *walk, int64_t now_ms, int64_t day_ms, struct uptime *out)
{
	struct machine_report report, last;
	enum status status = machines_read(walk, &last);
	uptime_begin(out, now_ms, day_ms);
	report = last;
	while (status == STATUS_OK && strcmp(report.machine, last.machine) == 0 && strcmp(report.port, last.port) == 0 &&
	    uptime_feed(out, report.at.occurred_at_ms, report.condition)) {
		status = walk_previous(walk);
		if (status == STATUS_OK)
			status = machines_read(walk, &report);
	}
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	uptime_end(out);
	return STATUS_OK;
}
