/*
 * CODECO: gate-in and gate-out of a container yard as arrivals and departures of vehicles. Service characters and releases, counts,
 * several messages, where the plate and the time stand, and that no mass of a container ever becomes a weighing.
 *
 * All numbers and plates are made up.
 */
#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "connector.h"

enum { TEXT_BYTES = 16384, ARENA_BYTES = 8 << 20 };

static const struct place yard = { "yard", "ceke", 480, NULL };
static const struct moment_of when = { INT64_C(1738300000000), "in.edi" };

/* What is found, each ended by ';': "in PLATE@time BATCH", "out …", or a remark's name; `last` is the last remark's sentence. */
struct heard {
	char found[TEXT_BYTES], last[SENTENCE_BYTES_MAX + 1], key[SHORT_TEXT_BYTES_MAX + 1];
};

static void
note(struct heard *heard, const struct finding *finding)
{
	size_t n = strlen(heard->found);
	const Juyan__V1__Event *event = finding->event;
	if (event == NULL) {
		snprintf(heard->found + n, TEXT_BYTES - n, "%s;", remark_name(finding->remark));
		snprintf(heard->last, sizeof heard->last, "%s", finding->text);
		return;
	}
	bool in = event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED;
	assert_true(in || event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED);
	snprintf(heard->found + n, TEXT_BYTES - n, "%s %s@%" PRId64 "%s%s;", in ? "in" : "out",
	    in ? event->unit_arrived->unit_id : event->unit_departed->unit_id, event->occurred_at_ms / 1000,
	    event->batch_no[0] != '\0' ? " " : "", event->batch_no);
	snprintf(heard->key, sizeof heard->key, "%s", event->source_key);
}

static void
hear_bytes(const char *settings, const void *bytes, size_t n, struct heard *heard)
{
	struct arena arena;
	struct findings findings;
	struct yaml *yaml = NULL;
	struct reason why = { "" };
	void *opened = NULL;
	memset(heard, 0, sizeof *heard);
	assert_int_equal(arena_open(&arena, ARENA_BYTES), STATUS_OK);
	findings_open(&findings, &arena);
	assert_int_equal(yaml_open_text("gateway.yaml", settings, strlen(settings), &yaml, &why), STATUS_OK);
	assert_int_equal(codeco_connector.open(yaml_root(yaml), &yard, &opened, &why), STATUS_OK);
	codeco_connector.take(opened, (struct span){ bytes, n }, &when, &findings);
	assert_false(findings_full(&findings));
	assert_int_equal(findings.n_messages, 1);
	assert_int_equal(findings.messages[0].bytes, n);
	for (size_t i = 0; i < findings.n; i++)
		note(heard, &findings.list[i]);
	codeco_connector.close(&opened);
	assert_null(opened);
	yaml_close(&yaml);
	arena_close(&arena);
}

static void
hears(const char *settings, const char *document, const char *expected)
{
	struct heard heard;
	hear_bytes(settings, document, strlen(document), &heard);
	assert_string_equal(heard.found, expected);
}

/* One message in an interchange: the segments between BGM and UNT, of which there are so many. */
static void
says(const char *settings, const char *bgm, const char *segments, int n, const char *expected)
{
	char document[TEXT_BYTES];
	snprintf(document, sizeof document,
	    "UNB+UNOA:1+YARD+PORT+250131:0810+77'UNH+1+CODECO:D:95B:UN:ITG14'%s%sUNT+%d+1'UNZ+1+77'", bgm, segments, n + 3);
	hears(settings, document, expected);
}

#define IN "BGM+34+DOC1+9'"
#define OUT "BGM+36+DOC2+9'"
#define BOX "EQD+CN+CSQU3054383+22G1:102:5++3+5'"
#define TRUCK "TDT+1++3++:172+++:::1234УНА'"
#define AT "DTM+7:202501310805:203'" /* 1738281900 at UTC+8 */

static void
test_in_and_out(void **state)
{
	(void)state;
	says("{}", IN, "NAD+CF+LINE:160:20'" BOX AT "LOC+165+CNCEK:139:6'SEL+77812+CA'" TRUCK "CNT+16:1'", 7,
	    "in 1234УНА@1738281900;");
	says("{}", OUT, BOX AT TRUCK "CNT+16:1'", 4, "out 1234УНА@1738281900;");
}

/* Older directories put the transport before the equipment: it holds for all of it. */
static void
test_transport_before_equipment(void **state)
{
	(void)state;
	says("{}", IN,
	    TRUCK AT BOX "EQD+CN+ZZZU9999992'"
			 "CNT+16:2'",
	    5, "in 1234УНА@1738281900;");
	says("{}", IN, AT BOX TRUCK "EQD+CN+ZZZU9999992'TDT+1++3++++:::5678УНБ'", 5,
	    "in 1234УНА@1738281900;in 5678УНБ@1738281900;");
	/* One vehicle, named behind the last of its containers. */
	says("{}", IN, AT "EQD+CN+ZZZU9999992'" BOX TRUCK, 4, "in 1234УНА@1738281900;");
	/* Two are named, and one container stands beside neither. */
	says("{}", IN, AT BOX TRUCK "EQD+CN+ZZZU9999992'TDT+1++3++++:::5678УНБ'EQD+CN+AAAU0000060'", 6,
	    "in 1234УНА@1738281900;in 5678УНБ@1738281900;lacks;");
}

static void
test_where_the_plate_stands(void **state)
{
	(void)state;
	says("{}", IN, BOX AT "TDT+1++3+31+LINE:172:20+++1234'", 3, "in 1234@1738281900;");
	says("{}", IN, BOX AT "TDT+1++3+31+LINE:172:20++:::1234'", 3, "in 1234@1738281900;");
	says("{}", IN, BOX AT "TDT+30++++++ +::9:1234:MN'", 3, "in 1234@1738281900;");
	says("{}", IN, BOX AT "TDT+1++3+31+LINE:172:20'", 3, "lacks;"); /* the carrier is no plate */
	says("{}", IN, BOX AT "TDT+1++2+++++:::WAGON7'", 3, "lacks;");  /* by rail */
	says("{}", IN, BOX AT "TDT+20+V12+1+++++:::SHIP'", 3, "lacks;");
	says("{}", IN, BOX AT, 2, "lacks;");
	says("{}", IN, AT TRUCK, 2, "in 1234УНА@1738281900;"); /* without a container */
	says("{}", IN, AT, 1, "lacks;");
	/* Cut, it would be another one's. */
	says("{}", IN, BOX AT "TDT+1++3+++++:::123456789012345678901234567890123'", 3, "implausible;lacks;");
}

static void
test_times(void **state)
{
	(void)state;
	says("{}", IN, BOX TRUCK "DTM+7:20250131080530:204'", 3, "in 1234УНА@1738281930;");
	says("{}", IN, BOX TRUCK "DTM+178:2501310805:201'", 3, "in 1234УНА@1738281900;");
	says("{}", IN, "DTM+137:202501310900:203'" BOX TRUCK AT, 4, "in 1234УНА@1738281900;");
	says("{}", IN, "DTM+137:202501310900:203'" BOX TRUCK, 3, "in 1234УНА@1738285200;");
	says("{}", IN, AT BOX TRUCK "DTM+137:202501310900:203'DTM+132:202502010900:203'", 5, "in 1234УНА@1738281900;");
	says("{}", IN, BOX TRUCK, 2, "in 1234УНА@1738300000;"); /* nobody said it: when it came */
	says("{}", IN, BOX TRUCK "DTM+7:20250131:102'", 3, "lacks;in 1234УНА@1738300000;");
	says("{}", IN, BOX TRUCK "DTM+7:202502310805:203'", 3, "lacks;in 1234УНА@1738300000;");
	says("{}", IN, BOX TRUCK "DTM+7:20250131080:203'", 3, "lacks;in 1234УНА@1738300000;");
}

/* G is declared; VGM is of the container alone, without its vehicle. */
static void
test_no_mass_becomes_a_weighing(void **state)
{
	(void)state;
	says("{}", IN, BOX AT "MEA+AAE+G+KGM:25000'MEA+AAE+VGM+KGM:25140'MEA+VGM++KGM:25140'MEA+AAE+T+KGM:2200'" TRUCK, 7,
	    "in 1234УНА@1738281900;");
}

static void
test_batch_number(void **state)
{
	(void)state;
	says("{}", IN, BOX AT "RFF+BN:B-2025-17'" TRUCK, 4, "in 1234УНА@1738281900;");
	says("batch_rff: BN", IN, BOX AT "RFF+BM:OTHER'RFF+BN:B-2025-17'" TRUCK, 5, "in 1234УНА@1738281900 B-2025-17;");
	says("batch_rff: BN", IN, "RFF+BN:B-2025-17'" BOX AT TRUCK, 4, "in 1234УНА@1738281900 B-2025-17;");
}

static void
test_check_digit(void **state)
{
	(void)state;
	says("{}", IN, "EQD+CN+CSQU3054389'" AT TRUCK, 3, "check_digit;in 1234УНА@1738281900;");
	says("{}", IN, "EQD+CN+CSQU 305438-3'" AT TRUCK, 3, "in 1234УНА@1738281900;");
	says("{}", IN, "EQD+TE+TRAILER'" AT TRUCK, 3, "in 1234УНА@1738281900;");
}

static void
test_counts(void **state)
{
	(void)state;
	says("{}", IN, BOX AT TRUCK, 4, "differs;"); /* a segment was lost: nothing of it counts */
	says("{}", IN, BOX AT TRUCK "CNT+16:2'", 4, "differs;in 1234УНА@1738281900;");
	hears("{}", "UNB+A:1+Y+P+2:0+7'UNH+1+CODECO'" IN BOX AT TRUCK "UNT+6+1'UNZ+2+7'", "in 1234УНА@1738281900;differs;");
	hears("{}", "UNB+A:1+Y+P+2:0+7'UNH+1+CODECO'" IN BOX AT TRUCK "UNT+6+1'UNZ+1+8'", "in 1234УНА@1738281900;differs;");
	hears("{}", "UNB+A:1+Y+P+2:0+7'UNH+1+CODECO'" IN BOX AT TRUCK "UNT+6+2'UNZ+1+7'", "differs;");
	hears("{}", "UNB+A:1+Y+P+2:0+7'UNH+1+CODECO'" IN BOX AT TRUCK "UNT+6+1'", "in 1234УНА@1738281900;lacks;");
	hears("{}", "UNB+A:1+Y+P+2:0+7'UNH+1+CODECO'" IN BOX AT TRUCK, "lacks;lacks;");
	hears("{}", "UNB+A:1+Y+P+2:0+7'UNH+1+CODECO'" IN BOX AT TRUCK "UNH+2+CODECO'" OUT BOX AT TRUCK "UNT+6+2'UNZ+2+7'",
	    "lacks;out 1234УНА@1738281900;");
}

static void
test_several_messages(void **state)
{
	(void)state;
	hears("{}",
	    "UNB+A:1+Y+P+2:0+7'UNG+CODECO'\r\nUNH+1+CODECO:D:95B'\r\n" IN BOX AT TRUCK "\r\nUNT+6+1'UNH+2+COARRI'BGM+270'UNT+3+2'\n"
	    "UNH+3+CODECO:D:00B'" OUT BOX AT TRUCK "UNT+6+3'UNE+3+1'UNZ+1+7'\n",
	    "in 1234УНА@1738281900;strange;out 1234УНА@1738281900;");
}

static void
test_what_is_not_a_passage(void **state)
{
	(void)state;
	says("{}", "BGM+34+DOC1+1'", BOX AT TRUCK, 3, "strange;"); /* cancelled */
	says("{}", "BGM+270+DOC1+9'", BOX AT TRUCK, 3, "strange;");
	says("{}", "", BOX AT TRUCK, 2, "strange;");
}

/* The document's number makes the key: sent again in another interchange it is the same; another document is another. */
static void
test_keys(void **state)
{
	struct heard first, again, other;
	const char *document = "UNB+A:1+Y+P+2:0+7'UNH+1+CODECO'" IN BOX AT TRUCK "UNT+6+1'UNZ+1+7'";
	const char *second = "UNB+A:1+Y+P+2:0+8'UNH+4+CODECO'" IN BOX AT TRUCK "UNT+6+4'UNZ+1+8'";
	const char *third = "UNB+A:1+Y+P+2:0+8'UNH+4+CODECO'BGM+34+DOC3+9'" BOX AT TRUCK "UNT+6+4'UNZ+1+8'";
	(void)state;
	hear_bytes("{}", document, strlen(document), &first);
	hear_bytes("{}", second, strlen(second), &again);
	hear_bytes("{}", third, strlen(third), &other);
	assert_string_equal(first.key, "DOC1@1738281900");
	assert_string_equal(again.key, first.key);
	assert_string_not_equal(other.key, first.key);
	third = "UNB+A:1+Y+P+2:0+8'UNH+4+CODECO'BGM+34'" BOX TRUCK "UNT+5+4'UNZ+1+8'";
	hear_bytes("{}", third, strlen(third), &other);
	assert_string_equal(other.key, "8/4");
}

static void
test_service_characters(void **state)
{
	(void)state;
	hears("{}", "UNA:+.? 'UNB+A:1+Y+P+2:0+7'UNH+1+CODECO'" IN BOX AT "TDT+1++3+++++:::12?+?:?'??34'UNT+6+1'UNZ+1+7'",
	    "in 12+:'?34@1738281900;");
	hears("{}",
	    "UNA|*.! "
	    "~UNB*A|1*Y*P*2|0*7~UNH*1*CODECO~BGM*34*D*9~EQD*CN*CSQU3054383~DTM*7|202501310805|203~TDT*1**3*****|||12'3~UNT*6*1~"
	    "UNZ*1*7~",
	    "in 12'3@1738281900;");
	hears("{}", "UNA:+.  'UNB+A:1+Y+P+2:0+7'UNH+1+CODECO'" IN BOX AT "TDT+1++3+++++:::12?34'UNT+6+1'UNZ+1+7'",
	    "in 12?34@1738281900;");
	hears("{}", "UNA::.? 'UNB+A", "unreadable;");
	hears("{}", "UNAAB.? CUNB+A", "unreadable;");
}

static void
test_hostile(void **state)
{
	static char document[1 << 20];
	struct heard heard;
	(void)state;
	hears("{}", "", "unreadable;");
	hears("{}", "   \r\n", "unreadable;");
	hears("{}", "<GATHER_INFO/>", "unreadable;");
	hears("{}", "UNB+A:1+Y+P+2:0+7'UNH+1+CODECO'" IN "?", "unreadable;lacks;");
	hears("{}", "UNB+A:1+Y+P+2:0+7'U+1'", "unreadable;");
	hears("{}", "BGM+34'", "unreadable;");
	hears("{}", "UNB'UNH'UNT'UNZ'", "strange;differs;");
	hears("{}", "UNB'UNH+1+CODECO'BGM+34'UNT+3+1'UNZ+1'", "lacks;");
	memset(document, '+', sizeof document);
	memcpy(document, "UNB", 3);
	hear_bytes("{}", document, sizeof document, &heard);
	assert_string_equal(heard.found, "unreadable;");
	assert_non_null(strstr(heard.last, "at most"));
	memset(document, 'A', sizeof document);
	memcpy(document, "UNB+", 4);
	hear_bytes("{}", document, sizeof document, &heard);
	assert_string_equal(heard.found, "unreadable;");
}

/* So many containers are no vehicle's; comparing each with each would take for ever. */
static void
test_too_many_containers(void **state)
{
	static char document[1 << 20];
	struct heard heard;
	size_t n = (size_t)snprintf(document, sizeof document, "UNB+A:1+Y+P+2:0+7'UNH+1+CODECO'BGM+34'");
	(void)state;
	for (int i = 0; i < 20000; i++)
		n += (size_t)snprintf(document + n, sizeof document - n, "EQD+CN+YARD%d'TDT+1++3+++++%d'", i, i);
	n += (size_t)snprintf(document + n, sizeof document - n, "UNT+40003+1'UNZ+1+7'");
	hear_bytes("{}", document, n, &heard);
	assert_string_equal(heard.found, "strange;");
}

static void
test_gb18030(void **state)
{
	/* 蒙L1234 in GBK; the second byte of a character may be any of the service characters but never is. */
	(void)state;
	hears("{}", "UNB+A:1+Y+P+2:0+7'UNH+1+CODECO'" IN BOX AT "TDT+1++3+++++:::\xC3\xC9L1234'UNT+6+1'UNZ+1+7'",
	    "in 蒙L1234@1738281900;");
	hears("encoding: utf-8", "UNB+A:1+Y+P+2:0+7'UNH+1+CODECO'\xC3\xC9", "unreadable;");
}

static void
test_settings(void **state)
{
	static const char *const refused[] = { "batch_rff: LONGER", "batch_rff: [1]", "encoding: klingon" };
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct yaml *yaml = NULL;
		struct reason why = { "" };
		void *opened = NULL;
		assert_int_equal(yaml_open_text("gateway.yaml", refused[i], strlen(refused[i]), &yaml, &why), STATUS_OK);
		assert_int_equal(codeco_connector.open(yaml_root(yaml), &yard, &opened, &why), STATUS_SYNTAX);
		assert_non_null(strstr(why.text, "gateway.yaml:1: "));
		yaml_close(&yaml);
	}
	struct reason why = { "" };
	void *opened = NULL;
	assert_int_equal(codeco_connector.open(NULL, &yard, &opened, &why), STATUS_OK);
	codeco_connector.close(&opened);
}

static void
test_guess(void **state)
{
	const char *document = "UNB+A:1+Y+P+2:0+7'UNH+1+CODECO'", *other = "UNB+A:1+Y+P+2:0+7'UNH+1+CUSCAR'";
	(void)state;
	assert_ptr_equal(connector_guess((struct span){ (const uint8_t *)document, strlen(document) }, "a.edi"), &codeco_connector);
	assert_false(codeco_guess((struct span){ (const uint8_t *)other, strlen(other) }, "a.edi"));
	assert_false(codeco_guess((struct span){ (const uint8_t *)"UN", 2 }, "a.edi"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_and_out),
		cmocka_unit_test(test_transport_before_equipment),
		cmocka_unit_test(test_where_the_plate_stands),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_no_mass_becomes_a_weighing),
		cmocka_unit_test(test_batch_number),
		cmocka_unit_test(test_check_digit),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_several_messages),
		cmocka_unit_test(test_what_is_not_a_passage),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_service_characters),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_too_many_containers),
		cmocka_unit_test(test_gb18030),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_guess),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
