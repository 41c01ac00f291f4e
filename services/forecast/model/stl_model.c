/* See stl_model.h. */
#include "stl_model.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct self {
	struct mstl_options options;
	struct transform scale;
	struct mstl parts;
	struct model rest;
	double *fitted; /* [n] */
};

static const struct model_face face;

static void
self_close(void *pointer)
{
	struct self *self = pointer;
	if (self == NULL)
		return;
	mstl_close(&self->parts);
	model_close(&self->rest);
	free(self->fitted);
	free(self);
}

static double
back(const struct self *self, double value)
{
	return self->scale.lambda == 1.0 ? value : transform_back(&self->scale, value);
}

static void
add_season(const struct self *self, size_t horizon, double *out)
{
	for (size_t h = 0; h < horizon; h++)
		out[h] = back(self, out[h] + mstl_season_at(&self->parts, self->parts.n + h));
}

static void
self_forecast(const void *pointer, size_t horizon, double *out)
{
	const struct self *self = pointer;
	self->rest.face->forecast(self->rest.self, horizon, out);
	add_season(self, horizon, out);
}

static void
self_simulate(const void *pointer, bool normal, struct chance *chance, size_t horizon, double *path)
{
	const struct self *self = pointer;
	self->rest.face->simulate(self->rest.self, normal, chance, horizon, path);
	add_season(self, horizon, path);
}

static const double *
self_fitted(const void *pointer)
{
	const struct self *self = pointer;
	return self->fitted;
}

/* The seasonally adjusted series lands in `fitted`, where the fitted values take its place later. */
static enum status
part(struct self *self, const struct series *series)
{
	struct series there = *series;
	there.values = self->fitted;
	for (size_t i = 0; i < series->n; i++)
		self->fitted[i] = transform_there(&self->scale, series->values[i]);
	enum status status = mstl_make(&there, &self->options, &self->parts);
	if (status == STATUS_OK && self->parts.kept == 0)
		status = STATUS_TOO_FEW;
	for (size_t i = 0; i < series->n && status == STATUS_OK; i++)
		self->fitted[i] = self->parts.trend[i] + self->parts.remainder[i];
	return status;
}

static void
set_fitted(struct self *self)
{
	const double *rest = self->rest.face->fitted(self->rest.self);
	for (size_t i = 0; i < self->parts.n; i++)
		self->fitted[i] = back(self, rest[i] + mstl_season_at(&self->parts, i));
}

/* Either a new model of the rest, by `options`, or one like `like`. */
static enum status
make(const struct series *series, const struct self *like, bool anew, const struct stl_model_options *options, struct self **out)
{
	struct self *self = calloc(1, sizeof *self);
	if (self == NULL)
		return STATUS_NO_MEMORY;
	self->options = like != NULL ? like->options : options->parts;
	self->scale = like != NULL ? like->scale : options->scale;
	self->fitted = calloc(series->n + 1, sizeof *self->fitted);
	enum status status = self->fitted == NULL ? STATUS_NO_MEMORY : part(self, series);
	struct series adjusted = { .values = self->fitted, .n = series->n };
	if (status == STATUS_OK && like == NULL)
		status = options->fit(&adjusted, options->user, &self->rest);
	else if (status == STATUS_OK) {
		struct model rest = like->rest;
		status = rest.face->again(rest.self, &adjusted, anew, &rest.self);
		rest.n = series->n;
		if (status == STATUS_OK)
			self->rest = rest;
	}
	if (status != STATUS_OK) {
		self_close(self);
		return status;
	}
	set_fitted(self);
	*out = self;
	return STATUS_OK;
}

static enum status
self_again(const void *pointer, const struct series *series, bool anew, void **out)
{
	struct self *self;
	enum status status = make(series, pointer, anew, NULL, &self);
	if (status == STATUS_OK)
		*out = self;
	return status;
}

static const struct model_face face = { self_forecast, self_simulate, self_fitted, self_again, self_close };

enum status
stl_model_fit(const struct series *series, const struct stl_model_options *options, struct model *out)
{
	struct self *self;
	assert(options->fit != NULL);
	enum status status = make(series, NULL, true, options, &self);
	if (status != STATUS_OK)
		return status;
	*out = (struct model){ .face = &face, .self = self, .n = series->n };
	snprintf(out->label, sizeof out->label, "STL%s + %.*s",
	    self->scale.lambda == 1.0       ? ""
		: self->scale.lambda == 0.0 ? " of log"
					    : " of power",
	    MODEL_LABEL_BYTES - 20, self->rest.label);
	return STATUS_OK;
}
