/*
 * From the book's outbox into the spool, in order and once: the place of each event says whether the spool has it. An event that
 * libjuyan does not take as it is (the book checks each, so that none should come) gives its place to a report that says so, for
 * nothing may stand in the way of what follows. Lends what it works with. One thread.
 */
#ifndef JUYAN_GATEWAY_GATEWAY_OUTBOX_H
#define JUYAN_GATEWAY_GATEWAY_OUTBOX_H

#include "book.h"
#include "juyan.h"
#include "log.h"

struct gateway_outbox;

struct gateway_outbox_parts {
	struct book *book;
	struct juyan *juyan;
	struct log *log;
	const char *port;
};

enum status gateway_outbox_open(const struct gateway_outbox_parts *parts, struct gateway_outbox **out, struct reason *why) MUST_USE;
void gateway_outbox_close(struct gateway_outbox **outbox);
/* Hands over what there is, some thousands at most; `something`: the book may have more than at the last call. */
enum status gateway_outbox_turn(struct gateway_outbox *outbox, bool something, int64_t now_ms, struct reason *why) MUST_USE;
/* The spool took nothing at the last call. */
bool gateway_outbox_is_full(const struct gateway_outbox *outbox);

#endif
