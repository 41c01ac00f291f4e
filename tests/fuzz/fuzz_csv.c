/*
 * CSV, fed whole and fed in pieces: the same records and the same complaints, on the same lines. What is read and written by the
 * rules of RFC 4180 is read again as it was.
 *
 * reads: tools/csv.c
 */
#include "csv.h"
#include "fuzz.h"

enum { OUT_BYTES = 4 * 1024 * 1024 };

/* All that a reading gave, as text: fields in quotes, complaints behind their line. */
struct copy {
	char *text;
	size_t n;
	size_t complaints;
};

static void
put(struct copy *copy, const void *bytes, size_t n)
{
	fuzz_holds(copy->n + n <= OUT_BYTES);
	if (n > 0)
		memcpy(copy->text + copy->n, bytes, n);
	copy->n += n;
}

static void
put_field(struct copy *copy, struct span field)
{
	put(copy, "\"", 1);
	for (size_t i = 0; i < field.bytes; i++)
		put(copy, field.data[i] == '"' ? "\"\"" : (const char *)&field.data[i], field.data[i] == '"' ? 2 : 1);
	put(copy, "\"", 1);
}

static void
put_record(struct copy *copy, const struct csv *csv, char separator)
{
	fuzz_holds(csv_fields(csv) > 0 && csv_line(csv) > 0);
	for (size_t i = 0; i < csv_fields(csv); i++) {
		if (i > 0)
			put(copy, &separator, 1);
		put_field(copy, csv_field(csv, i));
	}
	put(copy, "\n", 1);
}

static void
hear(struct copy *copy, const struct csv *csv, char separator, enum status s, bool ready, struct reason *why)
{
	char line[SENTENCE_BYTES_MAX + 32];
	if (s == STATUS_OK && ready)
		put_record(copy, csv, separator);
	if (s == STATUS_OK)
		return;
	fuzz_holds(status_consequence(s) == REFUSE && why->text[0] != '\0');
	copy->complaints++;
	put(copy, line, (size_t)snprintf(line, sizeof line, "%llu: %s\n", (unsigned long long)csv_line(csv), why->text));
}

/* `into` is one of two places. */
static struct copy
read_all(const uint8_t *data, size_t bytes, char separator, size_t piece, int into)
{
	static char text[2][OUT_BYTES];
	struct copy copy = { text[into], 0, 0 };
	struct csv *csv = NULL;
	struct reason why = { "" };
	bool ready = false;
	fuzz_holds(csv_open(separator, &csv) == STATUS_OK);
	for (size_t at = 0; at < bytes;) {
		size_t n = bytes - at < piece ? bytes - at : piece, taken = 0;
		ready = false;
		enum status s = csv_feed(csv, data + at, n, &taken, &ready, &why);
		fuzz_holds(taken <= n && (taken > 0 || ready || s != STATUS_OK));
		hear(&copy, csv, separator, s, ready, &why);
		at += taken;
	}
	ready = false;
	enum status s = csv_finish(csv, &ready, &why);
	hear(&copy, csv, separator, s, ready, &why);
	csv_close(&csv);
	return copy;
}

static void
same(struct copy a, struct copy b)
{
	fuzz_holds(a.n == b.n && memcmp(a.text, b.text, a.n) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct span input = { data, bytes };
	unsigned how = fuzz_byte(&input);
	char separator = ",;|\t"[how % 4];
	struct copy whole = read_all(input.data, input.bytes, separator, SIZE_MAX, 0);
	same(whole, read_all(input.data, input.bytes, separator, 1 + how / 4, 1));
	if (whole.complaints == 0)
		same(whole, read_all((const uint8_t *)whole.text, whole.n, separator, SIZE_MAX, 1));
	return 0;
}
