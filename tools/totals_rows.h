/* Rows of totals as a command shows them: folded over the basis where that is not asked for, in the order asked for. */
#ifndef JUYAN_TOOLS_TOTALS_ROWS_H
#define JUYAN_TOOLS_TOTALS_ROWS_H

#include <stdbool.h>
#include <stdio.h>

#include "query.pb-c.h"
#include "wire.h"

enum totals_dim {
	TOTALS_PORT,
	TOTALS_PERIOD,
	TOTALS_DIRECTION,
	TOTALS_MODE,
	TOTALS_GROUP,
	TOTALS_BASIS,
	TOTALS_PLACE,
	TOTALS_DIMS
};

/* What a row is for each of, in the order of columns and of sorting. */
struct totals_dims {
	enum totals_dim dims[TOTALS_DIMS];
	size_t n;
};

bool totals_dim_of(const char *name, enum totals_dim *out) MUST_USE;
bool totals_dims_have(const struct totals_dims *by, enum totals_dim dim);

struct totals_row {
	const char *dims[TOTALS_DIMS]; /* empty: all */
	int64_t net_kg;
	int64_t weighed_kg; /* of net_kg; these three only where rows were asked for by basis */
	int64_t declared_kg;
	int64_t corrected_kg;
	int64_t batches;
	int64_t units;
	int64_t units_unknown; /* of units: their mass is in no figure */
};

struct totals_rows {
	struct totals_row *rows;
	size_t n;
};

/* The texts of rows are lent: they live as long as the answer. NO_MEMORY. */
enum status totals_rows_gather(const Juyan__V1__Totals *totals, const struct totals_dims *by, struct totals_rows *out) MUST_USE;
void totals_rows_close(struct totals_rows *rows); /* safe on a zeroed one */

/* For people, with a line of sums; `split`: with what is weighed, declared and corrected. NO_MEMORY. */
enum status totals_rows_table(const struct totals_rows *rows, const struct totals_dims *by, bool split, FILE *out) MUST_USE;
enum status totals_rows_csv(const struct totals_rows *rows, const struct totals_dims *by, FILE *out) MUST_USE;
enum status totals_rows_json(const struct totals_rows *rows, const struct totals_dims *by, FILE *out) MUST_USE;

#endif
