/*
 * Published figures of one port are of several definitions (all cargo, coal alone); two are never mixed. This says which one a
 * forecast takes: "all" where it is there, else the one of which there are most. Owns nothing; any thread.
 */
#ifndef JUYAN_FORECAST_DEFINITION_H
#define JUYAN_FORECAST_DEFINITION_H

#include <stdint.h>

#include "query.pb-c.h"

/* Of the figures whose span was over by this day; lent from the registry, "all" where there is none. */
const char *definition_of(const Juyan__V1__Registry *registry, const char *port, int64_t as_of);

#endif
