/* `juyan backtest` of the ledger: the report that is answered, as a verdict. */
#include <math.h>
#include <string.h>

#include "backtest_parts.h"
#include "inquiry.h"

static bool
method_of(const char *name, enum backtest_method *out)
{
	for (size_t m = 0; m < BACKTEST_METHODS; m++)
		if (strcmp(name, backtest_method_names[m]) == 0) {
			*out = (enum backtest_method)m;
			return true;
		}
	return false;
}

static void
take_rows(const Juyan__V1__BacktestReport *report, struct verdict *out)
{
	for (size_t i = 0; i < report->n_rows && out->n_rows < VERDICT_ROWS_MAX; i++) {
		const Juyan__V1__BacktestRow *from = report->rows[i];
		struct verdict_row *row = &out->row[out->n_rows++];
		snprintf(row->method, sizeof row->method, "%s", from->method);
		snprintf(row->distance, sizeof row->distance, "%s", from->distance);
		row->score = (struct backtest_score){ from->n, from->n, from->mase, from->smape, from->covered80, from->covered95,
			from->msis, from->crps };
	}
}

/* An origin has a row for each method; they stand together. */
static enum status
take_years(const Juyan__V1__BacktestReport *report, struct verdict *out)
{
	struct verdict_year *year = NULL;
	for (size_t i = 0; i < report->n_years; i++) {
		const Juyan__V1__BacktestYear *from = report->years[i];
		enum backtest_method method;
		if (!method_of(from->method, &method) || from->total == NULL)
			continue;
		if (year == NULL || strcmp(year->origin, from->origin) != 0) {
			year = verdict_add_year(out);
			if (year == NULL)
				return STATUS_NO_MEMORY;
			snprintf(year->origin, sizeof year->origin, "%s", from->origin);
			snprintf(year->name, sizeof year->name, "%s", out->name);
		}
		year->came = (double)from->came_kg;
		year->mean[method] = (double)from->total->mean_kg;
		year->p10[method] = (double)from->total->p10_kg;
		year->p90[method] = (double)from->total->p90_kg;
	}
	return STATUS_OK;
}

static void
describe(const Juyan__V1__BacktestReport *report, struct verdict *out)
{
	const Juyan__V1__Provenance *provenance = report->provenance;
	out->mass = true;
	out->origins = report->origins;
	snprintf(out->headline, sizeof out->headline, "%s", report->headline);
	size_t n = strlen(out->headline);
	if (n > 0 && out->headline[n - 1] == '.')
		out->headline[n - 1] = '\0';
	if (provenance == NULL)
		return;
	for (size_t i = 0; i < provenance->n_notes; i++)
		verdict_note(out, "%s", provenance->notes[i]);
	snprintf(out->made, sizeof out->made,
	    "Made by juyan %.20s from what was known to %.16s: %.200s; %u paths, seed %llu, log "
	    "sequence number %llu.",
	    provenance->program, provenance->origin, provenance->model[0] != '\0' ? provenance->model : "no model",
	    provenance->paths, (unsigned long long)provenance->seed, (unsigned long long)provenance->lsn);
}

static enum status
draw(const struct verdict *verdict, char *out[BACKTEST_PICTURES])
{
	struct trial trial = { .about = { "backtest", verdict->name, "how far such forecasts were off", verdict->headline, true,
				   true } };
	verdict_bands(verdict, &trial);
	if (trial.n_bands == 0 || verdict->origins == 0)
		return STATUS_OK;
	enum status status = trial_draw(&trial, &out[BACKTEST_ALONE]);
	trial.about.alone = false;
	return status == STATUS_OK ? trial_draw(&trial, &out[BACKTEST_IN_PAGE]) : status;
}

enum status
backtest_of_ledger(struct backtest_command *command, struct verdict *out, char *picture[BACKTEST_PICTURES], struct reason *why)
{
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	Juyan__V1__BacktestAsk ask = JUYAN__V1__BACKTEST_ASK__INIT;
	const Juyan__V1__ForecastReply *reply;
	struct verdict verdict = { 0 };
	struct inquiry inquiry;
	if (command->forecast.horizon > 0)
		return reason_say(why, STATUS_USAGE, "--horizon goes with --series: the ledger's distances are fixed");
	if (command->jobs > 0)
		return reason_say(why, STATUS_USAGE, "--jobs goes with --series: of the ledger, the service has its own threads");
	enum status status = inquiry_open(&command->forecast, &inquiry, why);
	if (status != STATUS_OK)
		return status;
	ask.slice = &inquiry.slice;
	ask.making = &inquiry.making;
	ask.months = (uint32_t)command->months;
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_BACKTEST;
	question.backtest = &ask;
	status = inquiry_ask(&inquiry, &question, JUYAN__V1__FORECAST_REPLY__SAY_BACKTEST, &reply, why);
	if (status == STATUS_OK) {
		snprintf(verdict.name, sizeof verdict.name, "%s", inquiry.whole);
		take_rows(reply->backtest, &verdict);
		describe(reply->backtest, &verdict);
		if (take_years(reply->backtest, &verdict) != STATUS_OK || draw(&verdict, picture) != STATUS_OK)
			status = reason_say(why, STATUS_NO_MEMORY, "memory ran out");
		verdict_conclude(&verdict);
	}
	inquiry_close(&inquiry);
	if (status == STATUS_OK)
		*out = verdict;
	else
		verdict_close(&verdict);
	return status;
}
