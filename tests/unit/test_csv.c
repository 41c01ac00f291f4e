/* The CSV reader: what RFC 4180 allows, what it does not, the bounds, and that the pieces it is fed in make no difference. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "any.h"
#include "csv.h"

enum { SEEN_MAX = 64 * 1024 };

/* What a reader said, written down: "<line>|field|field;" for a record, "!<line>:<sentence>;" for a complaint. */
struct seen {
	char text[SEEN_MAX];
	size_t n;
};

static void
note(struct seen *seen, const char *text, size_t bytes)
{
	assert_true(seen->n + bytes < SEEN_MAX);
	memcpy(seen->text + seen->n, text, bytes);
	seen->n += bytes;
	seen->text[seen->n] = '\0';
}

static void
note_record(struct seen *seen, const struct csv *csv)
{
	char line[32];

	note(seen, line, (size_t)snprintf(line, sizeof line, "%llu", (unsigned long long)csv_line(csv)));
	for (size_t i = 0; i < csv_fields(csv); i++) {
		note(seen, "|", 1);
		note(seen, (const char *)csv_field(csv, i).data, csv_field(csv, i).bytes);
	}
	note(seen, ";", 1);
}

static void
note_complaint(struct seen *seen, const struct csv *csv, const struct reason *why)
{
	char text[SENTENCE_BYTES_MAX + 32];

	note(seen, text, (size_t)snprintf(text, sizeof text, "!%llu:%s;", (unsigned long long)csv_line(csv), why->text));
}

/* Reads the text in pieces of `piece` bytes (0: of random sizes). */
static void
read_in_pieces(char separator, const char *text, size_t bytes, size_t piece, struct seen *seen)
{
	struct csv *csv;
	struct reason why;
	bool ready;

	seen->n = 0;
	seen->text[0] = '\0';
	assert_int_equal(csv_open(separator, &csv), STATUS_OK);
	for (size_t at = 0; at < bytes;) {
		size_t size = piece > 0 ? piece : 1 + any_below(7);
		if (size > bytes - at)
			size = bytes - at;
		size_t taken;
		enum status status = csv_feed(csv, (const uint8_t *)text + at, size, &taken, &ready, &why);
		assert_true(taken > 0 && taken <= size);
		at += taken;
		if (status != STATUS_OK)
			note_complaint(seen, csv, &why);
		else if (ready)
			note_record(seen, csv);
	}
	enum status status = csv_finish(csv, &ready, &why);
	if (status != STATUS_OK)
		note_complaint(seen, csv, &why);
	else if (ready)
		note_record(seen, csv);
	csv_close(&csv);
	assert_null(csv);
}

static struct seen seen, again;

static void
expect(const char *text, const char *expected)
{
	for (size_t piece = 0; piece <= 3; piece++) {
		read_in_pieces(',', text, strlen(text), piece, &seen);
		assert_string_equal(seen.text, expected);
	}
}

static void
test_what_is_allowed(void **state)
{
	(void)state;
	expect("", "");
	expect("a,b\n1,2\n", "1|a|b;2|1|2;");
	expect("a,b\r\n1,2\r\n", "1|a|b;2|1|2;");
	expect("a,b\n1,2", "1|a|b;2|1|2;");
	expect("a,b\n1,", "1|a|b;2|1|;");
	expect(",\n", "1||;");
	expect("\n\r\n\na\n", "4|a;");
	expect("\xEF\xBB\xBF"
	       "a,b\n",
	    "1|a|b;");
	expect("\xEF\xBB\xBF\n"
	       "a\n",
	    "2|a;");
	expect("\xEF\xBBx,b\n", "1|\xEF\xBBx|b;");
	expect("a\n\xEF\xBB\xBF"
	       "b\n",
	    "1|a;2|\xEF\xBB\xBF"
	    "b;");
	expect(" a , b \n", "1| a | b ;");
	expect("\"a\",\"\"\n\"\"\n", "1|a|;2|;");
	expect("\"\"\r\n", "1|;");
	expect("\"a,b\",\"say \"\"yes\"\"\"\n", "1|a,b|say \"yes\";");
	expect("\"two\nlines\",x\nnext\n", "1|two\nlines|x;3|next;");
	expect("\"two\r\nlines\"\r\nnext\r\n", "1|two\r\nlines;3|next;");
	expect("\"open at the end\"", "1|open at the end;");
}

static void
test_what_is_not(void **state)
{
	(void)state;
	expect("a\"b,c\nd\n", "!1:a quote stands within field 1; expected the whole field in quotes and the quote doubled;2|d;");
	expect("x,\"a\"b\nd\n",
	    "!1:behind the closing quote of field 2 stands more text; expected a separator or the line's end;2|d;");
	expect("a\rb\nc\n", "!1:a carriage return stands without a line feed; expected lines that end in LF or CRLF;2|c;");
	expect("\r\r\nc\n", "!1:a carriage return stands without a line feed; expected lines that end in LF or CRLF;2|c;");
	expect("a\r", "!1:a carriage return stands without a line feed; expected lines that end in LF or CRLF;");
	expect("ok\n\"one\ntwo\n", "1|ok;!2:the quote that opens on line 2 is never closed;");
	/* A wrong row takes no row with it, whatever its quotes say. */
	expect("\"a\"b,\"c\nd\n",
	    "!1:behind the closing quote of field 1 stands more text; expected a separator or the line's end;2|d;");
}

static void
test_separators(void **state)
{
	(void)state;
	read_in_pieces(';', "1,5;\"2;5\"\n", 10, 0, &seen);
	assert_string_equal(seen.text, "1|1,5|2;5;");
	read_in_pieces('\t', "a\tb c\n", 6, 0, &seen);
	assert_string_equal(seen.text, "1|a|b c;");
}

static void
expect_bound(const char *before, char filler, size_t fillers, const char *after, const char *expected)
{
	size_t bytes = strlen(before) + fillers + strlen(after);
	char *text = malloc(bytes + 1);
	assert_non_null(text);
	memcpy(text, before, strlen(before));
	memset(text + strlen(before), filler, fillers);
	memcpy(text + strlen(before) + fillers, after, strlen(after) + 1);
	read_in_pieces(',', text, bytes, 4096, &seen);
	free(text);
	if (expected == NULL)
		assert_null(strchr(seen.text, '!'));
	else
		assert_string_equal(seen.text, expected);
}

static void
test_bounds(void **state)
{
	(void)state;
	expect_bound("", 'x', CSV_FIELD_BYTES_MAX, "\nnext\n", NULL);
	expect_bound("", 'x', CSV_FIELD_BYTES_MAX + 1, "\nnext\n", "!1:field 1 is longer than 32768 bytes;2|next;");
	expect_bound("a\nb,\"", 'x', CSV_FIELD_BYTES_MAX + 1, "\nnext\n",
	    "1|a;!2:the quoted field that begins on line 2 is longer than 32768 bytes: is a quote left open?;3|next;");
	expect_bound("", ',', CSV_COLUMNS_MAX - 1, "\nnext\n", NULL);
	expect_bound("", ',', CSV_COLUMNS_MAX, "\nnext\n", "!1:the row has more than 1024 fields;2|next;");
	expect_bound("", ',', 10 * CSV_COLUMNS_MAX, "\nnext\n", "!1:the row has more than 1024 fields;2|next;");
}

static void
test_a_record_has_a_bound(void **state)
{
	(void)state;
	struct csv *csv;
	struct reason why;
	static uint8_t field[CSV_FIELD_BYTES_MAX];
	size_t taken, sum = 0;
	bool ready;

	memset(field, 'x', sizeof field);
	field[sizeof field - 1] = ',';
	assert_int_equal(csv_open(',', &csv), STATUS_OK);
	enum status status;
	do
		status = csv_feed(csv, field, sizeof field, &taken, &ready, &why);
	while (status == STATUS_OK && (sum += taken) < 2 * CSV_RECORD_BYTES_MAX);
	assert_int_equal(status, STATUS_TOO_LARGE);
	assert_string_equal(why.text, "the row is longer than 262144 bytes");
	csv_close(&csv);
}

/* Adds one field to what is written and to what is expected; how many lines it holds is added to *line. */
static void
write_field(struct seen *text, struct seen *expected, bool quotable, size_t *line)
{
	static const char *const parts[] = { "a", "煤", ",", "\"", "\n", "\r\n", " ", "" };
	size_t from = expected->n;

	note(expected, "|", 1);
	for (size_t k = any_below(6); k > 0; k--) {
		const char *part = parts[any_below(8)];
		note(expected, part, strlen(part));
	}
	const char *field = expected->text + from + 1;
	bool quoted = !quotable || any_chance(30) || strpbrk(field, ",\"\r\n") != NULL;
	note(text, "\"", quoted ? 1 : 0);
	for (; *field != '\0'; field++) {
		*line += *field == '\n';
		note(text, "\"", *field == '"' ? 1 : 0);
		note(text, field, 1);
	}
	note(text, "\"", quoted ? 1 : 0);
}

/* Writes random records with random quoting and line ends; what was written is what must be read. */
static void
write_random(struct seen *text, struct seen *expected)
{
	size_t line = 1;

	text->n = expected->n = 0;
	for (int record = 0; record < 12; record++) {
		char number[32];
		size_t fields = 1 + any_below(4);
		note(expected, number, (size_t)snprintf(number, sizeof number, "%zu", line));
		for (size_t f = 0; f < fields; f++) {
			note(text, ",", f == 0 ? 0 : 1);
			write_field(text, expected, fields > 1, &line);
		}
		note(expected, ";", 1);
		note(text, "\r\n", any_chance(50) ? 2 : 0);
		if (text->text[text->n - 1] != '\n')
			note(text, "\n", 1);
		line++;
	}
}

static void
test_random_records_come_back(void **state)
{
	(void)state;
	static struct seen text;

	for (int round = 0; round < 3000; round++) {
		write_random(&text, &again);
		read_in_pieces(',', text.text, text.n, 0, &seen);
		assert_string_equal(seen.text, again.text);
	}
}

static void
test_random_bytes_read_alike_in_any_pieces(void **state)
{
	(void)state;
	static const char alphabet[] = "a,\"\n\r\xEF\xBB\xBF";
	char text[64];

	for (int round = 0; round < 20000; round++) {
		size_t bytes = any_below(sizeof text);
		for (size_t i = 0; i < bytes; i++)
			text[i] = alphabet[any_below(sizeof alphabet - 1)];
		read_in_pieces(',', text, bytes, sizeof text, &seen);
		read_in_pieces(',', text, bytes, 0, &again);
		assert_string_equal(seen.text, again.text);
	}
}

int
main(void)
{
	any_begin();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_allowed),
		cmocka_unit_test(test_what_is_not),
		cmocka_unit_test(test_separators),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_a_record_has_a_bound),
		cmocka_unit_test(test_random_records_come_back),
		cmocka_unit_test(test_random_bytes_read_alike_in_any_pieces),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
