/*
 * Road manifests and their receipts, under each of their settings: what comes of a document is right, or nothing.
 *
 * reads: services/terminal/connectors/manifest services/terminal/connectors/receipt services/terminal/connectors/xml
 */
#include "findings_hold.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static void *states[2];
	if (states[0] == NULL) {
		states[0] = fuzz_documents_state(&manifest_connector, "");
		states[1] = fuzz_documents_state(&manifest_connector, "{classification: hs, release: waybill}");
	}
	for (size_t i = 0; i < 2; i++)
		fuzz_documents(&manifest_connector, states[i], (struct span){ data, bytes });
	return 0;
}
