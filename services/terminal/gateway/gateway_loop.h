/*
 * The gateway at work, in one thread: each turn it hears all sources, puts what was found into the book in one sync, lets the
 * sources settle what is on disk now, and hands the book's outbox to the spool, from which libjuyan brings it to the centre.
 *
 * Nothing is dropped for want of room. While the spool is full, events wait in the outbox, and all is heard. While the book is
 * full, too, what was heard is held and tried again each second; meanwhile nothing more is read: files and messages wait where they
 * are, connections are held back by their windows; only what is passed on goes on. Each is said once in the log, in the metrics and
 * to the service manager.
 */
#ifndef JUYAN_GATEWAY_GATEWAY_LOOP_H
#define JUYAN_GATEWAY_GATEWAY_LOOP_H

#include "book.h"
#include "gateway_config.h"
#include "juyan.h"
#include "notify.h"

struct gateway_loop;

/* What it works with is lent, and closed by the caller after it. */
struct gateway_loop_parts {
	struct gateway_config *config;
	struct juyan *juyan; /* on the configuration's folder */
	struct log *log;
	struct notify *notify;
	int signals; /* readable when it is to end */
};

/* How it stands, for the metrics. */
struct gateway_standing {
	struct book_tally book;
	struct juyan_state spool;
	bool book_full, spool_full;
	uint64_t turns;
};

/* Where the spool of a gateway on this folder stands; `out` of `bytes`. False: the path is too long. */
bool gateway_loop_spool(const struct gateway_config *config, char *out, size_t bytes) MUST_USE;

/* Opens book and sources. SYNTAX and SETTING: a setting cannot be; else as book_open. */
enum status gateway_loop_open(const struct gateway_loop_parts *parts, struct gateway_loop **out, struct reason *why) MUST_USE;
/* Until a signal (OK), or what ends it. */
enum status gateway_loop_run(struct gateway_loop *loop, struct reason *why) MUST_USE;
void gateway_loop_close(struct gateway_loop **loop);

#endif
