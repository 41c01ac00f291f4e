/*
 * A forecast as people and pictures see it: periods of the past with what is known of them, periods to come with their spread, and
 * the year's total as it grows. It is made from a file's series or from the ledger's outlook, and printed, drawn or written from
 * here, so that all of them say the same.
 *
 * Figures are kg where `mass`, else the series' own unit. A prospect owns its memory; prospect_close. One thread.
 */
#ifndef JUYAN_TOOLS_PROSPECT_H
#define JUYAN_TOOLS_PROSPECT_H

#include <stdio.h>

#include "auto.h"
#include "series_file.h"

enum prospect_figure {
	PROSPECT_MEAN,
	PROSPECT_P025,
	PROSPECT_P10,
	PROSPECT_P25,
	PROSPECT_P50,
	PROSPECT_P75,
	PROSPECT_P90,
	PROSPECT_P975,
	PROSPECT_FIGURES
};

enum {
	PROSPECT_NOTES_MAX = 32,
	PROSPECT_PARTS_MAX = 12,
	PROSPECT_WORD_BYTES = 24,
	PROSPECT_LINE_BYTES = 512,
	PROSPECT_TEXT_BYTES = 32
};

extern const char *const prospect_figure_names[PROSPECT_FIGURES]; /* "mean", "p025" … */
extern const double prospect_levels[PROSPECT_FIGURES];            /* of the quantiles; that of the mean is not used */

struct prospect_row {
	char period[STEP_TEXT_BYTES];
	double begin, end; /* days since 1970 */
	int year;
	double known; /* what has passed of this period by the origin; NAN: unknown */
	bool whole;   /* all of its steps are in the sum; of the first and the last period some may not be */
	bool future;  /* some of it is to come; else all figures are `known` */
	double total[PROSPECT_FIGURES];
	double to_date[PROSPECT_FIGURES]; /* from the year's first known period to this one's end */
};

struct prospect {
	char name[SERIES_NAME_BYTES];
	bool mass;
	enum step_kind kind; /* of the rows */
	struct prospect_row *row;
	size_t n, first_future;
	/* What the mean of each row's future is made of: part[i][row]. */
	char part_name[PROSPECT_PARTS_MAX][PROSPECT_WORD_BYTES];
	double *part[PROSPECT_PARTS_MAX];
	size_t n_parts;
	/* With these the same forecast can be made again. */
	char origin[STEP_TEXT_BYTES];
	uint64_t lsn; /* 0: not from the ledger */
	uint64_t seed, paths;
	char model[FORECAST_MODEL_BYTES];
	char program[PROSPECT_TEXT_BYTES];
	char history[PROSPECT_TEXT_BYTES * 2]; /* such as "252 months" */
	char backtest[PROSPECT_LINE_BYTES];    /* one line: how far such forecasts were off */
	char note[PROSPECT_NOTES_MAX][SENTENCE_BYTES_MAX];
	size_t n_notes;
};

/* The rows are steps of `rows`, which is the series' own step or coarser. NO_MEMORY. */
enum status prospect_of_series(const struct series_one *series, const struct step *step, const struct forecast *forecast,
    uint64_t seed, enum step_kind rows, struct prospect *out, struct reason *why) MUST_USE;
void prospect_close(struct prospect *prospect);

/* Beyond PROSPECT_NOTES_MAX notes are dropped. */
void prospect_note(struct prospect *prospect, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The last row of this year; NULL: none. */
const struct prospect_row *prospect_year_end(const struct prospect *prospect, int year);

/* A figure for people: tonnes where it is mass, with as many decimals as the greatest figure of all needs. */
const char *prospect_number(const struct prospect *prospect, double value, char out[PROSPECT_TEXT_BYTES * 2]);

/* "2025 to the end of 2025-12: …", of the i-th year that is still open; false: there is none. */
bool prospect_year_line(const struct prospect *prospect, size_t i, char out[PROSPECT_LINE_BYTES]);
/* From what, by what and how it was made, in one line. */
void prospect_made_line(const struct prospect *prospect, char out[PROSPECT_LINE_BYTES]);

/* For people: a table, the year's totals, the backtest's line, notes, and from what it was made. */
enum status prospect_table(const struct prospect *prospect, FILE *out) MUST_USE;
/* For programs: what is to come; whole kg where it is mass. */
enum status prospect_csv(const struct prospect *const *prospects, size_t n, FILE *out) MUST_USE;

#endif
