/*
 * A service that sends events of its own to the ingest of its data folder: a terminal like any other, over ipc, with the key
 * DIR/keys/NAME.key, which is made when it is needed first. It registers itself as the local administrator does it, before its
 * first event.
 *
 * Each call is one session: it is rare, and between two calls others may use the key (key_lock.h). Every wait has a deadline.
 * Whoever opens it closes it; one thread.
 */
#ifndef JUYAN_TERMINAL_INHOUSE_H
#define JUYAN_TERMINAL_INHOUSE_H

#include "asker.h"

struct inhouse;

struct inhouse_options {
	const struct service_kit *kit; /* lent */
	const char *name;              /* of the terminal, its key and what the log calls the service; lent */
	bool administrator;            /* it sends what administrators send, and reads; else what needs no right of its own */
	const atomic_bool *stop;       /* true: give up; may be NULL */
	int wait_ms;                   /* for each step of a session */
};

/* NO_MEMORY. */
enum status inhouse_open(const struct inhouse_options *options, struct inhouse **out, struct reason *why) MUST_USE;
void inhouse_close(struct inhouse **inhouse);

/* For questions about what is to be sent, in the same thread. Lent. */
struct asker *inhouse_asker(struct inhouse *inhouse);

/*
 * OK: the event is on disk and was applied. What ingest says otherwise comes back with its sentence as `*said`, and OK; CLOSED,
 * BUSY, TIMEOUT and the like as they are: it may be tried again.
 */
enum status inhouse_send(struct inhouse *inhouse, struct span event, enum status *said, struct reason *why) MUST_USE;

#endif
