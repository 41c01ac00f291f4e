/* The texts of status.h. */
#include "status.h"

#include <stdio.h>
#include <string.h>

#include "wire.h"

struct row {
	enum status status;
	const char *name;
	enum consequence consequence;
	const char *sentence;
};

static const struct row rows[] = {
#define X(code, name, text, consequence, sentence) { STATUS_##name, text, consequence, sentence },
	STATUS_LIST(X)
#undef X
};

static const struct row *
row_of(enum status status)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].status == status)
			return &rows[i];
	return NULL;
}

const char *
status_name(enum status status)
{
	const struct row *row = row_of(status);
	return row == NULL ? "unknown" : row->name;
}

const char *
status_sentence(enum status status)
{
	const struct row *row = row_of(status);
	return row == NULL ? "an outcome that this version does not know" : row->sentence;
}

enum consequence
status_consequence(enum status status)
{
	const struct row *row = row_of(status);
	return row == NULL ? REFUSE : row->consequence;
}

void
reason_write(struct reason *why, const char *format, ...)
{
	if (why == NULL)
		return;
	va_list args;
	va_start(args, format);
	int n = vsnprintf(why->text, sizeof why->text, format, args);
	va_end(args);
	/* A cut sentence must not end inside a UTF-8 character. */
	if (n >= (int)sizeof why->text) {
		size_t end = sizeof why->text - 1;
		while (end > 0 && ((unsigned char)why->text[end - 1] & 0xC0) == 0x80)
			end--;
		if (end > 0 && (unsigned char)why->text[end - 1] >= 0xC0)
			end--;
		why->text[end] = '\0';
	}
	wire_text_mend(why->text); /* it may repeat what came from outside */
}
