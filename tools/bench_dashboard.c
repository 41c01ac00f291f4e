/*
 * `juyan bench dashboard`: on a year of the simulated ports, how late 500 listeners are, what they cost the dashboard and ingest,
 * how long its pictures take, and how much a browser loads first.
 */
#include <argp.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_http.h"
#include "bench_rounds.h"
#include "civil.h"
#include "table.h"
#include "tool.h"

enum { KEY_SECONDS = 't', KEY_ROUNDS = 'r', KEY_JSON = 'j', KEY_DIR = 'd', KEY_SEED = 's', PATH_BYTES = 256 };
enum { TARGET_BYTES = 128, PICTURES = 13, ASKED = 50, FILES_MAX = 64 };

struct picture {
	const char *name;
	char target[TARGET_BYTES];
	double first_ms, p50_ms, p99_ms;
	size_t bytes;
};

struct bench {
	uint64_t seed;
	const char *dir;
	bool json;
	struct bench_window window;
	struct bench_rounds rounds;
	int64_t peak_bytes, own_bytes; /* with the listeners */
	int64_t last_peak_bytes, last_own_bytes;
	struct picture pictures[PICTURES];
	size_t n_pictures;
	size_t page_files, page_bytes, page_packed;
};

static const struct argp_option options[] = {
	{ "seconds", KEY_SECONDS, "N", 0, "how long each round is (default: 10)", 0 },
	{ "rounds", KEY_ROUNDS, "N", 0, "how many rounds with listeners, and as many without (default: 10)", 0 },
	{ "dir", KEY_DIR, "DIR", 0, "a folder on the disk to be measured (default: here); what is made there is removed again", 0 },
	{ "seed", KEY_SEED, "N", 0, "of the simulated events (default: 1)", 0 },
	{ "json", KEY_JSON, NULL, 0, "one object for programs", 0 },
	{ 0 },
};

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct bench *bench = state->input;
	switch (key) {
	case KEY_SECONDS:
		bench->rounds.seconds = (unsigned)bench_number(text, "seconds", 1, 60, state);
		return 0;
	case KEY_ROUNDS:
		bench->rounds.pairs = (unsigned)bench_number(text, "rounds", 1, BENCH_ROUNDS_MAX, state);
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
	"Measure the dashboard, in a process of its own, on a year of the simulated ports: how late 500 listeners hear of 100 "
	"events a "
	"second, what that costs it and ingest (in rounds with and without them, in turn), how long each picture takes, and how "
	"much "
	"a browser loads first.",
	NULL, NULL, NULL };

/* ---- pictures ---- */

static void add_picture(struct bench *bench, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void
add_picture(struct bench *bench, const char *name, const char *format, ...)
{
	struct picture *picture = &bench->pictures[bench->n_pictures++];
	va_list arguments;
	va_start(arguments, format);
	picture->name = name;
	vsnprintf(picture->target, sizeof picture->target, format, arguments);
	va_end(arguments);
}

/* A crossing whose story can be asked for: any that is found. */
static enum status
find_batch(struct bench *bench, char out[TARGET_BYTES], struct reason *why)
{
	struct bench_body body = { 0 };
	const char *port = NULL, *number = NULL;
	json_t *row, *all;
	enum status status = bench_http_get(bench->window.dashboard.http, "/api/v1/search?q=CK", false, &body, why);
	if (status != STATUS_OK)
		return status;
	all = json_loadb(body.text, body.bytes, 0, NULL);
	row = json_array_get(json_object_get(all, "rows"), 0);
	if (json_unpack(row, "{s:{s:s, s:s}}", "crossing", "port", &port, "batch_no", &number) == 0)
		snprintf(out, TARGET_BYTES, "/api/v1/batches/%.32s/%.64s", port, number);
	else
		status = reason_say(why, STATUS_CONTRADICTION, "the search finds nothing");
	json_decref(all);
	bench_body_close(&body);
	return status;
}

static enum status
choose_pictures(struct bench *bench, struct reason *why)
{
	char batch[TARGET_BYTES];
	int year, month, day;
	civil_date(bench->window.today - 1, &year, &month, &day);
	enum status status = find_batch(bench, batch, why);
	if (status != STATUS_OK)
		return status;
	add_picture(bench, "live, as it lies ready", "/api/v1/live");
	add_picture(bench, "place", "/api/v1/place");
	add_picture(bench, "overview of the year", "/api/v1/overview");
	add_picture(bench, "flow of a day", "/api/v1/flow?port=ceke&day=%04d-%02d-%02d", year, month, day);
	add_picture(bench, "calendar of the year", "/api/v1/calendar?port=ceke&year=%04d", year);
	add_picture(bench, "goods of the year", "/api/v1/goods?from=%04d", year);
	add_picture(bench, "search", "/api/v1/search?q=CK%02d", year % 100);
	add_picture(bench, "story of a batch", "%s", batch);
	add_picture(bench, "attention", "/api/v1/attention");
	add_picture(bench, "report of a day, JSON", "/api/v1/report?from=%04d-%02d-%02d", year, month, day);
	add_picture(bench, "report of a day, PDF", "/api/v1/report?from=%04d-%02d-%02d&format=pdf&lang=zh", year, month, day);
	add_picture(bench, "report of the year, XLSX", "/api/v1/report?from=%04d&format=xlsx", year);
	add_picture(bench, "report of the year, PDF", "/api/v1/report?from=%04d&format=pdf&lang=mn", year);
	return STATUS_OK;
}

/* Each time after one more event, so that no answer lies ready. */
static enum status
measure_picture(struct bench *bench, struct picture *picture, struct bench_times *times, struct reason *why)
{
	enum status status = STATUS_OK;
	times->n = 0;
	for (int i = 0; i < ASKED && status == STATUS_OK; i++) {
		struct bench_body body = { 0 };
		status = bench_window_pace(&bench->window, 1, BENCH_PER_S, why);
		if (status == STATUS_OK)
			status = bench_window_heard(&bench->window, why);
		int64_t asked_ns = bench_now_ns();
		if (status == STATUS_OK)
			status = bench_http_get(bench->window.dashboard.http, picture->target, false, &body, why);
		int64_t took_ns = bench_now_ns() - asked_ns;
		bench_times_add(times, took_ns);
		picture->first_ms = i == 0 ? (double)took_ns / 1e6 : picture->first_ms;
		picture->bytes = body.bytes;
		bench_body_close(&body);
	}
	picture->p50_ms = bench_times_at(times, 0.5) / 1000;
	picture->p99_ms = bench_times_at(times, 0.99) / 1000;
	return status;
}

static enum status
measure_pictures(struct bench *bench, struct reason *why)
{
	struct bench_times times = { 0 };
	enum status status = bench_times_open(ASKED, &times);
	if (status == STATUS_OK)
		status = choose_pictures(bench, why);
	for (size_t i = 0; i < bench->n_pictures && status == STATUS_OK; i++)
		status = measure_picture(bench, &bench->pictures[i], &times, why);
	bench_times_close(&times);
	return status;
}

/* ---- the page ---- */

struct files {
	char names[FILES_MAX][TARGET_BYTES];
	size_t n;
};

/* Scripts and styles that a text names, as the page's build writes them: "/assets/x.css", "./x.js". */
static void
gather(const char *text, struct files *files)
{
	static const char *const marks[] = { "/assets/", "./" };
	for (size_t kind = 0; kind < 2; kind++)
		for (const char *at = text; (at = strstr(at, marks[kind])) != NULL; at++) {
			char name[TARGET_BYTES];
			const char *file = at + strlen(marks[kind]);
			size_t bytes = strcspn(file, "\"'`)"), known = 0;
			if (bytes < 4 || bytes > 64 ||
			    (strncmp(file + bytes - 3, ".js", 3) != 0 && strncmp(file + bytes - 4, ".css", 4) != 0))
				continue;
			snprintf(name, sizeof name, "/assets/%.*s", (int)bytes, file);
			while (known < files->n && strcmp(files->names[known], name) != 0)
				known++;
			if (known == files->n && files->n < FILES_MAX)
				memcpy(files->names[files->n++], name, sizeof name);
		}
}

/* The page with everything that it may ever load: an upper bound of what a browser loads first. */
static enum status
measure_page(struct bench *bench, struct reason *why)
{
	struct files files = { .names = { "/" }, .n = 1 };
	const char *address = bench->window.dashboard.http;
	enum status status = STATUS_OK;
	for (size_t i = 0; i < files.n && status == STATUS_OK; i++) {
		struct bench_body plain = { 0 }, packed = { 0 };
		status = bench_http_get(address, files.names[i], false, &plain, why);
		if (status == STATUS_OK)
			status = bench_http_get(address, files.names[i], true, &packed, why);
		if (status == STATUS_OK)
			gather(plain.text, &files);
		bench->page_bytes += plain.bytes;
		bench->page_packed += packed.bytes;
		bench_body_close(&plain);
		bench_body_close(&packed);
	}
	bench->page_files = files.n;
	return status;
}

/* ---- showing ---- */

static enum status
show_json(const struct bench *bench, const char *machine)
{
	json_t *pictures = json_array(), *all;
	for (size_t i = 0; i < bench->n_pictures; i++) {
		const struct picture *one = &bench->pictures[i];
		json_array_append_new(pictures,
		    json_pack("{s:s, s:s, s:f, s:f, s:f, s:I}", "name", one->name, "target", one->target, "first_ms", one->first_ms,
			"p50_ms", one->p50_ms, "p99_ms", one->p99_ms, "bytes", (json_int_t)one->bytes));
	}
	all = json_pack("{s:s, s:I, s:o, s:{s:I, s:I, s:I}, s:o, s:{s:I, s:I, s:I}}", "machine", machine, "events",
	    (json_int_t)bench->window.loaded, "rounds", bench_rounds_json(&bench->rounds), "dashboard", "peak_memory_bytes",
	    (json_int_t)bench->peak_bytes, "anonymous_memory_bytes", (json_int_t)bench->own_bytes,
	    "peak_memory_after_pictures_bytes", (json_int_t)bench->last_peak_bytes, "pictures", pictures, "page", "files",
	    (json_int_t)bench->page_files, "bytes", (json_int_t)bench->page_bytes, "packed_bytes", (json_int_t)bench->page_packed);
	if (all == NULL)
		return STATUS_NO_MEMORY;
	int failed = json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	json_decref(all);
	printf("\n");
	return failed == 0 ? STATUS_OK : STATUS_SYSTEM;
}

static enum status
show_table(const struct bench *bench, const char *machine)
{
	static const struct table_column columns[] = { { "picture", TABLE_LEFT }, { "first ms", TABLE_RIGHT },
		{ "p50 ms", TABLE_RIGHT }, { "p99 ms", TABLE_RIGHT }, { "bytes", TABLE_RIGHT } };
	char count[TABLE_FIGURE_BYTES];
	struct table *table;
	enum status status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status != STATUS_OK)
		return status;
	printf("a year of %s events; on %s\n\n", table_count((int64_t)bench->window.loaded, count), machine);
	bench_rounds_print(&bench->rounds);
	printf("the dashboard has %.1f MiB at its peak with them, of which %.1f MiB are its own\n",
	    (double)bench->peak_bytes / (1 << 20), (double)bench->own_bytes / (1 << 20));
	printf("the page in all languages: %zu files of %zu bytes, %zu as they are sent\n\n", bench->page_files, bench->page_bytes,
	    bench->page_packed);
	for (size_t i = 0; i < bench->n_pictures; i++) {
		const struct picture *one = &bench->pictures[i];
		table_cell(table, one->name);
		table_cellf(table, "%.1f", one->first_ms);
		table_cellf(table, "%.1f", one->p50_ms);
		table_cellf(table, "%.1f", one->p99_ms);
		table_cell(table, table_count((int64_t)one->bytes, count));
	}
	status = table_print(table, stdout);
	table_close(&table);
	printf("\nall pictures made, the dashboard's peak is %.1f MiB\n", (double)bench->last_peak_bytes / (1 << 20));
	return status;
}

/* ---- running ---- */

static enum status
measure(struct bench *bench, const char *dir, struct reason *why)
{
	fprintf(stderr, "a year …\n");
	enum status status = bench_window_open(dir, bench->seed, &bench->window, why);
	if (status == STATUS_OK)
		status = measure_page(bench, why);
	if (status == STATUS_OK) {
		fprintf(stderr, "the listeners …\n");
		status = bench_rounds_measure(&bench->rounds, &bench->window, why);
	}
	if (status == STATUS_OK)
		child_memory(&bench->window.dashboard, &bench->peak_bytes, &bench->own_bytes);
	if (status == STATUS_OK) {
		fprintf(stderr, "the pictures …\n");
		status = measure_pictures(bench, why);
	}
	if (status == STATUS_OK)
		child_memory(&bench->window.dashboard, &bench->last_peak_bytes, &bench->last_own_bytes);
	bench_window_close(&bench->window);
	bench_rounds_close(&bench->rounds);
	return status;
}

int
bench_dashboard(int argc, char **argv)
{
	struct bench bench = { .rounds = { .seconds = 10, .pairs = 10 }, .seed = 1, .dir = "." };
	struct reason why = { "" };
	char dir[PATH_BYTES], machine[256];
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
