/*
 * What the fuzz targets of connectors that read documents share: whatever comes, each event is right as far as its document can say
 * it, no two documents of the same bytes differ, and a document has one event at most.
 */
#ifndef JUYAN_TESTS_FINDINGS_HOLD_H
#define JUYAN_TESTS_FINDINGS_HOLD_H

#include "connector.h"
#include "fuzz.h"

enum { FUZZ_DOCUMENT_ARENA_BYTES = 32 * 1024 * 1024 };

/* Completed by what other documents would say of its batch. */
static inline void
fuzz_documents_check(const struct finding *finding)
{
	static char one[] = "1", port[] = "ceke";
	Juyan__V1__Unit unit = JUYAN__V1__UNIT__INIT, *units[] = { &unit };
	Juyan__V1__Event event = *finding->event;
	Juyan__V1__ManifestLodged lodged;
	struct reason why;
	event.port = port;
	if (event.batch_no[0] == '\0')
		event.batch_no = one;
	unit.unit_id = one;
	if (event.what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED) {
		lodged = *event.manifest_lodged;
		if (finding->part != PART_WHOLE && lodged.n_units == 0) {
			lodged.units = units;
			lodged.n_units = 1;
		}
		if (finding->part == PART_DROP) /* names waybills, without their goods */
			lodged.n_waybills = 0;
		if (finding->whatever_direction && lodged.direction == JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED)
			lodged.direction = JUYAN__V1__DIRECTION__IMPORT;
		event.manifest_lodged = &lodged;
	}
	fuzz_holds(event.source_key[0] != '\0' && wire_event_check(&event, &why) == STATUS_OK);
}

static inline void
fuzz_documents_take(const struct connector *connector, void *state, struct span bytes, unsigned arena, struct findings *out)
{
	struct moment_of when = { INT64_C(1772415000000), "T-1_2026-03-02.csv" };
	findings_open(out, fuzz_arena(arena, FUZZ_DOCUMENT_ARENA_BYTES));
	connector->take(state, bytes, &when, out);
}

/* A state by these settings, for good. */
static inline void *
fuzz_documents_state(const struct connector *connector, const char *settings)
{
	static const struct place place = { "folder", "ceke", 480, NULL };
	struct yaml *yaml = NULL;
	void *state = NULL;
	struct reason why;
	fuzz_holds(yaml_open_text("settings", settings, strlen(settings), &yaml, &why) == STATUS_OK);
	fuzz_holds(connector->open(yaml_root(yaml), &place, &state, &why) == STATUS_OK);
	yaml_close(&yaml);
	return state;
}

/* Reads the bytes twice. */
static inline void
fuzz_documents(const struct connector *connector, void *state, struct span bytes)
{
	struct findings a, b;
	size_t events = 0;
	fuzz_documents_take(connector, state, bytes, 0, &a);
	fuzz_documents_take(connector, state, bytes, 1, &b);
	fuzz_holds(a.n == b.n && a.full == b.full && (a.full || (a.n > 0 && a.n_messages == 1)));
	for (size_t i = 0; i < a.n; i++) {
		fuzz_holds((a.list[i].event == NULL) == (b.list[i].event == NULL));
		if (a.list[i].event != NULL)
			fuzz_documents_check(&a.list[i]);
		else
			fuzz_holds(wire_text_clean(a.list[i].text, strlen(a.list[i].text)) && a.list[i].text[0] != '\0');
		events += a.list[i].event != NULL;
	}
	fuzz_holds(events <= 1);
}

#endif
