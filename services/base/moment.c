/* The forms of moment.h, as a table of their parts. Pure. */
#include "moment.h"

#include <assert.h>
#include <string.h>

#include "civil.h"

enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, MILLI, PARTS };

struct token {
	const char *letters;
	int part; /* PARTS: the zone */
	int digits_min;
	int digits_max;
};

/* Longer ones first, so that MM is not read as M and M. */
static const struct token tokens[] = {
	{ "zone", PARTS, 0, 0 },
	{ "YYYY", YEAR, 4, 4 },
	{ "fff", MILLI, 3, 3 },
	{ "MM", MONTH, 2, 2 },
	{ "DD", DAY, 2, 2 },
	{ "hh", HOUR, 2, 2 },
	{ "mm", MINUTE, 2, 2 },
	{ "ss", SECOND, 2, 2 },
	{ "M", MONTH, 1, 2 },
	{ "D", DAY, 1, 2 },
	{ "h", HOUR, 1, 2 },
};

/* What has been read of a text so far. */
struct reading {
	struct span text;
	size_t at;
	int part[PARTS];
	bool zoned;
	int32_t offset_minutes;
};

static const struct token *
token_at(const char *form)
{
	for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++)
		if (strncmp(form, tokens[i].letters, strlen(tokens[i].letters)) == 0)
			return &tokens[i];
	return NULL;
}

static bool
read_number(struct reading *r, int digits_min, int digits_max, int *out)
{
	int value = 0, n = 0;

	while (n < digits_max && r->at < r->text.bytes && r->text.data[r->at] >= '0' && r->text.data[r->at] <= '9') {
		value = value * 10 + (r->text.data[r->at] - '0');
		r->at++;
		n++;
	}
	if (n < digits_min)
		return false;
	*out = value;
	return true;
}

static bool
read_sign(struct reading *r, char sign)
{
	if (r->at == r->text.bytes || r->text.data[r->at] != (uint8_t)sign)
		return false;
	r->at++;
	return true;
}

/* Z, +08:00, -0530 or +08; at most 14 hours. */
static bool
read_zone(struct reading *r)
{
	int hours, minutes = 0;

	r->zoned = true;
	r->offset_minutes = 0;
	if (read_sign(r, 'Z'))
		return true;
	bool west = read_sign(r, '-');
	if (!west && !read_sign(r, '+'))
		return false;
	if (!read_number(r, 2, 2, &hours))
		return false;
	bool colon = read_sign(r, ':');
	bool digit = r->at < r->text.bytes && r->text.data[r->at] >= '0' && r->text.data[r->at] <= '9';
	if ((colon || digit) && !read_number(r, 2, 2, &minutes))
		return false;
	if (hours > 14 || minutes > 59 || hours * 60 + minutes > 14 * 60)
		return false;
	r->offset_minutes = (west ? -1 : 1) * (hours * 60 + minutes);
	return true;
}

static bool
read_picture(struct reading *r, const char *form)
{
	while (*form != '\0') {
		const struct token *token = token_at(form);
		if (token == NULL) {
			if (!read_sign(r, *form++))
				return false;
			continue;
		}
		if (token->part == PARTS ? !read_zone(r)
					 : !read_number(r, token->digits_min, token->digits_max, &r->part[token->part]))
			return false;
		form += strlen(token->letters);
	}
	return r->at == r->text.bytes;
}

/* Thousandths from any number of digits after the point; what is finer is cut off. */
static bool
read_fraction(struct reading *r)
{
	int digit, n = 0;

	for (; read_number(r, 1, 1, &digit); n++)
		if (n < 3)
			r->part[MILLI] = r->part[MILLI] * 10 + digit;
	for (int i = n; i < 3; i++)
		r->part[MILLI] *= 10;
	return n > 0;
}

static bool
read_iso(struct reading *r)
{
	if (!read_number(r, 4, 4, &r->part[YEAR]) || !read_sign(r, '-') || !read_number(r, 2, 2, &r->part[MONTH]) ||
	    !read_sign(r, '-') || !read_number(r, 2, 2, &r->part[DAY]))
		return false;
	if (r->at == r->text.bytes)
		return true;
	if (!read_sign(r, 'T') && !read_sign(r, ' '))
		return false;
	if (!read_number(r, 2, 2, &r->part[HOUR]) || !read_sign(r, ':') || !read_number(r, 2, 2, &r->part[MINUTE]))
		return false;
	if (read_sign(r, ':')) {
		if (!read_number(r, 2, 2, &r->part[SECOND]))
			return false;
		if (read_sign(r, '.') && !read_fraction(r))
			return false;
	}
	return r->at == r->text.bytes || (read_zone(r) && r->at == r->text.bytes);
}

/* A whole number of seconds or milliseconds since 1970. Nothing near 18 digits can be dated, so there is no overflow to fear. */
static enum status
parse_unix(struct span text, bool seconds, int64_t *out_ms, struct reason *why)
{
	bool negative = text.bytes > 0 && text.data[0] == '-';
	int64_t value = 0;

	if (text.bytes == (negative ? 1u : 0u) || text.bytes > 15)
		return reason_say(why, STATUS_SYNTAX, "%s since 1970", seconds ? "seconds" : "milliseconds");
	for (size_t i = negative; i < text.bytes; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return reason_say(why, STATUS_SYNTAX, "%s since 1970", seconds ? "seconds" : "milliseconds");
		value = value * 10 + (text.data[i] - '0');
	}
	value *= (negative ? -1 : 1) * (seconds ? 1000 : 1);
	if (value < TIME_MS_LOWEST || value > TIME_MS_HIGHEST)
		return reason_say(why, STATUS_OUT_OF_RANGE, "a time within 1900 … 2199");
	*out_ms = value;
	return STATUS_OK;
}

/* Days that do not exist come back as another date: that is how they are found. */
static bool
exists(const int part[PARTS])
{
	int year, month, day;

	if (part[YEAR] < 1900 || part[YEAR] > 2199 || part[MONTH] < 1 || part[MONTH] > 12 || part[DAY] < 1 || part[DAY] > 31)
		return false;
	if (part[HOUR] > 23 || part[MINUTE] > 59 || part[SECOND] > 59)
		return false;
	civil_date(civil_day(part[YEAR], part[MONTH], part[DAY]), &year, &month, &day);
	return year == part[YEAR] && month == part[MONTH] && day == part[DAY];
}

enum status
moment_parse(struct span text, const char *form, const int32_t *offset_minutes, int64_t *out_ms, struct reason *why)
{
	struct reading r = { .text = text };
	bool iso = strcmp(form, "iso") == 0;

	if (strcmp(form, "unix_s") == 0 || strcmp(form, "unix_ms") == 0)
		return parse_unix(text, strcmp(form, "unix_s") == 0, out_ms, why);
	if (iso ? !read_iso(&r) : !read_picture(&r, form))
		return reason_say(why, STATUS_SYNTAX, "a time in the form %s", iso ? "2015-01-31T08:05:00+08:00" : form);
	if (!exists(r.part))
		return reason_say(why, STATUS_OUT_OF_RANGE, "a day and an hour that exist, within 1900 … 2199");
	if (!r.zoned && offset_minutes == NULL)
		return reason_say(why, STATUS_SYNTAX, "a time with its zone (such as +08:00), because the mapping gives no offset");
	int64_t ms = civil_day(r.part[YEAR], r.part[MONTH], r.part[DAY]) * CIVIL_MS_PER_DAY + r.part[HOUR] * CIVIL_MS_PER_HOUR +
	    r.part[MINUTE] * INT64_C(60000) + r.part[SECOND] * INT64_C(1000) + r.part[MILLI];
	ms -= (r.zoned ? r.offset_minutes : *offset_minutes) * INT64_C(60000);
	if (ms < TIME_MS_LOWEST || ms > TIME_MS_HIGHEST)
		return reason_say(why, STATUS_OUT_OF_RANGE, "a time within 1900 … 2199");
	*out_ms = ms;
	return STATUS_OK;
}

enum status
moment_form(const char *form, enum moment_zone *zone, struct reason *why)
{
	bool part[PARTS + 1] = { false };

	if (strcmp(form, "unix_s") == 0 || strcmp(form, "unix_ms") == 0 || strcmp(form, "iso") == 0) {
		*zone = form[0] == 'i' ? MOMENT_ZONE_MAY : MOMENT_ZONE_ALWAYS;
		return STATUS_OK;
	}
	for (const char *at = form; *at != '\0' && strlen(form) <= MOMENT_FORM_BYTES_MAX;) {
		const struct token *token = token_at(at);
		if (token != NULL && part[token->part])
			return reason_say(why, STATUS_SYNTAX, "each part once, but '%s' stands twice", token->letters);
		if (token != NULL)
			part[token->part] = true;
		at += token == NULL ? 1 : strlen(token->letters);
	}
	if (!part[YEAR] || !part[MONTH] || !part[DAY])
		return reason_say(why, STATUS_SYNTAX,
		    "iso, unix_s, unix_ms, or YYYY, MM and DD (with hh, mm, ss, fff, zone as needed)");
	*zone = part[PARTS] ? MOMENT_ZONE_ALWAYS : MOMENT_ZONE_NEVER;
	return STATUS_OK;
}
