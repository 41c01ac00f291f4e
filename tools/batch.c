/*
 * `juyan batch`: all that is known of one batch and how it came to be, to be read by somebody at night with a telephone in the
 * hand.
 */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "json.h"
#include "story.h"
#include "table.h"

enum { KEY_PORT = 0x100, KEY_JSON, STORY_INDENT = 23 };

struct command {
	struct asking asking;
	char *port;
	char *batch_no;
	bool json;
};

static const struct argp_option options[] = {
	{ "port", KEY_PORT, "ID", 0, "at this port (needed only where several know the number)", 1 },
	{ "json", KEY_JSON, NULL, 0, "as a JSON object, with the names of proto/query.proto", 1 },
	{ 0 },
};

static const char doc[] =
    "Shows all that is known of one batch: what it counts for, every event in order of happening, which of them still "
    "hold, and what asks for a person's look.\v"
    "Times are local to the port.";

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
	case ARGP_KEY_ARG:
		if (command->batch_no != NULL)
			argp_error(state, "one batch number is expected, '%s' is a second one", arg);
		command->batch_no = arg;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which batch? Its number is missing");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* ---- what it counts for ---- */

static enum status
print_counted(const Juyan__V1__BatchStory *story)
{
	static const struct table_column columns[] = { { "hour", TABLE_LEFT }, { "unit", TABLE_LEFT }, { "direction", TABLE_LEFT },
		{ "mode", TABLE_LEFT }, { "group", TABLE_LEFT }, { "basis", TABLE_LEFT }, { "net t", TABLE_RIGHT } };
	struct table *table = NULL;
	char figure[TABLE_FIGURE_BYTES];
	int64_t sum = 0;
	size_t known_lines = 0;
	enum status status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < story->n_counted; i++) {
		const Juyan__V1__CountedLine *line = story->counted[i];
		bool known = strcmp(line->basis, "unknown") != 0;
		const char *texts[] = { line->hour, line->unit_id, line->direction, line->mode, line->group, line->basis,
			known ? table_tonnes(line->net_kg, figure) : "unknown" };
		for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
			table_cell(table, texts[j]);
		sum += known ? line->net_kg : 0;
		known_lines += known;
	}
	if (story->n_counted > 1) {
		table_sums(table);
		table_cell(table, "all");
		for (size_t j = 1; j + 1 < sizeof columns / sizeof columns[0]; j++)
			table_cell(table, "");
		table_cellf(table, "%s%s", known_lines == 0 ? "unknown" : table_tonnes(sum, figure),
		    known_lines == 0 || known_lines == story->n_counted ? "" : " + unknown");
	}
	printf("It counts for:\n\n");
	status = table_print(table, stdout);
	table_close(&table);
	putchar('\n');
	return status;
}

/* What of a unit's weight is known from all that holds. */
struct known {
	bool weighed; /* at least something of it was read from a scale */
	bool gross;
	bool tare;
	bool container_tare;
	bool containers; /* it carries some, so that their tare is needed */
};

static void
learn_from_manifest(const Juyan__V1__ManifestLodged *manifest, const char *unit_id, struct known *known)
{
	for (size_t i = 0; i < manifest->n_units; i++) {
		const Juyan__V1__Unit *unit = manifest->units[i];
		if (strcmp(unit->unit_id, unit_id) != 0)
			continue;
		known->tare |= unit->has_tare_kg;
		known->container_tare |= unit->has_container_tare_kg;
		known->containers |= unit->n_containers > 0;
	}
}

static void
learn(const Juyan__V1__StoryEvent *story, const char *unit_id, struct known *known)
{
	const Juyan__V1__Event *event = story->event;
	if (event == NULL || !story->holds)
		return;
	if (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED)
		learn_from_manifest(event->manifest_lodged, unit_id, known);
	if (event->what_case != JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED)
		return;
	const Juyan__V1__UnitWeighed *weighed = event->unit_weighed;
	if (strcmp(weighed->unit_id, unit_id) != 0 || weighed->stability == JUYAN__V1__STABILITY__MOVING)
		return;
	known->weighed = true;
	known->gross |= weighed->has_gross_kg;
	known->tare |= weighed->has_tare_kg;
	known->container_tare |= weighed->has_container_tare_kg;
}

/* The question that everybody asks: it was weighed, so why does the weighing not count? */
static void
explain(const Juyan__V1__BatchStory *story)
{
	const char *last = "";
	for (size_t i = 0; i < story->n_counted; i++) {
		const Juyan__V1__CountedLine *line = story->counted[i];
		struct known known = { 0 };
		bool undecided = strcmp(line->basis, "declared") == 0 || strcmp(line->basis, "unknown") == 0;
		if (!undecided || strcmp(line->unit_id, last) == 0) /* a unit's lines stand together */
			continue;
		last = line->unit_id;
		for (size_t j = 0; j < story->n_events; j++)
			learn(story->events[j], line->unit_id, &known);
		bool no_containers = known.containers && !known.container_tare;
		if (!known.weighed || (known.gross && known.tare && !no_containers))
			continue;
		const char *missing[] = { known.gross ? NULL : "gross", known.tare ? NULL : "tare",
			no_containers ? "containers' tare" : NULL };
		const char *before = " was weighed, but makes no net mass: unknown ";
		story_text(stdout, line->unit_id);
		for (size_t j = 0; j < sizeof missing / sizeof missing[0]; j++) {
			if (missing[j] == NULL)
				continue;
			printf("%s%s", before, missing[j]);
			before = ", ";
		}
		printf("\n\n");
	}
}

/* ---- how it came to be ---- */

/* The offset of the batch's port at a time; UTC where the registry does not say. */
static int32_t
offset_at(const struct registry *ports, const char *port, int64_t utc_ms)
{
	struct port_rule rule;
	return ports != NULL && registry_port(ports, port, utc_ms, &rule) ? rule.utc_offset_minutes : 0;
}

static void
print_event(const Juyan__V1__StoryEvent *story, const struct registry *ports, const char *port)
{
	const Juyan__V1__Event *event = story->event;
	char when[ASKING_TIME_BYTES], late[ASKING_TIME_BYTES];
	asking_time(event->occurred_at_ms, offset_at(ports, port, event->occurred_at_ms), when);
	printf("  %s  %s%s: ", when, story_kind(event), story->holds ? "" : " (does not hold)");
	story_event(stdout, event);
	putchar('\n');
	if (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED && story->holds)
		story_manifest(stdout, event->manifest_lodged, STORY_INDENT);
	for (size_t i = 0; i < story->n_remarks; i++) {
		printf("%*s! ", STORY_INDENT, "");
		story_text(stdout, story->remarks[i]);
		putchar('\n');
	}
	printf("%*sevent %llu, from ", STORY_INDENT, "", (unsigned long long)story->lsn);
	story_text(stdout, story->terminal_name[0] == '\0' ? "terminal" : story->terminal_name);
	printf(" (%u) as its number %llu, on disk %s after it happened\n", story->terminal_no,
	    (unsigned long long)story->stream_seq, asking_span(story->received_at_ms - event->occurred_at_ms, late));
}

static enum status
print_story(const Juyan__V1__BatchStory *story, const struct registry *ports)
{
	printf("Batch ");
	story_text(stdout, story->batch_no);
	printf(" at %s: %s\n\n", story->port, story->state);
	for (size_t i = 0; i < story->n_remarks; i++) {
		printf("! ");
		story_text(stdout, story->remarks[i]);
		putchar('\n');
	}
	if (story->n_remarks > 0)
		putchar('\n');
	if (story->n_counted > 0) {
		enum status status = print_counted(story);
		if (status != STATUS_OK)
			return status;
		explain(story);
	} else {
		printf("It counts for nothing%s.\n\n", strcmp(story->state, "deleted") == 0 ? "" : " yet");
	}
	printf("What happened, in the port's time%s:\n\n", ports == NULL ? " (the registry cannot be asked: UTC)" : "");
	for (size_t i = 0; i < story->n_events; i++)
		if (story->events[i]->event != NULL)
			print_event(story->events[i], ports, story->port);
	return STATUS_OK;
}

static enum status
show(struct command *command)
{
	static char nothing[] = "";
	Juyan__V1__BatchAsk ask_batch = JUYAN__V1__BATCH_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	struct registry *ports = NULL;
	json_t *json = NULL;
	/* The ports first: the story is lent only until the next question. A story without local times is better than none. */
	if (!command->json && asking_registry(&command->asking, "port,place", &ports) != STATUS_OK)
		ports = NULL;
	command->asking.why.text[0] = '\0';
	ask_batch.port = command->port == NULL ? nothing : command->port;
	ask_batch.batch_no = command->batch_no;
	question.ask_case = JUYAN__V1__QUESTION__ASK_BATCH;
	question.batch = &ask_batch;
	enum status status = asking_answer(&command->asking, &question, JUYAN__V1__ANSWER__SAY_BATCH, &answer);
	if (status == STATUS_OK && !command->json)
		status = print_story(answer->batch, ports);
	else if (status == STATUS_OK)
		status = json_write(&answer->batch->base, true, &json);
	if (status == STATUS_OK && json != NULL) {
		json_dumpf(json, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(json);
	registry_close(&ports);
	return status;
}

int
tool_batch(int argc, char **argv)
{
	struct command command = { .asking.name = "batch" };
	const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 2 }, { 0 } };
	const struct argp argp = { options, parse, "BATCH_NO", doc, children, NULL, NULL };
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	enum status status = show(&command);
	return asking_end(&command.asking, status);
}
