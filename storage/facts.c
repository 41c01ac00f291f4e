/* Applying events to the facts of a batch: see facts.h. Pure. */
#include "facts.h"

#include <assert.h>
#include <string.h>

const char *
facts_mark_name(unsigned bit)
{
	static const char *const names[] = {
#define X(bit, name, text, sentence) [bit] = text,
		MARK_LIST(X)
#undef X
	};
	return bit < sizeof names / sizeof names[0] ? names[bit] : NULL;
}

const char *
facts_mark_sentence(unsigned bit)
{
	static const char *const sentences[] = {
#define X(bit, name, text, sentence) [bit] = sentence,
		MARK_LIST(X)
#undef X
	};
	return bit < sizeof sentences / sizeof sentences[0] ? sentences[bit] : NULL;
}

bool
stamp_later(const struct stamp *a, const struct stamp *b)
{
	if (a->occurred_at_ms != b->occurred_at_ms)
		return a->occurred_at_ms > b->occurred_at_ms;
	if (a->terminal_no != b->terminal_no)
		return a->terminal_no > b->terminal_no;
	return a->stream_seq > b->stream_seq;
}

int
span_compare(struct span a, struct span b)
{
	size_t shorter = a.bytes < b.bytes ? a.bytes : b.bytes;
	int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);
	if (order != 0)
		return order;
	return a.bytes < b.bytes ? -1 : a.bytes > b.bytes;
}

static struct span
span_of_text(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

uint32_t
facts_marks(const Juyan__V1__Event *event, int64_t received_at_ms)
{
	uint32_t marks = 0;
	if (event->occurred_at_ms > received_at_ms + TIME_AHEAD_MS_MAX)
		marks |= MARK_TIME_AHEAD;
	if (event->occurred_at_ms < TIME_MS_MIN)
		marks |= MARK_TIME_BEFORE_2000;
	if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED &&
	    event->unit_weighed->stability == JUYAN__V1__STABILITY__MOVING)
		marks |= MARK_MOVING;
	return marks;
}

/* Makes room for one more element of a growing array: twice as much, from the arena. */
static void *
grow(void *old, size_t n, size_t *room, size_t element, size_t first, struct arena *arena)
{
	if (n < *room)
		return old;
	size_t wanted = n == 0 ? first : 2 * n;
	void *grown = arena_take(arena, wanted * element);
	if (grown == NULL)
		return NULL;
	if (n > 0)
		memcpy(grown, old, n * element);
	*room = wanted;
	return grown;
}

bool
facts_source_before(const struct source *source, const struct stamp *at)
{
	if (source->at.terminal_no != at->terminal_no)
		return source->at.terminal_no < at->terminal_no;
	return source->at.stream_seq < at->stream_seq;
}

static enum status
add_source(struct facts *facts, const struct stamp *at, uint32_t marks, struct arena *arena)
{
	if (facts->n_sources >= BATCH_SOURCES_MAX)
		return STATUS_BATCH_FULL;
	struct source *sources = grow(facts->sources, facts->n_sources, &facts->sources_room, sizeof *sources, 8, arena);
	if (sources == NULL)
		return STATUS_NO_MEMORY;
	facts->sources = sources;
	size_t i = facts->n_sources;
	for (; i > 0 && !facts_source_before(&sources[i - 1], at); i--)
		sources[i] = sources[i - 1];
	sources[i] = (struct source){ *at, marks };
	facts->n_sources++;
	return STATUS_OK;
}

/* The facts of a unit, made when it is seen for the first time; NULL: no memory. */
static struct unit_facts *
unit_of(struct facts *facts, const char *unit_id, struct arena *arena)
{
	struct span id = span_of_text(unit_id);
	size_t i = facts->n_seen;
	for (; i > 0; i--) {
		int order = span_compare(facts->seen[i - 1].unit_id, id);
		if (order == 0)
			return &facts->seen[i - 1];
		if (order < 0)
			break;
	}
	struct unit_facts *seen = grow(facts->seen, facts->n_seen, &facts->seen_room, sizeof *seen, 2, arena);
	if (seen == NULL)
		return NULL;
	facts->seen = seen;
	memmove(seen + i + 1, seen + i, (facts->n_seen - i) * sizeof *seen);
	facts->n_seen++;
	seen[i] = (struct unit_facts){ .unit_id = id,
		.gross.kg = KG_UNKNOWN,
		.tare.kg = KG_UNKNOWN,
		.container_tare.kg = KG_UNKNOWN,
		.corrected.kg = KG_UNKNOWN };
	return &seen[i];
}

static void
read_mass(struct reading *reading, const struct stamp *at, bool known, int64_t kg)
{
	if (!known || (reading->kg != KG_UNKNOWN && !stamp_later(at, &reading->at)))
		return;
	assert(kg >= 0 && kg <= MASS_KG_MAX);
	*reading = (struct reading){ *at, kg };
}

static int64_t
known_or_not(bool known, int64_t kg)
{
	return known ? kg : KG_UNKNOWN;
}

static enum status
take_units(struct facts *facts, const Juyan__V1__ManifestLodged *manifest, struct arena *arena)
{
	facts->n_units = manifest->n_units;
	facts->units = arena_take(arena, manifest->n_units * sizeof *facts->units);
	if (facts->units == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < manifest->n_units; i++) {
		const Juyan__V1__Unit *unit = manifest->units[i];
		facts->units[i] = (struct unit_line){
			.unit_id = span_of_text(unit->unit_id),
			.containers = (uint32_t)unit->n_containers,
			.declared_kg = known_or_not(unit->has_declared_kg, unit->declared_kg),
			.tare_kg = known_or_not(unit->has_tare_kg, unit->tare_kg),
			.container_tare_kg = known_or_not(unit->has_container_tare_kg, unit->container_tare_kg),
		};
	}
	return STATUS_OK;
}

static enum status
take_goods(struct facts *facts, const Juyan__V1__ManifestLodged *manifest, struct arena *arena)
{
	size_t goods = 0;
	for (size_t w = 0; w < manifest->n_waybills; w++)
		goods += manifest->waybills[w]->n_goods;
	assert(goods <= GOODS_MAX && manifest->n_waybills <= WAYBILLS_MAX);
	facts->n_waybills = manifest->n_waybills;
	facts->n_goods = goods;
	facts->waybill_kg = arena_take(arena, (manifest->n_waybills + 1) * sizeof *facts->waybill_kg);
	facts->goods = arena_take(arena, (goods + 1) * sizeof *facts->goods);
	if (facts->waybill_kg == NULL || facts->goods == NULL)
		return STATUS_NO_MEMORY;
	struct goods_line *line = facts->goods;
	for (size_t w = 0; w < manifest->n_waybills; w++) {
		const Juyan__V1__Waybill *waybill = manifest->waybills[w];
		facts->waybill_kg[w] = known_or_not(waybill->has_declared_kg, waybill->declared_kg);
		for (size_t g = 0; g < waybill->n_goods; g++) {
			const Juyan__V1__GoodsLine *from = waybill->goods[g];
			*line++ = (struct goods_line){ span_of_text(from->hs_code), span_of_text(from->description), (uint32_t)w,
				known_or_not(from->has_declared_kg, from->declared_kg) };
		}
	}
	return STATUS_OK;
}

/* A manifest and a deletion compete for one register. */
static enum status
lodge(struct facts *facts, const Juyan__V1__ManifestLodged *manifest, const struct stamp *at, struct arena *arena)
{
	if (facts->lodged && !stamp_later(at, &facts->lodged_at))
		return STATUS_OK;
	facts->lodged = true;
	facts->lodged_at = *at;
	facts->deleted = manifest == NULL;
	facts->n_units = facts->n_waybills = facts->n_goods = 0;
	facts->direction = JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED;
	facts->mode = JUYAN__V1__MODE__MODE_UNSPECIFIED;
	if (manifest == NULL)
		return STATUS_OK;
	facts->direction = manifest->direction;
	facts->mode = manifest->mode;
	enum status status = take_units(facts, manifest, arena);
	return status == STATUS_OK ? take_goods(facts, manifest, arena) : status;
}

static enum status
weigh(struct facts *facts, const Juyan__V1__UnitWeighed *weighed, const struct stamp *at, struct arena *arena)
{
	struct unit_facts *unit = unit_of(facts, weighed->unit_id, arena);
	if (unit == NULL)
		return STATUS_NO_MEMORY;
	if (weighed->stability == JUYAN__V1__STABILITY__MOVING)
		return STATUS_OK;
	read_mass(&unit->gross, at, weighed->has_gross_kg, weighed->gross_kg);
	read_mass(&unit->tare, at, weighed->has_tare_kg, weighed->tare_kg);
	read_mass(&unit->container_tare, at, weighed->has_container_tare_kg, weighed->container_tare_kg);
	if (!facts->weighed || stamp_later(&facts->first_weighed, at))
		facts->first_weighed = *at;
	if (!facts->weighed || stamp_later(at, &facts->last_weighed))
		facts->last_weighed = *at;
	facts->weighed = true;
	return STATUS_OK;
}

static enum status
depart(struct facts *facts, const Juyan__V1__UnitDeparted *said, const struct stamp *at, struct arena *arena)
{
	struct unit_facts *unit = unit_of(facts, said->unit_id, arena);
	if (unit == NULL)
		return STATUS_NO_MEMORY;
	if (!unit->has_departed || stamp_later(at, &unit->departed)) {
		unit->has_departed = true;
		unit->departed = *at;
		unit->lane_out = span_of_text(said->lane);
	}
	return STATUS_OK;
}

static enum status
arrive(struct facts *facts, const Juyan__V1__UnitArrived *said, const struct stamp *at, struct arena *arena)
{
	struct unit_facts *unit = unit_of(facts, said->unit_id, arena);
	if (unit == NULL)
		return STATUS_NO_MEMORY;
	if (!unit->has_arrived || stamp_later(at, &unit->arrived)) {
		unit->has_arrived = true;
		unit->arrived = *at;
		unit->lane_in = span_of_text(said->lane);
	}
	return STATUS_OK;
}

int
facts_look_compare(const struct look *a, const struct look *b)
{
	int order = (int)a->by - (int)b->by;
	if (order == 0)
		order = span_compare(a->unit_id, b->unit_id);
	if (order == 0)
		order = a->at.occurred_at_ms < b->at.occurred_at_ms ? -1 : a->at.occurred_at_ms > b->at.occurred_at_ms;
	if (order == 0)
		order = (int)a->outcome - (int)b->outcome;
	if (order == 0)
		order = stamp_later(&a->at, &b->at) - stamp_later(&b->at, &a->at);
	return order;
}

/* An inspection without an outcome tells that a unit was seen, and no more. */
static enum status
inspect(struct facts *facts, const Juyan__V1__Inspected *said, const struct stamp *at, struct arena *arena)
{
	struct look look = { *at, span_of_text(said->unit_id), said->by, said->outcome };
	if (look.unit_id.bytes > 0 && unit_of(facts, said->unit_id, arena) == NULL)
		return STATUS_NO_MEMORY;
	if (look.outcome == JUYAN__V1__OUTCOME__OUTCOME_UNSPECIFIED)
		return STATUS_OK;
	struct look *looks = grow(facts->looks, facts->n_looks, &facts->looks_room, sizeof *looks, 2, arena);
	if (looks == NULL)
		return STATUS_NO_MEMORY;
	facts->looks = looks;
	bool last = true;
	for (size_t i = 0; i < facts->n_looks; i++)
		last = last && !stamp_later(&looks[i].at, at);
	if (last)
		facts->held = span_of_text(said->held);
	size_t i = facts->n_looks++;
	for (; i > 0 && facts_look_compare(&looks[i - 1], &look) > 0; i--)
		looks[i] = looks[i - 1];
	looks[i] = look;
	return STATUS_OK;
}

enum status
facts_apply(struct facts *facts, const Juyan__V1__Event *event, const struct stamp *at, uint32_t marks, struct arena *arena)
{
	enum status status = add_source(facts, at, marks, arena);
	if (status != STATUS_OK)
		return status;
	switch (event->what_case) {
	case JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED:
		return lodge(facts, event->manifest_lodged, at, arena);
	case JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED:
		return lodge(facts, NULL, at, arena);
	case JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED:
		return arrive(facts, event->unit_arrived, at, arena);
	case JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED:
		return depart(facts, event->unit_departed, at, arena);
	case JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED:
		return weigh(facts, event->unit_weighed, at, arena);
	case JUYAN__V1__EVENT__WHAT_INSPECTED:
		return inspect(facts, event->inspected, at, arena);
	case JUYAN__V1__EVENT__WHAT_RELEASED:
		if (!facts->released || stamp_later(at, &facts->released_at)) {
			facts->released = true;
			facts->released_at = *at;
		}
		return STATUS_OK;
	case JUYAN__V1__EVENT__WHAT_MASS_CORRECTED: {
		struct unit_facts *unit = unit_of(facts, event->mass_corrected->unit_id, arena);
		if (unit == NULL)
			return STATUS_NO_MEMORY;
		read_mass(&unit->corrected, at, event->mass_corrected->has_net_kg, event->mass_corrected->net_kg);
		return STATUS_OK;
	}
	case JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED:
	case JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED:
	case JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED:
	case JUYAN__V1__EVENT__WHAT_NOTED:
	case JUYAN__V1__EVENT__WHAT_DECREED:
	case JUYAN__V1__EVENT__WHAT__NOT_SET:
	default:
		assert(!"only cargo events are applied to a batch");
		return STATUS_NO_CONTENT;
	}
}
