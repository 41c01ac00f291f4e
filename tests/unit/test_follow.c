/*
 * Following a journal beside its writer: blocks come as they stand there, within the bounds that were asked for, and fit each other
 * and the chain; what is no end of a block is no place to go on from.
 */
#include "check.h"

#include "../any.h"
#include "follow.h"
#include "opened_ledger.h"

enum { EVENTS = 3000, BLOCKS_MAX = EVENTS };

static struct book book;
static struct arena arena;
static struct reason why;

static int
start(void **state)
{
	any_begin();
	folder_make_quick(book.dir);
	if (said_begin(state) != 0 || arena_open(&arena, FOLLOW_ARENA_BYTES(FRAME_BYTES_MAX)) != STATUS_OK)
		return 1;
	book_open_env(&book, 64 << 20);
	book_take(&book, ADMIN, book_founding());
	return 0;
}

static int
end(void **state)
{
	arena_close(&arena);
	book_close(&book);
	return said_end(state);
}

/* So many events of a terminal at once. */
static void
write_some(uint32_t terminal_no, size_t n)
{
	static struct entry entries[EVENTS];
	assert_true(n <= EVENTS);
	for (size_t i = 0; i < n; i++) {
		entries[i] = entry_of(&book, terminal_no, i, cargo(MIDNIGHT + (int64_t)any_below(1000), "ceke", "B", RELEASED));
		entries[i].verdict = STATUS_OK;
	}
	must(ledger_apply(book.ledger, entries, n, &why), &why);
	arena_reset(&said_arena);
}

static struct followed
behind(uint64_t after, size_t bytes_max, uint64_t events_max)
{
	struct followed followed;
	arena_reset(&arena);
	must(follow_blocks(book.env, after, bytes_max, events_max, &arena, &followed, &why), &why);
	return followed;
}

/* Each block follows the one before by the code that checks it anywhere. */
static void
fit(const struct followed *followed, struct journal_end *at)
{
	uint64_t first = at->lsn + 1;
	assert_int_equal(followed->first_lsn, first);
	for (size_t i = 0; i < followed->n; i++) {
		struct block block;
		must(block_follow(at, at->lsn + 1, followed->blocks[i], &block, &why), &why);
	}
	assert_int_equal(followed->last_lsn, at->lsn);
}

static void
test_all_comes_in_order_and_fits(void **state)
{
	(void)state;
	for (size_t i = 0; i < 200; i++)
		write_some(i % 3 == 0 ? GATE : SCALE, 1 + any_below(40));
	for (size_t bytes_max = 1; bytes_max <= FRAME_BYTES_MAX; bytes_max *= 32) {
		struct journal_end at = { 0 };
		struct followed followed;
		while ((followed = behind(at.lsn, bytes_max, UINT64_MAX)).n > 0) {
			size_t bytes = 0;
			for (size_t i = 0; i < followed.n; i++)
				bytes += followed.blocks[i].bytes;
			assert_true(bytes <= bytes_max || followed.n == 1);
			fit(&followed, &at);
		}
		assert_int_equal(at.lsn, ledger_lsn(book.ledger));
		assert_memory_equal(at.chain, followed.end.chain, CHAIN_BYTES);
		struct journal_end told;
		must(follow_end(book.env, &told, &why), &why);
		assert_memory_equal(told.chain, at.chain, CHAIN_BYTES);
	}
}

static void
test_no_more_events_come_than_were_asked_for(void **state)
{
	(void)state;
	write_some(GATE, EVENTS);
	for (uint64_t events_max = 1; events_max < EVENTS; events_max = events_max * 3 + 1) {
		struct journal_end at = { 0 };
		struct followed followed;
		for (; (followed = behind(at.lsn, FRAME_BYTES_MAX, events_max)).n > 0; fit(&followed, &at))
			assert_true(followed.last_lsn - followed.first_lsn + 1 <= events_max || followed.n == 1);
		assert_int_equal(at.lsn, ledger_lsn(book.ledger));
	}
}

static void
test_a_place_is_the_end_of_a_block(void **state)
{
	(void)state;
	uint64_t ends = 0, lsn = ledger_lsn(book.ledger);
	for (uint64_t event = 1; event <= lsn; event++) {
		uint8_t chain[CHAIN_BYTES];
		struct followed one, followed;
		arena_reset(&arena);
		must(follow_block(book.env, event, &arena, &one, &why), &why);
		assert_int_equal(one.n, 1);
		assert_true(one.first_lsn <= event && event <= one.last_lsn);
		enum status status = follow_chain(book.env, event, chain, &why);
		enum status behind_it = follow_blocks(book.env, event, 1, 1, &arena, &followed, &why);
		if (one.last_lsn != event) {
			assert_int_equal(status, STATUS_NOT_FOUND);
			assert_int_equal(behind_it, STATUS_OUT_OF_RANGE);
			continue;
		}
		ends++;
		must(status, &why);
		must(behind_it, &why);
		assert_memory_equal(chain, one.blocks[0].data + BLOCK_AT_CHAIN, CHAIN_BYTES);
	}
	assert_true(ends > 10 && ends < lsn);
}

static void
test_what_the_journal_does_not_have(void **state)
{
	(void)state;
	uint8_t chain[CHAIN_BYTES];
	struct followed followed = { .n = 77 };
	uint64_t lsn = ledger_lsn(book.ledger);
	arena_reset(&arena);
	assert_int_equal(follow_blocks(book.env, lsn + 1, 1, 1, &arena, &followed, &why), STATUS_OUT_OF_RANGE);
	assert_non_null(strstr(why.text, "the journal ends with"));
	assert_int_equal(follow_block(book.env, lsn + 1, &arena, &followed, &why), STATUS_NOT_FOUND);
	assert_int_equal(follow_block(book.env, 0, &arena, &followed, &why), STATUS_NOT_FOUND);
	assert_int_equal(follow_chain(book.env, lsn + 1, chain, &why), STATUS_NOT_FOUND);
	assert_int_equal(follow_chain(book.env, 0, chain, &why), STATUS_NOT_FOUND);
	assert_int_equal(followed.n, 77);
	/* An arena that is too small gives nothing rather than less. */
	struct arena small;
	assert_int_equal(arena_open(&small, 1000), STATUS_OK);
	assert_int_equal(follow_blocks(book.env, 0, 1, 1, &small, &followed, &why), STATUS_NO_MEMORY);
	assert_int_equal(followed.n, 77);
	arena_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_comes_in_order_and_fits),
		cmocka_unit_test(test_no_more_events_come_than_were_asked_for),
		cmocka_unit_test(test_a_place_is_the_end_of_a_block),
		cmocka_unit_test(test_what_the_journal_does_not_have),
	};
	return cmocka_run_group_tests(tests, start, end);
}
