/*
 * `juyan quarantine`: events that were kept but not counted, why, and how a person settles them; with --review also batches that
 * count but ask for a look.
 */
#include <argp.h>
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "administer.h"
#include "asking.h"
#include "civil.h"
#include "json.h"
#include "story.h"
#include "table.h"

enum { KEY_ALL = 0x100, KEY_REVIEW, KEY_JSON, KEY_REASON, KEY_BY, KEY_WITH, KEY_PORT };

enum verb { NONE, LIST, SHOW, RELEASE, DISMISS };

enum { EVENT_ARENA_BYTES = DECODE_BYTES_MAX };

struct command {
	struct asking asking;
	enum verb verb;
	uint64_t lsn;
	bool all;
	bool review;
	bool json;
	char *port;
	const char *reason;
	const char *by;
	const char *with;
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "list:", 1 },
	{ "all", KEY_ALL, NULL, 0, "also those that were released or dismissed", 1 },
	{ "review", KEY_REVIEW, NULL, 0, "instead: batches that count, but ask for a person's look", 1 },
	{ "port", KEY_PORT, "ID", 0, "with --review: only at this port", 1 },
	{ NULL, 0, NULL, 0, "list and show:", 2 },
	{ "json", KEY_JSON, NULL, 0, "as JSON, with the names of proto/query.proto", 2 },
	{ NULL, 0, NULL, 0, "release and dismiss:", 3 },
	{ "reason", KEY_REASON, "WHY", 0, "why; goes into the journal for good (needed)", 3 },
	{ "by", KEY_BY, "WHO", 0, "who does it (default: the user's name)", 3 },
	{ "with", KEY_WITH, "FILE", 0, "release: apply the event in this JSON file in its place ('-': stdin)", 3 },
	{ 0 },
};

static const char args_doc[] = "list\nshow EVENT\nrelease EVENT --reason WHY\ndismiss EVENT --reason WHY";

static const char doc[] =
    "Looks at events that were not counted, and settles them. EVENT is the number that `list` shows.\v"
    "An event comes here when it cannot be taken as it is: an unknown port, a broken text, a right that its terminal does not "
    "have. Nothing "
    "of it is lost. When the reason is gone (a port was added to the registry, a right was given), `release` applies it under its "
    "own terminal "
    "and number; with --with, a corrected event in its place. `dismiss` settles it without applying it: a test, a true double.\n\n"
    "  juyan quarantine show 4711 --json > event.json\n"
    "  juyan quarantine release 4711 --with event.json --reason \"number misread\"";

/* ---- options ---- */

static void
take_verb(struct argp_state *state, const char *word, struct command *command)
{
	static const char *const verbs[] = { NULL, "list", "show", "release", "dismiss" };
	for (size_t i = 1; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(word, verbs[i]) == 0)
			command->verb = (enum verb)i;
	if (command->verb == NONE)
		argp_error(state, "'%s' is not known, expected list, show, release or dismiss", word);
}

static void
take_arg(struct argp_state *state, const char *arg, struct command *command)
{
	char *end;
	if (state->arg_num == 0) {
		take_verb(state, arg, command);
		return;
	}
	if (command->verb == LIST || state->arg_num > 1)
		argp_error(state, "'%s' is not expected here", arg);
	command->lsn = strtoull(arg, &end, 10);
	if (arg[0] < '0' || arg[0] > '9' || *end != '\0' || command->lsn == 0)
		argp_error(state, "'%s' is no number of an event", arg);
}

static void
check_all(struct argp_state *state, const struct command *command)
{
	bool settles = command->verb == RELEASE || command->verb == DISMISS;
	if (command->verb == NONE)
		argp_error(state, "expected list, show, release or dismiss");
	if (command->verb != LIST && command->lsn == 0)
		argp_error(state, "the number of the event is missing; `juyan quarantine list` shows it");
	if (settles && (command->reason == NULL || command->reason[0] == '\0'))
		argp_error(state, "--reason is missing: why is it settled?");
	if (command->with != NULL && command->verb != RELEASE)
		argp_error(state, "--with goes with release alone");
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &command->asking.connection;
		break;
	case KEY_ALL:
		command->all = true;
		break;
	case KEY_REVIEW:
		command->review = true;
		break;
	case KEY_PORT:
		command->port = arg;
		break;
	case KEY_JSON:
		command->json = true;
		break;
	case KEY_REASON:
		command->reason = arg;
		break;
	case KEY_BY:
		command->by = arg;
		break;
	case KEY_WITH:
		command->with = arg;
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

/* ---- list and show ---- */

/* One page: the rows after `after_lsn`, or just one. */
static enum status
ask_page(struct command *command, uint64_t after_lsn, const Juyan__V1__QuarantineList **out)
{
	Juyan__V1__QuarantineAsk ask_rows = JUYAN__V1__QUARANTINE_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	ask_rows.after_lsn = after_lsn;
	ask_rows.settled = command->all || command->lsn != 0;
	ask_rows.only_lsn = command->lsn;
	question.ask_case = JUYAN__V1__QUESTION__ASK_QUARANTINE;
	question.quarantine = &ask_rows;
	enum status status = asking_answer(&command->asking, &question, JUYAN__V1__ANSWER__SAY_QUARANTINE, &answer);
	if (status == STATUS_OK)
		*out = answer->quarantine;
	return status;
}

static enum status
add_json(json_t *array, const ProtobufCMessage *message)
{
	json_t *json;
	enum status status = json_write(message, true, &json);
	if (status == STATUS_OK && json_array_append_new(array, json) != 0)
		status = STATUS_NO_MEMORY;
	return status;
}

static void
add_cells(struct table *table, const Juyan__V1__QuarantineRow *row)
{
	char when[32];
	civil_format_ms(row->received_at_ms, when);
	table_cellf(table, "%" PRIu64, row->lsn);
	table_cell(table, when);
	table_cellf(table, "%.40s (%u) %" PRIu64, row->terminal_name, row->terminal_no, row->stream_seq);
	table_cell(table, row->state);
	table_cellf(table, "%s: %s", row->name, row->sentence);
}

/* Page after page; into the JSON array where there is one, else into the table. */
static enum status
gather_quarantine(struct command *command, json_t *array, struct table *table)
{
	uint64_t after_lsn = 0;
	for (;;) {
		const Juyan__V1__QuarantineList *page;
		enum status status = ask_page(command, after_lsn, &page);
		for (size_t i = 0; status == STATUS_OK && i < page->n_rows; i++) {
			if (array != NULL)
				status = add_json(array, &page->rows[i]->base);
			else
				add_cells(table, page->rows[i]);
		}
		if (status != STATUS_OK || !page->more || page->n_rows == 0)
			return status;
		after_lsn = page->rows[page->n_rows - 1]->lsn;
	}
}

/* The last row's names lead to the next page; they are copied, for a page is lent until the next question. */
static enum status
gather_review(struct command *command, json_t *array, struct table *table)
{
	static char nothing[] = "";
	char port[PORT_BYTES_MAX + 1] = "", batch_no[BATCH_NO_BYTES_MAX + 1] = "";
	for (;;) {
		Juyan__V1__ReviewAsk ask_rows = JUYAN__V1__REVIEW_ASK__INIT;
		Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
		const Juyan__V1__Answer *answer;
		ask_rows.port = command->port == NULL ? nothing : command->port;
		ask_rows.after_port = port;
		ask_rows.after_batch_no = batch_no;
		question.ask_case = JUYAN__V1__QUESTION__ASK_REVIEW;
		question.review = &ask_rows;
		enum status status = asking_answer(&command->asking, &question, JUYAN__V1__ANSWER__SAY_REVIEW, &answer);
		if (status != STATUS_OK)
			return status;
		const Juyan__V1__ReviewList *page = answer->review;
		for (size_t i = 0; i < page->n_rows; i++) {
			const Juyan__V1__ReviewRow *row = page->rows[i];
			if (array != NULL && (status = add_json(array, &row->base)) != STATUS_OK)
				return status;
			for (size_t j = 0; array == NULL && j < row->n_remarks; j++) {
				table_cell(table, j == 0 ? row->port : "");
				table_cell(table, j == 0 ? row->batch_no : "");
				table_cell(table, row->remarks[j]);
			}
		}
		if (!page->more || page->n_rows == 0)
			return STATUS_OK;
		snprintf(port, sizeof port, "%s", page->rows[page->n_rows - 1]->port);
		snprintf(batch_no, sizeof batch_no, "%s", page->rows[page->n_rows - 1]->batch_no);
	}
}

static enum status
open_table(const struct command *command, struct table **out)
{
	static const struct table_column quarantine[] = { { "event", TABLE_RIGHT }, { "received", TABLE_LEFT },
		{ "terminal and number", TABLE_LEFT }, { "state", TABLE_LEFT }, { "reason", TABLE_LEFT } };
	static const struct table_column review[] = { { "port", TABLE_LEFT }, { "batch", TABLE_LEFT },
		{ "what asks for a look", TABLE_LEFT } };
	if (command->review)
		return table_open(review, sizeof review / sizeof review[0], out);
	return table_open(quarantine, sizeof quarantine / sizeof quarantine[0], out);
}

static enum status
list(struct command *command)
{
	json_t *array = command->json ? json_array() : NULL;
	struct table *table = NULL;
	enum status status = open_table(command, &table);
	if (status == STATUS_OK && command->json && array == NULL)
		status = STATUS_NO_MEMORY;
	if (status == STATUS_OK)
		status = command->review ? gather_review(command, array, table) : gather_quarantine(command, array, table);
	if (status == STATUS_OK && array != NULL) {
		json_dumpf(array, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (status == STATUS_OK) {
		status = table_print(table, stdout);
	}
	json_decref(array);
	table_close(&table);
	return status;
}

static enum status
print_row(const Juyan__V1__QuarantineRow *row)
{
	char when[32];
	civil_format_ms(row->received_at_ms, when);
	printf("event %" PRIu64 ", received %s from ", row->lsn, when);
	story_text(stdout, row->terminal_name);
	printf(" (terminal %u) as its number %" PRIu64 "\n%s", row->terminal_no, row->stream_seq, row->state);
	if (row->settled_lsn != 0)
		printf(" by event %" PRIu64, row->settled_lsn);
	if (row->settled_by[0] != '\0') {
		printf(", by ");
		story_text(stdout, row->settled_by);
		printf(": ");
		story_text(stdout, row->settled_reason);
	}
	printf("\nreason: %s: ", row->name);
	story_text(stdout, row->sentence);
	printf("\n\n");
	if (row->event == NULL) {
		printf("It cannot be decoded. As it arrived, %zu bytes:\n", row->raw_event.len);
		for (size_t i = 0; i < row->raw_event.len; i++)
			printf("%02x%s", row->raw_event.data[i], i % 32 == 31 || i + 1 == row->raw_event.len ? "\n" : "");
		return STATUS_OK;
	}
	json_t *json;
	enum status status = json_write(&row->event->base, true, &json);
	if (status != STATUS_OK)
		return status;
	json_dumpf(json, stdout, JSON_INDENT(2));
	json_decref(json);
	putchar('\n');
	return STATUS_OK;
}

static enum status
show(struct command *command)
{
	const Juyan__V1__QuarantineList *page;
	enum status status = ask_page(command, 0, &page);
	if (status != STATUS_OK)
		return status;
	if (page->n_rows == 0)
		return reason_say(&command->asking.why, STATUS_NOT_FOUND, "event %" PRIu64 " is not in quarantine", command->lsn);
	if (!command->json)
		return print_row(page->rows[0]);
	json_t *json;
	status = json_write(&page->rows[0]->base, true, &json);
	if (status != STATUS_OK)
		return status;
	json_dumpf(json, stdout, JSON_INDENT(2));
	json_decref(json);
	putchar('\n');
	return STATUS_OK;
}

/* ---- release and dismiss ---- */

/* An event, or what `show --json` prints of a quarantined one, which holds the event under "event". */
static enum status
read_fixed(const struct command *command, struct arena *arena, struct span *out, struct reason *why)
{
	json_error_t wrong;
	const ProtobufCMessage *event;
	bool from_stdin = strcmp(command->with, "-") == 0;
	json_t *root = from_stdin ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &wrong)
				  : json_load_file(command->with, JSON_REJECT_DUPLICATES, &wrong);
	if (root == NULL)
		return reason_say(why, STATUS_SYNTAX, "%.120s:%d: %.100s", command->with, wrong.line, wrong.text);
	json_t *inner = json_object_get(root, "event");
	enum status status = json_read(&juyan__v1__event__descriptor, inner != NULL ? inner : root, arena, &event, why);
	if (status == STATUS_OK)
		status = wire_event_check((const Juyan__V1__Event *)event, why);
	if (status == STATUS_OK)
		status = wire_pack(event, EVENT_BYTES_MAX, arena, out);
	json_decref(root);
	return status;
}

/*
 * What cannot be settled is found out before it is sent: a settling that fails is an event too, and would wait there itself.
 * Where nobody can be asked (a connection to ingest alone), the ledger decides.
 */
static enum status
check_waiting(struct command *command)
{
	const Juyan__V1__QuarantineList *page;
	struct reason *why = &command->asking.why;
	enum status status = ask_page(command, 0, &page);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK || page->n_rows == 0)
		return reason_say(why, STATUS_NOT_FOUND, "event %" PRIu64 " is not in quarantine", command->lsn);
	if (strcmp(page->rows[0]->state, "waiting") != 0)
		return reason_say(why, STATUS_NOT_WAITING, "event %" PRIu64 " was %s by event %" PRIu64, command->lsn,
		    page->rows[0]->state, page->rows[0]->settled_lsn);
	return STATUS_OK;
}

static enum status
settle(struct command *command)
{
	Juyan__V1__QuarantineReleased settled = JUYAN__V1__QUARANTINE_RELEASED__INIT;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	struct reason *why = &command->asking.why;
	struct arena arena = { 0 };
	struct span fixed = { NULL, 0 };
	enum status status = arena_open(&arena, EVENT_ARENA_BYTES);
	if (status == STATUS_OK && command->with != NULL)
		status = read_fixed(command, &arena, &fixed, why);
	if (status == STATUS_OK)
		status = check_waiting(command);
	if (status == STATUS_OK) {
		/* These are only read. */
		settled.by = (char *)(uintptr_t)administer_by(command->by);
		settled.reason = (char *)(uintptr_t)command->reason;
		settled.fixed_event = (ProtobufCBinaryData){ fixed.bytes, (uint8_t *)(uintptr_t)fixed.data };
		settled.lsn = command->lsn;
		settled.dismissed = command->verb == DISMISS;
		event.what_case = JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED;
		event.quarantine_released = &settled;
		status = administer(&command->asking.connection, &event, why);
	}
	if (status == STATUS_OK)
		printf("event %" PRIu64 " is %s\n", command->lsn,
		    command->verb == DISMISS ? "dismissed: it counts for nothing" : "released and applied");
	arena_close(&arena);
	return status;
}

int
tool_quarantine(int argc, char **argv)
{
	struct command command = {
		.asking.name = "quarantine",
	};
	const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 4 }, { 0 } };
	const struct argp argp = { options, parse, args_doc, doc, children, NULL, NULL };
	enum status status = STATUS_OK;
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	switch (command.verb) {
	case LIST:
		status = list(&command);
		break;
	case SHOW:
		status = show(&command);
		break;
	case RELEASE:
	case DISMISS:
		status = settle(&command);
		break;
	case NONE:
		assert(!"the options were checked");
		break;
	}
	return asking_end(&command.asking, status);
}
