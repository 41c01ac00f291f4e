/* What outlives the service of who is logged in: what the next one takes, and what it puts aside. */
#include "check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts.h"
#include "folder.h"
#include "lasting.h"

enum { TEXT_BYTES = 256 * 1024, PATH_BYTES = FOLDER_BYTES + 32 };

static char folder[FOLDER_BYTES], path[PATH_BYTES];
static int64_t utc_s, monotonic_s;

static int64_t
fake_utc_ms(void *user)
{
	(void)user;
	return utc_s * 1000;
}

static int64_t
fake_monotonic_ns(void *user)
{
	(void)user;
	return monotonic_s * 1000000000;
}

static const struct clock fake = { fake_utc_ms, fake_monotonic_ns, NULL };

/* A service, as far as it is about sessions. */
struct desk_of {
	struct sessions *sessions;
	struct lasting *lasting;
};

static enum status
start(struct desk_of *out)
{
	struct reason why = { "" };
	assert_int_equal(sessions_open(&out->sessions, &why), STATUS_OK);
	assert_int_equal(lasting_open(folder, &fake, out->sessions, &out->lasting, &why), STATUS_OK);
	enum status status = lasting_read(out->lasting, &why);
	assert_true(status == STATUS_OK || strstr(why.text, "sessions.json") != NULL);
	return status;
}

static void
stop(struct desk_of *desk)
{
	lasting_close(&desk->lasting);
	sessions_close(&desk->sessions);
}

/* The machine begins anew as well: what only goes forward begins at another number. */
static void
pass(int64_t seconds)
{
	utc_s += seconds;
	monotonic_s = 17;
}

static void
begin(struct desk_of *desk, const char *user, char token[SESSION_TOKEN_BYTES], struct session *out)
{
	assert_int_equal(
	    sessions_begin(desk->sessions, user, ROLE_manager, UINT64_C(0xfedcba9876543210), "10.0.0.1", monotonic_s, token, out),
	    STATUS_OK);
}

static void
save(struct desk_of *desk, bool uses)
{
	struct reason why = { "" };
	assert_int_equal(lasting_write(desk->lasting, uses, &why), STATUS_OK);
}

static int
setup(void **state)
{
	(void)state;
	utc_s = 1800000000;
	monotonic_s = 500000;
	folder_make(folder);
	snprintf(path, sizeof path, "%s/sessions.json", folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static size_t
slurp(char text[TEXT_BYTES])
{
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	ssize_t n = read(fd, text, TEXT_BYTES - 1);
	close(fd);
	assert_true(n > 0);
	text[n] = '\0';
	return (size_t)n;
}

static void
put(const char *text, size_t bytes, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0 && write(fd, text, bytes) == (ssize_t)bytes && fchmod(fd, mode) == 0);
	close(fd);
}

static void
test_over_a_restart(void **state)
{
	(void)state;
	struct desk_of desk;
	struct session session, found, other;
	struct stat info;
	char token[SESSION_TOKEN_BYTES], idle[SESSION_TOKEN_BYTES], ended[SESSION_TOKEN_BYTES], *text = calloc(1, TEXT_BYTES);
	assert_non_null(text);
	assert_int_equal(start(&desk), STATUS_OK);
	save(&desk, true);
	assert_int_not_equal(access(path, F_OK), 0); /* nothing to keep */
	begin(&desk, "\xe6\x9d\x8e\xe9\x9b\xb7 \xd3\xa8", idle, &other);
	begin(&desk, "a", ended, &other);
	begin(&desk, "a", token, &session);
	save(&desk, false);
	sessions_end(desk.sessions, ended);
	save(&desk, false);
	monotonic_s += SESSION_IDLE_S - 10, utc_s += SESSION_IDLE_S - 10;
	assert_true(sessions_look(desk.sessions, token, monotonic_s, &found));
	save(&desk, true);
	stop(&desk);
	assert_true(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600);
	slurp(text);
	assert_null(strstr(text, token)); /* hashes alone */
	free(text);

	pass(20);
	assert_int_equal(start(&desk), STATUS_OK);
	assert_true(sessions_look(desk.sessions, token, monotonic_s, &found));
	assert_string_equal(found.user, "a");
	assert_int_equal(found.role, ROLE_manager);
	assert_true(found.number == session.number && found.account == session.account);
	assert_false(sessions_look(desk.sessions, ended, monotonic_s, &found));
	assert_false(sessions_look(desk.sessions, idle, monotonic_s, &found)); /* idle for too long meanwhile */
	begin(&desk, "a", ended, &other);
	assert_true(other.number > session.number); /* no number is given again */
	save(&desk, false);
	stop(&desk);

	pass(SESSION_IDLE_S);
	assert_int_equal(start(&desk), STATUS_OK);
	assert_int_equal(sessions_count(desk.sessions, monotonic_s), 0);
	stop(&desk);
}

/* Whatever the clocks do: not beyond its whole time since the login, and a login to come is one of now. */
static void
test_clocks(void **state)
{
	(void)state;
	struct desk_of desk;
	struct session found;
	char token[SESSION_TOKEN_BYTES];
	assert_int_equal(start(&desk), STATUS_OK);
	begin(&desk, "a", token, &found);
	save(&desk, false);
	stop(&desk);
	pass(-86400);
	assert_int_equal(start(&desk), STATUS_OK);
	assert_true(sessions_look(desk.sessions, token, monotonic_s, &found));
	assert_false(sessions_look(desk.sessions, token, monotonic_s + SESSION_IDLE_S, &found));
	stop(&desk);
	pass(86400 + SESSION_WHOLE_S);
	assert_int_equal(start(&desk), STATUS_OK);
	assert_false(sessions_look(desk.sessions, token, monotonic_s, &found));
	stop(&desk);
}

static bool
is_not_b(void *user, const struct session *session)
{
	(void)user;
	return strcmp(session->user, "b") != 0;
}

static void
test_each_end_is_written(void **state)
{
	(void)state;
	struct desk_of desk;
	struct session a, b, c, found;
	char token[3][SESSION_TOKEN_BYTES], user[USER_BYTES];
	assert_int_equal(start(&desk), STATUS_OK);
	begin(&desk, "a", token[0], &a);
	begin(&desk, "b", token[1], &b);
	begin(&desk, "c", token[2], &c);
	save(&desk, false);
	sessions_prune(desk.sessions, is_not_b, NULL);
	save(&desk, false);
	assert_true(sessions_end_number(desk.sessions, c.number, monotonic_s, user));
	save(&desk, false);
	stop(&desk);
	assert_int_equal(start(&desk), STATUS_OK);
	assert_true(sessions_look(desk.sessions, token[0], monotonic_s, &found));
	assert_false(sessions_look(desk.sessions, token[1], monotonic_s, &found));
	assert_false(sessions_look(desk.sessions, token[2], monotonic_s, &found));
	stop(&desk);
}

/* What is not as it was written lets nobody in, and the service goes on. */
static void
test_damaged_files(void **state)
{
	(void)state;
	struct desk_of desk;
	struct session found;
	char token[SESSION_TOKEN_BYTES], *text = calloc(1, TEXT_BYTES), *worse = calloc(1, TEXT_BYTES);
	assert_true(text != NULL && worse != NULL);
	assert_int_equal(start(&desk), STATUS_OK);
	begin(&desk, "a", token, &found);
	begin(&desk, "b", token, &found);
	save(&desk, false);
	stop(&desk);
	size_t bytes = slurp(text);
	for (size_t cut = 0; cut + 1 < bytes; cut += 7) {
		put(text, cut, 0600);
		assert_int_equal(start(&desk), STATUS_SETTING);
		assert_int_equal(sessions_count(desk.sessions, monotonic_s), 0);
		stop(&desk);
	}
	static const char *const swaps[][2] = { { "\"version\": 1", "\"version\": 2" }, { "manager", "monarch" },
		{ "\"number\": 2", "\"number\": 1" }, { "\"number\": 2", "\"number\": 3" }, { "\"number\": 1", "\"number\": 0" },
		{ "\"given\": 2", "\"given\":-2" }, { "\"salt\": \"", "\"salt\": \"0" }, { "\"hash\": \"", "\"hash\": \"zz" },
		{ "\"account\": \"", "\"account\": \"x" }, { "\"begun_s\"", "\"used_s\"" }, { "\"user\": \"a\"", "\"user\": \"\"" },
		{ "\"user\": \"a\"", "\"user\": 7" }, { "\"used_s\": ", "\"used_s\": 99999999" },
		{ "\"begun_s\": ", "\"begun_s\": -" }, { "\"address\": \"", "\"address\": \"\\n" } };
	for (size_t i = 0; i < sizeof swaps / sizeof swaps[0]; i++) {
		const char *at = strstr(text, swaps[i][0]);
		assert_non_null(at);
		int n = snprintf(worse, TEXT_BYTES, "%.*s%s%s", (int)(at - text), text, swaps[i][1], at + strlen(swaps[i][0]));
		put(worse, (size_t)n, 0600);
		assert_int_equal(start(&desk), STATUS_SETTING);
		assert_int_equal(sessions_count(desk.sessions, monotonic_s), 0);
		stop(&desk);
	}
	put(text, bytes, 0640); /* others may read it */
	assert_int_equal(start(&desk), STATUS_SETTING);
	begin(&desk, "a", token, &found); /* goes on, and writes a sound one in its place */
	save(&desk, false);
	stop(&desk);
	assert_int_equal(start(&desk), STATUS_OK);
	assert_true(sessions_look(desk.sessions, token, monotonic_s, &found));
	stop(&desk);
	free(text);
	free(worse);
}

static void
test_all_of_them(void **state)
{
	(void)state;
	struct desk_of desk;
	struct session found;
	char token[SESSION_TOKEN_BYTES], name[USER_BYTES];
	assert_int_equal(start(&desk), STATUS_OK);
	for (int i = 0; i < SESSIONS_OPEN_MAX + 5; i++) {
		snprintf(name, sizeof name, "%032d%032d", i, i);
		begin(&desk, name, token, &found);
	}
	save(&desk, false);
	stop(&desk);
	assert_int_equal(start(&desk), STATUS_OK);
	assert_int_equal(sessions_count(desk.sessions, monotonic_s), SESSIONS_OPEN_MAX);
	assert_true(sessions_look(desk.sessions, token, monotonic_s, &found));
	stop(&desk);
}

/* A folder that takes no file: told, what is in memory holds, and the next try writes it. */
static void
test_no_room(void **state)
{
	(void)state;
	struct desk_of desk;
	struct session found;
	struct reason why = { "" };
	char token[SESSION_TOKEN_BYTES];
	assert_int_equal(start(&desk), STATUS_OK);
	begin(&desk, "a", token, &found);
	assert_int_equal(mkdir(path, 0700), 0); /* stands where the file wants to be */
	assert_int_equal(lasting_write(desk.lasting, false, &why), STATUS_SYSTEM);
	assert_non_null(strstr(why.text, "sessions.json"));
	assert_true(sessions_look(desk.sessions, token, monotonic_s, &found));
	assert_int_equal(rmdir(path), 0);
	save(&desk, false);
	assert_int_equal(access(path, F_OK), 0);
	stop(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_over_a_restart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clocks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_each_end_is_written, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_of_them, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_room, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
