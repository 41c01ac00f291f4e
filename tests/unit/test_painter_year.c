/* The calendar, goods and the year: figures worked out by hand, and random slices held against the ledger's totals. */
#include "painting.h"

#include "../any.h"

static void
calendar(const char *port, const char *year)
{
	json_decref(picture);
	picture = NULL;
	PAINT(&studio, "Calendar", painter_calendar(studio.painter, port, year, &picture, &studio.why));
}

static void
goods(const char *from, const char *to)
{
	json_decref(picture);
	picture = NULL;
	PAINT(&studio, "Goods", painter_goods(studio.painter, "ceke", from, to, &picture, &studio.why));
}

static void
overview(const char *goal, const Juyan__V1__GoalReports *reports)
{
	json_decref(picture);
	picture = NULL;
	PAINT(&studio, "Overview", painter_overview(studio.painter, goal, reports, "it is being made", &picture, &studio.why));
}

/* One unit that was corrected to this mass, on a day from 31 January 2025 on. */
static void
pass_on(const char *port, int64_t day, int64_t kg)
{
	static unsigned n;
	char batch_no[16];
	snprintf(batch_no, sizeof batch_no, "D%u", n++);
	int64_t ms = MIDNIGHT + DAYS(day) + HOURS(12);
	book_take(&studio.book, GATE, cargo(ms, port, batch_no, LODGED(UNIT("T"), WAYBILL(GOODS("2701", "1")))));
	book_take(&studio.book, GATE, cargo(ms, port, batch_no, CORRECTED("T", "%lld"), (long long)kg));
	book_take(&studio.book, GATE, cargo(ms, port, batch_no, RELEASED));
	book_take(&studio.book, GATE, cargo(ms, port, batch_no, DEPARTED("T")));
}

/* The day of a year's picture, by its ISO text. */
static json_t *
day_at(const char *list, const char *day)
{
	size_t i;
	json_t *row;
	json_array_foreach(at(picture, list), i, row) if (strcmp(text_at(row, "day"), day) == 0) return row;
	fail_msg("%s is not in %s", day, list);
	return NULL;
}

/* ---- the calendar ---- */

static void
test_days_are_counted_unknown_or_to_come(void **state)
{
	(void)state;
	pass_on("ceke", 0, 5000);
	pass_on("ceke", 2, 7000);
	pass_on("ceke", 300, 1); /* a clock that is far ahead */
	now(MIDNIGHT + DAYS(3) + HOURS(1));
	calendar(NULL, "2025");
	assert_int_equal(json_array_size(at(picture, "days")), 365);
	assert_true(null_at(day_at("days", "2025-01-30"), "mass"));
	assert_int_equal(number_at(day_at("days", "2025-01-31"), "mass.corrected_kg"), 5000);
	assert_int_equal(number_at(day_at("days", "2025-02-01"), "mass.net_kg"), 0);
	assert_int_equal(number_at(day_at("days", "2025-02-03"), "mass.net_kg"), 0);
	assert_true(json_is_true(at(day_at("days", "2025-02-02"), "passed")));
	assert_true(json_is_false(at(day_at("days", "2025-02-03"), "passed")));
	assert_true(null_at(day_at("days", "2025-02-04"), "mass"));
	assert_int_equal(number_at(day_at("days", "2025-11-27"), "mass.net_kg"), 1);
	calendar("wuliji", NULL);
	assert_int_equal(number_at(picture, "year"), 2025);
	assert_true(null_at(day_at("days", "2025-01-31"), "mass"));
	calendar(NULL, "2024");
	assert_int_equal(json_array_size(at(picture, "days")), 366);
	/* Withdrawn again: nothing is known of that day any more. */
	book_take(&studio.book, GATE, cargo(MIDNIGHT + DAYS(9), "ceke", "D0", DELETED));
	calendar(NULL, "2025");
	assert_true(null_at(day_at("days", "2025-02-01"), "mass"));
	assert_int_equal(number_at(day_at("days", "2025-02-02"), "mass.net_kg"), 7000);
}

static void
test_marks_are_those_of_the_registry_on_that_day(void **state)
{
	(void)state;
	book_take(&studio.book, ADMIN,
	    registry_changed(
		"'put': [{'day': {'port': '*', 'day': '2025-07-11', 'to': '2025-07-15', 'kind': 'HOLIDAY', 'country': 'MN', "
		"'festival': 'naadam'}}, {'day': {'port': 'ceke', 'day': '2025-07-12', 'kind': 'OPEN_BY_AGREEMENT', 'note': "
		"'agreed'}}, "
		"{'valid_from': '2025-07-14', 'day': {'port': '*', 'day': '2025-07-11', 'to': '2025-07-13', 'kind': 'HOLIDAY', "
		"'country': 'MN', 'festival': 'naadam'}}, {'day': {'port': 'wuliji', 'day': '2025-07-01', 'kind': 'CLOSED'}}]"));
	calendar("ceke", NULL);
	json_t *twelfth = day_at("days", "2025-07-12");
	assert_int_equal(json_array_size(at(twelfth, "marks")), 2);
	assert_string_equal(text_at(twelfth, "marks.0.kind"), "holiday");
	assert_string_equal(text_at(twelfth, "marks.0.festival"), "naadam");
	assert_string_equal(text_at(twelfth, "marks.0.port"), "*");
	assert_string_equal(text_at(twelfth, "marks.1.note"), "agreed");
	assert_int_equal(json_array_size(at(day_at("days", "2025-07-13"), "marks")), 1);
	assert_int_equal(json_array_size(at(day_at("days", "2025-07-14"), "marks")), 0); /* the later version is shorter */
	assert_int_equal(json_array_size(at(day_at("days", "2025-07-01"), "marks")), 0);
	calendar(NULL, NULL);
	assert_string_equal(text_at(day_at("days", "2025-07-01"), "marks.0.port"), "wuliji");
}

static void
test_a_record_is_more_than_on_any_day_before(void **state)
{
	(void)state;
	pass_on("ceke", -40, 900);
	pass_on("ceke", -20, 1000); /* too early to say */
	pass_on("ceke", -5, 1001);
	pass_on("ceke", -4, 1001);
	pass_on("wuliji", -3, 1);
	pass_on("ceke", -1, 2000);
	now(MIDNIGHT + HOURS(13));
	calendar("ceke", NULL);
	assert_true(json_is_false(at(day_at("days", "2025-01-11"), "record")));
	assert_true(json_is_true(at(day_at("days", "2025-01-26"), "record")));
	assert_true(json_is_false(at(day_at("days", "2025-01-27"), "record")));
	assert_true(json_is_true(at(day_at("days", "2025-01-30"), "record")));
	overview(NULL, NULL);
	assert_int_equal(json_array_size(at(picture, "records")), 2);
	assert_string_equal(text_at(picture, "records.0.day"), "2025-01-30");
	assert_int_equal(number_at(picture, "records.0.net_kg"), 2000);
	assert_int_equal(number_at(picture, "records.1.net_kg"), 1001);
	/* The day that runs is one as soon as it has more; and none any more when its mass is put right. */
	pass_on("ceke", 0, 3000);
	pass_on("wuliji", -2, 5);
	overview(NULL, NULL);
	assert_string_equal(text_at(picture, "records.0.day"), "2025-01-31");
	assert_int_equal(json_array_size(at(picture, "records")), 3);
	calendar(NULL, NULL);
	assert_true(json_is_true(at(day_at("days", "2025-01-31"), "record")));
}

/* ---- goods ---- */

static void
span(const char *from, const char *to, const char *expected)
{
	char text[64];
	goods(from, to);
	snprintf(text, sizeof text, "%s %s %s %s", text_at(picture, "from"), text_at(picture, "to"),
	    text_at(picture, "before_from"), text_at(picture, "before_to"));
	assert_string_equal(text, expected);
}

static void
test_a_span_has_the_same_a_year_before(void **state)
{
	(void)state;
	now(MIDNIGHT + DAYS(200)); /* 19 August 2025 */
	span(NULL, NULL, "2025-01-01 2025-08-19 2024-01-01 2024-08-19");
	span("2025", NULL, "2025-01-01 2025-08-19 2024-01-01 2024-08-19");
	span("2025-02", NULL, "2025-02-01 2025-02-28 2024-02-01 2024-02-29");
	span("2024-02", NULL, "2024-02-01 2024-02-29 2023-02-01 2023-02-28");
	span("2024-02-29", NULL, "2024-02-29 2024-02-29 2023-02-28 2023-02-28");
	span("2025-02-28", NULL, "2025-02-28 2025-02-28 2024-02-28 2024-02-28");
	span("2024", "2025-02", "2024-01-01 2025-02-28 2023-01-01 2024-02-29");
	span("2024-12", "2025-03-01", "2024-12-01 2025-03-01 2023-12-01 2024-03-01");
	span("2023", NULL, "2023-01-01 2023-12-31 2022-01-01 2022-12-31");
	now(MIDNIGHT + DAYS(28)); /* 28 February */
	span("2025-02", NULL, "2025-02-01 2025-02-28 2024-02-01 2024-02-29");
	now(MIDNIGHT + DAYS(27));
	span("2025-02", NULL, "2025-02-01 2025-02-27 2024-02-01 2024-02-27");
}

static void
test_goods_of_either_year_have_a_row(void **state)
{
	(void)state;
	int64_t year_ago = MIDNIGHT - DAYS(366);
	book_take(&studio.book, GATE, cargo(year_ago, "ceke", "O1", LODGED(UNIT("T"), WAYBILL(GOODS("84", "700")))));
	book_take(&studio.book, GATE, cargo(year_ago, "ceke", "O1", RELEASED));
	pass_on("ceke", 0, 9000);
	now(MIDNIGHT + HOURS(13));
	goods("2025-01-31", NULL);
	assert_int_equal(json_array_size(at(picture, "rows")), 2);
	assert_string_equal(text_at(picture, "rows.0.group"), "coal");
	assert_int_equal(number_at(picture, "rows.0.mass.net_kg"), 9000);
	assert_int_equal(number_at(picture, "rows.0.before.net_kg"), 0);
	assert_string_equal(text_at(picture, "rows.1.group"), "other");
	assert_string_equal(text_at(picture, "rows.1.direction"), "import");
	assert_int_equal(number_at(picture, "rows.1.mass.batches"), 0);
	assert_int_equal(number_at(picture, "rows.1.before.declared_kg"), 700);
	goods("2025-01-30", "2025-01-31"); /* the ledger begins on the 31st */
	assert_true(null_at(picture, "rows.0.before"));
}

/* ---- the year against its goal ---- */

#define GOAL \
	"{'goal': {'id': 'y', 'name': 'Y', 'from': '2025-01-22', 'to': '2025-02-10', 'target_kg': 20000, 'approved_by': 'p', " \
	"'source': " \
	"'s'}}"

static const char forecast[] =
    "{'provenance': {'origin': '2025-01-30', 'lsn': 9, 'seed': 26, 'paths': 1000, 'model': 'm', 'program': 'p', 'backtest': 'b', "
    "'notes': ['n']}, 'goals': [{'goal': {'id': 'y', 'name': 'Y', 'from': '2025-01-22', 'to': '2025-02-10', 'target_kg': 20000}, "
    "'as_of': '2025-01-30', 'known_to': '2025-01-30', 'done_kg': 4100, 'plan_kg': 9000, 'last_year_kg': 8, 'chance': 0.25, 'end': "
    "{'mean_kg': 15000, "
    "'p50_kg': 15000}, 'reached_p90': '2025-02-09', 'sentences': ['s'], 'done_by_basis': [{'basis': 'corrected', 'net_kg': "
    "4000}%s], "
    "'course': [{'day': '2025-01-22', 'plan_kg': 1100, 'done_kg': 77}, {'day': '2025-01-30', 'plan_kg': 9000, 'done_kg': 4100, "
    "'last_year_kg': 8}, "
    "{'day': '2025-01-31', 'plan_kg': 10000, 'to_date': {'mean_kg': 5000, 'p025_kg': 4200, 'p975_kg': 6000}}, "
    "{'day': '2025-02-10', 'plan_kg': 20000, 'to_date': {'mean_kg': 15000, 'p025_kg': 4200, 'p975_kg': 30000}}]}]}";

static const Juyan__V1__GoalReports *
reports(const char *more_basis)
{
	static char text[sizeof forecast + 256];
	snprintf(text, sizeof text, forecast, more_basis);
	return (const Juyan__V1__GoalReports *)said_message(&juyan__v1__goal_reports__descriptor, text);
}

static void
test_a_year_without_a_goal_or_a_forecast(void **state)
{
	(void)state;
	pass_on("ceke", -1, 4000);
	now(MIDNIGHT + HOURS(6));
	overview(NULL, NULL);
	assert_true(null_at(picture, "goal"));
	assert_true(null_at(picture, "plan_kg"));
	assert_true(null_at(picture, "report"));
	holds(text_at(picture, "why_none"), "no goal");
	assert_int_equal(number_at(picture, "done.net_kg"), 4000);
	assert_int_equal(json_array_size(at(picture, "course")), 365);
	assert_true(null_at(day_at("course", "2025-01-29"), "done_kg"));
	assert_int_equal(number_at(day_at("course", "2025-01-31"), "done_kg"), 4000);
	assert_true(null_at(day_at("course", "2025-02-01"), "done_kg"));
	/* A goal's plan goes by open days; a quarter of today has gone. */
	book_take(&studio.book, ADMIN,
	    registry_changed(
		"'put': [" GOAL ", {'day': {'port': '*', 'day': '2025-01-25', 'to': '2025-01-28', 'kind': 'CLOSED'}}]"));
	overview(NULL, NULL);
	assert_string_equal(text_at(picture, "why_none"), "it is being made");
	assert_true(null_at(picture, "published_kg"));
	assert_true(null_at(picture, "last_year_kg"));
	assert_string_equal(text_at(picture, "known_to"), "2025-01-31");
	assert_int_equal(number_at(picture, "plan_kg"), 5 * 1250 + 1250 / 4); /* 16 open days */
	assert_int_equal(number_at(day_at("course", "2025-01-28"), "plan_kg"), 3 * 1250);
	assert_int_equal(number_at(day_at("course", "2025-02-10"), "plan_kg"), 20000);
	assert_true(null_at(day_at("course", "2025-02-10"), "to_date"));
}

static void
test_what_was_done_moves_under_an_old_forecast(void **state)
{
	(void)state;
	book_take(&studio.book, ADMIN, registry_changed("'put': [" GOAL "]"));
	pass_on("ceke", -1, 4000);
	now(MIDNIGHT + HOURS(12));
	overview("y", reports(""));
	assert_true(null_at(picture, "why_none"));
	assert_int_equal(number_at(picture, "report.end.mean_kg"), 15000);
	assert_int_equal(number_at(picture, "report.end.p10_kg"), 0);
	assert_true(null_at(picture, "report.met_on"));
	assert_string_equal(text_at(picture, "report.reached_p90"), "2025-02-09");
	assert_string_equal(text_at(picture, "report.notes.0"), "n");
	assert_int_equal(number_at(picture, "published_kg"), 0);
	assert_int_equal(number_at(picture, "plan_kg"), 9500);
	assert_int_equal(number_at(day_at("course", "2025-01-31"), "done_kg"), 4000);
	assert_int_equal(number_at(day_at("course", "2025-01-31"), "to_date.p025_kg"), 4200);
	pass_on("ceke", 0, 500);
	pass_on("wuliji", -1, 300);
	overview(NULL, reports(""));
	assert_int_equal(number_at(picture, "done.net_kg"), 4800);
	assert_int_equal(number_at(day_at("course", "2025-01-30"), "done_kg"), 4300);
	assert_int_equal(number_at(day_at("course", "2025-01-31"), "done_kg"), 4800);
	assert_int_equal(number_at(day_at("course", "2025-01-31"), "to_date.p025_kg"), 4800); /* not below what has come */
	assert_int_equal(number_at(day_at("course", "2025-01-31"), "to_date.p975_kg"), 6000);
	assert_int_equal(number_at(picture, "by_port_mode.0.mass.net_kg"), 4500);
	assert_int_equal(number_at(picture, "by_port_mode.1.mass.net_kg"), 300);
	/* With published totals the forecast knows what was before the ledger. */
	overview(NULL, reports(", {'basis': 'published', 'net_kg': 100}"));
	assert_int_equal(number_at(picture, "published_kg"), 100);
	assert_int_equal(number_at(day_at("course", "2025-01-22"), "done_kg"), 77);
	assert_true(null_at(day_at("course", "2025-01-23"), "done_kg")); /* it does not say */
	assert_int_equal(number_at(day_at("course", "2025-01-31"), "done_kg"), 4900);
	/* And of the year before: where nobody has published anything, what it takes for nothing is unknown. */
	assert_true(null_at(picture, "last_year_kg"));
	assert_true(null_at(day_at("course", "2025-01-30"), "last_year_kg"));
	book_take(&studio.book, ADMIN,
	    registry_changed(
		"'put': [{'published': {'port': 'ceke', 'definition': 'all', 'from': '2024-01-01', 'to': '2024-12-31', "
		"'net_kg': 9, 'precision': 'EXACT', 'source': 's'}}]"));
	overview(NULL, reports(""));
	assert_int_equal(number_at(picture, "last_year_kg"), 8);
	assert_int_equal(number_at(day_at("course", "2025-01-30"), "last_year_kg"), 8);
	/* Another target: the forecast is about another goal. */
	book_take(&studio.book, ADMIN,
	    registry_changed("'put': [{'goal': {'id': 'y', 'from': '2025-01-22', 'to': '2025-02-10', 'target_kg': 30000}}]"));
	overview(NULL, reports(""));
	holds(text_at(picture, "why_none"), "as it is now");
	assert_true(null_at(picture, "report"));
}

static void
test_the_year_before_is_compared_to_this_very_hour(void **state)
{
	(void)state;
	book_take(&studio.book, ADMIN, registry_changed("'put': [" GOAL "]"));
	pass_on("ceke", -366 - 60, 1);     /* so that the ledger reaches back */
	pass_on("ceke", -366 - 9, 1000);   /* 22 January 2024 */
	pass_on("ceke", -366, 3000);       /* 31 January 2024, at noon */
	pass_on("ceke", -366 + 29, 70000); /* 29 February: after the period */
	now(MIDNIGHT + HOURS(12) + MINUTES(20));
	overview(NULL, NULL);
	assert_int_equal(number_at(picture, "last_year_kg"), 2000); /* a third of the hour */
	assert_int_equal(number_at(picture, "by_port_mode.0.last_year_kg"), 2000);
	assert_int_equal(number_at(picture, "by_port_mode.0.mass.net_kg"), 0);
	assert_int_equal(number_at(day_at("course", "2025-01-31"), "last_year_kg"), 4000);
	now(MIDNIGHT);
	overview(NULL, NULL);
	assert_int_equal(number_at(picture, "last_year_kg"), 1000);
	now(MIDNIGHT - DAYS(9)); /* its first hour */
	overview(NULL, NULL);
	assert_int_equal(number_at(picture, "last_year_kg"), 0);
	now(MIDNIGHT - DAYS(10)); /* it has not begun */
	overview("y", NULL);
	assert_true(null_at(picture, "last_year_kg"));
	assert_true(null_at(picture, "known_to"));
	assert_int_equal(number_at(picture, "done.net_kg"), 0);
	now(MIDNIGHT + DAYS(100)); /* it is over */
	overview("y", NULL);
	assert_string_equal(text_at(picture, "known_to"), "2025-02-10");
	assert_int_equal(number_at(picture, "last_year_kg"), 4000);
	assert_int_equal(number_at(picture, "plan_kg"), 20000);
}

/* ---- all pictures have the ledger's totals ---- */

static int64_t
total(const char *filter)
{
	const Juyan__V1__Totals *totals = ask(&studio.book, "'totals': {%s}", filter)->totals;
	return totals->n_rows > 0 ? totals->rows[0]->net_kg : 0;
}

static void
some_day(void)
{
	static const char *const names[] = { "ceke", "wuliji" };
	static const char *const bodies[] = { "'direction': 'IMPORT', 'mode': 'TRUCK'", "'direction': 'EXPORT', 'mode': 'AGV'",
		"'direction': 'IMPORT', 'mode': 'RAIL'" };
	char batch_no[8];
	const char *port = names[any_below(2)];
	int64_t ms = MIDNIGHT - HOURS((int64_t)any_below(24 * 800));
	snprintf(batch_no, sizeof batch_no, "R%zu", any_below(150)); /* so that some are told again */
	book_take(&studio.book, GATE,
	    cargo(ms, port, batch_no,
		"'manifest_lodged': {%s, 'units': [{'unit_id': 'T1'}, {'unit_id': 'T2'}], 'waybills': [{'waybill_no': 'W', "
		"'goods': "
		"[{'hs_code': '%s', 'declared_kg': %zu}]}]}",
		bodies[any_below(3)], any_chance(50) ? "2701" : "84", any_below(100000)));
	if (any_chance(50))
		book_take(&studio.book, SCALE,
		    cargo(ms, port, batch_no, WEIGHED("T1", "'gross_kg': %zu, 'tare_kg': 1000"), 1000 + any_below(100000)));
	if (any_chance(20))
		book_take(&studio.book, SCALE, cargo(ms, port, batch_no, CORRECTED("T2", "%zu"), any_below(100000)));
	book_take(&studio.book, GATE, cargo(ms, port, batch_no, RELEASED));
	if (any_chance(60))
		for (int unit = 1; unit <= 2; unit++)
			book_take(&studio.book, GATE, cargo(ms, port, batch_no, "'unit_departed': {'unit_id': 'T%d'}", unit));
	if (any_chance(5))
		book_take(&studio.book, GATE, cargo(ms + 1, port, batch_no, DELETED));
}

static int64_t
sum_at(const char *list, const char *path)
{
	int64_t sum = 0;
	size_t i;
	json_t *row;
	json_array_foreach(at(picture, list), i, row) sum +=
	    null_at(row, list[0] == 'd' ? "mass" : "group") ? 0 : number_at(row, path);
	return sum;
}

static void
hold_against_totals(void)
{
	char filter[192], from[32], to[32];
	const char *port = any_chance(50) ? "ceke" : "wuliji";
	int year = 2023 + (int)any_below(2), first = 1 + (int)any_below(12), last = first + (int)any_below((size_t)(13 - first));
	snprintf(from, sizeof from, "%d-%02d", year, first);
	snprintf(to, sizeof to, "%d-%02d", year, last);
	json_decref(picture);
	PAINT(&studio, "Goods", painter_goods(studio.painter, port, from, to, &picture, &studio.why));
	snprintf(filter, sizeof filter, "'from': '%s', 'to': '%s', 'ports': ['%s']", from, to, port);
	assert_int_equal(sum_at("rows", "mass.net_kg"), total(filter));
	snprintf(from, sizeof from, "%d", year);
	calendar(port, from);
	snprintf(filter, sizeof filter, "'from': '%d', 'to': '%d', 'ports': ['%s']", year, year, port);
	assert_int_equal(sum_at("days", "mass.net_kg"), total(filter));
	overview(NULL, NULL);
	snprintf(filter, sizeof filter, "'from': '2025-01-01', 'to': '2025-01-31'");
	assert_int_equal(number_at(picture, "done.net_kg"), total(filter));
	assert_int_equal(number_at(day_at("course", "2025-01-31"), "done_kg"), total(filter));
	assert_int_equal(number_at(picture, "done.weighed_kg") + number_at(picture, "done.declared_kg") +
		number_at(picture, "done.corrected_kg"),
	    number_at(picture, "done.net_kg"));
	snprintf(filter, sizeof filter, "'from': '2024-01-01', 'to': '2024-01-31'");
	assert_int_equal(number_at(day_at("course", "2025-01-31"), "last_year_kg"), total(filter));
}

static void
assert_same(json_t *one, json_t *other)
{
	const char *name;
	json_t *value;
	json_object_foreach(one, name, value) if (!json_equal(value, json_object_get(other, name))) fail_msg("%s: %s is not %s",
	    name, json_dumps(value, JSON_COMPACT), json_dumps(json_object_get(other, name), JSON_COMPACT));
}

/* One painter that keeps, and one that knows nothing, paint the same: what is kept is what would be asked for. */
static void
hold_against_a_fresh_painter(int64_t ms)
{
	struct painter *other;
	json_t *again = NULL;
	must(painter_open(&studio.source, &other, &studio.why), &studio.why);
	painter_set_now(other, ms, true);
	json_decref(picture);
	PAINT(&studio, "Live", painter_live(studio.painter, &picture, &studio.why));
	must(painter_live(other, &again, &studio.why), &studio.why);
	/* Attention is looked at every few seconds, and the clock stands. Of what never came to a gate the news alone tell. */
	json_object_del(picture, "attention");
	json_object_del(again, "attention");
	for (size_t i = 0; i < 2; i++) {
		json_object_del(json_array_get(at(picture, "ports"), i), "last_event_ms");
		json_object_del(json_array_get(at(again, "ports"), i), "last_event_ms");
	}
	assert_same(picture, again);
	json_decref(again);
	overview(NULL, NULL);
	must(painter_overview(other, NULL, NULL, "it is being made", &again, &studio.why), &studio.why);
	assert_same(picture, again);
	json_decref(again);
	painter_close(&other);
}

static void
test_every_picture_has_the_totals_of_the_ledger(void **state)
{
	(void)state;
	any_begin();
	for (int round = 0; round < 12; round++) {
		int64_t ms = MIDNIGHT + HOURS(23) - HOURS(round);
		for (int i = 0; i < 40; i++)
			some_day();
		now(ms);
		hold_against_totals();
		hold_against_a_fresh_painter(ms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_days_are_counted_unknown_or_to_come, fresh, done),
		cmocka_unit_test_setup_teardown(test_marks_are_those_of_the_registry_on_that_day, fresh, done),
		cmocka_unit_test_setup_teardown(test_a_record_is_more_than_on_any_day_before, fresh, done),
		cmocka_unit_test_setup_teardown(test_a_span_has_the_same_a_year_before, fresh, done),
		cmocka_unit_test_setup_teardown(test_goods_of_either_year_have_a_row, fresh, done),
		cmocka_unit_test_setup_teardown(test_a_year_without_a_goal_or_a_forecast, fresh, done),
		cmocka_unit_test_setup_teardown(test_what_was_done_moves_under_an_old_forecast, fresh, done),
		cmocka_unit_test_setup_teardown(test_the_year_before_is_compared_to_this_very_hour, fresh, done),
		cmocka_unit_test_setup_teardown(test_every_picture_has_the_totals_of_the_ledger, fresh, done),
	};
	return cmocka_run_group_tests(tests, said_begin, said_end);
}
