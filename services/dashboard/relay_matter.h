/*
 * What the dashboard shows of the relay, from the file that it writes (relaying.h): a row of what asks for a person. The ledger
 * does not know how its own journal fares elsewhere: query cannot be asked. Owns nothing.
 */
#ifndef JUYAN_DASHBOARD_RELAY_MATTER_H
#define JUYAN_DASHBOARD_RELAY_MATTER_H

#include <jansson.h>

#include "service.h"

/* Puts its row before the others of a picture of what asks for a person, where there is something; NO_MEMORY. */
enum status relay_matter_put(const struct service_kit *kit, json_t *picture) MUST_USE;
/* … and counts it in a live picture. */
void relay_matter_count(const struct service_kit *kit, json_t *live);

#endif
