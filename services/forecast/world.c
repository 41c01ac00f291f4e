/*
 * Putting a world together: which leaves there are, where the paths of each come from, the paths (world_paths.c), then what binds
 * them: the whole, the published ports' own paths, ceilings, shut days. Last the running day and the overrides, which can be done
 * anew without the rest.
 */
#include "world.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "daily.h"
#include "overrides.h"
#include "reconcile.h"
#include "world_parts.h"

enum { YEAR_DAYS = 365, MODEL_DAYS_MIN = 28 };

/* Below this share of all that passed in the last year, or of open days with traffic, a leaf is rare. */
static const double rare_share = 0.01, rare_days = 0.25;

void
world_note(struct world_notes *notes, const char *format, ...)
{
	va_list list;
	if (notes->n == WORLD_NOTES_MAX)
		return;
	va_start(list, format);
	vsnprintf(notes->text[notes->n], sizeof notes->text[0], format, list);
	va_end(list);
	for (size_t i = 0; i < notes->n; i++)
		if (strcmp(notes->text[i], notes->text[notes->n]) == 0)
			return;
	notes->n++;
}

void
world_close(struct world *world)
{
	for (size_t i = 0; world->days != NULL && i < world->n_ports; i++)
		days_close(&world->days[i]);
	free(world->days);
	free(world->ports);
	for (size_t k = 0; k < FORECAST_PARTS; k++)
		free(world->part[k]);
	free(world->base_sum);
	free(world->sum);
	free(world->first);
	free(world->running_kg);
	leaves_close(&world->leaves);
	inputs_close(&world->inputs);
	*world = (struct world){ 0 };
}

/* ---- ports and leaves ---- */

static enum status
take_ports(struct world *world)
{
	size_t most = world->inputs.registry->n_records + world->inputs.n + 1;
	world->ports = calloc(most, sizeof *world->ports);
	world->days = calloc(most, sizeof *world->days);
	if (world->ports == NULL || world->days == NULL)
		return STATUS_NO_MEMORY;
	const char *port;
	while ((port = inputs_port(&world->inputs, world->n_ports)) != NULL)
		world->ports[world->n_ports++] = port;
	for (size_t i = 0; i < world->inputs.n; i++) { /* one that the registry has dropped keeps its history */
		size_t k = 0;
		while (k < world->n_ports && strcmp(world->ports[k], world->inputs.leaf[i].key.port) != 0)
			k++;
		if (k == world->n_ports)
			world->ports[world->n_ports++] = world->inputs.leaf[i].key.port;
	}
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < world->n_ports; i++)
		status = days_make(&world->inputs, world->ports[i], world->leaves.days, &world->days[i]);
	return status;
}

static int
leaf_order(const void *left, const void *right)
{
	const struct leaf *a = left, *b = right;
	return leaf_key_order(&a->key, &b->key);
}

static size_t
ledger_days(const struct inputs *inputs, const char *port)
{
	size_t first = inputs->past_days;
	for (size_t i = 0; i < inputs->n; i++)
		for (size_t d = 0; strcmp(inputs->leaf[i].key.port, port) == 0 && d < first; d++)
			if (inputs->leaf[i].past_kg[d] != 0)
				first = d;
	return inputs->past_days - first;
}

static bool
has_leaf(const struct inputs *inputs, const char *port)
{
	for (size_t i = 0; i < inputs->n; i++)
		if (strcmp(inputs->leaf[i].key.port, port) == 0)
			return true;
	return false;
}

static bool
lives_by_published(const struct world *world, size_t port)
{
	return published_any(&world->inputs, world->ports[port]) &&
	    ledger_days(&world->inputs, world->ports[port]) < WORLD_DAYS_YOUNG;
}

/* The inputs' leaves, and one that says no more than its port for each port without any or with published figures. */
static enum status
take_leaves(struct world *world)
{
	struct leaves *leaves = &world->leaves;
	const struct inputs *inputs = &world->inputs;
	leaves->leaf = calloc(inputs->n + world->n_ports + 1, sizeof *leaves->leaf);
	if (leaves->leaf == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < inputs->n + world->n_ports; i++) {
		size_t port = i - inputs->n;
		if (i >= inputs->n && has_leaf(inputs, world->ports[port]) && !lives_by_published(world, port))
			continue;
		struct leaf *leaf = &leaves->leaf[leaves->n];
		leaf->past_kg = calloc(inputs->past_days, sizeof *leaf->past_kg);
		if (leaf->past_kg == NULL)
			return STATUS_NO_MEMORY;
		leaves->n++;
		if (i < inputs->n) {
			leaf->key = inputs->leaf[i].key;
			memcpy(leaf->past_kg, inputs->leaf[i].past_kg, inputs->past_days * sizeof *leaf->past_kg);
		} else {
			snprintf(leaf->key.port, sizeof leaf->key.port, "%s", world->ports[port]);
		}
	}
	if (leaves->n > 0)
		qsort(leaves->leaf, leaves->n, sizeof *leaves->leaf, leaf_order);
	return STATUS_OK;
}

static enum status
take_room(struct world *world, struct reason *why)
{
	struct leaves *leaves = &world->leaves;
	size_t cells = leaves->n * leaves->days;
	if (cells > WORLD_VALUES_MAX / leaves->paths)
		return reason_say(why, STATUS_TOO_MANY,
		    "%zu parts, %zu days and %zu paths are too many at once: ask for fewer paths or an "
		    "earlier end",
		    leaves->n, leaves->days, leaves->paths);
	leaves->future_kg = calloc(cells * leaves->paths + 1, sizeof *leaves->future_kg);
	world->base_sum = calloc(cells + 1, sizeof *world->base_sum);
	world->sum = calloc(cells + 1, sizeof *world->sum);
	world->first = calloc(leaves->n * leaves->paths + 1, sizeof *world->first);
	world->running_kg = calloc(leaves->n + 1, sizeof *world->running_kg);
	bool whole = leaves->future_kg != NULL && world->base_sum != NULL && world->sum != NULL && world->first != NULL &&
	    world->running_kg != NULL;
	for (size_t k = 0; k < FORECAST_PARTS; k++) {
		world->part[k] = calloc(cells + 1, sizeof *world->part[k]);
		whole = whole && world->part[k] != NULL;
	}
	return whole ? STATUS_OK : reason_say(why, STATUS_NO_MEMORY, "memory ran out");
}

/* ---- where the paths of each leaf come from ---- */

static enum source
source_of(const struct draft *draft, size_t leaf)
{
	const struct world *world = draft->world;
	const struct leaves *leaves = &world->leaves;
	const struct leaf_key *key = &leaves->leaf[leaf].key;
	if (world_is_port_alone(key)) {
		bool alone = !has_leaf(&world->inputs, key->port);
		return !draft->young[draft->port[leaf]] ? FROM_GUESS : alone ? FROM_PUBLISHED : FROM_NOTHING;
	}
	size_t begin = world_begin(leaves, leaf), days = 0, open = 0;
	size_t from = leaves->past_days > YEAR_DAYS ? leaves->past_days - YEAR_DAYS : 0;
	for (size_t d = begin > from ? begin : from; d < leaves->past_days; d++) {
		days += leaves->leaf[leaf].past_kg[d] > 0;
		open += draft_days(draft, leaf)->calendar.open[d] > 0.0;
	}
	double share = (double)world_recent_kg(leaves, leaf, YEAR_DAYS) / fmax(1.0, (double)draft->day_kg * YEAR_DAYS);
	bool rare = share < rare_share || (double)days < rare_days * (double)open || leaves->past_days - begin < MODEL_DAYS_MIN;
	return rare ? FROM_RARE : FROM_MODEL;
}

static void
draft_close(struct draft *draft)
{
	for (size_t i = 0; draft->by_port != NULL && i < draft->world->n_ports; i++)
		forecast_close(&draft->by_port[i]);
	forecast_close(&draft->whole);
	free(draft->source);
	free(draft->port);
	free(draft->young);
	free(draft->by_port);
	free(draft->which);
	free(draft->outcome);
}

static enum status
draft_open(struct world *world, struct draft *out)
{
	const struct leaves *leaves = &world->leaves;
	*out = (struct draft){ .world = world,
		.source = calloc(leaves->n + 1, sizeof *out->source),
		.port = calloc(leaves->n + 1, sizeof *out->port),
		.young = calloc(world->n_ports + 1, sizeof *out->young),
		.by_port = calloc(world->n_ports + 1, sizeof *out->by_port),
		.which = calloc(leaves->n + 1, sizeof *out->which),
		.outcome = calloc(leaves->n + world->n_ports + 1, sizeof *out->outcome) };
	if (out->source == NULL || out->port == NULL || out->young == NULL || out->by_port == NULL || out->which == NULL ||
	    out->outcome == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < world->n_ports; i++)
		out->young[i] = lives_by_published(world, i);
	for (size_t i = 0; i < leaves->n; i++) {
		while (strcmp(world->ports[out->port[i]], leaves->leaf[i].key.port) != 0)
			out->port[i]++;
		out->day_kg += world_recent_kg(leaves, i, YEAR_DAYS) / YEAR_DAYS;
	}
	for (size_t i = 0; i < leaves->n; i++) {
		out->source[i] = source_of(out, i);
		if ((out->source[i] == FROM_MODEL || out->source[i] == FROM_RARE) && !out->young[out->port[i]])
			out->which[out->n_which++] = i;
	}
	return STATUS_OK;
}

/* ---- what binds the paths ---- */

/* The leaves of a port, of one mode or (unspecified) of all. */
static size_t
leaves_of(const struct leaves *leaves, const char *port, Juyan__V1__Mode mode, size_t *which)
{
	size_t n = 0;
	for (size_t i = 0; i < leaves->n; i++)
		if (strcmp(leaves->leaf[i].key.port, port) == 0 &&
		    (mode == JUYAN__V1__MODE__MODE_UNSPECIFIED || leaves->leaf[i].key.mode == mode))
			which[n++] = i;
	return n;
}

static enum status
bind_to_wholes(struct draft *draft)
{
	struct world *world = draft->world;
	enum status status = STATUS_OK;
	size_t *which = calloc(world->leaves.n + 1, sizeof *which);
	if (which == NULL)
		return STATUS_NO_MEMORY;
	if (draft->whole.path != NULL)
		status = reconcile_to_whole(&world->leaves, draft->which, draft->n_which, draft->whole.path);
	for (size_t port = 0; status == STATUS_OK && port < world->n_ports; port++) {
		if (draft->by_port[port].path == NULL || !has_leaf(&world->inputs, world->ports[port]))
			continue;
		size_t n = leaves_of(&world->leaves, world->ports[port], JUYAN__V1__MODE__MODE_UNSPECIFIED, which);
		status = reconcile_to_whole(&world->leaves, which, n, draft->by_port[port].path);
	}
	free(which);
	return status;
}

/*
 * Shut days are nobody's. A holiday that is kept open in some years is kept open in so many paths, for all leaves of the port alike;
 * what that takes away is the calendar's part.
 */
static void
shut(struct draft *draft)
{
	struct leaves *leaves = &draft->world->leaves;
	for (size_t i = 0; i < leaves->n; i++)
		for (size_t d = 0; d < leaves->days; d++) {
			double odds = draft_days(draft, i)->odds[d];
			for (size_t p = 0; odds < 1.0 && p < leaves->paths; p++) {
				struct chance chance =
				    chance_begin(draft->world->making.seed + draft->port[i], ((uint64_t)p << 16) + d);
				if (chance_uniform(&chance) >= odds)
					leaves_path(leaves, i, p)[d] = 0;
			}
		}
}

/* What has happened to the sums since `before` goes to this part. */
static void
keep_difference(struct world *world, const int64_t *before, enum forecast_part part)
{
	reconcile_sums(&world->leaves, world->sum);
	for (size_t i = 0; i < world->leaves.n * world->leaves.days; i++)
		world->part[part][i] += (double)(world->sum[i] - before[i]) / (double)world->leaves.paths;
}

/* Modes first, then ports; what this takes away is the ceiling's part. */
static enum status
bind_to_days(struct draft *draft)
{
	struct world *world = draft->world;
	struct leaves *leaves = &world->leaves;
	size_t *which = calloc(leaves->n + 1, sizeof *which);
	int64_t *most_kg = calloc(leaves->days, sizeof *most_kg);
	const Juyan__V1__Mode modes[] = { JUYAN__V1__MODE__TRUCK, JUYAN__V1__MODE__AGV, JUYAN__V1__MODE__RAIL,
		JUYAN__V1__MODE__MODE_UNSPECIFIED };
	bool room = which != NULL && most_kg != NULL;
	if (room) {
		reconcile_sums(leaves, world->base_sum);
		shut(draft);
		keep_difference(world, world->base_sum, PART_CALENDAR);
		memcpy(world->base_sum, world->sum, leaves->n * leaves->days * sizeof *world->sum);
	}
	for (size_t port = 0; room && port < world->n_ports; port++)
		for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++)
			if (days_ceiling(&world->inputs, world->ports[port], modes[m], leaves->days, most_kg))
				reconcile_limit(leaves, which, leaves_of(leaves, world->ports[port], modes[m], which), most_kg);
	if (room)
		keep_difference(world, world->base_sum, PART_CEILING);
	free(which);
	free(most_kg);
	return room ? STATUS_OK : STATUS_NO_MEMORY;
}

/* ---- what a person should know ---- */

static void
say_sources(struct draft *draft)
{
	struct world *world = draft->world;
	size_t n[FROM_NOTHING + 1] = { 0 };
	for (size_t i = 0; i < world->leaves.n; i++) {
		const char *port = world->leaves.leaf[i].key.port;
		n[draft->source[i]]++;
		if (draft->source[i] == FROM_GUESS)
			world_note(&world->notes, "%s has no history here: its figures are a guess, as wide as what it could carry",
			    port);
	}
	for (size_t i = 0; i < world->n_ports; i++) {
		size_t days = ledger_days(&world->inputs, world->ports[i]);
		if (draft->by_port[i].path != NULL)
			world_note(&world->notes, "%s: forecast from published figures, and %zu days of its own", world->ports[i],
			    days);
		else if (days > 0 && days < WORLD_DAYS_YOUNG)
			world_note(&world->notes, "%s has a short history of %zu days: no year to learn its seasons from",
			    world->ports[i], days);
	}
	const char *model = draft->whole.path != NULL ? draft->whole.model : "each part by itself";
	snprintf(world->model, sizeof world->model, "%.160s; %zu parts by models, %zu rare, %zu published, %zu guessed", model,
	    n[FROM_MODEL], n[FROM_RARE], n[FROM_PUBLISHED], n[FROM_GUESS]);
}

static void
say_past(struct draft *draft)
{
	struct world *world = draft->world;
	const struct forecast_past *past = &draft->whole.past;
	for (size_t i = 0; i < draft->whole.n_notes; i++)
		world_note(&world->notes, "%s", draft->whole.notes[i]);
	if (draft->whole.path != NULL && past->origins > 0 && isfinite(past->sum_error))
		snprintf(world->backtest, sizeof world->backtest,
		    "from %zu earlier days the total over as many days was off by %.1f %% in the middle; MASE %.2f, %.0f %% of "
		    "days "
		    "within the 80 %% interval",
		    past->origins, 100.0 * past->sum_error, past->mase, 100.0 * past->covered80);
	if (world->inputs.silent_days > 0)
		world_note(&world->notes,
		    "nothing has come for the last %lld days, and no calendar shuts them: they are forecast, not "
		    "taken as zero",
		    (long long)world->inputs.silent_days);
}

/* ---- all of it ---- */

static enum status
make_paths(struct world *world)
{
	struct draft draft = { 0 };
	enum status status = draft_open(world, &draft);
	if (status == STATUS_OK)
		status = draft_paths(&draft);
	if (status == STATUS_OK)
		status = bind_to_wholes(&draft);
	if (status == STATUS_OK)
		status = bind_to_days(&draft);
	if (status == STATUS_OK) {
		say_sources(&draft);
		say_past(&draft);
	}
	draft_close(&draft);
	return status;
}

static void
keep_first(struct world *world)
{
	for (size_t i = 0; i < world->leaves.n; i++)
		for (size_t p = 0; p < world->leaves.paths; p++)
			world->first[i * world->leaves.paths + p] = leaves_path(&world->leaves, i, p)[0];
	reconcile_sums(&world->leaves, world->base_sum);
}

enum status
world_make(struct inputs *inputs, const struct world_making *making, struct world *out, struct reason *why)
{
	struct world world = { .inputs = *inputs, .making = *making };
	*inputs = (struct inputs){ 0 };
	assert(making->last_day > world.inputs.origin && making->paths > 0);
	world.leaves = (struct leaves){ .first_day = world.inputs.first_day,
		.origin = world.inputs.origin,
		.past_days = world.inputs.past_days,
		.days = (size_t)(making->last_day - world.inputs.origin),
		.paths = making->paths };
	enum status status = take_ports(&world);
	if (status == STATUS_OK)
		status = take_leaves(&world);
	if (status == STATUS_OK)
		status = take_room(&world, why);
	if (status == STATUS_OK)
		status = make_paths(&world);
	if (status != STATUS_OK) {
		world_close(&world);
		return status == STATUS_NO_MEMORY ? reason_say(why, status, "memory ran out") : status;
	}
	keep_first(&world);
	if (making->overrides) {
		overrides_apply(&world.inputs, &world.leaves, world.running_kg, 0, world.leaves.days);
		overrides_tell(&world.inputs, making->last_day, &world.notes);
	}
	reconcile_sums(&world.leaves, world.sum);
	world_run(&world, &world.inputs);
	*out = world;
	return STATUS_OK;
}

/* ---- the running day ---- */

static void
sum_first(const struct world *world, int64_t *sum)
{
	for (size_t i = 0; i < world->leaves.n; i++) {
		int64_t *of = &sum[i * world->leaves.days];
		*of = 0;
		for (size_t p = 0; p < world->leaves.paths; p++)
			*of += leaves_path(&world->leaves, i, p)[0];
	}
}

/* What a port's day has run ahead of, or fallen behind, its usual course: 1 as usual, at most three times as much. */
static double
pace(const struct world *world, const char *port, double share)
{
	double had = 0.0, meant = 0.0;
	for (size_t i = 0; i < world->leaves.n; i++) {
		if (strcmp(world->leaves.leaf[i].key.port, port) != 0)
			continue;
		had += (double)world->running_kg[i];
		for (size_t p = 0; p < world->leaves.paths; p++)
			meant += (double)world->first[i * world->leaves.paths + p] / (double)world->leaves.paths;
	}
	return share * meant <= 0.0 ? 1.0 : fmin(had / (share * meant), 3.0);
}

/*
 * What is still to come of the day: the share that usually is, of what the path has for the day, moved toward the pace that the day
 * has had by as much as the day is done.
 */
static void
run_leaf(struct world *world, size_t leaf, double share)
{
	double ahead = 1.0 + share * (pace(world, world->leaves.leaf[leaf].key.port, share) - 1.0);
	for (size_t p = 0; p < world->leaves.paths; p++) {
		double left = (1.0 - share) * (double)world->first[leaf * world->leaves.paths + p] * ahead;
		leaves_path(&world->leaves, leaf, p)[0] = world->running_kg[leaf] + (int64_t)llround(left);
	}
}

void
world_run(struct world *world, const struct inputs *now)
{
	assert(now->digest == world->inputs.digest);
	world->running_share = 0.0;
	for (size_t i = 0; i < world->leaves.n; i++) {
		double share = 0.0;
		world->running_kg[i] = 0;
		for (size_t k = 0; now->running_kg != NULL && k < now->n; k++)
			if (leaf_key_order(&now->leaf[k].key, &world->leaves.leaf[i].key) == 0)
				world->running_kg[i] = now->running_kg[k];
		for (size_t k = 0; now->running_kg != NULL && k < now->n; k++)
			if (strcmp(now->leaf[k].key.port, world->leaves.leaf[i].key.port) == 0)
				share = now->running_share[k];
		world->running_share = fmax(world->running_share, share);
		for (size_t p = 0; p < world->leaves.paths; p++)
			leaves_path(&world->leaves, i, p)[0] = world->first[i * world->leaves.paths + p];
	}
	for (size_t i = 0; now->running_kg != NULL && i < world->leaves.n; i++)
		for (size_t k = 0; k < now->n; k++)
			if (strcmp(now->leaf[k].key.port, world->leaves.leaf[i].key.port) == 0) {
				run_leaf(world, i, now->running_share[k]);
				break;
			}
	sum_first(world, world->base_sum);
	if (world->making.overrides)
		overrides_apply(&world->inputs, &world->leaves, world->running_kg, 0, 1);
	sum_first(world, world->sum);
}

static bool
is_open(const struct world *world, size_t port, size_t day)
{
	const struct days_of *days = &world->days[port].road;
	size_t past = world->leaves.past_days;
	return day < past ? days->calendar.open[day] > 0.5 : days->odds[day - past] >= 0.5;
}

enum status
world_open_days(const struct world *world, struct open_days *out)
{
	struct open_days open = { .first_day = world->leaves.first_day,
		.days = world->leaves.past_days + world->leaves.days,
		.n_ports = world->n_ports,
		.ports = world->ports,
		.open = calloc(world->n_ports * (world->leaves.past_days + world->leaves.days) + 1, sizeof *open.open) };
	if (open.open == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < world->n_ports; i++)
		for (size_t d = 0; d < open.days; d++)
			open.open[i * open.days + d] = is_open(world, i, d);
	*out = open;
	return STATUS_OK;
}
