/*
 * What a backtest found, as people see it: how far each method was off at each distance, and the year's total as it was forecast.
 * Made from a file's series or from the ledger's report; printed, written and drawn from here. Figures are kg where `mass`. A
 * verdict owns its memory; verdict_close.
 */
#ifndef JUYAN_TOOLS_VERDICT_H
#define JUYAN_TOOLS_VERDICT_H

#include <jansson.h>
#include <stdio.h>

#include "backtest.h"
#include "html_report.h"
#include "prospect.h"
#include "trial.h"

enum { VERDICT_DISTANCE_BYTES = 32, VERDICT_ROWS_MAX = BACKTEST_METHODS * (BACKTEST_BANDS_MAX + 1) };

struct verdict_row {
	char method[PROSPECT_WORD_BYTES];
	char distance[VERDICT_DISTANCE_BYTES];
	struct backtest_score score; /* means */
};

/* The year's total as forecast at an origin, by each method. */
struct verdict_year {
	char origin[STEP_TEXT_BYTES];
	char name[SERIES_NAME_BYTES];                                                /* of the series */
	double mean[BACKTEST_METHODS], p10[BACKTEST_METHODS], p90[BACKTEST_METHODS]; /* NAN: not known of this method */
	double came;
};

struct verdict {
	char name[SERIES_NAME_BYTES];
	bool mass;
	size_t origins;
	struct verdict_row row[VERDICT_ROWS_MAX]; /* by distance, then method; the last ones: all distances together */
	size_t n_rows;
	struct verdict_year *year;
	size_t n_years, years_room;
	char headline[PROSPECT_LINE_BYTES];
	char made[PROSPECT_LINE_BYTES];
	char note[PROSPECT_NOTES_MAX][SENTENCE_BYTES_MAX];
	size_t n_notes;
};

void verdict_close(struct verdict *verdict);
/* A new year, zeroed but for NAN. NULL: NO_MEMORY. It moves when another is added. */
struct verdict_year *verdict_add_year(struct verdict *verdict);
void verdict_note(struct verdict *verdict, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The headline from rows and years, where nobody else has written one. */
void verdict_conclude(struct verdict *verdict);
/* The median of |forecast - came| / came over the years, by this method; NAN: none. NO_MEMORY counts as none. */
double verdict_year_error(const struct verdict *verdict, enum backtest_method method);

/* What the scores mean. */
#define VERDICT_WORDS \
	"MASE: how far off, 1 being the mean step from one season to the next; sMAPE: in percent; 'in 80 %': how much of what " \
	"came lay within the 80 % interval, which should be about 80; MSIS: how wide the 95 % intervals were, with a penalty for " \
	"what lay outside; CRPS: how far the whole spread was off. Less is better but for the two shares."

enum status verdict_table(const struct verdict *verdict, FILE *out) MUST_USE;
enum status verdict_csv(const struct verdict *verdict, FILE *out) MUST_USE;
/* The caller's; NULL when memory runs out. */
json_t *verdict_json(const struct verdict *verdict);
/* Fills in the bands and methods of a picture. The texts are lent by the verdict. */
void verdict_bands(const struct verdict *verdict, struct trial *trial);
/* All of it, with its picture where there is one (NULL: none). */
void verdict_report(const struct verdict *verdict, const char *picture, struct html_report *report);

#endif
