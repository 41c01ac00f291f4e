/* A table of reference values: a CSV of numbers under named columns, as the R scripts of tests/reference write them. */
#ifndef JUYAN_TESTS_REFERENCE_H
#define JUYAN_TESTS_REFERENCE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REFERENCE_COLUMNS_MAX = 32, REFERENCE_ROWS_MAX = 2000, REFERENCE_LINE_BYTES = 2000 };

struct reference {
	char header[REFERENCE_LINE_BYTES];
	char *name[REFERENCE_COLUMNS_MAX];
	size_t columns, rows;
	double value[REFERENCE_COLUMNS_MAX][REFERENCE_ROWS_MAX];
};

/* `path` is relative to tests/reference; the caller frees. */
static inline struct reference *
reference_read(const char *path)
{
	struct reference *table = calloc(1, sizeof *table);
	char file[4096], line[REFERENCE_LINE_BYTES];
	const char *source = getenv("JUYAN_SOURCE");
	snprintf(file, sizeof file, "%s/tests/reference/%s", source != NULL ? source : ".", path);
	FILE *in = fopen(file, "r");
	if (in == NULL || table == NULL)
		fail_msg("%s cannot be read", file);
	assert_non_null(fgets(table->header, sizeof table->header, in));
	for (char *at = table->header; *at != '\0'; at += strspn(at, ",\n")) {
		assert_true(table->columns < REFERENCE_COLUMNS_MAX);
		table->name[table->columns++] = at;
		at += strcspn(at, ",\n");
	}
	while (fgets(line, sizeof line, in) != NULL) {
		size_t column = 0;
		assert_true(table->rows < REFERENCE_ROWS_MAX);
		for (char *at = line; column < table->columns; at += strspn(at, ","))
			table->value[column++][table->rows] = strtod(at, &at);
		table->rows++;
	}
	fclose(in);
	return table;
}

static inline const double *
reference_column(const struct reference *table, const char *name)
{
	for (size_t i = 0; i < table->columns; i++)
		if (strcspn(table->name[i], ",\n") == strlen(name) && strncmp(table->name[i], name, strlen(name)) == 0)
			return table->value[i];
	fail_msg("there is no column '%s'", name);
	return NULL;
}

/* Equal within `near` of the scale of the values. */
static inline void
reference_compare(const char *what, const double *got, const double *expected, size_t n, double near)
{
	double scale = 0.0;
	for (size_t i = 0; i < n; i++)
		scale = fmax(scale, fabs(expected[i]));
	for (size_t i = 0; i < n; i++)
		if (!(fabs(got[i] - expected[i]) <= near * scale))
			fail_msg("%s[%zu] is %.12g, the reference %.12g", what, i, got[i], expected[i]);
}

#endif
