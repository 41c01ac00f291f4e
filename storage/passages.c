/*
 * The rows of passages.h. Value: mode · flags · which steps are known · departure (8 bytes) · how long before it each of the other
 * known steps was, as zigzag varints · lane in · lane out, each behind its length. In the yard: one byte 0.
 */
#include "passages.h"

#include "civil.h"

enum { ONE_UNIT = 1, AT_FLAGS = 1, AT_KNOWN = 2, AT_DEPARTED = 3, AT_STEPS = 11, PLACE_BYTES = 4, VARINT_BYTES_MAX = 10 };

_Static_assert(AT_STEPS + (STEPS - 1) * VARINT_BYTES_MAX + 2 * (1 + SHORT_TEXT_BYTES_MAX) <= PASSAGE_BYTES_MAX,
    "the longest row fits");

uint32_t
passages_place(int64_t day)
{
	return (uint32_t)(day + PLACE_DAY_0);
}

int64_t
passages_day(uint32_t place)
{
	return (int64_t)place - PLACE_DAY_0;
}

static uint8_t *
put_span(uint8_t *at, int64_t ms)
{
	uint64_t value = ((uint64_t)ms << 1) ^ (uint64_t)(ms >> 63);
	for (; value >= 0x80; value >>= 7)
		*at++ = (uint8_t)(value | 0x80);
	*at++ = (uint8_t)value;
	return at;
}

static uint8_t *
put_lane(uint8_t *at, struct span lane)
{
	assert(lane.bytes <= SHORT_TEXT_BYTES_MAX);
	*at++ = (uint8_t)lane.bytes;
	if (lane.bytes > 0)
		memcpy(at, lane.data, lane.bytes);
	return at + lane.bytes;
}

static void
write_steps(const struct facts *facts, const struct progress *progress, struct passage *out)
{
	int64_t departed = progress->steps[STEP_DEPARTED];
	uint8_t *at = out->value + AT_STEPS, known = 0;
	for (int step = 0; step < STEP_DEPARTED; step++) {
		if (progress->steps[step] == TIME_UNKNOWN)
			continue;
		known |= (uint8_t)(1 << step);
		at = put_span(at, departed - progress->steps[step]);
	}
	out->value[0] = (uint8_t)facts->mode;
	out->value[AT_FLAGS] = facts->n_seen <= 1 ? ONE_UNIT : 0;
	out->value[AT_KNOWN] = known;
	value_put(out->value + AT_DEPARTED, (uint64_t)departed, 8);
	at = put_lane(put_lane(at, progress->lane_in), progress->lane_out);
	out->bytes = (uint32_t)(at - out->value);
}

/* Most batches of a group are not there yet, and this is asked twice for each. */
static bool
may_pass(const struct facts *facts)
{
	for (size_t i = 0; i < facts->n_seen; i++)
		if (facts->seen[i].has_arrived || facts->seen[i].has_departed)
			return !facts->deleted;
	return false;
}

void
passage_of(const struct facts *facts, const struct registry *registry, const char *port, struct passage *out)
{
	struct progress progress;
	struct port_rule rule;
	out->place = PLACE_NONE;
	out->bytes = 0;
	if (!may_pass(facts))
		return;
	progress_of(facts, &progress);
	int64_t departed = progress.steps[STEP_DEPARTED];
	if (departed != TIME_UNKNOWN && registry_port(registry, port, departed, &rule)) {
		out->place = passages_place(civil_day_of_ms(departed + rule.utc_offset_minutes * INT64_C(60000)));
		write_steps(facts, &progress, out);
	} else if (progress_in_yard(&progress)) {
		out->place = PLACE_YARD;
		out->bytes = 1;
		out->value[0] = 0;
	}
}

static void
key_of(struct key *key, uint32_t place, const char *port, const char *batch_no)
{
	key->used = 0;
	key_be(key, place, PLACE_BYTES);
	if (port != NULL)
		key_text(key, port);
	if (batch_no != NULL)
		key_text(key, batch_no);
}

enum status
passages_move(const struct store *store, const char *port, const char *batch_no, const struct passage *before,
    const struct passage *now)
{
	struct key key;
	enum status status = STATUS_OK;
	bool moved = before->place != now->place;
	if (moved && before->place != PLACE_NONE) {
		key_of(&key, before->place, port, batch_no);
		status = store_delete(store, TABLE_passages, key_span(&key));
		if (status == STATUS_NOT_FOUND)
			status = STATUS_DAMAGED;
	}
	if (status != STATUS_OK || now->place == PLACE_NONE ||
	    (!moved && before->bytes == now->bytes && memcmp(before->value, now->value, now->bytes) == 0))
		return status;
	key_of(&key, now->place, port, batch_no);
	return store_put(store, TABLE_passages, key_span(&key), (struct span){ now->value, now->bytes });
}

enum status
passages_seek(struct walk *walk, uint32_t place, const char *port, const char *after_batch_no)
{
	struct key key;
	assert(port != NULL || after_batch_no == NULL);
	key_of(&key, place, port, after_batch_no);
	enum status status = walk_seek(walk, key_span(&key));
	if (status == STATUS_OK && after_batch_no != NULL && walk->key.bytes == key.used &&
	    memcmp(walk->key.data, key.bytes, key.used) == 0)
		status = walk_next(walk);
	return status;
}

/* ---- reading ---- */

static bool
take_span(struct span *from, int64_t *ms)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64 && from->bytes > 0; shift += 7) {
		uint8_t byte = *from->data;
		from->data++;
		from->bytes--;
		value |= (uint64_t)(byte & 0x7F) << shift;
		if (byte < 0x80) {
			*ms = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
			return true;
		}
	}
	return false;
}

static bool
take_lane(struct span *from, struct span *lane)
{
	if (from->bytes == 0 || from->bytes - 1 < from->data[0] || from->data[0] > SHORT_TEXT_BYTES_MAX)
		return false;
	*lane = (struct span){ from->data + 1, from->data[0] };
	from->data += 1 + lane->bytes;
	from->bytes -= 1 + lane->bytes;
	return true;
}

static bool
time_fits(int64_t ms)
{
	return ms >= TIME_MS_LOWEST && ms <= TIME_MS_HIGHEST;
}

static bool
read_steps(struct span value, struct passage_row *out)
{
	if (value.bytes < AT_STEPS)
		return false;
	int64_t departed = (int64_t)value_get(value.data + AT_DEPARTED, 8);
	out->mode = (Juyan__V1__Mode)value.data[0];
	out->one_unit = (value.data[AT_FLAGS] & ONE_UNIT) != 0;
	struct span rest = { value.data + AT_STEPS, value.bytes - AT_STEPS };
	for (int step = 0; step < STEP_DEPARTED; step++) {
		int64_t before;
		if ((value.data[AT_KNOWN] >> step & 1) == 0)
			continue;
		/* Checked before it is subtracted: no two times are further apart than the first and the last that can be dated. */
		if (!take_span(&rest, &before) || before < TIME_MS_LOWEST - TIME_MS_HIGHEST ||
		    before > TIME_MS_HIGHEST - TIME_MS_LOWEST || !time_fits(departed) || !time_fits(departed - before))
			return false;
		out->steps[step] = departed - before;
	}
	out->steps[STEP_DEPARTED] = departed;
	return time_fits(departed) && out->mode <= JUYAN__V1__MODE__RAIL && take_lane(&rest, &out->lane_in) &&
	    take_lane(&rest, &out->lane_out) && rest.bytes == 0;
}

/* Whether it is a key of key_of: a recount meets whatever somebody may have written there. */
static bool
is_key(struct span key)
{
	const uint8_t *port = key.data + PLACE_BYTES, *end = key.data + key.bytes;
	const uint8_t *port_end = key.bytes > PLACE_BYTES ? memchr(port, '\0', (size_t)(end - port)) : NULL;
	return port_end != NULL && port_end + 1 < end && memchr(port_end + 1, '\0', (size_t)(end - port_end - 1)) == end - 1;
}

enum status
passages_read(const struct walk *walk, struct passage_row *out)
{
	struct span key = walk->key;
	if (!is_key(key))
		return STATUS_DAMAGED;
	*out = (struct passage_row){ .place = (uint32_t)key_take_be(&key, PLACE_BYTES) };
	out->port = key_take_text(&key);
	out->batch_no = key_take_text(&key);
	for (size_t i = 0; i < STEPS; i++)
		out->steps[i] = TIME_UNKNOWN;
	if (out->place == PLACE_YARD)
		return walk->value.bytes == 1 ? STATUS_OK : STATUS_DAMAGED;
	return read_steps(walk->value, out) ? STATUS_OK : STATUS_DAMAGED;
}

enum status
passages_each(const struct store *store, uint32_t from, uint32_t to, const char *port,
    enum status (*see)(void *user, const struct passage_row *row), void *user)
{
	struct walk walk;
	enum status seen = STATUS_OK;
	assert(port == NULL || from == to);
	enum status status = walk_open(store, TABLE_passages, &walk);
	if (status == STATUS_OK)
		status = passages_seek(&walk, from, port, NULL);
	for (; status == STATUS_OK && seen == STATUS_OK; status = walk_next(&walk)) {
		struct passage_row row;
		status = passages_read(&walk, &row);
		if (status != STATUS_OK || row.place > to || (port != NULL && strcmp(row.port, port) != 0))
			break;
		seen = see(user, &row);
	}
	walk_close(&walk);
	if (seen != STATUS_OK)
		return seen;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
