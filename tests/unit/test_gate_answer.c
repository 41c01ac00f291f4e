/* The gate's connector: what the platform answers, what is wrong, and settings. Each test names the rule that it holds. */
#include "gate_world.h"

/* ---- the platform ---- */

static void
expect_answer(const char *settings, const char *question, const char *answer, const char *lines)
{
	void *gate = open_gate(settings);
	if (question[0] != '\0') {
		put_frame(0x21, 'I', question);
		take_wire(gate, "");
		findings_clear(&findings);
	}
	put_frame(0x31, 'I', answer);
	take_wire(gate, "answer");
	assert_string_equal(tell(0), lines);
	gate_connector.close(&gate);
	findings_clear(&findings);
}

#define GO ANSWER("<CHECK_RESULT>00000000000000000000</CHECK_RESULT>")
#define HALT ANSWER("<EXCUTE_COMMAND>11000000000000000000</EXCUTE_COMMAND><OP_HINT>\xE6\x9F\xA5\xE9\xAA\x8C</OP_HINT>")

static void
test_an_answer_is_a_remark_unless_the_settings_say_more(void **state)
{
	(void)state;
	expect_answer("{}", HEAD CAR TAIL, GO,
	    "answer: channel 0000000003, 20250301115958000001, \xE8\x92\x99L12345: release ('00000000000000000000')\n");
	expect_answer("{}", HEAD CAR TAIL, HALT,
	    "answer: channel 0000000003, 20250301115958000001, \xE8\x92\x99L12345: stop ('11000000000000000000'), "
	    "\xE6\x9F\xA5\xE9\xAA\x8C\n");
	expect_answer("{answers: none}", "", ANSWER("<CHECK_RESULT>Y</CHECK_RESULT>"),
	    "answer: channel 0000000003, 20250301115958000001, no plate: release ('Y')\n");
}

static void
test_an_answer_as_what_customs_decided(void **state)
{
	(void)state;
	static const char question[] = HEAD "<IC><IC_BILL_NO>B7</IC_BILL_NO></IC>" CAR TAIL;
	expect_answer("{answers: inspected}", question, GO, "inspected \xE8\x92\x99L12345 1 1 '' batch= key=" KEY "p at=0\n");
	expect_answer("{answers: inspected, batch_from: bill}", question, HALT,
	    "inspected \xE8\x92\x99L12345 1 2 '\xE6\x9F\xA5\xE9\xAA\x8C' batch=B7 key=" KEY "h at=0\n");
	expect_answer("{answers: released}", question, ANSWER("<CHECK_RESULT>Y</CHECK_RESULT><FORM_ID>F1</FORM_ID>"),
	    "released of \xE8\x92\x99L12345 'F1' batch= key=" KEY "r at=0\n");
	expect_answer("{answers: released}", question, ANSWER("<CHECK_RESULT>N</CHECK_RESULT>"),
	    "inspected \xE8\x92\x99L12345 1 2 '' batch= key=" KEY "h at=0\n");
}

static void
test_no_release_that_customs_did_not_say(void **state)
{
	(void)state;
	static const char *const odd[] = { "0100000000000000000", "00000000000000000001", "10000000000000000000", "0", "OK",
		"000000000000000000000", "00000000000000000000x" };
	char answer[1024], lines[1024];
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		snprintf(answer, sizeof answer, ANSWER("<CHECK_RESULT>%s</CHECK_RESULT>"), odd[i]);
		snprintf(lines, sizeof lines,
		    "answer: channel 0000000003, 20250301115958000001, \xE8\x92\x99L12345: neither release nor stop ('%s')\n",
		    odd[i]);
		expect_answer("{answers: released}", HEAD CAR TAIL, answer, lines);
	}
	expect_answer("{answers: released}", HEAD CAR TAIL, ANSWER(""),
	    "lacks: channel 0000000003: an answer without CHECK_RESULT or EXCUTE_COMMAND\n");
	expect_answer("{answers: released}", "", GO,
	    "answer: channel 0000000003, 20250301115958000001, no plate: release ('00000000000000000000'): of no vehicle that was "
	    "seen here\n");
}

static void
test_an_answer_says_its_vehicle_where_the_question_was_not_heard(void **state)
{
	(void)state;
	expect_answer("{answers: inspected}", "", ANSWER("<CHECK_RESULT>Y</CHECK_RESULT><GPS><VE_NAME>7</VE_NAME></GPS>"),
	    "inspected 7 1 1 '' batch= key=" KEY "p at=0\n");
}

static void
test_the_last_256_vehicles_are_remembered(void **state)
{
	(void)state;
	char xml[512];
	void *gate = open_gate("{answers: inspected}");
	for (int i = 0; i <= 256; i++) {
		snprintf(xml, sizeof xml, "<GATHER_INFO CHNL_NO='3' SEQ_NO='%d'><CAR VE_NAME='P%d'/></GATHER_INFO>", i, i);
		put_frame(0x21, 'I', xml);
	}
	take_wire(gate, "");
	findings_clear(&findings);
	for (int i = 0; i <= 1; i++) {
		snprintf(xml, sizeof xml, "<COMMAND_INFO CHNL_NO='3' SEQ_NO='%d' CHECK_RESULT='Y'/>", i);
		put_frame(0x32, 'I', xml);
	}
	take_wire(gate, "answer");
	assert_string_equal(tell(0),
	    "answer: channel 3, 0, no plate: release ('Y'): of no vehicle that was seen here\n"
	    "inspected P1 1 1 '' batch= key=07010001/3/1/p at=0\n");
	gate_connector.close(&gate);
}

static void
test_the_two_sides_do_not_mix(void **state)
{
	(void)state;
	void *gate = open_gate("{answers: inspected}");
	put_frame(0x21, 'I', HEAD CAR TAIL);
	size_t half = wire_bytes / 2, whole = wire_bytes;
	struct moment_of of_gate = { noon_ms, "" };
	gate_connector.take(gate, (struct span){ wire, half }, &of_gate, &findings);
	put_frame(0x31, 'I', GO);
	struct moment_of of_platform = { noon_ms, "answer" };
	gate_connector.take(gate, (struct span){ wire + whole, wire_bytes - whole - 9 }, &of_platform, &findings);
	gate_connector.take(gate, (struct span){ wire + half, whole - half }, &of_gate, &findings);
	gate_connector.take(gate, (struct span){ wire + wire_bytes - 9, 9 }, &of_platform, &findings);
	assert_string_equal(tell(0), ARRIVED "inspected \xE8\x92\x99L12345 1 1 '' batch= key=" KEY "p at=0\n");
	gate_connector.close(&gate);
}

/* ---- what is wrong ---- */

static void
test_what_cannot_be_read_changes_nothing(void **state)
{
	(void)state;
	put("junk", 4);
	put_frame(0x21, 'I', HEAD "<CAR>");
	put_frame(0x21, 'I', "<!DOCTYPE GATHER_INFO [<!ENTITY a 'b'>]>" HEAD CAR TAIL);
	put_frame(0x77, 'I', HEAD CAR TAIL);
	put_frame(0x21, 'I', "<HEARTBEAT/>");
	put_frame(0x31, 'I', HEAD CAR TAIL);
	expect("{}",
	    "broken_frame: 4 bytes skipped, beginning with 6A 75 6E 6B; expected E2 5C 4B 89, the lengths of frame and XML, and FF "
	    "FF at the end\n"
	    "unreadable: line 1: no XML: no element found; expected GATHER_INFO or COMMAND_INFO as XML\n"
	    "unreadable: line 1: a document type, which no machine needs; expected an element; expected GATHER_INFO or "
	    "COMMAND_INFO as XML\n"
	    "strange: a frame of type 0x77, expected 0x21 (gathered), 0x31 or 0x32 (a command)\n"
	    "strange: an element HEARTBEAT, expected GATHER_INFO or COMMAND_INFO\n"
	    "differs: a frame of type 0x31 holds GATHER_INFO, which is what is read\n" ARRIVED);
}

static void
test_what_was_begun_is_dropped_with_the_connection(void **state)
{
	(void)state;
	void *gate = open_gate("{}");
	put_frame(0x21, 'I', HEAD CAR TAIL);
	wire_bytes -= 3;
	take_wire(gate, "");
	assert_int_equal(findings.n, 0);
	gate_connector.line(gate, false, noon_ms, &findings);
	assert_int_equal(findings.n, 1);
	assert_int_equal(findings.list[0].remark, REMARK_broken_frame);
	put_frame(0x21, 'I', HEAD CAR TAIL);
	take_wire(gate, "");
	assert_int_equal(findings.n, 2);
	assert_non_null(findings.list[1].event);
	gate_connector.close(&gate);
}

static void
test_silence_tells_of_what_was_skipped(void **state)
{
	(void)state;
	void *gate = open_gate("{}");
	put("junk", 4);
	take_wire(gate, "");
	gate_connector.pass(gate, noon_ms + GATE_QUIET_MS - 1, &findings);
	assert_int_equal(findings.n, 0);
	gate_connector.pass(gate, noon_ms + GATE_QUIET_MS, &findings);
	gate_connector.pass(gate, noon_ms + 2 * GATE_QUIET_MS, &findings);
	assert_int_equal(findings.n, 1);
	gate_connector.close(&gate);
}

static void
test_settings_that_are_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *settings, *sentence;
	} cases[] = {
		{ "{sees: nothing}", "f:1: 'sees' is 'nothing', expected direction, arrival, departure or weighing" },
		{ "{weighs: [gross]}", "f:1: 'weighs' is 'no word', expected gross, tare or nothing" },
		{ "{tare: 5}", "f:1: 'tare' is '5', expected registered or weighed" },
		{ "{batch_from: x}", "f:1: 'batch_from' is 'x', expected none, bill or form" },
		{ "{answers: open}", "f:1: 'answers' is 'open', expected none, inspected or released" },
		{ "{lanes: [1]}", "f:1: 'lanes' is no map of at most 64 channels, expected such as {\"0000000001\": L1}" },
		{ "{lanes: {\"01\": L1, \"1\": L2}}", "f:1: the channel '1' stands twice in 'lanes'" },
		{ "{lanes: {\"01\": {line: L1}}}", NULL },
		{ "{elements: {driver: X}}", NULL },
		{ "{elements: {plate: DR_NAME}}", "f:1: 'DR_NAME' is the driver's: personal data go nowhere" },
		{ "{elements: {plate: IC/IC_DR_CUSTOMS_NO}}",
		    "f:1: 'IC/IC_DR_CUSTOMS_NO' is the driver's: personal data go nowhere" },
		{ "{elements: {plate: [DR_RFID/X]}}", "f:1: 'DR_RFID/X' is the driver's: personal data go nowhere" },
		{ "{elements: {plate: {a: b}}}", "f:1: the places of 'plate' are no list of at most 8 names" },
		{ "{elements: {plate: ['']}}",
		    "f:1: a place of 'plate' is no text of 1 to 80 bytes, expected such as CAR/VE_NAME" },
		{ "[]", "f:1: the settings of a gate are no map" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		void *gate = NULL;
		struct yaml *yaml = NULL;
		struct reason why = { "" };
		assert_int_equal(yaml_open_text("f", cases[i].settings, strlen(cases[i].settings), &yaml, &why), STATUS_OK);
		assert_int_equal(gate_connector.open(yaml_root(yaml), &place, &gate, &why), STATUS_SYNTAX);
		assert_null(gate);
		if (cases[i].sentence != NULL)
			assert_string_equal(why.text, cases[i].sentence);
		yaml_close(&yaml);
	}
}

static void
test_the_connector_is_found(void **state)
{
	(void)state;
	assert_ptr_equal(connector_of("gate"), &gate_connector);
	put_frame(0x21, 'I', HEAD TAIL);
	assert_ptr_equal(connector_guess((struct span){ wire, wire_bytes }, "x.bin"), &gate_connector);
	assert_ptr_equal(connector_guess((struct span){ (const uint8_t *)HEAD, strlen(HEAD) }, "x.xml"), &gate_connector);
	void *gate = NULL;
	struct reason why;
	assert_int_equal(gate_connector.open(NULL, &place, &gate, &why), STATUS_OK);
	gate_connector.close(&gate);
}

static void
test_any_pieces_give_the_same_findings(void **state)
{
	(void)state;
	static const char *const xml[] = { HEAD CAR WEIGHT("146800") TAIL, HEAD TAIL, B_HEAD B_SEEN TAIL, GO, HALT, "<X/>",
		HEAD "<" };
	for (int round = 0; round < 300; round++) {
		wire_bytes = 0;
		for (size_t i = 1 + any_below(12); i > 0; i--) {
			const char *one = xml[any_below(sizeof xml / sizeof xml[0])];
			size_t before = wire_bytes;
			if (any_chance(20))
				put(one, strlen(one));
			else
				put_frame(any_chance(60) ? 0x21 : 0x31, any_chance(50) ? 'I' : 'E', one);
			if (any_chance(15))
				wire_bytes -= any_below(wire_bytes - before);
			else if (any_chance(15))
				wire[before + any_below(wire_bytes - before)] = (uint8_t)any_bits();
		}
		size_t bytes = wire_bytes;
		for (int into = 0; into < 2; into++) {
			void *gate = open_gate("{answers: released}");
			struct moment_of when = { noon_ms, "" };
			for (size_t at = 0, n; at < bytes; at += n) {
				n = into == 0 ? bytes : 1 + any_below(200);
				n = n < bytes - at ? n : bytes - at;
				gate_connector.take(gate, (struct span){ wire + at, n }, &when, &findings);
			}
			gate_connector.line(gate, false, noon_ms, &findings);
			tell(into);
			gate_connector.close(&gate);
			findings_clear(&findings);
		}
		assert_string_equal(told[0], told[1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_an_answer_is_a_remark_unless_the_settings_say_more, begin),
		cmocka_unit_test_setup(test_an_answer_as_what_customs_decided, begin),
		cmocka_unit_test_setup(test_no_release_that_customs_did_not_say, begin),
		cmocka_unit_test_setup(test_an_answer_says_its_vehicle_where_the_question_was_not_heard, begin),
		cmocka_unit_test_setup(test_the_last_256_vehicles_are_remembered, begin),
		cmocka_unit_test_setup(test_the_two_sides_do_not_mix, begin),
		cmocka_unit_test_setup(test_what_cannot_be_read_changes_nothing, begin),
		cmocka_unit_test_setup(test_what_was_begun_is_dropped_with_the_connection, begin),
		cmocka_unit_test_setup(test_silence_tells_of_what_was_skipped, begin),
		cmocka_unit_test_setup(test_settings_that_are_wrong, begin),
		cmocka_unit_test_setup(test_the_connector_is_found, begin),
		cmocka_unit_test_setup(test_any_pieces_give_the_same_findings, begin),
	};
	any_begin();
	return cmocka_run_group_tests(tests, begin_all, end_all);
}
