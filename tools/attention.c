/* `juyan attention`: what asks for a person now, and how a person says that it was seen. */
#include <argp.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "administer.h"
#include "asking.h"
#include "clock.h"
#include "json.h"
#include "story.h"
#include "table.h"

enum { KEY_PORT = 0x100, KEY_NOTED, KEY_JSON, KEY_NOTE, KEY_BY, KEY_WITHDRAW };

enum verb { NONE, LIST, NOTE };

struct command {
	struct asking asking;
	enum verb verb;
	char *port;
	bool noted;
	bool json;
	char *subject;
	char *note;
	const char *by;
	bool withdraw;
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "list:", 1 },
	{ "port", KEY_PORT, "ID", 0, "only at this port", 1 },
	{ "noted", KEY_NOTED, NULL, 0, "also what a person has seen", 1 },
	{ "json", KEY_JSON, NULL, 0, "as JSON, with the names of proto/query.proto", 1 },
	{ NULL, 0, NULL, 0, "note:", 2 },
	{ "note", KEY_NOTE, "TEXT", 0, "what is to be said of it; goes into the journal for good (needed)", 2 },
	{ "by", KEY_BY, "WHO", 0, "who has seen it (default: the user's name)", 2 },
	{ "withdraw", KEY_WITHDRAW, NULL, 0, "it is to ask for attention again", 2 },
	{ 0 },
};

static const char args_doc[] = "[list]\nnote SUBJECT --note TEXT";

static const char doc[] =
    "Shows what asks for a person now: terminals that are silent, events in quarantine, crossings that are stuck, weights that "
    "differ from the papers, second inspections, what is odd, and a site, a relay or a warehouse that stands still; the gravest "
    "first, then the oldest.\v"
    "A crossing is stuck when it has not been released for longer than 95 % of its port's crossings of the same mode took on the "
    "last seven days with traffic. What a person has noted is hidden until it is withdrawn; SUBJECT is the first column of the "
    "list.\n\n"
    "  juyan attention note stuck:ceke/B-2025-0001 --note \"a broken axle; the crane comes at noon\"";

/* ---- options ---- */

static void
take_arg(struct argp_state *state, char *arg, struct command *command)
{
	if (state->arg_num == 0 && strcmp(arg, "list") == 0)
		command->verb = LIST;
	else if (state->arg_num == 0 && strcmp(arg, "note") == 0)
		command->verb = NOTE;
	else if (state->arg_num == 0)
		argp_error(state, "'%s' is not known, expected list or note", arg);
	else if (command->verb != NOTE || state->arg_num > 1)
		argp_error(state, "'%s' is not expected here", arg);
	else
		command->subject = arg;
}

static void
check_all(struct argp_state *state, struct command *command)
{
	if (command->verb == NONE)
		command->verb = LIST;
	if (command->verb == LIST && (command->note != NULL || command->by != NULL || command->withdraw))
		argp_error(state, "--note, --by and --withdraw go with note alone");
	if (command->verb == NOTE && command->subject == NULL)
		argp_error(state, "the subject is missing; `juyan attention` shows it");
	if (command->verb == NOTE && (command->note == NULL || command->note[0] == '\0'))
		argp_error(state, "--note is missing: what is to be said of it?");
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
	case KEY_NOTED:
		command->noted = true;
		break;
	case KEY_JSON:
		command->json = true;
		break;
	case KEY_NOTE:
		command->note = arg;
		break;
	case KEY_BY:
		command->by = arg;
		break;
	case KEY_WITHDRAW:
		command->withdraw = true;
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

/* ---- list ---- */

static enum status
print_json(const Juyan__V1__AttentionList *rows)
{
	json_t *json;
	enum status status = json_write(&rows->base, true, &json);
	if (status != STATUS_OK)
		return status;
	json_dumpf(json, stdout, JSON_INDENT(2));
	json_decref(json);
	putchar('\n');
	return STATUS_OK;
}

static enum status
print_table(const Juyan__V1__AttentionList *rows, int64_t now_ms)
{
	static const struct table_column columns[] = { { "subject", TABLE_LEFT }, { "since", TABLE_RIGHT },
		{ "what asks for a look", TABLE_LEFT } };
	struct table *table;
	char age[ASKING_TIME_BYTES];
	enum status status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < rows->n_rows; i++) {
		const Juyan__V1__AttentionRow *row = rows->rows[i];
		table_cell(table, row->subject);
		table_cell(table, asking_span(now_ms > row->since_ms ? now_ms - row->since_ms : 0, age));
		table_cell(table, row->sentence);
		if (row->noted_by[0] == '\0')
			continue;
		table_cell(table, "");
		table_cell(table, "");
		table_cellf(table, "seen by %s: %s", row->noted_by, row->note);
	}
	status = table_print(table, stdout);
	table_close(&table);
	if (status == STATUS_OK && rows->n_rows == 0)
		printf("nothing asks for attention\n");
	if (status == STATUS_OK && rows->more)
		printf("and more: what is less grave, or later, is not shown\n");
	return status;
}

static enum status
list(struct command *command)
{
	static char nothing[] = "";
	struct clock clock = clock_system();
	Juyan__V1__AttentionAsk asked = JUYAN__V1__ATTENTION_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	asked.now_ms = clock_utc_ms(&clock);
	asked.port = command->port != NULL ? command->port : nothing;
	asked.noted = command->noted;
	question.ask_case = JUYAN__V1__QUESTION__ASK_ATTENTION;
	question.attention = &asked;
	enum status status = asking_answer(&command->asking, &question, JUYAN__V1__ANSWER__SAY_ATTENTION, &answer);
	if (status != STATUS_OK)
		return status;
	return command->json ? print_json(answer->attention) : print_table(answer->attention, asked.now_ms);
}

/* ---- note ---- */

static enum status
note(struct command *command)
{
	Juyan__V1__Noted noted = JUYAN__V1__NOTED__INIT;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	struct reason *why = &command->asking.why;
	noted.subject = command->subject;
	noted.by = (char *)(uintptr_t)administer_by(command->by); /* it is only read */
	noted.note = command->note;
	noted.withdrawn = command->withdraw;
	event.what_case = JUYAN__V1__EVENT__WHAT_NOTED;
	event.noted = &noted;
	event.occurred_at_ms = 1; /* administer says the time; the check wants one that can be */
	enum status status = wire_event_check(&event, why);
	event.occurred_at_ms = 0;
	if (status == STATUS_OK)
		status = administer(&command->asking.connection, &event, why);
	if (status != STATUS_OK)
		return status;
	story_text(stdout, command->subject);
	printf(" %s\n", command->withdraw ? "asks for attention again" : "is noted");
	return STATUS_OK;
}

int
tool_attention(int argc, char **argv)
{
	struct command command = { .asking.name = "attention" };
	const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 3 }, { 0 } };
	const struct argp argp = { options, parse, args_doc, doc, children, NULL, NULL };
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	assert(command.verb != NONE);
	return asking_end(&command.asking, command.verb == LIST ? list(&command) : note(&command));
}
