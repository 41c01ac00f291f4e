/*
 * Reports of a small ledger whose figures were worked out by hand: the days, the figures, what is unknown, what each writer makes
 * of them, and what a source that fails or changes leads to.
 */
#include "check.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "opened_ledger.h"
#include "report.h"
#include "report_figures.h"
#include "report_tables.h"
#include "report_words.h"
#include "report_writers.h"

/* 31 January 2025, noon at UTC+8; the ledger of these tests has the 30th, the 31st and the 30th of January 2024. */
#define NOON (MIDNIGHT + HOURS(12))
#define LATER (MIDNIGHT + DAYS(40))

static struct world {
	struct book book;
	struct arena arena;
	int asked, fail_at;   /* this question fails; -1: none */
	bool unsteady;        /* each answer of totals has another figure */
	enum status no_dwell; /* why there are none */
} world;

/* ---- a source ---- */

static enum status
answer(void *user, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	assert_ptr_equal(user, &world);
	const Juyan__V1__Answer *given;
	question->version = PROTOCOL_VERSION;
	if (world.asked++ == world.fail_at)
		return reason_say(why, STATUS_TIMEOUT, "no answer came");
	if (world.no_dwell != STATUS_OK && question->ask_case == JUYAN__V1__QUESTION__ASK_DWELL)
		return reason_say(why, world.no_dwell, "%s", status_sentence(world.no_dwell));
	arena_reset(&world.arena);
	enum status status = reader_answer(world.book.reader, question, &world.arena, &given, why);
	if (status != STATUS_OK)
		return status;
	if (given->say_case == JUYAN__V1__ANSWER__SAY_FAILURE)
		return reason_say(why, (enum status)given->failure->code, "%s", given->failure->sentence);
	if (world.unsteady && given->say_case == JUYAN__V1__ANSWER__SAY_TOTALS && given->totals->n_rows > 0)
		given->totals->rows[0]->net_kg += world.asked;
	*out = given;
	return STATUS_OK;
}

static const struct source source = { .query = answer, .user = &world };

static enum status
make(const char *from, const char *to, const char *port, int64_t now_ms, struct report **out, struct reason *why)
{
	const struct report_asked asked = { .from = from, .to = to, .port = port, .now_ms = now_ms, .fresh = true };
	why->text[0] = '\0';
	return report_open(&source, &asked, out, why);
}

static struct report *
made(const char *from, const char *to, const char *port, int64_t now_ms)
{
	struct report *report = NULL;
	struct reason why;
	must(make(from, to, port, now_ms, &report, &why), &why);
	return report;
}

/* ---- a ledger ---- */

static void
pass(int64_t at_ms, const char *batch_no, const char *goods, const char *weighed)
{
	book_take(&world.book, GATE,
	    cargo(at_ms - HOURS(2), "ceke", batch_no,
		"'manifest_lodged': {'direction': 'IMPORT', 'mode': 'TRUCK', 'units': [{'unit_id': 'U'}], 'waybills': "
		"[{'waybill_no': "
		"'W', 'goods': [%s]}]}",
		goods));
	if (weighed != NULL)
		book_take(&world.book, SCALE, cargo(at_ms - HOURS(1), "ceke", batch_no, "%s", weighed));
	book_take(&world.book, GATE, cargo(at_ms, "ceke", batch_no, RELEASED));
}

static int
setup(void **state)
{
	(void)state;
	memset(&world, 0, sizeof world);
	world.fail_at = -1;
	assert_int_equal(arena_open(&world.arena, 2 * DECODE_BYTES_MAX), STATUS_OK);
	arena_reset(&said_arena);
	book_open(&world.book);
	book_take(&world.book, ADMIN,
	    registry_changed(
		"'put': [{'group': {'id': 'evil', 'name_en': '=1+<b>1', 'name_zh': '@\\\\,', 'hs_prefixes': ['99']}}]"));
	pass(NOON - DAYS(367), "B-0", GOODS("2701", "40000"), WEIGHED("U", "'gross_kg': 50000, 'tare_kg': 10000"));
	pass(NOON - DAYS(1), "B-1", GOODS("2701", "20000"), WEIGHED("U", "'gross_kg': 30001, 'tare_kg': 10000"));
	pass(NOON, "B-2", GOODS("2701", "20000"), WEIGHED("U", "'gross_kg': 30000, 'tare_kg': 10000"));
	pass(NOON + HOURS(1), "B-3", GOODS("9901", "7000"), NULL);
	pass(NOON + HOURS(1), "B-4", GOODS_UNKNOWN("2701"), NULL);
	pass(NOON + HOURS(2), "B-5", GOODS("2701", "1000"), CORRECTED("U", "1001"));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	book_close(&world.book);
	arena_close(&world.arena);
	return 0;
}

static bool
remarked(const struct report *report, enum report_remark_kind kind)
{
	for (size_t i = 0; i < report->n_remarks; i++)
		if (report->remarks[i].kind == kind)
			return true;
	return false;
}

/* ---- days ---- */

static void
test_what_is_no_span_is_told(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to, *told;
	} wrong[] = {
		{ "", NULL, "expected a day, month or year" },
		{ "2025-02-30", NULL, "'from' is '2025-02-30'" },
		{ "2025-01-31T08", NULL, "expected a day, month or year" },
		{ "2025", "yesterday", "'to' is 'yesterday'" },
		{ "2025-02", "2025-01", "ends before" },
		{ "1950", "2025", "at most 50 years" },
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct report_span span;
		struct reason why = { "" };
		assert_int_not_equal(report_span_read(wrong[i].from, wrong[i].to, &span, &why), STATUS_OK);
		assert_non_null(strstr(why.text, wrong[i].told));
	}
}

static void
test_the_year_before_keeps_whole_months(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to, *first, *last;
		enum period step;
	} known[] = {
		{ "2024-02", "", "2023-02-01", "2023-02-28", PERIOD_DAY },
		{ "2025-02", "", "2024-02-01", "2024-02-29", PERIOD_DAY },
		{ "2024-02-29", "", "2023-02-28", "2023-02-28", PERIOD_HOUR },
		{ "2025-02-28", "", "2024-02-28", "2024-02-28", PERIOD_HOUR },
		{ "2025", "", "2024-01-01", "2024-12-31", PERIOD_MONTH },
		{ "2025-01-31", "2025-04-02", "2024-01-31", "2024-04-02", PERIOD_DAY },
		{ "2025-01-31", "2025-04-03", "2024-01-31", "2024-04-03", PERIOD_MONTH },
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		struct report_span span;
		char text[CIVIL_TEXT_BYTES];
		struct reason why = { "" };
		must(report_span_read(known[i].from, known[i].to, &span, &why), &why);
		assert_int_equal(span.step, known[i].step);
		span = report_span_year_before(&span);
		assert_string_equal(report_span_iso(span.first, text), known[i].first);
		assert_string_equal(report_span_iso(span.last, text), known[i].last);
	}
}

/* ---- figures ---- */

static void
test_a_day_has_its_figures(void **state)
{
	(void)state;
	struct report *report = made("2025-01-31", NULL, NULL, LATER);
	assert_int_equal(report->total.net_kg, 20000 + 7000 + 1001);
	assert_int_equal(report->total.weighed_kg, 20000);
	assert_int_equal(report->total.declared_kg, 7000);
	assert_int_equal(report->total.corrected_kg, 1001);
	assert_int_equal(report->total.batches, 4);
	assert_int_equal(report->total.units_unknown, 1);
	assert_int_equal(report->n_periods, 24);
	assert_string_equal(report->periods[13].text, "2025-01-31T13");
	assert_int_equal(report->periods[13].mass.net_kg, 7000);
	assert_int_equal(report->periods[13].mass.units, 2);
	assert_int_equal(report->periods[0].mass.units, 0);
	assert_int_equal(report->n_streams, 1);
	assert_string_equal(report->streams[0].mode, "truck");
	assert_int_equal(report->n_goods, 2);
	assert_string_equal(report->goods[0].group, "coal");
	assert_int_equal(report->goods[0].mass.net_kg, 21001);
	assert_string_equal(report->goods[1].group, "evil");
	assert_true(report->before_known);
	assert_int_equal(report->before.net_kg, 0);
	assert_false(report->change_known);
	assert_true(report->dwell_known);
	assert_int_equal(report->lsn, ledger_lsn(world.book.ledger));
	assert_true(remarked(report, REPORT_UNITS_UNKNOWN) && remarked(report, REPORT_DECLARED));
	assert_false(remarked(report, REPORT_RUNNING));
	report_close(&report);
}

static void
test_a_month_is_held_against_the_year_before(void **state)
{
	(void)state;
	struct report *report = made("2025-01", NULL, "ceke", LATER);
	assert_int_equal(report->n_periods, 31);
	assert_int_equal(report->total.net_kg, 28001 + 20001);
	assert_false(report->before_known); /* the ledger's first day is 30 January 2024 */
	assert_true(remarked(report, REPORT_BEFORE_UNKNOWN));
	report_close(&report);
	report = made("2025-01-30", "2025-01-31", "ceke", LATER);
	assert_true(report->before_known);
	assert_int_equal(report->before.net_kg, 40000);
	assert_int_equal(report->change_per_mille, 200); /* 48002 to 40000: 20.005 % */
	report_close(&report);
	report = made("2024", NULL, "", LATER);
	assert_int_equal(report->n_periods, 12);
	assert_true(remarked(report, REPORT_BEGINS));
	report_close(&report);
}

static void
test_a_running_span_goes_as_far_as_the_clock(void **state)
{
	(void)state;
	struct report *report = made("2025-01-31", NULL, "ceke", NOON + HOURS(2));
	assert_int_equal(report->n_periods, 15);
	assert_true(remarked(report, REPORT_RUNNING));
	assert_string_equal(report->before_to, "2024-01-31T14");
	report_close(&report);
	report = made("2025", NULL, "ceke", NOON);
	assert_int_equal(report->n_periods, 1);
	assert_string_equal(report->to, "2025-12-31");
	assert_string_equal(report->before_to, "2024-01-31");
	report_close(&report);
	struct reason why;
	assert_int_equal(make("2025-02-01", NULL, "ceke", NOON, &report, &why), STATUS_OUT_OF_RANGE);
	assert_non_null(strstr(why.text, "has not begun"));
}

static void
test_what_was_before_the_ledger_is_no_zero(void **state)
{
	(void)state;
	struct report *report = made("2023-12-31", NULL, NULL, LATER);
	assert_int_equal(report->n_periods, 0);
	assert_true(remarked(report, REPORT_BEGINS));
	assert_false(remarked(report, REPORT_NO_TRAFFIC));
	report_close(&report);
	report = made("2025-01-29", NULL, "wuliji", LATER);
	assert_int_equal(report->n_periods, 24);
	assert_true(remarked(report, REPORT_NO_TRAFFIC));
	report_close(&report);
}

static void
test_yesterday_is_the_ports(void **state)
{
	(void)state;
	char day[CIVIL_TEXT_BYTES];
	struct reason why = { "" };
	must(report_yesterday(&source, NULL, MIDNIGHT - 1, day, &why), &why);
	assert_string_equal(day, "2025-01-29");
	must(report_yesterday(&source, "ceke", MIDNIGHT, day, &why), &why);
	assert_string_equal(day, "2025-01-30");
}

/* ---- sources ---- */

static void
test_every_failure_of_the_source_is_passed_on(void **state)
{
	(void)state;
	enum status status = STATUS_TIMEOUT;
	int n = 0;
	for (; status != STATUS_OK; n++) {
		struct report *report = NULL;
		struct reason why;
		world.asked = 0;
		world.fail_at = n;
		status = make("2025-01-31", NULL, NULL, LATER, &report, &why);
		if (status != STATUS_OK) {
			assert_int_equal(status, STATUS_TIMEOUT);
			assert_null(report);
			assert_string_equal(why.text, "no answer came");
		}
		report_close(&report);
	}
	assert_in_range(n, 8, 16);
}

static void
test_figures_that_never_agree_are_not_told(void **state)
{
	(void)state;
	struct report *report = NULL;
	struct reason why;
	world.unsteady = true;
	assert_int_equal(make("2025-01-31", NULL, NULL, LATER, &report, &why), STATUS_BUSY);
	assert_null(report);
}

static void
test_without_dwell_times_the_report_says_so(void **state)
{
	(void)state;
	/* An older service; more crossings than it measures at once. */
	static const enum status whys[] = { STATUS_NO_CONTENT, STATUS_TOO_MANY };
	for (size_t i = 0; i < sizeof whys / sizeof whys[0]; i++) {
		world.no_dwell = whys[i];
		struct report *report = made("2025-01-31", NULL, NULL, LATER);
		assert_false(report->dwell_known);
		assert_true(remarked(report, REPORT_DWELL_UNKNOWN));
		report_close(&report);
	}
}

static void
test_an_unknown_port_is_told_with_the_nearest(void **state)
{
	(void)state;
	struct report *report = NULL;
	struct reason why;
	assert_int_equal(make("2025-01-31", NULL, "cekke", LATER, &report, &why), STATUS_UNKNOWN_PORT);
	assert_non_null(strstr(why.text, "ceke"));
}

/* ---- writers ---- */

static struct report_file
written(const struct report *report, enum report_format format, enum report_lang lang)
{
	struct report_file file;
	struct reason why = { "" };
	must(report_write(report, format, lang, &file, &why), &why);
	return file;
}

static bool
holds(const struct report_file *file, const char *text)
{
	return memmem(file->data, file->bytes, text, strlen(text)) != NULL;
}

static void
test_json_has_the_figures(void **state)
{
	(void)state;
	struct report *report = made("2025-01-30", "2025-01-31", NULL, LATER);
	struct report_file file = written(report, REPORT_JSON, REPORT_EN);
	json_t *value = json_loadb((const char *)file.data, file.bytes, 0, NULL);
	assert_non_null(value);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(value, "total"), "net_kg")), 48002);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(value, "before"), "net_kg")), 40000);
	assert_int_equal(json_array_size(json_object_get(value, "by_period")), 2);
	assert_string_equal(json_string_value(json_object_get(value, "port")), "");
	assert_int_equal(json_array_size(json_object_get(value, "remarks")), report->n_remarks);
	json_decref(value);
	report_file_close(&file);
	report_close(&report);
}

/* A name that a spreadsheet would take for a formula, or a page for markup. */
static void
test_hostile_names_stay_texts(void **state)
{
	(void)state;
	pass(NOON + HOURS(3), "B-6", GOODS("9901", "5000"), NULL);
	struct report *report = made("2025-01-31", NULL, NULL, LATER);
	struct report_name name = { "evil", { "@\",\n中", "-2+3", "=1+<b>1" } };
	report->groups = &name;
	report->n_groups = 1;
	struct report_file file = written(report, REPORT_CSV, REPORT_EN);
	assert_memory_equal(file.data, "\xEF\xBB\xBF", 3);
	assert_true(holds(&file, "\r\n'=1+<b>1,Import,"));
	report_file_close(&file);
	file = written(report, REPORT_CSV, REPORT_ZH);
	assert_true(holds(&file, "\r\n\"'@\"\",\n中\",进口,"));
	report_file_close(&file);
	for (int lang = 0; lang < REPORT_LANGS; lang++) {
		file = written(report, REPORT_XLSX, (enum report_lang)lang);
		assert_memory_equal(file.data, "PK", 2);
		report_file_close(&file);
		file = written(report, REPORT_PDF, (enum report_lang)lang);
		report_file_close(&file);
	}
	report_close(&report);
}

static void
test_a_pdf_says_its_language_and_is_the_same_again(void **state)
{
	(void)state;
	struct report *report = made("2025-01", NULL, NULL, LATER);
	for (int lang = 0; lang < REPORT_LANGS; lang++) {
		char entry[32];
		struct report_file file = written(report, REPORT_PDF, (enum report_lang)lang);
		struct report_file again = written(report, REPORT_PDF, (enum report_lang)lang);
		snprintf(entry, sizeof entry, "/Lang (%s)", report_lang_code((enum report_lang)lang));
		assert_memory_equal(file.data, "%PDF-1.", 7);
		assert_true(holds(&file, entry));
		assert_int_equal(file.bytes, again.bytes);
		assert_memory_equal(file.data, again.data, file.bytes);
		report_file_close(&file);
		report_file_close(&again);
	}
	report_close(&report);
}

static void
test_every_word_is_there_in_every_language(void **state)
{
	(void)state;
	struct report *report = made("2025-01-31", NULL, NULL, LATER);
	for (int lang = 0; lang < REPORT_LANGS; lang++) {
		for (int kind = 0; kind < REPORT_REMARKS_MAX; kind++) {
			char sentence[REPORT_SENTENCE_BYTES];
			const struct report_remark remark = { (enum report_remark_kind)kind, 7, 8 };
			report_remark_say(report, &remark, (enum report_lang)lang, sentence);
			assert_in_range(strlen(sentence), 5, REPORT_SENTENCE_BYTES - 2);
			assert_null(strchr(sentence, '{'));
		}
		enum report_lang back;
		assert_true(report_lang_of(report_lang_code((enum report_lang)lang), &back));
		assert_int_equal(back, lang);
	}
	report_close(&report);
}

static void
test_figures_are_exact(void **state)
{
	(void)state;
	char out[REPORT_FIGURE_BYTES];
	assert_string_equal(report_figure_tonnes(INT64_C(26000000000001), out), "26,000,000,000.001");
	assert_string_equal(report_figure_tonnes(-1, out), "-0.001");
	assert_string_equal(report_figure_tonnes(INT64_MIN, out), "-9,223,372,036,854,775.808");
	assert_string_equal(report_figure_wan(INT64_C(123456789), out), "12.35");
	assert_string_equal(report_figure_per_cent(-5, true, out), "-0.5 %");
	assert_string_equal(report_figure_per_cent(1234, true, out), "+123.4 %");
	assert_string_equal(report_figure_span(HOURS(49) + MINUTES(5) + 30000, out), "49:06");
	assert_string_equal(report_figure_time(MIDNIGHT, 480, out), "2025-01-31 00:00 (UTC+08:00)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_span_is_told),
		cmocka_unit_test(test_the_year_before_keeps_whole_months),
		cmocka_unit_test(test_figures_are_exact),
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_a_day_has_its_figures),
		TEST(test_a_month_is_held_against_the_year_before),
		TEST(test_a_running_span_goes_as_far_as_the_clock),
		TEST(test_what_was_before_the_ledger_is_no_zero),
		TEST(test_yesterday_is_the_ports),
		TEST(test_every_failure_of_the_source_is_passed_on),
		TEST(test_figures_that_never_agree_are_not_told),
		TEST(test_without_dwell_times_the_report_says_so),
		TEST(test_an_unknown_port_is_told_with_the_nearest),
		TEST(test_json_has_the_figures),
		TEST(test_hostile_names_stay_texts),
		TEST(test_a_pdf_says_its_language_and_is_the_same_again),
		TEST(test_every_word_is_there_in_every_language),
#undef TEST
	};
	return cmocka_run_group_tests(tests, said_begin, said_end);
}
