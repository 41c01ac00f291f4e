/*
 * Totals: the rows of the coarsest period that fits the question, filtered and added up by what was asked for. The year's total so
 * takes a handful of rows, however many events there are.
 */
#include <stdlib.h>

#include "answer.h"
#include "tonnage.h"

enum { SLOTS_FIRST = 256 };

/* "Since ever" and "until ever": events are of 1900 to 2199 in UTC, so by a port's clock a few hours more. */
enum { HOUR_FIRST = 1899010100 };
#define HOUR_LAST UINT32_C(2200123123)

/* One row of the answer while it is added up. */
struct total {
	struct tonnage_row row;
	int64_t units_unknown;
};

/* The sums so far: open addressing; a slot without a port is free. */
struct sums {
	struct total *slots;
	size_t used, room;
	struct arena *arena;
};

/* A question in the form in which rows are held against it. */
struct plan {
	const Juyan__V1__TotalsAsk *ask;
	const struct places *places;
	char **ports; /* those that are asked for; none: all */
	size_t n_ports;
	enum period scan;  /* the kind of rows that are read */
	enum period split; /* the kind of period that rows are split by; holds where by_period is set */
	uint32_t from, to; /* of the kind `scan` */
};

static bool
aligned(uint32_t first_hour, uint32_t last_hour, enum period kind)
{
	return civil_first_hour(civil_period(first_hour, kind), kind) == first_hour &&
	    civil_last_hour(civil_period(last_hour, kind), kind) == last_hour;
}

static enum status
bound_of(const char *text, const char *which, uint32_t fallback, uint32_t (*edge)(uint32_t, enum period), uint32_t *hour,
    struct reason *why)
{
	uint32_t period;
	enum period kind;
	*hour = fallback;
	if (text[0] == '\0')
		return STATUS_OK;
	if (!civil_parse(text, &period, &kind))
		return reason_say(why, STATUS_SYNTAX, "'%s' is '%.32s': 2025, 2025-01, 2025-01-31 or 2025-01-31T08 was expected",
		    which, text);
	*hour = edge(period, kind);
	return STATUS_OK;
}

static enum status
check_names(char *const *names, size_t n, const char *what, const char *expected, bool (*known)(const char *name),
    struct reason *why)
{
	for (size_t i = 0; i < n; i++)
		if (!known(names[i]))
			return reason_say(why, STATUS_OUT_OF_RANGE, "there is no %s '%.32s': %s was expected", what, names[i],
			    expected);
	return STATUS_OK;
}

static bool
known_direction(const char *name)
{
	Juyan__V1__Direction direction;
	return wire_direction_of(name, &direction);
}

static bool
known_mode(const char *name)
{
	Juyan__V1__Mode mode;
	return wire_mode_of(name, &mode);
}

static bool
known_basis(const char *name)
{
	enum basis basis;
	return basis_of(name, &basis);
}

static enum status
plan_ask(const struct snapshot *snapshot, const Juyan__V1__TotalsAsk *ask, struct plan *plan, struct reason *why)
{
	uint32_t first, last;
	if ((unsigned)ask->by_period > JUYAN__V1__PERIOD_KIND__YEAR)
		return reason_say(why, STATUS_OUT_OF_RANGE, "by_period is %d: 0 to %d was expected", (int)ask->by_period,
		    JUYAN__V1__PERIOD_KIND__YEAR);
	enum status status = bound_of(ask->from, "from", HOUR_FIRST, civil_first_hour, &first, why);
	if (status == STATUS_OK)
		status = bound_of(ask->to, "to", HOUR_LAST, civil_last_hour, &last, why);
	if (status == STATUS_OK)
		status = check_names(ask->directions, ask->n_directions, "direction", "import or export", known_direction, why);
	if (status == STATUS_OK)
		status = check_names(ask->modes, ask->n_modes, "mode", "truck, agv or rail", known_mode, why);
	if (status == STATUS_OK)
		status =
		    check_names(ask->bases, ask->n_bases, "basis", "weighed, declared, corrected or unknown", known_basis, why);
	for (size_t i = 0; i < ask->n_ports && status == STATUS_OK; i++)
		status = answer_check_port(snapshot, ask->ports[i], false, why);
	if (status == STATUS_OK)
		status = answer_ports(snapshot, ask->ports, ask->n_ports, &plan->ports, &plan->n_ports);
	if (status != STATUS_OK)
		return status;
	plan->ask = ask;
	plan->places = registry_places(snapshot->registry);
	/* The proto's kinds go from hour to year, ours from year to hour. */
	plan->split = ask->by_period != 0 ? (enum period)(PERIOD_HOUR + 1 - (int)ask->by_period) : PERIOD_YEAR;
	for (plan->scan = plan->split; plan->scan < PERIOD_HOUR && !aligned(first, last, plan->scan); plan->scan++)
		;
	plan->from = civil_period(first, plan->scan);
	plan->to = civil_period(last, plan->scan);
	return STATUS_OK;
}

static bool
asked_for(const struct plan *plan, const struct tonnage_row *row)
{
	const Juyan__V1__TotalsAsk *ask = plan->ask;
	return answer_among(plan->ports, plan->n_ports, row->port) && answer_among(ask->groups, ask->n_groups, row->group) &&
	    answer_among(ask->directions, ask->n_directions, wire_direction_name(row->direction)) &&
	    answer_among(ask->modes, ask->n_modes, wire_mode_name(row->mode)) &&
	    answer_among(ask->bases, ask->n_bases, basis_name(row->basis));
}

/* The id of the place right above a port; "": none. */
static const char *
place_of(const struct plan *plan, const char *port)
{
	const char *place = places_above(plan->places, port);
	return place != NULL ? place : "";
}

/* A row with all that was not asked for left out: what rows are added up by. Without ports a place stands where the port would. */
static struct tonnage_row
group_row(const struct plan *plan, const struct tonnage_row *row)
{
	const Juyan__V1__TotalsAsk *ask = plan->ask;
	struct tonnage_row group = { .port = "", .group = "" };
	if (ask->by_period != 0) {
		group.kind = plan->split;
		group.period = civil_period(civil_first_hour(row->period, row->kind), plan->split);
	}
	if (ask->by_port)
		group.port = row->port;
	else if (ask->by_place)
		group.port = place_of(plan, row->port);
	if (ask->by_group)
		group.group = row->group;
	group.direction = ask->by_direction ? row->direction : JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED;
	group.mode = ask->by_mode ? row->mode : JUYAN__V1__MODE__MODE_UNSPECIFIED;
	group.basis = ask->by_basis ? row->basis : (enum basis)0;
	return group;
}

static int
compare(const void *a, const void *b)
{
	const struct tonnage_row *x = &((const struct total *)a)->row, *y = &((const struct total *)b)->row;
	int order = x->period < y->period ? -1 : x->period > y->period;
	if (order == 0)
		order = strcmp(x->port, y->port);
	if (order == 0)
		order = (int)x->direction - (int)y->direction;
	if (order == 0)
		order = (int)x->mode - (int)y->mode;
	if (order == 0)
		order = strcmp(x->group, y->group);
	return order != 0 ? order : (int)x->basis - (int)y->basis;
}

static struct total *
slot_of(const struct sums *sums, const struct tonnage_row *row)
{
	size_t i = tonnage_hash_row(row) & (sums->room - 1);
	while (sums->slots[i].row.port != NULL && !tonnage_same_row(&sums->slots[i].row, row))
		i = (i + 1) & (sums->room - 1);
	return &sums->slots[i];
}

/* Twice the room, as long as at least half of it is free. */
static enum status
make_room(struct sums *sums)
{
	if (2 * sums->used < sums->room)
		return STATUS_OK;
	struct sums grown = { .used = sums->used, .room = sums->room == 0 ? SLOTS_FIRST : 2 * sums->room, .arena = sums->arena };
	grown.slots = arena_take(grown.arena, grown.room * sizeof *grown.slots);
	if (grown.slots == NULL)
		return STATUS_NO_MEMORY;
	memset(grown.slots, 0, grown.room * sizeof *grown.slots);
	for (size_t i = 0; i < sums->room; i++)
		if (sums->slots[i].row.port != NULL)
			*slot_of(&grown, &sums->slots[i].row) = sums->slots[i];
	*sums = grown;
	return STATUS_OK;
}

static enum status
add(struct sums *sums, const struct plan *plan, const struct tonnage_row *row, struct reason *why)
{
	struct total total = { .row = group_row(plan, row) };
	enum status status = make_room(sums);
	if (status != STATUS_OK)
		return status;
	struct total *slot = slot_of(sums, &total.row);
	if (slot->row.port == NULL) {
		if (sums->used == TOTALS_ROWS_MAX)
			return reason_say(why, STATUS_TOO_MANY,
			    "the answer has more than %d rows: ask for a shorter time or fewer parts", TOTALS_ROWS_MAX);
		*slot = total;
		sums->used++;
	}
	slot->row.net_kg += row->net_kg;
	slot->row.batches += row->batches;
	slot->row.units += row->units;
	slot->units_unknown += row->basis == BASIS_UNKNOWN ? row->units : 0;
	return STATUS_OK;
}

static enum status
add_all(const struct snapshot *snapshot, const struct plan *plan, struct sums *sums, struct reason *why)
{
	struct walk walk;
	enum status status = walk_open(&snapshot->store, TABLE_tonnage, &walk);
	if (status == STATUS_OK)
		status = tonnage_seek(&walk, plan->scan, plan->from);
	for (; status == STATUS_OK; status = walk_next(&walk)) {
		struct tonnage_row row;
		status = tonnage_read(&walk, &row);
		if (status != STATUS_OK || row.kind != plan->scan || row.period > plan->to)
			break;
		if (asked_for(plan, &row))
			status = add(sums, plan, &row, why);
		if (status != STATUS_OK)
			break;
	}
	walk_close(&walk);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static char *
or_empty(struct arena *arena, const char *name)
{
	return answer_string(arena, name != NULL ? name : "");
}

static enum status
write_row(const struct plan *plan, struct arena *arena, const struct total *total, Juyan__V1__TotalsRow **out)
{
	char period[CIVIL_TEXT_BYTES] = "";
	const struct tonnage_row *from = &total->row;
	Juyan__V1__TotalsRow *row = arena_take(arena, sizeof *row);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	if (from->period != 0)
		civil_format(from->period, from->kind, period);
	juyan__v1__totals_row__init(row);
	bool by_port = plan->ask->by_port, by_place = plan->ask->by_place;
	row->port = answer_string(arena, by_port ? from->port : "");
	row->place = answer_string(arena, !by_place ? "" : by_port ? place_of(plan, from->port) : from->port);
	row->period = answer_string(arena, period);
	row->direction = or_empty(arena, wire_direction_name(from->direction));
	row->mode = or_empty(arena, wire_mode_name(from->mode));
	row->group = answer_string(arena, from->group);
	row->basis = or_empty(arena, basis_name(from->basis));
	row->net_kg = from->net_kg;
	row->batches = from->batches;
	row->units = from->units;
	row->units_unknown = total->units_unknown;
	*out = row;
	return row->port != NULL && row->place != NULL && row->period != NULL && row->direction != NULL && row->mode != NULL &&
		row->group != NULL && row->basis != NULL
	    ? STATUS_OK
	    : STATUS_NO_MEMORY;
}

enum status
answer_totals(struct snapshot *snapshot, const Juyan__V1__TotalsAsk *ask, Juyan__V1__Totals **out, struct reason *why)
{
	struct plan plan = { 0 };
	struct sums sums = { .arena = snapshot->arena };
	Juyan__V1__Totals *answer = arena_take(snapshot->arena, sizeof *answer);
	if (answer == NULL)
		return STATUS_NO_MEMORY;
	enum status status = plan_ask(snapshot, ask, &plan, why);
	if (status == STATUS_OK)
		status = add_all(snapshot, &plan, &sums, why);
	if (status != STATUS_OK)
		return status;
	size_t n = 0;
	for (size_t i = 0; i < sums.room; i++)
		if (sums.slots[i].row.port != NULL)
			sums.slots[n++] = sums.slots[i];
	if (n > 0)
		qsort(sums.slots, n, sizeof *sums.slots, compare);
	juyan__v1__totals__init(answer);
	answer->rows = arena_take(snapshot->arena, (n + 1) * sizeof(Juyan__V1__TotalsRow *));
	if (answer->rows == NULL)
		return STATUS_NO_MEMORY;
	for (; answer->n_rows < n && status == STATUS_OK; answer->n_rows++)
		status = write_row(&plan, snapshot->arena, &sums.slots[answer->n_rows], &answer->rows[answer->n_rows]);
	if (status == STATUS_OK)
		*out = answer;
	return status;
}
