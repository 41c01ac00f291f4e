/* One document or many lines of them, over jansson. A document of one value may stand on many lines, as people write it. */
#include "vda5050_read.h"

#include <math.h>
#include <string.h>

enum { UNREADABLE_MAX = 20 };

/* The next value of a document: the whole of it where that is one value, else line by line. */
struct read {
	struct span rest;
	size_t line;
};

static void
read_begin(struct read *read, struct span document)
{
	if (document.bytes >= 3 && memcmp(document.data, "\xEF\xBB\xBF", 3) == 0)
		document = (struct span){ document.data + 3, document.bytes - 3 };
	*read = (struct read){ .rest = document };
}

static json_t *
load(struct span text, struct reason *why)
{
	json_error_t error;
	json_t *json = NULL;
	if (text.bytes > READ_BYTES_MAX)
		reason_write(why, "it has %zu bytes; expected at most %d", text.bytes, READ_BYTES_MAX);
	else if ((json = json_loadb((const char *)text.data, text.bytes, JSON_REJECT_DUPLICATES, &error)) == NULL)
		reason_write(why, "it is no JSON: %s at byte %d", error.text, error.position);
	return json;
}

static bool
is_blank(struct span text)
{
	for (size_t i = 0; i < text.bytes; i++)
		if (strchr(" \t\r\n", text.data[i]) == NULL || text.data[i] == '\0')
			return false;
	return true;
}

static struct span
next_line(struct read *read)
{
	const uint8_t *end = memchr(read->rest.data, '\n', read->rest.bytes);
	struct span line = { read->rest.data, end != NULL ? (size_t)(end - read->rest.data) : read->rest.bytes };
	size_t taken = line.bytes + (end != NULL);
	read->rest = (struct span){ read->rest.data + taken, read->rest.bytes - taken };
	read->line++;
	return line;
}

/*
 * False: there is nothing more. *raw is its text; the caller gives *json up; NULL with the sentence in `why` where it is no object
 * or array, or too large.
 */
static bool
read_next(struct read *read, struct span *raw, json_t **json, struct reason *why)
{
	if (read->line == 0 && read->rest.bytes > 0 && read->rest.bytes <= READ_BYTES_MAX && !is_blank(read->rest) &&
	    (*json = load(read->rest, why)) != NULL) {
		*raw = read->rest;
		read->rest.bytes = 0;
		read->line = 1;
		return true;
	}
	while (read->rest.bytes > 0) {
		*raw = next_line(read);
		if (is_blank(*raw))
			continue;
		*json = load(*raw, why);
		return true;
	}
	return false;
}

static void
read_complain(const struct read *read, struct span raw, const struct reason *why, struct findings *out)
{
	enum { KEPT = 4096 }; /* of what is no message, a beginning is enough */
	findings_message(out, (struct span){ raw.data, raw.bytes < KEPT ? raw.bytes : KEPT });
	findings_remark(out, REMARK_unreadable, "line %zu: %s", read->line, why->text);
}

void
read_each(struct span document, void (*take)(void *user, const json_t *json, struct span raw), void *user, struct findings *out)
{
	struct read read;
	struct span raw;
	struct reason why;
	json_t *json;
	size_t unreadable = 0;
	read_begin(&read, document);
	while (!findings_full(out) && read_next(&read, &raw, &json, &why)) {
		if (json != NULL)
			take(user, json, raw);
		else if (unreadable++ < UNREADABLE_MAX)
			read_complain(&read, raw, &why, out);
		json_decref(json);
	}
	if (unreadable <= UNREADABLE_MAX || findings_full(out))
		return;
	findings_message(out, (struct span){ (const uint8_t *)"", 0 });
	findings_remark(out, REMARK_unreadable, "%zu more lines are no JSON; expected a message on each",
	    unreadable - UNREADABLE_MAX);
}

bool
read_is_live(const char *name)
{
	return strchr(name, '/') != NULL && strcasestr(name, ".zip/") == NULL;
}

const char *
read_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text != NULL ? text : "";
}

bool
read_kg(const json_t *number, int64_t *out)
{
	if (!json_is_number(number))
		return false;
	double kg = json_is_integer(number) ? 0 : json_real_value(number);
	json_int_t whole = json_is_integer(number) ? json_integer_value(number) : 0;
	if (!(kg >= 0 && kg <= (double)MASS_KG_MAX) || whole < 0 || whole > MASS_KG_MAX)
		return false;
	*out = json_is_integer(number) ? whole : llround(kg);
	return true;
}
