/*
 * Reference values of other programs, tests/reference/NAME.txt: cases of "case NAME", then each "word count value …", NA for
 * unknown. Each file has a script beside it that made it. For one thread; memory stays until the test ends.
 */
#ifndef JUYAN_TESTS_REFERENCE_CASES_H
#define JUYAN_TESTS_REFERENCE_CASES_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REFERENCE_WORDS_MAX = 16, REFERENCE_WORD_BYTES = 40 };

struct reference_numbers {
	char word[REFERENCE_WORD_BYTES];
	double *values;
	size_t n;
};

struct reference_case {
	char name[REFERENCE_WORD_BYTES];
	struct reference_numbers numbers[REFERENCE_WORDS_MAX];
	size_t n;
};

static inline FILE *
reference_open(const char *name)
{
	const char *source = getenv("JUYAN_SOURCE");
	char path[4096];
	snprintf(path, sizeof path, "%s/tests/reference/%s.txt", source == NULL ? "." : source, name);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		fail_msg("%s: cannot be read (JUYAN_SOURCE names the checkout)", path);
	return file;
}

static inline double
reference_number(FILE *file)
{
	char text[REFERENCE_WORD_BYTES];
	if (fscanf(file, "%39s", text) != 1)
		fail_msg("a number is missing");
	return strcmp(text, "NA") == 0 ? NAN : strtod(text, NULL);
}

static inline void
reference_clear(struct reference_case *in)
{
	for (size_t i = 0; i < in->n; i++)
		free(in->numbers[i].values);
	in->n = 0;
}

/* The next case, in place of the one before; 0 at the end. */
static inline int
reference_next(FILE *file, struct reference_case *out)
{
	char word[REFERENCE_WORD_BYTES];
	reference_clear(out);
	if (fscanf(file, " case %39s", out->name) != 1)
		return 0;
	for (long at = ftell(file); fscanf(file, "%39s", word) == 1; at = ftell(file)) {
		if (strcmp(word, "case") == 0) {
			fseek(file, at, SEEK_SET);
			break;
		}
		struct reference_numbers *numbers = &out->numbers[out->n++];
		assert_true(out->n <= REFERENCE_WORDS_MAX);
		memcpy(numbers->word, word, sizeof word);
		numbers->n = (size_t)reference_number(file);
		numbers->values = calloc(numbers->n + 1, sizeof(double));
		assert_non_null(numbers->values);
		for (size_t i = 0; i < numbers->n; i++)
			numbers->values[i] = reference_number(file);
	}
	return 1;
}

static inline const struct reference_numbers *
reference_get(const struct reference_case *in, const char *word)
{
	for (size_t i = 0; i < in->n; i++)
		if (strcmp(in->numbers[i].word, word) == 0)
			return &in->numbers[i];
	fail_msg("%s has no %s", in->name, word);
	return NULL;
}

#endif
