/*
 * The conversation of one terminal with ingest, as a machine that is turned by hand: talk_turn does all that can be done without
 * waiting, talk_wait waits until there is more to do.
 *
 *     AWAY ──Hello──▶ GREETING ──Welcome──▶ OPEN
 *      ▲  ▲               │ no answer: a new socket │
 *      │  └───────────────┘                         │
 *      └── no Hello known there, a gap, no room, an answer that is missing
 *
 * Every trouble ends in a new Hello: the Welcome says what is on disk, and all that is not is sent again. Answers come in the
 * order of sending, so what comes before the Welcome belongs to what was sent before the Hello.
 */
#ifndef JUYAN_TERMINAL_TALK_H
#define JUYAN_TERMINAL_TALK_H

#include "clock.h"
#include "terminal.h"
#include "window.h"

enum talk_state { TALK_AWAY, TALK_GREETING, TALK_OPEN };

struct terminal {
	struct terminal_options options;
	char *endpoint; /* copies of what the options point to */
	struct key_pair keys;
	uint8_t server_key[PUBLIC_KEY_BYTES];
	struct bus *own_bus; /* where the options gave none */
	struct clock clock;

	struct bus_socket *socket; /* NULL: none at present */
	enum talk_state state;
	int64_t state_ns; /* since when */
	int64_t again_ns; /* AWAY: not before this time */
	int64_t knock_ns; /* the next pause while there is no connection */
	int64_t pause_ns; /* the next pause after "no room" */
	int64_t heard_ns; /* when something was heard or waited for last */
	int64_t pinged_ns;
	uint64_t serial; /* counts batches given to the socket */

	struct window window;
	uint32_t under_way_max;
	uint64_t next_seq;
	bool placed; /* false: the next Welcome says where the stream goes on */
	uint64_t last_acked;
	bool welcomed; /* at least once: `welcome` is valid */
	Juyan__V1__Welcome welcome;
	char name[TEXT_BYTES_MAX + 1];
	struct arena arena; /* for what is received and for Hello and Ping */
	struct terminal_tally tally;
};

/*
 * RETRY is never returned. REFUSE: with the server's sentence. STOP: the machine. After any of them the talk begins anew with the
 * next turn.
 */
enum status talk_turn(struct terminal *t, struct reason *why) MUST_USE;
/* Waits for something to read or to do, at most until the deadline. */
enum status talk_wait(struct terminal *t, int64_t deadline_ns) MUST_USE;
/* … or until `fd` can be read; -1: none. */
enum status talk_wait_with(struct terminal *t, int fd, int64_t deadline_ns) MUST_USE;
/* Begins anew with a Hello. */
void talk_again(struct terminal *t);

#endif
