/*
 * What the targets of the vehicles' connectors share: documents out of the input, one after another, heard by three states of one
 * connector, the third of which is closed and opened again between them with what it keeps. Every event is right, every sentence a
 * text, and what was not restarted finds the same twice.
 */
#ifndef JUYAN_TESTS_FLEET_FUZZ_H
#define JUYAN_TESTS_FLEET_FUZZ_H

#include "connector.h"
#include "fuzz.h"

enum { FLEET_ARENA_BYTES = 4 * 1024 * 1024 };
#define FLEET_NOW_MS INT64_C(1893456000000)

static inline void *
fleet_fuzz_open(const struct connector *connector, const char *settings)
{
	static struct yaml *yaml;
	static const struct place place = { "agvs", "ceke", 480, NULL };
	struct reason why;
	void *state = NULL;
	if (yaml == NULL)
		fuzz_holds(yaml_open_text("settings", settings, strlen(settings), &yaml, &why) == STATUS_OK);
	fuzz_holds(connector->open(yaml_root(yaml), &place, &state, &why) == STATUS_OK);
	return state;
}

static inline void
fleet_fuzz_look(const struct findings *out)
{
	struct reason why;
	for (size_t i = 0; i < out->n; i++) {
		fuzz_holds(out->list[i].message < out->n_messages);
		if (out->list[i].event == NULL) {
			fuzz_holds(out->list[i].text[0] != '\0' && wire_text_clean(out->list[i].text, strlen(out->list[i].text)));
			continue;
		}
		Juyan__V1__Event event = *out->list[i].event;
		event.port = (char *)(uintptr_t) "ceke";
		if (event.what_case != JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED && event.batch_no[0] == '\0')
			event.batch_no = (char *)(uintptr_t) "b";
		fuzz_holds(out->full || wire_event_check(&event, &why) == STATUS_OK);
	}
}

/* Takes one document; how many trips it made. */
static inline size_t
fleet_fuzz_take(const struct connector *connector, void *state, struct span document, const struct moment_of *when, unsigned arena)
{
	struct findings out;
	size_t trips = 0;
	findings_open(&out, fuzz_arena(arena, FLEET_ARENA_BYTES));
	connector->take(state, document, when, &out);
	fleet_fuzz_look(&out);
	for (size_t i = 0; i < out.n; i++)
		trips += out.list[i].event != NULL && out.list[i].event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED;
	connector->pass(state, when->now_ms + 90000, &out);
	fleet_fuzz_look(&out);
	return out.full ? SIZE_MAX : trips;
}

static inline int
fleet_fuzz(const struct connector *connector, const char *settings, const char *const names[2], const uint8_t *data, size_t bytes)
{
	struct span input = { data, bytes }, kept = { (const uint8_t *)"", 0 };
	void *one = fleet_fuzz_open(connector, settings), *same = fleet_fuzz_open(connector, settings);
	void *other = fleet_fuzz_open(connector, settings);
	static uint8_t memory[FLEET_ARENA_BYTES];
	for (int64_t i = 0; input.bytes > 0 && i < 16; i++) {
		struct moment_of when = { FLEET_NOW_MS + i * 1000, names[fuzz_byte(&input) % 2] };
		struct span document = fuzz_section(&input), now;
		size_t trips = fleet_fuzz_take(connector, one, document, &when, 0);
		fuzz_holds(fleet_fuzz_take(connector, same, document, &when, 0) == trips);
		fleet_fuzz_take(connector, other, document, &when, 0);
		if (connector->keep(other, fuzz_arena(1, FLEET_ARENA_BYTES), &now)) {
			memcpy(memory, now.data, now.bytes);
			kept = (struct span){ memory, now.bytes };
		}
		connector->close(&other);
		other = fleet_fuzz_open(connector, settings);
		connector->recall(other, kept);
	}
	connector->recall(other, (struct span){ data, bytes });
	connector->close(&one);
	connector->close(&same);
	connector->close(&other);
	return 0;
}

#endif
