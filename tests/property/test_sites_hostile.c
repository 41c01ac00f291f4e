/*
 * What a site's journal may not be. A ledger of a site has been brought to headquarters in part; the next of its blocks is spoilt
 * in one way after the other, where it matters with a chain that is right again: each is refused with a sentence that names the
 * site and the event, nothing is admitted, and the block as it should be is taken afterwards. And random bits are turned, with
 * either outcome that there may be: it is no block, or the stream stops.
 *
 * also: address
 */
#include "check.h"

#include "relayed.h"

enum { BITS = 3000, SPOILT_BYTES = 2 * BLOCK_BYTES_MAX };

static struct book site;
static struct hq hq;
static struct followed next; /* the blocks that have not been brought */
static struct arena kept;

/* A block of one event of a site, with whatever it says in its head. */
struct forged {
	uint8_t bytes[SPOILT_BYTES];
	size_t n;
};

static void
forge(struct forged *out, uint32_t terminal_no, unsigned flags, uint64_t first_seq, int64_t received_at_ms)
{
	memset(out->bytes, 0, BLOCK_HEADER_BYTES);
	value_put(out->bytes + BLOCK_AT_TERMINAL, terminal_no, 4);
	value_put(out->bytes + BLOCK_AT_FLAGS, flags, 2);
	value_put(out->bytes + BLOCK_AT_FIRST_SEQ, first_seq, 8);
	value_put(out->bytes + BLOCK_AT_RECEIVED, (uint64_t)received_at_ms, 8);
	out->n = BLOCK_HEADER_BYTES;
	if ((flags & BLOCK_RELAYED) != 0) {
		memset(out->bytes + out->n, 0, BLOCK_SITE_BYTES);
		out->n += BLOCK_SITE_BYTES;
	}
}

static void
forge_event(struct forged *out, enum status verdict, struct span event)
{
	value_put(out->bytes + BLOCK_AT_EVENTS, value_get(out->bytes + BLOCK_AT_EVENTS, 2) + 1, 2);
	out->bytes[out->n] = (uint8_t)verdict;
	value_put(out->bytes + out->n + 1, event.bytes, 3);
	memcpy(out->bytes + out->n + BLOCK_EVENT_HEADER_BYTES, event.data, event.bytes);
	out->n += BLOCK_EVENT_HEADER_BYTES + event.bytes;
	assert_true(out->n <= SPOILT_BYTES);
}

/* With the chain that it has to have where it stands: only who has the site's own key can send such a one. */
static struct span
sealed(struct forged *block)
{
	struct span bytes = { block->bytes, block->n };
	block_chain(hq.streams[0].site->taken.chain, hq.streams[0].taken + 1, bytes, block->bytes + BLOCK_AT_CHAIN);
	return bytes;
}

/* What becomes of some blocks; nothing of them is taken. */
static enum status
refused(uint64_t first_lsn, const struct span *blocks, size_t n, char sentence[SENTENCE_BYTES_MAX])
{
	struct reason why = { "" };
	const struct stream *stream = &hq.streams[0];
	uint64_t taken = stream->taken;
	struct journal_end end = stream->site->taken;
	greet(&hq, 0);
	enum status s = read_batch(&hq, 0, first_lsn, blocks, n, &why);
	if (s == STATUS_OK)
		s = take_batch(&hq, &why);
	snprintf(sentence, SENTENCE_BYTES_MAX, "%s", why.text);
	if (s == STATUS_OK) {
		const struct receipt *receipt = &hq.pending[hq.n_pending - 1].receipt;
		assert_int_not_equal(receipt->refused, STATUS_OK);
		assert_true(receipt->stopped || receipt->refused == STATUS_GAP);
		s = receipt->refused;
		snprintf(sentence, SENTENCE_BYTES_MAX, "%s", receipt->sentence);
		commit(&hq, false);
		answer(&hq);
	}
	assert_int_not_equal(s, STATUS_OK);
	assert_true(strlen(sentence) > 20);
	assert_int_equal(hq.admission.n_entries, 0);
	assert_int_equal(stream->taken, taken);
	assert_memory_equal(&stream->site->taken, &end, sizeof end);
	return s;
}

static void
is_refused(uint64_t first_lsn, struct span block, enum status wanted, const char *part)
{
	char sentence[SENTENCE_BYTES_MAX];
	enum status s = refused(first_lsn, &block, 1, sentence);
	if (s != wanted || strstr(sentence, part) == NULL)
		fail_msg("'%s' (%s), expected %s with '%s'", sentence, status_name(s), status_name(wanted), part);
}

static void
stops(struct forged *block, enum status wanted, const char *part)
{
	char sentence[SENTENCE_BYTES_MAX], event[64];
	struct span bytes = sealed(block);
	enum status s = refused(hq.streams[0].taken + 1, &bytes, 1, sentence);
	snprintf(event, sizeof event, "site ceke: event %llu ", (unsigned long long)hq.streams[0].taken + 1);
	if (s != wanted || strstr(sentence, part) == NULL || strncmp(sentence, event, strlen(event)) != 0)
		fail_msg("'%s' (%s), expected %s with '%s' and '%s'", sentence, status_name(s), status_name(wanted), event, part);
}

/* ---- the world ---- */

static int
begin(void **state)
{
	enum { EVENTS = 40, BROUGHT = 20 };
	struct reason why = { "" };
	any_begin();
	if (said_begin(state) != 0 || arena_open(&kept, FRAME_ARENA) != STATUS_OK)
		return -1;
	hq_open(&hq);
	found_site(&site, 0);
	for (size_t i = 0; i < EVENTS; i++)
		book_take(&site, i % 2 == 0 ? GATE : SCALE, cargo(MIDNIGHT, "ceke", "B1", DEPARTED("T1")));
	must(follow_blocks(site.env, 0, 1 << 20, UINT64_MAX, &kept, &next, &why), &why);
	must(read_batch(&hq, 0, 1, next.blocks, BROUGHT, &why), &why);
	must(take_batch(&hq, &why), &why);
	commit(&hq, false);
	answer(&hq);
	assert_int_equal(hq.streams[0].on_disk, BROUGHT);
	must(follow_blocks(site.env, BROUGHT, 1 << 20, UINT64_MAX, &kept, &next, &why), &why);
	assert_true(next.n > 5);
	return 0;
}

static int
end(void **state)
{
	hq_close(&hq);
	book_close(&site);
	arena_close(&kept);
	return said_end(state);
}

/* After each test: the journal as it is goes on, and headquarters is right. */
static int
goes_on(void **state)
{
	struct reason why = { "" };
	(void)state;
	greet(&hq, 0);
	must(read_batch(&hq, 0, hq.streams[0].taken + 1, &next.blocks[0], 1, &why), &why);
	must(take_batch(&hq, &why), &why);
	assert_false(hq.pending[0].receipt.stopped);
	commit(&hq, false);
	answer(&hq);
	must(follow_blocks(site.env, hq.streams[0].on_disk, 1 << 20, UINT64_MAX, &kept, &next, &why), &why);
	return 0;
}

/* ---- what is refused ---- */

static void
another_order_or_place_is_another_past(void **state)
{
	(void)state;
	uint64_t on = hq.streams[0].taken;
	char sentence[SENTENCE_BYTES_MAX];
	is_refused(on + 1, next.blocks[1], STATUS_OTHER_PAST, "does not follow");
	is_refused(on + 2, next.blocks[1], STATUS_GAP, "gap");
	is_refused(on, next.blocks[0], STATUS_OTHER_PAST, "parted");
	is_refused(1, next.blocks[0], STATUS_OTHER_PAST, "parted");
	is_refused(0, next.blocks[0], STATUS_OUT_OF_RANGE, "begin at 1");
	is_refused(UINT64_MAX, next.blocks[0], STATUS_GAP, "gap");
	struct span missing[] = { next.blocks[0], next.blocks[2] };
	struct reason why = { "" };
	greet(&hq, 0);
	must(read_batch(&hq, 0, on + 1, missing, 2, &why), &why);
	must(take_batch(&hq, &why), &why);
	assert_true(hq.pending[0].receipt.stopped);
	assert_int_equal(hq.pending[0].receipt.refused, STATUS_OTHER_PAST);
	assert_int_equal(hq.pending[0].receipt.refused_from, on + 2);
	assert_int_equal(hq.pending[0].receipt.tail, on + 1); /* what stands before it is taken */
	commit(&hq, false);
	answer(&hq);
	must(follow_blocks(site.env, on + 1, 1 << 20, UINT64_MAX, &kept, &next, &why), &why);
	assert_int_equal(refused(on + 3, &next.blocks[0], 0, sentence), STATUS_NO_CONTENT);
}

static void
heads_that_cannot_be_stop_the_stream(void **state)
{
	(void)state;
	struct forged block;
	struct span event = cargo(MIDNIGHT, "ceke", "B1", RELEASED).bytes;
	uint64_t seq = ledger_stream_tail(hq.book.ledger, block_terminal(SITE_FIRST, GATE)) + 1;
	static const struct {
		uint32_t terminal_no;
		unsigned flags;
		int ahead; /* of the number that is right */
		int64_t received_at_ms;
		enum status verdict;
		const char *part;
	} cases[] = {
		{ 0, 0, 0, MIDNIGHT, STATUS_OK, "terminal's number" },
		{ 65536 + GATE, 0, 0, MIDNIGHT, STATUS_OK, "headquarters" },
		{ UINT32_MAX, 0, 0, MIDNIGHT, STATUS_OK, "headquarters" },
		{ GATE, BLOCK_RELAYED, 0, MIDNIGHT, STATUS_OK, "headquarters" },
		{ GATE, 4, 0, MIDNIGHT, STATUS_OK, "flags" },
		{ GATE, 0, 1, MIDNIGHT, STATUS_OK, "number" },
		{ GATE, 0, -1, MIDNIGHT, STATUS_OK, "number" },
		{ 77, 0, 0, MIDNIGHT, STATUS_OK, "number" },
		{ GATE, 0, 0, INT64_MIN, STATUS_OK, "time of receipt" },
		{ GATE, 0, 0, INT64_MAX, STATUS_OK, "time of receipt" },
		{ GATE, 0, 0, MIDNIGHT, STATUS_DISK, "verdict" },
		{ GATE, 0, 0, MIDNIGHT, STATUS_NO_ROOM, "verdict" },
		{ GATE, 0, 0, MIDNIGHT, STATUS_DUPLICATE_EVENT, "verdict" },
		{ GATE, 0, 0, MIDNIGHT, STATUS_CONFLICTING_EVENT, "verdict" },
		{ GATE, BLOCK_CONFLICT, 0, MIDNIGHT, STATUS_CONFLICTING_EVENT, "number" },
		{ GATE, BLOCK_CONFLICT, -1, MIDNIGHT, STATUS_MISSING_FIELD, "number" },
		{ GATE, BLOCK_CONFLICT, 0, MIDNIGHT, STATUS_OK, "number" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		forge(&block, cases[i].terminal_no, cases[i].flags, seq + (uint64_t)(int64_t)cases[i].ahead,
		    cases[i].received_at_ms);
		forge_event(&block, cases[i].verdict, event);
		stops(&block, STATUS_CONTRADICTION, cases[i].part);
	}
	forge(&block, GATE, BLOCK_CONFLICT, seq - 1, MIDNIGHT); /* two conflicts in one block */
	forge_event(&block, STATUS_CONFLICTING_EVENT, event);
	forge_event(&block, STATUS_CONFLICTING_EVENT, event);
	stops(&block, STATUS_CONTRADICTION, "number");
}

static void
events_that_are_not_the_sites_stop_the_stream(void **state)
{
	(void)state;
	struct forged block;
	uint64_t gate = ledger_stream_tail(hq.book.ledger, block_terminal(SITE_FIRST, GATE)) + 1;
	uint64_t admin = ledger_stream_tail(hq.book.ledger, block_terminal(SITE_FIRST, ADMIN)) + 1;
	struct span registry = registry_changed("'put': [" PORT("ceke", "RELEASE") "]").bytes;
	struct span right = cargo(MIDNIGHT, "ceke", "B1", RELEASED).bytes;
	forge(&block, GATE, 0, gate, MIDNIGHT);
	forge_event(&block, STATUS_OK, cargo(MIDNIGHT, "nowhere", "B1", RELEASED).bytes);
	stops(&block, STATUS_UNKNOWN_PORT, "nowhere");
	forge(&block, GATE, 0, gate, MIDNIGHT);
	forge_event(&block, STATUS_OK, cargo(MIDNIGHT, site_ports[1], "B1", RELEASED).bytes);
	stops(&block, STATUS_NOT_AUTHORISED, site_ports[1]);
	forge(&block, GATE, 0, gate, MIDNIGHT);
	forge_event(&block, STATUS_OK, (struct span){ (const uint8_t *)"\xFF\xFF", 2 });
	stops(&block, STATUS_UNDECODABLE, "cannot be read here");
	forge(&block, ADMIN, 0, admin, MIDNIGHT);
	forge_event(&block, STATUS_OK, registry);
	forge_event(&block, STATUS_OK, right);
	stops(&block, STATUS_CONTRADICTION, "administrator");
	forge(&block, GATE, 0, gate, MIDNIGHT); /* the second of two is wrong: the first is not taken either */
	forge_event(&block, STATUS_OK, right);
	forge_event(&block, STATUS_OK, cargo(MIDNIGHT, "nowhere", "B1", RELEASED).bytes);
	char sentence[SENTENCE_BYTES_MAX];
	struct span bytes = sealed(&block);
	assert_int_equal(refused(hq.streams[0].taken + 1, &bytes, 1, sentence), STATUS_UNKNOWN_PORT);
}

static void
blocks_larger_than_blocks_are_refused(void **state)
{
	(void)state;
	static uint8_t much[EVENT_BYTES_MAX + 1];
	static struct forged block;
	uint64_t gate = ledger_stream_tail(hq.book.ledger, block_terminal(SITE_FIRST, GATE)) + 1;
	forge(&block, GATE, 0, gate, MIDNIGHT);
	for (int i = 0; i < 2; i++)
		forge_event(&block, STATUS_MISSING_FIELD, (struct span){ much, BLOCK_BYTES / 2 });
	stops(&block, STATUS_CONTRADICTION, "larger");
	forge(&block, GATE, 0, gate, MIDNIGHT);
	forge_event(&block, STATUS_MISSING_FIELD, (struct span){ much, EVENT_BYTES_MAX + 1 });
	is_refused(hq.streams[0].taken + 1, sealed(&block), STATUS_UNDECODABLE, "no block");
	forge(&block, GATE, 0, gate, MIDNIGHT);
	for (int i = 0; i <= BATCH_EVENTS_MAX; i++)
		forge_event(&block, STATUS_MISSING_FIELD, (struct span){ much, 0 });
	is_refused(hq.streams[0].taken + 1, sealed(&block), STATUS_TOO_MANY, "more than");
}

/* An event batch from a site, and a journal from another. */
static void
each_sends_what_is_its_to_send(void **state)
{
	(void)state;
	struct span event = { (const uint8_t *)"", 0 };
	struct batch events = { .first = 1, .n = 1, .events = &event };
	struct stream plain = { .terminal_no = 9 };
	struct session session = { .stream = NULL };
	struct receipt receipt;
	struct reason why = { "" };
	greet(&hq, 0);
	assert_int_equal(session_begin(&hq.sessions[0], &events, &receipt, &why), STATUS_NOT_AUTHORISED);
	assert_non_null(strstr(why.text, "JournalBatch"));
	session_hello(&session, &plain, 1);
	must(read_batch(&hq, 0, hq.streams[0].taken + 1, next.blocks, 1, &why), &why);
	assert_int_equal(session_begin(&session, &hq.pending[0].batch, &receipt, &why), STATUS_NOT_AUTHORISED);
}

/* A site that was authorised anew, under another number, brought its journal once more, and each batch had two pasts. */
static void
a_journal_is_here_once(void **state)
{
	(void)state;
	const struct book *books[] = { &site, &hq.book };
	const char *parts[] = { "first of site 2", "first of site 0" };
	for (size_t i = 0; i < 2; i++) {
		struct reason why = { "" };
		struct followed first;
		must(follow_block(books[i]->env, 1, &kept, &first, &why), &why);
		greet(&hq, 1);
		must(read_batch(&hq, 1, 1, first.blocks, 1, &why), &why);
		must(take_batch(&hq, &why), &why);
		const struct receipt *receipt = &hq.pending[0].receipt;
		assert_true(receipt->stopped);
		assert_int_equal(receipt->refused, STATUS_CONTRADICTION);
		assert_non_null(strstr(receipt->sentence, parts[i]));
		assert_int_equal(hq.admission.n_entries, 0);
		commit(&hq, false);
		answer(&hq);
	}
}

/* The same journal as two sites' in one group: what the first brings is on disk before the second is looked at. */
static void
a_journal_does_not_begin_twice_in_a_group(void **state)
{
	static struct book other;
	struct reason why = { "" };
	struct followed first;
	(void)state;
	open_bare(&other); /* its first event is no administrator's, which would end the group */
	assert_int_equal(book_write(&other, GATE, cargo(MIDNIGHT, "ceke", "B1", RELEASED), STATUS_NOT_AUTHORISED, NULL),
	    STATUS_NOT_AUTHORISED);
	must(follow_block(other.env, 1, &kept, &first, &why), &why);
	for (size_t i = 1; i < 3; i++) {
		greet(&hq, i);
		must(read_batch(&hq, i, 1, first.blocks, 1, &why), &why);
		must(take_batch(&hq, &why), &why);
	}
	assert_false(hq.pending[0].receipt.stopped);
	assert_true(hq.pending[1].receipt.stopped);
	commit(&hq, false);
	answer(&hq);
	book_close(&other);
}

static struct site_alarm
alarm_on_file(void)
{
	struct store store;
	struct site_alarm alarm = { .lsn = 0 };
	assert_int_equal(store_begin_read(hq.book.env, &store, NULL), STATUS_OK);
	enum status status = sites_alarm(&store, SITE_FIRST, SITE_STOPPED, &alarm);
	assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
	store_abort(&store);
	return alarm;
}

/* Of several places with another past the first is told, since the first of all was; and none when the stream goes on. */
static void
an_alarm_tells_the_first_place(void **state)
{
	(void)state;
	static const struct {
		uint64_t lsn;
		enum status status;
		int64_t since_ms;
		uint64_t told;
	} raised[] = { { 30, STATUS_UNKNOWN_PORT, 5, 30 }, { 30, STATUS_OTHER_PAST, 7, 30 }, { 12, STATUS_OTHER_PAST, 8, 12 },
		{ 18, STATUS_OTHER_PAST, 9, 12 }, { 31, STATUS_OTHER_PAST, 10, 12 }, { 11, STATUS_OTHER_PAST, 11, 11 } };
	for (size_t i = 0; i < sizeof raised / sizeof *raised; i++) {
		struct site_alarm alarm = { raised[i].since_ms, raised[i].lsn, raised[i].status, { "it has parted" } };
		must(ledger_alarm(hq.book.ledger, SITE_FIRST, &alarm, NULL), &(struct reason){ "" });
		assert_int_equal(alarm_on_file().lsn, raised[i].told);
		assert_int_equal(alarm_on_file().since_ms, 5);
	}
	goes_on(NULL);
	assert_int_equal(alarm_on_file().lsn, 0);
}

static void
any_bit_matters(void **state)
{
	(void)state;
	static uint8_t copy[BLOCK_BYTES_MAX];
	char sentence[SENTENCE_BYTES_MAX];
	size_t another = 0;
	for (int i = 0; i < BITS; i++) {
		struct span block = { copy, next.blocks[0].bytes };
		memcpy(copy, next.blocks[0].data, block.bytes);
		copy[any_below(block.bytes)] ^= (uint8_t)(1 << any_below(8));
		another += refused(hq.streams[0].taken + 1, &block, 1, sentence) == STATUS_OTHER_PAST;
	}
	assert_true(another > BITS / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(another_order_or_place_is_another_past, goes_on),
		cmocka_unit_test_teardown(heads_that_cannot_be_stop_the_stream, goes_on),
		cmocka_unit_test_teardown(events_that_are_not_the_sites_stop_the_stream, goes_on),
		cmocka_unit_test_teardown(blocks_larger_than_blocks_are_refused, goes_on),
		cmocka_unit_test_teardown(each_sends_what_is_its_to_send, goes_on),
		cmocka_unit_test_teardown(a_journal_is_here_once, goes_on),
		cmocka_unit_test_teardown(a_journal_does_not_begin_twice_in_a_group, goes_on),
		cmocka_unit_test_teardown(an_alarm_tells_the_first_place, goes_on),
		cmocka_unit_test_teardown(any_bit_matters, goes_on),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
