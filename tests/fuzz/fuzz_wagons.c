/*
 * Wagon lists, under settings that leave all open and under settings of their own: what comes of a list is right, or nothing.
 *
 * reads: services/terminal/connectors/wagons services/terminal/connectors/rail services/terminal/connectors/label
 */
#include "findings_hold.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static void *states[3];
	if (states[0] == NULL) {
		states[0] = fuzz_documents_state(&wagons_connector, "direction: import");
		states[1] = fuzz_documents_state(&wagons_connector,
		    "{direction: export, separator: ';', decimal_mark: ',', encoding: windows-1251, units: {load: centner},"
		    " batch: '{train}/{date}', time: 'DD.MM.YYYY'}");
		states[2] = fuzz_documents_state(&wagons_connector,
		    "{direction: import, counts: no, columns: {wagon: [a, b], load: c, waybill: d}}");
	}
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		fuzz_documents(&wagons_connector, states[i], (struct span){ data, bytes });
	return 0;
}
