/* Tables: what people see and what programs read. */
#include "check.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

static const struct table_column columns[] = { { "port", TABLE_LEFT }, { "net t", TABLE_RIGHT }, { "note", TABLE_LEFT } };

static char *
shown(const struct table *table, bool csv)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	assert_non_null(out);
	assert_int_equal(csv ? table_csv(table, out) : table_print(table, out), STATUS_OK);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
assert_shown(const struct table *table, bool csv, const char *expected)
{
	char *text = shown(table, csv);
	assert_string_equal(text, expected);
	free(text);
}

static struct table *
open_table(void)
{
	struct table *table = NULL;
	assert_int_equal(table_open(columns, 3, &table), STATUS_OK);
	return table;
}

static void
test_columns_line_up_in_every_script(void **unused)
{
	(void)unused;
	struct table *table = open_table();
	static const char *const cells[] = { "策克", "1,234.500", "a", "Сэхэ", "7.000", "", "wuliji", "unknown", "b" };
	for (size_t i = 0; i < 9; i++)
		table_cell(table, cells[i]);
	table_sums(table);
	table_cell(table, "all");
	table_cellf(table, "%d.%03d", 1241, 500);
	table_cell(table, "c");
	assert_shown(table, false,
	    "port        net t  note\n"
	    "------  ---------  ----\n"
	    "策克    1,234.500  a\n"
	    "Сэхэ        7.000  \n"
	    "wuliji    unknown  b\n"
	    "------  ---------  ----\n"
	    "all      1241.500  c\n");
	table_close(&table);
	assert_null(table);
}

static void
test_csv_quotes_what_it_must(void **unused)
{
	(void)unused;
	struct table *table = open_table();
	static const char *const cells[] = { "ceke", "1,234.500", "he said \"no\"", "a\nb", "", "plain text" };
	for (size_t i = 0; i < 6; i++)
		table_cell(table, cells[i]);
	assert_shown(table, true, "port,net t,note\nceke,\"1,234.500\",\"he said \"\"no\"\"\"\n\"a\nb\",,plain text\n");
	table_close(&table);
}

static void
test_an_empty_table_has_its_head(void **unused)
{
	(void)unused;
	struct table *table = open_table();
	assert_shown(table, true, "port,net t,note\n");
	assert_shown(table, false, "port  net t  note\n----  -----  ----\n");
	/* Sums without rows above them need no second rule. */
	table_sums(table);
	table_cell(table, "all");
	table_cell(table, "0");
	table_cell(table, "x");
	assert_shown(table, false, "port  net t  note\n----  -----  ----\nall       0  x\n");
	table_close(&table);
	table_close(&table);
}

static void
test_a_cell_cannot_move_the_cursor(void **unused)
{
	(void)unused;
	struct table *table = open_table();
	static const char *const cells[] = { "\x1B[2Ja", "b\x7F\r",
		"\xC2\x9B"
		"c\xC3\xA9" };
	for (size_t i = 0; i < 3; i++)
		table_cell(table, cells[i]);
	assert_shown(table, false, "port   net t  note\n-----  -----  ----\n?[2Ja    b\?\?  ?c\xC3\xA9\n");
	table_close(&table);
}

static void
test_widths(void **unused)
{
	(void)unused;
	assert_int_equal(table_width(""), 0);
	assert_int_equal(table_width("coal"), 4);
	assert_int_equal(table_width("нүүрс"), 5);
	assert_int_equal(table_width("煤炭"), 4);
	assert_int_equal(table_width("e\xCC\x81"), 1);
	assert_int_equal(table_width("\xF0\x9F\x9A\x9B"), 2);
	/* Broken bytes neither crash nor run past the end. */
	assert_int_equal(table_width("a\xE7"), 2);
	assert_int_equal(table_width("\xF0\x9F"), 1);
	assert_int_equal(table_width("\x80\x80"), 2);
}

static void
test_figures(void **unused)
{
	(void)unused;
	static const struct {
		int64_t value;
		const char *count;
		const char *tonnes;
	} cases[] = {
		{ 0, "0", "0.000" },
		{ 7, "7", "0.007" },
		{ 999, "999", "0.999" },
		{ 1000, "1,000", "1.000" },
		{ -1, "-1", "-0.001" },
		{ 26000000000, "26,000,000,000", "26,000,000.000" },
		{ 14580123456, "14,580,123,456", "14,580,123.456" },
		{ INT64_MAX, "9,223,372,036,854,775,807", "9,223,372,036,854,775.807" },
		{ INT64_MIN, "-9,223,372,036,854,775,808", "-9,223,372,036,854,775.808" },
	};
	char out[TABLE_FIGURE_BYTES];
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_string_equal(table_count(cases[i].value, out), cases[i].count);
		assert_string_equal(table_tonnes(cases[i].value, out), cases[i].tonnes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns_line_up_in_every_script),
		cmocka_unit_test(test_csv_quotes_what_it_must),
		cmocka_unit_test(test_an_empty_table_has_its_head),
		cmocka_unit_test(test_a_cell_cannot_move_the_cursor),
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_figures),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
