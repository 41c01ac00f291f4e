/* The tally, printed. */
#include "simulate_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "table.h"

static const char *const direction_names[CROSSING_DIRECTIONS] = { "import", "export" };
static const char *const mode_names[CROSSING_MODES] = { "truck", "agv", "rail" };

static enum status
rows_of(const struct simulate_report *report, struct tally_row **rows, size_t *n, struct tally_row *sum, struct reason *why)
{
	enum status status = simulation_tally(report->simulation, report->period, rows, n);
	if (status != STATUS_OK)
		return reason_say(why, status, "there is no memory for the tally");
	*sum = (struct tally_row){ 0 };
	for (size_t i = 0; i < *n; i++) {
		sum->net_kg += (*rows)[i].net_kg;
		sum->batches += (*rows)[i].batches;
		sum->units += (*rows)[i].units;
		sum->units_unknown += (*rows)[i].units_unknown;
	}
	return STATUS_OK;
}

static enum status
written(FILE *out, struct reason *why)
{
	if (fflush(out) == 0 && !ferror(out))
		return STATUS_OK;
	return reason_say(why, STATUS_SYSTEM, "the tally cannot be written: is the disk full?");
}

/* None of the texts needs an escape: ids and numbers alone. */
enum status
simulate_report_json(const struct simulate_report *report, FILE *out, struct reason *why)
{
	struct tally_row *rows = NULL, sum;
	size_t n = 0;
	enum status status = rows_of(report, &rows, &n, &sum, why);
	if (status != STATUS_OK)
		return status;
	fprintf(out,
	    "{\"events\": %" PRIu64 ", \"batches\": %" PRId64 ", \"units\": %" PRId64 ", \"net_kg\": %" PRId64 ", \"rows\": [",
	    report->events, sum.batches, sum.units, sum.net_kg);
	for (size_t i = 0; i < n; i++) {
		const struct tally_row *row = &rows[i];
		char period[16];
		tally_period_text(row->period, report->period, period);
		fprintf(out,
		    "%s\n{\"port\": \"%s\", \"period\": \"%s\", \"direction\": \"%s\", \"mode\": \"%s\", \"group\": \"%s\", "
		    "\"basis\": \"%s\", ",
		    i > 0 ? "," : "", simulation_port(report->simulation, row->port), period, direction_names[row->direction],
		    mode_names[row->mode], goods_group_id(row->group), tally_basis_name(row->basis));
		fprintf(out,
		    "\"net_kg\": %" PRId64 ", \"batches\": %" PRId64 ", \"units\": %" PRId64 ", \"units_unknown\": %" PRId64 "}",
		    row->net_kg, row->batches, row->units, row->units_unknown);
	}
	fprintf(out, "\n]}\n");
	free(rows);
	return written(out, why);
}

static void
cells(struct table *table, const struct tally_row *row)
{
	char text[TABLE_FIGURE_BYTES];
	table_cell(table, table_tonnes(row->net_kg, text));
	table_cell(table, table_count(row->batches, text));
	table_cell(table, table_count(row->units, text));
	table_cell(table, table_count(row->units_unknown, text));
}

enum status
simulate_report_table(const struct simulate_report *report, FILE *out, struct reason *why)
{
	static const struct table_column columns[] = {
		{ "period", TABLE_LEFT },
		{ "port", TABLE_LEFT },
		{ "direction", TABLE_LEFT },
		{ "mode", TABLE_LEFT },
		{ "group", TABLE_LEFT },
		{ "basis", TABLE_LEFT },
		{ "t", TABLE_RIGHT },
		{ "batches", TABLE_RIGHT },
		{ "units", TABLE_RIGHT },
		{ "of unknown mass", TABLE_RIGHT },
	};
	struct tally_row *rows = NULL, sum;
	size_t n = 0;
	struct table *table = NULL;
	enum status status = rows_of(report, &rows, &n, &sum, why);
	if (status != STATUS_OK)
		return status;
	status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	for (size_t i = 0; status == STATUS_OK && i < n; i++) {
		char period[16];
		tally_period_text(rows[i].period, report->period, period);
		table_cell(table, period);
		table_cell(table, simulation_port(report->simulation, rows[i].port));
		table_cell(table, direction_names[rows[i].direction]);
		table_cell(table, mode_names[rows[i].mode]);
		table_cell(table, goods_group_id(rows[i].group));
		table_cell(table, tally_basis_name(rows[i].basis));
		cells(table, &rows[i]);
	}
	if (status == STATUS_OK) {
		table_sums(table);
		table_cell(table, "all");
		for (int i = 0; i < 5; i++)
			table_cell(table, "");
		cells(table, &sum);
		status = table_print(table, out);
	}
	table_close(&table);
	free(rows);
	return status == STATUS_OK ? written(out, why) : reason_say(why, status, "there is no memory for the tally");
}
