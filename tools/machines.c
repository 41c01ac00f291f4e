/* `juyan machines`: how the gates, scales, AGVs and sources at the ports stand, and how long each was available. */
#include <argp.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "clock.h"
#include "json.h"
#include "table.h"

enum { SHARE_BYTES = 32 };

static const struct argp_option options[] = {
	{ "port", ASKING_KEY_PORT, "ID", 0, "only at this port", 1 },
	{ "json", ASKING_KEY_JSON, NULL, 0, "as JSON, with the names of proto/query.proto", 1 },
	{ 0 },
};

static const char doc[] =
    "Shows how the gates, scales, AGVs and other sources at the ports stand, since when, and how long each was available.\v"
    "A machine is available while it works or charges; its availability is the share of that in the time for which it is known how "
    "it stood. What is told of a machine holds until it is told of again, for two and a half hours at most. What nobody has "
    "told of for 31 days is not shown.";

/* ---- showing ---- */

static enum status
add_json(const Juyan__V1__Machines *page, json_t *rows)
{
	for (size_t i = 0; i < page->n_rows; i++) {
		json_t *row;
		enum status status = json_write(&page->rows[i]->base, true, &row);
		if (status != STATUS_OK)
			return status;
		if (json_array_append_new(rows, row) != 0)
			return STATUS_NO_MEMORY;
	}
	return STATUS_OK;
}

/* "98.7 %", or a dash where nothing is known. */
static const char *
share(const Juyan__V1__MachineSpan *span, char out[SHARE_BYTES])
{
	int64_t per_mille = span->known_ms > 0 ? span->available_ms * 1000 / span->known_ms : -1;
	if (per_mille < 0)
		snprintf(out, SHARE_BYTES, "-");
	else
		snprintf(out, SHARE_BYTES, "%" PRId64 ".%" PRId64 " %%", per_mille / 10, per_mille % 10);
	return out;
}

static void
add_row(struct table *table, const Juyan__V1__MachineRow *row, int64_t now_ms)
{
	char span[ASKING_TIME_BYTES], part[SHARE_BYTES];
	table_cell(table, row->port);
	table_cell(table, row->kind);
	table_cell(table, row->machine);
	if (row->outdated)
		table_cellf(table, "not known (was %s)", row->condition);
	else
		table_cell(table, row->condition);
	int64_t since_ms = row->outdated ? row->told_ms : row->since_ms;
	table_cell(table, asking_span(now_ms > since_ms ? now_ms - since_ms : 0, span));
	table_cell(table, share(row->latest, part));
	table_cell(table, share(row->day, part));
	table_cellf(table, "%u", row->latest->stops);
	table_cellf(table, "%u", row->latest->faults);
	table_cell(table, row->lane);
	table_cell(table, row->note);
}

/* ---- asking ---- */

/* Where a page ends, to go on from there. The answer's own texts are gone with the next question. */
struct place {
	char port[PORT_BYTES_MAX + 1], machine[UNIT_ID_BYTES_MAX + 1];
};

static enum status
ask_page(struct asking_scope *scope, int64_t now_ms, struct place *after, const Juyan__V1__Machines **out)
{
	static char nothing[] = "";
	Juyan__V1__MachinesAsk asked = JUYAN__V1__MACHINES_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	asked.now_ms = now_ms;
	asked.port = scope->port != NULL ? (char *)(uintptr_t)scope->port : nothing;
	asked.after_port = after->port;
	asked.after_machine = after->machine;
	question.ask_case = JUYAN__V1__QUESTION__ASK_MACHINES;
	question.machines = &asked;
	enum status status = asking_answer(&scope->asking, &question, JUYAN__V1__ANSWER__SAY_MACHINES, &answer);
	if (status != STATUS_OK)
		return status;
	if (answer->machines->n_rows > 0) {
		const Juyan__V1__MachineRow *last = answer->machines->rows[answer->machines->n_rows - 1];
		snprintf(after->port, sizeof after->port, "%s", last->port);
		snprintf(after->machine, sizeof after->machine, "%s", last->machine);
	}
	*out = answer->machines;
	return STATUS_OK;
}

/* How many there are. */
static enum status
list(struct asking_scope *scope, struct table *table, json_t *rows, size_t *n)
{
	struct clock clock = clock_system();
	struct place after = { "", "" };
	int64_t now_ms = clock_utc_ms(&clock);
	const Juyan__V1__Machines *page;
	enum status status;
	do {
		status = ask_page(scope, now_ms, &after, &page);
		if (status == STATUS_OK && scope->json)
			status = add_json(page, rows);
		for (size_t i = 0; status == STATUS_OK && !scope->json && i < page->n_rows; i++)
			add_row(table, page->rows[i], now_ms);
		*n += status == STATUS_OK ? page->n_rows : 0;
	} while (status == STATUS_OK && page->more && page->n_rows > 0);
	return status;
}

static enum status
print_json(json_t *rows)
{
	json_t *whole = json_pack("{s:O}", "rows", rows);
	if (whole == NULL)
		return STATUS_NO_MEMORY;
	json_dumpf(whole, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(whole);
	return STATUS_OK;
}

static enum status
show(struct asking_scope *scope)
{
	static const struct table_column columns[] = { { "port", TABLE_LEFT }, { "kind", TABLE_LEFT }, { "machine", TABLE_LEFT },
		{ "condition", TABLE_LEFT }, { "since", TABLE_RIGHT }, { "24 h", TABLE_RIGHT }, { "today", TABLE_RIGHT },
		{ "stops", TABLE_RIGHT }, { "faults", TABLE_RIGHT }, { "lane", TABLE_LEFT }, { "note", TABLE_LEFT } };
	struct table *table = NULL;
	json_t *rows = json_array();
	size_t n = 0;
	enum status status = rows == NULL ? STATUS_NO_MEMORY : table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status == STATUS_OK)
		status = list(scope, table, rows, &n);
	if (status == STATUS_OK)
		status = scope->json ? print_json(rows) : table_print(table, stdout);
	if (status == STATUS_OK && !scope->json && n == 0)
		printf("nothing has been told of any machine in the last 31 days\n");
	table_close(&table);
	json_decref(rows);
	return status;
}

int
tool_machines(int argc, char **argv)
{
	struct asking_scope scope = { .asking.name = "machines" };
	const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 3 }, { 0 } };
	const struct argp argp = { options, asking_scope_parse, NULL, doc, children, NULL, NULL };
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &scope);
	return asking_end(&scope.asking, show(&scope));
}
