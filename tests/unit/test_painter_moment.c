/* A picture is of one moment, however busy the road is, and costs no more than it must. */
#include "check.h"

#include "everything.h"
#include "painting.h"

static size_t commits, commits_from, commits_to; /* before these questions */

static void
commit_something(struct studio *of)
{
	char batch_no[24];
	if (of->asked < commits_from || of->asked >= commits_to)
		return;
	snprintf(batch_no, sizeof batch_no, "C%zu", commits++);
	pass_truck(&of->book, "ceke", batch_no, MIDNIGHT + MINUTES(5), 1000);
}

static void
test_a_picture_is_of_one_moment(void **state)
{
	(void)state;
	book_take(&studio.book, ADMIN,
	    registry_changed("'put': [{'goal': {'id': 'y', 'from': '2025-01-31', 'to': '2025-12-31', 'target_kg': 1000000}}]"));
	now(MIDNIGHT + HOURS(1));
	live();
	studio.between = commit_something;
	/* Something is committed before one of its questions, whichever. */
	for (size_t n = 0; n < 6; n++) {
		commits_from = studio.asked + n;
		commits_to = commits_from + 1;
		live();
		assert_int_equal(number_at(picture, "total.net_kg"), number_at(picture, "year.done_kg"));
		assert_int_equal(number_at(picture, "mark.lsn"), (int64_t)ledger_lsn(studio.book.ledger));
	}
	assert_true(commits >= 3);
	assert_int_equal(number_at(picture, "total.net_kg"), (int64_t)commits * 1000);
	/* Without end: the third time holds, and the mark says no more than all answers know. */
	commits_from = 0;
	commits_to = SIZE_MAX;
	live();
	assert_true(number_at(picture, "mark.lsn") < (int64_t)ledger_lsn(studio.book.ledger));
	commits_to = 0;
	live();
	assert_int_equal(number_at(picture, "total.net_kg"), number_at(picture, "year.done_kg"));
}

/* More than is told one by one, of which a picture knows nothing but that it was much. */
static void
flood(void)
{
	enum { EVENTS = NEWS_EVENTS_MAX + 1, OF_A_BATCH = 1000 };
	static struct entry entries[EVENTS];
	static size_t batches;
	struct said said = { 0 };
	for (size_t i = 0; i < EVENTS; i++) {
		char batch_no[24];
		snprintf(batch_no, sizeof batch_no, "FLOOD%zu", batches);
		if (i % OF_A_BATCH == 0) {
			batches++;
			said = cargo(MIDNIGHT, "ceke", batch_no, "'unit_weighed': {'unit_id': 'T9', 'gross_kg': 1}");
		}
		entries[i] = entry_of(&studio.book, SCALE, i, said);
	}
	must(ledger_apply(studio.book.ledger, entries, EVENTS, NULL), &(struct reason){ "" });
}

static void
test_a_flood_costs_no_registry_and_its_lanes_once_in_some_seconds(void **state)
{
	enum {
		REGISTRY = JUYAN__V1__QUESTION__ASK_REGISTRY,
		LANES = JUYAN__V1__QUESTION__ASK_LANES,
		ATTENTION = JUYAN__V1__QUESTION__ASK_ATTENTION
	};
	(void)state;
	for (int day = 1; day <= 3; day++) {
		char batch_no[24];
		snprintf(batch_no, sizeof batch_no, "D%d", day);
		pass_truck(&studio.book, "ceke", batch_no, MIDNIGHT - day * HOURS(24) + HOURS(3), 1000);
	}
	int64_t at_ms = MIDNIGHT + HOURS(12);
	now(at_ms);
	live();
	assert_int_equal(number_at(picture, "ports.0.ordinary_kg"), 1000);
	size_t *kinds = studio.kinds, registry = kinds[REGISTRY], lanes = kinds[LANES], attention = kinds[ATTENTION];
	/* What the flood has changed is seen at once, in days that are over as well. */
	for (int round = 1; round <= 3; round++) {
		char batch_no[24];
		flood();
		for (int day = 1; day <= 3; day++) {
			snprintf(batch_no, sizeof batch_no, "D%d.%d", day, round);
			pass_truck(&studio.book, "ceke", batch_no, MIDNIGHT - day * HOURS(24) + HOURS(4), 1000);
		}
		snprintf(batch_no, sizeof batch_no, "T%d", round);
		pass_truck(&studio.book, "ceke", batch_no, MIDNIGHT + HOURS(5), 500);
		now(at_ms + round * 1000);
		live();
		assert_int_equal(number_at(picture, "total.net_kg"), round * 500);
		assert_int_equal(number_at(picture, "ports.0.ordinary_kg"), 1000 + round * 1000);
		assert_int_equal(kinds[REGISTRY], registry);
		assert_int_equal(kinds[LANES], lanes);
		assert_int_equal(kinds[ATTENTION], attention);
	}
	now(at_ms + 6000);
	live();
	assert_int_equal(kinds[LANES], lanes + 1);
	assert_int_equal(kinds[ATTENTION], attention + 1);
	assert_int_equal(number_at(picture, "ports.0.last_event_ms"), MIDNIGHT + HOURS(5) + MINUTES(20));
	/* A change of the registry is seen in a flood as well. */
	flood();
	book_take(&studio.book, ADMIN,
	    registry_changed("'put': [{'goal': {'id': 'y', 'from': '2025-01-31', 'to': '2025-12-31', 'target_kg': 1000000}}]"));
	live();
	assert_true(kinds[REGISTRY] > registry);
	assert_string_equal(text_at(picture, "year.goal"), "y");
}

static void
test_a_question_without_an_answer_costs_one_picture(void **state)
{
	(void)state;
	json_t *whole = NULL;
	pass_truck(&studio.book, "ceke", "B1", MIDNIGHT + HOURS(1), 1000);
	now(MIDNIGHT + HOURS(2));
	for (size_t n = 1; n < 100; n++) {
		struct painter *painter;
		json_t *none = NULL;
		must(painter_open(&studio.source, &painter, &studio.why), &studio.why);
		painter_set_now(painter, MIDNIGHT + HOURS(2), false);
		studio.asked = 0;
		studio.fails_at = n;
		enum status status = painter_live(painter, &none, &studio.why);
		if (status == STATUS_OK)
			status = painter_flow(painter, NULL, NULL, &whole, &studio.why);
		json_decref(none);
		studio.fails_at = 0;
		if (status == STATUS_OK) {
			painter_close(&painter);
			break;
		}
		assert_int_equal(status, STATUS_TIMEOUT);
		must(painter_live(painter, &none, &studio.why), &studio.why); /* and the next is right */
		assert_int_equal(number_at(none, "total.net_kg"), 1000);
		assert_true(json_is_false(at(none, "mark.fresh")));
		json_decref(none);
		painter_close(&painter);
	}
	assert_non_null(whole);
	json_decref(whole);
}
/* A site that is away looks like a quiet port, so it is told how old that is. */
static void
test_a_sites_ports_say_as_of_when_they_are(void **state)
{
	(void)state;
	live();
	assert_int_equal(json_array_size(at(picture, "sites")), 0);
	write_sites(&studio.book);
	now(MIDNIGHT + HOURS(5));
	live();
	assert_int_equal(json_array_size(at(picture, "sites")), 2);
	assert_string_equal(text_at(picture, "sites.0.name"), "site 5");
	assert_int_equal(json_array_size(at(picture, "sites.0.ports")), 1);
	assert_string_equal(text_at(picture, "sites.1.ports.0"), "wuliji");
	assert_int_equal(number_at(picture, "sites.0.stopped_since_ms"), MIDNIGHT);
	assert_true(number_at(picture, "sites.0.as_of_ms") > 0);
	assert_false(json_is_true(at(picture, "sites.0.revoked")));
	/* One that goes on, and one of which nothing has come. */
	int64_t before_ms = number_at(picture, "sites.0.as_of_ms");
	relay(&studio.book, 5, cargo(MIDNIGHT + HOURS(5), "ceke", "S2", "'unit_arrived': {'unit_id': 'T1'}"));
	book_take(&studio.book, ADMIN,
	    registry_changed("'put': [{'port': {'id': 'far', 'utc_offset': '+08:00', 'count_on': 'RELEASE'}}, " SITE("7",
		"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", "far") "]"));
	now(MIDNIGHT + HOURS(6));
	live();
	assert_true(null_at(picture, "sites.0.stopped_since_ms"));
	assert_true(number_at(picture, "sites.0.as_of_ms") >= before_ms);
	assert_true(null_at(picture, "sites.2.as_of_ms"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_sites_ports_say_as_of_when_they_are, fresh, done),
		cmocka_unit_test_setup_teardown(test_a_picture_is_of_one_moment, fresh, done),
		cmocka_unit_test_setup_teardown(test_a_flood_costs_no_registry_and_its_lanes_once_in_some_seconds, fresh, done),
		cmocka_unit_test_setup_teardown(test_a_question_without_an_answer_costs_one_picture, fresh, done),
	};
	return cmocka_run_group_tests(tests, said_begin, said_end);
}
