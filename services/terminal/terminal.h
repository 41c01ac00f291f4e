/*
 * The terminal's end of a session: takes events, numbers them, sends them in batches within the window, resends after a break,
 * and says when they are on the centre's disk. What is not acknowledged is kept in memory (bounded by the window).
 *
 * The caller owns the terminal and closes it; one thread. Every call has a deadline. The library never sleeps or spins while it
 * waits: it waits on its socket.
 *
 *     terminal_open(&options, &terminal, &why);
 *     terminal_hello(terminal, 5000, &why);
 *     while (next event) terminal_send(terminal, bytes, &why);
 *     terminal_flush(terminal, 30000, &why);
 *     terminal_close(&terminal);
 */
#ifndef JUYAN_TERMINAL_H
#define JUYAN_TERMINAL_H

#include "bus.h"
#include "ingest.pb-c.h"

struct terminal;

struct terminal_options {
	struct bus *bus;             /* the process's bus; NULL: the terminal opens one of its own */
	const char *endpoint;        /* ingest's */
	const struct key_pair *keys; /* this terminal's; copied */
	const uint8_t *server_key;   /* ingest's public key; NULL for inproc */
	uint32_t batch_events;       /* how many events make a batch; 0: as many as the server allows, at most 1000 */
	uint32_t window_batches;     /* 0: as many as the server allows */
	int patience_ms;             /* how long one call waits for a server that is away; 0: 30 s */
	/* For each event that was not simply accepted (may be NULL). The answer is lent for the call. */
	void (*on_answer)(void *user, const Juyan__V1__EventAnswer *answer);
	/*
	 * For each acknowledged batch, in order (may be NULL): all up to last_stream_seq are on disk. wait_ns: from sending to
	 * acknowledgement.
	 */
	void (*on_ack)(void *user, uint64_t last_stream_seq, uint32_t events, int64_t wait_ns);
	void *user;
};

struct terminal_tally {
	uint64_t sent; /* events given to terminal_send */
	uint64_t accepted;
	uint64_t duplicate;
	uint64_t conflict;
	uint64_t quarantined;
	uint64_t refused;
	uint64_t reconnects;
	uint64_t retries; /* batches sent again */
};

enum status terminal_open(const struct terminal_options *options, struct terminal **out, struct reason *why) MUST_USE;
/* What is not acknowledged by now is forgotten here (the centre may still take it). */
void terminal_close(struct terminal **terminal);

/* Opens the session. TIMEOUT also when the key is not authorised: CURVE closes the door without a word. */
enum status terminal_hello(struct terminal *terminal, int wait_ms, struct reason *why) MUST_USE;
/* The last number of the stream that the centre has on disk. */
uint64_t terminal_last_acked(const struct terminal *terminal);
/* Whether the centre has let us in and has not gone quiet since. */
bool terminal_connected(const struct terminal *terminal);
const Juyan__V1__Welcome *terminal_welcome(const struct terminal *terminal);

/*
 * The next event goes under this number; after terminal_hello it is last_acked + 1. Setting it lower sends again what may be on
 * file (the centre answers "duplicate"); only while nothing is under way.
 */
uint64_t terminal_next_seq(const struct terminal *terminal);
enum status terminal_set_next_seq(struct terminal *terminal, uint64_t seq) MUST_USE;

/*
 * Takes one encoded Event (copied). Waits while the window is full; TIMEOUT when the centre stays away, and then the event was
 * not taken.
 */
enum status terminal_send(struct terminal *terminal, struct span event, struct reason *why) MUST_USE;
/* Sends what is gathered, and answers what waits, without waiting for acknowledgements: for a live source between two events. */
enum status terminal_push(struct terminal *terminal, struct reason *why) MUST_USE;
/*
 * For a source that waits for its own events: does what terminal_push does, and then waits until there is an answer, or `fd` can be
 * read (-1: none), or so long.
 */
enum status terminal_idle(struct terminal *terminal, int fd, int wait_ms, struct reason *why) MUST_USE;
/* Sends what is gathered and waits until all is acknowledged. */
enum status terminal_flush(struct terminal *terminal, int wait_ms, struct reason *why) MUST_USE;
struct terminal_tally terminal_tally(const struct terminal *terminal);

#endif
