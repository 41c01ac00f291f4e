/*
 * What a service manager hears: READY once all loops are there, the watchdog fed only while every loop turns, STOPPING at the end;
 * over a path and over a name of the kernel's table; and that nothing is sent where no manager is.
 */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "folder.h"
#include "watchdog.h"

enum { PATIENCE_MS = 8000 };

static struct world {
	char folder[FOLDER_BYTES];
	char path[FOLDER_BYTES + 16];
	int manager; /* the manager's end of the socket */
	FILE *log_stream;
	struct log *log;
	struct counters counters;
	struct watchdog dog;
	struct watchdog_loop loops[2];
} world;

static void
listen_at(const struct sockaddr_un *address, socklen_t bytes)
{
	world.manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(world.manager >= 0);
	assert_int_equal(bind(world.manager, (const struct sockaddr *)address, bytes), 0);
}

static int
setup(void **state)
{
	(void)state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	memset(&world, 0, sizeof world);
	folder_make(world.folder);
	snprintf(world.path, sizeof world.path, "%s/manager", world.folder);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", world.path);
	listen_at(&address, sizeof address);
	world.log_stream = fopen("/dev/null", "w");
	assert_int_equal(log_open(world.log_stream, LOG_DEBUG, &world.log), STATUS_OK);
	world.dog.notify.fd = -1;
	world.loops[0].name = "ingest";
	world.loops[1].name = "query";
	setenv("NOTIFY_SOCKET", world.path, 1);
	setenv("WATCHDOG_USEC", "8000000", 1);
	unsetenv("WATCHDOG_PID");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	notify_close(&world.dog.notify);
	close(world.manager);
	log_close(&world.log);
	fclose(world.log_stream);
	folder_remove(world.folder);
	return 0;
}

static void
open_notify(void)
{
	struct reason why = { "" };
	if (notify_open(&world.dog.notify, &why) != STATUS_OK)
		fail_msg("%s", why.text);
}

/* The next thing that the manager hears; "" where there is none. */
static const char *
heard(void)
{
	static char text[512];
	ssize_t n = recv(world.manager, text, sizeof text - 1, 0);
	assert_true(n >= 0 || errno == EAGAIN);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void
both_turn(int64_t now_ms)
{
	watchdog_turned(&world.loops[0], now_ms);
	watchdog_turned(&world.loops[1], now_ms);
}

static void
look(int64_t now_ms)
{
	watchdog_look(&world.dog, world.loops, 2, now_ms, world.log, &world.counters);
}

static void
test_ready_fed_and_stopping(void **state)
{
	(void)state;
	open_notify();
	assert_int_equal(world.dog.notify.watchdog_ms, PATIENCE_MS);
	both_turn(100000);
	watchdog_ready(&world.dog, world.loops, 2, 100000);
	assert_string_equal(heard(), "READY=1\nSTATUS=running: ingest query");
	look(101000);
	assert_string_equal(heard(), ""); /* no oftener than it has to be */
	both_turn(102000);
	look(102000);
	assert_string_equal(heard(), "WATCHDOG=1");
	assert_string_equal(heard(), "");
	watchdog_stopping(&world.dog);
	assert_string_equal(heard(), "STOPPING=1\nSTATUS=finishing what was taken");
}

/* One loop of two that hangs is enough: the manager hears nothing more, and ends the process. */
static void
test_one_stuck_loop_starves_the_watchdog(void **state)
{
	(void)state;
	open_notify();
	both_turn(100000);
	watchdog_ready(&world.dog, world.loops, 2, 100000);
	heard();
	for (int64_t now_ms = 101000; now_ms <= 120000; now_ms += 1000) {
		watchdog_turned(&world.loops[0], now_ms);
		look(now_ms);
		const char *expected = now_ms == 102000 ? "WATCHDOG=1"
		    : now_ms == 110000                  ? "STATUS=query has not turned for 10 s"
							: "";
		assert_string_equal(heard(), expected);
	}
	assert_int_equal(atomic_load(&world.counters.values[COUNTER_loops_stuck]), 1);
	both_turn(121000);
	look(121000);
	assert_string_equal(heard(), "STATUS=running: ingest query");
	assert_string_equal(heard(), "WATCHDOG=1");
	assert_int_equal(atomic_load(&world.counters.values[COUNTER_loops_stuck]), 1);
}

static void
test_a_stuck_loop_is_counted_without_a_manager(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	open_notify();
	assert_int_equal(world.dog.notify.fd, -1);
	both_turn(1000);
	watchdog_ready(&world.dog, world.loops, 2, 1000);
	look(1000 + WATCHDOG_STUCK_MS);
	assert_int_equal(atomic_load(&world.counters.values[COUNTER_loops_stuck]), 2);
	assert_string_equal(heard(), "");
}

static void
test_a_name_of_the_kernels_table(void **state)
{
	(void)state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char name[64];
	int n = snprintf(name, sizeof name, "@juyan-test-%ld", (long)getpid());
	memcpy(address.sun_path + 1, name + 1, (size_t)n - 1);
	close(world.manager);
	listen_at(&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)n));
	setenv("NOTIFY_SOCKET", name, 1);
	open_notify();
	notify_say(&world.dog.notify, "READY=%d", 1);
	assert_string_equal(heard(), "READY=1");
}

static void
test_another_process_is_watched(void **state)
{
	(void)state;
	setenv("WATCHDOG_PID", "1", 1);
	open_notify();
	assert_int_equal(world.dog.notify.watchdog_ms, 0);
}

static void
test_an_environment_that_cannot_be(void **state)
{
	(void)state;
	static const struct {
		const char *name, *value;
		enum status status;
	} wrong[] = { { "NOTIFY_SOCKET", "manager", STATUS_SETTING }, { "NOTIFY_SOCKET", "@", STATUS_SETTING },
		{ "NOTIFY_SOCKET", "/nowhere/manager", STATUS_SYSTEM }, { "WATCHDOG_USEC", "soon", STATUS_SETTING },
		{ "WATCHDOG_USEC", "0", STATUS_SETTING }, { "WATCHDOG_USEC", "-8000000", STATUS_SETTING },
		{ "WATCHDOG_USEC", "99999999999999999999", STATUS_SETTING } };
	char long_path[256];
	memset(long_path, 'x', sizeof long_path - 1);
	long_path[0] = '/';
	long_path[sizeof long_path - 1] = '\0';
	for (size_t i = 0; i <= sizeof wrong / sizeof wrong[0]; i++) {
		struct reason why = { "" };
		bool last = i == sizeof wrong / sizeof wrong[0];
		setenv("NOTIFY_SOCKET", last ? long_path : world.path, 1);
		setenv("WATCHDOG_USEC", "8000000", 1);
		if (!last)
			setenv(wrong[i].name, wrong[i].value, 1);
		assert_int_equal(notify_open(&world.dog.notify, &why), last ? STATUS_SETTING : wrong[i].status);
		assert_non_null(strstr(why.text, last ? "NOTIFY_SOCKET" : wrong[i].name));
		assert_int_equal(world.dog.notify.fd, -1);
	}
}

/* A manager that takes nothing cannot hold this process up for good. */
static void
test_a_deaf_manager(void **state)
{
	(void)state;
	int full = 0;
	open_notify();
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof address.sun_path, "%s", world.path);
	/* A socket of its own for each, so that it is the manager's queue that is full and not the sender's buffer. */
	for (bool taken = true; taken && full < 100000; full += taken) {
		int other = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		taken = sendto(other, "x", 1, 0, (struct sockaddr *)&address, sizeof address) == 1;
		close(other);
	}
	assert_true(full > 0);
	notify_say(&world.dog.notify, "WATCHDOG=1");
	for (int i = 0; i < full; i++)
		assert_string_equal(heard(), "x");
	assert_string_equal(heard(), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_ready_fed_and_stopping),
		TEST(test_one_stuck_loop_starves_the_watchdog),
		TEST(test_a_stuck_loop_is_counted_without_a_manager),
		TEST(test_a_name_of_the_kernels_table),
		TEST(test_another_process_is_watched),
		TEST(test_an_environment_that_cannot_be),
		TEST(test_a_deaf_manager),
#undef TEST
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
