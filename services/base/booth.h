/*
 * Where a service takes questions: at its door, from whom the guard lets ask, each checked before anything is done with it. The
 * service answers at once, or later (booth_give), or says why not; who asked hears one reply in any case. A turn takes
 * BOOTH_QUESTIONS_AT_ONCE of each socket at most, so that no asker keeps the others waiting, nor the service from its own work.
 * Counted are questions that could not be read or were answered with a Failure, and replies whose asker had gone.
 *
 * A question's type has `version` and `nonce`, a reply's `nonce` and `failure`. Owned by the service, used in its thread.
 */
#ifndef JUYAN_BASE_BOOTH_H
#define JUYAN_BASE_BOOTH_H

#include "guard.h"
#include "service.h"

enum { BOOTH_QUESTIONS_AT_ONCE = 64 };

struct booth;

/* Where a reply goes. */
struct booth_asker {
	struct bus_peer peer;
	size_t socket; /* of the door */
	uint64_t nonce;
};

/* Lent until the next one: message and reply lie in the arena, which is emptied before each question. */
struct booth_question {
	struct booth_asker asker;
	struct span frame;
	const ProtobufCMessage *message;
	struct arena *arena;
};

struct booth_kind {
	const char *name; /* the service's, for its door and the log */
	const ProtobufCMessageDescriptor *question, *reply;
	size_t arena_bytes; /* a question takes up to DECODE_BYTES_MAX of them */
	/*
	 * OK: *reply is the packed reply, or stays empty: then booth_give brings it later. REFUSE and RETRY: the asker is told
	 * `why`. STOP ends the service.
	 */
	enum status (*answer)(void *service, const struct booth_question *question, struct span *reply, struct reason *why);
};

/* `kind` outlives it. `listen` is a list as config_endpoints reads it. */
enum status booth_open(const struct service_kit *kit, const struct booth_kind *kind, const char *listen, void *service,
    struct booth **out, struct reason *why) MUST_USE;
void booth_close(struct booth **booth); /* safe on NULL */

/* Waits at most wait_ms for questions, or until `fd` (-1: none) can be read, and takes what is there. Only STOP comes back. */
enum status booth_step(struct booth *booth, int fd, int wait_ms, struct reason *why) MUST_USE;

void booth_give(struct booth *booth, const struct booth_asker *asker, struct span reply);

/* The booth's own, to answer from. */
struct reader *booth_reader(const struct booth *booth);

#endif
