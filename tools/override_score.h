/*
 * How an override did once its days are over: the forecast from the eve of its first day with it and without, against what came.
 * Asks the ledger and the forecast service; owns nothing; one thread.
 */
#ifndef JUYAN_TOOLS_OVERRIDE_SCORE_H
#define JUYAN_TOOLS_OVERRIDE_SCORE_H

#include "asking.h"
#include "foreseeing.h"

struct override_score {
	int64_t with_kg, without_kg; /* expected of its days, of what it is about */
	int64_t came_kg;
};

/* The last day of which all is taken to be on file: what came after it is not known, not zero. The sentence: foreseeing->why. */
enum status override_known_to(struct foreseeing *foreseeing, int64_t *out) MUST_USE;

/* The sentence is in asking->why or foreseeing->why, whichever failed: *failed points to it. */
enum status override_score(struct asking *asking, struct foreseeing *foreseeing, const Juyan__V1__Override *record,
    struct override_score *out, const struct reason **failed) MUST_USE;

#endif
