/* To add a service: its folder, its CMake target, and one line here. */
#include "roster.h"

#include <string.h>

#include "dashboard.h"
#include "feed.h"
#include "forecast.h"
#include "ingest.h"
#include "keeper.h"
#include "query.h"
#include "relay.h"
#include "warehouse.h"

const struct service *const roster[ROSTER_SERVICES] = { &ingest_service, &query_service, &feed_service, &forecast_service,
	&dashboard_service, &keeper_service, &relay_service, &warehouse_service };

const struct service *
roster_find(const char *name)
{
	for (size_t i = 0; i < ROSTER_SERVICES; i++)
		if (strcmp(roster[i]->name, name) == 0)
			return roster[i];
	return NULL;
}
