/* See sentences.h. */
#include "sentences.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

char *
arena_text(struct arena *arena, const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy = arena_take(arena, bytes);
	return copy == NULL ? NULL : memcpy(copy, text, bytes);
}

/* A text that was cut within a character loses what is left of it. */
static void
trim(char *text)
{
	size_t bytes = strlen(text);
	while (bytes > 0 && !wire_text_clean(text, bytes))
		text[--bytes] = '\0';
}

void
sentences_add(struct sentences *list, const char *format, ...)
{
	char text[SENTENCE_BYTES_MAX];
	va_list args;
	va_start(args, format);
	int bytes = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (bytes >= (int)sizeof text)
		trim(text);
	if (list->text == NULL && !list->failed)
		list->text = arena_take(list->arena, SENTENCES_MAX * sizeof *list->text);
	assert(list->n < SENTENCES_MAX);
	char *copy = list->text == NULL ? NULL : arena_text(list->arena, text);
	if (bytes < 0 || copy == NULL)
		list->failed = true;
	else if (!list->failed)
		list->text[list->n++] = copy;
}
