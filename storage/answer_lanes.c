/*
 * The lanes that the registry names, and others that were seen of late, with what passed there last: all, or the latest as far as
 * one answer holds them. "Of late" is 31 days up to the ledger's last receipt. The lanes of batches of one unit stand in their rows
 * of `passages`; of the others the facts are read.
 */
#include <stdio.h>
#include <stdlib.h>

#include "answer.h"
#include "civil.h"
#include "manifests.h"
#include "passages.h"
#include "registry_table.h"

enum { DAYS_BACK = 31, FACTS_ARENA_BYTES = 8 * 1024 * 1024 };

struct lane {
	const char *port; /* the registry's */
	char name[SHORT_TEXT_BYTES_MAX + 1];
	bool registered, seen, departed;
	int64_t last_ms;
	char batch_no[BATCH_NO_BYTES_MAX + 1];
};

struct lanes {
	struct snapshot *snapshot;
	const char *only; /* port or place; "": all */
	struct lane *list;
	size_t n;
	struct arena arena; /* facts of one batch */
};

/*
 * Where there is no room left, of those that the registry does not name the one that was seen longest ago makes way: a terminal
 * that writes plates where lanes stand must not hide what is there. NULL: the others were all seen later, or are named.
 */
static struct lane *
room_for(struct lanes *lanes, bool registered, int64_t ms)
{
	struct lane *found = NULL;
	if (lanes->n < ANSWER_ROWS_MAX)
		return &lanes->list[lanes->n++];
	for (size_t i = 0; i < lanes->n && !registered; i++)
		if (!lanes->list[i].registered && (found == NULL || lanes->list[i].last_ms < found->last_ms))
			found = &lanes->list[i];
	return found != NULL && found->last_ms < ms ? found : NULL;
}

/* NULL: there is no room for it. */
static struct lane *
lane_of(struct lanes *lanes, const char *port, struct span name, bool registered, int64_t ms)
{
	for (size_t i = 0; i < lanes->n; i++) {
		struct lane *lane = &lanes->list[i];
		if (lane->port == port && strlen(lane->name) == name.bytes && memcmp(lane->name, name.data, name.bytes) == 0)
			return lane;
	}
	struct lane *lane = room_for(lanes, registered, ms);
	if (lane != NULL) {
		*lane = (struct lane){ .port = port, .registered = registered };
		memcpy(lane->name, name.data, name.bytes);
	}
	return lane;
}

/* A lane without a name is none. */
static void
saw(struct lanes *lanes, const char *port, struct span name, bool departed, int64_t ms, const char *batch_no)
{
	if (name.bytes == 0 || name.bytes > SHORT_TEXT_BYTES_MAX)
		return;
	struct lane *lane = lane_of(lanes, port, name, false, ms);
	if (lane == NULL || (lane->seen && lane->last_ms >= ms))
		return;
	lane->seen = true;
	lane->departed = departed;
	lane->last_ms = ms;
	snprintf(lane->batch_no, sizeof lane->batch_no, "%s", batch_no);
}

static enum status
saw_units(struct lanes *lanes, const char *port, const struct passage_row *row)
{
	struct facts facts;
	arena_reset(&lanes->arena);
	enum status status = manifests_find(&lanes->snapshot->store, row->port, row->batch_no, &lanes->arena, &facts);
	for (size_t i = 0; status == STATUS_OK && i < facts.n_seen; i++) {
		const struct unit_facts *unit = &facts.seen[i];
		if (unit->has_arrived)
			saw(lanes, port, unit->lane_in, false, unit->arrived.occurred_at_ms, row->batch_no);
		if (unit->has_departed)
			saw(lanes, port, unit->lane_out, true, unit->departed.occurred_at_ms, row->batch_no);
	}
	return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
}

static enum status
saw_row(void *user, const struct passage_row *row)
{
	struct lanes *lanes = user;
	const char *port = registry_port_id(lanes->snapshot->registry, row->port);
	if (port == NULL)
		return STATUS_DAMAGED;
	if (!answer_asks_port(lanes->snapshot, lanes->only, port))
		return STATUS_OK;
	if (row->place == PLACE_YARD || !row->one_unit)
		return saw_units(lanes, port, row);
	if (row->steps[STEP_ARRIVED] != TIME_UNKNOWN)
		saw(lanes, port, row->lane_in, false, row->steps[STEP_ARRIVED], row->batch_no);
	saw(lanes, port, row->lane_out, true, row->steps[STEP_DEPARTED], row->batch_no);
	return STATUS_OK;
}

/* Those of the latest record of each port: a lane that was given up is one that is merely seen. */
static enum status
add_registered(struct lanes *lanes, struct reason *why)
{
	Juyan__V1__RegistryRecord **records;
	size_t n;
	enum status status = registry_table_read(&lanes->snapshot->store, "port", lanes->snapshot->arena, &records, &n);
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		const Juyan__V1__Port *port = records[i]->port;
		bool replaced = i + 1 < n && strcmp(records[i + 1]->port->id, port->id) == 0;
		const char *id = registry_port_id(lanes->snapshot->registry, port->id);
		if (replaced || id == NULL || !answer_asks_port(lanes->snapshot, lanes->only, id))
			continue;
		for (size_t k = 0; k < port->n_lanes && status == STATUS_OK; k++) {
			struct span name = { (const uint8_t *)port->lanes[k], strlen(port->lanes[k]) };
			if (name.bytes > SHORT_TEXT_BYTES_MAX)
				status = STATUS_DAMAGED;
			else if (lane_of(lanes, id, name, true, 0) == NULL)
				status = reason_say(why, STATUS_TOO_MANY, "the registry names more than %d lanes: ask for one port",
				    ANSWER_ROWS_MAX);
		}
	}
	return status;
}

static int
compare(const void *a, const void *b)
{
	const struct lane *x = a, *y = b;
	int order = strcmp(x->port, y->port);
	return order != 0 ? order : strcmp(x->name, y->name);
}

static enum status
tell(const struct lanes *lanes, const struct lane *lane, Juyan__V1__LaneRow **out)
{
	struct arena *arena = lanes->snapshot->arena;
	Juyan__V1__LaneRow *row = arena_take(arena, sizeof *row);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__lane_row__init(row);
	row->port = answer_string(arena, lane->port);
	row->lane = answer_string(arena, lane->name);
	row->registered = lane->registered;
	row->has_last_at_ms = lane->seen;
	row->last_at_ms = lane->last_ms;
	row->happened = answer_string(arena, !lane->seen ? "" : lane->departed ? "unit_departed" : "unit_arrived");
	row->batch_no = answer_string(arena, lane->batch_no);
	*out = row;
	return row->port != NULL && row->lane != NULL && row->happened != NULL && row->batch_no != NULL ? STATUS_OK
													: STATUS_NO_MEMORY;
}

static enum status
gather(struct lanes *lanes, struct reason *why)
{
	/* A port's day may be one ahead of UTC's; what is told of days to come is not of late. */
	int64_t today = civil_day_of_ms(lanes->snapshot->meta.end.received_at_ms) + 1;
	const struct store *store = &lanes->snapshot->store;
	enum status status = add_registered(lanes, why);
	if (status == STATUS_OK)
		status = passages_each(store, PLACE_YARD, PLACE_YARD, NULL, saw_row, lanes);
	if (status == STATUS_OK)
		status = passages_each(store, passages_place(today - DAYS_BACK), passages_place(today), NULL, saw_row, lanes);
	return status;
}

enum status
answer_lanes(struct snapshot *snapshot, const Juyan__V1__LanesAsk *ask, Juyan__V1__Lanes **out, struct reason *why)
{
	struct lanes lanes = { .snapshot = snapshot, .only = ask->port };
	Juyan__V1__Lanes *answer = arena_take(snapshot->arena, sizeof *answer);
	lanes.list = arena_take(snapshot->arena, ANSWER_ROWS_MAX * sizeof *lanes.list);
	if (answer == NULL || lanes.list == NULL)
		return STATUS_NO_MEMORY;
	enum status status = answer_check_port(snapshot, ask->port, true, why);
	if (status == STATUS_OK)
		status = arena_open(&lanes.arena, FACTS_ARENA_BYTES);
	if (status != STATUS_OK)
		return status;
	status = gather(&lanes, why);
	arena_close(&lanes.arena);
	if (status != STATUS_OK)
		return status;
	if (lanes.n > 0)
		qsort(lanes.list, lanes.n, sizeof *lanes.list, compare);
	juyan__v1__lanes__init(answer);
	answer->rows = arena_take(snapshot->arena, (lanes.n + 1) * sizeof(Juyan__V1__LaneRow *));
	if (answer->rows == NULL)
		return STATUS_NO_MEMORY;
	for (; answer->n_rows < lanes.n && status == STATUS_OK; answer->n_rows++)
		status = tell(&lanes, &lanes.list[answer->n_rows], &answer->rows[answer->n_rows]);
	if (status == STATUS_OK)
		*out = answer;
	return status;
}
