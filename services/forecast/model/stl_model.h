/*
 * A model of a seasonal series by way of its parts: the seasons are taken out (mstl.h), what is left is left to a model without
 * season, and the last of each season goes on as it was. On the scale of the values, or on another (transform.h).
 *
 * The seasons are taken as known: their own uncertainty is not in the paths.
 */
#ifndef JUYAN_MODEL_STL_MODEL_H
#define JUYAN_MODEL_STL_MODEL_H

#include "model.h"
#include "mstl.h"
#include "transform.h"

/* Fits a model to the seasonally adjusted series, which is on the transformed scale and has no periods. */
typedef enum status stl_model_rest(const struct series *adjusted, void *user, struct model *out);

struct stl_model_options {
	struct mstl_options parts;
	struct transform scale; /* transform_none, or of transform_make for this very series */
	stl_model_rest *fit;
	void *user; /* for fit; not needed afterwards */
};

/*
 * The points are medians where the scale is another one, and neither they nor the paths are then below 0. TOO_FEW where no season
 * has more than two rounds; NO_FIT where a value is none; NO_MEMORY; and what `fit` gives.
 */
enum status stl_model_fit(const struct series *series, const struct stl_model_options *options, struct model *out) MUST_USE;

#endif
