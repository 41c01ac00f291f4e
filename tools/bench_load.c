/*
 * `juyan bench load`: many terminals at once, and hostile peers beside them, in turns and all together: what the terminals notice.
 * A turn with hostile peers stands beside one without, so that what the machine does otherwise falls on both.
 */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_load_show.h"
#include "tool.h"

enum { KEY_TERMINALS = 'n', KEY_RATE = 'r', KEY_SECONDS = 't', KEY_ROUNDS = 'o', KEY_HOSTILE = 'k', KEY_JSON = 'j', KEY_DIR = 'd' };
enum {
	KEY_SEED = 's',
	SETTLE_S = 1,
	PATH_BYTES = 256,
	EVENTS = 300000,
	TERMINALS_LOADED_MAX = 1000,
	KEYS_MAX = TERMINALS_LOADED_MAX + LOAD_KINDS
};

struct bench {
	size_t terminals;
	unsigned rate, seconds, rounds;
	uint32_t kinds; /* bits */
	uint64_t seed;
	const char *dir;
	bool json;
	struct key_pair *keys; /* of the terminals, then of the hostile */
	struct bench_events events;
	struct child child;
	struct load_hostile hostile;
	struct bus *bus;
	struct load_port *port;
	struct load_course course;
};

static const struct argp_option options[] = {
	{ "terminals", KEY_TERMINALS, "N", 0, "sessions at once, each with a key of its own (default: 200)", 0 },
	{ "rate", KEY_RATE, "N", 0, "events a second, of all together (default: 20, see below)", 0 },
	{ "seconds", KEY_SECONDS, "N", 0, "how long all of it takes (default: 600)", 0 },
	{ "rounds", KEY_ROUNDS, "N", 0, "how often each hostile kind has its turn (default: 5)", 0 },
	{ "hostile", KEY_HOSTILE, "KIND", 0, "this kind alone; may be given again; 'none': no hostile peers (default: all)", 0 },
	{ "dir", KEY_DIR, "DIR", 0, "a folder on the disk to be measured (default: here); what is made there is removed again", 0 },
	{ "seed", KEY_SEED, "N", 0, "of the simulated events and of chance (default: 1)", 0 },
	{ "json", KEY_JSON, NULL, 0, "one object for programs", 0 },
	{ 0 },
};

static void
add_kind(struct bench *bench, const char *text, struct argp_state *state)
{
	static bool named;
	bench->kinds = named ? bench->kinds : 0;
	named = true;
	if (strcmp(text, "none") == 0)
		return;
	for (int i = 0; i < LOAD_KINDS; i++)
		if (strcmp(text, load_kind_name((enum load_kind)i)) == 0) {
			bench->kinds |= UINT32_C(1) << i;
			return;
		}
	argp_error(state, "--hostile: there is no kind '%.40s'", text);
}

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct bench *bench = state->input;
	switch (key) {
	case KEY_TERMINALS:
		bench->terminals = bench_number(text, "terminals", 1, TERMINALS_LOADED_MAX, state);
		return 0;
	case KEY_RATE:
		bench->rate = (unsigned)bench_number(text, "rate", 1, 20000, state);
		return 0;
	case KEY_SECONDS:
		bench->seconds = (unsigned)bench_number(text, "seconds", 1, 24 * 3600, state);
		return 0;
	case KEY_ROUNDS:
		bench->rounds = (unsigned)bench_number(text, "rounds", 1, LOAD_ROUNDS_MAX, state);
		return 0;
	case KEY_HOSTILE:
		add_kind(bench, text, state);
		return 0;
	case KEY_SEED:
		bench->seed = bench_number(text, "seed", 0, UINT64_MAX, state);
		return 0;
	case KEY_DIR:
		bench->dir = text;
		return 0;
	case KEY_JSON:
		bench->json = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", text);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static char *
add_kinds(int key, const char *text, void *input)
{
	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)(uintptr_t)text;
	char *all = calloc(1, 4096);
	size_t used =
	    all == NULL ? 0 : (size_t)snprintf(all, 4096, "%s\n\nHostile kinds; those down to crowd have a right key:\n", text);
	for (int i = 0; all != NULL && i < LOAD_KINDS; i++)
		used += (size_t)snprintf(all + used, 4096 - used, "  %-10s %s\n", load_kind_name((enum load_kind)i),
		    load_kind_help((enum load_kind)i));
	return all;
}

static const struct argp argp = { options, parse, NULL,
	"Measure what many terminals notice of hostile peers: a server of its own on a new ledger, real sessions over loopback "
	"tcp, and "
	"in a process of its own one hostile kind after the other, then all at once, each in turn with quiet.\v"
	"Each event has its time for sending beforehand, by chance, and its wait counts from there to its acknowledgement: a "
	"server that "
	"stands still is not asked less.\n\n"
	"The rate: Ceke's record day, 25 September 2023, had 3,127 vehicles. As simulated it has 13,554 events, 1,355 of them in "
	"its busiest "
	"hour (`juyan simulate --from 2023-09-20 --to 2023-09-30 --out DIR`, counted by occurred_at_ms). 50 times that hour is "
	"67,750 "
	"events an hour, 19 a second; 50 times the day's mean would be 8.",
	NULL, add_kinds, NULL };

/* ---- the course ---- */

/* Waits, and says on stderr what is going on. */
static void
pass(const struct bench *bench, const char *name, unsigned round, double seconds)
{
	int64_t until = bench_now_ns() + (int64_t)(seconds * 1e9);
	fprintf(stderr, "\rround %u of %u: %-12s", round + 1, bench->rounds, name);
	for (int64_t left; (left = until - bench_now_ns()) > 0;)
		usleep(left > 100 * 1000 * 1000 ? 100000 : (unsigned)(left / 1000));
}

/* What hostile peers leave behind shall not be held against the quiet turn after them. */
static void
settle(const struct bench *bench, unsigned round)
{
	pass(bench, "settling", round, bench->course.span_s / 4 < SETTLE_S ? bench->course.span_s / 4 : SETTLE_S);
}

static enum status
take_turn(struct bench *bench, size_t turn, unsigned round, uint32_t kinds, struct reason *why)
{
	struct load_course *course = &bench->course;
	struct load_span *span = &course->spans[course->n_spans++];
	uint64_t done[LOAD_KINDS] = { 0 };
	*span = (struct load_span){ .turn = turn, .round = round };
	enum status status = load_server_look(&bench->child, &span->from, why);
	if (status == STATUS_OK && kinds != 0)
		status = load_hostile_act(&bench->hostile, kinds, done, why);
	pass(bench, load_turn_name(course, turn), round, course->span_s);
	if (status == STATUS_OK)
		status = load_server_look(&bench->child, &span->to, why);
	if (status == STATUS_OK && kinds != 0)
		status = load_hostile_act(&bench->hostile, 0, done, why);
	if (kinds != 0)
		settle(bench, round);
	if (status == STATUS_OK)
		status = load_server_look(&bench->child, &span->after, why);
	for (int i = 0; i < LOAD_KINDS; i++)
		course->turns[turn].done += done[i];
	return status;
}

static enum status
run_course(struct bench *bench, struct reason *why)
{
	struct load_course *course = &bench->course;
	enum status status = STATUS_OK;
	load_course_plan(course, bench->kinds, bench->seconds, bench->rounds);
	for (unsigned round = 0; round < bench->rounds && status == STATUS_OK; round++)
		for (size_t turn = course->n_turns > 1 ? 1 : 0; turn < course->n_turns && status == STATUS_OK; turn++) {
			status = take_turn(bench, LOAD_QUIET, round, 0, why);
			if (status == STATUS_OK && turn != LOAD_QUIET)
				status = take_turn(bench, turn, round, course->turns[turn].kinds, why);
		}
	fprintf(stderr, "\n");
	return status;
}

/* ---- opening ---- */

static enum status
open_server(struct bench *bench, const char *dir, struct reason *why)
{
	static const char *const services[] = { "ingest", "query", "feed", "dashboard", NULL };
	struct load_target target = { .events = bench->events };
	struct tool_connection connection = { .data = dir };
	struct tool_address ingest;
	enum status status = child_serve(dir, services, &bench->child, why);
	if (status == STATUS_OK)
		status = tool_address(&connection, "ingest", &ingest, why);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < bench->terminals + LOAD_KINDS; i++)
		key_pair_make(&bench->keys[i]);
	snprintf(target.endpoint, sizeof target.endpoint, "%s", bench->child.tcp);
	memcpy(target.server_key, ingest.server_key, PUBLIC_KEY_BYTES);
	memcpy(target.keys, bench->keys + bench->terminals, sizeof target.keys);
	if (bench->kinds != 0)
		status = load_hostile_open(&target, &bench->hostile, why);
	if (status == STATUS_OK)
		status = load_server_admit(dir, bench->keys, bench->terminals + LOAD_KINDS, why);
	if (status == STATUS_OK)
		status = bus_open(&bench->bus, why);
	const struct load_port_options port = { .endpoint = bench->child.tcp,
		.server_key = ingest.server_key,
		.keys = bench->keys,
		.terminals = bench->terminals,
		.per_s = bench->rate,
		.seed = bench->seed,
		.events = &bench->events,
		.samples_max = (size_t)bench->rate * bench->seconds * 2 + 10000 };
	key_pair_wipe(&ingest.keys);
	return status == STATUS_OK ? load_port_open(bench->bus, &port, &bench->port, why) : status;
}

static enum status
measure(struct bench *bench, const char *dir, struct reason *why)
{
	bench->keys = calloc(KEYS_MAX, sizeof *bench->keys);
	fprintf(stderr, "%zu terminals …\n", bench->terminals);
	enum status status = bench->keys == NULL ? reason_say(why, STATUS_NO_MEMORY, "memory ran out")
						 : bench_events_make(bench->seed, EVENTS, &bench->events, why);
	if (status == STATUS_OK)
		status = open_server(bench, dir, why);
	if (status == STATUS_OK)
		status = run_course(bench, why);
	if (status == STATUS_OK)
		status = load_port_end(bench->port, why);
	if (status == STATUS_OK) {
		size_t n;
		const struct load_sample *samples = load_port_samples(bench->port, &n);
		bench->course.tally = load_port_tally(bench->port);
		status = load_course_figures(&bench->course, samples, n, why);
	}
	return status;
}

static void
end(struct bench *bench)
{
	load_hostile_close(&bench->hostile);
	load_port_close(&bench->port);
	bus_close(&bench->bus);
	child_end(&bench->child);
	bench_events_close(&bench->events);
	free(bench->keys);
}

int
bench_load(int argc, char **argv)
{
	struct bench bench = { .terminals = 200,
		.rate = 20,
		.seconds = 600,
		.rounds = 5,
		.kinds = (UINT32_C(1) << LOAD_KINDS) - 1,
		.seed = 1,
		.dir = "." };
	struct reason why = { "" };
	char dir[PATH_BYTES];
	argp_parse(&argp, argc, argv, 0, NULL, &bench);
	if (snprintf(dir, sizeof dir, "%s/juyan-bench-XXXXXX", bench.dir) >= (int)sizeof dir || mkdtemp(dir) == NULL)
		return tool_fail("bench", reason_say(&why, STATUS_SETTING, "%s: no folder can be made here", bench.dir), &why);
	enum status status = measure(&bench, dir, &why);
	end(&bench);
	bench_remove(dir);
	bench.course.terminals = bench.terminals;
	bench.course.rate = bench.rate;
	bench.course.rounds = bench.rounds;
	if (status == STATUS_OK)
		status = bench.json ? load_course_json(&bench.course) : load_course_print(&bench.course);
	return status == STATUS_OK ? TOOL_FINE : tool_fail("bench", status, &why);
}
