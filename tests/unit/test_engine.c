/*
 * The engine on a made-up ledger: parts add up to the whole in mean, in every path and by month; the same seed gives the same bytes
 * on any number of threads; shut days are empty, ceilings hold; as of a day nothing later is known; what is not known gets wide
 * intervals and a sentence; what is running is not taken for a low day; overrides show as their own part.
 */
#include "check.h"

#include <time.h>

#include "gather.h"
#include "made_up.h"
#include "world.h"

static uint64_t seed;
static struct arena arena;

/* ---- asking ---- */

static const Juyan__V1__ForecastReply *
asks(struct engine *engine, const char *question)
{
	char text[2048];
	struct reason why = { "" };
	const Juyan__V1__ForecastReply *reply = NULL;
	snprintf(text, sizeof text, "%s", question);
	const ProtobufCMessage *message = said_message(&juyan__v1__forecast_question__descriptor, text);
	arena_reset(&arena);
	if (engine_answer(engine, (const Juyan__V1__ForecastQuestion *)message, &arena, &reply, &why) != STATUS_OK)
		fail_msg("%s: %s", question, why.text);
	return reply;
}

static void
refuses(struct engine *engine, const char *question, enum status status, const char *part)
{
	char text[2048];
	struct reason why = { "" };
	const Juyan__V1__ForecastReply *reply = NULL;
	snprintf(text, sizeof text, "%s", question);
	const ProtobufCMessage *message = said_message(&juyan__v1__forecast_question__descriptor, text);
	arena_reset(&arena);
	assert_int_equal(engine_answer(engine, (const Juyan__V1__ForecastQuestion *)message, &arena, &reply, &why), status);
	if (strstr(why.text, part) == NULL)
		fail_msg("'%s' is not in: %s", part, why.text);
}

static struct engine *
engine_of(struct made_up *ledger)
{
	struct engine *engine = NULL;
	struct reason why = { "" };
	const struct engine_options options = made_up_options(ledger);
	assert_int_equal(engine_open(&options, &engine, &why), STATUS_OK);
	return engine;
}

static const Juyan__V1__OutlookRow *
row_of(const Juyan__V1__Outlook *outlook, const char *port, const char *period)
{
	for (size_t i = 0; i < outlook->n_rows; i++)
		if (strcmp(outlook->rows[i]->port, port) == 0 && strcmp(outlook->rows[i]->period, period) == 0)
			return outlook->rows[i];
	fail_msg("there is no row %s %s", port, period);
	return NULL;
}

static int64_t
part_of(const Juyan__V1__Outlook *outlook, const char *period, const char *name)
{
	for (size_t i = 0; i < outlook->n_parts; i++)
		if (strcmp(outlook->parts[i]->period, period) == 0 && strcmp(outlook->parts[i]->name, name) == 0)
			return outlook->parts[i]->kg;
	return 0;
}

static bool
notes_hold(const Juyan__V1__Provenance *provenance, const char *part)
{
	for (size_t i = 0; i < provenance->n_notes; i++)
		if (strstr(provenance->notes[i], part) != NULL)
			return true;
	return false;
}

/* ---- worlds ---- */

static struct world
world_of(struct made_up *ledger, size_t threads, uint64_t with_seed)
{
	struct inputs all = { 0 }, now = { 0 };
	struct world world;
	struct reason why = { "" };
	const struct engine_options options = made_up_options(ledger);
	assert_int_equal(gather(&options.source, ledger->now_ms, &all, &why), STATUS_OK);
	assert_int_equal(inputs_as_of(&all, ledger->today, &now), STATUS_OK);
	const struct world_making making = { .seed = with_seed,
		.paths = 200,
		.last_day = now.origin + 120,
		.overrides = true,
		.threads = threads };
	assert_int_equal(world_make(&now, &making, &world, &why), STATUS_OK);
	inputs_close(&all);
	return world;
}

static size_t
values(const struct world *world)
{
	return world->leaves.n * world->leaves.paths * world->leaves.days;
}

static void
threads_change_nothing(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct world one = world_of(ledger, 1, 5), other = world_of(ledger, 5, 6);
	assert_true(values(&one) > 0);
	assert_int_equal(one.leaves.n, MADE_UP_LEAVES);
	for (size_t threads = 2; threads <= 3; threads++) {
		struct world same = world_of(ledger, threads, 5);
		assert_memory_equal(one.leaves.future_kg, same.leaves.future_kg, values(&one) * sizeof(int64_t));
		assert_memory_equal(one.sum, same.sum, one.leaves.n * one.leaves.days * sizeof(int64_t));
		for (size_t k = 0; k < FORECAST_PARTS; k++)
			assert_memory_equal(one.part[k], same.part[k], one.leaves.n * one.leaves.days * sizeof(double));
		world_close(&same);
	}
	assert_memory_not_equal(one.leaves.future_kg, other.leaves.future_kg, values(&one) * sizeof(int64_t));
	world_close(&one);
	world_close(&other);
	made_up_close(ledger);
}

static void
shut_days_are_empty_and_ceilings_hold(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	made_up_registry(ledger,
	    ", {'day': {'port': 'ceke', 'day': '2025-07-11', 'to': '2025-07-15', 'kind': 'CLOSED'}}"
	    ", {'day': {'port': '*', 'day': '2025-08-01', 'kind': 'HOLIDAY', 'country': 'MN', 'open_per_mille': 500}}"
	    ", {'capacity': {'port': 'ceke', 'mode': 'TRUCK', 'kg_per_day': 55000000}}"
	    ", {'capacity': {'port': 'ceke', 'kg_per_day': 58000000}}");
	struct world world = world_of(ledger, 2, 5);
	size_t shut = 0, holiday = (size_t)(civil_day(2025, 8, 1) - world.leaves.origin - 1);
	for (size_t p = 0; p < world.leaves.paths; p++)
		for (size_t d = 0; d < world.leaves.days; d++) {
			int64_t truck = 0, all = 0, day = world.leaves.origin + 1 + (int64_t)d;
			for (size_t i = 0; i < world.leaves.n; i++) {
				const struct leaf_key *key = &world.leaves.leaf[i].key;
				int64_t kg = leaves_path(&world.leaves, i, p)[d];
				assert_true(kg >= 0);
				if (strcmp(key->port, "ceke") != 0)
					continue;
				all += kg;
				truck += key->mode == JUYAN__V1__MODE__TRUCK ? kg : 0;
			}
			assert_true(truck <= 55000000 && all <= 58000000);
			if (day >= civil_day(2025, 7, 11) && day <= civil_day(2025, 7, 15))
				assert_int_equal(all, 0);
			shut += d == holiday && all == 0;
		}
	assert_in_range(shut, 60, 140); /* of 200 paths: as often as the holiday is kept */
	world_close(&world);
	made_up_close(ledger);
}

/* ---- outlooks ---- */

static void
check_parts(const Juyan__V1__Outlook *outlook)
{
	for (size_t i = 0; i < outlook->n_rows; i++) {
		const Juyan__V1__OutlookRow *row = outlook->rows[i];
		int64_t sum = 0;
		for (size_t k = 0; k < outlook->n_parts; k++)
			sum += strcmp(outlook->parts[k]->period, row->period) == 0 ? outlook->parts[k]->kg : 0;
		assert_int_equal(sum, row->total->mean_kg - row->known_kg);
		assert_true(row->total->p025_kg <= row->total->p10_kg && row->total->p10_kg <= row->total->p50_kg);
		assert_true(row->total->p50_kg <= row->total->p90_kg && row->total->p90_kg <= row->total->p975_kg);
	}
}

static void
parts_add_up_to_the_kilogram(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	const Juyan__V1__Outlook *whole = asks(engine, "{'outlook': {'by_period': 'MONTH'}}")->outlook;
	int64_t mean[12], known[12], end = 0;
	assert_int_equal(whole->n_rows, 12);
	check_parts(whole);
	for (size_t i = 0; i < 12; i++) {
		mean[i] = whole->rows[i]->total->mean_kg;
		known[i] = whole->rows[i]->known_kg;
		end += mean[i];
	}
	assert_int_equal(whole->rows[11]->year_to_date->mean_kg, end);
	assert_int_equal(known[5], whole->rows[5]->total->p025_kg); /* June is over */
	assert_int_equal(known[7], 0);
	static const char *const splits[] = { "'by_port': true", "'by_mode': true", "'by_group': true", "'by_direction': true",
		"'by_port': true, 'by_direction': true, 'by_mode': true, 'by_group': true" };
	for (size_t s = 0; s < sizeof splits / sizeof splits[0]; s++) {
		char question[256];
		int64_t sum[12] = { 0 }, known_sum[12] = { 0 };
		snprintf(question, sizeof question, "{'outlook': {'by_period': 'MONTH', %s}}", splits[s]);
		const Juyan__V1__Outlook *split = asks(engine, question)->outlook;
		assert_true(split->n_rows > 12 && split->n_rows % 12 == 0);
		for (size_t i = 0; i < split->n_rows; i++) {
			sum[i % 12] += split->rows[i]->total->mean_kg;
			known_sum[i % 12] += split->rows[i]->known_kg;
		}
		assert_memory_equal(sum, mean, sizeof mean);
		assert_memory_equal(known_sum, known, sizeof known);
	}
	check_parts(asks(engine, "{'outlook': {'by_period': 'DAY'}}")->outlook);
	check_parts(asks(engine, "{'outlook': {'by_period': 'YEAR', 'slice': {'modes': ['agv']}}}")->outlook);
	engine_close(&engine);
	made_up_close(ledger);
}

static void
as_of_knows_nothing_later(void **state)
{
	(void)state;
	struct made_up *then = made_up_open(civil_day(2025, 3, 1), seed), *now = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *early = engine_of(then), *late = engine_of(now);
	memcpy(now->kg, then->kg, sizeof now->kg); /* the same history up to March, and what came since */
	for (size_t i = 0; i < MADE_UP_LEAVES; i++)
		for (int64_t d = then->today - then->first; d < now->today - now->first; d++)
			now->kg[i][d] = 77777 * T;
	const Juyan__V1__Outlook *a = asks(early, "{'outlook': {'by_period': 'YEAR'}}")->outlook;
	int64_t mean = a->rows[0]->total->mean_kg, high = a->rows[0]->total->p975_kg;
	assert_string_equal(a->provenance->origin, "2025-02-28");
	const Juyan__V1__Outlook *b = asks(late, "{'outlook': {'by_period': 'YEAR', 'making': {'as_of': '2025-02-28'}}}")->outlook;
	assert_string_equal(b->provenance->origin, "2025-02-28");
	assert_int_equal(b->rows[0]->total->mean_kg, mean);
	assert_int_equal(b->rows[0]->total->p975_kg, high);
	assert_int_not_equal(asks(late, "{'outlook': {'by_period': 'YEAR'}}")->outlook->rows[0]->total->mean_kg, mean);
	refuses(late, "{'outlook': {'making': {'as_of': '2025-07-02'}}}", STATUS_OUT_OF_RANGE, "not after today");
	engine_close(&early);
	engine_close(&late);
	made_up_close(then);
	made_up_close(now);
}

/* Noon: half of the day's hours are over. A day as usual so far is a day as usual, not a low one. */
static void
a_running_day_is_no_low_day(void **state)
{
	(void)state;
	int64_t today = civil_day(2025, 7, 2);
	struct made_up *ledger = made_up_open(today, seed);
	struct engine *engine = engine_of(ledger);
	const Juyan__V1__OutlookRow *row = row_of(asks(engine, "{'outlook': {}}")->outlook, "", "2025-07-02");
	int64_t usual = row->total->mean_kg;
	assert_int_equal(row->known_kg, 0);
	for (size_t i = 0; i < 3; i++)
		ledger->kg[i][today - ledger->first] = made_up_leaf[i].usual_kg / 2;
	ledger->lsn++;
	const Juyan__V1__Outlook *outlook = asks(engine, "{'outlook': {}}")->outlook;
	row = row_of(outlook, "", "2025-07-02");
	assert_string_equal(outlook->provenance->origin, "2025-07-01");
	assert_int_equal(row->known_kg, 34000 * T);
	assert_true(row->total->p025_kg >= row->known_kg);
	assert_in_range(row->total->mean_kg, usual * 8 / 10, usual * 13 / 10);
	check_parts(outlook);
	assert_true(notes_hold(outlook->provenance, "running"));
	engine_close(&engine);
	made_up_close(ledger);
}

static void
silence_is_not_zero(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 6, 1), seed);
	struct engine *engine = engine_of(ledger);
	made_up_noon(ledger, civil_day(2025, 7, 1));
	const Juyan__V1__Outlook *outlook =
	    asks(engine, "{'outlook': {'by_period': 'MONTH', 'making': {'as_of': '2025-06-30'}}}")->outlook;
	assert_string_equal(outlook->provenance->origin, "2025-05-31");
	assert_true(notes_hold(outlook->provenance, "nothing has come for the last 30 days"));
	assert_true(row_of(outlook, "", "2025-06")->total->p025_kg > 0);
	made_up_registry(ledger, ", {'day': {'port': '*', 'day': '2025-06-01', 'to': '2025-06-30', 'kind': 'CLOSED'}}");
	outlook = asks(engine, "{'outlook': {'by_period': 'MONTH'}}")->outlook;
	assert_string_equal(outlook->provenance->origin, "2025-06-30");
	assert_int_equal(row_of(outlook, "", "2025-06")->total->p975_kg, 0);
	engine_close(&engine);
	made_up_close(ledger);
}

/* A ledger that lives in another time is asked as of its own last days, unless the calendar explains the silence. */
static void
a_stopped_ledger_is_asked_as_of_its_last_day(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 6, 1), seed);
	struct engine *engine = engine_of(ledger);
	made_up_noon(ledger, civil_day(2026, 3, 1));
	const Juyan__V1__Outlook *outlook = asks(engine, "{'outlook': {'by_period': 'YEAR'}}")->outlook;
	assert_string_equal(outlook->provenance->origin, "2025-05-30");
	assert_true(notes_hold(outlook->provenance, "nothing has come since 31 May 2025"));
	assert_string_equal(outlook->rows[0]->period, "2025");
	made_up_registry(ledger, ", {'day': {'port': '*', 'day': '2025-06-01', 'to': '2026-02-27', 'kind': 'CLOSED'}}");
	outlook = asks(engine, "{'outlook': {'by_period': 'YEAR'}}")->outlook;
	assert_false(notes_hold(outlook->provenance, "nothing has come since"));
	assert_string_equal(outlook->rows[0]->period, "2026");
	engine_close(&engine);
	made_up_close(ledger);
}

static void
nothing_known_is_wide_and_said(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	memset(ledger->kg[4], 0, sizeof ledger->kg[4]);
	const Juyan__V1__Outlook *outlook = asks(engine, "{'outlook': {'by_period': 'YEAR', 'by_port': true}}")->outlook;
	const Juyan__V1__OutlookRow *row = row_of(outlook, "wuliji", "2025");
	assert_true(notes_hold(outlook->provenance, "wuliji has no history"));
	outlook = asks(engine, "{'outlook': {'by_period': 'YEAR', 'slice': {'ports': ['ceke']}}}")->outlook;
	assert_false(notes_hold(outlook->provenance, "wuliji"));
	outlook = asks(engine, "{'outlook': {'by_period': 'YEAR', 'by_port': true}}")->outlook;
	row = row_of(outlook, "wuliji", "2025");
	assert_true(row->total->p975_kg > 3 * row->total->p50_kg && row->total->p975_kg > 0);
	memset(ledger->kg, 0, sizeof ledger->kg);
	ledger->lsn++;
	outlook = asks(engine, "{'outlook': {'by_period': 'YEAR'}}")->outlook;
	assert_int_equal(outlook->rows[0]->known_kg, 0);
	check_parts(outlook);
	engine_close(&engine);
	made_up_close(ledger);
}

static void
overrides_are_a_part_of_their_own(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	int64_t before = row_of(asks(engine, "{'outlook': {'by_period': 'MONTH'}}")->outlook, "", "2025-09")->total->mean_kg;
	made_up_registry(ledger,
	    ", {'override': {'id': 'strike', 'port': '*', 'from': '2025-09-01', 'to': '2025-09-30', 'per_mille': 500, "
	    "'by': 'A', 'reason': 'a strike'}}");
	const Juyan__V1__Outlook *outlook = asks(engine, "{'outlook': {'by_period': 'MONTH'}}")->outlook;
	int64_t after = row_of(outlook, "", "2025-09")->total->mean_kg;
	assert_in_range(2 * after, before - 1000, before + 1000);
	assert_int_equal(part_of(outlook, "2025-09", "override"), after - before);
	assert_int_equal(part_of(outlook, "2025-10", "override"), 0);
	assert_true(notes_hold(outlook->provenance, "strike"));
	check_parts(outlook);
	outlook = asks(engine, "{'outlook': {'by_period': 'MONTH', 'making': {'without_overrides': true}}}")->outlook;
	assert_int_equal(row_of(outlook, "", "2025-09")->total->mean_kg, before);
	engine_close(&engine);
	made_up_close(ledger);
}

static void
scenarios_are_a_part_of_their_own(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	int64_t before = row_of(asks(engine, "{'outlook': {'by_period': 'MONTH'}}")->outlook, "", "2025-09")->total->mean_kg;
	const Juyan__V1__Outlook *outlook = asks(engine,
	    "{'outlook': {'by_period': 'MONTH', 'making': {'scenario': {'name': 's', 'changes': [{'from': '2025-09-01', 'to': "
	    "'2025-09-30', 'demand_per_mille': 800}]}}}}")
						->outlook;
	int64_t after = row_of(outlook, "", "2025-09")->total->mean_kg;
	assert_in_range(after * 10, before * 8 - 20000, before * 8 + 20000);
	assert_int_equal(part_of(outlook, "2025-09", "scenario"), after - before);
	check_parts(outlook);
	refuses(engine,
	    "{'outlook': {'making': {'scenario': {'changes': [{'from': '2025-09-01', 'port': 'ceka', 'closed': true}]}}}}",
	    STATUS_NOT_FOUND, "ceke");
	engine_close(&engine);
	made_up_close(ledger);
}

/* A port that lives by what was published of it: the year to its last day is met to the kilogram. */
static void
published_figures_are_a_history(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 10), seed);
	struct engine *engine = engine_of(ledger);
	memset(ledger->kg, 0, sizeof ledger->kg);
	made_up_registry(ledger,
	    ", {'published': {'port': 'ceke', 'definition': 'all', 'from': '2023-01-01', 'to': '2023-12-31', 'net_kg': "
	    "17000000000, "
	    "'precision': 'EXACT', 'source': 's'}}"
	    ", {'published': {'port': 'ceke', 'definition': 'all', 'from': '2024-01-01', 'to': '2024-12-31', 'net_kg': "
	    "24000000000, "
	    "'precision': 'EXACT', 'source': 's'}}"
	    ", {'published': {'port': 'ceke', 'definition': 'all', 'from': '2025-01-01', 'to': '2025-06-30', 'net_kg': "
	    "14000000000, "
	    "'precision': 'EXACT', 'source': 's'}}"
	    ", {'published': {'port': 'ceke', 'definition': 'coal', 'from': '2025-07-01', 'to': '2025-07-07', 'net_kg': "
	    "600000000, "
	    "'precision': 'EXACT', 'source': 's'}}");
	const Juyan__V1__Outlook *outlook =
	    asks(engine, "{'outlook': {'by_period': 'YEAR', 'slice': {'ports': ['ceke']}}}")->outlook;
	assert_string_equal(outlook->provenance->origin, "2025-06-30");
	assert_int_equal(outlook->rows[0]->known_kg, 14000000000);
	assert_in_range(outlook->rows[0]->total->p50_kg, 20000000000, 36000000000);
	assert_true(outlook->rows[0]->total->p10_kg < outlook->rows[0]->total->p90_kg - 1000000000);
	check_parts(outlook);
	outlook =
	    asks(engine, "{'outlook': {'by_period': 'YEAR', 'slice': {'ports': ['ceke']}, 'making': {'as_of': '2025-06-29'}}}")
		->outlook;
	assert_string_equal(outlook->provenance->origin, "2024-12-31"); /* the half year was not known yet */
	/* Figures of another definition are no news of this one. */
	outlook =
	    asks(engine, "{'outlook': {'by_period': 'YEAR', 'slice': {'ports': ['ceke']}, 'making': {'as_of': '2025-07-08'}}}")
		->outlook;
	assert_string_equal(outlook->provenance->origin, "2025-06-30");
	/* What has passed of the year is exact, what was "about" is not: the days between are not known. */
	outlook = asks(engine, "{'outlook': {'by_period': 'MONTH', 'slice': {'ports': ['ceke']}}}")->outlook;
	const Juyan__V1__OutlookRow *january = outlook->rows[0], *june = outlook->rows[5];
	assert_true(january->total->p90_kg > january->total->p10_kg + january->known_kg / 50);
	assert_int_equal(january->total->mean_kg, january->known_kg);
	assert_int_equal(june->year_to_date->mean_kg, 14000000000);
	assert_true(june->year_to_date->p90_kg - june->year_to_date->p10_kg < 14000000000 / 300);
	check_parts(outlook);
	engine_close(&engine);
	made_up_close(ledger);
}

/* A ledger of two months behind published years: the year to date is of both, and goods share the port's future. */
static void
a_young_ledger_goes_on_from_published_figures(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	int64_t passed = 0;
	for (size_t i = 0; i < MADE_UP_LEAVES; i++)
		for (int64_t day = ledger->first; day < ledger->today; day++) {
			if (day < civil_day(2025, 5, 1) || i == 4)
				ledger->kg[i][day - ledger->first] = 0;
			passed += ledger->kg[i][day - ledger->first];
		}
	made_up_registry(ledger,
	    ", {'published': {'port': 'ceke', 'definition': 'all', 'from': '2024-01-01', 'to': '2024-12-31', 'net_kg': "
	    "24000000000, "
	    "'precision': 'ABOUT', 'source': 's'}}"
	    ", {'published': {'port': 'ceke', 'definition': 'coal', 'from': '2024-01-01', 'to': '2024-12-31', 'net_kg': "
	    "23000000000, "
	    "'precision': 'EXACT', 'source': 's'}}"
	    ", {'published': {'port': 'ceke', 'definition': 'all', 'from': '2025-01-01', 'to': '2025-04-30', 'net_kg': 8000000000, "
	    "'precision': 'EXACT', 'source': 's'}}");
	const Juyan__V1__Outlook *outlook =
	    asks(engine, "{'outlook': {'by_period': 'YEAR', 'slice': {'ports': ['ceke']}}}")->outlook;
	int64_t mean = outlook->rows[0]->total->mean_kg;
	assert_string_equal(outlook->provenance->origin, "2025-06-30");
	assert_int_equal(outlook->rows[0]->known_kg, 8000000000 + passed);
	assert_in_range(outlook->rows[0]->total->p50_kg, 14000000000, 34000000000);
	check_parts(outlook);
	outlook = asks(engine, "{'outlook': {'by_period': 'YEAR', 'by_group': true, 'slice': {'ports': ['ceke']}}}")->outlook;
	for (size_t i = 0; i < outlook->n_rows; i++)
		mean -= outlook->rows[i]->total->mean_kg;
	assert_int_equal(mean, 0);
	assert_string_equal(outlook->rows[0]->group, ""); /* what was published says nothing of goods */
	assert_int_equal(outlook->rows[0]->total->mean_kg, 8000000000);
	engine_close(&engine);
	made_up_close(ledger);
}

static void
goals_are_reported(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	made_up_registry(ledger,
	    ", {'goal': {'id': 'annual-2025', 'from': '2025-01-01', 'to': '2025-12-31', 'target_kg': 20000000000}}"
	    ", {'goal': {'id': 'annual-2026', 'from': '2026-01-01', 'to': '2026-12-31', 'target_kg': 20000000000}}");
	const Juyan__V1__GoalReports *reports = asks(engine, "{'goal': {'course': true}}")->goals;
	assert_int_equal(reports->n_goals, 1);
	assert_string_equal(reports->goals[0]->goal->id, "annual-2025");
	assert_true(reports->goals[0]->chance >= 0.0 && reports->goals[0]->chance <= 1.0);
	assert_int_equal(reports->goals[0]->n_course, 365);
	reports = asks(engine, "{'goal': {'id': 'annual-2026'}}")->goals;
	assert_int_equal(reports->n_goals, 1);
	assert_int_equal(reports->goals[0]->done_kg, 0);
	assert_int_equal(reports->goals[0]->n_course, 0);
	refuses(engine, "{'goal': {'id': 'annual-2027'}}", STATUS_NOT_FOUND, "annual-202");
	engine_close(&engine);
	made_up_close(ledger);
}

static void
backtests_are_the_same_on_any_threads(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	char headline[2][SENTENCE_BYTES_MAX];
	for (size_t t = 0; t < 2; t++) {
		struct engine *engine = NULL;
		struct reason why = { "" };
		struct engine_options options = made_up_options(ledger);
		options.threads = 1 + 2 * t;
		assert_int_equal(engine_open(&options, &engine, &why), STATUS_OK);
		const Juyan__V1__BacktestReport *report = asks(engine, "{'backtest': {'slice': {'ports': ['ceke']}}}")->backtest;
		assert_int_equal(report->origins, 24);
		assert_int_equal(report->n_rows, 12);
		assert_true(report->rows[0]->n > 0 && report->rows[0]->mase > 0.0);
		assert_int_equal(report->n_years, 3 * 18); /* June 2023 to November 2024 */
		assert_string_equal(report->years[0]->origin, "2023-06-30");
		snprintf(headline[t], sizeof headline[t], "%s", report->headline);
		refuses(engine, "{'backtest': {'months': 121}}", STATUS_OUT_OF_RANGE, "up to 120");
		engine_close(&engine);
	}
	assert_string_equal(headline[0], headline[1]);
	memset(ledger->kg, 0, sizeof ledger->kg);
	ledger->lsn++;
	struct engine *engine = engine_of(ledger);
	assert_non_null(strstr(asks(engine, "{'backtest': {}}")->backtest->headline, "too short"));
	engine_close(&engine);
	made_up_close(ledger);
}

static void
a_question_asked_again_costs_little(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	asks(engine, "{'outlook': {}}");
	size_t asked = ledger->asked;
	asks(engine, "{'outlook': {'by_period': 'YEAR'}}");
	assert_int_equal(ledger->asked, asked + 1); /* whether anything has come */
	ledger->fails = STATUS_TIMEOUT;
	refuses(engine, "{'outlook': {}}", STATUS_TIMEOUT, "away");
	ledger->fails = STATUS_OK;
	asks(engine, "{'outlook': {}}");
	engine_close(&engine);
	made_up_close(ledger);
}

static void
what_cannot_be_is_refused(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	refuses(engine, "{}", STATUS_NO_CONTENT, "asks nothing");
	refuses(engine, "{'outlook': {'slice': {'ports': ['ceka']}}}", STATUS_UNKNOWN_PORT, "'ceke'");
	refuses(engine, "{'outlook': {'slice': {'modes': ['ship']}}}", STATUS_OUT_OF_RANGE, "truck, agv or rail");
	refuses(engine, "{'outlook': {'slice': {'directions': ['in']}}}", STATUS_OUT_OF_RANGE, "import or export");
	refuses(engine, "{'outlook': {'to': '2025'}}", STATUS_SYNTAX, "a day such as");
	refuses(engine, "{'outlook': {'to': '2024-12-31'}}", STATUS_OUT_OF_RANGE, "2025 or later");
	refuses(engine, "{'outlook': {'to': '2040-12-31'}}", STATUS_OUT_OF_RANGE, "at most");
	refuses(engine, "{'outlook': {'by_period': 'HOUR'}}", STATUS_OUT_OF_RANGE, "day, month or year");
	refuses(engine, "{'outlook': {'making': {'paths': 7}}}", STATUS_OUT_OF_RANGE, "paths is 7");
	refuses(engine, "{'outlook': {'making': {'paths': 10001}}}", STATUS_OUT_OF_RANGE, "100 to 10000");
	refuses(engine, "{'plan': {}}", STATUS_MISSING_FIELD, "goal");
	engine_close(&engine);
	made_up_close(ledger);
}

int
main(void)
{
	const char *given = getenv("JUYAN_SEED");
	seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	print_message("seed=%llu\n", (unsigned long long)seed);
	assert_int_equal(arena_open(&arena, 32 * 1024 * 1024), STATUS_OK);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(threads_change_nothing, said_forget),
		cmocka_unit_test_setup(shut_days_are_empty_and_ceilings_hold, said_forget),
		cmocka_unit_test_setup(parts_add_up_to_the_kilogram, said_forget),
		cmocka_unit_test_setup(as_of_knows_nothing_later, said_forget),
		cmocka_unit_test_setup(a_running_day_is_no_low_day, said_forget),
		cmocka_unit_test_setup(silence_is_not_zero, said_forget),
		cmocka_unit_test_setup(a_stopped_ledger_is_asked_as_of_its_last_day, said_forget),
		cmocka_unit_test_setup(nothing_known_is_wide_and_said, said_forget),
		cmocka_unit_test_setup(overrides_are_a_part_of_their_own, said_forget),
		cmocka_unit_test_setup(scenarios_are_a_part_of_their_own, said_forget),
		cmocka_unit_test_setup(published_figures_are_a_history, said_forget),
		cmocka_unit_test_setup(a_young_ledger_goes_on_from_published_figures, said_forget),
		cmocka_unit_test_setup(goals_are_reported, said_forget),
		cmocka_unit_test_setup(backtests_are_the_same_on_any_threads, said_forget),
		cmocka_unit_test_setup(a_question_asked_again_costs_little, said_forget),
		cmocka_unit_test_setup(what_cannot_be_is_refused, said_forget),
	};
	int failed = cmocka_run_group_tests(tests, said_begin, said_end);
	arena_close(&arena);
	return failed;
}
