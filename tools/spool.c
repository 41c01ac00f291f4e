/* `juyan spool`: looks into a terminal's spool, and hands it over to another key. */
#include "spool.h"

#include <argp.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "courier.h"
#include "keys.h"
#include "lock.h"
#include "tool.h"

enum { KEY_JSON = 'j', ARGUMENTS_MAX = 3 };

struct command {
	bool json;
	const char *arguments[ARGUMENTS_MAX]; /* what to do, where, for whom */
	size_t n;
};

static const struct argp_option options[] = {
	{ "json", KEY_JSON, NULL, 0, "show: for programs", 0 },
	{ 0 },
};

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case KEY_JSON:
		command->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (command->n == ARGUMENTS_MAX)
			argp_error(state, "'%s' is one argument too many", text);
		else
			command->arguments[command->n++] = text;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = { options, parse, "show DIR\nhand-over DIR NEW.key.pub",
	"Look into a terminal's spool: the events that wait there for the centre (see 'juyan gateway' and 'juyan send --spool')."
	"\v"
	"  show DIR                   how many events wait, since when, and how full it\n"
	"                             is; also while a gateway works on it\n"
	"  hand-over DIR NEW.key.pub  another key takes the spool over, because the old\n"
	"                             one was lost or stolen: what waits goes out under\n"
	"                             the new one. Stop the gateway before\n",
	NULL, NULL, NULL };

/* ---- show ---- */

static int
show_json(const char *dir, const struct spool_state *state, bool in_use)
{
	char key[KEY_TEXT_BYTES];
	uint64_t waiting = state->taken - state->settled;
	key_format(state->key, key);
	uint64_t next = state->numbering.place == 0 ? 0 : state->numbering.seq + (state->settled + 1 - state->numbering.place);
	json_t *all = json_pack("{s:s?, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "dir", dir, "key", key, "in_use",
	    (int)in_use, "taken", (json_int_t)state->taken, "confirmed", (json_int_t)state->settled, "waiting", (json_int_t)waiting,
	    "oldest_waiting_ms", (json_int_t)state->oldest_ms, "next_stream_seq", (json_int_t)next, "lost_there",
	    (json_int_t)state->lost, "used_bytes", (json_int_t)state->used_bytes, "room_bytes", (json_int_t)state->room_bytes);
	int failed = all == NULL ? -1 : json_dumpf(all, stdout, JSON_INDENT(1));
	json_decref(all);
	return failed == 0 && putchar('\n') != EOF ? TOOL_FINE : TOOL_FAILED;
}

static void
show_text(const struct spool_state *state, bool in_use)
{
	char key[KEY_TEXT_BYTES];
	struct clock clock = clock_system();
	uint64_t waiting = state->taken - state->settled;
	key_format(state->key, key);
	printf("key        %s\n", key);
	printf("taken      %" PRIu64 " events in its life\n", state->taken);
	printf("confirmed  %" PRIu64 " are on the centre's disk\n", state->settled);
	printf("waiting    %" PRIu64 " events", waiting);
	if (waiting > 0)
		printf(", the oldest for %.1f hours", (double)(clock_utc_ms(&clock) - state->oldest_ms) / 3600000);
	printf("\nroom       %.1f of %.1f MiB used\n", (double)state->used_bytes / (1 << 20),
	    (double)state->room_bytes / (1 << 20));
	if (state->lost > 0)
		printf("lost there %" PRIu64 " events that the centre had confirmed: it was restored from an older copy\n",
		    state->lost);
	printf(in_use ? "a process works on it now\n" : "no process works on it now\n");
}

static int
show(const struct command *command)
{
	const char *dir = command->arguments[1];
	const struct spool_options look = { .dir = dir };
	struct spool *spool = NULL;
	struct spool_state state = { 0 };
	struct reason why = { "" };
	enum status status = spool_open(&look, &spool, &why);
	if (status == STATUS_OK)
		status = spool_state(spool, &state, &why);
	spool_close(&spool);
	if (status != STATUS_OK)
		return tool_fail("spool", status, &why);
	bool in_use = lock_held(dir, "spool");
	if (command->json)
		return show_json(dir, &state, in_use);
	show_text(&state, in_use);
	return TOOL_FINE;
}

/* ---- hand-over ---- */

static int
hand_over(const struct command *command)
{
	const struct spool_options open = { .dir = command->arguments[1] };
	uint8_t key[PUBLIC_KEY_BYTES];
	struct spool *spool = NULL;
	struct spool_state state = { 0 };
	struct reason why = { "" };
	int lock = -1;
	enum status status = key_public_load(command->arguments[2], key, &why);
	if (status == STATUS_OK) { /* before the lock, which would make a folder where there is none */
		status = spool_open(&open, &spool, &why);
		spool_close(&spool);
	}
	if (status == STATUS_OK)
		status = courier_lock(open.dir, &lock, &why);
	if (status == STATUS_OK)
		status = spool_open(&open, &spool, &why);
	if (status == STATUS_OK)
		status = spool_hand_over(spool, key, &why);
	if (status == STATUS_OK)
		status = spool_state(spool, &state, &why);
	spool_close(&spool);
	if (lock >= 0)
		close(lock);
	if (status != STATUS_OK)
		return tool_fail("spool", status, &why);
	printf("%s belongs to %s now; %" PRIu64 " events that wait go out under it\n", open.dir, command->arguments[2],
	    state.taken - state.settled);
	return TOOL_FINE;
}

int
tool_spool(int argc, char **argv)
{
	struct command command = { .n = 0 };
	struct reason why = { "" };
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	if (command.n == 2 && strcmp(command.arguments[0], "show") == 0)
		return show(&command);
	if (command.n == 3 && strcmp(command.arguments[0], "hand-over") == 0 && !command.json)
		return hand_over(&command);
	return tool_fail("spool",
	    reason_say(&why, STATUS_USAGE, "expected: show DIR, or hand-over DIR NEW.key.pub; 'juyan spool --help' tells more"),
	    &why);
}
