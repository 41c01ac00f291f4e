/*
 * See goal_course.h. One walk over the days of the period; sums run along, of each path as well, and every so many days they are
 * written down.
 */
#include "goal_course.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "phrase.h"
#include "sentences.h"
#include "spread.h"

struct walk {
	const Juyan__V1__Goal *goal;
	const struct goal_ground *ground;
	struct arena *arena;
	int64_t from, to, whole_days; /* of the plan line: open days, or all where none is open */
	bool every_day, on_file, last_year, forecast;
	int64_t plan_days, done_kg, last_year_kg, last_year_day; /* sums so far; the last day that is in the year before's */
	int64_t *path_kg, *sorted;                               /* [paths] */
};

static int64_t
year_before(int64_t day)
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	return civil_day(year - 1, month, month == 2 && dom == 29 ? 28 : dom);
}

static int64_t
past_on(const struct walk *walk, int64_t day)
{
	const struct leaves *leaves = walk->ground->leaves;
	int64_t kg = 0;
	for (size_t i = 0; day >= leaves->first_day && day <= leaves->origin && i < leaves->n; i++)
		if (goal_holds(walk->goal, &leaves->leaf[i].key))
			kg += leaves->leaf[i].past_kg[day - leaves->first_day];
	return kg;
}

/* A day of the past: what paths have beside what is known of it. */
static void
add_revisions(struct walk *walk, int64_t day)
{
	const struct leaves *leaves = walk->ground->leaves;
	for (size_t i = 0; i < leaves->n; i++)
		for (size_t p = 0;
		     day >= leaves_revised_from(leaves, i) && goal_holds(walk->goal, &leaves->leaf[i].key) && p < leaves->paths;
		     p++)
			walk->path_kg[p] += leaves_revision(leaves, i, p, day, day);
}

static void
add_paths(struct walk *walk, int64_t day)
{
	const struct leaves *leaves = walk->ground->leaves;
	size_t ahead = (size_t)(day - leaves->origin - 1);
	assert(day > leaves->origin && ahead < leaves->days);
	for (size_t i = 0; i < leaves->n; i++)
		for (size_t p = 0; goal_holds(walk->goal, &leaves->leaf[i].key) && p < leaves->paths; p++)
			walk->path_kg[p] += leaves_path(leaves, i, p)[ahead];
}

static void
take_day(struct walk *walk, int64_t day)
{
	const struct goal_ground *ground = walk->ground;
	walk->plan_days += walk->every_day || open_days_any(ground->open, walk->goal->ports, walk->goal->n_ports, day);
	walk->done_kg += past_on(walk, day);
	/* The 29th of February has the day of the 28th; the day after it has two days to take where the year before was longer. */
	for (; walk->last_year && walk->last_year_day < year_before(day); walk->last_year_day++)
		walk->last_year_kg += past_on(walk, walk->last_year_day + 1);
	if (walk->forecast && day > ground->leaves->origin)
		add_paths(walk, day);
	else if (walk->forecast)
		add_revisions(walk, day);
}

static enum status
write_down(struct walk *walk, int64_t day, Juyan__V1__GoalDay **out)
{
	char text[PHRASE_ISO_BYTES];
	const struct leaves *leaves = walk->ground->leaves;
	int64_t target = walk->goal->target_kg;
	Juyan__V1__GoalDay *row = arena_take(walk->arena, sizeof *row);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__goal_day__init(row);
	row->day = arena_text(walk->arena, phrase_iso(day, text));
	/* In two steps, as goal_report does it. */
	row->plan_kg = target / walk->whole_days * walk->plan_days + target % walk->whole_days * walk->plan_days / walk->whole_days;
	row->has_done_kg = walk->on_file && day <= leaves->origin;
	row->done_kg = row->has_done_kg ? walk->done_kg : 0;
	row->has_last_year_kg = walk->last_year && year_before(day) <= leaves->origin;
	row->last_year_kg = row->has_last_year_kg ? walk->last_year_kg : 0;
	if (!row->has_done_kg && walk->forecast) {
		row->to_date = arena_take(walk->arena, sizeof *row->to_date);
		if (row->to_date == NULL)
			return STATUS_NO_MEMORY;
		juyan__v1__quantiles__init(row->to_date);
		for (size_t p = 0; p < leaves->paths; p++)
			walk->sorted[p] = walk->done_kg + walk->path_kg[p];
		spread_of(walk->sorted, leaves->paths, row->to_date);
	}
	*out = row;
	return row->day == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static enum status
walk_days(struct walk *walk, int64_t most, Juyan__V1__GoalReport *report)
{
	int64_t days = walk->to - walk->from + 1, stride = (days + most - 1) / most;
	report->course = arena_take(walk->arena, (size_t)(days / stride + 2) * sizeof(Juyan__V1__GoalDay *));
	if (report->course == NULL)
		return STATUS_NO_MEMORY;
	for (int64_t day = walk->from; day <= walk->to; day++) {
		take_day(walk, day);
		/* The day asked about is where what is known ends. */
		if ((day - walk->from) % stride != 0 && day != walk->to && day != walk->ground->leaves->origin)
			continue;
		enum status status = write_down(walk, day, &report->course[report->n_course]);
		if (status != STATUS_OK)
			return status;
		report->n_course++;
	}
	return STATUS_OK;
}

enum status
goal_course(Juyan__V1__GoalReport *report, const struct goal_ground *ground, size_t most, struct arena *arena)
{
	const struct leaves *leaves = ground->leaves;
	struct walk walk = { .goal = report->goal, .ground = ground, .arena = arena };
	bool days_ok = goal_days(report->goal, &walk.from, &walk.to);
	assert(days_ok && most > 0);
	walk.whole_days = open_days_count(ground->open, report->goal->ports, report->goal->n_ports, walk.from, walk.to);
	walk.every_day = walk.whole_days == 0;
	if (walk.every_day)
		walk.whole_days = walk.to - walk.from + 1;
	/* As in the report; a period that is to come has nothing there that it could differ from. */
	walk.on_file = report->end != NULL;
	walk.last_year =
	    walk.on_file && year_before(walk.from) >= leaves->first_day && (report->has_last_year_kg || walk.from > leaves->origin);
	walk.last_year_day = year_before(walk.from) - 1;
	walk.forecast = walk.on_file && walk.to > leaves->origin;
	assert(!walk.forecast || walk.to <= leaves->origin + (int64_t)leaves->days);
	walk.path_kg = calloc(leaves->paths + 1, sizeof *walk.path_kg);
	walk.sorted = calloc(leaves->paths + 1, sizeof *walk.sorted);
	enum status status =
	    walk.path_kg == NULL || walk.sorted == NULL ? STATUS_NO_MEMORY : walk_days(&walk, (int64_t)most, report);
	free(walk.path_kg);
	free(walk.sorted);
	return status;
}
