/*
 * How long crossings took: the spans between the steps of those that left on some days, from the rows of `passages` alone.
 *
 * p50 and p90 are by nearest rank: of n spans in order the one with the number n * p, rounded up. It is one that happened, and
 * needs no rule of what lies between two.
 */
#include <stdlib.h>

#include "answer.h"
#include "civil.h"
#include "passages.h"

enum {
	SAMPLES_MAX = 1 << 22, /* some 700,000 crossings; 32 MiB while it is answered */
	SAMPLES_FIRST = 1 << 12,
	MS_BITS = 40, /* of a sample, 34 years; the rest is its row */
	ROWS_MAX = TOTALS_ROWS_MAX,
	MODES = JUYAN__V1__MODE__RAIL + 1
};

_Static_assert((uint64_t)PORTS_MAX *MODES * 100000 * SPANS < UINT64_C(1) << 62, "a row's number needs no more than 64 bits");

/* One row of the answer: what it is about, its number in order, and what does not stand among the samples. */
struct group {
	const char *port; /* the registry's, or "" */
	Juyan__V1__Mode mode;
	int64_t day;
	enum span_kind kind;
	uint32_t backwards;
	uint32_t n;
	int64_t p50_ms, p90_ms;
};

struct dwell {
	const Juyan__V1__DwellAsk *ask;
	struct snapshot *snapshot;
	struct group *groups; /* in the order in which they came; sorted at the end */
	size_t n_groups;
	uint64_t *samples; /* group << MS_BITS | ms */
	size_t n_samples, room;
	struct reason *why;
};

static bool
same_group(const struct group *a, const struct group *b)
{
	return a->port == b->port && a->mode == b->mode && a->day == b->day && a->kind == b->kind;
}

/* Rows come by day and port, so the group is mostly one of the last. */
static enum status
group_of(struct dwell *dwell, const struct group *wanted, size_t *out)
{
	for (size_t i = dwell->n_groups; i > 0; i--)
		if (same_group(&dwell->groups[i - 1], wanted)) {
			*out = i - 1;
			return STATUS_OK;
		}
	if (dwell->n_groups == ROWS_MAX)
		return reason_say(dwell->why, STATUS_TOO_MANY, "the answer has more than %d rows: ask for fewer days or parts",
		    ROWS_MAX);
	*out = dwell->n_groups++;
	dwell->groups[*out] = *wanted;
	return STATUS_OK;
}

static enum status
add_sample(struct dwell *dwell, size_t group, int64_t ms)
{
	if (dwell->n_samples == SAMPLES_MAX)
		return reason_say(dwell->why, STATUS_TOO_MANY,
		    "these days have more than %d spans of time: ask for fewer days or one port", SAMPLES_MAX);
	if (dwell->n_samples == dwell->room) {
		size_t room = dwell->room == 0 ? SAMPLES_FIRST : 2 * dwell->room;
		uint64_t *grown = realloc(dwell->samples, room * sizeof *grown);
		if (grown == NULL)
			return STATUS_NO_MEMORY;
		dwell->samples = grown;
		dwell->room = room;
	}
	uint64_t most = (UINT64_C(1) << MS_BITS) - 1;
	dwell->samples[dwell->n_samples++] = (uint64_t)group << MS_BITS | ((uint64_t)ms < most ? (uint64_t)ms : most);
	return STATUS_OK;
}

static enum status
add_row(void *user, const struct passage_row *row)
{
	struct dwell *dwell = user;
	const Juyan__V1__DwellAsk *ask = dwell->ask;
	const char *port = registry_port_id(dwell->snapshot->registry, row->port), *mode = wire_mode_name(row->mode);
	if (port == NULL)
		return STATUS_DAMAGED;
	if (!places_among(registry_places(dwell->snapshot->registry), ask->ports, ask->n_ports, port) ||
	    !answer_among(ask->modes, ask->n_modes, mode != NULL ? mode : ""))
		return STATUS_OK;
	enum status status = STATUS_OK;
	for (int kind = 0; kind < SPANS && status == STATUS_OK; kind++) {
		int64_t ms;
		size_t group;
		if (!progress_span(row->steps, (enum span_kind)kind, &ms))
			continue;
		struct group wanted = { .port = ask->by_port ? port : "", .kind = (enum span_kind)kind };
		wanted.mode = ask->by_mode ? row->mode : JUYAN__V1__MODE__MODE_UNSPECIFIED;
		wanted.day = ask->by_day ? passages_day(row->place) : 0;
		status = group_of(dwell, &wanted, &group);
		if (status == STATUS_OK && ms < 0)
			dwell->groups[group].backwards++;
		else if (status == STATUS_OK)
			status = add_sample(dwell, group, ms);
	}
	return status;
}

static int
compare_samples(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static int
compare_groups(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	int order = strcmp(x->port, y->port);
	if (order == 0)
		order = (int)x->mode - (int)y->mode;
	if (order == 0)
		order = x->day < y->day ? -1 : x->day > y->day;
	return order != 0 ? order : (int)x->kind - (int)y->kind;
}

static int64_t
nearest_rank(const uint64_t *sorted, size_t n, size_t percent)
{
	size_t rank = (n * percent + 99) / 100;
	return (int64_t)(sorted[rank > 0 ? rank - 1 : 0] & ((UINT64_C(1) << MS_BITS) - 1));
}

/* Each group's samples stand together once they are sorted. */
static void
measure(struct dwell *dwell)
{
	if (dwell->n_samples > 0)
		qsort(dwell->samples, dwell->n_samples, sizeof *dwell->samples, compare_samples);
	for (size_t first = 0, n; first < dwell->n_samples; first += n) {
		uint64_t of = dwell->samples[first] >> MS_BITS;
		for (n = 1; first + n < dwell->n_samples && dwell->samples[first + n] >> MS_BITS == of; n++)
			;
		struct group *group = &dwell->groups[of];
		group->n = (uint32_t)n;
		group->p50_ms = nearest_rank(dwell->samples + first, n, 50);
		group->p90_ms = nearest_rank(dwell->samples + first, n, 90);
	}
	if (dwell->n_groups > 0)
		qsort(dwell->groups, dwell->n_groups, sizeof *dwell->groups, compare_groups);
}

static enum status
tell(const struct dwell *dwell, const struct group *group, Juyan__V1__DwellRow **out)
{
	char day[CIVIL_TEXT_BYTES] = "";
	struct arena *arena = dwell->snapshot->arena;
	Juyan__V1__DwellRow *row = arena_take(arena, sizeof *row);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	if (dwell->ask->by_day) {
		int year, month, dom;
		civil_date(group->day, &year, &month, &dom);
		civil_format((uint32_t)(year * 10000 + month * 100 + dom), PERIOD_DAY, day);
	}
	const char *mode = wire_mode_name(group->mode);
	juyan__v1__dwell_row__init(row);
	row->port = answer_string(arena, group->port);
	row->mode = answer_string(arena, mode != NULL ? mode : "");
	row->day = answer_string(arena, day);
	row->kind = answer_string(arena, span_kind_name(group->kind));
	row->n = group->n;
	row->p50_ms = group->p50_ms;
	row->p90_ms = group->p90_ms;
	row->backwards = group->backwards;
	*out = row;
	return row->port != NULL && row->mode != NULL && row->day != NULL && row->kind != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status
check(const struct dwell *dwell, int64_t *from, int64_t *to, struct reason *why)
{
	const Juyan__V1__DwellAsk *ask = dwell->ask;
	enum status status = answer_check_day(ask->from, "from", from, why);
	if (status == STATUS_OK)
		status = answer_check_day(ask->to, "to", to, why);
	if (status == STATUS_OK && *from > *to)
		status = reason_say(why, STATUS_OUT_OF_RANGE, "'from' is %.10s and 'to' %.10s: the earlier day was expected first",
		    ask->from, ask->to);
	if (status == STATUS_OK)
		status = answer_check_modes(ask->modes, ask->n_modes, why);
	for (size_t i = 0; i < ask->n_ports && status == STATUS_OK; i++)
		status = answer_check_port(dwell->snapshot, ask->ports[i], false, why);
	return status;
}

enum status
answer_dwell(struct snapshot *snapshot, const Juyan__V1__DwellAsk *ask, Juyan__V1__Dwells **out, struct reason *why)
{
	struct dwell dwell = { .ask = ask, .snapshot = snapshot, .why = why };
	int64_t from, to;
	Juyan__V1__Dwells *answer = arena_take(snapshot->arena, sizeof *answer);
	dwell.groups = arena_take(snapshot->arena, ROWS_MAX * sizeof *dwell.groups);
	if (answer == NULL || dwell.groups == NULL)
		return STATUS_NO_MEMORY;
	enum status status = check(&dwell, &from, &to, why);
	if (status == STATUS_OK)
		status = passages_each(&snapshot->store, passages_place(from), passages_place(to), NULL, add_row, &dwell);
	if (status == STATUS_OK)
		measure(&dwell);
	free(dwell.samples);
	if (status != STATUS_OK)
		return status;
	juyan__v1__dwells__init(answer);
	answer->rows = arena_take(snapshot->arena, (dwell.n_groups + 1) * sizeof(Juyan__V1__DwellRow *));
	if (answer->rows == NULL)
		return STATUS_NO_MEMORY;
	for (; answer->n_rows < dwell.n_groups && status == STATUS_OK; answer->n_rows++)
		status = tell(&dwell, &dwell.groups[answer->n_rows], &answer->rows[answer->n_rows]);
	if (status == STATUS_OK)
		*out = answer;
	return status;
}
