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

enum status
encoding_to_utf8(const char *name, struct span bytes, struct arena *arena, struct span *out, struct reason *why)
{
	struct span text = { (const uint8_t *)"", 0 };
	const char *machine = name != NULL ? machine_of(name) : "UTF-8";
	if (machine == NULL)
		return reason_say(why, STATUS_SYNTAX, "the encoding '%.32s' is not known", name);
	enum status status = bytes.bytes > 0 ? recode(machine, bytes, arena, &text, why) : STATUS_OK;
	if (status == STATUS_SYNTAX && name == NULL)
		status = recode("GB18030", bytes, arena, &text, why);
	if (status == STATUS_OK)
		*out = without_mark(text);
	return status;
}
