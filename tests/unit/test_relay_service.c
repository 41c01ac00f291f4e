/*
 * The relay as a service, through its open, step and close: which settings it refuses, the key that it makes, what it tells of
 * itself in its file, its counters and the log, and what of that a new process knows.
 *
 * also: thread
 */
#include "check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth.h"
#include "bulletin.h"
#include "opened_ledger.h"
#include "played_headquarters.h"
#include "relay.h"

enum { TURNS_MAX = 20000, PATH_BYTES = FOLDER_BYTES + 64 };

static struct scene {
	struct played_headquarters hq;
	struct auth *auth; /* headquarters' */
	struct book book;
	struct config config;
	struct log *log;
	FILE *log_stream;
	char *logged;
	size_t logged_bytes;
	struct counters counters;
	struct service_kit kit;
	void *relay;
} scene;

static struct reason why;

static const char *
path_of(const char *name)
{
	static char path[PATH_BYTES];
	snprintf(path, sizeof path, "%s/%s", scene.book.dir, name);
	return path;
}

/* played_open's, for other machines. */
static void
open_headquarters(void)
{
	static const char *const endpoints[] = { "tcp://127.0.0.1:0" };
	struct played_centre *centre = &scene.hq.centre;
	key_pair_make(&centre->keys);
	must(arena_open(&centre->in, PLAYED_ARENA_BYTES), &why);
	must(arena_open(&centre->out, PLAYED_ARENA_BYTES), &why);
	must(bus_open(&centre->bus, &why), &why);
	must(auth_open(centre->bus, scene.log, &scene.counters, &scene.auth, &why), &why);
	must(bus_serve(centre->bus, endpoints, 1, &centre->keys, &centre->socket, &why), &why);
}

static int
set_up(void **state)
{
	memset(&scene, 0, sizeof scene);
	if (said_begin(state) != 0)
		return 1;
	scene.log_stream = open_memstream(&scene.logged, &scene.logged_bytes);
	must(log_open(scene.log_stream, LOG_DEBUG, &scene.log), &why);
	open_headquarters();
	folder_make_quick(scene.book.dir);
	book_open_env(&scene.book, 16 << 20);
	book_take(&scene.book, ADMIN, book_founding());
	assert_int_equal(mkdir(path_of("run"), 0700), 0);
	assert_int_equal(mkdir(path_of("keys"), 0700), 0);
	config_defaults(&scene.config);
	snprintf(scene.config.data_dir, sizeof scene.config.data_dir, "%s", scene.book.dir);
	snprintf(scene.config.headquarters, sizeof scene.config.headquarters, "%s", bus_endpoint(scene.hq.centre.socket, 0));
	snprintf(scene.config.headquarters_key, sizeof scene.config.headquarters_key, "%s", path_of("hq.pub"));
	must(key_public_save(scene.hq.centre.keys.public_key, path_of("hq.pub"), &why), &why);
	scene.kit = (struct service_kit){ .bus = scene.hq.centre.bus,
		.env = scene.book.env,
		.config = &scene.config,
		.log = scene.log,
		.counters = &scene.counters,
		.clock = clock_system() };
	return 0;
}

static int
tear_down(void **state)
{
	relay_service.close(&scene.relay);
	bus_socket_close(&scene.hq.centre.socket);
	auth_close(&scene.auth);
	played_close(&scene.hq.centre);
	log_close(&scene.log);
	fclose(scene.log_stream);
	free(scene.logged);
	book_close(&scene.book);
	return said_end(state);
}

static void
begin(void)
{
	must(relay_service.open(&scene.kit, &scene.relay, &why), &why);
}

/* … with a key that headquarters knows. */
static void
begin_known(void)
{
	static char name[] = "ceke", all[] = "*";
	static char *every[] = { all };
	struct key_pair keys;
	struct registry *registry = NULL;
	Juyan__V1__RegistryRecord record = JUYAN__V1__REGISTRY_RECORD__INIT;
	Juyan__V1__Terminal terminal = JUYAN__V1__TERMINAL__INIT;
	const Juyan__V1__RegistryRecord *list[] = { &record };
	must(key_pair_ensure(path_of("keys/site.key"), &keys, &why), &why);
	record.record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
	record.terminal = &terminal;
	terminal.terminal_no = 7;
	terminal.name = name;
	terminal.public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, keys.public_key };
	terminal.n_ports = terminal.n_kinds = 1;
	terminal.ports = terminal.kinds = every;
	must(registry_build(list, 1, &registry, &why), &why);
	must(auth_replace(scene.auth, registry), &why);
	registry_close(&registry);
	begin();
}

static uint64_t
lsn(void)
{
	return ledger_lsn(scene.book.ledger);
}

static void
write_events(size_t n)
{
	for (size_t i = 0; i < n; i++)
		book_take(&scene.book, GATE, cargo(MIDNIGHT, "ceke", "B", RELEASED));
}

static void
turn(void)
{
	must(relay_service.step(scene.relay, 1, &why), &why);
	while (played_serves_one(&scene.hq))
		;
}

static struct bulletin
told(void)
{
	struct bulletin out = { .state = "" };
	enum status status = bulletin_read(scene.book.dir, "relay", &out, &why);
	assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
	return out;
}

static struct bulletin
turn_until_told(const char *state, uint64_t reached)
{
	for (int i = 0; i < TURNS_MAX; i++) {
		turn();
		struct bulletin now = told();
		if (strcmp(now.state, state) == 0 && now.reached == reached)
			return now;
	}
	fail_msg("'%s' with event %llu is never told: %s", state, (unsigned long long)reached, told().why);
	return (struct bulletin){ .state = "" };
}

static uint64_t
counted(enum counter counter)
{
	return atomic_load(&scene.counters.values[counter]);
}

static bool
logged(const char *text)
{
	fflush(scene.log_stream);
	return strstr(scene.logged, text) != NULL;
}

/* ---- settings ---- */

static void
test_without_a_headquarters_it_does_nothing(void **state)
{
	(void)state;
	struct bulletin old = { .state = "stopped" };
	must(bulletin_write(scene.book.dir, "relay", &old, &why), &why);
	scene.config.headquarters[0] = '\0';
	begin();
	turn();
	relay_service.close(&scene.relay);
	assert_null(scene.relay);
	assert_int_equal(bulletin_read(scene.book.dir, "relay", &old, &why), STATUS_NOT_FOUND);
	assert_int_not_equal(access(path_of("keys/site.key"), F_OK), 0);
	assert_int_equal(scene.hq.hellos, 0);
}

static void
is_refused(enum status status, const char *because)
{
	void *relay = NULL;
	assert_int_equal(relay_service.open(&scene.kit, &relay, &why), status);
	assert_null(relay);
	if (strstr(why.text, because) == NULL)
		fail_msg("'%s' does not say '%s'", why.text, because);
}

static void
test_settings_that_cannot_be_are_refused(void **state)
{
	(void)state;
	static const char *const endpoints[] = { "headquarters", "inproc://hq", "ipc://hq", "tcp://", "tcp://hq", "tcp://hq:0x1",
		"tcp://hq:70000" };
	struct config right = scene.config;
	for (size_t i = 0; i < sizeof endpoints / sizeof endpoints[0]; i++) {
		snprintf(scene.config.headquarters, sizeof scene.config.headquarters, "%s", endpoints[i]);
		is_refused(STATUS_SETTING, "expected: tcp://NAME:PORT");
	}
	scene.config = right;
	scene.config.headquarters_key[0] = '\0';
	is_refused(STATUS_SETTING, "headquarters_key: it is not set");
	assert_int_not_equal(access(path_of("keys/site.key"), F_OK), 0);
	scene.config = right;
	begin();
}

static void
put_file(const char *name, const char *text)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void
test_files_of_keys_that_are_none_are_refused(void **state)
{
	(void)state;
	unlink(path_of("hq.pub"));
	is_refused(STATUS_NOT_FOUND, "hq.pub");
	put_file("hq.pub", "this is no key\n");
	is_refused(STATUS_SYNTAX, "hq.pub");
	unlink(path_of("hq.pub"));
	must(key_public_save(scene.hq.centre.keys.public_key, path_of("hq.pub"), &why), &why);
	put_file("keys/site.key", "nor is this\n");
	is_refused(STATUS_SYNTAX, "site.key");
	/* One that others can read is no secret. */
	unlink(path_of("keys/site.key"));
	begin();
	relay_service.close(&scene.relay);
	assert_int_equal(chmod(path_of("keys/site.key"), 0644), 0);
	is_refused(STATUS_SETTING, "site.key");
}

static void
test_its_key_is_made_once(void **state)
{
	(void)state;
	struct key_pair first, second;
	uint8_t public_key[PUBLIC_KEY_BYTES];
	struct stat info;
	begin();
	relay_service.close(&scene.relay);
	must(key_pair_load(path_of("keys/site.key"), &first, &why), &why);
	must(key_public_load(path_of("keys/site.key.pub"), public_key, &why), &why);
	assert_memory_equal(public_key, first.public_key, PUBLIC_KEY_BYTES);
	assert_int_equal(stat(path_of("keys/site.key"), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	begin();
	must(key_pair_load(path_of("keys/site.key"), &second, &why), &why);
	assert_memory_equal(&second, &first, sizeof first);
}

/* ---- what it tells ---- */

static void
test_it_brings_the_journal_and_says_so(void **state)
{
	(void)state;
	write_events(10);
	begin_known();
	struct bulletin now = turn_until_told("connected", lsn());
	assert_string_equal(now.where, scene.config.headquarters);
	assert_string_equal(now.name, "ceke");
	assert_string_equal(now.trouble, BULLETIN_WELL);
	assert_int_equal(now.lsn, lsn());
	assert_int_equal(now.waits_from_ms, 0);
	assert_true(now.reached_at_ms > 0 && now.since_ms > 0 && now.told_ms >= now.since_ms);
	assert_int_equal(played_tail(&scene.hq)->lsn, lsn());
	write_events(5);
	turn_until_told("connected", lsn());
	assert_int_equal(counted(COUNTER_relay_events), lsn());
	assert_int_equal(counted(COUNTER_relay_connections), 1);
	assert_int_equal(counted(COUNTER_relay_stops) + counted(COUNTER_relay_losses), 0);
	assert_true(logged("headquarters_answers"));
}

static void
test_a_stop_is_told_and_ends(void **state)
{
	(void)state;
	scene.hq.refusal = STATUS_UNKNOWN_PORT;
	scene.hq.refuse_from = 1;
	write_events(3);
	begin_known();
	struct bulletin now = turn_until_told("stopped", 0);
	assert_string_equal(now.trouble, "unknown_port");
	assert_string_equal(now.why, "as the test wants it");
	assert_true(now.lasts && now.waits_from_ms > 0);
	assert_true(bulletin_asks(&now, "relay", now.told_ms, &why));
	assert_int_equal(counted(COUNTER_relay_stops), 1);
	assert_true(logged("relay_stopped"));
	scene.hq.refusal = STATUS_OK;
	now = turn_until_told("connected", lsn());
	assert_string_equal(now.trouble, BULLETIN_WELL);
	assert_string_equal(now.why, "");
	assert_false(now.lasts || bulletin_asks(&now, "relay", now.told_ms, &why));
}

static void
test_a_new_process_knows_what_was_confirmed(void **state)
{
	(void)state;
	write_events(10);
	begin_known();
	turn_until_told("connected", lsn());
	relay_service.close(&scene.relay);
	assert_int_equal(told().reached, lsn()); /* it outlives the process */
	write_events(5);
	scene.hq.deaf = true;
	begin_known();
	struct bulletin now = turn_until_told("away", lsn() - 5);
	assert_int_equal(now.lsn, lsn());
	assert_true(now.waits_from_ms > 0);
	relay_service.close(&scene.relay);
	while (played_serves_one(&scene.hq))
		;
	/* Headquarters was restored from an older copy meanwhile: that is told, as long as the file is there. */
	scene.hq.deaf = false;
	scene.hq.n = 2;
	uint64_t has = played_tail(&scene.hq)->lsn;
	begin_known();
	now = turn_until_told("connected", lsn());
	assert_int_equal(counted(COUNTER_relay_losses), 1);
	assert_true(now.lost_at_ms > 0);
	assert_int_equal(now.lost_from, has);
	assert_true(logged("headquarters_lost"));
	relay_service.close(&scene.relay);
	begin_known();
	now = turn_until_told("connected", lsn());
	assert_int_equal(now.lost_from, has);
	assert_int_equal(counted(COUNTER_relay_losses), 1);
}

static void
test_another_headquarters_owes_nothing(void **state)
{
	(void)state;
	struct bulletin before = { .state = "connected", .where = "tcp://elsewhere:4711", .reached = 1000, .lost_at_ms = 1 };
	must(bulletin_write(scene.book.dir, "relay", &before, &why), &why);
	write_events(10);
	begin_known();
	struct bulletin now = turn_until_told("connected", lsn());
	assert_int_equal(now.lost_at_ms, 0);
	assert_int_equal(counted(COUNTER_relay_losses), 0);
}

static void
test_a_state_that_is_not_one_does_not_keep_it_from_bringing(void **state)
{
	(void)state;
	put_file("run/relay.json", "{\"state\":");
	write_events(10);
	begin_known();
	for (int i = 0; i < TURNS_MAX && played_tail(&scene.hq)->lsn != lsn(); i++)
		turn();
	turn_until_told("connected", lsn());
}

static void
test_a_state_that_cannot_be_written_is_told_once(void **state)
{
	(void)state;
	assert_int_equal(rmdir(path_of("run")), 0);
	write_events(10);
	begin_known();
	for (int i = 0; i < TURNS_MAX && played_tail(&scene.hq)->lsn != lsn(); i++)
		turn();
	assert_int_equal(played_tail(&scene.hq)->lsn, lsn());
	relay_service.close(&scene.relay);
	assert_true(logged("state_unwritten"));
	const char *first = strstr(scene.logged, "state_unwritten");
	assert_null(strstr(first + 1, "state_unwritten"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(without_a_headquarters_it_does_nothing),
		CASE(settings_that_cannot_be_are_refused),
		CASE(files_of_keys_that_are_none_are_refused),
		CASE(its_key_is_made_once),
		CASE(it_brings_the_journal_and_says_so),
		CASE(a_stop_is_told_and_ends),
		CASE(a_new_process_knows_what_was_confirmed),
		CASE(another_headquarters_owes_nothing),
		CASE(a_state_that_is_not_one_does_not_keep_it_from_bringing),
		CASE(a_state_that_cannot_be_written_is_told_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
