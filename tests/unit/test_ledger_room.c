/* The bounds of a ledger: batches with too many events, huge groups, no room; and opening it again, also in another format. */
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "asked.h"

enum { GROUP_MAX = 5000 };

static struct said
coal(const char *batch_no)
{
	return cargo(MIDNIGHT, "ceke", batch_no, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "30000"))));
}

static struct said
release(const char *batch_no)
{
	return cargo(MIDNIGHT + HOURS(1), "ceke", batch_no, RELEASED);
}

static uint64_t
waiting(struct book *book)
{
	return ask(book, "'status': {}")->status->quarantine_waiting;
}

/* ---- bounds ---- */

static void
test_a_batch_that_has_too_many_events_turns_the_next_away(void **state)
{
	static const enum table derived[] = { TABLE_manifests, TABLE_tonnage, TABLE_review };
	static struct entry entries[GROUP_MAX];
	struct book book;
	uint8_t before[DIGEST_BYTES], after[DIGEST_BYTES];
	(void)state;
	book_open(&book);
	struct said arrived = cargo(MIDNIGHT, "ceke", "B1", "'unit_arrived': {'unit_id': 'T1'}");
	for (size_t i = 0; i < BATCH_SOURCES_MAX + 2; i++)
		entries[i] = entry_of(&book, GATE, i, arrived);
	assert_int_equal(ledger_apply(book.ledger, entries, BATCH_SOURCES_MAX + 2, NULL), STATUS_OK);
	for (size_t i = 0; i < BATCH_SOURCES_MAX + 2; i++)
		assert_int_equal(entries[i].verdict, i < BATCH_SOURCES_MAX ? STATUS_OK : STATUS_BATCH_FULL);
	assert_int_equal(waiting(&book), 2);
	assert_int_equal(ledger_stream_tail(book.ledger, GATE), BATCH_SOURCES_MAX + 2);
	book_digest(&book, derived, sizeof derived / sizeof derived[0], before);
	assert_int_equal(book_write(&book, SCALE, release("B1"), STATUS_OK, NULL), STATUS_BATCH_FULL);
	char text[128];
	snprintf(text, sizeof text, "{'occurred_at_ms': 1, 'quarantine_released': {'by': 'b', 'reason': 'r', 'lsn': %llu}}",
	    (unsigned long long)entries[BATCH_SOURCES_MAX].lsn);
	assert_int_equal(book_write(&book, ADMIN, said_text(text), STATUS_OK, NULL), STATUS_BATCH_FULL);
	book_digest(&book, derived, sizeof derived / sizeof derived[0], after);
	assert_memory_equal(before, after, DIGEST_BYTES);
	book_close(&book);
}

/* It was refused as "undecodable", with no sentence; and asked for, a large registry was called the same. */
static void
test_a_registry_that_outgrows_its_memory_is_refused_with_a_sentence(void **state)
{
	static char days[60 * 1024];
	struct book book;
	struct reason why;
	enum status verdict = STATUS_OK;
	(void)state;
	book_open_with(&book, (size_t)1 << 30);
	for (int year = 1900; year < 2199 && verdict == STATUS_OK; year++) {
		size_t used = 0;
		/* The longest that a day can say, so that few are enough. */
		for (int day = 0; day < 90; day++)
			used += (size_t)snprintf(days + used, sizeof days - used,
			    "%s{'day': {'port': '*', 'day': '%d-%02d-%02d', 'kind': 'CLOSED', 'note': '%0500d'}}",
			    day == 0 ? "" : ",", year, 1 + day / 20, 1 + day % 20, 1);
		verdict = book_write(&book, ADMIN, registry_changed("'put': [%s]", days), STATUS_OK, &why);
		arena_reset(&said_arena);
	}
	assert_int_equal(verdict, STATUS_TOO_LARGE);
	holds(why.text, "more than 16 MiB of memory");
	book_take(&book, ADMIN, registry_changed("'drop': [{'day': {'port': '*', 'day': '1900-01-01', 'kind': 'CLOSED'}}]"));
	struct arena small;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__RegistryAsk registry = JUYAN__V1__REGISTRY_ASK__INIT;
	const Juyan__V1__Answer *answer;
	question.version = PROTOCOL_VERSION;
	question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
	question.registry = &registry;
	assert_int_equal(arena_open(&small, DECODE_BYTES_MAX), STATUS_OK);
	must(reader_answer(book.reader, &question, &small, &answer, &why), &why);
	assert_int_equal(answer->say_case, JUYAN__V1__ANSWER__SAY_FAILURE);
	assert_int_equal(answer->failure->code, STATUS_TOO_LARGE);
	arena_close(&small);
	book_close(&book);
}

/* Many huge manifests in one group: the working set is written early, and the memory for it is never used up. */
static void
test_a_group_of_huge_manifests_is_taken(void **state)
{
	static struct entry entries[GROUP_MAX];
	static char text[60 * 1024];
	struct book book;
	(void)state;
	book_open_with(&book, (size_t)1 << 30);
	size_t used = (size_t)snprintf(text, sizeof text,
	    "'manifest_lodged': {'direction': 'IMPORT', 'mode': 'RAIL', 'waybills': [{'waybill_no': 'W', 'goods': [");
	for (int i = 0; i < GOODS_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s" GOODS("2701", "1"), i == 0 ? "" : ",");
	used += (size_t)snprintf(text + used, sizeof text - used, "]}], 'units': [");
	for (int i = 0; i < UNITS_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s{'unit_id': 'WAGON%d'}", i == 0 ? "" : ",", i);
	snprintf(text + used, sizeof text - used, "]}");
	struct said huge[] = { cargo(MIDNIGHT, "ceke", "B1", "%s", text), cargo(MIDNIGHT, "ceke", "B2", "%s", text) };
	for (size_t i = 0; i < GROUP_MAX - 1; i++)
		entries[i] = entry_of(&book, GATE, i, huge[i % 2]);
	entries[GROUP_MAX - 1] = entry_of(&book, GATE, GROUP_MAX - 1, release("B1"));
	assert_int_equal(ledger_apply(book.ledger, entries, GROUP_MAX, NULL), STATUS_OK);
	counts_in_all(&book, GOODS_MAX, 1, UNITS_MAX);
	book_close(&book);
}

static enum status
try_group(struct book *book, struct entry *entries, size_t n, struct said said)
{
	for (size_t i = 0; i < n; i++)
		entries[i] = entry_of(book, GATE, i, said);
	return ledger_apply(book->ledger, entries, n, NULL);
}

static void
test_without_room_nothing_happens_and_later_it_goes_on(void **state)
{
	static struct entry entries[GROUP_MAX];
	struct book book;
	uint8_t before[DIGEST_BYTES], after[DIGEST_BYTES];
	(void)state;
	book_open_with(&book, 1 << 20);
	book_take(&book, GATE, coal("B1"));
	struct said big = cargo(MIDNIGHT, "ceke", "B3", "'inspected': {'held': '%0400d'}", 1);
	uint64_t lsn = ledger_lsn(book.ledger), tail = ledger_stream_tail(book.ledger, GATE);
	book_digest_all(&book, before);
	for (int again = 0; again < 3; again++) {
		assert_int_equal(try_group(&book, entries, BATCH_SOURCES_MAX, big), STATUS_NO_ROOM);
		book_digest_all(&book, after);
		assert_memory_equal(before, after, DIGEST_BYTES);
		assert_int_equal(ledger_lsn(book.ledger), lsn);
		assert_int_equal(ledger_stream_tail(book.ledger, GATE), tail);
	}
	book_take(&book, GATE, release("B1")); /* a small one still fits */
	counts_in_all(&book, 30000, 1, 1);
	/* With a larger map the same group is taken. */
	book_shut(&book);
	book_open_env(&book, 64 << 20);
	assert_int_equal(ledger_stream_tail(book.ledger, GATE), tail + 1);
	assert_int_equal(try_group(&book, entries, BATCH_SOURCES_MAX, big), STATUS_OK);
	assert_int_equal(ledger_stream_tail(book.ledger, GATE), tail + 1 + BATCH_SOURCES_MAX);
	book_close(&book);
}

/*
 * The pages that the ledger holds back for long stretches (hold_pages) stayed held when the map was full, so that it was full until
 * the process was started again.
 */
static void
test_pages_that_are_held_back_are_given_when_the_map_is_full(void **state)
{
	struct entry entry;
	struct book book;
	unsigned full = 0;
	(void)state;
	book_open_with(&book, 1 << 20);
	for (int i = 0; i < 400; i++) {
		entry = entry_of(&book, GATE, 0, release("B1"));
		enum status status = ledger_apply(book.ledger, &entry, 1, NULL);
		if (status != STATUS_OK) {
			assert_int_equal(status, STATUS_NO_ROOM);
			full++;
			assert_int_equal(ledger_apply(book.ledger, &entry, 1, NULL), STATUS_OK);
		}
	}
	assert_true(full > 0);
	assert_int_equal(ledger_stream_tail(book.ledger, GATE), 400);
	book_close(&book);
}

/* ledger_registry's view was rebuilt after every group that found no room, under the feet of whoever had asked for it. */
static void
test_the_registry_stays_where_it_is_when_a_group_finds_no_room(void **state)
{
	static struct entry entries[GROUP_MAX];
	struct book book;
	(void)state;
	book_open_with(&book, 1 << 20);
	const struct registry *registry = ledger_registry(book.ledger);
	struct said big = cargo(MIDNIGHT, "ceke", "B3", "'inspected': {'held': '%0400d'}", 1);
	assert_int_equal(try_group(&book, entries, GROUP_MAX, big), STATUS_NO_ROOM);
	assert_ptr_equal(ledger_registry(book.ledger), registry);
	/* Also where the group had changed it twice before it was given up. */
	entries[0] = entry_of(&book, ADMIN, 0, registry_changed("'put': [" PORT("shivee", "RELEASE") "]"));
	entries[1] = entry_of(&book, ADMIN, 1, registry_changed("'put': [" PORT("ganqimaodu", "RELEASE") "]"));
	for (size_t i = 2; i < GROUP_MAX; i++)
		entries[i] = entry_of(&book, GATE, i - 2, big);
	assert_int_equal(ledger_apply(book.ledger, entries, GROUP_MAX, NULL), STATUS_NO_ROOM);
	assert_ptr_equal(ledger_registry(book.ledger), registry);
	assert_true(registry_knows_port(registry, "ceke"));
	assert_false(registry_knows_port(registry, "shivee"));
	book_take(&book, ADMIN, registry_changed("'put': [" PORT("shivee", "RELEASE") "]"));
	assert_true(registry_knows_port(ledger_registry(book.ledger), "shivee"));
	book_close(&book);
}

/* ---- opening again ---- */

static void
test_opened_again_it_is_the_same(void **state)
{
	struct book book;
	uint8_t before[DIGEST_BYTES], after[DIGEST_BYTES];
	(void)state;
	book_open(&book);
	book_take(&book, GATE, coal("B1"));
	book_take(&book, SCALE, release("B1"));
	assert_int_equal(book_write(&book, SCALE, release("B2"), STATUS_UNKNOWN_PORT, NULL), STATUS_UNKNOWN_PORT);
	book_digest_all(&book, before);
	book_shut(&book);
	book_open_env(&book, 64 << 20);
	book_digest_all(&book, after);
	assert_memory_equal(before, after, DIGEST_BYTES);
	assert_int_equal(ledger_lsn(book.ledger), 4);
	assert_int_equal(ledger_stream_tail(book.ledger, ADMIN), 1);
	assert_int_equal(ledger_stream_tail(book.ledger, GATE), 1);
	assert_int_equal(ledger_stream_tail(book.ledger, SCALE), 2);
	assert_true(registry_knows_port(ledger_registry(book.ledger), "wuliji"));
	assert_int_equal(waiting(&book), 1);
	book_take(&book, SCALE, coal("B2"));
	assert_int_equal(ledger_lsn(book.ledger), 5);
	book_close(&book);
}

/*
 * What a full disk or a power cut left of a ledger that was being made was taken for a damaged one, and never opened again: its
 * file began in its place, without a sync.
 */
static void
test_a_ledger_that_was_not_made_to_the_end_is_made_anew(void **state)
{
	static const char *const left[] = { "", "half a head" };
	struct reason why = { "" };
	char dir[FOLDER_BYTES], path[FOLDER_BYTES + 64];
	(void)state;
	for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
		static const char *const folders[] = { "", "/ledger", "/ledger/begun" };
		folder_make(dir);
		for (size_t k = 1; k < sizeof folders / sizeof folders[0]; k++) {
			snprintf(path, sizeof path, "%s%s", dir, folders[k]);
			assert_int_equal(mkdir(path, 0700), 0);
		}
		snprintf(path, sizeof path, "%s/ledger/begun/data.mdb", dir);
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		fputs(left[i], file);
		fclose(file);
		struct env *env = NULL;
		struct ledger *ledger = NULL;
		must(env_open(&(struct env_options){ .dir = dir, .map_bytes = 1 << 20 }, &env, &why), &why);
		must(ledger_open(env, &ledger, &why), &why);
		assert_int_equal(ledger_lsn(ledger), 0);
		assert_int_not_equal(access(path, F_OK), 0);
		ledger_close(&ledger);
		env_close(&env);
		folder_remove(dir);
	}
}

/* Half of a copy was opened, and the first look beyond its end was SIGBUS. */
static void
test_a_file_that_was_cut_short_is_damaged(void **state)
{
	struct book book;
	struct reason why = { "" };
	char path[FOLDER_BYTES + 32];
	(void)state;
	book_open(&book);
	book_take(&book, GATE, coal("B1"));
	book_shut(&book);
	snprintf(path, sizeof path, "%s/ledger/data.mdb", book.dir);
	assert_int_equal(truncate(path, 3 * 4096 - 1), 0);
	struct env_options options = { .dir = book.dir, .map_bytes = 64 << 20, .readonly = true };
	assert_int_equal(env_open(&options, &book.env, &why), STATUS_DAMAGED);
	holds(why.text, "cut short");
	folder_remove(book.dir);
}

/* A table that was missing was made anew, empty: all that a terminal sent again would have been counted again. */
static void
test_a_table_that_is_missing_is_damage(void **state)
{
	struct book book;
	struct store store;
	struct reason why = { "" };
	(void)state;
	book_open(&book);
	assert_int_equal(store_begin_write(book.env, &store, NULL), STATUS_OK);
	assert_int_equal(mdb_drop(store.txn, book.env->tables[TABLE_streams], 1), 0);
	assert_int_equal(store_commit(&store, NULL), STATUS_OK);
	book_shut(&book);
	struct env_options options = { .dir = book.dir, .map_bytes = 64 << 20 };
	for (int readonly = 0; readonly < 2; readonly++) {
		options.readonly = readonly;
		assert_int_equal(env_open(&options, &book.env, &why), STATUS_DAMAGED);
		holds(why.text, "no table 'streams'");
	}
	folder_remove(book.dir);
}

static void
test_a_ledger_of_another_format_is_left_alone(void **state)
{
	struct book book;
	struct store store;
	struct span row;
	struct reason why = { "" };
	uint8_t other[256];
	static const uint8_t name[] = "ledger";
	struct span key = { name, sizeof name };
	struct ledger *ledger = NULL;
	(void)state;
	book_open(&book);
	ledger_close(&book.ledger);
	assert_int_equal(store_begin_write(book.env, &store, NULL), STATUS_OK);
	assert_int_equal(store_get(&store, TABLE_meta, key, &row), STATUS_OK);
	assert_true(row.bytes <= sizeof other);
	memcpy(other, row.data, row.bytes);
	other[0] = 1;
	assert_int_equal(store_put(&store, TABLE_meta, key, (struct span){ other, row.bytes }), STATUS_OK);
	assert_int_equal(store_commit(&store, NULL), STATUS_OK);
	assert_int_equal(ledger_open(book.env, &ledger, &why), STATUS_FORMAT);
	holds(why.text, "format 1");
	assert_null(ledger);
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	assert_int_equal(reader_answer(book.reader, &question, &said_arena, &answer, &why), STATUS_FORMAT);
	const struct registry *registry;
	assert_int_equal(reader_registry(book.reader, &registry, &why), STATUS_FORMAT);
	book_close(&book);
}

#define TEST(name) cmocka_unit_test_setup(name, said_forget)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_batch_that_has_too_many_events_turns_the_next_away),
		TEST(test_a_registry_that_outgrows_its_memory_is_refused_with_a_sentence),
		TEST(test_a_group_of_huge_manifests_is_taken),
		TEST(test_without_room_nothing_happens_and_later_it_goes_on),
		TEST(test_pages_that_are_held_back_are_given_when_the_map_is_full),
		TEST(test_the_registry_stays_where_it_is_when_a_group_finds_no_room),
		TEST(test_opened_again_it_is_the_same),
		TEST(test_a_ledger_that_was_not_made_to_the_end_is_made_anew),
		TEST(test_a_file_that_was_cut_short_is_damaged),
		TEST(test_a_table_that_is_missing_is_damage),
		TEST(test_a_ledger_of_another_format_is_left_alone),
	};
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, said_begin, said_end);
}
