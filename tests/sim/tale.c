/* The facts of a run, from property/history.h's random events. */
#include "../check.h"

#include "tale.h"

#include <stdio.h>
#include <string.h>

#include "../property/history.h"
#include "../property/scene.h"
#include "../property/sums.h"
#include "sim.h"
#include "truth.h"

enum { FACTS_ARENA = 4 * 1024 * 1024, SUMS_ARENA = 16 * 1024 * 1024, NO_WULIJI = 2 };

static struct history facts; /* its arena holds the events of the run, and their bytes */
static struct arena founding;
static uint8_t keys[CLIENTS_MAX][PUBLIC_KEY_BYTES];

static Juyan__V1__RegistryRecord *
terminal_record(size_t client, bool revoked, struct arena *arena)
{
	static char all[] = "*", ceke[] = "ceke";
	Juyan__V1__RegistryRecord *record = NEW(arena, Juyan__V1__RegistryRecord, JUYAN__V1__REGISTRY_RECORD__INIT);
	Juyan__V1__Terminal *terminal = NEW(arena, Juyan__V1__Terminal, JUYAN__V1__TERMINAL__INIT);
	struct key_pair pair;
	char **terminal_ports = any_take(arena, sizeof *terminal_ports);
	network_key(client, client, &pair);
	memcpy(keys[client], pair.public_key, PUBLIC_KEY_BYTES);
	terminal_ports[0] = client == NO_WULIJI ? ceke : all;
	scene_terminal(record, terminal, (uint32_t)client + 1, "a terminal", keys[client], terminal_ports);
	terminal->administrator = client == 0;
	terminal->revoked = revoked;
	return record;
}

struct span
tale_founding(void)
{
	Juyan__V1__RegistryRecord *records[4 + CLIENTS_MAX];
	static char *coal_prefixes[] = { "2701" }, *coal_words[] = { "煤", "нүүрс", "coal" }, *ore_prefixes[] = { "26" },
		    *ore_words[] = { "зэс" };
	size_t n = 0;
	if (founding.base == NULL)
		sim_check(arena_open(&founding, 1 << 20) == STATUS_OK, "no memory");
	arena_reset(&founding);
	records[n++] = port_record("wuliji", JUYAN__V1__COUNT_ON__RELEASE, &founding);
	records[n++] = port_record("ceke", JUYAN__V1__COUNT_ON__RELEASE, &founding);
	records[n++] = group_record("coal", coal_prefixes, 1, coal_words, 3, 1, &founding);
	records[n++] = group_record("copper", ore_prefixes, 1, ore_words, 1, 2, &founding);
	for (size_t client = 0; client < CLIENTS_MAX; client++)
		records[n++] = terminal_record(client, false, &founding);
	return scene_registry(records, n, &founding);
}

void
tale_begin(uint64_t seed)
{
	if (facts.arena.base == NULL)
		sim_check(arena_open(&facts.arena, FACTS_ARENA) == STATUS_OK, "no memory");
	arena_reset(&facts.arena);
	any_state = seed;
	for (size_t i = 0; i < BATCHES; i++)
		snprintf(facts.batches[i], sizeof facts.batches[i], "B%zu", any_below(BATCHES));
}

/* ---- what the administrator says ---- */

static struct span
release(void)
{
	Juyan__V1__Event *event = NEW(&facts.arena, Juyan__V1__Event, JUYAN__V1__EVENT__INIT);
	Juyan__V1__QuarantineReleased *released =
	    NEW(&facts.arena, Juyan__V1__QuarantineReleased, JUYAN__V1__QUARANTINE_RELEASED__INIT);
	event->occurred_at_ms = 1738252800000;
	event->what_case = JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED;
	event->quarantine_released = released;
	released->lsn = 1 + any_below(40);
	released->by = "a person";
	released->reason = "it was looked at";
	released->dismissed = any_chance(40);
	return packed(event, &facts.arena);
}

static struct span
some_decree(void)
{
	bool second = any_chance(70);
	if (any_chance(40))
		return registry_change(second, second && any_chance(50), &facts.arena);
	if (any_chance(25)) {
		Juyan__V1__RegistryRecord *records[] = { terminal_record(CLIENTS_MAX - 1, true, &facts.arena) };
		return scene_registry(records, 1, &facts.arena);
	}
	return release();
}

/* ---- what terminals say ---- */

static struct span
noise(size_t client)
{
	size_t bytes = 4 + any_below(any_chance(10) ? 3000 : 40);
	uint8_t *data = any_take(&facts.arena, bytes);
	for (size_t i = 0; i < bytes; i++)
		data[i] = (uint8_t)any_bits();
	data[0] = 0xFF; /* no tag begins so */
	data[1] = 0xFF;
	data[2] = (uint8_t)client;
	data[3] = (uint8_t)truth.n_facts;
	return (struct span){ data, bytes };
}

static struct span
some_fact(size_t client, size_t owner, enum status *verdict)
{
	*verdict = STATUS_UNDECODABLE;
	if (any_chance(4))
		return noise(client);
	struct reason why;
	const Juyan__V1__Event *checked;
	Juyan__V1__Event *event = some_event(&facts);
	event->source_key = any_take(&facts.arena, 24);
	snprintf(event->source_key, 24, "%zu-%zu", client, truth.n_facts);
	*verdict = STATUS_OK;
	if (any_chance(4)) {
		event->port = "nowhere";
		*verdict = STATUS_UNKNOWN_PORT;
	} else if (owner == NO_WULIJI && strcmp(event->port, "wuliji") == 0) {
		*verdict = STATUS_NOT_AUTHORISED;
	}
	if (any_chance(3))
		event->batch_no = "";
	struct span bytes = packed(event, &facts.arena);
	size_t used = facts.arena.used;
	enum status form = wire_event(bytes, &facts.arena, &checked, &why);
	facts.arena.used = used;
	if (form != STATUS_OK)
		*verdict = form;
	return bytes;
}

void
tale_add(size_t client, size_t owner, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum status verdict = STATUS_OK;
		struct span bytes = client != 0 ? some_fact(client, owner, &verdict) : some_decree();
		/* What is decreed twice in the same words is one decree. */
		for (size_t k = 0; client == 0 && k < truth.n_facts; k++)
			if (truth.facts[k].terminal_no == ADMINISTRATOR && truth.facts[k].bytes.bytes == bytes.bytes &&
			    memcmp(truth.facts[k].bytes.data, bytes.data, bytes.bytes) == 0)
				bytes = noise(client);
		truth_add((uint32_t)owner + 1, client, bytes, verdict);
	}
}

struct span
tale_any(void)
{
	return truth.facts[sim_below(truth.n_facts)].bytes;
}

/* ---- the sums ---- */

struct events {
	struct naive_event naive[FACTS_MAX * 8];
	size_t n;
	struct sums_rules rules;
	struct arena arena;
};

static const Juyan__V1__Event *
decode(struct events *events, struct span bytes)
{
	struct reason why;
	const Juyan__V1__Event *event = NULL;
	enum status status = wire_event(bytes, &events->arena, &event, &why);
	sim_check(status == STATUS_OK, "an accepted event cannot be read: %s", why.text);
	return event;
}

static void
take_row(struct events *events, const struct truth_row *row)
{
	struct truth_row held;
	if (row->verdict != STATUS_OK || row->conflict)
		return;
	const Juyan__V1__Event *event = decode(events, row->bytes);
	if (event->what_case == JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED) {
		bool there = truth_row(event->quarantine_released->lsn, &held);
		sim_check(there && !(held.conflict && !event->quarantine_released->dismissed), "what is not there was released");
		if (!event->quarantine_released->dismissed)
			events->naive[events->n++] = (struct naive_event){ held.terminal_no, held.seq, decode(events, held.bytes) };
	} else if (event->what_case == JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED) {
		const Juyan__V1__RegistryChanged *change = event->registry_changed;
		if (change->put[0]->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_PORT)
			return;
		events->rules.changed = change->n_put == 2;
		events->rules.departure_counts = change->put[0]->port->count_on == JUYAN__V1__COUNT_ON__DEPARTURE;
	} else {
		events->naive[events->n++] = (struct naive_event){ row->terminal_no, row->seq, event };
	}
}

void
tale_check_sums(struct env *env)
{
	static struct events events;
	static struct arena answers;
	const struct sums_world world = { ports, sizeof ports / sizeof ports[0], BATCHES };
	struct truth_row row;
	if (events.arena.base == NULL)
		sim_check(arena_open(&events.arena, SUMS_ARENA) == STATUS_OK && arena_open(&answers, SUMS_ARENA) == STATUS_OK,
		    "no memory");
	arena_reset(&events.arena);
	events.n = 0;
	events.rules = (struct sums_rules){ false, false };
	for (uint64_t lsn = 1; truth_row(lsn, &row); lsn++) {
		sim_check(events.n + 2 < sizeof events.naive / sizeof events.naive[0], "too many events to be counted");
		take_row(&events, &row);
	}
	sim_check(sums_agree(env, events.naive, events.n, &events.rules, &world, sim_below(4), &answers),
	    "the ledger's sums are not those of its events");
}
