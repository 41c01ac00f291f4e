/*
 * The conversation of one terminal with ingest, as a machine that is turned by hand: talk_turn does all that can be done without
 * waiting, talk_wait waits until there is more to do. caller.h is the connection; this is what goes over it.
 *
 * Every trouble ends in a new Hello: the Welcome says what is on disk, and all that is not is sent again. Answers come in the
 * order of sending, so what comes before the Welcome belongs to what was sent before the Hello.
 */
#ifndef JUYAN_TERMINAL_TALK_H
#define JUYAN_TERMINAL_TALK_H

#include "caller.h"
#include "terminal.h"
#include "window.h"

struct terminal {
	struct terminal_options options;
	char *endpoint; /* copies of what the options point to */
	struct key_pair keys;
	uint8_t server_key[PUBLIC_KEY_BYTES];
	struct bus *own_bus;  /* where the options gave none */
	struct caller caller; /* keeps the time, too */

	struct window window;
	uint32_t under_way_max;
	uint64_t next_seq;
	bool placed; /* false: the next Welcome says where the stream goes on */
	uint64_t last_acked;
	bool welcomed; /* at least once: `welcome` is valid */
	Juyan__V1__Welcome welcome;
	char name[TEXT_BYTES_MAX + 1];
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
