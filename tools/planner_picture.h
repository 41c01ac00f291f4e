/*
 * Pictures of the planner's answers, straight from their messages: a goal, scenarios side by side, why. `alone`: a file of its own,
 * else a part of a page. The SVG is the caller's to free. NOT_FOUND where there is nothing to draw; NO_MEMORY.
 */
#ifndef JUYAN_TOOLS_PLANNER_PICTURE_H
#define JUYAN_TOOLS_PLANNER_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "forecast.pb-c.h"
#include "status.h"

/*
 * The period as it adds up, beside the goal, its plan line and the year before; of a report with its course. `number` makes the
 * names within it differ from those of other goals on the page.
 */
enum status planner_picture_goal(const Juyan__V1__GoalReport *goal, size_t number, bool alone, char **out,
    struct reason *why) MUST_USE;

/* At most the first COMPARISON_MAX scenarios. */
enum status planner_picture_comparison(const Juyan__V1__Comparison *comparison, bool alone, char **out,
    struct reason *why) MUST_USE;

/* What the figure is made of. */
enum status planner_picture_why(const Juyan__V1__WhyReport *report, bool alone, char **out, struct reason *why) MUST_USE;
/* What moved since the earlier forecast; NOT_FOUND where there is none. */
enum status planner_picture_moves(const Juyan__V1__WhyReport *report, bool alone, char **out, struct reason *why) MUST_USE;

#endif
