/* Counting by our own hand. The rules are those of design.md, "What a batch counts for"; nothing of storage/ is used. */
#include "tally.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port_calendar.h"

/* The product of two masses. */
__extension__ typedef __int128 wide;

enum { SLOTS_FIRST = 4096, LINES_MAX = CROSSING_UNITS_MAX };

struct tally {
	enum tally_period finest;
	struct tally_row *slots; /* an open table; a free slot has period 0 */
	size_t size, used;
};

/* ---- the table ---- */

static bool
same(const struct tally_row *a, const struct tally_row *b)
{
	return a->period == b->period && a->port == b->port && a->direction == b->direction && a->mode == b->mode &&
	    a->group == b->group && a->basis == b->basis;
}

static struct tally_row *
slot_of(struct tally_row *slots, size_t size, const struct tally_row *key)
{
	uint64_t parts = (uint64_t)key->port << 32 | (uint64_t)key->direction << 24 | (uint64_t)key->mode << 16 |
	    (uint64_t)key->group << 8 | key->basis;
	size_t at = (size_t)random_mix(key->period, parts, 0) & (size - 1);
	while (slots[at].period != 0 && !same(&slots[at], key))
		at = (at + 1) & (size - 1);
	return &slots[at];
}

static bool
grow(struct tally *tally)
{
	size_t size = tally->size * 2;
	struct tally_row *slots = calloc(size, sizeof *slots);
	if (slots == NULL)
		return false;
	for (size_t i = 0; i < tally->size; i++)
		if (tally->slots[i].period != 0)
			*slot_of(slots, size, &tally->slots[i]) = tally->slots[i];
	free(tally->slots);
	tally->slots = slots;
	tally->size = size;
	return true;
}

static bool
put(struct tally *tally, const struct tally_row *row)
{
	if (tally->used * 10 >= tally->size * 7 && !grow(tally))
		return false;
	struct tally_row *slot = slot_of(tally->slots, tally->size, row);
	if (slot->period == 0) {
		*slot = *row;
		tally->used++;
		return true;
	}
	slot->net_kg += row->net_kg;
	slot->batches += row->batches;
	slot->units += row->units;
	slot->units_unknown += row->units_unknown;
	return true;
}

struct tally *
tally_open(enum tally_period finest)
{
	struct tally *tally = calloc(1, sizeof *tally);
	if (tally == NULL)
		return NULL;
	tally->finest = finest;
	tally->size = SLOTS_FIRST;
	tally->slots = calloc(tally->size, sizeof *tally->slots);
	if (tally->slots == NULL)
		tally_close(&tally);
	return tally;
}

void
tally_close(struct tally **tally)
{
	if (*tally == NULL)
		return;
	free((*tally)->slots);
	free(*tally);
	*tally = NULL;
}

/* ---- the rules ---- */

/*
 * The i-th part of a whole by weights: what the running sum gives more than it gave before. Without weights, all parts are
 * equal.
 */
static int64_t
part(int64_t whole, const int64_t *weights, size_t n, size_t i)
{
	int64_t sum = 0, before = 0;
	for (size_t k = 0; k < n; k++)
		sum += weights[k];
	for (size_t k = 0; k < i; k++)
		before += weights[k];
	if (sum == 0)
		return whole * (int64_t)(i + 1) / (int64_t)n - whole * (int64_t)i / (int64_t)n;
	return (int64_t)((wide)whole * (before + weights[i]) / sum) - (int64_t)((wide)whole * before / sum);
}

/* What the manifest that holds declares. */
struct declared {
	bool known;
	int64_t kg;
	int64_t line_kg[LINES_MAX];
};

static struct declared
declared_of(const struct manifest *manifest)
{
	struct declared declared = { .known = true };
	const struct line *line = manifest->line;
	int64_t *line_kg = declared.line_kg;
	for (uint8_t b = 0; b < manifest->bills; b++) {
		const struct bill *bill = &manifest->bill[b];
		int64_t kg[LINES_MAX] = { 0 }, sum = 0;
		bool lines_known = true;
		for (uint8_t i = 0; i < bill->lines; i++) {
			lines_known = lines_known && line[i].declared_kg != NOT_KNOWN;
			kg[i] = line[i].declared_kg != NOT_KNOWN ? line[i].declared_kg : 0;
			sum += kg[i];
		}
		declared.known = declared.known && (bill->declared_kg != NOT_KNOWN || lines_known);
		if (!lines_known)
			memset(kg, 0, sizeof kg);
		int64_t bill_kg = bill->declared_kg != NOT_KNOWN ? bill->declared_kg : sum;
		for (uint8_t i = 0; i < bill->lines; i++)
			line_kg[i] = part(bill_kg, kg, bill->lines, i);
		declared.kg += bill_kg;
		line += bill->lines;
		line_kg += bill->lines;
	}
	return declared;
}

/* The newest known fact of a kind, about this unit where it is about one. */
static const struct fact *
newest(const struct crossing *crossing, enum fact_kind kind, uint16_t unit)
{
	const struct fact *best = NULL;
	for (uint16_t i = 0; i < crossing->facts; i++) {
		const struct fact *fact = &crossing->fact[i];
		if (fact->known && fact->flaw == FLAW_NONE && fact->kind == kind && (unit == UNIT_NONE || fact->unit == unit) &&
		    (best == NULL || fact->occurred_at_ms > best->occurred_at_ms))
			best = fact;
	}
	return best;
}

/* Each of the three masses by itself: the newest reading at rest that knows it. */
struct scale {
	int64_t gross_kg, tare_kg, container_tare_kg;
};

static void
read_mass(int32_t kg, int64_t at_ms, int64_t *held_kg, int64_t *held_ms)
{
	if (kg == NOT_KNOWN || (*held_kg != NOT_KNOWN && at_ms < *held_ms))
		return;
	*held_kg = kg;
	*held_ms = at_ms;
}

static struct scale
scale_of(const struct crossing *crossing, uint16_t unit)
{
	struct scale scale = { NOT_KNOWN, NOT_KNOWN, NOT_KNOWN };
	int64_t gross_ms = 0, tare_ms = 0, container_ms = 0;
	for (uint16_t i = 0; i < crossing->facts; i++) {
		const struct fact *fact = &crossing->fact[i];
		if (fact->kind != FACT_WEIGHED || fact->unit != unit || !fact->known || fact->flaw != FLAW_NONE || fact->moving)
			continue;
		read_mass(fact->gross_kg, fact->occurred_at_ms, &scale.gross_kg, &gross_ms);
		read_mass(fact->tare_kg, fact->occurred_at_ms, &scale.tare_kg, &tare_ms);
		read_mass(fact->container_tare_kg, fact->occurred_at_ms, &scale.container_tare_kg, &container_ms);
	}
	return scale;
}

static bool
weighed_net(const struct crossing *crossing, const struct manifest *manifest, uint16_t u, int64_t *net_kg)
{
	const struct unit *unit = &crossing->unit[u];
	struct scale scale = scale_of(crossing, u);
	if (manifest->registered && scale.tare_kg == NOT_KNOWN)
		scale.tare_kg = crossing_registered_kg(unit->tare_kg);
	if (manifest->registered && unit->containers > 0 && scale.container_tare_kg == NOT_KNOWN)
		scale.container_tare_kg = crossing_registered_kg(unit->container_tare_kg);
	if (unit->containers == 0 && scale.container_tare_kg == NOT_KNOWN)
		scale.container_tare_kg = 0;
	if (scale.gross_kg == NOT_KNOWN || scale.tare_kg == NOT_KNOWN || scale.container_tare_kg == NOT_KNOWN)
		return false;
	*net_kg = scale.gross_kg - scale.tare_kg - scale.container_tare_kg;
	return *net_kg >= 0;
}

static int64_t
declared_share(const struct crossing *crossing, const struct declared *declared, uint16_t u)
{
	int64_t weights[CROSSING_UNITS_MAX] = { 0 };
	bool all = true;
	for (uint16_t i = 0; i < crossing->units; i++) {
		all = all && crossing->unit[i].declared_kg != NOT_KNOWN;
		weights[i] = crossing->unit[i].declared_kg;
	}
	if (!all)
		memset(weights, 0, sizeof weights);
	return part(declared->kg, weights, crossing->units, u);
}

static enum tally_basis
net_of(const struct crossing *crossing, const struct manifest *manifest, const struct declared *declared, uint16_t u,
    int64_t *net_kg)
{
	/* A vehicle that the manifest names wrongly was never seen. */
	bool seen = !(manifest->mistyped && u == 0);
	const struct fact *corrected = seen ? newest(crossing, FACT_CORRECTED, u) : NULL;
	*net_kg = 0;
	if (corrected != NULL) {
		*net_kg = corrected->net_kg;
		return TALLY_CORRECTED;
	}
	if (seen && weighed_net(crossing, manifest, u, net_kg))
		return TALLY_WEIGHED;
	*net_kg = declared->known ? declared_share(crossing, declared, u) : 0;
	return declared->known ? TALLY_DECLARED : TALLY_UNKNOWN;
}

/* ---- a crossing ---- */

static uint8_t
group_of(const struct manifest *manifest, size_t line)
{
	if (manifest->lines == 0)
		return GOODS_GROUP_EMPTY;
	const struct line *l = &manifest->line[line];
	return goods_group(l->goods, (enum goods_language)l->language, l->with_hs);
}

static uint32_t
period_of(int64_t utc_ms, enum tally_period kind)
{
	int64_t local_ms = utc_ms + CALENDAR_OFFSET_MS;
	int year, month, day;
	port_calendar_date(local_ms / CALENDAR_MS_PER_DAY, &year, &month, &day);
	uint32_t hour = (uint32_t)(local_ms % CALENDAR_MS_PER_DAY / CALENDAR_MS_PER_HOUR);
	uint32_t date = (uint32_t)(year * 10000 + month * 100 + day);
	return kind == TALLY_HOUR ? date * 100 + hour : kind == TALLY_DAY ? date : kind == TALLY_MONTH ? date / 100 : date / 10000;
}

/* One unit: its kilograms over the lines, itself at the heaviest. */
static bool
add_unit(struct tally *tally, struct tally_row row, const struct manifest *manifest, const struct declared *declared,
    size_t heaviest, int64_t net_kg)
{
	size_t lines = manifest->lines > 0 ? manifest->lines : 1;
	for (size_t i = 0; i < lines; i++) {
		row.group = group_of(manifest, i);
		row.net_kg = part(net_kg, declared->line_kg, lines, i);
		row.units = i == heaviest;
		row.units_unknown = i == heaviest && row.basis == TALLY_UNKNOWN;
		if ((row.net_kg != 0 || row.units != 0) && !put(tally, &row))
			return false;
	}
	return true;
}

bool
tally_add(struct tally *tally, const struct crossing *crossing)
{
	const struct fact *lodged = newest(crossing, FACT_LODGED, UNIT_NONE), *deleted = newest(crossing, FACT_DELETED, UNIT_NONE);
	const struct fact *released = newest(crossing, FACT_RELEASED, UNIT_NONE);
	if (lodged == NULL || released == NULL || (deleted != NULL && deleted->occurred_at_ms > lodged->occurred_at_ms))
		return true;
	const struct manifest *manifest = &crossing->manifest[lodged->version];
	struct declared declared = declared_of(manifest);
	size_t heaviest = 0;
	for (size_t i = 1; i < manifest->lines; i++)
		if (declared.line_kg[i] > declared.line_kg[heaviest])
			heaviest = i;
	struct tally_row row = { .period = period_of(released->occurred_at_ms, tally->finest),
		.port = crossing->port,
		.direction = crossing->direction,
		.mode = crossing->mode };
	int64_t kg[TALLY_BASES] = { 0 }, net_kg;
	bool any[TALLY_BASES] = { false };
	for (uint16_t u = 0; u < crossing->units; u++) {
		row.basis = (uint8_t)net_of(crossing, manifest, &declared, u, &net_kg);
		any[row.basis] = true;
		kg[row.basis] += net_kg;
		if (!add_unit(tally, row, manifest, &declared, heaviest, net_kg))
			return false;
	}
	/* The batch itself: at the basis with most mass, the better basis where they are even. */
	uint8_t best = TALLY_BASES;
	for (uint8_t b = 0; b < TALLY_BASES; b++)
		if (any[b] && (best == TALLY_BASES || kg[b] > kg[best]))
			best = b;
	assert(best < TALLY_BASES);
	row.basis = best;
	row.group = group_of(manifest, heaviest);
	row.batches = 1;
	return put(tally, &row);
}

/* ---- rows ---- */

static int
by_key(const void *left, const void *right)
{
	const struct tally_row *a = left, *b = right;
	if (a->period != b->period)
		return a->period < b->period ? -1 : 1;
	if (a->port != b->port)
		return a->port - b->port;
	if (a->direction != b->direction)
		return a->direction - b->direction;
	if (a->mode != b->mode)
		return a->mode - b->mode;
	return a->group != b->group ? a->group - b->group : a->basis - b->basis;
}

static uint32_t
coarser(uint32_t period, enum tally_period from, enum tally_period to)
{
	for (; from > to; from--)
		period /= 100;
	return period;
}

bool
tally_rows(const struct tally *tally, const struct tally *more, enum tally_period period, struct tally_row **out, size_t *n)
{
	assert(period <= tally->finest && (more == NULL || more->finest == tally->finest));
	/* Through a coarser table of its own, so that few rows have to be sorted. */
	struct tally *sum = tally_open(period);
	bool fine = sum != NULL;
	for (const struct tally *from = tally; fine && from != NULL; from = from == tally ? more : NULL)
		for (size_t i = 0; fine && i < from->size; i++) {
			struct tally_row row = from->slots[i];
			if (row.period == 0)
				continue;
			row.period = coarser(row.period, from->finest, period);
			fine = put(sum, &row);
		}
	struct tally_row *rows = fine ? malloc((sum->used + 1) * sizeof *rows) : NULL;
	if (rows != NULL) {
		*n = 0;
		for (size_t i = 0; i < sum->size; i++)
			if (sum->slots[i].period != 0)
				rows[(*n)++] = sum->slots[i];
		qsort(rows, *n, sizeof *rows, by_key);
		*out = rows;
	}
	tally_close(&sum);
	return rows != NULL;
}

const char *
tally_basis_name(uint8_t basis)
{
	static const char *const names[TALLY_BASES] = { "corrected", "weighed", "declared", "unknown" };
	assert(basis < TALLY_BASES);
	return names[basis];
}

void
tally_period_text(uint32_t period, enum tally_period kind, char text[16])
{
	switch (kind) {
	case TALLY_YEAR:
		snprintf(text, 16, "%04u", period % 10000);
		break;
	case TALLY_MONTH:
		snprintf(text, 16, "%04u-%02u", period / 100 % 10000, period % 100);
		break;
	case TALLY_DAY:
		snprintf(text, 16, "%04u-%02u-%02u", period / 10000 % 10000, period / 100 % 100, period % 100);
		break;
	case TALLY_HOUR:
	default:
		snprintf(text, 16, "%04u-%02u-%02uT%02u", period / 1000000 % 10000, period / 10000 % 100, period / 100 % 100,
		    period % 100);
		break;
	}
}
