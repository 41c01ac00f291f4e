/* `juyan registry`: shows the registry in use as YAML, compares it with a file, and applies a file as events of the journal. */
#include <argp.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "administer.h"
#include "asking.h"
#include "json.h"
#include "registry_diff.h"

enum { KEY_KIND = 0x100, KEY_JSON, KEY_YES, KEY_BY, KEY_REASON, KEY_DROP };

enum verb { NONE, SHOW, DIFF, APPLY };

enum { RECORDS_ARENA_BYTES = 64 * 1024 * 1024 };

typedef Juyan__V1__RegistryRecord Record;

struct command {
	struct asking asking;
	struct arena arena; /* records in use and of the file */
	enum verb verb;
	const char *file;
	int kind; /* a record_case; 0: all */
	bool json;
	bool yes;
	bool drop;
	const char *by;
	const char *reason;
};

/* Records in use, copied into the command's arena. */
struct records {
	const Record **records;
	size_t n;
	size_t room;
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "show:", 1 },
	{ "kind", KEY_KIND, "WORD", 0, "only " REGISTRY_FILE_LISTS, 1 },
	{ "json", KEY_JSON, NULL, 0, "as a JSON array, with the names of proto/cargo.proto (with diff: of changes)", 1 },
	{ NULL, 0, NULL, 0, "diff and apply:", 2 },
	{ "drop-missing", KEY_DROP, NULL, 0,
	    "drop records that are in use but not in the file, of the kinds whose list is in the file (terminals are revoked "
	    "instead); without it they stay",
	    2 },
	{ NULL, 0, NULL, 0, "apply:", 3 },
	{ "yes", KEY_YES, NULL, 0, "do not ask", 3 },
	{ "by", KEY_BY, "WHO", 0, "who does it (default: the user's name)", 3 },
	{ "reason", KEY_REASON, "WHY", 0, "why; goes into the journal for good (default: the file's name)", 3 },
	{ 0 },
};

static const char args_doc[] = "show\ndiff FILE\napply FILE";

static const char doc[] =
    "Shows, compares and changes the registry: ports, commodity groups, terminals and their rights, closing days, capacities, "
    "goals, what can be changed so that more passes (levers), planners' overrides of the forecast, and published totals.\v"
    "`show` prints YAML that `apply` takes again. `diff` shows what applying a file would do, and ends with 0 when that is "
    "nothing, else "
    "with 1. `apply` shows it too, asks, and writes it into the journal; what a change reaches in the past is counted again. An "
    "override is "
    "withdrawn by dropping it: by a file whose list `overrides:` does not have it any more, with --drop-missing.\n\n"
    "  juyan registry show > registry.yaml     then change it\n"
    "  juyan registry diff registry.yaml\n"
    "  juyan registry apply registry.yaml --reason \"opened lane 5\"";

/* ---- options ---- */

static void
take_arg(struct argp_state *state, const char *arg, struct command *command)
{
	static const char *const verbs[] = { NULL, "show", "diff", "apply" };
	if (state->arg_num == 0) {
		for (size_t i = 1; i < sizeof verbs / sizeof verbs[0]; i++)
			if (strcmp(arg, verbs[i]) == 0)
				command->verb = (enum verb)i;
		if (command->verb == NONE)
			argp_error(state, "'%s' is not known, expected show, diff or apply", arg);
	} else if (command->verb == SHOW || command->file != NULL) {
		argp_error(state, "'%s' is not expected here", arg);
	} else {
		command->file = arg;
	}
}

static void
take_kind(struct argp_state *state, const char *arg, struct command *command)
{
	for (int kind = JUYAN__V1__REGISTRY_RECORD__RECORD_PORT; registry_file_kind(kind) != NULL; kind++)
		if (strcmp(arg, registry_file_kind(kind)) == 0 || strcmp(arg, registry_file_list(kind)) == 0)
			command->kind = kind;
	if (command->kind == 0)
		argp_error(state, "--kind is '%s', expected " REGISTRY_FILE_LISTS, arg);
}

static void
check_all(struct argp_state *state, const struct command *command)
{
	if (command->verb == NONE)
		argp_error(state, "expected show, diff or apply");
	if (command->verb != SHOW && command->file == NULL)
		argp_error(state, "the file is missing");
	if (command->verb != SHOW && command->kind != 0)
		argp_error(state, "--kind goes with show alone");
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &command->asking.connection;
		break;
	case KEY_KIND:
		take_kind(state, arg, command);
		break;
	case KEY_JSON:
		command->json = true;
		break;
	case KEY_YES:
		command->yes = true;
		break;
	case KEY_DROP:
		command->drop = true;
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

/* ---- the registry in use ---- */

static enum status
keep(struct command *command, struct records *used, const Record *record)
{
	struct reason *why = &command->asking.why;
	const ProtobufCMessage *copy;
	struct span packed;
	if (used->n == used->room) {
		size_t room = used->room == 0 ? 256 : used->room * 2;
		const Record **records = reallocarray(used->records, room, sizeof *records);
		if (records == NULL)
			return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
		used->records = records;
		used->room = room;
	}
	enum status status = wire_pack(&record->base, FRAME_BYTES_MAX, &command->arena, &packed);
	if (status == STATUS_OK)
		status = wire_unpack(&juyan__v1__registry_record__descriptor, packed, &command->arena, &copy, why);
	/* What an answer holds passes the checks that the ledger made; whoever answers otherwise is not believed. */
	if (status == STATUS_OK)
		status = registry_check((const Record *)copy, why);
	if (status == STATUS_OK)
		used->records[used->n++] = (const Record *)copy;
	return status;
}

/* Kind by kind, so that each answer fits into a frame. The caller frees used->records. */
static enum status
ask_records(struct command *command, int kind_only, struct records *used)
{
	for (int kind = JUYAN__V1__REGISTRY_RECORD__RECORD_PORT; registry_file_kind(kind) != NULL; kind++) {
		Juyan__V1__RegistryAsk ask_kind = JUYAN__V1__REGISTRY_ASK__INIT;
		Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
		const Juyan__V1__Answer *answer;
		if (kind_only != 0 && kind != kind_only)
			continue;
		ask_kind.kind = (char *)(uintptr_t)registry_file_kind(kind);
		question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
		question.registry = &ask_kind;
		enum status status = asking_answer(&command->asking, &question, JUYAN__V1__ANSWER__SAY_REGISTRY, &answer);
		for (size_t i = 0; status == STATUS_OK && i < answer->registry->n_records; i++)
			status = keep(command, used, answer->registry->records[i]);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* ---- show ---- */

static enum status
print_json(const struct records *used)
{
	json_t *array = json_array();
	enum status status = array == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	for (size_t i = 0; i < used->n && status == STATUS_OK; i++) {
		json_t *json;
		status = json_write(&used->records[i]->base, true, &json);
		if (status == STATUS_OK && json_array_append_new(array, json) != 0)
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
show(struct command *command)
{
	struct records used = { 0 };
	enum status status = ask_records(command, command->kind, &used);
	if (status == STATUS_OK)
		status = command->json ? print_json(&used) : registry_file_write(used.records, used.n, stdout);
	free(used.records);
	return status;
}

/* ---- diff and apply ---- */

static void
print_json_changes(const struct registry_diff *diff)
{
	static const char *const words[] = { "added", "changed", "dropped", "missing" };
	const char *between = "[\n";
	for (size_t i = 0; i < diff->n; i++) {
		const struct registry_change *change = &diff->changes[i];
		if (change->kind == REGISTRY_SAME)
			continue;
		/* A name holds no sign that JSON would have to escape: its parts were checked. */
		printf("%s{\"record\":\"%s\",\"change\":\"%s\"}", between, change->key, words[change->kind]);
		between = ",\n";
	}
	fputs(between[0] == '[' ? "[]\n" : "\n]\n", stdout);
}

static bool
confirmed(void)
{
	char answer[16];
	fputs("Apply this? [y/N] ", stdout);
	fflush(stdout);
	return fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

struct sending {
	const struct tool_connection *connection;
	struct reason *why;
	size_t parts;
};

static enum status
send_part(void *user, Juyan__V1__RegistryChanged *change)
{
	struct sending *sending = user;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	event.registry_changed = change;
	enum status status = administer(sending->connection, &event, sending->why);
	if (status == STATUS_OK)
		sending->parts++;
	return status;
}

static enum status
send_changes(struct command *command, const struct registry_diff *diff)
{
	char reason[TEXT_BYTES_MAX];
	struct sending sending = { .connection = &command->asking.connection, .why = &command->asking.why };
	Juyan__V1__RegistryChanged change = JUYAN__V1__REGISTRY_CHANGED__INIT;
	snprintf(reason, sizeof reason, "registry apply %.400s", command->file);
	change.by = (char *)(uintptr_t)administer_by(command->by);
	change.reason = command->reason != NULL ? (char *)(uintptr_t)command->reason : reason;
	enum status status = registry_diff_parts(diff, &change, send_part, &sending);
	if (status != STATUS_OK && sending.parts > 0)
		fprintf(stderr,
		    "juyan registry: %zu parts of the change were taken before; `juyan registry diff` shows what is left\n",
		    sending.parts);
	if (status == STATUS_OK)
		printf("applied: %zu added, %zu changed, %zu dropped\n", diff->added, diff->changed, diff->dropped);
	return status;
}

static enum status
apply(struct command *command, const struct registry_file *file, const struct registry_diff *diff)
{
	const Record *misfit;
	struct reason *why = &command->asking.why;
	enum status status = registry_diff_check(diff, &misfit, why);
	if (status != STATUS_OK) {
		registry_file_place(file, misfit, why);
		return status;
	}
	if (registry_diff_size(diff) == 0)
		return STATUS_OK;
	if (!command->yes && !isatty(STDIN_FILENO))
		return reason_say(why, STATUS_USAGE, "nobody can be asked here: say --yes to apply it");
	if (!command->yes && !confirmed()) {
		puts("nothing was changed");
		return STATUS_OK;
	}
	return send_changes(command, diff);
}

/* *different is for diff's exit code. */
static enum status
compare(struct command *command, bool *different)
{
	struct records used = { 0 };
	struct registry_diff diff = { 0 };
	struct registry_file file;
	enum status status = registry_file_read(command->file, &command->arena, &file, &command->asking.why);
	if (status == STATUS_OK)
		status = ask_records(command, 0, &used);
	if (status == STATUS_OK)
		status = registry_diff_make(used.records, used.n, &file, command->drop, &diff);
	if (status == STATUS_OK) {
		*different = registry_diff_size(&diff) > 0;
		if (command->json)
			print_json_changes(&diff);
		else
			registry_diff_print(&diff, stdout);
		if (command->verb == APPLY)
			status = apply(command, &file, &diff);
	}
	registry_diff_close(&diff);
	free(used.records);
	return status;
}

int
tool_registry(int argc, char **argv)
{
	struct command command = { .asking.name = "registry" };
	const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 4 }, { 0 } };
	const struct argp argp = { options, parse, args_doc, doc, children, NULL, NULL };
	bool different = false;
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	enum status status = arena_open(&command.arena, RECORDS_ARENA_BYTES);
	if (status == STATUS_OK)
		status = command.verb == SHOW ? show(&command) : compare(&command, &different);
	arena_close(&command.arena);
	int code = asking_end(&command.asking, status);
	return code == TOOL_FINE && command.verb == DIFF && different ? TOOL_WRONG : code;
}
