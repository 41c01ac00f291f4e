/*
 * News at its edges: nothing, too much, what does not fit a frame, and what each of them says. That news keep a picture of the
 * totals right is property/test_passages.c's.
 */
#include "check.h"

#include "asked.h"

static struct book book;

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

static const Juyan__V1__News *
news_after(uint64_t lsn)
{
	const Juyan__V1__Answer *answer = ask(&book, "'news': {'after_lsn': %llu}", (unsigned long long)lsn);
	if (answer->say_case != JUYAN__V1__ANSWER__SAY_NEWS)
		fail_msg("%s", shown(answer));
	assert_int_equal(answer->news->before_lsn, lsn);
	assert_int_equal(answer->news->lsn, ledger_lsn(book.ledger));
	assert_true(answer->news->version == PROTOCOL_VERSION);
	assert_true(juyan__v1__answer__get_packed_size(answer) <= FRAME_BYTES_MAX);
	return answer->news;
}

static const char *
told_after(uint64_t lsn)
{
	Juyan__V1__Answer answer = JUYAN__V1__ANSWER__INIT;
	union {
		const Juyan__V1__News *in;
		Juyan__V1__News *out;
	} news = { .in = news_after(lsn) };
	answer.say_case = JUYAN__V1__ANSWER__SAY_NEWS;
	answer.news = news.out;
	return shown(&answer);
}

static void
test_no_news(void **state)
{
	(void)state;
	const Juyan__V1__News *news = news_after(ledger_lsn(book.ledger));
	assert_int_equal(news->events, 0);
	assert_int_equal(news->n_crossings + news->n_days, 0);
	assert_false(news->registry || news->skipped);
	assert_int_equal(news->received_at_ms, MIDNIGHT);
	assert_true(news_after(0)->registry);
}

static void
test_a_crossing_is_told_as_it_is_now_with_all_that_happened(void **state)
{
	(void)state;
	uint64_t begin = ledger_lsn(book.ledger);
	book_take(&book, GATE, cargo(MIDNIGHT, "ceke", "B1", LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "60000")))));
	book_take(&book, GATE, cargo(MIDNIGHT, "ceke", "B2", "'unit_arrived': {'unit_id': 'T2'}"));
	book_take(&book, GATE, cargo(MIDNIGHT + HOURS(1), "ceke", "B1", RELEASED));
	const char *told = told_after(begin);
	holds(told, "'happened':['manifest_lodged','released']");
	holds(told, "'happened':['unit_arrived']");
	holds(told, "'stage':'released'");
	holds(told,
	    "'days':[{'port':'ceke','day':'2025-01-31','direction':'import','mode':'truck','basis':'declared',"
	    "'net_kg':60000,'batches':1,'units':1}]");
	assert_int_equal(news_after(begin)->crossings[0]->lsn, begin + 3);
	/* What was there before counts nothing now: its day is told empty. */
	uint64_t before = ledger_lsn(book.ledger);
	book_take(&book, GATE, cargo(MIDNIGHT + HOURS(30), "ceke", "B1", RELEASED));
	const Juyan__V1__News *news = news_after(before);
	assert_int_equal(news->n_days, 2);
	assert_string_equal(news->days[0]->day, "2025-01-31");
	assert_string_equal(news->days[0]->direction, "");
	assert_int_equal(news->days[0]->net_kg, 0);
	assert_string_equal(news->days[1]->day, "2025-02-01");
	assert_int_equal(news->days[1]->net_kg, 60000);
}

static void
test_what_is_quarantined_is_counted_and_told_when_it_leaves(void **state)
{
	char text[256];
	(void)state;
	struct said unknown = cargo(MIDNIGHT, "shivee", "B1", "'unit_arrived': {'unit_id': 'T2'}");
	assert_int_equal(book_write(&book, GATE, unknown, STATUS_UNKNOWN_PORT, NULL), STATUS_UNKNOWN_PORT);
	uint64_t held = ledger_lsn(book.ledger);
	const Juyan__V1__News *news = news_after(held - 1);
	assert_int_equal(news->quarantine_waiting, 1);
	assert_int_equal(news->events, 1);
	assert_int_equal(news->n_crossings, 0);
	book_take(&book, ADMIN, registry_changed("'put': [" PORT("shivee", "RELEASE") "]"));
	assert_true(news_after(held)->registry);
	uint64_t before = ledger_lsn(book.ledger);
	snprintf(text, sizeof text, "{'occurred_at_ms': 1, 'quarantine_released': {'by': 'b', 'reason': 'r', 'lsn': %llu}}",
	    (unsigned long long)held);
	book_take(&book, ADMIN, said_text(text));
	holds(told_after(before), "'happened':['unit_arrived'],'crossing':{'port':'shivee','batch_no':'B1'");
	assert_int_equal(news_after(before)->quarantine_waiting, 0);
	/* A note is news of nothing. */
	before = ledger_lsn(book.ledger);
	book_take(&book, ADMIN, said_text((char[]){ "{'occurred_at_ms': 1, 'noted': {'subject': 's', 'by': 'b', 'note': 'n'}}" }));
	news = news_after(before);
	assert_true(news->events == 1 && news->n_crossings == 0 && !news->registry && !news->skipped);
}

static void
write_many(size_t n, const char *what)
{
	static struct entry entries[NEWS_EVENTS_MAX + 1];
	for (size_t i = 0; i < n; i++) {
		char batch_no[BATCH_NO_BYTES_MAX + 1];
		snprintf(batch_no, sizeof batch_no, "%060zu", i);
		entries[i] = entry_of(&book, GATE, i, cargo(MIDNIGHT, "ceke", batch_no, "%s", what));
	}
	must(ledger_apply(book.ledger, entries, n, NULL), &(struct reason){ "" });
}

static void
test_too_much_is_skipped(void **state)
{
	(void)state;
	uint64_t begin = ledger_lsn(book.ledger);
	write_many(NEWS_EVENTS_MAX, "'unit_arrived': {'unit_id': 'T2'}");
	const Juyan__V1__News *news = news_after(begin);
	assert_false(news->skipped);
	assert_int_equal(news->n_crossings, NEWS_EVENTS_MAX);
	book_take(&book, GATE, cargo(MIDNIGHT, "ceke", "B", RELEASED));
	news = news_after(begin);
	assert_true(news->skipped && news->registry);
	assert_int_equal(news->n_crossings + news->n_days, 0);
	assert_int_equal(news->events, NEWS_EVENTS_MAX + 1);
}

static void
test_what_does_not_fit_a_frame_is_skipped(void **state)
{
	static char what[700];
	(void)state;
	snprintf(what, sizeof what, "'inspected': {'by': 'CUSTOMS', 'outcome': 'HELD', 'held': '%0*d'}", TEXT_BYTES_MAX, 0);
	uint64_t begin = ledger_lsn(book.ledger);
	write_many(NEWS_EVENTS_MAX, what);
	const Juyan__V1__News *news = news_after(begin);
	assert_true(news->skipped);
	assert_int_equal(news->n_crossings + news->n_days, 0);
	assert_false(news_after(begin + NEWS_EVENTS_MAX / 2)->skipped);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_no_news, fresh),
		cmocka_unit_test_setup(test_a_crossing_is_told_as_it_is_now_with_all_that_happened, fresh),
		cmocka_unit_test_setup(test_what_is_quarantined_is_counted_and_told_when_it_leaves, fresh),
		cmocka_unit_test_setup(test_too_much_is_skipped, fresh),
		cmocka_unit_test_setup(test_what_does_not_fit_a_frame_is_skipped, fresh),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
