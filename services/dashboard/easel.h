/*
 * What a thread needs to make pictures: somebody to ask, a painter with what it keeps from one picture to the next, and the
 * forecast that was told last. One thread; whoever has two threads opens two.
 */
#ifndef JUYAN_DASHBOARD_EASEL_H
#define JUYAN_DASHBOARD_EASEL_H

#include "asker.h"
#include "painter.h"
#include "request.h"
#include "source.h"

enum { EASEL_GOAL_BYTES = 72 };

struct easel {
	struct asker *asker;
	struct source source; /* the asker, as painters and reports know it */
	struct painter *painter;
	const struct service_kit *kit;
	const atomic_bool *stop; /* as easel_open got it */
	unsigned went_back;      /* of the ledger that the painter knows */
	struct {
		Juyan__V1__GoalReports *reports; /* NULL: none yet */
		char goal[EASEL_GOAL_BYTES];     /* as it was asked for */
		int64_t at_ms;
	} foresight;
};

enum status easel_open(const struct service_kit *kit, const atomic_bool *stop, struct easel **out, struct reason *why) MUST_USE;
void easel_close(struct easel **easel);

#endif
