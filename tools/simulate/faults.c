/* Mishaps of one crossing. The table of shares is the whole policy; each mishap is one function. */
#include "faults.h"

#include <assert.h>
#include <stddef.h>

#include "port_calendar.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS CALENDAR_MS_PER_HOUR
#define DAY_MS CALENDAR_MS_PER_DAY

static struct fact *
find(struct crossing *crossing, enum fact_kind kind)
{
	for (uint16_t i = 0; i < crossing->facts; i++)
		if (crossing->fact[i].kind == kind)
			return &crossing->fact[i];
	return NULL;
}

/* The facts move when one is added, so each mishap copies what it needs before it adds. */
static struct fact *
add(struct crossing *crossing, enum fact_kind kind, enum crossing_desk desk, int64_t at_ms)
{
	struct fact *fact = crossing_fact(crossing, kind, desk, at_ms);
	if (fact != NULL)
		fact->sent_at_ms = at_ms + 1000;
	return fact;
}

static bool
laden(const struct crossing *crossing)
{
	return crossing->manifest[0].bills > 0;
}

/* ---- papers ---- */

/* The manifest was lodged wrongly, and is lodged again as a whole: the first version gets the error. */
static void
amend(struct crossing *crossing, struct random *random)
{
	struct fact *lodged = find(crossing, FACT_LODGED);
	if (lodged == NULL || crossing->manifest[1].bills > 0)
		return;
	crossing_keep_first(crossing);
	struct manifest *first = &crossing->manifest[1];
	switch (random_below(random, 3)) {
	case 0:
		first->mistyped = true;
		break;
	case 1:
		for (uint8_t i = 0; i < first->lines; i++)
			if (first->line[i].declared_kg != NOT_KNOWN)
				first->line[i].declared_kg = first->line[i].declared_kg / 100 * 94;
		for (uint8_t i = 0; i < first->bills; i++)
			first->bill[i].declared_kg = NOT_KNOWN;
		break;
	default:
		if (first->lines > 0) {
			first->line[0].goods = goods_draw(GOODS_EXPORT, random);
			first->line[0].with_hs = !first->line[0].with_hs;
		}
	}
	int64_t first_ms = lodged->occurred_at_ms;
	enum crossing_desk desk = (enum crossing_desk)lodged->desk;
	lodged->version = 1;
	int64_t wait_ms =
	    random_chance(random, 700000) ? random_between(random, 10, 600) * MINUTE_MS : random_between(random, 1, 72) * HOUR_MS;
	add(crossing, FACT_LODGED, desk, first_ms + wait_ms);
}

/* Withdrawn before or after it counted; one in four comes back under the same number. */
static void
withdraw(struct crossing *crossing, struct random *random)
{
	const struct fact *lodged = find(crossing, FACT_LODGED), *released = find(crossing, FACT_RELEASED);
	enum crossing_desk desk = (enum crossing_desk)lodged->desk;
	int64_t from_ms = random_chance(random, 500000) ? lodged->occurred_at_ms : released->occurred_at_ms;
	int64_t deleted_ms = from_ms + random_between(random, 20, 7200) * MINUTE_MS;
	add(crossing, FACT_DELETED, desk, deleted_ms);
	if (random_chance(random, 250000))
		add(crossing, FACT_LODGED, desk, deleted_ms + random_between(random, 30, 1440) * MINUTE_MS);
}

/* The release is there first: the manifest is on its way, or is written down only afterwards. */
static void
release_first(struct crossing *crossing, struct random *random)
{
	const struct fact *released = find(crossing, FACT_RELEASED);
	int64_t after_ms = released->occurred_at_ms + random_between(random, 10, 600) * MINUTE_MS;
	struct fact *lodged = find(crossing, FACT_LODGED);
	lodged->sent_at_ms = after_ms;
	if (random_chance(random, 200000))
		lodged->occurred_at_ms = after_ms;
}

static void
undeclared(struct crossing *crossing, struct random *random)
{
	(void)random;
	struct manifest *manifest = &crossing->manifest[0];
	for (uint8_t i = 0; i < manifest->lines; i++)
		manifest->line[i].declared_kg = NOT_KNOWN;
	for (uint8_t i = 0; i < manifest->bills; i++)
		manifest->bill[i].declared_kg = NOT_KNOWN;
	for (uint16_t u = 0; u < crossing->units; u++)
		crossing->unit[u].declared_kg = NOT_KNOWN;
}

static void
inspect_again(struct crossing *crossing, struct random *random)
{
	const struct fact *released = find(crossing, FACT_RELEASED);
	int64_t at_ms = released->occurred_at_ms - random_between(random, 1, 10) * MINUTE_MS;
	struct fact *fact = add(crossing, FACT_INSPECTED, DESK_CUSTOMS, at_ms - 10 * MINUTE_MS);
	if (fact != NULL)
		fact->held = true;
	add(crossing, FACT_INSPECTED, DESK_CUSTOMS, at_ms);
}

/* ---- scales ---- */

static void
forget_tare(struct crossing *crossing, struct random *random)
{
	(void)random;
	crossing->manifest[0].registered = false;
	for (uint16_t i = 0; i < crossing->facts; i++) {
		crossing->fact[i].tare_kg = NOT_KNOWN;
		crossing->fact[i].container_tare_kg = NOT_KNOWN;
	}
}

/* Read too early; mostly, not always, read again at rest. */
static void
weigh_moving(struct crossing *crossing, struct random *random)
{
	const struct fact *weighed = find(crossing, FACT_WEIGHED);
	struct fact early = *weighed;
	if (random_chance(random, 250000)) {
		find(crossing, FACT_WEIGHED)->moving = true;
		return;
	}
	/* Later by time in some, so that it must not hold although it is the newest. */
	int64_t at_ms = early.occurred_at_ms + random_between(random, -90, 90) * 1000;
	struct fact *fact = add(crossing, FACT_WEIGHED, (enum crossing_desk)early.desk, at_ms);
	if (fact == NULL)
		return;
	fact->unit = early.unit;
	fact->lane = early.lane;
	fact->moving = true;
	fact->gross_kg = early.gross_kg + (int32_t)random_around(random, 0, 9000);
}

static void
not_weighed(struct crossing *crossing, struct random *random)
{
	(void)random;
	for (uint16_t i = 0; i < crossing->facts;)
		if (crossing->fact[i].kind == FACT_WEIGHED)
			crossing->fact[i] = crossing->fact[--crossing->facts];
		else
			i++;
}

static void
weigh_again(struct crossing *crossing, struct random *random)
{
	struct fact before = *find(crossing, FACT_WEIGHED);
	struct fact *fact = add(crossing, FACT_WEIGHED, (enum crossing_desk)before.desk, before.occurred_at_ms + 3 * MINUTE_MS);
	if (fact == NULL)
		return;
	fact->unit = before.unit;
	fact->lane = before.lane;
	fact->gross_kg = before.gross_kg + (int32_t)random_around(random, 0, 300);
}

static void
correct(struct crossing *crossing, uint16_t unit, struct random *random)
{
	int64_t at_ms = find(crossing, FACT_RELEASED)->occurred_at_ms + random_between(random, 120, 14400) * MINUTE_MS;
	struct fact *fact = add(crossing, FACT_CORRECTED, DESK_CUSTOMS, at_ms);
	if (fact == NULL)
		return;
	fact->unit = unit;
	fact->net_kg = (int32_t)random_around(random, crossing->unit[unit].net_kg, 400);
}

static void
correct_one(struct crossing *crossing, struct random *random)
{
	uint16_t unit = (uint16_t)random_below(random, crossing->units);
	correct(crossing, unit, random);
	if (random_chance(random, 100000)) /* and once more */
		correct(crossing, unit, random);
}

/* Two vehicles on one scale: far too much, still counted, put right by somebody within days. */
static void
too_heavy(struct crossing *crossing, struct random *random)
{
	struct fact *weighed = find(crossing, FACT_WEIGHED);
	if (weighed->gross_kg == NOT_KNOWN)
		return;
	weighed->gross_kg = weighed->gross_kg * 2 + (int32_t)random_between(random, 30000, 60000);
	uint16_t unit = weighed->unit;
	if (random_chance(random, 900000))
		correct(crossing, unit, random);
}

/* Gross and tare in each other's place: less than nothing, so it makes no mass. */
static void
less_than_nothing(struct crossing *crossing, struct random *random)
{
	(void)random;
	struct fact *weighed = find(crossing, FACT_WEIGHED);
	if (weighed->gross_kg == NOT_KNOWN || weighed->tare_kg == NOT_KNOWN)
		return;
	int32_t gross_kg = weighed->gross_kg;
	weighed->gross_kg = weighed->tare_kg;
	weighed->tare_kg = gross_kg;
}

/* ---- reports ---- */

/* A terminal's clock fell back to its birthday. Only for an arrival, which dates nothing. */
static void
wrong_clock(struct crossing *crossing, struct random *random)
{
	(void)random;
	find(crossing, FACT_ARRIVED)->occurred_at_ms = INT64_C(915148800000); /* 1999-01-01 */
}

static void
send_late(struct crossing *crossing, struct random *random)
{
	struct fact *fact = &crossing->fact[random_below(random, crossing->facts)];
	int64_t wait_ms =
	    random_chance(random, 600000) ? random_between(random, 60, 720) * MINUTE_MS : random_between(random, 12, 120) * HOUR_MS;
	fact->sent_at_ms += wait_ms;
}

/* A report that cannot be taken; every second one is sent again as it should have been. */
static void
spoil(struct crossing *crossing, bool text_only, struct random *random)
{
	struct fact *fact = &crossing->fact[random_below(random, crossing->facts)];
	struct fact whole = *fact;
	fact->flaw = (uint8_t)random_between(random, FLAW_PORT, text_only ? FLAW_BOUND : FLAW_BYTES);
	if (!random_chance(random, 500000))
		return;
	struct fact *again = add(crossing, (enum fact_kind)whole.kind, (enum crossing_desk)whole.desk, whole.occurred_at_ms);
	if (again == NULL)
		return;
	*again = whole;
	again->sent_at_ms += random_between(random, 5, 2000) * MINUTE_MS;
}

/* ---- the policy ---- */

enum when { ALWAYS, WHEN_LADEN, WHEN_WEIGHED };

struct mishap {
	uint32_t per_million; /* crossings */
	enum when when;
	void (*happen)(struct crossing *crossing, struct random *random);
};

static const struct mishap mishaps[] = {
	{ 15000, WHEN_LADEN, amend },
	{ 3000, ALWAYS, withdraw },
	{ 4000, ALWAYS, release_first },
	{ 3000, WHEN_LADEN, inspect_again },
	{ 8000, WHEN_WEIGHED, forget_tare },
	{ 7000, WHEN_WEIGHED, weigh_moving },
	{ 4000, WHEN_WEIGHED, not_weighed },
	{ 5000, WHEN_WEIGHED, weigh_again },
	{ 500, WHEN_WEIGHED, less_than_nothing },
	{ 400, WHEN_WEIGHED, too_heavy },
	{ 6000, WHEN_LADEN, correct_one },
	{ 60, ALWAYS, wrong_clock },
	{ 20000, ALWAYS, send_late },
};

enum { UNDECLARED_PER_MILLION = 5000, UNDECLARED_UNWEIGHED_PER_MILLION = 30000, SPOILT_PER_MILLION = 1800 };

/* Each crossing is met by few mishaps, so one throw of the dice for all of them decides most. */
void
faults_apply(struct crossing *crossing, bool text_only, struct random *random)
{
	/* Before the manifest is copied for an amendment, so that both versions agree. */
	if (laden(crossing) && random_chance(random, UNDECLARED_PER_MILLION)) {
		undeclared(crossing, random);
		if (random_chance(random, UNDECLARED_UNWEIGHED_PER_MILLION))
			not_weighed(crossing, random);
	}
	for (size_t i = 0; i < sizeof mishaps / sizeof mishaps[0]; i++) {
		if (!random_chance(random, mishaps[i].per_million))
			continue;
		if (mishaps[i].when != ALWAYS && !laden(crossing))
			continue;
		if (mishaps[i].when == WHEN_WEIGHED && find(crossing, FACT_WEIGHED) == NULL)
			continue;
		mishaps[i].happen(crossing, random);
	}
	if (random_chance(random, SPOILT_PER_MILLION))
		spoil(crossing, text_only, random);
}

int64_t
faults_line_ms(uint64_t seed, uint8_t port, uint8_t desk, int64_t sent_at_ms)
{
	/* A break begins on this day or the day before; what falls into it waits for its end. */
	int64_t day = sent_at_ms / DAY_MS;
	for (int64_t d = day - 1; d <= day; d++) {
		uint64_t dice = random_mix(seed, (uint64_t)(port * CROSSING_DESKS + desk), (uint64_t)d);
		if (dice % 1000 >= 12)
			continue;
		int64_t begin_ms = d * DAY_MS + (int64_t)(dice / 1000 % 86400) * 1000;
		int64_t end_ms = begin_ms + (30 + (int64_t)(dice / 86400000 % 2100)) * MINUTE_MS;
		/* Most breaks are short: the length is squeezed towards its lower end. */
		end_ms = begin_ms + (end_ms - begin_ms) / 1000 * ((int64_t)(dice >> 40) % 1000);
		if (sent_at_ms >= begin_ms && sent_at_ms < end_ms)
			return end_ms + (sent_at_ms - begin_ms) / 600;
	}
	return sent_at_ms;
}
