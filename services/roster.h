/* The services of this house in road order: the way that an event goes. The only place that knows them all. */
#ifndef JUYAN_SERVICES_ROSTER_H
#define JUYAN_SERVICES_ROSTER_H

#include "service.h"

enum { ROSTER_SERVICES = 8 };

extern const struct service *const roster[ROSTER_SERVICES];

/* NULL: there is no service of this name. */
const struct service *roster_find(const char *name);

#endif
