/*
 * An engine whose ledger gets facts late: nothing is said until kept forecasts can tell; then the last days grow by what they
 * usually do, in every total, and what comes is not expected twice; done stays what is known, and why adds up.
 */
#include "check.h"

#include <math.h>
#include <time.h>

#include "archive.h"
#include "folder.h"
#include "made_up.h"

enum { LATE_DAYS = 2, RUN_DAYS = COMPLETION_LAGS + COMPLETION_LOOKS_MIN + 4 };

static uint64_t seed;
static struct arena arena;

/* What is missing of a day at its end, and a day later. */
static const double missing[LATE_DAYS] = { 0.20, 0.05 };
static bool uneven; /* every other day has hardly any of its facts at its end */

struct scene {
	char folder[FOLDER_BYTES];
	struct made_up *ledger;
	int64_t whole[MADE_UP_LEAVES][MADE_UP_DAYS];
	struct engine *engine;
};

/* The ledger at noon of `today`: the last days as far as their facts have come. */
static void
come_to(struct scene *scene, int64_t today)
{
	struct made_up *ledger = scene->ledger;
	memcpy(ledger->kg, scene->whole, sizeof ledger->kg);
	for (size_t i = 0; i < MADE_UP_LEAVES; i++) {
		for (int64_t lag = 0; lag < LATE_DAYS; lag++) {
			int64_t *kg = &ledger->kg[i][today - 1 - lag - ledger->first];
			double share = uneven && lag == 0 ? (today % 2 == 0 ? 0.9 : 0.1) : missing[lag];
			*kg = (int64_t)llround((double)*kg * (1.0 - share));
		}
		for (int64_t d = today - ledger->first; d < MADE_UP_DAYS; d++)
			ledger->kg[i][d] = 0;
	}
	made_up_noon(ledger, today);
	ledger->lsn++;
}

static void
scene_open(struct scene *scene, int64_t today)
{
	struct reason why = { "" };
	folder_make(scene->folder);
	scene->ledger = made_up_open(today + RUN_DAYS + 1, seed);
	memcpy(scene->whole, scene->ledger->kg, sizeof scene->whole);
	struct engine_options options = made_up_options(scene->ledger);
	options.archive = scene->folder;
	options.keeps = true;
	assert_int_equal(engine_open(&options, &scene->engine, &why), STATUS_OK);
	come_to(scene, today);
}

static void
scene_close(struct scene *scene)
{
	engine_close(&scene->engine);
	made_up_close(scene->ledger);
	folder_remove(scene->folder);
}

static void
refresh(struct scene *scene)
{
	bool changed = false;
	struct reason why = { "" }, unkept = { "" };
	if (engine_refresh(scene->engine, &changed, &unkept, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	assert_string_equal(unkept.text, "");
}

static const Juyan__V1__ForecastReply *
asks(struct scene *scene, const char *question)
{
	char text[1024];
	struct reason why = { "" };
	const Juyan__V1__ForecastReply *reply = NULL;
	snprintf(text, sizeof text, "%s", question);
	const ProtobufCMessage *message = said_message(&juyan__v1__forecast_question__descriptor, text);
	arena_reset(&arena);
	if (engine_answer(scene->engine, (const Juyan__V1__ForecastQuestion *)message, &arena, &reply, &why) != STATUS_OK)
		fail_msg("%s: %s", question, why.text);
	return reply;
}

static const char *
note_of(const Juyan__V1__Provenance *provenance)
{
	for (size_t i = 0; i < provenance->n_notes; i++)
		if (strstr(provenance->notes[i], "late facts") != NULL)
			return provenance->notes[i];
	return NULL;
}

static int64_t
late_part(const Juyan__V1__Outlook *outlook)
{
	int64_t kg = 0;
	for (size_t i = 0; i < outlook->n_parts; i++)
		if (strcmp(outlook->parts[i]->name, "late") == 0)
			kg += outlook->parts[i]->kg;
	return kg;
}

/* What is missing of the port's last days, and what was known of the year. */
static int64_t
still_missing(const struct scene *scene, size_t leaves)
{
	int64_t kg = 0;
	for (size_t i = 0; i < leaves; i++)
		for (int64_t day = scene->ledger->today - LATE_DAYS; day < scene->ledger->today; day++)
			kg += scene->whole[i][day - scene->ledger->first] - scene->ledger->kg[i][day - scene->ledger->first];
	return kg;
}

static int64_t
year_known(const struct scene *scene, size_t leaves)
{
	int64_t kg = 0;
	for (size_t i = 0; i < leaves; i++)
		for (int64_t day = civil_day(2025, 1, 1); day < scene->ledger->today; day++)
			kg += scene->ledger->kg[i][day - scene->ledger->first];
	return kg;
}

enum { OF_CEKE = 4 };

static const char by_year[] = "{'outlook': {'by_period': 'YEAR', 'slice': {'ports': ['ceke']}, 'making': {'paths': 200}}}";
static const char by_day[] = "{'outlook': {'by_period': 'DAY', 'slice': {'ports': ['ceke']}, 'making': {'paths': 200}}}";

static void
check_parts(const Juyan__V1__Outlook *outlook)
{
	for (size_t i = 0; i < outlook->n_rows; i++) {
		int64_t kg = outlook->rows[i]->known_kg;
		for (size_t k = 0; k < outlook->n_parts; k++)
			kg += strcmp(outlook->parts[k]->period, outlook->rows[i]->period) == 0 ? outlook->parts[k]->kg : 0;
		assert_int_equal(kg, outlook->rows[i]->total->mean_kg);
	}
}

/* Days on which facts come as late as usual. */
static void
run(struct scene *scene, int64_t from)
{
	for (int64_t day = 0; day < RUN_DAYS; day++) {
		come_to(scene, from + day);
		refresh(scene);
		if (day == COMPLETION_LAGS) {
			const Juyan__V1__Outlook *outlook = asks(scene, by_year)->outlook;
			assert_null(note_of(outlook->provenance));
			assert_int_equal(late_part(outlook), 0);
		}
	}
	come_to(scene, from + RUN_DAYS);
}

static void
late_days_are_no_low_days(void **state)
{
	(void)state;
	static struct scene scene;
	int64_t from = civil_day(2025, 6, 10);
	scene_open(&scene, from);
	run(&scene, from);
	const Juyan__V1__Outlook *outlook = asks(&scene, by_year)->outlook;
	int64_t owed = still_missing(&scene, OF_CEKE), late = late_part(outlook);
	assert_true(owed > 0 && late > owed * 9 / 10 && late < owed * 11 / 10);
	const char *note = note_of(outlook->provenance);
	assert_non_null(note);
	assert_non_null(strstr(note, "ceke: the last 2 days usually grow by "));
	assert_non_null(strstr(note, "are still expected"));
	assert_int_equal(outlook->rows[0]->known_kg, year_known(&scene, OF_CEKE));
	check_parts(outlook);
	/* The days themselves: known is what has come, the total what it usually becomes. */
	outlook = asks(&scene, by_day)->outlook;
	check_parts(outlook);
	const Juyan__V1__OutlookRow *yesterday = outlook->rows[(size_t)(scene.ledger->today - 1 - civil_day(2025, 1, 1))];
	assert_true(fabs((double)yesterday->total->mean_kg / (double)yesterday->known_kg - (1.0 / (1.0 - missing[0]))) < 0.01);
	const Juyan__V1__OutlookRow *before = outlook->rows[(size_t)(scene.ledger->today - 5 - civil_day(2025, 1, 1))];
	assert_int_equal(before->total->mean_kg, before->known_kg);
	/* As of a day that is long complete nothing is late. */
	outlook = asks(&scene, "{'outlook': {'by_period': 'YEAR', 'making': {'as_of': '2025-05-31'}}}")->outlook;
	assert_null(note_of(outlook->provenance));
	assert_int_equal(late_part(outlook), 0);
	scene_close(&scene);
}

/* A day of which nobody can say how much is missing pulls nothing down, and its own total is as open as that. */
static void
an_unsure_day_is_no_low_day(void **state)
{
	(void)state;
	static struct scene scene;
	int64_t from = civil_day(2025, 6, 10);
	uneven = true;
	scene_open(&scene, from);
	run(&scene, from);
	assert_int_equal(scene.ledger->today % 2, 0); /* nine tenths are missing */
	int64_t usual = 0;
	for (int64_t day = scene.ledger->today - 30; day < scene.ledger->today - 2; day++)
		usual += scene.whole[0][day - scene.ledger->first] / 28;
	const Juyan__V1__Outlook *outlook =
	    asks(&scene, "{'outlook': {'slice': {'ports': ['ceke'], 'modes': ['truck'], 'groups': ['coal']}}}")->outlook;
	size_t today = (size_t)(scene.ledger->today - civil_day(2025, 1, 1));
	int64_t ahead = 0;
	for (size_t day = today; day < today + 28; day++)
		ahead += outlook->rows[day]->total->p50_kg / 28;
	assert_true(ahead > usual * 8 / 10 && ahead < usual * 12 / 10);
	const Juyan__V1__OutlookRow *yesterday = outlook->rows[today - 1];
	assert_true(yesterday->total->p90_kg > 3 * yesterday->total->p10_kg);
	check_parts(outlook);
	scene_close(&scene);
	uneven = false;
}

static void
what_comes_is_not_expected_twice(void **state)
{
	(void)state;
	static struct scene scene;
	int64_t from = civil_day(2025, 6, 10);
	scene_open(&scene, from);
	run(&scene, from);
	refresh(&scene); /* today's look */
	int64_t late = late_part(asks(&scene, by_year)->outlook);
	for (size_t i = 0; i < MADE_UP_LEAVES; i++)
		for (int64_t day = scene.ledger->today - LATE_DAYS; day < scene.ledger->today; day++)
			scene.ledger->kg[i][day - scene.ledger->first] = scene.whole[i][day - scene.ledger->first];
	scene.ledger->lsn++;
	int64_t left = late_part(asks(&scene, by_year)->outlook);
	assert_true(late > 0 && llabs(left) < late / 50);
	scene_close(&scene);
}

/* The kept forecast expected late facts too: nothing moves it as long as nothing comes, and the parts add up. */
static void
why_knows_of_late_facts(void **state)
{
	(void)state;
	static struct scene scene;
	int64_t from = civil_day(2025, 6, 10);
	scene_open(&scene, from);
	run(&scene, from);
	refresh(&scene);
	come_to(&scene, scene.ledger->today + 1);
	const Juyan__V1__WhyReport *report = asks(&scene, "{'why': {'slice': {'ports': ['ceke']}}}")->why;
	int64_t parts = 0, moves = 0;
	for (size_t i = 0; i < report->n_parts; i++)
		parts += report->parts[i]->kg;
	for (size_t i = 0; i < report->n_moves; i++)
		moves += report->moves[i]->kg;
	assert_int_equal(parts, report->mean_kg);
	assert_non_null(report->earlier);
	assert_int_equal(moves, report->mean_kg - report->earlier_kg);
	assert_string_equal(report->moves[0]->name, "model");
	assert_int_equal(report->moves[0]->kg, 0); /* it can be made again from what was kept */
	scene_close(&scene);
}

int
main(void)
{
	const char *given = getenv("JUYAN_SEED");
	seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	print_message("seed=%llu\n", (unsigned long long)seed);
	assert_int_equal(arena_open(&arena, 64 * 1024 * 1024), STATUS_OK);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(late_days_are_no_low_days, said_forget),
		cmocka_unit_test_setup(an_unsure_day_is_no_low_day, said_forget),
		cmocka_unit_test_setup(what_comes_is_not_expected_twice, said_forget),
		cmocka_unit_test_setup(why_knows_of_late_facts, said_forget),
	};
	int failed = cmocka_run_group_tests(tests, said_begin, said_end);
	arena_close(&arena);
	return failed;
}
