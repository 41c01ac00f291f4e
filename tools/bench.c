/* `juyan bench`: how fast this machine takes events, held against the least that storing them costs. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_parts.h"
#include "table.h"
#include "tool.h"

enum { KEY_EVENTS = 'n', KEY_BATCH = 'b', KEY_JSON = 'j', KEY_DIR = 'd', KEY_SEED = 's', PATH_BYTES = 256, EVENTS_MAX = 30000000 };

struct bench {
	size_t events;
	size_t per_batch;
	uint64_t seed;
	const char *dir;
	bool json;
	struct bench_figures limit, ledger;
	struct bench_wire wire;
};

static const struct argp_option options[] = {
	{ "events", KEY_EVENTS, "N", 0, "how many events each part stores (default: 1000000)", 0 },
	{ "batch", KEY_BATCH, "N", 0, "events in a batch and a commit (default: 1000)", 0 },
	{ "dir", KEY_DIR, "DIR", 0, "a folder on the disk to be measured (default: here); what is made there is removed again", 0 },
	{ "seed", KEY_SEED, "N", 0, "of the simulated events (default: 1)", 0 },
	{ "json", KEY_JSON, NULL, 0, "one object for programs: limit, ledger, wire and more", 0 },
	{ 0 },
};

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct bench *bench = state->input;
	switch (key) {
	case KEY_EVENTS:
		bench->events = bench_number(text, "events", 1000, EVENTS_MAX, state);
		return 0;
	case KEY_BATCH:
		bench->per_batch = bench_number(text, "batch", 1, BATCH_EVENTS_MAX, state);
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

static const struct argp argp = { options, parse, NULL,
	"Measure, on this machine and disk, in one run: a bare LMDB loop that stores the same events in commits of the same size "
	"(the "
	"limit), the ledger fed from memory, and the whole road over loopback tcp with CURVE into a server of its own; besides, a "
	"single event's "
	"acknowledgement against a bare fdatasync, and a year's total while events stream in.\n\n'juyan bench forecast' measures "
	"the forecasts instead, 'juyan bench dashboard' the dashboard, 'juyan bench catch-up' a terminal that was cut off, 'juyan "
	"bench relay' a site that was, 'juyan "
	"bench load' what terminals notice of hostile peers (see their own --help).",
	NULL, NULL, NULL };

/* ---- showing ---- */

static json_t *
figures_json(const struct bench_figures *figures, const struct bench_figures *limit)
{
	return json_pack("{s:f, s:f, s:f, s:f, s:f}", "events_per_s", figures->events_per_s, "ack_p50_us", figures->ack_p50_us,
	    "ack_p99_us", figures->ack_p99_us, "bytes_per_event", figures->bytes_per_event, "of_limit",
	    figures->events_per_s / limit->events_per_s);
}

static json_t *
year_json(const struct bench_year *year)
{
	return json_pack("{s:I, s:f, s:f, s:f}", "events", (json_int_t)year->events, "streaming_per_s", year->streaming_per_s,
	    "p50_us", year->p50_us, "p99_us", year->p99_us);
}

static enum status
show_json(const struct bench *bench, const char *machine)
{
	const struct bench_wire *wire = &bench->wire;
	json_t *all = json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:{s:f, s:f, s:f, s:f}, s:o, s:o, s:{s:I, s:I}}", "machine",
	    machine, "events", (json_int_t)bench->events, "batch", (json_int_t)bench->per_batch, "limit",
	    figures_json(&bench->limit, &bench->limit), "ledger", figures_json(&bench->ledger, &bench->limit), "wire",
	    figures_json(&wire->road, &bench->limit), "single", "ack_p50_us", wire->single_ack_p50_us, "ack_p99_us",
	    wire->single_ack_p99_us, "fdatasync_p50_us", wire->sync_p50_us, "of_fdatasync",
	    wire->single_ack_p50_us / wire->sync_p50_us, "year_total", year_json(&wire->year_paced), "year_total_flooded",
	    year_json(&wire->year_flooded), "serve", "peak_memory_bytes", (json_int_t)wire->serve_peak_bytes,
	    "anonymous_memory_bytes", (json_int_t)wire->serve_anonymous_bytes);
	if (all == NULL)
		return STATUS_NO_MEMORY;
	int failed = json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	json_decref(all);
	printf("\n");
	return failed == 0 ? STATUS_OK : STATUS_SYSTEM;
}

static void
add_row(struct table *table, const char *name, const struct bench_figures *figures, const struct bench_figures *limit)
{
	char count[TABLE_FIGURE_BYTES];
	table_cell(table, name);
	table_cell(table, table_count((int64_t)figures->events_per_s, count));
	table_cellf(table, "%.0f %%", 100 * figures->events_per_s / limit->events_per_s);
	table_cellf(table, "%.2f", figures->ack_p50_us / 1000);
	table_cellf(table, "%.2f", figures->ack_p99_us / 1000);
	table_cellf(table, "%.0f", figures->bytes_per_event);
}

static void
show_year(const struct bench_year *year)
{
	char events[TABLE_FIGURE_BYTES], rate[TABLE_FIGURE_BYTES];
	printf(
	    "a year's total, asked over ipc with %s events in the ledger while %s a second stream in: p50 %.0f us, p99 %.0f us\n",
	    table_count((int64_t)year->events, events), table_count((int64_t)year->streaming_per_s, rate), year->p50_us,
	    year->p99_us);
}

static enum status
show_table(const struct bench *bench, const char *machine)
{
	static const struct table_column columns[] = { { "", TABLE_LEFT }, { "events/s", TABLE_RIGHT }, { "of limit", TABLE_RIGHT },
		{ "ack p50 ms", TABLE_RIGHT }, { "ack p99 ms", TABLE_RIGHT }, { "bytes/event", TABLE_RIGHT } };
	const struct bench_wire *wire = &bench->wire;
	struct table *table;
	enum status status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status != STATUS_OK)
		return status;
	add_row(table, "limit: bare LMDB loop", &bench->limit, &bench->limit);
	add_row(table, "ledger: fed from memory", &bench->ledger, &bench->limit);
	add_row(table, "wire: tcp, CURVE, ingest", &wire->road, &bench->limit);
	printf("%zu events in batches of %zu, on %s\n\n", bench->events, bench->per_batch, machine);
	status = table_print(table, stdout);
	table_close(&table);
	printf(
	    "\na single event: acknowledged in %.0f us (p50; p99 %.0f us), a bare write and fdatasync takes %.0f us: %.1f times\n",
	    wire->single_ack_p50_us, wire->single_ack_p99_us, wire->sync_p50_us, wire->single_ack_p50_us / wire->sync_p50_us);
	show_year(&wire->year_paced);
	show_year(&wire->year_flooded);
	printf("the server's memory: %lld MiB at its peak, of which %lld MiB are not pages of the ledger's file\n",
	    (long long)(wire->serve_peak_bytes >> 20), (long long)(wire->serve_anonymous_bytes >> 20));
	return status;
}

/* ---- running ---- */

static enum status
measure(struct bench *bench, const char *dir, struct reason *why)
{
	struct bench_events events = { 0 };
	fprintf(stderr, "making %zu events …\n", bench->events);
	enum status status = bench_events_make(bench->seed, bench->events, &events, why);
	if (status == STATUS_OK) {
		fprintf(stderr, "the limit …\n");
		status = bench_limit(dir, &events, bench->per_batch, &bench->limit, why);
	}
	if (status == STATUS_OK) {
		fprintf(stderr, "the ledger …\n");
		status = bench_ledger(dir, &events, bench->per_batch, &bench->ledger, why);
	}
	if (status == STATUS_OK) {
		fprintf(stderr, "the wire …\n");
		status = bench_wire(dir, &events, bench->per_batch, &bench->wire, why);
	}
	bench_events_close(&events);
	return status;
}

int
tool_bench(int argc, char **argv)
{
	struct bench bench = { .events = 1000000, .per_batch = 1000, .seed = 1, .dir = "." };
	struct reason why = { "" };
	char dir[PATH_BYTES], machine[256];
	argp_err_exit_status = TOOL_USAGE;
	if (argc > 1 && strcmp(argv[1], "forecast") == 0) {
		static char name[] = "juyan bench forecast";
		argv[1] = name;
		return bench_forecast(argc - 1, argv + 1);
	}
	if (argc > 1 && strcmp(argv[1], "relay") == 0) {
		static char name[] = "juyan bench relay";
		argv[1] = name;
		return bench_relay(argc - 1, argv + 1);
	}
	if (argc > 1 && strcmp(argv[1], "catch-up") == 0) {
		static char name[] = "juyan bench catch-up";
		argv[1] = name;
		return bench_catch_up(argc - 1, argv + 1);
	}
	if (argc > 1 && strcmp(argv[1], "dashboard") == 0) {
		static char name[] = "juyan bench dashboard";
		argv[1] = name;
		return bench_dashboard(argc - 1, argv + 1);
	}
	if (argc > 1 && strcmp(argv[1], "load") == 0) {
		static char name[] = "juyan bench load";
		argv[1] = name;
		return bench_load(argc - 1, argv + 1);
	}
	argp_parse(&argp, argc, argv, 0, NULL, &bench);
	if (snprintf(dir, sizeof dir, "%s/juyan-bench-XXXXXX", bench.dir) >= (int)sizeof dir || mkdtemp(dir) == NULL)
		return tool_fail("bench", reason_say(&why, STATUS_SETTING, "%s: no folder can be made here", bench.dir), &why);
	enum status status = measure(&bench, dir, &why);
	bench_remove(dir);
	if (status != STATUS_OK)
		return tool_fail("bench", status, &why);
	bench_machine(machine);
	status = bench.json ? show_json(&bench, machine) : show_table(&bench, machine);
	return status == STATUS_OK ? TOOL_FINE : tool_fail("bench", status, &why);
}
