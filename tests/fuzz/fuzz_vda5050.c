/*
 * AGV messages of a broker and lines of files, through restarts.
 *
 * reads: services/terminal/connectors/vda5050 services/terminal/connectors/agv
 */
#include "fleet_fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	return fleet_fuzz(&vda5050_connector,
	    "unload_nodes: [y]\nload_nodes: [d]\nweight: weighed\ntare_kg: 28000\n"
	    "lodge: {direction: import, goods: [{description: coal, hs_code: \"2701\"}]}\n",
	    (const char *const[]){ "uagv/v2/K/7/state", "agv.ndjson" }, data, bytes);
}
