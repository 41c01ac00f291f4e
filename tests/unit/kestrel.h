/* One vehicle of one maker, as VDA 5050 has it: its states, and what is expected of them. */
#ifndef JUYAN_TESTS_KESTREL_H
#define JUYAN_TESTS_KESTREL_H

#include "fleet.h"

#define TOPIC "uagv/v2/Kestrel/agv-07/state"
#define PLAIN "unload_nodes: [yard-1, yard-2]\nload_nodes: [dock-1]\nlanes: {yard-1: A1, dock-1: A9}\n"
#define LODGING \
	PLAIN "batch: \"{order}\"\nlodge:\n  direction: import\n  goods:\n    - {description: 炼焦煤, hs_code: \"27011210\"}\n"

#define K "Kestrel/agv-07/"

/* A state at so many seconds; `rest` holds what differs, with a comma before it. */
static inline void
state(struct fleet *fleet, int second, const char *order, const char *node, const char *rest)
{
	char message[4096];
	snprintf(message, sizeof message,
	    "{\"headerId\":1,\"timestamp\":\"" NOW_TEXT "%02d.000Z\",\"version\":\"2.1.0\",\"manufacturer\":\"Kestrel\","
	    "\"serialNumber\":\"agv-07\",\"orderId\":\"%s\",\"lastNodeId\":\"%s\","
	    "\"lastNodeSequenceId\":4,\"driving\":false,\"operatingMode\":\"AUTOMATIC\",\"batteryState\":{\"batteryCharge\":71.5,"
	    "\"charging\":false},\"safetyState\":{\"eStop\":\"NONE\",\"fieldViolation\":false}%s}",
	    second, order, node, rest);
	fleet_take(fleet, TOPIC, NOW_MS + second * 1000, message);
}

#define EMPTY ",\"loads\":[]"
#define LOADED ",\"loads\":[{\"loadId\":\"KEST2200110\",\"weight\":32500}]"

#define says(fleet, text) assert_string_equal(fleet_said(fleet, false), text)
#define machine_says(fleet, text) assert_string_equal(fleet_said(fleet, true), text)
#define DEPARTED(order, load, rest, at) "unit_departed agv-07 lane=A1 batch=" order " key=" K order "/" load rest " at=" at "\n"

#endif
