/* `juyan relay`: how far this ledger's journal has come to headquarters, and why it goes no further. */
#include <argp.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "asking.h"
#include "clock.h"
#include "follow.h"
#include "lock.h"
#include "options.h"
#include "relaying.h"
#include "tool.h"

enum { KEY_DATA = 'd', KEY_JSON = 0x100 };

struct command {
	const char *dir;
	bool json;
};

static const struct argp_option options[] = {
	{ "data", KEY_DATA, "DIR", 0, "the data folder of the site (default: $JUYAN_DATA, else ./juyan-data)", 1 },
	{ "json", KEY_JSON, NULL, 0, "for programs", 1 },
	{ 0 },
};

static const char doc[] = "Shows how far this ledger's journal has come to headquarters.\v"
			  "The settings 'headquarters' and 'headquarters_key' of 'juyan serve' say where it is brought. What "
			  "headquarters has confirmed is on its disk. Without a connection, and after a stop, it is tried again by "
			  "itself. Ends with 1 where a person has to look.";

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case KEY_DATA:
		command->dir = arg;
		break;
	case KEY_JSON:
		command->json = true;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static json_t *
time_json(int64_t ms)
{
	return ms == 0 ? json_null() : json_integer(ms);
}

static enum status
print_json(const struct relaying *relaying, bool runs, int64_t now_ms, const char *trouble)
{
	json_t *json = json_pack("{s:s, s:b, s:s, s:s, s:o, s:I, s:I, s:I, s:f, s:o, s:s, s:s, s:o, s:o, s:s}", "headquarters",
	    relaying->headquarters, "runs", runs, "state", relaying_state_name(relaying->state), "name", relaying->name, "since_ms",
	    time_json(relaying->since_ms), "lsn", (json_int_t)relaying->lsn, "confirmed", (json_int_t)relaying->confirmed, "behind",
	    (json_int_t)relaying_behind(relaying, 0), "lag_s", (double)relaying_lag_ms(relaying, now_ms) / 1000, "confirmed_at_ms",
	    time_json(relaying->confirmed_at_ms), "status", relaying->status, "why", relaying->why, "differs",
	    relaying->differs == 0 ? json_null() : json_integer((json_int_t)relaying->differs), "lost_at_ms",
	    time_json(relaying->lost_at_ms), "trouble", trouble);
	if (json == NULL)
		return STATUS_NO_MEMORY;
	json_dumpf(json, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(json);
	return STATUS_OK;
}

static const char *
ago(int64_t at_ms, int64_t now_ms, char out[ASKING_TIME_BYTES])
{
	return asking_span(now_ms > at_ms ? now_ms - at_ms : 0, out);
}

static void
print_lines(const struct relaying *relaying, int64_t now_ms, const char *trouble)
{
	char span[ASKING_TIME_BYTES];
	printf("headquarters  %s%s%s\n", relaying->headquarters, relaying->name[0] == '\0' ? "" : ", where this site is ",
	    relaying->name);
	printf("state         %s since %s\n", relaying_state_name(relaying->state), ago(relaying->since_ms, now_ms, span));
	printf("confirmed     event %" PRIu64 " of %" PRIu64, relaying->confirmed, relaying->lsn);
	if (relaying->confirmed_at_ms != 0)
		printf(", last %s ago", ago(relaying->confirmed_at_ms, now_ms, span));
	printf("\nbehind        %" PRIu64 " events", relaying_behind(relaying, 0));
	if (relaying->waits_from_ms != 0)
		printf(", the oldest of them %s old", asking_span(relaying_lag_ms(relaying, now_ms), span));
	putchar('\n');
	if (relaying->lost_at_ms != 0)
		printf("gone back     %s ago headquarters had no more than event %" PRIu64 ": it was restored from an older copy\n",
		    ago(relaying->lost_at_ms, now_ms, span), relaying->lost_from);
	if (relaying->differs != 0)
		printf("differs       event %" PRIu64 " is the first\n", relaying->differs);
	if (trouble[0] != '\0')
		printf("trouble       %s\n", trouble);
}

/* Where the journal ends by now: the relay says how things stood up to some seconds ago. */
static void
look_at_journal(const char *dir, struct relaying *relaying)
{
	const struct env_options env_options = { .dir = dir, .readonly = true };
	struct env *env = NULL;
	struct journal_end end;
	if (env_open(&env_options, &env, NULL) == STATUS_OK && follow_end(env, &end, NULL) == STATUS_OK && end.lsn > relaying->lsn)
		relaying->lsn = end.lsn;
	env_close(&env);
}

int
tool_relay(int argc, char **argv)
{
	struct command command = { .dir = NULL };
	const struct argp argp = { options, parse, NULL, doc, NULL, NULL, NULL };
	struct reason why = { "" }, trouble = { "" };
	struct relaying relaying;
	struct clock clock = clock_system();
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	command.dir = tool_data(command.dir);
	enum status status = relaying_read(command.dir, &relaying, &why);
	if (status != STATUS_OK)
		return tool_fail("relay", status, &why);
	look_at_journal(command.dir, &relaying);
	int64_t now_ms = clock_utc_ms(&clock);
	bool runs = lock_held(command.dir, "relay"), troubled = relaying_trouble(&relaying, now_ms, &trouble);
	if (!runs)
		troubled = (reason_write(&trouble, "the relay does not run: 'juyan serve' is ended, or runs without it"), true);
	if (command.json)
		status = print_json(&relaying, runs, now_ms, trouble.text);
	else
		print_lines(&relaying, now_ms, trouble.text);
	if (status != STATUS_OK)
		return tool_fail("relay", status, &why);
	return troubled ? TOOL_WRONG : TOOL_FINE;
}
