/* How the machines at the ports stand, and how long each was available. */
#include <inttypes.h>

#include "answer.h"
#include "machines.h"

struct telling {
	struct snapshot *snapshot;
	const Juyan__V1__MachinesAsk *ask;
	Juyan__V1__Machines *answer;
	size_t rows_max, begun; /* of the arena */
};

static Juyan__V1__MachineSpan *
tell_span(struct arena *arena, const struct uptime_span *span)
{
	Juyan__V1__MachineSpan *told = arena_take(arena, sizeof *told);
	if (told == NULL)
		return NULL;
	juyan__v1__machine_span__init(told);
	told->known_ms = span->known_ms;
	told->available_ms = span->available_ms;
	told->charging_ms = span->charging_ms;
	told->stops = span->stops;
	told->faults = span->faults;
	return told;
}

static int64_t *
tell_hours(struct arena *arena, const struct uptime *uptime)
{
	int64_t *hours = arena_take(arena, UPTIME_HOURS * sizeof *hours);
	for (int i = 0; i < UPTIME_HOURS && hours != NULL; i++) {
		const struct uptime_span *hour = &uptime->hours[i];
		hours[i] = hour->known_ms == 0 ? -1 : hour->available_ms * 1000 / hour->known_ms;
	}
	return hours;
}

static enum status
tell(struct telling *telling, const struct machine_report *last, const struct uptime *uptime, Juyan__V1__MachineRow **out)
{
	struct arena *arena = telling->snapshot->arena;
	Juyan__V1__MachineRow *row = arena_take(arena, sizeof *row);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__machine_row__init(row);
	row->port = answer_string(arena, last->port);
	row->machine = answer_string(arena, last->machine);
	row->kind = answer_string(arena, wire_machine_kind_name(last->kind));
	row->condition = answer_string(arena, wire_condition_name(last->condition));
	row->since_ms = uptime->since_ms;
	row->told_ms = last->at.occurred_at_ms;
	row->outdated = telling->ask->now_ms - row->told_ms > MACHINE_HOLDS_MS;
	row->note = answer_text(arena, last->note);
	row->lane = answer_text(arena, last->lane);
	row->latest = tell_span(arena, &uptime->last_24h);
	row->day = tell_span(arena, &uptime->day);
	row->hours = tell_hours(arena, uptime);
	row->n_hours = UPTIME_HOURS;
	*out = row;
	return row->port != NULL && row->machine != NULL && row->kind != NULL && row->condition != NULL && row->note != NULL &&
		row->lane != NULL && row->latest != NULL && row->day != NULL && row->hours != NULL
	    ? STATUS_OK
	    : STATUS_NO_MEMORY;
}

/* CLOSED: the page is full. A port that is in the registry no longer has no machines to look after. */
static enum status
see(void *user, const struct machine_report *last, struct walk *walk)
{
	struct telling *telling = user;
	Juyan__V1__Machines *answer = telling->answer;
	struct snapshot *snapshot = telling->snapshot;
	struct uptime uptime;
	int64_t now_ms = telling->ask->now_ms;
	if (!registry_knows_port(snapshot->registry, last->port) || !answer_asks_port(snapshot, telling->ask->port, last->port))
		return STATUS_OK;
	answer->more = answer->n_rows == telling->rows_max || snapshot->arena->used - telling->begun > PAGE_BYTES;
	if (answer->more)
		return STATUS_CLOSED;
	enum status status = machines_look_back(walk, now_ms, answer_day_begin_ms(snapshot->registry, last->port, now_ms), &uptime);
	return status == STATUS_OK ? tell(telling, last, &uptime, &answer->rows[answer->n_rows++]) : status;
}

enum status
answer_machines(struct snapshot *snapshot, const Juyan__V1__MachinesAsk *ask, Juyan__V1__Machines **out, struct reason *why)
{
	struct telling telling = { .snapshot = snapshot, .ask = ask, .rows_max = answer_rows(ask->rows_max) };
	struct machines_wanted wanted = { .port = answer_one_port(snapshot, ask->port), .now_ms = ask->now_ms };
	if (ask->now_ms < TIME_MS_MIN || ask->now_ms > TIME_MS_HIGHEST)
		return reason_say(why, STATUS_OUT_OF_RANGE, "now_ms is %" PRId64 ": the time of asking was expected", ask->now_ms);
	enum status status = answer_check_port(snapshot, ask->port, true, why);
	if (status != STATUS_OK)
		return status;
	if ((ask->after_port[0] == '\0') != (ask->after_machine[0] == '\0') || strlen(ask->after_port) > PORT_BYTES_MAX ||
	    strlen(ask->after_machine) > UNIT_ID_BYTES_MAX)
		return reason_say(why, STATUS_OUT_OF_RANGE, "after_port and after_machine: the last row's were expected, or none");
	if (ask->after_port[0] != '\0') {
		wanted.after_port = ask->after_port;
		wanted.after_machine = ask->after_machine;
	}
	telling.answer = arena_take(snapshot->arena, sizeof *telling.answer);
	Juyan__V1__MachineRow **rows = arena_take(snapshot->arena, telling.rows_max * sizeof *rows);
	if (telling.answer == NULL || rows == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__machines__init(telling.answer);
	telling.answer->rows = rows;
	telling.begun = snapshot->arena->used;
	status = machines_each(&snapshot->store, &wanted, see, &telling);
	if (status == STATUS_OK || status == STATUS_CLOSED)
		*out = telling.answer;
	return status == STATUS_CLOSED ? STATUS_OK : status;
}
