/* The pieces that answers are made of: see answer.h. */
#include "answer.h"

#include <stdio.h>

#include "civil.h"
#include "counting.h"
#include "manifests.h"
#include "progress.h"
#include "sites.h"

char *
answer_text(struct arena *arena, struct span text)
{
	char *copy = arena_take(arena, text.bytes + 1);
	if (copy == NULL)
		return NULL;
	if (text.bytes > 0)
		memcpy(copy, text.data, text.bytes);
	copy[text.bytes] = '\0';
	return copy;
}

char *
answer_string(struct arena *arena, const char *text)
{
	return answer_text(arena, (struct span){ (const uint8_t *)text, strlen(text) });
}

char **
answer_marks(struct arena *arena, uint32_t marks, const char *(*call)(unsigned bit), size_t *n)
{
	char **texts = arena_take(arena, 32 * sizeof *texts);
	*n = 0;
	for (unsigned bit = 0; bit < 32 && texts != NULL; bit++) {
		const char *text = (marks >> bit & 1) != 0 ? call(bit) : NULL;
		if (text == NULL)
			continue;
		texts[*n] = answer_string(arena, text);
		if (texts[(*n)++] == NULL)
			return NULL;
	}
	return texts;
}

char **
answer_remarks(struct arena *arena, uint32_t marks, size_t *n)
{
	return answer_marks(arena, marks, facts_mark_sentence, n);
}

static const char *
own_name(const struct snapshot *snapshot, uint32_t terminal_no)
{
	const struct terminal_rule *terminal = registry_terminal(snapshot->registry, terminal_no);
	return terminal != NULL ? terminal->name : "";
}

/* Where the site has not told the name of its terminal, its number there. */
char *
answer_terminal_name(const struct snapshot *snapshot, uint32_t terminal_no)
{
	char text[2 * TEXT_BYTES_MAX + 8], number[16];
	struct span name = { NULL, 0 };
	uint32_t site_no = block_site(terminal_no);
	if (site_no == 0)
		return answer_string(snapshot->arena, own_name(snapshot, terminal_no));
	if (sites_terminal_name(&snapshot->store, terminal_no, &name) != STATUS_OK || name.bytes == 0)
		name = (struct span){ (const uint8_t *)number,
			(size_t)snprintf(number, sizeof number, "%u", terminal_no - block_terminal(site_no, 0)) };
	int bytes = snprintf(text, sizeof text, "%s · %.*s", own_name(snapshot, site_no), (int)name.bytes, (const char *)name.data);
	return answer_text(snapshot->arena, (struct span){ (const uint8_t *)text, (size_t)bytes });
}

/* ---- questions ---- */

size_t
answer_rows(uint32_t rows_max)
{
	return rows_max == 0 || rows_max > ANSWER_ROWS_MAX ? ANSWER_ROWS_MAX : rows_max;
}

bool
answer_among(char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return n == 0;
}

enum status
answer_check_port(const struct snapshot *snapshot, const char *port, bool or_all, struct reason *why)
{
	if ((or_all && port[0] == '\0') || registry_knows_spot(snapshot->registry, port))
		return STATUS_OK;
	const char *nearest = registry_nearest_spot(snapshot->registry, port);
	return reason_say(why, STATUS_UNKNOWN_PORT, "the registry does not know a port '%.32s'%s%s%s", port,
	    nearest != NULL ? "; is '" : "", nearest != NULL ? nearest : "", nearest != NULL ? "' meant?" : "");
}

enum status
answer_ports(const struct snapshot *snapshot, char *const *names, size_t n, char ***ports, size_t *n_ports)
{
	const struct places *places = registry_places(snapshot->registry);
	*ports = arena_take(snapshot->arena, places_room(places, n) * sizeof **ports);
	if (*ports == NULL)
		return STATUS_NO_MEMORY;
	*n_ports = places_ports(places, names, n, *ports);
	return STATUS_OK;
}

bool
answer_asks_port(const struct snapshot *snapshot, const char *asked, const char *port)
{
	return asked[0] == '\0' || places_within(registry_places(snapshot->registry), port, asked);
}

const char *
answer_one_port(const struct snapshot *snapshot, const char *asked)
{
	return asked[0] != '\0' && registry_knows_port(snapshot->registry, asked) ? asked : NULL;
}

enum status
answer_check_modes(char *const *modes, size_t n, struct reason *why)
{
	Juyan__V1__Mode mode;
	for (size_t i = 0; i < n; i++)
		if (!wire_mode_of(modes[i], &mode))
			return reason_say(why, STATUS_OUT_OF_RANGE, "there is no mode '%.32s': truck, agv or rail was expected",
			    modes[i]);
	return STATUS_OK;
}

enum status
answer_check_day(const char *text, const char *which, int64_t *day, struct reason *why)
{
	if (civil_parse_day(text, day))
		return STATUS_OK;
	return reason_say(why, STATUS_SYNTAX, "'%s' is '%.32s': a day such as 2025-01-31 was expected", which, text);
}

int64_t
answer_offset_ms(const struct registry *registry, const char *port, int64_t utc_ms)
{
	struct port_rule rule;
	return registry_port(registry, port, utc_ms, &rule) ? rule.utc_offset_minutes * INT64_C(60000) : 0;
}

int64_t
answer_day_begin_ms(const struct registry *registry, const char *port, int64_t utc_ms)
{
	int64_t offset_ms = answer_offset_ms(registry, port, utc_ms);
	return civil_day_of_ms(utc_ms + offset_ms) * CIVIL_MS_PER_DAY - offset_ms;
}

/* ---- crossings ---- */

struct counted_sum {
	bool any;
	int64_t net_kg;
	int64_t units_unknown;
};

static void
add_counted(void *user, const struct counted *part)
{
	struct counted_sum *sum = user;
	sum->any = true;
	sum->net_kg += part->net_kg;
	sum->units_unknown += part->basis == BASIS_UNKNOWN ? part->units : 0;
}

static void
tell_time(int64_t ms, protobuf_c_boolean *has, int64_t *at)
{
	*has = ms != TIME_UNKNOWN;
	*at = *has ? ms : 0;
}

static void
tell_progress(const struct progress *progress, Juyan__V1__Crossing *out)
{
	tell_time(progress->lodged_ms, &out->has_lodged_at_ms, &out->lodged_at_ms);
	tell_time(progress->steps[STEP_ARRIVED], &out->has_arrived_at_ms, &out->arrived_at_ms);
	tell_time(progress->steps[STEP_FIRST_WEIGHED], &out->has_first_weighed_at_ms, &out->first_weighed_at_ms);
	tell_time(progress->steps[STEP_LAST_WEIGHED], &out->has_last_weighed_at_ms, &out->last_weighed_at_ms);
	tell_time(progress->steps[STEP_INSPECTED], &out->has_inspected_at_ms, &out->inspected_at_ms);
	tell_time(progress->steps[STEP_RELEASED], &out->has_released_at_ms, &out->released_at_ms);
	tell_time(progress->steps[STEP_DEPARTED], &out->has_departed_at_ms, &out->departed_at_ms);
	out->units = progress->units;
	out->units_departed = progress->units_departed;
	out->inspections = progress->inspections;
	out->second_inspection = progress->second_inspection;
}

static void
tell_masses(const struct snapshot *snapshot, const char *port, const struct facts *facts, Juyan__V1__Crossing *out)
{
	struct counted_sum sum = { 0 };
	struct masses masses = counting_masses(facts);
	counting(facts, snapshot->registry, port, add_counted, &sum);
	out->has_declared_kg = masses.declared_kg != KG_UNKNOWN;
	out->declared_kg = out->has_declared_kg ? masses.declared_kg : 0;
	out->has_weighed_kg = masses.weighed_kg != KG_UNKNOWN;
	out->weighed_kg = out->has_weighed_kg ? masses.weighed_kg : 0;
	out->has_counted_kg = sum.any;
	out->counted_kg = sum.net_kg;
	out->units_unknown = (uint32_t)sum.units_unknown;
}

static char *
name_or_empty(struct arena *arena, const char *name)
{
	return answer_string(arena, name != NULL ? name : "");
}

enum status
answer_crossing(const struct snapshot *snapshot, const char *port, const char *batch_no, const struct facts *facts,
    Juyan__V1__Crossing **out)
{
	struct progress progress;
	struct arena *arena = snapshot->arena;
	Juyan__V1__Crossing *crossing = arena_take(arena, sizeof *crossing);
	if (crossing == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__crossing__init(crossing);
	progress_of(facts, &progress);
	tell_progress(&progress, crossing);
	tell_masses(snapshot, port, facts, crossing);
	crossing->port = answer_string(arena, port);
	crossing->batch_no = answer_string(arena, batch_no);
	crossing->direction = name_or_empty(arena, wire_direction_name(facts->direction));
	crossing->mode = name_or_empty(arena, wire_mode_name(facts->mode));
	crossing->stage = answer_string(arena, stage_name(progress.stage));
	crossing->lane_in = answer_text(arena, progress.lane_in);
	crossing->lane_out = answer_text(arena, progress.lane_out);
	crossing->held = answer_text(arena, facts->held);
	*out = crossing;
	return crossing->port != NULL && crossing->batch_no != NULL && crossing->direction != NULL && crossing->mode != NULL &&
		crossing->stage != NULL && crossing->lane_in != NULL && crossing->lane_out != NULL && crossing->held != NULL
	    ? STATUS_OK
	    : STATUS_NO_MEMORY;
}

enum status
answer_crossing_of(const struct snapshot *snapshot, const char *port, const char *batch_no, Juyan__V1__Crossing **out)
{
	struct facts facts;
	enum status status = manifests_find(&snapshot->store, port, batch_no, snapshot->arena, &facts);
	return status == STATUS_OK ? answer_crossing(snapshot, port, batch_no, &facts, out) : status;
}
