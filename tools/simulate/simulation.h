/*
 * Simulated border ports: the events that their terminals send, one after the other in the order of sending, and the exact
 * totals to which they must lead. The same options give the same bytes, always.
 *
 * The caller owns a simulation and closes it. One thread. Memory is bounded by what is under way at once (some days of
 * crossings), not by the length of the simulated time; nothing is allocated for an event.
 *
 *     simulation_open(&options, &simulation, &why);
 *     while (simulation_next(simulation, &event, &why) == STATUS_OK && event.bytes.data != NULL) …
 *     simulation_tally(simulation, TALLY_MONTH, &rows, &n);
 *     simulation_close(&simulation);
 */
#ifndef JUYAN_SIMULATE_SIMULATION_H
#define JUYAN_SIMULATE_SIMULATION_H

#include "tally.h"
#include "wire.h"

enum { SIMULATION_TERMINALS_MAX = 16 };

struct simulation_options {
	uint64_t seed;
	bool ports[CROSSING_PORTS];
	int64_t from_day, to_day;  /* local days since 1970-01-01, both included, within 2015 … 2035 */
	uint32_t scale_per_mille;  /* of the real traffic; 1000: all of it */
	bool faults;               /* late, amended, deleted, wrong and broken events, in the share of life */
	bool text_only;            /* no events that a file of JSON cannot hold */
	bool rail;                 /* the railway at Ceke runs */
	uint32_t twin;             /* 0: the ports themselves; N: others of their kind, called ceke-N and wuliji-N; at most 99 */
	int64_t machines_from_day; /* from this day on a gateway at Ceke tells how its machines stand; 0: never */
	enum tally_period finest;  /* of the tally */
	/* For each terminal: only its events up to this number count, as in streams that were cut off. NULL: all count. */
	const uint64_t *known_up_to;
};

/* 2023-01-01 to 2025-12-31, Ceke and Wuliji, real size, with faults, by day. */
struct simulation_options simulation_defaults(void);
/* "ceke,wuliji" */
bool simulation_parse_ports(const char *text, bool ports[CROSSING_PORTS]) MUST_USE;

/* One who sends: a key of its own, a stream of its own. */
struct simulation_terminal {
	const char *name; /* "ceke-gate-in" */
	const char *port;
	const char *kinds[9]; /* what it may send, as the registry names it; ends with NULL */
};

struct simulated_event {
	uint32_t terminal;   /* index */
	uint64_t stream_seq; /* within the terminal's stream, from 1 */
	int64_t occurred_at_ms;
	int64_t sent_at_ms; /* never decreases from event to event */
	const char *port;
	bool sound;                      /* false: it will be quarantined */
	struct span bytes;               /* the encoded Event; lent until the next call. data NULL: no more events */
	const Juyan__V1__Event *message; /* the same, likewise; NULL where the bytes are no message */
};

struct simulation;

/* OUT_OF_RANGE, NO_MEMORY. The options are copied, known_up_to is lent. */
enum status simulation_open(const struct simulation_options *options, struct simulation **out, struct reason *why) MUST_USE;
void simulation_close(struct simulation **simulation);

/* The id by which its events call a port (enum crossing_port). */
const char *simulation_port(const struct simulation *simulation, uint8_t port);
uint32_t simulation_terminals(const struct simulation *simulation);
const struct simulation_terminal *simulation_terminal(const struct simulation *simulation, uint32_t i);

/* OK with bytes.data NULL after the last. NO_MEMORY. */
enum status simulation_next(struct simulation *simulation, struct simulated_event *out, struct reason *why) MUST_USE;
uint64_t simulation_events(const struct simulation *simulation); /* given so far */

/* What the events given so far (and allowed by known_up_to) lead to. The caller frees *rows. NO_MEMORY. */
enum status simulation_tally(const struct simulation *simulation, enum tally_period period, struct tally_row **rows,
    size_t *n) MUST_USE;

#endif
