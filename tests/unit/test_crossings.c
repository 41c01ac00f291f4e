/*
 * Where crossings stand, how long they took, through which lanes they went, and by what they are found: facts in any order, the
 * ledger's answers, and what a question that cannot be gets.
 */
#include "check.h"

#include "../any.h"
#include "asked.h"
#include "lookup.h"
#include "passages.h"
#include "progress.h"

static struct book book;

static int
start(void **state)
{
	any_begin();
	if (said_begin(state) != 0)
		return -1;
	book_open(&book);
	return 0;
}

static int
stop(void **state)
{
	book_close(&book);
	return said_end(state);
}

static int
fresh(void **state)
{
	(void)state;
	book_close(&book);
	arena_reset(&said_arena);
	book_open(&book);
	return 0;
}

#define ARRIVED(id, lane) "'unit_arrived': {'unit_id': '" id "', 'lane': '" lane "'}"
#define LEFT(id, lane) "'unit_departed': {'unit_id': '" id "', 'lane': '" lane "'}"
#define LOOKED(by, outcome, more) "'inspected': {'by': '" by "', 'outcome': '" outcome "'" more "}"

static void
say(int64_t at_ms, const char *batch_no, const char *what)
{
	book_take(&book, GATE, cargo(at_ms, "ceke", batch_no, "%s", what));
}

static const char *
yard(void)
{
	return shown(ask(&book, "'crossings': {}"));
}

static void
stage_is(const char *stage)
{
	char text[64];
	snprintf(text, sizeof text, "'stage':'%s'", stage);
	holds(shown(ask(&book, "'search': {'text': 'B1'}")), text);
}

/* ---- one crossing ---- */

static void
test_the_stages_of_a_crossing(void **state)
{
	(void)state;
	say(MIDNIGHT, "B1",
	    LODGED("{'unit_id': '蒙L12345', 'trailers': ['挂 12-34'], 'containers': ['MSKU1234565']}",
		WAYBILL(GOODS("2701", "60000"))));
	stage_is("lodged");
	assert_int_equal(ask(&book, "'crossings': {}")->crossings->n_rows, 0);
	say(MIDNIGHT + MINUTES(10), "B1", ARRIVED("蒙L12345", "in 1"));
	stage_is("arrived");
	holds(yard(), "'lane_in':'in 1'");
	say(MIDNIGHT + MINUTES(20), "B1", "'unit_weighed': {'unit_id': '蒙L12345', 'gross_kg': 90000, 'stability': 'MOVING'}");
	stage_is("arrived");
	say(MIDNIGHT + MINUTES(21), "B1", WEIGHED("蒙L12345", "'gross_kg': 80000, 'tare_kg': 18000, 'container_tare_kg': 2000"));
	stage_is("weighed");
	say(MIDNIGHT + MINUTES(30), "B1", LOOKED("CUSTOMS", "HELD", ", 'held': 'a seal is broken'"));
	stage_is("held");
	holds(yard(), "'held':'a seal is broken'");
	say(MIDNIGHT + MINUTES(40), "B1", LOOKED("CUSTOMS", "PASSED", ""));
	stage_is("inspected");
	holds(yard(), "'second_inspection':true");
	holds(yard(), "'inspections':2");
	say(MIDNIGHT + MINUTES(50), "B1", RELEASED);
	stage_is("released");
	holds(yard(), "'declared_kg':60000,'weighed_kg':60000,'counted_kg':60000");
	say(MIDNIGHT + MINUTES(60), "B1", LEFT("蒙L12345", "out 2"));
	stage_is("departed");
	assert_int_equal(ask(&book, "'crossings': {}")->crossings->n_rows, 0);
	const char *left = shown(ask(&book, "'crossings': {'port': 'ceke', 'day': '2025-01-31'}"));
	holds(left, "'batch_no':'B1'");
	holds(left, "'lane_out':'out 2'");
	holds(left, "'units_departed':1");
	assert_int_equal(ask(&book, "'crossings': {'day': '2025-01-30'}")->crossings->n_rows, 0);
	say(MIDNIGHT + MINUTES(70), "B1", DELETED);
	stage_is("deleted");
	assert_int_equal(ask(&book, "'crossings': {'day': '2025-01-31'}")->crossings->n_rows, 0);
}

static void
test_a_train_has_left_when_all_wagons_have(void **state)
{
	(void)state;
	say(MIDNIGHT, "B1", LODGED(UNIT("T1") "," UNIT("T2"), ""));
	say(MIDNIGHT + 2, "B1", ARRIVED("T2", "b"));
	say(MIDNIGHT + 1, "B1", ARRIVED("T1", "a"));
	say(MIDNIGHT + HOURS(1), "B1", LEFT("T1", "c"));
	holds(yard(), "'units':2,'units_departed':1");
	holds(yard(), "'lane_in':'a'");
	say(MIDNIGHT + HOURS(2), "B1", LEFT("T2", "d"));
	assert_int_equal(ask(&book, "'crossings': {}")->crossings->n_rows, 0);
	holds(shown(ask(&book, "'crossings': {'day': '2025-01-31'}")), "'lane_out':'d'");
}

/* It was another batch's truck, or its plate was misread: the one that came is still looked for, and a person is told. */
static void
test_a_unit_that_the_manifest_does_not_name_makes_no_batch_depart(void **state)
{
	(void)state;
	say(MIDNIGHT, "B1", LODGED(UNIT("T1"), ""));
	say(MIDNIGHT, "B1", ARRIVED("T1", "a"));
	say(MIDNIGHT + HOURS(1), "B1", LEFT("T7", "c"));
	stage_is("arrived");
	const Juyan__V1__Crossing *row = ask(&book, "'crossings': {}")->crossings->rows[0];
	assert_int_equal(row->units_departed, 0);
	assert_string_equal(row->lane_out, "");
	assert_int_equal(ask(&book, "'crossings': {'day': '2025-01-31'}")->crossings->n_rows, 0);
	holds(shown(ask(&book, "'batch': {'port': 'ceke', 'batch_no': 'B1'}")), "a unit was seen that the manifest does not name");
	holds(shown(ask(&book, "'attention': {'now_ms': %lld}", (long long)(MIDNIGHT + HOURS(2)))), "'subject':'review:ceke/B1'");
	say(MIDNIGHT + HOURS(3), "B1", LEFT("T1", "d"));
	stage_is("departed");
	holds(shown(ask(&book, "'crossings': {'day': '2025-01-31'}")), "'lane_out':'d'");
}

static void
test_who_came_and_went_under_a_plate_that_the_manifest_has_wrong_has_left(void **state)
{
	(void)state;
	say(MIDNIGHT, "B1", LODGED(UNIT("T1") "," UNIT("T2"), ""));
	say(MIDNIGHT, "B1", ARRIVED("T1", "a"));
	say(MIDNIGHT, "B1", ARRIVED("T7", "b"));
	say(MIDNIGHT + HOURS(1), "B1", LEFT("T7", "c"));
	holds(yard(), "'units':2,'units_departed':1");
	holds(yard(), "'lane_out':'c'");
	say(MIDNIGHT + HOURS(2), "B1", LEFT("T1", "d"));
	stage_is("departed");
	/* It stands for one of which nothing was seen, and for no other. */
	say(MIDNIGHT + HOURS(3), "B1", ARRIVED("T2", "b"));
	stage_is("arrived");
	holds(yard(), "'units':2,'units_departed':1");
	holds(yard(), "'lane_out':'d'");
}

static void
test_outcomes_that_are_told_twice_are_one(void **state)
{
	(void)state;
	say(MIDNIGHT, "B1", ARRIVED("T1", ""));
	book_take(&book, GATE, cargo(MIDNIGHT + 5, "ceke", "B1", LOOKED("CUSTOMS", "PASSED", "")));
	book_take(&book, SCALE, cargo(MIDNIGHT + 5, "ceke", "B1", LOOKED("CUSTOMS", "PASSED", "")));
	book_take(&book, GATE, cargo(MIDNIGHT + 6, "ceke", "B1", LOOKED("QUARANTINE", "PASSED", "")));
	book_take(&book, GATE, cargo(MIDNIGHT + 7, "ceke", "B1", "'inspected': {'by': 'CUSTOMS'}"));
	const Juyan__V1__Crossing *row = ask(&book, "'crossings': {}")->crossings->rows[0];
	assert_int_equal(row->inspections, 2);
	assert_false(row->second_inspection);
	say(MIDNIGHT + 8, "B1", LOOKED("CUSTOMS", "PASSED", ", 'unit_id': 'T1'"));
	assert_false(ask(&book, "'crossings': {}")->crossings->rows[0]->second_inspection);
	say(MIDNIGHT + 9, "B1", LOOKED("CUSTOMS", "PASSED", ", 'unit_id': 'T1'"));
	assert_true(ask(&book, "'crossings': {}")->crossings->rows[0]->second_inspection);
}

/* ---- lists ---- */

static void
test_crossings_come_in_pages(void **state)
{
	enum { ALL = 25 };
	(void)state;
	for (int i = 0; i < ALL; i++) {
		char batch_no[16];
		snprintf(batch_no, sizeof batch_no, "B%02d", i);
		book_take(&book, GATE, cargo(MIDNIGHT, i % 2 ? "ceke" : "wuliji", batch_no, ARRIVED("T1", "")));
		if (i % 5 == 0)
			book_take(&book, GATE, cargo(MIDNIGHT, i % 2 ? "ceke" : "wuliji", batch_no, LODGED(UNIT("T1"), "")));
	}
	char port[64] = "", batch_no[80] = "", seen[ALL * 24] = "";
	size_t n = 0;
	for (bool more = true; more;) {
		const Juyan__V1__Crossings *page =
		    ask(&book, "'crossings': {'rows_max': 4, 'after_port': '%s', 'after_batch_no': '%s'}", port, batch_no)
			->crossings;
		assert_true(page->n_rows > 0);
		for (size_t i = 0; i < page->n_rows; i++, n++) {
			char name[24];
			snprintf(name, sizeof name, "%s/%s ", page->rows[i]->port, page->rows[i]->batch_no);
			assert_null(strstr(seen, name));
			strcat(seen, name);
		}
		snprintf(port, sizeof port, "%s", page->rows[page->n_rows - 1]->port);
		snprintf(batch_no, sizeof batch_no, "%s", page->rows[page->n_rows - 1]->batch_no);
		more = page->more;
	}
	assert_int_equal(n, ALL);
	assert_int_equal(ask(&book, "'crossings': {'port': 'ceke'}")->crossings->n_rows, 12);
	assert_int_equal(ask(&book, "'crossings': {'modes': ['truck']}")->crossings->n_rows, 5);
	assert_int_equal(ask(&book, "'crossings': {'modes': ['rail']}")->crossings->n_rows, 0);
}

/* A day is the port's: by another UTC offset what left before midnight left on the next day. */
static void
test_another_utc_offset_moves_what_has_left(void **state)
{
	(void)state;
	say(MIDNIGHT - MINUTES(90), "B1", LEFT("T1", ""));
	assert_int_equal(ask(&book, "'crossings': {'day': '2025-01-30'}")->crossings->n_rows, 1);
	book_take(&book, ADMIN,
	    registry_changed("'put': [{'port': {'id': 'ceke', 'utc_offset': '+10:00', 'count_on': 'RELEASE'}}]"));
	assert_int_equal(ask(&book, "'crossings': {'day': '2025-01-30'}")->crossings->n_rows, 0);
	assert_int_equal(ask(&book, "'crossings': {'day': '2025-01-31'}")->crossings->n_rows, 1);
}

/* ---- spans of time ---- */

static const Juyan__V1__DwellRow *
dwell_row(const Juyan__V1__Dwells *dwells, const char *kind)
{
	for (size_t i = 0; i < dwells->n_rows; i++)
		if (strcmp(dwells->rows[i]->kind, kind) == 0)
			return dwells->rows[i];
	fail_msg("no row tells of %s", kind);
	return NULL;
}

static void
pass(const char *batch_no, int64_t minutes)
{
	say(MIDNIGHT, batch_no, ARRIVED("T1", ""));
	say(MIDNIGHT + MINUTES(minutes), batch_no, WEIGHED("T1", "'gross_kg': 50000"));
	say(MIDNIGHT + MINUTES(2 * minutes), batch_no, LOOKED("CUSTOMS", "PASSED", ""));
	say(MIDNIGHT + MINUTES(4 * minutes), batch_no, RELEASED);
	say(MIDNIGHT + MINUTES(8 * minutes), batch_no, LEFT("T1", ""));
}

static void
test_spans_are_of_those_that_left_and_by_nearest_rank(void **state)
{
	(void)state;
	for (int i = 1; i <= 10; i++) {
		char batch_no[16];
		snprintf(batch_no, sizeof batch_no, "B%d", i);
		pass(batch_no, i);
	}
	say(MIDNIGHT, "C", ARRIVED("T1", "")); /* not left */
	const Juyan__V1__Dwells *all = ask(&book, "'dwell': {'from': '2025-01-31', 'to': '2025-01-31'}")->dwell;
	assert_int_equal(all->n_rows, 5); /* there is but one weighing */
	static const struct {
		const char *kind;
		int64_t part;
	} kinds[] = { { "waiting", 1 }, { "inspection", 1 }, { "clearance", 2 }, { "leaving", 4 }, { "whole", 8 } };
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const Juyan__V1__DwellRow *row = dwell_row(all, kinds[i].kind);
		assert_int_equal(row->n, 10);
		assert_int_equal(row->p50_ms, MINUTES(5 * kinds[i].part));
		assert_int_equal(row->p90_ms, MINUTES(9 * kinds[i].part));
		assert_int_equal(row->backwards, 0);
		assert_string_equal(row->port, "");
	}
	/* A second weighing makes two, and is no part of what was before it; a clock that is behind is counted and left out. */
	say(MIDNIGHT + MINUTES(90), "B1", WEIGHED("T1", "'tare_kg': 1"));
	say(MIDNIGHT + MINUTES(1), "B2", ARRIVED("T1", ""));
	say(MIDNIGHT + MINUTES(3), "B2", ARRIVED("T1", ""));
	all = ask(&book, "'dwell': {'from': '2025-01-31', 'to': '2025-01-31', 'by_port': true, 'by_day': true}")->dwell;
	assert_int_equal(dwell_row(all, "weighing")->n, 1);
	assert_int_equal(dwell_row(all, "weighing")->p50_ms, MINUTES(89));
	assert_int_equal(dwell_row(all, "inspection")->n, 10);
	assert_int_equal(dwell_row(all, "waiting")->backwards, 1);
	assert_int_equal(dwell_row(all, "waiting")->n, 9);
	assert_string_equal(all->rows[0]->port, "ceke");
	assert_string_equal(all->rows[0]->day, "2025-01-31");
	assert_int_equal(ask(&book, "'dwell': {'from': '2025-01-30', 'to': '2025-01-30'}")->dwell->n_rows, 0);
	assert_int_equal(ask(&book, "'dwell': {'from': '2025-01-31', 'to': '2025-01-31', 'ports': ['wuliji']}")->dwell->n_rows, 0);
}

/* ---- lanes ---- */

static void
test_lanes_are_those_of_the_registry_and_those_that_were_seen(void **state)
{
	(void)state;
	book_take(&book, ADMIN,
	    registry_changed("'put': [{'port': {'id': 'ceke', 'utc_offset': '+08:00', 'count_on': 'RELEASE', "
			     "'lanes': ['in 1', 'in 2']}}]"));
	say(MIDNIGHT, "B1", ARRIVED("T1", "in 1"));
	say(MIDNIGHT - HOURS(9), "B2", ARRIVED("T1", "in 1"));
	say(MIDNIGHT - HOURS(8), "B2", LEFT("T1", "out 9"));
	say(MIDNIGHT - DAYS(40), "B3", LEFT("T1", "old"));
	/* Of a batch of several units each unit's lane is one. */
	say(MIDNIGHT - HOURS(5), "B4", LEFT("T1", "x"));
	say(MIDNIGHT - HOURS(4), "B4", LEFT("T2", "y"));
	const Juyan__V1__Lanes *lanes = ask(&book, "'lanes': {}")->lanes;
	static const char *const names[] = { "in 1", "in 2", "out 9", "x", "y" };
	assert_int_equal(lanes->n_rows, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(lanes->rows[i]->lane, names[i]);
		assert_int_equal(lanes->rows[i]->registered, i < 2);
		assert_int_equal(lanes->rows[i]->has_last_at_ms, i != 1);
	}
	assert_int_equal(lanes->rows[0]->last_at_ms, MIDNIGHT);
	assert_string_equal(lanes->rows[0]->happened, "unit_arrived");
	assert_string_equal(lanes->rows[0]->batch_no, "B1");
	assert_string_equal(lanes->rows[2]->happened, "unit_departed");
	assert_int_equal(ask(&book, "'lanes': {'port': 'wuliji'}")->lanes->n_rows, 0);
}

/* Plates where lanes should stand: those that the registry names are told all the same, and of the others the latest. */
static void
test_more_lanes_than_an_answer_holds_hide_none_of_the_registry(void **state)
{
	(void)state;
	enum { LANES = ANSWER_ROWS_MAX + 20 };
	book_take(&book, ADMIN,
	    registry_changed(
		"'put': [{'port': {'id': 'ceke', 'utc_offset': '+08:00', 'count_on': 'RELEASE', 'lanes': ['in 1']}}]"));
	for (int i = 0; i < LANES; i++) {
		char batch_no[16], what[128];
		snprintf(batch_no, sizeof batch_no, "P%d", i);
		snprintf(what, sizeof what, "'unit_arrived': {'unit_id': 'T1', 'lane': 'p%d'}", i);
		/* The number has nothing to do with the time: the walk meets old and new in turn. */
		say(MIDNIGHT - INT64_C(1000) * (i * 7 % LANES), batch_no, what);
	}
	say(MIDNIGHT - HOURS(9), "B1", ARRIVED("T1", "in 1"));
	const Juyan__V1__Lanes *lanes = ask(&book, "'lanes': {}")->lanes;
	assert_int_equal(lanes->n_rows, ANSWER_ROWS_MAX);
	assert_string_equal(lanes->rows[0]->lane, "in 1");
	assert_int_equal(lanes->rows[0]->last_at_ms, MIDNIGHT - HOURS(9));
	for (size_t i = 1; i < lanes->n_rows; i++)
		assert_true(lanes->rows[i]->last_at_ms > MIDNIGHT - INT64_C(1000) * (ANSWER_ROWS_MAX - 1));
}

/* ---- search ---- */

static void
finds(const char *text, size_t n, const char *found, const char *kind)
{
	const Juyan__V1__SearchResults *results = ask(&book, "'search': {'text': '%s'}", text)->search;
	if (results->n_rows != n)
		fail_msg("'%s' finds %zu", text, results->n_rows);
	if (n == 0)
		return;
	assert_string_equal(results->rows[0]->found, found);
	assert_string_equal(results->rows[0]->kind, kind);
}

static void
test_what_a_manifest_names_is_found(void **state)
{
	(void)state;
	say(MIDNIGHT, "CK-2025 0001",
	    LODGED("{'unit_id': '1234 УНА', 'trailers': ['挂 12-34', 'ab 1'], 'containers': ['MSKU 123456-5']}",
		"{'waybill_no': 'WB/7-7', 'goods': [{'hs_code': '2701'}]}"));
	finds("ck20250001", 1, "CK-2025 0001", "batch");
	finds("CK-20", 1, "CK-2025 0001", "batch");
	finds("1234уна", 1, "1234 УНА", "unit");
	finds("34уна", 0, NULL, NULL); /* not its beginning */
	finds("挂1234", 1, "挂 12-34", "trailer");
	finds("AB1", 1, "ab 1", "trailer");
	finds("mskU1234565", 1, "MSKU 123456-5", "container");
	finds("wb/77", 1, "WB/7-7", "waybill");
	/* Another manifest, and nothing of the old one is found any more; nor of one that is withdrawn. */
	say(MIDNIGHT + DAYS(2), "CK-2025 0001", LODGED(UNIT("T9"), ""));
	finds("1234уна", 0, NULL, NULL);
	finds("t9", 1, "T9", "unit");
	say(MIDNIGHT + DAYS(1), "CK-2025 0001", LODGED(UNIT("T8"), "")); /* an earlier one comes late */
	finds("t8", 0, NULL, NULL);
	say(MIDNIGHT + DAYS(3), "CK-2025 0001", DELETED);
	finds("t9", 0, NULL, NULL);
	finds("ck2025", 1, "CK-2025 0001", "batch");
}

static void
test_who_was_seen_is_found_without_a_manifest(void **state)
{
	(void)state;
	say(MIDNIGHT, "B1", ARRIVED("T-1", ""));
	finds("t1", 1, "T-1", "unit");
	say(MIDNIGHT - DAYS(1), "B1", ARRIVED("T-2", ""));
	finds("t1", 1, "T-1", "unit");
	finds("t2", 1, "T-2", "unit");
	say(MIDNIGHT, "B1", LODGED(UNIT("T3"), ""));
	finds("t1", 0, NULL, NULL);
}

static void
test_exact_ones_come_first_and_the_latest_of_them(void **state)
{
	(void)state;
	say(MIDNIGHT + DAYS(5), "B1", LODGED(UNIT("TT11"), ""));
	say(MIDNIGHT, "B2", LODGED(UNIT("TT1"), ""));
	say(MIDNIGHT + DAYS(1), "B3", LODGED(UNIT("TT1"), ""));
	say(MIDNIGHT + DAYS(3), "B4", LODGED(UNIT("TT12"), ""));
	const Juyan__V1__SearchResults *found = ask(&book, "'search': {'text': 'tt1'}")->search;
	static const char *const order[] = { "B3", "B2", "B1", "B4" };
	assert_int_equal(found->n_rows, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(found->rows[i]->crossing->batch_no, order[i]);
	assert_false(found->more);
	for (unsigned rows = 1; rows <= 4; rows++) {
		found = ask(&book, "'search': {'text': 'tt1', 'rows_max': %u}", rows)->search;
		assert_int_equal(found->n_rows, rows);
		assert_int_equal(found->more, rows < 4);
	}
}

/* Of the batches S00 to S39, one a day; every other one has the plate. */
enum { SEARCHED = 40, WITH_PLATE = SEARCHED / 2 };

static void
lodge_many(void)
{
	for (int i = 0; i < SEARCHED; i++) {
		char batch_no[16];
		snprintf(batch_no, sizeof batch_no, "S%02d", i);
		say(MIDNIGHT + DAYS(i), batch_no, i % 2 == 0 ? LODGED(UNIT("TT1"), "") : LODGED(UNIT("X1"), ""));
	}
}

/* A search in slices of so many batches; `between` happens after the first. */
static const Juyan__V1__Answer *
search_in_slices(size_t batches_max, size_t slice, void (*between)(void))
{
	static char text[] = "tt1";
	Juyan__V1__SearchAsk search = JUYAN__V1__SEARCH_ASK__INIT;
	struct searching *searching = NULL;
	const Juyan__V1__Answer *answer;
	struct reason why = { "" };
	bool done = false;
	search.text = text;
	must(searching_open(&search, batches_max, &searching, &why), &why);
	for (size_t turns = 0; !done; turns++) {
		assert_true(turns <= SEARCHED / slice + 1);
		must(reader_search(book.reader, searching, slice, &done, &why), &why);
		if (turns == 0 && between != NULL)
			between();
	}
	must(reader_found(book.reader, searching, 77, &said_arena, &answer, &why), &why);
	searching_close(&searching);
	return answer;
}

static void
test_a_search_in_slices_finds_what_a_whole_one_finds(void **state)
{
	(void)state;
	lodge_many();
	char whole[SHOWN_BYTES];
	snprintf(whole, sizeof whole, "%s", shown(ask(&book, "'search': {'text': 'tt1'}")));
	assert_int_equal(ask(&book, "'search': {'text': 'tt1'}")->search->n_rows, WITH_PLATE);
	static const size_t slices[] = { 1, 2, 3, 7, SEARCHED - 1, SEARCHED, SEARCHED + 1 };
	for (size_t i = 0; i < sizeof slices / sizeof slices[0]; i++)
		assert_string_equal(shown(search_in_slices(SEARCH_BATCHES_MAX, slices[i], NULL)), whole);
}

static void
test_a_search_that_has_not_looked_at_all_says_so(void **state)
{
	(void)state;
	lodge_many();
	for (size_t most = 0; most <= SEARCHED + 1; most++) {
		const Juyan__V1__SearchResults *found = search_in_slices(most, 1 + most % 5, NULL)->search;
		assert_int_equal(found->more, most < SEARCHED);
		assert_int_equal(found->n_rows, most < SEARCHED ? most / 2 : WITH_PLATE);
	}
}

/* The latest with the plate, found already, moves back in time; a new one is lodged. */
static void
move_and_lodge(void)
{
	say(MIDNIGHT + DAYS(SEARCHED), "S38", DELETED);
	say(MIDNIGHT + DAYS(SEARCHED) + 1, "S99", LODGED(UNIT("TT1"), ""));
	say(MIDNIGHT + DAYS(SEARCHED) + 2, "S00", LODGED(UNIT("TT1"), ""));
}

static void
test_a_search_in_slices_tells_none_twice(void **state)
{
	(void)state;
	lodge_many();
	const Juyan__V1__SearchResults *found = search_in_slices(SEARCH_BATCHES_MAX, 3, move_and_lodge)->search;
	assert_false(found->more);
	for (size_t i = 0; i < found->n_rows; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(found->rows[i]->crossing->batch_no, found->rows[k]->crossing->batch_no);
	assert_string_equal(found->rows[0]->crossing->batch_no, "S38");
	assert_string_equal(found->rows[0]->crossing->stage, "deleted"); /* as it is now */
}

static void
test_names_are_cut_at_letters_and_rows_hold_any(void **state)
{
	char folded[LOOKUP_NAME_BYTES_MAX + 1], text[256];
	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t n = any_below(sizeof text);
		for (size_t i = 0; i < n; i++)
			text[i] = any_chance(50) ? "aZ09- \xC3\x84\xD0\xA3\xE8\x92\x99"[any_below(12)] : (char)any_bits();
		struct span span = { (const uint8_t *)text, n }, again;
		size_t bytes = lookup_fold(span, folded), at = 0;
		assert_true(bytes <= LOOKUP_NAME_BYTES_MAX && strlen(folded) == bytes);
		for (size_t i = 0; i < bytes; i++)
			assert_true((uint8_t)folded[i] >= NAME_KINDS);
		struct lookup_name name;
		again = (struct span){ (const uint8_t *)"ab", 2 };
		while (lookup_find(span, &at, again, &name)) /* a row that somebody has changed */
			assert_true(at <= n);
	}
}

/* ---- questions that cannot be ---- */

static void
fails(const char *question, const char *name, const char *part)
{
	const Juyan__V1__Answer *answer = ask(&book, "%s", question);
	if (answer->say_case != JUYAN__V1__ANSWER__SAY_FAILURE)
		fail_msg("%s was answered", question);
	assert_string_equal(answer->failure->name, name);
	holds(answer->failure->sentence, part);
}

static void
test_bad_questions_get_a_sentence(void **state)
{
	(void)state;
	fails("'crossings': {'port': 'cek'}", "unknown_port", "is 'ceke' meant?");
	fails("'crossings': {'day': '2025-02-30'}", "syntax", "'day' is '2025-02-30'");
	fails("'crossings': {'modes': ['ship']}", "out_of_range", "there is no mode 'ship'");
	fails("'crossings': {'after_port': 'ceke'}", "out_of_range", "after_port and after_batch_no");
	fails("'dwell': {}", "syntax", "'from' is ''");
	fails("'dwell': {'from': '2025-02-01', 'to': '2025-01-31'}", "out_of_range", "the earlier day");
	fails("'dwell': {'from': '2025-01-01', 'to': '2025-01-31', 'ports': ['x']}", "unknown_port", "'x'");
	fails("'lanes': {'port': 'x'}", "unknown_port", "'x'");
	fails("'search': {'text': ' -a- '}", "out_of_range", "at least 2");
	fails("'search': {'text': '0123456789012345678901234567890123456789012345678901234567890123456789'}", "too_large", "64");
	fails("'attention': {}", "out_of_range", "now_ms");
	fails("'attention': {'now_ms': 1738252800000, 'port': 'x'}", "unknown_port", "'x'");
	fails("'news': {'after_lsn': 99999}", "out_of_range", "the ledger ends at");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_the_stages_of_a_crossing, fresh),
		cmocka_unit_test_setup(test_a_train_has_left_when_all_wagons_have, fresh),
		cmocka_unit_test_setup(test_a_unit_that_the_manifest_does_not_name_makes_no_batch_depart, fresh),
		cmocka_unit_test_setup(test_who_came_and_went_under_a_plate_that_the_manifest_has_wrong_has_left, fresh),
		cmocka_unit_test_setup(test_outcomes_that_are_told_twice_are_one, fresh),
		cmocka_unit_test_setup(test_crossings_come_in_pages, fresh),
		cmocka_unit_test_setup(test_another_utc_offset_moves_what_has_left, fresh),
		cmocka_unit_test_setup(test_spans_are_of_those_that_left_and_by_nearest_rank, fresh),
		cmocka_unit_test_setup(test_lanes_are_those_of_the_registry_and_those_that_were_seen, fresh),
		cmocka_unit_test_setup(test_more_lanes_than_an_answer_holds_hide_none_of_the_registry, fresh),
		cmocka_unit_test_setup(test_what_a_manifest_names_is_found, fresh),
		cmocka_unit_test_setup(test_who_was_seen_is_found_without_a_manifest, fresh),
		cmocka_unit_test_setup(test_exact_ones_come_first_and_the_latest_of_them, fresh),
		cmocka_unit_test_setup(test_a_search_in_slices_finds_what_a_whole_one_finds, fresh),
		cmocka_unit_test_setup(test_a_search_that_has_not_looked_at_all_says_so, fresh),
		cmocka_unit_test_setup(test_a_search_in_slices_tells_none_twice, fresh),
		cmocka_unit_test_setup(test_names_are_cut_at_letters_and_rows_hold_any, fresh),
		cmocka_unit_test_setup(test_bad_questions_get_a_sentence, fresh),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
