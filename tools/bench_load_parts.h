/*
 * The two sides of `juyan bench load`: a port of well-behaved terminals, each a session of its own over tcp, whose waits are
 * measured; and the hostile peers, in a process of their own. The caller owns both and closes them.
 */
#ifndef JUYAN_TOOLS_BENCH_LOAD_PARTS_H
#define JUYAN_TOOLS_BENCH_LOAD_PARTS_H

#include "bench_parts.h"
#include "keys.h"

/* ---- the terminals ---- */

/* One event: when it was due to be sent, and how long after that its acknowledgement came. */
struct load_sample {
	int64_t due_ns, wait_ns;
};

struct load_port_options {
	const char *endpoint;
	const uint8_t *server_key;
	const struct key_pair *keys; /* of each terminal; all lent */
	size_t terminals;
	double per_s; /* of all together */
	uint64_t seed;
	const struct bench_events *events;
	size_t samples_max;
};

struct load_port;

/*
 * A thread and a session for each. From now on each terminal has its own times for sending, by chance and whatever became of what
 * it sent before: no stall of the server can move them. The options are copied.
 */
enum status load_port_open(struct bus *bus, const struct load_port_options *options, struct load_port **out,
    struct reason *why) MUST_USE;
/* No more events; waits until all are acknowledged, or as long as a terminal waits. Says what a terminal met with otherwise. */
enum status load_port_end(struct load_port *port, struct reason *why) MUST_USE;
/* After load_port_end: in no order; lent. */
const struct load_sample *load_port_samples(const struct load_port *port, size_t *n);
struct load_tally {
	uint64_t sent, accepted, unanswered, reconnects;
};
struct load_tally load_port_tally(const struct load_port *port);
void load_port_close(struct load_port **port);

/* ---- the hostile ---- */

/* Name, and what it does in one line of help. Those down to `crowd` have a right key. */
#define LOAD_KIND_LIST(X) \
	X(garbage, "frames of random bytes") \
	X(bombs, "frames that claim half a million events") \
	X(flood, "batches without end, whatever the window") \
	X(numbers, "gaps, old numbers, old numbers with other content") \
	X(huge, "right batches of 4,096 events, the window always full") \
	X(deaf, "Pings without end, whose answers are never read") \
	X(hellos, "Hellos without end") \
	X(crowd, "200 sessions of one key, opened anew without end") \
	X(strangers, "handshakes with keys that nobody knows") \
	X(half_open, "500 connections that fall silent in the handshake") \
	X(storm, "connections that are cut as soon as they stand")

#define X(name, help) LOAD_##name,
enum load_kind { LOAD_KIND_LIST(X) LOAD_KINDS };
#undef X

const char *load_kind_name(enum load_kind kind);
const char *load_kind_help(enum load_kind kind);

struct load_target {
	char endpoint[128]; /* tcp://127.0.0.1:PORT */
	uint8_t server_key[PUBLIC_KEY_BYTES];
	struct key_pair keys[LOAD_KINDS]; /* one for each kind that needs one */
	struct bench_events events;       /* lent */
};

struct load_hostile {
	int pid, fd; /* 0: none */
};

/*
 * A process of its own, at low priority: on another machine its work would cost this one nothing. Begin it before this process has
 * a thread or a bus.
 */
enum status load_hostile_open(const struct load_target *target, struct load_hostile *out, struct reason *why) MUST_USE;
/* These kinds (bits), all at once, from now on; 0: none. Returns when those before have ended: `done` says how often each acted. */
enum status load_hostile_act(struct load_hostile *hostile, uint32_t kinds, uint64_t done[LOAD_KINDS], struct reason *why) MUST_USE;
void load_hostile_close(struct load_hostile *hostile); /* safe on a zeroed one */

/* For the hostile process: acts until `stop`, and counts in *done. */
struct load_act {
	const struct load_target *target;
	struct bus *bus;
	enum load_kind kind;
	_Atomic bool *stop;
	_Atomic uint64_t done;
};
void load_act_session(struct load_act *act);    /* kinds with a right key */
void load_act_connection(struct load_act *act); /* kinds without a session */

#endif
