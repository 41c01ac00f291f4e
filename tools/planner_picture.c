/* See planner_picture.h. */
#include "planner_picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "comparison.h"
#include "fan.h"
#include "step.h"
#include "waterfall.h"

enum { LINE_BYTES = 256, LABEL_BYTES = 64 };

static enum status
drawn(enum status status, struct reason *why)
{
	return status == STATUS_OK ? status : reason_say(why, status, "%s", status_sentence(status));
}

/* "goal 26.0 Mt" */
static void
goal_label(const Juyan__V1__Goal *goal, char out[LABEL_BYTES])
{
	char figure[PICTURE_TEXT_BYTES];
	snprintf(out, LABEL_BYTES, "goal %s", picture_figure(true, (double)goal->target_kg, figure));
}

/* ---- a goal ---- */

/* Room for the points of a goal's period; each line begins with nothing at its first day's beginning. */
struct course {
	double *past_at, *past, *at, *mean, *plan_at, *plan, *before_at, *before;
	double (*quantile)[PICTURE_LEVELS];
	size_t n_past, n, n_plan, n_before;
	double *room;
};

static enum status
course_open(size_t days, struct course *out)
{
	size_t each = days + 2;
	double *room = calloc(each * (8 + PICTURE_LEVELS), sizeof *room);
	if (room == NULL)
		return STATUS_NO_MEMORY;
	*out = (struct course){ .room = room,
		.past_at = room,
		.past = room + each,
		.at = room + 2 * each,
		.mean = room + 3 * each,
		.plan_at = room + 4 * each,
		.plan = room + 5 * each,
		.before_at = room + 6 * each,
		.before = room + 7 * each,
		.quantile = (double(*)[PICTURE_LEVELS])(room + 8 * each) };
	return STATUS_OK;
}

static void
levels_of(const Juyan__V1__Quantiles *q, double out[PICTURE_LEVELS])
{
	static const Juyan__V1__Quantiles none = JUYAN__V1__QUANTILES__INIT;
	const Juyan__V1__Quantiles *from = q == NULL ? &none : q;
	const int64_t kg[PICTURE_LEVELS] = { from->p025_kg, from->p10_kg, from->p25_kg, from->p50_kg, from->p75_kg, from->p90_kg,
		from->p975_kg };
	for (size_t i = 0; i < PICTURE_LEVELS; i++)
		out[i] = (double)kg[i];
}

/* A point that is to come, its median in the middle; without quantiles it is as certain as what has been. */
static void
add_ahead(struct course *course, double at, double known, const Juyan__V1__Quantiles *q)
{
	course->at[course->n] = at;
	course->mean[course->n] = q == NULL ? known : (double)q->p50_kg;
	for (size_t i = 0; i < PICTURE_LEVELS; i++)
		course->quantile[course->n][i] = known;
	if (q != NULL)
		levels_of(q, course->quantile[course->n]);
	course->n++;
}

/* The course up to the day asked about, the fan from there on. A period that is over has a fan of one point. */
static bool
gather(const Juyan__V1__GoalReport *report, double begin, struct course *course)
{
	double known = 0.0, known_at = begin;
	bool any = false;
	course->n_past = course->n_plan = course->n_before = 1;
	course->past_at[0] = course->plan_at[0] = course->before_at[0] = begin;
	for (size_t i = 0; i < report->n_course; i++) {
		const Juyan__V1__GoalDay *day = report->course[i];
		int64_t number;
		if (!civil_parse_day(day->day, &number))
			return false;
		double end = (double)number + 1.0;
		course->plan_at[course->n_plan] = end;
		course->plan[course->n_plan++] = (double)day->plan_kg;
		if (day->has_last_year_kg) {
			course->before_at[course->n_before] = end;
			course->before[course->n_before++] = (double)day->last_year_kg;
		}
		if (day->has_done_kg) {
			course->past_at[course->n_past] = known_at = end;
			course->past[course->n_past++] = known = (double)day->done_kg;
			any = true;
		} else if (day->to_date != NULL) {
			if (course->n == 0)
				add_ahead(course, known_at, known, NULL);
			add_ahead(course, end, known, day->to_date);
		}
	}
	if (any && course->n == 0)
		add_ahead(course, known_at, known, NULL);
	if (!any)
		course->n_past = 0;
	return true;
}

static bool
of_a_year(const Juyan__V1__Goal *goal)
{
	return strcmp(goal->from + 4, "-01-01") == 0 && strcmp(goal->to + 4, "-12-31") == 0 &&
	    strncmp(goal->from, goal->to, 4) == 0;
}

static void
draw_into(const Juyan__V1__GoalReport *report, const struct course *course, struct fan *fan, char before[LABEL_BYTES])
{
	const Juyan__V1__Goal *goal = report->goal;
	fan->past_at = course->past_at;
	fan->past = course->past;
	fan->n_past = course->n_past;
	fan->at = course->at;
	fan->mean = course->mean;
	fan->quantile = (const double(*)[PICTURE_LEVELS])course->quantile;
	fan->n = course->n;
	fan->origin = course->at[0];
	if (course->n_before > 1) {
		int year, month, dom;
		civil_date((int64_t)course->before_at[0], &year, &month, &dom);
		snprintf(before, LABEL_BYTES, "year before");
		if (of_a_year(goal))
			snprintf(before, LABEL_BYTES, "%d", year - 1);
		fan->line[fan->n_lines++] =
		    (struct picture_line){ before, PICTURE_DASHED, course->before_at, course->before, course->n_before };
	}
	fan->line[fan->n_lines++] = (struct picture_line){ "plan", PICTURE_DOTTED, course->plan_at, course->plan, course->n_plan };
}

/* The last day of which anything is known: where the forecast begins. */
static const char *
known_to(const Juyan__V1__GoalReport *report)
{
	return report->known_to[0] != '\0' ? report->known_to : report->as_of;
}

/* "2025, from its beginning", and for those who do not see it where it stands and may end. */
static void
tell_goal(const Juyan__V1__GoalReport *report, char subtitle[LINE_BYTES], char told[LINE_BYTES])
{
	const Juyan__V1__Goal *goal = report->goal;
	char done[PICTURE_TEXT_BYTES], target[PICTURE_TEXT_BYTES], low[PICTURE_TEXT_BYTES], high[PICTURE_TEXT_BYTES];
	if (of_a_year(goal))
		snprintf(subtitle, LINE_BYTES, "%.4s, from its beginning", goal->from);
	else
		snprintf(subtitle, LINE_BYTES, "%.16s to %.16s, from its beginning", goal->from, goal->to);
	if (strcmp(known_to(report), goal->from) < 0)
		snprintf(subtitle + strlen(subtitle), LINE_BYTES - strlen(subtitle), "; made from what was known to %.16s",
		    known_to(report));
	int used = snprintf(told, LINE_BYTES, "%s of %s done by %.16s.", picture_figure(true, (double)report->done_kg, done),
	    picture_figure(true, (double)goal->target_kg, target), known_to(report));
	if (report->end != NULL && strcmp(known_to(report), goal->to) < 0)
		snprintf(told + used, (size_t)(LINE_BYTES - used), " By %.16s it is forecast, with 80 %%, as %s to %s.", goal->to,
		    picture_figure(true, (double)report->end->p10_kg, low),
		    picture_figure(true, (double)report->end->p90_kg, high));
}

enum status
planner_picture_goal(const Juyan__V1__GoalReport *report, size_t number, bool alone, char **out, struct reason *why)
{
	int64_t from;
	struct course course;
	const Juyan__V1__Goal *goal = report->goal;
	char id[LABEL_BYTES], label[LABEL_BYTES], before[LABEL_BYTES], origin[LABEL_BYTES], subtitle[LINE_BYTES], told[LINE_BYTES];
	if (goal == NULL || report->n_course == 0 || !civil_parse_day(goal->from, &from))
		return drawn(STATUS_NOT_FOUND, why);
	if (course_open(report->n_course, &course) != STATUS_OK)
		return drawn(STATUS_NO_MEMORY, why);
	enum status status = gather(report, (double)from, &course) ? STATUS_OK : STATUS_UNDECODABLE;
	snprintf(id, sizeof id, "goal%zu", number);
	goal_label(goal, label);
	snprintf(origin, sizeof origin, "known to %.16s", known_to(report));
	tell_goal(report, subtitle, told);
	struct fan fan = { .about = { id, goal->name[0] != '\0' ? goal->name : goal->id, subtitle, told, true, alone },
		.origin_label = strcmp(known_to(report), goal->from) < 0 ? "" : origin,
		.goal = (double)goal->target_kg,
		.goal_label = label };
	draw_into(report, &course, &fan, before);
	if (status == STATUS_OK && course.n == 0)
		status = STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		status = fan_draw(&fan, out);
	free(course.room);
	if (status == STATUS_NOT_FOUND)
		return reason_say(why, status, "nothing is on file that counts for this goal: there is nothing to draw");
	return drawn(status, why);
}

/* ---- scenarios ---- */

/*
 * The median of the year to date at the end of each month; of the last year only, where there are several. None where
 * that is not what is compared: a goal of other ports or of no calendar year.
 */
static enum status
course_of(const Juyan__V1__ComparedScenario *scenario, struct picture_line *out, double **room)
{
	static const struct step month = { .kind = STEP_MONTH };
	size_t n = 0;
	double *points = calloc(2 * scenario->n_rows + 2, sizeof *points);
	if (points == NULL)
		return STATUS_NO_MEMORY;
	double *at = points, *value = points + scenario->n_rows + 1;
	const Juyan__V1__OutlookRow *end = scenario->n_rows > 0 ? scenario->rows[scenario->n_rows - 1] : NULL;
	const char *last = end != NULL ? end->period : "";
	bool same =
	    end != NULL && end->year_to_date != NULL && scenario->end != NULL && end->year_to_date->p50_kg == scenario->end->p50_kg;
	for (size_t i = 0; same && i < scenario->n_rows; i++) {
		const Juyan__V1__OutlookRow *row = scenario->rows[i];
		struct step_date date;
		int64_t number;
		if (strncmp(row->period, last, 4) != 0 || row->year_to_date == NULL ||
		    !step_read((struct span){ (const uint8_t *)row->period, strlen(row->period) }, &date) ||
		    !step_number(&month, &date, &number))
			continue;
		/* What had come before the month, from which the line sets out, is known: it is the same in every figure. */
		if (n == 0) {
			at[n] = step_begin(&month, number);
			value[n++] = row->total == NULL ? 0.0 : (double)(row->year_to_date->mean_kg - row->total->mean_kg);
		}
		at[n] = step_begin(&month, number + 1);
		value[n++] = (double)row->year_to_date->p50_kg;
	}
	*out = (struct picture_line){ scenario->name, PICTURE_SOLID, at, value, n };
	*room = points;
	return STATUS_OK;
}

enum status
planner_picture_comparison(const Juyan__V1__Comparison *comparison, bool alone, char **out, struct reason *why)
{
	const Juyan__V1__Goal *goal = comparison->goal;
	struct comparison picture = { .about = { "scenarios", "Scenarios side by side", NULL, "", true, alone }, .goal = NAN };
	double *room[COMPARISON_MAX] = { NULL };
	char label[LABEL_BYTES], subtitle[LINE_BYTES], told[LINE_BYTES], figure[PICTURE_TEXT_BYTES];
	size_t used = 0;
	enum status status = comparison->n_scenarios == 0 ? STATUS_NOT_FOUND : STATUS_OK;
	if (goal != NULL) {
		goal_label(goal, label);
		picture.goal = (double)goal->target_kg;
		picture.goal_label = label;
	}
	if (goal != NULL)
		snprintf(subtitle, sizeof subtitle, "%.60s: its total on %.16s", goal->name[0] != '\0' ? goal->name : goal->id,
		    comparison->to);
	else
		snprintf(subtitle, sizeof subtitle, "the year to date on %.16s", comparison->to);
	picture.about.subtitle = subtitle;
	told[0] = '\0';
	for (size_t i = 0; i < comparison->n_scenarios && i < COMPARISON_MAX && status == STATUS_OK; i++) {
		const Juyan__V1__ComparedScenario *from = comparison->scenarios[i];
		struct comparison_case *one = &picture.one[picture.n++];
		one->name = from->name[0] != '\0' ? from->name : "as it is";
		one->chance = from->has_chance && goal != NULL ? from->chance : NAN;
		levels_of(from->end, one->end);
		status = course_of(from, &one->course, &room[i]);
		if (used < sizeof told)
			used += (size_t)snprintf(told + used, sizeof told - used, "%s%.60s: %s", i > 0 ? "; " : "", one->name,
			    picture_figure(true, one->end[PICTURE_P50], figure));
	}
	picture.about.told = told;
	if (status == STATUS_OK)
		status = comparison_draw(&picture, out);
	for (size_t i = 0; i < COMPARISON_MAX; i++)
		free(room[i]);
	return drawn(status, why);
}

/* ---- why ---- */

static void
take_parts(struct waterfall *waterfall, Juyan__V1__WhyPart **parts, size_t n)
{
	for (size_t i = 0; i < n && waterfall->n + 1 < WATERFALL_STEPS_MAX; i++)
		if (parts[i]->kg != 0)
			waterfall->step[waterfall->n++] = (struct waterfall_step){ parts[i]->name, (double)parts[i]->kg, false };
}

enum status
planner_picture_why(const Juyan__V1__WhyReport *report, bool alone, char **out, struct reason *why)
{
	struct waterfall waterfall = { .about = { "why", "What the forecast is made of", NULL, "", true, alone } };
	char subtitle[LABEL_BYTES], told[LINE_BYTES], figure[PICTURE_TEXT_BYTES];
	take_parts(&waterfall, report->parts, report->n_parts);
	if (waterfall.n == 0)
		return drawn(STATUS_NOT_FOUND, why);
	waterfall.step[waterfall.n++] = (struct waterfall_step){ "in all", (double)report->mean_kg, true };
	snprintf(subtitle, sizeof subtitle, "the year to %.16s", report->to);
	snprintf(told, sizeof told, "The year to %.16s is forecast as %s.", report->to,
	    picture_figure(true, (double)report->mean_kg, figure));
	waterfall.about.subtitle = subtitle;
	waterfall.about.told = told;
	return drawn(waterfall_draw(&waterfall, out), why);
}

enum status
planner_picture_moves(const Juyan__V1__WhyReport *report, bool alone, char **out, struct reason *why)
{
	struct waterfall waterfall = { .about = { "moves", "", NULL, "", true, alone }, .difference = true };
	char title[LABEL_BYTES], subtitle[LINE_BYTES], before[PICTURE_TEXT_BYTES], now[PICTURE_TEXT_BYTES];
	if (report->earlier == NULL)
		return reason_say(why, STATUS_NOT_FOUND, "no earlier forecast is kept");
	take_parts(&waterfall, report->moves, report->n_moves);
	waterfall.step[waterfall.n++] = (struct waterfall_step){ "in all", (double)(report->mean_kg - report->earlier_kg), true };
	snprintf(title, sizeof title, "What moved since %.16s", report->earlier->origin);
	snprintf(subtitle, sizeof subtitle, "the year to %.16s, from %s to %s", report->to,
	    picture_figure(true, (double)report->earlier_kg, before), picture_figure(true, (double)report->mean_kg, now));
	waterfall.about.title = title;
	waterfall.about.subtitle = subtitle;
	waterfall.about.told = subtitle;
	return drawn(waterfall_draw(&waterfall, out), why);
}
