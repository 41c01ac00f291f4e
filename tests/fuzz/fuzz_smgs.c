/*
 * SMGS consignments, under different settings: what comes of a bill is right, or nothing.
 *
 * reads: services/terminal/connectors/smgs services/terminal/connectors/rail services/terminal/connectors/label
 */
#include "findings_hold.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static void *states[3];
	if (states[0] == NULL) {
		states[0] = fuzz_documents_state(&smgs_connector, "direction: import");
		states[1] = fuzz_documents_state(&smgs_connector, "{direction: export, tonnage: load, batch: '{train}/{file}'}");
		states[2] = fuzz_documents_state(&smgs_connector,
		    "{direction: import, counts: no, names: {carriage: c, wagon: w, doc_id: d, bill: b, goods: g}}");
	}
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		fuzz_documents(&smgs_connector, states[i], (struct span){ data, bytes });
	return 0;
}
