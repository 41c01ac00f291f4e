/*
 * How long a machine was available, and since when it stands as it does: a pure function of what was told of it. A report holds
 * until the next one, MACHINE_HOLDS_MS at most; what no report covers is not known, and is in no sum. Owns nothing; any thread.
 */
#ifndef JUYAN_STORAGE_UPTIME_H
#define JUYAN_STORAGE_UPTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "wire.h"

enum {
	UPTIME_HOURS = 24,
	UPTIME_REPORTS_MAX = 10000 /* of one machine; of more, what was before is not known */
};
#define UPTIME_HOUR_MS (INT64_C(60) * 60 * 1000)

/* Sums over a span of time. */
struct uptime_span {
	int64_t from_ms, to_ms;
	int64_t known_ms, available_ms, charging_ms;
	uint32_t stops, faults; /* how often it came to be so */
};

struct uptime {
	int64_t since_ms; /* holds after uptime_end: since when it stands as it does, without a gap */
	struct uptime_span last_24h, day, hours[UPTIME_HOURS];
	/* Of the report before, that is of the next in time: */
	Juyan__V1__Condition condition;
	int64_t at_ms;
	bool since_known;
	uint32_t fed;
};

/* Whether it is at work, or at what it needs for its work, without a person. */
bool uptime_available(Juyan__V1__Condition condition);

/* `day_ms` is when the day began, at most 24 hours before now. */
void uptime_begin(struct uptime *out, int64_t now_ms, int64_t day_ms);
/* The reports from the last one back. False: what was before changes nothing. A report ahead of now is one of now. */
bool uptime_feed(struct uptime *uptime, int64_t at_ms, Juyan__V1__Condition condition) MUST_USE;
/* After the last that was fed, of at least one. */
void uptime_end(struct uptime *uptime);

#endif
