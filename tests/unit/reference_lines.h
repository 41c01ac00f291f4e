/* Reads tests/reference/forecast.csv: lines of a word and, behind commas, what follows it. What is amiss fails the test. */
#ifndef JUYAN_TESTS_REFERENCE_LINES_H
#define JUYAN_TESTS_REFERENCE_LINES_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

enum { REFERENCE_VALUES_MAX = 400, REFERENCE_WORD_BYTES = 32, REFERENCE_LINE_BYTES = 16384 };

struct reference {
	FILE *file;
	char line[REFERENCE_LINE_BYTES];
	char word[REFERENCE_WORD_BYTES], name[REFERENCE_WORD_BYTES]; /* the line's first word, and the second where it is none */
	double values[REFERENCE_VALUES_MAX];                         /* the numbers behind these */
	size_t n;
	/* The series that the lines speak of. */
	char of[REFERENCE_WORD_BYTES];
	double y[REFERENCE_VALUES_MAX];
	struct series series;
	double size; /* mean of |y| */
};

static inline void
reference_open(struct reference *reference)
{
	char path[4096];
	const char *source = getenv("JUYAN_SOURCE");
	(void)snprintf(path, sizeof path, "%s/tests/reference/forecast.csv", source == NULL ? "." : source);
	*reference = (struct reference){ .file = fopen(path, "r") };
	if (reference->file == NULL)
		fail_msg("cannot open %s", path);
}

/* The numbers from `text` on. */
static inline void
reference_numbers(struct reference *reference, const char *text)
{
	char *end;
	reference->n = 0;
	for (double value = strtod(text, &end); end != text; value = strtod(text = end, &end)) {
		assert_true(reference->n < REFERENCE_VALUES_MAX);
		reference->values[reference->n++] = value;
	}
}

static inline void
reference_series(struct reference *reference)
{
	snprintf(reference->of, sizeof reference->of, "%s", reference->name);
	reference->series = (struct series){ .values = reference->y,
		.n = (size_t)reference->values[1],
		.periods = { reference->values[0] },
		.n_periods = reference->values[0] > 1.0 };
}

static inline void
reference_y(struct reference *reference)
{
	assert_int_equal(reference->n, reference->series.n);
	memcpy(reference->y, reference->values, reference->n * sizeof *reference->y);
	reference->size = 0.0;
	for (size_t t = 0; t < reference->n; t++)
		reference->size += fabs(reference->y[t]) / (double)reference->n;
}

/* The next line; false at the end. */
static inline bool
reference_next(struct reference *reference)
{
	int used = 0, more = 0;
	if (fgets(reference->line, sizeof reference->line, reference->file) == NULL) {
		fclose(reference->file);
		return false;
	}
	assert_non_null(strchr(reference->line, '\n'));
	for (char *comma = reference->line; (comma = strchr(comma, ',')) != NULL;)
		*comma = ' ';
	assert_int_equal(sscanf(reference->line, "%31s %n", reference->word, &used), 1);
	const char *rest = reference->line + used;
	bool named =
	    strcmp(reference->word, "series") == 0 || strcmp(reference->word, "ets") == 0 || strcmp(reference->word, "best") == 0;
	if (named)
		assert_int_equal(sscanf(rest, "%31s %n", reference->name, &more), 1);
	reference_numbers(reference, rest + more);
	if (strcmp(reference->word, "series") == 0)
		reference_series(reference);
	if (strcmp(reference->word, "y") == 0)
		reference_y(reference);
	return true;
}

/* The values of this line against ours, to 1e-6 of each. */
static inline void
reference_agrees(const struct reference *reference, const char *label, const double *ours, size_t n)
{
	assert_int_equal(reference->n, n);
	for (size_t t = 0; t < n; t++)
		if (!(fabs(ours[t] - reference->values[t]) <= 1e-6 * fabs(reference->values[t]) + 1e-10 * reference->size))
			fail_msg("%s %s %s %zu: %.12g, expected %.12g", reference->of, label, reference->word, t, ours[t],
			    reference->values[t]);
}

#endif
