/* The time, from a handle, so that a test can be the weather. Owns nothing. */
#ifndef JUYAN_BASE_CLOCK_H
#define JUYAN_BASE_CLOCK_H

#include <stdint.h>

struct clock {
	int64_t (*utc_ms)(void *user);       /* milliseconds since 1970-01-01 UTC; may step */
	int64_t (*monotonic_ns)(void *user); /* only goes forward; for waits and measurements */
	void *user;
};

/* The machine's own. */
struct clock clock_system(void);

static inline int64_t
clock_utc_ms(const struct clock *clock)
{
	return clock->utc_ms(clock->user);
}

static inline int64_t
clock_monotonic_ns(const struct clock *clock)
{
	return clock->monotonic_ns(clock->user);
}

#endif
