/* The form of copytext.h. */
#include "copytext.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"

enum { ROOM_FIRST = 64 * 1024 };

void
copytext_close(struct copytext *text)
{
	free(text->bytes);
	*text = (struct copytext){ 0 };
}

void
copytext_empty(struct copytext *text)
{
	text->used = text->rows = 0;
	text->in_row = text->no_memory = false;
}

static char *
room_for(struct copytext *text, size_t n)
{
	if (text->no_memory)
		return NULL;
	if (text->room - text->used < n) {
		size_t room = text->room == 0 ? ROOM_FIRST : text->room;
		while (room - text->used < n)
			room *= 2;
		char *more = realloc(text->bytes, room);
		if (more == NULL) {
			text->no_memory = true;
			return NULL;
		}
		text->bytes = more;
		text->room = room;
	}
	return text->bytes + text->used;
}

static void
put(struct copytext *text, const char *bytes, size_t n)
{
	char *at = room_for(text, n);
	if (at == NULL)
		return;
	memcpy(at, bytes, n);
	text->used += n;
}

static void
begin_cell(struct copytext *text)
{
	if (text->in_row)
		put(text, "\t", 1);
	text->in_row = true;
}

/* Checked text holds no control characters; what does all the same is escaped. A NUL cannot be in a text of PostgreSQL. */
static void
put_escaped(struct copytext *text, struct span value)
{
	char *at = room_for(text, 2 * value.bytes);
	if (at == NULL)
		return;
	for (size_t i = 0; i < value.bytes; i++) {
		char c = (char)value.data[i];
		if (c == '\0')
			continue;
		if (c == '\\' || c == '\t' || c == '\n' || c == '\r') {
			*at++ = '\\';
			c = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c;
		}
		*at++ = c;
	}
	text->used = (size_t)(at - text->bytes);
}

void
copytext_null(struct copytext *text)
{
	begin_cell(text);
	put(text, "\\N", 2);
}

void
copytext_some(struct copytext *text, struct span value)
{
	begin_cell(text);
	if (value.bytes > 0)
		put_escaped(text, value);
}

void
copytext_span(struct copytext *text, struct span value)
{
	if (value.bytes == 0)
		copytext_null(text);
	else
		copytext_some(text, value);
}

void
copytext_string(struct copytext *text, const char *value)
{
	if (value == NULL)
		copytext_null(text);
	else
		copytext_some(text, (struct span){ (const uint8_t *)value, strlen(value) });
}

void
copytext_number(struct copytext *text, int64_t value)
{
	char digits[24];
	int n = snprintf(digits, sizeof digits, "%" PRId64, value);
	begin_cell(text);
	put(text, digits, (size_t)n);
}

void
copytext_bool(struct copytext *text, bool value)
{
	begin_cell(text);
	put(text, value ? "t" : "f", 1);
}

/* So many digits of a number; returns behind them. Half of a row is times: printf would take as long as all the rest. */
static char *
put_digits(char *at, unsigned value, unsigned digits)
{
	for (unsigned i = digits; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + digits;
}

static char *
put_day(char *at, int64_t day)
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	at = put_digits(at, (unsigned)year, 4);
	*at++ = '-';
	at = put_digits(at, (unsigned)month, 2);
	*at++ = '-';
	return put_digits(at, (unsigned)dom, 2);
}

void
copytext_day(struct copytext *text, int64_t day)
{
	char iso[16];
	begin_cell(text);
	put(text, iso, (size_t)(put_day(iso, day) - iso));
}

void
copytext_time(struct copytext *text, int64_t utc_ms)
{
	char iso[32], *at = iso;
	int64_t day = civil_day_of_ms(utc_ms);
	unsigned ms = (unsigned)(utc_ms - day * CIVIL_MS_PER_DAY);
	at = put_day(at, day);
	*at++ = 'T';
	at = put_digits(at, ms / 3600000, 2);
	*at++ = ':';
	at = put_digits(at, ms / 60000 % 60, 2);
	*at++ = ':';
	at = put_digits(at, ms / 1000 % 60, 2);
	*at++ = '.';
	at = put_digits(at, ms % 1000, 3);
	*at++ = 'Z';
	begin_cell(text);
	put(text, iso, (size_t)(at - iso));
}

void
copytext_end(struct copytext *text)
{
	put(text, "\n", 1);
	text->in_row = false;
	text->rows++;
}

void
copytext_raw(struct copytext *text, const char *value)
{
	put(text, value, strlen(value) + 1);
	if (!text->no_memory)
		text->used--; /* its end stands behind, for whoever reads it as a string */
}

void
copytext_element(struct copytext *text, const char *value, bool first)
{
	if (!first)
		put(text, ",", 1);
	put(text, "\"", 1);
	for (const char *c = value; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			put(text, "\\", 1);
		put(text, c, 1);
	}
	put(text, "\"", 1);
}
