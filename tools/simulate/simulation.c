/*
 * Days are planned a little ahead of the clock, each crossing waits in a heap with the time of its next event, and events are
 * taken from the top: so several terminals' streams come out as one, in order of sending.
 */
#include "simulation.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "day_plan.h"
#include "encode.h"
#include "faults.h"
#include "park.h"
#include "port_calendar.h"

struct waiting {
	int64_t at_ms;
	uint64_t order;
	struct crossing *crossing;
};

enum { TERMINAL_NAME_BYTES = 32 };

struct simulation {
	struct simulation_options options;
	struct day_plan plan;
	struct crossing_pool *pool;
	struct waiting *heap;
	size_t n, room;
	struct crossing *spent; /* its last event was given by the last call */
	uint64_t crossings, events;
	int64_t next_day; /* to be planned */
	struct tally *tally;
	uint32_t terminals;
	struct simulation_terminal terminal[SIMULATION_TERMINALS_MAX];
	char terminal_name[SIMULATION_TERMINALS_MAX][TERMINAL_NAME_BYTES];
	uint8_t terminal_of[CROSSING_PORTS][CROSSING_DESKS];
	uint64_t stream_seq[SIMULATION_TERMINALS_MAX];
	struct encoder encoder;
	struct park park;
	uint32_t park_terminal; /* holds where machines tell */
};

#define CUSTOMS_KINDS "manifest_lodged", "manifest_deleted", "inspected", "released", "mass_corrected"

struct desk_row {
	enum crossing_port port;
	enum crossing_desk desks[3]; /* that this terminal serves */
	size_t n;
	struct simulation_terminal terminal; /* at the port itself, not at a twin */
};

static const struct desk_row desk_rows[] = {
	{ PORT_CEKE, { DESK_CUSTOMS }, 1, { "ceke-customs", "ceke", { CUSTOMS_KINDS } } },
	{ PORT_CEKE, { DESK_GATE_IN }, 1, { "ceke-gate-in", "ceke", { "unit_arrived", "unit_departed" } } },
	{ PORT_CEKE, { DESK_GATE_OUT }, 1, { "ceke-gate-out", "ceke", { "unit_arrived", "unit_departed" } } },
	{ PORT_CEKE, { DESK_SCALE_1 }, 1, { "ceke-scale-1", "ceke", { "unit_weighed" } } },
	{ PORT_CEKE, { DESK_SCALE_2 }, 1, { "ceke-scale-2", "ceke", { "unit_weighed" } } },
	{ PORT_CEKE, { DESK_AGV }, 1, { "ceke-agv", "ceke", { "unit_arrived", "unit_weighed", "unit_departed" } } },
	{ PORT_CEKE, { DESK_RAIL }, 1,
	    { "ceke-rail", "ceke", { "manifest_lodged", "manifest_deleted", "unit_arrived", "unit_weighed", "unit_departed" } } },
	{ PORT_WULIJI, { DESK_CUSTOMS }, 1, { "wuliji-customs", "wuliji", { CUSTOMS_KINDS } } },
	{ PORT_WULIJI, { DESK_GATE_IN, DESK_GATE_OUT }, 2, { "wuliji-gate", "wuliji", { "unit_arrived", "unit_departed" } } },
	{ PORT_WULIJI, { DESK_SCALE_1, DESK_SCALE_2 }, 2, { "wuliji-scale", "wuliji", { "unit_weighed" } } },
};

static const struct simulation_terminal gateway = { "ceke-gateway", "ceke", { "machine_reported" } };

_Static_assert(sizeof desk_rows / sizeof desk_rows[0] + 1 <= SIMULATION_TERMINALS_MAX, "every terminal has its place");

/* ---- options ---- */

struct simulation_options
simulation_defaults(void)
{
	return (struct simulation_options){
		.seed = 1,
		.ports = { true, true },
		.from_day = port_calendar_day(2023, 1, 1),
		.to_day = port_calendar_day(2025, 12, 31),
		.scale_per_mille = 1000,
		.faults = true,
		.finest = TALLY_DAY,
	};
}

bool
simulation_parse_ports(const char *text, bool ports[CROSSING_PORTS])
{
	bool found[CROSSING_PORTS] = { false };
	while (*text != '\0') {
		size_t length = strcspn(text, ","), p = 0;
		while (p < CROSSING_PORTS &&
		    (strlen(encode_port((uint8_t)p)) != length || strncmp(encode_port((uint8_t)p), text, length) != 0))
			p++;
		if (p == CROSSING_PORTS)
			return false;
		found[p] = true;
		text += length + (text[length] == ',');
	}
	memcpy(ports, found, sizeof found);
	return found[PORT_CEKE] || found[PORT_WULIJI];
}

static enum status
check(const struct simulation_options *options, struct reason *why)
{
	if (options->from_day < port_calendar_day(CALENDAR_YEAR_MIN, 1, 1) ||
	    options->to_day > port_calendar_day(CALENDAR_YEAR_MAX, 12, 31))
		return reason_say(why, STATUS_OUT_OF_RANGE,
		    "the simulated time has to lie within %d and %d: beyond that the holidays are not known", CALENDAR_YEAR_MIN,
		    CALENDAR_YEAR_MAX);
	if (options->from_day > options->to_day)
		return reason_say(why, STATUS_OUT_OF_RANGE, "the simulated time ends before it begins");
	if (options->machines_from_day != 0 && options->machines_from_day < options->from_day)
		return reason_say(why, STATUS_OUT_OF_RANGE, "the machines tell how they stand before the simulated time begins");
	if (options->scale_per_mille < 1 || options->scale_per_mille > 20000)
		return reason_say(why, STATUS_OUT_OF_RANGE, "the scale is %u thousandths; 0.001 to 20 is allowed",
		    options->scale_per_mille);
	if (options->twin > ENCODE_TWINS_MAX)
		return reason_say(why, STATUS_OUT_OF_RANGE, "the number of the twins is %u; 1 to %d is allowed", options->twin,
		    ENCODE_TWINS_MAX);
	if (!options->ports[PORT_CEKE] && !options->ports[PORT_WULIJI])
		return reason_say(why, STATUS_OUT_OF_RANGE, "no port is simulated; expected ceke, wuliji or both");
	return STATUS_OK;
}

/* ---- the heap ---- */

static bool
before(const struct waiting *a, const struct waiting *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

/* Puts the top, whose time has changed, where it belongs. */
static void
sink(struct simulation *simulation)
{
	struct waiting *heap = simulation->heap, moved = heap[0];
	size_t at = 0;
	for (size_t child = 1; child < simulation->n; child = 2 * at + 1) {
		if (child + 1 < simulation->n && before(&heap[child + 1], &heap[child]))
			child++;
		if (!before(&heap[child], &moved))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = moved;
}

static bool
await(struct simulation *simulation, struct crossing *crossing)
{
	if (simulation->n == simulation->room) {
		size_t room = simulation->room == 0 ? 4096 : 2 * simulation->room;
		struct waiting *heap = realloc(simulation->heap, room * sizeof *heap);
		if (heap == NULL)
			return false;
		simulation->heap = heap;
		simulation->room = room;
	}
	struct waiting added = { crossing->fact[0].sent_at_ms, crossing->order, crossing };
	size_t at = simulation->n++;
	while (at > 0 && before(&added, &simulation->heap[(at - 1) / 2])) {
		simulation->heap[at] = simulation->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	simulation->heap[at] = added;
	return true;
}

/* ---- planning ---- */

static bool
take_order(void *user, const struct crossing_order *order, struct random *random, int64_t *net_kg)
{
	struct simulation *simulation = user;
	struct crossing *crossing = crossing_take(simulation->pool, order->units);
	if (crossing == NULL)
		return false;
	crossing->order = simulation->crossings++;
	crossing_draw(crossing, order, random);
	*net_kg = crossing_net_kg(crossing);
	if (simulation->options.faults) {
		faults_apply(crossing, simulation->options.text_only, random);
		for (uint16_t i = 0; i < crossing->facts; i++)
			crossing->fact[i].sent_at_ms = faults_line_ms(simulation->options.seed, crossing->port,
			    crossing->fact[i].desk, crossing->fact[i].sent_at_ms);
	}
	crossing_settle(crossing);
	assert(
	    crossing->facts > 0 && crossing->fact[0].sent_at_ms >= port_calendar_start_ms(simulation->next_day) - DAY_PLAN_LEAD_MS);
	return await(simulation, crossing);
}

/* All days of which an event might go out before the one on top of the heap. */
static bool
plan_ahead(struct simulation *simulation)
{
	while (simulation->next_day <= simulation->options.to_day &&
	    (simulation->n == 0 || simulation->heap[0].at_ms >= port_calendar_start_ms(simulation->next_day) - DAY_PLAN_LEAD_MS)) {
		for (int p = 0; p < CROSSING_PORTS; p++)
			if (simulation->options.ports[p] &&
			    !day_plan_make(&simulation->plan, (enum crossing_port)p, simulation->next_day))
				return false;
		simulation->next_day++;
	}
	return true;
}

/* ---- the face ---- */

static bool
has_machines(const struct simulation *simulation)
{
	return simulation->options.machines_from_day != 0 && simulation->options.ports[PORT_CEKE];
}

/* The terminal of a desk, under the name of its port here. */
static void
list_terminal(struct simulation *simulation, enum crossing_port port, const struct simulation_terminal *at_the_port)
{
	uint32_t i = simulation->terminals++;
	const char *here = simulation_port(simulation, (uint8_t)port);
	snprintf(simulation->terminal_name[i], TERMINAL_NAME_BYTES, "%s%s", here, at_the_port->name + strlen(at_the_port->port));
	simulation->terminal[i] = *at_the_port;
	simulation->terminal[i].name = simulation->terminal_name[i];
	simulation->terminal[i].port = here;
}

static void
list_terminals(struct simulation *simulation)
{
	for (size_t i = 0; i < sizeof desk_rows / sizeof desk_rows[0]; i++) {
		const struct desk_row *row = &desk_rows[i];
		if (!simulation->options.ports[row->port] || (row->desks[0] == DESK_RAIL && !simulation->options.rail))
			continue;
		for (size_t d = 0; d < row->n; d++)
			simulation->terminal_of[row->port][row->desks[d]] = (uint8_t)simulation->terminals;
		list_terminal(simulation, row->port, &row->terminal);
	}
	if (has_machines(simulation)) {
		simulation->park_terminal = simulation->terminals;
		list_terminal(simulation, PORT_CEKE, &gateway);
		park_open(&simulation->park, simulation_port(simulation, PORT_CEKE), simulation->options.seed,
		    simulation->options.machines_from_day, simulation->options.to_day);
	}
}

enum status
simulation_open(const struct simulation_options *options, struct simulation **out, struct reason *why)
{
	enum status status = check(options, why);
	if (status != STATUS_OK)
		return status;
	struct simulation *simulation = calloc(1, sizeof *simulation);
	if (simulation == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "there is no memory for a simulation");
	simulation->options = *options;
	simulation->next_day = options->from_day;
	struct day_plan_options plan = { options->seed, options->scale_per_mille, options->rail, options->to_day };
	day_plan_open(&simulation->plan, &plan, take_order, simulation);
	encode_open(&simulation->encoder, options->twin);
	list_terminals(simulation);
	simulation->pool = crossing_pool_open();
	simulation->tally = tally_open(options->finest);
	if (simulation->pool == NULL || simulation->tally == NULL) {
		simulation_close(&simulation);
		return reason_say(why, STATUS_NO_MEMORY, "there is no memory for a simulation");
	}
	*out = simulation;
	return STATUS_OK;
}

void
simulation_close(struct simulation **simulation)
{
	if (*simulation == NULL)
		return;
	tally_close(&(*simulation)->tally);
	crossing_pool_close(&(*simulation)->pool);
	free((*simulation)->heap);
	free(*simulation);
	*simulation = NULL;
}

uint32_t
simulation_terminals(const struct simulation *simulation)
{
	return simulation->terminals;
}

const char *
simulation_port(const struct simulation *simulation, uint8_t port)
{
	assert(port < CROSSING_PORTS);
	return simulation->encoder.port[port];
}

const struct simulation_terminal *
simulation_terminal(const struct simulation *simulation, uint32_t i)
{
	assert(i < simulation->terminals);
	return &simulation->terminal[i];
}

uint64_t
simulation_events(const struct simulation *simulation)
{
	return simulation->events;
}

/* What the last call lent is over now: a crossing that has said everything goes into the tally and back into the pool. */
static bool
settle_spent(struct simulation *simulation)
{
	if (simulation->spent == NULL)
		return true;
	bool fine = tally_add(simulation->tally, simulation->spent);
	crossing_give(simulation->pool, simulation->spent);
	simulation->spent = NULL;
	return fine;
}

static void
tell(struct simulation *simulation, struct crossing *crossing, struct fact *fact, struct simulated_event *out)
{
	uint32_t terminal = simulation->terminal_of[crossing->port][fact->desk];
	uint64_t seq = ++simulation->stream_seq[terminal];
	const uint64_t *known = simulation->options.known_up_to;
	fact->known = known == NULL || seq <= known[terminal];
	simulation->events++;
	*out = (struct simulated_event){
		.terminal = terminal,
		.stream_seq = seq,
		.occurred_at_ms = fact->occurred_at_ms,
		.sent_at_ms = fact->sent_at_ms,
		.port = simulation_port(simulation, crossing->port),
		.sound = fact->flaw == FLAW_NONE,
	};
	out->bytes.data = simulation->encoder.bytes;
	out->bytes.bytes = encode_fact(&simulation->encoder, crossing, fact, &out->message);
}

/* What a machine tells counts for nothing, so it goes past the tally. */
static void
tell_machine(struct simulation *simulation, struct simulated_event *out)
{
	simulation->events++;
	*out = (struct simulated_event){
		.terminal = simulation->park_terminal,
		.stream_seq = ++simulation->stream_seq[simulation->park_terminal],
		.occurred_at_ms = park_next_ms(&simulation->park),
		.sent_at_ms = park_next_ms(&simulation->park),
		.port = simulation_port(simulation, PORT_CEKE),
		.sound = true,
	};
	out->bytes.data = simulation->park.bytes;
	out->bytes.bytes = park_take(&simulation->park, &out->message);
}

enum status
simulation_next(struct simulation *simulation, struct simulated_event *out, struct reason *why)
{
	if (!settle_spent(simulation) || !plan_ahead(simulation))
		return reason_say(why, STATUS_NO_MEMORY, "there is no memory for another simulated day");
	int64_t machine_ms = has_machines(simulation) ? park_next_ms(&simulation->park) : INT64_MAX;
	if (machine_ms < (simulation->n > 0 ? simulation->heap[0].at_ms : INT64_MAX)) {
		tell_machine(simulation, out);
		return STATUS_OK;
	}
	if (simulation->n == 0) {
		*out = (struct simulated_event){ 0 };
		return STATUS_OK;
	}
	struct waiting *top = &simulation->heap[0];
	struct crossing *crossing = top->crossing;
	struct fact *fact = &crossing->fact[crossing->next++];
	assert(fact->sent_at_ms == top->at_ms);
	tell(simulation, crossing, fact, out);
	if (crossing->next < crossing->facts) {
		top->at_ms = crossing->fact[crossing->next].sent_at_ms;
	} else {
		simulation->spent = crossing;
		*top = simulation->heap[--simulation->n];
	}
	if (simulation->n > 0)
		sink(simulation);
	return STATUS_OK;
}

enum status
simulation_tally(const struct simulation *simulation, enum tally_period period, struct tally_row **rows, size_t *n)
{
	/* Crossings that are under way count as far as they have been told. */
	struct tally *open = tally_open(simulation->options.finest);
	bool fine = open != NULL && (simulation->spent == NULL || tally_add(open, simulation->spent));
	for (size_t i = 0; fine && i < simulation->n; i++)
		fine = tally_add(open, simulation->heap[i].crossing);
	fine = fine && tally_rows(simulation->tally, open, period, rows, n);
	tally_close(&open);
	return fine ? STATUS_OK : STATUS_NO_MEMORY;
}
