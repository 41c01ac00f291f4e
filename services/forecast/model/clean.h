/*
 * A series made fit for models: what is unknown is filled, and what would poison level, trend and season is replaced by what was
 * to be expected: wild single values, stretches in which nothing went through, and (if wished) temporary shocks. Every replacement
 * is told. Nothing is lost: the caller's series stays as it is, and totals are made of that.
 *
 * Careful by design: what is doubtful stays. A series without such things comes out as it went in, and what came out comes out
 * of another cleaning as it is, but for what stands just at a limit.
 *
 * A `struct cleaned` owns its memory; clean_close. Any thread. Steps count from 0.
 */
#ifndef JUYAN_MODEL_CLEAN_H
#define JUYAN_MODEL_CLEAN_H

#include "breaks.h"
#include "model.h"

/* Why a value is not the series' own. CLEAN_BEFORE and CLEAN_END are told only: those values stay. */
enum clean_kind {
	CLEAN_KEPT,
	CLEAN_GAP,     /* it is not known */
	CLEAN_CLOSED,  /* the calendar says that the step was shut */
	CLEAN_SHUT,    /* next to nothing went through, which is not usual here */
	CLEAN_OUTLIER, /* one wild value between usual ones */
	CLEAN_SHOCK,   /* a temporary break of the level; replaced only if wished */
	CLEAN_BEFORE,  /* nothing, before the first value that counts */
	CLEAN_END      /* nothing for more than one step, up to the end: whether it opens again nobody here knows */
};

enum { CLEAN_NOTES_MAX = 8 };

struct clean_options {
	const bool *keep;   /* [n]: steps that keep their value (holidays that regressors explain); NULL: none */
	bool keep_outliers; /* look for no wild values */
	/* Temporary breaks are replaced as well: points of real border series came out better for it, no spread knows of them */
	bool replace_shocks;
	bool replace_end; /* a stretch of nothing at the end too: the values are those of an open border */
	bool reopen;      /* values of steps that are open in part are divided by their share */
};

struct cleaned {
	size_t n;
	double *values;        /* [n], none is NAN */
	enum clean_kind *kind; /* [n] */
	double *weight; /* [n]: 1 where the value is the series' own and usual, 0 where it is not; shocks have 0 in any case */
	size_t begin;   /* the first step that counts; models begin there */
	size_t at_end;  /* the series ends with so many steps of nothing; 0: it does not */
	struct level_break breaks[BREAKS_MAX];
	size_t n_breaks;
	bool of_log;   /* levels of breaks are logarithms: a break's factor is exp(after - before) */
	size_t regime; /* the first step of the present level: behind the last break that lasts or is young; else begin */
	char notes[CLEAN_NOTES_MAX][SENTENCE_BYTES_MAX];
	size_t n_notes;
};

/*
 * `open` [n]: the share of each step in which work was possible, NULL: always 1; a step below 1/20 counts as shut. TOO_FEW where
 * no value is known; OUT_OF_RANGE where one is infinite; NO_MEMORY. Seasons of which there are not two are not regarded.
 */
enum status clean_series(const struct series *series, const double *open, const struct clean_options *options, struct cleaned *out,
    struct reason *why) MUST_USE;
void clean_close(struct cleaned *cleaned);

/*
 * out[n]: the cleaned values, those before the present level moved onto it (times its factor, or plus its difference where levels
 * are no logarithms). Without a break that lasts, the values as they are.
 */
void clean_on_present_level(const struct cleaned *cleaned, double *out);

#endif
