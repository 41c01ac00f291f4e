/*
 * The pieces of applying a scenario, for scenario*.c alone: a change whose days and words are understood, what levers make of a
 * mode, added traffic, ceilings. All of it is lent from the arguments of scenario_apply; one thread.
 */
#ifndef JUYAN_FORECAST_SCENARIO_PARTS_H
#define JUYAN_FORECAST_SCENARIO_PARTS_H

#include "scenario.h"

/* A change that scenario_check has found right. */
struct shift {
	const Juyan__V1__Change *change;
	Juyan__V1__Mode mode;           /* unspecified: all */
	Juyan__V1__Direction direction; /* likewise */
	int64_t from, to;               /* to: INT64_MAX for good */
};

struct scene {
	const struct scenario_ground *ground;
	struct shift shift[SCENARIO_CHANGES_MAX]; /* in the order of the list */
	size_t n;
	struct open_days *open;
	struct leaves *leaves;
	struct scenario_notes *notes; /* may be NULL */
	double *per_day;              /* [leaves->days] working room */
	size_t *held;                 /* likewise, for as many leaves as there can come to be */
};

/* The same days and words for all that only looks. */
enum status shift_read(const Juyan__V1__Change *change, struct shift *out, struct reason *why) MUST_USE;
/* How far a change has taken effect on a day: 0 before and after, 1 once its ramp is over. */
double shift_share(const struct shift *shift, int64_t day);
bool shift_names(const struct shift *shift, const char *port, Juyan__V1__Mode mode);
bool shift_holds(const struct shift *shift, const struct leaf_key *key);
void scene_note(struct scene *scene, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- levers ---- */

/* Whether the change sets this lever. */
bool lever_is_set(const struct shift *shift, const Juyan__V1__Lever *lever);
/* The levers of (port, mode) that stand at 0. */
size_t levers_at_zero(const struct scenario_ground *ground, const char *port, Juyan__V1__Mode mode);
/* The product over the mode's levers (those not at 0) of their values on a day to those that they have now. */
double levers_product(const struct scene *scene, const char *port, Juyan__V1__Mode mode, int64_t day);
/* What a lever that stands at 0 brings on a day, in kg. */
double lever_brings(const struct scene *scene, const Juyan__V1__Lever *lever, int64_t day);

/* ---- steps ---- */

/* Traffic that is to be added to a leaf: made before anything is scaled, so that how it varies hangs on no lever. */
struct addition {
	size_t leaf;
	int64_t *kg; /* [paths * days]; whoever drew it frees it */
};

/* kg_per_day[day] on the open days of (port, mode, direction) as step 4 says; its leaf is made where there is none. NO_MEMORY. */
enum status scene_draw(struct scene *scene, const struct leaf_key *to, const double *kg_per_day, struct addition *out) MUST_USE;
void scene_join(struct scene *scene, const struct addition *addition);
/* Whether nothing can pass there on this day: the port is shut, or a change shuts this mode or direction. */
bool scene_shut(const struct scene *scene, const struct leaf_key *key, int64_t day);
enum status scene_ceilings(struct scene *scene) MUST_USE; /* INTERRUPTED */

#endif
