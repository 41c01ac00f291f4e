/* See relay_matter.h. */
#include "relay_matter.h"

#include <string.h>

#include "painter_json.h"
#include "painter_parts.h"
#include "relaying.h"

static bool
stands(const struct service_kit *kit, struct relaying *relaying, struct reason *sentence)
{
	struct reason why;
	return relaying_read(kit->config->data_dir, relaying, &why) == STATUS_OK &&
	    relaying_trouble(relaying, clock_utc_ms(&kit->clock), sentence);
}

static json_t *
row_of(struct relaying *relaying, struct reason *sentence)
{
	char subject[] = "site:headquarters", kind[] = "site", name[] = "headquarters";
	char *reasons[] = { relaying->status };
	Juyan__V1__AttentionRow row = JUYAN__V1__ATTENTION_ROW__INIT;
	row.subject = subject;
	row.kind = kind;
	row.terminal_name = name;
	row.lsn = relaying->differs;
	row.since_ms = relaying->since_ms;
	row.sentence = sentence->text;
	row.n_reasons = 1;
	row.reasons = reasons;
	return attention_row_json(&row);
}

static enum status
put_count(json_t *counts)
{
	Juyan__V1__AttentionCount one = JUYAN__V1__ATTENTION_COUNT__INIT;
	char kind[] = "site";
	size_t i;
	json_t *count;
	json_array_foreach(counts, i, count)
	{
		const char *name = json_string_value(json_object_get(count, "kind"));
		json_t *n = json_object_get(count, "n");
		if (name != NULL && strcmp(name, kind) == 0)
			return json_integer_set(n, json_integer_value(n) + 1) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
	}
	one.kind = kind;
	one.n = 1;
	return append_json(counts, told_json(&one.base));
}

enum status
relay_matter_put(const struct service_kit *kit, json_t *picture)
{
	struct relaying relaying;
	struct reason sentence = { "" };
	if (!stands(kit, &relaying, &sentence))
		return STATUS_OK;
	if (json_array_insert_new(json_object_get(picture, "rows"), 0, row_of(&relaying, &sentence)) != 0)
		return STATUS_NO_MEMORY;
	return put_count(json_object_get(picture, "counts"));
}

void
relay_matter_count(const struct service_kit *kit, json_t *live)
{
	struct relaying relaying;
	struct reason sentence;
	json_t *n = json_object_get(live, "attention");
	if (json_is_integer(n) && stands(kit, &relaying, &sentence))
		json_integer_set(n, json_integer_value(n) + 1);
}
