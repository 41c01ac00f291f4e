/* See watch.h. */
#include "watch.h"

#include <stdio.h>
#include <string.h>

#include <zmq.h>

#include "clock.h"
#include "endpoint.h"

/* Without descriptors a port fails as fast as libzmq's thread can turn: ACCEPT_FAILED would fill our memory. The host sees why. */
static const int watched = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;

enum { LAST_EVENTS = 10000 };

static bool
set_number(void *zmq, int option, int value)
{
	return zmq_setsockopt(zmq, option, &value, sizeof value) == 0;
}

enum status
watch_open(void *context, void *zmq, unsigned no, const struct watch_ear *ear, struct watch *out, struct reason *why)
{
	char name[64];
	snprintf(name, sizeof name, "inproc://watch.%u", no);
	void *pair = zmq_socket(context, ZMQ_PAIR);
	/*
	 * No high water mark: libzmq's own thread would stand still behind it until we read. We read at each bus_wait, and now and
	 * then at bus_take.
	 */
	if (pair == NULL || !set_number(pair, ZMQ_LINGER, 0) || !set_number(pair, ZMQ_RCVHWM, 0) ||
	    zmq_socket_monitor(zmq, name, watched) != 0 || zmq_connect(pair, name) != 0) {
		reason_say(why, STATUS_SYSTEM, "a socket cannot be watched: %s", zmq_strerror(zmq_errno()));
		zmq_socket_monitor(zmq, NULL, 0);
		if (pair != NULL)
			zmq_close(pair);
		return STATUS_SYSTEM;
	}
	*out = (struct watch){ .zmq = zmq, .pair = pair, .ear = *ear };
	return STATUS_OK;
}

void
watch_close(struct watch *watch)
{
	if (watch->pair == NULL)
		return;
	watch_drain(watch, LAST_EVENTS);
	/* In this order: with its reader gone first, stopping a monitor can wait for ever. */
	zmq_socket_monitor(watch->zmq, NULL, 0);
	zmq_close(watch->pair);
	watch->pair = NULL;
}

static void
watch_say(struct watch *watch, const uint8_t *event, size_t event_bytes, const char *endpoint)
{
	uint16_t kind;
	uint32_t value;
	if (event_bytes != sizeof kind + sizeof value)
		return;
	memcpy(&kind, event, sizeof kind);
	memcpy(&value, event + sizeof kind, sizeof value);
	count(watch->ear.counters, COUNTER_handshakes_failed, 1);
	char quoted[LOG_QUOTED_BYTES];
	uint64_t withheld;
	if (!log_affords(&watch->budget, &withheld))
		return;
	const char *what = kind == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL ? "handshake_failed" : "handshake_broken_off";
	log_say(watch->ear.log, LOG_WARNING, watch->ear.who, what, "at=%s code=%u withheld=%llu", log_quoted(endpoint, quoted),
	    value, (unsigned long long)withheld);
}

static int64_t
now_ms(void)
{
	struct clock clock = clock_system();
	return clock_monotonic_ns(&clock) / 1000000;
}

/* So many have failed at the door, which may be too many. */
static void
tell_porter(struct watch *watch, uint64_t failures)
{
	uint64_t withheld;
	if (!porter_failed(watch->ear.porter, failures, now_ms()))
		return;
	count(watch->ear.counters, COUNTER_doors_shut, 1);
	if (log_affords(&watch->door_budget, &withheld))
		log_say(watch->ear.log, LOG_WARNING, watch->ear.who, "door_shut", "for_ms=%d withheld=%llu", PORTER_MS,
		    (unsigned long long)withheld);
}

/* Each event is two frames: what happened, and at which of our endpoints. */
void
watch_drain(struct watch *watch, int most)
{
	uint64_t failures = 0;
	for (int i = 0; watch->pair != NULL && i < most; i++) {
		uint8_t event[16];
		char endpoint[ENDPOINT_BYTES] = "";
		int n = zmq_recv(watch->pair, event, sizeof event, ZMQ_DONTWAIT);
		if (n < 0)
			break;
		int m = zmq_recv(watch->pair, endpoint, sizeof endpoint - 1, ZMQ_DONTWAIT);
		endpoint[m < 0 ? 0 : m < (int)sizeof endpoint ? m : (int)sizeof endpoint - 1] = '\0';
		watch_say(watch, event, (size_t)n, endpoint);
		failures++;
	}
	if (watch->pair != NULL)
		tell_porter(watch, failures);
}

void *
watch_door(struct watch *watch, int most, int64_t *left_ms)
{
	watch_drain(watch, most);
	int shut_ms = watch->pair == NULL ? 0 : porter_look(watch->ear.porter, now_ms());
	if (shut_ms > 0 && *left_ms > shut_ms)
		*left_ms = shut_ms;
	return shut_ms > 0 ? NULL : watch->pair;
}
