/* Conditions: see when.h. All of a list have to hold; what is not known is the empty text. */
#include "when.h"

#include <string.h>

enum { CONDITIONS_MAX = 16 };

struct condition {
	const struct value *value;
	bool asks_presence;
	bool present;       /* what is asked for then */
	const char **texts; /* else: what it has to be one of, or none of */
	size_t n_texts;
	bool equal;
};

struct when {
	struct condition *conditions;
	size_t n;
};

/* "yes" and "no" as a person writes them; "true" and "false" as YAML does. */
static enum status
read_yes_or_no(const struct yaml_node *node, bool *out, struct reason *why)
{
	const char *text = yaml_text(node) == NULL ? "no text" : yaml_text(node);

	*out = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0;
	if (!*out && strcmp(text, "no") != 0 && strcmp(text, "false") != 0)
		return yaml_fail(node, why, "'present' is '%.40s', expected yes or no", text);
	return STATUS_OK;
}

static enum status
read_condition(const struct yaml_node *map, struct value_reader *reader, struct condition *out, struct reason *why)
{
	static const char *const allowed[] = { "column", "text", "present", "equals", "differs", NULL };

	if (!yaml_is_map(map))
		return yaml_fail(map, why, "a condition is a map such as { column: weight, present: yes }");
	enum status status = yaml_only(map, allowed, why);
	if (status == STATUS_OK)
		status = value_read_origin(map, "when", reader, &out->value, why);
	if (status != STATUS_OK)
		return status;
	const struct yaml_node *present = yaml_get(map, "present"), *equals = yaml_get(map, "equals"),
			       *differs = yaml_get(map, "differs");
	if ((present != NULL) + (equals != NULL) + (differs != NULL) != 1)
		return yaml_fail(map, why, "a condition needs one of 'present', 'equals' and 'differs'");
	out->asks_presence = present != NULL;
	out->equal = equals != NULL;
	if (present != NULL)
		return read_yes_or_no(present, &out->present, why);
	return value_read_texts(equals != NULL ? equals : differs, equals != NULL ? "equals" : "differs", reader->arena,
	    &out->texts, &out->n_texts, why);
}

enum status
when_read(const struct yaml_node *node, struct value_reader *reader, const struct when **out, struct reason *why)
{
	if (node == NULL) {
		*out = NULL;
		return STATUS_OK;
	}
	size_t n = yaml_is_list(node) ? yaml_count(node) : 1;
	if (n > CONDITIONS_MAX)
		return yaml_fail(node, why, "%zu conditions, expected at most %d", n, CONDITIONS_MAX);
	struct when *when = arena_take(reader->arena, sizeof *when);
	struct condition *conditions = arena_take(reader->arena, (n + 1) * sizeof *conditions);
	if (when == NULL || conditions == NULL)
		return STATUS_NO_MEMORY;
	memset(conditions, 0, (n + 1) * sizeof *conditions);
	for (size_t i = 0; i < n; i++) {
		enum status status = read_condition(yaml_is_list(node) ? yaml_item(node, i) : node, reader, &conditions[i], why);
		if (status != STATUS_OK)
			return status;
	}
	*when = (struct when){ conditions, n };
	*out = when;
	return STATUS_OK;
}

static bool
is_one_of(struct span text, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text.bytes == strlen(texts[i]) && (text.bytes == 0 || memcmp(text.data, texts[i], text.bytes) == 0))
			return true;
	return false;
}

enum status
when_holds(const struct when *when, const struct value_row *row, bool *out, struct reason *why)
{
	bool holds = true;

	for (size_t i = 0; when != NULL && i < when->n && holds; i++) {
		const struct condition *c = &when->conditions[i];
		struct span text;
		enum status status = value_text(c->value, row, &text, why);
		if (status != STATUS_OK)
			return status;
		holds = c->asks_presence ? (text.bytes > 0) == c->present : is_one_of(text, c->texts, c->n_texts) == c->equal;
	}
	*out = holds;
	return STATUS_OK;
}
