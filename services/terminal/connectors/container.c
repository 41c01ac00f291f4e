/* Numbers are compared by their plain writing from here on: one container is one text. */
#include "container.h"

#include <string.h>

#include "iso6346.h"

static void
make_plain(char *text)
{
	char *to = text;
	for (const char *at = text; *at != '\0'; at++) {
		if (strchr(" \t\r\n-./", *at) != NULL)
			continue;
		*to++ = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
	}
	*to = '\0';
}

char *
container_number(struct findings *findings, const char *text)
{
	/* White space at its sides does not count against its length; controls become '?' and must go before that. */
	text += strspn(text, " \t\r\n");
	size_t bytes = strcspn(text, "\t\r\n");
	char *plain = findings_take(findings, bytes + 1);
	if (plain == NULL)
		return NULL;
	memcpy(plain, text, bytes);
	make_plain(plain);
	if ((plain = findings_text(findings, plain, SHORT_TEXT_BYTES_MAX)) == NULL)
		return NULL;
	char digit = iso6346_digit(plain);
	if (iso6346_is(plain) && !iso6346_right(plain))
		findings_remark(findings, REMARK_check_digit, "container %s: its check digit is %c, expected %c", plain,
		    plain[ISO6346_BYTES - 1], digit);
	else if (digit != 0 && strlen(plain) == ISO6346_BYTES - 1)
		findings_remark(findings, REMARK_check_digit, "container %s: it has no check digit, expected %c at its end", plain,
		    digit);
	return plain;
}
