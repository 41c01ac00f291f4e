/* The pure parts of the warehouse: troubles from codes, pauses, rows of COPY, arrays, the hours of crossings, the schema's text. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conninfo.h"
#include "copytext.h"
#include "crossing_rows.h"
#include "schema.h"
#include "trouble.h"

static void
codes_name_what_an_operator_can_do(void **state)
{
	static const struct {
		const char *code;
		enum trouble trouble;
	} rows[] = { { "53100", TROUBLE_FULL }, { "53200", TROUBLE_FULL }, { "53300", TROUBLE_AWAY },
		{ "25006", TROUBLE_READ_ONLY }, { "42501", TROUBLE_RIGHTS }, { "28P01", TROUBLE_RIGHTS }, { "57014", TROUBLE_SLOW },
		{ "57P01", TROUBLE_AWAY }, { "08006", TROUBLE_AWAY }, { "", TROUBLE_AWAY }, { "40001", TROUBLE_CONTENDED },
		{ "23505", TROUBLE_CONTENDED }, { "42P01", TROUBLE_SCHEMA }, { "22003", TROUBLE_ODD } };
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(trouble_of_state(rows[i].code), rows[i].trouble);
	assert_int_equal(trouble_of_state(NULL), TROUBLE_AWAY);
	for (int i = 0; i < TROUBLES; i++)
		assert_true(strlen(trouble_name((enum trouble)i)) > 2 && strlen(trouble_sentence((enum trouble)i)) > 8);
}

static void
what_libpq_says_of_connecting_is_understood(void **state)
{
	(void)state;
	assert_int_equal(trouble_of_connecting("connection to server at \"db\" failed: session is read-only"), TROUBLE_READ_ONLY);
	assert_int_equal(trouble_of_connecting("could not connect: Connection refused"), TROUBLE_AWAY);
	assert_int_equal(trouble_of_connecting("FATAL:  password authentication failed for user \"x\""), TROUBLE_RIGHTS);
	assert_int_equal(trouble_of_connecting("FATAL:  database \"y\" does not exist"), TROUBLE_RIGHTS);
	assert_int_equal(trouble_of_connecting("invalid connection option \"colour\""), TROUBLE_SETTING);
	assert_int_equal(trouble_of_connecting("timeout expired"), TROUBLE_SLOW);
}

static void
pauses_grow_up_to_a_minute(void **state)
{
	(void)state;
	int64_t before = 0;
	for (unsigned tries = 1; tries < 100; tries++) {
		int64_t ms = trouble_pause_ms(tries);
		assert_true(ms >= before && ms >= 250 && ms <= 60000);
		before = ms;
	}
	assert_int_equal(before, 60000);
	assert_int_equal(trouble_pause_ms(UINT32_MAX), 60000);
}

static struct span
span_of(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

static void
cells_end_only_where_they_end(void **state)
{
	struct copytext text = { 0 };
	(void)state;
	copytext_some(&text, span_of("a\tb\\c\nd\re"));
	copytext_some(&text, span_of(""));
	copytext_span(&text, span_of(""));
	copytext_string(&text, NULL);
	copytext_string(&text, "煤");
	copytext_number(&text, INT64_MIN);
	copytext_bool(&text, true);
	copytext_day(&text, 0);
	copytext_time(&text, 1);
	copytext_time(&text, TIME_MS_LOWEST);
	copytext_time(&text, TIME_MS_HIGHEST);
	copytext_some(&text, (struct span){ (const uint8_t *)"x\0y", 3 });
	copytext_end(&text);
	copytext_null(&text);
	copytext_end(&text);
	static const char wanted[] = "a\\tb\\\\c\\nd\\re\t\t\\N\t\\N\t煤\t-9223372036854775808\tt\t1970-01-01\t1970-01-01T00:00:00."
				     "001Z\t1900-01-01T00:00:00.000Z\t2199-12-31T23:59:59.999Z\txy\n\\N\n";
	assert_int_equal(text.used, sizeof wanted - 1);
	assert_memory_equal(text.bytes, wanted, text.used);
	assert_int_equal(text.rows, 2);
	assert_false(text.no_memory);
	copytext_close(&text);
}

static void
elements_of_arrays_are_quoted(void **state)
{
	struct copytext text = { 0 };
	(void)state;
	copytext_raw(&text, "{");
	copytext_element(&text, "a\"b\\c", true);
	copytext_element(&text, "d,e", false);
	copytext_raw(&text, "}");
	assert_string_equal(text.bytes, "{\"a\\\"b\\\\c\",\"d,e\"}");
	copytext_close(&text);
}

static void
hours_stand_once(void **state)
{
	struct counted_hours hours = { 0 };
	(void)state;
	for (int round = 0; round < 300; round++) {
		hours.begun = hours.n;
		counted_hours_add(&hours, "wuliji", 2025010112);
		counted_hours_add(&hours, "wuliji", 2025010112);
		counted_hours_add(&hours, "ceke", 2025010100);
	}
	assert_int_equal(hours.n, 600);
	counted_hours_settle(&hours);
	assert_int_equal(hours.n, 2);
	assert_string_equal(hours.at[0].port, "ceke");
	assert_int_equal(hours.at[1].hour, 2025010112);
	counted_hours_close(&hours);
}

static void
the_text_has_partitions_or_none(void **state)
{
	(void)state;
	for (int monthly = 0; monthly <= 1; monthly++) {
		char *text = NULL;
		size_t bytes;
		FILE *out = open_memstream(&text, &bytes);
		assert_non_null(out);
		assert_int_equal(schema_print(monthly != 0, out), STATUS_OK);
		assert_int_equal(fclose(out), 0);
		assert_true((strstr(text, "PARTITION BY RANGE (day)") != NULL) == (monthly != 0));
		assert_true((strstr(text, "CREATE TABLE juyan.batch_rest") != NULL) == (monthly != 0));
		assert_null(strstr(text, "--monthly CREATE"));
		assert_null(strstr(text, "){monthly}"));
		for (int table = 0; table < WAREHOUSE_TABLES; table++) {
			char head[128];
			snprintf(head, sizeof head, "CREATE TABLE juyan.%s (", warehouse_table_name((enum warehouse_table)table));
			assert_non_null(strstr(text, head));
		}
		free(text);
	}
}

static void
a_connection_string_in_a_file_is_a_secret(void **state)
{
	char out[CONNINFO_BYTES], path[] = "/tmp/juyan-conninfo-XXXXXX";
	struct reason why;
	(void)state;
	assert_int_equal(conninfo_read("host=a dbname=b", out, &why), STATUS_OK);
	assert_string_equal(out, "host=a dbname=b");
	assert_int_equal(conninfo_read("/nowhere/at/all", out, &why), STATUS_SETTING);
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "host=c password=d\nmore\n", 23), 23);
	assert_int_equal(conninfo_read(path, out, &why), STATUS_OK);
	assert_string_equal(out, "host=c password=d");
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(conninfo_read(path, out, &why), STATUS_SETTING);
	assert_non_null(strstr(why.text, "0600"));
	close(fd);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_name_what_an_operator_can_do),
		cmocka_unit_test(what_libpq_says_of_connecting_is_understood),
		cmocka_unit_test(pauses_grow_up_to_a_minute),
		cmocka_unit_test(cells_end_only_where_they_end),
		cmocka_unit_test(elements_of_arrays_are_quoted),
		cmocka_unit_test(hours_stand_once),
		cmocka_unit_test(the_text_has_partitions_or_none),
		cmocka_unit_test(a_connection_string_in_a_file_is_a_secret),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
