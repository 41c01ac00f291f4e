/*
 * A folder into which others put files: which are ready to be read, in which order, and where they go. Time is handed in, so that
 * nothing waits.
 */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "folder_look.h"
#include "folder_move.h"

static char path[FOLDER_BYTES];
static struct folder looked;
static struct reason why;
static int never;

static int
begin(void **state)
{
	(void)state;
	folder_make(path);
	folder_open(&looked, path);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	folder_close(&looked);
	folder_remove(path);
	return 0;
}

/* `age_s`: for how long it has not changed, by its own time. */
static void
put(const char *name, const char *text, int age_s)
{
	char at[PATH_MAX];
	snprintf(at, sizeof at, "%s/%s", path, name);
	int fd = open(at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	const struct timespec times[2] = { { .tv_sec = 1700000000 - age_s }, { .tv_sec = 1700000000 - age_s } };
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static void
move_in(const char *from, const char *to)
{
	char a[PATH_MAX], b[PATH_MAX];
	snprintf(a, sizeof a, "%s/%s", path, from);
	snprintf(b, sizeof b, "%s/%s", path, to);
	assert_int_equal(rename(a, b), 0);
}

static void
look(int64_t now_ms)
{
	assert_int_equal(folder_look(&looked, now_ms, &why), STATUS_OK);
}

/* The next file is this one, and it is done with. */
static void
next_is(const char *name, int64_t now_ms)
{
	struct folder_file *file = folder_next(&looked, now_ms, &never);
	assert_non_null(file);
	assert_string_equal(file->name, name);
	folder_forget(&looked, file);
}

static void
none_is_ready(int64_t now_ms)
{
	assert_null(folder_next(&looked, now_ms, &never));
}

static void
a_file_is_ready_when_it_has_stood_still(void **state)
{
	(void)state;
	put("a.xml", "1", 0);
	look(1000);
	never = 10000;
	none_is_ready(1000);
	assert_int_equal(never, FOLDER_STILL_MS);
	put("a.xml", "12", 0); /* it grows */
	look(2500);
	none_is_ready(1000 + FOLDER_STILL_MS);
	put("a.xml", "21", -1); /* as large as before, and written anew */
	look(3000);
	none_is_ready(2500 + FOLDER_STILL_MS);
	look(4000);
	next_is("a.xml", 3000 + FOLDER_STILL_MS);
	none_is_ready(90000);
}

/* No look falls between its growing and its two seconds. */
static void
a_file_that_grew_since_the_last_look_is_not_ready(void **state)
{
	(void)state;
	put("a.xml", "1", 0);
	look(1000);
	put("a.xml", "12", 0);
	never = 10000;
	none_is_ready(1000 + FOLDER_STILL_MS);
	assert_int_equal(never, FOLDER_STILL_MS);
	next_is("a.xml", 1000 + 2 * FOLDER_STILL_MS);
	move_in("a.xml", ".a");
	put("b.xml", "1", 0);
	look(9000);
	move_in("b.xml", ".b");
	none_is_ready(9000 + FOLDER_STILL_MS); /* it has gone */
}

static void
a_file_that_is_renamed_into_place_is_whole(void **state)
{
	(void)state;
	look(0);
	put(".a", "1", 0);
	move_in(".a", "a.xml");
	assert_true(folder_noted(&looked));
	next_is("a.xml", 1);
	/* One that is known already, too; and a look after the note does not forget it. */
	put("b.xml", "1", 0);
	look(2);
	put(".b", "22", 0);
	move_in(".b", "b.xml");
	assert_true(folder_noted(&looked));
	look(3);
	next_is("b.xml", 4);
}

static void
the_oldest_comes_first(void **state)
{
	(void)state;
	put("b.xml", "1", 30);
	put("c.xml", "1", 10);
	put("a.xml", "1", 20);
	look(0);
	next_is("b.xml", FOLDER_STILL_MS);
	next_is("a.xml", FOLDER_STILL_MS);
	next_is("c.xml", FOLDER_STILL_MS);
}

static void
what_is_not_whole_or_no_file_is_passed_over(void **state)
{
	(void)state;
	static const char *const names[] = { ".hidden", "a.part", "a.TMP", "a.filepart", "a.crdownload", "a~" };
	char at[PATH_MAX];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		put(names[i], "1", 0);
	snprintf(at, sizeof at, "%s/link.xml", path);
	assert_int_equal(symlink("/etc/hostname", at), 0);
	snprintf(at, sizeof at, "%s/pipe.xml", path);
	assert_int_equal(mkfifo(at, 0600), 0);
	snprintf(at, sizeof at, "%s/folder.xml", path);
	assert_int_equal(mkdir(at, 0700), 0);
	put("any \xFF\n bytes.xml", "1", 0);
	look(0);
	next_is("any \xFF\n bytes.xml", FOLDER_STILL_MS);
	none_is_ready(FOLDER_STILL_MS);
}

static void
what_is_put_off_comes_again(void **state)
{
	(void)state;
	put("a.xml", "1", 0);
	look(0);
	folder_next(&looked, FOLDER_STILL_MS, &never)->not_before_ms = 90000;
	look(50000);
	none_is_ready(89999);
	next_is("a.xml", 90000);
}

static void
a_folder_may_go_and_come(void **state)
{
	(void)state;
	char other[FOLDER_BYTES + 8];
	look(0);
	snprintf(other, sizeof other, "%s-gone", path);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(folder_look(&looked, 1, &why), STATUS_SYSTEM);
	assert_int_equal(mkdir(path, 0700), 0);
	put("a.xml", "1", 0);
	look(2);
	next_is("a.xml", 2 + FOLDER_STILL_MS);
	folder_remove(other);
}

/* ---- moving ---- */

static void
holds(const char *name, const char *text)
{
	char at[PATH_MAX], said[256] = "";
	snprintf(at, sizeof at, "%s/%s", path, name);
	FILE *file = fopen(at, "re");
	if (file == NULL)
		fail_msg("%s is not there", name);
	size_t n = fread(said, 1, sizeof said - 1, file);
	fclose(file);
	said[n] = '\0';
	assert_string_equal(said, text);
}

static void
nothing_is_written_over(void **state)
{
	(void)state;
	look(0);
	for (int i = 1; i <= 3; i++) {
		put("a.xml", i == 1 ? "one" : i == 2 ? "two" : "three", 0);
		assert_int_equal(folder_move(looked.fd, "a.xml", true, 20454, NULL, &why), STATUS_OK);
	}
	holds("done/2026-01-01/a.xml", "one");
	holds("done/2026-01-01/a-2.xml", "two");
	holds("done/2026-01-01/a-3.xml", "three");
}

static void
what_is_rejected_says_why(void **state)
{
	(void)state;
	look(0);
	put("a.xml", "bad", 0);
	assert_int_equal(folder_move(looked.fd, "a.xml", false, 20454, "It has no batch number.\n", &why), STATUS_OK);
	holds("rejected/a.xml", "bad");
	holds("rejected/a.xml.txt", "It has no batch number.\n");
	assert_int_equal(folder_move(looked.fd, "a.xml", false, 20454, "x", &why), STATUS_OK); /* somebody took it away */
}

static void
a_text_is_written_over_no_file(void **state)
{
	(void)state;
	look(0);
	put("a.xml.txt", "dropped", 0);
	put("a.xml", "bad", 0);
	assert_int_equal(folder_move(looked.fd, "a.xml.txt", false, 20454, NULL, &why), STATUS_OK);
	assert_int_equal(folder_move(looked.fd, "a.xml", false, 20454, "why", &why), STATUS_OK);
	holds("rejected/a.xml.txt", "dropped");
	holds("rejected/a-2.xml", "bad");
	holds("rejected/a-2.xml.txt", "why");
}

static void
a_link_is_not_followed(void **state)
{
	(void)state;
	char at[PATH_MAX], aside[FOLDER_BYTES];
	folder_make(aside);
	look(0);
	snprintf(at, sizeof at, "%s/rejected", path);
	assert_int_equal(symlink(aside, at), 0);
	put("a.xml", "bad", 0);
	assert_int_equal(folder_move(looked.fd, "a.xml", false, 20454, "x", &why), STATUS_SYSTEM);
	holds("a.xml", "bad");
	folder_remove(aside);
}

static void
the_longest_name_can_be_moved(void **state)
{
	(void)state;
	char name[NAME_MAX + 1];
	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	look(0);
	put(name, "x", 0);
	assert_int_equal(folder_move(looked.fd, name, false, 20454, "why", &why), STATUS_OK);
	name[NAME_MAX - 4] = '\0';
	char at[PATH_MAX];
	snprintf(at, sizeof at, "rejected/%s.txt", name);
	holds(at, "why");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_is_ready_when_it_has_stood_still, begin, end),
		cmocka_unit_test_setup_teardown(a_file_that_grew_since_the_last_look_is_not_ready, begin, end),
		cmocka_unit_test_setup_teardown(a_file_that_is_renamed_into_place_is_whole, begin, end),
		cmocka_unit_test_setup_teardown(the_oldest_comes_first, begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_whole_or_no_file_is_passed_over, begin, end),
		cmocka_unit_test_setup_teardown(what_is_put_off_comes_again, begin, end),
		cmocka_unit_test_setup_teardown(a_folder_may_go_and_come, begin, end),
		cmocka_unit_test_setup_teardown(nothing_is_written_over, begin, end),
		cmocka_unit_test_setup_teardown(what_is_rejected_says_why, begin, end),
		cmocka_unit_test_setup_teardown(a_text_is_written_over_no_file, begin, end),
		cmocka_unit_test_setup_teardown(a_link_is_not_followed, begin, end),
		cmocka_unit_test_setup_teardown(the_longest_name_can_be_moved, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
