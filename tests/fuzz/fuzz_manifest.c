/*
 * Road manifests and their receipts, under each of their settings: what comes of a document is right, or nothing.
 *
 * reads: services/terminal/connectors/manifest services/terminal/connectors/receipt services/terminal/connectors/xml
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
	fuzz_holds(manifest_connector.open(yaml_root(yaml), &place, &state, &why) == STATUS_OK);
	yaml_close(&yaml);
	return state;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static void *states[2];
	if (states[0] == NULL) {
		states[0] = state_of("");
		states[1] = state_of("{classification: hs, release: waybill}");
	}
	for (size_t i = 0; i < 2; i++)
		fuzz_documents(&manifest_connector, states[i], (struct span){ data, bytes });
	return 0;
}
