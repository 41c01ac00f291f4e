/*
 * A task's history as the models want it: what was shut, open in part, never reported or moved by the calendar or by the
 * number of its working days, put on the footing of an ordinary open step; and what the calendar will do to the steps to come.
 *
 * Owns its memory; footing_close.
 */
#ifndef JUYAN_MODEL_FOOTING_H
#define JUYAN_MODEL_FOOTING_H

#include "working.h"

struct footing {
	struct series series; /* of `values`; NAN: says nothing */
	double *values;       /* [n], none below 0 */
	double *effect;       /* [n + horizon]: what the regressors add on the scale log(value + offset); 0 without */
	double *factor;       /* [n + horizon]: of the value, by its working days; 1 where they are usual, or not known */
	struct working_effect working;
	double offset;   /* of that scale */
	size_t known;    /* values that say something */
	size_t calendar; /* steps from which the regressors' effects were learned */
	char notes[FORECAST_NOTES_MAX][SENTENCE_BYTES_MAX];
	size_t n_notes;
};

/* A step that is open for less than this share counts as shut. */
#define OPEN_LEAST 0.05

/* TOO_FEW where nothing says anything; OUT_OF_RANGE where a value is infinite; NO_MEMORY. */
enum status footing_make(const struct forecast_task *task, struct footing *out, struct reason *why) MUST_USE;
void footing_close(struct footing *footing);

#endif
