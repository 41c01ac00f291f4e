/*
 * Series as CSV: what is taken is a grid whose ends are known; dates of its steps can be written and read again.
 *
 * reads: tools/series_ tools/step.c
 */
#include <math.h>

#include "fuzz.h"
#include "series_file.h"

static void
check(const struct series_set *set, const struct series_one *one)
{
	char text[STEP_TEXT_BYTES];
	size_t unknown = 0;
	fuzz_holds(one->n > 0 && one->n <= SERIES_STEPS_MAX && strlen(one->name) < SERIES_NAME_BYTES);
	for (size_t i = 0; i < one->n; i++) {
		unknown += isnan(one->values[i]) != 0;
		fuzz_holds(!isinf(one->values[i]));
	}
	fuzz_holds(unknown == one->unknown && !isnan(one->values[0]) && !isnan(one->values[one->n - 1]));
	for (size_t i = 0; i < one->n; i += one->n / 4 + 1) {
		struct step_date date;
		int64_t number = one->first + (int64_t)i, again;
		step_text(&set->step, number, text);
		fuzz_holds(step_read((struct span){ (const uint8_t *)text, strlen(text) }, &date));
		fuzz_holds(step_number(&set->step, &date, &again) && again == number);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const char *const columns[] = { "a" }, *const ids[] = { "x" };
	struct span input = { data, bytes };
	unsigned how = fuzz_byte(&input);
	struct series_options options = { .date_column = (how & 1) != 0 ? "date" : NULL,
		.columns = columns,
		.n_columns = (how & 2) != 0,
		.ids = ids,
		.n_ids = (how & 4) != 0,
		.gaps_unknown = (how & 8) != 0 };
	struct series_set set = { .n = 0 };
	struct reason why = { "" };
	enum status s = series_set_read(fuzz_file(input), &options, &set, &why);
	fuzz_holds(s == STATUS_OK || why.text[0] != '\0');
	for (size_t i = 0; s == STATUS_OK && i < set.n; i++)
		check(&set, &set.series[i]);
	if (s == STATUS_OK)
		series_set_close(&set);
	return 0;
}
