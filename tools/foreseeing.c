/* See foreseeing.h. */
#include "foreseeing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "json.h"

enum { KEY_AS_OF = 0x200, KEY_PATHS, KEY_SEED, KEY_PORT, KEY_DIRECTION, KEY_MODE, KEY_GROUP };

enum { PATHS_MIN = 100, PATHS_MAX = 100000 };

/* ---- options ---- */

static const struct argp_option making_options[] = {
	{ NULL, 0, NULL, 0, "How it is forecast:", 20 },
	{ "as-of", KEY_AS_OF, "DAY", 0, "as if asked at the end of this day, from what lies before it", 20 },
	{ "paths", KEY_PATHS, "N", 0, "how many possible futures are drawn (default: 1000)", 20 },
	{ "seed", KEY_SEED, "N", 0, "of the chance with which they are drawn: the same seed gives the same figures", 20 },
	{ 0 },
};

static const struct argp_option slice_options[] = {
	{ NULL, 0, NULL, 0, "Of what:", 10 },
	{ "port", KEY_PORT, "ID", 0, "only this port; each of these may be repeated, or be a list with commas", 10 },
	{ "direction", KEY_DIRECTION, "import|export", 0, "only this direction", 10 },
	{ "mode", KEY_MODE, "truck|agv|rail", 0, "only this mode", 10 },
	{ "group", KEY_GROUP, "ID", 0, "only this commodity group", 10 },
	{ 0 },
};

void
foreseeing_check_day(struct argp_state *state, const char *option, const char *text)
{
	int64_t day;
	if (!civil_parse_day(text, &day))
		argp_error(state, "%s is '%s', expected a day such as 2025-01-31", option, text);
}

static uint64_t
take_number(struct argp_state *state, const char *option, const char *text, uint64_t min, uint64_t max)
{
	char *end;
	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number < min || number > max)
		argp_error(state, "%s is '%s', expected a whole number from %llu to %llu", option, text, (unsigned long long)min,
		    (unsigned long long)max);
	return number;
}

static error_t
parse_making(int key, char *arg, struct argp_state *state)
{
	struct foreseeing *foreseeing = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &foreseeing->connection;
		return 0;
	case KEY_AS_OF:
		foreseeing_check_day(state, "--as-of", arg);
		foreseeing->making.as_of = arg;
		return 0;
	case KEY_PATHS:
		foreseeing->making.paths = (uint32_t)take_number(state, "--paths", arg, PATHS_MIN, PATHS_MAX);
		return 0;
	case KEY_SEED:
		foreseeing->making.seed = take_number(state, "--seed", arg, 1, UINT64_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void
take_names(struct argp_state *state, char *text, char **names, size_t *n)
{
	char *name;
	while ((name = strsep(&text, ",")) != NULL) {
		if (name[0] == '\0')
			continue;
		if (*n == FORESEEING_NAMES_MAX)
			argp_error(state, "at most %d names may be given for one option", FORESEEING_NAMES_MAX);
		names[(*n)++] = name;
	}
}

static void
check_words(struct argp_state *state, const Juyan__V1__Slice *slice)
{
	Juyan__V1__Direction direction;
	Juyan__V1__Mode mode;
	for (size_t i = 0; i < slice->n_directions; i++)
		if (!wire_direction_of(slice->directions[i], &direction))
			argp_error(state, "--direction has '%s', expected import or export", slice->directions[i]);
	for (size_t i = 0; i < slice->n_modes; i++)
		if (!wire_mode_of(slice->modes[i], &mode))
			argp_error(state, "--mode has '%s', expected truck, agv or rail", slice->modes[i]);
}

static error_t
parse_slice(int key, char *arg, struct argp_state *state)
{
	struct foreseeing *foreseeing = state->input;
	Juyan__V1__Slice *slice = &foreseeing->slice;
	switch (key) {
	case KEY_PORT:
		take_names(state, arg, slice->ports = foreseeing->names[0], &slice->n_ports);
		return 0;
	case KEY_DIRECTION:
		take_names(state, arg, slice->directions = foreseeing->names[1], &slice->n_directions);
		return 0;
	case KEY_MODE:
		take_names(state, arg, slice->modes = foreseeing->names[2], &slice->n_modes);
		return 0;
	case KEY_GROUP:
		take_names(state, arg, slice->groups = foreseeing->names[3], &slice->n_groups);
		return 0;
	case ARGP_KEY_END:
		check_words(state, slice);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child making_children[] = { { &tool_connection_argp, 0, "Which Juyan:", 30 }, { 0 } };
const struct argp foreseeing_argp = { making_options, parse_making, NULL, NULL, making_children, NULL, NULL };
const struct argp foreseeing_slice_argp = { slice_options, parse_slice, NULL, NULL, NULL, NULL, NULL };

/* ---- asking ---- */

void
foreseeing_begin(struct foreseeing *foreseeing, const char *name)
{
	*foreseeing = (struct foreseeing){ .name = name };
	juyan__v1__making__init(&foreseeing->making);
	juyan__v1__slice__init(&foreseeing->slice);
}

enum status
foreseeing_ask(struct foreseeing *foreseeing, Juyan__V1__ForecastQuestion *question, Juyan__V1__ForecastReply__SayCase expected,
    const Juyan__V1__ForecastReply **out)
{
	const Juyan__V1__ForecastReply *reply;
	enum status status = STATUS_OK;
	if (foreseeing->foresee == NULL)
		status = foresee_open(&foreseeing->connection, &foreseeing->foresee, &foreseeing->why);
	if (status == STATUS_OK)
		status = foresee_question(foreseeing->foresee, question, &reply, &foreseeing->why);
	if (status == STATUS_OK && reply->say_case != expected)
		status = reason_say(&foreseeing->why, STATUS_UNDECODABLE, "the answer is not to the question that was asked");
	if (status == STATUS_OK)
		*out = reply;
	return status;
}

int
foreseeing_end(struct foreseeing *foreseeing, enum status status)
{
	foresee_close(&foreseeing->foresee);
	if (fflush(stdout) != 0 && status == STATUS_OK)
		status = reason_say(&foreseeing->why, STATUS_SYSTEM, "the output cannot be written");
	if (status == STATUS_OK)
		return TOOL_FINE;
	if (foreseeing->why.text[0] == '\0')
		reason_say(&foreseeing->why, status, "%s", status_sentence(status));
	return tool_fail(foreseeing->name, status, &foreseeing->why);
}

/* ---- saying ---- */

enum status
foreseeing_print_json(const ProtobufCMessage *message, FILE *out)
{
	json_t *json = NULL;
	enum status status = json_write(message, true, &json);
	if (status == STATUS_OK && (json_dumpf(json, out, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) != 0 || fputc('\n', out) == EOF))
		status = STATUS_SYSTEM;
	json_decref(json);
	return status;
}

const char *
foreseeing_chance(double chance, char out[FORESEEING_CHANCE_BYTES])
{
	bool low = chance<0.001, high = chance> 0.999;
	snprintf(out, FORESEEING_CHANCE_BYTES, "%s%.1f %%", low ? "< " : high ? "> " : "", low ? 0.1 : high ? 99.9 : 100 * chance);
	return out;
}
