/*
 * Writing the ledger: numbers, conflicts, quarantine and what leaves it, the registry, no room, opening again. What is asked of it
 * is in test_reader.c, the totals of random histories are in property/test_histories.c.
 */
#include "check.h"

#include "book.h"
#include "quarantine.h"

static const enum table DERIVED[] = { TABLE_manifests, TABLE_tonnage, TABLE_review, TABLE_registry };
enum { DERIVED_TABLES = sizeof DERIVED / sizeof DERIVED[0], GROUP_MAX = 5000 };

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

/* ---- bounds ---- */

static void
test_a_batch_that_has_too_many_events_turns_the_next_away(void **state)
{
	static struct entry entries[GROUP_MAX];
	struct book book;
	uint8_t before[DIGEST_BYTES], after[DIGEST_BYTES];
	(void)state;
	book_open(&book);
	struct said arrived = cargo(MIDNIGHT, "ceke", "B1", "'unit_arrived': {'unit_id': 'T1'}");
	for (size_t i = 0; i < BATCH_SOURCES_MAX + 2; i++)
		entries[i] = entry_of(&book, GATE, i, arrived);
	assert_int_equal(ledger_apply(book.ledger, entries, BATCH_SOURCES_MAX + 2, NULL), STATUS_OK);
	for (size_t i = 0; i < BATCH_SOURCES_MAX + 2; i++)
		assert_int_equal(entries[i].verdict, i < BATCH_SOURCES_MAX ? STATUS_OK : STATUS_TOO_MANY);
	assert_int_equal(waiting(&book), 2);
	assert_int_equal(ledger_stream_tail(book.ledger, GATE), BATCH_SOURCES_MAX + 2);
	book_digest(&book, DERIVED, DERIVED_TABLES, before);
	assert_int_equal(book_write(&book, SCALE, release("B1"), STATUS_OK, NULL), STATUS_TOO_MANY);
	is_refused(&book, settle(entries[BATCH_SOURCES_MAX].lsn, "%s", ""), STATUS_TOO_MANY, "");
	book_digest(&book, DERIVED, DERIVED_TABLES, after);
	assert_memory_equal(before, after, DIGEST_BYTES);
	book_close(&book);
}

/* Many huge manifests in one group: the working set is written early, and the memory for it is never used up. */
static void
test_a_group_of_huge_manifests_is_taken(void **state)
{
	static struct entry entries[GROUP_MAX];
	static char text[60 * 1024];
	struct book book;
	(void)state;
	book_open_with(&book, (size_t)1 << 30);
	size_t used = (size_t)snprintf(text, sizeof text,
	    "'manifest_lodged': {'direction': 'IMPORT', 'mode': 'RAIL', 'waybills': [{'waybill_no': 'W', 'goods': [");
	for (int i = 0; i < GOODS_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s" GOODS("2701", "1"), i == 0 ? "" : ",");
	used += (size_t)snprintf(text + used, sizeof text - used, "]}], 'units': [");
	for (int i = 0; i < UNITS_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s{'unit_id': 'WAGON%d'}", i == 0 ? "" : ",", i);
	snprintf(text + used, sizeof text - used, "]}");
	struct said huge = cargo(MIDNIGHT, "ceke", "B1", "%s", text);
	for (size_t i = 0; i < 4000; i++)
		entries[i] = entry_of(&book, GATE, i, huge);
	entries[4000] = entry_of(&book, GATE, 4000, release("B1"));
	assert_int_equal(ledger_apply(book.ledger, entries, 4001, NULL), STATUS_OK);
	counts_in_all(&book, GOODS_MAX, 1, UNITS_MAX);
	book_close(&book);
}

static enum status
try_group(struct book *book, struct entry *entries, size_t n, struct said said)
{
	for (size_t i = 0; i < n; i++)
		entries[i] = entry_of(book, GATE, i, said);
	return ledger_apply(book->ledger, entries, n, NULL);
}

static void
test_without_room_nothing_happens_and_later_it_goes_on(void **state)
{
	static struct entry entries[GROUP_MAX];
	struct book book;
	uint8_t before[DIGEST_BYTES], after[DIGEST_BYTES];
	(void)state;
	book_open_with(&book, 1 << 20);
	book_take(&book, GATE, coal("B1"));
	struct said big = cargo(MIDNIGHT, "ceke", "B3", "'inspected': {'held': '%0400d'}", 1);
	uint64_t lsn = ledger_lsn(book.ledger), tail = ledger_stream_tail(book.ledger, GATE);
	book_digest_all(&book, before);
	for (int again = 0; again < 3; again++) {
		assert_int_equal(try_group(&book, entries, BATCH_SOURCES_MAX, big), STATUS_NO_ROOM);
		book_digest_all(&book, after);
		assert_memory_equal(before, after, DIGEST_BYTES);
		assert_int_equal(ledger_lsn(book.ledger), lsn);
		assert_int_equal(ledger_stream_tail(book.ledger, GATE), tail);
	}
	book_take(&book, GATE, release("B1")); /* a small one still fits */
	counts_in_all(&book, 30000, 1, 1);
	/* With a larger map the same group is taken. */
	book_shut(&book);
	book_open_env(&book, 64 << 20);
	assert_int_equal(ledger_stream_tail(book.ledger, GATE), tail + 1);
	assert_int_equal(try_group(&book, entries, BATCH_SOURCES_MAX, big), STATUS_OK);
	assert_int_equal(ledger_stream_tail(book.ledger, GATE), tail + 1 + BATCH_SOURCES_MAX);
	book_close(&book);
}

/*
 * The pages that the ledger holds back for long stretches (hold_pages) stayed held when the map was full, so that it was full until
 * the process was started again.
 */
static void
test_pages_that_are_held_back_are_given_when_the_map_is_full(void **state)
{
	struct entry entry;
	struct book book;
	unsigned full = 0;
	(void)state;
	book_open_with(&book, 1 << 20);
	for (int i = 0; i < 400; i++) {
		entry = entry_of(&book, GATE, 0, release("B1"));
		enum status status = ledger_apply(book.ledger, &entry, 1, NULL);
		if (status != STATUS_OK) {
			assert_int_equal(status, STATUS_NO_ROOM);
			full++;
			assert_int_equal(ledger_apply(book.ledger, &entry, 1, NULL), STATUS_OK);
		}
	}
	assert_true(full > 0);
	assert_int_equal(ledger_stream_tail(book.ledger, GATE), 400);
	book_close(&book);
}

/* ledger_registry's view was rebuilt after every group that found no room, under the feet of whoever had asked for it. */
static void
test_the_registry_stays_where_it_is_when_a_group_finds_no_room(void **state)
{
	static struct entry entries[GROUP_MAX];
	struct book book;
	(void)state;
	book_open_with(&book, 1 << 20);
	const struct registry *registry = ledger_registry(book.ledger);
	struct said big = cargo(MIDNIGHT, "ceke", "B3", "'inspected': {'held': '%0400d'}", 1);
	assert_int_equal(try_group(&book, entries, GROUP_MAX, big), STATUS_NO_ROOM);
	assert_ptr_equal(ledger_registry(book.ledger), registry);
	/* Also where the group had changed it twice before it was given up. */
	entries[0] = entry_of(&book, ADMIN, 0, registry_changed("'put': [" PORT("shivee", "RELEASE") "]"));
	entries[1] = entry_of(&book, ADMIN, 1, registry_changed("'put': [" PORT("ganqimaodu", "RELEASE") "]"));
	for (size_t i = 2; i < GROUP_MAX; i++)
		entries[i] = entry_of(&book, GATE, i - 2, big);
	assert_int_equal(ledger_apply(book.ledger, entries, GROUP_MAX, NULL), STATUS_NO_ROOM);
	assert_ptr_equal(ledger_registry(book.ledger), registry);
	assert_true(registry_knows_port(registry, "ceke"));
	assert_false(registry_knows_port(registry, "shivee"));
	book_take(&book, ADMIN, registry_changed("'put': [" PORT("shivee", "RELEASE") "]"));
	assert_true(registry_knows_port(ledger_registry(book.ledger), "shivee"));
	book_close(&book);
}

/* ---- opening again ---- */

static void
test_opened_again_it_is_the_same(void **state)
{
	struct book book;
	uint8_t before[DIGEST_BYTES], after[DIGEST_BYTES];
	(void)state;
	book_open(&book);
	book_take(&book, GATE, coal("B1"));
	book_take(&book, SCALE, release("B1"));
	assert_int_equal(book_write(&book, SCALE, release("B2"), STATUS_UNKNOWN_PORT, NULL), STATUS_UNKNOWN_PORT);
	book_digest_all(&book, before);
	book_shut(&book);
	book_open_env(&book, 64 << 20);
	book_digest_all(&book, after);
	assert_memory_equal(before, after, DIGEST_BYTES);
	assert_int_equal(ledger_lsn(book.ledger), 4);
	assert_int_equal(ledger_stream_tail(book.ledger, ADMIN), 1);
	assert_int_equal(ledger_stream_tail(book.ledger, GATE), 1);
	assert_int_equal(ledger_stream_tail(book.ledger, SCALE), 2);
	assert_true(registry_knows_port(ledger_registry(book.ledger), "wuliji"));
	assert_int_equal(waiting(&book), 1);
	book_take(&book, SCALE, coal("B2"));
	assert_int_equal(ledger_lsn(book.ledger), 5);
	book_close(&book);
}

static void
test_a_ledger_of_another_format_is_left_alone(void **state)
{
	struct book book;
	struct store store;
	struct span row;
	struct reason why = { "" };
	uint8_t other[256];
	static const uint8_t name[] = "ledger";
	struct span key = { name, sizeof name };
	struct ledger *ledger = NULL;
	(void)state;
	book_open(&book);
	ledger_close(&book.ledger);
	assert_int_equal(store_begin_write(book.env, &store, NULL), STATUS_OK);
	assert_int_equal(store_get(&store, TABLE_meta, key, &row), STATUS_OK);
	assert_true(row.bytes <= sizeof other);
	memcpy(other, row.data, row.bytes);
	other[0] = 2;
	assert_int_equal(store_put(&store, TABLE_meta, key, (struct span){ other, row.bytes }), STATUS_OK);
	assert_int_equal(store_commit(&store, NULL), STATUS_OK);
	assert_int_equal(ledger_open(book.env, &ledger, &why), STATUS_FORMAT);
	holds(why.text, "format 2");
	assert_null(ledger);
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	assert_int_equal(reader_answer(book.reader, &question, &said_arena, &answer, &why), STATUS_FORMAT);
	const struct registry *registry;
	assert_int_equal(reader_registry(book.reader, &registry, &why), STATUS_FORMAT);
	book_close(&book);
}

static int
begin_test(void **state)
{
	(void)state;
	arena_reset(&said_arena);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, begin_test)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_came_is_on_file_byte_by_byte),
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
		TEST(test_a_batch_that_has_too_many_events_turns_the_next_away),
		TEST(test_a_group_of_huge_manifests_is_taken),
		TEST(test_without_room_nothing_happens_and_later_it_goes_on),
		TEST(test_pages_that_are_held_back_are_given_when_the_map_is_full),
		TEST(test_the_registry_stays_where_it_is_when_a_group_finds_no_room),
		TEST(test_opened_again_it_is_the_same),
		TEST(test_a_ledger_of_another_format_is_left_alone),
	};
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, said_begin, said_end);
}
