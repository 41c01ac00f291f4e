/*
 * The gateway's book: what the port's machines have said, on this machine's disk, and how it fits together. A connector knows one
 * message; the book knows the rest: which batch a plate belongs to, which vehicle stood on the scale, which parts make a
 * manifest, and what was heard before. What comes out are whole events, in an outbox that survives any crash, for the spool.
 *
 *     DIR/book/data.mdb      an environment of its own: raw messages, source keys, batches, vehicles, what waits, the outbox
 *
 * The rules:
 * - A message is entered with all that was found in it in one transaction. When book_enter returns, it is on disk: a source may
 *   be told, a file moved, a broker answered. What was entered twice counts once.
 * - A finding whose source_key (together with its port, kind of event, batch and unit) was entered before, within `keep_keys_ms`,
 *   is a remark "repeated" and nothing else.
 * - Parts of a manifest are put together by batch number, each waybill and each unit by itself: of two words on it the later time
 *   holds, whichever came first (book_manifest.h). A manifest_lodged goes out whole as soon as the batch has a unit, a direction,
 *   and waybills or the word that it has none; again whenever it changes, each with a later time than the one before. A dropped
 *   manifest goes out as manifest_deleted, and so does one that has lost its last unit, or its last waybill.
 * - An event of a unit without a batch number belongs to a batch whose manifest names the unit: one that the unit left at that
 *   time or later; else of those that it has not left, or left just before, the one under which it was seen last; for an arrival,
 *   or where it was seen under none, the one whose manifest is the latest (book_units.h). Where there is none it waits, with a
 *   remark no_manifest, and is taken up in its order when one comes; after `wait_ms` it is left for a person, with a remark
 *   too_late. It stays in the list of book_waiting for sixty days. Where as many wait or are left as may, one of the source that
 *   has most of them gives way, with a remark too_late that names its message: first what is left, then what has waited longest.
 *   So no source, whatever it says, holds up another one or the manifests.
 * - An answer of customs that names only the message that it answers (finding.message_no) is of the batch that this message lodged
 *   something of; before that message has come it waits for it, likewise. A refusal (a manifest_deleted that answers a message)
 *   takes out what this message brought, as far as no later one has said it anew; what it changed or deleted is not brought back,
 *   and a refusal after the release is not followed: each is a remark, differs, for a person (book_messages.c).
 * - A weighing without a unit belongs to the vehicle that a gate saw last in the same lane at most `pair_ms` before, or, where
 *   that has its weighing or there is none, first after, as near; never to one behind which another was seen. Where
 *   the gate stands before the scale (seen_before) it is never the one after. One vehicle gets
 *   one weighing of a scale for each time that it was seen. Where there is none: no_vehicle, and likewise.
 * - Plates are compared without spaces, hyphens and dots, letters in upper case. A unit goes out as its batch's first word of it
 *   wrote it, so that all that is said of it in a batch is of one unit there, too.
 * - What would be no event (wire_event_check, EVENT_BYTES_MAX) is a remark with the sentence of that check, and changes nothing.
 * - A batch is forgotten sixty days after its last change; seven days after it when all its units have left.
 *
 * The outbox is handed to the spool by place: the k-th event of the outbox's life is the (base + k)-th that the spool took, so
 * nobody else may take into this spool. After a crash between the spool's sync and the outbox's nothing is taken twice:
 * book_outbox is told how many events the spool has. Where that number cannot be (another spool, an older copy, somebody else
 * took into it), a remark other_spool says so: what the book has once heard to be taken is not given again, all else is, from
 * that number on.
 *
 * One thread. A book belongs to one process at a time; others may look (book_waiting, book_raw, book_tally).
 */
#ifndef JUYAN_GATEWAY_BOOK_H
#define JUYAN_GATEWAY_BOOK_H

#include "findings.h"

struct book;

struct book_options {
	const char *dir;    /* the gateway's folder; made where it is missing */
	const char *port;   /* of what says no port */
	uint64_t bytes_max; /* of the environment; 0: 16 GiB, sparse. Its last eighth is for forgetting: entering stops before it */
	int64_t keep_raw_ms;  /* for how long raw messages are kept; 0: not at all */
	int64_t keep_keys_ms; /* for how long a repetition is known */
	int64_t wait_ms;      /* for how long a unit's event waits for its manifest */
	int64_t pair_ms;      /* between a vehicle and its weighing in a lane */
	uint64_t waiting_max; /* events that wait, or are left for a person; 0: 131,072 */
	/* Each remark, also the connectors' own, with the source that it is of, once it is on disk. May be NULL. */
	void (*on_remark)(void *user, const char *source, enum remark remark, const char *text);
	/* Of more than 1,024 in one sync: how many more there were of a source. May be NULL. */
	void (*on_untold)(void *user, const char *source, uint64_t n);
	void *user;
};

struct book_tally {
	uint64_t messages, events;  /* entered; made and put into the outbox, in the book's life. A message's number is its place */
	uint64_t remarks[REMARKS];  /* in the book's life */
	uint64_t waiting_units;     /* events that wait for a manifest now … */
	uint64_t waiting_weighings; /* … and weighings for a vehicle */
	uint64_t left;              /* events and weighings that have waited too long, and are left for a person */
	uint64_t raw_bytes;         /* kept now */
	uint64_t outbox;            /* events that the spool has not taken yet */
};

/* SETTING, CONTRADICTION, FORMAT, DAMAGED, DISK, SYSTEM, NO_MEMORY. */
enum status book_open(const struct book_options *options, struct book **out, struct reason *why) MUST_USE;
void book_close(struct book **book);

/*
 * Enters all findings of one source, with its messages: on disk, or nothing of it. NO_ROOM with a sentence: the book or its disk
 * is full; the same may be entered when there is room again. TOO_LARGE: a message of more than 40 MiB, one event that takes more
 * memory than there is for one, or more than the whole book may use. NO_MEMORY (the machine's); DISK: stop.
 */
enum status book_enter(struct book *book, const char *source, const struct findings *findings, int64_t now_ms,
    struct reason *why) MUST_USE;
/*
 * Several sources in one sync: between the two, book_enter only writes, and one that fails takes nothing of the others with it. A
 * failed book_commit keeps nothing of all that was entered since book_begin. Nothing else is called between the two but
 * book_tally.
 */
enum status book_begin(struct book *book, struct reason *why) MUST_USE;
enum status book_commit(struct book *book, struct reason *why) MUST_USE;
/*
 * Time has passed: what has waited too long is left, raw messages, keys, vehicles and batches that are too old are forgotten. At
 * most a thousand things in each call, and no sync where there is none.
 */
enum status book_pass(struct book *book, int64_t now_ms, struct reason *why) MUST_USE;

/*
 * The next events for the spool, encoded, in order, at most n and as much as the arena holds. `taken` is how many events the
 * spool has taken in its life: what it has already is forgotten here first, and is not handed out again. In: *n is the room of
 * `events`; out: how many there are (0: nothing waits).
 */
enum status book_outbox(struct book *book, uint64_t taken, struct arena *arena, struct span *events, size_t *n,
    struct reason *why) MUST_USE;

void book_tally(const struct book *book, struct book_tally *out);

/*
 * What waits, oldest first, for `juyan gateway waiting`: at most *n, and as many as the arena holds. A unit_weighed without a unit
 * waits for its vehicle, what answers a message for that message, anything else for the manifest of its unit.
 */
struct book_waiting {
	int64_t since_ms; /* when it was entered */
	const char *source;
	const Juyan__V1__Event *event;
	const char *message_no; /* that it answers; "": none */
	uint64_t raw;           /* the number of its own message */
	bool too_late;
};
enum status book_waiting(struct book *book, struct arena *arena, struct book_waiting *out, size_t *n, struct reason *why) MUST_USE;

/* A raw message that was kept: by its number, from 1. NOT_FOUND: none any more. */
struct book_raw {
	uint64_t number;
	int64_t received_ms;
	const char *source;
	struct span bytes;
	uint64_t first_event, events; /* places in the outbox's life of what was made of it at once */
};
enum status book_raw(struct book *book, uint64_t number, struct arena *arena, struct book_raw *out, struct reason *why) MUST_USE;

#endif
