/*
 * What a ledger is saved by: journal files in which every byte counts, backups that grow by what is new, and ledgers that are made
 * anew, with all tables as they were, bit for bit. also: address
 */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../any.h"
#include "asked.h"
#include "backup.h"
#include "everything.h"
#include "hindsight.h"
#include "recount.h"
#include "remake.h"
#include "stretches.h"

enum { PATHS = 4, PATH_BYTES = FOLDER_BYTES + 48 };

static struct book book;
static char backup[PATH_BYTES], restored[PATH_BYTES], scratch[PATH_BYTES];

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
	snprintf(backup, sizeof backup, "%s/backup", book.dir);
	snprintf(restored, sizeof restored, "%s/restored", book.dir);
	snprintf(scratch, sizeof scratch, "%s/scratch", book.dir);
	return said_forget(state);
}

static int
close_book(void **state)
{
	(void)state;
	book_close(&book);
	return 0;
}

static struct backup_result
back_up(void)
{
	struct backup_result result;
	struct reason why = { "" };
	must(backup_run(book.env, backup, 0, NULL, NULL, &result, &why), &why);
	return result;
}

static enum status
restore(struct remake_result *result, struct reason *why)
{
	const char *paths[] = { backup };
	mkdir(restored, 0700);
	return remake_restore(restored, paths, 1, NULL, NULL, NULL, result, why);
}

/* All tables of a data folder that is not open in this process, its own row and journal among them. */
static void
digest_of(const char *dir, uint8_t out[DIGEST_BYTES])
{
	struct book other = { .dir = "" };
	struct reason why = { "" };
	must(env_open(&(struct env_options){ .dir = dir, .readonly = true }, &other.env, &why), &why);
	book_digest_all(&other, out);
	env_close(&other.env);
}

static void
is_the_same(const char *dir)
{
	uint8_t ours[DIGEST_BYTES], theirs[DIGEST_BYTES];
	book_digest_all(&book, ours);
	digest_of(dir, theirs);
	assert_memory_equal(ours, theirs, DIGEST_BYTES);
}

static size_t
names_in(const char *folder, const char *suffix)
{
	size_t n = 0;
	struct dirent *entry;
	DIR *names = opendir(folder);
	assert_non_null(names);
	while ((entry = readdir(names)) != NULL) {
		size_t bytes = strlen(entry->d_name);
		n += bytes > strlen(suffix) && strcmp(entry->d_name + bytes - strlen(suffix), suffix) == 0;
	}
	closedir(names);
	return n;
}

/* ---- files ---- */

static size_t
read_file(const char *path, uint8_t *out, size_t room)
{
	FILE *file = fopen(path, "rbe");
	assert_non_null(file);
	size_t bytes = fread(out, 1, room, file);
	fclose(file);
	return bytes;
}

static void
write_file(const char *path, const uint8_t *data, size_t bytes)
{
	FILE *file = fopen(path, "wbe");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, bytes, file), bytes);
	fclose(file);
}

/* Whether anything at all is found in what stands in this file. */
static bool
is_found(const char *path)
{
	struct recount_result result = { .difference = "" };
	struct reason why = { "" };
	must(recount_stretches(&path, 1, scratch, NULL, NULL, NULL, &result, &why), &why);
	assert_true(result.right == (result.difference[0] == '\0'));
	return !result.right;
}

static void
test_each_byte_of_a_file_counts(void **state)
{
	enum { ROOM = 64 * 1024 };
	static uint8_t right[ROOM], changed[ROOM];
	char path[PATH_BYTES];
	struct stretch_span span;
	struct reason why = { "" };
	(void)state;
	book_write_all(&book);
	snprintf(path, sizeof path, "%s/a.jnl", book.dir);
	must(stretch_write(book.env, 1, 0, path, NULL, NULL, &span, &why), &why);
	size_t bytes = read_file(path, right, ROOM);
	assert_int_equal(bytes, span.bytes);
	assert_true(bytes < ROOM);
	assert_false(is_found(path));
	/* A stretch that begins later is but walked: it is quick enough for all of its bytes, and its reader is the same. */
	must(stretch_write(book.env, span.last_lsn - 10, 0, path, NULL, NULL, &span, &why), &why);
	bytes = read_file(path, right, ROOM);
	for (size_t i = 0; i < bytes; i++) {
		memcpy(changed, right, bytes);
		changed[i] ^= (uint8_t)(1 << any_below(8));
		write_file(path, changed, bytes);
		if (!is_found(path))
			fail_msg("byte %zu of %zu", i, bytes);
	}
	for (size_t i = 0; i < bytes; i += 1 + any_below(16)) {
		write_file(path, right, i);
		assert_true(is_found(path));
	}
	memcpy(changed, right, bytes);
	changed[bytes] = 0;
	write_file(path, changed, bytes + 1);
	assert_true(is_found(path));
	write_file(path, right, bytes);
	assert_false(is_found(path));
}

static void
test_stretches_go_on_from_each_other_or_are_refused(void **state)
{
	char paths[PATHS][PATH_BYTES];
	const char *lent[PATHS];
	struct stretch_span span;
	struct recount_result result;
	struct reason why = { "" };
	(void)state;
	uint64_t ends[PATHS + 1] = { 0 };
	for (size_t i = 0; i < PATHS; i++) {
		write_batch(&book, "ceke", i % 2 == 0 ? "B1" : "B2");
		ends[i + 1] = ledger_lsn(book.ledger);
		snprintf(paths[i], sizeof paths[i], "%s/%zu.jnl", book.dir, i);
		must(stretch_write(book.env, ends[i] + 1, 0, paths[i], NULL, NULL, &span, &why), &why);
		lent[PATHS - 1 - i] = paths[i]; /* the order in which they are named does not matter */
	}
	must(recount_stretches(lent, PATHS, scratch, NULL, NULL, NULL, &result, &why), &why);
	assert_true(result.right);
	assert_int_equal(result.last_lsn, ends[PATHS]);
	lent[2] = lent[3];
	must(recount_stretches(lent, 3, scratch, NULL, NULL, NULL, &result, &why), &why);
	assert_false(result.right);
	holds(result.difference, "was expected, where the file before it ends");
	/* No block begins there, none ends there, and there are no such events. */
	assert_int_equal(stretch_write(book.env, ledger_lsn(book.ledger) + 1, 0, paths[0], NULL, NULL, &span, &why),
	    STATUS_NOT_FOUND);
	assert_int_equal(stretch_write(book.env, 1, ledger_lsn(book.ledger) + 1, paths[0], NULL, NULL, &span, &why),
	    STATUS_NOT_FOUND);
	assert_int_equal(stretch_write(book.env, 2, 1, paths[0], NULL, NULL, &span, &why), STATUS_OUT_OF_RANGE);
	assert_int_equal(stretch_write(book.env, 0, 1, paths[0], NULL, NULL, &span, &why), STATUS_OUT_OF_RANGE);
}

/* ---- backups ---- */

static void
test_a_backup_grows_by_what_is_new_and_gives_the_same_ledger(void **state)
{
	struct remake_result result;
	struct reason why = { "" };
	(void)state;
	book_write_all(&book);
	struct backup_result first = back_up();
	assert_int_equal(first.new_events, ledger_lsn(book.ledger));
	assert_int_equal(first.files, 1);
	assert_int_equal(back_up().new_events, 0);
	write_batch(&book, "ceke", "B9");
	struct backup_result second = back_up();
	assert_int_equal(second.files, 2);
	assert_int_equal(second.all.last_lsn, ledger_lsn(book.ledger));
	assert_int_equal(second.new_events, second.all.last_lsn - first.all.last_lsn);
	assert_int_equal(second.all.bytes, first.all.bytes + second.new_bytes);
	assert_int_equal(names_in(backup, "jnl"), 2);
	must(restore(&result, &why), &why);
	assert_int_equal(result.end.lsn, ledger_lsn(book.ledger));
	is_the_same(restored);
	assert_int_equal(restore(&result, &why), STATUS_CONTRADICTION);
	holds(why.text, "is not replaced");
}

/* Blocks are cut by when events came and in which groups; made again in other groups they are the same. */
static void
test_blocks_are_cut_as_they_were(void **state)
{
	struct remake_result result;
	struct reason why = { "" };
	(void)state;
	for (size_t i = 0; i < 40; i++) {
		struct entry entries[8];
		size_t n = 1 + any_below(8);
		uint32_t terminal = any_chance(50) ? GATE : SCALE;
		for (size_t k = 0; k < n; k++)
			entries[k] = entry_of(&book, terminal, k,
			    cargo(MIDNIGHT + (int64_t)i, "ceke", "B1", "'unit_arrived': {'unit_id': 'T1'}"));
		must(ledger_apply(book.ledger, entries, n, &why), &why);
	}
	back_up();
	must(restore(&result, &why), &why);
	is_the_same(restored);
}

static void
test_what_a_cut_has_left_is_no_backup_and_no_ledger(void **state)
{
	char path[PATH_BYTES + 64];
	struct remake_result result;
	struct reason why = { "" };
	(void)state;
	book_write_all(&book);
	back_up();
	snprintf(path, sizeof path, "%s/journal-000000000099-000000000100.jnl.part", backup);
	write_file(path, (const uint8_t *)"half", 4);
	mkdir(restored, 0700);
	snprintf(path, sizeof path, "%s/remade", restored);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/remade/ledger", restored);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/remade/ledger/data.mdb", restored);
	write_file(path, (const uint8_t *)"half", 4);
	write_batch(&book, "ceke", "B9");
	assert_int_equal(back_up().files, 2);
	snprintf(path, sizeof path, "%s/journal-000000000099-000000000100.jnl.part", backup);
	assert_int_not_equal(access(path, F_OK), 0);
	must(restore(&result, &why), &why);
	is_the_same(restored);
	snprintf(path, sizeof path, "%s/remade", restored);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void
test_a_backup_of_another_past_is_refused(void **state)
{
	struct backup_result result;
	struct reason why = { "" };
	(void)state;
	write_batch(&book, "ceke", "B1");
	back_up();
	/* Another run is under way. */
	char path[PATH_BYTES + 64];
	snprintf(path, sizeof path, "%s/lock", backup);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(backup_run(book.env, backup, 0, NULL, NULL, &result, &why), STATUS_IN_USE);
	close(fd);
	/* A ledger that has fewer events, another one, and one of another past. */
	struct book right = book;
	for (size_t i = 0; i < 3; i++) {
		folder_make(book.dir);
		book_open_env(&book, 64 << 20);
		if (i == 0)
			book_take(&book, ADMIN,
			    registry_changed(
				"'put': [" PORT("ceke", "RELEASE") "," TERMINAL("1", KEY_1, ", 'administrator': true") "]"));
		if (i == 1)
			book_take(&book, ADMIN, book_founding());
		if (i == 2) {
			book_take(&book, ADMIN, book_founding());
			for (size_t k = 0; k < 40; k++)
				book_take(&book, GATE, cargo(MIDNIGHT, "ceke", "B7", RELEASED));
		}
		static const char *const told[] = { "another ledger", "an older one was put back", "different pasts" };
		assert_int_equal(backup_run(book.env, backup, 0, NULL, NULL, &result, &why), STATUS_CONTRADICTION);
		holds(why.text, told[i]);
		book_close(&book);
	}
	book = right;
}

static void
test_a_damaged_backup_is_neither_gone_on_with_nor_restored(void **state)
{
	static uint8_t bytes[64 * 1024];
	char path[PATH_BYTES + 64];
	struct remake_result result;
	struct reason why = { "" };
	(void)state;
	write_batch(&book, "ceke", "B1");
	uint64_t last = back_up().all.last_lsn;
	snprintf(path, sizeof path, "%s/journal-%012d-%012llu.jnl", backup, 1, (unsigned long long)last);
	size_t n = read_file(path, bytes, sizeof bytes);
	bytes[n / 2] ^= 1;
	write_file(path, bytes, n);
	assert_int_equal(restore(&result, &why), STATUS_DAMAGED);
	holds(why.text, "behind event");
	snprintf(path, sizeof path, "%s/ledger", restored);
	assert_int_not_equal(access(path, F_OK), 0);
}

/* ---- the ledger itself ---- */

static void
test_compacted_it_is_the_same_in_less_room(void **state)
{
	struct remake_result result;
	struct reason why = { "" };
	uint8_t before[DIGEST_BYTES], after[DIGEST_BYTES];
	(void)state;
	char batch_no[16];
	for (size_t i = 0; i < 300; i++) {
		snprintf(batch_no, sizeof batch_no, "B%zu", i % 100);
		write_batch(&book, "ceke", batch_no);
	}
	book_digest_all(&book, before);
	book_shut(&book);
	must(remake_compact(book.dir, &result, &why), &why);
	assert_true(result.bytes < result.bytes_before);
	digest_of(book.dir, after);
	assert_memory_equal(before, after, DIGEST_BYTES);
	assert_int_equal(remake_upgrade(book.dir, NULL, NULL, &result, &why), STATUS_CONTRADICTION);
	book_open_env(&book, 64 << 20);
	write_batch(&book, "ceke", "after");
}

static int64_t
year_kg(struct env *env)
{
	struct checkpoint checkpoint;
	struct reason why = { "" };
	int64_t kg = 0;
	must(checkpoint_make(env, 0, &checkpoint, &why), &why);
	for (size_t i = 0; i < checkpoint.n_totals; i++)
		kg += checkpoint.totals[i].net_kg;
	checkpoint_free(&checkpoint);
	return kg;
}

/* The same event a day later, received then. */
static void
take_late(int64_t received_at_ms, const char *batch_no, const char *kg)
{
	struct reason why = { "" };
	struct said said[] = { cargo(MIDNIGHT, "ceke", batch_no, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "%s"))), kg),
		cargo(MIDNIGHT, "ceke", batch_no, RELEASED) };
	for (size_t i = 0; i < 2; i++) {
		struct entry entry = entry_of(&book, GATE, 0, said[i]);
		entry.received_at_ms = received_at_ms;
		must(ledger_apply(book.ledger, &entry, 1, &why), &why);
	}
}

static void
test_the_past_is_told_as_it_was_known(void **state)
{
	int64_t then[5];
	struct hindsight past;
	struct reason why = { "" };
	(void)state;
	for (int i = 0; i < 5; i++) {
		take_late(MIDNIGHT + DAYS(i + 1), i % 2 == 0 ? "B1" : "B2", i < 2 ? "50000" : "61000");
		then[i] = year_kg(book.env);
	}
	for (int i = 0; i < 5; i++)
		for (int64_t more = 0; more < DAYS(1); more += DAYS(1) - 1) {
			must(hindsight_open(book.env, scratch, MIDNIGHT + DAYS(i + 1) + more, NULL, NULL, &past, &why), &why);
			assert_int_equal(year_kg(past.scratch.env), then[i]);
			hindsight_close(&past);
		}
	assert_int_not_equal(access(scratch, F_OK), 0);
	must(hindsight_open(book.env, scratch, MIDNIGHT - 1, NULL, NULL, &past, &why), &why);
	assert_int_equal(past.end.lsn, 0);
	hindsight_close(&past);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_book, close_book)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_byte_of_a_file_counts),
		TEST(test_stretches_go_on_from_each_other_or_are_refused),
		TEST(test_a_backup_grows_by_what_is_new_and_gives_the_same_ledger),
		TEST(test_blocks_are_cut_as_they_were),
		TEST(test_what_a_cut_has_left_is_no_backup_and_no_ledger),
		TEST(test_a_backup_of_another_past_is_refused),
		TEST(test_a_damaged_backup_is_neither_gone_on_with_nor_restored),
		TEST(test_compacted_it_is_the_same_in_less_room),
		TEST(test_the_past_is_told_as_it_was_known),
	};
	return cmocka_run_group_tests(tests, start, said_end);
}
