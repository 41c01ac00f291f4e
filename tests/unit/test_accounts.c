/* Who may log in, how long that lasts, and how often one may try. */
#include "check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts.h"
#include "folder.h"
#include "sessions.h"
#include "tries.h"

static char folder[FOLDER_BYTES];

static int
setup(void **state)
{
	(void)state;
	folder_make(folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

/* ---- accounts ---- */

static void
test_accounts(void **state)
{
	(void)state;
	struct accounts accounts = { .n = 0 }, again = { .n = 0 };
	struct reason why = { "" };
	assert_int_equal(accounts_read(folder, &accounts, &why), STATUS_OK);
	assert_int_equal(accounts.n, 0);
	assert_true(accounts_version(folder) == 0);
	assert_int_equal(accounts_set(&accounts, "Ganbold B.", ROLE_manager, "a long password", 5, &why), STATUS_OK);
	assert_int_equal(accounts_set(&accounts, "\xe6\x9d\x8e\xe9\x9b\xb7", ROLE_viewer, "another password", 6, &why), STATUS_OK);
	assert_int_equal(accounts_write(folder, &accounts, &why), STATUS_OK);
	assert_true(accounts_version(folder) != 0);
	assert_int_equal(accounts_read(folder, &again, &why), STATUS_OK);
	assert_int_equal(again.n, 2);
	const struct account *one = accounts_find(&again, "Ganbold B.");
	assert_non_null(one);
	assert_int_equal(one->role, ROLE_manager);
	assert_int_equal(one->changed_ms, 5);
	assert_true(account_verify(one, "a long password"));
	assert_false(account_verify(one, "a long passwore"));
	assert_false(account_verify(NULL, "a long password"));
	assert_null(strstr(one->hash, "password"));
	uint64_t mark = account_mark(one);
	assert_true(mark == account_mark(accounts_find(&accounts, "Ganbold B.")));
	assert_int_equal(accounts_set_role(&again, "Ganbold B.", ROLE_viewer, 7, &why), STATUS_OK);
	assert_true(mark != account_mark(one));
	assert_int_equal(accounts_remove(&again, "\xe6\x9d\x8e\xe9\x9b\xb7", &why), STATUS_OK);
	assert_int_equal(accounts_remove(&again, "nobody", &why), STATUS_NOT_FOUND);
	assert_int_equal(again.n, 1);
	accounts_close(&accounts);
	accounts_close(&again);
}

static void
test_names_and_passwords(void **state)
{
	(void)state;
	struct accounts accounts = { .n = 0 };
	struct reason why = { "" };
	static const char *const wrong[] = { "", " x", "x ", "a<b", "a\"b", "a\nb", "a;b",
		"12345678901234567890123456789012345678901234567890123456789012345" };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(accounts_set(&accounts, wrong[i], ROLE_viewer, "long enough", 1, &why), STATUS_USAGE);
	assert_int_equal(accounts_set(&accounts, "x", ROLE_viewer, "short", 1, &why), STATUS_USAGE);
	assert_int_equal(accounts.n, 0);
}

static void
refuses(const char *text, mode_t mode)
{
	char path[FOLDER_BYTES + 32];
	struct accounts accounts = { .n = 0 };
	struct reason why = { "" };
	snprintf(path, sizeof path, "%s/users.json", folder);
	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, mode) == 0);
	close(fd);
	assert_int_equal(accounts_read(folder, &accounts, &why), STATUS_SETTING);
	assert_int_equal(accounts.n, 0);
	assert_non_null(strstr(why.text, "users.json"));
}

static void
test_files_that_are_refused(void **state)
{
	(void)state;
	refuses("{\"version\": 1, \"users\": []}", 0640);
	refuses("{\"version\": 1, \"users\": []}", 0604);
	refuses("", 0600);
	refuses("{}", 0600);
	refuses("{\"version\": 2, \"users\": []}", 0600);
	refuses("{\"version\": 1, \"users\": [{}]}", 0600);
	refuses("{\"version\": 1, \"users\": [{\"name\":\"a\",\"role\":\"king\",\"password\":\"$argon2id$x\",\"changed_ms\":1}]}",
	    0600);
	refuses("{\"version\": 1, \"users\": [{\"name\":\"a\",\"role\":\"viewer\",\"password\":\"clear\",\"changed_ms\":1}]}",
	    0600);
}

/* ---- sessions ---- */

static void
test_sessions(void **state)
{
	(void)state;
	struct sessions *sessions = NULL;
	struct session session, found;
	struct reason why = { "" };
	char token[SESSION_TOKEN_BYTES], other[SESSION_TOKEN_BYTES];
	assert_int_equal(sessions_open(&sessions, &why), STATUS_OK);
	assert_int_equal(sessions_begin(sessions, "a", ROLE_manager, 7, "10.0.0.1", 100, token, &session), STATUS_OK);
	assert_int_equal(sessions_begin(sessions, "a", ROLE_manager, 7, "10.0.0.1", 100, other, &session), STATUS_OK);
	assert_string_not_equal(token, other);
	assert_int_equal(strlen(token), 43);
	assert_true(sessions_look(sessions, token, 101, &found));
	assert_string_equal(found.user, "a");
	assert_int_equal(found.role, ROLE_manager);
	assert_false(sessions_look(sessions, "chosen by somebody else", 101, &found));
	assert_false(sessions_look(sessions, "", 101, &found));
	sessions_end(sessions, token);
	assert_false(sessions_look(sessions, token, 101, &found));
	assert_true(sessions_look(sessions, other, 101, &found));
	/* Each use puts the end off, up to the whole time. */
	assert_true(sessions_look(sessions, other, 101 + SESSION_IDLE_S - 1, &found));
	assert_true(sessions_goes_on(sessions, found.number, 101 + 2 * (int64_t)SESSION_IDLE_S - 3));
	assert_false(sessions_look(sessions, other, 101 + 4 * (int64_t)SESSION_IDLE_S, &found));
	assert_int_equal(sessions_count(sessions, 101), 0);
	sessions_close(&sessions);
}

static void
test_looking_after_sessions(void **state)
{
	(void)state;
	struct sessions *sessions = NULL;
	struct session first, second, found;
	struct reason why = { "" };
	char token[SESSION_TOKEN_BYTES], other[SESSION_TOKEN_BYTES], user[USER_BYTES] = "";
	struct session_seen *seen = calloc(SESSIONS_OPEN_MAX, sizeof *seen);
	assert_non_null(seen);
	assert_int_equal(sessions_open(&sessions, &why), STATUS_OK);
	assert_int_equal(sessions_list(sessions, 0, seen), 0);
	assert_int_equal(sessions_begin(sessions, "a", ROLE_manager, 7, "10.0.0.1", 100, token, &first), STATUS_OK);
	assert_int_equal(sessions_begin(sessions, "b", ROLE_viewer, 7, "10.0.0.2", 110, other, &second), STATUS_OK);
	assert_true(sessions_look(sessions, other, 130, &found));
	assert_int_equal(sessions_list(sessions, 130, seen), 2);
	assert_int_equal(seen[0].session.number, first.number);
	assert_string_equal(seen[1].session.user, "b");
	assert_string_equal(seen[1].address, "10.0.0.2");
	assert_int_equal(seen[1].begun_s, 110);
	assert_int_equal(seen[1].used_s, 130); /* to be listed is no use */
	assert_int_equal(sessions_list(sessions, 100 + SESSION_IDLE_S, seen), 1);
	assert_false(sessions_end_number(sessions, 0, 130, user));
	assert_false(sessions_end_number(sessions, second.number + 1, 130, user));
	assert_true(sessions_end_number(sessions, first.number, 130, user));
	assert_string_equal(user, "a");
	assert_false(sessions_end_number(sessions, first.number, 130, user));
	assert_false(sessions_look(sessions, token, 130, &found));
	assert_true(sessions_look(sessions, other, 130, &found));
	sessions_close(&sessions);
	free(seen);
}

static void
test_whole_time(void **state)
{
	(void)state;
	struct sessions *sessions = NULL;
	struct session session;
	struct reason why = { "" };
	char token[SESSION_TOKEN_BYTES];
	assert_int_equal(sessions_open(&sessions, &why), STATUS_OK);
	assert_int_equal(sessions_begin(sessions, "a", ROLE_viewer, 7, "10.0.0.1", 0, token, &session), STATUS_OK);
	int64_t now_s = 0;
	for (; now_s < SESSION_WHOLE_S; now_s += SESSION_IDLE_S / 2)
		assert_true(sessions_look(sessions, token, now_s, &session));
	assert_false(sessions_look(sessions, token, SESSION_WHOLE_S, &session));
	sessions_close(&sessions);
}

static bool
is_not_b(void *user, const struct session *session)
{
	(void)user;
	return strcmp(session->user, "b") != 0;
}

static void
test_bounds_of_sessions(void **state)
{
	(void)state;
	struct sessions *sessions = NULL;
	struct session session;
	struct reason why = { "" };
	char first[SESSION_TOKEN_BYTES], b[SESSION_TOKEN_BYTES], token[SESSION_TOKEN_BYTES], name[32];
	assert_int_equal(sessions_open(&sessions, &why), STATUS_OK);
	assert_int_equal(sessions_begin(sessions, "b", ROLE_viewer, 7, "10.0.0.1", 1, b, &session), STATUS_OK);
	assert_int_equal(sessions_begin(sessions, "a", ROLE_viewer, 7, "10.0.0.1", 1, first, &session), STATUS_OK);
	for (int i = 0; i < SESSIONS_USER_MAX; i++)
		assert_int_equal(sessions_begin(sessions, "a", ROLE_viewer, 7, "10.0.0.1", 2 + i, token, &session), STATUS_OK);
	assert_false(sessions_look(sessions, first, 20, &session)); /* one too many of his own */
	assert_true(sessions_look(sessions, b, 20, &session));
	assert_int_equal(sessions_count(sessions, 20), SESSIONS_USER_MAX + 1);
	sessions_prune(sessions, is_not_b, NULL);
	assert_false(sessions_look(sessions, b, 20, &session));
	for (int i = 0; i < 2 * SESSIONS_OPEN_MAX; i++) {
		snprintf(name, sizeof name, "user %d", i);
		assert_int_equal(sessions_begin(sessions, name, ROLE_viewer, 7, "10.0.0.1", 30, token, &session), STATUS_OK);
	}
	assert_int_equal(sessions_count(sessions, 30), SESSIONS_OPEN_MAX);
	assert_true(sessions_look(sessions, token, 30, &session));
	sessions_close(&sessions);
}

/* ---- tries ---- */

static void
test_tries(void **state)
{
	(void)state;
	struct tries *tries = NULL;
	struct reason why = { "" };
	int64_t now_s = 1000;
	assert_int_equal(tries_open(&tries, &why), STATUS_OK);
	for (int i = 0; i < TRIES_FREE; i++)
		assert_int_equal(tries_begin(tries, "boss", "1.2.3.4", now_s), 0);
	assert_int_equal(tries_begin(tries, "boss", "1.2.3.4", now_s), 1);
	assert_int_equal(tries_begin(tries, "boss", "9.9.9.9", now_s), 1);  /* the account waits */
	assert_int_equal(tries_begin(tries, "other", "1.2.3.4", now_s), 1); /* and the address */
	assert_int_equal(tries_begin(tries, "other", "9.9.9.9", now_s), 0); /* nobody else does */
	unsigned longest = 0;
	for (int i = 0; i < 30; i++) {
		unsigned wait_s = tries_begin(tries, "boss", "1.2.3.4", now_s);
		longest = wait_s > longest ? wait_s : longest;
		now_s += wait_s;
	}
	assert_int_equal(longest, TRIES_ADDRESS_S);
	/* From elsewhere the owner is kept waiting for half a minute at most. */
	assert_true(tries_begin(tries, "boss", "5.5.5.5", now_s) <= TRIES_ACCOUNT_S);
	assert_int_equal(tries_begin(tries, "boss", "1.2.3.4", now_s + TRIES_FORGET_S), 0);
	tries_close(&tries);
}

static void
test_a_right_one(void **state)
{
	(void)state;
	struct tries *tries = NULL;
	struct reason why = { "" };
	assert_int_equal(tries_open(&tries, &why), STATUS_OK);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(tries_begin(tries, "boss", "1.2.3.4", 1), 0);
		tries_right(tries, "boss", "1.2.3.4");
	}
	/* One's own account, right each time, buys no further tries at another's. */
	unsigned refused = 0;
	for (int i = 0; i < 40; i++) {
		if (tries_begin(tries, "boss", "1.2.3.4", 1) == 0)
			tries_right(tries, "boss", "1.2.3.4");
		refused += tries_begin(tries, "victim", "1.2.3.4", 1) > 0;
	}
	assert_true(refused > 20);
	tries_close(&tries);
}

static void
test_a_flood_of_names(void **state)
{
	(void)state;
	struct tries *tries = NULL;
	struct reason why = { "" };
	char name[32];
	assert_int_equal(tries_open(&tries, &why), STATUS_OK);
	unsigned let_in = 0;
	for (int i = 0; i < 5 * TRIES_KEPT; i++) {
		snprintf(name, sizeof name, "user %d", i);
		let_in += tries_begin(tries, name, "1.2.3.4", 1) == 0;
	}
	assert_int_equal(let_in, TRIES_FREE);
	tries_close(&tries);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_accounts, setup, teardown),
		cmocka_unit_test(test_names_and_passwords),
		cmocka_unit_test_setup_teardown(test_files_that_are_refused, setup, teardown),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_looking_after_sessions),
		cmocka_unit_test(test_whole_time),
		cmocka_unit_test(test_bounds_of_sessions),
		cmocka_unit_test(test_tries),
		cmocka_unit_test(test_a_right_one),
		cmocka_unit_test(test_a_flood_of_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
