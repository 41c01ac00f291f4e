/* What is said of goals, and of what it would take to reach them. */
#include <stdio.h>
#include <string.h>

#include "civil.h"
#include "engine_parts.h"
#include "goal.h"
#include "goal_course.h"
#include "nearest.h"
#include "plan.h"

/* ---- goals ---- */

/*
 * Without a name: the goals whose period holds the day asked about or the next one, or a day since anything was known; not those
 * that end further away than a forecast can reach.
 */
static bool
is_asked(const Juyan__V1__GoalAsk *ask, const Juyan__V1__Goal *goal, const struct inputs *inputs)
{
	int64_t from, to;
	if (!goal_days(goal, &from, &to))
		return false;
	if (ask->id[0] != '\0')
		return strcmp(goal->id, ask->id) == 0;
	return from <= inputs_asked(inputs) + 1 && inputs->origin <= to && to <= inputs->origin + ENGINE_HORIZON_DAYS_MAX;
}

/* The furthest end of the goals that are asked for. */
static enum status
goals_last_day(const void *user, const struct inputs *inputs, int64_t *out, struct reason *why)
{
	const Juyan__V1__GoalAsk *ask = user;
	struct standing standing;
	struct nearest search = nearest_to(ask->id);
	int64_t last = inputs->origin, from, to;
	size_t found = 0;
	if (standing_open(inputs->registry, inputs->origin + 1, &standing) != STATUS_OK)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t i = 0; i < standing.n_goals; i++) {
		nearest_offer(&search, standing.goals[i]->id);
		if (!is_asked(ask, standing.goals[i], inputs) || !goal_days(standing.goals[i], &from, &to))
			continue;
		last = to > last ? to : last;
		found++;
	}
	standing_close(&standing);
	if (found == 0 && ask->id[0] != '\0')
		return reason_say(why, STATUS_NOT_FOUND, "the registry has no goal '%.64s'; the nearest is '%.64s'", ask->id,
		    search.name == NULL ? "" : search.name);
	*out = last;
	return STATUS_OK;
}

enum { BASES = 4 };

/* What the ledger says of the goal's slice up to the origin, by basis. Names are the constants of query.proto. */
static enum status
ask_basis(struct engine *engine, const Juyan__V1__Goal *goal, int64_t to, struct goal_basis basis[BASES], struct reason *why)
{
	static const char *const names[BASES] = { "weighed", "declared", "corrected", "unknown" };
	char last[CIVIL_TEXT_BYTES], direction[16], mode[16];
	char *directions[] = { direction }, *modes[] = { mode };
	Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer = NULL;
	int year, month, dom;
	civil_date(to, &year, &month, &dom);
	civil_format((uint32_t)(year * 10000 + month * 100 + dom), PERIOD_DAY, last);
	snprintf(direction, sizeof direction, "%s", goal->direction == 0 ? "" : wire_direction_name(goal->direction));
	snprintf(mode, sizeof mode, "%s", goal->mode == 0 ? "" : wire_mode_name(goal->mode));
	ask.from = goal->from;
	ask.to = last;
	ask.ports = goal->ports;
	ask.n_ports = goal->n_ports;
	ask.directions = directions;
	ask.n_directions = goal->direction != 0;
	ask.modes = modes;
	ask.n_modes = goal->mode != 0;
	ask.groups = goal->groups;
	ask.n_groups = goal->n_groups;
	ask.by_basis = true;
	question.ask_case = JUYAN__V1__QUESTION__ASK_TOTALS;
	question.totals = &ask;
	for (size_t i = 0; i < BASES; i++)
		basis[i] = (struct goal_basis){ names[i], 0 };
	enum status status = engine->options.source.ask(engine->options.source.user, &question, &answer, why);
	if (status == STATUS_OK && answer->say_case != JUYAN__V1__ANSWER__SAY_TOTALS)
		return reason_say(why, STATUS_UNDECODABLE, "query answered a question for totals with something else");
	for (size_t i = 0; status == STATUS_OK && i < answer->totals->n_rows; i++)
		for (size_t k = 0; k < BASES; k++)
			if (strcmp(answer->totals->rows[i]->basis, names[k]) == 0)
				basis[k].net_kg += answer->totals->rows[i]->net_kg;
	return status;
}

/* What the ledger had counted for the goal's slice when the forecast's data were gathered. */
static int64_t
gathered_kg(const struct inputs *inputs, const Juyan__V1__Goal *goal, int64_t from, int64_t to)
{
	int64_t kg = 0, first = from > inputs->first_day ? from : inputs->first_day;
	for (size_t i = 0; i < inputs->n; i++)
		for (int64_t day = first; goal_holds(goal, &inputs->leaf[i].key) && day <= to; day++)
			kg += inputs->leaf[i].past_kg[day - inputs->first_day];
	return kg;
}

/*
 * Between the gathering and the question by basis the ledger may have gone on: late facts of closed days. The parts are brought to
 * what was gathered, so that they add up to what is told as done; the greatest bears it.
 */
static void
meet_gathered(struct goal_basis basis[BASES], int64_t gathered)
{
	size_t greatest = 0;
	for (size_t i = 0; i < BASES; i++) {
		gathered -= basis[i].net_kg;
		greatest = basis[i].net_kg > basis[greatest].net_kg ? i : greatest;
	}
	basis[greatest].net_kg += gathered;
}

static enum status
report_goal(struct engine *engine, const struct stage *stage, const Juyan__V1__Goal *goal, size_t course, struct arena *arena,
    Juyan__V1__GoalReport **out, struct reason *why)
{
	struct goal_basis basis[BASES];
	struct goal_ground ground = { .leaves = stage->leaves,
		.asked = inputs_asked(&stage->world->inputs),
		.open = &stage->open,
		.basis = basis,
		.n_basis = BASES,
		.goals = stage->standing.goals,
		.n_goals = stage->standing.n_goals };
	int64_t from = 0, to = 0, origin = stage->leaves->origin;
	if (!goal_days(goal, &from, &to))
		return reason_say(why, STATUS_OUT_OF_RANGE, "goal %.64s has no period", goal->id);
	enum status status = STATUS_OK;
	int64_t last = to < origin ? to : origin;
	if (from <= origin)
		status = ask_basis(engine, goal, last, basis, why);
	else
		ground.n_basis = 0;
	if (status == STATUS_OK && from <= origin)
		meet_gathered(basis, gathered_kg(&stage->world->inputs, goal, from, last));
	if (status == STATUS_OK)
		status = goal_report(goal, &ground, arena, out, why);
	if (status == STATUS_OK && course > 0)
		status = goal_course(*out, &ground, course, arena);
	if (status == STATUS_OK)
		(*out)->goal = standing_said(&stage->standing, goal);
	return status;
}

/* The days that each course may have, 0 where none is asked for. Of many goals they are fewer, and a note says so. */
static size_t
course_days(const Juyan__V1__GoalAsk *ask, const struct world *world, struct stage *stage)
{
	size_t goals = 0;
	for (size_t i = 0; ask->course && i < stage->standing.n_goals; i++)
		goals += is_asked(ask, stage->standing.goals[i], &world->inputs);
	if (goals * GOAL_COURSE_DAYS <= GOAL_COURSES_DAYS)
		return goals == 0 ? 0 : GOAL_COURSE_DAYS;
	size_t days = goals < GOAL_COURSES_DAYS ? GOAL_COURSES_DAYS / goals : 1;
	world_note(&stage->notes, "",
	    "there are %zu goals, so that the course of each has some %zu days: ask for one by its name to have all", goals, days);
	return days;
}

/* Notes about other ports are of no use to who asks for one goal. */
static struct outlook_ports
goal_ports(const struct standing *standing, const Juyan__V1__GoalReports *reports)
{
	const Juyan__V1__Goal *goal = reports->n_goals == 1 ? standing_goal(standing, reports->goals[0]->goal->id) : NULL;
	return goal == NULL ? (struct outlook_ports){ NULL, 0 } : (struct outlook_ports){ goal->ports, goal->n_ports };
}

enum status
answer_goal(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena,
    Juyan__V1__ForecastReply *reply, struct reason *why)
{
	const Juyan__V1__GoalAsk *ask = question->goal;
	struct world *world;
	struct stage stage = { 0 };
	enum status status = engine_world(engine, ask->making, goals_last_day, ask, &world, why);
	if (status == STATUS_OK)
		status = stage_open(world, ask->making, &stage, why);
	Juyan__V1__GoalReports *reports = arena_take(arena, sizeof *reports);
	if (status == STATUS_OK && reports == NULL)
		status = STATUS_NO_MEMORY;
	if (status == STATUS_OK) {
		juyan__v1__goal_reports__init(reports);
		reports->goals = arena_take(arena, (stage.standing.n_goals + 1) * sizeof(Juyan__V1__GoalReport *));
		status = reports->goals == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	}
	size_t course = status == STATUS_OK ? course_days(ask, world, &stage) : 0;
	for (size_t i = 0; status == STATUS_OK && i < stage.standing.n_goals; i++)
		if (is_asked(ask, stage.standing.goals[i], &world->inputs)) {
			status = report_goal(engine, &stage, stage.standing.goals[i], course, arena,
			    &reports->goals[reports->n_goals], why);
			reports->n_goals += status == STATUS_OK;
			if (status == STATUS_OK)
				status = stop_look(engine->options.stop);
		}
	if (status == STATUS_OK)
		status = outlook_provenance(world, goal_ports(&stage.standing, reports), &stage.notes, arena, &reports->provenance);
	if (status == STATUS_OK) {
		reply->say_case = JUYAN__V1__FORECAST_REPLY__SAY_GOALS;
		reply->goals = reports;
	}
	stage_close(&stage);
	return status;
}

/* ---- plans ---- */

static enum status
plan_last_day(const void *user, const struct inputs *inputs, int64_t *out, struct reason *why)
{
	Juyan__V1__GoalAsk ask = JUYAN__V1__GOAL_ASK__INIT;
	ask.id = ((const Juyan__V1__PlanAsk *)user)->goal;
	if (ask.id[0] == '\0')
		return reason_say(why, STATUS_MISSING_FIELD, "a plan is for a goal: its name was expected");
	return goals_last_day(&ask, inputs, out, why);
}

enum status
answer_plan(struct engine *engine, const Juyan__V1__ForecastQuestion *question, struct arena *arena,
    Juyan__V1__ForecastReply *reply, struct reason *why)
{
	const Juyan__V1__PlanAsk *ask = question->plan;
	struct world *world;
	struct stage stage = { 0 };
	Juyan__V1__PlanReport *report;
	struct plan_ask plan = { .chance = ask->chance, .from = INT64_MIN };
	enum status status = engine_world(engine, ask->making, plan_last_day, ask, &world, why);
	if (status == STATUS_OK && ask->from[0] != '\0')
		status = engine_day(ask->from, "from", &plan.from, why);
	if (status == STATUS_OK)
		status = stage_open(world, ask->making, &stage, why);
	if (status == STATUS_OK) {
		plan.goal = standing_goal(&stage.standing, ask->goal);
		plan.leaves = stage.leaves;
		plan.open = &stage.open;
		plan.scene = &stage.scene;
		status = plan_report(&plan, arena, &report, why);
	}
	if (status == STATUS_OK)
		status = outlook_provenance(world, (struct outlook_ports){ plan.goal->ports, plan.goal->n_ports }, &stage.notes,
		    arena, &report->provenance);
	if (status == STATUS_OK) {
		reply->say_case = JUYAN__V1__FORECAST_REPLY__SAY_PLAN;
		reply->plan = report;
	}
	stage_close(&stage);
	return status;
}
