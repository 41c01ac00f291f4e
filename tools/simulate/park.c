/* The machines of park.h. */
#include "park.h"

#include <assert.h>
#include <stdio.h>

#include "port_calendar.h"

#define MINUTES(n) ((int64_t)(n)*60000)

enum { PARK_STREAM = 1 << 20 }; /* of chance: the days of ports have those below */

/* How a machine comes to stand when it does not work, how often of a million, for how many minutes, and what is said of it. */
struct trouble {
	Juyan__V1__MachineKind kind;
	uint32_t per_million;
	Juyan__V1__Condition condition;
	int64_t least_min, most_min;
	const char *note;
};

static const struct trouble troubles[] = {
	{ JUYAN__V1__MACHINE_KIND__VEHICLE, 760000, JUYAN__V1__CONDITION__CHARGING, 20, 50, "" },
	{ JUYAN__V1__MACHINE_KIND__VEHICLE, 130000, JUYAN__V1__CONDITION__STOPPED, 1, 8, "emergency stop" },
	{ JUYAN__V1__MACHINE_KIND__VEHICLE, 50000, JUYAN__V1__CONDITION__BY_HAND, 5, 30, "manual mode" },
	{ JUYAN__V1__MACHINE_KIND__VEHICLE, 50000, JUYAN__V1__CONDITION__FAULT, 10, 120, "drive controller E-217" },
	{ JUYAN__V1__MACHINE_KIND__VEHICLE, 10000, JUYAN__V1__CONDITION__OFFLINE, 30, 300, "its connection broke" },
	{ JUYAN__V1__MACHINE_KIND__SCALE, 800000, JUYAN__V1__CONDITION__SILENT, 3, 40, "nothing for 60 s" },
	{ JUYAN__V1__MACHINE_KIND__SCALE, 200000, JUYAN__V1__CONDITION__STUCK, 20, 90, "one and the same reading" },
	{ JUYAN__V1__MACHINE_KIND__GATE, 1000000, JUYAN__V1__CONDITION__SILENT, 2, 15, "nothing for 60 s" },
	{ JUYAN__V1__MACHINE_KIND__SOURCE, 1000000, JUYAN__V1__CONDITION__OFFLINE, 1, 5, "the broker is away" },
};

/* For how many minutes a machine works before it does something else. */
static int64_t
works_min(struct park_machine *machine)
{
	switch ((int)machine->kind) {
	case JUYAN__V1__MACHINE_KIND__VEHICLE:
		return random_between(&machine->random, 40, 150);
	case JUYAN__V1__MACHINE_KIND__SCALE:
		return random_between(&machine->random, 3 * 60, 18 * 60);
	default:
		return random_between(&machine->random, 48 * 60, 240 * 60);
	}
}

static const struct trouble *
draw_trouble(struct park_machine *machine)
{
	const struct trouble *last = NULL;
	uint32_t drawn = random_below(&machine->random, 1000000);
	for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++) {
		if (troubles[i].kind != machine->kind)
			continue;
		last = &troubles[i];
		if (drawn < last->per_million)
			break;
		drawn -= last->per_million;
	}
	assert(last != NULL);
	return last;
}

static const char *
note_of(const struct park_machine *machine)
{
	for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++)
		if (troubles[i].kind == machine->kind && troubles[i].condition == machine->condition)
			return troubles[i].note;
	return "";
}

/* Who worked does something else, who did something else works. */
static void
change(struct park_machine *machine)
{
	int64_t minutes;
	if (machine->condition == JUYAN__V1__CONDITION__WORKING) {
		const struct trouble *trouble = draw_trouble(machine);
		machine->condition = trouble->condition;
		minutes = random_between(&machine->random, trouble->least_min, trouble->most_min);
	} else {
		machine->condition = JUYAN__V1__CONDITION__WORKING;
		minutes = works_min(machine);
	}
	machine->changes_ms += MINUTES(minutes);
}

static void
enter(struct park *park, size_t i, Juyan__V1__MachineKind kind, const char *name, size_t number, const char *lane, uint64_t seed,
    int64_t from_ms)
{
	struct park_machine *machine = &park->machine[i];
	*machine = (struct park_machine){ .kind = kind, .condition = JUYAN__V1__CONDITION__WORKING };
	snprintf(machine->name, sizeof machine->name, kind == JUYAN__V1__MACHINE_KIND__VEHICLE ? "%s-%02zu" : "%s-%zu", name,
	    number);
	if (lane[0] != '\0')
		snprintf(machine->lane, sizeof machine->lane, "%s-%zu", lane, 1 + (number - 1) % 2);
	random_seed(&machine->random, seed, PARK_STREAM + i);
	machine->tells_ms = from_ms + MINUTES(random_below(&machine->random, 60));
	machine->changes_ms = machine->tells_ms + MINUTES(works_min(machine));
}

void
park_open(struct park *park, const char *port, uint64_t seed, int64_t from_day, int64_t to_day)
{
	size_t n = 0;
	int64_t from_ms = port_calendar_start_ms(from_day);
	*park = (struct park){ .port = port, .end_ms = port_calendar_start_ms(to_day + 1) };
	for (size_t i = 1; i <= PARK_AGVS; i++)
		enter(park, n++, JUYAN__V1__MACHINE_KIND__VEHICLE, "AGV", i, "agv", seed, from_ms);
	for (size_t i = 1; i <= PARK_GATES; i++)
		enter(park, n++, JUYAN__V1__MACHINE_KIND__GATE, "gate", i, i == 1 ? "road-in" : "road-out", seed, from_ms);
	for (size_t i = 1; i <= PARK_SCALES; i++)
		enter(park, n++, JUYAN__V1__MACHINE_KIND__SCALE, "scale", i, "road-in", seed, from_ms);
	enter(park, n++, JUYAN__V1__MACHINE_KIND__SOURCE, "agv-broker", 1, "", seed, from_ms);
	assert(n == PARK_MACHINES);
}

static size_t
first(const struct park *park)
{
	size_t found = 0;
	for (size_t i = 1; i < PARK_MACHINES; i++)
		if (park->machine[i].tells_ms < park->machine[found].tells_ms)
			found = i;
	return found;
}

int64_t
park_next_ms(const struct park *park)
{
	int64_t ms = park->machine[first(park)].tells_ms;
	return ms < park->end_ms ? ms : INT64_MAX;
}

/* The messages hold plain pointers, though nobody writes through them. */
static char *
lent(const char *text)
{
	union {
		const char *in;
		char *out;
	} same = { .in = text };
	return same.out;
}

size_t
park_take(struct park *park, const Juyan__V1__Event **message)
{
	struct park_machine *machine = &park->machine[first(park)];
	int64_t now_ms = machine->tells_ms;
	assert(now_ms < park->end_ms);
	if (now_ms >= machine->changes_ms)
		change(machine);
	juyan__v1__event__init(&park->event);
	juyan__v1__machine_reported__init(&park->reported);
	park->event.occurred_at_ms = now_ms;
	park->event.port = lent(park->port);
	park->event.what_case = JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED;
	park->event.machine_reported = &park->reported;
	park->reported.machine = machine->name;
	park->reported.kind = machine->kind;
	park->reported.condition = machine->condition;
	park->reported.note = lent(note_of(machine));
	park->reported.lane = machine->lane;
	int64_t again_ms = now_ms + MINUTES(60);
	machine->tells_ms = machine->changes_ms < again_ms ? machine->changes_ms : again_ms;
	assert(juyan__v1__event__get_packed_size(&park->event) <= sizeof park->bytes);
	*message = &park->event;
	return juyan__v1__event__pack(&park->event, park->bytes);
}
