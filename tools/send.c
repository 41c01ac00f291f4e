/* `juyan send`: events from files to a running Juyan, over the session, each file once. */
#include "tool.h"

#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "delivery.h"
#include "options.h"
#include "send_report.h"
#include "send_spool.h"

enum { KEY_AGAIN = 0x100, KEY_DRY_RUN, KEY_JSON, KEY_PROGRESS, WAIT_SECONDS = 30, WAIT_SECONDS_MAX = 86400 };

struct send {
	struct tool_connection connection;
	char **files;
	size_t n_files;
	const char *map_path;
	const char *spool;
	long batch_events;
	long wait_seconds;
	bool again;
	bool dry_run;
	bool json;
	bool progress;
};

static volatile sig_atomic_t stop;

static const struct argp_option options[] = {
	{ "map", 'm', "MAP.yaml", 0, "the files are spreadsheets (CSV); this says what their columns mean", 0 },
	{ "spool", 'S', "DIR", 0, "first into a folder on this machine's disk, and from there to Juyan, which may be away", 0 },
	{ "batch", 'n', "N", 0, "send so many events at a time (default: 1000)", 0 },
	{ "wait", 'w', "SECONDS", 0, "how long to wait for a Juyan that does not answer (default: 30)", 0 },
	{ "again", KEY_AGAIN, NULL, 0, "send a file that was sent before as if it were new", 0 },
	{ "dry-run", KEY_DRY_RUN, NULL, 0, "read and check the files, and send nothing", 0 },
	{ "json", KEY_JSON, NULL, 0, "answer with one JSON object", 0 },
	{ "progress", KEY_PROGRESS, NULL, 0, "show the progress even where stderr is no terminal", 0 },
	{ 0 },
};

static const char description[] =
    "Sends the events of each FILE to a running Juyan and says what became of them."
    "\vA FILE holds one event in JSON on each line; with --map it is a spreadsheet saved as CSV, and each row becomes the events "
    "that the "
    "mapping says (see tools/README.md). '-' is the standard input. A line that is wrong is named, with what was expected, and not "
    "sent; the "
    "others are.\n\n"
    "A file counts once: beside the key stands a log (KEY.sent) of what went out with it. The same file sent again goes under its "
    "old numbers, and "
    "Juyan answers 'duplicate' for what it has; a file whose sending was cut off goes on where it stopped. A file that was changed "
    "is another "
    "file. The standard input and other pipes cannot be remembered: after a break they are sent as new. One process at a time "
    "sends with a key.\n\n"
    "With --spool DIR the events are on this machine's disk first, in order, and Juyan may be away meanwhile: what it has not "
    "confirmed within --wait stays there, and goes with the next command or with 'juyan gateway'; without FILE what waits is "
    "brought. How far a file was taken stands in the spool itself, so that it counts once through any crash. A key that has "
    "begun with a spool stays with it.\n\n"
    "Exit codes: 0 all is on Juyan's disk; 1 a line was wrong, or something is in quarantine, in conflict or refused, or the "
    "sending was "
    "interrupted; 2 the command line cannot be; 3 the connection or this machine failed: with --spool, what was taken waits "
    "there.";

/* ---- the command line ---- */

static long
number(const char *text, const char *what, long max, struct argp_state *state)
{
	char *end;
	long value = strtol(text, &end, 10);
	if (*text == '\0' || *end != '\0' || value < 1 || value > max)
		argp_error(state, "%s '%s': expected a number from 1 to %ld", what, text, max);
	return value;
}

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct send *send = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &send->connection;
		return 0;
	case 'm':
		send->map_path = text;
		return 0;
	case 'S':
		send->spool = text;
		return 0;
	case 'n':
		send->batch_events = number(text, "--batch", BATCH_EVENTS_MAX, state);
		return 0;
	case 'w':
		send->wait_seconds = number(text, "--wait", WAIT_SECONDS_MAX, state);
		return 0;
	case KEY_AGAIN:
		send->again = true;
		return 0;
	case KEY_DRY_RUN:
		send->dry_run = true;
		return 0;
	case KEY_JSON:
		send->json = true;
		return 0;
	case KEY_PROGRESS:
		send->progress = true;
		return 0;
	case ARGP_KEY_ARGS:
		send->files = state->argv + state->next;
		send->n_files = (size_t)(state->argc - state->next);
		return 0;
	case ARGP_KEY_NO_ARGS:
		if (send->spool == NULL)
			argp_error(state, "no FILE is named; '-' is the standard input");
		return 0;
	case ARGP_KEY_END:
		if (send->spool != NULL && (send->dry_run || send->batch_events != 0))
			argp_error(state, "--spool goes with neither --dry-run nor --batch");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What can be seen to be a mistake before anything is sent. */
static enum status
check_files(const struct send *send, struct reason *why)
{
	for (size_t i = 0; i < send->n_files; i++) {
		const char *ending = strrchr(send->files[i], '.');
		if (send->map_path == NULL && ending != NULL && strcasecmp(ending, ".csv") == 0)
			return reason_say(why, STATUS_USAGE,
			    "%s: a spreadsheet needs --map MAP.yaml, which says what its columns mean", send->files[i]);
	}
	return STATUS_OK;
}

/* ---- the work ---- */

static void
on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

/* The first signal ends the sending in order; a second one ends the process. */
static void
take_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART | (int)SA_RESETHAND };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
}

/* Sends the files, one after another, and makes the report's end. */
static int
deliver(struct send *send, struct delivery *delivery, const struct mapping *mapping, struct send_report *report)
{
	struct reason why = { "" };
	enum status status = STATUS_OK;
	size_t done = 0;

	while (status == STATUS_OK && done < send->n_files) {
		status = delivery_file(delivery, send->files[done], mapping, send->map_path, &why);
		if (status == STATUS_OK)
			done++;
	}
	struct delivery_tally tally = delivery_tally(delivery);
	char sentence[SENTENCE_BYTES_MAX + 128];
	snprintf(sentence, sizeof sentence, "%s: %s; the same command goes on from here",
	    event_file_name(send->files[done < send->n_files ? done : 0]),
	    why.text[0] == '\0' ? status_sentence(status) : why.text);
	send_report_end(report, &tally, done, send->dry_run, status == STATUS_OK ? NULL : sentence);
	if (status != STATUS_OK)
		return status == STATUS_INTERRUPTED ? TOOL_WRONG : TOOL_FAILED;
	return tally.wrong + tally.conflict + tally.quarantined + tally.refused > 0 ? TOOL_WRONG : TOOL_FINE;
}

static enum status
open_sent(const struct send *send, const struct tool_address *address, struct sent **out, struct reason *why)
{
	char admin[CONFIG_TEXT_BYTES + 32];

	snprintf(admin, sizeof admin, "%s/keys/admin.key", tool_data(send->connection.data));
	return sent_open(send->connection.key != NULL ? send->connection.key : admin, address->server_key, out, why);
}

/* With a connection: the log of the key, the session, the files. */
static int
run_connected(struct send *send, struct delivery_options *how, const struct mapping *mapping, struct send_report *report)
{
	struct tool_address address;
	struct delivery *delivery = NULL;
	struct sent *sent = NULL;
	struct reason why = { "" };
	int code;

	enum status status = tool_address(&send->connection, "ingest", &address, &why);
	if (status != STATUS_OK)
		return tool_fail("send", status, &why);
	status = open_sent(send, &address, &sent, &why);
	code = status == STATUS_OK ? TOOL_FAILED
				   : tool_exit(status); /* without a session it is the connection's fault, whatever the status */
	if (status == STATUS_OK) {
		struct terminal_options terminal = { .endpoint = address.endpoint,
			.keys = &address.keys,
			.server_key = address.server_key };
		how->sent = sent;
		status = delivery_open(how, &terminal, &delivery, &why);
	}
	key_pair_wipe(&address.keys);
	if (status == STATUS_OK) {
		take_signals();
		code = deliver(send, delivery, mapping, report);
	} else {
		tool_fail("send", status, &why);
	}
	delivery_close(&delivery);
	sent_close(&sent);
	return code;
}

static int
run_spooled(struct send *send, const struct mapping *mapping, struct send_report *report)
{
	const struct send_spool_options how = {
		.dir = send->spool,
		.connection = &send->connection,
		.files = send->files,
		.n_files = send->n_files,
		.map_path = send->map_path,
		.mapping = mapping,
		.again = send->again,
		.json = send->json,
		.wait_ms = (int)send->wait_seconds * 1000,
		.stop = &stop,
		.report = report,
	};
	take_signals();
	return send_spool(&how);
}

static int
run_dry(struct send *send, const struct delivery_options *how, const struct mapping *mapping, struct send_report *report)
{
	struct delivery *delivery;
	struct reason why = { "" };

	enum status status = delivery_open(how, NULL, &delivery, &why);
	if (status != STATUS_OK)
		return tool_fail("send", status, &why);
	int code = deliver(send, delivery, mapping, report);
	delivery_close(&delivery);
	return code;
}

int
tool_send(int argc, char **argv)
{
	static const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 0 }, { 0 } };
	static const struct argp argp = { options, parse, "FILE...", description, children, NULL, NULL };
	struct send send = { .wait_seconds = WAIT_SECONDS };
	struct send_report *report = NULL;
	struct mapping *mapping = NULL;
	struct reason why = { "" };

	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &send);
	enum status status = check_files(&send, &why);
	if (status == STATUS_OK && send.map_path != NULL)
		status = mapping_open(send.map_path, &mapping, &why);
	if (status == STATUS_OK)
		status = send_report_open(send.json, send.progress || isatty(STDERR_FILENO), &report);
	if (status != STATUS_OK)
		return tool_fail("send", status, &why);
	struct delivery_options how = {
		.dry_run = send.dry_run,
		.again = send.again,
		.batch_events = (uint32_t)send.batch_events,
		.patience_ms = (int)send.wait_seconds * 1000,
		.stop = &stop,
		.on_complaint = send_report_complaint,
		.on_note = send_report_note,
		.on_progress = send_report_progress,
		.user = report,
	};
	int code = send.spool != NULL ? run_spooled(&send, mapping, report)
	    : send.dry_run            ? run_dry(&send, &how, mapping, report)
				      : run_connected(&send, &how, mapping, report);
	send_report_close(&report);
	mapping_close(&mapping);
	return code;
}
