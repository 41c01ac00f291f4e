/* The steps of a batch from its facts: see progress.h. Pure. */
#include "progress.h"

#include <assert.h>

const char *
stage_name(enum stage stage)
{
	static const char *const names[] = { "", "lodged", "arrived", "weighed", "inspected", "held", "released", "departed",
		"deleted" };
	assert((unsigned)stage < sizeof names / sizeof names[0]);
	return names[stage];
}

const char *
span_kind_name(enum span_kind kind)
{
	static const char *const names[SPANS] = { "waiting", "weighing", "inspection", "clearance", "leaving", "whole" };
	assert(kind < SPANS);
	return names[kind];
}

/* What was seen of a unit that the manifest names; NULL: nothing. */
static const struct unit_facts *
seen_of(const struct facts *facts, struct span unit_id)
{
	size_t low = 0, high = facts->n_seen;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = span_compare(facts->seen[middle].unit_id, unit_id);
		if (order == 0)
			return &facts->seen[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool
came_and_went(const struct unit_facts *unit)
{
	return unit->has_arrived && unit->has_departed;
}

static void
take_later(const struct unit_facts *unit, const struct unit_facts **last)
{
	if (unit->has_departed && (*last == NULL || stamp_later(&unit->departed, &(*last)->departed)))
		*last = unit;
}

/* How many units have left, and the last of them. */
static size_t
departed_units(const struct facts *facts, const struct unit_facts **last)
{
	size_t left = 0, unseen = 0, others = 0;
	for (size_t i = 0; i < facts->n_seen; i++) {
		const struct unit_facts *unit = &facts->seen[i];
		others += came_and_went(unit);
		if (facts->n_units > 0)
			continue;
		left += unit->has_departed;
		take_later(unit, last);
	}
	for (size_t i = 0; i < facts->n_units; i++) {
		const struct unit_facts *unit = seen_of(facts, facts->units[i].unit_id);
		unseen += unit == NULL || (!unit->has_arrived && !unit->has_departed);
		if (unit == NULL)
			continue;
		left += unit->has_departed;
		others -= came_and_went(unit) && others > 0;
		take_later(unit, last);
	}
	if (unseen == 0 || others == 0)
		return left;
	for (size_t i = 0; i < facts->n_seen; i++)
		if (came_and_went(&facts->seen[i]))
			take_later(&facts->seen[i], last);
	return left + (others < unseen ? others : unseen);
}

/* The first arrival and the last departure, with their lanes. */
static void
pass_units(const struct facts *facts, struct progress *out)
{
	const struct unit_facts *first = NULL, *last = NULL;
	for (size_t i = 0; i < facts->n_seen; i++) {
		const struct unit_facts *unit = &facts->seen[i];
		if (unit->has_arrived && (first == NULL || stamp_later(&first->arrived, &unit->arrived)))
			first = unit;
	}
	if (first != NULL) {
		out->steps[STEP_ARRIVED] = first->arrived.occurred_at_ms;
		out->lane_in = first->lane_in;
	}
	size_t all = facts->n_units > 0 ? facts->n_units : facts->n_seen;
	out->units_departed = (uint32_t)departed_units(facts, &last);
	if (last != NULL)
		out->lane_out = last->lane_out;
	if (last != NULL && out->units_departed == all)
		out->steps[STEP_DEPARTED] = last->departed.occurred_at_ms;
}

/* Looks stand in the order of who, which unit, when and what: what is told twice stands side by side. */
static bool
pass_looks(const struct facts *facts, struct progress *out)
{
	const struct look *last = NULL;
	for (size_t i = 0; i < facts->n_looks; i++) {
		const struct look *look = &facts->looks[i], *before = i > 0 ? look - 1 : NULL;
		bool same_subject = before != NULL && before->by == look->by && span_compare(before->unit_id, look->unit_id) == 0;
		bool told =
		    same_subject && before->at.occurred_at_ms == look->at.occurred_at_ms && before->outcome == look->outcome;
		out->inspections += !told;
		out->second_inspection = out->second_inspection || (same_subject && !told);
		if (last == NULL || stamp_later(&look->at, &last->at))
			last = look;
	}
	if (last == NULL)
		return false;
	out->steps[STEP_INSPECTED] = last->at.occurred_at_ms;
	return last->outcome != JUYAN__V1__OUTCOME__PASSED;
}

static enum stage
stage_of(const struct facts *facts, const struct progress *progress, bool held)
{
	if (facts->deleted)
		return STAGE_DELETED;
	if (progress->steps[STEP_DEPARTED] != TIME_UNKNOWN)
		return STAGE_DEPARTED;
	if (facts->released)
		return STAGE_RELEASED;
	if (facts->n_looks > 0)
		return held ? STAGE_HELD : STAGE_INSPECTED;
	if (facts->weighed)
		return STAGE_WEIGHED;
	if (progress->steps[STEP_ARRIVED] != TIME_UNKNOWN)
		return STAGE_ARRIVED;
	return facts->lodged ? STAGE_LODGED : STAGE_NONE;
}

void
progress_of(const struct facts *facts, struct progress *out)
{
	*out = (struct progress){ .units = (uint32_t)facts->n_units, .lodged_ms = TIME_UNKNOWN };
	for (size_t i = 0; i < STEPS; i++)
		out->steps[i] = TIME_UNKNOWN;
	if (facts->lodged && !facts->deleted)
		out->lodged_ms = facts->lodged_at.occurred_at_ms;
	if (facts->weighed) {
		out->steps[STEP_FIRST_WEIGHED] = facts->first_weighed.occurred_at_ms;
		out->steps[STEP_LAST_WEIGHED] = facts->last_weighed.occurred_at_ms;
	}
	if (facts->released)
		out->steps[STEP_RELEASED] = facts->released_at.occurred_at_ms;
	pass_units(facts, out);
	bool held = pass_looks(facts, out);
	out->stage = stage_of(facts, out, held);
}

bool
progress_in_yard(const struct progress *progress)
{
	return progress->steps[STEP_ARRIVED] != TIME_UNKNOWN && progress->stage < STAGE_DEPARTED;
}

/*
 * When the last of the steps before this one was done. What comes after it is none of them: the empty vehicle is weighed on its way
 * out. Where all come after it, the earliest is taken, and the span is backwards.
 */
static int64_t
step_before(const int64_t steps[STEPS], enum step end)
{
	int64_t last = TIME_UNKNOWN, earliest = TIME_UNKNOWN;
	for (int step = STEP_ARRIVED; step < (int)end; step++) {
		if (steps[step] == TIME_UNKNOWN)
			continue;
		if (steps[step] <= steps[end] && steps[step] > last)
			last = steps[step];
		if (earliest == TIME_UNKNOWN || steps[step] < earliest)
			earliest = steps[step];
	}
	return last != TIME_UNKNOWN ? last : earliest;
}

bool
progress_span(const int64_t steps[STEPS], enum span_kind kind, int64_t *ms)
{
	int64_t from = steps[STEP_ARRIVED], to = steps[STEP_DEPARTED];
	switch (kind) {
	case SPAN_WAITING:
		to = steps[STEP_FIRST_WEIGHED];
		break;
	case SPAN_WEIGHING:
		from = steps[STEP_FIRST_WEIGHED];
		to = steps[STEP_LAST_WEIGHED];
		if (from == to)
			return false;
		break;
	case SPAN_INSPECTION:
		to = steps[STEP_INSPECTED];
		from = step_before(steps, STEP_INSPECTED);
		break;
	case SPAN_CLEARANCE:
		from = step_before(steps, STEP_RELEASED);
		to = steps[STEP_RELEASED];
		break;
	case SPAN_LEAVING:
		from = steps[STEP_RELEASED];
		break;
	case SPAN_WHOLE:
	case SPANS:
		break;
	}
	if (from == TIME_UNKNOWN || to == TIME_UNKNOWN)
		return false;
	*ms = to - from;
	return true;
}
