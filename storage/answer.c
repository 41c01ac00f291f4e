/* The pieces that answers are made of: see answer.h. */
#include "answer.h"

#include "facts.h"

char *
answer_text(struct arena *arena, struct span text)
{
	char *copy = arena_take(arena, text.bytes + 1);
	if (copy == NULL)
		return NULL;
	if (text.bytes > 0)
		memcpy(copy, text.data, text.bytes);
	copy[text.bytes] = '\0';
	return copy;
}

char *
answer_string(struct arena *arena, const char *text)
{
	return answer_text(arena, (struct span){ (const uint8_t *)text, strlen(text) });
}

char **
answer_remarks(struct arena *arena, uint32_t marks, size_t *n)
{
	char **remarks = arena_take(arena, 32 * sizeof *remarks);
	*n = 0;
	for (unsigned bit = 0; bit < 32 && remarks != NULL; bit++) {
		const char *sentence = (marks >> bit & 1) != 0 ? facts_mark_sentence(bit) : NULL;
		if (sentence == NULL)
			continue;
		remarks[*n] = answer_string(arena, sentence);
		if (remarks[(*n)++] == NULL)
			return NULL;
	}
	return remarks;
}

const char *
answer_terminal_name(const struct registry *registry, uint32_t terminal_no)
{
	const struct terminal_rule *terminal = registry_terminal(registry, terminal_no);
	return terminal != NULL ? terminal->name : "";
}
