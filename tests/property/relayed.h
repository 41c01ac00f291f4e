/*
 * Sites and their headquarters for tests: ledgers of their own, each written through its face, whose journals are brought to the
 * last of them through a session's rules, as ingest does it, without a socket. For one thread.
 */
#ifndef JUYAN_TESTS_RELAYED_H
#define JUYAN_TESTS_RELAYED_H

#include "../any.h"
#include "../unit/opened_ledger.h"
#include "follow.h"
#include "frame.h"
#include "judge.h"
#include "sites.h"

enum { SITES = 3, SITE_FIRST = 2, PENDING_MAX = 8, OFFICER = 4, FRAME_ARENA = 4 * 1024 * 1024 };

/* Ports of site i are the i-th and the one three behind it. */
static const char *const site_ports[2 * SITES] = { "ceke", "wuliji", "mandal", "ceke-2", "wuliji-2", "mandal-2" };

/* Headquarters, with what ingest has in memory: a group that is gathered, and the batches in it. */
struct hq {
	struct book book;
	struct stream streams[SITES];
	struct site sites[SITES];
	struct session sessions[SITES];
	uint64_t hellos;
	struct admission admission;
	struct arena texts, decoded, stored;
	struct {
		struct receipt receipt;
		struct batch batch;
		struct frame_room room;
		struct arena arena;
		size_t site;
	} pending[PENDING_MAX];
	size_t n_pending;
	int64_t now_ms;
	size_t duplicates, stops, failures, reopened;
};

/* ---- founding ---- */

static inline void
open_bare(struct book *book)
{
	folder_make_quick(book->dir);
	book_open_env(book, 256 << 20);
}

static inline void
found_site(struct book *book, size_t i)
{
	char text[4096];
	open_bare(book);
	snprintf(text, sizeof text,
	    "'put': [{'port': {'id': '%s', 'utc_offset': '+08:00', 'count_on': 'RELEASE'}}, {'port': {'id': '%s', 'utc_offset': "
	    "'+08:00', "
	    "'count_on': 'DEPARTURE'}}, " GROUP("coal", "2701", "'coal'") ", " TERMINAL("1", KEY_1,
		", 'administrator': true") ", " TERMINAL("2", KEY_2, "") ", " TERMINAL("3", KEY_3, "") "]",
	    site_ports[i], site_ports[i + SITES]);
	book_take(book, ADMIN, registry_changed("%s", text));
}

static inline struct said
hq_founding(void)
{
	char text[8192];
	int used = snprintf(text, sizeof text,
	    "'put': [" GROUP("coal", "2701", "'coal'") ", " TERMINAL("1", KEY_1, ", 'administrator': true"));
	for (size_t i = 0; i < 2 * SITES; i++)
		used += snprintf(text + used, sizeof text - (size_t)used,
		    ", {'port': {'id': '%s', 'utc_offset': '+08:00', 'count_on': 'RELEASE'}}", site_ports[i]);
	for (size_t i = 0; i < SITES; i++)
		used += snprintf(text + used, sizeof text - (size_t)used,
		    ", {'terminal': {'terminal_no': %zu, 'name': 'site %zu', 'public_key': '%s', 'ports': ['%s', '%s'], 'site': "
		    "true}}",
		    i + SITE_FIRST, i,
		    i == 0       ? KEY_2
			: i == 1 ? KEY_3
				 : "BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=",
		    site_ports[i], site_ports[i + SITES]);
	snprintf(text + used, sizeof text - (size_t)used, "]");
	return registry_changed("%s", text);
}

/* What ingest looks up when a site says Hello. */
static inline void
greet(struct hq *hq, size_t i)
{
	struct stream *stream = &hq->streams[i];
	uint32_t site_no = SITE_FIRST + (uint32_t)i;
	if (stream->site == NULL) {
		*stream = (struct stream){ .terminal_no = site_no, .site = &hq->sites[i] };
		hq->sites[i].tails = calloc(TERMINAL_NO_MAX + 1, sizeof *hq->sites[i].tails);
		assert_non_null(hq->sites[i].tails);
		snprintf(hq->sites[i].name, sizeof hq->sites[i].name, "%s", site_ports[i]);
		ledger_site_end(hq->book.ledger, site_no, &hq->sites[i].on_disk);
		session_forget_site(&hq->sites[i]);
		stream->on_disk = stream->taken = ledger_stream_tail(hq->book.ledger, site_no);
	}
	assert_int_equal(stream->on_disk, stream->site->on_disk.lsn);
	session_hello(&hq->sessions[i], stream, ++hq->hellos);
}

static inline void
hq_open(struct hq *hq)
{
	enum { ENTRIES = 2 * BLOCK_EVENTS_FIT, ANSWERS = PENDING_MAX * BATCH_EVENTS_MAX };
	memset(hq, 0, sizeof *hq);
	open_bare(&hq->book);
	book_take(&hq->book, ADMIN, hq_founding());
	assert_int_equal(arena_open(&hq->texts, 1 << 20), STATUS_OK);
	assert_int_equal(arena_open(&hq->decoded, 3 * EVENT_DECODE_BYTES), STATUS_OK);
	assert_int_equal(arena_open(&hq->stored, 2 * EVENT_BYTES_MAX), STATUS_OK);
	for (size_t i = 0; i < PENDING_MAX; i++)
		assert_int_equal(arena_open(&hq->pending[i].arena, FRAME_ARENA), STATUS_OK);
	hq->admission = (struct admission){ .entries = calloc(ENTRIES, sizeof(struct entry)),
		.entries_max = ENTRIES,
		.answers = calloc(ANSWERS, sizeof(struct answer)),
		.answers_max = ANSWERS,
		.texts = &hq->texts };
	hq->now_ms = MIDNIGHT + DAYS(30);
	for (size_t i = 0; i < SITES; i++)
		greet(hq, i);
}

static inline void
forget_streams(struct hq *hq)
{
	for (size_t i = 0; i < SITES; i++) {
		free(hq->sites[i].tails);
		hq->sites[i] = (struct site){ .tails = NULL };
		hq->streams[i] = (struct stream){ .site = NULL };
	}
}

static inline void
hq_close(struct hq *hq)
{
	forget_streams(hq);
	for (size_t i = 0; i < PENDING_MAX; i++)
		arena_close(&hq->pending[i].arena);
	arena_close(&hq->texts);
	arena_close(&hq->decoded);
	arena_close(&hq->stored);
	free(hq->admission.entries);
	free(hq->admission.answers);
	book_close(&hq->book);
}

/* ---- the court ---- */

static inline enum status
hq_stored(void *user, uint32_t terminal_no, uint64_t stream_seq, struct span *out)
{
	struct hq *hq = user;
	arena_reset(&hq->stored);
	return ledger_stored(hq->book.ledger, terminal_no, stream_seq, &hq->stored, out);
}

static inline enum status
hq_judge_site(void *user, uint32_t site_no, struct span bytes, const Juyan__V1__Event **out, struct reason *why)
{
	struct hq *hq = user;
	if (hq->decoded.size - hq->decoded.used < EVENT_DECODE_BYTES)
		return STATUS_BUSY;
	enum status s = wire_event(bytes, &hq->decoded, out, why);
	return s == STATUS_OK ? judge_relayed(ledger_registry(hq->book.ledger), site_no, *out, why) : s;
}

static inline enum status
hq_site_chain(void *user, uint32_t site_no, uint64_t site_lsn, uint8_t out[CHAIN_BYTES])
{
	return ledger_site_chain(((struct hq *)user)->book.ledger, site_no, site_lsn, out);
}

static inline enum status
hq_tail(void *user, uint32_t terminal_no, uint64_t *out)
{
	*out = ledger_stream_tail(((struct hq *)user)->book.ledger, terminal_no);
	return STATUS_OK;
}

static inline enum status
hq_begins(void *user, uint32_t site_no, const uint8_t chain[CHAIN_BYTES], struct reason *why)
{
	uint32_t holder;
	enum status s = ledger_whose_journal(((struct hq *)user)->book.ledger, chain, &holder);
	if (s == STATUS_NOT_FOUND || (s == STATUS_OK && holder == site_no))
		return STATUS_OK;
	assert_int_equal(s, STATUS_OK);
	return reason_say(why, STATUS_CONTRADICTION, "is on file here as the first of site %u", holder);
}

/* ---- a group ---- */

static inline void
empty_group(struct hq *hq)
{
	hq->admission.n_entries = hq->admission.n_wrong = 0;
	arena_reset(&hq->decoded);
}

/* Commits what was admitted, or lets that fail for want of room. */
static inline void
commit(struct hq *hq, bool fails)
{
	struct reason why = { "" };
	if (!fails)
		must(ledger_apply(hq->book.ledger, hq->admission.entries, hq->admission.n_entries, &why), &why);
	for (size_t i = 0; i < hq->admission.n_entries && !fails; i++)
		assert_false(hq->admission.entries[i].misfits);
	for (size_t i = 0; i < hq->n_pending; i++) {
		if (fails)
			session_failed(&hq->pending[i].receipt, hq->admission.answers, STATUS_NO_ROOM, "no room");
		else
			session_committed(&hq->pending[i].receipt);
	}
	hq->failures += fails;
	empty_group(hq);
}

/* All that waits for the group is answered. */
static inline void
answer(struct hq *hq)
{
	for (size_t i = 0; i < hq->n_pending; i++) {
		const struct receipt *receipt = &hq->pending[i].receipt;
		for (size_t a = receipt->answers_from; a < receipt->answers_to; a++) {
			assert_int_equal(hq->admission.answers[a].status, STATUS_DUPLICATE_EVENT);
			hq->duplicates++;
		}
		hq->stops += receipt->stopped;
		session_end(&hq->sessions[hq->pending[i].site], receipt);
	}
	hq->n_pending = 0;
	hq->admission.n_answers = 0;
	arena_reset(&hq->texts);
}

/* A JournalBatch as the frame says it, into the next place of the group. */
static inline enum status
read_batch(struct hq *hq, size_t site, uint64_t first_lsn, const struct span *blocks, size_t n, struct reason *why)
{
	struct arena *arena = &hq->pending[hq->n_pending].arena;
	struct frame frame;
	struct span bytes;
	Juyan__V1__FromTerminal from = JUYAN__V1__FROM_TERMINAL__INIT;
	Juyan__V1__JournalBatch journal = JUYAN__V1__JOURNAL_BATCH__INIT;
	ProtobufCBinaryData *list = calloc(n + 1, sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (ProtobufCBinaryData){ blocks[i].bytes, (uint8_t *)(uintptr_t)blocks[i].data };
	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_JOURNAL_BATCH;
	from.journal_batch = &journal;
	journal.first_lsn = first_lsn;
	journal.n_blocks = n;
	journal.blocks = list;
	arena_reset(arena);
	assert_int_equal(wire_pack(&from.base, FRAME_BYTES_MAX, arena, &bytes), STATUS_OK);
	free(list);
	enum status s = frame_read(bytes, &hq->pending[hq->n_pending].room, arena, &frame, why);
	hq->pending[hq->n_pending].batch = frame.batch;
	hq->pending[hq->n_pending].site = site;
	return s;
}

/* The last batch that was read, as far as it goes, with all the commits that it takes. */
static inline enum status
take_batch(struct hq *hq, struct reason *why)
{
	const struct court court = { .stored = hq_stored,
		.judge_site = hq_judge_site,
		.site_chain = hq_site_chain,
		.tail = hq_tail,
		.begins = hq_begins,
		.user = hq };
	struct receipt *receipt = &hq->pending[hq->n_pending].receipt;
	const struct batch *batch = &hq->pending[hq->n_pending].batch;
	enum status s = session_begin(&hq->sessions[hq->pending[hq->n_pending].site], batch, receipt, why);
	if (s != STATUS_OK)
		return s;
	hq->n_pending++;
	hq->admission.received_at_ms = ++hq->now_ms;
	while (receipt->done < receipt->n) {
		if (any_chance(20))
			receipt->until = receipt->done + 1 + (uint32_t)any_below(receipt->n - receipt->done);
		s = session_admit(receipt, batch, &hq->admission, &court, why);
		receipt->until = receipt->n;
		assert_true(s == STATUS_OK || s == STATUS_BUSY);
		if (s == STATUS_BUSY)
			commit(hq, false);
	}
	return STATUS_OK;
}

/* The process dies: what was not committed is gone. */
static inline void
hq_kill(struct hq *hq)
{
	empty_group(hq);
	hq->n_pending = 0;
	hq->admission.n_answers = 0;
	book_shut(&hq->book);
	book_open_env(&hq->book, 256 << 20);
	forget_streams(hq);
	for (size_t i = 0; i < SITES; i++)
		greet(hq, i);
	hq->reopened++;
}

#endif
