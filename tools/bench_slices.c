/* How long the ledger's outlook takes, of all slices apart: a part of `juyan bench forecast`. See bench_parts.h. */
#include <string.h>

#include "bench_parts.h"
#include "foresee.h"

static enum status
ask(struct foresee *foresee, double *seconds, size_t *slices, struct reason *why)
{
	const Juyan__V1__ForecastReply *reply;
	Juyan__V1__ForecastQuestion question = JUYAN__V1__FORECAST_QUESTION__INIT;
	Juyan__V1__OutlookAsk outlook = JUYAN__V1__OUTLOOK_ASK__INIT;
	outlook.by_period = JUYAN__V1__PERIOD_KIND__MONTH;
	outlook.by_port = outlook.by_direction = outlook.by_mode = outlook.by_group = true;
	question.ask_case = JUYAN__V1__FORECAST_QUESTION__ASK_OUTLOOK;
	question.outlook = &outlook;
	int64_t begun = bench_now_ns();
	enum status status = foresee_question(foresee, &question, &reply, why);
	*seconds = (double)(bench_now_ns() - begun) / 1e9;
	if (status != STATUS_OK)
		return status;
	if (reply->say_case != JUYAN__V1__FORECAST_REPLY__SAY_OUTLOOK)
		return reason_say(why, STATUS_UNDECODABLE, "the answer is not to the question that was asked");
	/* Rows of one slice have the same period once. */
	*slices = 0;
	for (size_t i = 0; i < reply->outlook->n_rows; i++)
		*slices += strcmp(reply->outlook->rows[i]->period, reply->outlook->rows[0]->period) == 0 ? 1 : 0;
	return STATUS_OK;
}

enum status
bench_slices(const struct tool_connection *connection, struct bench_slices *out, struct reason *why)
{
	struct foresee *foresee = NULL;
	int64_t begun = bench_now_ns();
	enum status status = foresee_open(connection, &foresee, why);
	double opening = (double)(bench_now_ns() - begun) / 1e9;
	if (status == STATUS_OK)
		status = ask(foresee, &out->first_s, &out->slices, why);
	if (status == STATUS_OK)
		status = ask(foresee, &out->again_s, &out->slices, why);
	out->first_s += opening;
	foresee_close(&foresee);
	return status;
}
