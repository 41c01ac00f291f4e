/*
 * A group after its commit: where the ledger has turned verdicts, the answers get into their places between those that were known
 * before; where the disk had no room, everything is refused that is not on disk.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "any.h"
#include "group.h"

enum { STREAMS = 3, BATCHES = 12, BATCH_MAX = 9, EVENTS_MAX = 64, ROUNDS = 3000 };

static uint8_t on_file; /* what stands under every number that is on disk */

static enum status
stored(void *user, uint32_t terminal_no, uint64_t stream_seq, struct span *out)
{
	(void)user;
	(void)terminal_no;
	(void)stream_seq;
	*out = (struct span){ &on_file, 1 };
	return STATUS_OK;
}

/* Events of one byte: 1 cannot be decoded, everything else is well. */
static enum status
judge(void *user, uint32_t terminal_no, struct span bytes, const Juyan__V1__Event **out, struct reason *why)
{
	static Juyan__V1__Event event;
	(void)user;
	(void)terminal_no;
	juyan__v1__event__init(&event);
	if (bytes.data[0] == 1)
		return reason_say(why, STATUS_UNDECODABLE, "a one");
	*out = &event;
	return STATUS_OK;
}

static struct world {
	struct group group;
	struct stream streams[STREAMS];
	struct session sessions[STREAMS];
	uint8_t content[BATCHES][BATCH_MAX];
} world;

/* Several batches into the group: new events, and old ones under numbers that are on disk, some with other content. */
static void
gather(void)
{
	const struct court court = { .stored = stored, .judge = judge };
	world.group.admission.room = STATUS_OK;
	for (size_t b = 0; b < BATCHES; b++) {
		struct span events[BATCH_MAX];
		size_t terminal = any_below(STREAMS);
		struct stream *stream = &world.streams[terminal];
		struct batch batch = { .first = stream->taken + 1, .n = 1 + (uint32_t)any_below(BATCH_MAX), .events = events };
		if (any_chance(30) && stream->on_disk >= BATCH_MAX && stream->taken == stream->on_disk)
			batch.first = stream->on_disk + 1 - any_below(BATCH_MAX);
		if (!group_fits(&world.group, batch.n) || world.sessions[terminal].under_way == WINDOW_BATCHES)
			return;
		for (size_t i = 0; i < batch.n; i++) {
			world.content[b][i] = (uint8_t)any_below(4);
			events[i] = (struct span){ &world.content[b][i], 1 };
		}
		struct bus_peer peer = { .local = true };
		struct reply *reply = group_reply(&world.group, REPLY_ACK, 0, &peer);
		world.group.n_events += batch.n;
		assert_int_equal(session_begin(&world.sessions[terminal], &batch, &reply->receipt, NULL), STATUS_OK);
		assert_int_equal(session_admit(&reply->receipt, &batch, &world.group.admission, &court, NULL), STATUS_OK);
	}
}

/* What a receipt has to say of each of its entries: exactly one answer for a verdict other than OK, in order. */
static void
check_answers(const struct receipt *receipt, const struct entry *entries, const struct entry *end)
{
	const struct answer *answers = world.group.admission.answers;
	for (size_t a = receipt->answers_from + 1; a < receipt->answers_to; a++)
		assert_true(answers[a - 1].stream_seq < answers[a].stream_seq);
	size_t wrong = 0;
	for (const struct entry *entry = entries; entry < end; entry++) {
		size_t found = 0;
		for (size_t a = receipt->answers_from; a < receipt->answers_to; a++)
			found += answers[a].stream_seq == entry->stream_seq && answers[a].status == entry->verdict;
		assert_int_equal(found, entry->verdict == STATUS_OK ? 0 : 1);
		wrong += found;
	}
	for (size_t a = receipt->answers_from; a < receipt->answers_to; a++)
		wrong += answers[a].disposition == JUYAN__V1__DISPOSITION__DUPLICATE;
	assert_int_equal(wrong, receipt->answers_to - receipt->answers_from);
}

/* As the committer and the ledger do, who turn some verdicts. */
static void
commit(struct entry *copies)
{
	struct admission *admission = &world.group.admission;
	struct commit *done = &world.group.commit;
	*done = (struct commit){ .entries = admission->entries, .n = admission->n_entries };
	for (size_t i = 0; i < done->n; i++) {
		if (done->entries[i].verdict == STATUS_OK && any_chance(10))
			done->entries[i].verdict = STATUS_TOO_MANY;
		done->n_wrong += done->entries[i].verdict != STATUS_OK;
	}
	memcpy(copies, done->entries, done->n * sizeof *copies);
}

static void
answers_find_their_places(void **state)
{
	(void)state;
	any_begin();
	for (int round = 0; round < ROUNDS; round++) {
		struct entry copies[EVENTS_MAX];
		size_t from[BATCHES], to[BATCHES];
		gather();
		for (size_t i = 0; i < world.group.n_replies; i++) {
			from[i] = world.group.replies[i].receipt.entries_from;
			to[i] = world.group.replies[i].receipt.entries_to;
		}
		commit(copies);
		group_committed(&world.group);
		for (size_t i = 0; i < world.group.n_replies; i++) {
			struct receipt *receipt = &world.group.replies[i].receipt;
			check_answers(receipt, copies + from[i], copies + to[i]);
			session_end(&world.sessions[receipt->stream->terminal_no - 1], receipt);
		}
		for (size_t i = 0; i < STREAMS; i++)
			assert_int_equal(world.streams[i].on_disk, world.streams[i].taken);
		group_reset(&world.group);
	}
}

static void
a_failed_group_leaves_nothing_behind(void **state)
{
	(void)state;
	any_begin();
	for (int round = 0; round < ROUNDS; round++) {
		struct stream before[STREAMS];
		memcpy(before, world.streams, sizeof before);
		gather();
		group_failed(&world.group, STATUS_NO_ROOM, "the disk is full");
		assert_int_equal(world.group.admission.n_entries, 0);
		assert_int_equal(world.group.admission.room, STATUS_NO_ROOM);
		for (size_t i = 0; i < world.group.n_replies; i++) {
			struct receipt *receipt = &world.group.replies[i].receipt;
			uint64_t last = receipt->first + receipt->n - 1;
			assert_int_equal(receipt->tail, receipt->stream->on_disk);
			assert_int_equal(receipt->refused, last > receipt->tail ? STATUS_NO_ROOM : STATUS_OK);
			for (size_t a = receipt->answers_from; a < receipt->answers_to; a++) {
				Juyan__V1__Disposition disposition = world.group.admission.answers[a].disposition;
				assert_true(disposition == JUYAN__V1__DISPOSITION__DUPLICATE ||
				    disposition == JUYAN__V1__DISPOSITION__REFUSED);
			}
			session_end(&world.sessions[receipt->stream->terminal_no - 1], receipt);
		}
		for (size_t i = 0; i < STREAMS; i++) {
			assert_int_equal(world.streams[i].on_disk, before[i].on_disk);
			assert_int_equal(world.streams[i].taken, before[i].on_disk);
		}
		group_reset(&world.group);
	}
}

/* Who sends alone fills a group as far as it goes; beside others a group is cut off earlier, but never a batch. */
static void
who_sends_much_does_not_make_the_commits_of_others_long(void **state)
{
	(void)state;
	static struct stream greedy, small;
	struct group group;
	assert_int_equal(group_open(&group, 0, 4 * GROUP_SHARED_EVENTS), STATUS_OK);
	group_speak(&group, &greedy);
	group.admission.n_entries = group.n_events = GROUP_SHARED_EVENTS;
	group_speak(&group, &greedy);
	assert_true(group_fits(&group, GROUP_SHARED_EVENTS));
	group_speak(&group, &small);
	assert_int_equal(group.n_speakers, 2);
	assert_false(group_fits(&group, 1));
	assert_true(group_fits(&group, 0)); /* a Hello makes no commit longer */
	group_reset(&group);
	assert_false(group.shared);

	group.shared = true; /* as it lately was */
	assert_true(group_fits(&group, BATCH_EVENTS_MAX));
	group_speak(&group, &greedy);
	group.admission.n_entries = group.n_events = GROUP_SHARED_EVENTS - 1;
	assert_true(group_fits(&group, 1));
	assert_false(group_fits(&group, 2));
	group_close(&group);
}

/* A batch in parts, of which the first is on disk: what its second part came to is known when that group is gone. */
static void
a_parcel_outlives_its_groups(void **state)
{
	(void)state;
	enum { PART = 4 };
	const struct court court = { .stored = stored, .judge = judge };
	static uint8_t content[2 * PART];
	struct span events[2 * PART];
	struct batch batch = { .first = 101, .n = 2 * PART, .events = events };
	struct parcels parcels;
	assert_int_equal(parcels_open(&parcels), STATUS_OK);
	struct parcel *parcel = parcels_place(&parcels);
	for (size_t i = 0; i < batch.n; i++)
		events[i] = (struct span){ &content[i], 1 };
	content[1] = 1; /* cannot be decoded */
	assert_int_equal(session_begin(&world.sessions[0], &batch, &parcel->receipt, NULL), STATUS_OK);
	parcel->here = true;
	for (uint32_t part = 1; part <= 2; part++) {
		struct bus_peer peer = { .local = true };
		struct reply *reply = group_reply(&world.group, part == 2 ? REPLY_ACK : REPLY_PART, 0, &peer);
		struct admission admission = world.group.admission;
		reply->parcel = parcel;
		parcel->receipt.until = part * PART;
		admission.answers = parcel->answers;
		admission.n_answers = parcel->n_answers;
		admission.texts = &parcel->texts;
		assert_int_equal(session_admit(&parcel->receipt, &batch, &admission, &court, NULL), STATUS_OK);
		assert_int_equal(parcel->receipt.done, part * PART);
		assert_int_equal(admission.n_entries, PART);
		parcel->n_answers = admission.n_answers;
		world.group.admission.n_entries = admission.n_entries;
		world.group.admission.n_wrong = admission.n_wrong;
		admission.entries[2].verdict = STATUS_TOO_MANY; /* the ledger turns one in each part */
		world.group.commit = (struct commit){ .entries = admission.entries, .n = PART, .n_wrong = admission.n_wrong + 1 };
		if (part == 1)
			group_committed(&world.group);
		else
			group_failed(&world.group, STATUS_NO_ROOM, "the disk is full");
		group_reset(&world.group);
		memset(world.group.texts.base, 'x', 64);
	}
	assert_int_equal(world.streams[0].on_disk, 100 + PART);
	assert_int_equal(parcel->receipt.answers_to - parcel->receipt.answers_from, 2);
	assert_int_equal(parcel->answers[0].stream_seq, 102);
	assert_int_equal(parcel->answers[0].status, STATUS_UNDECODABLE);
	assert_string_equal(parcel->answers[0].sentence, "a one");
	assert_int_equal(parcel->answers[1].stream_seq, 103);
	assert_int_equal(parcel->answers[1].status, STATUS_TOO_MANY);
	assert_int_equal(parcel->receipt.refused, STATUS_NO_ROOM);
	assert_int_equal(parcel->receipt.refused_from, 101 + PART);
	assert_string_equal(parcel->receipt.sentence, "the disk is full");
	parcel_end(parcel);
	parcels_close(&parcels);
}

static int
setup(void **state)
{
	(void)state;
	world = (struct world){ 0 };
	for (size_t i = 0; i < STREAMS; i++) {
		world.streams[i] = (struct stream){ .terminal_no = (uint32_t)i + 1, .on_disk = 100, .taken = 100 };
		session_hello(&world.sessions[i], &world.streams[i], i + 1);
	}
	return group_open(&world.group, 0, EVENTS_MAX) == STATUS_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	group_close(&world.group);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_find_their_places, setup, teardown),
		cmocka_unit_test_setup_teardown(a_failed_group_leaves_nothing_behind, setup, teardown),
		cmocka_unit_test(who_sends_much_does_not_make_the_commits_of_others_long),
		cmocka_unit_test_setup_teardown(a_parcel_outlives_its_groups, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
