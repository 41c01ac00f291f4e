/* Applies a scenario step by step, as scenario.h says. The longer steps stand in scenario_*.c. */
#include "scenario.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "phrase.h"
#include "scenario_parts.h"
#include "wire.h"

void
scene_note(struct scene *scene, const char *format, ...)
{
	struct scenario_notes *notes = scene->notes;
	if (notes == NULL || notes->n == SCENARIO_NOTES_MAX)
		return;
	va_list args;
	va_start(args, format);
	vsnprintf(notes->text[notes->n++], SENTENCE_BYTES_MAX, format, args);
	va_end(args);
}

double
shift_share(const struct shift *shift, int64_t day)
{
	if (day < shift->from || day > shift->to)
		return 0;
	int64_t ramp = shift->change->ramp_days, taken = day - shift->from + 1;
	return taken >= ramp ? 1 : (double)taken / (double)ramp;
}

bool
shift_names(const struct shift *shift, const char *port, Juyan__V1__Mode mode)
{
	return (shift->change->port[0] == '\0' || strcmp(shift->change->port, port) == 0) &&
	    (shift->mode == 0 || shift->mode == mode);
}

bool
shift_holds(const struct shift *shift, const struct leaf_key *key)
{
	return shift_names(shift, key->port, key->mode) && (shift->direction == 0 || shift->direction == key->direction);
}

static int64_t
day_at(const struct scene *scene, size_t i)
{
	return scene->leaves->origin + 1 + (int64_t)i;
}

/* ---- 1: days ---- */

/* A change of days that names a mode or a direction, so that the port itself stays as it is. */
static bool
partial(const struct shift *shift)
{
	return shift->mode != 0 || shift->direction != 0;
}

bool
scene_shut(const struct scene *scene, const struct leaf_key *key, int64_t day)
{
	bool shut = !open_days_at(scene->open, key->port, day);
	for (size_t i = 0; i < scene->n; i++) {
		const struct shift *shift = &scene->shift[i];
		if (shift->change->what_case == JUYAN__V1__CHANGE__WHAT_CLOSED && partial(shift) && shift_holds(shift, key) &&
		    shift_share(shift, day) > 0)
			shut = shift->change->closed;
	}
	return shut;
}

/* The next open day of a port after day `i`; SIZE_MAX: there is none. */
static size_t
next_open(const struct scene *scene, const char *port, size_t i)
{
	for (i++; i < scene->leaves->days; i++)
		if (open_days_at(scene->open, port, day_at(scene, i)))
			return i;
	return SIZE_MAX;
}

static void
fill_day(const struct scene *scene, size_t leaf, size_t i, size_t before, size_t after)
{
	if (before == SIZE_MAX && after == SIZE_MAX)
		return;
	before = before == SIZE_MAX ? after : before;
	after = after == SIZE_MAX ? before : after;
	for (size_t path = 0; path < scene->leaves->paths; path++) {
		int64_t *kg = leaves_path(scene->leaves, leaf, path);
		kg[i] = kg[before] / 2 + kg[after] / 2 + (kg[before] % 2 + kg[after] % 2) / 2;
	}
}

/*
 * The shut days on which the change holds. The calendar was not yet changed, so that neighbours of a span that is kept open are
 * those outside of it: all of the span have the same, which are looked for once.
 */
static void
keep_open(const struct scene *scene, const struct shift *shift, size_t leaf)
{
	const char *port = scene->leaves->leaf[leaf].key.port;
	size_t before = SIZE_MAX, after = SIZE_MAX;
	bool known = false;
	for (size_t i = 0; i < scene->leaves->days; i++) {
		if (open_days_at(scene->open, port, day_at(scene, i))) {
			before = i;
			known = false;
			continue;
		}
		if (shift_share(shift, day_at(scene, i)) <= 0)
			continue;
		if (!known)
			after = next_open(scene, port, i);
		known = true;
		fill_day(scene, leaf, i, before, after);
	}
}

static void
shut_leaf(const struct scene *scene, const struct shift *shift, size_t leaf)
{
	for (size_t i = 0; i < scene->leaves->days; i++)
		for (size_t path = 0; shift_share(shift, day_at(scene, i)) > 0 && path < scene->leaves->paths; path++)
			leaves_path(scene->leaves, leaf, path)[i] = 0;
}

static void
mark_days(const struct scene *scene, const struct shift *shift)
{
	struct open_days *open = scene->open;
	for (size_t port = 0; port < open->n_ports; port++)
		for (size_t i = 0; shift_names(shift, open->ports[port], shift->mode) && i < open->days; i++) {
			int64_t day = open->first_day + (int64_t)i;
			if (day > scene->leaves->origin && shift_share(shift, day) > 0)
				open->open[port * open->days + i] = !shift->change->closed;
		}
}

static void
change_days(const struct scene *scene, const struct shift *shift)
{
	for (size_t leaf = 0; leaf < scene->leaves->n; leaf++) {
		if (!shift_holds(shift, &scene->leaves->leaf[leaf].key))
			continue;
		if (shift->change->closed)
			shut_leaf(scene, shift, leaf);
		else
			keep_open(scene, shift, leaf);
	}
	if (!partial(shift))
		mark_days(scene, shift);
}

/* Whole ports first, then what names a mode or a direction: the narrower word holds. */
static void
change_all_days(const struct scene *scene)
{
	for (int narrow = 0; narrow < 2; narrow++)
		for (size_t i = 0; i < scene->n; i++)
			if (scene->shift[i].change->what_case == JUYAN__V1__CHANGE__WHAT_CLOSED &&
			    partial(&scene->shift[i]) == (narrow == 1))
				change_days(scene, &scene->shift[i]);
}

/* ---- 2 and 3: levers and demand ---- */

/* One factor a day for both, so that a mass is rounded once. */
static double
factor_of(const struct scene *scene, const struct leaf_key *key, int64_t day)
{
	double factor = levers_product(scene, key->port, key->mode, day);
	for (size_t i = 0; i < scene->n; i++) {
		const struct shift *shift = &scene->shift[i];
		if (shift->change->what_case == JUYAN__V1__CHANGE__WHAT_DEMAND_PER_MILLE && shift_holds(shift, key))
			factor *= 1 + shift_share(shift, day) * ((double)shift->change->demand_per_mille / 1000 - 1);
	}
	return factor;
}

static void
scale_leaf(const struct scene *scene, size_t leaf)
{
	struct leaves *leaves = scene->leaves;
	bool changes = false;
	for (size_t i = 0; i < leaves->days; i++) {
		scene->per_day[i] = factor_of(scene, &leaves->leaf[leaf].key, day_at(scene, i));
		changes = changes || scene->per_day[i] != 1;
	}
	for (size_t path = 0; changes && path < leaves->paths; path++) {
		int64_t *kg = leaves_path(leaves, leaf, path);
		for (size_t i = 0; i < leaves->days; i++)
			if (scene->per_day[i] != 1)
				kg[i] = leaves_kg((double)kg[i] * scene->per_day[i]);
	}
}

/* ---- 4: added traffic ---- */

enum { ADDITIONS_MAX = SCENARIO_CHANGES_MAX + SCENARIO_LEVERS_MAX };

struct additions {
	struct addition list[ADDITIONS_MAX];
	size_t n;
};

static enum status
draw_by_lever(struct scene *scene, const Juyan__V1__Lever *lever, struct additions *additions)
{
	struct leaf_key key = { .mode = lever->mode };
	bool any = false;
	for (size_t i = 0; i < scene->leaves->days; i++) {
		scene->per_day[i] = lever_brings(scene, lever, day_at(scene, i));
		any = any || scene->per_day[i] > 0;
	}
	if (!any)
		return STATUS_OK;
	snprintf(key.port, sizeof key.port, "%s", lever->port);
	enum status status = scene_draw(scene, &key, scene->per_day, &additions->list[additions->n]);
	additions->n += status == STATUS_OK;
	return status;
}

static enum status
draw_by_change(struct scene *scene, const struct shift *shift, struct additions *additions)
{
	struct leaf_key key = { .mode = shift->mode, .direction = shift->direction };
	for (size_t i = 0; i < scene->leaves->days; i++)
		scene->per_day[i] = shift_share(shift, day_at(scene, i)) * (double)shift->change->added_kg_per_day;
	snprintf(key.port, sizeof key.port, "%s", shift->change->port);
	enum status status = scene_draw(scene, &key, scene->per_day, &additions->list[additions->n]);
	additions->n += status == STATUS_OK;
	return status;
}

static bool
is_set(const struct scene *scene, const Juyan__V1__Lever *lever)
{
	for (size_t i = 0; i < scene->n; i++)
		if (lever_is_set(&scene->shift[i], lever))
			return true;
	return false;
}

static enum status
draw_all(struct scene *scene, struct additions *additions)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < scene->ground->n_levers && additions->n < SCENARIO_LEVERS_MAX; i++)
		if (scene->ground->levers[i]->now <= 0 && is_set(scene, scene->ground->levers[i]))
			status = draw_by_lever(scene, scene->ground->levers[i], additions);
	for (size_t i = 0; status == STATUS_OK && i < scene->n; i++) {
		if (scene->shift[i].change->what_case == JUYAN__V1__CHANGE__WHAT_ADDED_KG_PER_DAY)
			status = draw_by_change(scene, &scene->shift[i], additions);
		if (status == STATUS_OK)
			status = stop_look(scene->ground->stop);
	}
	return status;
}

/* ---- notes ---- */

enum { RECENT_DAYS = 28 };

/* A lever that stands at 0 while its mode has traffic: what it brings comes on top, which may not be what was meant. */
static void
note_running(struct scene *scene, const Juyan__V1__Lever *lever)
{
	const struct leaves *leaves = scene->leaves;
	size_t days = leaves->past_days < RECENT_DAYS ? leaves->past_days : RECENT_DAYS;
	int64_t kg = 0;
	char mass[PHRASE_BYTES];
	for (size_t i = 0; i < leaves->n; i++) {
		const struct leaf *leaf = &leaves->leaf[i];
		if (leaf->key.mode != lever->mode || strcmp(leaf->key.port, lever->port) != 0)
			continue;
		for (size_t d = leaves->past_days - days; leaf->past_kg != NULL && d < leaves->past_days; d++)
			kg += leaf->past_kg[d];
	}
	if (kg > 0)
		scene_note(scene,
		    "%.40s at %.32s stands at 0 in the registry, yet %s a day passed by %s of late: what it brings is added to "
		    "that.",
		    lever->name, lever->port, phrase_mass(kg / (int64_t)days, PHRASE_NEAREST, mass), wire_mode_name(lever->mode));
}

static void
note_lever(struct scene *scene, const struct shift *shift)
{
	const Juyan__V1__LeverChange *set = shift->change->lever;
	for (size_t i = 0; i < scene->ground->n_levers; i++) {
		const Juyan__V1__Lever *lever = scene->ground->levers[i];
		if (!lever_is_set(shift, lever))
			continue;
		const char *idle = scenario_lever_idle(scene->leaves, lever);
		if (lever->now <= 0)
			note_running(scene, lever);
		if (lever->most > 0 && set->value > lever->most)
			scene_note(scene, "%.40s at %.32s: %lld is more than the %lld that can be had.", lever->name, lever->port,
			    (long long)set->value, (long long)lever->most);
		if (idle != NULL)
			scene_note(scene, "%.40s at %.32s: %s, so that it changes nothing.", lever->name, lever->port, idle);
	}
}

/* Days, demand or a ceiling that find nothing to work on. */
static void
note_idle(struct scene *scene, const struct shift *shift)
{
	bool unsplit = false;
	for (size_t leaf = 0; leaf < scene->leaves->n; leaf++) {
		const struct leaf_key *key = &scene->leaves->leaf[leaf].key;
		if (shift_holds(shift, key))
			return;
		unsplit =
		    unsplit || (key->mode == 0 && (shift->change->port[0] == '\0' || strcmp(shift->change->port, key->port) == 0));
	}
	if (unsplit)
		scene_note(scene,
		    "The change from %.12s changes nothing: what passes there is not known by mode and direction (published totals "
		    "do not say it).",
		    shift->change->from);
	else
		scene_note(scene, "The change from %.12s meets no traffic that is on file.", shift->change->from);
}

static void
note_outside(struct scene *scene, const struct shift *shift)
{
	char first[PHRASE_ISO_BYTES], last[PHRASE_ISO_BYTES];
	int64_t origin = scene->leaves->origin;
	scene_note(scene, "The change from %.12s lies outside of the days that are forecast (%s to %s): it changes nothing here.",
	    shift->change->from, phrase_iso(origin + 1, first), phrase_iso(origin + (int64_t)scene->leaves->days, last));
}

/* What a person would otherwise look for in vain. */
static void
note_all(struct scene *scene)
{
	for (size_t i = 0; i < scene->n; i++) {
		const struct shift *shift = &scene->shift[i];
		if (shift->to <= scene->leaves->origin || shift->from > scene->leaves->origin + (int64_t)scene->leaves->days)
			note_outside(scene, shift);
		else if (shift->change->what_case == JUYAN__V1__CHANGE__WHAT_LEVER)
			note_lever(scene, shift);
		else if (shift->change->what_case != JUYAN__V1__CHANGE__WHAT_ADDED_KG_PER_DAY)
			note_idle(scene, shift);
	}
}

/* ---- the whole ---- */

static enum status
scene_read(const Juyan__V1__Scenario *scenario, struct scene *scene, struct reason *why)
{
	if (scenario->n_changes > SCENARIO_CHANGES_MAX)
		return reason_say(why, STATUS_TOO_MANY, "the scenario has %zu changes, expected at most %d", scenario->n_changes,
		    SCENARIO_CHANGES_MAX);
	for (size_t i = 0; i < scenario->n_changes; i++) {
		struct reason found;
		enum status status = scenario_check(scenario->changes[i], scene->ground, &found);
		if (status != STATUS_OK)
			return reason_say(why, status, "change %zu: %.230s", i + 1, found.text);
		status = shift_read(scenario->changes[i], &scene->shift[i], why);
		assert(status == STATUS_OK);
	}
	scene->n = scenario->n_changes;
	return STATUS_OK;
}

/* All steps in their order. */
static enum status
run(struct scene *scene)
{
	struct additions additions = { .n = 0 };
	note_all(scene);
	change_all_days(scene);
	enum status status = draw_all(scene, &additions);
	for (size_t leaf = 0; status == STATUS_OK && leaf < scene->leaves->n; leaf++) {
		scale_leaf(scene, leaf);
		status = stop_look(scene->ground->stop);
	}
	for (size_t i = 0; i < additions.n; i++) {
		if (status == STATUS_OK)
			scene_join(scene, &additions.list[i]);
		free(additions.list[i].kg);
	}
	return status == STATUS_OK ? scene_ceilings(scene) : status;
}

enum status
scenario_apply(const Juyan__V1__Scenario *scenario, const struct scenario_ground *ground, struct open_days *open,
    struct leaves *leaves, struct scenario_notes *notes, struct reason *why)
{
	struct scene scene = { .ground = ground, .open = open, .leaves = leaves, .notes = notes };
	if (notes != NULL)
		notes->n = 0;
	enum status status = scene_read(scenario, &scene, why);
	if (status != STATUS_OK || scene.n == 0)
		return status;
	scene.per_day = calloc(leaves->days + 1, sizeof *scene.per_day);
	scene.held = calloc(leaves->n + ADDITIONS_MAX, sizeof *scene.held);
	if (scene.per_day != NULL && scene.held != NULL)
		status = run(&scene);
	else
		status = STATUS_NO_MEMORY;
	free(scene.per_day);
	free(scene.held);
	return status;
}
