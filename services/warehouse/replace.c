/*
 * What the warehouse has of the crossings that were touched: found by port and number, then worked on day by day, since a statement
 * that names port and day looks into one partition and goes to one place of a distributed table.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load_parts.h"

/* With more numbers in one statement a planner without statistics reads the whole table. */
enum { NUMBERS_MAX = 400 };

/* A touched crossing in some order. */
struct place {
	const struct harvest_name *name;
	struct touched *touched;
};

static int
by_name(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = strcmp(x->name->port, y->name->port);
	return order != 0 ? order : strcmp(x->name->batch_no, y->name->batch_no);
}

static int
by_day(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = strcmp(x->name->port, y->name->port);
	return order != 0 ? order : (x->touched->old_day > y->touched->old_day) - (x->touched->old_day < y->touched->old_day);
}

static bool
is_maybe_old(const struct touched *touched)
{
	return touched->maybe_old;
}

static bool
is_old(const struct touched *touched)
{
	return touched->old;
}

/* Those that had counted, and come to count otherwise or not at all. */
static bool
had_counted_otherwise(const struct touched *touched)
{
	return touched->old && touched->recounts && touched->old_counts_as[0] != '\0';
}

/* Some of the touched crossings, sorted; in the loader's arena. NULL without memory. */
static struct place *
choose(struct loader *loader, const struct harvest *harvest, bool (*wanted)(const struct touched *touched),
    int (*order)(const void *a, const void *b), size_t *n)
{
	struct place *places = arena_take(&loader->arena, (harvest->n_batches + 1) * sizeof *places);
	*n = 0;
	for (size_t i = 0; places != NULL && i < harvest->n_batches; i++)
		if (wanted(&loader->touched[i]))
			places[(*n)++] = (struct place){ &harvest->batches[i], &loader->touched[i] };
	if (places != NULL && *n > 0)
		qsort(places, *n, sizeof *places, order);
	return places;
}

/* The batch numbers of some places, as an array of PostgreSQL in loader->list. */
static void
list_numbers(struct loader *loader, const struct place *places, size_t n)
{
	copytext_empty(&loader->list);
	copytext_raw(&loader->list, "{");
	for (size_t i = 0; i < n; i++)
		copytext_element(&loader->list, places[i].name->batch_no, i == 0);
	copytext_raw(&loader->list, "}");
}

static void
day_text(int64_t day, char out[CIVIL_TEXT_BYTES])
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	civil_format((uint32_t)(year * 10000 + month * 100 + dom), PERIOD_DAY, out);
}

/* ---- finding ---- */

static enum trouble
take_found(struct loader *loader, const struct place *places, size_t n, struct reason *why)
{
	for (size_t i = 0; i < pgline_rows(loader->line); i++) {
		const char *day = pgline_cell(loader->line, i, 1), *counts_as = pgline_cell(loader->line, i, 2);
		struct harvest_name name = { places[0].name->port, pgline_cell(loader->line, i, 0) };
		const struct place key = { &name, NULL };
		const struct place *place = bsearch(&key, places, n, sizeof *places, by_name);
		if (place == NULL || !civil_parse_day(day, &place->touched->old_day)) {
			(void)reason_say(why, STATUS_DAMAGED, "juyan.batch_place holds a row that cannot be");
			return TROUBLE_SCHEMA;
		}
		place->touched->old = true;
		snprintf(place->touched->old_counts_as, COUNTS_AS_BYTES, "%s", counts_as == NULL ? "" : counts_as);
	}
	return TROUBLE_NONE;
}

static enum trouble
find_old(struct loader *loader, const struct harvest *harvest, struct reason *why)
{
	size_t n, many;
	enum trouble trouble = TROUBLE_NONE;
	const struct place *places = choose(loader, harvest, is_maybe_old, by_name, &n);
	if (places == NULL)
		return load_no_memory(why);
	for (size_t first = 0; first < n && trouble == TROUBLE_NONE; first += many) {
		const char *port = places[first].name->port;
		for (many = 1; many < NUMBERS_MAX && first + many < n && strcmp(places[first + many].name->port, port) == 0; many++)
			;
		list_numbers(loader, places + first, many);
		if (loader->list.no_memory)
			return load_no_memory(why);
		const char *const parameters[] = { port, loader->list.bytes };
		trouble = pgline_ask(loader->line,
		    "SELECT batch_no, day, counts_as FROM juyan.batch_place WHERE port = $1 AND batch_no = ANY($2)", parameters, 2,
		    why);
		if (trouble == TROUBLE_NONE)
			trouble = take_found(loader, places + first, many, why);
	}
	return trouble;
}

/* Of the hours that were noted, those of crossings that come to count otherwise. */
static void
keep_hours(struct loader *loader, const struct harvest *harvest)
{
	struct counted_hours *hours = &loader->hours;
	size_t kept = 0;
	for (size_t i = 0; i < harvest->n_batches; i++) {
		struct touched *touched = &loader->touched[i];
		touched->recounts = strcmp(touched->rows.counts_as, touched->old ? touched->old_counts_as : "") != 0;
		for (size_t at = touched->hours_from; touched->recounts && at < touched->hours_to; at++)
			hours->at[kept++] = hours->at[at];
	}
	hours->n = hours->begun = kept;
}

/* Calls `work` for each port and day of some places, with the numbers in loader->list. */
static enum trouble
each_day(struct loader *loader, const struct harvest *harvest, bool (*wanted)(const struct touched *touched),
    enum trouble (*work)(struct loader *loader, const char *port, const char *day, struct reason *why), struct reason *why)
{
	size_t n, many;
	enum trouble trouble = TROUBLE_NONE;
	const struct place *places = choose(loader, harvest, wanted, by_day, &n);
	if (places == NULL)
		return load_no_memory(why);
	for (size_t first = 0; first < n && trouble == TROUBLE_NONE; first += many) {
		char day[CIVIL_TEXT_BYTES];
		for (many = 1; many < NUMBERS_MAX && first + many < n && by_day(&places[first], &places[first + many]) == 0; many++)
			;
		list_numbers(loader, places + first, many);
		if (loader->list.no_memory)
			return load_no_memory(why);
		day_text(places[first].touched->old_day, day);
		trouble = work(loader, places[first].name->port, day, why);
	}
	return trouble;
}

static enum trouble
find_hours(struct loader *loader, const char *port, const char *day, struct reason *why)
{
	const char *const parameters[] = { port, day, loader->list.bytes };
	enum trouble trouble = pgline_ask(loader->line,
	    "SELECT DISTINCT counted_on, counted_hour FROM juyan.unit"
	    " WHERE port = $1 AND day = $2 AND batch_no = ANY($3) AND counted_on IS NOT NULL",
	    parameters, 3, why);
	for (size_t i = 0; trouble == TROUBLE_NONE && i < pgline_rows(loader->line); i++) {
		uint32_t period;
		enum period kind;
		if (!civil_parse(pgline_cell(loader->line, i, 0), &period, &kind) || kind != PERIOD_DAY) {
			(void)reason_say(why, STATUS_DAMAGED, "juyan.unit holds a day that cannot be");
			return TROUBLE_SCHEMA;
		}
		uint32_t hour = (uint32_t)strtoul(pgline_cell(loader->line, i, 1), NULL, 10);
		counted_hours_add(&loader->hours, port, period * 100 + hour % 24);
	}
	return trouble;
}

enum trouble
replace_find(struct loader *loader, const struct harvest *harvest, struct reason *why)
{
	enum trouble trouble = find_old(loader, harvest, why);
	if (trouble != TROUBLE_NONE)
		return trouble;
	keep_hours(loader, harvest);
	trouble = each_day(loader, harvest, had_counted_otherwise, find_hours, why);
	if (trouble == TROUBLE_NONE && loader->hours.no_memory)
		return load_no_memory(why);
	return trouble;
}

/* ---- removing ---- */

static enum trouble
keep_history(struct loader *loader, const char *port, const char *day, struct reason *why)
{
	char lsn[24], received[32], sql[SQL_BYTES];
	enum trouble trouble = TROUBLE_NONE;
	snprintf(lsn, sizeof lsn, "%" PRIu64, loader->to.ahead_lsn);
	civil_format_ms(loader->to_received_at_ms, received);
	for (int table = 0; table < WAREHOUSE_HISTORY_TABLES && trouble == TROUBLE_NONE; table++) {
		const char *name = warehouse_table_name((enum warehouse_table)table);
		const char *columns = warehouse_table_columns((enum warehouse_table)table);
		const char *const parameters[] = { port, day, loader->list.bytes, lsn, received };
		snprintf(sql, sizeof sql,
		    "INSERT INTO juyan.%s_history (%s, to_lsn, replaced_at) SELECT %s, CAST($4 AS bigint), CAST($5 AS timestamptz)"
		    " FROM juyan.%s WHERE port = $1 AND day = $2 AND batch_no = ANY($3)",
		    name, columns, columns, name);
		trouble = pgline_ask(loader->line, sql, parameters, 5, why);
	}
	return trouble;
}

static enum trouble
remove_day(struct loader *loader, const char *port, const char *day, struct reason *why)
{
	enum trouble trouble = TROUBLE_NONE;
	for (int table = 0; table < WAREHOUSE_CROSSING_TABLES && trouble == TROUBLE_NONE; table++) {
		char sql[SQL_BYTES];
		const char *const parameters[] = { port, day, loader->list.bytes };
		snprintf(sql, sizeof sql, "DELETE FROM juyan.%s WHERE port = $1 AND day = $2 AND batch_no = ANY($3)",
		    warehouse_table_name((enum warehouse_table)table));
		trouble = pgline_ask(loader->line, sql, parameters, 3, why);
	}
	const char *const parameters[] = { port, loader->list.bytes };
	if (trouble == TROUBLE_NONE)
		trouble = pgline_ask(loader->line, "DELETE FROM juyan.batch_place WHERE port = $1 AND batch_no = ANY($2)",
		    parameters, 2, why);
	return trouble;
}

enum trouble
replace_remove(struct loader *loader, const struct harvest *harvest, struct reason *why)
{
	enum trouble trouble = each_day(loader, harvest, had_counted_otherwise, keep_history, why);
	return trouble == TROUBLE_NONE ? each_day(loader, harvest, is_old, remove_day, why) : trouble;
}
