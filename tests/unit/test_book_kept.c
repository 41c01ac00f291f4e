/* A gateway's book: repetitions, raw messages, the outbox and the spool, room, damage, opening. */
#include "check.h"

#include <lmdb.h>
#include <unistd.h>

#include "any.h"
#include "bookkeeping.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_begin, desk_end)
#define PLATES "A B C D E F G H"

static int
begin_with_a_manifest(void **state)
{
	desk_begin(state);
	part(PART_WHOLE, "B1", PLATES, "W:1", 0);
	out();
	return 0;
}

#define WITH(name) cmocka_unit_test_setup_teardown(name, begin_with_a_manifest, desk_end)

/* ---- repetitions ---- */

static void
a_source_key_counts_once(void **state)
{
	(void)state;
	desk.key = "k1";
	arrived("A", 1);
	desk.key = "k1";
	arrived("A", 1);
	desk_reopen();
	desk.key = "k1";
	arrived("A", 2);
	assert_string_equal(out(), "unit_arrived B1 A @1");
	assert_string_equal(remarks(), "repeated repeated");
}

static void
of_another_unit_batch_port_or_kind_it_is_another_key(void **state)
{
	(void)state;
	desk.key = "k1";
	arrived("A", 1);
	desk.key = "k1";
	arrived("B", 2);
	desk.key = "k1";
	desk.batch = "B1";
	arrived("A", 3);
	desk.key = "k1";
	departed("A", 4);
	desk.key = "k1";
	desk.batch = "B1";
	desk.port = "wuliji";
	arrived("A", 5);
	assert_string_equal(out(),
	    "unit_arrived B1 A @1; unit_arrived B1 B @2; unit_arrived B1 A @3; unit_departed B1 A @4; unit_arrived B1 A @5");
	assert_string_equal(remarks(), "");
}

static void
without_a_key_everything_is_heard_anew(void **state)
{
	(void)state;
	arrived("A", 1);
	arrived("A", 1);
	assert_string_equal(out(), "unit_arrived B1 A @1; unit_arrived B1 A @1");
}

static void
a_key_is_known_for_as_long_as_is_configured(void **state)
{
	(void)state;
	desk.key = "k1";
	arrived("A", 1);
	pass(AT(1439));
	desk.key = "k1";
	arrived("A", 1);
	assert_string_equal(remarks(), "repeated");
	desk.now_ms = AT(1440);
	desk.key = "k1";
	arrived("A", 2); /* also before it was forgotten */
	pass(AT(1440));
	desk.key = "k1";
	arrived("A", 2);
	assert_string_equal(remarks(), "repeated");
	pass(AT(2880));
	desk.key = "k1";
	arrived("A", 3);
	assert_string_equal(out(), "unit_arrived B1 A @1; unit_arrived B1 A @2; unit_arrived B1 A @3");
}

static void
what_was_refused_may_come_again(void **state)
{
	(void)state;
	desk.key = "k1";
	weighed("A", -1, 1);
	desk.key = "k1";
	weighed("A", 1, 1);
	assert_string_equal(out(), "unit_weighed B1 A 1 @1");
}

/* ---- raw messages ---- */

static void
messages_are_kept_with_what_was_made_of_them(void **state)
{
	struct book_raw raw;
	(void)state;
	findings_message(&desk.findings, (struct span){ (const uint8_t *)"\0none", 5 });
	say_arrived("A", "", AT(1));
	findings_message(&desk.findings, (struct span){ NULL, 0 });
	findings_remark(&desk.findings, REMARK_broken_frame, "three bytes");
	desk.now_ms = AT(7);
	desk_enter();
	assert_string_equal(remarks(), "broken_frame");
	assert_int_equal(tally().messages, 4);
	assert_int_equal(book_raw(desk.book, 2, &desk.out, &raw, &desk.why), STATUS_OK);
	assert_int_equal(raw.bytes.bytes, 5);
	assert_memory_equal(raw.bytes.data, "\0none", 5);
	assert_int_equal(raw.events, 0);
	assert_int_equal(raw.received_ms, AT(7));
	assert_string_equal(raw.source, "gate-1");
	assert_int_equal(book_raw(desk.book, 3, &desk.out, &raw, &desk.why), STATUS_OK);
	assert_int_equal(raw.number, 3);
	assert_int_equal(raw.first_event, 2);
	assert_int_equal(raw.events, 1);
	assert_int_equal(book_raw(desk.book, 4, &desk.out, &raw, &desk.why), STATUS_OK);
	assert_int_equal(raw.bytes.bytes, 0);
	assert_int_equal(book_raw(desk.book, 5, &desk.out, &raw, &desk.why), STATUS_NOT_FOUND);
	assert_int_equal(tally().raw_bytes, 3 + 5 + 3);
}

static void
messages_are_forgotten_in_their_time_and_none_is_kept_where_none_is_to_be(void **state)
{
	struct book_raw raw;
	(void)state;
	desk.now_ms = AT(10);
	arrived("A", 1);
	pass(AT(1449));
	assert_int_equal(book_raw(desk.book, 1, &desk.out, &raw, &desk.why), STATUS_NOT_FOUND);
	assert_int_equal(book_raw(desk.book, 2, &desk.out, &raw, &desk.why), STATUS_OK);
	pass(AT(1450));
	assert_int_equal(book_raw(desk.book, 2, &desk.out, &raw, &desk.why), STATUS_NOT_FOUND);
	assert_int_equal(tally().raw_bytes, 0);
	desk.options.keep_raw_ms = 0;
	desk_reopen();
	arrived("A", 2);
	assert_int_equal(book_raw(desk.book, 3, &desk.out, &raw, &desk.why), STATUS_NOT_FOUND);
	assert_int_equal(tally().messages, 3);
}

/* Of random bytes at random times, over restarts: each is there as it came for as long as is configured, and then gone. */
static void
each_message_is_kept_for_its_time_and_not_longer(void **state)
{
	enum { MESSAGES = 200 };
	static uint8_t bytes[MESSAGES][64];
	static int64_t came[MESSAGES];
	struct book_raw raw;
	uint64_t at = 1;
	(void)state;
	for (size_t i = 0; i < MESSAGES; i++) {
		at += any_below(60);
		came[i] = desk.now_ms = AT(at);
		for (size_t k = 0; k < sizeof bytes[i]; k++)
			bytes[i][k] = (uint8_t)any_below(256);
		findings_message(&desk.findings, (struct span){ bytes[i], 1 + i % sizeof bytes[i] });
		desk_enter();
		pass(AT(at));
		if (any_below(20) == 0)
			desk_reopen();
		for (size_t k = 0; k <= i; k++) {
			bool there = came[k] + desk.options.keep_raw_ms > AT(at);
			arena_reset(&desk.out);
			assert_int_equal(book_raw(desk.book, 2 + k, &desk.out, &raw, &desk.why),
			    there ? STATUS_OK : STATUS_NOT_FOUND); /* the first is the manifest's */
			if (!there)
				continue;
			assert_int_equal(raw.bytes.bytes, 1 + k % sizeof bytes[k]);
			assert_memory_equal(raw.bytes.data, bytes[k], raw.bytes.bytes);
			assert_int_equal(raw.received_ms, came[k]);
		}
	}
}

/* ---- the outbox ---- */

static void
arrive_all(int n)
{
	for (int i = 0; i < n; i++)
		arrived((char[]){ (char)('A' + i), 0 }, i);
}

/* One handing out: how many, and the first's minute. */
static size_t
handed(uint64_t taken, size_t most, int *minute)
{
	struct span events[BOOK_SPANS];
	const Juyan__V1__Event *event;
	size_t n = most;
	arena_reset(&desk.out);
	assert_int_equal(book_outbox(desk.book, taken, &desk.out, events, &n, &desk.why), STATUS_OK);
	if (n > 0) {
		assert_int_equal(wire_event(events[0], &desk.out, &event, &desk.why), STATUS_OK);
		*minute = (int)((event->occurred_at_ms - BOOK_DAY) / 60000);
	}
	return n;
}

static void
what_the_spool_has_is_not_handed_out_again(void **state)
{
	int minute = -1;
	(void)state;
	arrive_all(5);
	assert_int_equal(handed(desk.taken, 3, &minute), 3);
	assert_int_equal(minute, 0);
	desk_reopen(); /* killed before the spool took them */
	assert_int_equal(handed(desk.taken, 3, &minute), 3);
	assert_int_equal(minute, 0);
	desk_reopen(); /* killed after it did */
	assert_int_equal(handed(desk.taken + 3, 9, &minute), 2);
	assert_int_equal(minute, 3);
	assert_int_equal(tally().outbox, 2);
	assert_int_equal(handed(desk.taken + 4, 9, &minute), 1);
	assert_int_equal(minute, 4);
	assert_int_equal(handed(desk.taken + 5, 9, &minute), 0);
	assert_int_equal(tally().outbox, 0);
	assert_string_equal(remarks(), "");
}

static void
a_spool_may_have_events_from_before_the_book(void **state)
{
	int minute = -1;
	(void)state;
	desk.taken = 1000;
	book_close(&desk.book);
	desk_end(NULL);
	desk_begin(NULL);
	desk.taken = 1000;
	part(PART_WHOLE, "B1", PLATES, "W:1", 0);
	assert_int_equal(handed(1000, 9, &minute), 1);
	desk_reopen();
	assert_int_equal(handed(1001, 9, &minute), 0);
	arrive_all(2);
	assert_int_equal(handed(1001, 9, &minute), 2);
	assert_string_equal(remarks(), "");
}

static void
an_emptier_spool_gets_all_that_it_was_not_known_to_have(void **state)
{
	int minute = -1;
	(void)state;
	desk.taken = 1000 + 1; /* as if a thousand had been there; one was the manifest */
	arrive_all(6);
	assert_int_equal(handed(1, 4, &minute), 4);
	assert_int_equal(handed(3, 4, &minute), 4); /* two of them are known to be there */
	assert_int_equal(minute, 2);
	assert_int_equal(handed(0, 9, &minute), 4); /* a new spool */
	assert_int_equal(minute, 2);
	assert_string_equal(remarks(), "other_spool");
	desk_reopen();
	assert_int_equal(handed(1, 9, &minute), 3);
	assert_int_equal(minute, 3);
	assert_int_equal(handed(4, 9, &minute), 0);
	assert_string_equal(remarks(), "");
}

static void
a_spool_that_somebody_else_wrote_to_loses_nothing(void **state)
{
	int minute = -1;
	(void)state;
	arrive_all(3);
	assert_int_equal(handed(1, 2, &minute), 2);
	assert_int_equal(handed(7, 9, &minute), 3); /* six more, where two were handed out */
	assert_int_equal(minute, 0);
	assert_string_equal(remarks(), "other_spool");
	assert_int_equal(handed(10, 9, &minute), 0);
	assert_string_equal(remarks(), "");
}

static void
handing_out_stops_where_the_arena_does(void **state)
{
	struct arena small;
	struct span events[8];
	size_t n = 8;
	(void)state;
	arrive_all(8);
	assert_int_equal(arena_open(&small, 200), STATUS_OK);
	assert_int_equal(book_outbox(desk.book, desk.taken, &small, events, &n, &desk.why), STATUS_OK);
	assert_in_range(n, 1, 7);
	arena_close(&small);
	assert_int_equal(arena_open(&small, 16), STATUS_OK);
	n = 8;
	assert_int_equal(book_outbox(desk.book, desk.taken, &small, events, &n, &desk.why), STATUS_NO_MEMORY);
	arena_close(&small);
}

/* ---- room ---- */

static void
a_full_book_refuses_whole_messages_and_goes_on_when_there_is_room(void **state)
{
	static uint8_t big[100 * 1024];
	uint64_t entered = 0;
	enum status status = STATUS_OK;
	(void)state;
	desk.options.bytes_max = 4 << 20;
	desk_end(NULL);
	desk_begin(NULL);
	book_close(&desk.book);
	folder_remove(desk.dir);
	desk.options.bytes_max = 2 << 20;
	desk_open();
	part(PART_WHOLE, "B1", PLATES, "W:1", 0);
	for (; status == STATUS_OK; entered += status == STATUS_OK) {
		findings_message(&desk.findings, (struct span){ big, sizeof big });
		say_arrived("A", "", AT(entered));
		status = desk_try();
		assert_true(entered < 100);
	}
	assert_int_equal(status, STATUS_NO_ROOM);
	assert_non_null(strstr(desk.why.text, "the book is full"));
	for (int i = 0; i < 20; i++) /* what never fits would be waited for without end */
		findings_message(&desk.findings, (struct span){ big, sizeof big });
	assert_int_equal(desk_try(), STATUS_TOO_LARGE);
	assert_in_range(entered, 4, 40);
	assert_int_equal(tally().events, 1 + entered);
	desk_reopen();
	assert_int_equal(tally().events, 1 + entered);
	pass(AT(1440)); /* the messages are forgotten */
	findings_message(&desk.findings, (struct span){ big, sizeof big });
	say_arrived("A", "", AT(entered));
	desk_enter();
	assert_int_equal(tally().events, 2 + entered);
}

static void
more_than_a_thousand_things_take_more_than_one_pass(void **state)
{
	(void)state;
	for (int i = 0; i < 1500; i++)
		say_arrived("X", "", AT(i));
	desk_enter();
	remarks();
	pass(AT(720));
	assert_in_range(tally().left, 1, 1499);
	pass(AT(720));
	assert_int_equal(tally().left, 1500);
}

/* ---- opening ---- */

static void
what_cannot_be_a_book_is_not_opened(void **state)
{
	struct book *other = NULL;
	(void)state;
	struct book_options options = desk.options;
	options.port = "";
	assert_int_equal(book_open(&options, &other, &desk.why), STATUS_SETTING);
	options.port = "ceke";
	options.bytes_max = 1;
	assert_int_equal(book_open(&options, &other, &desk.why), STATUS_SETTING);
	options.bytes_max = 0;
	options.dir = "/dev/null/x";
	assert_int_equal(book_open(&options, &other, &desk.why), STATUS_SYSTEM);
	assert_null(other);
}

static void
a_folder_is_made(void **state)
{
	char dir[128];
	(void)state;
	book_close(&desk.book);
	snprintf(dir, sizeof dir, "%s/gateway", desk.dir);
	desk.options.dir = dir;
	desk_open();
	snprintf(dir, sizeof dir, "%s/gateway/book/data.mdb", desk.dir);
	assert_int_equal(access(dir, F_OK), 0);
	book_close(&desk.book);
}

/* ---- damage: any row may be any bytes ---- */

static void
spoil_one(MDB_txn *txn, const char *table)
{
	MDB_dbi dbi;
	MDB_cursor *cursor;
	MDB_val k, v;
	uint8_t row[4096], key[512]; /* copies: what LMDB lends moves while it writes */
	assert_int_equal(mdb_dbi_open(txn, table, 0, &dbi), 0);
	assert_int_equal(mdb_cursor_open(txn, dbi, &cursor), 0);
	size_t rows = 0, chosen;
	while (mdb_cursor_get(cursor, &k, &v, MDB_NEXT) == 0)
		rows++;
	if (rows == 0)
		return;
	chosen = any_below(rows);
	for (size_t i = 0; i <= chosen; i++)
		assert_int_equal(mdb_cursor_get(cursor, &k, &v, i == 0 ? MDB_FIRST : MDB_NEXT), 0);
	size_t bytes = v.mv_size < sizeof row ? v.mv_size : sizeof row;
	memcpy(row, v.mv_data, bytes);
	memcpy(key, k.mv_data, k.mv_size);
	k.mv_data = key;
	if (any_chance(30))
		bytes = any_below(bytes + 1);
	for (size_t n = 1 + any_below(4); bytes > 0 && n > 0; n--)
		row[any_below(bytes)] = (uint8_t)any_bits();
	if (any_chance(10)) { /* or a row that nobody wrote */
		size_t length = 1 + any_below(40);
		for (size_t i = 0; i < length; i++)
			row[i] = (uint8_t)any_below(4);
		k = (MDB_val){ length, row };
		v = (MDB_val){ 3, row };
	} else {
		v = (MDB_val){ bytes, row };
	}
	(void)mdb_put(txn, dbi, &k, &v, 0);
}

static void
spoil(void)
{
	static const char *const tables[] = { "state", "raw", "keys", "batches", "plates", "lanes", "waiting", "waiting_for",
		"outbox", "due" };
	char path[FOLDER_BYTES + 8];
	MDB_env *env;
	MDB_txn *txn;
	snprintf(path, sizeof path, "%s/book", desk.dir);
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 16), 0);
	assert_int_equal(mdb_env_open(env, path, 0, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	for (size_t n = 1 + any_below(3); n > 0; n--)
		spoil_one(txn, tables[any_below(sizeof tables / sizeof tables[0])]);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

static bool
goes_on(enum status status)
{
	assert_true(status == STATUS_OK || (status == STATUS_DAMAGED && strstr(desk.why.text, "damaged") != NULL) ||
	    status == STATUS_NOT_FOUND || status == STATUS_NO_ROOM);
	return status == STATUS_OK;
}

static void
use_it_all(void)
{
	struct span events[64];
	struct book_waiting list[64];
	struct book_raw raw;
	size_t n = 64;
	if (!goes_on(book_open(&desk.options, &desk.book, &desk.why)))
		return;
	arena_reset(&desk.out);
	say_part(PART_ADD, "B1", "A I", "W2:1", AT(50));
	goes_on(desk_try());
	say_part(PART_WHOLE, "BX", "X Y", "W2:1", AT(1));
	goes_on(desk_try());
	say_departed("A", "L1", AT(60));
	goes_on(desk_try());
	say_weighed("", "L1", "s1", 9, AT(61));
	goes_on(desk_try());
	desk.key = "k1";
	say_arrived("B", "L1", AT(62));
	goes_on(desk_try());
	goes_on(book_waiting(desk.book, &desk.out, list, &n, &desk.why));
	n = 64;
	goes_on(book_outbox(desk.book, desk.taken, &desk.out, events, &n, &desk.why));
	goes_on(book_raw(desk.book, 1 + any_below(9), &desk.out, &raw, &desk.why));
	for (int day = 0; day < 130; day += 13)
		goes_on(book_pass(desk.book, AT(day * 1440), &desk.why));
}

static void
damaged_rows_are_told_and_bring_nothing_down(void **state)
{
	size_t rounds = 150;
	(void)state;
	for (size_t i = 0; i < rounds; i++) {
		desk_end(NULL);
		desk_begin(NULL);
		part(PART_WHOLE, "B1", PLATES, "W:1 W2:2", 0);
		desk.key = "k1";
		say_arrived("B", "L1", AT(5));
		say_arrived("X", "L1", AT(6));
		say_weighed("Y", "", "s1", 5, AT(7));
		say_weighed("", "L2", "s1", 5, AT(8));
		say_departed("C", "L1", AT(9));
		desk_enter();
		book_close(&desk.book);
		spoil();
		use_it_all();
	}
}

int
main(void)
{
	any_begin();
	const struct CMUnitTest tests[] = {
		WITH(a_source_key_counts_once),
		WITH(of_another_unit_batch_port_or_kind_it_is_another_key),
		WITH(without_a_key_everything_is_heard_anew),
		WITH(a_key_is_known_for_as_long_as_is_configured),
		WITH(what_was_refused_may_come_again),
		WITH(messages_are_kept_with_what_was_made_of_them),
		WITH(each_message_is_kept_for_its_time_and_not_longer),
		WITH(messages_are_forgotten_in_their_time_and_none_is_kept_where_none_is_to_be),
		WITH(what_the_spool_has_is_not_handed_out_again),
		WITH(a_spool_may_have_events_from_before_the_book),
		WITH(an_emptier_spool_gets_all_that_it_was_not_known_to_have),
		WITH(a_spool_that_somebody_else_wrote_to_loses_nothing),
		WITH(handing_out_stops_where_the_arena_does),
		TEST(a_full_book_refuses_whole_messages_and_goes_on_when_there_is_room),
		WITH(more_than_a_thousand_things_take_more_than_one_pass),
		TEST(what_cannot_be_a_book_is_not_opened),
		TEST(a_folder_is_made),
		TEST(damaged_rows_are_told_and_bring_nothing_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
