/*
 * Where machines are heard. A source is one entry of the configuration, at work: a listener, a connection that we open, a serial
 * line, a folder, a broker. Its kind owns descriptors and buffers; its connector turns bytes into findings; the loop turns all of
 * them by hand, in one thread:
 *
 *     watch   what to poll for
 *     move    reads and writes what can be without waiting, and passes on what is to be passed on. Nothing is parsed
 *     take    what has come goes through the connector into findings of this turn, as much as the turn has room for
 *     settle  all that was taken is on disk now: files are moved, messages acknowledged
 *
 * While the book has no room, only watch and move are called, with `held`: what need not be read is left where it is.
 * A source is lent to its kind for as long as that is open. Texts and nodes of the configuration live longer than any source.
 */
#ifndef JUYAN_GATEWAY_SOURCES_H
#define JUYAN_GATEWAY_SOURCES_H

#include <poll.h>

#include "connector.h"
#include "log.h"
#include "pace.h"
#include "turn.h"

enum { CONNECTIONS_MAX = 2048, CONNECTIONS_DEFAULT = 32, SOURCE_PIECE_BYTES = 64 * 1024 };

/* Both clocks, read once a turn. */
struct instant {
	int64_t utc_ms;
	int64_t ms; /* monotonic: for waits */
};

/* What is counted of each source, for the metrics. X(name, prose) */
#define SOURCE_TALLY_LIST(X) \
	X(bytes, "bytes heard") \
	X(messages, "messages kept") \
	X(events, "events, or parts of one, found in them") \
	X(remarks, "remarks for a person, the book's own among them") \
	X(given_up, "messages that were too large to be read, and given up") \
	X(connections, "connections made") \
	X(turned_away, "connections that found no room") \
	X(bytes_unheard, "bytes that were passed on but found no room here: not read") \
	X(files_done, "files read, and moved to done/") \
	X(files_rejected, "files moved to rejected/")

struct source_tally {
#define X(name, prose) uint64_t name;
	SOURCE_TALLY_LIST(X)
#undef X
};

/* Whether what is at the other end is there; see health.h. */
struct health {
	bool away, told_away, told;
	int64_t since_ms, told_ms; /* monotonic */
	struct pace pace;
	char why[SENTENCE_BYTES_MAX];
};

struct machine_source {
	const char *name;
	const struct source_kind *kind;
	const struct connector *connector;
	const struct yaml_node *settings; /* its map */
	struct place place;
	const char *memory; /* the folder for what its connector must not forget (memory.h) */
	struct log *log;
	struct log_budget budgets[2]; /* of what is as it should be, and of what is not */
	struct source_tally tally;
	struct health health;
	size_t open_now;  /* connections */
	int64_t heard_ms; /* UTC, of the last bytes; 0: never */
	void *state;      /* the kind's */
	void *shared;     /* a state of its connector, of documents: for all its connections together (stream.h) */
	size_t polls;     /* of the last watch: how many, and where they begin */
	size_t first_poll;
};

struct source_kind {
	const char *name; /* the word in the configuration, whose value says where: "listen" */
	const char *about;
	const struct connector_setting *settings; /* besides that word; NULL-ended */
	/* Reads its settings (SYNTAX with FILE:LINE) and begins. Where what it needs is not there yet, it tries again by itself. */
	enum status (*open)(struct machine_source *source, const struct instant *now, struct reason *why);
	/* Writes at most `room` of what to poll for; returns how many. *wait_ms is lowered to when it wants to be called. */
	size_t (*watch)(struct machine_source *source, struct pollfd *polls, size_t room, bool held, const struct instant *now,
	    int *wait_ms);
	/* `polls` is what watch wrote, with the answers. */
	void (*move)(struct machine_source *source, const struct pollfd *polls, size_t n, bool held, const struct instant *now);
	void (*take)(struct machine_source *source, struct turn *turn, const struct instant *now);
	/* Each second, for the connector's own sense of time. */
	void (*pass)(struct machine_source *source, struct turn *turn, const struct instant *now);
	void (*settle)(struct machine_source *source, const struct instant *now);
	void (*close)(struct machine_source *source);
	/* These findings of the turn never come into the book, before settle; NULL: nothing is to be done about it. */
	void (*refuse)(struct machine_source *source, const struct findings *findings, const char *why);
};

/* In the order of the help; NULL after the last. */
const struct source_kind *source_kind_at(size_t i);

extern const struct source_kind listen_kind, connect_kind, serial_kind, files_kind, mqtt_kind;

/* Says something of a source, at most ten lines a second of what is well, and ten of what is not. */
void source_say(struct machine_source *source, enum log_level level, const char *event, const char *where, const char *why);
/* A number among the source's settings, or `fallback`. */
enum status source_number(const struct machine_source *source, const char *name, int64_t min, int64_t max, int64_t fallback,
    int64_t *out, struct reason *why) MUST_USE;
const char *source_text(const struct machine_source *source, const char *name); /* NULL: not there */

#endif
