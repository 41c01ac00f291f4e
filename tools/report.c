/*
 * `juyan report`: what passed on a day, in a month, a year or any range, as a table on the terminal or as a file to be sent
 * on, signed or read by programs. The figures are those of services/report/, whichever form they take.
 */
#include "report.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "asking.h"
#include "clock.h"
#include "report_tables.h"
#include "report_words.h"
#include "report_writers.h"
#include "table.h"

enum { KEY_PORT = 0x100, KEY_FROM, KEY_TO, KEY_FORMAT, KEY_LANG, KEY_OUT };

struct command {
	struct asking asking;
	struct report_asked asked;
	char yesterday[CIVIL_TEXT_BYTES];
	bool table; /* for the terminal; else `format` */
	enum report_format format;
	enum report_lang lang;
	const char *out; /* NULL: stdout */
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What of", 1 },
	{ "from", KEY_FROM, "PERIOD", 0, "2025, 2025-01 or 2025-01-31, in the ports' local time (default: yesterday)", 1 },
	{ "to", KEY_TO, "PERIOD", 0, "to the end of it (default: the same as --from)", 1 },
	{ "port", KEY_PORT, "ID", 0, "only this port (default: all)", 1 },
	{ NULL, 0, NULL, 0, "How", 2 },
	{ "format", KEY_FORMAT, "table|csv|xlsx|pdf|json", 0, "in which form (default: table)", 2 },
	{ "lang", KEY_LANG, "zh|mn|en", 0, "in which language (default: en)", 2 },
	{ "out", KEY_OUT, "FILE", 0, "write to FILE (default: standard output)", 2 },
	{ 0 },
};

static const char doc[] =
    "Reports what passed: by hour, day or month, by mode and direction, by commodity group, against the year before, with what the "
    "figures rest on and how long crossings took.\v"
    "A day is reported by hour, up to 62 days by day, more by month. A day's PDF is one page of A4. JSON and CSV have kilograms "
    "and "
    "milliseconds, the others tonnes, exact to the kilogram.\n\n"
    "  juyan report                                           yesterday, on the terminal\n"
    "  juyan report --from 2025-01-31 --format pdf --lang zh --out day.pdf\n"
    "  juyan report --from 2025 --port ceke --format xlsx --out ceke-2025.xlsx";

/* ---- options ---- */

static void
take_format(struct argp_state *state, struct command *command, const char *word)
{
	command->table = strcmp(word, "table") == 0;
	if (!command->table && !report_format_of(word, &command->format))
		argp_error(state, "--format is '%s'; expected table, csv, xlsx, pdf or json", word);
}

static void
check_all(struct argp_state *state, struct command *command)
{
	bool binary = !command->table && (command->format == REPORT_XLSX || command->format == REPORT_PDF);
	if (command->asked.from == NULL && command->asked.to != NULL)
		argp_error(state, "--to needs --from");
	if (binary && command->out == NULL && isatty(STDOUT_FILENO))
		argp_error(state, "--format %s is not for a terminal; expected --out FILE", report_format_name(command->format));
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
		command->asked.port = arg;
		break;
	case KEY_FROM:
		command->asked.from = arg;
		break;
	case KEY_TO:
		command->asked.to = arg;
		break;
	case KEY_FORMAT:
		take_format(state, command, arg);
		break;
	case KEY_LANG:
		if (!report_lang_of(arg, &command->lang))
			argp_error(state, "--lang is '%s'; expected zh, mn or en", arg);
		break;
	case KEY_OUT:
		command->out = arg;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", arg);
		break;
	case ARGP_KEY_END:
		check_all(state, command);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* ---- asking ---- */

static enum status
ask_for(void *user, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	struct asking *asking = user;
	enum status status = STATUS_OK;
	if (asking->ask == NULL)
		status = ask_open(&asking->connection, &asking->ask, why);
	return status == STATUS_OK ? ask_question(asking->ask, question, out, why) : status;
}

/* ---- telling ---- */

static enum status
print_table(const struct report_table *from)
{
	struct table_column columns[REPORT_COLUMNS_MAX];
	struct table *table;
	for (size_t i = 0; i < from->n_columns; i++)
		columns[i] = (struct table_column){ from->columns[i].title,
			from->columns[i].kind == REPORT_TEXT ? TABLE_LEFT : TABLE_RIGHT };
	enum status status = table_open(columns, from->n_columns, &table);
	if (status != STATUS_OK)
		return status;
	for (size_t row = 0; row < from->n_rows; row++) {
		if (from->sums && row + 1 == from->n_rows && row > 0)
			table_sums(table);
		for (size_t i = 0; i < from->n_columns; i++) {
			char figure[48];
			table_cell(table, report_cell_show(from, row, i, figure));
		}
	}
	printf("%s\n", from->title);
	status = table_print(table, stdout);
	putchar('\n');
	table_close(&table);
	return status;
}

static enum status
print_report(const struct report *report, enum report_lang lang, struct reason *why)
{
	struct report_tables tables;
	enum status status = report_tables_open(report, lang, &tables, why);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < REPORT_REMARK_LIST && status == STATUS_OK; i++)
		if (tables.table[i].n_rows > 0)
			status = print_table(&tables.table[i]);
	const struct report_table *remarks = &tables.table[REPORT_REMARK_LIST];
	for (size_t row = 0; row < remarks->n_rows && status == STATUS_OK; row++)
		printf("- %s\n", report_cell_at(remarks, row, 0)->text);
	report_tables_close(&tables);
	return status;
}

/* A file that fails is removed. */
static enum status
save(const char *path, const struct report_file *file, struct reason *why)
{
	FILE *out = path == NULL ? stdout : fopen(path, "we");
	if (out == NULL)
		return reason_say(why, STATUS_SYSTEM, "%.200s: %s", path, strerror(errno));
	bool failed = fwrite(file->data, 1, file->bytes, out) != file->bytes;
	if (path == NULL)
		return failed ? reason_say(why, STATUS_SYSTEM, "the output cannot be written") : STATUS_OK;
	failed = fclose(out) != 0 || failed;
	if (!failed)
		return STATUS_OK;
	unlink(path);
	return reason_say(why, STATUS_SYSTEM, "%.200s: it cannot be written", path);
}

static enum status
write_file(const struct command *command, const struct report *report, struct reason *why)
{
	struct report_file file;
	enum status status = report_write(report, command->format, command->lang, &file, why);
	if (status != STATUS_OK)
		return status;
	status = save(command->out, &file, why);
	if (status == STATUS_OK && file.warning.text[0] != '\0')
		fprintf(stderr, "juyan report: %s\n", file.warning.text);
	report_file_close(&file);
	return status;
}

static enum status
tell(struct command *command, struct reason *why)
{
	struct report *report = NULL;
	struct clock clock = clock_system();
	const struct source source = { .query = ask_for, .user = &command->asking };
	enum status status = STATUS_OK;
	command->asked.now_ms = clock_utc_ms(&clock);
	command->asked.fresh = true;
	if (command->asked.from == NULL) {
		status = report_yesterday(&source, command->asked.port, command->asked.now_ms, command->yesterday, why);
		command->asked.from = command->yesterday;
	}
	if (status == STATUS_OK)
		status = report_open(&source, &command->asked, &report, why);
	if (status == STATUS_OK && command->table && command->out != NULL && freopen(command->out, "we", stdout) == NULL)
		status = reason_say(why, STATUS_SYSTEM, "%.200s: %s", command->out, strerror(errno));
	if (status == STATUS_OK)
		status = command->table ? print_report(report, command->lang, why) : write_file(command, report, why);
	report_close(&report);
	return status;
}

int
tool_report(int argc, char **argv)
{
	struct command command = { .asking.name = "report", .table = true, .lang = REPORT_EN };
	const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 3 }, { 0 } };
	const struct argp argp = { options, parse, NULL, doc, children, NULL, NULL };
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	return asking_end(&command.asking, tell(&command, &command.asking.why));
}
