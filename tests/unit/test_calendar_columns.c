/* What a port's days say to a model: which kind of day beats which, and the columns around closures and festivals. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "calendar.h"
#include "chance.h"
#include "civil.h"
#include "registry_file.h"

enum { ARENA_BYTES = 4 * 1024 * 1024 };

static struct arena arena;
static struct registry_file file;

static int
start(void **unused)
{
	(void)unused;
	return arena_open(&arena, ARENA_BYTES) == STATUS_OK ? 0 : -1;
}

static int
stop(void **unused)
{
	(void)unused;
	arena_close(&arena);
	return 0;
}

static int64_t
day(const char *text)
{
	int64_t out;
	assert_true(civil_parse_day(text, &out));
	return out;
}

static struct calendar
made(const char *yaml, const char *port, Juyan__V1__Mode mode, const char *first, size_t days)
{
	struct reason why = { "" };
	struct calendar calendar;
	if (registry_file_parse("FILE", yaml, strlen(yaml), &arena, &file, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	assert_int_equal(calendar_make(file.records, file.n, port, mode, day(first), days, &calendar), STATUS_OK);
	return calendar;
}

/* The shares of open days as one text: '0' shut, '1' open, '5' half. */
static void
open_is(const struct calendar *calendar, const char *expected)
{
	assert_int_equal(strlen(expected), calendar->days);
	for (size_t i = 0; i < calendar->days; i++) {
		double share = expected[i] == '1' ? 1.0 : (expected[i] - '0') / 10.0;
		if (calendar->open[i] != share)
			fail_msg("day %zu is open by %g; expected %g", i, calendar->open[i], share);
	}
}

static void
column_is(const struct calendar *calendar, enum calendar_column column, const char *expected)
{
	assert_int_equal(strlen(expected), calendar->days);
	for (size_t i = 0; i < calendar->days; i++) {
		double value = expected[i] == '1' ? 1.0 : (expected[i] - '0') / 10.0;
		if (calendar->column[i * CALENDAR_COLUMNS + (size_t)column] != value)
			fail_msg("%s on day %zu is %g; expected %g", calendar_column_name(column), i,
			    calendar->column[i * CALENDAR_COLUMNS + (size_t)column], value);
	}
}

static void
test_closed_beats_agreement_beats_holiday(void **unused)
{
	struct calendar calendar = made("days:\n"
					"  - {port: '*', day: 2025-01-02, to: 2025-01-08, kind: holiday}\n"
					"  - {port: ceke, day: 2025-01-04, to: 2025-01-06, kind: open_by_agreement}\n"
					"  - {port: '*', day: 2025-01-05, kind: closed}\n"
					"  - {port: wuliji, day: 2025-01-01, kind: closed}\n"
					"  - {port: ceke, day: 2025-01-09, kind: holiday, open_per_mille: 500, country: MN}\n"
					"  - {port: ceke, day: 2025-01-09, kind: holiday, open_per_mille: 800, country: CN}\n",
	    "ceke", 0, "2025-01-01", 10);
	(void)unused;
	open_is(&calendar, "1001010051");
	column_is(&calendar, CALENDAR_OPEN_BY_AGREEMENT, "0001010000");
	column_is(&calendar, CALENDAR_PERHAPS_OPEN, "0000000010");
	column_is(&calendar, CALENDAR_CLOSURE_BEFORE, "1001010000");
	column_is(&calendar, CALENDAR_CLOSURE_AFTER, "0001010015");
	assert_int_equal(calendar.known_to, day("2025-01-09"));
	calendar_close(&calendar);
}

static void
test_the_railway_keeps_its_timetable_on_holidays(void **unused)
{
	static const char yaml[] = "days:\n"
				   "  - {port: '*', day: 2025-01-02, kind: holiday}\n"
				   "  - {port: '*', day: 2025-01-03, kind: closed}\n";
	(void)unused;
	struct calendar rail = made(yaml, "ceke", JUYAN__V1__MODE__RAIL, "2025-01-01", 4);
	open_is(&rail, "1101");
	calendar_close(&rail);
	struct calendar road = made(yaml, "ceke", JUYAN__V1__MODE__TRUCK, "2025-01-01", 4);
	open_is(&road, "1001");
	calendar_close(&road);
}

/* What lies just outside counts for the first and the last day. */
static void
test_the_edges_know_their_neighbours(void **unused)
{
	static const char yaml[] = "days:\n"
				   "  - {port: '*', day: 2024-12-01, to: 2024-12-31, kind: closed}\n"
				   "  - {port: '*', day: 2025-01-04, kind: holiday, open_per_mille: 500}\n";
	(void)unused;
	struct calendar calendar = made(yaml, "ceke", 0, "2025-01-01", 3);
	open_is(&calendar, "111");
	column_is(&calendar, CALENDAR_CLOSURE_AFTER, "100");
	column_is(&calendar, CALENDAR_CLOSURE_BEFORE, "005");
	calendar_close(&calendar);
}

static void
test_festivals_that_move(void **unused)
{
	static const char yaml[] =
	    "days:\n"
	    "  - {port: '*', day: 2025-01-29, to: 2025-01-31, kind: holiday, country: CN, festival: spring_festival}\n"
	    "  - {port: '*', day: 2025-02-08, to: 2025-02-10, kind: holiday, country: MN, festival: tsagaan_sar}\n";
	(void)unused;
	struct calendar calendar = made(yaml, "ceke", 0, "2025-01-20", 32);
	/*                 20        29  1      8   */
	open_is(&calendar, "11111111100011111110001111111111");
	column_is(&calendar, CALENDAR_SPRING_FESTIVAL_BEFORE, "00111111100000000000000000000000");
	column_is(&calendar, CALENDAR_SPRING_FESTIVAL_AFTER, "00000000000011111110000000000000");
	/* Three of its seven days are shut. */
	column_is(&calendar, CALENDAR_SPRING_FESTIVAL_LATER, "00000000000000000000001111000000");
	column_is(&calendar, CALENDAR_TSAGAAN_SAR_BEFORE, "00000000000011111110000000000000");
	column_is(&calendar, CALENDAR_TSAGAAN_SAR_AFTER, "00000000000000000000001111111000");
	calendar_close(&calendar);
}

/* A record is changed from a day on: the later version holds then, the first also before. */
static void
test_versions_of_a_record(void **unused)
{
	static const char yaml[] =
	    "days:\n"
	    "  - {port: '*', day: 2025-01-02, to: 2025-01-09, kind: holiday, open_per_mille: 800, valid_from: 2025-01-03}\n"
	    "  - {port: '*', day: 2025-01-02, to: 2025-01-09, kind: holiday, open_per_mille: 500, valid_from: 2025-01-05}\n"
	    "  - {port: '*', day: 2025-01-02, to: 2025-01-09, kind: holiday, open_per_mille: 900, valid_from: 2025-01-08}\n";
	(void)unused;
	struct calendar calendar = made(yaml, "ceke", 0, "2025-01-01", 10);
	open_is(&calendar, "1888555991");
	calendar_close(&calendar);
}

static void
test_a_calendar_without_days(void **unused)
{
	(void)unused;
	struct calendar calendar = made("days: []\n", "ceke", 0, "2025-01-01", 3);
	open_is(&calendar, "111");
	assert_true(calendar.known_to == INT64_MIN);
	calendar_close(&calendar);
	calendar_close(&calendar);
	assert_int_equal(calendar_make(NULL, 0, "ceke", 0, 0, 0, &calendar), STATUS_USAGE);
	assert_int_equal(calendar_make(NULL, 0, "ceke", 0, 0, CALENDAR_DAYS_MAX + 1, &calendar), STATUS_USAGE);
	for (int column = 0; column < CALENDAR_COLUMNS; column++)
		assert_true(strlen(calendar_column_name((enum calendar_column)column)) > 0);
}

/* The shipped days: how many open days a year has, and the long closures. */
static void
test_the_shipped_calendar_at_ceke(void **unused)
{
	struct reason why = { "" };
	const Juyan__V1__RegistryRecord **records;
	struct calendar calendar;
	size_t n;
	double sum = 0;
	(void)unused;
	assert_int_equal(registry_default(&arena, &records, &n, &why), STATUS_OK);
	assert_int_equal(calendar_make(records, n, "ceke", 0, day("2025-01-01"), 365, &calendar), STATUS_OK);
	for (size_t i = 0; i < calendar.days; i++)
		sum += calendar.open[i];
	/* 365 less 1 + 3 + 3 + 5 + 3 closed and three that are open half of the time. */
	assert_true(sum == 365 - 15 - 1.5);
	calendar_close(&calendar);
	assert_int_equal(calendar_make(records, n, "ceke", JUYAN__V1__MODE__RAIL, day("2021-10-19"), 219, &calendar), STATUS_OK);
	assert_true(calendar.open[0] == 1 && calendar.open[1] == 0 && calendar.open[217] == 0 && calendar.open[218] == 1);
	calendar_close(&calendar);
	assert_int_equal(calendar_make(records, n, "wuliji", 0, day("2021-11-01"), 5, &calendar), STATUS_OK);
	open_is(&calendar, "11115");
	calendar_close(&calendar);
}

/* ---- versions, whatever their order ---- */

enum { IDS = 60, VERSIONS = 4, MANY = IDS * VERSIONS, SPAN_DAYS = 400 };

/* Day numbers from the calendar's first; `valid` below 0: since ever. */
struct spell {
	int first, last, valid;
	unsigned per_mille;
};

static Juyan__V1__RegistryRecord made_records[MANY];
static Juyan__V1__CalendarDay made_days[MANY];
static char texts[MANY][3][CIVIL_TEXT_BYTES];

static char *
iso(int64_t first, int at, char out[CIVIL_TEXT_BYTES])
{
	int year, month, dom;
	civil_date(first + at, &year, &month, &dom);
	snprintf(out, CIVIL_TEXT_BYTES, "%04d-%02d-%02d", year, month, dom);
	return out;
}

static const Juyan__V1__RegistryRecord *
record_of(const struct spell *spell, size_t i, int64_t first)
{
	static char ceke[] = "ceke";
	juyan__v1__registry_record__init(&made_records[i]);
	juyan__v1__calendar_day__init(&made_days[i]);
	made_records[i].record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_DAY;
	made_records[i].day = &made_days[i];
	if (spell->valid >= 0)
		made_records[i].valid_from = iso(first, spell->valid, texts[i][0]);
	made_days[i].port = ceke;
	made_days[i].kind = JUYAN__V1__DAY_KIND__HOLIDAY;
	made_days[i].day = iso(first, spell->first, texts[i][1]);
	made_days[i].to = iso(first, spell->last, texts[i][2]);
	made_days[i].open_per_mille = spell->per_mille;
	return &made_records[i];
}

/* As the header says it: of each id the latest version that is not after the day, before the first of them the first. */
static double
open_on(const struct spell spells[IDS][VERSIONS], int at)
{
	double open = 1.0;
	for (size_t id = 0; id < IDS; id++) {
		const struct spell *holds = &spells[id][0];
		for (size_t v = 1; v < VERSIONS; v++)
			if (spells[id][v].valid <= at)
				holds = &spells[id][v];
		if (at >= holds->first && at <= holds->last && holds->per_mille / 1000.0 < open)
			open = holds->per_mille / 1000.0;
	}
	return open;
}

/* Each version looked at all others: three thousand spans of holidays at many ports took most of a minute. */
static void
test_many_versions_in_any_order(void **unused)
{
	(void)unused;
	const char *given = getenv("JUYAN_SEED");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	struct spell spells[IDS][VERSIONS];
	const Juyan__V1__RegistryRecord *records[MANY];
	struct calendar calendar;
	int64_t first = day("2024-01-01");
	print_message("seed=%llu\n", (unsigned long long)seed);
	struct chance chance = chance_begin(seed, 1);
	for (int id = 0; id < IDS; id++)
		for (int v = 0; v < VERSIONS; v++) {
			int begin = id * SPAN_DAYS / IDS; /* of one id all begin on one day */
			spells[id][v] = (struct spell){ begin, begin + (int)chance_index(&chance, 90), v == 0 ? -1 : v * 100 + id,
				(unsigned)chance_index(&chance, 1000) };
			records[id * VERSIONS + v] = record_of(&spells[id][v], (size_t)(id * VERSIONS + v), first);
		}
	for (int round = 0; round < 4; round++) {
		assert_int_equal(calendar_make(records, MANY, "ceke", 0, first, SPAN_DAYS, &calendar), STATUS_OK);
		for (int at = 0; at < SPAN_DAYS; at++)
			assert_true(calendar.open[at] == open_on(spells, at));
		calendar_close(&calendar);
		for (size_t i = MANY - 1; i > 0; i--) {
			size_t other = chance_index(&chance, i + 1);
			const Juyan__V1__RegistryRecord *kept = records[i];
			records[i] = records[other];
			records[other] = kept;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_closed_beats_agreement_beats_holiday, start, stop),
		cmocka_unit_test_setup_teardown(test_the_railway_keeps_its_timetable_on_holidays, start, stop),
		cmocka_unit_test_setup_teardown(test_the_edges_know_their_neighbours, start, stop),
		cmocka_unit_test_setup_teardown(test_festivals_that_move, start, stop),
		cmocka_unit_test_setup_teardown(test_versions_of_a_record, start, stop),
		cmocka_unit_test(test_many_versions_in_any_order),
		cmocka_unit_test_setup_teardown(test_a_calendar_without_days, start, stop),
		cmocka_unit_test_setup_teardown(test_the_shipped_calendar_at_ceke, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
