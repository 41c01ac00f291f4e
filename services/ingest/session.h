/*
 * What is owed to a terminal's batch: the rules, with no socket, clock, disk or global, so that a test can try them by the
 * million.
 *
 * Owns nothing: sessions, streams and the room for what is admitted are the caller's, and what is asked of the world (what is on
 * file, what becomes of an event) goes through a `court`. One thread.
 *
 * The course of a batch: session_begin checks it as a whole; session_admit goes through its events and may ask, with BUSY, that
 * what it has admitted be committed before it goes on; session_committed or session_failed tells it how that went; session_end
 * when its answer has been given.
 *
 * A site's blocks (session_site.h) are taken one by one, each as a whole or not at all. The first that does not fit stops the
 * site's stream: receipt.stopped.
 */
#ifndef JUYAN_INGEST_SESSION_H
#define JUYAN_INGEST_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "court.h"
#include "ingest.pb-c.h"
#include "ledger.h"

struct site;       /* session_site.h */
struct head;       /* … */
struct site_block; /* … */

/* One terminal's numbers: shared by all connections that speak for the terminal. */
struct stream {
	uint32_t terminal_no;
	uint64_t on_disk;  /* the last number that is committed and synced */
	uint64_t taken;    /* the last number that was admitted; taken + 1 is expected next. Never below on_disk */
	struct site *site; /* NULL: it is a terminal like others */

	/* Ingest's, to share out a group: which group has taken of it last, and how much. The rules do not look at it. */
	uint64_t group;
	uint32_t share;
};

/* One connection. All zero: nothing has been said yet. */
struct session {
	struct stream *stream; /* NULL: no Hello */
	uint64_t hello;        /* which Hello opened it: a batch of an earlier one does not count in the window */
	uint32_t under_way;    /* batches begun under this Hello and not answered */
};

/* An EventBatch or a JournalBatch as the frame says it: event i has the number first + i. Lent. */
struct batch {
	uint64_t first;
	uint32_t n;
	const struct span *events;
	const struct head *heads; /* one for each event of a JournalBatch; NULL: it is an EventBatch */
	const struct site_block *blocks;
};

/* The answer for one event that was not simply accepted. The sentence is lent from the admission's texts, or lives for ever. */
struct answer {
	uint64_t stream_seq;
	Juyan__V1__Disposition disposition;
	enum status status;
	const char *sentence;
};

/* The room in which a group gathers what is admitted. The arrays and the arena are the caller's. */
struct admission {
	struct entry *entries;
	size_t n_entries;
	size_t entries_max;
	size_t n_wrong; /* of the entries: how many have a verdict other than OK */
	struct answer *answers;
	size_t n_answers;
	size_t answers_max;
	struct arena *texts; /* for sentences; when it is used up the status's own sentence stands in */
	int64_t received_at_ms;
	enum status room; /* not OK: nothing new is taken at present, and this is the reason */
	const char *room_sentence;
};

/* One batch on its way, and in the end what its BatchAck says. */
struct receipt {
	struct stream *stream;
	uint64_t hello;
	uint64_t first;
	uint32_t n;
	uint32_t done;       /* how many events are dealt with */
	uint32_t until;      /* so far the next call of session_admit goes: to the end, unless the caller lowers it */
	uint64_t tail;       /* the last number of the stream once all that was dealt with is on disk */
	size_t answers_from; /* its answers in the admission, in order of number */
	size_t answers_to;
	size_t entries_from; /* its entries in the admission that are not committed yet */
	size_t entries_to;
	size_t answers_settled;       /* up to here they belong to events that are on disk */
	struct journal_end site_tail; /* of a site: as tail, with the chain there */
	bool stopped;                 /* `refused` is of a site's journal, and is answered by a Refusal */
	enum status refused;          /* not OK: from number refused_from on nothing was taken, for this reason */
	uint64_t refused_from;
	const char *sentence; /* of `refused` */
};

/* A Hello opens the session anew; `hello` has to differ from all before it. */
void session_hello(struct session *session, struct stream *stream, uint64_t hello);

/*
 * OK: the batch counts in the window and `receipt` is filled; go on with session_admit. REFUSE: it is answered with a Refusal and
 * closes the session: NO_HELLO, NO_CONTENT, OUT_OF_RANGE, TOO_MANY, TOO_LARGE, WINDOW, and NOT_AUTHORISED: a site
 * sends its journal, others send events.
 */
enum status session_begin(struct session *session, const struct batch *batch, struct receipt *receipt, struct reason *why) MUST_USE;

/*
 * Goes on where the receipt stands. OK: all is dealt with, as far as receipt.until says. BUSY: commit and sync what stands in the
 * admission and in every group before it (an administrator's event ends its group; what is on file can only be compared once it is
 * on file; the room is full), then call again. STOP: the court could not answer. There has to be room for one answer for each event
 * of the batch.
 */
enum status session_admit(struct receipt *receipt, const struct batch *batch, struct admission *admission,
    const struct court *court, struct reason *why) MUST_USE;

/* All that this receipt dealt with so far is on disk. */
void session_committed(struct receipt *receipt);
/*
 * Nothing of what was admitted since the last session_committed is on disk, for want of room: those events are refused for the
 * reason given, which may work later. The sentence has to live as long as the receipt. Call it for every receipt of the failed
 * group and of those behind it, and set admission.room before going on with one that is not done.
 */
void session_failed(struct receipt *receipt, struct answer *answers, enum status reason, const char *sentence);

/* The answer has been given (or nobody is there to take it). */
void session_end(struct session *session, const struct receipt *receipt);

/* From here on nothing of the batch is taken. The sentence is copied. */
void session_refuse(struct receipt *receipt, struct admission *admission, enum status reason, const char *sentence);

/* What an event's verdict looks like from the terminal's side. */
Juyan__V1__Disposition session_disposition(enum status verdict);
/* Adds one answer; the sentence is copied. */
void session_answer(struct admission *admission, uint64_t stream_seq, Juyan__V1__Disposition disposition, enum status status,
    const char *sentence);

#endif
