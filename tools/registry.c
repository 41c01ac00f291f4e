/* `juyan registry`: shows the registry in use as YAML, compares it with a file, and applies a file as events of the journal. */
#include <argp.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "registry_sign.h"

enum { KEY_KIND = 0x100, KEY_JSON, KEY_YES, KEY_BY, KEY_REASON, KEY_DROP, KEY_SIGN, KEY_AGAIN, KEY_AUTHORITY };

enum verb { NONE, SHOW, DIFF, APPLY, MAKE_KEY };

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
	bool again;
	const char *by;
	const char *reason;
	const char *sign; /* the file of an authority's key */
	const char *authority;
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "show:", 1 },
	{ "kind", KEY_KIND, "places|ports|groups|terminals|days|capacities|goals|levers|overrides|published|authorities", 0,
	    "only this list", 1 },
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
	{ "sign", KEY_SIGN, "FILE", 0,
	    "sign the records that an authority decides with its key, so that ledgers that follow it take them too", 3 },
	{ "again", KEY_AGAIN, NULL, 0, "with --sign: also what is in use already, for ledgers that follow from now on", 3 },
	{ NULL, 0, NULL, 0, "key:", 4 },
	{ "authority", KEY_AUTHORITY, "ID", 0, "whose key is made", 4 },
	{ 0 },
};

static const char args_doc[] = "show\ndiff FILE\napply FILE\nkey FILE";

static const char doc[] =
    "Shows, compares and changes the registry: ports and the places above them, commodity groups, terminals and their rights, "
    "closing days, capacities, "
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
	static const char *const verbs[] = { NULL, "show", "diff", "apply", "key" };
	if (state->arg_num == 0) {
		for (size_t i = 1; i < sizeof verbs / sizeof verbs[0]; i++)
			if (strcmp(arg, verbs[i]) == 0)
				command->verb = (enum verb)i;
		if (command->verb == NONE)
			argp_error(state, "'%s' is not known, expected show, diff, apply or key", arg);
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
	if ((command->verb == MAKE_KEY) != (command->authority != NULL))
		argp_error(state, "--authority goes with key, and key needs it");
	if (command->again && command->sign == NULL)
		argp_error(state, "--again goes with --sign");
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
	case KEY_SIGN:
		command->sign = arg;
		break;
	case KEY_AGAIN:
		command->again = true;
		break;
	case KEY_AUTHORITY:
		command->authority = arg;
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

/* ---- show ---- */

static enum status
print_json(const struct registry_use *used)
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
	struct registry_use used = { 0 };
	enum status status = registry_use_ask(&command->asking, command->kind, &command->arena, &used);
	if (status == STATUS_OK)
		status = command->json ? print_json(&used) : registry_file_write(used.records, used.n, stdout);
	registry_use_close(&used);
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

static enum status
send_changes(struct command *command, struct registry_sign *sign, const struct registry_diff *diff)
{
	char reason[TEXT_BYTES_MAX];
	struct asking *asking = &command->asking;
	snprintf(reason, sizeof reason, "registry apply %.400s", command->file);
	enum status status = registry_use_change(&asking->connection, diff, command->sign != NULL ? sign : NULL, command->by,
	    command->reason != NULL ? command->reason : reason, asking->name, &asking->why);
	if (status == STATUS_OK)
		printf("applied: %zu added, %zu changed, %zu dropped\n", diff->added, diff->changed, diff->dropped);
	return status;
}

static enum status
apply(struct command *command, const struct registry_file *file, struct registry_sign *sign, const struct registry_diff *diff)
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
	return send_changes(command, sign, diff);
}

/* *different is for diff's exit code. */
static enum status
compare(struct command *command, bool *different)
{
	struct registry_use used = { 0 };
	struct registry_diff diff = { 0 };
	struct registry_sign sign = { .kinds = 0 };
	struct registry_file file;
	enum status status = registry_file_read(command->file, &command->arena, &file, &command->asking.why);
	if (status == STATUS_OK)
		status = registry_use_ask(&command->asking, 0, &command->arena, &used);
	if (status == STATUS_OK)
		status = registry_diff_make(used.records, used.n, &file, command->drop, &diff);
	if (status == STATUS_OK && command->sign != NULL)
		status = registry_sign_open(&command->asking, command->sign, &used, &sign);
	if (status == STATUS_OK) {
		diff.apart = sign.kinds;
		if (command->again)
			registry_diff_again(&diff);
		*different = registry_diff_size(&diff) > 0;
		if (command->json)
			print_json_changes(&diff);
		else
			registry_diff_print(&diff, stdout);
		if (command->verb == APPLY)
			status = apply(command, &file, &sign, &diff);
	}
	registry_sign_close(&sign);
	registry_diff_close(&diff);
	registry_use_close(&used);
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
	if (status == STATUS_OK && command.verb == MAKE_KEY)
		status = registry_sign_make(command.file, command.authority, &command.asking.why);
	else if (status == STATUS_OK)
		status = command.verb == SHOW ? show(&command) : compare(&command, &different);
	arena_close(&command.arena);
	int code = asking_end(&command.asking, status);
	return code == TOOL_FINE && command.verb == DIFF && different ? TOOL_WRONG : code;
}
