/*
 * A line of an event file, and any message in JSON as the dashboard takes it: what is read is written with the same meaning, and
 * read again.
 *
 * reads: tools/ndjson.c proto/json
 */
#include "fuzz.h"
#include "json.h"
#include "ndjson.h"

enum { LINE_BYTES_MAX = 1024 * 1024 };

static const Juyan__V1__Event *
read_line(struct span line, unsigned which, struct reason *why)
{
	const Juyan__V1__Event *event = NULL;
	enum status s = ndjson_event(line, fuzz_arena(which, EVENT_DECODE_BYTES), &event, why);
	fuzz_holds(s == STATUS_OK || (status_consequence(s) == REFUSE && why->text[0] != '\0'));
	return s == STATUS_OK ? event : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct reason why = { "" };
	struct span line = { data, bytes };
	json_t *json = NULL;
	const Juyan__V1__Event *event = ndjson_blank(line) ? NULL : read_line(line, 0, &why);
	fuzz_holds(event != NULL || wire_text_clean(why.text, strlen(why.text)));
	if (event == NULL)
		return 0;
	bool right = wire_event_check(event, &why) == STATUS_OK;
	fuzz_holds(json_write(&event->base, false, &json) == STATUS_OK);
	char *text = json_dumps(json, JSON_COMPACT);
	fuzz_holds(text != NULL);
	const Juyan__V1__Event *again = read_line((struct span){ (const uint8_t *)text, strlen(text) }, 1, &why);
	fuzz_holds(again != NULL);
	struct arena *out = fuzz_arena(2, 16 * LINE_BYTES_MAX);
	struct span first = fuzz_packed(&event->base, out), second = fuzz_packed(&again->base, out);
	if (right) {
		const Juyan__V1__Event *sent = NULL;
		fuzz_holds(fuzz_same(first, second));
		if (first.bytes <= EVENT_BYTES_MAX)
			fuzz_holds(wire_event(first, fuzz_arena(3, EVENT_DECODE_BYTES), &sent, &why) == STATUS_OK);
	}
	free(text);
	json_decref(json);
	return 0;
}
