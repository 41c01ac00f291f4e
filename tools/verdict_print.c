/* A verdict as tables, CSV and JSON: see verdict.h. */
#include <math.h>
#include <string.h>

#include "table.h"
#include "verdict.h"

static void
score_cell(struct table *table, double value, int decimals, double times)
{
	if (isfinite(value))
		table_cellf(table, "%.*f", decimals, value * times);
	else
		table_cell(table, "");
}

static enum status
print_scores(const struct verdict *verdict, FILE *out)
{
	static const struct table_column columns[] = { { "distance", TABLE_LEFT }, { "method", TABLE_LEFT }, { "n", TABLE_RIGHT },
		{ "MASE", TABLE_RIGHT }, { "sMAPE %", TABLE_RIGHT }, { "in 80 %", TABLE_RIGHT }, { "in 95 %", TABLE_RIGHT },
		{ "MSIS", TABLE_RIGHT }, { "CRPS", TABLE_RIGHT } };
	struct table *table;
	enum status status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < verdict->n_rows; i++) {
		const struct verdict_row *row = &verdict->row[i];
		const struct backtest_score *score = &row->score;
		if (strcmp(row->distance, "all") == 0 && i > 0 && strcmp(row[-1].distance, "all") != 0)
			table_sums(table);
		table_cell(table, row->distance);
		table_cell(table, row->method);
		table_cellf(table, "%zu", score->n);
		score_cell(table, score->mase, 3, 1.0);
		score_cell(table, score->smape, 2, 1.0);
		score_cell(table, score->covered80, 1, 100.0);
		score_cell(table, score->covered95, 1, 100.0);
		score_cell(table, score->msis, 2, 1.0);
		score_cell(table, score->crps, 3, 1.0);
	}
	status = table_print(table, out);
	table_close(&table);
	return status;
}

/* How a figure of a year is shown: as those of its prospect would be. */
static void
year_cell(struct table *table, const struct verdict *verdict, double value)
{
	struct prospect_row row = { .total = { fabs(value) } };
	struct prospect like = { .mass = verdict->mass, .row = &row, .n = 1 };
	char text[PROSPECT_TEXT_BYTES * 2];
	table_cell(table, isfinite(value) ? prospect_number(&like, value, text) : "");
}

static void
off_cell(struct table *table, double forecast, double came)
{
	if (isfinite(forecast) && came > 0.0)
		table_cellf(table, "%+.1f", 100.0 * (forecast - came) / came);
	else
		table_cell(table, "");
}

static enum status
print_years(const struct verdict *verdict, FILE *out)
{
	static const struct table_column columns[] = { { "year's total from", TABLE_LEFT }, { "forecast", TABLE_RIGHT },
		{ "80 % from", TABLE_RIGHT }, { "to", TABLE_RIGHT }, { "came", TABLE_RIGHT }, { "off by %", TABLE_RIGHT },
		{ "seasonal naive %", TABLE_RIGHT }, { "naive %", TABLE_RIGHT } };
	struct table *table;
	enum status status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < verdict->n_years; i++) {
		const struct verdict_year *year = &verdict->year[i];
		table_cell(table, year->origin);
		year_cell(table, verdict, year->mean[BACKTEST_JUYAN]);
		year_cell(table, verdict, year->p10[BACKTEST_JUYAN]);
		year_cell(table, verdict, year->p90[BACKTEST_JUYAN]);
		year_cell(table, verdict, year->came);
		for (size_t m = 0; m < BACKTEST_METHODS; m++)
			off_cell(table, year->mean[m], year->came);
	}
	status = table_print(table, out);
	table_close(&table);
	return status;
}

/* Years of many series would fill screens; what they come to is in the headline. */
static bool
years_bearable(const struct verdict *verdict)
{
	for (size_t i = 1; i < verdict->n_years; i++)
		if (strcmp(verdict->year[i].name, verdict->year[0].name) != 0)
			return false;
	return verdict->n_years > 0;
}

enum status
verdict_table(const struct verdict *verdict, FILE *out)
{
	enum status status = STATUS_OK;
	fprintf(out, "%s: backtest from %zu %s\n", verdict->name, verdict->origins, verdict->origins == 1 ? "origin" : "origins");
	if (verdict->origins > 0) {
		fprintf(out, "\n");
		status = print_scores(verdict, out);
	}
	if (status == STATUS_OK && years_bearable(verdict)) {
		fprintf(out, "\n");
		status = print_years(verdict, out);
	}
	if (status != STATUS_OK)
		return status;
	if (verdict->headline[0] != '\0')
		fprintf(out, "\nIn short: %s.\n", verdict->headline);
	for (size_t i = 0; i < verdict->n_notes; i++)
		fprintf(out, "Note: %s\n", verdict->note[i]);
	fprintf(out, "%s\n", verdict->made);
	return STATUS_OK;
}

enum status
verdict_csv(const struct verdict *verdict, FILE *out)
{
	static const struct table_column columns[] = { { "method", TABLE_LEFT }, { "distance", TABLE_LEFT }, { "n", TABLE_RIGHT },
		{ "mase", TABLE_RIGHT }, { "smape", TABLE_RIGHT }, { "covered80", TABLE_RIGHT }, { "covered95", TABLE_RIGHT },
		{ "msis", TABLE_RIGHT }, { "crps", TABLE_RIGHT } };
	struct table *table;
	enum status status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < verdict->n_rows; i++) {
		const struct verdict_row *row = &verdict->row[i];
		const double values[] = { row->score.mase, row->score.smape, row->score.covered80, row->score.covered95,
			row->score.msis, row->score.crps };
		table_cell(table, row->method);
		table_cell(table, row->distance);
		table_cellf(table, "%zu", row->score.n);
		for (size_t k = 0; k < sizeof values / sizeof values[0]; k++)
			score_cell(table, values[k], 6, 1.0);
	}
	status = table_csv(table, out);
	table_close(&table);
	return status;
}

static json_t *
number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *
years_json(const struct verdict *verdict)
{
	json_t *years = json_array();
	for (size_t i = 0; i < verdict->n_years; i++) {
		const struct verdict_year *year = &verdict->year[i];
		json_t *methods = json_object();
		for (size_t m = 0; m < BACKTEST_METHODS; m++)
			json_object_set_new(methods, backtest_method_names[m],
			    json_pack("{s:o, s:o, s:o}", "mean", number(year->mean[m]), "p10", number(year->p10[m]), "p90",
				number(year->p90[m])));
		json_array_append_new(years,
		    json_pack("{s:s, s:s, s:o, s:o}", "series", year->name, "origin", year->origin, "came", number(year->came),
			"forecast", methods));
	}
	return years;
}

json_t *
verdict_json(const struct verdict *verdict)
{
	json_t *rows = json_array(), *notes = json_array();
	for (size_t i = 0; i < verdict->n_rows; i++) {
		const struct verdict_row *row = &verdict->row[i];
		const struct backtest_score *score = &row->score;
		json_array_append_new(rows,
		    json_pack("{s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "method", row->method, "distance", row->distance,
			"n", (json_int_t)score->n, "mase", number(score->mase), "smape", number(score->smape), "covered80",
			number(score->covered80), "covered95", number(score->covered95), "msis", number(score->msis), "crps",
			number(score->crps)));
	}
	for (size_t i = 0; i < verdict->n_notes; i++)
		json_array_append_new(notes, json_string(verdict->note[i]));
	return json_pack("{s:s, s:s, s:I, s:s, s:s, s:o, s:o, s:o}", "series", verdict->name, "unit", verdict->mass ? "kg" : "",
	    "origins", (json_int_t)verdict->origins, "headline", verdict->headline, "made", verdict->made, "notes", notes, "rows",
	    rows, "years", years_json(verdict));
}
