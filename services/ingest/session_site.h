/*
 * What is owed to a site: a ledger of its own, which sends the blocks of its journal in place of events. The rules are as pure as
 * those of session.h, which goes through a batch and comes here for each block. Owns nothing; one thread.
 */
#ifndef JUYAN_INGEST_SESSION_SITE_H
#define JUYAN_INGEST_SESSION_SITE_H

#include "session.h"

enum { SITE_NAME_BYTES = 64 };

/* Of a site, whose stream is its journal. */
struct site {
	struct journal_end on_disk; /* where its journal ends here, and will end when what was admitted is on disk */
	struct journal_end taken;
	uint64_t *tails; /* of its terminals, by their numbers there: the last that was admitted, and 1; 0: not looked up yet */
	char name[SITE_NAME_BYTES];
};

/* What its block says of a site's event: as it is there. */
struct head {
	uint32_t terminal_no;
	enum status verdict;
	uint64_t stream_seq;
	int64_t received_at_ms;
	uint32_t block; /* of the batch */
	bool conflict;
};

/* A site's block as it came; its chain has not been looked at. */
struct site_block {
	struct span bytes;
	uint32_t from, n; /* which events of the batch: all of one terminal, with numbers one after the other */
};

/* The block that the receipt stands at. OK, BUSY, STOP as session_admit; where it stops the stream, OK. */
enum status session_admit_block(struct receipt *receipt, const struct batch *batch, struct admission *admission,
    const struct court *court, bool *ends_group, struct reason *why) MUST_USE;
/* Nothing of what was admitted and is not on disk counts any more. */
void session_forget_site(struct site *site);

#endif
