/*
 * Partitions by month: made ahead of the rows that need them, in a transaction of their own. Days from outside of 2000 to 2099 have
 * a partition for the rest. Where one cannot be made, for want of rights or because the rest has rows of that month already, the
 * rest takes its rows: that costs speed and nothing else.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load_parts.h"

enum { TEXT_BYTES = 8192 };

static const enum warehouse_table monthly_tables[] = { WAREHOUSE_batch, WAREHOUSE_unit, WAREHOUSE_goods_line, WAREHOUSE_weighing,
	WAREHOUSE_release, WAREHOUSE_total_hour, WAREHOUSE_total_day };
enum { MONTHLY_TABLES = sizeof monthly_tables / sizeof monthly_tables[0] };

/* The index of a day's month; below 0: it has none. */
static int
month_of(int64_t day)
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	int index = (year - MONTHS_FROM_YEAR) * 12 + month - 1;
	return index < 0 || index >= MONTHS ? -1 : index;
}

bool
partitions_lack(const struct loader *loader, int64_t day)
{
	int month = month_of(day);
	return loader->monthly && month >= 0 && !loader->month_made[month];
}

enum trouble
partitions_learn(struct loader *loader, struct reason *why)
{
	static const char prefix[] = "total_day_";
	memset(loader->month_made, 0, sizeof loader->month_made);
	if (!loader->monthly)
		return TROUBLE_NONE;
	enum trouble trouble = pgline_ask(loader->line,
	    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'juyan' AND table_name LIKE 'total_day_2%'",
	    NULL, 0, why);
	for (size_t i = 0; trouble == TROUBLE_NONE && i < pgline_rows(loader->line); i++) {
		long number = strtol(pgline_cell(loader->line, i, 0) + strlen(prefix), NULL, 10);
		long index = (number / 100 - MONTHS_FROM_YEAR) * 12 + number % 100 - 1;
		if (index >= 0 && index < MONTHS)
			loader->month_made[index] = true;
	}
	return trouble;
}

enum trouble
partitions_make(struct loader *loader, int64_t day, struct reason *why)
{
	char sql[TEXT_BYTES];
	size_t used = 0;
	int month = month_of(day), year = MONTHS_FROM_YEAR + month / 12, of_year = month % 12 + 1;
	if (!partitions_lack(loader, day))
		return TROUBLE_NONE;
	for (size_t i = 0; i < MONTHLY_TABLES; i++) {
		const char *name = warehouse_table_name(monthly_tables[i]);
		used += (size_t)snprintf(sql + used, sizeof sql - used,
		    "CREATE TABLE IF NOT EXISTS juyan.%s_%04d%02d PARTITION OF juyan.%s FOR VALUES FROM ('%04d-%02d-01') TO "
		    "('%04d-%02d-01');"
		    "COMMENT ON TABLE juyan.%s_%04d%02d IS 'rows of %s of %04d-%02d';",
		    name, year, of_year, name, year, of_year, of_year == 12 ? year + 1 : year, of_year == 12 ? 1 : of_year + 1,
		    name, year, of_year, name, year, of_year);
	}
	enum trouble trouble = pgline_run(loader->line, "BEGIN", why);
	if (trouble == TROUBLE_NONE)
		trouble = pgline_run(loader->line, sql, why);
	if (trouble == TROUBLE_NONE)
		trouble = pgline_run(loader->line, "COMMIT", why);
	const char *state = pgline_state(loader->line);
	if (strcmp(state, "42501") == 0 || strcmp(state, "23514") == 0)
		trouble = pgline_run(loader->line, "ROLLBACK", why);
	if (trouble == TROUBLE_NONE)
		loader->month_made[month] = true;
	return trouble;
}
