/*
 * What a service is: a name, and three functions that a host calls. A service never knows who its neighbours are, nor whether they share
 * its process. The host owns the kit and outlives all services; a service owns what its open made and is used by one thread.
 */
#ifndef JUYAN_BASE_SERVICE_H
#define JUYAN_BASE_SERVICE_H

#include "auth.h"
#include "bus.h"
#include "clock.h"
#include "config.h"
#include "counters.h"
#include "env.h"
#include "log.h"
#include "status.h"

struct service_kit {
	struct bus *bus;
	struct env *env;
	struct auth *auth;
	const struct config *config;
	struct log *log;
	struct counters *counters;
	struct clock clock;
};

struct service {
	const char *name;
	const char *help; /* one line for `juyan serve --help` */
	enum status (*open)(const struct service_kit *kit, void **self, struct reason *why);
	/* Does what waits, and waits at most wait_ms for something to do. A STOP status ends the process. */
	enum status (*step)(void *self, int wait_ms, struct reason *why);
	void (*close)(void **self); /* finishes its turn: what it acknowledged is on disk */
};

#endif
