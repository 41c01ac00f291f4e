/* The naive recount: see naive.h. Under 150 lines on purpose: short enough to be seen to be right. */
#include "naive.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "wire.h"

enum what { LODGING, RELEASE, DEPARTURE, CORRECTION, GROSS, TARE, CONTAINER_TARE };
static const char *const bases[] = { "corrected", "weighed", "declared", "unknown" }; /* the first that is known holds */

#define CASE(name) JUYAN__V1__EVENT__WHAT_##name

static bool
says(const Juyan__V1__Event *e, enum what what, const char *unit_id)
{
	if (what == LODGING)
		return e->what_case == CASE(MANIFEST_LODGED) || e->what_case == CASE(MANIFEST_DELETED);
	if (what == RELEASE)
		return e->what_case == CASE(RELEASED);
	if (what == DEPARTURE)
		return e->what_case == CASE(UNIT_DEPARTED) && strcmp(e->unit_departed->unit_id, unit_id) == 0;
	if (what == CORRECTION)
		return e->what_case == CASE(MASS_CORRECTED) && strcmp(e->mass_corrected->unit_id, unit_id) == 0;
	const Juyan__V1__UnitWeighed *w = e->what_case == CASE(UNIT_WEIGHED) ? e->unit_weighed : NULL;
	return w != NULL && strcmp(w->unit_id, unit_id) == 0 && w->stability != JUYAN__V1__STABILITY__MOVING &&
	    (what == GROSS         ? w->has_gross_kg
		    : what == TARE ? w->has_tare_kg
				   : w->has_container_tare_kg);
}

/* The latest event about the batch that says this; NULL: none. */
static const Juyan__V1__Event *
latest(const struct naive_batch *a, enum what what)
{
	const struct naive_event *best = NULL;
	for (const struct naive_event *e = a->events; e < a->events + a->n; e++) {
		if (strcmp(e->event->port, a->port) != 0 || strcmp(e->event->batch_no, a->batch_no) != 0 ||
		    !says(e->event, what, a->unit_id))
			continue;
		int64_t ahead = best == NULL ? 1 : e->event->occurred_at_ms - best->event->occurred_at_ms;
		if (ahead == 0)
			ahead = (int64_t)e->terminal_no - best->terminal_no;
		if (ahead > 0 || (ahead == 0 && e->stream_seq > best->stream_seq))
			best = e;
	}
	return best == NULL ? NULL : best->event;
}

/* What falls to the i-th of n weights (equal ones where all are zero): the running sum before and after it, each rounded down. */
static int64_t
share(int64_t total, const int64_t *weights, size_t n, size_t i)
{
	__extension__ __int128 sum = 0, before = 0, own = weights[i];
	for (size_t k = 0; k < n; sum += weights[k++])
		before += k < i ? weights[k] : 0;
	if (sum == 0)
		sum = (int64_t)n, before = (int64_t)i, own = 1;
	return (int64_t)(total * (before + own) / sum) - (int64_t)(total * before / sum);
}

/* The declared kg of each goods line, and of all; false: the whole is unknown. */
static bool
declare(const Juyan__V1__ManifestLodged *m, const struct naive_rules *rules, int64_t *lines, const char **groups, size_t *n,
    int64_t *all)
{
	bool known = true;
	for (size_t w = 0; w < m->n_waybills; w++) {
		const Juyan__V1__Waybill *b = m->waybills[w];
		int64_t kg[64], sum = 0;
		bool every = true;
		for (size_t g = 0; g < b->n_goods; g++)
			every = every && b->goods[g]->has_declared_kg;
		for (size_t g = 0; g < b->n_goods; g++)
			sum += kg[g] = every ? b->goods[g]->declared_kg : 0;
		known = known && (every || b->has_declared_kg);
		sum = b->has_declared_kg ? b->declared_kg : sum;
		for (size_t g = 0; g < b->n_goods; g++, ++*n) {
			lines[*n] = share(sum, kg, b->n_goods, g);
			groups[*n] = rules->group(b->goods[g]->hs_code, b->goods[g]->description);
		}
		*all += sum;
	}
	for (size_t i = 0; i < *n && !known; i++)
		lines[i] = 0;
	return known;
}

/* The net of a unit; returns which of the bases it rests on. */
static size_t
net_of(const struct naive_batch *a, const Juyan__V1__Unit *unit, bool known, int64_t declared, int64_t *kg)
{
	const Juyan__V1__Event *correction = latest(a, CORRECTION), *gross = latest(a, GROSS), *tare = latest(a, TARE);
	const Juyan__V1__Event *boxes = latest(a, CONTAINER_TARE);
	*kg = -1;
	if (correction != NULL)
		return *kg = correction->mass_corrected->net_kg, 0;
	if (gross != NULL && (tare != NULL || unit->has_tare_kg) &&
	    (boxes != NULL || unit->has_container_tare_kg || unit->n_containers == 0))
		*kg = gross->unit_weighed->gross_kg - (tare != NULL ? tare->unit_weighed->tare_kg : unit->tare_kg) -
		    (boxes != NULL ? boxes->unit_weighed->container_tare_kg : unit->container_tare_kg);
	if (*kg >= 0)
		return 1;
	return *kg = known ? declared : 0, known ? 2 : 3;
}

void
naive_count(struct naive_batch a, const struct naive_rules *rules, naive_add *add, void *user)
{
	const Juyan__V1__Event *lodged = latest(&a, LODGING);
	if (lodged == NULL || lodged->what_case == CASE(MANIFEST_DELETED))
		return;
	const Juyan__V1__ManifestLodged *m = lodged->manifest_lodged;
	const char *groups[64] = { "empty" };
	int64_t lines[64] = { 0 }, units[128], all = 0, kg, by_basis[4] = { -1, -1, -1, -1 }, first = INT64_MAX;
	size_t n = 0, heaviest = 0, most = 0;
	bool known = declare(m, rules, lines, groups, &n, &all), by_unit = true;
	char hour[16], first_hour[16] = "", key[160];
	const char *side = wire_direction_name(m->direction), *mode = wire_mode_name(m->mode);
	for (size_t i = 1; i < n; i++)
		heaviest = lines[i] > lines[heaviest] ? i : heaviest;
	for (size_t u = 0; u < m->n_units; u++)
		by_unit = by_unit && m->units[u]->has_declared_kg;
	for (size_t u = 0; u < m->n_units; u++)
		units[u] = by_unit * m->units[u]->declared_kg;
	for (size_t u = 0; u < m->n_units; u++) {
		a.unit_id = m->units[u]->unit_id;
		const Juyan__V1__Event *at = latest(&a, rules->on_departure(a.port) ? DEPARTURE : RELEASE);
		if (at == NULL)
			continue;
		time_t local = at->occurred_at_ms / 1000 + NAIVE_UTC_OFFSET_HOURS * 3600;
		strftime(hour, sizeof hour, "%Y-%m-%dT%H", gmtime(&local));
		size_t basis = net_of(&a, m->units[u], known, share(all, units, m->n_units, u), &kg);
		by_basis[basis] = kg + (by_basis[basis] < 0 ? 0 : by_basis[basis]);
		if (local / 3600 < first)
			first = local / 3600, memcpy(first_hour, hour, sizeof hour);
		for (size_t i = 0; i < (n > 0 ? n : 1); i++) {
			snprintf(key, sizeof key, "%s %s %s %s %s %s", a.port, hour, side, mode, groups[i], bases[basis]);
			add(user, key, share(kg, lines, n > 0 ? n : 1, i), 0, i == heaviest);
		}
	}
	for (size_t b = 1; b < 4; b++)
		most = by_basis[b] > by_basis[most] ? b : most;
	snprintf(key, sizeof key, "%s %s %s %s %s %s", a.port, first_hour, side, mode, groups[heaviest], bases[most]);
	if (first != INT64_MAX)
		add(user, key, 0, 1, 0);
}
