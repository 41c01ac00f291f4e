/* A prospect for programs: every figure, and all that is needed to make it again. See prospect_report.h. */
#include <math.h>

#include "prospect_report.h"

static json_t *
number(const struct prospect *prospect, double value)
{
	if (!isfinite(value))
		return json_null();
	return prospect->mass ? json_integer(llround(value)) : json_real(value);
}

static json_t *
figures(const struct prospect *prospect, const double values[PROSPECT_FIGURES])
{
	json_t *object = json_object();
	for (size_t f = 0; f < PROSPECT_FIGURES; f++)
		json_object_set_new(object, prospect_figure_names[f], number(prospect, values[f]));
	return object;
}

static json_t *
rows(const struct prospect *prospect)
{
	json_t *array = json_array();
	for (size_t i = prospect->first_future; i < prospect->n; i++) {
		const struct prospect_row *row = &prospect->row[i];
		json_t *parts = json_object();
		for (size_t k = 0; k < prospect->n_parts; k++)
			json_object_set_new(parts, prospect->part_name[k], number(prospect, prospect->part[k][i]));
		json_array_append_new(array,
		    json_pack("{s:s, s:o, s:o, s:o, s:o}", "period", row->period, "known", number(prospect, row->known), "total",
			figures(prospect, row->total), "year_to_date", figures(prospect, row->to_date), "parts", parts));
	}
	return array;
}

json_t *
prospect_json(const struct prospect *prospect)
{
	json_t *notes = json_array();
	for (size_t i = 0; i < prospect->n_notes; i++)
		json_array_append_new(notes, json_string(prospect->note[i]));
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:s, s:o, s:o}", "series", prospect->name, "unit",
	    prospect->mass ? "kg" : "", "period", step_word(prospect->kind, false), "origin", prospect->origin, "lsn",
	    (json_int_t)prospect->lsn, "seed", (json_int_t)prospect->seed, "paths", (json_int_t)prospect->paths, "model",
	    prospect->model, "program", prospect->program, "backtest", prospect->backtest, "notes", notes, "rows", rows(prospect));
}
