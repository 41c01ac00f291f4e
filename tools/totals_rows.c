/* Folding, sorting and showing rows of totals. Nothing is added in floating point. */
#include "totals_rows.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

static const char *const dim_names[TOTALS_DIMS] = { "port", "period", "direction", "mode", "group", "basis", "place" };

bool
totals_dim_of(const char *name, enum totals_dim *out)
{
	for (int i = 0; i < TOTALS_DIMS; i++)
		if (strcmp(name, dim_names[i]) == 0) {
			*out = (enum totals_dim)i;
			return true;
		}
	return false;
}

bool
totals_dims_have(const struct totals_dims *by, enum totals_dim dim)
{
	for (size_t i = 0; i < by->n; i++)
		if (by->dims[i] == dim)
			return true;
	return false;
}

/* ---- gathering ---- */

static int
compare_rows(const void *a, const void *b, void *user)
{
	const struct totals_row *x = a, *y = b;
	const struct totals_dims *by = user;
	int order = 0;
	for (size_t i = 0; i < by->n && order == 0; i++)
		order = strcmp(x->dims[by->dims[i]], y->dims[by->dims[i]]);
	return order;
}

static void
add_row(struct totals_row *sum, const struct totals_row *row)
{
	sum->net_kg += row->net_kg;
	sum->weighed_kg += row->weighed_kg;
	sum->declared_kg += row->declared_kg;
	sum->corrected_kg += row->corrected_kg;
	sum->batches += row->batches;
	sum->units += row->units;
	sum->units_unknown += row->units_unknown;
}

static struct totals_row
row_of(const Juyan__V1__TotalsRow *from)
{
	struct totals_row row = {
		.dims = { from->port, from->period, from->direction, from->mode, from->group, from->basis, from->place },
		.net_kg = from->net_kg,
		.batches = from->batches,
		.units = from->units,
		.units_unknown = from->units_unknown,
	};
	if (strcmp(from->basis, "weighed") == 0)
		row.weighed_kg = from->net_kg;
	else if (strcmp(from->basis, "declared") == 0)
		row.declared_kg = from->net_kg;
	else if (strcmp(from->basis, "corrected") == 0)
		row.corrected_kg = from->net_kg;
	return row;
}

enum status
totals_rows_gather(const Juyan__V1__Totals *totals, const struct totals_dims *by, struct totals_rows *out)
{
	struct totals_dims order = *by;
	struct totals_row *rows = calloc(totals->n_rows + 1, sizeof *rows);
	size_t n = 0;
	if (rows == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < totals->n_rows; i++)
		rows[i] = row_of(totals->rows[i]);
	qsort_r(rows, totals->n_rows, sizeof *rows, compare_rows, &order);
	/* Rows that differ in nothing that was asked for are one row. */
	for (size_t i = 0; i < totals->n_rows; i++) {
		if (n > 0 && compare_rows(&rows[n - 1], &rows[i], &order) == 0)
			add_row(&rows[n - 1], &rows[i]);
		else
			rows[n++] = rows[i];
	}
	*out = (struct totals_rows){ rows, n };
	return STATUS_OK;
}

void
totals_rows_close(struct totals_rows *rows)
{
	free(rows->rows);
	*rows = (struct totals_rows){ 0 };
}

/* ---- for people ---- */

/* A sum of which no part is known is unknown, not zero. */
static void
mass_cell(struct table *table, const struct totals_row *row, int64_t kg)
{
	char figure[TABLE_FIGURE_BYTES];
	bool nothing_known = row->net_kg == 0 && row->units_unknown > 0 && row->units_unknown == row->units;
	table_cell(table, nothing_known ? "unknown" : table_tonnes(kg, figure));
}

static void
figure_cells(struct table *table, const struct totals_row *row, bool split)
{
	char figure[TABLE_FIGURE_BYTES];
	mass_cell(table, row, row->net_kg);
	if (split) {
		mass_cell(table, row, row->weighed_kg);
		mass_cell(table, row, row->declared_kg);
		mass_cell(table, row, row->corrected_kg);
	}
	table_cell(table, table_count(row->batches, figure));
	table_cell(table, table_count(row->units, figure));
	table_cell(table, table_count(row->units_unknown, figure));
}

static enum status
open_table(const struct totals_dims *by, bool split, struct table **out)
{
	struct table_column columns[TABLE_COLUMNS_MAX];
	size_t n = 0;
	for (size_t i = 0; i < by->n; i++)
		columns[n++] = (struct table_column){ dim_names[by->dims[i]], TABLE_LEFT };
	columns[n++] = (struct table_column){ "net t", TABLE_RIGHT };
	if (split) {
		columns[n++] = (struct table_column){ "weighed t", TABLE_RIGHT };
		columns[n++] = (struct table_column){ "declared t", TABLE_RIGHT };
		columns[n++] = (struct table_column){ "corrected t", TABLE_RIGHT };
	}
	columns[n++] = (struct table_column){ "batches", TABLE_RIGHT };
	columns[n++] = (struct table_column){ "units", TABLE_RIGHT };
	columns[n++] = (struct table_column){ "mass unknown", TABLE_RIGHT };
	return table_open(columns, n, out);
}

enum status
totals_rows_table(const struct totals_rows *rows, const struct totals_dims *by, bool split, FILE *out)
{
	struct table *table = NULL;
	struct totals_row sum = { 0 };
	if (rows->n == 0) {
		fputs("nothing is counted here\n", out);
		return STATUS_OK;
	}
	enum status status = open_table(by, split, &table);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < rows->n; i++) {
		for (size_t j = 0; j < by->n; j++)
			table_cell(table, rows->rows[i].dims[by->dims[j]]);
		figure_cells(table, &rows->rows[i], split);
		add_row(&sum, &rows->rows[i]);
	}
	if (rows->n > 1) {
		table_sums(table);
		for (size_t j = 0; j < by->n; j++)
			table_cell(table, j == 0 ? "all" : "");
		figure_cells(table, &sum, split);
	}
	status = table_print(table, out);
	table_close(&table);
	return status;
}

/* ---- for programs ---- */

enum status
totals_rows_csv(const struct totals_rows *rows, const struct totals_dims *by, FILE *out)
{
	static const char *const figures[] = { "net_kg", "batches", "units", "units_unknown" };
	struct table_column columns[TABLE_COLUMNS_MAX];
	struct table *table = NULL;
	size_t n = 0;
	for (size_t i = 0; i < by->n; i++)
		columns[n++] = (struct table_column){ dim_names[by->dims[i]], TABLE_LEFT };
	for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
		columns[n++] = (struct table_column){ figures[i], TABLE_RIGHT };
	enum status status = table_open(columns, n, &table);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < rows->n; i++) {
		const struct totals_row *row = &rows->rows[i];
		for (size_t j = 0; j < by->n; j++)
			table_cell(table, row->dims[by->dims[j]]);
		table_cellf(table, "%lld", (long long)row->net_kg);
		table_cellf(table, "%lld", (long long)row->batches);
		table_cellf(table, "%lld", (long long)row->units);
		table_cellf(table, "%lld", (long long)row->units_unknown);
	}
	status = table_csv(table, out);
	table_close(&table);
	return status;
}

static json_t *
json_row(const struct totals_row *row, const struct totals_dims *by)
{
	json_t *object = json_object();
	int failed = 0;
	for (int i = 0; i < TOTALS_DIMS; i++) {
		bool asked = totals_dims_have(by, (enum totals_dim)i);
		if (i == TOTALS_PLACE &&
		    !asked) /* it came later: who reads rows by the order of their parts finds them as they were */
			continue;
		failed |= json_object_set_new(object, dim_names[i], asked ? json_string(row->dims[i]) : json_null());
	}
	failed |= json_object_set_new(object, "net_kg", json_integer(row->net_kg));
	failed |= json_object_set_new(object, "batches", json_integer(row->batches));
	failed |= json_object_set_new(object, "units", json_integer(row->units));
	failed |= json_object_set_new(object, "units_unknown", json_integer(row->units_unknown));
	if (failed == 0)
		return object;
	json_decref(object);
	return NULL;
}

enum status
totals_rows_json(const struct totals_rows *rows, const struct totals_dims *by, FILE *out)
{
	fputc('[', out);
	for (size_t i = 0; i < rows->n; i++) {
		json_t *row = json_row(&rows->rows[i], by);
		if (row == NULL)
			return STATUS_NO_MEMORY;
		fputs(i == 0 ? "\n" : ",\n", out);
		json_dumpf(row, out, JSON_COMPACT);
		json_decref(row);
	}
	fputs(rows->n == 0 ? "]\n" : "\n]\n", out);
	return STATUS_OK;
}
