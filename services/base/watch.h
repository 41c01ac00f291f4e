/*
 * What fails at a server's socket before auth hears of it: no CURVE, a wrong server key, a port scan. Told by libzmq's monitor,
 * counted (handshakes_failed) and logged. For bus.c alone; a watch belongs to its socket's thread.
 */
#ifndef JUYAN_BASE_WATCH_H
#define JUYAN_BASE_WATCH_H

#include "counters.h"
#include "log.h"
#include "porter.h"
#include "status.h"

/* Who hears of it; lent. */
struct watch_ear {
	const char *who;
	struct log *log;
	struct counters *counters;
	struct porter *porter; /* is told how many have failed */
};

struct watch {
	void *zmq;  /* watched */
	void *pair; /* where libzmq tells; NULL: nobody watches */
	struct watch_ear ear;
	struct log_budget budget, door_budget;
};

/* `no` is this watch's own in its context. */
enum status watch_open(void *context, void *zmq, unsigned no, const struct watch_ear *ear, struct watch *out,
    struct reason *why) MUST_USE;
/* Counts and logs what has come, at most so many; on one that is zeroed nothing. */
void watch_drain(struct watch *watch, int most);
/*
 * Drains it; then what may be polled for news of the door. NULL: nobody watches, or the door is shut, and then *left_ms is not
 * longer than it stays so.
 */
void *watch_door(struct watch *watch, int most, int64_t *left_ms);
void watch_close(struct watch *watch); /* before its socket; safe on a zeroed one */

#endif
