/*
 * A walk over days for each slice: known days first, then for each path the sum of the slice's leaves; a row at each period's end.
 */
#include "outlook.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "reconcile.h"
#include "spread.h"

/* One outlook while it is made. */
struct work {
	const struct world *world;
	const struct leaves *leaves;
	const Juyan__V1__OutlookAsk *ask;
	struct arena *arena;
	int64_t first, to;                        /* days of the rows */
	int64_t *means, *base_means, *over_means; /* [leaf * days + day]; the last two of the world's leaves */
	size_t *world_leaf;                       /* [leaf]: its index in the world; SIZE_MAX: a scenario's own */
	struct leaf_key *slice;                   /* [leaf]: the slice that it belongs to */
	bool *asked;                              /* [leaf]: whether the ask's slice holds it */
	/* The slice at hand. */
	struct leaf_key key;
	size_t *held; /* [n_held] its leaves */
	size_t n_held;
	int64_t *by_path;                      /* [day * paths + path] */
	int64_t *mean;                         /* [day] */
	int64_t *year_kg, *period_kg, *sorted; /* [paths] */
	Juyan__V1__Outlook *outlook;
};

/* ---- slices ---- */

static struct leaf_key
slice_of(const Juyan__V1__OutlookAsk *ask, const struct leaf_key *leaf)
{
	struct leaf_key key = { 0 };
	if (ask->by_port)
		snprintf(key.port, sizeof key.port, "%s", leaf->port);
	if (ask->by_group)
		snprintf(key.group, sizeof key.group, "%s", leaf->group);
	key.direction = ask->by_direction ? leaf->direction : JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED;
	key.mode = ask->by_mode ? leaf->mode : JUYAN__V1__MODE__MODE_UNSPECIFIED;
	return key;
}

/* The leaves of the slice at hand: looked for once, for the names that a question may hold are many. */
static void
hold(struct work *work)
{
	work->n_held = 0;
	for (size_t i = 0; i < work->leaves->n; i++)
		if (work->asked[i] && leaf_key_order(&work->slice[i], &work->key) == 0)
			work->held[work->n_held++] = i;
}

static void
gather_slice(struct work *work)
{
	const struct leaves *leaves = work->leaves;
	size_t days = leaves->days, paths = leaves->paths;
	memset(work->by_path, 0, days * paths * sizeof *work->by_path);
	memset(work->mean, 0, days * sizeof *work->mean);
	hold(work);
	for (size_t k = 0; k < work->n_held; k++) {
		size_t i = work->held[k];
		for (size_t d = 0; d < days; d++)
			work->mean[d] += work->means[i * days + d];
		for (size_t p = 0; p < paths; p++) {
			const int64_t *kg = leaves_path(leaves, i, p);
			for (size_t d = 0; d < days; d++)
				work->by_path[d * paths + p] += kg[d];
		}
	}
}

static int64_t
past_on(const struct work *work, int64_t day)
{
	int64_t kg = 0;
	for (size_t k = 0; day >= work->leaves->first_day && k < work->n_held; k++)
		kg += work->leaves->leaf[work->held[k]].past_kg[day - work->leaves->first_day];
	return kg;
}

static int64_t
running_of(const struct work *work)
{
	int64_t kg = 0;
	for (size_t k = 0; k < work->n_held; k++)
		if (work->world_leaf[work->held[k]] != SIZE_MAX)
			kg += work->world->running_kg[work->world_leaf[work->held[k]]];
	return kg;
}

/* ---- periods ---- */

static enum period
period_kind(const struct work *work)
{
	switch (work->ask->by_period) {
	case JUYAN__V1__PERIOD_KIND__YEAR:
		return PERIOD_YEAR;
	case JUYAN__V1__PERIOD_KIND__MONTH:
		return PERIOD_MONTH;
	default:
		return PERIOD_DAY;
	}
}

static uint32_t
period_of(int64_t day, enum period kind)
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	return civil_period((uint32_t)(year * 1000000 + month * 10000 + dom * 100), kind);
}

/* ---- rows ---- */

/* Sums of one period, or of a year up to a day: what is known (and, for a period, had come when asked), and of all paths. */
struct tally {
	int64_t known_kg, running_kg, mean_kg;
	bool uncertain;
	int64_t *path_kg;
};

static Juyan__V1__Quantiles *
quantiles_of(struct work *work, const struct tally *tally)
{
	size_t paths = work->leaves->paths;
	Juyan__V1__Quantiles *out = arena_take(work->arena, sizeof *out);
	if (out == NULL)
		return NULL;
	juyan__v1__quantiles__init(out);
	if (!tally->uncertain) {
		spread_known(tally->known_kg, out);
		return out;
	}
	for (size_t p = 0; p < paths; p++)
		work->sorted[p] = tally->known_kg + tally->path_kg[p];
	spread_of(work->sorted, paths, out);
	out->mean_kg = tally->known_kg + tally->mean_kg;
	return out;
}

static enum status
add_row(struct work *work, int64_t day, const struct tally *period, const struct tally *year)
{
	const char *direction = wire_direction_name(work->key.direction), *mode = wire_mode_name(work->key.mode);
	char text[CIVIL_TEXT_BYTES];
	Juyan__V1__Outlook *outlook = work->outlook;
	Juyan__V1__OutlookRow *row = arena_take(work->arena, sizeof *row);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	civil_format(period_of(day, period_kind(work)), period_kind(work), text);
	juyan__v1__outlook_row__init(row);
	row->port = outlook_text(work->arena, work->key.port);
	row->direction = outlook_text(work->arena, direction == NULL ? "" : direction);
	row->mode = outlook_text(work->arena, mode == NULL ? "" : mode);
	row->group = outlook_text(work->arena, work->key.group);
	row->period = outlook_text(work->arena, text);
	row->known_kg = period->known_kg + period->running_kg;
	row->total = quantiles_of(work, period);
	row->year_to_date = quantiles_of(work, year);
	if (row->port == NULL || row->direction == NULL || row->mode == NULL || row->group == NULL || row->period == NULL ||
	    row->total == NULL || row->year_to_date == NULL)
		return STATUS_NO_MEMORY;
	outlook->rows[outlook->n_rows++] = row;
	return STATUS_OK;
}

static void
tally_begin(struct tally *tally, size_t paths)
{
	tally->known_kg = tally->running_kg = tally->mean_kg = 0;
	tally->uncertain = false;
	memset(tally->path_kg, 0, paths * sizeof *tally->path_kg);
}

/* What is still expected of a known day, with what each path makes of it. */
static void
tally_revision(struct tally *tally, const struct work *work, int64_t day)
{
	const struct leaves *leaves = work->leaves;
	for (size_t k = 0; k < work->n_held; k++) {
		size_t i = work->held[k];
		if (day < leaves_revised_from(leaves, i))
			continue;
		tally->uncertain = true;
		tally->mean_kg += leaves_revision_mean(leaves, i, day);
		for (size_t p = 0; p < leaves->paths; p++)
			tally->path_kg[p] += leaves_revision(leaves, i, p, day, day);
	}
}

static void
tally_day(struct tally *tally, const struct work *work, int64_t day)
{
	const struct leaves *leaves = work->leaves;
	if (day <= leaves->origin) {
		tally->known_kg += past_on(work, day);
		tally_revision(tally, work, day);
		return;
	}
	size_t d = (size_t)(day - leaves->origin - 1);
	const int64_t *kg = work->by_path + d * leaves->paths;
	tally->uncertain = true;
	tally->mean_kg += work->mean[d];
	tally->running_kg += d == 0 ? running_of(work) : 0;
	for (size_t p = 0; p < leaves->paths; p++)
		tally->path_kg[p] += kg[p];
}

static enum status
add_rows(struct work *work)
{
	size_t paths = work->leaves->paths;
	struct tally period = { .path_kg = work->period_kg }, year = { .path_kg = work->year_kg };
	enum period kind = period_kind(work);
	tally_begin(&period, paths);
	tally_begin(&year, paths);
	enum status status = STATUS_OK;
	for (int64_t day = work->first; status == STATUS_OK && day <= work->to; day++) {
		tally_day(&period, work, day);
		tally_day(&year, work, day);
		if (day == work->to || period_of(day + 1, kind) != period_of(day, kind)) {
			status = add_row(work, day, &period, &year);
			tally_begin(&period, paths);
		}
		if (period_of(day + 1, PERIOD_YEAR) != period_of(day, PERIOD_YEAR))
			tally_begin(&year, paths);
	}
	return status;
}

/* ---- parts ---- */

enum { PART_SCENARIO = FORECAST_PARTS, PART_OVERRIDE, PART_LATE };

const char *const outlook_part_names[OUTLOOK_PARTS] = { [PART_LEVEL] = "level",
	[PART_TREND] = "trend",
	[PART_WEEK] = "week",
	[PART_YEAR] = "year",
	[PART_CALENDAR] = "calendar",
	[PART_CEILING] = "ceiling",
	[PART_SCENARIO] = "scenario",
	[PART_OVERRIDE] = "override",
	[PART_LATE] = "late" };

struct parts {
	double model[FORECAST_PARTS];
	int64_t base_kg, over_kg, all_kg, running_kg, late_kg;
};

/* A day of the past has no other part than what is still expected of it. */
static void
parts_day(struct parts *parts, const struct work *work, int64_t day)
{
	const struct leaves *leaves = work->leaves;
	size_t days = leaves->days, d = (size_t)(day - leaves->origin - 1);
	for (size_t i = 0; i < leaves->n; i++) {
		size_t own = work->world_leaf[i];
		if (work->asked[i] && day <= leaves->origin)
			parts->late_kg += leaves_revision_mean(leaves, i, day);
		if (!work->asked[i] || day <= leaves->origin)
			continue;
		parts->all_kg += work->means[i * days + d];
		if (own == SIZE_MAX)
			continue;
		parts->base_kg += work->base_means[own * days + d];
		parts->over_kg += work->over_means[own * days + d];
		parts->running_kg += d == 0 ? work->world->running_kg[own] : 0;
		for (size_t k = 0; k < FORECAST_PARTS; k++)
			parts->model[k] += work->world->part[k][own * days + d];
	}
}

/* Whole kilograms of a part; what no mass can be stands at a bound that leaves room for the others. */
static int64_t
part_kg(double kg)
{
	const double most = 1e18;
	return isfinite(kg) ? (int64_t)llround(fmin(fmax(kg, -most), most)) : 0;
}

/* The level takes what is left: rounding, and what the paths' mean differs from the models' points. */
static void
settle(const struct parts *parts, int64_t kg[OUTLOOK_PARTS])
{
	kg[PART_LEVEL] = parts->base_kg - parts->running_kg;
	for (size_t k = 0; k < FORECAST_PARTS; k++)
		if (k != PART_LEVEL) {
			kg[k] = part_kg(parts->model[k]);
			kg[PART_LEVEL] -= kg[k];
		}
	kg[PART_OVERRIDE] = parts->over_kg - parts->base_kg;
	kg[PART_SCENARIO] = parts->all_kg - parts->over_kg;
	kg[PART_LATE] = parts->late_kg;
}

static enum status
add_parts(struct work *work, int64_t day, const struct parts *parts)
{
	int64_t kg[OUTLOOK_PARTS];
	char text[CIVIL_TEXT_BYTES];
	Juyan__V1__Outlook *outlook = work->outlook;
	settle(parts, kg);
	civil_format(period_of(day, period_kind(work)), period_kind(work), text);
	for (size_t k = 0; k < OUTLOOK_PARTS; k++) {
		if (kg[k] == 0 && k != PART_LEVEL)
			continue;
		Juyan__V1__OutlookPart *part = arena_take(work->arena, sizeof *part);
		if (part == NULL)
			return STATUS_NO_MEMORY;
		juyan__v1__outlook_part__init(part);
		part->period = outlook_text(work->arena, text);
		part->name = outlook_text(work->arena, outlook_part_names[k]);
		part->kg = kg[k];
		if (part->period == NULL || part->name == NULL)
			return STATUS_NO_MEMORY;
		outlook->parts[outlook->n_parts++] = part;
	}
	return STATUS_OK;
}

/* The first day of the rows of which a part may be told. */
static int64_t
parts_from(const struct work *work)
{
	int64_t from = work->leaves->origin + 1;
	for (size_t i = 0; i < work->leaves->n; i++)
		from = leaves_revised_from(work->leaves, i) < from ? leaves_revised_from(work->leaves, i) : from;
	return from > work->first ? from : work->first;
}

static enum status
add_all_parts(struct work *work)
{
	struct parts parts = { .base_kg = 0 };
	enum period kind = period_kind(work);
	enum status status = STATUS_OK;
	for (int64_t day = parts_from(work); status == STATUS_OK && day <= work->to; day++) {
		parts_day(&parts, work, day);
		if (day == work->to || period_of(day + 1, kind) != period_of(day, kind)) {
			if (day > work->leaves->origin || parts.late_kg != 0)
				status = add_parts(work, day, &parts);
			parts = (struct parts){ .base_kg = 0 };
		}
	}
	return status;
}

/* ---- all of it ---- */

static void
work_close(struct work *work)
{
	free(work->means);
	free(work->base_means);
	free(work->over_means);
	free(work->world_leaf);
	free(work->slice);
	free(work->asked);
	free(work->held);
	free(work->by_path);
	free(work->mean);
	free(work->year_kg);
	free(work->period_kg);
	free(work->sorted);
}

static enum status
work_open(const struct outlook_ground *ground, struct work *work)
{
	const struct leaves *leaves = ground->leaves, *own = &ground->world->leaves;
	size_t cells = leaves->n * leaves->days + 1, own_cells = own->n * own->days + 1;
	work->means = calloc(cells, sizeof *work->means);
	work->base_means = calloc(own_cells, sizeof *work->base_means);
	work->over_means = calloc(own_cells, sizeof *work->over_means);
	work->world_leaf = calloc(leaves->n + 1, sizeof *work->world_leaf);
	work->slice = calloc(leaves->n + 1, sizeof *work->slice);
	work->asked = calloc(leaves->n + 1, sizeof *work->asked);
	work->held = calloc(leaves->n + 1, sizeof *work->held);
	work->by_path = calloc(leaves->days * leaves->paths, sizeof *work->by_path);
	work->mean = calloc(leaves->days, sizeof *work->mean);
	work->year_kg = calloc(leaves->paths, sizeof *work->year_kg);
	work->period_kg = calloc(leaves->paths, sizeof *work->period_kg);
	work->sorted = calloc(leaves->paths, sizeof *work->sorted);
	if (work->means == NULL || work->base_means == NULL || work->over_means == NULL || work->world_leaf == NULL ||
	    work->slice == NULL || work->asked == NULL || work->held == NULL || work->by_path == NULL || work->mean == NULL ||
	    work->year_kg == NULL || work->period_kg == NULL || work->sorted == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < leaves->n; i++) {
		work->world_leaf[i] = SIZE_MAX;
		work->slice[i] = slice_of(work->ask, &leaves->leaf[i].key);
		work->asked[i] = outlook_holds(work->ask->slice, &leaves->leaf[i].key);
		for (size_t k = 0; k < own->n; k++)
			if (leaf_key_order(&leaves->leaf[i].key, &own->leaf[k].key) == 0)
				work->world_leaf[i] = k;
	}
	outlook_means(ground->world->base_sum, own->n, own->days, own->paths, work->base_means);
	outlook_means(ground->world->sum, own->n, own->days, own->paths, work->over_means);
	return outlook_leaf_means(ground, work->means);
}

/* The slices that are asked for, one after the other in their order. */
static bool
next_slice(struct work *work, bool first)
{
	struct leaf_key next = { 0 };
	bool found = false;
	for (size_t i = 0; i < work->leaves->n; i++) {
		const struct leaf_key *key = &work->slice[i];
		if (!work->asked[i] || (!first && leaf_key_order(key, &work->key) <= 0) ||
		    (found && leaf_key_order(key, &next) >= 0))
			continue;
		next = *key;
		found = true;
	}
	if (found)
		work->key = next;
	return found;
}

/* Room in the outlook's lists for all that can come. */
static enum status
take_lists(struct work *work)
{
	size_t slices = 0, periods = 0;
	enum period kind = period_kind(work);
	for (bool first = true; next_slice(work, first); first = false)
		slices++;
	for (int64_t day = work->first; day <= work->to; day++)
		periods += day == work->to || period_of(day + 1, kind) != period_of(day, kind);
	work->outlook->rows = arena_take(work->arena, (slices * periods + 1) * sizeof *work->outlook->rows);
	work->outlook->parts = arena_take(work->arena, (periods * OUTLOOK_PARTS + 1) * sizeof *work->outlook->parts);
	return work->outlook->rows == NULL || work->outlook->parts == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status
outlook_make(const struct outlook_ground *ground, const Juyan__V1__OutlookAsk *ask, int64_t to, struct arena *arena,
    Juyan__V1__Outlook **out)
{
	struct work work = { .world = ground->world, .leaves = ground->leaves, .ask = ask, .arena = arena, .to = to };
	assert(to <= ground->leaves->origin + (int64_t)ground->leaves->days);
	work.first = outlook_first_day(ground->leaves, ask->year_before);
	work.outlook = arena_take(arena, sizeof *work.outlook);
	if (work.outlook == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__outlook__init(work.outlook);
	enum status status = work_open(ground, &work);
	if (status == STATUS_OK)
		status = take_lists(&work);
	for (bool first = true; status == STATUS_OK && next_slice(&work, first); first = false) {
		gather_slice(&work);
		status = add_rows(&work);
	}
	if (status == STATUS_OK)
		status = add_all_parts(&work);
	work_close(&work);
	if (status == STATUS_OK)
		*out = work.outlook;
	return status;
}

enum status
outlook_parts(const struct outlook_ground *ground, const Juyan__V1__Slice *slice, int64_t first, int64_t to,
    int64_t kg[OUTLOOK_PARTS])
{
	Juyan__V1__OutlookAsk ask = JUYAN__V1__OUTLOOK_ASK__INIT;
	struct work work = { .world = ground->world, .leaves = ground->leaves, .ask = &ask, .to = to };
	struct parts parts = { .base_kg = 0 };
	Juyan__V1__Slice all = JUYAN__V1__SLICE__INIT;
	if (slice != NULL)
		all = *slice;
	ask.slice = &all;
	enum status status = work_open(ground, &work);
	for (int64_t day = first; status == STATUS_OK && day <= to; day++)
		parts_day(&parts, &work, day);
	if (status == STATUS_OK)
		settle(&parts, kg);
	work_close(&work);
	return status;
}
