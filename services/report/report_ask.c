/*
 * A report's questions. The source lends an answer until the next question, so what is kept is copied into the report's arena.
 * Each answer is of one state of the ledger, but two answers need not be of the same: the figures that have to add up are asked for
 * again until they do.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "report_parts.h"

enum { TRIES_MAX = 16, MODES = 3 };

enum status
report_ask(const struct source *source, Juyan__V1__Question *question, Juyan__V1__Answer__SayCase expected,
    const Juyan__V1__Answer **out, struct reason *why)
{
	const Juyan__V1__Answer *answer;
	enum status status = source->query(source->user, question, &answer, why);
	if (status == STATUS_OK && answer->say_case != expected)
		status = reason_say(why, STATUS_UNDECODABLE, "the answer is not to the question that was asked");
	if (status == STATUS_OK)
		*out = answer;
	return status;
}

static enum status
no_memory(struct reason *why)
{
	return reason_say(why, STATUS_NO_MEMORY, "memory ran out: the report is larger than a report may be");
}

const char *
report_copy(struct report *report, const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy = arena_take(&report->arena, bytes);
	return copy == NULL ? NULL : memcpy(copy, text, bytes);
}

void
report_mass_add(struct report_mass *sum, const Juyan__V1__TotalsRow *row)
{
	sum->net_kg += row->net_kg;
	sum->batches += row->batches;
	sum->units += row->units;
	sum->units_unknown += row->units_unknown;
	if (strcmp(row->basis, "weighed") == 0)
		sum->weighed_kg += row->net_kg;
	else if (strcmp(row->basis, "declared") == 0)
		sum->declared_kg += row->net_kg;
	else if (strcmp(row->basis, "corrected") == 0)
		sum->corrected_kg += row->net_kg;
}

static void
add_mass(struct report_mass *sum, const struct report_mass *part)
{
	sum->net_kg += part->net_kg;
	sum->weighed_kg += part->weighed_kg;
	sum->declared_kg += part->declared_kg;
	sum->corrected_kg += part->corrected_kg;
	sum->batches += part->batches;
	sum->units += part->units;
	sum->units_unknown += part->units_unknown;
}

/* ---- totals ---- */

/* What all questions of totals have in common; `by` says the rest. The texts are only read. */
static enum status
ask_totals(const struct source *source, const struct report *report, const char *from, const char *to, Juyan__V1__TotalsAsk *by,
    const Juyan__V1__Answer **out, struct reason *why)
{
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	char *port = report != NULL ? (char *)(uintptr_t)report->port : NULL;
	by->from = (char *)(uintptr_t)from;
	by->to = (char *)(uintptr_t)to;
	by->ports = &port;
	by->n_ports = port != NULL && port[0] != '\0' ? 1 : 0;
	question.ask_case = JUYAN__V1__QUESTION__ASK_TOTALS;
	question.totals = by;
	return report_ask(source, &question, JUYAN__V1__ANSWER__SAY_TOTALS, out, why);
}

static Juyan__V1__PeriodKind
asked_kind(enum period step)
{
	return step == PERIOD_HOUR ? JUYAN__V1__PERIOD_KIND__HOUR
	    : step == PERIOD_DAY   ? JUYAN__V1__PERIOD_KIND__DAY
	    : step == PERIOD_MONTH ? JUYAN__V1__PERIOD_KIND__MONTH
				   : JUYAN__V1__PERIOD_KIND__YEAR;
}

static struct report_stream *
stream_of(struct report *report, const Juyan__V1__TotalsRow *row)
{
	for (size_t i = 0; i < report->n_streams; i++) {
		struct report_stream *stream = &report->streams[i];
		if (strcmp(stream->port, row->port) == 0 && strcmp(stream->mode, row->mode) == 0 &&
		    strcmp(stream->direction, row->direction) == 0)
			return stream;
	}
	struct report_stream *stream = &report->streams[report->n_streams];
	*stream = (struct report_stream){ report_copy(report, row->port), report_copy(report, row->mode),
		report_copy(report, row->direction), { 0 } };
	if (stream->port == NULL || stream->mode == NULL || stream->direction == NULL)
		return NULL;
	report->n_streams++;
	return stream;
}

static struct report_goods *
goods_of(struct report *report, const Juyan__V1__TotalsRow *row)
{
	for (size_t i = 0; i < report->n_goods; i++) {
		struct report_goods *goods = &report->goods[i];
		if (strcmp(goods->group, row->group) == 0 && strcmp(goods->direction, row->direction) == 0)
			return goods;
	}
	struct report_goods *goods = &report->goods[report->n_goods];
	*goods = (struct report_goods){ report_copy(report, row->group), report_copy(report, row->direction), { 0 } };
	if (goods->group == NULL || goods->direction == NULL)
		return NULL;
	report->n_goods++;
	return goods;
}

/* A mode's place: the road first. */
static int
mode_rank(const char *mode)
{
	static const char *const order[MODES] = { "truck", "agv", "rail" };
	int rank = 0;
	while (rank < MODES && strcmp(order[rank], mode) != 0)
		rank++;
	return rank;
}

static int
compare_streams(const void *a, const void *b)
{
	const struct report_stream *x = a, *y = b;
	int order = strcmp(x->port, y->port);
	if (order == 0)
		order = mode_rank(x->mode) - mode_rank(y->mode);
	return order != 0 ? order : -strcmp(x->direction, y->direction);
}

static int
compare_goods(const void *a, const void *b)
{
	const struct report_goods *x = a, *y = b;
	int order = (x->mass.net_kg < y->mass.net_kg) - (x->mass.net_kg > y->mass.net_kg);
	if (order == 0)
		order = (x->mass.units < y->mass.units) - (x->mass.units > y->mass.units);
	if (order == 0)
		order = strcmp(x->group, y->group);
	return order != 0 ? order : -strcmp(x->direction, y->direction);
}

static bool
says_nothing(const Juyan__V1__TotalsRow *row)
{
	return row->net_kg == 0 && row->batches == 0 && row->units == 0 && row->units_unknown == 0;
}

/* The streams, the goods and the total, from one answer: they always agree. */
static enum status
ask_cells(const struct source *source, struct report *report, struct reason *why)
{
	const Juyan__V1__Answer *answer;
	Juyan__V1__TotalsAsk by = JUYAN__V1__TOTALS_ASK__INIT;
	by.by_port = by.by_mode = by.by_direction = by.by_group = by.by_basis = true;
	enum status status = ask_totals(source, report, report->from, report->to, &by, &answer, why);
	if (status != STATUS_OK)
		return status;
	size_t n = answer->totals->n_rows;
	report->total = (struct report_mass){ 0 };
	report->n_streams = report->n_goods = 0;
	report->streams = arena_take(&report->arena, (n + 1) * sizeof *report->streams);
	report->goods = arena_take(&report->arena, (n + 1) * sizeof *report->goods);
	if (report->streams == NULL || report->goods == NULL)
		return no_memory(why);
	for (size_t i = 0; i < n; i++) {
		const Juyan__V1__TotalsRow *row = answer->totals->rows[i];
		if (says_nothing(row))
			continue;
		struct report_stream *stream = stream_of(report, row);
		struct report_goods *goods = goods_of(report, row);
		if (stream == NULL || goods == NULL)
			return no_memory(why);
		report_mass_add(&stream->mass, row);
		report_mass_add(&goods->mass, row);
		report_mass_add(&report->total, row);
	}
	qsort(report->streams, report->n_streams, sizeof *report->streams, compare_streams);
	qsort(report->goods, report->n_goods, sizeof *report->goods, compare_goods);
	return STATUS_OK;
}

/* ---- the periods ---- */

/* Every period of the span that has begun, with zeros. */
static enum status
lay_out_periods(struct report *report, uint32_t until_hour, struct reason *why)
{
	enum period step = report->span.step;
	uint32_t first = report_span_period(report->span.first, 0, step);
	uint32_t last = report_span_period(report->span.last, 23, step);
	uint32_t now = civil_period(until_hour, step);
	size_t n = 0;
	for (uint32_t period = first; period <= last && period <= now; period = report_span_next(period, step))
		n++;
	report->n_periods = 0;
	report->periods = arena_take(&report->arena, (n + 1) * sizeof *report->periods);
	if (report->periods == NULL)
		return no_memory(why);
	for (uint32_t period = first; report->n_periods < n; period = report_span_next(period, step)) {
		struct report_period *one = &report->periods[report->n_periods++];
		*one = (struct report_period){ 0 };
		civil_format(period, step, one->text);
	}
	return STATUS_OK;
}

/* What is dated ahead of the clock stands in no period so far, and makes one of its own. */
static enum status
ask_periods(const struct source *source, struct report *report, uint32_t until_hour, struct reason *why)
{
	const Juyan__V1__Answer *answer;
	Juyan__V1__TotalsAsk by = JUYAN__V1__TOTALS_ASK__INIT;
	by.by_period = asked_kind(report->span.step);
	by.by_basis = true;
	enum status status = ask_totals(source, report, report->from, report->to, &by, &answer, why);
	if (status != STATUS_OK)
		return status;
	const Juyan__V1__Totals *totals = answer->totals;
	for (size_t i = 0; i < totals->n_rows; i++) {
		uint32_t period;
		enum period kind;
		if (!civil_parse(totals->rows[i]->period, &period, &kind) || kind != report->span.step)
			return reason_say(why, STATUS_UNDECODABLE, "the answer has a period that was not asked for");
		if (!says_nothing(totals->rows[i]) && civil_last_hour(period, kind) > until_hour)
			until_hour = civil_last_hour(period, kind);
	}
	status = lay_out_periods(report, until_hour, why);
	for (size_t i = 0, p = 0; i < totals->n_rows && status == STATUS_OK; i++) {
		while (p < report->n_periods && strcmp(report->periods[p].text, totals->rows[i]->period) < 0)
			p++;
		if (p < report->n_periods && strcmp(report->periods[p].text, totals->rows[i]->period) == 0)
			report_mass_add(&report->periods[p].mass, totals->rows[i]);
	}
	return status;
}

/* ---- one state of the ledger ---- */

/* Before the figures, so that they hold at least what it says. */
static enum status
ask_mark(const struct source *source, struct report *report, int64_t *quarantined, struct reason *why)
{
	Juyan__V1__StatusAsk ask = JUYAN__V1__STATUS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	question.ask_case = JUYAN__V1__QUESTION__ASK_STATUS;
	question.status = &ask;
	enum status status = report_ask(source, &question, JUYAN__V1__ANSWER__SAY_STATUS, &answer, why);
	if (status != STATUS_OK)
		return status;
	report->lsn = answer->status->last_lsn;
	report->received_at_ms = answer->status->last_received_at_ms;
	report->received = report->received_at_ms != 0;
	*quarantined = (int64_t)answer->status->quarantine_waiting;
	return STATUS_OK;
}

static bool
adds_up(const struct report *report)
{
	struct report_mass sum = { 0 };
	for (size_t i = 0; i < report->n_periods; i++)
		add_mass(&sum, &report->periods[i].mass);
	return memcmp(&sum, &report->total, sizeof sum) == 0;
}

enum status
report_ask_figures(const struct source *source, struct report *report, uint32_t until_hour, int64_t *quarantined,
    struct reason *why)
{
	size_t used = report->arena.used;
	for (int tries = 0; tries < TRIES_MAX; tries++) {
		report->arena.used = used;
		enum status status = ask_mark(source, report, quarantined, why);
		if (status == STATUS_OK)
			status = ask_cells(source, report, why);
		if (status == STATUS_OK)
			status = ask_periods(source, report, until_hour, why);
		if (status != STATUS_OK || adds_up(report))
			return status;
	}
	return reason_say(why, STATUS_BUSY, "the figures changed with each of %d questions; try again", TRIES_MAX);
}

/* ---- the past ---- */

enum status
report_ask_before(const struct source *source, struct report *report, struct reason *why)
{
	const Juyan__V1__Answer *answer;
	Juyan__V1__TotalsAsk by = JUYAN__V1__TOTALS_ASK__INIT;
	by.by_basis = true;
	enum status status = ask_totals(source, report, report->before_from, report->before_to, &by, &answer, why);
	if (status != STATUS_OK)
		return status;
	report->before = (struct report_mass){ 0 };
	for (size_t i = 0; i < answer->totals->n_rows; i++)
		report_mass_add(&report->before, answer->totals->rows[i]);
	return STATUS_OK;
}

/* The first year, its first month, its first day: three small answers instead of one of all days. */
enum status
report_ask_beginning(const struct source *source, bool *any, int64_t *day, struct reason *why)
{
	static const enum period kinds[] = { PERIOD_YEAR, PERIOD_MONTH, PERIOD_DAY };
	char within[CIVIL_TEXT_BYTES] = "";
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const Juyan__V1__Answer *answer;
		Juyan__V1__TotalsAsk by = JUYAN__V1__TOTALS_ASK__INIT;
		by.by_period = asked_kind(kinds[i]);
		enum status status = ask_totals(source, NULL, within, within, &by, &answer, why);
		if (status != STATUS_OK)
			return status;
		size_t row = 0;
		while (row < answer->totals->n_rows && says_nothing(answer->totals->rows[row]))
			row++;
		uint32_t period;
		enum period kind;
		*any = row < answer->totals->n_rows;
		if (!*any)
			return STATUS_OK;
		if (!civil_parse(answer->totals->rows[row]->period, &period, &kind) || kind != kinds[i])
			return reason_say(why, STATUS_UNDECODABLE, "the answer has a period that was not asked for");
		civil_format(period, kind, within);
		*day = report_span_day(period, kind);
	}
	return STATUS_OK;
}

/* ---- dwell times ---- */

static enum status
take_dwells(struct report *report, const Juyan__V1__Dwells *dwells, int64_t *backwards, struct reason *why)
{
	report->dwells = arena_take(&report->arena, (dwells->n_rows + 1) * sizeof *report->dwells);
	if (report->dwells == NULL)
		return no_memory(why);
	for (size_t i = 0; i < dwells->n_rows; i++) {
		const Juyan__V1__DwellRow *row = dwells->rows[i];
		struct report_dwell *dwell = &report->dwells[report->n_dwells];
		*backwards += row->backwards;
		if (row->n == 0)
			continue;
		*dwell = (struct report_dwell){ report_copy(report, row->mode), report_copy(report, row->kind), row->n, row->p50_ms,
			row->p90_ms };
		if (dwell->mode == NULL || dwell->kind == NULL)
			return no_memory(why);
		report->n_dwells++;
	}
	report->dwell_known = true;
	return STATUS_OK;
}

enum status
report_ask_dwell(const struct source *source, struct report *report, int64_t *backwards, struct reason *why)
{
	Juyan__V1__DwellAsk ask = JUYAN__V1__DWELL_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	char *port = (char *)(uintptr_t)report->port;
	ask.from = report->from;
	ask.to = report->to;
	ask.ports = &port;
	ask.n_ports = port[0] != '\0' ? 1 : 0;
	ask.by_mode = true;
	question.ask_case = JUYAN__V1__QUESTION__ASK_DWELL;
	question.dwell = &ask;
	*backwards = 0;
	enum status status = report_ask(source, &question, JUYAN__V1__ANSWER__SAY_DWELL, &answer, why);
	/* An older service, which does not know this question; or more crossings than it measures at once: years of both ports. */
	if (status == STATUS_NO_CONTENT || status == STATUS_TOO_MANY)
		return STATUS_OK;
	return status == STATUS_OK ? take_dwells(report, answer->dwell, backwards, why) : status;
}
