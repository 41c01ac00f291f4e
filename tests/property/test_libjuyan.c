/*
 * libjuyan as a terminal's maker meets it, through juyan.h alone, with a centre in a process of its own: many threads take at once
 * while the centre goes and comes back; two handles in one process; what is wrong is refused at once, with a sentence.
 *
 * also: thread
 */
#include "check.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "juyan.h"
#include "ndjson.h"
#include "rights.h"
#include "server.h"

enum { THREADS = 6, ROUNDS = 40, MANY = 10, EVENT_BYTES = 256, PATH_BYTES = 160 };

static struct server server = { .transport = TCP, .own_process = true };
static atomic_uint told[JUYAN_REFUSED + 1];

static void
on_notice(void *user, enum juyan_notice notice, const char *sentence)
{
	assert_ptr_equal(user, &server);
	assert_true(sentence[0] != '\0');
	atomic_fetch_add(&told[notice], 1);
}

/* The texts of the options are gone when it returns: nothing of them is lent. */
static struct juyan *
open_handle(const char *name, bool authorise)
{
	char key[PATH_BYTES], public_key[PATH_BYTES + 8], centre_key[PATH_BYTES], spool[PATH_BYTES], sentence[JUYAN_SENTENCE_BYTES];
	struct key_pair pair;
	struct juyan *juyan = NULL;
	snprintf(key, sizeof key, "%s/%s.key", server.folder, name);
	snprintf(public_key, sizeof public_key, "%s.pub", key);
	snprintf(centre_key, sizeof centre_key, "%s/keys/server.key.pub", server.folder);
	snprintf(spool, sizeof spool, "%s/%s.spool", server.folder, name);
	if (authorise) {
		key_pair_make(&pair);
		expect(key_pair_save(&pair, key, &why), STATUS_OK);
		const struct tool_connection connection = { .data = server.folder };
		const struct rights rights = { .name = name, .ports = "ceke", .kinds = "*" };
		expect(rights_authorise(&connection, public_key, &rights, &why), STATUS_OK);
	}
	const struct juyan_options options = { server.endpoint, key, centre_key, spool, 64 << 20, on_notice, &server };
	enum juyan_result result = juyan_open(&options, &juyan, sentence, sizeof sentence);
	if (result != JUYAN_OK)
		fail_msg("%s", sentence);
	struct juyan *second = NULL;
	assert_int_equal(juyan_open(&options, &second, sentence, sizeof sentence), JUYAN_SETTING);
	assert_null(second);
	memset(key, 'x', sizeof key);
	return juyan;
}

static size_t
event(char text[EVENT_BYTES], const char *batch)
{
	return (size_t)snprintf(text, EVENT_BYTES,
	    "{\"occurred_at_ms\": 1738281600000, \"port\": \"ceke\", \"batch_no\": \"%s\", \"released\": {}}", batch);
}

struct taker {
	pthread_t thread;
	struct juyan *juyan;
	unsigned no;
};

static void *
take(void *user)
{
	const struct taker *taker = user;
	char texts[MANY][EVENT_BYTES], batch[64], sentence[JUYAN_SENTENCE_BYTES];
	struct juyan_event events[MANY];
	struct juyan_state state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < MANY; i++) {
			snprintf(batch, sizeof batch, "T%u-%u-%u", taker->no, round, i);
			events[i] = (struct juyan_event){ texts[i], event(texts[i], batch) };
		}
		enum juyan_result result = round % 2 == 0
		    ? juyan_take_many(taker->juyan, events, MANY, NULL, sentence, sizeof sentence)
		    : juyan_take(taker->juyan, events[0].event, events[0].bytes, sentence, sizeof sentence);
		if (result != JUYAN_OK)
			fail_msg("%s", sentence);
		juyan_state(taker->juyan, &state);
		assert_true(state.taken >= state.confirmed);
	}
	return NULL;
}

static void
all_is_at_the_centre(struct juyan *juyan, uint64_t taken)
{
	struct juyan_state state;
	assert_int_equal(juyan_flush(juyan, DEADLINE_MS), JUYAN_OK);
	juyan_state(juyan, &state);
	assert_int_equal(state.taken, taken);
	assert_int_equal(state.confirmed, taken);
	assert_int_equal(state.oldest_waiting, 0);
	assert_int_equal(state.quarantined, 0);
	assert_true(state.heard > 0 && state.used_bytes < state.room_bytes);
}

/* Two spools in one process, and the centre away in between: they have one bus, and two threads of their own. */
static void
many_threads_take_while_the_centre_comes_and_goes(void **unused)
{
	(void)unused;
	struct juyan *handles[2] = { open_handle("one", true), open_handle("two", true) };
	struct taker takers[2 * THREADS];
	for (unsigned i = 0; i < 2 * THREADS; i++) {
		takers[i] = (struct taker){ .juyan = handles[i % 2], .no = i };
		assert_int_equal(pthread_create(&takers[i].thread, NULL, take, &takers[i]), 0);
	}
	server_stop(&server);
	server_start(&server);
	for (unsigned i = 0; i < 2 * THREADS; i++)
		pthread_join(takers[i].thread, NULL);
	for (unsigned i = 0; i < 2; i++) {
		all_is_at_the_centre(handles[i], THREADS * (ROUNDS / 2 * MANY + ROUNDS / 2));
		juyan_close(&handles[i]);
		assert_null(handles[i]);
	}
	assert_true(told[JUYAN_CONNECTED] >= 2);
	assert_int_equal(told[JUYAN_KEY_TWICE] + told[JUYAN_CENTRE_LOST] + told[JUYAN_QUARANTINED], 0);
	juyan_close(NULL);
}

/* What juyan_take_many_encoded takes, of the same text. */
static size_t
pack(const char *text, char packed[EVENT_BYTES])
{
	struct arena arena;
	const Juyan__V1__Event *said;
	expect(arena_open(&arena, 1 << 20), STATUS_OK);
	expect(ndjson_event((struct span){ (const uint8_t *)text, strlen(text) }, &arena, &said, &why), STATUS_OK);
	assert_true(juyan__v1__event__get_packed_size(said) <= EVENT_BYTES);
	size_t bytes = juyan__v1__event__pack(said, (uint8_t *)packed);
	arena_close(&arena);
	return bytes;
}

static void
what_is_wrong_is_refused_at_once(void **unused)
{
	(void)unused;
	char right[EVENT_BYTES], packed[EVENT_BYTES], sentence[JUYAN_SENTENCE_BYTES];
	struct juyan *juyan = open_handle("three", true);
	struct juyan_state state;
	size_t which = 99;
	const struct juyan_event events[] = { { right, event(right, "B-1") }, { "{\"port\": 7}", 11 } };
	assert_int_equal(juyan_take_many(juyan, events, 2, &which, sentence, sizeof sentence), JUYAN_WRONG);
	assert_int_equal(which, 1);
	assert_non_null(strstr(sentence, "port"));
	assert_int_equal(juyan_take(juyan, "", 0, sentence, sizeof sentence), JUYAN_WRONG);
	assert_int_equal(juyan_take(juyan, right, (size_t)1 << 40, sentence, sizeof sentence), JUYAN_WRONG);
	assert_int_equal(juyan_take_encoded(juyan, "\xFF\xFF", 2, sentence, sizeof sentence), JUYAN_WRONG);
	assert_int_equal(juyan_take_many(juyan, events, 5000, NULL, sentence, sizeof sentence), JUYAN_WRONG);
	assert_int_equal(juyan_take(juyan, "nothing", 7, NULL, 0), JUYAN_WRONG);
	const struct juyan_event encoded[] = { { packed, pack(right, packed) }, { "\xFF\xFF", 2 } };
	assert_int_equal(juyan_take_many_encoded(juyan, encoded, 2, &which, sentence, sizeof sentence), JUYAN_WRONG);
	assert_int_equal(which, 1);
	juyan_state(juyan, &state);
	assert_int_equal(state.taken, 0);
	assert_int_equal(juyan_flush(juyan, 0), JUYAN_OK);
	assert_int_equal(juyan_take_many_encoded(juyan, encoded, 1, NULL, sentence, sizeof sentence), JUYAN_OK);
	all_is_at_the_centre(juyan, 1);
	juyan_close(&juyan);
}

/* A negative wait was none that ever ended. */
static void
a_flush_without_a_centre_is_late(void **unused)
{
	(void)unused;
	char text[EVENT_BYTES], sentence[JUYAN_SENTENCE_BYTES];
	struct juyan *juyan = open_handle("four", true);
	server_stop(&server);
	assert_int_equal(juyan_take(juyan, text, event(text, "B-2"), sentence, sizeof sentence), JUYAN_OK);
	assert_int_equal(juyan_flush(juyan, -7), JUYAN_LATE);
	assert_int_equal(juyan_flush(juyan, 50), JUYAN_LATE);
	juyan_close(&juyan);
	server_start(&server);
	juyan = open_handle("four", false);
	all_is_at_the_centre(juyan, 1);
	juyan_close(&juyan);
}

static void
options_that_cannot_be_are_told(void **unused)
{
	(void)unused;
	char sentence[JUYAN_SENTENCE_BYTES];
	struct juyan *juyan = NULL;
	const struct juyan_options wrong[] = { { .centre = NULL },
		{ "nonsense", "/nowhere", "/nowhere", "/nowhere", 0, NULL, NULL },
		{ "tcp://127.0.0.1:1", "/nowhere", "/nowhere", "/nowhere", 0, NULL, NULL } };
	static const char *const said[] = { "centre is not set", "the option centre: ", "/nowhere" };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_int_equal(juyan_open(&wrong[i], &juyan, sentence, sizeof sentence), JUYAN_SETTING);
		assert_non_null(strstr(sentence, said[i]));
	}
	assert_int_equal(atoi(juyan_version()), JUYAN_API_VERSION);
}

static int
setup(void **state)
{
	(void)state;
	folder_make(server.folder);
	snprintf(server.listen, sizeof server.listen, "tcp://127.0.0.1:0");
	server.log_stream = tmpfile();
	server_start(&server);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	server_stop(&server);
	fclose(server.log_stream);
	folder_remove(server.folder);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_threads_take_while_the_centre_comes_and_goes),
		cmocka_unit_test(what_is_wrong_is_refused_at_once),
		cmocka_unit_test(a_flush_without_a_centre_is_late),
		cmocka_unit_test(options_that_cannot_be_are_told),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
