/* What asks for a person: the rules at their bounds, and the list as it comes from a ledger, with what persons have noted. */
#include "check.h"

#include "asked.h"
#include "attention.h"

static struct book book;

/* ---- the rules ---- */

static void
test_what_is_usual_is_95_percent_by_nearest_rank(void **state)
{
	int64_t stays[100];
	(void)state;
	for (int i = 0; i < 100; i++)
		stays[i] = HOURS(100 - i);
	assert_int_equal(attention_usual_stay(stays, 100), HOURS(95));
	assert_int_equal(attention_usual_stay(stays, ATTENTION_STUCK_LEAST_N), HOURS(19));
	assert_int_equal(attention_usual_stay(stays, ATTENTION_STUCK_LEAST_N - 1), HOURS(24));
	for (int i = 0; i < 100; i++)
		stays[i] = i;
	assert_int_equal(attention_usual_stay(stays, 100), MINUTES(30));
	assert_int_equal(attention_usual_stay(stays, 0), HOURS(24));
}

static void
test_stuck_is_who_arrived_and_was_not_released(void **state)
{
	struct progress progress = { .stage = STAGE_ARRIVED };
	int64_t stay;
	(void)state;
	for (int i = 0; i < STEPS; i++)
		progress.steps[i] = TIME_UNKNOWN;
	assert_false(attention_stuck(&progress, MIDNIGHT, 0, &stay));
	progress.steps[STEP_ARRIVED] = MIDNIGHT - HOURS(1);
	assert_true(attention_stuck(&progress, MIDNIGHT, HOURS(1) - 1, &stay));
	assert_int_equal(stay, HOURS(1));
	assert_false(attention_stuck(&progress, MIDNIGHT, HOURS(1), &stay));
	progress.steps[STEP_RELEASED] = MIDNIGHT;
	progress.stage = STAGE_RELEASED;
	assert_false(attention_stuck(&progress, MIDNIGHT, 0, &stay));
	progress.steps[STEP_RELEASED] = TIME_UNKNOWN;
	progress.stage = STAGE_DELETED;
	assert_false(attention_stuck(&progress, MIDNIGHT, 0, &stay));
}

static void
test_unheard_of_is_who_was_released_a_week_ago_and_has_not_left(void **state)
{
	struct progress progress = { .stage = STAGE_RELEASED };
	int64_t gone;
	(void)state;
	for (int i = 0; i < STEPS; i++)
		progress.steps[i] = TIME_UNKNOWN;
	assert_false(attention_unheard(&progress, MIDNIGHT, &gone));
	progress.steps[STEP_RELEASED] = MIDNIGHT;
	assert_false(attention_unheard(&progress, MIDNIGHT + DAYS(7), &gone));
	assert_true(attention_unheard(&progress, MIDNIGHT + DAYS(7) + 1, &gone));
	assert_int_equal(gone, DAYS(7) + 1);
	progress.stage = STAGE_DEPARTED;
	assert_false(attention_unheard(&progress, MIDNIGHT + DAYS(8), &gone));
}

static void
test_weights_differ_by_both_bounds(void **state)
{
	static const struct {
		int64_t weighed, declared, above; /* 0: they do not */
	} cases[] = {
		{ 55001, 50000, 5001 },
		{ 55000, 50000, 0 }, /* just 10 % */
		{ 44999, 50000, -5001 },
		{ 12000, 10000, 0 }, /* just 2 t */
		{ 12001, 10000, 2001 },
		{ 2001, 0, 2001 },
		{ KG_UNKNOWN, 50000, 0 },
		{ 50000, KG_UNKNOWN, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct masses masses = { cases[i].declared, cases[i].weighed, cases[i].declared };
		int64_t above = 0;
		assert_int_equal(attention_weight(&masses, &above), cases[i].above != 0);
		if (cases[i].above != 0)
			assert_int_equal(above, cases[i].above);
	}
}

static void
test_silence_is_measured_by_the_usual_gap(void **state)
{
	int64_t receipts[ATTENTION_SILENT_EVENTS];
	(void)state;
	for (int i = 0; i < ATTENTION_SILENT_EVENTS; i++)
		receipts[i] = MIDNIGHT - MINUTES(10) * (i / 2); /* two come at once */
	assert_int_equal(attention_usual_gap(receipts, ATTENTION_SILENT_EVENTS), MINUTES(10));
	assert_int_equal(attention_usual_gap(receipts, 2 * ATTENTION_SILENT_LEAST_N + 1), MINUTES(10));
	assert_int_equal(attention_usual_gap(receipts, 2 * ATTENTION_SILENT_LEAST_N), 0);
	assert_true(attention_silent(MIDNIGHT - HOURS(1) - 1, MINUTES(10), MIDNIGHT));
	assert_false(attention_silent(MIDNIGHT - HOURS(1), MINUTES(10), MIDNIGHT));
	assert_true(attention_silent(MIDNIGHT - MINUTES(30), 1, MIDNIGHT));
	assert_false(attention_silent(MIDNIGHT - MINUTES(30) + 1, 1, MIDNIGHT));
	assert_false(attention_silent(MIDNIGHT - HOURS(2), 0, MIDNIGHT));
	assert_true(attention_silent(MIDNIGHT - HOURS(2) - 1, 0, MIDNIGHT));
	assert_true(attention_silent(MIDNIGHT - DAYS(7), 1, MIDNIGHT));
	assert_false(attention_silent(MIDNIGHT - DAYS(7) - 1, 1, MIDNIGHT));
	assert_false(attention_silent(MIDNIGHT + HOURS(9), 1, MIDNIGHT)); /* the asker's clock is behind */
}

/* ---- the list ---- */

#define ARRIVED "'unit_arrived': {'unit_id': 'T1'}"
#define LOOKED "'inspected': {'by': 'CUSTOMS', 'outcome': 'PASSED'}"

/* Said and received at the same time. */
static void
say(uint32_t terminal, int64_t at_ms, const char *batch_no, const char *what)
{
	struct reason why = { "" };
	struct entry entry = entry_of(&book, terminal, 0, cargo(at_ms, "ceke", batch_no, "%s", what));
	entry.received_at_ms = at_ms;
	must(ledger_apply(book.ledger, &entry, 1, &why), &why);
	assert_int_equal(entry.verdict, STATUS_OK);
}

static const Juyan__V1__AttentionList *
list(int64_t now_ms, const char *more)
{
	const Juyan__V1__Answer *answer = ask(&book, "'attention': {'now_ms': %lld%s}", (long long)now_ms, more);
	if (answer->say_case != JUYAN__V1__ANSWER__SAY_ATTENTION)
		fail_msg("%s", shown(answer));
	return answer->attention;
}

static void
subjects(const Juyan__V1__AttentionList *rows, const char *expected)
{
	char found[1024] = "";
	for (size_t i = 0; i < rows->n_rows; i++)
		snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s", i > 0 ? " " : "", rows->rows[i]->subject);
	assert_string_equal(found, expected);
}

static void
test_the_gravest_come_first(void **state)
{
	(void)state;
	say(GATE, MIDNIGHT, "B1", LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "40000"))));
	say(GATE, MIDNIGHT, "B1", ARRIVED);
	say(SCALE, MIDNIGHT + 1, "B1", WEIGHED("T1", "'gross_kg': 80000, 'tare_kg': 20000"));
	say(GATE, MIDNIGHT + 2, "B1", LOOKED);
	say(GATE, MIDNIGHT + 3, "B1", LOOKED);
	say(GATE, MIDNIGHT + 4, "B2", ARRIVED);
	say(GATE, MIDNIGHT + 5, "B2", WEIGHED("T1", "'gross_kg': 999999"));
	say(GATE, MIDNIGHT + 6, "B3", LODGED(UNIT("T1"), ""));
	say(GATE, MIDNIGHT + 6, "B3", ARRIVED);
	say(GATE, MIDNIGHT + 7, "B3", WEIGHED("T1", "'gross_kg': 999, 'stability': 'MOVING'"));
	struct said wrong = cargo(MIDNIGHT, "shivee", "B9", RELEASED);
	assert_int_equal(book_write(&book, GATE, wrong, STATUS_UNKNOWN_PORT, NULL), STATUS_UNKNOWN_PORT);
	char expected[512];
	unsigned long long lsn = ledger_lsn(book.ledger);
	/* At once nobody is silent or stuck, and of the two that differ from their papers each is told once. */
	snprintf(expected, sizeof expected, "quarantine:%llu weight:ceke/B1 second_inspection:ceke/B1 review:ceke/B3", lsn);
	subjects(list(MIDNIGHT + HOURS(1), ""), expected);
	/* A day and more later all wait for too long, for nobody has passed by whom it could be measured. */
	const Juyan__V1__AttentionList *rows = list(MIDNIGHT + HOURS(24) + 1, "");
	snprintf(expected, sizeof expected,
	    "silent:2/%llu silent:3/1 quarantine:%llu stuck:ceke/B1 weight:ceke/B1 second_inspection:ceke/B1 review:ceke/B3",
	    (unsigned long long)ledger_stream_tail(book.ledger, GATE), lsn);
	subjects(rows, expected);
	assert_int_equal(rows->rows[3]->measured, HOURS(24) + 1);
	assert_int_equal(rows->rows[3]->usual, HOURS(24));
	holds(rows->rows[3]->sentence, "arrived 1 d 0 h ago and not released; usual is at most 1 d 0 h");
	assert_int_equal(rows->rows[4]->measured, 20000);
	assert_int_equal(rows->rows[4]->usual, 40000);
	holds(rows->rows[4]->sentence, "weighed 60000 kg, declared 40000 kg: 20000 kg more");
	holds(rows->rows[2]->sentence, "the registry does not know this port");
	assert_int_equal(rows->rows[2]->lsn, lsn);
	assert_string_equal(rows->rows[2]->port, "shivee");
	assert_int_equal(rows->rows[1]->terminal_no, SCALE);
	assert_string_equal(rows->rows[1]->terminal_name, "terminal 3");
	holds(rows->rows[1]->sentence, "terminal 3 has sent nothing for 1 d 0 h");
	subjects(list(MIDNIGHT + HOURS(24) + 1, ", 'port': 'wuliji'"), "");
	/* Why, by name: for whoever says it in another language. */
	assert_int_equal(rows->rows[2]->n_reasons, 1);
	assert_string_equal(rows->rows[2]->reasons[0], "unknown_port");
	assert_int_equal(rows->rows[3]->n_reasons, 0);
	assert_int_equal(rows->rows[6]->n_reasons, 1);
	assert_string_equal(rows->rows[6]->reasons[0], "moving");
	assert_int_equal(rows->n_counts, 6);
	assert_string_equal(rows->counts[0]->kind, "silent");
	assert_int_equal(rows->counts[0]->n, 2);
	assert_false(rows->counts[1]->at_least);
}

static void
test_who_was_released_long_ago_and_has_not_left_is_told_with_the_count(void **state)
{
	enum { ALL = 350 };
	(void)state;
	static struct entry entries[ALL];
	for (size_t i = 0; i < ALL; i++) {
		char batch_no[16];
		snprintf(batch_no, sizeof batch_no, "U%04zu", i);
		entries[i] = entry_of(&book, GATE, i, cargo(MIDNIGHT - (int64_t)i, "ceke", batch_no, ARRIVED));
	}
	must(ledger_apply(book.ledger, entries, ALL, NULL), &(struct reason){ "" });
	for (size_t i = 0; i < ALL; i++) {
		char batch_no[16];
		snprintf(batch_no, sizeof batch_no, "U%04zu", i);
		say(GATE, MIDNIGHT + 1 - (int64_t)i, batch_no, RELEASED);
	}
	subjects(list(MIDNIGHT + DAYS(6), ", 'port': 'ceke'"), "silent:2/700");
	const Juyan__V1__AttentionList *rows = list(MIDNIGHT + DAYS(8), "");
	assert_true(rows->more);
	assert_string_equal(rows->rows[0]->subject, "unheard:ceke/U0349");
	assert_int_equal(rows->rows[0]->measured, DAYS(8) - 1 + 349);
	assert_int_equal(rows->n_counts, 1);
	assert_string_equal(rows->counts[0]->kind, "unheard");
	assert_int_equal(rows->counts[0]->n, ALL);
	subjects(list(MIDNIGHT + DAYS(8), ", 'port': 'wuliji'"), "");
}

/* There may be any number of what is not told: it takes no room of the answer. */
static void
test_what_is_not_told_takes_no_room(void **state)
{
	(void)state;
	size_t taken[2];
	struct said wrong = cargo(MIDNIGHT, "shivee", "B9", RELEASED);
	for (int round = 0; round < 2; round++) {
		size_t before = said_arena.used;
		subjects(list(MIDNIGHT, ", 'port': 'ceke'"), "");
		taken[round] = said_arena.used - before;
		for (int i = 0; i < 50 && round == 0; i++)
			assert_int_equal(book_write(&book, GATE, wrong, STATUS_UNKNOWN_PORT, NULL), STATUS_UNKNOWN_PORT);
	}
	assert_int_equal(taken[1], taken[0]);
}

static void
test_what_has_left_is_told_for_two_days(void **state)
{
	(void)state;
	say(GATE, MIDNIGHT, "B1", LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "40000"))));
	say(GATE, MIDNIGHT, "B1", WEIGHED("T1", "'gross_kg': 80000, 'tare_kg': 20000"));
	say(GATE, MIDNIGHT, "B1", LOOKED);
	say(GATE, MIDNIGHT + 1, "B1", LOOKED);
	say(GATE, MIDNIGHT + 2, "B1", DEPARTED("T1"));
	subjects(list(MIDNIGHT + MINUTES(5), ""), "weight:ceke/B1 second_inspection:ceke/B1");
	subjects(list(MIDNIGHT + DAYS(1) + MINUTES(5), ", 'port': 'ceke'"), "silent:2/5 weight:ceke/B1");
	subjects(list(MIDNIGHT + DAYS(2) - 1, ", 'port': 'ceke'"), "silent:2/5 weight:ceke/B1");
	subjects(list(MIDNIGHT + DAYS(2), ", 'port': 'ceke'"), "silent:2/5");
	subjects(list(MIDNIGHT + DAYS(8), ""), "");
}

static void
test_stuck_is_measured_by_those_of_the_same_mode(void **state)
{
	(void)state;
	/* 20 trucks in two days took 1 to 20 hours; none of a train says anything. */
	for (int i = 0; i < 20; i++) {
		char batch_no[16];
		snprintf(batch_no, sizeof batch_no, "P%02d", i);
		int64_t at_ms = MIDNIGHT - DAYS(i < 10 ? 3 : 5);
		say(GATE, at_ms, batch_no, LODGED(UNIT("T1"), ""));
		say(GATE, at_ms, batch_no, ARRIVED);
		say(GATE, at_ms + HOURS(i + 1), batch_no, RELEASED);
		say(GATE, at_ms + HOURS(i + 1), batch_no, DEPARTED("T1"));
	}
	say(GATE, MIDNIGHT, "S1", LODGED(UNIT("T1"), ""));
	say(GATE, MIDNIGHT, "S1", ARRIVED);
	say(GATE, MIDNIGHT, "S2", "'manifest_lodged': {'direction': 'IMPORT', 'mode': 'RAIL', 'units': [{'unit_id': 'T1'}]}");
	say(GATE, MIDNIGHT, "S2", ARRIVED);
	static const char port[] = ", 'port': 'wuliji'";
	subjects(list(MIDNIGHT + HOURS(19), port), "");
	subjects(list(MIDNIGHT + HOURS(19), ""), "");
	const Juyan__V1__AttentionList *rows = list(MIDNIGHT + HOURS(19) + 1, "");
	subjects(rows, "stuck:ceke/S1");
	assert_int_equal(rows->rows[0]->usual, HOURS(19));
}

/* ---- notes ---- */

static struct said
noted(int64_t at_ms, const char *subject, const char *note, const char *more)
{
	char text[512];
	snprintf(text, sizeof text, "{'occurred_at_ms': %lld, 'noted': {'subject': '%s', 'by': 'Bat', 'note': '%s'%s}}",
	    (long long)at_ms, subject, note, more);
	return said_text(text);
}

static void
test_what_a_person_has_seen_is_hidden(void **state)
{
	(void)state;
	say(GATE, MIDNIGHT, "B1", ARRIVED);
	int64_t now = MIDNIGHT + HOURS(25);
	static const char all[] = ", 'noted': true";
	subjects(list(now, ""), "silent:2/1 stuck:ceke/B1");
	book_take(&book, ADMIN, noted(MIDNIGHT + 5, "stuck:ceke/B1", "the axle is broken", ""));
	subjects(list(now, ""), "silent:2/1");
	subjects(list(now, all), "silent:2/1 stuck:ceke/B1");
	const Juyan__V1__AttentionRow *row = list(now, all)->rows[1];
	assert_string_equal(row->noted_by, "Bat");
	assert_string_equal(row->note, "the axle is broken");
	assert_int_equal(row->noted_at_ms, MIDNIGHT + 5);
	/* One from before changes nothing, a later one does, and so does taking it back. */
	book_take(&book, ADMIN, noted(MIDNIGHT + 4, "stuck:ceke/B1", "earlier", ", 'withdrawn': true"));
	assert_string_equal(list(now, all)->rows[1]->note, "the axle is broken");
	book_take(&book, ADMIN, noted(MIDNIGHT + 6, "stuck:ceke/B1", "mended", ""));
	assert_string_equal(list(now, all)->rows[1]->note, "mended");
	book_take(&book, ADMIN, noted(MIDNIGHT + 7, "stuck:ceke/B1", "not mended", ", 'withdrawn': true"));
	subjects(list(now, ""), "silent:2/1 stuck:ceke/B1");
	assert_string_equal(list(now, all)->rows[1]->noted_by, "");
	/* Who has seen one silence has not seen the next. */
	book_take(&book, ADMIN, noted(MIDNIGHT, "silent:2/1", "off for repair", ""));
	subjects(list(now, ", 'port': 'ceke'"), "stuck:ceke/B1");
	say(GATE, MIDNIGHT + HOURS(1), "B1", ARRIVED);
	subjects(list(now + HOURS(2), ""), "silent:2/2 stuck:ceke/B1");
}

/* The list holds 300 of a kind, and says that there are more. What it does not hold takes nothing, noted or not. */
static void
test_any_number_of_notes_takes_the_room_of_a_full_list(void **state)
{
	enum { CROSSINGS = 900, ROUNDS = 3 };
	(void)state;
	static struct entry arrivals[CROSSINGS], notes[CROSSINGS];
	char note[200], subject[64], batch_no[16];
	size_t taken[ROUNDS] = { 0 };
	memset(note, 'x', sizeof note - 1);
	note[sizeof note - 1] = '\0';
	for (size_t i = 0; i < CROSSINGS; i++) { /* the oldest last, so that each takes another's place */
		snprintf(batch_no, sizeof batch_no, "B%04zu", i);
		snprintf(subject, sizeof subject, "stuck:ceke/%s", batch_no);
		arrivals[i] = entry_of(&book, GATE, i, cargo(MIDNIGHT - (int64_t)i, "ceke", batch_no, ARRIVED));
		notes[i] = entry_of(&book, ADMIN, i, noted(MIDNIGHT + 5, subject, note, ""));
	}
	for (size_t round = 0, n = CROSSINGS / ROUNDS; round < ROUNDS; round++) {
		must(ledger_apply(book.ledger, &arrivals[round * n], n, NULL), &(struct reason){ "" });
		must(ledger_apply(book.ledger, &notes[round * n], n, NULL), &(struct reason){ "" });
		size_t before = said_arena.used;
		const Juyan__V1__AttentionList *rows = list(MIDNIGHT + HOURS(25), ", 'noted': true");
		taken[round] = said_arena.used - before;
		assert_int_equal(rows->more, round > 0);
		assert_int_equal(strlen(rows->rows[rows->n_rows - 1]->note), sizeof note - 1);
	}
	assert_int_equal(taken[1], taken[2]);
}

static void
test_a_full_list_holds_the_gravest_and_the_oldest(void **state)
{
	enum { ALL = ANSWER_ROWS_MAX + 20 };
	(void)state;
	struct said wrong = cargo(MIDNIGHT, "shivee", "B9", RELEASED);
	static struct entry entries[ALL];
	for (size_t i = 0; i < ALL; i++) {
		char batch_no[16];
		snprintf(batch_no, sizeof batch_no, "B%04zu", i);
		entries[i] = entry_of(&book, GATE, i, cargo(MIDNIGHT - (int64_t)i, "ceke", batch_no, ARRIVED));
	}
	must(ledger_apply(book.ledger, entries, ALL, NULL), &(struct reason){ "" });
	assert_int_equal(book_write(&book, GATE, wrong, STATUS_UNKNOWN_PORT, NULL), STATUS_UNKNOWN_PORT);
	const Juyan__V1__AttentionList *rows = list(MIDNIGHT + HOURS(25), "");
	assert_true(rows->more);
	assert_string_equal(rows->rows[0]->kind, "silent");
	assert_string_equal(rows->rows[1]->kind, "quarantine");
	assert_string_equal(rows->rows[2]->subject, "stuck:ceke/B1019");
	for (size_t i = 3; i < rows->n_rows; i++)
		assert_true(rows->rows[i]->since_ms >= rows->rows[i - 1]->since_ms);
}

static int
start(void **state)
{
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_usual_is_95_percent_by_nearest_rank),
		cmocka_unit_test(test_stuck_is_who_arrived_and_was_not_released),
		cmocka_unit_test(test_unheard_of_is_who_was_released_a_week_ago_and_has_not_left),
		cmocka_unit_test(test_weights_differ_by_both_bounds),
		cmocka_unit_test(test_silence_is_measured_by_the_usual_gap),
		cmocka_unit_test_setup(test_the_gravest_come_first, fresh),
		cmocka_unit_test_setup(test_who_was_released_long_ago_and_has_not_left_is_told_with_the_count, fresh),
		cmocka_unit_test_setup(test_what_has_left_is_told_for_two_days, fresh),
		cmocka_unit_test_setup(test_what_is_not_told_takes_no_room, fresh),
		cmocka_unit_test_setup(test_stuck_is_measured_by_those_of_the_same_mode, fresh),
		cmocka_unit_test_setup(test_what_a_person_has_seen_is_hidden, fresh),
		cmocka_unit_test_setup(test_any_number_of_notes_takes_the_room_of_a_full_list, fresh),
		cmocka_unit_test_setup(test_a_full_list_holds_the_gravest_and_the_oldest, fresh),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
