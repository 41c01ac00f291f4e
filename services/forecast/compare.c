/* See compare.h. A scenario at a time: one copy of the leaves is held, and the months of its paths. */
#include "compare.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "phrase.h"
#include "sentences.h"
#include "spread.h"

/* A month that is compared: whole but for the days after `to`. */
struct month {
	int64_t first, last; /* days; first may lie before the origin */
	int year;
	char name[CIVIL_TEXT_BYTES];
	int64_t known_kg;
	int64_t *kg; /* [paths] known_kg included */
};

struct comparing {
	const struct compare_ask *ask;
	struct arena *arena;
	struct month *months;
	size_t n_months;
	int64_t *year_kg; /* [paths] from the first day of the year */
	int64_t *sorted;  /* [paths] working room */
	struct goal_outcome outcome;
	double chance; /* of the first: without any scenario */
	int64_t p50_kg;
};

static bool
named(char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; name != NULL && i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return n == 0;
}

bool
compare_slice_holds(const Juyan__V1__Slice *slice, const struct leaf_key *key)
{
	return slice == NULL ||
	    (named(slice->ports, slice->n_ports, key->port) && named(slice->groups, slice->n_groups, key->group) &&
		named(slice->directions, slice->n_directions, wire_direction_name(key->direction)) &&
		named(slice->modes, slice->n_modes, wire_mode_name(key->mode)));
}

static bool
holds(const struct compare_ask *ask, const struct leaf_key *key)
{
	return ask->goal != NULL ? goal_holds(ask->goal, key) : compare_slice_holds(ask->slice, key);
}

/* ---- sums ---- */

static int64_t
past_sum(const struct compare_ask *ask, const struct leaves *leaves, int64_t first, int64_t last)
{
	int64_t sum = 0;
	for (size_t i = 0; i < leaves->n; i++) {
		if (!holds(ask, &leaves->leaf[i].key))
			continue;
		for (int64_t day = first < leaves->first_day ? leaves->first_day : first; day <= last && day <= leaves->origin;
		     day++)
			sum += leaves->leaf[i].past_kg[day - leaves->first_day];
	}
	return sum;
}

/* What a path revises of the days first … last, of all leaves at hand. */
static int64_t
revision(const struct compare_ask *ask, const struct leaves *leaves, size_t path, int64_t first, int64_t last)
{
	int64_t sum = 0;
	for (size_t i = 0; i < leaves->n; i++)
		if (leaves->leaf[i].revision_kg != NULL && holds(ask, &leaves->leaf[i].key))
			sum += leaves_revision(leaves, i, path, first, last);
	return sum;
}

static void
sum_month(const struct compare_ask *ask, const struct leaves *leaves, struct month *month)
{
	int64_t first = month->first > leaves->origin ? month->first : leaves->origin + 1;
	month->known_kg = past_sum(ask, leaves, month->first, month->last);
	for (size_t path = 0; path < leaves->paths; path++)
		month->kg[path] = month->known_kg + revision(ask, leaves, path, month->first, month->last);
	for (size_t i = 0; i < leaves->n; i++) {
		if (!holds(ask, &leaves->leaf[i].key))
			continue;
		for (size_t path = 0; path < leaves->paths; path++) {
			const int64_t *kg = leaves_path(leaves, i, path);
			for (int64_t day = first; day <= month->last; day++)
				month->kg[path] += kg[day - leaves->origin - 1];
		}
	}
}

/* ---- months ---- */

/* The months from the origin's to that of `to`. */
static enum status
months_open(struct comparing *comparing, int64_t to)
{
	size_t paths = comparing->ask->leaves->paths;
	int year, month, dom, last_year, last_month;
	civil_date(comparing->ask->leaves->origin, &year, &month, &dom);
	civil_date(to, &last_year, &last_month, &dom);
	size_t n = (size_t)((last_year - year) * 12 + last_month - month + 1);
	comparing->months = calloc(n, sizeof *comparing->months);
	comparing->year_kg = calloc(paths, sizeof *comparing->year_kg);
	comparing->sorted = calloc(paths, sizeof *comparing->sorted);
	if (comparing->months == NULL || comparing->year_kg == NULL || comparing->sorted == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		struct month *at = &comparing->months[comparing->n_months++];
		at->first = civil_day(year, month, 1);
		at->year = year;
		civil_format((uint32_t)(year * 100 + month), PERIOD_MONTH, at->name);
		year += month == 12;
		month = month == 12 ? 1 : month + 1;
		at->last = civil_day(year, month, 1) - 1;
		at->last = at->last > to ? to : at->last;
		at->kg = calloc(paths, sizeof *at->kg);
		if (at->kg == NULL)
			return STATUS_NO_MEMORY;
	}
	return STATUS_OK;
}

static void
comparing_close(struct comparing *comparing)
{
	for (size_t i = 0; i < comparing->n_months; i++)
		free(comparing->months[i].kg);
	free(comparing->months);
	free(comparing->year_kg);
	free(comparing->sorted);
	goal_outcome_close(&comparing->outcome);
}

static Juyan__V1__Quantiles *
spread_copy(struct comparing *comparing, const int64_t *kg)
{
	size_t paths = comparing->ask->leaves->paths;
	Juyan__V1__Quantiles *out = arena_take(comparing->arena, sizeof *out);
	if (out == NULL)
		return NULL;
	juyan__v1__quantiles__init(out);
	memcpy(comparing->sorted, kg, paths * sizeof *kg);
	spread_of(comparing->sorted, paths, out);
	return out;
}

static enum status
month_row(struct comparing *comparing, const struct month *month, Juyan__V1__OutlookRow **out)
{
	Juyan__V1__OutlookRow *row = arena_take(comparing->arena, sizeof *row);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__outlook_row__init(row);
	row->period = arena_text(comparing->arena, month->name);
	row->known_kg = month->known_kg;
	row->total = spread_copy(comparing, month->kg);
	row->year_to_date = spread_copy(comparing, comparing->year_kg);
	*out = row;
	return row->period == NULL || row->total == NULL || row->year_to_date == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

/* The rows; afterwards year_kg is the year to date at `to`. */
static enum status
fill_months(struct comparing *comparing, const struct leaves *leaves, Juyan__V1__ComparedScenario *said)
{
	enum status status = STATUS_OK;
	said->rows = arena_take(comparing->arena, comparing->n_months * sizeof(Juyan__V1__OutlookRow *));
	if (said->rows == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; status == STATUS_OK && i < comparing->n_months; i++) {
		struct month *month = &comparing->months[i];
		sum_month(comparing->ask, leaves, month);
		/* The year so far, where a year begins among the months or before them. */
		if (i == 0 || month->year != comparing->months[i - 1].year) {
			int64_t first = civil_day(month->year, 1, 1);
			int64_t before = past_sum(comparing->ask, leaves, first, month->first - 1);
			for (size_t path = 0; path < leaves->paths; path++)
				comparing->year_kg[path] = before + revision(comparing->ask, leaves, path, first, month->first - 1);
		}
		for (size_t path = 0; path < leaves->paths; path++)
			comparing->year_kg[path] += month->kg[path];
		status = month_row(comparing, month, &said->rows[said->n_rows]);
		said->n_rows += status == STATUS_OK;
	}
	return status;
}

/* ---- one scenario ---- */

static enum status
fill_goal(struct comparing *comparing, const struct leaves *leaves, Juyan__V1__ComparedScenario *said)
{
	char iso[PHRASE_ISO_BYTES];
	const Juyan__V1__Goal *goal = comparing->ask->goal;
	goal_play(goal, leaves, &comparing->outcome);
	said->has_chance = true;
	said->chance = comparing->outcome.chance;
	int64_t reached = goal_reached_by(comparing->outcome.reached, leaves->paths, 0.5);
	if (reached != INT64_MAX)
		said->reached_p50 = arena_text(comparing->arena, phrase_iso(reached, iso));
	said->end = spread_copy(comparing, comparing->outcome.total_kg);
	return said->end == NULL || said->reached_p50 == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

/* Points of a hundred, as one says them. */
static void
say_chance(const struct comparing *comparing, const Juyan__V1__ComparedScenario *said, struct sentences *words)
{
	char text[PHRASE_BYTES];
	long points = lround(100 * (said->chance - comparing->chance));
	phrase_chance(said->chance, text);
	if (points == 0)
		sentences_add(words, "The chance is %s: as without it.", text);
	else
		sentences_add(words, "The chance is %s: %ld point%s %s than without it.", text, labs(points),
		    labs(points) == 1 ? "" : "s", points > 0 ? "more" : "less");
}

/* Changes that begin only after the day at whose end all is compared; one that is not forecast at all is in the notes. */
static void
say_later(const struct comparing *comparing, const Juyan__V1__Scenario *scenario, struct sentences *words)
{
	char text[PHRASE_ISO_BYTES];
	const struct leaves *leaves = comparing->ask->leaves;
	int64_t day, last = comparing->months[comparing->n_months - 1].last, end = leaves->origin + (int64_t)leaves->days;
	for (size_t i = 0, said = 0; i < scenario->n_changes && said < SCENARIO_NOTES_MAX; i++) {
		if (!civil_parse_day(scenario->changes[i]->from, &day) || day <= last || day > end)
			continue;
		sentences_add(words, "The change from %.12s begins after %s, to which all is compared: it changes nothing here.",
		    scenario->changes[i]->from, phrase_iso(last, text));
		said++;
	}
}

static bool
sets_levers(const Juyan__V1__Scenario *scenario)
{
	for (size_t i = 0; i < scenario->n_changes; i++)
		if (scenario->changes[i]->what_case == JUYAN__V1__CHANGE__WHAT_LEVER)
			return true;
	return false;
}

static void
say(struct comparing *comparing, const Juyan__V1__Scenario *scenario, const Juyan__V1__ComparedScenario *said,
    const struct scenario_notes *notes, struct sentences *words)
{
	char middle[PHRASE_BYTES], span[PHRASE_BYTES], differs[PHRASE_BYTES];
	int64_t difference = said->end->p50_kg - comparing->p50_kg;
	sentences_add(words, "Most likely %s (80 %%: %s).", phrase_mass(said->end->p50_kg, PHRASE_NEAREST, middle),
	    phrase_masses(said->end->p10_kg, PHRASE_NEAREST, "to", said->end->p90_kg, span));
	if (scenario == NULL)
		return;
	if (difference == 0)
		sentences_add(words, "That is as much as without it.");
	else
		sentences_add(words, "That is %s %s than without it.",
		    phrase_mass(difference < 0 ? -difference : difference, PHRASE_NEAREST, differs),
		    difference < 0 ? "less" : "more");
	if (said->has_chance)
		say_chance(comparing, said, words);
	if (difference != 0 && sets_levers(scenario))
		sentences_add(words, "It is taken that demand allows what its levers let pass.");
	for (size_t i = 0; i < notes->n; i++)
		sentences_add(words, "%s", notes->text[i]);
	say_later(comparing, scenario, words);
}

/* scenario NULL: without any, which the others are compared with. */
static enum status
fill_one(struct comparing *comparing, const Juyan__V1__Scenario *scenario, const struct leaves *leaves,
    const struct scenario_notes *notes, Juyan__V1__ComparedScenario *said)
{
	struct sentences words = { .arena = comparing->arena };
	enum status status = fill_months(comparing, leaves, said);
	if (status == STATUS_OK && comparing->ask->goal != NULL) {
		status = fill_goal(comparing, leaves, said);
	} else if (status == STATUS_OK) {
		said->end = spread_copy(comparing, comparing->year_kg);
		status = said->end == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	}
	if (status != STATUS_OK)
		return status;
	if (scenario == NULL) {
		comparing->chance = said->chance;
		comparing->p50_kg = said->end->p50_kg;
	}
	say(comparing, scenario, said, notes, &words);
	said->sentences = words.text;
	said->n_sentences = words.n;
	return words.failed ? STATUS_NO_MEMORY : STATUS_OK;
}

static enum status
compare_one(struct comparing *comparing, const Juyan__V1__Scenario *scenario, Juyan__V1__ComparedScenario *said, struct reason *why)
{
	const struct compare_ask *ask = comparing->ask;
	struct leaves leaves = { 0 };
	struct open_days open = { 0 };
	struct scenario_notes notes = { .n = 0 };
	struct reason found;
	enum status status = stop_look(ask->scene->stop);
	if (status != STATUS_OK)
		return status;
	if (scenario == NULL)
		return fill_one(comparing, NULL, ask->leaves, &notes, said);
	said->name = scenario->name;
	status = leaves_copy(ask->leaves, &leaves);
	if (status == STATUS_OK)
		status = open_days_copy(ask->open, &open);
	if (status == STATUS_OK) {
		status = scenario_apply(scenario, ask->scene, &open, &leaves, &notes, &found);
		if (status_consequence(status) == REFUSE)
			reason_say(why, status, "scenario '%.40s': %.200s", scenario->name, found.text);
	}
	if (status == STATUS_OK)
		status = fill_one(comparing, scenario, &leaves, &notes, said);
	leaves_close(&leaves);
	open_days_close(&open);
	return status;
}

/* ---- all ---- */

static enum status
check_ask(const struct compare_ask *ask, int64_t *to, struct reason *why)
{
	int64_t from;
	const struct leaves *leaves = ask->leaves;
	*to = ask->to;
	if (ask->n_scenarios > COMPARE_SCENARIOS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "there are %zu scenarios, expected at most %d", ask->n_scenarios,
		    COMPARE_SCENARIOS_MAX);
	if (ask->goal != NULL && !goal_days(ask->goal, &from, to))
		return reason_say(why, STATUS_OUT_OF_RANGE, "goal %.40s has no days", ask->goal->id);
	if (*to <= leaves->origin || *to > leaves->origin + (int64_t)leaves->days || leaves->paths == 0) {
		char day[PHRASE_BYTES];
		return reason_say(why, STATUS_OUT_OF_RANGE, "scenarios are compared at %s, expected a day that is forecast",
		    phrase_day(*to, day));
	}
	return STATUS_OK;
}

static enum status
compare_all(struct comparing *comparing, Juyan__V1__Comparison *comparison, struct reason *why)
{
	enum status status = STATUS_OK;
	const struct compare_ask *ask = comparing->ask;
	for (size_t i = 0; status == STATUS_OK && i <= ask->n_scenarios; i++) {
		Juyan__V1__ComparedScenario *said = arena_take(comparing->arena, sizeof *said);
		if (said == NULL)
			return STATUS_NO_MEMORY;
		juyan__v1__compared_scenario__init(said);
		status = compare_one(comparing, i == 0 ? NULL : ask->scenarios[i - 1], said, why);
		if (status == STATUS_OK)
			comparison->scenarios[comparison->n_scenarios++] = said;
	}
	return status;
}

enum status
compare_scenarios(const struct compare_ask *ask, struct arena *arena, Juyan__V1__Comparison **out, struct reason *why)
{
	struct comparing comparing = { .ask = ask, .arena = arena };
	int64_t to = 0;
	enum status status = check_ask(ask, &to, why);
	if (status != STATUS_OK)
		return status;
	Juyan__V1__Comparison *comparison = arena_take(arena, sizeof *comparison);
	if (comparison == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__comparison__init(comparison);
	comparison->goal = (Juyan__V1__Goal *)(uintptr_t)ask->goal; /* lent, and never written to */
	char text[PHRASE_ISO_BYTES];
	comparison->to = arena_text(arena, phrase_iso(to, text));
	comparison->scenarios = arena_take(arena, (ask->n_scenarios + 1) * sizeof(Juyan__V1__ComparedScenario *));
	if (comparison->scenarios == NULL || comparison->to == NULL)
		return STATUS_NO_MEMORY;
	status = months_open(&comparing, to);
	if (status == STATUS_OK)
		status = goal_outcome_open(ask->leaves, &comparing.outcome);
	if (status == STATUS_OK)
		status = compare_all(&comparing, comparison, why);
	comparing_close(&comparing);
	if (status == STATUS_OK)
		*out = comparison;
	return status;
}
