/* See override_score.h. */
#include "override_score.h"

#include <string.h>

#include "civil.h"
#include "phrase.h"

/* What an override is about, as questions name it. */
struct about {
	char *port, *mode, *direction;
	size_t n_ports, n_modes, n_directions;
};

static struct about
about_of(const Juyan__V1__Override *record)
{
	const char *mode = wire_mode_name(record->mode), *direction = wire_direction_name(record->direction);
	return (struct about){ .port = record->port,
		.n_ports = strcmp(record->port, "*") != 0,
		.mode = (char *)(uintptr_t)mode, /* only looked at */
		.n_modes = mode != NULL,
		.direction = (char *)(uintptr_t)direction,
		.n_directions = direction != NULL };
}

static enum status
ask_came(struct asking *asking, const Juyan__V1__Override *record, int64_t *out)
{
	struct about about = about_of(record);
	Juyan__V1__TotalsAsk ask_totals = JUYAN__V1__TOTALS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	ask_totals.from = record->from;
	ask_totals.to = record->to;
	ask_totals.ports = &about.port;
	ask_totals.n_ports = about.n_ports;
	ask_totals.modes = &about.mode;
	ask_totals.n_modes = about.n_modes;
	ask_totals.directions = &about.direction;
	ask_totals.n_directions = about.n_directions;
	question.ask_case = JUYAN__V1__QUESTION__ASK_TOTALS;
	question.totals = &ask_totals;
	enum status status = asking_answer(asking, &question, JUYAN__V1__ANSWER__SAY_TOTALS, &answer);
	if (status != STATUS_OK)
		return status;
	*out = 0;
	for (size_t i = 0; i < answer->totals->n_rows; i++)
		*out += answer->totals->rows[i]->net_kg;
	return STATUS_OK;
}

/* Expected of its days, from the eve of the first. ISO days sort as texts. */
static enum status
ask_expected(struct foreseeing *foreseeing, const Juyan__V1__Override *record, const char *eve, bool without, int64_t *out)
{
	struct about about = about_of(record);
	Juyan__V1__OutlookAsk ask_outlook = JUYAN__V1__OUTLOOK_ASK__INIT;
	Juyan__V1__Slice slice = JUYAN__V1__SLICE__INIT;
	Juyan__V1__Making making = foreseeing->making;
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	const Juyan__V1__ForecastReply *reply;
	making.as_of = (char *)(uintptr_t)eve;
	making.without_overrides = without;
	slice.ports = &about.port;
	slice.n_ports = about.n_ports;
	slice.modes = &about.mode;
	slice.n_modes = about.n_modes;
	slice.directions = &about.direction;
	slice.n_directions = about.n_directions;
	ask_outlook.making = &making;
	ask_outlook.slice = &slice;
	ask_outlook.to = record->to;
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_OUTLOOK;
	question.outlook = &ask_outlook;
	enum status status = foreseeing_ask(foreseeing, &question, JUYAN__V1__FORECAST_REPLY__SAY_OUTLOOK, &reply);
	if (status != STATUS_OK)
		return status;
	*out = 0;
	for (size_t i = 0; i < reply->outlook->n_rows; i++) {
		const Juyan__V1__OutlookRow *row = reply->outlook->rows[i];
		if (strcmp(row->period, record->from) >= 0 && strcmp(row->period, record->to) <= 0 && row->total != NULL)
			*out += row->total->mean_kg;
	}
	return STATUS_OK;
}

enum status
override_known_to(struct foreseeing *foreseeing, int64_t *out)
{
	Juyan__V1__OutlookAsk ask_outlook = JUYAN__V1__OUTLOOK_ASK__INIT;
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	const Juyan__V1__ForecastReply *reply;
	ask_outlook.making = &foreseeing->making;
	ask_outlook.by_period = JUYAN__V1__PERIOD_KIND__YEAR;
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_OUTLOOK;
	question.outlook = &ask_outlook;
	enum status status = foreseeing_ask(foreseeing, &question, JUYAN__V1__FORECAST_REPLY__SAY_OUTLOOK, &reply);
	if (status != STATUS_OK)
		return status;
	if (reply->outlook->provenance == NULL || !civil_parse_day(reply->outlook->provenance->origin, out))
		return reason_say(&foreseeing->why, STATUS_UNDECODABLE, "the answer does not say from which day it was made");
	return STATUS_OK;
}

enum status
override_score(struct asking *asking, struct foreseeing *foreseeing, const Juyan__V1__Override *record, struct override_score *out,
    const struct reason **failed)
{
	struct override_score score;
	char eve[PHRASE_ISO_BYTES];
	int64_t from;
	*failed = &asking->why;
	if (!civil_parse_day(record->from, &from))
		return reason_say(&asking->why, STATUS_UNDECODABLE, "override '%.64s' has no first day", record->id);
	enum status status = ask_came(asking, record, &score.came_kg);
	if (status != STATUS_OK)
		return status;
	*failed = &foreseeing->why;
	phrase_iso(from - 1, eve);
	status = ask_expected(foreseeing, record, eve, false, &score.with_kg);
	if (status == STATUS_OK)
		status = ask_expected(foreseeing, record, eve, true, &score.without_kg);
	if (status == STATUS_OK)
		*out = score;
	return status;
}
