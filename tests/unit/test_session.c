/*
 * The rules of a session, tried on random interleavings of batches from several connections of several terminals, and compared
 * with a model that knows only arrays: what is on disk, what was taken, and what each event is owed.
 */
#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

enum { TERMINALS = 3, CONNECTIONS = 5, NUMBERS_MAX = 4000, BATCH_MAX = 12, GROUP_ENTRIES = 10, RECEIPTS_MAX = 64 };

static uint64_t random_state;

static uint32_t
chance(uint32_t below)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((random_state >> 33) % below);
}

/* What the model knows of one terminal: contents by number, and how many of them are on disk. */
struct shelf {
	uint8_t content[NUMBERS_MAX];
	uint64_t taken;
	uint64_t on_disk;
	uint64_t conflicts_on_disk;
};

/* One event's expected or given answer. */
struct owed {
	Juyan__V1__Disposition disposition;
	enum status status;
};

/* A batch that waits for its answer, with what the model expects. */
struct waiting {
	struct receipt receipt;
	size_t connection;
	size_t terminal;
	uint8_t content[BATCH_MAX];
	struct owed owed[BATCH_MAX];
	uint64_t tail;
	uint32_t settled; /* events whose outcome is on disk */
};

struct world {
	struct shelf shelves[TERMINALS];
	struct stream streams[TERMINALS];
	struct session sessions[CONNECTIONS];
	size_t speaks_for[CONNECTIONS];
	uint64_t hellos;

	struct entry entries[GROUP_ENTRIES];
	struct answer answers[RECEIPTS_MAX * BATCH_MAX];
	struct arena texts;
	struct admission admission;
	struct court court;

	struct waiting waiting[RECEIPTS_MAX];
	size_t n_waiting;
	size_t admitting; /* index of the batch under admission */
	bool full;        /* the disk has no room: commits fail */
	uint64_t events;
};

static uint8_t stored_byte;

/* Content is one byte; its value says what the judge thinks of it. */
static enum status
verdict_of(uint8_t content)
{
	switch (content % 8) {
	case 1:
		return STATUS_UNKNOWN_PORT;
	case 2:
		return STATUS_NOT_AUTHORISED;
	case 3:
		return STATUS_UNDECODABLE;
	default:
		return STATUS_OK;
	}
}

static enum status
fake_stored(void *user, uint32_t terminal_no, uint64_t stream_seq, struct span *out)
{
	const struct world *world = user;
	const struct shelf *shelf = &world->shelves[terminal_no - 1];
	assert_true(stream_seq >= 1 && stream_seq <= shelf->on_disk);
	stored_byte = shelf->content[stream_seq];
	*out = (struct span){ &stored_byte, 1 };
	return STATUS_OK;
}

static enum status
fake_judge(void *user, uint32_t terminal_no, struct span bytes, const Juyan__V1__Event **out, struct reason *why)
{
	static Juyan__V1__Event plain, administrative;
	juyan__v1__event__init(&plain);
	juyan__v1__event__init(&administrative);
	plain.what_case = JUYAN__V1__EVENT__WHAT_RELEASED;
	administrative.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	const struct world *world = user;
	assert_int_equal(bytes.bytes, 1);
	assert_true(terminal_no >= 1 && terminal_no <= TERMINALS);
	if (world->admission.n_entries > 0 && chance(50) == 0)
		return STATUS_BUSY;
	enum status verdict = verdict_of(bytes.data[0]);
	if (verdict != STATUS_UNDECODABLE)
		*out = bytes.data[0] % 8 == 7 ? &administrative : &plain;
	return verdict == STATUS_OK ? STATUS_OK : reason_say(why, verdict, "content %u", bytes.data[0]);
}

/* ---- the model ---- */

static void
model_admit(struct world *world, struct waiting *w, uint32_t n)
{
	struct shelf *shelf = &world->shelves[w->terminal];
	bool refusing = false;
	struct owed refusal = { JUYAN__V1__DISPOSITION__REFUSED, STATUS_OK };
	for (uint32_t i = 0; i < n; i++) {
		uint64_t seq = w->receipt.first + i;
		struct owed *owed = &w->owed[i];
		if (refusing) {
			*owed = refusal;
		} else if (seq <= shelf->taken && shelf->content[seq] == w->content[i]) {
			*owed = (struct owed){ JUYAN__V1__DISPOSITION__DUPLICATE, STATUS_DUPLICATE_EVENT };
		} else if (seq <= shelf->taken) {
			*owed = (struct owed){ JUYAN__V1__DISPOSITION__CONFLICT, STATUS_CONFLICTING_EVENT };
			if (world->admission.room != STATUS_OK)
				*owed = (struct owed){ JUYAN__V1__DISPOSITION__REFUSED, STATUS_NO_ROOM };
		} else if (world->admission.room != STATUS_OK || seq > shelf->taken + 1) {
			refusing = true;
			refusal.status = world->admission.room != STATUS_OK ? STATUS_NO_ROOM : STATUS_GAP;
			*owed = refusal;
		} else {
			shelf->taken = seq;
			shelf->content[seq] = w->content[i];
			enum status verdict = verdict_of(w->content[i]);
			owed->status = verdict;
			owed->disposition = verdict == STATUS_OK ? JUYAN__V1__DISPOSITION__ACCEPTED
			    : verdict == STATUS_NOT_AUTHORISED   ? JUYAN__V1__DISPOSITION__REFUSED
								 : JUYAN__V1__DISPOSITION__QUARANTINED;
		}
	}
	w->tail = shelf->taken;
}

/*
 * A commit failed: what stands beyond the disk is refused, and so is a conflict whose evidence went with it or was still to be
 * written.
 */
static void
model_fail(struct world *world, struct waiting *w)
{
	struct shelf *shelf = &world->shelves[w->terminal];
	for (uint32_t i = 0; i < w->receipt.n; i++) {
		bool lost_conflict = w->owed[i].disposition == JUYAN__V1__DISPOSITION__CONFLICT && i >= w->settled;
		if (w->receipt.first + i > shelf->on_disk || lost_conflict)
			w->owed[i] = (struct owed){ JUYAN__V1__DISPOSITION__REFUSED, STATUS_NO_ROOM };
	}
	w->tail = shelf->on_disk;
}

/* ---- what an ingest does, in small ---- */

static void
write_entries(struct world *world)
{
	for (size_t i = 0; i < world->admission.n_entries; i++) {
		const struct entry *entry = &world->entries[i];
		struct shelf *shelf = &world->shelves[entry->terminal_no - 1];
		uint8_t content = entry->bytes.data[0];
		if (entry->verdict == STATUS_CONFLICTING_EVENT) {
			assert_true(entry->stream_seq <= shelf->on_disk && shelf->content[entry->stream_seq] != content);
			shelf->conflicts_on_disk++;
			continue;
		}
		assert_int_equal(entry->stream_seq, shelf->on_disk + 1);
		assert_int_equal(shelf->content[entry->stream_seq], content);
		assert_int_equal(entry->verdict, verdict_of(content));
		bool ends_group = entry->event != NULL && entry->event->what_case == JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
		assert_true(!ends_group || i + 1 == world->admission.n_entries);
		shelf->on_disk++;
	}
	world->admission.n_entries = 0;
}

static void
settle(struct world *world)
{
	bool fails = world->full && world->admission.n_entries > 0;
	if (!fails)
		write_entries(world);
	else
		world->admission.room = STATUS_NO_ROOM;
	world->admission.n_entries = 0;
	for (size_t i = 0; i < TERMINALS && fails; i++)
		world->shelves[i].taken = world->shelves[i].on_disk;
	for (size_t i = 0; i < world->n_waiting; i++) {
		struct waiting *w = &world->waiting[i];
		if (fails) {
			model_fail(world, w);
			session_failed(&w->receipt, world->answers, STATUS_NO_ROOM, "the disk is full");
		} else {
			w->settled = w->receipt.done;
			session_committed(&w->receipt);
		}
	}
}

/* What the receipt says of event i, read as an answer's packer would. */
static struct owed
given(const struct world *world, const struct receipt *receipt, uint32_t i)
{
	uint64_t seq = receipt->first + i;
	if (receipt->refused != STATUS_OK && seq >= receipt->refused_from)
		return (struct owed){ JUYAN__V1__DISPOSITION__REFUSED, receipt->refused };
	for (size_t a = receipt->answers_from; a < receipt->answers_to; a++)
		if (world->answers[a].stream_seq == seq)
			return (struct owed){ world->answers[a].disposition, world->answers[a].status };
	return (struct owed){ JUYAN__V1__DISPOSITION__ACCEPTED, STATUS_OK };
}

static void
answer_all(struct world *world)
{
	settle(world);
	for (size_t i = 0; i < world->n_waiting; i++) {
		struct waiting *w = &world->waiting[i];
		assert_int_equal(w->receipt.tail, w->tail);
		assert_true(w->receipt.tail <= world->shelves[w->terminal].on_disk);
		for (size_t a = w->receipt.answers_from + 1; a < w->receipt.answers_to; a++)
			assert_true(world->answers[a - 1].stream_seq < world->answers[a].stream_seq);
		for (uint32_t e = 0; e < w->receipt.n; e++) {
			struct owed owed = given(world, &w->receipt, e);
			assert_int_equal(owed.disposition, w->owed[e].disposition);
			assert_int_equal(owed.status, w->owed[e].status);
		}
		session_end(&world->sessions[w->connection], &w->receipt);
	}
	for (size_t i = 0; i < TERMINALS; i++) {
		assert_int_equal(world->streams[i].on_disk, world->shelves[i].on_disk);
		assert_int_equal(world->streams[i].taken, world->shelves[i].taken);
	}
	world->n_waiting = 0;
	world->admission.n_answers = 0;
	arena_reset(&world->texts);
}

static void
say_hello(struct world *world, size_t connection)
{
	session_hello(&world->sessions[connection], &world->streams[world->speaks_for[connection]], ++world->hellos);
}

/* Where a random batch begins: mostly where the stream goes on, else before it, in it or beyond it. */
static uint64_t
random_first(const struct shelf *shelf)
{
	uint64_t next = shelf->taken + 1;
	switch (chance(10)) {
	case 0:
		return next + 1 + chance(5);
	case 1:
	case 2:
	case 3: {
		uint64_t back = chance(2 * BATCH_MAX);
		return back < next ? next - back : 1;
	}
	default:
		return next;
	}
}

static void
say_batch(struct world *world, size_t connection)
{
	struct waiting *w = &world->waiting[world->n_waiting];
	size_t terminal = world->speaks_for[connection];
	struct shelf *shelf = &world->shelves[terminal];
	*w = (struct waiting){ .connection = connection, .terminal = terminal };
	struct span events[BATCH_MAX];
	struct batch batch = { .first = random_first(shelf), .n = 1 + chance(BATCH_MAX), .events = events };
	for (uint32_t i = 0; i < batch.n; i++) {
		uint64_t seq = batch.first + i;
		bool same = seq <= shelf->taken && chance(10) != 0;
		w->content[i] = same ? shelf->content[seq] : (uint8_t)chance(256);
		events[i] = (struct span){ &w->content[i], 1 };
	}
	struct session *session = &world->sessions[connection];
	uint32_t under_way = session->under_way;
	enum status s = session_begin(session, &batch, &w->receipt, NULL);
	assert_int_equal(s, session->stream == NULL ? STATUS_NO_HELLO : under_way == WINDOW_BATCHES ? STATUS_WINDOW : STATUS_OK);
	if (s != STATUS_OK) {
		*session = (struct session){ 0 };
		return;
	}
	world->n_waiting++;
	world->events += batch.n;
	/* The model takes the batch as a whole; a commit that fails on the way takes it back. */
	model_admit(world, w, batch.n);
	int busy = 0;
	for (bool in_parts = chance(3) == 0;;) {
		if (in_parts && w->receipt.done < batch.n)
			w->receipt.until = w->receipt.done + 1 + chance(batch.n - w->receipt.done);
		s = session_admit(&w->receipt, &batch, &world->admission, &world->court, NULL);
		if (s != STATUS_BUSY && w->receipt.done == batch.n)
			break;
		assert_true(s == STATUS_BUSY || w->receipt.done == w->receipt.until);
		settle(world);
		assert_true(++busy <= 4 * BATCH_MAX);
	}
	assert_int_equal(s, STATUS_OK);
	assert_int_equal(w->receipt.done, batch.n);
}

static void
play(struct world *world, int steps)
{
	for (int step = 0; step < steps; step++) {
		bool nearly_full = world->n_waiting + 1 == RECEIPTS_MAX;
		for (size_t i = 0; i < TERMINALS; i++)
			nearly_full |= world->shelves[i].taken + 4 * BATCH_MAX > NUMBERS_MAX;
		if (nearly_full && world->n_waiting == 0)
			return;
		size_t connection = chance(CONNECTIONS);
		if (nearly_full || chance(6) == 0) {
			answer_all(world);
			world->full = chance(8) == 0;
			world->admission.room = chance(8) == 0 ? STATUS_NO_ROOM : STATUS_OK;
		} else if (chance(20) == 0) {
			say_hello(world, connection);
		} else {
			say_batch(world, connection);
		}
	}
	world->full = false;
	answer_all(world);
}

static struct world *
world_open(void)
{
	struct world *world = calloc(1, sizeof *world);
	assert_non_null(world);
	assert_int_equal(arena_open(&world->texts, 4096), STATUS_OK);
	for (size_t i = 0; i < TERMINALS; i++)
		world->streams[i].terminal_no = (uint32_t)i + 1;
	for (size_t i = 0; i < CONNECTIONS; i++)
		world->speaks_for[i] = i % TERMINALS;
	world->admission = (struct admission){
		.entries = world->entries,
		.entries_max = GROUP_ENTRIES,
		.answers = world->answers,
		.answers_max = RECEIPTS_MAX * BATCH_MAX,
		.texts = &world->texts,
		.room_sentence = "the disk is full",
	};
	world->court = (struct court){ .stored = fake_stored, .judge = fake_judge, .user = world };
	return world;
}

static void
world_close(struct world *world)
{
	arena_close(&world->texts);
	free(world);
}

static void
random_histories_agree_with_the_model(void **state)
{
	(void)state;
	const char *given_seed = getenv("JUYAN_SEED");
	uint64_t seed = given_seed != NULL ? strtoull(given_seed, NULL, 10) : UINT64_C(20250131);
	printf("seed=%" PRIu64 "\n", seed);
	random_state = seed;
	uint64_t events = 0;
	while (events < 1000000) {
		struct world *world = world_open();
		play(world, 2000);
		events += world->events;
		world_close(world);
	}
	printf("%" PRIu64 " events\n", events);
}

static enum status
begin(uint64_t first, uint32_t n, const struct span *events)
{
	struct stream stream = { .terminal_no = 1 };
	struct session session = { 0 };
	session_hello(&session, &stream, 1);
	struct batch batch = { .first = first, .n = n, .events = events };
	struct receipt receipt;
	struct reason why = { "" };
	enum status s = session_begin(&session, &batch, &receipt, &why);
	assert_int_equal(session.under_way, s == STATUS_OK ? 1 : 0);
	assert_true(s == STATUS_OK || why.text[0] != '\0');
	return s;
}

static void
a_batch_in_the_wrong_shape_is_refused(void **state)
{
	(void)state;
	static const uint8_t big[EVENT_BYTES_MAX + 1];
	static struct span events[BATCH_EVENTS_MAX + 1];
	for (size_t i = 0; i <= BATCH_EVENTS_MAX; i++)
		events[i] = (struct span){ big, 1 };
	assert_int_equal(begin(1, 0, events), STATUS_NO_CONTENT);
	assert_int_equal(begin(0, 1, events), STATUS_OUT_OF_RANGE);
	assert_int_equal(begin(UINT64_MAX, 1, events), STATUS_OK);
	assert_int_equal(begin(UINT64_MAX, 2, events), STATUS_OUT_OF_RANGE);
	assert_int_equal(begin(UINT64_MAX - 8, 10, events), STATUS_OUT_OF_RANGE);
	assert_int_equal(begin(1, BATCH_EVENTS_MAX, events), STATUS_OK);
	assert_int_equal(begin(1, BATCH_EVENTS_MAX + 1, events), STATUS_TOO_MANY);
	events[1].bytes = EVENT_BYTES_MAX;
	assert_int_equal(begin(1, 2, events), STATUS_OK);
	events[1].bytes = EVENT_BYTES_MAX + 1;
	assert_int_equal(begin(1, 2, events), STATUS_TOO_LARGE);
}

static void
a_gap_near_the_last_number_is_a_gap(void **state)
{
	(void)state;
	struct world *world = world_open();
	say_hello(world, 0);
	uint8_t content = 0;
	struct span event = { &content, 1 };
	struct batch batch = { .first = UINT64_MAX, .n = 1, .events = &event };
	struct receipt receipt;
	assert_int_equal(session_begin(&world->sessions[0], &batch, &receipt, NULL), STATUS_OK);
	assert_int_equal(session_admit(&receipt, &batch, &world->admission, &world->court, NULL), STATUS_OK);
	assert_int_equal(receipt.refused, STATUS_GAP);
	assert_int_equal(receipt.refused_from, UINT64_MAX);
	assert_int_equal(receipt.tail, 0);
	assert_string_equal(receipt.sentence, "the stream has a gap: I expect 1, and this batch begins with 18446744073709551615");
	world_close(world);
}

static void
batches_of_an_earlier_hello_leave_the_window_free(void **state)
{
	(void)state;
	struct stream stream = { .terminal_no = 1 };
	struct session session = { 0 };
	uint8_t content = 0;
	struct span event = { &content, 1 };
	struct batch batch = { .first = 1, .n = 1, .events = &event };
	struct receipt old, receipt;
	assert_int_equal(session_begin(&session, &batch, &old, NULL), STATUS_NO_HELLO);
	session_hello(&session, &stream, 1);
	for (int i = 0; i < WINDOW_BATCHES; i++)
		assert_int_equal(session_begin(&session, &batch, &old, NULL), STATUS_OK);
	assert_int_equal(session_begin(&session, &batch, &receipt, NULL), STATUS_WINDOW);
	session_hello(&session, &stream, 2);
	assert_int_equal(session_begin(&session, &batch, &receipt, NULL), STATUS_OK);
	session_end(&session, &old);
	assert_int_equal(session.under_way, 1);
	session_end(&session, &receipt);
	assert_int_equal(session.under_way, 0);
}

static enum status
judge_by_content(void *user, uint32_t terminal_no, struct span bytes, const Juyan__V1__Event **out, struct reason *why)
{
	(void)user;
	(void)terminal_no;
	(void)why;
	*out = NULL;
	return verdict_of(bytes.data[0]);
}

/* It was answered twice over: the refusal of the whole, and beside it the old answer, and that was more than its events. */
static void
a_failed_commit_in_the_midst_of_a_batch_takes_its_answers_back(void **state)
{
	(void)state;
	struct world *world = world_open();
	say_hello(world, 0);
	uint8_t content[] = { 3, 0, 0 };
	struct span events[] = { { &content[0], 1 }, { &content[1], 1 }, { &content[2], 1 } };
	struct batch batch = { .first = 1, .n = 3, .events = events };
	struct receipt receipt;
	world->court.judge = judge_by_content;
	world->admission.entries_max = 2;
	assert_int_equal(session_begin(&world->sessions[0], &batch, &receipt, NULL), STATUS_OK);
	assert_int_equal(session_admit(&receipt, &batch, &world->admission, &world->court, NULL), STATUS_BUSY);
	assert_int_equal(receipt.answers_to - receipt.answers_from, 1);
	session_failed(&receipt, world->answers, STATUS_NO_ROOM, "the disk is full");
	world->admission.n_entries = 0;
	world->admission.room = STATUS_NO_ROOM;
	assert_int_equal(session_admit(&receipt, &batch, &world->admission, &world->court, NULL), STATUS_OK);
	assert_int_equal(receipt.answers_to - receipt.answers_from, 0);
	assert_int_equal(receipt.refused, STATUS_NO_ROOM);
	assert_int_equal(receipt.refused_from, 1);
	world_close(world);
}

/* Numbers 5 and 6 came on disk by another batch: the one that was refused for a gap was said to be on disk, unread. */
static void
a_batch_with_a_gap_gains_nothing_by_a_later_commit_that_fails(void **state)
{
	(void)state;
	struct world *world = world_open();
	say_hello(world, 0);
	uint8_t content = 0;
	struct span event = { &content, 1 }, events[] = { event, event, event, event, event, event };
	struct batch gap = { .first = 5, .n = 2, .events = events }, whole = { .first = 1, .n = 6, .events = events };
	struct receipt receipts[2];
	world->court.judge = judge_by_content;
	assert_int_equal(session_begin(&world->sessions[0], &gap, &receipts[0], NULL), STATUS_OK);
	assert_int_equal(session_admit(&receipts[0], &gap, &world->admission, &world->court, NULL), STATUS_OK);
	assert_int_equal(receipts[0].refused, STATUS_GAP);
	assert_int_equal(session_begin(&world->sessions[0], &whole, &receipts[1], NULL), STATUS_OK);
	assert_int_equal(session_admit(&receipts[1], &whole, &world->admission, &world->court, NULL), STATUS_OK);
	for (size_t i = 0; i < 2; i++)
		session_committed(&receipts[i]);
	for (size_t i = 0; i < 2; i++)
		session_failed(&receipts[i], world->answers, STATUS_NO_ROOM, "the disk is full");
	assert_int_equal(receipts[0].tail, 0);
	assert_int_equal(receipts[0].refused_from, 5);
	assert_int_equal(receipts[1].tail, 6);
	assert_int_equal(receipts[1].refused, STATUS_OK);
	world_close(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_batch_in_the_wrong_shape_is_refused),
		cmocka_unit_test(a_gap_near_the_last_number_is_a_gap),
		cmocka_unit_test(batches_of_an_earlier_hello_leave_the_window_free),
		cmocka_unit_test(a_failed_commit_in_the_midst_of_a_batch_takes_its_answers_back),
		cmocka_unit_test(a_batch_with_a_gap_gains_nothing_by_a_later_commit_that_fails),
		cmocka_unit_test(random_histories_agree_with_the_model),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
