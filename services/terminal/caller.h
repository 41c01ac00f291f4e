/*
 * The client's end of a session with ingest, whatever is brought over it: the connection, the Hello, who is asked whether he is
 * still there, and the pauses between one try and the next. A machine that is turned by hand.
 *
 *     AWAY ──Hello──▶ GREETING ──Welcome (caller_open)──▶ OPEN
 *      ▲  ▲               │ no answer: a new socket        │
 *      │  └───────────────┘                                │
 *      └── caller_again, caller_pause, caller_later, caller_anew
 *
 * Answers come in the order of sending. The caller's user owns the strings and keys that it points to; one thread.
 */
#ifndef JUYAN_TERMINAL_CALLER_H
#define JUYAN_TERMINAL_CALLER_H

#include "bus.h"
#include "clock.h"
#include "ingest.pb-c.h"

enum caller_state { CALLER_AWAY, CALLER_GREETING, CALLER_OPEN };

struct caller {
	struct bus *bus;
	const char *endpoint;
	const struct key_pair *keys;
	const uint8_t *server_key; /* NULL: inproc */
	struct clock clock;
	void (*on_hello)(void *user, Juyan__V1__Hello *hello); /* adds what else is to be said; NULL: nothing */
	void *user;

	struct bus_socket *socket; /* NULL: none at present */
	enum caller_state state;
	int64_t state_ns; /* since when */
	int64_t again_ns; /* AWAY: not before this time */
	int64_t knock_ns; /* the next pause while there is no connection */
	int64_t pause_ns; /* the next of caller_pause */
	int64_t heard_ns; /* when something was heard or waited for last */
	int64_t pinged_ns;
	uint64_t serial;     /* counts what caller_give has given; a Ping's nonce */
	uint64_t reconnects; /* sockets made anew */
	struct arena arena;  /* for what is heard and for what is said */
};

/* The rest is set by hand before. NO_MEMORY. */
enum status caller_prepare(struct caller *caller) MUST_USE;
void caller_hang_up(struct caller *caller); /* safe on a zeroed one */

void caller_again(struct caller *caller);                /* a Hello at once */
void caller_pause(struct caller *caller);                /* … after a pause that grows each time, up to 2 s */
void caller_unpause(struct caller *caller);              /* what the pause was for has passed: the next is a short one */
void caller_anew(struct caller *caller);                 /* … at once, over a new socket */
void caller_later(struct caller *caller, int64_t at_ns); /* … at that time, over a new socket */
void caller_open(struct caller *caller);                 /* a Welcome has been heard, and fits */

/*
 * Knocks, greets and asks, as time demands; `owed`: answers are awaited. BUSY and CLOSED are no failures here: it is tried again.
 */
enum status caller_turn(struct caller *caller, bool owed, struct reason *why) MUST_USE;
/* What waits, lent until anything else is heard or said; TIMEOUT: nothing does. UNDECODABLE and the like with a sentence. */
enum status caller_hear(struct caller *caller, const Juyan__V1__ToTerminal **out, struct reason *why) MUST_USE;
/* While it is open. BUSY and CLOSED (caller_not_now): the frame has not gone. Else `serial` is its number. */
enum status caller_give(struct caller *caller, struct span frame, bool owed) MUST_USE;
bool caller_not_now(enum status status);

/* When it has something to do though nothing comes. */
int64_t caller_next_ns(const struct caller *caller, bool owed);
/* Waits for something to read or until then; or until `fd` can be read (-1: none). */
enum status caller_wait(struct caller *caller, int fd, int64_t until_ns) MUST_USE;

#endif
