/*
 * Records of vehicle managers by a mapping, through restarts.
 *
 * reads: services/terminal/connectors/vehicles services/terminal/connectors/agv
 */
#include "fleet_fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	return fleet_fuzz(&vehicles_connector,
	    "unload_nodes: [y]\nrecords: r\ntime: epoch_s\n"
	    "fields: {vehicle: v, mission: m, load: l, event: e, time: t, node: n, container: [c.0, c], weight: k}\n"
	    "events: {\"1\": loaded, \"2\": unloaded, \"3\": fault, \"4\": offline, w: working}\n",
	    (const char *const[]){ "vm/cars", "cars.json" }, data, bytes);
}
