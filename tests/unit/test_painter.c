/* The present, one day, search and attention, painted from a ledger that is known to the kilogram. */
#include "painting.h"

static void
flow(const char *port, const char *day)
{
	json_decref(picture);
	picture = NULL;
	PAINT(&studio, "Flow", painter_flow(studio.painter, port, day, &picture, &studio.why));
}

static void
refused(enum status status, enum status expected, const char *part)
{
	assert_string_equal(status_name(status), status_name(expected));
	holds(studio.why.text, part);
}

/* ---- place ---- */

static void
test_the_place_has_names_in_three_languages(void **state)
{
	(void)state;
	book_take(&studio.book, ADMIN,
	    registry_changed(
		"'put': [{'port': {'id': 'far', 'name_mn': 'Алс', 'utc_offset': '-10:00', 'count_on': 'RELEASE', 'lanes': "
		"['l1']}}, "
		"{'goal': {'id': 'g', 'name': 'G', 'from': '2025-01-01', 'to': '2025-12-31', 'target_kg': 26000000000, 'mode': "
		"'AGV'}}, {'valid_from': '2025-06-01', 'goal': {'id': 'g', 'name': 'G', 'from': '2025-01-01', 'to': '2025-12-31', "
		"'target_kg': 27000000000}}]"));
	PAINT(&studio, "Place", painter_place(studio.painter, &picture, &studio.why));
	assert_int_equal(json_array_size(at(picture, "ports")), 3);
	assert_string_equal(text_at(picture, "ports.0.id"), "ceke");
	assert_string_equal(text_at(picture, "ports.0.names.zh"), "ceke");
	assert_string_equal(text_at(picture, "ports.0.today"), "2025-01-31");
	assert_string_equal(text_at(picture, "ports.1.names.en"), "Алс");
	assert_string_equal(text_at(picture, "ports.1.today"), "2025-01-30");
	assert_string_equal(text_at(picture, "ports.1.lanes.0"), "l1");
	assert_string_equal(text_at(picture, "ports.2.count_on"), "departure");
	assert_int_equal(json_array_size(at(picture, "groups")), 3); /* coal, and the two that are built in */
	assert_int_equal(json_array_size(at(picture, "goals")), 1);
	assert_string_equal(text_at(picture, "goals.0.mode"), "agv");
	assert_string_equal(text_at(picture, "goals.0.direction"), "");
	assert_int_equal(number_at(picture, "goals.0.target_kg"), 26000000000);
	assert_int_equal(number_at(picture, "mark.lsn"), 2);
	assert_int_equal(number_at(picture, "mark.received_at_ms"), MIDNIGHT);
	/* In June the other version holds, and a registry that changes is seen. */
	now(MIDNIGHT + DAYS(200));
	book_take(&studio.book, ADMIN, registry_changed("'put': [" GROUP("ore", "26", "") "]"));
	json_decref(picture);
	PAINT(&studio, "Place", painter_place(studio.painter, &picture, &studio.why));
	assert_int_equal(number_at(picture, "goals.0.target_kg"), 27000000000);
	assert_string_equal(text_at(picture, "goals.0.mode"), "");
	assert_int_equal(json_array_size(at(picture, "groups")), 4);
}

/* ---- the present ---- */

static void
test_an_empty_ledger_has_zeros_and_unknowns(void **state)
{
	(void)state;
	live();
	assert_int_equal(number_at(picture, "ports.0.so_far.net_kg"), 0);
	assert_int_equal(number_at(picture, "total.batches"), 0);
	assert_true(null_at(picture, "ports.0.ordinary_kg"));
	assert_int_equal(number_at(picture, "ports.0.ordinary_days"), 0);
	assert_true(null_at(picture, "ports.0.last_event_ms"));
	assert_true(null_at(picture, "year.goal"));
	assert_true(null_at(picture, "year.done_kg"));
	assert_int_equal(number_at(picture, "attention"), 0);
	assert_int_equal(number_at(picture, "ports.1.yard.units"), 0);
}

static void
test_today_adds_up_and_moves_with_each_commit(void **state)
{
	(void)state;
	book_take(&studio.book, ADMIN,
	    registry_changed("'put': [{'goal': {'id': 'y', 'from': '2025-01-01', 'to': '2025-12-31', 'target_kg': 1000000}}]"));
	pass_truck(&studio.book, "ceke", "B0", MIDNIGHT - HOURS(1), 11); /* yesterday */
	pass_truck(&studio.book, "ceke", "B1", MIDNIGHT + HOURS(3), 90000);
	now(MIDNIGHT + HOURS(4));
	live();
	assert_int_equal(number_at(picture, "ports.0.so_far.net_kg"), 90000);
	assert_int_equal(number_at(picture, "ports.0.so_far.weighed_kg"), 90000);
	assert_int_equal(number_at(picture, "ports.0.by_mode.0.mass.net_kg"), 90000);
	assert_int_equal(number_at(picture, "ports.0.by_mode.1.mass.net_kg"), 0);
	assert_int_equal(number_at(picture, "total.net_kg"), 90000);
	assert_string_equal(text_at(picture, "year.goal"), "y");
	assert_int_equal(number_at(picture, "year.done_kg"), 90011);
	assert_int_equal(number_at(picture, "ports.0.last_event_ms"), MIDNIGHT + HOURS(3) + MINUTES(20));
	assert_int_equal(number_at(picture, "mark.lsn"), (int64_t)ledger_lsn(studio.book.ledger));
	/* Another unit by AGV, whose mass nobody knows; one more that stands in the yard; and a correction. */
	book_take(&studio.book, GATE,
	    cargo(MIDNIGHT + HOURS(3), "ceke", "A1",
		"'manifest_lodged': {'direction': 'EXPORT', 'mode': 'AGV', 'units': [{'unit_id': 'A'}], 'waybills': "
		"[{'waybill_no': 'W', 'goods': [{'hs_code': '84'}]}]}"));
	book_take(&studio.book, GATE, cargo(MIDNIGHT + HOURS(3), "ceke", "A1", RELEASED));
	book_take(&studio.book, GATE, cargo(MIDNIGHT + HOURS(3), "wuliji", "Y1", "'unit_arrived': {'unit_id': 'Z'}"));
	book_take(&studio.book, GATE, cargo(MIDNIGHT + HOURS(3), "ceke", "B1", CORRECTED("T1", "80000")));
	live();
	assert_int_equal(number_at(picture, "ports.0.so_far.corrected_kg"), 80000);
	assert_int_equal(number_at(picture, "ports.0.so_far.weighed_kg"), 0);
	assert_int_equal(number_at(picture, "ports.0.so_far.units_unknown"), 1);
	assert_int_equal(number_at(picture, "ports.0.so_far.units"), 2);
	assert_int_equal(number_at(picture, "ports.0.by_mode.1.mass.units_unknown"), 1);
	assert_int_equal(number_at(picture, "year.done_kg"), 80011);
	assert_int_equal(number_at(picture, "ports.1.yard.arrived"), 1);
	assert_int_equal(number_at(picture, "ports.1.last_event_ms"), MIDNIGHT + HOURS(3));
	/* Midnight: another day begins, with nothing. */
	now(MIDNIGHT + DAYS(1));
	live();
	assert_int_equal(number_at(picture, "total.net_kg"), 0);
	assert_string_equal(text_at(picture, "ports.0.today"), "2025-02-01");
	assert_int_equal(number_at(picture, "year.done_kg"), 80011);
}

static void
test_ordinary_days_are_open_and_compared_by_this_very_hour(void **state)
{
	(void)state;
	char batch_no[16];
	book_take(&studio.book, ADMIN,
	    registry_changed("'put': [{'day': {'port': '*', 'day': '2025-01-20', 'kind': 'HOLIDAY', 'country': 'CN'}}, "
			     "{'day': {'port': 'ceke', 'day': '2025-01-18', 'to': '2025-01-19', 'kind': 'CLOSED'}}]"));
	/* On the days before, one truck at 02:15 and one at 05:00; on the days without traffic none. */
	for (int day = 1; day <= 14; day++) {
		if (day == 5)
			continue;
		snprintf(batch_no, sizeof batch_no, "E%d", day);
		pass_truck(&studio.book, "ceke", batch_no, MIDNIGHT - DAYS(day) + HOURS(2) + MINUTES(15), day * 1000);
		snprintf(batch_no, sizeof batch_no, "L%d", day);
		pass_truck(&studio.book, "ceke", batch_no, MIDNIGHT - DAYS(day) + HOURS(5), 50000);
	}
	now(MIDNIGHT + HOURS(4));
	live();
	/* 14 days, less the 26th without traffic, the holiday and the two that were shut: days back 1-4, 6-10, 14. */
	assert_int_equal(number_at(picture, "ports.0.ordinary_days"), 10);
	assert_int_equal(number_at(picture, "ports.0.ordinary_kg"), 6500); /* between 6 and 7 */
	now(MIDNIGHT + HOURS(2) + MINUTES(30));
	live();
	assert_int_equal(number_at(picture, "ports.0.ordinary_kg"), 3250); /* half of the hour */
	now(MIDNIGHT + HOURS(2));
	live();
	assert_int_equal(number_at(picture, "ports.0.ordinary_kg"), 0); /* nothing yet, and that is known */
	/* A correction of such a day is seen. */
	book_take(&studio.book, GATE, cargo(MIDNIGHT, "ceke", "E7", CORRECTED("T1", "9000")));
	now(MIDNIGHT + HOURS(4));
	live();
	assert_int_equal(number_at(picture, "ports.0.ordinary_kg"), 7000);
	/* Kept open all the same, it stays a holiday; but when a day is no longer shut it is an ordinary one. */
	book_take(&studio.book, ADMIN,
	    registry_changed("'put': [{'day': {'port': 'ceke', 'day': '2025-01-20', 'kind': 'OPEN_BY_AGREEMENT'}}], 'drop': "
			     "[{'day': {'port': 'ceke', 'day': '2025-01-18', 'kind': 'CLOSED'}}]"));
	live();
	assert_int_equal(number_at(picture, "ports.0.ordinary_days"), 12);
	assert_true(null_at(picture, "ports.1.ordinary_kg"));
}

static void
test_each_port_has_its_own_day(void **state)
{
	(void)state;
	book_take(&studio.book, ADMIN,
	    registry_changed("'put': [{'port': {'id': 'far', 'utc_offset': '-10:00', 'count_on': 'RELEASE'}}]"));
	pass_truck(&studio.book, "ceke", "B1", MIDNIGHT - HOURS(1), 1000); /* ceke's yesterday */
	pass_truck(&studio.book, "far", "B2", MIDNIGHT - HOURS(1), 2000);  /* its today: there it is 05:00 */
	pass_truck(&studio.book, "far", "B3", MIDNIGHT - HOURS(7), 4000);  /* its yesterday */
	live();
	assert_string_equal(text_at(picture, "ports.1.port"), "far");
	assert_string_equal(text_at(picture, "ports.1.today"), "2025-01-30");
	assert_int_equal(number_at(picture, "ports.1.so_far.net_kg"), 2000);
	assert_int_equal(number_at(picture, "ports.0.so_far.net_kg"), 0);
	assert_int_equal(number_at(picture, "total.net_kg"), 2000);
	flow("far", NULL);
	assert_string_equal(text_at(picture, "day"), "2025-01-30");
	assert_int_equal(json_array_size(at(picture, "hours")), 7 * 3); /* 00 to 06 */
}

/* On the day when it was released it stands in no list: it never left. */
static void
test_a_port_whose_last_batch_was_never_seen_to_leave_has_had_events(void **state)
{
	(void)state;
	int64_t released = MIDNIGHT - DAYS(60) + MINUTES(10);
	book_take(&studio.book, GATE,
	    cargo(released - HOURS(2), "ceke", "B1", LODGED(UNIT("T1"), WAYBILL("{'hs_code': '2701', 'declared_kg': 5000}"))));
	book_take(&studio.book, GATE, cargo(released, "ceke", "B1", RELEASED));
	now(MIDNIGHT);
	live();
	assert_int_equal(number_at(picture, "ports.0.last_event_ms"), MIDNIGHT - DAYS(60));
}

static void
test_a_port_that_has_been_quiet_for_weeks(void **state)
{
	(void)state;
	pass_truck(&studio.book, "wuliji", "W1", MIDNIGHT - DAYS(60), 5000);
	now(MIDNIGHT);
	live();
	assert_int_equal(number_at(picture, "ports.1.so_far.net_kg"), 0);
	assert_int_equal(number_at(picture, "ports.1.last_event_ms"), MIDNIGHT - DAYS(60) + MINUTES(20));
	assert_true(null_at(picture, "ports.1.ordinary_kg"));
	assert_int_equal(number_at(picture, "ports.1.ordinary_days"), 1);
	flow("wuliji", NULL);
	assert_int_equal(json_array_size(at(picture, "crossings")), 0);
	assert_int_equal(json_array_size(at(picture, "dwell")), 0);
	assert_int_equal(json_array_size(at(picture, "hours")), 3);
}

/* ---- one day ---- */

static void
test_hours_add_up_to_their_day(void **state)
{
	(void)state;
	json_t *sum = json_object();
	size_t i;
	json_t *hour;
	pass_truck(&studio.book, "ceke", "B1", MIDNIGHT + HOURS(1), 1000);
	pass_truck(&studio.book, "ceke", "B2", MIDNIGHT + HOURS(9) + MINUTES(59), 2000);
	pass_truck(&studio.book, "ceke", "B3", MIDNIGHT + HOURS(30), 4000);
	now(MIDNIGHT + HOURS(10) + MINUTES(30));
	flow(NULL, NULL);
	assert_true(json_is_true(at(picture, "running")));
	assert_int_equal(json_array_size(at(picture, "hours")), 11 * 3);
	assert_string_equal(text_at(picture, "hours.0.hour"), "2025-01-31T00");
	assert_string_equal(text_at(picture, "hours.0.mode"), "truck");
	json_array_foreach(at(picture, "hours"), i, hour) add_mass(sum, at(hour, "mass"));
	assert_int_equal(number_at(sum, "net_kg"), 3000);
	assert_int_equal(number_at(sum, "units"), 2);
	assert_int_equal(number_at(picture, "hours.27.mass.net_kg"), 2000);
	json_decref(sum);
	now(MIDNIGHT + HOURS(40));
	flow("ceke", "2025-01-31");
	assert_true(json_is_false(at(picture, "running")));
	assert_int_equal(json_array_size(at(picture, "hours")), 24 * 3);
	assert_string_equal(text_at(picture, "dwell.0.mode"), "truck");
	assert_string_equal(text_at(picture, "dwell.0.kind"), "waiting");
	assert_int_equal(number_at(picture, "dwell.0.n"), 2);
	assert_int_equal(number_at(picture, "dwell.0.p50_ms"), MINUTES(30));
	flow("ceke", "2025-01-30"); /* before anything was known */
	assert_int_equal(json_array_size(at(picture, "hours")), 0);
}

static void
test_days_and_ports_that_are_none_are_refused(void **state)
{
	(void)state;
	json_t *none = NULL;
	struct painter *painter = studio.painter;
	struct reason *why = &studio.why;
	refused(painter_flow(painter, "cek", NULL, &none, why), STATUS_UNKNOWN_PORT, "is 'ceke' meant?");
	refused(painter_flow(painter, NULL, "2025-02-30", &none, why), STATUS_SYNTAX, "2025-02-30");
	refused(painter_flow(painter, NULL, "2025-02-01", &none, why), STATUS_OUT_OF_RANGE, "today is 2025-01-31");
	refused(painter_calendar(painter, NULL, "25", &none, why), STATUS_SYNTAX, "'25'");
	refused(painter_calendar(painter, "x", NULL, &none, why), STATUS_UNKNOWN_PORT, "'x'");
	refused(painter_goods(painter, NULL, "2025-02", "2025-01", &none, why), STATUS_OUT_OF_RANGE, "before 'from'");
	refused(painter_goods(painter, NULL, "2026", NULL, &none, why), STATUS_OUT_OF_RANGE, "still to come");
	refused(painter_goods(painter, NULL, "soon", NULL, &none, why), STATUS_SYNTAX, "'soon'");
	refused(painter_goods(painter, NULL, "2025-01-01T08", NULL, &none, why), STATUS_SYNTAX, "a day, month or year");
	refused(painter_search(painter, "x", &none, why), STATUS_OUT_OF_RANGE, "at least 2");
	refused(painter_batch(painter, "ceke", "nobody", &none, why), STATUS_NOT_FOUND, "nobody");
	refused(painter_batch(painter, "x", "B", &none, why), STATUS_UNKNOWN_PORT, "'x'");
	refused(painter_attention(painter, "x", false, &none, why), STATUS_UNKNOWN_PORT, "'x'");
	refused(painter_quarantined(painter, 1, &none, why), STATUS_NOT_FOUND, "1");
	refused(painter_overview(painter, "x", NULL, NULL, &none, why), STATUS_OUT_OF_RANGE, "no goal 'x'");
	assert_null(none);
}

static void
test_the_yard_has_the_longest_there_first(void **state)
{
	(void)state;
	char batch_no[16];
	for (int i = 0; i < 1105; i++) {
		snprintf(batch_no, sizeof batch_no, "Y%04d", i);
		book_take(&studio.book, GATE, cargo(MIDNIGHT - MINUTES(i), "ceke", batch_no, "'unit_arrived': {'unit_id': 'T'}"));
	}
	book_take(&studio.book, GATE, cargo(MIDNIGHT, "ceke", "Y0007", WEIGHED("T", "'gross_kg': 50000")));
	now(MIDNIGHT + MINUTES(1));
	flow(NULL, NULL);
	assert_int_equal(number_at(picture, "yard.arrived"), 1104);
	assert_int_equal(number_at(picture, "yard.weighed"), 1);
	assert_int_equal(json_array_size(at(picture, "crossings")), 500);
	assert_true(json_is_true(at(picture, "crossings_more")));
	assert_string_equal(text_at(picture, "crossings.0.batch_no"), "Y1104");
	assert_true(null_at(picture, "crossings.0.lodged_at_ms"));
	live();
	assert_int_equal(number_at(picture, "ports.0.yard.arrived"), 1104);
}

#define TRAIN "'manifest_lodged': {'direction': 'IMPORT', 'mode': 'RAIL', 'units': [{'unit_id': 'V'}], 'waybills': []}"

static void
test_trains_of_a_day_are_those_that_came_were_let_go_or_left(void **state)
{
	(void)state;
	static const struct {
		const char *batch_no;
		int64_t arrived, departed; /* hours from midnight; 0: not yet */
	} trains[] = { { "came", 5, 60 }, { "stands", 6, 0 }, { "left", -30, 7 }, { "before", -30, -20 }, { "after", 30, 0 } };
	for (size_t i = 0; i < sizeof trains / sizeof trains[0]; i++) {
		book_take(&studio.book, GATE, cargo(MIDNIGHT + HOURS(trains[i].arrived), "ceke", trains[i].batch_no, TRAIN));
		book_take(&studio.book, GATE,
		    cargo(MIDNIGHT + HOURS(trains[i].arrived), "ceke", trains[i].batch_no, "'unit_arrived': {'unit_id': 'V'}"));
		if (trains[i].departed != 0)
			book_take(&studio.book, GATE,
			    cargo(MIDNIGHT + HOURS(trains[i].departed), "ceke", trains[i].batch_no, DEPARTED("V")));
	}
	now(MIDNIGHT + DAYS(4));
	flow("ceke", "2025-01-31");
	assert_int_equal(json_array_size(at(picture, "trains")), 3);
	assert_string_equal(text_at(picture, "trains.0.batch_no"), "stands");
	assert_string_equal(text_at(picture, "trains.1.batch_no"), "left");
	assert_string_equal(text_at(picture, "trains.2.batch_no"), "came");
}

static void
test_agv_hours_begin_with_the_ledger_and_end_now(void **state)
{
	(void)state;
	pass_truck(&studio.book, "ceke", "B1", MIDNIGHT - DAYS(2) + HOURS(10), 1000);
	book_take(&studio.book, GATE,
	    cargo(MIDNIGHT + HOURS(3), "ceke", "A1",
		"'manifest_lodged': {'direction': 'IMPORT', 'mode': 'AGV', 'units': [{'unit_id': 'A'}, {'unit_id': 'B'}], "
		"'waybills': "
		"[{'waybill_no': 'W', 'goods': [{'hs_code': '2701', 'declared_kg': 65000}]}]}"));
	book_take(&studio.book, GATE, cargo(MIDNIGHT + HOURS(3), "ceke", "A1", RELEASED));
	now(MIDNIGHT + HOURS(5));
	flow("ceke", NULL);
	assert_int_equal(json_array_size(at(picture, "agv")), 14 + 24 + 6);
	assert_string_equal(text_at(picture, "agv.0.hour"), "2025-01-29T10");
	assert_int_equal(number_at(picture, "agv.0.trips"), 0);
	assert_int_equal(number_at(picture, "agv.41.trips"), 2);
	assert_int_equal(number_at(picture, "agv.41.net_kg"), 65000);
	assert_string_equal(text_at(picture, "agv.43.hour"), "2025-01-31T05");
	flow("wuliji", NULL); /* nothing is known of it: no line */
	assert_int_equal(json_array_size(at(picture, "agv")), 0);
}

/* ---- search, story, attention ---- */

static void
test_a_story_has_its_crossing(void **state)
{
	(void)state;
	pass_truck(&studio.book, "ceke", "AB-1", MIDNIGHT, 1000);
	pass_truck(&studio.book, "ceke", "AB1", MIDNIGHT, 2000);
	pass_truck(&studio.book, "wuliji", "AB-1", MIDNIGHT, 3000);
	PAINT(&studio, "Story", painter_batch(studio.painter, "ceke", "AB-1", &picture, &studio.why));
	assert_string_equal(text_at(picture, "state"), "counted");
	assert_int_equal(number_at(picture, "crossing.counted_kg"), 1000);
	assert_string_equal(text_at(picture, "crossing.stage"), "departed");
	assert_int_equal(json_array_size(at(picture, "events")), 5);
	assert_string_equal(text_at(picture, "events.0.kind"), "manifest_lodged");
	assert_int_equal(number_at(picture, "events.0.occurred_at_ms"), MIDNIGHT - HOURS(2));
	assert_int_equal(number_at(picture, "counted.0.net_kg"), 1000);
	json_decref(picture);
	PAINT(&studio, "Found", painter_search(studio.painter, "ab1", &picture, &studio.why));
	assert_int_equal(json_array_size(at(picture, "rows")), 3);
	assert_string_equal(text_at(picture, "rows.0.kind"), "batch");
	assert_true(json_is_false(at(picture, "more")));
	/* A number of one letter cannot be searched for; its story is told all the same. */
	book_take(&studio.book, GATE, cargo(MIDNIGHT, "ceke", "Q", RELEASED));
	json_decref(picture);
	PAINT(&studio, "Story", painter_batch(studio.painter, "ceke", "Q", &picture, &studio.why));
	assert_true(null_at(picture, "crossing"));
	assert_string_equal(text_at(picture, "state"), "waiting for its manifest");
}

static void
test_what_asks_for_a_person_is_counted_and_shown(void **state)
{
	(void)state;
	struct said released = cargo(MIDNIGHT, "ceke", "B1", RELEASED);
	assert_int_equal(book_write(&studio.book, GATE, released, STATUS_NOT_AUTHORISED, NULL), STATUS_NOT_AUTHORISED);
	int64_t lsn = (int64_t)ledger_lsn(studio.book.ledger);
	live();
	assert_int_equal(number_at(picture, "attention"), 1);
	json_decref(picture);
	PAINT(&studio, "Attention", painter_attention(studio.painter, NULL, false, &picture, &studio.why));
	assert_int_equal(json_array_size(at(picture, "rows")), 1);
	assert_string_equal(text_at(picture, "rows.0.kind"), "quarantine");
	assert_int_equal(number_at(picture, "rows.0.lsn"), lsn);
	assert_true(null_at(picture, "rows.0.noted_at_ms"));
	json_decref(picture);
	PAINT(&studio, "Quarantined", painter_quarantined(studio.painter, (uint64_t)lsn, &picture, &studio.why));
	assert_string_equal(text_at(picture, "name"), "not_authorised");
	assert_string_equal(text_at(picture, "state"), "waiting");
	assert_string_equal(text_at(picture, "event.batch_no"), "B1");
	assert_string_equal(text_at(picture, "settled_by"), "");
	/* What cannot be read has no event. */
	struct said broken = { .event = NULL, .bytes = { (const uint8_t *)"\x0A\xFF", 2 } };
	assert_int_equal(book_write(&studio.book, GATE, broken, STATUS_UNDECODABLE, NULL), STATUS_UNDECODABLE);
	json_decref(picture);
	PAINT(&studio, "Quarantined", painter_quarantined(studio.painter, (uint64_t)lsn + 1, &picture, &studio.why));
	assert_true(null_at(picture, "event"));
	live();
	assert_int_equal(number_at(picture, "attention"), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_place_has_names_in_three_languages, fresh, done),
		cmocka_unit_test_setup_teardown(test_an_empty_ledger_has_zeros_and_unknowns, fresh, done),
		cmocka_unit_test_setup_teardown(test_today_adds_up_and_moves_with_each_commit, fresh, done),
		cmocka_unit_test_setup_teardown(test_ordinary_days_are_open_and_compared_by_this_very_hour, fresh, done),
		cmocka_unit_test_setup_teardown(test_each_port_has_its_own_day, fresh, done),
		cmocka_unit_test_setup_teardown(test_a_port_whose_last_batch_was_never_seen_to_leave_has_had_events, fresh, done),
		cmocka_unit_test_setup_teardown(test_a_port_that_has_been_quiet_for_weeks, fresh, done),
		cmocka_unit_test_setup_teardown(test_hours_add_up_to_their_day, fresh, done),
		cmocka_unit_test_setup_teardown(test_days_and_ports_that_are_none_are_refused, fresh, done),
		cmocka_unit_test_setup_teardown(test_the_yard_has_the_longest_there_first, fresh, done),
		cmocka_unit_test_setup_teardown(test_trains_of_a_day_are_those_that_came_were_let_go_or_left, fresh, done),
		cmocka_unit_test_setup_teardown(test_agv_hours_begin_with_the_ledger_and_end_now, fresh, done),
		cmocka_unit_test_setup_teardown(test_a_story_has_its_crossing, fresh, done),
		cmocka_unit_test_setup_teardown(test_what_asks_for_a_person_is_counted_and_shown, fresh, done),
	};
	return cmocka_run_group_tests(tests, said_begin, said_end);
}
