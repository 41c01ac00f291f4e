/* A prospect as a table for people and as CSV for programs: see prospect.h. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "prospect.h"
#include "table.h"

/* Decimals that leave about four digits of the greatest figure. */
static int
decimals_of(const struct prospect *prospect)
{
	double most = 0.0;
	for (size_t i = 0; i < prospect->n; i++)
		if (isfinite(prospect->row[i].total[PROSPECT_MEAN]))
			most = fmax(most, prospect->row[i].total[PROSPECT_MEAN]);
	return most >= 100.0 ? 0 : most >= 10.0 ? 1 : most >= 1.0 ? 2 : 4;
}

const char *
prospect_number(const struct prospect *prospect, double value, char out[PROSPECT_TEXT_BYTES * 2])
{
	char count[TABLE_FIGURE_BYTES];
	if (!isfinite(value))
		snprintf(out, PROSPECT_TEXT_BYTES * 2, "unknown");
	else if (prospect->mass)
		snprintf(out, PROSPECT_TEXT_BYTES * 2, "%s", table_count(llround(value / 1000.0), count));
	else if (fabs(value) >= 1e15)
		snprintf(out, PROSPECT_TEXT_BYTES * 2, "%.6g", value);
	else if (decimals_of(prospect) == 0)
		snprintf(out, PROSPECT_TEXT_BYTES * 2, "%s", table_count(llround(value), count));
	else
		snprintf(out, PROSPECT_TEXT_BYTES * 2, "%.*f", decimals_of(prospect), value);
	return out;
}

/* ---- for people ---- */

static void
figure(struct table *table, const struct prospect *prospect, double value)
{
	char text[PROSPECT_TEXT_BYTES * 2];
	table_cell(table, prospect_number(prospect, value, text));
}

static void
interval(struct table *table, const struct prospect *prospect, const double *figures, enum prospect_figure low,
    enum prospect_figure high)
{
	figure(table, prospect, figures[low]);
	figure(table, prospect, figures[high]);
}

static enum status
print_rows(const struct prospect *prospect, FILE *out)
{
	static const struct table_column columns[] = { { "period", TABLE_LEFT }, { "forecast", TABLE_RIGHT },
		{ "80 % from", TABLE_RIGHT }, { "to", TABLE_RIGHT }, { "95 % from", TABLE_RIGHT }, { "to", TABLE_RIGHT },
		{ "year to date", TABLE_RIGHT }, { "80 % from", TABLE_RIGHT }, { "to", TABLE_RIGHT } };
	bool yearly = prospect->kind == STEP_YEAR;
	struct table *table;
	enum status status = table_open(columns, yearly ? 6 : 9, &table);
	if (status != STATUS_OK)
		return status;
	for (size_t i = prospect->first_future; i < prospect->n; i++) {
		const struct prospect_row *row = &prospect->row[i];
		table_cellf(table, "%s%s", row->period, row->whole ? "" : " (in part)");
		figure(table, prospect, row->total[PROSPECT_MEAN]);
		interval(table, prospect, row->total, PROSPECT_P10, PROSPECT_P90);
		interval(table, prospect, row->total, PROSPECT_P025, PROSPECT_P975);
		if (yearly)
			continue;
		figure(table, prospect, row->to_date[PROSPECT_MEAN]);
		interval(table, prospect, row->to_date, PROSPECT_P10, PROSPECT_P90);
	}
	status = table_print(table, out);
	table_close(&table);
	return status;
}

bool
prospect_year_line(const struct prospect *prospect, size_t i, char out[PROSPECT_LINE_BYTES])
{
	char mean[64], p10[64], p90[64], p025[64], p975[64], before[64], behind[96] = "";
	size_t at = prospect->first_future;
	for (; at < prospect->n; at++)
		if ((at + 1 == prospect->n || prospect->row[at + 1].year != prospect->row[at].year) && i-- == 0)
			break;
	if (at == prospect->n || prospect->kind == STEP_YEAR)
		return false;
	const struct prospect_row *row = &prospect->row[at], *end = prospect_year_end(prospect, row->year - 1);
	const double *figures = row->to_date;
	if (end != NULL && !end->future)
		snprintf(behind, sizeof behind, "; %d was %s", row->year - 1,
		    prospect_number(prospect, end->to_date[PROSPECT_MEAN], before));
	snprintf(out, PROSPECT_LINE_BYTES, "%d to the end of %s: %s%s; 80 %%: %s to %s; 95 %%: %s to %s%s", row->year, row->period,
	    prospect_number(prospect, figures[PROSPECT_MEAN], mean), prospect->mass ? " t" : "",
	    prospect_number(prospect, figures[PROSPECT_P10], p10), prospect_number(prospect, figures[PROSPECT_P90], p90),
	    prospect_number(prospect, figures[PROSPECT_P025], p025), prospect_number(prospect, figures[PROSPECT_P975], p975),
	    behind);
	return true;
}

void
prospect_made_line(const struct prospect *prospect, char out[PROSPECT_LINE_BYTES])
{
	char lsn[64] = "";
	if (prospect->lsn > 0)
		snprintf(lsn, sizeof lsn, ", log sequence number %" PRIu64, prospect->lsn);
	snprintf(out, PROSPECT_LINE_BYTES, "Made by %s from what was known to %s: %s; %" PRIu64 " paths, seed %" PRIu64 "%s.",
	    prospect->program, prospect->origin, prospect->model, prospect->paths, prospect->seed, lsn);
}

enum status
prospect_table(const struct prospect *prospect, FILE *out)
{
	char line[PROSPECT_LINE_BYTES];
	fprintf(out, "%s%s: %s known to %s, by %s\n\n", prospect->name, prospect->mass ? " (t)" : "", prospect->history,
	    prospect->origin, step_word(prospect->kind, false));
	enum status status = print_rows(prospect, out);
	if (status != STATUS_OK)
		return status;
	fprintf(out, "\n");
	for (size_t i = 0; prospect_year_line(prospect, i, line); i++)
		fprintf(out, "%s\n", line);
	fprintf(out, "Backtest: %s.\n", prospect->backtest);
	for (size_t i = 0; i < prospect->n_notes; i++)
		fprintf(out, "Note: %s\n", prospect->note[i]);
	prospect_made_line(prospect, line);
	fprintf(out, "%s\n", line);
	return STATUS_OK;
}

/* ---- for programs ---- */

static void
exact(struct table *table, const struct prospect *prospect, double value)
{
	if (!isfinite(value))
		table_cell(table, "");
	else if (prospect->mass)
		table_cellf(table, "%" PRId64, (int64_t)llround(value));
	else
		table_cellf(table, "%.10g", value);
}

static void
csv_row(struct table *table, const struct prospect *prospect, const struct prospect_row *row)
{
	table_cell(table, prospect->name);
	table_cell(table, row->period);
	exact(table, prospect, row->known);
	for (size_t f = 0; f < PROSPECT_FIGURES; f++)
		exact(table, prospect, row->total[f]);
	for (size_t f = 0; f < PROSPECT_FIGURES; f++)
		exact(table, prospect, row->to_date[f]);
}

enum status
prospect_csv(const struct prospect *const *prospects, size_t n, FILE *out)
{
	enum { FIRST = 3, COLUMNS = FIRST + 2 * PROSPECT_FIGURES };
	struct table_column columns[COLUMNS] = { { "series", TABLE_LEFT }, { "period", TABLE_LEFT }, { "known", TABLE_RIGHT } };
	char names[PROSPECT_FIGURES][PROSPECT_WORD_BYTES];
	struct table *table;
	for (size_t f = 0; f < PROSPECT_FIGURES; f++) {
		snprintf(names[f], sizeof names[f], "to_date_%s", prospect_figure_names[f]);
		columns[FIRST + f].title = prospect_figure_names[f];
		columns[FIRST + PROSPECT_FIGURES + f].title = names[f];
	}
	enum status status = table_open(columns, COLUMNS, &table);
	if (status != STATUS_OK)
		return status;
	for (size_t s = 0; s < n; s++)
		for (size_t i = prospects[s]->first_future; i < prospects[s]->n; i++)
			csv_row(table, prospects[s], &prospects[s]->row[i]);
	status = table_csv(table, out);
	table_close(&table);
	return status;
}
