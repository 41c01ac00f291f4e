/* See pace.h. */
#include "pace.h"

/* A clock that was set back begins anew. */
static int64_t
full_ms(const struct pace *pace, int64_t now_ms)
{
	bool known = pace->full_ms > now_ms && pace->full_ms <= now_ms + (int64_t)PACE_AT_ONCE * PACE_MS;
	return known ? pace->full_ms : now_ms;
}

bool
pace_allows(const struct pace *pace, int64_t now_ms)
{
	return full_ms(pace, now_ms) <= now_ms + (int64_t)(PACE_AT_ONCE - 1) * PACE_MS;
}

/* What has to be told in any case takes its share, too, but never more than all. */
void
pace_told(struct pace *pace, int64_t now_ms)
{
	int64_t most = now_ms + (int64_t)PACE_AT_ONCE * PACE_MS, next = full_ms(pace, now_ms) + PACE_MS;
	pace->full_ms = next < most ? next : most;
}
