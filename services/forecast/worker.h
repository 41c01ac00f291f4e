/*
 * The thread that makes forecasts: it owns an engine and a connection to `query`, takes questions one after the other, and between
 * them looks whether what the last forecast rests on has changed. The service's thread gives it questions and takes replies; both
 * go over in a box with a lock. The worker owns the bytes in it.
 */
#ifndef JUYAN_FORECAST_WORKER_H
#define JUYAN_FORECAST_WORKER_H

#include "booth.h"

enum { WORKER_WAITING_MAX = 32 };

struct worker;

/* One question, and later its reply. */
struct errand {
	struct booth_asker asker;
	uint8_t *bytes; /* the question's frame; then the reply's */
	size_t n;
};

enum status worker_open(const struct service_kit *kit, struct worker **out, struct reason *why) MUST_USE;
/* Has what is being made end early, and waits for that; what still waits is forgotten. Safe on NULL. */
void worker_close(struct worker **worker);

/* Takes bytes over when it is OK. BUSY: WORKER_WAITING_MAX wait already. */
enum status worker_give(struct worker *worker, const struct errand *errand) MUST_USE;
/* The next errand that is done; the caller frees its bytes. False: none is. */
bool worker_take(struct worker *worker, struct errand *out) MUST_USE;
/* Readable when one is. */
int worker_fd(const struct worker *worker);

#endif
