/*
 * What a service is: a name, and three functions that a host calls. A service never knows who its neighbours are, nor whether they
 * share its process. The host owns the kit and outlives all services; a service owns what its open made and is used by one thread.
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
	const struct key_pair *keys; /* the server's */
	struct log *log;
	struct counters *counters;
	struct clock clock;
	bool readonly; /* no service of this process writes the ledger: who reads it keeps auth's list fresh */
	/* Where a service listens, for the start message: door_open calls it. NULL: nobody wants to know. */
	void (*announce)(void *user, const char *service, const char *endpoint);
	void *announce_user;
};

struct service {
	const char *name;
	const char *help; /* one line for `juyan serve --help` */
	bool writes;      /* the ledger: there is one such service for one data folder */
	/* open, step and close are called in the service's own thread. */
	enum status (*open)(const struct service_kit *kit, void **self, struct reason *why);
	/* Does what waits, and waits at most wait_ms for something to do. A STOP status ends the process. */
	enum status (*step)(void *self, int wait_ms, struct reason *why);
	void (*close)(void **self); /* finishes its turn: what it acknowledged is on disk */
};

#endif
