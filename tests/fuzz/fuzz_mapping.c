/*
 * A mapping file and, behind a line "----", the spreadsheet that it is for: whatever either says, each row becomes events that pass
 * the checks, or a complaint with its line. An empty mapping stands for none: then the file holds events in JSON.
 *
 * reads: tools/mapping tools/value tools/shape.c tools/when.c tools/moment.c tools/decimal.c tools/event_file.c tools/recode.c
 */
#include "event_file.h"
#include "fuzz.h"

static void
read_events(const char *path, const struct mapping *mapping)
{
	struct event_file *file = NULL;
	struct file_event event = { .end = false };
	struct reason why = { "" };
	uint64_t line = 0;
	fuzz_holds(event_file_open(path, mapping, &file, &why) == STATUS_OK);
	while (!event.end) {
		const Juyan__V1__Event *sent = NULL;
		enum status s = event_file_next(file, &event, &why);
		fuzz_holds(event.end || event.line >= line);
		line = event.line;
		fuzz_holds(status_consequence(s) != RETRY);
		if (status_consequence(s) == STOP)
			break;
		if (s != STATUS_OK) {
			fuzz_holds(why.text[0] != '\0');
			event.end = false;
		} else if (!event.end) {
			fuzz_holds(wire_event(event.bytes, fuzz_arena(0, EVENT_DECODE_BYTES), &sent, &why) == STATUS_OK);
		}
	}
	event_file_close(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct span input = { data, bytes }, yaml = fuzz_section(&input);
	struct mapping *mapping = NULL;
	struct reason why = { "" };
	if (yaml.bytes == 0) {
		read_events(fuzz_file(input), NULL);
		return 0;
	}
	if (mapping_open_text("map.yaml", (const char *)yaml.data, yaml.bytes, &mapping, &why) == STATUS_OK)
		read_events(fuzz_file(input), mapping);
	else
		fuzz_holds(strncmp(why.text, "map.yaml:", 9) == 0);
	mapping_close(&mapping);
	return 0;
}
