/* See history_flags.h. */
#include "history_flags.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What a figure may count, in the order in which the words stand in a definition. */
enum counted { COAL, RAIL, AGV, IMPORTS, EXPORTS, COUNTED };

static const char *const names[COUNTED] = { "coal", "rail", "agv", "imports", "exports" };

/* Whether the flag holds this word, not as a part of a longer one. */
static bool
has_word(const char *flag, size_t bytes, const char *word)
{
	size_t word_bytes = strlen(word);
	for (size_t i = 0; i + word_bytes <= bytes; i++) {
		bool begins = i == 0 || !isalnum((unsigned char)flag[i - 1]);
		bool ends = i + word_bytes == bytes || !isalnum((unsigned char)flag[i + word_bytes]);
		if (begins && ends && strncasecmp(flag + i, word, word_bytes) == 0)
			return true;
	}
	return false;
}

/* The flag is this word, or this word and "only". */
static bool
is_word(const char *flag, size_t bytes, const char *word)
{
	size_t word_bytes = strlen(word);
	if (bytes < word_bytes || strncasecmp(flag, word, word_bytes) != 0)
		return false;
	return bytes == word_bytes || (bytes == word_bytes + 5 && strncasecmp(flag + word_bytes, " only", 5) == 0);
}

static void
note_precision(Juyan__V1__Precision found, struct history_flags *out)
{
	if (found > out->precision)
		out->precision = found;
}

/* A flag that tells how a figure was derived names others on its way; only the rest says what is counted. */
static void
read_flag(const char *flag, size_t bytes, bool counted[COUNTED], struct history_flags *out)
{
	while (bytes > 0 && flag[0] == ' ') {
		flag++;
		bytes--;
	}
	while (bytes > 0 && flag[bytes - 1] == ' ')
		bytes--;
	if (bytes == 0)
		return;
	if (flag[0] == '~')
		note_precision(JUYAN__V1__PRECISION__ABOUT, out);
	if (flag[0] == '>')
		note_precision(JUYAN__V1__PRECISION__MORE_THAN, out);
	if (flag[0] == '<')
		note_precision(JUYAN__V1__PRECISION__LESS_THAN, out);
	if (bytes >= 7 && strncasecmp(flag, "derived", 7) == 0) {
		note_precision(JUYAN__V1__PRECISION__ABOUT, out);
		return;
	}
	counted[COAL] = counted[COAL] || has_word(flag, bytes, "coal");
	counted[RAIL] = counted[RAIL] || is_word(flag, bytes, "rail") || is_word(flag, bytes, "railway");
	counted[AGV] = counted[AGV] || is_word(flag, bytes, "agv");
	counted[IMPORTS] = counted[IMPORTS] || is_word(flag, bytes, "imports");
	counted[EXPORTS] = counted[EXPORTS] || is_word(flag, bytes, "exports");
}

bool
history_flags_read(const char *source, struct history_flags *out)
{
	struct history_flags flags = { .precision = JUYAN__V1__PRECISION__EXACT };
	bool counted[COUNTED] = { false };
	size_t used = 0;
	for (const char *open = strchr(source, '['); open != NULL; open = strchr(open, '[')) {
		const char *close = strchr(open, ']');
		if (close == NULL)
			return false;
		for (open++; open < close;) {
			size_t bytes = strcspn(open, ";,]");
			read_flag(open, bytes, counted, &flags);
			open += bytes + (open + bytes < close);
		}
	}
	for (size_t i = 0; i < COUNTED; i++)
		if (counted[i])
			used += (size_t)snprintf(flags.definition + used, sizeof flags.definition - used, "%s%s",
			    used == 0 ? "" : "_", names[i]);
	if (used == 0)
		snprintf(flags.definition, sizeof flags.definition, "all");
	*out = flags;
	return true;
}
