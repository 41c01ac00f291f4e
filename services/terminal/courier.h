/*
 * Brings what waits in a spool to the centre, over one session after another, and lets the spool forget what the centre has on its
 * disk. Turned by hand: courier_turn does what can be done, and waits for more to do, or for whoever takes events into the spool to
 * ring the bell. Forgetting is put off a little, for it costs a sync; what was put off at a kill is sent again, and the centre
 * answers "duplicate".
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
	COURIER_REFUSED,     /* the centre does not take what it is sent; it is tried again after a pause, longer each time */
	COURIER_FULL         /* the disk is so full that what the centre has cannot be forgotten here; tried again */
};

struct courier_options {
	struct spool *spool;
	struct terminal_options terminal; /* where (copied), and as whom; its callbacks are set here */
	int bell;                         /* an eventfd; whoever has taken events, or wants a turn to end, writes to it. -1: none */
	/* A trouble that lasts is told once. May be NULL. */
	void (*on_news)(void *user, enum courier_news news, const char *sentence);
	void *user;
};

struct courier_state {
	bool connected;
	bool away;        /* nobody has answered for a while, or we were sent away */
	uint64_t settled; /* the centre has all up to this place; the spool may still hold some of it. 0: not known yet */
	int64_t heard_ns; /* monotonic; 0: never */
	uint64_t quarantined;
	uint64_t conflicts;
	struct terminal_tally tally;
};

/*
 * One process at a time brings from a spool: this lock stands in DIR/run, is taken before the spool is opened, and held until it is
 * closed. Makes the folders. The caller closes *fd. IN_USE, SETTING.
 */
enum status courier_lock(const char *dir, int *fd, struct reason *why) MUST_USE;

enum status courier_open(const struct courier_options *options, struct courier **out, struct reason *why) MUST_USE;
/* Lets the spool forget what the centre has confirmed meanwhile; what was not, waits in the spool. */
void courier_close(struct courier **courier);
/*
 * One turn; waits at most so long for something to do. STOP: the spool or the machine failed. Everything else (an absent centre, a
 * refusal) is news, and tried again.
 */
enum status courier_turn(struct courier *courier, int wait_ms, struct reason *why) MUST_USE;
struct courier_state courier_state(const struct courier *courier);

#endif
