/* Files of events: what each reader gives out and says, and where; that encodings and the ends of buffers make no difference. */
#include "check.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"

#include "byte_source.h"
#include "event_file.h"

enum { TEXT_BYTES = 4 * 1024 * 1024, SAID_BYTES = 4096 };

#define RELEASED(no) "{\"occurred_at_ms\": \"1738281600000\", \"port\": \"ceke\", \"batchNo\": \"" no "\", \"released\": {}}"

static const char plan[] = "time: { offset: \"+08:00\" }\noccurred_at: \"{at}\"\nport: ceke\nbatch_no: \"{no}\"\n"
			   "events:\n- event: released\n  office: \"{office}\"\n- event: manifest_deleted\n  reason: \"{why}\"\n";

static char folder[FOLDER_BYTES];
static char path[FOLDER_BYTES + 16];

static void
write_file(const void *data, size_t bytes)
{
	snprintf(path, sizeof path, "%s/file", folder);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, bytes, file), bytes);
	assert_int_equal(fclose(file), 0);
}

/* "LINE " for each event, "LINE!sentence;" for each complaint; and a sum over all bytes. */
static uint64_t
read_file(const char *yaml, char said[SAID_BYTES], size_t *events)
{
	struct mapping *mapping = NULL;
	struct event_file *file;
	struct file_event event;
	struct reason why = { "" };
	uint64_t sum = 0;
	size_t n = 0;

	if (yaml != NULL && mapping_open_text("m.yaml", yaml, strlen(yaml), &mapping, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	assert_int_equal(event_file_open(path, mapping, &file, &why), STATUS_OK);
	*events = 0;
	said[0] = '\0';
	for (;;) {
		enum status status = event_file_next(file, &event, &why);
		if (status == STATUS_OK && event.end)
			break;
		assert_int_not_equal(status_consequence(status), STOP);
		*events += status == STATUS_OK;
		for (size_t i = 0; status == STATUS_OK && i < event.bytes.bytes; i++)
			sum = sum * 31 + event.bytes.data[i];
		if (n + SENTENCE_BYTES_MAX + 32 < SAID_BYTES)
			n += (size_t)snprintf(said + n, SAID_BYTES - n, "%llu%s%s%s", (unsigned long long)event.line,
			    status == STATUS_OK ? " " : "!", status == STATUS_OK ? "" : why.text, status == STATUS_OK ? "" : ";");
	}
	event_file_close(&file);
	mapping_close(&mapping);
	return sum;
}

static void
expect(const char *yaml, const char *text, const char *expected)
{
	char said[SAID_BYTES];
	size_t events;

	write_file(text, strlen(text));
	read_file(yaml, said, &events);
	assert_string_equal(said, expected);
}

static void
test_lines_of_json(void **state)
{
	(void)state;
	expect(NULL, "", "");
	expect(NULL, "\n\r\n \t \n", "");
	expect(NULL, RELEASED("a") "\n" RELEASED("b") "\r\n\n" RELEASED("c"), "1 2 4 ");
	expect(NULL, "\xEF\xBB\xBF" RELEASED("a") "\n", "1 ");
	expect(NULL, "{\n" RELEASED("a") "\n",
	    "1!not JSON at column 1: string or '}' expected near end of file; expected one event, such as {\"port\": \"ceke\", "
	    "…};2 ");
	expect(NULL, "{\"port\": \"a\", \"port\": \"b\"}\n" RELEASED("a"),
	    "1!not JSON at column 20: duplicate object key near '\"port\"'; expected one event, such as {\"port\": \"ceke\", "
	    "…};2 ");
}

static void
test_a_line_has_a_bound(void **state)
{
	(void)state;
	char said[SAID_BYTES];
	size_t events, bytes = BYTE_SOURCE_LINE_BYTES_MAX + 10;
	char *text = calloc(1, TEXT_BYTES);

	assert_non_null(text);
	memset(text, 'x', bytes);
	snprintf(text + bytes, TEXT_BYTES - bytes, "\n%s\n", RELEASED("a"));
	write_file(text, strlen(text));
	read_file(NULL, said, &events);
	assert_string_equal(said, "1!the line is longer than 1048576 bytes;2 ");
	free(text);
}

static void
test_rows_of_a_spreadsheet(void **state)
{
	(void)state;
	expect(plan, "", "");
	expect(plan, "at,no,office,why\n2025-01-31,a,o,w\n\n,,,\n2025-01-31,b,\"two\nlines\",w\n2025-01-31,c,o,w", "2 2 5 5 7 7 ");
	/* A row is taken whole or not at all: its second event is the wrong one. */
	expect(plan,
	    "at,no,office,why\n2025-01-31,a,o,w\n2025-01-31,b,o,w,x\n2025-01-31,b,\"o\"x,w\n2025-01-31,c,o,\x01\n2025-01-31,d,o,"
	    "w\n",
	    "2 2 3!5 fields, expected 4 as in the header;"
	    "4!behind the closing quote of field 3 stands more text; expected a separator or the line's end;"
	    "5!column 'why' is no text (in UTF-8, or the encoding that the mapping says) or holds control characters;6 6 ");
	expect(plan, "at,no,office\n2025-01-31,a,o\n2025-01-31,b,o\n",
	    "1!no column 'why', which the mapping asks for on line 9; there are: at, no, office;");
	char later[1024];
	snprintf(later, sizeof later, "file: { header_line: 3, separator: semicolon }\n%s", plan);
	expect(later, "A list, with a title\n\nat;no;office;why\n2025-01-31;a;o;w\n", "4 4 ");
	snprintf(later, sizeof later,
	    "file: { header_line: 0 }\noccurred_at: \"{1}Z\"\nport: \"{2}\"\nbatch_no: \"{3}\"\nevents: [ { event: released } ]\n");
	expect(later, "2025-01-31T00:00,ceke,a\n2025-01-31T00:00,ceke,b\n", "1 2 ");
}

/* Writes the text in another encoding. */
static void
write_in(const char *encoding, const char *text)
{
	char *in = (char *)(uintptr_t)text, *coded = malloc(TEXT_BYTES), *out = coded;
	size_t left = strlen(text), room = TEXT_BYTES;
	iconv_t machine = iconv_open(encoding, "UTF-8");

	assert_non_null(coded);
	assert_true(machine != (iconv_t)-1);
	assert_int_equal(iconv(machine, &in, &left, &out, &room), 0);
	iconv_close(machine);
	write_file(coded, (size_t)(out - coded));
	free(coded);
}

/* More than one buffer of rows, whose characters fall on the buffers' ends in every way. */
static void
test_encodings(void **state)
{
	(void)state;
	static const char *const encodings[] = { "utf-8", "gb18030", "utf-16", "windows-1251" };
	char said[SAID_BYTES], yaml[1024];
	char *text = malloc(TEXT_BYTES);
	size_t n = 0, events, rows = 0;
	uint64_t first = 0;

	assert_non_null(text);
	n += (size_t)snprintf(text, TEXT_BYTES, "at,no,office,why\n");
	for (; n < 1400000; rows++)
		n += (size_t)snprintf(text + n, TEXT_BYTES - n, "2025-01-31,Б-%zu,Гашуун,%.*s\n", rows, (int)(rows % 7), "xxxxxxx");
	for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
		write_in(encodings[i], text);
		snprintf(yaml, sizeof yaml, "file: { encoding: %s }\n%s", encodings[i], plan);
		uint64_t sum = read_file(yaml, said, &events);
		assert_int_equal(events, 2 * rows);
		first = i == 0 ? sum : first;
		assert_int_equal(sum, first);
	}
	free(text);
}

static void
test_what_is_no_character(void **state)
{
	(void)state;
	char yaml[1024];

	snprintf(yaml, sizeof yaml, "file: { encoding: gb18030 }\n%s", plan);
	expect(yaml, "at,no,office,why\n2025-01-31,a,\xB2\xDF\xBF\xCB,w\n2025-01-31,b,\xFF,w\n2025-01-31,c,o,\xB2",
	    "2 2 3!column 'office' is no text (in UTF-8, or the encoding that the mapping says) or holds control characters;"
	    "4!column 'why' is no text (in UTF-8, or the encoding that the mapping says) or holds control characters;");
	expect(plan, "at,no,\xB2\xDF\xBF\xCB,why\n",
	    "1!the header is not text in utf-8; the mapping can say another encoding, as in  file: { encoding: gb18030 };");
}

static void
test_a_file_that_is_not_there(void **state)
{
	(void)state;
	struct event_file *file = NULL;
	struct file_event event;
	struct reason why;

	assert_int_equal(event_file_open("/nonexistent/x", NULL, &file, &why), STATUS_SYSTEM);
	assert_string_equal(why.text, "/nonexistent/x: No such file or directory");
	assert_null(file);
	assert_int_equal(event_file_open(folder, NULL, &file, &why), STATUS_OK);
	assert_int_equal(event_file_next(file, &event, &why), STATUS_SYSTEM);
	event_file_close(&file);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_of_json),
		cmocka_unit_test(test_a_line_has_a_bound),
		cmocka_unit_test(test_rows_of_a_spreadsheet),
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_what_is_no_character),
		cmocka_unit_test(test_a_file_that_is_not_there),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
