/* See target.h. The text is copied once and cut in place: what is undone is never longer than what stood there. */
#include "target.h"

#include <stdbool.h>
#include <string.h>

#include "wire.h"

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* In place. In a query '+' is a blank. */
static enum status
undo(char *text, bool query, struct reason *why)
{
	char *to = text;
	for (const char *from = text; *from != '\0'; from++) {
		if (*from == '%') {
			int high = hex(from[1]), low = high < 0 ? -1 : hex(from[2]);
			if (low < 0 || (high == 0 && low == 0))
				return reason_say(why, STATUS_SYNTAX,
				    "a '%%' is followed by two hexadecimal digits that are not 00");
			*to++ = (char)(high * 16 + low);
			from += 2;
		} else {
			*to++ = query && *from == '+' ? ' ' : *from;
		}
	}
	*to = '\0';
	if (!wire_text_clean(text, (size_t)(to - text)))
		return reason_say(why, STATUS_NOT_TEXT, "the address holds control characters or is no UTF-8");
	return STATUS_OK;
}

static enum status
read_path(char *path, struct target *out, struct reason *why)
{
	char *part = path;
	while (*part == '/' && part[1] != '\0') {
		char *end = strchr(part + 1, '/');
		*part++ = '\0';
		if (out->n_parts == TARGET_PARTS_MAX)
			return reason_say(why, STATUS_TOO_MANY, "the path has more than %d parts", TARGET_PARTS_MAX);
		out->parts[out->n_parts++] = part;
		if (end == NULL)
			break;
		part = end;
	}
	/* Only now, for what is undone may be a '/'. */
	for (size_t i = 0; i < out->n_parts; i++) {
		char *text = path + (out->parts[i] - path);
		text[strcspn(text, "/")] = '\0';
		enum status status = undo(text, false, why);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status
read_query(char *query, struct target *out, struct reason *why)
{
	while (query != NULL && *query != '\0') {
		char *name = query, *end = strchr(query, '&');
		query = end == NULL ? NULL : end + 1;
		if (end != NULL)
			*end = '\0';
		if (*name == '\0')
			continue;
		if (out->n_parameters == TARGET_PARAMETERS_MAX)
			return reason_say(why, STATUS_TOO_MANY, "there are more than %d parameters", TARGET_PARAMETERS_MAX);
		char *value = strchr(name, '=');
		if (value == NULL)
			value = name + strlen(name);
		else
			*value++ = '\0';
		enum status status = undo(name, true, why);
		if (status == STATUS_OK)
			status = undo(value, true, why);
		if (status != STATUS_OK)
			return status;
		out->parameters[out->n_parameters].name = name;
		out->parameters[out->n_parameters++].value = value;
	}
	return STATUS_OK;
}

enum status
target_read(const char *asked, struct target *out, struct reason *why)
{
	size_t bytes = strlen(asked), path_bytes = strcspn(asked, "?");
	out->n_parts = out->n_parameters = 0;
	if (asked[0] != '/')
		return reason_say(why, STATUS_SYNTAX, "an address begins with '/'");
	if (bytes > TARGET_BYTES_MAX)
		return reason_say(why, STATUS_TOO_LARGE, "the address is longer than %d bytes", TARGET_BYTES_MAX);
	char *path = out->text, *whole = out->text + path_bytes + 1;
	memcpy(path, asked, path_bytes);
	path[path_bytes] = '\0';
	memcpy(whole, asked, bytes + 1);
	char *query = whole[path_bytes] == '?' ? whole + path_bytes + 1 : NULL;
	whole[path_bytes] = '\0';
	out->path = whole;
	enum status status = read_path(path, out, why);
	return status == STATUS_OK ? read_query(query, out, why) : status;
}
