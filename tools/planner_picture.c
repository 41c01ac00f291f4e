/* See planner_picture.h. */
#include "planner_picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "comparison.h"
#include "prospect_outlook.h"
#include "prospect_picture.h"
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

/* The plan line: from nothing, through where it stands on the day asked about, to the target. Its ends are those of days. */
static size_t
plan_points(const Juyan__V1__GoalReport *report, int64_t from, int64_t to, double at[3], double kg[3])
{
	int64_t day;
	size_t n = 0;
	at[n] = (double)from;
	kg[n++] = 0.0;
	if (civil_parse_day(report->as_of, &day) && day >= from && day < to) {
		at[n] = (double)day + 1.0;
		kg[n++] = (double)report->plan_kg;
	}
	at[n] = (double)to + 1.0;
	kg[n++] = (double)report->goal->target_kg;
	return n;
}

enum status
planner_picture_goal(const Juyan__V1__GoalReport *report, const Juyan__V1__Provenance *provenance, bool alone, char **out,
    struct reason *why)
{
	int64_t from, to;
	double at[3], kg[3];
	char label[LABEL_BYTES];
	struct prospects prospects = { 0 };
	const Juyan__V1__Goal *goal = report->goal;
	if (goal == NULL || report->outlook == NULL || !civil_parse_day(goal->from, &from) || !civil_parse_day(goal->to, &to))
		return drawn(STATUS_NOT_FOUND, why);
	if (strcmp(goal->from + 4, "-01-01") != 0 || strcmp(goal->to + 4, "-12-31") != 0 || strncmp(goal->from, goal->to, 4) != 0)
		return reason_say(why, STATUS_NOT_FOUND, "%.64s is no goal of a calendar year: there is no picture of it",
		    goal->id);
	Juyan__V1__Outlook outlook = *report->outlook;
	Juyan__V1__Provenance own = JUYAN__V1__PROVENANCE__INIT;
	if (provenance != NULL)
		own = *provenance;
	outlook.provenance = &own;
	enum status status = prospects_of_outlook(&outlook, JUYAN__V1__PERIOD_KIND__DAY,
	    goal->name[0] != '\0' ? goal->name : goal->id, to, &prospects, why);
	if (status != STATUS_OK)
		return status;
	goal_label(goal, label);
	struct prospect_aim aim = { .label = label, .target = (double)goal->target_kg };
	aim.plan = (struct picture_line){ "plan", PICTURE_DOTTED, at, kg, plan_points(report, from, to, at, kg) };
	status = prospect_fan_year(&prospects.one[0], &aim, "goal", alone, out);
	prospects_close(&prospects);
	return drawn(status, why);
}

/* ---- scenarios ---- */

static void
ends_of(const Juyan__V1__Quantiles *q, double out[PICTURE_LEVELS])
{
	static const Juyan__V1__Quantiles none = JUYAN__V1__QUANTILES__INIT;
	const Juyan__V1__Quantiles *from = q == NULL ? &none : q;
	const int64_t kg[PICTURE_LEVELS] = { from->p025_kg, from->p10_kg, from->p25_kg, from->p50_kg, from->p75_kg, from->p90_kg,
		from->p975_kg };
	for (size_t i = 0; i < PICTURE_LEVELS; i++)
		out[i] = (double)kg[i];
}

/* The median of the year to date at the end of each month, from nothing; of the last year only, where there are several. */
static enum status
course_of(const Juyan__V1__ComparedScenario *scenario, struct picture_line *out, double **room)
{
	static const struct step month = { .kind = STEP_MONTH };
	size_t n = 0;
	double *points = calloc(2 * scenario->n_rows + 2, sizeof *points);
	if (points == NULL)
		return STATUS_NO_MEMORY;
	double *at = points, *value = points + scenario->n_rows + 1;
	const char *last = scenario->n_rows > 0 ? scenario->rows[scenario->n_rows - 1]->period : "";
	for (size_t i = 0; i < scenario->n_rows; i++) {
		const Juyan__V1__OutlookRow *row = scenario->rows[i];
		struct step_date date;
		int64_t number;
		if (strncmp(row->period, last, 4) != 0 || row->year_to_date == NULL ||
		    !step_read((struct span){ (const uint8_t *)row->period, strlen(row->period) }, &date) ||
		    !step_number(&month, &date, &number))
			continue;
		if (n == 0)
			at[n++] = step_begin(&month, number);
		at[n] = step_begin(&month, number + 1);
		value[n++] = (double)row->year_to_date->p50_kg;
	}
	*out = (struct picture_line){ scenario->name, PICTURE_SOLID, at, value, n };
	*room = points;
	return STATUS_OK;
}

enum status
planner_picture_comparison(const Juyan__V1__Comparison *comparison, const Juyan__V1__Goal *goal, bool alone, char **out,
    struct reason *why)
{
	struct comparison picture = { .about = { "scenarios", "Scenarios", "the end, side by side", "", true, alone },
		.goal = NAN };
	double *room[COMPARISON_MAX] = { NULL };
	char label[LABEL_BYTES], told[LINE_BYTES], figure[PICTURE_TEXT_BYTES];
	size_t used = 0;
	enum status status = comparison->n_scenarios == 0 ? STATUS_NOT_FOUND : STATUS_OK;
	if (goal != NULL) {
		goal_label(goal, label);
		picture.goal = (double)goal->target_kg;
		picture.goal_label = label;
	}
	told[0] = '\0';
	for (size_t i = 0; i < comparison->n_scenarios && i < COMPARISON_MAX && status == STATUS_OK; i++) {
		const Juyan__V1__ComparedScenario *from = comparison->scenarios[i];
		struct comparison_case *one = &picture.one[picture.n++];
		one->name = from->name[0] != '\0' ? from->name : "as it is";
		one->chance = from->has_chance && goal != NULL ? from->chance : NAN;
		ends_of(from->end, one->end);
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
	struct waterfall waterfall = { .about = { "moves", "", NULL, "", true, alone } };
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
