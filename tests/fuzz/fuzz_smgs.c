/*
 * SMGS consignments, under different settings: what comes of a bill is right, or nothing.
 *
 * reads: services/terminal/connectors/smgs services/terminal/connectors/rail services/terminal/connectors/label
 */
#include "findings_hold.h"

static void *
state_of(const char *settings)
{
	static const struct place place = { "folder", "ceke", 480 };
	struct yaml *yaml = NULL;
	void *state = NULL;
	struct reason why;
	fuzz_holds(yaml_open_text("settings", settings, strlen(settings), &yaml, &why) == STATUS_OK);
	fuzz_holds(smgs_connector.open(yaml_root(yaml), &place, &state, &why) == STATUS_OK);
	yaml_close(&yaml);
	return state;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static void *states[3];
	if (states[0] == NULL) {
		states[0] = state_of("direction: import");
		states[1] = state_of("{direction: export, tonnage: load, batch: '{train}/{file}'}");
		states[2] =
		    state_of("{direction: import, counts: no, names: {carriage: c, wagon: w, doc_id: d, bill: b, goods: g}}");
	}
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		fuzz_documents(&smgs_connector, states[i], (struct span){ data, bytes });
	return 0;
}
