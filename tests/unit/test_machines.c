/*
 * What a ledger makes of machine_reported: how each machine stands, whatever came first; pages, ports, the news, what asks for a
 * person; that a report needs a right, and comes out of quarantine; and that a recount agrees.
 */
#include "check.h"

#include "../any.h"
#include "asked.h"
#include "recount.h"

enum { REPORTS = 64, ORDERS = 12 };

static struct book book;

#define NOW (MIDNIGHT + HOURS(10))

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

static struct said
report(int64_t at_ms, const char *port, const char *machine, const char *condition, const char *more)
{
	return cargo(at_ms, port, "", "'machine_reported': {'machine': '%s', 'kind': 'SCALE', 'condition': '%s'%s}", machine,
	    condition, more);
}

static void
tell(int64_t at_ms, const char *machine, const char *condition)
{
	book_take(&book, SCALE, report(at_ms, "ceke", machine, condition, ""));
}

static const Juyan__V1__Machines *
machines(const char *more)
{
	const Juyan__V1__Answer *answer = ask(&book, "'machines': {'now_ms': %lld%s}", (long long)NOW, more);
	if (answer->say_case != JUYAN__V1__ANSWER__SAY_MACHINES)
		fail_msg("%s", shown(answer));
	return answer->machines;
}

/* "ceke/scale 1 working, …" */
static const char *
summary(const Juyan__V1__Machines *rows)
{
	static char text[2048];
	text[0] = '\0';
	for (size_t i = 0; i < rows->n_rows; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s/%s %s", i > 0 ? ", " : "", rows->rows[i]->port,
		    rows->rows[i]->machine, rows->rows[i]->condition);
	return text;
}

static void
refused(const char *more, const char *part)
{
	const Juyan__V1__Answer *answer = ask(&book, "'machines': {'now_ms': %lld%s}", (long long)NOW, more);
	assert_int_equal(answer->say_case, JUYAN__V1__ANSWER__SAY_FAILURE);
	holds(answer->failure->sentence, part);
}

static void
is_right(void)
{
	char scratch[FOLDER_BYTES + 16];
	struct recount_result result = { .difference = "" };
	struct reason why = { "" };
	snprintf(scratch, sizeof scratch, "%s/scratch", book.dir);
	must(recount(book.env, scratch, NULL, NULL, NULL, &result, &why), &why);
	if (!result.right)
		fail_msg("%s", result.difference);
}

static void
test_a_machine_stands_as_it_was_told_last(void **state)
{
	(void)state;
	assert_int_equal(machines("")->n_rows, 0);
	book_take(&book, SCALE, report(NOW - HOURS(2), "ceke", "scale 1", "WORKING", ", 'note': 'at rest', 'lane': 'road-in-1'"));
	book_take(&book, GATE, report(NOW - HOURS(1), "ceke", "scale 1", "SILENT", ", 'note': 'nothing for 60 s', 'lane': ''"));
	tell(NOW - HOURS(3), "scale 1", "FAULT"); /* it comes late, and changes nothing of now */
	const Juyan__V1__Machines *rows = machines("");
	assert_int_equal(rows->n_rows, 1);
	const Juyan__V1__MachineRow *row = rows->rows[0];
	assert_string_equal(row->kind, "scale");
	assert_string_equal(row->condition, "silent");
	assert_string_equal(row->note, "nothing for 60 s");
	assert_string_equal(row->lane, "");
	assert_int_equal(row->since_ms, NOW - HOURS(1));
	assert_int_equal(row->told_ms, NOW - HOURS(1));
	assert_false(row->outdated);
	assert_int_equal(row->latest->known_ms, HOURS(3));
	assert_int_equal(row->latest->available_ms, HOURS(1));
	assert_int_equal(row->latest->faults, 1);
	assert_int_equal(row->day->known_ms, HOURS(3));
	assert_int_equal(row->n_hours, 24);
	assert_int_equal(row->hours[20], -1);
	assert_int_equal(row->hours[21], 0);
	assert_int_equal(row->hours[22], 1000);
	assert_int_equal(row->hours[23], 0);
	is_right();
}

/* Two say another thing of one moment, each in its own first event: the later terminal holds, whoever came first. */
static void
test_of_one_moment_the_later_terminal_holds(void **state)
{
	(void)state;
	for (int first = GATE; first <= SCALE; first++) {
		book_close(&book);
		book_open(&book);
		uint32_t then = first == GATE ? SCALE : GATE;
		book_take(&book, (uint32_t)first, report(NOW, "ceke", "agv", first == GATE ? "WORKING" : "FAULT", ""));
		book_take(&book, then, report(NOW, "ceke", "agv", then == GATE ? "WORKING" : "FAULT", ""));
		assert_string_equal(summary(machines("")), "ceke/agv fault");
		assert_int_equal(machines("")->rows[0]->latest->faults, 1);
	}
}

static void
test_what_was_told_long_ago_is_outdated_and_then_forgotten(void **state)
{
	(void)state;
	tell(NOW - HOURS(2) - MINUTES(30), "a", "WORKING");
	tell(NOW - HOURS(2) - MINUTES(31), "b", "WORKING");
	tell(NOW - DAYS(31), "c", "WORKING");
	tell(NOW - DAYS(31) - 1, "d", "WORKING");
	tell(NOW + MINUTES(15), "e", "WORKING");     /* by a clock that is ahead */
	tell(NOW + MINUTES(15) + 1, "f", "WORKING"); /* by one that is wrong */
	const Juyan__V1__Machines *rows = machines("");
	assert_string_equal(summary(rows), "ceke/a working, ceke/b working, ceke/c working, ceke/e working");
	assert_false(rows->rows[0]->outdated);
	assert_true(rows->rows[1]->outdated);
	assert_true(rows->rows[2]->outdated);
	assert_false(rows->rows[3]->outdated);
}

static void
test_pages_and_ports(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		char name[8];
		snprintf(name, sizeof name, "m%d", i);
		tell(NOW, name, "WORKING");
		tell(NOW - HOURS(1), name, "FAULT");
	}
	book_take(&book, SCALE, report(NOW, "wuliji", "m", "CHARGING", ""));
	assert_string_equal(summary(machines(", 'port': 'wuliji'")), "wuliji/m charging");
	assert_int_equal(machines(", 'port': 'ceke'")->n_rows, 5);
	const Juyan__V1__Machines *page = machines(", 'rows_max': 2");
	assert_true(page->more);
	assert_string_equal(summary(page), "ceke/m0 working, ceke/m1 working");
	page = machines(", 'rows_max': 4, 'after_port': 'ceke', 'after_machine': 'm1'");
	assert_false(page->more);
	assert_string_equal(summary(page), "ceke/m2 working, ceke/m3 working, ceke/m4 working, wuliji/m charging");
	page = machines(", 'port': 'ceke', 'rows_max': 4, 'after_port': 'ceke', 'after_machine': 'm3'");
	assert_string_equal(summary(page), "ceke/m4 working");
	refused(", 'port': 'cekke'", "is 'ceke' meant?");
	refused(", 'after_port': 'ceke'", "after_machine");
	const Juyan__V1__Answer *answer = ask(&book, "'machines': {}");
	assert_int_equal(answer->say_case, JUYAN__V1__ANSWER__SAY_FAILURE);
	holds(answer->failure->sentence, "now_ms");
}

/* The rows are those of the set, whatever order they came in. */
static void
test_any_order_of_the_same_reports_gives_the_same_rows(void **state)
{
	static const enum table tables[] = { TABLE_machines };
	static const char *const names[] = { "scale", "scale 1", "秤" };
	static const char *const conditions[] = { "WORKING", "CHARGING", "BY_HAND", "STOPPED", "FAULT", "SILENT", "STUCK",
		"OFFLINE" };
	struct {
		struct said said;
		uint32_t terminal_no;
		uint64_t seq;
	} all[REPORTS];
	uint64_t seq[SCALE + 1] = { 0 };
	uint8_t first[DIGEST_BYTES], now[DIGEST_BYTES];
	(void)state;
	for (size_t i = 0; i < REPORTS; i++) {
		uint32_t terminal_no = any_chance(50) ? GATE : SCALE;
		/* Few times and machines, so that they compete. */
		all[i].said = report(NOW - HOURS((int64_t)any_below(2)), any_chance(70) ? "ceke" : "wuliji", names[any_below(3)],
		    conditions[any_below(8)], "");
		all[i].terminal_no = terminal_no;
		all[i].seq = ++seq[terminal_no];
	}
	for (int order = 0; order < ORDERS; order++) {
		book_close(&book);
		book_open(&book);
		bool done[REPORTS] = { false };
		for (size_t left = REPORTS; left > 0; left--) {
			size_t pick = any_below(REPORTS);
			while (done[pick] || all[pick].seq != ledger_stream_tail(book.ledger, all[pick].terminal_no) + 1)
				pick = (pick + 1) % REPORTS;
			done[pick] = true;
			book_take(&book, all[pick].terminal_no, all[pick].said);
		}
		book_digest(&book, tables, 1, order == 0 ? first : now);
		if (order > 0)
			assert_memory_equal(first, now, DIGEST_BYTES);
	}
	is_right();
}

static void
test_the_news_say_that_machines_were_told_of(void **state)
{
	(void)state;
	uint64_t begun = ledger_lsn(book.ledger);
	book_take(&book, GATE, cargo(NOW, "ceke", "B1", RELEASED));
	uint64_t before = ledger_lsn(book.ledger);
	assert_false(ask(&book, "'news': {'after_lsn': %llu}", (unsigned long long)begun)->news->machines);
	tell(NOW, "scale 1", "WORKING");
	const Juyan__V1__News *news = ask(&book, "'news': {'after_lsn': %llu}", (unsigned long long)before)->news;
	assert_true(news->machines);
	assert_int_equal(news->n_crossings, 0);
	assert_int_equal(news->n_days, 0);
	assert_false(news->registry);
}

static void
test_a_report_comes_out_of_quarantine(void **state)
{
	char text[256];
	(void)state;
	struct said unknown = report(NOW, "shivee", "scale 1", "SILENT", "");
	assert_int_equal(book_write(&book, SCALE, unknown, STATUS_UNKNOWN_PORT, NULL), STATUS_UNKNOWN_PORT);
	uint64_t held = ledger_lsn(book.ledger);
	assert_int_equal(machines("")->n_rows, 0);
	book_take(&book, ADMIN, registry_changed("'put': [" PORT("shivee", "RELEASE") "]"));
	snprintf(text, sizeof text, "{'occurred_at_ms': 1, 'quarantine_released': {'by': 'b', 'reason': 'r', 'lsn': %llu}}",
	    (unsigned long long)held);
	book_take(&book, ADMIN, said_text(text));
	assert_string_equal(summary(machines("")), "shivee/scale 1 silent");
	assert_true(ask(&book, "'news': {'after_lsn': %llu}", (unsigned long long)held + 1)->news->machines);
	is_right();
}

/* A registry that has no such port any more: nobody looks after its machines, and that is no damage. */
static void
test_machines_of_a_port_that_was_dropped_are_not_told(void **state)
{
	(void)state;
	book_take(&book, ADMIN, registry_changed("'put': [" PORT("shivee", "RELEASE") "]"));
	book_take(&book, SCALE, report(NOW, "shivee", "scale 1", "SILENT", ""));
	tell(NOW, "scale 1", "WORKING");
	book_take(&book, ADMIN, registry_changed("'drop': [{'port': {'id': 'shivee'}}]"));
	assert_string_equal(summary(machines("")), "ceke/scale 1 working");
	is_right();
}

/* The subjects of machines; `first`, where it is not NULL, is told the first that stands so. */
static const char *
asking(int64_t now_ms, const char *condition, const Juyan__V1__AttentionRow **first)
{
	static char text[1024];
	text[0] = '\0';
	const Juyan__V1__AttentionList *list = ask(&book, "'attention': {'now_ms': %lld}", (long long)now_ms)->attention;
	for (size_t i = 0; i < list->n_rows; i++) {
		const Juyan__V1__AttentionRow *row = list->rows[i];
		if (strcmp(row->kind, "machine") != 0)
			continue;
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", row->subject);
		if (first != NULL && strcmp(row->condition, condition) == 0)
			*first = row;
	}
	return text;
}

static void
test_who_does_not_work_asks_for_a_person(void **state)
{
	static const char *const conditions[] = { "WORKING", "CHARGING", "BY_HAND", "STOPPED", "FAULT", "SILENT", "STUCK",
		"OFFLINE" };
	const Juyan__V1__AttentionRow *row = NULL;
	(void)state;
	for (int i = 0; i < 8; i++) {
		tell(MIDNIGHT + HOURS(1), conditions[i], "WORKING");
		tell(MIDNIGHT + HOURS(2), conditions[i], conditions[i]);
		tell(MIDNIGHT + HOURS(3), conditions[i], conditions[i]); /* told again */
	}
	assert_string_equal(asking(MIDNIGHT + HOURS(4), "silent", &row),
	    "machine:ceke/FAULT/1738260000000 machine:ceke/OFFLINE/1738260000000 machine:ceke/SILENT/1738260000000 "
	    "machine:ceke/STUCK/1738260000000 ");
	assert_string_equal(row->machine, "SILENT");
	assert_string_equal(row->machine_kind, "scale");
	assert_string_equal(row->sentence, "the scale SILENT has said nothing for 2 h 0 min");
	assert_int_equal(row->since_ms, MIDNIGHT + HOURS(2));
	assert_int_equal(row->measured, HOURS(2));
	assert_string_equal(asking(MIDNIGHT + HOURS(3) + DAYS(7) + 1, "", NULL), "");
}

/* Beside the sentence, by itself: the page says it in the reader's words. */
static void
test_what_a_machine_says_stands_beside_what_it_asks_for(void **state)
{
	const Juyan__V1__AttentionRow *row = NULL;
	(void)state;
	book_take(&book, SCALE, report(MIDNIGHT, "ceke", "AGV: 7", "FAULT", ", 'note': 'error tilt'"));
	asking(MIDNIGHT + HOURS(1), "fault", &row);
	assert_string_equal(row->machine_note, "error tilt");
	assert_string_equal(row->sentence, "the scale AGV: 7 has been at fault for 1 h 0 min: error tilt");
}

static void
test_who_has_noted_one_silence_has_not_seen_the_next(void **state)
{
	char note[256];
	const Juyan__V1__AttentionRow *row = NULL;
	(void)state;
	tell(MIDNIGHT, "scale 1", "SILENT");
	asking(MIDNIGHT + HOURS(1), "silent", &row);
	snprintf(note, sizeof note, "{'occurred_at_ms': 1, 'noted': {'subject': '%s', 'by': 'b', 'note': 'n'}}", row->subject);
	book_take(&book, ADMIN, said_text(note));
	assert_string_equal(asking(MIDNIGHT + HOURS(1), "", NULL), "");
	tell(MIDNIGHT + HOURS(1), "scale 1", "SILENT"); /* it is the same */
	assert_string_equal(asking(MIDNIGHT + HOURS(2), "", NULL), "");
	tell(MIDNIGHT + HOURS(2), "scale 1", "WORKING");
	tell(MIDNIGHT + HOURS(3), "scale 1", "SILENT");
	assert_string_equal(asking(MIDNIGHT + HOURS(4), "", NULL), "machine:ceke/scale 1/1738263600000 ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_machine_stands_as_it_was_told_last, fresh),
		cmocka_unit_test_setup(test_of_one_moment_the_later_terminal_holds, fresh),
		cmocka_unit_test_setup(test_what_was_told_long_ago_is_outdated_and_then_forgotten, fresh),
		cmocka_unit_test_setup(test_pages_and_ports, fresh),
		cmocka_unit_test_setup(test_any_order_of_the_same_reports_gives_the_same_rows, fresh),
		cmocka_unit_test_setup(test_the_news_say_that_machines_were_told_of, fresh),
		cmocka_unit_test_setup(test_a_report_comes_out_of_quarantine, fresh),
		cmocka_unit_test_setup(test_machines_of_a_port_that_was_dropped_are_not_told, fresh),
		cmocka_unit_test_setup(test_who_does_not_work_asks_for_a_person, fresh),
		cmocka_unit_test_setup(test_what_a_machine_says_stands_beside_what_it_asks_for, fresh),
		cmocka_unit_test_setup(test_who_has_noted_one_silence_has_not_seen_the_next, fresh),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
