/*
 * The record of a batch's facts in the ledger. Numbers are LEB128 varints (signed ones in zigzag), an unknown mass is 0 and a known
 * one kg + 1. Winners name their event by its index in the list of sources, which says when it happened.
 *
 *     version 2 · flags · sources · [manifest] · [released: source] · [first and last reading at rest: sources] · units seen ·
 *     [looks · what is held]
 */
#include <assert.h>
#include <string.h>

#include "facts.h"

enum {
	RECORD_VERSION = 2,
	FLAG_LODGED = 1,
	FLAG_DELETED = 2,
	FLAG_RELEASED = 4,
	FLAG_WEIGHED = 8,
	FLAG_LOOKED = 16,
	SEEN_GROSS = 1,
	SEEN_TARE = 2,
	SEEN_CONTAINER_TARE = 4,
	SEEN_CORRECTED = 8,
	SEEN_DEPARTED = 16,
	SEEN_ARRIVED = 32,
	FLAGS_ALL = FLAG_LODGED | FLAG_DELETED | FLAG_RELEASED | FLAG_WEIGHED | FLAG_LOOKED,
	SEEN_ALL = SEEN_GROSS | SEEN_TARE | SEEN_CONTAINER_TARE | SEEN_CORRECTED | SEEN_DEPARTED | SEEN_ARRIVED,
	LOOK_BY_SHIFT = 4, /* a byte holds who looked and what came of it */
	VARINT_BYTES_MAX = 10
};

/* ---- writing ---- */

static uint8_t *
put_number(uint8_t *at, uint64_t value)
{
	while (value >= 0x80) {
		*at++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*at++ = (uint8_t)value;
	return at;
}

static uint8_t *
put_signed(uint8_t *at, int64_t value)
{
	return put_number(at, ((uint64_t)value << 1) ^ (uint64_t)(value >> 63));
}

static uint8_t *
put_kg(uint8_t *at, int64_t kg)
{
	assert(kg >= KG_UNKNOWN && kg <= MASS_KG_MAX);
	return put_number(at, (uint64_t)(kg + 1));
}

static uint8_t *
put_text(uint8_t *at, struct span text)
{
	at = put_number(at, text.bytes);
	if (text.bytes > 0)
		memcpy(at, text.data, text.bytes);
	return at + text.bytes;
}

static uint8_t *
put_source(uint8_t *at, const struct facts *facts, const struct stamp *stamp)
{
	size_t low = 0, high = facts->n_sources;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (facts_source_before(&facts->sources[middle], stamp))
			low = middle + 1;
		else
			high = middle;
	}
	/* A winning fact comes from one of the sources. */
	assert(low < facts->n_sources && facts->sources[low].at.stream_seq == stamp->stream_seq);
	return put_number(at, low);
}

static uint8_t *
put_sources(uint8_t *at, const struct facts *facts)
{
	int64_t last_ms = 0;
	at = put_number(at, facts->n_sources);
	for (size_t i = 0; i < facts->n_sources; i++) {
		const struct source *source = &facts->sources[i];
		at = put_number(at, source->at.terminal_no);
		at = put_number(at, source->at.stream_seq);
		at = put_signed(at, source->at.occurred_at_ms - last_ms);
		at = put_number(at, source->marks);
		last_ms = source->at.occurred_at_ms;
	}
	return at;
}

static uint8_t *
put_manifest(uint8_t *at, const struct facts *facts)
{
	at = put_source(at, facts, &facts->lodged_at);
	if (facts->deleted)
		return at;
	*at++ = (uint8_t)facts->direction;
	*at++ = (uint8_t)facts->mode;
	at = put_number(at, facts->n_units);
	for (size_t i = 0; i < facts->n_units; i++) {
		const struct unit_line *unit = &facts->units[i];
		at = put_text(at, unit->unit_id);
		at = put_number(at, unit->containers);
		at = put_kg(at, unit->declared_kg);
		at = put_kg(at, unit->tare_kg);
		at = put_kg(at, unit->container_tare_kg);
	}
	at = put_number(at, facts->n_waybills);
	for (size_t i = 0; i < facts->n_waybills; i++)
		at = put_kg(at, facts->waybill_kg[i]);
	at = put_number(at, facts->n_goods);
	for (size_t i = 0; i < facts->n_goods; i++) {
		const struct goods_line *line = &facts->goods[i];
		at = put_text(at, line->hs_code);
		at = put_text(at, line->description);
		at = put_number(at, line->waybill);
		at = put_kg(at, line->declared_kg);
	}
	return at;
}

static uint8_t *
put_reading(uint8_t *at, const struct facts *facts, const struct reading *reading)
{
	if (reading->kg == KG_UNKNOWN)
		return at;
	at = put_source(at, facts, &reading->at);
	return put_kg(at, reading->kg);
}

static uint8_t *
put_seen(uint8_t *at, const struct facts *facts)
{
	at = put_number(at, facts->n_seen);
	for (size_t i = 0; i < facts->n_seen; i++) {
		const struct unit_facts *unit = &facts->seen[i];
		at = put_text(at, unit->unit_id);
		*at++ = (uint8_t)((unit->gross.kg != KG_UNKNOWN ? SEEN_GROSS : 0) | (unit->tare.kg != KG_UNKNOWN ? SEEN_TARE : 0) |
		    (unit->container_tare.kg != KG_UNKNOWN ? SEEN_CONTAINER_TARE : 0) |
		    (unit->corrected.kg != KG_UNKNOWN ? SEEN_CORRECTED : 0) | (unit->has_departed ? SEEN_DEPARTED : 0) |
		    (unit->has_arrived ? SEEN_ARRIVED : 0));
		at = put_reading(at, facts, &unit->gross);
		at = put_reading(at, facts, &unit->tare);
		at = put_reading(at, facts, &unit->container_tare);
		at = put_reading(at, facts, &unit->corrected);
		if (unit->has_departed)
			at = put_text(put_source(at, facts, &unit->departed), unit->lane_out);
		if (unit->has_arrived)
			at = put_text(put_source(at, facts, &unit->arrived), unit->lane_in);
	}
	return at;
}

/* Whoever was looked at was seen: units are named by their place among those, from 1; 0 is the whole batch. */
static uint8_t *
put_looks(uint8_t *at, const struct facts *facts)
{
	at = put_number(at, facts->n_looks);
	for (size_t i = 0; i < facts->n_looks; i++) {
		const struct look *look = &facts->looks[i];
		size_t unit = 0;
		if (look->unit_id.bytes > 0)
			for (; unit == 0 || span_compare(facts->seen[unit - 1].unit_id, look->unit_id) != 0; unit++)
				assert(unit < facts->n_seen);
		at = put_source(at, facts, &look->at);
		*at++ = (uint8_t)((unsigned)look->by << LOOK_BY_SHIFT | (unsigned)look->outcome);
		at = put_number(at, unit);
	}
	return put_text(at, facts->held);
}

size_t
facts_encoded_bytes_max(const struct facts *facts)
{
	size_t bytes = 2 + 11 * VARINT_BYTES_MAX + facts->n_sources * 4 * VARINT_BYTES_MAX;
	bytes += facts->n_waybills * VARINT_BYTES_MAX;
	for (size_t i = 0; i < facts->n_units; i++)
		bytes += 5 * VARINT_BYTES_MAX + facts->units[i].unit_id.bytes;
	for (size_t i = 0; i < facts->n_goods; i++)
		bytes += 4 * VARINT_BYTES_MAX + facts->goods[i].hs_code.bytes + facts->goods[i].description.bytes;
	for (size_t i = 0; i < facts->n_seen; i++)
		bytes += 15 * VARINT_BYTES_MAX + facts->seen[i].unit_id.bytes + facts->seen[i].lane_out.bytes +
		    facts->seen[i].lane_in.bytes;
	return bytes + facts->n_looks * 3 * VARINT_BYTES_MAX + facts->held.bytes;
}

size_t
facts_encode(const struct facts *facts, uint8_t *out)
{
	uint8_t *at = out;
	*at++ = RECORD_VERSION;
	*at++ = (uint8_t)((facts->lodged ? FLAG_LODGED : 0) | (facts->deleted ? FLAG_DELETED : 0) |
	    (facts->released ? FLAG_RELEASED : 0) | (facts->weighed ? FLAG_WEIGHED : 0) | (facts->n_looks > 0 ? FLAG_LOOKED : 0));
	at = put_sources(at, facts);
	if (facts->lodged)
		at = put_manifest(at, facts);
	if (facts->released)
		at = put_source(at, facts, &facts->released_at);
	if (facts->weighed)
		at = put_source(put_source(at, facts, &facts->first_weighed), facts, &facts->last_weighed);
	at = put_seen(at, facts);
	if (facts->n_looks > 0)
		at = put_looks(at, facts);
	assert((size_t)(at - out) <= facts_encoded_bytes_max(facts));
	return (size_t)(at - out);
}

/*
 * ---- reading: a record that does not fit turns `bad` on ----
 *
 * A changed bit on disk must not reach an assert of the rules, so all that they rely on is checked here: bounds, and the order of
 * sources, seen units and goods lines.
 */

struct take {
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
	bool no_memory;
};

static uint64_t
take_number(struct take *take)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (take->at >= take->end)
			break;
		uint8_t byte = *take->at++;
		value |= (uint64_t)(byte & 0x7F) << shift;
		if (byte < 0x80)
			return value;
	}
	take->bad = true;
	take->at = take->end;
	return 0;
}

static size_t
take_count(struct take *take, size_t max)
{
	uint64_t value = take_number(take);
	if (value <= max)
		return (size_t)value;
	take->bad = true;
	return 0;
}

static int64_t
take_signed(struct take *take)
{
	uint64_t value = take_number(take);
	return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static int64_t
take_kg(struct take *take)
{
	uint64_t value = take_number(take);
	if (value > (uint64_t)MASS_KG_MAX + 1) {
		take->bad = true;
		return KG_UNKNOWN;
	}
	return (int64_t)value - 1;
}

static uint8_t
take_byte(struct take *take)
{
	if (take->at < take->end)
		return *take->at++;
	take->bad = true;
	return 0;
}

static struct span
take_text(struct take *take, size_t bytes_max)
{
	uint64_t bytes = take_number(take);
	if (bytes > bytes_max || bytes > (uint64_t)(take->end - take->at)) {
		take->bad = true;
		return (struct span){ take->at, 0 };
	}
	struct span text = { take->at, (size_t)bytes };
	take->at += bytes;
	return text;
}

static struct stamp
take_source(struct take *take, const struct facts *facts)
{
	uint64_t i = take_number(take);
	if (i < facts->n_sources)
		return facts->sources[i].at;
	take->bad = true;
	return (struct stamp){ 0 };
}

/* Every list takes at least one byte an element, so a count beyond what is left is a lie. */
static size_t
take_list(struct take *take, size_t n_max, size_t element, struct arena *arena, void **out)
{
	size_t left = (size_t)(take->end - take->at);
	size_t n = take_count(take, n_max < left ? n_max : left);
	*out = arena_take(arena, (n + 1) * element);
	if (*out == NULL)
		take->bad = take->no_memory = true;
	return take->bad ? 0 : n;
}

static void
take_sources(struct take *take, struct facts *facts, struct arena *arena)
{
	void *list;
	uint64_t ms = 0; /* without a sign a lying step wraps instead of overflowing */
	size_t n = take_list(take, BATCH_SOURCES_MAX, sizeof *facts->sources, arena, &list);
	facts->sources = list;
	facts->sources_room = n + 1;
	for (size_t i = 0; i < n; i++) {
		struct source *source = &facts->sources[i];
		source->at.terminal_no = (uint32_t)take_count(take, UINT32_MAX);
		source->at.stream_seq = take_number(take);
		ms += (uint64_t)take_signed(take);
		source->at.occurred_at_ms = (int64_t)ms;
		source->marks = (uint32_t)take_count(take, UINT32_MAX);
		if (source->at.occurred_at_ms < TIME_MS_LOWEST || source->at.occurred_at_ms > TIME_MS_HIGHEST ||
		    (source->marks & ~(uint32_t)MARK_ALL) != 0 || (i > 0 && !facts_source_before(&source[-1], &source->at)))
			take->bad = true;
	}
	facts->n_sources = n;
}

static void
take_goods(struct take *take, struct facts *facts, struct arena *arena)
{
	void *list;
	size_t n = take_list(take, WAYBILLS_MAX, sizeof *facts->waybill_kg, arena, &list);
	facts->waybill_kg = list;
	for (size_t i = 0; i < n; i++)
		facts->waybill_kg[i] = take_kg(take);
	facts->n_waybills = n;
	n = take_list(take, GOODS_MAX, sizeof *facts->goods, arena, &list);
	facts->goods = list;
	for (size_t i = 0; i < n; i++) {
		struct goods_line *line = &facts->goods[i];
		line->hs_code = take_text(take, HS_DIGITS_MAX);
		line->description = take_text(take, TEXT_BYTES_MAX);
		line->waybill = (uint32_t)take_count(take, WAYBILLS_MAX);
		line->declared_kg = take_kg(take);
		if (line->waybill >= facts->n_waybills || (i > 0 && line->waybill < line[-1].waybill))
			take->bad = true;
	}
	facts->n_goods = n;
}

static void
take_manifest(struct take *take, struct facts *facts, struct arena *arena)
{
	facts->lodged_at = take_source(take, facts);
	if (facts->deleted)
		return;
	facts->direction = (Juyan__V1__Direction)take_byte(take);
	facts->mode = (Juyan__V1__Mode)take_byte(take);
	if (wire_direction_name(facts->direction) == NULL || wire_mode_name(facts->mode) == NULL)
		take->bad = true;
	void *list;
	size_t n = take_list(take, UNITS_MAX, sizeof *facts->units, arena, &list);
	facts->units = list;
	for (size_t i = 0; i < n; i++) {
		struct unit_line *unit = &facts->units[i];
		unit->unit_id = take_text(take, UNIT_ID_BYTES_MAX);
		unit->containers = (uint32_t)take_count(take, CONTAINERS_MAX);
		unit->declared_kg = take_kg(take);
		unit->tare_kg = take_kg(take);
		unit->container_tare_kg = take_kg(take);
	}
	facts->n_units = n;
	take_goods(take, facts, arena);
}

static struct reading
take_reading(struct take *take, const struct facts *facts, bool known)
{
	struct reading reading = { .kg = KG_UNKNOWN };
	if (known) {
		reading.at = take_source(take, facts);
		reading.kg = take_kg(take);
		if (reading.kg == KG_UNKNOWN)
			take->bad = true;
	}
	return reading;
}

static void
take_seen(struct take *take, struct facts *facts, struct arena *arena)
{
	void *list;
	size_t n = take_list(take, BATCH_SOURCES_MAX, sizeof *facts->seen, arena, &list);
	facts->seen = list;
	facts->seen_room = n + 1;
	for (size_t i = 0; i < n; i++) {
		struct unit_facts *unit = &facts->seen[i];
		*unit = (struct unit_facts){ .unit_id = take_text(take, UNIT_ID_BYTES_MAX) };
		uint8_t known = take_byte(take);
		if ((known & ~SEEN_ALL) != 0 || (i > 0 && span_compare(unit[-1].unit_id, unit->unit_id) >= 0))
			take->bad = true;
		unit->gross = take_reading(take, facts, known & SEEN_GROSS);
		unit->tare = take_reading(take, facts, known & SEEN_TARE);
		unit->container_tare = take_reading(take, facts, known & SEEN_CONTAINER_TARE);
		unit->corrected = take_reading(take, facts, known & SEEN_CORRECTED);
		unit->has_departed = known & SEEN_DEPARTED;
		unit->has_arrived = known & SEEN_ARRIVED;
		if (unit->has_departed) {
			unit->departed = take_source(take, facts);
			unit->lane_out = take_text(take, SHORT_TEXT_BYTES_MAX);
		}
		if (unit->has_arrived) {
			unit->arrived = take_source(take, facts);
			unit->lane_in = take_text(take, SHORT_TEXT_BYTES_MAX);
		}
	}
	facts->n_seen = n;
}

static void
take_looks(struct take *take, struct facts *facts, struct arena *arena)
{
	void *list;
	size_t n = take_list(take, BATCH_SOURCES_MAX, sizeof *facts->looks, arena, &list);
	facts->looks = list;
	facts->looks_room = n + 1;
	for (size_t i = 0; i < n; i++) {
		struct look *look = &facts->looks[i];
		*look = (struct look){ .at = take_source(take, facts) };
		uint8_t said = take_byte(take);
		size_t unit = take_count(take, facts->n_seen);
		look->by = (Juyan__V1__Authority)(said >> LOOK_BY_SHIFT);
		look->outcome = (Juyan__V1__Outcome)(said & ((1 << LOOK_BY_SHIFT) - 1));
		if (unit > 0)
			look->unit_id = facts->seen[unit - 1].unit_id;
		if (look->by > JUYAN__V1__AUTHORITY__QUARANTINE || look->outcome < JUYAN__V1__OUTCOME__PASSED ||
		    look->outcome > JUYAN__V1__OUTCOME__REJECTED || (i > 0 && facts_look_compare(look - 1, look) >= 0))
			take->bad = true;
	}
	facts->n_looks = n;
	facts->held = take_text(take, TEXT_BYTES_MAX);
	if (n == 0)
		take->bad = true;
}

enum status
facts_decode(struct span record, struct arena *arena, struct facts *out)
{
	struct take take = { .at = record.data, .end = record.data + record.bytes };
	struct facts facts = { 0 };
	if (take_byte(&take) != RECORD_VERSION)
		return STATUS_DAMAGED;
	uint8_t flags = take_byte(&take);
	facts.lodged = flags & FLAG_LODGED;
	facts.deleted = flags & FLAG_DELETED;
	facts.released = flags & FLAG_RELEASED;
	facts.weighed = flags & FLAG_WEIGHED;
	if ((flags & ~FLAGS_ALL) != 0 || (facts.deleted && !facts.lodged))
		return STATUS_DAMAGED;
	take_sources(&take, &facts, arena);
	if (facts.lodged)
		take_manifest(&take, &facts, arena);
	if (facts.released)
		facts.released_at = take_source(&take, &facts);
	if (facts.weighed) {
		facts.first_weighed = take_source(&take, &facts);
		facts.last_weighed = take_source(&take, &facts);
	}
	take_seen(&take, &facts, arena);
	if ((flags & FLAG_LOOKED) != 0)
		take_looks(&take, &facts, arena);
	if (take.bad || take.at != take.end)
		return take.no_memory ? STATUS_NO_MEMORY : STATUS_DAMAGED;
	*out = facts;
	return STATUS_OK;
}
