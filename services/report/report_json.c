/* A report as JSON: schema Report of services/dashboard/openapi.yaml, field by field. Whole kilograms, milliseconds, ids. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report_words.h"
#include "report_writers.h"

/* NULL anywhere below makes json_pack give NULL above: memory is looked at once, at the end. */
static json_t *
mass_json(const struct report_mass *mass)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "net_kg", (json_int_t)mass->net_kg, "weighed_kg",
	    (json_int_t)mass->weighed_kg, "declared_kg", (json_int_t)mass->declared_kg, "corrected_kg",
	    (json_int_t)mass->corrected_kg, "batches", (json_int_t)mass->batches, "units", (json_int_t)mass->units, "units_unknown",
	    (json_int_t)mass->units_unknown);
}

/* Puts an item at the end; false when it is NULL or memory runs out. Takes the item. */
static bool
append(json_t *array, json_t *item)
{
	return array != NULL && item != NULL && json_array_append_new(array, item) == 0;
}

static json_t *
whole(json_t *array, bool fine)
{
	if (fine)
		return array;
	json_decref(array);
	return NULL;
}

static json_t *
periods_json(const struct report *report)
{
	json_t *array = json_array();
	bool fine = array != NULL;
	for (size_t i = 0; i < report->n_periods && fine; i++)
		fine = append(array,
		    json_pack("{s:s, s:o}", "period", report->periods[i].text, "mass", mass_json(&report->periods[i].mass)));
	return whole(array, fine);
}

static json_t *
streams_json(const struct report *report)
{
	json_t *array = json_array();
	bool fine = array != NULL;
	for (size_t i = 0; i < report->n_streams && fine; i++) {
		const struct report_stream *stream = &report->streams[i];
		fine = append(array,
		    json_pack("{s:s, s:s, s:s, s:o}", "port", stream->port, "mode", stream->mode, "direction", stream->direction,
			"mass", mass_json(&stream->mass)));
	}
	return whole(array, fine);
}

static json_t *
goods_json(const struct report *report)
{
	json_t *array = json_array();
	bool fine = array != NULL;
	for (size_t i = 0; i < report->n_goods && fine; i++)
		fine = append(array,
		    json_pack("{s:s, s:s, s:o}", "group", report->goods[i].group, "direction", report->goods[i].direction, "mass",
			mass_json(&report->goods[i].mass)));
	return whole(array, fine);
}

static json_t *
dwells_json(const struct report *report)
{
	json_t *array = json_array();
	bool fine = array != NULL;
	for (size_t i = 0; i < report->n_dwells && fine; i++) {
		const struct report_dwell *dwell = &report->dwells[i];
		fine = append(array,
		    json_pack("{s:s, s:s, s:I, s:I, s:I}", "mode", dwell->mode, "kind", dwell->kind, "n", (json_int_t)dwell->n,
			"p50_ms", (json_int_t)dwell->p50_ms, "p90_ms", (json_int_t)dwell->p90_ms));
	}
	return whole(array, fine);
}

static json_t *
remarks_json(const struct report *report, enum report_lang lang)
{
	json_t *array = json_array();
	bool fine = array != NULL;
	for (size_t i = 0; i < report->n_remarks && fine; i++) {
		char sentence[REPORT_SENTENCE_BYTES];
		fine = append(array, json_string(report_remark_say(report, &report->remarks[i], lang, sentence)));
	}
	return whole(array, fine);
}

static json_t *
mark_json(const struct report *report)
{
	return json_pack("{s:I, s:o, s:I, s:b}", "lsn", (json_int_t)report->lsn, "received_at_ms",
	    report->received ? json_integer((json_int_t)report->received_at_ms) : json_null(), "made_at_ms",
	    (json_int_t)report->made_at_ms, "fresh", report->fresh);
}

enum status
report_json(const struct report *report, enum report_lang lang, struct report_file *file, struct reason *why)
{
	json_t *value = json_pack("{s:o, s:s, s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "mark",
	    mark_json(report), "from", report->from, "to", report->to, "port", report->port, "total", mass_json(&report->total),
	    "before_from", report->before_from, "before_to", report->before_to, "before",
	    report->before_known ? mass_json(&report->before) : json_null(), "change_per_mille",
	    report->change_known ? json_integer((json_int_t)report->change_per_mille) : json_null(), "by_period",
	    periods_json(report), "by_mode_direction", streams_json(report), "by_group", goods_json(report), "dwell",
	    dwells_json(report), "remarks", remarks_json(report, lang));
	char *text = value == NULL ? NULL : json_dumps(value, JSON_COMPACT);
	json_decref(value);
	if (text == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	report_file_text(file, text);
	report_file_text(file, "\n");
	free(text);
	return STATUS_OK;
}
