/*
 * A request that fits its route: parameters checked and typed. Makers of pictures read it; it is lent for their call.
 */
#ifndef JUYAN_DASHBOARD_REQUEST_H
#define JUYAN_DASHBOARD_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sessions.h"
#include "target.h"

enum { REQUEST_VALUES_MAX = 8 };

struct route;

struct request {
	const struct route *route;
	int64_t now_ms;     /* UTC, when it came */
	bool fresh;         /* the feed was heard then */
	unsigned went_back; /* as present.h counts it */
	struct {
		const char *text;     /* NULL: left out */
		int64_t number;       /* of numbers; flags: 0 or 1; days: as civil.h numbers them */
	} values[REQUEST_VALUES_MAX]; /* as the route's parameters stand */
	json_t *body;                 /* of a POST; else NULL */
	struct session who;           /* checked: his role is enough */
	struct target target;         /* what the texts lie in */
	char kept_as[256];            /* the whole target, where it is short enough to keep its answer */
	char address[64];             /* who asks, as tries count him */
	char token[SESSION_TOKEN_BYTES];
};

/* What the route names and the request leaves out is "" (or the default), 0 or false. Asserts that the route names it. */
const char *request_text(const struct request *request, const char *name);
int64_t request_number(const struct request *request, const char *name);
bool request_flag(const struct request *request, const char *name);
bool request_has(const struct request *request, const char *name);

#endif
