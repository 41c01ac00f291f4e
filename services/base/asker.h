/*
 * Asks `query` and `forecast` over the bus, one question after the other, each with a deadline. The connection is made with the
 * first question, and anew after it was lost or refused. Owned and used by one thread (open it anywhere, ask and close in one
 * thread).
 *
 * The two services have lines of their own: an answer is lent until the next question to the same service.
 */
#ifndef JUYAN_BASE_ASKER_H
#define JUYAN_BASE_ASKER_H

#include <stdatomic.h>

#include "door.h"
#include "service.h"

#include "forecast.pb-c.h"
#include "query.pb-c.h"

struct asker;

enum asker_service { ASKER_QUERY, ASKER_FORECAST, ASKER_SERVICES };

struct asker_address {
	char endpoint[DOOR_ENDPOINT_BYTES];
	struct key_pair keys; /* not used for inproc, like the next */
	uint8_t server_key[PUBLIC_KEY_BYTES];
};

struct asker_options {
	struct bus *bus;
	/* Where a service is, and as whom it is asked. Called for each connection; what it wrote is wiped afterwards. */
	enum status (*find)(void *user, enum asker_service service, struct asker_address *out, struct reason *why);
	void *user;
	int wait_ms[ASKER_SERVICES]; /* for one question, all in all */
	const atomic_bool *stop;     /* true: give up; may be NULL */
};

enum status asker_open(const struct asker_options *options, struct asker **out, struct reason *why) MUST_USE;
/* A service's own: inproc where the service asked runs in this process, else over ipc as the local administrator. */
enum status asker_for(const struct service_kit *kit, const atomic_bool *stop, struct asker **out, struct reason *why) MUST_USE;
void asker_close(struct asker **asker);

/* All questions until the next call end by then as well (clock_monotonic_ns / 1000000); 0: no such end. */
void asker_set_end(struct asker *asker, int64_t end_ms);
int64_t asker_end(const struct asker *asker); /* as it was set; 0: none */
/* The lowest log sequence number of query's answers since asker_set_end: what was told by then is in all of them. 0: none. */
uint64_t asker_lsn(const struct asker *asker);

/* Version and nonce are filled in. A Failure comes back as its status with its sentence; TIMEOUT when nobody answers. */
enum status asker_query(struct asker *asker, Juyan__V1__Question *question, const Juyan__V1__Answer **out,
    struct reason *why) MUST_USE;
enum status asker_forecast(struct asker *asker, Juyan__V1__ForecastQuestion *question, const Juyan__V1__ForecastReply **out,
    struct reason *why) MUST_USE;

#endif
