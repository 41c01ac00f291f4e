/* See inquiry.h. */
#include "inquiry.h"

#include <string.h>

#include "civil.h"
#include "scenario_file.h"

enum { ARENA_BYTES = 1024 * 1024 };

const char *
inquiry_day(int64_t day, char out[INQUIRY_DAY_BYTES])
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	snprintf(out, INQUIRY_DAY_BYTES, "%04d-%02d-%02d", year % 10000, month % 100, dom % 100);
	return out;
}

/* "ceke and wuliji, truck", or "all ports". */
static void
name_whole(const struct forecast_command *command, char out[SERIES_NAME_BYTES])
{
	size_t used = 0;
	out[0] = '\0';
	for (size_t f = 0; f < FORECAST_FILTERS; f++)
		for (size_t i = 0; i < command->filter[f].n && used < SERIES_NAME_BYTES; i++)
			used += (size_t)snprintf(out + used, SERIES_NAME_BYTES - used, "%s%.40s",
			    used == 0   ? ""
				: i > 0 ? " and "
					: ", ",
			    command->filter[f].name[i]);
	if (used == 0)
		snprintf(out, SERIES_NAME_BYTES, "all ports");
}

/* The last day of the period that --to names. */
static enum status
last_day(const char *to, char out[INQUIRY_DAY_BYTES], struct reason *why)
{
	static const enum step_kind kinds[] = { [STEP_FORM_YEAR] = STEP_YEAR,
		[STEP_FORM_MONTH] = STEP_MONTH,
		[STEP_FORM_WEEK] = STEP_WEEK,
		[STEP_FORM_DAY] = STEP_DAY };
	struct step_date date;
	int64_t number;
	if (!step_read((struct span){ (const uint8_t *)to, strlen(to) }, &date) || date.form == STEP_FORM_TIME)
		return reason_say(why, STATUS_USAGE, "--to is '%.40s', expected a period such as 2025, 2025-06 or 2025-06-30", to);
	struct step step = { kinds[date.form], true, date.minutes / 1440 };
	if (!step_number(&step, &date, &number))
		return reason_say(why, STATUS_USAGE, "--to is '%.40s', expected a whole period", to);
	inquiry_day((int64_t)step_begin(&step, number + 1) - 1, out);
	return STATUS_OK;
}

static enum status
take_scenario(struct inquiry *inquiry, struct reason *why)
{
	struct scenario_file file = { 0 };
	const char *path = inquiry->command->scenario;
	if (path == NULL)
		return STATUS_OK;
	if (arena_open(&inquiry->arena, ARENA_BYTES) != STATUS_OK)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	enum status status = scenario_file_read(path, NULL, &inquiry->arena, &file, why);
	if (status != STATUS_OK)
		return status;
	if (file.n != 1)
		return reason_say(why, STATUS_USAGE, "%.120s holds %zu scenarios, expected one; 'juyan scenario' compares several",
		    path, file.n);
	inquiry->making.scenario = file.scenarios[0];
	size_t used = strlen(inquiry->whole);
	snprintf(inquiry->whole + used, sizeof inquiry->whole - used, " (%.60s)", file.scenarios[0]->name);
	return STATUS_OK;
}

static void
take_slice(struct forecast_command *command, Juyan__V1__Slice *slice)
{
	struct forecast_names *filter = command->filter;
	slice->ports = filter[FORECAST_PORT].name;
	slice->n_ports = filter[FORECAST_PORT].n;
	slice->directions = filter[FORECAST_DIRECTION].name;
	slice->n_directions = filter[FORECAST_DIRECTION].n;
	slice->modes = filter[FORECAST_MODE].name;
	slice->n_modes = filter[FORECAST_MODE].n;
	slice->groups = filter[FORECAST_GROUP].name;
	slice->n_groups = filter[FORECAST_GROUP].n;
}

/* With a number of days to look ahead: from which day, is known when something has been asked. */
static enum status
take_horizon(struct inquiry *inquiry, struct reason *why)
{
	const Juyan__V1__Outlook *outlook;
	int64_t origin;
	if (inquiry->command->horizon == 0)
		return STATUS_OK;
	enum status status = inquiry_outlook(inquiry, JUYAN__V1__PERIOD_KIND__YEAR, INQUIRY_WHOLE, &outlook, why);
	if (status != STATUS_OK)
		return status;
	if (outlook->provenance == NULL || !civil_parse_day(outlook->provenance->origin, &origin))
		return reason_say(why, STATUS_UNDECODABLE, "the answer does not say from which day it was made");
	inquiry_day(origin + (int64_t)inquiry->command->horizon, inquiry->to);
	return STATUS_OK;
}

enum status
inquiry_stay(struct inquiry *inquiry, const char *origin, struct reason *why)
{
	if (strlen(origin) >= sizeof inquiry->as_of)
		return reason_say(why, STATUS_UNDECODABLE, "the answer does not say from which day it was made");
	snprintf(inquiry->as_of, sizeof inquiry->as_of, "%s", origin);
	inquiry->making.as_of = inquiry->as_of;
	return STATUS_OK;
}

enum status
inquiry_open(struct forecast_command *command, struct inquiry *out, struct reason *why)
{
	*out = (struct inquiry){ .command = command };
	juyan__v1__slice__init(&out->slice);
	juyan__v1__making__init(&out->making);
	take_slice(command, &out->slice);
	if (command->as_of != NULL) {
		snprintf(out->as_of, sizeof out->as_of, "%s", command->as_of);
		out->making.as_of = out->as_of;
	}
	out->making.paths = (uint32_t)command->paths;
	out->making.seed = command->seed_given ? command->seed : 0;
	name_whole(command, out->whole);
	enum status status = take_scenario(out, why);
	if (status == STATUS_OK && command->to != NULL)
		status = last_day(command->to, out->to, why);
	if (status == STATUS_OK)
		status = foresee_open(&command->connection, &out->foresee, why);
	if (status == STATUS_OK)
		status = take_horizon(out, why);
	if (status != STATUS_OK)
		inquiry_close(out);
	return status;
}

void
inquiry_close(struct inquiry *inquiry)
{
	foresee_close(&inquiry->foresee);
	arena_close(&inquiry->arena);
}

enum status
inquiry_ask(struct inquiry *inquiry, Juyan__V1__ForecastQuestion *question, Juyan__V1__ForecastReply__SayCase expected,
    const Juyan__V1__ForecastReply **out, struct reason *why)
{
	const Juyan__V1__ForecastReply *reply;
	enum status status = foresee_question(inquiry->foresee, question, &reply, why);
	if (status == STATUS_OK && reply->say_case != expected)
		status = reason_say(why, STATUS_UNDECODABLE, "the answer is not to the question that was asked");
	if (status == STATUS_OK)
		*out = reply;
	return status;
}

enum status
inquiry_outlook(struct inquiry *inquiry, Juyan__V1__PeriodKind kind, enum inquiry_rows rows, const Juyan__V1__Outlook **out,
    struct reason *why)
{
	const bool *by = inquiry->command->by;
	const Juyan__V1__ForecastReply *reply;
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	Juyan__V1__OutlookAsk ask = JUYAN__V1__OUTLOOK_ASK__INIT;
	ask.slice = &inquiry->slice;
	ask.making = &inquiry->making;
	ask.to = inquiry->to;
	ask.by_period = kind;
	ask.year_before = rows == INQUIRY_DRAWN;
	bool apart = rows != INQUIRY_WHOLE;
	ask.by_port = apart && by[FORECAST_PORT];
	ask.by_direction = apart && by[FORECAST_DIRECTION];
	ask.by_mode = apart && by[FORECAST_MODE];
	ask.by_group = apart && by[FORECAST_GROUP];
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_OUTLOOK;
	question.outlook = &ask;
	enum status status = inquiry_ask(inquiry, &question, JUYAN__V1__FORECAST_REPLY__SAY_OUTLOOK, &reply, why);
	if (status == STATUS_OK)
		*out = reply->outlook;
	return status;
}
