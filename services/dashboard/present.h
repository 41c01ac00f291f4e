/*
 * What is live: hears the feed, asks query for news that it missed, has the live picture made anew when something has changed
 * (at most four times a second; the pause grows with what it takes) and hands the text to the listeners. After PRESENT_STALE_MS
 * without news it says that nothing is known, and so after as long a time in which no picture of what has changed could be made.
 * The service's thread steps it; the present itself may be looked at from any thread.
 */
#ifndef JUYAN_DASHBOARD_PRESENT_H
#define JUYAN_DASHBOARD_PRESENT_H

#include <jansson.h>

#include "events.h"
#include "service.h"

enum { PRESENT_STALE_MS = 10000, PRESENT_PAUSE_MS = 250, PRESENT_ANEW_MS = 60000 };

struct present;

/* How far the news went. */
struct present_mark {
	uint64_t lsn;           /* 0: nothing is known */
	int64_t received_at_ms; /* of the last event; 0: unknown */
	int64_t age_ms;         /* since news were heard; -1: never */
	unsigned went_back;     /* how often the ledger was found to be another one: it ends earlier, or its chain is another */
	bool fresh;             /* news are heard, and what they tell can be shown */
};

enum status present_open(const struct service_kit *kit, struct events *events, struct present **out, struct reason *why) MUST_USE;
void present_close(struct present **present);
/* Waits at most wait_ms for news. Only STOP comes back. */
enum status present_step(struct present *present, int wait_ms, struct reason *why) MUST_USE;

struct present_mark present_mark(struct present *present);
/* The contract's Mark: true up to lsn. NULL: memory ran out. */
json_t *present_mark_json(struct present *present, uint64_t lsn, int64_t made_at_ms);
/* The live picture as text, with its mark as of now. NULL: there is none yet. */
struct body *present_live(struct present *present);

#endif
