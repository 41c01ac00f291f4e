/*
 * What a thread needs to make pictures: somebody to ask, and what the pictures keep between two of them. One thread; whoever has
 * two threads opens two.
 */
#ifndef JUYAN_DASHBOARD_EASEL_H
#define JUYAN_DASHBOARD_EASEL_H

#include "asker.h"
#include "request.h"

struct easel {
	struct asker *asker;
};

enum status easel_open(const struct service_kit *kit, const atomic_bool *stop, struct easel **out, struct reason *why) MUST_USE;
void easel_close(struct easel **easel);

#endif
