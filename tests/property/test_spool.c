/*
 * A spool against a plain list in memory: random takings, readings, forgettings, handings over and openings anew, as a terminal's
 * life brings them. After each step both say the same; numbers never meet twice, and never leave a gap, whatever a centre says.
 *
 * JUYAN_SPOOLS=N sets how many lives (40).
 * also: address
 */
#include "check.h"

#include <unistd.h>

#include "../any.h"
#include "../unit/folder.h"
#include "spool.h"

enum { LIVES = 40, STEPS = 60, EVENTS_MAX = 4000, EVENT_MAX = 300, BYTES_MAX = 1 << 20, ARENA = 1 << 20, TAKE_MAX = 40 };

struct life {
	char dir[FOLDER_BYTES];
	struct spool *spool;
	struct arena arena;
	uint8_t key[PUBLIC_KEY_BYTES];
	uint64_t settled, taken;
	uint16_t sizes[EVENTS_MAX]; /* of the event at place i + 1; its bytes follow from its place */
	struct spool_numbering numbering;
	uint64_t lost;
};

static void
fill(uint8_t *out, uint64_t place, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		out[i] = (uint8_t)(place * 31 + i * 7);
}

static void
must(enum status status, const struct reason *why)
{
	if (status != STATUS_OK)
		fail_msg("%s: %s", status_name(status), why->text);
}

static void
open_spool(struct life *life)
{
	struct reason why = { "" };
	const struct spool_options options = { life->dir, BYTES_MAX, life->key };
	must(spool_open(&options, &life->spool, &why), &why);
}

/* ---- steps ---- */

static void
take(struct life *life)
{
	static uint8_t bytes[TAKE_MAX][EVENT_MAX];
	struct span events[TAKE_MAX];
	struct reason why = { "" };
	uint64_t last = 0;
	size_t n = 1 + any_below(TAKE_MAX);
	if (life->taken + n > EVENTS_MAX)
		return;
	for (size_t i = 0; i < n; i++) {
		uint64_t place = life->taken + 1 + i;
		life->sizes[place - 1] = (uint16_t)any_below(EVENT_MAX);
		fill(bytes[i], place, life->sizes[place - 1]);
		events[i] = (struct span){ bytes[i], life->sizes[place - 1] };
	}
	enum status status = spool_take(life->spool, events, n, (int64_t)(1000 + life->taken), NULL, &last, &why);
	if (status == STATUS_NO_ROOM)
		return; /* and nothing of it is there: the state is compared after each step */
	must(status, &why);
	life->taken += n;
	assert_int_equal(last, life->taken);
}

static void
read_some(struct life *life)
{
	static uint8_t expected[EVENT_MAX];
	struct spool_event events[TAKE_MAX];
	struct reason why = { "" };
	size_t n = TAKE_MAX;
	uint64_t place = life->settled + 1 + any_below(life->taken - life->settled + 1);
	arena_reset(&life->arena);
	must(spool_read(life->spool, place, &life->arena, events, &n, &why), &why);
	uint64_t there = life->taken + 1 - place;
	assert_int_equal(n, there < TAKE_MAX ? there : TAKE_MAX);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(events[i].place, place + i);
		assert_int_equal(events[i].bytes.bytes, life->sizes[place + i - 1]);
		fill(expected, place + i, events[i].bytes.bytes);
		assert_memory_equal(events[i].bytes.data, expected, events[i].bytes.bytes);
	}
}

static void
settle(struct life *life)
{
	struct reason why = { "" };
	uint64_t place = life->settled + any_below(life->taken - life->settled + 1);
	must(spool_settle(life->spool, place, &why), &why);
	life->settled = place;
	assert_int_equal(spool_settle(life->spool, life->taken + 1, &why), STATUS_OUT_OF_RANGE);
}

static uint64_t
number_of(const struct spool_numbering *numbering, uint64_t place)
{
	return numbering->seq + (place - numbering->place);
}

/* A Welcome with any number: what follows continues it without a gap, and what is settled keeps its number. */
static void
welcome(struct life *life)
{
	struct spool_state state;
	struct spool_numbering next;
	struct reason why = { "" };
	uint64_t lost;
	must(spool_state(life->spool, &state, &why), &why);
	uint64_t last = any_below(2 * life->taken + 4);
	enum spool_fit fit = spool_fit(&state, last, &next, &lost);
	if (fit == SPOOL_FITS) {
		assert_memory_equal(&next, &life->numbering, sizeof next);
		assert_true(number_of(&next, life->settled + 1) <= last + 1);
		assert_true(number_of(&next, life->taken + 1) >= last + 1);
	} else {
		assert_int_equal(number_of(&next, life->settled + 1), last + 1);
		assert_int_equal(fit == SPOOL_BEHIND, lost > 0);
	}
	must(spool_number(life->spool, &next, lost, &why), &why);
	life->numbering = next;
	life->lost += lost;
}

static void
begin_anew(struct life *life)
{
	struct reason why = { "" };
	struct spool *other = NULL;
	uint8_t strange[PUBLIC_KEY_BYTES] = { 9, 9 };
	const struct spool_options options = { life->dir, BYTES_MAX, strange };
	spool_close(&life->spool);
	assert_int_equal(spool_open(&options, &other, &why), STATUS_CONTRADICTION);
	assert_null(other);
	open_spool(life);
	if (any_below(4) != 0)
		return;
	life->key[0]++;
	life->numbering = (struct spool_numbering){ 0, 0 };
	must(spool_hand_over(life->spool, life->key, &why), &why);
}

static void
compare(struct life *life)
{
	struct spool_state state;
	struct reason why = { "" };
	must(spool_state(life->spool, &state, &why), &why);
	assert_int_equal(state.settled, life->settled);
	assert_int_equal(state.taken, life->taken);
	assert_int_equal(state.lost, life->lost);
	assert_memory_equal(&state.numbering, &life->numbering, sizeof state.numbering);
	assert_memory_equal(state.key, life->key, sizeof state.key);
	assert_true(state.used_bytes <= BYTES_MAX);
	assert_int_equal(state.oldest_ms > 0, state.taken > state.settled);
}

static void
live(struct life *life)
{
	static void (*const steps[])(struct life *) = { take, take, take, read_some, settle, welcome, begin_anew };
	folder_make_quick(life->dir);
	open_spool(life);
	for (int i = 0; i < STEPS; i++) {
		steps[any_below(sizeof steps / sizeof steps[0])](life);
		compare(life);
	}
	spool_close(&life->spool);
	folder_remove(life->dir);
}

static void
a_spool_is_a_list_that_lasts(void **unused)
{
	(void)unused;
	const char *wanted = getenv("JUYAN_SPOOLS");
	size_t lives = wanted != NULL ? strtoul(wanted, NULL, 10) : LIVES;
	any_begin();
	for (size_t i = 0; i < lives; i++) {
		struct life life = { 0 };
		assert_int_equal(arena_open(&life.arena, ARENA), STATUS_OK);
		live(&life);
		arena_close(&life.arena);
	}
}

/* A full spool takes nothing more, says so, and takes again once the centre has some: however often, however large events are. */
static void
fill_and_empty(size_t event_bytes)
{
	static uint8_t bytes[EVENT_BYTES_MAX];
	const struct span event = { bytes, event_bytes };
	struct life life = { 0 };
	struct reason why = { "" };
	folder_make_quick(life.dir);
	open_spool(&life);
	for (int turn = 0; turn < 20; turn++) {
		enum status status;
		uint64_t before = life.taken, last;
		while ((status = spool_take(life.spool, &event, 1, 1, NULL, &last, &why)) == STATUS_OK)
			life.taken = last;
		assert_int_equal(status, STATUS_NO_ROOM);
		assert_non_null(strstr(why.text, "full"));
		assert_true((life.taken - before) * event_bytes > 300 * 1000 || turn > 0);
		life.settled = turn % 3 == 0 ? life.taken : life.settled + (life.taken - life.settled) / 2;
		must(spool_settle(life.spool, life.settled, &why), &why);
		compare(&(struct life){ .spool = life.spool, .settled = life.settled, .taken = life.taken });
	}
	spool_close(&life.spool);
	folder_remove(life.dir);
}

static void
full_and_room_again(void **unused)
{
	(void)unused;
	fill_and_empty(1000);
	fill_and_empty(2100);
	fill_and_empty(20000);
	fill_and_empty(EVENT_BYTES_MAX);
}

/* The note of a file goes with its events; of too many files the first ones are not known any more. */
static void
files_are_noted_with_their_events(void **unused)
{
	(void)unused;
	struct life life = { 0 };
	struct reason why = { "" };
	struct spool_file file = { { 0 }, 0 };
	uint64_t last = 0, taken = 9;
	folder_make_quick(life.dir);
	open_spool(&life);
	must(spool_file_taken(life.spool, file.hash, &taken, &why), &why);
	assert_int_equal(taken, 0);
	for (uint64_t i = 0; i < SPOOL_FILES_MAX + 2; i++) {
		memcpy(file.hash, &i, sizeof i);
		file.taken = i + 1;
		must(spool_take(life.spool, &(struct span){ file.hash, 1 }, i % 1000 == 0, 1, &file, &last, &why), &why);
	}
	const uint64_t asked[] = { 0, 1, 2, SPOOL_FILES_MAX + 1 }, expected[] = { 0, 0, 3, SPOOL_FILES_MAX + 2 };
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		memcpy(file.hash, &asked[i], sizeof asked[i]);
		must(spool_file_taken(life.spool, file.hash, &taken, &why), &why);
		assert_int_equal(taken, expected[i]);
	}
	const struct span large = { file.hash, EVENT_BYTES_MAX + 1 };
	file.taken = 77;
	assert_int_equal(spool_take(life.spool, &large, 1, 1, &file, &last, &why), STATUS_TOO_LARGE);
	must(spool_file_taken(life.spool, file.hash, &taken, &why), &why);
	assert_int_equal(taken, SPOOL_FILES_MAX + 2);
	spool_close(&life.spool);
	folder_remove(life.dir);
}

/* Whoever looks at a folder leaves nothing there. */
static void
where_no_spool_is_none_is_made(void **unused)
{
	(void)unused;
	struct life life = { 0 };
	struct spool *spool = NULL;
	struct reason why = { "" };
	folder_make_quick(life.dir);
	folder_remove(life.dir);
	const struct spool_options options = { life.dir, 0, NULL };
	assert_int_equal(spool_open(&options, &spool, &why), STATUS_NOT_FOUND);
	assert_int_not_equal(access(life.dir, F_OK), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_spool_is_a_list_that_lasts), cmocka_unit_test(full_and_room_again),
		cmocka_unit_test(files_are_noted_with_their_events), cmocka_unit_test(where_no_spool_is_none_is_made) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
