/*
 * What is done for a ledger day after day: when a checkpoint is due, and what reading over finds, a little at a time, while the
 * ledger grows. also: address
 */
#include "check.h"

#include "../any.h"
#include "asked.h"
#include "civil.h"
#include "due.h"
#include "everything.h"
#include "meta.h"
#include "scrub.h"

enum { CEKE = 8 * 60, PASS_STEPS_MAX = 100000 };

static struct book book;

static int
start(void **state)
{
	any_begin();
	return said_begin(state);
}

static int
open_book(void **state)
{
	book_open(&book);
	return said_forget(state);
}

static int
close_book(void **state)
{
	(void)state;
	book_close(&book);
	return 0;
}

/* MIDNIGHT is that of Ceke. */
static void
test_it_is_due_so_long_after_the_ports_midnight(void **state)
{
	(void)state;
	assert_int_equal(due_ms_before(MIDNIGHT, CEKE, 0), MIDNIGHT);
	assert_int_equal(due_ms_before(MIDNIGHT - 1, CEKE, 0), MIDNIGHT - DAYS(1));
	assert_int_equal(due_ms_before(MIDNIGHT + DAYS(1) - 1, CEKE, 0), MIDNIGHT);
	assert_int_equal(due_ms_before(MIDNIGHT + MINUTES(5) - 1, CEKE, 5), MIDNIGHT - DAYS(1) + MINUTES(5));
	assert_int_equal(due_ms_before(MIDNIGHT + MINUTES(5), CEKE, 5), MIDNIGHT + MINUTES(5));
	assert_int_equal(due_ms_before(MIDNIGHT + HOURS(23), CEKE, 1439), MIDNIGHT - MINUTES(1));
	for (size_t i = 0; i < 1000; i++) {
		int64_t now = MIDNIGHT + (int64_t)any_below((size_t)DAYS(1000));
		int32_t offset = (int32_t)any_below(28 * 60) - 14 * 60;
		int64_t after = (int64_t)any_below(1440), due = due_ms_before(now, offset, after);
		assert_true(due <= now && now - due < DAYS(1));
		assert_int_equal((due + MINUTES(offset) - MINUTES(after)) % DAYS(1), 0);
		/* Once made it is not wanted until the next, whatever the clock does within the day. */
		assert_true(due_now(now, due - 1, offset, after));
		assert_false(due_now(now, due, offset, after));
		assert_false(due_now(now - DAYS(1), due, offset, after));
		assert_true(due_now(now, 0, offset, after));
	}
}

/* One pass, in steps of so many bytes; gives its damages, and of the first the sentence. */
static uint64_t
pass(struct scrub *scrub, uint64_t bytes, struct reason *why)
{
	*why = (struct reason){ "" };
	for (size_t i = 0; i < PASS_STEPS_MAX; i++) {
		struct reason told = { "" };
		enum status status = scrub_step(scrub, bytes, &told);
		assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND || status == STATUS_DAMAGED);
		if (status == STATUS_DAMAGED && why->text[0] == '\0')
			*why = told;
		if (scrub_ended(scrub))
			return scrub_tally(scrub).damages;
	}
	fail_msg("it does not end");
	return 0;
}

static struct scrub *
opened(void)
{
	struct scrub *scrub = NULL;
	struct reason why = { "" };
	must(scrub_open(book.env, &scrub, &why), &why);
	return scrub;
}

static void
test_each_pass_reads_each_row_once(void **state)
{
	struct store store;
	struct reason why;
	uint64_t rows = 0;
	(void)state;
	struct scrub *scrub = opened();
	assert_int_equal(pass(scrub, 1, &why), 0);
	book_write_all(&book);
	assert_int_equal(store_begin_read(book.env, &store, NULL), STATUS_OK);
	for (int t = 0; t < TABLES; t++)
		rows += store_rows(&store, (enum table)t);
	store_abort(&store);
	for (uint64_t bytes = 1; bytes < 1 << 20; bytes *= 8) {
		assert_int_equal(pass(scrub, bytes, &why), 0);
		assert_int_equal(scrub_tally(scrub).rows, rows);
	}
	scrub_close(&scrub);
}

static void
test_the_ledger_may_grow_meanwhile(void **state)
{
	struct reason why = { "" };
	char batch_no[16];
	size_t passes = 0;
	(void)state;
	book_write_all(&book);
	struct scrub *scrub = opened();
	for (size_t i = 0; i < 40 || passes < 3; i++) {
		if (i < 40) {
			snprintf(batch_no, sizeof batch_no, "G%zu", any_below(20));
			write_batch(&book, "ceke", batch_no);
		}
		for (size_t k = 0; k < 20; k++) {
			enum status status = scrub_step(scrub, 1 + any_below(2000), &why);
			assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
			passes += scrub_ended(scrub);
		}
	}
	assert_int_equal(scrub_tally(scrub).damages, 0);
	scrub_close(&scrub);
}

/* Changes one byte of the first row of a table behind the ledger's back, at this place from its end; again: puts it right. */
static void
spoil(enum table table, size_t from_end)
{
	struct store store;
	struct walk walk;
	uint8_t key[512], value[8192];
	assert_int_equal(store_begin_write(book.env, &store, NULL), STATUS_OK);
	assert_int_equal(walk_open(&store, table, &walk), STATUS_OK);
	assert_int_equal(walk_first(&walk), STATUS_OK);
	size_t key_bytes = walk.key.bytes, bytes = walk.value.bytes;
	assert_true(key_bytes <= sizeof key && bytes <= sizeof value && from_end < bytes);
	memcpy(key, walk.key.data, key_bytes);
	memcpy(value, walk.value.data, bytes);
	walk_close(&walk);
	value[bytes - 1 - from_end] ^= 0x80;
	assert_int_equal(store_put(&store, table, (struct span){ key, key_bytes }, (struct span){ value, bytes }), STATUS_OK);
	assert_int_equal(store_commit(&store, NULL), STATUS_OK);
}

static void
test_damage_is_found_in_each_pass_and_the_rest_is_read_all_the_same(void **state)
{
	struct reason why;
	(void)state;
	book_write_all(&book);
	struct scrub *scrub = opened();
	spoil(TABLE_journal, 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(pass(scrub, 1000, &why), 1);
		holds(why.text, "journal: the chain breaks");
		assert_true(scrub_tally(scrub).rows > 20); /* of the other tables */
	}
	spoil(TABLE_meta, 24); /* its chain value */
	assert_int_equal(pass(scrub, 1000, &why), 1);
	spoil(TABLE_journal, 0);
	assert_int_equal(pass(scrub, 1000, &why), 1);
	holds(why.text, "journal: it ends with event");
	spoil(TABLE_meta, 24);
	assert_int_equal(pass(scrub, 1000, &why), 0);
	scrub_close(&scrub);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_book, close_book)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_it_is_due_so_long_after_the_ports_midnight),
		TEST(test_each_pass_reads_each_row_once),
		TEST(test_the_ledger_may_grow_meanwhile),
		TEST(test_damage_is_found_in_each_pass_and_the_rest_is_read_all_the_same),
	};
	return cmocka_run_group_tests(tests, start, said_end);
}
