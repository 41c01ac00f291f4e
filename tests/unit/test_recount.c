/*
 * The proof that a ledger is right: it holds for a ledger with every kind of event, and fails, with a sentence that names the
 * place, when any row of any table was changed, added or taken away behind the ledger's back.
 */
#include "check.h"

#include <unistd.h>

#include "../any.h"
#include "asked.h"
#include "everything.h"
#include "meta.h"
#include "recount.h"

enum { ROW_BYTES = 8192 };

static struct book book;
static char scratch[FOLDER_BYTES + 16];

static int
start(void **state)
{
	any_begin();
	if (said_begin(state) != 0)
		return -1;
	book_open(&book);
	snprintf(scratch, sizeof scratch, "%s/scratch", book.dir);
	book_write_all(&book);
	return 0;
}

static int
stop(void **state)
{
	book_close(&book);
	return said_end(state);
}

static void
count_progress(void *user, uint64_t done, uint64_t all)
{
	++*(size_t *)user;
	assert_true(done <= all);
}

static struct recount_result
proof(void)
{
	struct recount_result result = { .difference = "" };
	struct reason why = { "" };
	size_t steps = 0;
	must(recount(book.env, scratch, NULL, count_progress, &steps, &result, &why), &why);
	assert_int_not_equal(access(scratch, F_OK), 0); /* it leaves nothing behind */
	return result;
}

static void
is_right(void)
{
	struct recount_result result = proof();
	if (!result.right)
		fail_msg("%s", result.difference);
}

static void
is_wrong(const char *part)
{
	struct recount_result result = proof();
	if (result.right)
		fail_msg("nothing was found, '%s' was expected", part);
	holds(result.difference, part);
}

static void
test_a_ledger_with_all_kinds_of_events_is_right(void **state)
{
	(void)state;
	struct recount_result result = proof();
	if (!result.right)
		fail_msg("%s", result.difference);
	assert_int_equal(result.last_lsn, ledger_lsn(book.ledger));
	assert_int_equal(result.events, result.last_lsn);
	const Juyan__V1__LedgerStatus *status = ask(&book, "'status': {}")->status;
	assert_memory_equal(result.chain, status->chain.data, sizeof result.chain);
	struct store store;
	uint64_t rows = 0;
	assert_int_equal(store_begin_read(book.env, &store, NULL), STATUS_OK);
	for (int t = 0; t < TABLES; t++) {
		assert_true(store_rows(&store, (enum table)t) >= (t == TABLE_meta ? 1 : 2)); /* so that each can be tampered with */
		rows += t == TABLE_meta || t == TABLE_journal || t == TABLE_alarms ? 0 : store_rows(&store, (enum table)t);
	}
	assert_int_equal(result.rows, rows);
	store_abort(&store);
}

static void
test_an_empty_ledger_is_right(void **state)
{
	struct book full = book;
	(void)state;
	folder_make(book.dir);
	book_open_env(&book, 64 << 20);
	is_right();
	book_close(&book);
	book = full;
}

/* ---- tampering ---- */

struct row {
	uint8_t key[ROW_BYTES], value[ROW_BYTES];
	size_t key_bytes, value_bytes;
};

/* The n-th row of a table; false behind the last. */
static bool
read_row(enum table table, size_t n, struct row *out)
{
	struct store store;
	struct walk walk;
	assert_int_equal(store_begin_read(book.env, &store, NULL), STATUS_OK);
	assert_int_equal(walk_open(&store, table, &walk), STATUS_OK);
	enum status status = walk_first(&walk);
	for (; n > 0 && status == STATUS_OK; n--)
		status = walk_next(&walk);
	if (status == STATUS_OK) {
		assert_true(walk.key.bytes <= ROW_BYTES && walk.value.bytes <= ROW_BYTES);
		memcpy(out->key, walk.key.data, out->key_bytes = walk.key.bytes);
		memcpy(out->value, walk.value.data, out->value_bytes = walk.value.bytes);
	}
	walk_close(&walk);
	store_abort(&store);
	return status == STATUS_OK;
}

static void
put_row(enum table table, const struct row *row)
{
	struct store store;
	assert_int_equal(store_begin_write(book.env, &store, NULL), STATUS_OK);
	assert_int_equal(
	    store_put(&store, table, (struct span){ row->key, row->key_bytes }, (struct span){ row->value, row->value_bytes }),
	    STATUS_OK);
	assert_int_equal(store_commit(&store, NULL), STATUS_OK);
}

static void
delete_row(enum table table, const struct row *row)
{
	struct store store;
	assert_int_equal(store_begin_write(book.env, &store, NULL), STATUS_OK);
	assert_int_equal(store_delete(&store, table, (struct span){ row->key, row->key_bytes }), STATUS_OK);
	assert_int_equal(store_commit(&store, NULL), STATUS_OK);
}

/* What the sentence begins with: the journal and the ledger's own row are told by what does not fit. */
static const char *
name_in_sentence(enum table table)
{
	return table == TABLE_meta ? "ledger" : table == TABLE_journal ? "" : table_name(table);
}

static void
test_a_changed_row_is_found(void **state)
{
	struct row row;
	(void)state;
	for (int t = 0; t < TABLES; t++)
		for (size_t n = 0; t != TABLE_meta && t != TABLE_alarms && read_row((enum table)t, n, &row);
		     n += 1 + any_below(4)) {
			struct row changed = row;
			changed.value[any_below(row.value_bytes)] ^= (uint8_t)(1 << any_below(8));
			put_row((enum table)t, &changed);
			is_wrong(name_in_sentence((enum table)t));
			changed = row;
			changed.value_bytes--;
			put_row((enum table)t, &changed);
			is_wrong(name_in_sentence((enum table)t));
			put_row((enum table)t, &row);
		}
	is_right();
}

static void
test_a_missing_row_is_found(void **state)
{
	struct row row;
	(void)state;
	for (int t = 0; t < TABLES; t++)
		for (size_t n = 0; t != TABLE_alarms && read_row((enum table)t, n, &row); n += 1 + any_below(4)) {
			delete_row((enum table)t, &row);
			is_wrong(name_in_sentence((enum table)t));
			put_row((enum table)t, &row);
		}
	is_right();
}

/* Beside each row one that differs in the last byte of its key, one with a key that is longer, and one that is nothing at all. */
static void
test_an_added_row_is_found(void **state)
{
	static const struct row nothing = { .key = { 0xFF }, .key_bytes = 1 };
	struct row row;
	(void)state;
	for (int t = 0; t < TABLE_alarms; t++) {
		for (size_t n = 0; n < 3 && read_row((enum table)t, n, &row); n++)
			for (int longer = 0; longer < 2; longer++) {
				struct row added = row;
				if (longer == 1)
					added.key[added.key_bytes++] = 0;
				else
					added.key[added.key_bytes - 1] ^= 0x40;
				put_row((enum table)t, &added);
				is_wrong(name_in_sentence((enum table)t));
				delete_row((enum table)t, &added);
			}
		put_row((enum table)t, &nothing);
		is_wrong(name_in_sentence((enum table)t));
		delete_row((enum table)t, &nothing);
	}
	is_right();
}

/* All of the ledger's own row but its format, which says that another version wrote it. */
static void
test_each_byte_of_the_ledgers_own_row_is_proved(void **state)
{
	struct recount_result result;
	struct row row;
	(void)state;
	assert_true(read_row(TABLE_meta, 0, &row));
	for (size_t i = 4; i < row.value_bytes; i++) {
		struct row changed = row;
		changed.value[i] ^= 1;
		put_row(TABLE_meta, &changed);
		is_wrong("ledger");
	}
	struct row changed = row;
	changed.value[0] ^= 2;
	put_row(TABLE_meta, &changed);
	assert_int_equal(recount(book.env, scratch, NULL, NULL, NULL, &result, NULL), STATUS_FORMAT);
	changed = row;
	changed.value_bytes--;
	put_row(TABLE_meta, &changed);
	assert_int_equal(recount(book.env, scratch, NULL, NULL, NULL, &result, NULL), STATUS_DAMAGED);
	put_row(TABLE_meta, &row);
	is_right();
}

static void
test_a_difference_is_told_so_that_a_person_finds_it(void **state)
{
	struct row row;
	(void)state;
	/* 31,000 + 30,000 kg at Ceke in the hour of its release; one kilogram is added to each of the two rows of the year. */
	assert_true(read_row(TABLE_tonnage, 0, &row));
	row.value[0]++;
	put_row(TABLE_tonnage, &row);
	struct recount_result result = proof();
	row.value[0]--;
	put_row(TABLE_tonnage, &row);
	assert_string_equal(result.difference,
	    "tonnage: on file is [ceke 2025 import truck coal corrected: 31001 kg, 1 batches, 1 units], by a recount it is "
	    "[ceke 2025 import truck coal corrected: 31000 kg, 1 batches, 1 units]");
	assert_true(read_row(TABLE_manifests, 0, &row));
	row.value[row.value_bytes - 1] ^= 1;
	put_row(TABLE_manifests, &row);
	result = proof();
	row.value[row.value_bytes - 1] ^= 1;
	put_row(TABLE_manifests, &row);
	assert_string_equal(result.difference, "manifests: the row [ceke\\00B1\\00] has other content than by a recount");
	assert_true(read_row(TABLE_manifests, 0, &row));
	delete_row(TABLE_manifests, &row);
	result = proof();
	put_row(TABLE_manifests, &row);
	assert_string_equal(result.difference, "manifests: on file is [ceke\\00B3\\00], by a recount it is [ceke\\00B1\\00]");
}

/* A block that somebody has added with a right chain: what it says cannot be, and it stopped the proof at an assert. */
static void
test_a_well_chained_block_that_cannot_be_is_found(void **state)
{
	struct said said = cargo(MIDNIGHT, "ceke", "B1", RELEASED);
	const struct {
		uint32_t terminal_no;
		uint64_t stream_seq;
	} blocks[] = { { GATE, ledger_stream_tail(book.ledger, GATE) + 2 }, { GATE, 1 }, { GATE, 0 }, { 0, 1 },
		{ TERMINAL_NO_MAX + 1, 1 }, { UINT32_MAX, 1 } };
	struct row end, block;
	(void)state;
	assert_true(read_row(TABLE_meta, 0, &end));
	for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
		struct store store;
		struct meta meta;
		struct entry entry = { .terminal_no = blocks[i].terminal_no,
			.stream_seq = blocks[i].stream_seq,
			.received_at_ms = MIDNIGHT,
			.bytes = said.bytes };
		assert_int_equal(store_begin_write(book.env, &store, NULL), STATUS_OK);
		assert_int_equal(meta_read(&store, &meta, NULL), STATUS_OK);
		assert_int_equal(journal_append(&store, &meta.end, NULL, &entry, 1), STATUS_OK);
		assert_int_equal(meta_write(&store, &meta), STATUS_OK);
		assert_int_equal(store_commit(&store, NULL), STATUS_OK);
		is_wrong("journal: event");
		block.key_bytes = 8;
		for (size_t b = 0; b < 8; b++)
			block.key[b] = (uint8_t)(meta.end.lsn >> (8 * (7 - b)));
		delete_row(TABLE_journal, &block);
		put_row(TABLE_meta, &end);
	}
	is_right();
}

static void
test_a_scratch_folder_that_exists_is_left_alone(void **state)
{
	struct recount_result result;
	struct reason why = { "" };
	(void)state;
	assert_int_equal(recount(book.env, book.dir, NULL, NULL, NULL, &result, &why), STATUS_CONTRADICTION);
	holds(why.text, "exists already");
	is_right();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_ledger_with_all_kinds_of_events_is_right),
		cmocka_unit_test(test_an_empty_ledger_is_right),
		cmocka_unit_test(test_a_changed_row_is_found),
		cmocka_unit_test(test_a_missing_row_is_found),
		cmocka_unit_test(test_an_added_row_is_found),
		cmocka_unit_test(test_each_byte_of_the_ledgers_own_row_is_proved),
		cmocka_unit_test(test_a_difference_is_told_so_that_a_person_finds_it),
		cmocka_unit_test(test_a_well_chained_block_that_cannot_be_is_found),
		cmocka_unit_test(test_a_scratch_folder_that_exists_is_left_alone),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
