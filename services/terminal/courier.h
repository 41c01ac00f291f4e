/*
 * Brings what waits in a spool to the centre, over one session after another, and lets the spool forget what the centre has on its
 * disk. Turned by hand: courier_turn does what can be done, and waits for more to do, or for whoever takes events into the spool to
 * ring the bell.
 *
 * The courier lends the spool; one thread turns it, others may take into the spool meanwhile.
 */
#ifndef JUYAN_TERMINAL_COURIER_H
#define JUYAN_TERMINAL_COURIER_H

#include "spool.h"
#include "terminal.h"

struct courier;

enum courier_news {
	COURIER_CONNECTED,
	COURIER_AWAY,        /* no answer: away, or this key is not authorised; the door does not say which */
	COURIER_NOT_LET_IN,  /* the centre says that the key was revoked */
	COURIER_QUARANTINED, /* an event counts for nothing until a person has looked at it */
	COURIER_KEY_TWICE,   /* a number holds another event than ours, or numbers are taken that nothing here had */
	COURIER_LOST,        /* the centre came back from an older copy, without events that it had confirmed */
	COURIER_REFUSED      /* the centre does not take what it is sent; it is tried again after a pause */
};

struct courier_options {
	struct spool *spool;
	struct terminal_options terminal; /* where, and as whom; its callbacks are set here */
	int bell;                         /* an eventfd; whoever has taken events writes to it. -1: none */
	void (*on_news)(void *user, enum courier_news news, const char *sentence); /* may be NULL */
	void *user;
};

struct courier_state {
	bool connected;
	int64_t heard_ns; /* monotonic; 0: never */
	uint64_t quarantined;
	uint64_t conflicts;
	struct terminal_tally tally;
};

enum status courier_open(const struct courier_options *options, struct courier **out, struct reason *why) MUST_USE;
void courier_close(struct courier **courier);
/*
 * One turn; waits at most so long for something to do. STOP: the spool or the machine failed. Everything else (an absent centre, a
 * refusal) is news, and tried again.
 */
enum status courier_turn(struct courier *courier, int wait_ms, struct reason *why) MUST_USE;
struct courier_state courier_state(const struct courier *courier);

#endif
