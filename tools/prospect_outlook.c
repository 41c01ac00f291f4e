/* See prospect_outlook.h. */
#include "prospect_outlook.h"

#include <stdlib.h>
#include <string.h>

#include "civil.h"

void
prospects_close(struct prospects *prospects)
{
	for (size_t i = 0; i < prospects->n; i++)
		prospect_close(&prospects->one[i]);
	free(prospects->one);
	*prospects = (struct prospects){ 0 };
}

static bool
same_slice(const Juyan__V1__OutlookRow *a, const Juyan__V1__OutlookRow *b)
{
	return strcmp(a->port, b->port) == 0 && strcmp(a->direction, b->direction) == 0 && strcmp(a->mode, b->mode) == 0 &&
	    strcmp(a->group, b->group) == 0;
}

/* "ceke, import, truck"; `whole` where nothing was asked apart. */
static void
name_of(const Juyan__V1__OutlookRow *row, const char *whole, char out[SERIES_NAME_BYTES])
{
	const char *const words[] = { row->port, row->direction, row->mode, row->group };
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (words[i][0] != '\0' && used < SERIES_NAME_BYTES)
			used += (size_t)snprintf(out + used, SERIES_NAME_BYTES - used, "%s%.40s", used > 0 ? ", " : "", words[i]);
	if (used == 0)
		snprintf(out, SERIES_NAME_BYTES, "%s", whole);
}

static void
figures_of(const Juyan__V1__Quantiles *q, double out[PROSPECT_FIGURES])
{
	static const Juyan__V1__Quantiles none = JUYAN__V1__QUANTILES__INIT;
	const Juyan__V1__Quantiles *from = q == NULL ? &none : q;
	const int64_t kg[PROSPECT_FIGURES] = { from->mean_kg, from->p025_kg, from->p10_kg, from->p25_kg, from->p50_kg, from->p75_kg,
		from->p90_kg, from->p975_kg };
	for (size_t f = 0; f < PROSPECT_FIGURES; f++)
		out[f] = (double)kg[f];
}

/* What all rows of an outlook share. */
struct ground {
	const Juyan__V1__Outlook *outlook;
	struct step step;
	int64_t origin, to;
};

static enum status
make_row(const struct ground *ground, const Juyan__V1__OutlookRow *from, struct prospect_row *out, struct reason *why)
{
	struct step_date date;
	int64_t number;
	if (!step_read((struct span){ (const uint8_t *)from->period, strlen(from->period) }, &date) ||
	    !step_number(&ground->step, &date, &number))
		return reason_say(why, STATUS_UNDECODABLE, "the answer has a period '%.32s'", from->period);
	snprintf(out->period, sizeof out->period, "%s", from->period);
	out->begin = step_begin(&ground->step, number);
	out->end = step_begin(&ground->step, number + 1);
	out->year = step_year(&ground->step, number);
	out->known = (double)from->known_kg;
	out->future = out->end > (double)ground->origin + 1.5;
	out->whole = out->end <= (double)ground->to + 1.5;
	figures_of(from->total, out->total);
	figures_of(from->year_to_date, out->to_date);
	return STATUS_OK;
}

static void
describe(const Juyan__V1__Provenance *from, struct prospect *out)
{
	snprintf(out->origin, sizeof out->origin, "%s", from->origin);
	snprintf(out->history, sizeof out->history, "tonnage");
	snprintf(out->model, sizeof out->model, "%s", from->model[0] != '\0' ? from->model : "no model");
	snprintf(out->program, sizeof out->program, "%s%.20s", strncmp(from->program, "juyan", 5) == 0 ? "" : "juyan ",
	    from->program);
	snprintf(out->backtest, sizeof out->backtest, "%s",
	    from->backtest[0] != '\0' ? from->backtest
				      : "none could be made with it; 'juyan backtest' looks back where there are days");
	/* Lines of ours end with a full stop. */
	size_t n = strlen(out->backtest);
	if (out->backtest[n - 1] == '.')
		out->backtest[n - 1] = '\0';
	out->lsn = from->lsn;
	out->seed = from->seed;
	out->paths = from->paths;
	for (size_t i = 0; i < from->n_notes; i++)
		prospect_note(out, "%s", from->notes[i]);
}

/* Which part has this name; a new one where there is room. -1: none. */
static int
part_of(struct prospect *prospect, const char *name)
{
	for (size_t k = 0; k < prospect->n_parts; k++)
		if (strcmp(prospect->part_name[k], name) == 0)
			return (int)k;
	if (prospect->n_parts == PROSPECT_PARTS_MAX)
		return -1;
	double *values = calloc(prospect->n, sizeof *values);
	if (values == NULL)
		return -1;
	snprintf(prospect->part_name[prospect->n_parts], PROSPECT_WORD_BYTES, "%s", name);
	prospect->part[prospect->n_parts] = values;
	return (int)prospect->n_parts++;
}

/* Parts are of the whole slice: they belong to a prospect that is the only one. */
static void
take_parts(const Juyan__V1__Outlook *outlook, struct prospect *prospect)
{
	size_t row = 0;
	for (size_t i = 0; i < outlook->n_parts; i++) {
		const Juyan__V1__OutlookPart *part = outlook->parts[i];
		int k = part_of(prospect, part->name);
		/* Both are in order of time: most often it is the row of the part before. */
		for (size_t tries = 0; tries < prospect->n && strcmp(prospect->row[row].period, part->period) != 0; tries++)
			row = row + 1 < prospect->n ? row + 1 : 0;
		if (k >= 0 && strcmp(prospect->row[row].period, part->period) == 0)
			prospect->part[k][row] += (double)part->kg;
	}
}

static enum status
make_one(const struct ground *ground, size_t first, size_t n, const char *whole, struct prospect *out, struct reason *why)
{
	const Juyan__V1__Outlook *outlook = ground->outlook;
	enum status status = STATUS_OK;
	*out = (struct prospect){ .mass = true, .kind = ground->step.kind, .n = n, .first_future = n };
	out->row = calloc(n, sizeof *out->row);
	if (out->row == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	name_of(outlook->rows[first], whole, out->name);
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		status = make_row(ground, outlook->rows[first + i], &out->row[i], why);
		if (out->row[i].future && out->first_future == n)
			out->first_future = i;
	}
	if (status == STATUS_OK && out->first_future == n)
		status = reason_say(why, STATUS_TOO_FEW, "%s: nothing is to come until then", out->name);
	if (status == STATUS_OK)
		describe(outlook->provenance, out);
	return status;
}

static enum status
make_all(const struct ground *ground, const char *whole, struct prospects *out, struct reason *why)
{
	const Juyan__V1__Outlook *outlook = ground->outlook;
	enum status status = STATUS_OK;
	out->one = calloc(outlook->n_rows, sizeof *out->one);
	if (out->one == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t first = 0; first < outlook->n_rows && status == STATUS_OK;) {
		size_t n = 1;
		while (first + n < outlook->n_rows && same_slice(outlook->rows[first], outlook->rows[first + n]))
			n++;
		status = make_one(ground, first, n, whole, &out->one[out->n++], why);
		first += n;
	}
	if (status == STATUS_OK && out->n == 1)
		take_parts(outlook, &out->one[0]);
	return status;
}

enum status
prospects_of_outlook(const Juyan__V1__Outlook *outlook, Juyan__V1__PeriodKind kind, const char *whole, int64_t to,
    struct prospects *out, struct reason *why)
{
	struct ground ground = { .outlook = outlook, .to = to };
	struct prospects prospects = { 0 };
	ground.step.kind = kind == JUYAN__V1__PERIOD_KIND__DAY ? STEP_DAY
	    : kind == JUYAN__V1__PERIOD_KIND__YEAR             ? STEP_YEAR
							       : STEP_MONTH;
	if (outlook->n_rows == 0)
		return reason_say(why, STATUS_TOO_FEW, "%s: there is nothing that a forecast could begin with", whole);
	if (outlook->provenance == NULL || !civil_parse_day(outlook->provenance->origin, &ground.origin))
		return reason_say(why, STATUS_UNDECODABLE, "the answer does not say from which day it was made");
	enum status status = make_all(&ground, whole, &prospects, why);
	if (status == STATUS_OK)
		*out = prospects;
	else
		prospects_close(&prospects);
	return status;
}
