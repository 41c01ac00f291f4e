/*
 * `juyan bench relay`: how fast a site that was cut off from its headquarters is up to date again; held against what the same road
 * takes from a terminal that streams the same events from its memory.
 */
#include <argp.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_parts.h"
#include "carrier.h"
#include "child.h"
#include "clock.h"
#include "rights.h"
#include "tool.h"

enum { KEY_EVENTS = 'n', KEY_DIR = 'd', KEY_JSON = 'j', PATH_BYTES = 512, EVENTS_MAX = 30000000, TURN_MS = 50, STILL_S_MAX = 120 };

struct relay {
	size_t events;
	const char *dir;
	bool json;

	double streamed_per_s; /* from memory to the site's disk: the bare session */
	double relayed_per_s;  /* from the site's journal to headquarters' disk */
	double seconds;
	uint64_t relayed;
};

static const struct argp_option options[] = {
	{ "events", KEY_EVENTS, "N", 0, "how many events wait (default: 1000000)", 0 },
	{ "dir", KEY_DIR, "DIR", 0, "a folder on the disk to be measured (default: here); what is made there is removed again", 0 },
	{ "json", KEY_JSON, NULL, 0, "one object for programs", 0 },
	{ 0 },
};

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct relay *bench = state->input;
	switch (key) {
	case KEY_EVENTS:
		bench->events = bench_number(text, "events", 1000, EVENTS_MAX, state);
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

static const struct argp argp = { options, parse, NULL,
	"Measure how a site catches up that was cut off from its headquarters: events are streamed into the site's ledger (the "
	"bare "
	"session), then its journal is brought to a headquarters, over loopback tcp with CURVE, in the same run and on the same "
	"disk.",
	NULL, NULL, NULL };

/* ---- the parts ---- */

/* Headquarters lets the site in. What that prints is none of the bench's results. */
static enum status
let_in(const char *data, const char *key, struct reason *why)
{
	const struct tool_connection connection = { .data = data };
	const struct rights rights = { .name = "site", .ports = "ceke,wuliji", .site = true, .by = "bench", .reason = "bench" };
	fflush(stdout);
	int out = dup(STDOUT_FILENO);
	if (out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return reason_say(why, STATUS_SYSTEM, "the output cannot be set aside");
	enum status status = rights_authorise(&connection, key, &rights, why);
	fflush(stdout);
	int back = dup2(out, STDOUT_FILENO);
	close(out);
	return back < 0 ? reason_say(why, STATUS_SYSTEM, "the output cannot be set back") : status;
}

/* Until headquarters has all; TIMEOUT when nothing moves any more. */
static enum status
carry(struct relay *bench, const struct carrier_options *carrier_options, struct reason *why)
{
	struct carrier *carrier = NULL;
	struct carrier_view view = { .lsn = 1 };
	enum status status = carrier_open(carrier_options, &carrier, why);
	int64_t begun = bench_now_ns(), moved = begun;
	while (status == STATUS_OK && view.confirmed < view.lsn) {
		uint64_t before = view.confirmed;
		carrier_turn(carrier, TURN_MS);
		carrier_look(carrier, &view);
		if (view.confirmed > before)
			moved = bench_now_ns();
		if (view.state == CARRIER_STOPPED)
			status = reason_say(why, view.status, "%s", view.why.text);
		else if (bench_now_ns() - moved > (int64_t)STILL_S_MAX * 1000000000)
			status = reason_say(why, STATUS_TIMEOUT, "headquarters has taken nothing for %d s", STILL_S_MAX);
	}
	bench->seconds = (double)(bench_now_ns() - begun) / 1e9;
	bench->relayed = view.delivered;
	bench->relayed_per_s = (double)view.delivered / bench->seconds;
	carrier_close(&carrier);
	return status;
}

static enum status
relay(const char *dir, struct relay *bench, struct reason *why)
{
	static const char *const services[] = { "ingest", "query", NULL };
	char site[PATH_BYTES], headquarters[PATH_BYTES], path[PATH_BYTES + 16];
	struct child child = { .pid = 0 };
	struct tool_address ingest;
	struct key_pair keys = { 0 };
	struct bus *bus = NULL;
	struct env *env = NULL;
	snprintf(site, sizeof site, "%s/site", dir);
	snprintf(headquarters, sizeof headquarters, "%s/headquarters", dir);
	snprintf(path, sizeof path, "%s/site.key", dir);
	const struct tool_connection connection = { .data = headquarters };
	const struct env_options env_options = { .dir = site, .readonly = true };
	enum status status = child_serve(headquarters, services, &child, why);
	if (status == STATUS_OK)
		status = tool_address(&connection, "ingest", &ingest, why);
	if (status == STATUS_OK)
		status = key_pair_ensure(path, &keys, why);
	snprintf(path, sizeof path, "%s/site.key.pub", dir);
	if (status == STATUS_OK)
		status = let_in(headquarters, path, why);
	if (status == STATUS_OK)
		status = env_open(&env_options, &env, why);
	if (status == STATUS_OK)
		status = bus_open(&bus, why);
	const struct carrier_options carrier_options = { .bus = bus,
		.env = env,
		.endpoint = child.tcp,
		.keys = &keys,
		.server_key = ingest.server_key,
		.clock = clock_system() };
	if (status == STATUS_OK)
		status = carry(bench, &carrier_options, why);
	bus_close(&bus);
	env_close(&env);
	child_end(&child);
	return status;
}

/* ---- showing ---- */

static int
show(const struct relay *bench)
{
	char machine[256];
	double ratio = bench->relayed_per_s / bench->streamed_per_s;
	bench_machine(machine);
	if (bench->json) {
		json_t *all = json_pack("{s:s, s:I, s:f, s:f, s:f, s:f}", "machine", machine, "events", (json_int_t)bench->relayed,
		    "streamed_per_s", bench->streamed_per_s, "relayed_per_s", bench->relayed_per_s, "seconds", bench->seconds,
		    "ratio", ratio);
		json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
		printf("\n");
		json_decref(all);
	} else {
		printf("%" PRIu64 " events of a site's journal, on %s\n\n", bench->relayed, machine);
		printf("streamed from memory:      %8.0f a second\n", bench->streamed_per_s);
		printf("relayed to headquarters:   %8.0f a second, in %.1f s: %.0f %% of that\n", bench->relayed_per_s,
		    bench->seconds, 100 * ratio);
	}
	return TOOL_FINE;
}

int
bench_relay(int argc, char **argv)
{
	struct relay bench = { .events = 1000000, .dir = "." };
	struct bench_events events = { 0 };
	struct reason why = { "" };
	char dir[PATH_BYTES / 2], data[PATH_BYTES];
	argp_parse(&argp, argc, argv, 0, NULL, &bench);
	if (snprintf(dir, sizeof dir, "%s/juyan-bench-XXXXXX", bench.dir) >= (int)sizeof dir || mkdtemp(dir) == NULL)
		return tool_fail("bench", reason_say(&why, STATUS_SETTING, "%s: no folder can be made here", bench.dir), &why);
	fprintf(stderr, "making %zu events …\n", bench.events);
	enum status status = bench_events_make(1, bench.events, &events, &why);
	if (status == STATUS_OK) {
		fprintf(stderr, "streaming them …\n");
		snprintf(data, sizeof data, "%s/site", dir);
		status = bench_stream(data, &events, &bench.streamed_per_s, &why);
	}
	bench_events_close(&events);
	if (status == STATUS_OK) {
		fprintf(stderr, "relaying them …\n");
		status = relay(dir, &bench, &why);
	}
	bench_remove(dir);
	return status == STATUS_OK ? show(&bench) : tool_fail("bench", status, &why);
}
