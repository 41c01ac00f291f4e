/* Recoding by the C library's iconv. */
#include "encoding.h"

#include <iconv.h>
#include <string.h>
#include <strings.h>

/* GB18030 holds every text that is right in GBK or GB2312. */
static const struct {
	const char *name, *machine;
} known[] = { { "utf-8", "UTF-8" }, { "gb18030", "GB18030" }, { "gbk", "GB18030" }, { "gb2312", "GB18030" },
	{ "windows-1251", "WINDOWS-1251" }, { "utf-16", "UTF-16" } };

static const char *
machine_of(const char *name)
{
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcasecmp(known[i].name, name) == 0)
			return known[i].machine;
	return NULL;
}

bool
encoding_knows(const char *name)
{
	return machine_of(name) != NULL;
}

static enum status
recode(const char *machine, struct span bytes, struct arena *arena, struct span *out, struct reason *why)
{
	size_t room = bytes.bytes * 3 + 4, left = bytes.bytes; /* no sign of these encodings takes more than thrice its bytes */
	char *into = arena_take(arena, room), *at = into, *from = (char *)(uintptr_t)bytes.data;
	if (into == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "a text of %zu bytes is more than there is memory for", bytes.bytes);
	iconv_t conversion = iconv_open("UTF-8", machine);
	if (conversion == (iconv_t)-1)
		return reason_say(why, STATUS_SYSTEM, "this machine cannot read %s", machine);
	size_t rc = iconv(conversion, &from, &left, &at, &room);
	iconv_close(conversion);
	if (rc == (size_t)-1)
		return reason_say(why, STATUS_SYNTAX, "byte %zu is no character of %s", bytes.bytes - left + 1, machine);
	*out = (struct span){ (const uint8_t *)into, (size_t)(at - into) };
	return STATUS_OK;
}

static struct span
without_mark(struct span text)
{
	if (text.bytes >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
		return (struct span){ text.data + 3, text.bytes - 3 };
	return text;
}

/* ---- which it is ---- */

/*
 * Bytes may be right in both. GB18030's signs of two bytes can look like UTF-8's: 原煤 in GBK is "ԭú" in UTF-8. What tells them
 * apart: signs of three bytes, which all Chinese is in UTF-8, and which pairs of GB18030 hardly ever make; and signs of two bytes
 * that are no Cyrillic, which at this border nobody writes.
 */
struct look {
	bool utf8, ascii, wide, cyrillic;
	bool beyond; /* a pair that GB2312 does not have */
};

/* How many bytes the sign takes by its first one; 0: none begins so. */
static size_t
sign_bytes(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xC2 || first > 0xF4)
		return 0;
	return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* Russian and Mongolian letters, the dot between a Chinese plate's signs, and the space that does not break. */
static bool
is_expected(uint8_t first, uint8_t second)
{
	return first == 0xD0 || (first == 0xD1 && second <= 0x9F) || (first == 0xD2 && (second == 0xAE || second == 0xAF)) ||
	    (first == 0xD3 && (second == 0xA8 || second == 0xA9)) || (first == 0xC2 && (second == 0xB7 || second == 0xA0));
}

static struct look
look_at(struct span bytes)
{
	struct look look = { true, true, false, true, false };
	for (size_t i = 0, n; i < bytes.bytes; i += n) {
		const uint8_t *at = bytes.data + i;
		n = sign_bytes(*at);
		bool whole = n > 0 && n <= bytes.bytes - i;
		for (size_t k = 1; whole && k < n; k++)
			whole = (at[k] & 0xC0) == 0x80;
		if (!whole)
			return (struct look){ .utf8 = false };
		look.ascii = look.ascii && n == 1;
		look.wide = look.wide || n > 2;
		look.cyrillic = look.cyrillic && (n != 2 || is_expected(at[0], at[1]));
		look.beyond = look.beyond || (n == 2 && at[1] < 0xA1);
	}
	return look;
}

static bool
is_utf8(const struct look *look, const char *declared)
{
	if (!look->utf8 || look->ascii || look->wide)
		return look->utf8;
	if (declared == NULL)
		return look->cyrillic;
	return strcasecmp(declared, "utf-8") == 0 || (look->cyrillic && look->beyond);
}

static enum status
detect(const char *declared, struct span bytes, struct arena *arena, struct span *out, struct reason *why)
{
	struct look look = look_at(bytes);
	bool utf8 = is_utf8(&look, declared);
	enum status status = recode(utf8 ? "UTF-8" : "GB18030", bytes, arena, out, why);
	return status == STATUS_SYNTAX ? recode(utf8 ? "GB18030" : "UTF-8", bytes, arena, out, why) : status;
}

enum status
encoding_to_utf8(const char *name, struct span bytes, struct arena *arena, struct span *out, struct reason *why)
{
	struct span text = { (const uint8_t *)"", 0 };
	enum status status = STATUS_OK;
	if (name != NULL && machine_of(name) == NULL)
		return reason_say(why, STATUS_SYNTAX, "the encoding '%.32s' is not known", name);
	if (bytes.bytes > 0)
		status = name != NULL ? recode(machine_of(name), bytes, arena, &text, why) : detect(NULL, bytes, arena, &text, why);
	if (status == STATUS_OK)
		*out = without_mark(text);
	return status;
}

enum status
encoding_declared(const char *name, struct span bytes, struct arena *arena, struct span *out, struct reason *why)
{
	struct span text = { (const uint8_t *)"", 0 };
	const char *machine = name != NULL ? machine_of(name) : NULL;
	bool other = machine != NULL && strcmp(machine, "UTF-8") != 0 && strcmp(machine, "GB18030") != 0;
	enum status status = other ? encoding_to_utf8(name, bytes, arena, &text, why) : STATUS_SYNTAX;
	if (status == STATUS_SYNTAX)
		status = bytes.bytes > 0 ? detect(machine != NULL && !other ? name : NULL, bytes, arena, &text, why) : STATUS_OK;
	if (status == STATUS_OK)
		*out = without_mark(text);
	return status;
}
