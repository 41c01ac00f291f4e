/* The machine of csv.h: one byte, one step. A csv is one allocation, its record within it. */
#include "csv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * Between bytes the reader is in one of these places. A record's text is gathered without its quotes in `text`; `end[i]` is
 * where field i ends in it.
 */
enum place {
	BEFORE_RECORD,
	BEFORE_FIELD, /* behind a separator */
	IN_PLAIN,
	IN_QUOTES,
	BEHIND_QUOTE,  /* behind a quote within quotes: the field's end, or a doubled quote */
	BEHIND_RETURN, /* only LF may follow */
	BLANK_RETURN,  /* the same, on a line with nothing else */
	IN_WASTE,      /* what is left of a wrong line */
};

struct csv {
	char separator;
	enum place place;
	uint64_t line;        /* on which the next byte stands */
	uint64_t record_line; /* on which the record began */
	uint64_t quote_line;  /* on which the open quote stands */
	size_t mark_bytes;    /* how much of a BOM has been seen; 3: it is decided */
	size_t text_bytes;
	size_t fields;
	size_t end[CSV_COLUMNS_MAX];
	uint8_t text[CSV_RECORD_BYTES_MAX];
};

static const uint8_t byte_order_mark[3] = { 0xEF, 0xBB, 0xBF };

enum status
csv_open(char separator, struct csv **out)
{
	assert(separator == ',' || separator == ';' || separator == '|' || separator == '\t');
	struct csv *csv = malloc(sizeof *csv);
	if (csv == NULL)
		return STATUS_NO_MEMORY;
	csv->separator = separator;
	csv->place = BEFORE_RECORD;
	csv->line = csv->record_line = csv->quote_line = 1;
	csv->mark_bytes = csv->text_bytes = csv->fields = 0;
	*out = csv;
	return STATUS_OK;
}

void
csv_close(struct csv **csv)
{
	free(*csv);
	*csv = NULL;
}

size_t
csv_fields(const struct csv *csv)
{
	return csv->fields;
}

struct span
csv_field(const struct csv *csv, size_t i)
{
	assert(i < csv->fields);
	size_t begin = i == 0 ? 0 : csv->end[i - 1];
	return (struct span){ csv->text + begin, csv->end[i] - begin };
}

uint64_t
csv_line(const struct csv *csv)
{
	return csv->record_line;
}

static size_t
field_begin(const struct csv *csv)
{
	return csv->fields == 0 ? 0 : csv->end[csv->fields - 1];
}

static enum status
keep(struct csv *csv, uint8_t byte, struct reason *why)
{
	if (csv->text_bytes - field_begin(csv) == CSV_FIELD_BYTES_MAX) {
		if (csv->place == IN_QUOTES)
			return reason_say(why, STATUS_TOO_LARGE,
			    "the quoted field that begins on line %llu is longer than %d bytes: is a quote left open?",
			    (unsigned long long)csv->quote_line, CSV_FIELD_BYTES_MAX);
		return reason_say(why, STATUS_TOO_LARGE, "field %zu is longer than %d bytes", csv->fields + 1, CSV_FIELD_BYTES_MAX);
	}
	if (csv->text_bytes == CSV_RECORD_BYTES_MAX)
		return reason_say(why, STATUS_TOO_LARGE, "the row is longer than %d bytes", CSV_RECORD_BYTES_MAX);
	csv->text[csv->text_bytes++] = byte;
	return STATUS_OK;
}

static enum status
end_field(struct csv *csv, struct reason *why)
{
	if (csv->fields == CSV_COLUMNS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "the row has more than %d fields", CSV_COLUMNS_MAX);
	csv->end[csv->fields++] = csv->text_bytes;
	return STATUS_OK;
}

static enum status
end_record(struct csv *csv, bool *ready, struct reason *why)
{
	enum status status = end_field(csv, why);
	if (status != STATUS_OK)
		return status;
	csv->place = BEFORE_RECORD;
	*ready = true;
	return STATUS_OK;
}

static enum status
lone_return(struct reason *why)
{
	return reason_say(why, STATUS_SYNTAX,
	    "a carriage return stands without a line feed; expected lines that end in LF or CRLF");
}

/* What a byte means where no quote is open: at a field's begin, within a plain one, or behind a closed one. */
static enum status
outside_quotes(struct csv *csv, uint8_t byte, bool *ready, struct reason *why)
{
	if (byte == (uint8_t)csv->separator) {
		csv->place = BEFORE_FIELD;
		return end_field(csv, why);
	}
	if (byte == '\n')
		return end_record(csv, ready, why);
	if (byte == '\r') {
		csv->place = BEHIND_RETURN;
		return STATUS_OK;
	}
	if (csv->place == BEHIND_QUOTE)
		return reason_say(why, STATUS_SYNTAX,
		    "behind the closing quote of field %zu stands more text; expected a separator or the line's end",
		    csv->fields + 1);
	if (byte == '"' && csv->place == IN_PLAIN)
		return reason_say(why, STATUS_SYNTAX,
		    "a quote stands within field %zu; expected the whole field in quotes and the quote doubled", csv->fields + 1);
	if (byte == '"') {
		csv->place = IN_QUOTES;
		csv->quote_line = csv->line;
		return STATUS_OK;
	}
	csv->place = IN_PLAIN;
	return keep(csv, byte, why);
}

static enum status
step(struct csv *csv, uint8_t byte, bool *ready, struct reason *why)
{
	switch (csv->place) {
	case BEFORE_RECORD:
		csv->fields = csv->text_bytes = 0;
		csv->record_line = csv->line;
		if (byte == '\n')
			return STATUS_OK;
		if (byte == '\r') {
			csv->place = BLANK_RETURN;
			return STATUS_OK;
		}
		return outside_quotes(csv, byte, ready, why);
	case IN_QUOTES:
		if (byte != '"')
			return keep(csv, byte, why);
		csv->place = BEHIND_QUOTE;
		return STATUS_OK;
	case BEHIND_QUOTE:
		if (byte != '"')
			return outside_quotes(csv, byte, ready, why);
		csv->place = IN_QUOTES;
		return keep(csv, byte, why);
	case BEHIND_RETURN:
	case BLANK_RETURN:
		if (byte != '\n')
			return lone_return(why);
		if (csv->place == BEHIND_RETURN)
			return end_record(csv, ready, why);
		csv->place = BEFORE_RECORD;
		return STATUS_OK;
	case IN_WASTE:
		if (byte == '\n')
			csv->place = BEFORE_RECORD;
		return STATUS_OK;
	case BEFORE_FIELD:
	case IN_PLAIN:
		return outside_quotes(csv, byte, ready, why);
	}
	assert(false);
	return STATUS_SYNTAX;
}

/* Skips a BOM at the very front. What turns out to be none was text of the first field: given back through step. */
static enum status
front(struct csv *csv, uint8_t byte, bool *ready, struct reason *why)
{
	if (byte == byte_order_mark[csv->mark_bytes]) {
		csv->mark_bytes++;
		return STATUS_OK;
	}
	size_t seen = csv->mark_bytes;
	csv->mark_bytes = sizeof byte_order_mark;
	for (size_t i = 0; i < seen; i++) {
		enum status status = step(csv, byte_order_mark[i], ready, why);
		assert(status == STATUS_OK && !*ready);
	}
	return step(csv, byte, ready, why);
}

enum status
csv_feed(struct csv *csv, const uint8_t *data, size_t bytes, size_t *taken, bool *ready, struct reason *why)
{
	*ready = false;
	for (size_t i = 0; i < bytes; i++) {
		enum status status =
		    csv->mark_bytes < sizeof byte_order_mark ? front(csv, data[i], ready, why) : step(csv, data[i], ready, why);
		if (data[i] == '\n')
			csv->line++;
		if (status != STATUS_OK) {
			csv->place = data[i] == '\n' ? BEFORE_RECORD : IN_WASTE;
			*taken = i + 1;
			return status;
		}
		if (*ready) {
			*taken = i + 1;
			return STATUS_OK;
		}
	}
	*taken = bytes;
	return STATUS_OK;
}

enum status
csv_finish(struct csv *csv, bool *ready, struct reason *why)
{
	enum place place = csv->place;

	*ready = false;
	csv->place = BEFORE_RECORD;
	if (place == BEFORE_RECORD || place == IN_WASTE)
		return STATUS_OK;
	if (place == IN_QUOTES)
		return reason_say(why, STATUS_SYNTAX, "the quote that opens on line %llu is never closed",
		    (unsigned long long)csv->quote_line);
	if (place == BEHIND_RETURN || place == BLANK_RETURN)
		return lone_return(why);
	return end_record(csv, ready, why);
}
