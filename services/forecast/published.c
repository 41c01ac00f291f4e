/*
 * A port's history from published totals over spans and from what its young ledger has of it: the task of model/spans.h, and its
 * expected days put into the past of the leaf that stands for what was published.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "daily.h"
#include "definition.h"
#include "spans.h"
#include "world_parts.h"

/* One record in days counted from the inputs' first. */
struct figure {
	size_t first, last;
	const Juyan__V1__Published *record;
};

struct figures {
	struct figure figure[SPANS_MAX];
	size_t n;
};

static const Juyan__V1__Published *
published_at(const struct inputs *inputs, const char *port, size_t i)
{
	const Juyan__V1__RegistryRecord *record = inputs->registry->records[i];
	if (record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED || strcmp(record->published->port, port) != 0 ||
	    record->published->net_kg <= 0)
		return NULL;
	return record->published;
}

bool
published_any(const struct inputs *inputs, const char *port)
{
	for (size_t i = 0; i < inputs->registry->n_records; i++)
		if (published_at(inputs, port, i) != NULL)
			return true;
	return false;
}

/*
 * The figures that say something about days before `until`, where the ledger's own days begin. The newest SPANS_MAX of them.
 *
 * Those of another definition are left, though imports alone are a bound below which all cargo cannot have been: a span is known
 * as a total with an error on both sides, and how far above its imports a port's whole lies differs (at Ceke one or two in a
 * hundred; at Wuliji exports may be the most of it). As "more than" it would say that the whole is near.
 */
static void
read_figures(const struct inputs *inputs, const char *port, size_t until, struct figures *out)
{
	const char *definition = definition_of(inputs->registry, port, inputs_asked(inputs));
	out->n = 0;
	for (size_t i = inputs->registry->n_records; i-- > 0 && out->n < SPANS_MAX;) {
		const Juyan__V1__Published *record = published_at(inputs, port, i);
		int64_t from, to;
		if (record == NULL || strcmp(record->definition, definition) != 0 || !civil_parse_day(record->from, &from) ||
		    !civil_parse_day(record->to, &to) || from < inputs->first_day || to > inputs->origin || from > to)
			continue;
		if ((size_t)(from - inputs->first_day) < until)
			out->figure[out->n++] =
			    (struct figure){ (size_t)(from - inputs->first_day), (size_t)(to - inputs->first_day), record };
	}
}

static struct span_total
span_of(const struct figure *figure, size_t begin)
{
	struct span_total span = { figure->first - begin, figure->last - begin, (double)figure->record->net_kg, SPAN_EXACT };
	switch (figure->record->precision) {
	case JUYAN__V1__PRECISION__ABOUT:
		span.error = SPAN_ABOUT;
		break;
	case JUYAN__V1__PRECISION__MORE_THAN:
		span.total *= 1.0 + SPAN_BEYOND;
		span.error = SPAN_BEYOND;
		break;
	case JUYAN__V1__PRECISION__LESS_THAN:
		span.total *= 1.0 - SPAN_BEYOND;
		span.error = SPAN_BEYOND;
		break;
	default:
		break;
	}
	return span;
}

/* What the port's ledger has, by day; `from`: its first day of traffic. */
static void
observe(const struct draft *draft, size_t port, size_t begin, size_t from, double *observed)
{
	const struct leaves *leaves = &draft->world->leaves;
	for (size_t i = begin; i < leaves->past_days; i++) {
		int64_t day = leaves->first_day + (int64_t)i;
		observed[i - begin] = i < from ? NAN : 0.0;
		for (size_t k = 0; i >= from && k < leaves->n; k++)
			if (draft->port[k] == port && !world_is_port_alone(&leaves->leaf[k].key))
				observed[i - begin] += (double)(leaves->leaf[k].past_kg[i] + leaves_revision_mean(leaves, k, day));
		if (world_unsure(draft->world, draft->world->ports[port], day))
			observed[i - begin] = NAN;
	}
}

/*
 * The expected days before the ledger's own become whole kilograms. The newest figure that is exact, and ends before the ledger
 * begins, is met to the kilogram: it is what the year to that day is reckoned from.
 */
static void
keep_past(const struct figures *figures, size_t begin, size_t from, const double *past, size_t past_days, int64_t *past_kg)
{
	const struct figure *met = NULL;
	double factor = 1.0, sum = 0.0, upto = 0.0;
	int64_t given = 0;
	for (size_t i = 0; i < figures->n; i++) {
		const struct figure *figure = &figures->figure[i];
		if (figure->record->precision == JUYAN__V1__PRECISION__EXACT && figure->last < from &&
		    (met == NULL || figure->last > met->last || (figure->last == met->last && figure->first < met->first)))
			met = figure;
	}
	for (size_t i = begin; met != NULL && i < past_days; i++)
		sum += i >= met->first && i <= met->last ? past[i - begin] : 0.0;
	if (sum > 0.0)
		factor = (double)met->record->net_kg / sum;
	for (size_t i = begin; i < past_days && i < from; i++) {
		if (met != NULL && i == met->first) { /* rounding begins anew with the span, so that it adds up by itself */
			upto = 0.0;
			given = 0;
		}
		upto += past[i - begin] * (met != NULL && i >= met->first && i <= met->last ? factor : 1.0);
		past_kg[i] = (int64_t)llround(upto) - given;
		given += past_kg[i];
	}
}

static size_t
ledger_begin(const struct draft *draft, size_t port)
{
	const struct leaves *leaves = &draft->world->leaves;
	size_t from = leaves->past_days;
	for (size_t k = 0; k < leaves->n; k++)
		if (draft->port[k] == port && !world_is_port_alone(&leaves->leaf[k].key)) {
			size_t first = world_begin(leaves, k);
			from = first < from ? first : from;
		}
	return from;
}

struct room {
	struct figures figures;
	struct span_total span[SPANS_MAX];
	double *observed, *ceiling;
	int64_t *most_kg;
};

static void
room_close(struct room **room)
{
	if (*room != NULL) {
		free((*room)->observed);
		free((*room)->ceiling);
		free((*room)->most_kg);
	}
	free(*room);
	*room = NULL;
}

static struct room *
room_open(size_t past_days, size_t days)
{
	struct room *room = calloc(1, sizeof *room);
	if (room == NULL)
		return NULL;
	room->observed = calloc(past_days, sizeof *room->observed);
	room->ceiling = calloc(days, sizeof *room->ceiling);
	room->most_kg = calloc(days, sizeof *room->most_kg);
	if (room->observed == NULL || room->ceiling == NULL || room->most_kg == NULL)
		room_close(&room);
	return room;
}

/*
 * What each path says of the days that are known from published totals alone, beside what is expected of them. On average that is
 * nothing: the paths are brought to the expected day by day.
 */
static enum status
keep_drawn(const struct spans_result *result, size_t from, const struct leaves *leaves, struct leaf *leaf)
{
	size_t days = result->kept, first = leaves->past_days - days, paths = leaves->paths;
	leaf->revision_kg = calloc(days * paths + 1, sizeof *leaf->revision_kg);
	if (leaf->revision_kg == NULL)
		return STATUS_NO_MEMORY;
	leaf->revised_days = days;
	for (size_t d = 0; d < days && first + d < from; d++) {
		double sum = 0.0, expected = (double)leaf->past_kg[first + d];
		for (size_t p = 0; p < paths; p++)
			sum += result->drawn[p * days + d];
		for (size_t p = 0; sum > 0.0 && p < paths; p++)
			leaf->revision_kg[p * days + d] =
			    (int64_t)llround(expected * (result->drawn[p * days + d] * (double)paths / sum - 1.0));
	}
	return STATUS_OK;
}

/* Days of the past of which paths are kept: this year's and last year's. */
static size_t
days_kept(const struct leaves *leaves, size_t begin)
{
	int year, month, dom;
	civil_date(leaves->origin, &year, &month, &dom);
	size_t days = (size_t)(leaves->origin + 1 - civil_day(year - 1, 1, 1)), all = leaves->past_days - begin;
	return days < all ? days : all;
}

enum status
published_forecast(const struct draft *draft, size_t port, struct forecast *out, struct leaf *leaf, struct reason *why)
{
	const struct world *world = draft->world;
	const struct leaves *leaves = &world->leaves;
	size_t from = ledger_begin(draft, port), begin = leaves->past_days;
	struct room *room = room_open(leaves->past_days, leaves->days);
	struct spans_result result = { 0 };
	struct leaf_key key = { 0 };
	if (room == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	snprintf(key.port, sizeof key.port, "%s", world->ports[port]);
	read_figures(&world->inputs, world->ports[port], from, &room->figures);
	for (size_t i = 0; i < room->figures.n; i++)
		begin = room->figures.figure[i].first < begin ? room->figures.figure[i].first : begin;
	for (size_t i = 0; i < room->figures.n; i++)
		room->span[i] = span_of(&room->figures.figure[i], begin);
	observe(draft, port, begin, from, room->observed);
	bool bounded =
	    days_ceiling(&world->inputs, world->ports[port], JUYAN__V1__MODE__MODE_UNSPECIFIED, leaves->days, room->most_kg);
	for (size_t d = 0; d < leaves->days; d++)
		room->ceiling[d] = room->most_kg[d] < INT64_MAX ? (double)room->most_kg[d] : INFINITY;
	const struct spans_task task = { .span = room->span,
		.n_spans = room->figures.n,
		.observed = from < leaves->past_days ? room->observed : NULL,
		.profile = world->days[port].road.calendar.open + begin,
		.ceiling = bounded ? room->ceiling : NULL,
		.n = leaves->past_days - begin,
		.keep = days_kept(leaves, begin),
		.horizon = leaves->days,
		.year = 365.25,
		.paths = leaves->paths,
		.seed = world_seed(world->making.seed, &key) };
	enum status status = begin < leaves->past_days ? spans_forecast(&task, &result, why) : STATUS_TOO_FEW;
	if (status == STATUS_OK) {
		keep_past(&room->figures, begin, from, result.past, leaves->past_days, leaf->past_kg);
		status = keep_drawn(&result, from, leaves, leaf);
	}
	if (status == STATUS_OK) {
		*out = result.future;
		result.future = (struct forecast){ 0 };
	}
	spans_close(&result);
	room_close(&room);
	return status;
}
