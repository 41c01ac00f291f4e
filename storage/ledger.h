/*
 * The ledger's face: what services and tools may do with it. It knows no socket, no clock and no log.
 *
 * Writing: one `struct ledger` in one process and one thread (ingest's). ledger_apply writes a group of entries in one transaction
 * to all tables and returns after the disk has them. Reading: any number of `struct reader`, each in one thread at a time;
 * a question is answered from one snapshot and never blocks the writer.
 */
#ifndef JUYAN_STORAGE_LEDGER_H
#define JUYAN_STORAGE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "block.h"
#include "env.h"
#include "registry.h"

#include "query.pb-c.h"

struct ledger;
struct reader;
struct searching;

/* One event on its way into the journal. `bytes` and `event` are lent for the call. */
struct entry {
	uint32_t terminal_no;
	uint64_t stream_seq;
	int64_t received_at_ms;
	struct span bytes;             /* as it arrived; at most EVENT_BYTES_MAX */
	const Juyan__V1__Event *event; /* decoded and checked; NULL where that failed */
	enum status verdict; /* OK: applied. CONFLICTING_EVENT: kept, takes no number. Else: the reason of its quarantine */
	bool begins_block;   /* of a journal that is replayed, and of a site's: a block began here, and does so again */

	/* Of a site's event (NULL: it is none): the chain value of its block there. terminal_no is then block_terminal's. */
	const uint8_t *site_chain;
	int64_t first_received_at_ms; /* … when it came to the site */

	uint64_t lsn; /* out: its log sequence number (0 for a conflict that was on file already) */
	bool misfits; /* out, of a site's block, at its first event: the chain there cannot have been what site_chain says */
};

/* Why nothing of a site is taken at present. It stays until something is. */
struct site_alarm {
	int64_t since_ms;
	uint64_t lsn; /* the event of the site with which it stopped */
	enum status status;
	struct reason why;
};

enum status ledger_open(struct env *env, struct ledger **out, struct reason *why) MUST_USE;
void ledger_close(struct ledger **ledger);

/*
 * A site's events are kept as they were judged there: their verdicts never turn, what does not fit here is not applied. They come
 * in whole blocks, none of which lies on both sides of a group's end, in the order of the site's journal.
 *
 * Journals and applies the entries in their order, in one transaction, and returns when they are synced. For each terminal their
 * numbers have to go on from ledger_stream_tail without gaps, conflicts aside (asserted: ingest's session sees to it).
 * A verdict may turn from OK to a reason here, when the event does not fit what is on file (an administrative one, or a batch that
 * has all the events that a batch may have: BATCH_FULL). Read the verdicts after the call, not before. Where the verdict of an
 * administrative entry was turned, `why` has the sentence of the last such one, and the result is still OK: so such an entry should
 * end its group.
 * RETRY (NO_ROOM): nothing happened. STOP (DISK, DAMAGED, NO_MEMORY): the ledger must be closed; nothing of the group may be
 * acknowledged.
 */
enum status ledger_apply(struct ledger *ledger, struct entry *entries, size_t n, struct reason *why) MUST_USE;

/* The last number of a terminal's stream on disk; 0: none. */
uint64_t ledger_stream_tail(const struct ledger *ledger, uint32_t terminal_no);
/* The bytes on file under this number, copied into the arena. NOT_FOUND, NO_MEMORY, DISK, DAMAGED. */
enum status ledger_stored(struct ledger *ledger, uint32_t terminal_no, uint64_t stream_seq, struct arena *arena,
    struct span *out) MUST_USE;
uint64_t ledger_lsn(const struct ledger *ledger);
/*
 * Of sites. Where a site's journal ends here (all zero: there is nothing of it); the chain value behind one of its events, as
 * sites_chain has it; and why nothing of it is taken, which is kept until something is. It is written, and synced, only where it
 * says what is not on file: of several places with another past, the first.
 */
void ledger_site_end(const struct ledger *ledger, uint32_t site_no, struct journal_end *out);
enum status ledger_site_chain(struct ledger *ledger, uint32_t site_no, uint64_t site_lsn, uint8_t out[CHAIN_BYTES]) MUST_USE;
/* Whose journal begins with the block of this chain value: a site's number, 0: this ledger's own. NOT_FOUND: nobody's here. */
enum status ledger_whose_journal(struct ledger *ledger, const uint8_t name[CHAIN_BYTES], uint32_t *site_no) MUST_USE;
enum status ledger_alarm(struct ledger *ledger, uint32_t site_no, const struct site_alarm *alarm, struct reason *why) MUST_USE;
/* Its past fits again, though nothing has come: an alarm of another past is over; any other stays. */
enum status ledger_end_alarm(struct ledger *ledger, uint32_t site_no, struct reason *why) MUST_USE;
/*
 * The encoded decrees of an authority behind a number, as many as an answer holds, copied into the arena; or none.
 */
enum status ledger_decrees(struct ledger *ledger, const char *authority, uint64_t after, struct arena *arena,
    ProtobufCBinaryData **out, size_t *n) MUST_USE;
/* Valid until the next ledger_apply that holds an administrative entry and gives OK. */
const struct registry *ledger_registry(const struct ledger *ledger);

/* ---- reading ---- */

enum status reader_open(struct env *env, struct reader **out, struct reason *why) MUST_USE;
void reader_close(struct reader **reader);

/*
 * Answers one question from one fresh snapshot. What is wrong with the question itself comes as a Failure inside the answer; a
 * status other than OK is about the machine. The answer lives in the arena.
 */
enum status reader_answer(struct reader *reader, const Juyan__V1__Question *question, struct arena *arena,
    const Juyan__V1__Answer **out, struct reason *why) MUST_USE;

/*
 * A search takes long, so it may be made in parts while others are answered: opened, looked on with until it is done, told. Each
 * part sees the ledger as it is then. The latest `batches_max` batches are looked at; where there are more, the answer says so.
 * Statuses as of a question: REFUSE is about the text.
 */
enum { SEARCH_BATCHES_MAX = 3000000 };
enum status searching_open(const Juyan__V1__SearchAsk *ask, size_t batches_max, struct searching **out,
    struct reason *why) MUST_USE;
void searching_close(struct searching **searching);
/* Looks at so many batches more. */
enum status reader_search(struct reader *reader, struct searching *searching, size_t batches, bool *done,
    struct reason *why) MUST_USE;
/* The answer of a search that is done, as reader_answer gives it. */
enum status reader_found(struct reader *reader, const struct searching *searching, uint64_t nonce, struct arena *arena,
    const Juyan__V1__Answer **out, struct reason *why) MUST_USE;

/* The registry of the newest snapshot; valid until the next call on this reader. */
enum status reader_registry(struct reader *reader, const struct registry **out, struct reason *why) MUST_USE;
/* Grows with every registry change that is on disk: cheap to ask, to see whether reader_registry would give another one. */
enum status reader_registry_version(struct reader *reader, uint64_t *out, struct reason *why) MUST_USE;
/* The last log sequence number on disk: as cheap, to see whether anything has happened. */
enum status reader_lsn(struct reader *reader, uint64_t *out, struct reason *why) MUST_USE;

#endif
