/*
 * Pictures of the planner's answers, straight from their messages: a goal, scenarios side by side, why. `alone`: a file of its own,
 * else a part of a page. The SVG is the caller's to free. NOT_FOUND where there is nothing to draw; NO_MEMORY.
 */
#ifndef JUYAN_TOOLS_PLANNER_PICTURE_H
#define JUYAN_TOOLS_PLANNER_PICTURE_H

#include <stdbool.h>

#include "forecast.pb-c.h"
#include "status.h"

/* The year as it adds up, beside the goal and its plan line. The goal's period has to be a calendar year: else NOT_FOUND. */
enum status planner_picture_goal(const Juyan__V1__GoalReport *goal, const Juyan__V1__Provenance *provenance, bool alone, char **out,
    struct reason *why) MUST_USE;

/* `goal` (NULL: none) is the one whose chance was compared. At most the first COMPARISON_MAX scenarios. */
enum status planner_picture_comparison(const Juyan__V1__Comparison *comparison, const Juyan__V1__Goal *goal, bool alone, char **out,
    struct reason *why) MUST_USE;

/* What the figure is made of. */
enum status planner_picture_why(const Juyan__V1__WhyReport *report, bool alone, char **out, struct reason *why) MUST_USE;
/* What moved since the earlier forecast; NOT_FOUND where there is none. */
enum status planner_picture_moves(const Juyan__V1__WhyReport *report, bool alone, char **out, struct reason *why) MUST_USE;

#endif
