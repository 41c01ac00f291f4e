/*
 * Writing the ledger: numbers, conflicts, quarantine and what leaves it, the registry. Its bounds are in test_ledger_room.c, what
 * is asked of it in test_reader.c, the totals of random histories in property/test_histories.c.
 */
#include "check.h"

#include "asked.h"
#include "quarantine.h"

static const enum table DERIVED[] = { TABLE_manifests, TABLE_tonnage, TABLE_review, TABLE_registry };
enum { DERIVED_TABLES = sizeof DERIVED / sizeof DERIVED[0] };

static struct said
coal(const char *batch_no)
{
	return cargo(MIDNIGHT, "ceke", batch_no, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "30000"))));
}

static struct said
release(const char *batch_no)
{
	return cargo(MIDNIGHT + HOURS(1), "ceke", batch_no, RELEASED);
}

/* A person settles what is in quarantine. */
__attribute__((format(printf, 2, 3))) static struct said
settle(uint64_t lsn, const char *more, ...)
{
	char text[4096];
	va_list list;
	int head = snprintf(text, sizeof text,
	    "{'occurred_at_ms': 1, 'quarantine_released': {'by': 'b', 'reason': 'r', 'lsn': %llu", (unsigned long long)lsn);
	va_start(list, more);
	int body = vsnprintf(text + head, sizeof text - (size_t)head, more, list);
	va_end(list);
	assert_true((size_t)(head + body) + 3 < sizeof text);
	snprintf(text + head + body, sizeof text - (size_t)(head + body), "}}");
	return said_text(text);
}

/* … with another event in its place. */
static struct said
settle_with(uint64_t lsn, struct said fixed)
{
	struct said said = settle(lsn, "%s", "");
	Juyan__V1__QuarantineReleased settled = *said.event->quarantine_released;
	Juyan__V1__Event event = *said.event;
	struct reason why = { "" };
	union {
		const uint8_t *in;
		uint8_t *out;
	} bytes = { .in = fixed.bytes.data };
	settled.fixed_event = (ProtobufCBinaryData){ fixed.bytes.bytes, bytes.out };
	event.quarantine_released = &settled;
	assert_int_equal(wire_pack(&event.base, EVENT_BYTES_MAX, &said_arena, &said.bytes), STATUS_OK);
	must(wire_event(said.bytes, &said_arena, &said.event, &why), &why);
	return said;
}

static uint64_t
waiting(struct book *book)
{
	return ask(book, "'status': {}")->status->quarantine_waiting;
}

static void
is_refused(struct book *book, struct said said, enum status expected, const char *part)
{
	struct reason why = { "" };
	assert_int_equal(book_write(book, ADMIN, said, STATUS_OK, &why), expected);
	holds(why.text, part);
}

/* ---- numbers and what is on file ---- */

static void
test_what_came_is_on_file_byte_by_byte(void **state)
{
	struct book book;
	struct span stored;
	(void)state;
	book_open(&book);
	struct said said[] = { coal("B1"), release("B1"), coal("B2") };
	static const uint8_t garbage[] = { 0xFF, 0, 0xFF };
	struct entry entries[5];
	for (uint64_t i = 0; i < 3; i++)
		entries[i] = entry_of(&book, GATE, i, said[i]);
	entries[3] = entry_of(&book, GATE, 3, (struct said){ NULL, { garbage, sizeof garbage } });
	entries[4] = entry_of(&book, GATE, 4, (struct said){ NULL, { garbage, 0 } });
	entries[3].verdict = STATUS_UNDECODABLE;
	entries[4].verdict = STATUS_NO_CONTENT;
	assert_int_equal(ledger_apply(book.ledger, entries, 5, NULL), STATUS_OK);
	for (uint64_t i = 0; i < 5; i++) {
		assert_int_equal(entries[i].lsn, 2 + i);
		assert_int_equal(ledger_stored(book.ledger, GATE, 1 + i, &said_arena, &stored), STATUS_OK);
		assert_int_equal(stored.bytes, entries[i].bytes.bytes);
		assert_memory_equal(stored.data, entries[i].bytes.data, stored.bytes);
	}
	assert_int_equal(ledger_stream_tail(book.ledger, GATE), 5);
	assert_int_equal(ledger_stream_tail(book.ledger, SCALE), 0);
	assert_int_equal(ledger_stream_tail(book.ledger, TERMINAL_NO_MAX + 1), 0);
	assert_int_equal(ledger_stored(book.ledger, GATE, 6, &said_arena, &stored), STATUS_NOT_FOUND);
	assert_int_equal(ledger_stored(book.ledger, GATE, 0, &said_arena, &stored), STATUS_NOT_FOUND);
	assert_int_equal(ledger_stored(book.ledger, SCALE, 1, &said_arena, &stored), STATUS_NOT_FOUND);
	assert_int_equal(waiting(&book), 2);
	counts_in_all(&book, 30000, 1, 1);
	book_close(&book);
}

/* Ingest asks for it when an event comes again; with all places taken by others it has to get its answer nonetheless. */
static void
test_what_came_is_found_while_others_have_all_places_of_readers(void **state)
{
	enum { PLACES_MAX = 1000 };
	static struct store readers[PLACES_MAX];
	struct book book;
	struct span stored;
	size_t n = 0;
	(void)state;
	book_open(&book);
	struct entry entry = entry_of(&book, GATE, 0, coal("B1"));
	assert_int_equal(ledger_apply(book.ledger, &entry, 1, NULL), STATUS_OK);
	while (n < PLACES_MAX && store_begin_read(book.env, &readers[n], NULL) == STATUS_OK)
		n++;
	assert_true(n < PLACES_MAX);
	enum status status = ledger_stored(book.ledger, GATE, 1, &said_arena, &stored);
	while (n-- > 0)
		store_abort(&readers[n]);
	assert_int_equal(status, STATUS_OK);
	assert_int_equal(stored.bytes, entry.bytes.bytes);
	book_close(&book);
}

static struct entry
conflicting(struct book *book, uint64_t stream_seq, struct said said)
{
	struct entry entry = entry_of(book, GATE, 0, said);
	entry.stream_seq = stream_seq;
	entry.verdict = STATUS_CONFLICTING_EVENT;
	return entry;
}

static void
test_a_conflict_is_kept_once_for_each_content(void **state)
{
	struct book book;
	(void)state;
	book_open(&book);
	book_take(&book, GATE, coal("B1"));
	struct entry entries[] = { conflicting(&book, 1, coal("B2")), conflicting(&book, 1, coal("B3")) };
	for (int again = 0; again < 3; again++) {
		assert_int_equal(ledger_apply(book.ledger, entries, 2, NULL), STATUS_OK);
		assert_int_equal(entries[0].lsn, again == 0 ? 3 : 0);
		assert_int_equal(entries[1].lsn, again == 0 ? 4 : 0);
		assert_int_equal(waiting(&book), 2);
	}
	assert_int_equal(ledger_stream_tail(book.ledger, GATE), 1);
	assert_int_equal(ledger_lsn(book.ledger), 4);
	book_close(&book);
}

/* It was kept twice, so that what was kept depended on how entries were grouped, and a recount with other groups disagreed. */
static void
test_a_conflict_that_comes_twice_in_one_group_is_kept_once(void **state)
{
	struct book book;
	(void)state;
	book_open(&book);
	book_take(&book, GATE, coal("B1"));
	struct entry entries[] = { conflicting(&book, 1, coal("B2")), entry_of(&book, GATE, 0, release("B1")),
		conflicting(&book, 1, coal("B2")), entry_of(&book, GATE, 1, coal("B9")) };
	assert_int_equal(ledger_apply(book.ledger, entries, 4, NULL), STATUS_OK);
	assert_int_equal(entries[0].lsn, 3);
	assert_int_equal(entries[1].lsn, 4);
	assert_int_equal(entries[2].lsn, 0);
	assert_int_equal(entries[3].lsn, 5);
	assert_int_equal(waiting(&book), 1);
	book_close(&book);
}

/* ---- quarantine ---- */

static void
test_a_fix_of_the_registry_lets_an_event_out_of_quarantine(void **state)
{
	struct book book;
	(void)state;
	book_open(&book);
	book_take(&book, GATE, coal("B1"));
	struct said lodged = cargo(MIDNIGHT, "shivee", "B7", LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "7"))));
	struct said released = cargo(MIDNIGHT, "shivee", "B7", RELEASED);
	assert_int_equal(book_write(&book, GATE, lodged, STATUS_UNKNOWN_PORT, NULL), STATUS_UNKNOWN_PORT);
	assert_int_equal(book_write(&book, GATE, released, STATUS_UNKNOWN_PORT, NULL), STATUS_UNKNOWN_PORT);
	assert_int_equal(waiting(&book), 2);
	is_refused(&book, settle(3, "%s", ""), STATUS_UNKNOWN_PORT, "shivee");
	is_refused(&book, settle(99, "%s", ""), STATUS_NOT_FOUND, "99");
	assert_int_equal(waiting(&book), 4); /* the two attempts wait as well */
	book_take(&book, ADMIN, registry_changed("'put': [" PORT("shivee", "RELEASE") "]"));
	book_take(&book, ADMIN, settle(3, "%s", ""));
	counts_in_all(&book, 0, 0, 0);
	book_take(&book, ADMIN, settle(4, "%s", ""));
	counts_in_all(&book, 7, 1, 1);
	assert_int_equal(waiting(&book), 2);
	is_refused(&book, settle(4, "%s", ""), STATUS_NOT_WAITING, "event 4 was released by event 9");
	counts_in_all(&book, 7, 1, 1);
	/* What a person attempted cannot itself be let out, but put aside. */
	is_refused(&book, settle(5, "%s", ""), STATUS_NOT_AUTHORISED, "send it anew");
	book_take(&book, ADMIN, settle(5, ", 'dismissed': true"));
	is_refused(&book, settle(5, ", 'dismissed': true"), STATUS_NOT_WAITING, "dismissed");
	book_close(&book);
}

static void
test_a_fixed_event_is_applied_in_place_of_the_wrong_one(void **state)
{
	struct book book;
	(void)state;
	book_open(&book);
	book_take(&book, GATE, release("B1"));
	assert_int_equal(book_write(&book, GATE, cargo(MIDNIGHT, "cekee", "B1", RELEASED), STATUS_UNKNOWN_PORT, NULL),
	    STATUS_UNKNOWN_PORT);
	is_refused(&book, settle_with(3, cargo(MIDNIGHT, "cekeee", "B1", RELEASED)), STATUS_UNKNOWN_PORT, "cekeee");
	book_take(&book, ADMIN, settle_with(3, coal("B1")));
	counts_in_all(&book, 30000, 1, 1);
	/* The story tells what was applied, under the number that it came with. */
	const Juyan__V1__BatchStory *story = ask(&book, "'batch': {'batch_no': 'B1'}")->batch;
	assert_int_equal(story->n_events, 2);
	assert_int_equal(story->events[0]->event->what_case, JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED);
	assert_int_equal(story->events[0]->lsn, 3);
	assert_true(story->events[0]->holds);
	book_close(&book);
}

/*
 * It was turned into a conflict itself: so it took no number, and the administrator's next event, which did, stopped the process.
 */
static void
test_the_release_of_a_conflict_is_refused_and_takes_its_number(void **state)
{
	struct book book;
	(void)state;
	book_open(&book);
	book_take(&book, GATE, coal("B1"));
	struct entry entry = conflicting(&book, 1, coal("B2"));
	assert_int_equal(ledger_apply(book.ledger, &entry, 1, NULL), STATUS_OK);
	is_refused(&book, settle(entry.lsn, "%s", ""), STATUS_CONTRADICTION, "dismiss it");
	assert_int_equal(ledger_stream_tail(book.ledger, ADMIN), 2);
	book_take(&book, ADMIN, settle(entry.lsn, ", 'dismissed': true"));
	assert_int_equal(ledger_stream_tail(book.ledger, ADMIN), 3);
	assert_int_equal(waiting(&book), 1); /* the refused attempt */
	book_close(&book);
}

static void
test_rights_are_looked_at_again_when_an_event_leaves_quarantine(void **state)
{
	struct book book;
	(void)state;
	book_open(&book);
	assert_int_equal(book_write(&book, GATE, release("B1"), STATUS_NOT_AUTHORISED, NULL), STATUS_NOT_AUTHORISED);
	book_take(&book, ADMIN,
	    registry_changed("'put': [{'terminal': {'terminal_no': 2, 'name': 'gate', 'public_key': '" KEY_2
			     "', 'ports': ['*'], 'kinds': ['unit_weighed']}}]"));
	is_refused(&book, settle(2, "%s", ""), STATUS_NOT_AUTHORISED, "no right to send released");
	/* Revoked means no session any more; what it had sent by then may still be let out. */
	book_take(&book, ADMIN, registry_changed("'put': [" TERMINAL("2", KEY_2, ", 'revoked': true") "]"));
	book_take(&book, ADMIN, settle(2, "%s", ""));
	book_close(&book);
}

/* ---- the registry ---- */

static void
test_a_change_that_does_not_fit_leaves_no_trace(void **state)
{
	uint8_t before[DIGEST_BYTES], after[DIGEST_BYTES];
	struct book book;
	(void)state;
	book_open(&book);
	book_take(&book, GATE, coal("B1"));
	book_take(&book, GATE, release("B1"));
	uint64_t version, later;
	must(reader_registry_version(book.reader, &version, NULL), &(struct reason){ "" });
	book_digest(&book, DERIVED, DERIVED_TABLES, before);
	/* The first record would fit, and would move what counts; the second does not. */
	is_refused(&book,
	    registry_changed("'put': [" PORT("ceke", "DEPARTURE") ", {'goal': {'id': 'g', 'ports': ['atlantis'], 'from': "
								  "'2025-01-01', 'to': '2025-12-31', 'target_kg': 1}}]"),
	    STATUS_CONTRADICTION, "atlantis");
	is_refused(&book, registry_changed("'drop': [{'group': {'id': 'gold'}}]"), STATUS_CONTRADICTION, "no such group");
	is_refused(&book, registry_changed("'put': [" TERMINAL("4", KEY_2, "") "]"), STATUS_CONTRADICTION, "same key");
	book_digest(&book, DERIVED, DERIVED_TABLES, after);
	assert_memory_equal(before, after, DIGEST_BYTES);
	must(reader_registry_version(book.reader, &later, NULL), &(struct reason){ "" });
	assert_int_equal(version, later);
	assert_int_equal(waiting(&book), 3);
	assert_int_equal(ledger_stream_tail(book.ledger, ADMIN), 4);
	book_take(&book, ADMIN, registry_changed("'put': [" PORT("ceke", "DEPARTURE") "]"));
	counts_in_all(&book, 0, 0, 0);
	book_close(&book);
}

/* The ledger stopped with "damaged", for ever, because whoever sent it sent it again. */
static void
test_a_port_that_has_batches_cannot_be_dropped(void **state)
{
	uint8_t before[DIGEST_BYTES], after[DIGEST_BYTES];
	struct book book;
	(void)state;
	book_open(&book);
	book_take(&book, GATE, coal("B1"));
	book_take(&book, GATE, release("B1"));
	book_digest(&book, DERIVED, DERIVED_TABLES, before);
	is_refused(&book, registry_changed("'drop': [{'port': {'id': 'ceke'}}]"), STATUS_CONTRADICTION, "'ceke'");
	book_digest(&book, DERIVED, DERIVED_TABLES, after);
	assert_memory_equal(before, after, DIGEST_BYTES);
	book_take(&book, ADMIN, registry_changed("'drop': [{'port': {'id': 'wuliji'}}]"));
	counts_in_all(&book, 30000, 1, 1);
	book_close(&book);
}

/* A name beyond a key's bytes stopped the process at an assert where nobody had judged the event before. */
static void
test_a_record_with_an_endless_name_cannot_be_dropped(void **state)
{
	struct book book;
	char name[TEXT_BYTES_MAX + 1];
	(void)state;
	memset(name, 'x', TEXT_BYTES_MAX);
	name[TEXT_BYTES_MAX] = '\0';
	book_open(&book);
	is_refused(&book, registry_changed("'drop': [{'port': {'id': '%s'}}]", name), STATUS_MISSING_FIELD, "names no record");
	book_close(&book);
}

static void
test_a_change_in_the_middle_of_a_group_parts_it(void **state)
{
	struct book book;
	(void)state;
	book_open(&book);
	/* Released at Ceke, departed nowhere: it counts under the first rule, not under the second. */
	struct entry entries[] = { entry_of(&book, GATE, 0, coal("B1")), entry_of(&book, GATE, 1, release("B1")),
		entry_of(&book, ADMIN, 0, registry_changed("'put': [" PORT("ceke", "DEPARTURE") "]")),
		entry_of(&book, GATE, 2, coal("B2")), entry_of(&book, GATE, 3, release("B2")),
		entry_of(&book, GATE, 4, cargo(MIDNIGHT, "ceke", "B2", DEPARTED("T1"))),
		entry_of(&book, ADMIN, 1, registry_changed("'drop': [{'group': {'id': 'coal'}}]")) };
	assert_int_equal(ledger_apply(book.ledger, entries, 7, NULL), STATUS_OK);
	for (size_t i = 0; i < 7; i++) {
		assert_int_equal(entries[i].verdict, STATUS_OK);
		assert_int_equal(entries[i].lsn, 2 + i);
	}
	counts_in_all(&book, 30000, 1, 1);
	holds(shown(ask(&book, "'totals': {'by_group': true}")), "'group':'other'");
	book_close(&book);
}

#define TEST(name) cmocka_unit_test_setup(name, said_forget)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_came_is_on_file_byte_by_byte),
		TEST(test_what_came_is_found_while_others_have_all_places_of_readers),
		TEST(test_a_conflict_is_kept_once_for_each_content),
		TEST(test_a_conflict_that_comes_twice_in_one_group_is_kept_once),
		TEST(test_a_fix_of_the_registry_lets_an_event_out_of_quarantine),
		TEST(test_a_fixed_event_is_applied_in_place_of_the_wrong_one),
		TEST(test_the_release_of_a_conflict_is_refused_and_takes_its_number),
		TEST(test_rights_are_looked_at_again_when_an_event_leaves_quarantine),
		TEST(test_a_change_that_does_not_fit_leaves_no_trace),
		TEST(test_a_port_that_has_batches_cannot_be_dropped),
		TEST(test_a_record_with_an_endless_name_cannot_be_dropped),
		TEST(test_a_change_in_the_middle_of_a_group_parts_it),
	};
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, said_begin, said_end);
}
