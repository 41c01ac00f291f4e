/* The sums of uptime.h. */
#include "uptime.h"

#include <assert.h>

bool
uptime_available(Juyan__V1__Condition condition)
{
	return condition == JUYAN__V1__CONDITION__WORKING || condition == JUYAN__V1__CONDITION__CHARGING;
}

void
uptime_begin(struct uptime *out, int64_t now_ms, int64_t day_ms)
{
	int64_t from_ms = now_ms - UPTIME_HOURS * UPTIME_HOUR_MS;
	assert(day_ms <= now_ms && day_ms >= from_ms);
	*out =
	    (struct uptime){ .last_24h = { .from_ms = from_ms, .to_ms = now_ms }, .day = { .from_ms = day_ms, .to_ms = now_ms } };
	for (int i = 0; i < UPTIME_HOURS; i++) {
		out->hours[i].from_ms = from_ms + i * UPTIME_HOUR_MS;
		out->hours[i].to_ms = from_ms + (i + 1) * UPTIME_HOUR_MS;
	}
}

static void
add(struct uptime_span *span, int64_t from_ms, int64_t to_ms, Juyan__V1__Condition condition)
{
	from_ms = from_ms > span->from_ms ? from_ms : span->from_ms;
	to_ms = to_ms < span->to_ms ? to_ms : span->to_ms;
	if (from_ms >= to_ms)
		return;
	span->known_ms += to_ms - from_ms;
	span->available_ms += uptime_available(condition) ? to_ms - from_ms : 0;
	span->charging_ms += condition == JUYAN__V1__CONDITION__CHARGING ? to_ms - from_ms : 0;
}

static void
add_beginning(struct uptime_span *span, int64_t at_ms, Juyan__V1__Condition condition)
{
	if (at_ms < span->from_ms || at_ms > span->to_ms)
		return;
	span->stops += condition == JUYAN__V1__CONDITION__STOPPED;
	span->faults += condition == JUYAN__V1__CONDITION__FAULT;
}

/* With the report that was fed last it came to stand so. */
static void
begins(struct uptime *uptime)
{
	if (!uptime->since_known)
		uptime->since_ms = uptime->at_ms;
	uptime->since_known = true;
	add_beginning(&uptime->last_24h, uptime->at_ms, uptime->condition);
	add_beginning(&uptime->day, uptime->at_ms, uptime->condition);
}

bool
uptime_feed(struct uptime *uptime, int64_t at_ms, Juyan__V1__Condition condition)
{
	int64_t until_ms = uptime->fed == 0 ? uptime->last_24h.to_ms : uptime->at_ms;
	at_ms = at_ms < until_ms ? at_ms : until_ms;
	if (uptime->fed > 0 && (condition != uptime->condition || until_ms - at_ms > MACHINE_HOLDS_MS))
		begins(uptime);
	until_ms = until_ms < at_ms + MACHINE_HOLDS_MS ? until_ms : at_ms + MACHINE_HOLDS_MS;
	add(&uptime->last_24h, at_ms, until_ms, condition);
	add(&uptime->day, at_ms, until_ms, condition);
	for (int i = 0; i < UPTIME_HOURS; i++)
		add(&uptime->hours[i], at_ms, until_ms, condition);
	uptime->at_ms = at_ms;
	uptime->condition = condition;
	uptime->fed++;
	return uptime->fed < UPTIME_REPORTS_MAX && (!uptime->since_known || at_ms > uptime->last_24h.from_ms - MACHINE_HOLDS_MS);
}

void
uptime_end(struct uptime *uptime)
{
	assert(uptime->fed > 0);
	begins(uptime);
}
