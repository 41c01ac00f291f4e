/* Published figures as a spreadsheet: what is taken and how it is read, what is left and why, what is wrong and where. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "history_file.h"
#include "history_flags.h"
#include "registry_file.h"

enum { ARENA_BYTES = 16 * 1024 * 1024, PATH_BYTES = FOLDER_BYTES + 16 };

#define HEADER "port,kind,period_start,period_end,metric,value,source\n"

static struct arena arena;
static struct registry *registry;
static char folder[FOLDER_BYTES], path[PATH_BYTES];

static int
start(void **unused)
{
	const Juyan__V1__RegistryRecord **records;
	struct reason why = { "" };
	size_t n;
	(void)unused;
	folder_make(folder);
	snprintf(path, sizeof path, "%s/f.csv", folder);
	if (arena_open(&arena, ARENA_BYTES) != STATUS_OK || registry_default(&arena, &records, &n, &why) != STATUS_OK)
		return -1;
	return registry_build(records, n, &registry, &why) == STATUS_OK ? 0 : -1;
}

static int
stop(void **unused)
{
	(void)unused;
	registry_close(&registry);
	arena_close(&arena);
	folder_remove(folder);
	return 0;
}

static enum status
read_text(const char *text, const char *only_port, struct history_file *out, struct reason *why)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fputs(text, file) < 0, 0);
	assert_int_equal(fclose(file), 0);
	return history_file_read(path, registry, only_port, &arena, out, why);
}

static struct history_file
reads(const char *text)
{
	struct history_file file = { 0 };
	struct reason why = { "" };
	if (read_text(text, NULL, &file, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return file;
}

/* A table of one row. */
static struct history_file
reads_row(const char *row)
{
	char text[2048];
	snprintf(text, sizeof text, HEADER "%s\n", row);
	struct history_file file = reads(text);
	assert_int_equal(file.n, 1);
	assert_int_equal(file.rows[0].line, 2);
	return file;
}

static void
test_what_is_taken(void **unused)
{
	static const struct {
		const char *row, *definition;
		int64_t kg;
		Juyan__V1__Precision precision;
	} cases[] = {
		{ "ceke,annual,2016-01-01,2016-12-31,tonnes,12576700,yearbook", "all", 12576700000, JUYAN__V1__PRECISION__EXACT },
		{ "ceke,annual,2017-01-01,2017-12-31,tonnes,13000000,x [>]", "all", 13000000000, JUYAN__V1__PRECISION__MORE_THAN },
		{ "ceke,month,2015-02-01,2015-02-28,tonnes,97100,x [coal only]", "coal", 97100000, JUYAN__V1__PRECISION__EXACT },
		{ "ceke,month,2016-12-01,2016-12-31,tonnes,0.001,x", "all", 1, JUYAN__V1__PRECISION__EXACT },
		{ "ceke,ytd,2020-01-01,2020-02-29,tonnes,30000000.125,x [<; ~ 3]", "all", 30000000125,
		    JUYAN__V1__PRECISION__LESS_THAN },
		{ "wuliji,day,2023-09-25,2023-09-25,tonnes,26.0304,x", "all", 26030, JUYAN__V1__PRECISION__EXACT },
		{ "ceke,ytd,2023-01-01,2023-08-24,tonnes,10000000,\"x [imports, ~]\"", "imports", 10000000000,
		    JUYAN__V1__PRECISION__ABOUT },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct history_file file = reads_row(cases[i].row);
		if (file.rows[0].verdict != HISTORY_TAKEN)
			fail_msg("%s: %s", cases[i].row, file.rows[0].why.text);
		const Juyan__V1__Published *published = file.rows[0].record->published;
		assert_string_equal(published->definition, cases[i].definition);
		assert_int_equal(published->net_kg, cases[i].kg);
		assert_int_equal(published->precision, cases[i].precision);
		assert_int_equal(file.taken, 1);
		assert_int_equal(file.wrong, 0);
		history_file_close(&file);
	}
}

/* A row for one thing after the other: all of them are left or wrong, with this sentence. */
static void
all_are(enum history_verdict verdict, const char *const (*cases)[2], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct history_file file = reads_row(cases[i][0]);
		assert_int_equal(file.rows[0].verdict, verdict);
		assert_int_equal(file.taken, 0);
		assert_int_equal(file.wrong, verdict == HISTORY_WRONG);
		if (strstr(file.rows[0].why.text, cases[i][1]) == NULL)
			fail_msg("'%s' is not in: %s", cases[i][1], file.rows[0].why.text);
		history_file_close(&file);
	}
}

static void
test_what_is_left(void **unused)
{
	static const char *const cases[][2] = {
		{ "ceke,annual,2016-01-01,2016-12-31,vehicles,262900,x", "vehicles, not tonnes" },
		{ "ceke,event,2025-01-01,2025-12-31,tonnes,26000000,x [target]", "an event" },
		{ "ceke,event,2009-01-12,2009-01-12,,,x", "an event" },
		{ "ceke,day,2020-01-01,2020-12-31,tonnes,100000,x", "some day of 2020-01-01 to 2020-12-31" },
		{ "mandula,month,2023-10-01,2023-10-31,tonnes,595000,x", "the registry does not know the port 'mandula'" },
	};
	(void)unused;
	all_are(HISTORY_LEFT, cases, sizeof cases / sizeof cases[0]);
}

static void
test_what_is_wrong(void **unused)
{
	static const char *const cases[][2] = {
		{ "ceke,anual,2016-01-01,2016-12-31,tonnes,1,x", "kind is 'anual', expected annual, month, ytd, day or event" },
		{ "ceke,annual,2016-13-01,2016-12-31,tonnes,1,x", "period_start is '2016-13-01', expected a day" },
		{ "ceke,annual,2016-01-01,2016-12-32,tonnes,1,x", "period_end is '2016-12-32'" },
		{ "ceke,ytd,2016-03-01,2016-02-01,tonnes,1,x", "ends on 2016-02-01, before it begins on 2016-03-01" },
		{ "ceke,annual,2016-01-01,2016-11-30,tonnes,1,x", "2016-01-01 to 2016-11-30, expected a whole year" },
		{ "ceke,month,2016-02-01,2016-02-28,tonnes,1,x", "expected a whole month" },
		{ "ceke,ytd,2016-01-02,2016-02-28,tonnes,1,x", "expected 1 January to a day of the same year" },
		{ "ceke,ytd,2016-01-01,2017-01-01,tonnes,1,x", "expected 1 January to a day of the same year" },
		{ "ceke,annual,2016-01-01,2016-12-31,tonnes,many,x", "value is 'many', expected a number such as 1234.56" },
		{ "ceke,annual,2016-01-01,2016-12-31,tonnes,\"1,000\",x", "value is '1,000', expected a number" },
		{ "ceke,annual,2016-01-01,2016-12-31,tonnes,,x", "value is '', expected a number" },
		{ "ceke,annual,2016-01-01,2016-12-31,tonnes,0,x", "net_kg is 0, expected 1 to" },
		{ "ceke,annual,2016-01-01,2016-12-31,tonnes,-5,x", "net_kg is -5000, expected 1 to" },
		{ "ceke,annual,2016-01-01,2016-12-31,tonnes,99999999999999999,x", "expected at most" },
		{ "ceke,annual,2016-01-01,2016-12-31,tonnes,5,", "source is missing" },
		{ "ceke,annual,2016-01-01,2016-12-31,tonnes,5,x [~", "source has a '[' that is not closed" },
		{ "ceke,annual,2016-01-01,2016-12-31,tonnes,5", "it has 6 fields, expected the 7 of the header" },
		{ "ceke,annual,2016-01-01,2016-12-31,tonnes,5,x\x01y", "source is no clean UTF-8 text" },
		{ "ceke,annual,2016-01-01,2016-12-31,tonnes,5,\"x", "quote" },
	};
	(void)unused;
	all_are(HISTORY_WRONG, cases, sizeof cases / sizeof cases[0]);
}

/* Without its header there is no table. */
static void
test_files_that_are_no_table(void **unused)
{
	static const char *const cases[][2] = {
		{ "", ":1: the file is empty" },
		{ "port,kind\n", ":1: the column 'period_start' is there 0 times; expected the columns port, kind" },
		{ "port,port,kind,period_start,period_end,metric,value,source\n", ":1: the column 'port' is there 2 times" },
		{ "por\"t,kind\n", ":1: " },
	};
	struct history_file file;
	struct reason why;
	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_not_equal(read_text(cases[i][0], NULL, &file, &why), STATUS_OK);
		if (strstr(why.text, cases[i][1]) == NULL || strstr(why.text, path) == NULL)
			fail_msg("'%s' is not in: %s", cases[i][1], why.text);
	}
	assert_int_equal(history_file_read("/nowhere/at/all.csv", registry, NULL, &arena, &file, &why), STATUS_SYSTEM);
}

static void
test_columns_in_any_order_and_lines_counted(void **unused)
{
	(void)unused;
	struct history_file file =
	    reads("source,more,value,metric,period_end,period_start,kind,port\r\n"
		  "\"two\nlines? no: a break is no clean text\",x,1,tonnes,2016-12-31,2016-01-01,annual,ceke\r\n"
		  "book,x,7,tonnes,2016-12-31,2016-01-01,annual,ceke");
	assert_int_equal(file.n, 2);
	assert_int_equal(file.rows[0].verdict, HISTORY_WRONG);
	assert_int_equal(file.rows[1].line, 4);
	assert_int_equal(file.rows[1].record->published->net_kg, 7000);
	history_file_close(&file);
}

static void
test_of_two_alike_the_more_exact_is_taken(void **unused)
{
	(void)unused;
	struct history_file file = reads(HEADER "ceke,annual,2016-01-01,2016-12-31,tonnes,1,x [~]\n"
						"ceke,annual,2016-01-01,2016-12-31,tonnes,2,x [coal]\n"
						"ceke,annual,2016-01-01,2016-12-31,tonnes,3,x\n"
						"ceke,ytd,2016-01-01,2016-12-31,tonnes,4,x\n");
	assert_int_equal(file.taken, 2);
	assert_int_equal(file.rows[0].verdict, HISTORY_LEFT);
	assert_string_equal(file.rows[0].why.text, "line 4 has the same span, and no less exactly");
	assert_int_equal(file.rows[1].verdict, HISTORY_TAKEN);
	assert_int_equal(file.rows[2].verdict, HISTORY_TAKEN);
	assert_string_equal(file.rows[3].why.text, "line 4 has the same span, and no less exactly");
	history_file_close(&file);
}

static void
test_one_port_alone(void **unused)
{
	struct history_file file;
	struct reason why = { "" };
	(void)unused;
	assert_int_equal(read_text(HEADER "ceke,annual,2016-01-01,2016-12-31,tonnes,1,x\n"
					  "wuliji,annual,2016-01-01,2016-12-31,tonnes,2,x\n",
			     "wuliji", &file, &why),
	    STATUS_OK);
	assert_int_equal(file.taken, 1);
	assert_string_equal(file.rows[0].why.text, "another port, 'ceke'");
	assert_string_equal(file.rows[1].record->published->port, "wuliji");
	history_file_close(&file);
}

static void
test_flags(void **unused)
{
	static const struct {
		const char *source, *definition;
		Juyan__V1__Precision precision;
	} cases[] = {
		{ "no flags; coal, ~ and > outside of brackets", "all", JUYAN__V1__PRECISION__EXACT },
		{ "x []", "all", JUYAN__V1__PRECISION__EXACT },
		{ "x [~ \"nearly 7 Mt\"]", "all", JUYAN__V1__PRECISION__ABOUT },
		{ "x [derived: 2010 coal >8.6 Mt was 20x 2003; coal only]", "coal", JUYAN__V1__PRECISION__ABOUT },
		{ "x [derived: 18.4407/1.4799]", "all", JUYAN__V1__PRECISION__ABOUT },
		{ "x [~; coal exports of eight companies, Mongolian side]", "coal", JUYAN__V1__PRECISION__ABOUT },
		{ "x [coal] y [imports only; >]", "coal_imports", JUYAN__V1__PRECISION__MORE_THAN },
		{ "x [AGV only, >; +59.7%]", "agv", JUYAN__V1__PRECISION__MORE_THAN },
		{ "x [> ; railway]", "rail", JUYAN__V1__PRECISION__MORE_THAN },
		{ "x [charcoal; record; imports of a neighbour]", "all", JUYAN__V1__PRECISION__EXACT },
		{ "x [coal; rail; AGV; imports; exports]", "coal_rail_agv_imports_exports", JUYAN__V1__PRECISION__EXACT },
	};
	struct history_flags flags;
	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_true(history_flags_read(cases[i].source, &flags));
		assert_string_equal(flags.definition, cases[i].definition);
		assert_int_equal(flags.precision, cases[i].precision);
	}
	assert_false(history_flags_read("x [coal", &flags));
	assert_false(history_flags_read("x [coal] [", &flags));
}

/* The figures that go with the program: every row is understood. */
static void
test_the_shipped_figures_of_ceke(void **unused)
{
	const char *source = getenv("JUYAN_SOURCE");
	char shipped[512];
	struct history_file file;
	struct reason why = { "" };
	(void)unused;
	if (source == NULL) {
		puts("skip: $JUYAN_SOURCE does not say where the sources are");
		skip();
	}
	snprintf(shipped, sizeof shipped, "%s/tools/history/ceke.csv", source);
	assert_int_equal(history_file_read(shipped, registry, NULL, &arena, &file, &why), STATUS_OK);
	assert_int_equal(file.n, 81);
	assert_int_equal(file.taken, 25);
	assert_int_equal(file.wrong, 0);
	history_file_close(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_taken),
		cmocka_unit_test(test_what_is_left),
		cmocka_unit_test(test_what_is_wrong),
		cmocka_unit_test(test_files_that_are_no_table),
		cmocka_unit_test(test_columns_in_any_order_and_lines_counted),
		cmocka_unit_test(test_of_two_alike_the_more_exact_is_taken),
		cmocka_unit_test(test_one_port_alone),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_the_shipped_figures_of_ceke),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
