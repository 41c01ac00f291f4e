/*
 * What a ledger answers: each question, what is wrong with a question, pages, and totals over odd stretches of time against sums of
 * the hours.
 */
#include "check.h"

#include "../any.h"
#include "asked.h"

static struct book book;

static int
begin_test(void **state)
{
	(void)state;
	arena_reset(&said_arena);
	book_open(&book);
	return 0;
}

static int
end_test(void **state)
{
	(void)state;
	book_close(&book);
	return 0;
}

static void
write_crossing(const char *port, const char *batch_no, int64_t released_at_ms, long kg)
{
	book_take(&book, GATE,
	    cargo(MIDNIGHT, port, batch_no, LODGED(UNIT("T1"), WAYBILL("{'hs_code': '2701', 'declared_kg': %ld}")), kg));
	book_take(&book, SCALE, cargo(released_at_ms, port, batch_no, RELEASED));
}

static void
fails(const Juyan__V1__Answer *answer, enum status expected, const char *part)
{
	if (answer->say_case != JUYAN__V1__ANSWER__SAY_FAILURE)
		fail_msg("no failure, '%s' was expected", part);
	assert_int_equal(answer->failure->code, expected);
	assert_string_equal(answer->failure->name, status_name(expected));
	holds(answer->failure->sentence, part);
}

/* ---- what is wrong with a question ---- */

static void
test_a_wrong_question_gets_a_sentence(void **state)
{
	struct reason why = { "" };
	const Juyan__V1__Answer *answer;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	(void)state;
	question.version = 2;
	must(reader_answer(book.reader, &question, &said_arena, &answer, &why), &why);
	fails(answer, STATUS_VERSION, "version 2");
	question.version = 1;
	must(reader_answer(book.reader, &question, &said_arena, &answer, &why), &why);
	fails(answer, STATUS_NO_CONTENT, "asks nothing");
	fails(ask(&book, "'totals': {'from': '2025-1'}"), STATUS_SYNTAX, "'from' is '2025-1'");
	fails(ask(&book, "'totals': {'to': '2025-02-30'}"), STATUS_SYNTAX, "'to' is '2025-02-30'");
	fails(ask(&book, "'totals': {'ports': ['ceke', 'atlantis']}"), STATUS_UNKNOWN_PORT, "atlantis");
	fails(ask(&book, "'totals': {'modes': ['ship']}"), STATUS_OUT_OF_RANGE, "ship");
	fails(ask(&book, "'totals': {'directions': ['IMPORT']}"), STATUS_OUT_OF_RANGE, "IMPORT");
	fails(ask(&book, "'totals': {'bases': ['guessed']}"), STATUS_OUT_OF_RANGE, "guessed");
	fails(ask(&book, "'totals': {'by_period': 5}"), STATUS_OUT_OF_RANGE, "by_period is 5");
	fails(ask(&book, "'totals': {'by_period': -1}"), STATUS_OUT_OF_RANGE, "by_period is -1");
	fails(ask(&book, "'batch': {}"), STATUS_OUT_OF_RANGE, "1 to 64 bytes");
	fails(ask(&book, "'batch': {'batch_no': '%065d'}", 1), STATUS_OUT_OF_RANGE, "1 to 64 bytes");
	fails(ask(&book, "'batch': {'batch_no': 'B1'}"), STATUS_NOT_FOUND, "no port knows a batch 'B1'");
	fails(ask(&book, "'batch': {'batch_no': 'B1', 'port': 'ceke'}"), STATUS_NOT_FOUND, "ceke knows no batch 'B1'");
	fails(ask(&book, "'quarantine': {'only_lsn': 9}"), STATUS_NOT_FOUND, "9");
	fails(ask(&book, "'review': {'port': '%033d'}", 1), STATUS_TOO_LARGE, "longer than allowed");
	write_crossing("ceke", "B1", MIDNIGHT, 5);
	write_crossing("wuliji", "B1", MIDNIGHT, 5);
	fails(ask(&book, "'batch': {'batch_no': 'B1'}"), STATUS_CONTRADICTION, "at ceke and at wuliji");
}

static void
test_an_answer_that_does_not_fit_is_a_failure_and_the_next_one_is_not(void **state)
{
	struct arena small;
	struct reason why = { "" };
	const Juyan__V1__Answer *answer;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__RegistryAsk registry = JUYAN__V1__REGISTRY_ASK__INIT;
	(void)state;
	assert_int_equal(arena_open(&small, 2048), STATUS_OK);
	question.version = PROTOCOL_VERSION;
	question.ask_case = JUYAN__V1__QUESTION__ASK_STATUS;
	Juyan__V1__StatusAsk status = JUYAN__V1__STATUS_ASK__INIT;
	question.status = &status;
	must(reader_answer(book.reader, &question, &small, &answer, &why), &why);
	fails(answer, STATUS_TOO_LARGE, "ask for less");
	arena_close(&small);
	question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
	question.registry = &registry;
	must(reader_answer(book.reader, &question, &said_arena, &answer, &why), &why);
	assert_int_equal(answer->registry->n_records, 6);
}

/* ---- each question ---- */

static void
test_the_story_of_a_batch(void **state)
{
	(void)state;
	book_take(&book, SCALE, cargo(MIDNIGHT + HOURS(1), "ceke", "B1", RELEASED));
	assert_string_equal(ask(&book, "'batch': {'batch_no': 'B1'}")->batch->state, "waiting for its manifest");
	book_take(&book, GATE, cargo(MIDNIGHT, "ceke", "B1", LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "7")))));
	book_take(&book, GATE, cargo(MIDNIGHT + 1, "ceke", "B1", LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "8")))));
	book_take(&book, GATE, cargo(MIDNIGHT + 2, "ceke", "B1", WEIGHED("T1", "'gross_kg': 5, 'stability': 'MOVING'")));
	const Juyan__V1__BatchStory *story = ask(&book, "'batch': {'batch_no': 'B1', 'port': 'ceke'}")->batch;
	assert_string_equal(story->state, "counted");
	assert_int_equal(story->n_events, 4);
	static const struct {
		uint64_t lsn;
		bool holds;
	} expected[] = { { 3, false }, { 4, true }, { 5, false }, { 2, true } }; /* in order of happening */
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(story->events[i]->lsn, expected[i].lsn);
		assert_int_equal(story->events[i]->holds, expected[i].holds);
	}
	assert_string_equal(story->events[0]->terminal_name, "terminal 2");
	assert_int_equal(story->n_remarks, 2); /* the reading in motion; and the release was ahead of its receipt */
	assert_int_equal(story->events[2]->n_remarks, 1);
	assert_int_equal(story->n_remark_names, 2);
	assert_string_equal(story->remark_names[1], "moving");
	assert_int_equal(story->events[2]->n_remark_names, 1);
	assert_int_equal(story->n_counted, 1);
	assert_string_equal(story->counted[0]->hour, "2025-01-31T01");
	assert_string_equal(story->counted[0]->group, "coal");
	assert_int_equal(story->counted[0]->net_kg, 8);
	book_take(&book, GATE, cargo(MIDNIGHT + HOURS(9), "ceke", "B1", DELETED));
	story = ask(&book, "'batch': {'batch_no': 'B1'}")->batch;
	assert_string_equal(story->state, "deleted");
	assert_int_equal(story->n_counted, 0);
	book_take(&book, GATE, cargo(MIDNIGHT, "ceke", "B2", LODGED(UNIT("T1"), "")));
	assert_string_equal(ask(&book, "'batch': {'batch_no': 'B2'}")->batch->state, "lodged");
}

static void
test_status_and_registry(void **state)
{
	(void)state;
	write_crossing("ceke", "B1", MIDNIGHT, 5);
	write_crossing("ceke", "B2", -1, 5); /* before 2000: marked */
	const Juyan__V1__LedgerStatus *status = ask(&book, "'status': {}")->status;
	assert_int_equal(status->last_lsn, 5);
	assert_int_equal(status->batches, 2);
	assert_int_equal(status->review_batches, 1);
	assert_int_equal(status->quarantine_waiting, 0);
	assert_int_equal(status->last_received_at_ms, MIDNIGHT);
	assert_int_equal(status->map_bytes, 64 << 20);
	assert_int_equal(status->n_streams, 3);
	assert_int_equal(status->streams[2]->terminal_no, SCALE);
	assert_int_equal(status->streams[2]->last_stream_seq, 2);
	assert_string_equal(status->streams[2]->terminal_name, "terminal 3");
	static const struct {
		const char *kind;
		size_t n;
	} kinds[] = { { "", 6 }, { "port", 2 }, { "group", 1 }, { "terminal", 3 }, { "goal", 0 }, { "nonsense", 0 } };
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		assert_int_equal(ask(&book, "'registry': {'kind': '%s'}", kinds[i].kind)->registry->n_records, kinds[i].n);
}

/* Whoever knows what the chain was sees whether this is still the same ledger. */
static void
test_a_chain_of_before(void **state)
{
	(void)state;
	uint8_t first[32], zeros[32] = { 0 };
	write_crossing("ceke", "B1", MIDNIGHT, 5);
	const Juyan__V1__LedgerStatus *status = ask(&book, "'status': {}")->status;
	assert_int_equal(status->chain_then.len, 0);
	assert_int_equal(status->chain.len, sizeof first);
	memcpy(first, status->chain.data, sizeof first);
	uint64_t lsn = status->last_lsn;
	write_crossing("ceke", "B2", MIDNIGHT, 5);
	status = ask(&book, "'status': {'chain_of_lsn': '%llu'}", (unsigned long long)lsn)->status;
	assert_true(status->last_lsn > lsn);
	assert_int_equal(status->chain_then.len, sizeof first);
	assert_memory_equal(status->chain_then.data, first, sizeof first);
	assert_memory_not_equal(status->chain.data, first, sizeof first);
	status = ask(&book, "'status': {'chain_of_lsn': '18446744073709551615'}")->status;
	assert_memory_equal(status->chain_then.data, zeros, sizeof zeros);
}

/* ---- pages ---- */

static void
test_the_quarantine_comes_in_pages(void **state)
{
	enum { WRONG = 25, PAGE = 4 };
	(void)state;
	for (int i = 0; i < WRONG; i++)
		assert_int_equal(book_write(&book, GATE, cargo(MIDNIGHT, "shivee", "B1", RELEASED), STATUS_UNKNOWN_PORT, NULL),
		    STATUS_UNKNOWN_PORT);
	book_take(&book, ADMIN,
	    said_text((char[]){ "{'occurred_at_ms': 1, 'quarantine_released': {'by': 'b', 'reason': 'r', "
				"'lsn': 10, 'dismissed': true}}" }));
	for (int settled = 0; settled < 2; settled++) {
		uint64_t after = 0, rows = 0;
		const Juyan__V1__QuarantineList *page;
		do {
			page = ask(&book, "'quarantine': {'after_lsn': %llu, 'rows_max': %d, 'settled': %s}",
			    (unsigned long long)after, PAGE, settled ? "true" : "false")
				   ->quarantine;
			assert_true(page->n_rows > 0 && page->n_rows <= PAGE);
			for (size_t i = 0; i < page->n_rows; i++) {
				assert_true(page->rows[i]->lsn > after);
				after = page->rows[i]->lsn;
				assert_string_equal(page->rows[i]->state, after == 10 ? "dismissed" : "waiting");
				rows++;
			}
		} while (page->more);
		assert_int_equal(rows, settled ? WRONG : WRONG - 1);
	}
	const Juyan__V1__QuarantineRow *row = ask(&book, "'quarantine': {'only_lsn': 10}")->quarantine->rows[0];
	assert_string_equal(row->name, "unknown_port");
	assert_int_equal(row->settled_lsn, WRONG + 2);
	assert_non_null(row->event);
	assert_true(row->raw_event.len > 0);
	book_take(&book, ADMIN, registry_changed("'put': [" PORT("shivee", "RELEASE") "]"));
	holds(ask(&book, "'quarantine': {'only_lsn': 11}")->quarantine->rows[0]->sentence, "it could be released");
	assert_int_equal(ask(&book, "'quarantine': {'after_lsn': '18446744073709551615'}")->quarantine->n_rows, 0);
}

static void
test_what_is_to_be_reviewed_comes_in_pages(void **state)
{
	enum { MARKED = 11, PAGE = 3 };
	(void)state;
	for (int i = 0; i < MARKED; i++) {
		char batch_no[8];
		snprintf(batch_no, sizeof batch_no, "B%02d", i);
		write_crossing(i % 2 == 0 ? "ceke" : "wuliji", batch_no, -1, 5);
	}
	static const struct {
		const char *port;
		size_t rows;
	} asked[] = { { "", MARKED }, { "ceke", 6 }, { "wuliji", 5 }, { "cek", 0 }, { "zzz", 0 } };
	for (size_t k = 0; k < sizeof asked / sizeof asked[0]; k++) {
		char after_port[40] = "", after_batch_no[72] = "";
		size_t rows = 0;
		const Juyan__V1__ReviewList *page;
		do {
			page = ask(&book, "'review': {'port': '%s', 'after_port': '%s', 'after_batch_no': '%s', 'rows_max': %d}",
			    asked[k].port, after_port, after_batch_no, PAGE)
				   ->review;
			assert_true(page->n_rows <= PAGE);
			for (size_t i = 0; i < page->n_rows; i++, rows++) {
				assert_true(strcmp(page->rows[i]->batch_no, after_batch_no) > 0 ||
				    strcmp(page->rows[i]->port, after_port) > 0);
				snprintf(after_port, sizeof after_port, "%s", page->rows[i]->port);
				snprintf(after_batch_no, sizeof after_batch_no, "%s", page->rows[i]->batch_no);
				holds(page->rows[i]->remarks[0], "before the year 2000");
			}
		} while (page->more);
		assert_int_equal(rows, asked[k].rows);
	}
}

static void
test_what_was_put_right_is_reviewed_no_more(void **state)
{
	(void)state;
	book_take(&book, GATE, cargo(MIDNIGHT, "ceke", "B1", LODGED(UNIT("T1"), WAYBILL_OF("11", GOODS("2701", "10")))));
	holds(ask(&book, "'review': {}")->review->rows[0]->remarks[0], "differs from the sum");
	book_take(&book, GATE, cargo(MIDNIGHT + 1, "ceke", "B1", LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "10")))));
	assert_int_equal(ask(&book, "'review': {}")->review->n_rows, 0);
	assert_int_equal(ask(&book, "'status': {}")->status->review_batches, 0);
}

/* ---- totals ---- */

/* The first hour of a bound, or its last where `last`; as text "2025-01-31T08" that sorts by time. */
static void
edge(const char *bound, bool last, char out[16])
{
	static const char *const first_tail = "0000-01-01T00", *const last_tail = "9999-12-31T23";
	size_t bytes = strlen(bound);
	snprintf(out, 16, "%s%s", bound, (last ? last_tail : first_tail) + bytes);
}

static void
test_totals_of_any_stretch_are_the_sums_of_its_hours(void **state)
{
	static const char *const bounds[] = { "", "2024", "2025", "2025-01", "2025-02", "2025-01-31", "2025-02-01", "2024-12-31",
		"2025-01-31T00", "2025-01-31T23", "2025-02-01T05", "2024-12-31T22" };
	static const char *const kinds[] = { "PERIOD_KIND_UNSPECIFIED", "HOUR", "DAY", "MONTH", "YEAR" };
	(void)state;
	book_take(&book, ADMIN, registry_changed("'put': [" PORT("erlian", "RELEASE") "]"));
	for (int i = 0; i < 60; i++) {
		char batch_no[8];
		snprintf(batch_no, sizeof batch_no, "B%d", i);
		write_crossing(any_chance(50) ? "ceke" : "erlian", batch_no,
		    MIDNIGHT + HOURS((int64_t)any_below(60 * 24) - 40 * 24), 1 + (long)any_below(1000));
	}
	const Juyan__V1__Totals *hours = ask(&book, "'totals': {'by_period': 'HOUR', 'by_port': true}")->totals;
	for (int round = 0; round < 600; round++) {
		const char *from = bounds[any_below(12)], *to = bounds[any_below(12)];
		const char *port = any_chance(50) ? "'ceke'" : "";
		char first[16], last[16];
		int64_t expected_kg = 0, expected_batches = 0, kg = 0, batches = 0;
		edge(from, false, first);
		edge(to, true, last);
		for (size_t i = 0; i < hours->n_rows; i++)
			if (strcmp(hours->rows[i]->period, first) >= 0 && strcmp(hours->rows[i]->period, last) <= 0 &&
			    (port[0] == '\0' || strcmp(hours->rows[i]->port, "ceke") == 0)) {
				expected_kg += hours->rows[i]->net_kg;
				expected_batches += hours->rows[i]->batches;
			}
		const Juyan__V1__Totals *totals =
		    ask(&book, "'totals': {'from': '%s', 'to': '%s', 'ports': [%s], 'by_period': '%s', 'by_group': %s}", from, to,
			port, kinds[any_below(5)], any_chance(50) ? "true" : "false")
			->totals;
		for (size_t i = 0; i < totals->n_rows; i++) {
			kg += totals->rows[i]->net_kg;
			batches += totals->rows[i]->batches;
			assert_true(i == 0 || strcmp(totals->rows[i - 1]->period, totals->rows[i]->period) <= 0);
		}
		assert_int_equal(kg, expected_kg);
		assert_int_equal(batches, expected_batches);
	}
}

/* Local time goes a few hours beyond the times that an event may have; what stood there was left out of "since ever until ever". */
static void
test_totals_without_bounds_have_the_first_and_the_last_hour_that_can_be(void **state)
{
	(void)state;
	book_take(&book, ADMIN,
	    registry_changed("'put': [{'port': {'id': 'azores', 'utc_offset': '-01:00', 'count_on': 'RELEASE'}}]"));
	write_crossing("azores", "B1", TIME_MS_LOWEST, 3);
	write_crossing("ceke", "B2", TIME_MS_HIGHEST, 4);
	holds(shown(ask(&book, "'totals': {'by_period': 'HOUR'}")), "'period':'1899-12-31T23'");
	holds(shown(ask(&book, "'totals': {'by_period': 'YEAR'}")), "'period':'2200'");
	counts_in_all(&book, 7, 2, 2);
}

static void
test_filters_and_parts(void **state)
{
	(void)state;
	write_crossing("ceke", "B1", MIDNIGHT, 5);
	book_take(&book, GATE,
	    cargo(MIDNIGHT, "ceke", "B2",
		"'manifest_lodged': {'direction': 'EXPORT', 'mode': 'RAIL', 'units': "
		"[{'unit_id': 'W1'}, {'unit_id': 'W2'}], 'waybills': [" WAYBILL(GOODS_UNKNOWN("99")) "]}"));
	book_take(&book, GATE, cargo(MIDNIGHT, "ceke", "B2", RELEASED));
	book_take(&book, GATE, cargo(MIDNIGHT, "ceke", "B2", CORRECTED("W1", "70")));
	holds(shown(ask(&book, "'totals': {}")), "[{'net_kg':75,'batches':2,'units':3,'units_unknown':1}]");
	holds(shown(ask(&book, "'totals': {'directions': ['export'], 'by_basis': true}")),
	    "[{'basis':'corrected','net_kg':70,'batches':1,'units':1},{'basis':'unknown','units':1,'units_unknown':1}]");
	holds(shown(ask(&book,
		  "'totals': {'modes': ['truck', 'agv'], 'by_mode': true, 'by_direction': true, 'by_group': true, "
		  "'by_port': true, 'by_period': 'DAY'}")),
	    "[{'port':'ceke','period':'2025-01-31','direction':'import','mode':'truck','group':'coal','net_kg':5,'batches':1,"
	    "'units':1}]");
	holds(shown(ask(&book, "'totals': {'groups': ['other']}")), "'net_kg':70");
	assert_int_equal(ask(&book, "'totals': {'groups': ['gold']}")->totals->n_rows, 0);
	assert_int_equal(ask(&book, "'totals': {'bases': ['weighed']}")->totals->n_rows, 0);
	assert_int_equal(ask(&book, "'totals': {'from': '2025-02', 'to': '2025-01'}")->totals->n_rows, 0);
}

static void
test_an_answer_with_too_many_rows_says_what_to_do(void **state)
{
	static struct entry entries[2 * (TOTALS_ROWS_MAX + 1)];
	enum { GROUP = 2000 };
	(void)state;
	/* One crossing in each of more hours than an answer has rows. */
	for (size_t i = 0; i <= TOTALS_ROWS_MAX; i += GROUP / 2) {
		size_t n = 0;
		arena_reset(&said_arena);
		for (size_t k = i; k < i + GROUP / 2 && k <= TOTALS_ROWS_MAX; k++) {
			char batch_no[16];
			snprintf(batch_no, sizeof batch_no, "B%zu", k);
			entries[n] = entry_of(&book, GATE, n, cargo(MIDNIGHT, "ceke", batch_no, LODGED(UNIT("T1"), "")));
			n++;
			entries[n] = entry_of(&book, GATE, n, cargo(MIDNIGHT + HOURS((int64_t)k), "ceke", batch_no, RELEASED));
			n++;
		}
		assert_int_equal(ledger_apply(book.ledger, entries, n, NULL), STATUS_OK);
	}
	fails(ask(&book, "'totals': {'by_period': 'HOUR'}"), STATUS_TOO_MANY, "ask for a shorter time");
	assert_int_equal(ask(&book, "'totals': {'by_period': 'HOUR', 'from': '2025-01-31T01'}")->totals->n_rows, TOTALS_ROWS_MAX);
}

/* It was answered like a wrong question, and the service went on. */
static void
test_a_registry_that_is_none_is_damage(void **state)
{
	struct reason why = { "" };
	const Juyan__V1__Answer *answer;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	struct reader *reader;
	struct store store;
	struct walk walk;
	uint8_t key[KEY_BYTES_MAX];
	(void)state;
	assert_int_equal(store_begin_write(book.env, &store, NULL), STATUS_OK);
	assert_int_equal(walk_open(&store, TABLE_registry, &walk), STATUS_OK);
	assert_int_equal(walk_first(&walk), STATUS_OK);
	struct span at = { key, walk.key.bytes };
	memcpy(key, walk.key.data, walk.key.bytes);
	walk_close(&walk);
	assert_int_equal(store_put(&store, TABLE_registry, at, (struct span){ key, 0 }), STATUS_OK);
	assert_int_equal(store_commit(&store, NULL), STATUS_OK);
	assert_int_equal(reader_open(book.env, &reader, &why), STATUS_OK);
	assert_int_equal(reader_answer(reader, &question, &said_arena, &answer, &why), STATUS_DAMAGED);
	holds(why.text, "the registry on disk");
	reader_close(&reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_test, end_test)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_wrong_question_gets_a_sentence),
		TEST(test_an_answer_that_does_not_fit_is_a_failure_and_the_next_one_is_not),
		TEST(test_the_story_of_a_batch),
		TEST(test_status_and_registry),
		TEST(test_a_chain_of_before),
		TEST(test_the_quarantine_comes_in_pages),
		TEST(test_what_is_to_be_reviewed_comes_in_pages),
		TEST(test_what_was_put_right_is_reviewed_no_more),
		TEST(test_totals_of_any_stretch_are_the_sums_of_its_hours),
		TEST(test_totals_without_bounds_have_the_first_and_the_last_hour_that_can_be),
		TEST(test_filters_and_parts),
		TEST(test_an_answer_with_too_many_rows_says_what_to_do),
		TEST(test_a_registry_that_is_none_is_damage),
	};
	any_begin();
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, said_begin, said_end);
}
