/* The rows of crossing_rows.h. Nothing here allocates but texts and hours; the largest crossing takes some 20 KiB of stack. */
#include "crossing_rows.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"

enum { HOURS_FIRST = 256, DIGEST_BYTES = (COUNTS_AS_BYTES - 1) / 2, LIST_BYTES = 1024 };

/* ---- hours ---- */

void
counted_hours_add(struct counted_hours *hours, const char *port, uint32_t hour)
{
	if (hours->n > hours->begun && hours->at[hours->n - 1].hour == hour && strcmp(hours->at[hours->n - 1].port, port) == 0)
		return;
	if (hours->n == hours->room) {
		size_t room = hours->room == 0 ? HOURS_FIRST : 2 * hours->room;
		struct counted_hour *more = reallocarray(hours->at, room, sizeof *more);
		if (more == NULL) {
			hours->no_memory = true;
			return;
		}
		hours->at = more;
		hours->room = room;
	}
	hours->at[hours->n++] = (struct counted_hour){ port, hour };
}

static int
compare_hours(const void *a, const void *b)
{
	const struct counted_hour *x = a, *y = b;
	int order = strcmp(x->port, y->port);
	return order != 0 ? order : (x->hour > y->hour) - (x->hour < y->hour);
}

void
counted_hours_settle(struct counted_hours *hours)
{
	size_t n = 0;
	if (hours->n > 0)
		qsort(hours->at, hours->n, sizeof *hours->at, compare_hours);
	for (size_t i = 0; i < hours->n; i++)
		if (n == 0 || compare_hours(&hours->at[n - 1], &hours->at[i]) != 0)
			hours->at[n++] = hours->at[i];
	hours->n = n;
}

void
counted_hours_close(struct counted_hours *hours)
{
	free(hours->at);
	*hours = (struct counted_hours){ 0 };
}

/* ---- what it counts for ---- */

struct counted_unit {
	uint32_t hour; /* 0: it does not count */
	enum basis basis;
	int64_t net_kg;
};

struct counts {
	const struct facts *facts;
	const char *port;
	struct counted_hours *hours;
	crypto_generichash_state digest;
	struct counted_unit units[UNITS_MAX];
	int64_t line_kg[GOODS_MAX];
	const char *line_group[GOODS_MAX];
	size_t unit; /* parts come in the order of units */
	uint32_t first_hour;
	int64_t net_kg;
	int64_t units_unknown;
};

/* All of a part, with its texts behind their lengths, so that two that differ never read alike. */
static void
digest_part(struct counts *counts, const struct counted *part)
{
	int64_t head[] = { (int64_t)part->unit_id.bytes, part->hour, part->direction, part->mode, part->basis, part->net_kg,
		part->batches, part->units, (int64_t)part->line, (int64_t)strlen(part->group) };
	crypto_generichash_update(&counts->digest, (const uint8_t *)head, sizeof head);
	crypto_generichash_update(&counts->digest, part->unit_id.data, part->unit_id.bytes);
	crypto_generichash_update(&counts->digest, (const uint8_t *)part->group, strlen(part->group));
}

static void
take_part(void *user, const struct counted *part)
{
	struct counts *counts = user;
	digest_part(counts, part);
	counted_hours_add(counts->hours, counts->port, part->hour);
	if (part->batches != 0) { /* the part that counts the crossing itself, in its first hour */
		counts->first_hour = part->hour;
		return;
	}
	while (counts->facts->units[counts->unit].unit_id.data != part->unit_id.data)
		counts->unit++;
	assert(counts->unit < counts->facts->n_units);
	struct counted_unit *unit = &counts->units[counts->unit];
	unit->hour = part->hour;
	unit->basis = part->basis;
	unit->net_kg += part->net_kg;
	counts->net_kg += part->net_kg;
	counts->units_unknown += part->basis == BASIS_UNKNOWN ? part->units : 0;
	counts->line_kg[part->line] += part->net_kg;
	counts->line_group[part->line] = part->group;
}

static void
count_all(struct counts *counts, const struct registry *registry, struct crossing_rows *out)
{
	uint8_t digest[DIGEST_BYTES];
	crypto_generichash_init(&counts->digest, NULL, 0, sizeof digest);
	counting(counts->facts, registry, counts->port, take_part, counts);
	crypto_generichash_final(&counts->digest, digest, sizeof digest);
	out->counts_as[0] = '\0';
	if (counts->first_hour != 0)
		sodium_bin2hex(out->counts_as, sizeof out->counts_as, digest, sizeof digest);
}

/* ---- cells ---- */

static int64_t
day_of_hour(uint32_t hour)
{
	return civil_day((int)(hour / 1000000), (int)(hour / 10000 % 100), (int)(hour / 100 % 100));
}

/* The day of its first event, as long as it does not count. */
static int64_t
day_of(const struct counts *counts, const struct harvested *known, const struct registry *registry)
{
	struct port_rule rule;
	if (counts->first_hour != 0)
		return day_of_hour(counts->first_hour);
	int64_t offset = registry_port(registry, counts->port, known->first_ms, &rule) ? rule.utc_offset_minutes : 0;
	return civil_day_of_ms(known->first_ms + offset * 60000);
}

static void
kg_cell(struct copytext *text, int64_t kg)
{
	if (kg == KG_UNKNOWN)
		copytext_null(text);
	else
		copytext_number(text, kg);
}

static void
step_cell(struct copytext *text, int64_t ms)
{
	if (ms == TIME_UNKNOWN)
		copytext_null(text);
	else
		copytext_time(text, ms);
}

static void
key_cells(struct copytext *text, const struct harvest_name *name, int64_t day)
{
	copytext_string(text, name->port);
	copytext_day(text, day);
	copytext_string(text, name->batch_no);
}

static bool
has_manifest(const struct facts *facts)
{
	return facts->lodged && !facts->deleted;
}

static void
way_cells(struct copytext *text, const struct facts *facts)
{
	bool known = has_manifest(facts);
	copytext_string(text, known ? wire_direction_name(facts->direction) : NULL);
	copytext_string(text, known ? wire_mode_name(facts->mode) : NULL);
}

static void
text_cell(struct copytext *text, const char *value)
{
	copytext_string(text, value == NULL || value[0] == '\0' ? NULL : value);
}

/* Some short texts with commas between. */
static void
list_cell(struct copytext *text, char *const *values, size_t n)
{
	char list[CONTAINERS_MAX * (SHORT_TEXT_BYTES_MAX + 1) + 1] = "";
	size_t used = 0;
	for (size_t i = 0; i < n && used < sizeof list; i++)
		used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ",", values[i]);
	text_cell(text, list);
}

static void
marks_cell(struct copytext *text, uint32_t marks)
{
	char list[LIST_BYTES] = "";
	size_t used = 0;
	for (unsigned bit = 0; bit < 32 && used < sizeof list; bit++)
		if ((marks >> bit & 1) != 0 && facts_mark_name(bit) != NULL)
			used +=
			    (size_t)snprintf(list + used, sizeof list - used, "%s%s", used == 0 ? "" : ",", facts_mark_name(bit));
	text_cell(text, list);
}

/* ---- rows ---- */

static void
batch_row(struct copytext *text, const struct harvest_name *name, const struct harvested *known, const struct counts *counts,
    const struct crossing_rows *rows)
{
	static const enum step steps[] = { STEP_ARRIVED, STEP_FIRST_WEIGHED, STEP_LAST_WEIGHED, STEP_INSPECTED, STEP_RELEASED,
		STEP_DEPARTED };
	const struct facts *facts = &known->facts;
	const struct progress *progress = &known->progress;
	struct masses masses = counting_masses(facts);
	bool counted = rows->counts_as[0] != '\0';
	key_cells(text, name, rows->day);
	way_cells(text, facts);
	copytext_string(text, progress->stage == STAGE_NONE ? "none" : stage_name(progress->stage));
	copytext_bool(text, counted);
	copytext_bool(text, facts->lodged && facts->deleted);
	copytext_number(text, has_manifest(facts) ? (int64_t)facts->n_units : 0);
	copytext_number(text, progress->units_departed);
	copytext_number(text, counts->units_unknown);
	kg_cell(text, counted ? counts->net_kg : KG_UNKNOWN);
	kg_cell(text, masses.declared_kg);
	kg_cell(text, masses.weighed_kg);
	copytext_number(text, has_manifest(facts) ? (int64_t)facts->n_goods : 0);
	step_cell(text, progress->lodged_ms);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		step_cell(text, progress->steps[steps[i]]);
	copytext_span(text, progress->lane_in);
	copytext_span(text, progress->lane_out);
	copytext_number(text, progress->inspections);
	copytext_bool(text, progress->second_inspection);
	marks_cell(text, counting_review(facts));
	copytext_number(text, (int64_t)facts->n_sources);
	copytext_number(text, (int64_t)known->first_lsn);
	copytext_number(text, (int64_t)known->last_lsn);
	text_cell(text, rows->counts_as);
	copytext_end(text);
}

static void
counted_cells(struct copytext *text, const struct counted_unit *counted)
{
	if (counted->hour == 0) {
		for (int i = 0; i < 4; i++)
			copytext_null(text);
		return;
	}
	kg_cell(text, counted->basis == BASIS_UNKNOWN ? KG_UNKNOWN : counted->net_kg);
	copytext_string(text, basis_name(counted->basis));
	copytext_day(text, day_of_hour(counted->hour));
	copytext_number(text, counted->hour % 100);
}

/* `line` is the manifest's, `seen` what was observed; either may be NULL. */
static void
unit_row(struct copytext *text, const struct unit_line *line, const Juyan__V1__Unit *told, const struct unit_facts *seen,
    const struct counted_unit *counted)
{
	static const struct unit_facts nothing = { .gross.kg = KG_UNKNOWN,
		.tare.kg = KG_UNKNOWN,
		.container_tare.kg = KG_UNKNOWN,
		.corrected.kg = KG_UNKNOWN };
	static const struct unit_line nowhere = { .declared_kg = KG_UNKNOWN,
		.tare_kg = KG_UNKNOWN,
		.container_tare_kg = KG_UNKNOWN };
	bool named = line != NULL;
	seen = seen == NULL ? &nothing : seen;
	line = line == NULL ? &nowhere : line;
	copytext_bool(text, named);
	list_cell(text, told == NULL ? NULL : told->trailers, told == NULL ? 0 : told->n_trailers);
	list_cell(text, told == NULL ? NULL : told->containers, told == NULL ? 0 : told->n_containers);
	kg_cell(text, line->declared_kg);
	kg_cell(text, seen->gross.kg);
	kg_cell(text, seen->tare.kg != KG_UNKNOWN ? seen->tare.kg : line->tare_kg);
	kg_cell(text, seen->container_tare.kg != KG_UNKNOWN ? seen->container_tare.kg : line->container_tare_kg);
	kg_cell(text, seen->corrected.kg);
	counted_cells(text, counted);
	step_cell(text, seen->has_arrived ? seen->arrived.occurred_at_ms : TIME_UNKNOWN);
	step_cell(text, seen->has_departed ? seen->departed.occurred_at_ms : TIME_UNKNOWN);
	copytext_span(text, seen->has_arrived ? seen->lane_in : (struct span){ 0 });
	copytext_span(text, seen->has_departed ? seen->lane_out : (struct span){ 0 });
	copytext_end(text);
}

static void
begin_unit(struct copytext *text, const struct harvest_name *name, const struct facts *facts, int64_t day, struct span unit_id)
{
	key_cells(text, name, day);
	copytext_some(text, unit_id);
	way_cells(text, facts);
}

static void
unit_rows(struct copytext *text, const struct harvest_name *name, const struct harvested *known, const struct counts *counts,
    int64_t day)
{
	static const struct counted_unit uncounted = { 0 };
	const struct facts *facts = &known->facts;
	bool named[UNITS_MAX] = { false };
	size_t units = has_manifest(facts) ? facts->n_units : 0;
	for (size_t i = 0; i < facts->n_seen; i++) {
		const struct unit_facts *seen = &facts->seen[i];
		size_t at = 0;
		while (at < units && span_compare(facts->units[at].unit_id, seen->unit_id) != 0)
			at++;
		begin_unit(text, name, facts, day, seen->unit_id);
		if (at < units) {
			named[at] = true;
			unit_row(text, &facts->units[at], known->manifest == NULL ? NULL : known->manifest->units[at], seen,
			    &counts->units[at]);
		} else {
			unit_row(text, NULL, NULL, seen, &uncounted);
		}
	}
	for (size_t i = 0; i < units; i++)
		if (!named[i]) {
			begin_unit(text, name, facts, day, facts->units[i].unit_id);
			unit_row(text, &facts->units[i], known->manifest == NULL ? NULL : known->manifest->units[i], NULL,
			    &counts->units[i]);
		}
}

/* The line of the manifest that stands at this place among all its waybills' lines. */
static const Juyan__V1__GoodsLine *
told_line(const Juyan__V1__ManifestLodged *manifest, size_t i, const char **waybill_no)
{
	for (size_t w = 0; manifest != NULL && w < manifest->n_waybills; w++) {
		*waybill_no = manifest->waybills[w]->waybill_no;
		if (i < manifest->waybills[w]->n_goods)
			return manifest->waybills[w]->goods[i];
		i -= manifest->waybills[w]->n_goods;
	}
	*waybill_no = NULL;
	return NULL;
}

static void
goods_rows(struct copytext *text, const struct harvest_name *name, const struct harvested *known, const struct registry *registry,
    const struct counts *counts, const struct crossing_rows *rows)
{
	const struct facts *facts = &known->facts;
	for (size_t i = 0; has_manifest(facts) && i < facts->n_goods; i++) {
		const struct goods_line *line = &facts->goods[i];
		const char *waybill_no, *group = counts->line_group[i];
		const Juyan__V1__GoodsLine *told = told_line(known->manifest, i, &waybill_no);
		key_cells(text, name, rows->day);
		copytext_number(text, (int64_t)i + 1);
		way_cells(text, facts);
		text_cell(text, waybill_no);
		copytext_span(text, line->hs_code);
		copytext_some(text, line->description);
		copytext_string(text,
		    group != NULL ? group : registry_group(registry, rows->day, line->hs_code, line->description));
		kg_cell(text, line->declared_kg);
		if (told != NULL && told->has_packages)
			copytext_number(text, told->packages);
		else
			copytext_null(text);
		kg_cell(text, rows->counts_as[0] != '\0' ? counts->line_kg[i] : KG_UNKNOWN);
		copytext_end(text);
	}
}

static void
told_kg_cell(struct copytext *text, bool has, int64_t kg)
{
	kg_cell(text, has ? kg : KG_UNKNOWN);
}

static void
weighing_row(struct copytext *text, const struct harvest_event *event)
{
	const Juyan__V1__UnitWeighed *weighed = event->event->unit_weighed;
	copytext_string(text, weighed->unit_id);
	copytext_time(text, event->at.occurred_at_ms);
	copytext_time(text, event->received_at_ms);
	told_kg_cell(text, weighed->has_gross_kg, weighed->gross_kg);
	told_kg_cell(text, weighed->has_tare_kg, weighed->tare_kg);
	told_kg_cell(text, weighed->has_container_tare_kg, weighed->container_tare_kg);
	copytext_string(text,
	    weighed->stability == JUYAN__V1__STABILITY__STABLE       ? "stable"
		: weighed->stability == JUYAN__V1__STABILITY__MOVING ? "moving"
								     : NULL);
	text_cell(text, weighed->scale);
	text_cell(text, weighed->ticket_no);
	text_cell(text, weighed->lane);
}

static void
release_row(struct copytext *text, const struct harvest_event *event, const struct facts *facts)
{
	const Juyan__V1__Released *released = event->event->released;
	copytext_time(text, event->at.occurred_at_ms);
	copytext_time(text, event->received_at_ms);
	text_cell(text, released->office);
	text_cell(text, released->document_no);
	copytext_bool(text,
	    facts->released && facts->released_at.terminal_no == event->at.terminal_no &&
		facts->released_at.stream_seq == event->at.stream_seq);
}

static void
event_rows(struct copytext texts[WAREHOUSE_TABLES], const struct harvest_name *name, const struct harvested *known, int64_t day)
{
	for (size_t i = 0; i < known->n_events; i++) {
		const struct harvest_event *event = &known->events[i];
		bool weighing = event->event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED;
		struct copytext *text = &texts[weighing ? WAREHOUSE_weighing : WAREHOUSE_release];
		key_cells(text, name, day);
		copytext_number(text, (int64_t)event->lsn);
		if (weighing)
			weighing_row(text, event);
		else
			release_row(text, event, &known->facts);
		copytext_number(text, event->at.terminal_no);
		copytext_number(text, (int64_t)event->at.stream_seq);
		copytext_end(text);
	}
}

void
crossing_rows_add(const struct harvest_name *name, const struct harvested *known, const struct registry *registry,
    struct copytext texts[WAREHOUSE_TABLES], struct counted_hours *hours, struct crossing_rows *out)
{
	struct counts counts = { .facts = &known->facts, .port = name->port, .hours = hours };
	hours->begun = hours->n;
	count_all(&counts, registry, out);
	out->day = day_of(&counts, known, registry);
	batch_row(&texts[WAREHOUSE_batch], name, known, &counts, out);
	unit_rows(&texts[WAREHOUSE_unit], name, known, &counts, out->day);
	goods_rows(&texts[WAREHOUSE_goods_line], name, known, registry, &counts, out);
	event_rows(texts, name, known, out->day);
	struct copytext *place = &texts[WAREHOUSE_batch_place];
	copytext_string(place, name->port);
	copytext_string(place, name->batch_no);
	copytext_day(place, out->day);
	text_cell(place, out->counts_as);
	copytext_end(place);
}
