/* Texts of machines that declare one encoding and write another, or declare none. */
#include "check.h"

#include <string.h>

#include "encoding.h"

static struct arena arena;

static int
begin(void **state)
{
	(void)state;
	return arena_open(&arena, 1 << 16) == STATUS_OK ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

static void
reads(const char *declared, const char *bytes, const char *expected)
{
	struct span out = { NULL, 0 };
	struct reason why = { "" };
	arena_reset(&arena);
	assert_int_equal(encoding_declared(declared, (struct span){ (const uint8_t *)bytes, strlen(bytes) }, &arena, &out, &why),
	    STATUS_OK);
	assert_int_equal(out.bytes, strlen(expected));
	assert_memory_equal(out.data, expected, out.bytes);
}

#define GBK_RAW_COAL "\xD4\xAD\xC3\xBA" /* 原煤: right in UTF-8, too, as signs that nobody writes here */
#define GBK_LU "\xC2\xB3"               /* 鲁 of a plate */

static void
coal_in_gbk_is_coal_where_nothing_is_declared(void **state)
{
	(void)state;
	reads(NULL, GBK_RAW_COAL, "原煤");
	reads(NULL, GBK_LU "A12345", "鲁A12345");
	reads("GBK", GBK_RAW_COAL, "原煤");
	reads("gb2312", "\xD0\xA1", "小");
}

static void
utf_8_is_read_whatever_is_declared(void **state)
{
	(void)state;
	static const char *const declared[] = { NULL, "UTF-8", "GBK", "GB2312", "gb18030" };
	for (size_t i = 0; i < sizeof declared / sizeof declared[0]; i++) {
		reads(declared[i], "蒙L12345", "蒙L12345");
		reads(declared[i], "鲁A12345 原煤", "鲁A12345 原煤");
		reads(declared[i], "1234УНА", "1234УНА");
		reads(declared[i], "plain", "plain");
	}
}

static void
what_is_declared_holds_where_the_bytes_do_not_say(void **state)
{
	(void)state;
	reads("utf-8", "1234 өүҮ", "1234 өүҮ");
	reads("utf-8", "Caf\xC3\xA9", "Café");
	reads("windows-1251", "\xD3\xCD\xC0", "УНА");
}

static void
gbk_is_read_where_utf_8_is_declared(void **state)
{
	(void)state;
	reads("UTF-8", "\xC3\xC9L12345", "蒙L12345");
}

static void
a_mark_at_the_front_is_no_text(void **state)
{
	(void)state;
	reads(NULL, "\xEF\xBB\xBFx", "x");
	reads("GBK",
	    "\xEF\xBB\xBF"
	    "蒙",
	    "蒙");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(coal_in_gbk_is_coal_where_nothing_is_declared),
		cmocka_unit_test(utf_8_is_read_whatever_is_declared),
		cmocka_unit_test(what_is_declared_holds_where_the_bytes_do_not_say),
		cmocka_unit_test(gbk_is_read_where_utf_8_is_declared),
		cmocka_unit_test(a_mark_at_the_front_is_no_text),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
