/* The gate's connector: what a vehicle in a lane becomes, in both dialects. Each test names the rule that it holds. */
#include "driver.h"
#include "gate_world.h"

/* ---- dialect A ---- */

static void
test_a_vehicle_arrives_and_is_weighed(void **state)
{
	(void)state;
	put_frame(0x21, 'I', HEAD "<IC/>" WEIGHT("146800") CAR "<SEAL/>" TAIL);
	expect("{}", ARRIVED WEIGHED);
}

static void
test_gbk_and_utf_8_say_the_same(void **state)
{
	(void)state;
	static const char gbk[] = "<CAR><VE_NAME>\xC3\xC9L12345</VE_NAME></CAR>" WEIGHT("146800") TAIL;
	char text[1024];
	put_frame(0x21, 'I', HEAD CAR WEIGHT("146800") TAIL);
	snprintf(text, sizeof text, "%s%s%s", "<?xml version=\"1.0\" encoding=\"GB2312\"?>", HEAD, gbk);
	put_frame(0x21, 'I', text);
	snprintf(text, sizeof text, "%s%s", HEAD, gbk); /* without a declaration */
	put_frame(0x21, 'I', text);
	snprintf(text, sizeof text, "%s%s%s", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", HEAD, gbk); /* with a false one */
	put_frame(0x21, 'I', text);
	expect("{}", ARRIVED WEIGHED ARRIVED WEIGHED ARRIVED WEIGHED ARRIVED WEIGHED);
}

static void
test_an_empty_weight_is_unknown(void **state)
{
	(void)state;
	put_frame(0x21, 'I', HEAD CAR WEIGHT("") TAIL);
	put_frame(0x21, 'I', HEAD CAR WEIGHT("0") TAIL);
	put_frame(0x21, 'I', HEAD CAR WEIGHT("0.00") TAIL);
	put_frame(0x21, 'I', HEAD CAR TAIL);
	expect("{}", ARRIVED ARRIVED ARRIVED ARRIVED);
}

static void
test_a_weight_that_is_none_is_remarked_and_not_taken(void **state)
{
	(void)state;
	put_frame(0x21, 'I', HEAD CAR WEIGHT("-5") TAIL);
	put_frame(0x21, 'I', HEAD CAR WEIGHT("NaN") TAIL);
	put_frame(0x21, 'I', HEAD CAR WEIGHT("1e5") TAIL);
	put_frame(0x21, 'I', HEAD CAR WEIGHT("99999999999") TAIL);
	expect("{sees: weighing}",
	    "implausible: channel 0000000003: GROSS_WT is '-5', expected kilograms: the mass is unknown\n"
	    "implausible: channel 0000000003: GROSS_WT is 'NaN', expected kilograms: the mass is unknown\n"
	    "implausible: channel 0000000003: GROSS_WT is '1e5', expected kilograms: the mass is unknown\n"
	    "implausible: channel 0000000003: GROSS_WT is '99999999999', expected kilograms: the mass is unknown\n");
}

static void
test_a_weight_beyond_any_vehicle_is_kept_and_remarked(void **state)
{
	(void)state;
	put_frame(0x21, 'I', HEAD CAR WEIGHT("250000") TAIL);
	put_frame(0x21, 'I', HEAD CAR WEIGHT("250001") TAIL);
	expect("{sees: weighing}",
	    "unit_weighed \xE8\x92\x99L12345 0000000003 gate-1 gross=250000 batch= key=" KEY "w at=-2000\n"
	    "implausible: channel 0000000003: GROSS_WT of \xE8\x92\x99L12345 is '250001', more than 250000 kg\n"
	    "unit_weighed \xE8\x92\x99L12345 0000000003 gate-1 gross=250001 batch= key=" KEY "w at=-2000\n");
}

static void
test_a_registered_tare_is_no_weighing(void **state)
{
	(void)state;
	put_frame(0x21, 'I', HEAD CAR WEIGHT("146800") TAIL);
	expect("{sees: weighing, tare: registered}", WEIGHED);
	put_frame(0x21, 'I', HEAD CAR WEIGHT("146800") TAIL);
	put_frame(0x21, 'I', HEAD CAR WEIGHT("30000") TAIL);
	expect("{sees: weighing, tare: weighed}",
	    "unit_weighed \xE8\x92\x99L12345 0000000003 gate-1 gross=146800 tare=31000 batch= key=" KEY "w at=-2000\n"
	    "differs: channel 0000000003: \xE8\x92\x99L12345 weighs 30000 kg, and empty 31000 kg\n"
	    "unit_weighed \xE8\x92\x99L12345 0000000003 gate-1 gross=30000 tare=31000 batch= key=" KEY "w at=-2000\n");
}

static void
test_what_a_lane_sees_and_weighs(void **state)
{
	(void)state;
	static const char settings[] = "{scale: S0, lanes: {\"3\": {lane: L3, sees: departure, weighs: tare, scale: S3}, "
				       "\"0000000004\": {sees: passing}, \"05\": L5, \"6\": {weighs: nothing}}}";
	put_frame(0x21, 'I', HEAD CAR WEIGHT("30900") TAIL);
	put_frame(0x21, 'I', "<GATHER_INFO CHNL_NO='4' SEQ_NO='1'>" CAR WEIGHT("5") TAIL);
	put_frame(0x21, 'E', "<GATHER_INFO CHNL_NO='000005' SEQ_NO='2'>" CAR WEIGHT("6") TAIL);
	put_frame(0x21, 'I', "<GATHER_INFO CHNL_NO='6' SEQ_NO='3'>" CAR WEIGHT("7") TAIL);
	expect(settings,
	    "unit_departed \xE8\x92\x99L12345 L3 batch= key=" KEY "d at=-2000\n"
	    "unit_weighed \xE8\x92\x99L12345 L3 S3 tare=30900 batch= key=" KEY "w at=-2000\n"
	    "unit_weighed \xE8\x92\x99L12345 4 S0 gross=5 batch= key=07010001/4/1/w at=0\n"
	    "unit_departed \xE8\x92\x99L12345 L5 batch= key=07010001/000005/2/d at=0\n"
	    "unit_weighed \xE8\x92\x99L12345 L5 S0 gross=6 batch= key=07010001/000005/2/w at=0\n"
	    "unit_arrived \xE8\x92\x99L12345 6 batch= key=07010001/6/3/a at=0\n");
}

static void
test_the_direction_says_arrival_or_departure(void **state)
{
	(void)state;
	put_frame(0x21, 'E', HEAD CAR TAIL);
	put_frame(0x21, 'x', "<GATHER_INFO CHNL_NO='4' SEQ_NO='1'>" CAR TAIL);
	put("<GATHER_INFO CHNL_NO='4' SEQ_NO='1' I_E_TYPE='e'>" CAR TAIL,
	    strlen("<GATHER_INFO CHNL_NO='4' SEQ_NO='1' I_E_TYPE='e'>" CAR TAIL));
	expect("{}",
	    "differs: channel 0000000003: the frame says E, its XML I; the XML holds\n" ARRIVED
	    "lacks: channel 4: neither frame nor XML says I (in) or E (out): no arrival, no departure\n"
	    "unit_departed \xE8\x92\x99L12345 4 batch= key=/4/1/d at=0\n");
}

static void
test_the_camera_stands_in_for_the_card(void **state)
{
	(void)state;
	put_frame(0x21, 'I', HEAD "<CAR><VE_NAME/></CAR><OPTCAR><PCAR_NO>1234 \xD0\xA3\xD0\x9D\xD0\x90</PCAR_NO></OPTCAR>" TAIL);
	put_frame(0x21, 'I',
	    HEAD "<OPTCAR PCAR_NO='\xE6\x97\xA0\xE8\xBD\xA6\xE7\x89\x8C'/><BARCODE><CODE>5678|g|30|x</CODE></BARCODE>" TAIL);
	expect("{}",
	    "unit_arrived 1234 \xD0\xA3\xD0\x9D\xD0\x90 0000000003 batch= key=" KEY "a at=-2000\n"
	    "unit_arrived 5678 0000000003 batch= key=" KEY "a at=-2000\n");
}

static void
test_plates_that_differ_are_remarked(void **state)
{
	(void)state;
	put_frame(0x21, 'I',
	    HEAD CAR "<OPTCAR><PCAR_NO>\xE8\x92\x99l\xC2\xB7"
		     "12345</PCAR_NO></OPTCAR>" TAIL);
	put_frame(0x21, 'I', HEAD CAR "<OPTCAR><PCAR_NO>\xE8\x92\x99L12346</PCAR_NO></OPTCAR>" TAIL);
	expect("{}",
	    ARRIVED "differs: channel 0000000003: the camera saw \xE8\x92\x99L12346, the card says \xE8\x92\x99L12345, which "
		    "holds\n" ARRIVED);
}

static void
test_no_plate_leaves_the_weighing_to_the_lane(void **state)
{
	(void)state;
	put_frame(0x21, 'I', HEAD WEIGHT("9000") "<CAR><VE_NAME>***</VE_NAME></CAR>" TAIL);
	expect("{}",
	    "lacks: channel 0000000003, 20250301115958000001: no plate, neither of a card nor of the camera\n"
	    "unit_weighed  0000000003 gate-1 gross=9000 batch= key=" KEY "w at=-2000\n");
}

static void
test_odd_signs_in_a_plate_stay_a_text(void **state)
{
	(void)state;
	put_frame(0x21, 'I', HEAD "<CAR VE_NAME='&lt;b&gt;&#10;7'/>" TAIL);
	put_frame(0x21, 'I', HEAD "<CAR VE_NAME='a plate that is far too long for any car'/>" TAIL);
	expect("{}",
	    "unit_arrived <b>?7 0000000003 batch= key=" KEY "a at=-2000\n"
	    "implausible: channel 0000000003: the plate a plate that is far too long for any car has more than 32 bytes: not "
	    "taken\n"
	    "lacks: channel 0000000003, 20250301115958000001: no plate, neither of a card nor of the camera\n");
}

static void
test_a_time_that_can_hardly_be_is_now(void **state)
{
	(void)state;
	put_frame(0x21, 'I', "<GATHER_INFO CHNL_NO='3' SEQ_NO='20250301121459000001'>" CAR TAIL);
	put_frame(0x21, 'I', "<GATHER_INFO CHNL_NO='3' SEQ_NO='20250301121501000001'>" CAR TAIL);
	put_frame(0x21, 'I', "<GATHER_INFO CHNL_NO='3' SEQ_NO='20251301121501000001'>" CAR TAIL);
	put_frame(0x21, 'I', "<GATHER_INFO CHNL_NO='3' SEQ_NO='19700101000000000001'>" CAR TAIL);
	put_frame(0x21, 'I', "<GATHER_INFO CHNL_NO='3' SEQ_NO='77' OPERATE_TIME='2025-03-01 11:00:00'>" CAR TAIL);
	const char *a = "unit_arrived \xE8\x92\x99L12345 3 batch= key=07010001/3/";
	char lines[4096];
	snprintf(lines, sizeof lines,
	    "%s20250301121459000001/a at=899000\n"
	    "implausible: channel 3: the time 20250301121501000001 can hardly be; the time of receipt is taken\n"
	    "%s20250301121501000001/a at=0\n"
	    "implausible: channel 3: the time 20251301121501000001 can hardly be; the time of receipt is taken\n"
	    "%s20251301121501000001/a at=0\n"
	    "implausible: channel 3: the time 19700101000000000001 can hardly be; the time of receipt is taken\n"
	    "%s19700101000000000001/a at=0\n%s77/a at=-3600000\n",
	    a, a, a, a, a);
	expect("{}", lines);
}

static void
test_containers_are_looked_at(void **state)
{
	(void)state;
	put_frame(0x21, 'I',
	    HEAD CAR "<CONTA><CONTA_ID_F>CSQU3054383</CONTA_ID_F><CONTA_ID_B>CSQU3054384</CONTA_ID_B></CONTA>" TAIL);
	expect("{}", "check_digit: container CSQU3054384: its check digit is 4, expected 3\n" ARRIVED);
}

static void
test_the_batch_number_only_where_it_is_said_to_be(void **state)
{
	(void)state;
	static const char xml[] = HEAD "<IC><IC_BILL_NO>B7</IC_BILL_NO></IC><FORM_INFO><FORM_ID>F7</FORM_ID></FORM_INFO>" CAR TAIL;
	put_frame(0x21, 'I', xml);
	expect("{batch_from: none}", ARRIVED);
	put_frame(0x21, 'I', xml);
	expect("{batch_from: bill}", "unit_arrived \xE8\x92\x99L12345 0000000003 batch=B7 key=" KEY "a at=-2000\n");
	put_frame(0x21, 'I', xml);
	expect("{batch_from: form}", "unit_arrived \xE8\x92\x99L12345 0000000003 batch=F7 key=" KEY "a at=-2000\n");
}

static void
test_keys_that_are_too_long_stay_apart(void **state)
{
	(void)state;
	char xml[1024], key[2][65];
	for (int i = 0; i < 2; i++) {
		snprintf(xml, sizeof xml, "<GATHER_INFO SESSION_ID='%080d'>" CAR TAIL, i);
		put_frame(0x21, 'I', xml);
		void *gate = open_gate("{}");
		take_wire(gate, "");
		assert_int_equal(findings.n, 1);
		snprintf(key[i], sizeof key[i], "%s", findings.list[0].event->source_key);
		assert_int_equal(strlen(key[i]), 64);
		gate_connector.close(&gate);
		findings_clear(&findings);
	}
	assert_string_not_equal(key[0], key[1]);
	put_frame(0x21, 'I', "<GATHER_INFO CHNL_NO='3'>" CAR TAIL);
	expect("{}",
	    "lacks: channel 3: neither SEQ_NO nor SESSION_ID: a repetition cannot be told apart\n"
	    "unit_arrived \xE8\x92\x99L12345 3 batch= key= at=0\n");
}

/* ---- dialect B ---- */

static void
test_dialect_b_with_and_without_a_frame(void **state)
{
	(void)state;
	static const char xml[] =
	    B_HEAD "<GROSS_WT>98000</GROSS_WT>" B_SEEN "<OPERATE_TIME>2025-03-01 11:59:59</OPERATE_TIME>" TAIL;
	static const char lines[] =
	    "unit_arrived 1234 \xD0\xA3\xD0\x9D\xD0\x90 CNEJN070001WI01 batch= key=s-1/a at=-1000\n"
	    "unit_weighed 1234 \xD0\xA3\xD0\x9D\xD0\x90 CNEJN070001WI01 gate-1 gross=98000 batch= key=s-1/w at=-1000\n";
	put_frame(0x21, 'I', xml);
	expect("{}", lines);
	put("\xEF\xBB\xBF", 3);
	put(xml, strlen(xml));
	expect("{}", lines);
	put_frame(0x81, 'I', xml);
	expect("{}", lines);
}

static void
test_either_plate_of_a_lorry_is_enough(void **state)
{
	(void)state;
	put_frame(0x21, 'I', B_HEAD "<VE_LICENSE_NO>\xE8\x92\x99L-99999</VE_LICENSE_NO>" B_SEEN TAIL);
	put_frame(0x21, 'I', B_HEAD "<VE_RFID><VE_LICENSE_NO>7777</VE_LICENSE_NO></VE_RFID>" B_SEEN TAIL);
	expect("{}",
	    "unit_arrived \xE8\x92\x99L-99999 CNEJN070001WI01 batch= key=s-1/a at=0\n"
	    "differs: channel CNEJN070001WI01: the camera saw 1234 \xD0\xA3\xD0\x9D\xD0\x90, the card says 7777, which holds\n"
	    "unit_arrived 7777 CNEJN070001WI01 batch= key=s-1/a at=0\n");
}

static void
test_settings_name_further_elements(void **state)
{
	(void)state;
	put_frame(0x21, 'I', HEAD "<X><CPH>5555</CPH></X><W T='7000'/><DR_RFID><CPH>D</CPH></DR_RFID>" CAR TAIL);
	put_frame(0x21, 'I', HEAD "<DR_RFID><CPH>D</CPH></DR_RFID>" CAR TAIL);
	expect("{elements: {plate: [CPH], gross: W/T}}",
	    "unit_arrived 5555 0000000003 batch= key=" KEY "a at=-2000\n"
	    "unit_weighed 5555 0000000003 gate-1 gross=7000 batch= key=" KEY "w at=-2000\n" ARRIVED);
}

/* ---- the driver ---- */

static void
test_the_driver_goes_nowhere(void **state)
{
	(void)state;
	put_frame(0x21, 'I',
	    HEAD "<IC DR_IC_NO='SECRET1'><IC_DR_CUSTOMS_NO>SECRET2</IC_DR_CUSTOMS_NO></IC>" CAR
		 "<DR_CUSTOMS_NO>SECRET3</DR_CUSTOMS_NO>"
		 "<DR_RFID><DR_NAME>SECRET4</DR_NAME></DR_RFID>" WEIGHT("-1") TAIL);
	put_frame(0x21, 'I', HEAD "<DR_NAME>SECRET5</DR_NAME>");
	void *gate = open_gate("{}");
	take_wire(gate, "");
	assert_null(strstr(tell(0), "SECRET"));
	assert_int_equal(findings.n, 3);
	gate_connector.close(&gate);
}

static void
test_with_a_key_the_driver_is_a_pseudonym_on_the_way_in_and_out(void **state)
{
	(void)state;
	static const uint8_t key[DRIVER_KEY_BYTES] = { 1 };
	put_frame(0x21, 'I', HEAD "<IC><IC_DR_CUSTOMS_NO>SECRET 2</IC_DR_CUSTOMS_NO></IC>" CAR TAIL);
	put_frame(0x81, 'E',
	    "<GATHER_INFO><I_E_FLAG>E</I_E_FLAG><AREA_ID>1</AREA_ID><CHNL_NO>2</CHNL_NO><SESSION_ID>s</SESSION_ID>"
	    "<VE_LICENSE_NO>1</VE_LICENSE_NO><DR_RFID><DR_NAME>nobody</DR_NAME><DR_CUSTOMS_NO>secret2</DR_CUSTOMS_NO>"
	    "</DR_RFID>" TAIL);
	place.driver_key = key;
	void *gate = open_gate("{}");
	take_wire(gate, "");
	place.driver_key = NULL;
	assert_int_equal(findings.n, 2);
	const char *in = findings.list[0].event->unit_arrived->driver, *out = findings.list[1].event->unit_departed->driver;
	assert_int_equal(strspn(in, "0123456789abcdef"), DRIVER_DIGITS);
	assert_string_equal(in, out);
	gate_connector.close(&gate);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_vehicle_arrives_and_is_weighed, begin),
		cmocka_unit_test_setup(test_gbk_and_utf_8_say_the_same, begin),
		cmocka_unit_test_setup(test_an_empty_weight_is_unknown, begin),
		cmocka_unit_test_setup(test_a_weight_that_is_none_is_remarked_and_not_taken, begin),
		cmocka_unit_test_setup(test_a_weight_beyond_any_vehicle_is_kept_and_remarked, begin),
		cmocka_unit_test_setup(test_a_registered_tare_is_no_weighing, begin),
		cmocka_unit_test_setup(test_what_a_lane_sees_and_weighs, begin),
		cmocka_unit_test_setup(test_the_direction_says_arrival_or_departure, begin),
		cmocka_unit_test_setup(test_the_camera_stands_in_for_the_card, begin),
		cmocka_unit_test_setup(test_plates_that_differ_are_remarked, begin),
		cmocka_unit_test_setup(test_no_plate_leaves_the_weighing_to_the_lane, begin),
		cmocka_unit_test_setup(test_odd_signs_in_a_plate_stay_a_text, begin),
		cmocka_unit_test_setup(test_a_time_that_can_hardly_be_is_now, begin),
		cmocka_unit_test_setup(test_containers_are_looked_at, begin),
		cmocka_unit_test_setup(test_the_batch_number_only_where_it_is_said_to_be, begin),
		cmocka_unit_test_setup(test_keys_that_are_too_long_stay_apart, begin),
		cmocka_unit_test_setup(test_dialect_b_with_and_without_a_frame, begin),
		cmocka_unit_test_setup(test_either_plate_of_a_lorry_is_enough, begin),
		cmocka_unit_test_setup(test_settings_name_further_elements, begin),
		cmocka_unit_test_setup(test_the_driver_goes_nowhere, begin),
		cmocka_unit_test_setup(test_with_a_key_the_driver_is_a_pseudonym_on_the_way_in_and_out, begin),
	};
	any_begin();
	return cmocka_run_group_tests(tests, begin_all, end_all);
}
