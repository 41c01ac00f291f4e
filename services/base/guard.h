/*
 * Who may ask: readers and administrators of the registry, and anybody inside the process. Where no service of the process writes
 * the ledger, it also keeps the key check's list fresh. One for each service that answers questions; used in its thread.
 */
#ifndef JUYAN_BASE_GUARD_H
#define JUYAN_BASE_GUARD_H

#include "ledger.h"
#include "service.h"

struct guard {
	const struct service_kit *kit;
	const char *who;           /* the service, for the log */
	struct reader *reader;     /* lent */
	uint64_t registry_version; /* of auth's list, where we keep it */
	int64_t refresh_ns;        /* when to look for another one */
	struct log_budget budget;
};

enum status guard_open(const struct service_kit *kit, const char *who, struct reader *reader, struct guard *out,
    struct reason *why) MUST_USE;
/* Call it in every step: it looks once a second. */
enum status guard_refresh(struct guard *guard, struct reason *why) MUST_USE;
/* NOT_AUTHORISED with its sentence in `failure`, counted and logged; other statuses are the ledger's, in `why`. */
enum status guard_admit(struct guard *guard, const struct bus_peer *peer, struct reason *failure, struct reason *why) MUST_USE;

#endif
