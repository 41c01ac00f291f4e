/*
 * The host, with services made of cardboard: in what order things open and close, what a second one on the same folder is told, and
 * how a process ends.
 *
 * also: thread
 */
#include "check.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "host.h"
#include "lock.h"

enum { DEADLINE_MS = 10000 };

static struct world {
	char folder[FOLDER_BYTES];
	char data[FOLDER_BYTES + 16];
	FILE *log_stream;
	struct log *log;
	struct config config;
	struct host *host;
} world;

/* What happened, in order; services open and close one after the other, so that their threads never write at once. */
static char story[256];
static enum status open_status, step_status;

static void
tell(const char *who, const char *what)
{
	snprintf(story + strlen(story), sizeof story - strlen(story), "%s %s; ", who, what);
}

static enum status
open_first(const struct service_kit *kit, void **self, struct reason *why)
{
	(void)why;
	tell("first", "opens");
	*self = (void *)(uintptr_t)kit;
	kit->announce(kit->announce_user, "first", "tcp://somewhere:1");
	return STATUS_OK;
}

static enum status
open_second(const struct service_kit *kit, void **self, struct reason *why)
{
	tell("second", "opens");
	*self = (void *)(uintptr_t)kit;
	return open_status == STATUS_OK ? STATUS_OK : reason_say(why, open_status, "it does not want to");
}

static enum status
step_first(void *self, int wait_ms, struct reason *why)
{
	(void)self;
	(void)why;
	poll(NULL, 0, wait_ms / 10);
	return STATUS_OK;
}

static enum status
step_second(void *self, int wait_ms, struct reason *why)
{
	(void)self;
	poll(NULL, 0, wait_ms / 10);
	return step_status == STATUS_OK ? STATUS_OK : reason_say(why, step_status, "the disk is gone");
}

static void
close_first(void **self)
{
	tell("first", "closes");
	*self = NULL;
}

static void
close_second(void **self)
{
	tell("second", "closes");
	*self = NULL;
}

static enum status
prepare(const struct service_kit *kit, struct reason *why)
{
	(void)why;
	assert_false(kit->readonly);
	tell("all", "is prepared");
	return STATUS_OK;
}

static const struct service writer = { "first", "writes", true, open_first, step_first, close_first };
static const struct service reader = { "second", "reads", false, open_second, step_second, close_second };
static const struct service *const both[] = { &writer, &reader }, *const only_reader[] = { &reader };

static int
setup(void **state)
{
	(void)state;
	memset(&world, 0, sizeof world);
	story[0] = '\0';
	open_status = step_status = STATUS_OK;
	folder_make(world.folder);
	snprintf(world.data, sizeof world.data, "%s/data", world.folder);
	world.log_stream = fopen("/dev/null", "w");
	assert_int_equal(log_open(world.log_stream, LOG_DEBUG, &world.log), STATUS_OK);
	config_defaults(&world.config);
	world.config.map_gib = 1;
	world.config.sessions_max = 16;
	snprintf(world.config.data_dir, sizeof world.config.data_dir, "%s", world.data);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	host_close(&world.host);
	log_close(&world.log);
	fclose(world.log_stream);
	folder_remove(world.folder);
	return 0;
}

static void
open_both(void)
{
	struct reason why = { "" };
	if (host_open(&world.config, both, 2, prepare, world.log, &world.host, &why) != STATUS_OK)
		fail_msg("%s", why.text);
}

static mode_t
mode_of(const char *name)
{
	char path[128];
	struct stat info;
	snprintf(path, sizeof path, "%s/%s", world.data, name);
	assert_int_equal(stat(path, &info), 0);
	return info.st_mode & 07777;
}

static void
test_opens_in_order_and_ends_by_a_signal(void **state)
{
	(void)state;
	struct reason why = { "" };
	const char *service, *endpoint;
	open_both();
	assert_true(host_endpoint(world.host, 0, &service, &endpoint));
	assert_string_equal(endpoint, "tcp://somewhere:1");
	assert_false(host_endpoint(world.host, 1, &service, &endpoint));
	assert_int_equal(host_wait(world.host, 1, &why), STATUS_TIMEOUT);
	assert_int_equal(kill(getpid(), SIGTERM), 0);
	assert_int_equal(host_wait(world.host, DEADLINE_MS, &why), STATUS_OK);
	assert_int_equal(kill(getpid(), SIGINT), 0); /* an impatient hand does not cut the end short */
	host_close(&world.host);
	assert_string_equal(story, "all is prepared; first opens; second opens; first closes; second closes; ");
}

static void
test_what_it_leaves_is_for_its_owner_alone(void **state)
{
	(void)state;
	open_both();
	assert_int_equal(mode_of("keys"), 0700);
	assert_int_equal(mode_of("run"), 0700);
	assert_int_equal(mode_of("keys/server.key"), 0600);
	uint8_t before[PUBLIC_KEY_BYTES];
	memcpy(before, host_server_key(world.host), sizeof before);
	host_close(&world.host);
	open_both();
	assert_memory_equal(before, host_server_key(world.host), sizeof before);
}

static void
test_a_second_one_is_told_who_has_it(void **state)
{
	(void)state;
	struct host *second = NULL;
	struct reason why = { "" };
	char expected[256];
	open_both();
	assert_true(lock_held(world.data, "first"));
	assert_int_equal(host_open(&world.config, both, 2, prepare, world.log, &second, &why), STATUS_IN_USE);
	snprintf(expected, sizeof expected, "%s: in use by process %ld, which runs first", world.data, (long)getpid());
	assert_string_equal(why.text, expected);
	assert_null(second);
	host_close(&world.host);
	assert_false(lock_held(world.data, "first"));
	open_both();
}

static void
test_a_service_that_does_not_open_ends_the_start(void **state)
{
	(void)state;
	struct reason why = { "" };
	open_status = STATUS_SYSTEM;
	assert_int_equal(host_open(&world.config, both, 2, NULL, world.log, &world.host, &why), STATUS_SYSTEM);
	assert_string_equal(why.text, "it does not want to");
	assert_null(world.host);
	assert_string_equal(story, "first opens; second opens; first closes; ");
}

static void
test_sees_that_no_descriptor_is_left(void **state)
{
	(void)state;
	struct reason why = { "" };
	struct rlimit before, none;
	open_both();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	enum status status = host_wait(world.host, 1, &why);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(status, STATUS_TIMEOUT);
	const struct counters *counters = host_kit(world.host)->counters;
	uint64_t looks = atomic_load(&counters->values[COUNTER_descriptors_used_up]);
	assert_true(looks > 0);
	assert_int_equal(host_wait(world.host, 1, &why), STATUS_TIMEOUT);
	assert_int_equal(atomic_load(&counters->values[COUNTER_descriptors_used_up]), looks);
}

static void
test_a_service_that_stops_ends_the_process(void **state)
{
	(void)state;
	struct reason why = { "" };
	step_status = STATUS_DISK;
	open_both();
	assert_int_equal(host_wait(world.host, DEADLINE_MS, &why), STATUS_DISK);
	assert_string_equal(why.text, "second: the disk is gone");
}

/* What a service refuses or has to try again is its own business. */
static void
test_a_refusal_stops_nothing(void **state)
{
	(void)state;
	struct reason why = { "" };
	step_status = STATUS_BUSY;
	open_both();
	assert_int_equal(host_wait(world.host, 50, &why), STATUS_TIMEOUT);
}

static void
test_a_reader_waits_for_a_ledger_until_asked_to_stop(void **state)
{
	(void)state;
	struct reason why = { "" };
	sigset_t term;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &term, NULL), 0);
	assert_int_equal(kill(getpid(), SIGTERM), 0);
	assert_int_equal(host_open(&world.config, only_reader, 1, prepare, world.log, &world.host, &why), STATUS_INTERRUPTED);
	assert_int_equal(sigprocmask(SIG_UNBLOCK, &term, NULL), 0);
	assert_string_equal(story, "");
}

static void
test_too_many_sessions_for_the_files_of_this_machine(void **state)
{
	(void)state;
	struct reason why = { "" };
	world.config.sessions_max = INT64_C(1) << 40;
	assert_int_equal(host_open(&world.config, both, 2, NULL, world.log, &world.host, &why), STATUS_SETTING);
	assert_non_null(strstr(why.text, "LimitNOFILE"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_opens_in_order_and_ends_by_a_signal),
		TEST(test_what_it_leaves_is_for_its_owner_alone),
		TEST(test_a_second_one_is_told_who_has_it),
		TEST(test_a_service_that_does_not_open_ends_the_start),
		TEST(test_sees_that_no_descriptor_is_left),
		TEST(test_a_service_that_stops_ends_the_process),
		TEST(test_a_refusal_stops_nothing),
		TEST(test_a_reader_waits_for_a_ledger_until_asked_to_stop),
		TEST(test_too_many_sessions_for_the_files_of_this_machine),
#undef TEST
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
