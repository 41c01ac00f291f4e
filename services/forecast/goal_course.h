/*
 * A goal's period day by day, for a picture: the plan line, what was done, the year before, and how the rest may add up. Pure, as
 * goal.h is; what it makes lives in the caller's arena. Any thread.
 */
#ifndef JUYAN_FORECAST_GOAL_COURSE_H
#define JUYAN_FORECAST_GOAL_COURSE_H

#include "goal.h"

/* Days that a course has at most, near enough; and all courses of an answer together, so that they fit into a frame. */
enum { GOAL_COURSE_DAYS = 732, GOAL_COURSES_DAYS = 5600 };

/*
 * Fills the course of a report that goal_report made of this ground: of a period of more days than `most`, every second, third …
 * day. NO_MEMORY.
 */
enum status goal_course(Juyan__V1__GoalReport *report, const struct goal_ground *ground, size_t most, struct arena *arena) MUST_USE;

#endif
