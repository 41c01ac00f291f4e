/* The rules of counting.h. Nothing here allocates; the largest batch takes about 10 KiB of stack. */
#include "counting.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"

/* The product of a mass and a mass needs more than 64 bits. */
__extension__ typedef __int128 wide;

enum { FAR_PERCENT = 20, FAR_KG = 2000 };

static const char *const basis_names[BASES] = { NULL, "corrected", "weighed", "declared", "unknown" };

const char *
basis_name(enum basis basis)
{
	return (int)basis > 0 && basis < BASES ? basis_names[basis] : NULL;
}

bool
basis_of(const char *name, enum basis *out)
{
	for (int i = 1; i < BASES; i++)
		if (strcmp(name, basis_names[i]) == 0) {
			*out = (enum basis)i;
			return true;
		}
	return false;
}

/*
 * Whole parts of `total` in proportion to weights, by rounding the running sum down: they always add up to the total, and no part
 * is more than 1 kg from its exact share. Where all weights are zero the parts are equal.
 */
struct split {
	int64_t total;
	int64_t weight_sum; /* or the number of parts, where all weights are zero */
	int64_t weight_done;
	int64_t given;
};

static struct split
split_begin(int64_t total, const int64_t *weights, size_t n)
{
	struct split split = { .total = total };
	for (size_t i = 0; i < n; i++)
		split.weight_sum += weights[i];
	return split;
}

static int64_t
split_next(struct split *split, int64_t weight, size_t n)
{
	int64_t all = split->weight_sum > 0 ? split->weight_sum : (int64_t)n;
	split->weight_done += split->weight_sum > 0 ? weight : 1;
	assert(split->weight_done <= all);
	int64_t until = (int64_t)((wide)split->total * split->weight_done / all);
	int64_t part = until - split->given;
	split->given = until;
	return part;
}

/* What the manifest declares: a weight for each goods line, a share for each unit. */
struct declared {
	bool known;
	int64_t kg;
	int64_t lines[GOODS_MAX];
	int64_t units[UNITS_MAX];
};

/*
 * The declared kg of the lines of one waybill: its total is shared in proportion to its lines, equally where one of them is
 * unknown.
 */
static void
declare_waybill(const struct facts *facts, size_t first, size_t n, int64_t total, struct declared *out)
{
	bool all_known = true;
	int64_t sum = 0;
	for (size_t i = first; i < first + n; i++) {
		all_known = all_known && facts->goods[i].declared_kg != KG_UNKNOWN;
		sum += facts->goods[i].declared_kg != KG_UNKNOWN ? facts->goods[i].declared_kg : 0;
	}
	if (total == KG_UNKNOWN && !all_known)
		out->known = false;
	if (total == KG_UNKNOWN)
		total = sum;
	for (size_t i = 0; i < n; i++)
		out->lines[first + i] = all_known ? facts->goods[first + i].declared_kg : 0;
	struct split split = split_begin(total, out->lines + first, n);
	for (size_t i = 0; i < n; i++)
		out->lines[first + i] = split_next(&split, out->lines[first + i], n);
	out->kg += total;
}

/* Goods lines stand in the order of their waybills, so a waybill's lines are a run. */
static void
declare(const struct facts *facts, struct declared *out)
{
	assert(facts->n_goods <= GOODS_MAX && facts->n_units <= UNITS_MAX);
	out->known = true; /* no goods at all are 0 kg, and that is known */
	out->kg = 0;
	for (size_t first = 0, n; first < facts->n_goods; first += n) {
		uint32_t waybill = facts->goods[first].waybill;
		for (n = 1; first + n < facts->n_goods && facts->goods[first + n].waybill == waybill; n++)
			;
		declare_waybill(facts, first, n, facts->waybill_kg[waybill], out);
	}
	if (!out->known) {
		memset(out->lines, 0, facts->n_goods * sizeof *out->lines);
		return;
	}
	bool by_unit = true;
	for (size_t i = 0; i < facts->n_units; i++)
		by_unit = by_unit && facts->units[i].declared_kg != KG_UNKNOWN;
	for (size_t i = 0; i < facts->n_units; i++)
		out->units[i] = by_unit ? facts->units[i].declared_kg : 0;
	struct split split = split_begin(out->kg, out->units, facts->n_units);
	for (size_t i = 0; i < facts->n_units; i++)
		out->units[i] = split_next(&split, out->units[i], facts->n_units);
}

static const struct unit_facts *
seen_of(const struct facts *facts, struct span unit_id)
{
	for (size_t i = 0; i < facts->n_seen; i++)
		if (span_compare(facts->seen[i].unit_id, unit_id) == 0)
			return &facts->seen[i];
	return NULL;
}

/* Gross less tares, which may be negative; false where one of them is unknown. */
static bool
weighed_net(const struct unit_line *unit, const struct unit_facts *seen, int64_t *out)
{
	if (seen == NULL || seen->gross.kg == KG_UNKNOWN)
		return false;
	int64_t tare = seen->tare.kg != KG_UNKNOWN ? seen->tare.kg : unit->tare_kg;
	int64_t containers = seen->container_tare.kg != KG_UNKNOWN ? seen->container_tare.kg : unit->container_tare_kg;
	if (containers == KG_UNKNOWN && unit->containers == 0)
		containers = 0;
	if (tare == KG_UNKNOWN || containers == KG_UNKNOWN)
		return false;
	*out = seen->gross.kg - tare - containers;
	return true;
}

struct net {
	enum basis basis;
	int64_t kg;
};

static struct net
net_of(const struct facts *facts, const struct declared *declared, size_t unit, const struct unit_facts *seen)
{
	int64_t kg;
	if (seen != NULL && seen->corrected.kg != KG_UNKNOWN)
		return (struct net){ BASIS_CORRECTED, seen->corrected.kg };
	if (weighed_net(&facts->units[unit], seen, &kg) && kg >= 0)
		return (struct net){ BASIS_WEIGHED, kg };
	if (declared->known)
		return (struct net){ BASIS_DECLARED, declared->units[unit] };
	return (struct net){ BASIS_UNKNOWN, 0 };
}

/* When a unit counts, or false: not yet. The port's rule at the time of the event decides which event it is. */
static bool
counts_at(const struct facts *facts, const struct registry *registry, const char *port, const struct unit_facts *seen,
    uint32_t *hour)
{
	struct port_rule at_release, at_departure;
	bool departed =
	    seen != NULL && seen->has_departed && registry_port(registry, port, seen->departed.occurred_at_ms, &at_departure);
	bool released = facts->released && registry_port(registry, port, facts->released_at.occurred_at_ms, &at_release);
	/* The last case: the rule changed between a departure and a later release. It counts, and once. */
	bool by_release = released &&
	    (at_release.count_on == JUYAN__V1__COUNT_ON__RELEASE ||
		(departed && at_departure.count_on == JUYAN__V1__COUNT_ON__RELEASE));
	if (by_release)
		*hour = civil_hour(facts->released_at.occurred_at_ms, at_release.utc_offset_minutes);
	else if (departed && at_departure.count_on == JUYAN__V1__COUNT_ON__DEPARTURE)
		*hour = civil_hour(seen->departed.occurred_at_ms, at_departure.utc_offset_minutes);
	else
		return false;
	return true;
}

/* What is settled for a batch before its units are gone through. */
struct batch {
	const struct facts *facts;
	const struct registry *registry;
	struct declared declared;
	const char *groups[GOODS_MAX + 1]; /* of the lines at `groups_day` */
	int64_t groups_day;
	bool groups_known;
	size_t heaviest;   /* the line whose group counts the units */
	enum basis basis;  /* that carries most of its mass */
	uint32_t hour;     /* the first in which one of its units counts */
	size_t first_unit; /* … and that unit */
};

static void
find_groups(struct batch *batch, uint32_t hour)
{
	int64_t day = civil_day((int)(hour / 1000000), (int)(hour / 10000 % 100), (int)(hour / 100 % 100));
	if (batch->groups_known && batch->groups_day == day)
		return;
	for (size_t i = 0; i < batch->facts->n_goods; i++)
		batch->groups[i] =
		    registry_group(batch->registry, day, batch->facts->goods[i].hs_code, batch->facts->goods[i].description);
	if (batch->facts->n_goods == 0)
		batch->groups[0] = GROUP_EMPTY;
	batch->groups_day = day;
	batch->groups_known = true;
}

/* The batch is counted with the first unit, in time and then in the manifest, among those that have the basis with most mass. */
static bool
survey(struct batch *batch, const char *port)
{
	const struct facts *facts = batch->facts;
	int64_t kg[BASES] = { 0 };
	bool any[BASES] = { false };
	bool counts = false;
	for (size_t i = 0; i < facts->n_units; i++) {
		uint32_t hour;
		const struct unit_facts *seen = seen_of(facts, facts->units[i].unit_id);
		if (!counts_at(facts, batch->registry, port, seen, &hour))
			continue;
		struct net net = net_of(facts, &batch->declared, i, seen);
		kg[net.basis] += net.kg;
		any[net.basis] = true;
		if (!counts || hour < batch->hour) {
			batch->hour = hour;
			batch->first_unit = i;
		}
		counts = true;
	}
	batch->basis = BASIS_UNKNOWN;
	for (int basis = BASES - 1; basis > 0; basis--)
		if (any[basis] && (!any[batch->basis] || kg[basis] >= kg[batch->basis]))
			batch->basis = (enum basis)basis;
	for (size_t i = 1; i < facts->n_goods; i++)
		if (batch->declared.lines[i] > batch->declared.lines[batch->heaviest])
			batch->heaviest = i;
	return counts;
}

static void
count_unit(struct batch *batch, size_t unit, const struct unit_facts *seen, uint32_t hour,
    void (*part)(void *user, const struct counted *counted), void *user)
{
	const struct facts *facts = batch->facts;
	struct net net = net_of(facts, &batch->declared, unit, seen);
	size_t lines = facts->n_goods > 0 ? facts->n_goods : 1;
	struct counted counted = { .unit_id = facts->units[unit].unit_id,
		.hour = hour,
		.direction = facts->direction,
		.mode = facts->mode,
		.basis = net.basis };
	static const int64_t no_lines[1] = { 0 };
	const int64_t *weights = facts->n_goods > 0 ? batch->declared.lines : no_lines;
	struct split split = split_begin(net.kg, weights, lines);
	find_groups(batch, hour);
	for (size_t i = 0; i < lines; i++) {
		counted.group = batch->groups[i];
		counted.line = i;
		counted.net_kg = split_next(&split, weights[i], lines);
		counted.units = i == batch->heaviest ? 1 : 0;
		if (counted.units != 0 || counted.net_kg != 0)
			part(user, &counted);
	}
	assert(split.given == net.kg);
}

static void
count_batch(struct batch *batch, void (*part)(void *user, const struct counted *counted), void *user)
{
	find_groups(batch, batch->hour);
	struct counted counted = { .unit_id = batch->facts->units[batch->first_unit].unit_id,
		.hour = batch->hour,
		.direction = batch->facts->direction,
		.mode = batch->facts->mode,
		.group = batch->groups[batch->heaviest],
		.line = batch->heaviest,
		.basis = batch->basis,
		.batches = 1 };
	part(user, &counted);
}

/* Before a release or a departure nothing counts, whatever the port's rule: most batches of a group are still at this point. */
static bool
may_count(const struct facts *facts)
{
	for (size_t i = 0; i < facts->n_seen && !facts->released; i++)
		if (facts->seen[i].has_departed)
			return true;
	return facts->released;
}

void
counting(const struct facts *facts, const struct registry *registry, const char *port,
    void (*part)(void *user, const struct counted *counted), void *user)
{
	if (!facts->lodged || facts->deleted || !may_count(facts))
		return;
	struct batch batch; /* its arrays stay unset beyond what the batch has: zeroing them all would cost more than counting */
	batch.facts = facts;
	batch.registry = registry;
	batch.groups_known = false;
	batch.heaviest = 0;
	declare(facts, &batch.declared);
	if (!survey(&batch, port))
		return;
	count_batch(&batch, part, user);
	for (size_t i = 0; i < facts->n_units; i++) {
		uint32_t hour;
		const struct unit_facts *seen = seen_of(facts, facts->units[i].unit_id);
		if (counts_at(facts, registry, port, seen, &hour))
			count_unit(&batch, i, seen, hour, part, user);
	}
}

struct masses
counting_masses(const struct facts *facts)
{
	struct masses masses = { KG_UNKNOWN, KG_UNKNOWN, KG_UNKNOWN };
	struct declared declared;
	int64_t weighed_kg = 0, weighed_declared_kg = 0, kg;
	bool any = false;
	if (!facts->lodged || facts->deleted)
		return masses;
	declare(facts, &declared);
	for (size_t i = 0; i < facts->n_units; i++) {
		if (!weighed_net(&facts->units[i], seen_of(facts, facts->units[i].unit_id), &kg) || kg < 0)
			continue;
		any = true;
		weighed_kg += kg;
		weighed_declared_kg += declared.known ? declared.units[i] : 0; /* else they are not set */
	}
	if (declared.known)
		masses.declared_kg = declared.kg;
	if (any)
		masses.weighed_kg = weighed_kg;
	if (any && declared.known)
		masses.weighed_declared_kg = weighed_declared_kg;
	return masses;
}

/* ---- review ---- */

static int64_t
heaviest_of(Juyan__V1__Mode mode)
{
	if (mode == JUYAN__V1__MODE__AGV)
		return UNIT_KG_MAX_AGV;
	return mode == JUYAN__V1__MODE__RAIL ? UNIT_KG_MAX_RAIL : UNIT_KG_MAX_ROAD;
}

static bool
far_apart(int64_t weighed, int64_t declared)
{
	int64_t difference = llabs(weighed - declared);
	return difference > FAR_KG && difference * 100 > declared * FAR_PERCENT;
}

static uint32_t
review_unit(const struct facts *facts, const struct declared *declared, size_t i)
{
	uint32_t marks = 0;
	int64_t kg;
	const struct unit_facts *seen = seen_of(facts, facts->units[i].unit_id);
	int64_t max = heaviest_of(facts->mode);
	struct net net = net_of(facts, declared, i, seen);
	if (weighed_net(&facts->units[i], seen, &kg)) {
		marks |= kg < 0 ? MARK_NET_NEGATIVE : 0;
		if (facts->n_goods == 0)
			marks |= kg > FAR_KG ? MARK_EMPTY_WEIGHED : 0;
		else if (declared->known && kg >= 0 && far_apart(kg, declared->units[i]))
			marks |= MARK_FAR_FROM_DECLARED;
	}
	if (net.kg > max || (seen != NULL && seen->gross.kg > max))
		marks |= MARK_UNIT_TOO_HEAVY;
	if (net.basis == BASIS_UNKNOWN && facts->released)
		marks |= MARK_MASS_UNKNOWN;
	return marks;
}

static uint32_t
review_waybills(const struct facts *facts)
{
	for (size_t w = 0, i = 0; w < facts->n_waybills; w++) {
		bool known = facts->waybill_kg[w] != KG_UNKNOWN;
		int64_t sum = 0;
		for (; i < facts->n_goods && facts->goods[i].waybill == w; i++) {
			known = known && facts->goods[i].declared_kg != KG_UNKNOWN;
			sum += facts->goods[i].declared_kg != KG_UNKNOWN ? facts->goods[i].declared_kg : 0;
		}
		if (known && sum != facts->waybill_kg[w])
			return MARK_LINES_DIFFER;
	}
	return 0;
}

static bool
in_manifest(const struct facts *facts, struct span unit_id)
{
	for (size_t i = 0; i < facts->n_units; i++)
		if (span_compare(facts->units[i].unit_id, unit_id) == 0)
			return true;
	return false;
}

uint32_t
counting_review(const struct facts *facts)
{
	uint32_t marks = 0;
	for (size_t i = 0; i < facts->n_sources; i++)
		marks |= facts->sources[i].marks;
	if (!facts->lodged || facts->deleted)
		return marks;
	struct declared declared;
	declare(facts, &declared);
	for (size_t i = 0; i < facts->n_units; i++)
		marks |= review_unit(facts, &declared, i);
	for (size_t i = 0; i < facts->n_seen; i++)
		marks |= in_manifest(facts, facts->seen[i].unit_id) ? 0 : MARK_UNIT_NOT_IN_MANIFEST;
	return marks | review_waybills(facts);
}
