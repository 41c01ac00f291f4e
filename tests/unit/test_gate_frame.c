/* The gate's frames out of bytes: whole ones, broken ones, and documents without a frame. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "any.h"
#include "gate_frame.h"

enum { LOG_BYTES = 256 * 1024 };

/* What a reader gave, one line a step: "21 I XML" of a frame, "- XML" of a bare document, "skipped N". */
static char log_text[2][LOG_BYTES];

struct stream {
	uint8_t bytes[3 * 1024 * 1024];
	size_t n;
};
static struct stream stream;

static void
put(const void *bytes, size_t n)
{
	assert_true(stream.n + n <= sizeof stream.bytes);
	memcpy(stream.bytes + stream.n, bytes, n);
	stream.n += n;
}

static void
put_text(const char *text)
{
	put(text, strlen(text));
}

static void
put_number(uint32_t number)
{
	put((const uint8_t[]){ (uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16), (uint8_t)(number >> 24) }, 4);
}

/* `more` is what the first length says too much. */
static void
put_frame(uint8_t type, const char *xml, uint32_t more)
{
	uint32_t bytes = (uint32_t)strlen(xml);
	put("\xE2\x5C\x4B\x89", 4);
	put_number(bytes + 40 + more);
	put(&type, 1);
	put("0701\0\0\0\0\0\0"
	    "3\0\0\0\0\0\0\0\0\0"
	    "I\xFF\xFF\xFF\xFF",
	    25);
	put_number(bytes);
	put(xml, bytes);
	put("\xFF\xFF", 2);
}

static void
drain(struct gate_reader *reader, char *log)
{
	struct gate_frame frame;
	struct gate_skipped skipped;
	enum gate_step step;
	size_t n = strlen(log);
	while ((step = gate_reader_next(reader, &frame, &skipped)) != GATE_MORE) {
		if (step == GATE_SKIPPED)
			n += (size_t)snprintf(log + n, LOG_BYTES - n, "skipped %llu\n", (unsigned long long)skipped.bytes);
		else if (frame.bare)
			n += (size_t)snprintf(log + n, LOG_BYTES - n, "- %.*s\n", (int)frame.xml.bytes,
			    (const char *)frame.xml.data);
		else
			n += (size_t)snprintf(log + n, LOG_BYTES - n, "%02X %s/%s %c %.*s\n", frame.type, frame.station,
			    frame.channel, frame.way != '\0' ? frame.way : '0', (int)(frame.xml.bytes < 60 ? frame.xml.bytes : 60),
			    (const char *)frame.xml.data);
		assert_true(n < LOG_BYTES - 1);
	}
}

/* All of the stream in pieces of at most so many bytes; then the connection ends. */
static const char *
read_stream(size_t piece, bool by_chance, int into)
{
	struct gate_reader *reader = NULL;
	char *log = log_text[into];
	log[0] = '\0';
	assert_int_equal(gate_reader_open(&reader), STATUS_OK);
	for (size_t at = 0; at < stream.n;) {
		size_t n = by_chance ? 1 + any_below(piece) : piece;
		if (n > stream.n - at)
			n = stream.n - at;
		size_t taken = gate_reader_feed(reader, (struct span){ stream.bytes + at, n }, 1000);
		assert_true(taken > 0 && taken <= n);
		at += taken;
		drain(reader, log);
	}
	gate_reader_end(reader);
	drain(reader, log);
	gate_reader_close(&reader);
	assert_null(reader);
	return log;
}

static void
expect(const char *expected)
{
	assert_string_equal(read_stream(SIZE_MAX, false, 0), expected);
	assert_string_equal(read_stream(1, false, 1), expected);
}

static int
begin(void **state)
{
	(void)state;
	stream.n = 0;
	return 0;
}

static void
test_frames_one_behind_the_other(void **state)
{
	(void)state;
	put_frame(0x21, "<A/>", 0);
	put_frame(0x31, "", 0);
	put_frame(0x99, "<B/>", 0);
	expect("21 0701/3 I <A/>\n31 0701/3 I \n99 0701/3 I <B/>\n");
}

static void
test_garbage_is_skipped_and_told_once(void **state)
{
	(void)state;
	put("hello \xE2\x5C\x4B <x", 12);
	put_frame(0x21, "<A/>", 0);
	put("\xE2\x5C", 2);
	put_frame(0x21, "<B/>", 0);
	put("end", 3);
	expect("skipped 12\n21 0701/3 I <A/>\nskipped 2\n21 0701/3 I <B/>\nskipped 3\n");
}

static void
test_a_broken_frame_costs_no_other(void **state)
{
	(void)state;
	put_frame(0x21, "<wrong length/>", 1);
	put_frame(0x21, "<A/>", 0);
	put_frame(0x21, "<cut off/>", 0);
	stream.n -= 7;
	put_frame(0x21, "<B/>", 0);
	put_frame(0x21, "<tail/>", 0);
	stream.bytes[stream.n - 1] = 0xFE;
	put_frame(0x21, "<C/>", 0);
	expect("skipped 55\n21 0701/3 I <A/>\nskipped 43\n21 0701/3 I <B/>\nskipped 47\n21 0701/3 I <C/>\n");
}

static void
test_a_length_that_lies_swallows_nothing(void **state)
{
	(void)state;
	put("\xE2\x5C\x4B\x89", 4);
	put_number(1000040);
	put("\x21"
	    "0701\0\0\0\0\0\0"
	    "3\0\0\0\0\0\0\0\0\0"
	    "I\xFF\xFF\xFF\xFF",
	    26);
	put_number(1000000);
	put_frame(0x21, "<A/>", 0);
	expect("skipped 38\n21 0701/3 I <A/>\n");
}

static void
test_a_frame_may_have_a_mebibyte_and_no_more(void **state)
{
	(void)state;
	static char xml[GATE_FRAME_BYTES_MAX];
	memset(xml, ' ', sizeof xml - 1);
	memcpy(xml, "<A>", 3);
	xml[GATE_FRAME_BYTES_MAX - GATE_FRAME_BYTES_MIN] = '\0';
	put_frame(0x21, xml, 0);
	char expected[100];
	snprintf(expected, sizeof expected, "21 0701/3 I %.60s\n", xml);
	assert_string_equal(read_stream(65536, false, 0), expected);
	stream.n = 0;
	xml[GATE_FRAME_BYTES_MAX - GATE_FRAME_BYTES_MIN] = ' ';
	xml[GATE_FRAME_BYTES_MAX - GATE_FRAME_BYTES_MIN + 1] = '\0';
	put_frame(0x21, xml, 0);
	put_frame(0x21, "<B/>", 0);
	assert_non_null(strstr(read_stream(65536, false, 0), "skipped 65536\nskipped 1\n21 0701/3 I <B/>\n"));
}

static void
test_documents_without_a_frame(void **state)
{
	(void)state;
	put_text("\xEF\xBB\xBF<?xml version=\"1.0\"?>\r\n<GATHER_INFO A='1'><B></B></GATHER_INFO >\n");
	put_text("<COMMAND_INFO/><GATHER_INFO><GROSS_WT/></GATHER_INFO>");
	put_frame(0x21, "<A/>", 0);
	put_text("<COMMAND_INFO>Y</COMMAND_INFO>");
	expect("- <?xml version=\"1.0\"?>\r\n<GATHER_INFO A='1'><B></B></GATHER_INFO >\n- <COMMAND_INFO/>\n"
	       "- <GATHER_INFO><GROSS_WT/></GATHER_INFO>\n21 0701/3 I <A/>\n- <COMMAND_INFO>Y</COMMAND_INFO>\n");
}

static void
test_a_document_that_breaks_off_costs_no_other(void **state)
{
	(void)state;
	put_text("<GATHER_INFO><A>");
	put_text("<GATHER_INFO><B></GATHER_INFO>");
	put_text("<GATHER_INFOX></GATHER_INFOX>");
	put_text("<COMMAND_INFO><C>");
	put_frame(0x21, "<A/>", 0);
	expect("skipped 16\n- <GATHER_INFO><B></GATHER_INFO>\nskipped 46\n21 0701/3 I <A/>\n");
}

static void
test_what_lies_in_a_broken_frame_is_no_document(void **state)
{
	(void)state;
	put_frame(0x21, "<GATHER_INFO>inside</GATHER_INFO>", 3);
	put_frame(0x21, "<A/>", 0);
	expect("skipped 73\n21 0701/3 I <A/>\n");
}

static void
test_endless_garbage_is_told_in_parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * GATE_SKIPPED_TOLD + 5; i++)
		put(i % 3 == 0 ? "<" : "\xE2", 1);
	assert_string_equal(read_stream(4096, false, 0), "skipped 65536\nskipped 65536\nskipped 5\n");
	assert_string_equal(read_stream(1, false, 1), log_text[0]);
}

static void
test_time_gives_up_what_was_begun(void **state)
{
	(void)state;
	struct gate_reader *reader = NULL;
	char *log = log_text[0];
	log[0] = '\0';
	assert_int_equal(gate_reader_open(&reader), STATUS_OK);
	put("\xE2\x5C\x4B\x89", 4);
	put_number(50040);
	put("\x21"
	    "0701\0\0\0\0\0\0"
	    "3\0\0\0\0\0\0\0\0\0"
	    "I\xFF\xFF\xFF\xFF",
	    26);
	put_number(50000);
	size_t begun = stream.n;
	put_frame(0x21, "<A/>", 0);
	assert_int_equal(gate_reader_feed(reader, (struct span){ stream.bytes, begun }, 1000), begun);
	drain(reader, log);
	assert_int_equal(gate_reader_feed(reader, (struct span){ stream.bytes + begun, stream.n - begun }, 9000), stream.n - begun);
	drain(reader, log);
	gate_reader_pass(reader, 1000 + GATE_BEGUN_MS - 1);
	drain(reader, log);
	assert_string_equal(log, "");
	gate_reader_pass(reader, 1000 + GATE_BEGUN_MS);
	drain(reader, log);
	assert_string_equal(log, "skipped 38\n21 0701/3 I <A/>\n");
	assert_int_equal(gate_reader_feed(reader, (struct span){ (const uint8_t *)"xyz", 3 }, 50000), 3);
	drain(reader, log);
	gate_reader_pass(reader, 50000 + GATE_QUIET_MS - 1);
	drain(reader, log);
	assert_string_equal(log, "skipped 38\n21 0701/3 I <A/>\n");
	gate_reader_pass(reader, 50000 + GATE_QUIET_MS);
	drain(reader, log);
	assert_string_equal(log, "skipped 38\n21 0701/3 I <A/>\nskipped 3\n");
	gate_reader_close(&reader);
}

static void
put_something(void)
{
	static const char *const pieces[] = { "\xE2\x5C\x4B\x89", "\xE2", "<GATHER_INFO", "</GATHER_INFO>", "<COMMAND_INFO>", ">",
		"/>", "<?xml ?>", " ", "\xEF\xBB\xBF", "x", "\xFF\xFF", "</COMMAND_INFO >" };
	static const char *const inner[] = { "", "<A/>", "<GATHER_INFO>q</GATHER_INFO>", "\xE2\x5C\x4B\x89" };
	size_t before = stream.n;
	if (any_chance(50)) {
		const char *piece = pieces[any_below(sizeof pieces / sizeof pieces[0])];
		put(piece, strlen(piece));
		return;
	}
	put_frame(any_chance(80) ? 0x21 : 0x31, inner[any_below(4)], any_chance(15) ? 1 : 0);
	if (any_chance(20))
		stream.n -= any_below(stream.n - before);
	else if (any_chance(20))
		stream.bytes[before + any_below(stream.n - before)] = (uint8_t)any_bits();
}

static void
test_any_pieces_give_the_same(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t n = 1 + any_below(40);
		stream.n = 0;
		for (size_t i = 0; i < n; i++)
			put_something();
		const char *whole = read_stream(SIZE_MAX, false, 0);
		assert_string_equal(read_stream(1 + any_below(60), true, 1), whole);
	}
}

static void
test_how_a_message_begins(void **state)
{
	(void)state;
	static const char *const yes[] = { "\xE2\x5C\x4B\x89", "\xEF\xBB\xBF <GATHER_INFO ",
		"<?xml version='1.0'?><!-- x --><COMMAND_INFO>" };
	static const char *const no[] = { "", "\xE2\x5C\x4B", "<Manifest>", "<?xml version='1.0'?><Manifest>", "{}",
		"<GATHER_INFOS>" };
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
		assert_true(gate_frame_begins((struct span){ (const uint8_t *)yes[i], strlen(yes[i]) }));
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
		assert_false(gate_frame_begins((struct span){ (const uint8_t *)no[i], strlen(no[i]) }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_frames_one_behind_the_other, begin),
		cmocka_unit_test_setup(test_garbage_is_skipped_and_told_once, begin),
		cmocka_unit_test_setup(test_a_broken_frame_costs_no_other, begin),
		cmocka_unit_test_setup(test_a_length_that_lies_swallows_nothing, begin),
		cmocka_unit_test_setup(test_a_frame_may_have_a_mebibyte_and_no_more, begin),
		cmocka_unit_test_setup(test_documents_without_a_frame, begin),
		cmocka_unit_test_setup(test_a_document_that_breaks_off_costs_no_other, begin),
		cmocka_unit_test_setup(test_what_lies_in_a_broken_frame_is_no_document, begin),
		cmocka_unit_test_setup(test_endless_garbage_is_told_in_parts, begin),
		cmocka_unit_test_setup(test_time_gives_up_what_was_begun, begin),
		cmocka_unit_test_setup(test_any_pieces_give_the_same, begin),
		cmocka_unit_test_setup(test_how_a_message_begins, begin),
	};
	any_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
