/*
 * What every fitted model can do, whatever its family, so that the combination, the paths and the backtest treat all alike.
 *
 * A model owns its memory, keeps nothing of the series that it was fitted to but what it needs, and is closed by whoever fitted
 * it. Fitting, forecasting and simulating are functions of their arguments: no clock, no global, chance only from the generator
 * given. A fitted model may be read from any thread.
 */
#ifndef JUYAN_MODEL_MODEL_H
#define JUYAN_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "chance.h"
#include "status.h"

enum { PERIODS_MAX = 3, MODEL_LABEL_BYTES = 64, STEP_NAME_BYTES = 64 };

/* What a step (from 0) is called in notes for people, such as "11 Jul 2025"; `out` holds STEP_NAME_BYTES. */
typedef void step_namer(const void *user, size_t step, char *out);

/*
 * A regular series up to its origin, oldest first, one value a step. Values may be NAN (unknown) only where a family says that it
 * can do with that; the automatic forecast fills gaps before (clean.h). Lent.
 */
struct series {
	const double *values;
	size_t n;
	double periods[PERIODS_MAX]; /* seasons in steps, shortest first, such as 12, or 7 and 365.25 */
	size_t n_periods;            /* 0: none */
	step_namer *step_name;       /* NULL: notes call it "step 192" */
	const void *step_user;
};

struct model_face {
	/* The points 1 … horizon steps after the series' end. */
	void (*forecast)(const void *self, size_t horizon, double *out);
	/* One possible future: `path[horizon]`, made of the model's own residuals drawn again (centred; bootstrap) or, where
	 * `normal`, of normal ones with their variance. */
	void (*simulate)(const void *self, bool normal, struct chance *chance, size_t horizon, double *path);
	/* The one-step forecast of each value of the series; NAN where there is none (the first few of some families). */
	const double *(*fitted)(const void *self);
	/*
	 * A model of the same structure for another series (a longer or shorter stretch of the same one). `anew`: its parameters
	 * are estimated again, beginning at ours; else they stay and only the states go along. For rolling origins.
	 */
	enum status (*again)(const void *self, const struct series *series, bool anew, void **out);
	void (*close)(void *self);
};

struct model {
	const struct model_face *face;
	void *self;
	size_t n;                      /* length of the series */
	char label[MODEL_LABEL_BYTES]; /* such as "ETS(M,Ad,M)" */
};

static inline void
model_close(struct model *model)
{
	if (model->face != NULL)
		model->face->close(model->self);
	*model = (struct model){ 0 };
}

#endif
