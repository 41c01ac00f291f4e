/* `juyan relay`: how far this ledger's journal has come to headquarters, and why it goes no further. */
#include <argp.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "asking.h"
#include "bulletin.h"
#include "clock.h"
#include "follow.h"
#include "lock.h"
#include "options.h"
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
print_json(const struct bulletin *standing, bool runs, int64_t now_ms, const char *trouble)
{
	json_t *json = json_pack("{s:s, s:b, s:s, s:s, s:o, s:I, s:I, s:I, s:f, s:o, s:s, s:s, s:o, s:o, s:s}", "headquarters",
	    standing->where, "runs", runs, "state", standing->state, "name", standing->name, "since_ms",
	    time_json(standing->since_ms), "lsn", (json_int_t)standing->lsn, "confirmed", (json_int_t)standing->reached, "behind",
	    (json_int_t)bulletin_behind(standing, 0), "lag_s", (double)bulletin_lag_ms(standing, now_ms) / 1000, "confirmed_at_ms",
	    time_json(standing->reached_at_ms), "status", standing->trouble, "why", standing->why, "differs",
	    standing->differs == 0 ? json_null() : json_integer((json_int_t)standing->differs), "lost_at_ms",
	    time_json(standing->lost_at_ms), "trouble", trouble);
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
print_lines(const struct bulletin *standing, int64_t now_ms, const char *trouble)
{
	char span[ASKING_TIME_BYTES];
	printf("headquarters  %s%s%s\n", standing->where, standing->name[0] == '\0' ? "" : ", where this site is ", standing->name);
	printf("state         %s since %s\n", standing->state, ago(standing->since_ms, now_ms, span));
	printf("confirmed     event %" PRIu64 " of %" PRIu64, standing->reached, standing->lsn);
	if (standing->reached_at_ms != 0)
		printf(", last %s ago", ago(standing->reached_at_ms, now_ms, span));
	printf("\nbehind        %" PRIu64 " events", bulletin_behind(standing, 0));
	if (standing->waits_from_ms != 0)
		printf(", the oldest of them %s old", asking_span(bulletin_lag_ms(standing, now_ms), span));
	putchar('\n');
	if (standing->lost_at_ms != 0)
		printf("gone back     %s ago headquarters had no more than event %" PRIu64 ": it was restored from an older copy\n",
		    ago(standing->lost_at_ms, now_ms, span), standing->lost_from);
	if (standing->differs != 0)
		printf("differs       event %" PRIu64 " is the first\n", standing->differs);
	if (trouble[0] != '\0')
		printf("trouble       %s\n", trouble);
}

/* Where the journal ends by now: the relay says how things stood up to some seconds ago. */
static void
look_at_journal(const char *dir, struct bulletin *standing)
{
	const struct env_options env_options = { .dir = dir, .readonly = true };
	struct env *env = NULL;
	struct journal_end end;
	if (env_open(&env_options, &env, NULL) == STATUS_OK && follow_end(env, &end, NULL) == STATUS_OK && end.lsn > standing->lsn)
		standing->lsn = end.lsn;
	env_close(&env);
}

int
tool_relay(int argc, char **argv)
{
	struct command command = { .dir = NULL };
	const struct argp argp = { options, parse, NULL, doc, NULL, NULL, NULL };
	struct reason why = { "" }, trouble = { "" };
	struct bulletin standing;
	struct clock clock = clock_system();
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	command.dir = tool_data(command.dir);
	enum status status = bulletin_read(command.dir, "relay", &standing, &why);
	if (status != STATUS_OK)
		return tool_fail("relay", status, &why);
	look_at_journal(command.dir, &standing);
	int64_t now_ms = clock_utc_ms(&clock);
	bool runs = lock_held(command.dir, "relay"), troubled = bulletin_asks(&standing, "relay", now_ms, &trouble);
	if (!runs)
		troubled = (reason_write(&trouble, "the relay does not run: 'juyan serve' is ended, or runs without it"), true);
	if (command.json)
		status = print_json(&standing, runs, now_ms, trouble.text);
	else
		print_lines(&standing, now_ms, trouble.text);
	if (status != STATUS_OK)
		return tool_fail("relay", status, &why);
	return troubled ? TOOL_WRONG : TOOL_FINE;
}
