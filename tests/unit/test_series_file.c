/* Series from CSV files: what is read, and what is said of what is wrong. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "folder.h"
#include "series_file.h"
#include "series_task.h"

static char folder[FOLDER_BYTES];
static char path[128];

static void
write_text(const char *text)
{
	snprintf(path, sizeof path, "%s/x.csv", folder);
	FILE *out = fopen(path, "we");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static struct series_set
expect_read(const char *text, const struct series_options *options)
{
	static const struct series_options plain = { 0 };
	struct series_set set = { 0 };
	struct reason why = { "" };
	write_text(text);
	if (series_set_read(path, options == NULL ? &plain : options, &set, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return set;
}

/* `sentence` begins behind the path. */
static void
expect_wrong(const char *text, const struct series_options *options, enum status status, const char *sentence)
{
	static const struct series_options plain = { 0 };
	struct series_set set = { 0 };
	struct reason why = { "" };
	write_text(text);
	assert_int_equal(series_set_read(path, options == NULL ? &plain : options, &set, &why), status);
	assert_int_equal(strncmp(why.text, path, strlen(path)), 0);
	assert_string_equal(why.text + strlen(path), sentence);
	assert_null(set.series);
}

static void
expect_step(const char *text, enum step_kind kind, const char *first, size_t n)
{
	char shown[STEP_TEXT_BYTES];
	struct series_set set = expect_read(text, NULL);
	assert_int_equal(set.step.kind, kind);
	assert_string_equal(step_text(&set.step, set.series[0].first, shown), first);
	assert_int_equal(set.series[0].n, n);
	series_set_close(&set);
}

static void
test_steps(void **state)
{
	(void)state;
	expect_step("day,kg\n2024-02-28,1\n2024-02-29,2\n2024-03-01,3\n", STEP_DAY, "2024-02-28", 3);
	expect_step("date,value\n2024-01-31,1\n2024-02-29,2\n2024-03-31,3\n", STEP_MONTH, "2024-01", 3);
	expect_step("date,value\n2024-01-01,1\n2024-02-01,2\n", STEP_MONTH, "2024-01", 2);
	expect_step("month,value\n2024-12,1\n2025-01,2\n", STEP_MONTH, "2024-12", 2);
	expect_step("year,value\n2024,1\n2025,2\n", STEP_YEAR, "2024", 2);
	expect_step("date,value\n2023-06-30,1\n2024-06-30,2\n", STEP_YEAR, "2023", 2);
	expect_step("week,value\n2020-W53,1\n2021-W01,2\n", STEP_WEEK, "2020-W53", 2);
	expect_step("week,value\n2020W53,1\n2021W01,2\n", STEP_WEEK, "2020-W53", 2);
	expect_step("date,value\n2025-01-05,1\n2025-01-12,2\n2025-01-19,3\n", STEP_WEEK, "2025-01-05", 3);
	expect_step("time,value\n2025-01-31 23:00,1\n2025-02-01 00:00,2\n", STEP_HOUR, "2025-01-31T23", 2);
	expect_step("time,value\n2025-01-31T22,1\n2025-01-31T23,2\n2025-02-01T00,2\n", STEP_HOUR, "2025-01-31T22", 3);
	/* Days that a spreadsheet wrote with a time; CRLF, a mark at the front, a line at the end without its end. */
	expect_step("\xEF\xBB\xBF"
		    "date;value\r\n2025-01-31 00:00:00;1\r\n2025-02-01 00:00:00;2",
	    STEP_DAY, "2025-01-31", 2);
}

static void
test_values(void **state)
{
	(void)state;
	struct series_set set =
	    expect_read("date,value\n2025-01-01,\n2025-01-02,1.5\n2025-01-03,NA\n2025-01-04, 0 \n2025-01-05,\n", NULL);
	assert_int_equal(set.n, 1);
	assert_string_equal(set.series[0].name, "value");
	/* Unknown values at the ends are no part of it. */
	assert_int_equal(set.series[0].n, 3);
	assert_int_equal(set.series[0].unknown, 1);
	assert_true(set.series[0].values[0] == 1.5 && isnan(set.series[0].values[1]) && set.series[0].values[2] == 0);
	series_set_close(&set);
}

static void
test_several(void **state)
{
	(void)state;
	/* Columns; then rows that are mixed. */
	struct series_set set = expect_read("month,truck,rail\n2025-01,1,\n2025-02,2,20\n2025-03,3,30\n", NULL);
	assert_int_equal(set.n, 2);
	assert_string_equal(set.series[1].name, "rail");
	assert_int_equal(set.series[1].n, 2);
	assert_int_equal(set.series[1].first, set.series[0].first + 1);
	series_set_close(&set);
	const char *mixed = "series_id,port,month,value\nA,ceke,2025-01,1\nB,ceke,2025-01,10\nA,ceke,2025-02,2\nB,ceke,2025-02,20\n"
			    "A,ceke,2025-03,3\n";
	set = expect_read(mixed, NULL);
	assert_int_equal(set.n, 2);
	assert_int_equal(set.series[0].n, 3);
	assert_int_equal(set.series[1].n, 2);
	assert_true(set.series[1].values[1] == 20);
	series_set_close(&set);
	static const char *const only[] = { "B" }, *const none[] = { "C" };
	struct series_options options = { .ids = only, .n_ids = 1 };
	set = expect_read(mixed, &options);
	assert_int_equal(set.n, 1);
	assert_string_equal(set.series[0].name, "B");
	series_set_close(&set);
	options.ids = none;
	expect_wrong(mixed, &options, STATUS_NOT_FOUND, ": there is no series 'C'");
	static const char *const columns[] = { "rail" };
	options = (struct series_options){ .columns = columns, .n_columns = 1 };
	set = expect_read("month,truck,rail\n2025-01,x,5\n2025-02,y,6\n", &options);
	assert_int_equal(set.n, 1);
	series_set_close(&set);
}

static void
test_what_is_wrong(void **state)
{
	(void)state;
	expect_wrong("date,value\n2025-01-01,1\n2025-01-32,2\n", NULL, STATUS_SYNTAX,
	    ":3: the date is '2025-01-32', expected a form such as 2025-01-31");
	expect_wrong("date,value\nsoon,1\n", NULL, STATUS_SYNTAX,
	    ":2: the date is 'soon', expected a form such as 2025-01-31, 2025-01, 2025-W05, 2025 or 2025-01-31T08");
	expect_wrong("date,value\n2025-01-01,1\n2025-02,2\n", NULL, STATUS_SYNTAX,
	    ":3: the date is '2025-02', expected the form of those above, such as 2025-01-31");
	expect_wrong("date,value\n2025-01-01,1\n2025-01-02,many\n", NULL, STATUS_SYNTAX,
	    ":3: the value is 'many', expected a number such as 1234.56, or nothing where it is unknown");
	expect_wrong("date,value\n2025-01-01,1\n2025-01-02,-3\n", NULL, STATUS_OUT_OF_RANGE,
	    ":3: the value is '-3', expected no number below 0");
	expect_wrong("date,value\n2025-01-01,1\n2025-01-02,2,3\n", NULL, STATUS_SYNTAX,
	    ":3: 3 fields, expected 2 as in the first row");
	expect_wrong("date,value\n2025-01-01,\"1\n", NULL, STATUS_SYNTAX, ":2: the quote that opens on line 2 is never closed");
	expect_wrong("2025-01-01,1\n2025-01-02,2\n", NULL, STATUS_SYNTAX,
	    ":1: the first row holds a date; expected the names of columns, such as \"date,value\"");
	expect_wrong("date\n2025-01-01\n", NULL, STATUS_SYNTAX,
	    ":1: there is no column of values; expected a first row such as \"date,value\"");
	expect_wrong("date,value\n", NULL, STATUS_TOO_FEW,
	    ": there is no row of values; expected a first row with names, then rows of a date and a value");
	expect_wrong("date,value\n2021-W53,1\n", NULL, STATUS_SYNTAX,
	    ":2: the date is '2021-W53', expected a form such as 2025-01-31, 2025-01, 2025-W05, 2025 or 2025-01-31T08");
	expect_wrong("series_id,date,a,b\nA,2025-01-01,1,2\n", NULL, STATUS_SYNTAX,
	    ":1: series are named by a column, and 2 other columns are left; expected one of values: choose it with --column");
}

static void
test_wrong_places(void **state)
{
	(void)state;
	expect_wrong("date,value\n2025-01-01,1\n2025-01-02,2\n2025-01-02,2\n", NULL, STATUS_SYNTAX,
	    ":4: 2025-01-02 stands twice (see line 3), expected each day once");
	expect_wrong("date,value\n2025-01-01,1\n2025-01-02,2\n2025-01-03,2\n2025-01-02,2\n", NULL, STATUS_SYNTAX,
	    ":5: 2025-01-02 stands behind 2025-01-03, expected dates in rising order");
	expect_wrong("month,value\n2025-01,1\n2025-02,2\n2025-05,2\n", NULL, STATUS_SYNTAX,
	    ":4: before this row 2025-03 to 2025-04 are missing (2 months), expected every month, or --gaps unknown");
	expect_wrong("month,value\n2025-01,1\n2025-02,2\n2025-04,2\n", NULL, STATUS_SYNTAX,
	    ":4: before this row 2025-03 is missing (1 month), expected every month, or --gaps unknown");
	expect_wrong("date,value\n2025-01-01,1\n2025-01-08,2\n2025-01-15,2\n2025-01-23,1\n", NULL, STATUS_SYNTAX,
	    ":5: the date is not the beginning of a week as the others are");
	expect_wrong("date,value\n2025-01-01,1\n2025-01-04,2\n", NULL, STATUS_SYNTAX,
	    ": no two dates stand an hour, a day, a week, a month or a year apart; expected a regular series");
	struct series_options options = { .gaps_unknown = true };
	struct series_set set = expect_read("month,value\n2025-01,1\n2025-02,2\n2025-05,2\n", &options);
	assert_int_equal(set.series[0].n, 5);
	assert_int_equal(set.series[0].unknown, 2);
	series_set_close(&set);
}

static size_t
horizon_of(enum step_kind kind, const char *origin, const char *to)
{
	struct step step = { .kind = kind };
	struct step_date date;
	int64_t number;
	double value = 1.0;
	struct series_task task;
	struct reason why = { "" };
	assert_true(step_read((struct span){ (const uint8_t *)origin, strlen(origin) }, &date));
	assert_true(step_number(&step, &date, &number));
	struct series_one one = { .first = number, .n = 1, .values = &value };
	struct series_wish wish = { .to = to, .seed = 1 };
	if (series_task_make(&one, &step, &wish, &task, &why) != STATUS_OK)
		return 0;
	return task.task.horizon;
}

static void
test_how_far(void **state)
{
	(void)state;
	assert_int_equal(horizon_of(STEP_MONTH, "2025-02", NULL), 10);
	assert_int_equal(horizon_of(STEP_MONTH, "2025-11", NULL), 1);
	assert_int_equal(horizon_of(STEP_MONTH, "2025-12", NULL), 12);
	assert_int_equal(horizon_of(STEP_DAY, "2025-11-30", NULL), 31);
	assert_int_equal(horizon_of(STEP_DAY, "2025-12-01", NULL), 30 + 365);
	assert_int_equal(horizon_of(STEP_DAY, "2023-12-31", NULL), 366);
	assert_int_equal(horizon_of(STEP_YEAR, "2025", NULL), 5);
	assert_int_equal(horizon_of(STEP_HOUR, "2025-01-31T23", NULL), 48);
	assert_int_equal(horizon_of(STEP_MONTH, "2025-02", "2026"), 22);
	assert_int_equal(horizon_of(STEP_MONTH, "2025-02", "2025-03"), 1);
	assert_int_equal(horizon_of(STEP_DAY, "2025-02-27", "2025-03"), 32);
	assert_int_equal(horizon_of(STEP_HOUR, "2025-01-31T23", "2025-02-01"), 24);
	assert_int_equal(horizon_of(STEP_MONTH, "2025-02", "2025-02"), 0);
	assert_int_equal(horizon_of(STEP_MONTH, "2025-02", "soon"), 0);
}

/* Every day of four centuries' corners comes back from its week as its own. */
static void
test_weeks(void **state)
{
	(void)state;
	char text[STEP_TEXT_BYTES], before[STEP_TEXT_BYTES] = "";
	struct step week = { STEP_WEEK, true, -3 };
	for (int64_t number = step_at(&week, -25000); number < step_at(&week, 80000); number++) {
		struct step_date date;
		int64_t again;
		step_text(&week, number, text);
		assert_true(step_read((struct span){ (const uint8_t *)text, strlen(text) }, &date));
		assert_true(step_number(&week, &date, &again));
		assert_int_equal(again, number);
		assert_true(strcmp(text, before) > 0);
		snprintf(before, sizeof before, "%s", text);
	}
}

static int
make_folder(void **state)
{
	(void)state;
	folder_make(folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

/* pandas and its like write doubles with as many digits as it takes, and small ones with an exponent. */
static void
numbers_as_programs_write_them_are_read(void **state)
{
	(void)state;
	static const char *const texts[] = { "0.0052716681950363276", "1e-05", "2.5E+3", "+.5", "123456789.123456789123",
		"1e-400" };
	static const double values[] = { 0.0052716681950363276, 1e-05, 2500.0, 0.5, 123456789.123456789123, 0.0 };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		char text[200];
		snprintf(text, sizeof text, "date,value\n2025-01-01,1\n2025-01-02,%s\n2025-01-03,2\n", texts[i]);
		struct series_set set = expect_read(text, NULL);
		assert_true(set.series[0].values[1] == values[i]);
		series_set_close(&set);
	}
	expect_wrong("date,value\n2025-01-01,1\n2025-01-02,1e308\n", NULL, STATUS_SYNTAX,
	    ":3: the value is '1e308', expected a number such as 1234.56, or nothing where it is unknown");
	expect_wrong("date,value\n2025-01-01,1\n2025-01-02,0x1A\n", NULL, STATUS_SYNTAX,
	    ":3: the value is '0x1A', expected a number such as 1234.56, or nothing where it is unknown");
	expect_wrong("date,value\n2025-01-01,1\n2025-01-02,\x1b[31m5\n", NULL, STATUS_SYNTAX,
	    ":3: the value is '(no clean text)', expected a number such as 1234.56, or nothing where it is unknown");
	expect_wrong("date,value\n2025-01-01,1\n2025-01-02,1e\n", NULL, STATUS_SYNTAX,
	    ":3: the value is '1e', expected a number such as 1234.56, or nothing where it is unknown");
}

/* Names in GBK or Latin-1 made pictures and reports that no program reads; escapes went to the terminal. */
static void
names_that_are_no_text_are_refused(void **state)
{
	(void)state;
	static const char sentence[] = "a series' name is no UTF-8 or holds control characters; expected a file in UTF-8";
	char text[200], expected[200];
	static const char *const names[] = { "\xB6\xD6\xCE\xBB", "t\xE9st", "a\x1b[31m" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(text, sizeof text, "date,%s\n2025-01-01,1\n2025-01-02,2\n", names[i]);
		snprintf(expected, sizeof expected, ":1: %s", sentence);
		expect_wrong(text, NULL, STATUS_NOT_TEXT, expected);
		snprintf(text, sizeof text, "series_id,date,value\n%s,2025-01-01,1\n", names[i]);
		snprintf(expected, sizeof expected, ":2: %s", sentence);
		expect_wrong(text, NULL, STATUS_NOT_TEXT, expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_what_is_wrong),
		cmocka_unit_test(test_wrong_places),
		cmocka_unit_test(test_how_far),
		cmocka_unit_test(test_weeks),
		cmocka_unit_test(numbers_as_programs_write_them_are_read),
		cmocka_unit_test(names_that_are_no_text_are_refused),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
