/* See percent.h. */
#include "percent.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
percent_change(const char *text, int64_t *per_mille)
{
	char *end;
	if ((text[0] != '-' && text[0] != '+') || strspn(text + 1, ".0123456789 %") != strlen(text + 1))
		return false;
	double percent = strtod(text, &end);
	if (end == text || percent < -100 || percent > 1000)
		return false;
	while (*end == ' ')
		end++;
	if (strcmp(end, "%") != 0)
		return false;
	*per_mille = 1000 + llround(10 * percent);
	return true;
}

const char *
percent_text(int64_t per_mille, char out[PERCENT_BYTES])
{
	int64_t tenths = per_mille - 1000, size = tenths < 0 ? -tenths : tenths;
	if (size % 10 == 0)
		snprintf(out, PERCENT_BYTES, "%s%lld %%", tenths < 0 ? "-" : "+", (long long)(size / 10));
	else
		snprintf(out, PERCENT_BYTES, "%s%lld.%lld %%", tenths < 0 ? "-" : "+", (long long)(size / 10),
		    (long long)(size % 10));
	return out;
}
