/*
 * Putting a world together: which leaves there are, where the paths of each come from, the paths (world_paths.c), what binds them
 * (world_bind.c). Last the running day (world_run.c) and the overrides, which can be done anew without the rest.
 */
#include "world.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daily.h"
#include "overrides.h"
#include "phrase.h"
#include "reconcile.h"
#include "world_parts.h"

enum { YEAR_DAYS = 365, MODEL_DAYS_MIN = 28 };

/* Below this share of all that passed in the last year, or of open days with traffic, a leaf is rare. */
static const double rare_share = 0.01, rare_days = 0.25;

void
world_note(struct world_notes *notes, const char *port, const char *format, ...)
{
	va_list list;
	if (notes->n == WORLD_NOTES_MAX)
		return;
	va_start(list, format);
	vsnprintf(notes->text[notes->n], sizeof notes->text[0], format, list);
	snprintf(notes->port[notes->n], sizeof notes->port[0], "%s", port);
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

bool
world_has_leaf(const struct inputs *inputs, const char *port)
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
		if (i >= inputs->n && world_has_leaf(inputs, world->ports[port]) && !lives_by_published(world, port))
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

/* The leaves, one more for each port and one for the whole; and pasts that each path has of its own. */
size_t
world_values(const struct inputs *inputs, size_t days)
{
	size_t values = inputs->n * (days + (inputs->n_completions > 0 ? COMPLETION_LAGS : 0)) + days;
	const char *port;
	for (size_t i = 0; (port = inputs_port(inputs, i)) != NULL; i++)
		values += days + (published_any(inputs, port) ? 2 * (YEAR_DAYS + 1) : 0);
	return values;
}

static enum status
check_room(const struct inputs *inputs, const struct world_making *making, struct reason *why)
{
	size_t days = (size_t)(making->last_day - inputs->origin), values = world_values(inputs, days);
	size_t fit = WORLD_VALUES_MAX / values;
	char more[64] = "";
	if (making->paths <= fit)
		return STATUS_OK;
	if (fit >= WORLD_PATHS_MIN)
		snprintf(more, sizeof more, "up to %zu paths, or for ", fit);
	return reason_say(why, STATUS_TOO_MANY,
	    "%zu paths of the %zu parts that there are, over %zu days to the end of a year, are %.0f million values; at most %.0f "
	    "are "
	    "made at once: ask for %san earlier end",
	    making->paths, inputs->n, days, (double)making->paths * (double)values / 1e6, (double)WORLD_VALUES_MAX / 1e6, more);
}

static enum status
take_room(struct world *world, struct reason *why)
{
	struct leaves *leaves = &world->leaves;
	size_t cells = leaves->n * leaves->days;
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
		bool alone = !world_has_leaf(&world->inputs, key->port);
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
			world_note(&world->notes, port,
			    "%s has no history here: its figures are a guess, as wide as what it could carry", port);
	}
	for (size_t i = 0; i < world->n_ports; i++) {
		size_t days = ledger_days(&world->inputs, world->ports[i]);
		if (draft->by_port[i].path != NULL)
			world_note(&world->notes, world->ports[i], "%s is forecast from published figures%s", world->ports[i],
			    days > 0 ? " and the days that its ledger has" : "");
		else if (days > 0 && days < WORLD_DAYS_YOUNG)
			world_note(&world->notes, world->ports[i],
			    "%s has a short history of %zu days: no year to learn its seasons from", world->ports[i], days);
	}
	const char *model = draft->whole.path != NULL ? draft->whole.model : "each part by itself";
	size_t used = (size_t)snprintf(world->model, sizeof world->model, "%.160s", model);
	static const struct {
		int from;
		const char *says;
	} sources[] = {
		{ FROM_MODEL, "by models" },
		{ FROM_RARE, "rare, from their own last year" },
		{ FROM_PUBLISHED, "from published figures" },
		{ FROM_GUESS, "guessed" },
	};
	for (size_t i = 0; i < sizeof sources / sizeof sources[0] && used < sizeof world->model; i++)
		if (n[sources[i].from] > 0)
			used += (size_t)snprintf(world->model + used, sizeof world->model - used, "; %zu part%s %s",
			    n[sources[i].from], n[sources[i].from] == 1 ? "" : "s", sources[i].says);
}

static void
say_past(struct draft *draft)
{
	struct world *world = draft->world;
	const struct forecast_past *past = &draft->whole.past;
	for (size_t i = 0; i < draft->whole.n_notes; i++)
		world_note(&world->notes, "", "%s", draft->whole.notes[i]);
	if (draft->whole.path != NULL && past->origins > 0 && isfinite(past->sum_error))
		snprintf(world->backtest, sizeof world->backtest,
		    "all ports together, forecast again from %zu earlier day%s: the sum of the next %zu day%s (what was done "
		    "before is not in it) was off by %.1f %% (median); of single days %.0f %% lay within the 80 %% interval, "
		    "MASE %.2f",
		    past->origins, past->origins == 1 ? "" : "s", world->leaves.days, world->leaves.days == 1 ? "" : "s",
		    100.0 * past->sum_error, 100.0 * past->covered80, past->mase);
	if (world->inputs.stopped_day > 0) {
		char day[PHRASE_BYTES], before[PHRASE_BYTES];
		world_note(&world->notes, "",
		    "nothing has come since %s, long before today: this is what was to be said at the end of %s",
		    phrase_day(world->inputs.stopped_day, day), phrase_day(world->inputs.origin, before));
	}
	if (world->inputs.silent_days > 0)
		world_note(&world->notes, "",
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
		status = draft_bind(&draft);
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
	enum status status = check_room(&world.inputs, making, why);
	if (status == STATUS_OK)
		status = take_ports(&world);
	if (status == STATUS_OK)
		status = take_leaves(&world);
	if (status == STATUS_OK)
		status = take_room(&world, why);
	if (status == STATUS_OK)
		status = world_expect_late(&world);
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
