/*
 * `juyan history`: published totals from before the ledger, taken from a spreadsheet into the registry, and listed. What is in the
 * file and how it is read stands in history_file.h.
 */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "history_file.h"
#include "json.h"
#include "registry_use.h"
#include "table.h"

enum { KEY_PORT = 0x100, KEY_JSON, KEY_DRY_RUN, KEY_BY, KEY_REASON };

enum verb { NONE, IMPORT, LIST };

/*
 * All published figures go out in one answer; this much of it leaves room for what a message has around them. Figures of one a
 * month for a hundred years fit three times.
 */
enum { RECORDS_ARENA_BYTES = 64 * 1024 * 1024, PUBLISHED_BYTES_MAX = FRAME_BYTES_MAX * 3 / 4 };

typedef Juyan__V1__RegistryRecord Record;

struct command {
	struct asking asking;
	struct arena arena; /* records in use and of the file */
	enum verb verb;
	const char *file;
	const char *port;
	bool json;
	bool dry_run;
	const char *by;
	const char *reason;
};

static const struct argp_option options[] = {
	{ "port", KEY_PORT, "ID", 0, "only figures of this port", 1 },
	{ "json", KEY_JSON, NULL, 0, "as JSON, with the names of proto/cargo.proto", 1 },
	{ NULL, 0, NULL, 0, "import:", 2 },
	{ "dry-run", KEY_DRY_RUN, NULL, 0, "show what would be taken and what left, and change nothing", 2 },
	{ "by", KEY_BY, "WHO", 0, "who does it (default: the user's name)", 2 },
	{ "reason", KEY_REASON, "WHY", 0, "why; goes into the journal for good (default: the file's name)", 2 },
	{ 0 },
};

static const char args_doc[] = "import FILE\nlist";

static const char doc[] =
    "Takes published totals of a port from the time before its ledger, so that forecasts have a history to rest on.\v"
    "FILE is CSV with the columns port, kind, period_start, period_end, metric, value and source. Taken are tonnes of the kinds "
    "annual, month, ytd (from 1 January to a day) and day, at ports that the registry knows; each row that is left is told with "
    "the reason. Flags in square brackets in the source say how exact a figure is ([~] about, [>] more than, [<] less than, "
    "[derived …] about) and what it counts ([coal], [imports], [exports], [rail], [AGV only]; else all cargo). Figures that count "
    "different things are never mixed. A row that is wrong is told with its line, and then nothing of the file is taken. Importing "
    "a file again changes nothing.\n\n"
    "  juyan history import published.csv --dry-run\n"
    "  juyan history import published.csv --reason \"figures of the press\"\n"
    "  juyan history list --port ceke\n\n"
    "A figure is withdrawn like any record of the registry: `juyan registry apply` with a list `published:` and --drop-missing.";

/* ---- options ---- */

static void
take_arg(struct argp_state *state, char *arg, struct command *command)
{
	if (state->arg_num == 0) {
		command->verb = strcmp(arg, "import") == 0 ? IMPORT : strcmp(arg, "list") == 0 ? LIST : NONE;
		if (command->verb == NONE)
			argp_error(state, "'%s' is not known, expected import or list", arg);
	} else if (command->verb == LIST || command->file != NULL) {
		argp_error(state, "'%s' is not expected here", arg);
	} else {
		command->file = arg;
	}
}

static void
check_all(struct argp_state *state, const struct command *command)
{
	if (command->verb == NONE)
		argp_error(state, "expected import or list");
	if (command->verb == IMPORT && command->file == NULL)
		argp_error(state, "the file is missing");
	if (command->verb == LIST && (command->dry_run || command->by != NULL || command->reason != NULL))
		argp_error(state, "--dry-run, --by and --reason go with import alone");
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &command->asking.connection;
		break;
	case KEY_PORT:
		command->port = arg;
		break;
	case KEY_JSON:
		command->json = true;
		break;
	case KEY_DRY_RUN:
		command->dry_run = true;
		break;
	case KEY_BY:
		command->by = arg;
		break;
	case KEY_REASON:
		command->reason = arg;
		break;
	case ARGP_KEY_ARG:
		take_arg(state, arg, command);
		break;
	case ARGP_KEY_END:
		check_all(state, command);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* ---- import: what becomes of each row ---- */

static const char *
precision_word(Juyan__V1__Precision precision)
{
	static const char *const words[] = { "?", "exact", "about", "more than", "less than" };
	return (unsigned)precision < sizeof words / sizeof words[0] ? words[precision] : words[0];
}

/* What taking the row changes. */
static const char *
change_word(const struct registry_diff *diff, const Record *record)
{
	for (size_t i = 0; i < diff->n; i++)
		if (diff->changes[i].record == record)
			return diff->changes[i].kind == REGISTRY_ADDED  ? "new"
			    : diff->changes[i].kind == REGISTRY_CHANGED ? "changed"
									: "on file";
	return "on file";
}

/* Published figures are mostly of whole tonnes. */
static const char *
tonnes_text(int64_t kg, char out[TABLE_FIGURE_BYTES])
{
	return kg % 1000 == 0 ? table_whole_tonnes(kg, out) : table_tonnes(kg, out);
}

static void
print_rows(const struct command *command, const struct history_file *file, const struct registry_diff *diff)
{
	for (size_t i = 0; i < file->n; i++) {
		const struct history_row *row = &file->rows[i];
		printf("%s:%llu: ", command->file, (unsigned long long)row->line);
		if (row->verdict == HISTORY_TAKEN) {
			const Juyan__V1__Published *published = row->record->published;
			char tonnes[TABLE_FIGURE_BYTES];
			printf("taken (%s): %s, %s, %s to %s, %s t, %s\n", change_word(diff, row->record), published->port,
			    published->definition, published->from, published->to, tonnes_text(published->net_kg, tonnes),
			    precision_word(published->precision));
		} else {
			printf("left: %s\n", row->why.text);
		}
	}
}

static void
print_wrong(const struct command *command, const struct history_file *file)
{
	for (size_t i = 0; i < file->n; i++)
		if (file->rows[i].verdict == HISTORY_WRONG)
			fprintf(stderr, "%s:%llu: %s\n", command->file, (unsigned long long)file->rows[i].line,
			    file->rows[i].why.text);
}

static json_t *
row_json(const struct history_row *row, const struct registry_diff *diff)
{
	json_t *figure = NULL;
	if (row->verdict != HISTORY_TAKEN)
		return json_pack("{sIsbss}", "line", (json_int_t)row->line, "taken", 0, "why", row->why.text);
	if (json_write(&row->record->published->base, true, &figure) != STATUS_OK)
		return NULL;
	return json_pack("{sIsbssso}", "line", (json_int_t)row->line, "taken", 1, "change", change_word(diff, row->record),
	    "published", figure);
}

static enum status
print_rows_json(const struct history_file *file, const struct registry_diff *diff)
{
	json_t *array = json_array();
	enum status status = array == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	for (size_t i = 0; i < file->n && status == STATUS_OK; i++)
		if (json_array_append_new(array, row_json(&file->rows[i], diff)) != 0)
			status = STATUS_NO_MEMORY;
	if (status == STATUS_OK) {
		json_dumpf(array, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(array);
	return status;
}

/* ---- import ---- */

/* What all published figures take once the file is in. */
static enum status
check_room(const struct registry_diff *diff, struct reason *why)
{
	size_t bytes = 0;
	for (size_t i = 0; i < diff->n; i++) {
		const struct registry_change *change = &diff->changes[i];
		const Record *record = change->record != NULL ? change->record : change->old;
		if (record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED)
			bytes += juyan__v1__registry_record__get_packed_size(record) + 8;
	}
	if (bytes > PUBLISHED_BYTES_MAX)
		return reason_say(why, STATUS_TOO_MANY,
		    "all published figures would take %zu bytes, more than the %d that one answer holds: import fewer, such as "
		    "months "
		    "instead of days",
		    bytes, PUBLISHED_BYTES_MAX);
	return STATUS_OK;
}

static enum status
change(struct command *command, const struct history_file *file, const struct registry_diff *diff)
{
	char reason[TEXT_BYTES_MAX];
	const Record *misfit;
	struct asking *asking = &command->asking;
	size_t size = registry_diff_size(diff), left = file->n - file->taken;
	enum status status = registry_diff_check(diff, &misfit, &asking->why);
	if (status == STATUS_OK)
		status = check_room(diff, &asking->why);
	if (status == STATUS_OK && size > 0 && !command->dry_run) {
		snprintf(reason, sizeof reason, "history import %.400s", command->file);
		status = registry_use_change(&asking->connection, diff, NULL, command->by,
		    command->reason != NULL ? command->reason : reason, asking->name, &asking->why);
	}
	if (status != STATUS_OK || command->json)
		return status;
	if (size == 0)
		printf("nothing changes: all %zu figures are on file; %zu rows left\n", file->taken, left);
	else
		printf("%s: %zu new, %zu changed, %zu on file already; %zu rows left\n",
		    command->dry_run ? "would be taken" : "taken", diff->added, diff->changed, file->taken - size, left);
	return STATUS_OK;
}

static enum status
import_rows(struct command *command, const struct registry_use *used, const struct history_file *file)
{
	struct registry_diff diff = { 0 };
	struct registry_file figures = { .name = command->file };
	figures.records = arena_take(&command->arena, (file->taken + 1) * sizeof *figures.records);
	if (figures.records == NULL)
		return reason_say(&command->asking.why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t i = 0; i < file->n; i++)
		if (file->rows[i].verdict == HISTORY_TAKEN)
			figures.records[figures.n++] = file->rows[i].record;
	enum status status = registry_diff_make(used->records, used->n, &figures, false, &diff);
	if (status == STATUS_OK && command->json)
		status = print_rows_json(file, &diff);
	else if (status == STATUS_OK)
		print_rows(command, file, &diff);
	if (status == STATUS_OK)
		status = change(command, file, &diff);
	registry_diff_close(&diff);
	return status;
}

static enum status
import(struct command *command)
{
	struct reason *why = &command->asking.why;
	struct registry_use used = { 0 };
	struct registry *registry = NULL;
	struct history_file file = { 0 };
	enum status status = registry_use_ask(&command->asking, 0, &command->arena, &used);
	if (status == STATUS_OK)
		status = registry_build(used.records, used.n, &registry, why);
	if (status == STATUS_OK && command->port != NULL && !registry_knows_port(registry, command->port)) {
		const char *nearest = registry_nearest_port(registry, command->port);
		status =
		    reason_say(why, STATUS_UNKNOWN_PORT, "the registry does not know the port '%.40s'; the nearest known is '%s'",
			command->port, nearest != NULL ? nearest : "none");
	}
	if (status == STATUS_OK)
		status = history_file_read(command->file, registry, command->port, &command->arena, &file, why);
	if (status == STATUS_OK && file.wrong > 0) {
		print_wrong(command, &file);
		status = reason_say(why, STATUS_SYNTAX, "%.160s: %zu %s wrong, nothing was taken", command->file, file.wrong,
		    file.wrong == 1 ? "row is" : "rows are");
	}
	if (status == STATUS_OK)
		status = import_rows(command, &used, &file);
	history_file_close(&file);
	registry_close(&registry);
	registry_use_close(&used);
	return status;
}

/* ---- list ---- */

static int
compare_figures(const void *a, const void *b)
{
	const Juyan__V1__Published *x = (*(const Record *const *)a)->published, *y = (*(const Record *const *)b)->published;
	int order = strcmp(x->port, y->port);
	if (order == 0)
		order = strcmp(x->to, y->to);
	if (order == 0)
		order = strcmp(x->from, y->from);
	return order != 0 ? order : strcmp(x->definition, y->definition);
}

static enum status
print_table(const struct registry_use *used)
{
	static const struct table_column columns[] = { { "port", TABLE_LEFT }, { "counts", TABLE_LEFT }, { "from", TABLE_LEFT },
		{ "to", TABLE_LEFT }, { "tonnes", TABLE_RIGHT }, { "how exact", TABLE_LEFT }, { "source", TABLE_LEFT } };
	struct table *table = NULL;
	char tonnes[TABLE_FIGURE_BYTES];
	bool whole = true; /* a column has one form */
	for (size_t i = 0; i < used->n; i++)
		whole = whole && used->records[i]->published->net_kg % 1000 == 0;
	enum status status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	for (size_t i = 0; i < used->n && status == STATUS_OK; i++) {
		const Juyan__V1__Published *published = used->records[i]->published;
		table_cell(table, published->port);
		table_cell(table, published->definition);
		table_cell(table, published->from);
		table_cell(table, published->to);
		table_cell(table, whole ? table_whole_tonnes(published->net_kg, tonnes) : table_tonnes(published->net_kg, tonnes));
		table_cell(table, precision_word(published->precision));
		table_cell(table, published->source);
	}
	if (status == STATUS_OK)
		status = table_print(table, stdout);
	table_close(&table);
	return status;
}

static enum status
print_json(const struct registry_use *used)
{
	json_t *array = json_array();
	enum status status = array == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	for (size_t i = 0; i < used->n && status == STATUS_OK; i++) {
		json_t *figure;
		status = json_write(&used->records[i]->published->base, true, &figure);
		if (status == STATUS_OK && json_array_append_new(array, figure) != 0)
			status = STATUS_NO_MEMORY;
	}
	if (status == STATUS_OK) {
		json_dumpf(array, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(array);
	return status;
}

static enum status
list(struct command *command)
{
	struct registry_use used = { 0 };
	size_t n = 0;
	enum status status =
	    registry_use_ask(&command->asking, JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED, &command->arena, &used);
	for (size_t i = 0; i < used.n; i++)
		if (command->port == NULL || strcmp(used.records[i]->published->port, command->port) == 0)
			used.records[n++] = used.records[i];
	used.n = n;
	if (n > 0)
		qsort(used.records, n, sizeof *used.records, compare_figures);
	if (status == STATUS_OK && command->json)
		status = print_json(&used);
	else if (status == STATUS_OK && n == 0)
		puts("no published figures; `juyan history import FILE` takes them");
	else if (status == STATUS_OK)
		status = print_table(&used);
	registry_use_close(&used);
	return status;
}

int
tool_history(int argc, char **argv)
{
	struct command command = { .asking.name = "history" };
	const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 4 }, { 0 } };
	const struct argp argp = { options, parse, args_doc, doc, children, NULL, NULL };
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	enum status status = arena_open(&command.arena, RECORDS_ARENA_BYTES);
	if (status == STATUS_OK)
		status = command.verb == IMPORT ? import(&command) : list(&command);
	arena_close(&command.arena);
	return asking_end(&command.asking, status);
}
