/*
 * See goal.h. Figures here, words in goal_words.c. Days are clamped to the period before anything is added, so that a goal whose
 * period has not begun, runs, or is over goes the same way.
 */
#include "goal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "goal_past.h"
#include "goal_words.h"
#include "phrase.h"
#include "spread.h"

/* ---- what counts ---- */

bool
goal_days(const Juyan__V1__Goal *goal, int64_t *from, int64_t *to)
{
	int64_t first, last;
	if (!civil_parse_day(goal->from, &first) || !civil_parse_day(goal->to, &last) || last < first)
		return false;
	*from = first;
	*to = last;
	return true;
}

static bool
among(char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return n == 0;
}

bool
goal_holds(const Juyan__V1__Goal *goal, const struct leaf_key *key)
{
	return among(goal->ports, goal->n_ports, key->port) && among(goal->groups, goal->n_groups, key->group) &&
	    (goal->direction == JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED || goal->direction == key->direction) &&
	    (goal->mode == JUYAN__V1__MODE__MODE_UNSPECIFIED || goal->mode == key->mode);
}

/* It does not count, but only because something is not known of it. */
static bool
may_hold(const Juyan__V1__Goal *goal, const struct leaf_key *key)
{
	return !goal_holds(goal, key) && among(goal->ports, goal->n_ports, key->port) &&
	    (key->group[0] == '\0' || among(goal->groups, goal->n_groups, key->group)) &&
	    (goal->direction == 0 || key->direction == 0 || goal->direction == key->direction) &&
	    (goal->mode == 0 || key->mode == 0 || goal->mode == key->mode);
}

static bool
same_names(char *const *a, size_t n_a, char *const *b, size_t n_b)
{
	if ((n_a == 0) != (n_b == 0))
		return false;
	for (size_t i = 0; i < n_a; i++)
		if (!among(b, n_b, a[i]))
			return false;
	for (size_t i = 0; i < n_b; i++)
		if (!among(a, n_a, b[i]))
			return false;
	return true;
}

bool
goal_same_slice(const Juyan__V1__Goal *a, const Juyan__V1__Goal *b)
{
	return a->direction == b->direction && a->mode == b->mode && same_names(a->ports, a->n_ports, b->ports, b->n_ports) &&
	    same_names(a->groups, a->n_groups, b->groups, b->n_groups);
}

/* Whether `b` is nearer than `best` as what follows a goal of these days: a higher target first, then the earliest period. */
static bool
follows(const Juyan__V1__Goal *goal, const Juyan__V1__Goal *b, const Juyan__V1__Goal *best)
{
	int64_t from, to, b_from, b_to, best_from = INT64_MAX, best_to;
	if (!goal_same_slice(goal, b) || !goal_days(goal, &from, &to) || !goal_days(b, &b_from, &b_to))
		return false;
	bool higher = b_from == from && b_to == to && b->target_kg > goal->target_kg;
	if (!higher && b_from <= to)
		return false;
	if (best == NULL || !goal_days(best, &best_from, &best_to))
		return true;
	return b_from < best_from || (b_from == best_from && b->target_kg < best->target_kg);
}

const Juyan__V1__Goal *
goal_next(const Juyan__V1__Goal *goal, const Juyan__V1__Goal *const *goals, size_t n)
{
	const Juyan__V1__Goal *best = NULL;
	for (size_t i = 0; i < n; i++)
		if (follows(goal, goals[i], best))
			best = goals[i];
	return best;
}

/* ---- the past ---- */

/*
 * A day over the last open days of the history, with what is still expected of them. A day that was to be shut and on which
 * something passed counts as open: else its mass would make the others' rate too high.
 */
static int64_t
rate_had(const Juyan__V1__Goal *goal, const struct goal_ground *ground, int64_t *days)
{
	const struct leaves *leaves = ground->leaves;
	int64_t sum = 0;
	*days = 0;
	for (int64_t day = leaves->origin; day >= leaves->first_day && *days < GOAL_RATE_DAYS; day--) {
		int64_t kg = goal_past_day(goal, leaves, day);
		for (size_t i = 0; i < leaves->n; i++)
			kg += goal_holds(goal, &leaves->leaf[i].key) ? leaves_revision_mean(leaves, i, day) : 0;
		sum += kg;
		*days += kg > 0 || open_days_any(ground->open, goal->ports, goal->n_ports, day);
	}
	return *days == 0 ? 0 : (sum + *days / 2) / *days;
}

static int64_t
year_before(int64_t day)
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	return civil_day(year - 1, month, month == 2 && dom == 29 ? 28 : dom);
}

/* ---- the future ---- */

enum status
goal_outcome_open(const struct leaves *leaves, struct goal_outcome *out)
{
	struct goal_outcome made = { .total_kg = calloc(leaves->paths + 1, sizeof(int64_t)),
		.reached = calloc(leaves->paths + 1, sizeof(int64_t)),
		.day_kg = calloc(leaves->days + 1, sizeof(int64_t)),
		.past_kg = calloc(leaves->past_days + 1, sizeof(int64_t)) };
	if (made.total_kg == NULL || made.reached == NULL || made.day_kg == NULL || made.past_kg == NULL) {
		goal_outcome_close(&made);
		return STATUS_NO_MEMORY;
	}
	*out = made;
	return STATUS_OK;
}

void
goal_outcome_close(struct goal_outcome *outcome)
{
	free(outcome->total_kg);
	free(outcome->reached);
	free(outcome->day_kg);
	free(outcome->past_kg);
	*outcome = (struct goal_outcome){ 0 };
}

/* All leaves' days of one path that count. */
static void
sum_path(const Juyan__V1__Goal *goal, const struct leaves *leaves, size_t path, int64_t *day_kg)
{
	memset(day_kg, 0, leaves->days * sizeof *day_kg);
	for (size_t i = 0; i < leaves->n; i++) {
		if (!goal_holds(goal, &leaves->leaf[i].key))
			continue;
		const int64_t *kg = leaves_path(leaves, i, path);
		for (size_t day = 0; day < leaves->days; day++)
			day_kg[day] += kg[day];
	}
}

/* Days first … last of a path's past. */
static void
play_past(const Juyan__V1__Goal *goal, const struct leaves *leaves, const struct goal_outcome *outcome, size_t path, int64_t first,
    int64_t last, int64_t *sum, int64_t *reached)
{
	for (int64_t day = first; day <= last; day++) {
		*sum += outcome->past_kg[day - leaves->first_day] + goal_revision(goal, leaves, path, day, day);
		if (*reached == INT64_MAX && *sum >= goal->target_kg)
			*reached = day;
	}
}

void
goal_play(const Juyan__V1__Goal *goal, const struct leaves *leaves, struct goal_outcome *outcome)
{
	int64_t from, to;
	bool days_ok = goal_days(goal, &from, &to);
	assert(days_ok && to <= leaves->origin + (int64_t)leaves->days && leaves->paths > 0);
	int64_t revised = goal_revised_from(goal, leaves, from), last = min_day(to, leaves->origin);
	int64_t done = goal_past_sum(goal, leaves, from, min_day(revised - 1, to));
	int64_t met = goal_met_day(goal, leaves, from, min_day(revised - 1, to));
	size_t reaching = 0;
	for (int64_t day = revised; day <= last; day++)
		outcome->past_kg[day - leaves->first_day] = goal_past_day(goal, leaves, day);
	for (size_t path = 0; path < leaves->paths; path++) {
		int64_t sum = done, reached = met;
		play_past(goal, leaves, outcome, path, revised, last, &sum, &reached);
		sum_path(goal, leaves, path, outcome->day_kg);
		for (int64_t day = max_day(from, leaves->origin + 1); day <= to; day++) {
			sum += outcome->day_kg[day - leaves->origin - 1];
			if (reached == INT64_MAX && sum >= goal->target_kg)
				reached = day;
		}
		outcome->total_kg[path] = sum;
		outcome->reached[path] = reached;
		reaching += reached != INT64_MAX;
	}
	outcome->chance = (double)reaching / (double)leaves->paths;
}

static int
earlier(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;
	return (*left > *right) - (*left < *right);
}

int64_t
goal_reached_by(int64_t *reached, size_t paths, double share)
{
	qsort(reached, paths, sizeof *reached, earlier);
	for (size_t i = 0; i < paths; i++)
		if ((double)(i + 1) >= share * (double)paths)
			return reached[i];
	return INT64_MAX;
}

/* ---- the report ---- */

static enum status
check_goal(const Juyan__V1__Goal *goal, const struct leaves *leaves, int64_t *from, int64_t *to, struct reason *why)
{
	if (!goal_days(goal, from, to))
		return reason_say(why, STATUS_OUT_OF_RANGE,
		    "goal %.40s: its days are '%.12s' to '%.12s', expected ISO days in order", goal->id, goal->from, goal->to);
	if (goal->target_kg <= 0)
		return reason_say(why, STATUS_OUT_OF_RANGE, "goal %.40s: target_kg is %" PRId64 ", expected more than 0", goal->id,
		    goal->target_kg);
	int64_t reach = leaves->origin + (int64_t)leaves->days;
	if (*to > leaves->origin && (*to > reach || leaves->paths == 0))
		return reason_say(why, STATUS_OUT_OF_RANGE,
		    "goal %.40s: it ends on %.12s, %" PRId64 " days after the forecast's last", goal->id, goal->to, *to - reach);
	return STATUS_OK;
}

/* What the ledger counted by basis; what is left of it came from published figures. */
static enum status
fill_basis(Juyan__V1__GoalReport *report, const struct goal_ground *ground, struct arena *arena, struct reason *why)
{
	static char published[] = "published";
	int64_t left = report->done_kg;
	Juyan__V1__BasisPart *parts = arena_take(arena, (ground->n_basis + 1) * sizeof *parts);
	report->done_by_basis = arena_take(arena, (ground->n_basis + 1) * sizeof(Juyan__V1__BasisPart *));
	if (parts == NULL || report->done_by_basis == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < ground->n_basis; i++) {
		if (ground->basis[i].net_kg == 0)
			continue;
		juyan__v1__basis_part__init(&parts[i]);
		parts[i].basis = arena_text(arena, ground->basis[i].basis);
		parts[i].net_kg = ground->basis[i].net_kg;
		left -= parts[i].net_kg;
		report->done_by_basis[report->n_done_by_basis++] = &parts[i];
		if (parts[i].basis == NULL)
			return STATUS_NO_MEMORY;
	}
	if (left < 0)
		return reason_say(why, STATUS_CONTRADICTION,
		    "goal %.40s: its parts by basis are %" PRId64 " kg more than the %" PRId64 " kg done", report->goal->id, -left,
		    report->done_kg);
	if (left > 0) {
		Juyan__V1__BasisPart *rest = &parts[ground->n_basis];
		juyan__v1__basis_part__init(rest);
		rest->basis = published;
		rest->net_kg = left;
		report->done_by_basis[report->n_done_by_basis++] = rest;
	}
	return STATUS_OK;
}

/* Where the plan line stands: the target in proportion to open days; by calendar days where none of the period is open. */
static int64_t
plan_line(const Juyan__V1__Goal *goal, const struct goal_ground *ground, int64_t from, int64_t to)
{
	int64_t last = min_day(to, ground->leaves->origin);
	int64_t whole = open_days_count(ground->open, goal->ports, goal->n_ports, from, to);
	int64_t passed = open_days_count(ground->open, goal->ports, goal->n_ports, from, last);
	if (last < from)
		return 0;
	if (whole == 0) {
		whole = to - from + 1;
		passed = last - from + 1;
	}
	/* In two steps: a target times days may be too large for the integers. */
	return goal->target_kg / whole * passed + goal->target_kg % whole * passed / whole;
}

static void
fill_past(Juyan__V1__GoalReport *report, const struct goal_ground *ground, struct goal_facts *facts)
{
	const Juyan__V1__Goal *goal = report->goal;
	const struct leaves *leaves = ground->leaves;
	int64_t last = min_day(facts->to, leaves->origin), first = max_day(facts->from, leaves->origin + 1);
	report->done_kg = goal_past_sum(goal, leaves, facts->from, last);
	report->plan_kg = plan_line(goal, ground, facts->from, facts->to);
	facts->open_days = open_days_count(ground->open, goal->ports, goal->n_ports, first, facts->to);
	first = max_day(facts->from, facts->asked + 1);
	report->days_left = max_day(facts->to - first + 1, 0);
	report->open_days_left = open_days_count(ground->open, goal->ports, goal->n_ports, first, facts->to);
	report->rate_had_kg = rate_had(goal, ground, &facts->rate_days);
	report->has_last_year_kg =
	    facts->any && last >= facts->from && goal_is_pinned(goal, leaves, year_before(facts->from), year_before(last));
	if (report->has_last_year_kg)
		report->last_year_kg = goal_past_sum(goal, leaves, year_before(facts->from), year_before(last));
	facts->met = goal_met_day(goal, leaves, facts->from, facts->to);
	report->met_is_estimated = facts->met != INT64_MAX && goal_is_published(goal, leaves, facts->met);
	int64_t left = goal->target_kg - report->done_kg, over = max_day(facts->open_days, 1);
	report->rate_needed_kg = facts->met != INT64_MAX || facts->to <= facts->origin ? 0 : left / over + (left % over != 0);
	for (size_t i = 0; i < leaves->n; i++)
		for (int64_t day = max_day(facts->from, leaves->first_day); may_hold(goal, &leaves->leaf[i].key) && day <= last;
		     day++)
			facts->unnamed_kg += leaves->leaf[i].past_kg[day - leaves->first_day];
}

static enum status
fill_future(Juyan__V1__GoalReport *report, const struct goal_ground *ground, struct arena *arena, struct goal_facts *facts)
{
	static const double shares[] = { 0.1, 0.5, 0.9 };
	struct goal_outcome outcome;
	for (size_t i = 0; i < 3; i++)
		facts->reached[i] = facts->met;
	report->chance = facts->met == INT64_MAX ? 0 : 1;
	if (!facts->any)
		return STATUS_OK;
	report->end = arena_take(arena, sizeof *report->end);
	if (report->end == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__quantiles__init(report->end);
	spread_known(report->done_kg, report->end);
	if (facts->to <= facts->origin && goal_revised_from(report->goal, ground->leaves, facts->from) > facts->to)
		return STATUS_OK;
	enum status status = goal_outcome_open(ground->leaves, &outcome);
	if (status != STATUS_OK)
		return status;
	goal_play(report->goal, ground->leaves, &outcome);
	report->chance = outcome.chance;
	for (size_t i = 0; i < 3; i++)
		facts->reached[i] = goal_reached_by(outcome.reached, ground->leaves->paths, shares[i]);
	spread_of(outcome.total_kg, ground->leaves->paths, report->end);
	goal_outcome_close(&outcome);
	return STATUS_OK;
}

/* An ISO day in the arena; the empty text for INT64_MAX. */
static enum status
put_day(struct arena *arena, int64_t day, char **out)
{
	char text[PHRASE_ISO_BYTES];
	char *copy = day == INT64_MAX ? *out : arena_text(arena, phrase_iso(day, text));
	if (copy == NULL)
		return STATUS_NO_MEMORY;
	*out = copy;
	return STATUS_OK;
}

static enum status
fill_texts(Juyan__V1__GoalReport *report, const struct goal_facts *facts, struct arena *arena)
{
	struct sentences words = { .arena = arena };
	enum status status = put_day(arena, facts->asked, &report->as_of);
	if (status == STATUS_OK)
		status = put_day(arena, facts->origin, &report->known_to);
	if (status == STATUS_OK)
		status = put_day(arena, facts->met, &report->met_on);
	if (status == STATUS_OK)
		status = put_day(arena, facts->reached[0], &report->reached_p10);
	if (status == STATUS_OK)
		status = put_day(arena, facts->reached[1], &report->reached_p50);
	if (status == STATUS_OK)
		status = put_day(arena, facts->reached[2], &report->reached_p90);
	if (status != STATUS_OK)
		return status;
	if (facts->next != NULL)
		report->next_goal = facts->next->id;
	goal_words(report, facts, &words);
	report->sentences = words.text;
	report->n_sentences = words.n;
	return words.failed ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status
goal_report(const Juyan__V1__Goal *goal, const struct goal_ground *ground, struct arena *arena, Juyan__V1__GoalReport **out,
    struct reason *why)
{
	struct goal_facts facts = { .origin = ground->leaves->origin, .first_day = ground->leaves->first_day };
	facts.asked = max_day(ground->asked, facts.origin);
	enum status status = check_goal(goal, ground->leaves, &facts.from, &facts.to, why);
	if (status != STATUS_OK)
		return status;
	Juyan__V1__GoalReport *report = arena_take(arena, sizeof *report);
	if (report == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__goal_report__init(report);
	report->goal = (Juyan__V1__Goal *)(uintptr_t)goal; /* lent, and never written to */
	for (size_t i = 0; i < ground->leaves->n; i++)
		facts.any = facts.any || goal_holds(goal, &ground->leaves->leaf[i].key);
	facts.next = goal_next(goal, ground->goals, ground->n_goals);
	fill_past(report, ground, &facts);
	status = fill_basis(report, ground, arena, why);
	if (status == STATUS_OK)
		status = fill_future(report, ground, arena, &facts);
	if (status == STATUS_OK)
		status = fill_texts(report, &facts, arena);
	if (status == STATUS_OK)
		*out = report;
	return status;
}
