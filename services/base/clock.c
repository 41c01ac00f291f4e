/* The machine's clock. */
#include "clock.h"

#include <assert.h>
#include <stddef.h>
#include <time.h>

static int64_t
utc_ms(void *user)
{
	(void)user;
	struct timespec now;
	int failed = clock_gettime(CLOCK_REALTIME, &now);
	assert(failed == 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t
monotonic_ns(void *user)
{
	(void)user;
	struct timespec now;
	int failed = clock_gettime(CLOCK_MONOTONIC, &now);
	assert(failed == 0);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct clock
clock_system(void)
{
	return (struct clock){ .utc_ms = utc_ms, .monotonic_ns = monotonic_ns, .user = NULL };
}
