/*
 * Requests that wait for a thread of their own, because their answer takes asking. A bounded line: who finds it full is told to
 * come again. Each has a deadline; who has waited beyond it is told so and not asked for. Owned by the desk.
 */
#ifndef JUYAN_DASHBOARD_WAITING_H
#define JUYAN_DASHBOARD_WAITING_H

#include "request.h"
#include "routes.h"
#include "service.h"

enum { WAITING_MAX = 64 };

struct waiting;

struct waiting_options {
	const struct service_kit *kit;
	const char *name; /* of the thread */
	size_t room;      /* at most WAITING_MAX */
	int deadline_ms;
	void (*work)(void *user, struct easel *easel, const struct request *request, struct http_answer *out);
	void *user;
};

enum status waiting_open(const struct waiting_options *options, struct waiting **out, struct reason *why) MUST_USE;
/* Lets what is being answered end, tells the others to come again, and refuses from then on. */
void waiting_stop(struct waiting *waiting);
void waiting_close(struct waiting **waiting);

/* Takes the request over, whatever becomes of it, and answers the call. What http_wait gives. */
enum http_turn waiting_put(struct waiting *waiting, struct http_call *call, struct request *request);
size_t waiting_count(struct waiting *waiting);
void request_free(struct request *request); /* safe on NULL */

#endif
