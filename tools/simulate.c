/*
 * juyan simulate: a believable port's events, as files or live, and the exact totals to which they lead. The simulation itself
 * stands in tools/simulate/; here are its command line and the choice of what becomes of the events.
 */
#include <argp.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "encode.h"
#include "port_calendar.h"
#include "simulate_files.h"
#include "simulate_live.h"
#include "simulate_place.h"
#include "simulate_report.h"
#include "tool.h"

enum { PATH_BYTES = 512 };

struct command {
	struct simulation_options simulation;
	struct simulate_asked asked;
	struct tool_connection connection;
	struct simulate_live stream;
	const char *out;      /* --out: a folder for files */
	const char *keys_dir; /* --keys */
	bool live, json;
	struct reason why;
};

enum {
	KEY_FROM = 256,
	KEY_TO,
	KEY_PORT,
	KEY_SEED,
	KEY_SCALE,
	KEY_OUT,
	KEY_BY,
	KEY_JSON,
	KEY_CLEAN,
	KEY_RAIL,
	KEY_MACHINES,
	KEY_TWIN,
	KEY_LIVE,
	KEY_SPEEDUP,
	KEY_FAST,
	KEY_RESEND,
	KEY_KEYS,
	KEY_QUIET
};

static const struct argp_option argp_options[] = {
	{ 0, 0, 0, 0, "What is simulated:", 1 },
	{ "from", KEY_FROM, "DAY", 0, "first day (default: 2023-01-01; from 2015 on)", 1 },
	{ "to", KEY_TO, "DAY", 0, "last day (default: 2025-12-31; up to 2035)", 1 },
	{ "port", KEY_PORT, "PORTS", 0, "ceke, wuliji or ceke,wuliji (default: both)", 1 },
	{ "seed", KEY_SEED, "N", 0, "the same number gives the same events (default: 1)", 1 },
	{ "scale", KEY_SCALE, "X", 0, "share of the real traffic, 0.001 to 20 (default: 1)", 1 },
	{ "rail", KEY_RAIL, 0, 0, "the railway at Ceke runs (in life it did not by the end of 2025)", 1 },
	{ "machines", KEY_MACHINES, "DAY", 0, "from this day on a gateway at Ceke tells how AGVs, gates and scales stand", 1 },
	{ "twin", KEY_TWIN, "N", 0, "other ports of their kind, called ceke-N and wuliji-N (1 to 99), for a region of many", 1 },
	{ "clean", KEY_CLEAN, 0, 0, "nothing late, amended, deleted or wrong (default: in the share of life)", 1 },
	{ 0, 0, 0, 0, "What becomes of it (by default only the totals are shown):", 2 },
	{ "out", KEY_OUT, "DIR", 0, "write the events to DIR/TERMINAL.ndjson, with DIR/tally.json and DIR/terminals.yaml", 2 },
	{ "live", KEY_LIVE, 0, 0, "stream the events into a running Juyan, as several terminals at once", 2 },
	{ "speedup", KEY_SPEEDUP, "X", 0,
	    "with --live: how many times faster than life (default: 1), or 'max'; 'clock': all that lies behind at once, then as "
	    "it happens",
	    2 },
	{ "fast-until", KEY_FAST, "DAY", 0, "with --live: what lies before this day as fast as it goes", 2 },
	{ "resend", KEY_RESEND, 0, 0, "with --live: now and then send an event again, the same or with other content", 2 },
	{ "keys", KEY_KEYS, "DIR", 0, "with --live: where the terminals' keys lie, and are made (default: the data folder's)", 2 },
	{ "quiet", KEY_QUIET, 0, 0, "with --live: no progress on stderr", 2 },
	{ 0, 0, 0, 0, "The totals that must come out:", 3 },
	{ "by", KEY_BY, "year|month|day|hour", 0, "of each (default: year)", 3 },
	{ "json", KEY_JSON, 0, 0, "as one JSON object", 3 },
	{ 0 },
};

static const char doc[] = "Makes the events of the border ports Ceke and Wuliji as their terminals would send them: trucks, AGVs "
			  "and trains, opening hours, closures "
			  "of both sides, empty returns, late and corrected data. The traffic of Ceke follows the published "
			  "figures. At the end it shows the exact "
			  "totals that the events must lead to, counted without the ledger.\v"
			  "Live terminals get keys of their own, which are entered in the registry with the administrator's key. "
			  "Run again on the same data "
			  "folder, a live simulation goes on where it was. Ctrl-C ends it in order.";

/* ---- the command line ---- */

static void
day_option(struct argp_state *state, const char *name, const char *text, int64_t *day)
{
	if (!civil_parse_day(text, day))
		argp_error(state, "--%s is '%s'; expected a day such as 2025-01-31", name, text);
}

static double
number_option(struct argp_state *state, const char *name, const char *text, double low, double high)
{
	char *end;
	errno = 0;
	double number = strtod(text, &end);
	if (errno != 0 || end == text || *end != '\0' || !(number >= low && number <= high))
		argp_error(state, "--%s is '%s'; expected a number from %g to %g", name, text, low, high);
	return number;
}

static void
speedup_option(struct argp_state *state, struct command *command, const char *text)
{
	command->stream.pace = strcmp(text, "max") == 0 ? PACE_MAX : strcmp(text, "clock") == 0 ? PACE_CLOCK : PACE_SPEED;
	if (command->stream.pace == PACE_SPEED)
		command->stream.speedup = number_option(state, "speedup", text, 0.001, 1e9);
}

static void
period_option(struct argp_state *state, struct command *command, const char *text)
{
	static const char *const names[] = { "year", "month", "day", "hour" };
	size_t i = 0;
	while (i < 4 && strcmp(names[i], text) != 0)
		i++;
	if (i == 4)
		argp_error(state, "--by is '%s'; expected year, month, day or hour", text);
	command->simulation.finest = (enum tally_period)i;
}

static void
seed_option(struct argp_state *state, struct command *command, const char *text)
{
	char *end;
	errno = 0;
	command->simulation.seed = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0' || strspn(text, "0123456789") == 0)
		argp_error(state, "--seed is '%s'; expected a whole number from 0 on", text);
}

static void
twin_option(struct argp_state *state, struct command *command, const char *text)
{
	double number = number_option(state, "twin", text, 1, ENCODE_TWINS_MAX);
	command->simulation.twin = (uint32_t)number;
	if (number != command->simulation.twin)
		argp_error(state, "--twin is '%s'; expected a whole number from 1 to %d", text, ENCODE_TWINS_MAX);
}

static error_t
parse_what(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case KEY_FROM:
		command->asked.from = true;
		day_option(state, "from", text, &command->simulation.from_day);
		return 0;
	case KEY_TO:
		command->asked.to = true;
		day_option(state, "to", text, &command->simulation.to_day);
		return 0;
	case KEY_PORT:
		command->asked.ports = true;
		if (!simulation_parse_ports(text, command->simulation.ports))
			argp_error(state, "--port is '%s'; expected ceke, wuliji or ceke,wuliji", text);
		return 0;
	case KEY_SEED:
		command->asked.seed = true;
		seed_option(state, command, text);
		return 0;
	case KEY_SCALE:
		command->asked.scale = true;
		command->simulation.scale_per_mille = (uint32_t)(number_option(state, "scale", text, 0.001, 20) * 1000 + 0.5);
		return 0;
	case KEY_RAIL:
		command->asked.rail = command->simulation.rail = true;
		return 0;
	case KEY_MACHINES:
		command->asked.machines = true;
		day_option(state, "machines", text, &command->simulation.machines_from_day);
		return 0;
	case KEY_TWIN:
		command->asked.twin = true;
		twin_option(state, command, text);
		return 0;
	case KEY_CLEAN:
		command->asked.faults = true;
		command->simulation.faults = false;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &command->connection;
		return 0;
	case KEY_OUT:
		command->out = text;
		return 0;
	case KEY_LIVE:
		command->live = true;
		return 0;
	case KEY_SPEEDUP:
		speedup_option(state, command, text);
		return 0;
	case KEY_FAST:
		day_option(state, "fast-until", text, &command->stream.fast_until_ms);
		command->stream.fast_until_ms = port_calendar_start_ms(command->stream.fast_until_ms);
		return 0;
	case KEY_RESEND:
		command->stream.resend = true;
		return 0;
	case KEY_KEYS:
		command->keys_dir = text;
		return 0;
	case KEY_QUIET:
		command->stream.quiet = true;
		return 0;
	case KEY_BY:
		period_option(state, command, text);
		return 0;
	case KEY_JSON:
		command->json = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", text);
		return 0;
	case ARGP_KEY_END:
		if (command->live && command->out != NULL)
			argp_error(state, "--live and --out exclude each other");
		if (command->asked.from && command->asked.to && command->simulation.to_day < command->simulation.from_day)
			argp_error(state, "--to lies before --from");
		return 0;
	default:
		return parse_what(key, text, state);
	}
}

/* ---- the run ---- */

static enum status
print(const struct command *command, const struct simulation *simulation, uint64_t events, struct reason *why)
{
	struct simulate_report report = { simulation, command->simulation.finest, events };
	return command->json ? simulate_report_json(&report, stdout, why) : simulate_report_table(&report, stdout, why);
}

static enum status
write_tally(const struct command *command, const struct simulation *simulation, struct reason *why)
{
	char path[PATH_BYTES + 16];
	snprintf(path, sizeof path, "%s/tally.json", command->out);
	FILE *file = fopen(path, "we");
	if (file == NULL)
		return reason_say(why, STATUS_SYSTEM, "%s cannot be written: %s", path, strerror(errno));
	struct simulate_report report = { simulation, command->simulation.finest, simulation_events(simulation) };
	enum status status = simulate_report_json(&report, file, why);
	if (fclose(file) != 0 && status == STATUS_OK)
		status = reason_say(why, STATUS_SYSTEM, "%s cannot be written: %s", path, strerror(errno));
	return status;
}

/* Through to the end, into files where they were asked for. */
static enum status
run_through(struct command *command, struct simulation *simulation)
{
	struct simulate_files *files = NULL;
	enum status status = STATUS_OK;
	if (command->out != NULL)
		status = simulate_files_open(command->out, simulation, &files, &command->why);
	struct simulated_event event = { .bytes = { .bytes = 1 } };
	while (status == STATUS_OK) {
		status = simulation_next(simulation, &event, &command->why);
		if (status != STATUS_OK || event.bytes.data == NULL)
			break;
		if (files != NULL)
			status = simulate_files_write(files, &event, &command->why);
	}
	if (status == STATUS_OK && files != NULL)
		status = simulate_files_finish(files, &command->why);
	if (status == STATUS_OK && files != NULL)
		status = write_tally(command, simulation, &command->why);
	simulate_files_close(&files);
	return status == STATUS_OK ? print(command, simulation, simulation_events(simulation), &command->why) : status;
}

/* The same simulation once more, as far as the centre knows it: for a stream that was cut off. */
static enum status
print_known(struct command *command, const struct simulate_outcome *outcome)
{
	struct simulation_options options = command->simulation;
	struct simulation *simulation = NULL;
	uint64_t events = 0;
	options.known_up_to = outcome->acked;
	enum status status = simulation_open(&options, &simulation, &command->why);
	while (status == STATUS_OK && events < outcome->events) {
		struct simulated_event event;
		status = simulation_next(simulation, &event, &command->why);
		if (status != STATUS_OK || event.bytes.data == NULL)
			break;
		events += event.stream_seq <= outcome->acked[event.terminal];
	}
	if (status == STATUS_OK)
		status = print(command, simulation, events, &command->why);
	simulation_close(&simulation);
	return status;
}

static enum status
run_live(struct command *command, struct simulation *simulation)
{
	struct simulate_outcome outcome;
	command->stream.connection = &command->connection;
	command->stream.keys_dir = command->keys_dir;
	enum status status = simulate_live(&command->stream, simulation, &outcome, &command->why);
	/* What is on disk is told even where the stream could not go on. */
	struct reason kept = command->why;
	enum status printed = STATUS_OK;
	if (outcome.begun)
		printed =
		    outcome.complete ? print(command, simulation, outcome.events, &command->why) : print_known(command, &outcome);
	if (status != STATUS_OK)
		command->why = kept;
	return status != STATUS_OK ? status : printed;
}

static enum status
run(struct command *command)
{
	struct simulate_place place = { -1 };
	struct simulation *simulation = NULL;
	enum status status = STATUS_OK;
	char keys_dir[PATH_BYTES];
	if (command->keys_dir == NULL) {
		snprintf(keys_dir, sizeof keys_dir, "%s/keys", tool_data(command->connection.data));
		command->keys_dir = keys_dir;
	}
	if (command->live)
		status = simulate_place_open(command->keys_dir, &command->asked, &command->simulation, &place, &command->why);
	command->simulation.text_only = command->out != NULL;
	if (status == STATUS_OK)
		status = simulation_open(&command->simulation, &simulation, &command->why);
	if (status == STATUS_OK)
		status = command->live ? run_live(command, simulation) : run_through(command, simulation);
	simulation_close(&simulation);
	simulate_place_close(&place);
	return status;
}

int
tool_simulate(int argc, char **argv)
{
	static const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan, with --live:", 4 }, { 0 } };
	static const struct argp argp = { argp_options, parse, NULL, doc, children, NULL, NULL };
	struct command command = { .simulation = simulation_defaults(), .stream = { .pace = PACE_SPEED, .speedup = 1 } };
	command.simulation.finest = TALLY_YEAR;
	argp_err_exit_status = TOOL_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &command) != 0)
		return TOOL_USAGE;
	enum status status = run(&command);
	return status == STATUS_OK ? TOOL_FINE : tool_fail("simulate", status, &command.why);
}
