/* Other JSON of vehicle managers: where things stand, what their words mean, and what becomes of records that say else. */
#include "fleet.h"

#define SETTINGS \
	"unload_nodes: [Y1]\nlane: agv\nbatch: \"{order}\"\ntime: epoch_s\nrecords: data.list\n" \
	"fields: {vehicle: car.no, mission: task, event: what, time: at, node: place, container: [boxes.0.no, boxes.1.no], " \
	"weight: kg}\n" \
	"events: {\"PICKED\": loaded, \"PUT\": unloaded, \"3\": charging, \"ALARM\": fault, \"GONE\": offline, \"MOVE\": " \
	"working, " \
	"\"TICK\": ignored}\n"

#define says(fleet, text) assert_string_equal(fleet_said(fleet, true), text)

static void
take(struct fleet *fleet, const char *records)
{
	char text[4096];
	snprintf(text, sizeof text, "{\"code\":0,\"data\":{\"list\":[%s]}}", records);
	fleet_take(fleet, "cars.json", NOW_MS, text);
}

static void
their_words_make_a_trip(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vehicles", SETTINGS);
	take(&fleet,
	    "{\"car\":{\"no\":12},\"task\":\"m-5\",\"what\":\"PICKED\",\"at\":1893455990,\"place\":\"D1\",\"boxes\":[{\"no\":"
	    "\"B1\"},{\"no\":\"B2\"}]},"
	    "{\"car\":{\"no\":12},\"task\":\"m-5\",\"what\":\"TICK\",\"at\":1893455991,\"place\":\"Y1\"},"
	    "{\"car\":{\"no\":12},\"task\":\"m-5\",\"what\":\"PUT\",\"at\":1893455995.5,\"place\":\"Y1\",\"boxes\":[{\"no\":\"B2\"}"
	    "]},"
	    "{\"car\":{\"no\":12},\"task\":\"m-5\",\"what\":\"PUT\",\"at\":1893455996,\"place\":\"Y1\"},"
	    "{\"car\":{\"no\":12},\"task\":\"m-5\",\"what\":\"PUT\",\"at\":1893455997,\"place\":\"Y1\"}");
	says(&fleet,
	    "machine_reported 12 working '' at=-10000\n"
	    "unit_departed 12 lane=agv batch=m-5 key=agvs/12/m-5/B2 at=-4500\n"
	    "unit_departed 12 lane=agv batch=m-5 key=agvs/12/m-5/B1 at=-4000\n");
	fleet_close(&fleet);
}

static void
a_load_without_a_number_is_one_all_the_same(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vehicles", SETTINGS);
	take(&fleet,
	    "{\"car\":{\"no\":\"A\"},\"task\":\"m\",\"what\":\"PICKED\",\"at\":1893455990,\"place\":\"D1\"},"
	    "{\"car\":{\"no\":\"A\"},\"task\":\"m\",\"what\":\"PICKED\",\"at\":1893455991,\"place\":\"D1\"},"
	    "{\"car\":{\"no\":\"A\"},\"task\":\"m\",\"what\":\"PUT\",\"at\":1893455992,\"place\":\"Y1\"}");
	says(&fleet, "machine_reported A working '' at=-10000\nunit_departed A lane=agv batch=m key=agvs/A/m/#1/0 at=-8000\n");
	fleet_close(&fleet);
}

static void
their_words_say_how_a_vehicle_stands(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vehicles", SETTINGS);
	take(&fleet,
	    "{\"car\":{\"no\":\"A\"},\"what\":3,\"at\":1893455990},{\"car\":{\"no\":\"A\"},\"what\":\"ALARM\",\"at\":1893455991},"
	    "{\"car\":{\"no\":\"A\"},\"what\":\"GONE\",\"at\":1893455992},{\"car\":{\"no\":\"A\"},\"what\":\"MOVE\",\"at\":"
	    "1893455993}");
	says(&fleet,
	    "machine_reported A charging '' at=-10000\nmachine_reported A fault 'ALARM' at=-9000\n"
	    "machine_reported A offline '' at=-8000\nmachine_reported A working '' at=-7000\n");
	fleet_close(&fleet);
}

static void
what_is_no_such_record_is_a_remark(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vehicles", SETTINGS);
	take(&fleet,
	    "7,{\"what\":\"PUT\"},{\"car\":{\"no\":\"A\"},\"what\":\"DANCE\"},{\"car\":{\"no\":\"A\"},\"what\":\"PUT\",\"at\":"
	    "\"now\"}");
	fleet_take(&fleet, "cars.json", NOW_MS, "{\"data\":");
	says(&fleet,
	    "strange: JSON that is no record, at place 'data.list'; expected an object, or a list of them\n"
	    "lacks: a record without vehicle or event ''; expected both, where the settings say\n"
	    "strange: the event 'DANCE'; expected one of the settings' events\n"
	    "unreadable: a record's time 'now'; expected seconds since 1970\n"
	    "unreadable: line 1: it is no JSON: unexpected token near end of file at byte 8\n");
	fleet_close(&fleet);
}

static void
a_time_without_a_zone_is_the_ports(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vehicles",
	    "unload_nodes: [Y]\nfields: {vehicle: v, event: e, time: t}\nevents: {go: working}\ntime: YYYY/MM/DD hh:mm:ss\n");
	fleet_take(&fleet, "x", NOW_MS, "[{\"v\":\"A\",\"e\":\"go\",\"t\":\"2030/01/01 07:59:59\"}]");
	says(&fleet, "machine_reported A working '' at=-1000\n");
	fleet_close(&fleet);
}

/* Their times are whole seconds: what happened within one happened all the same. */
static void
two_events_of_one_second_both_count(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vehicles", SETTINGS);
	for (int twice = 0; twice < 2; twice++)
		take(&fleet,
		    "{\"car\":{\"no\":12},\"task\":\"m-5\",\"what\":\"PICKED\",\"at\":1893455990,\"place\":\"D1\",\"boxes\":[{"
		    "\"no\":\"B1\"}]},"
		    "{\"car\":{\"no\":12},\"task\":\"m-5\",\"what\":\"MOVE\",\"at\":1893455995,\"place\":\"Y1\"},"
		    "{\"car\":{\"no\":12},\"task\":\"m-5\",\"what\":\"PUT\",\"at\":1893455995,\"place\":\"Y1\"}");
	assert_string_equal(fleet_said(&fleet, false), "unit_departed 12 lane=agv batch=m-5 key=agvs/12/m-5/B1 at=-5000\n");
	fleet_close(&fleet);
}

static void
records_without_a_time_count_in_their_order(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vehicles",
	    "unload_nodes: [Y]\nfields: {vehicle: v, event: e, mission: m, node: n}\nevents: {on: loaded, off: unloaded}\n");
	fleet_take(&fleet, "vm/cars", NOW_MS,
	    "[{\"v\":\"A\",\"e\":\"on\",\"m\":\"1\",\"n\":\"D\"},{\"v\":\"A\",\"e\":\"off\",\"m\":\"1\",\"n\":\"Y\"}]");
	fleet_take(&fleet, "vm/cars", NOW_MS, "{\"v\":\"A\",\"e\":\"on\",\"m\":\"2\",\"n\":\"D\"}");
	fleet_take(&fleet, "vm/cars", NOW_MS - 5000, "{\"v\":\"A\",\"e\":\"off\",\"m\":\"2\",\"n\":\"Y\"}"); /* our clock */
	assert_string_equal(fleet_said(&fleet, false),
	    "unit_departed A lane= batch=1 key=agvs/A/1/#1/0 at=0\nunit_departed A lane= batch=2 key=agvs/A/2/#1/0 at=-5000\n");
	fleet_close(&fleet);
}

/* It stands there once, however many of its records say something: a long list of them finds room. */
static void
a_long_list_is_kept_once(void **unused)
{
	enum { RECORDS = 1500, RECORD_BYTES = 120 };
	struct fleet fleet;
	char *text = calloc(RECORDS + 1, RECORD_BYTES);
	size_t n = 0;
	(void)unused;
	fleet_open(&fleet, "vehicles", SETTINGS);
	n += (size_t)sprintf(text + n, "{\"data\":{\"list\":[");
	for (int i = 0; i < RECORDS; i++)
		n += (size_t)sprintf(text + n, "%s{\"car\":{\"no\":%d},\"task\":\"m\",\"what\":\"MOVE\",\"at\":1893455990}",
		    i > 0 ? "," : "", i);
	sprintf(text + n, ",7]}}");
	fleet_take(&fleet, "cars.json", NOW_MS, text);
	assert_false(findings_full(&fleet.out));
	assert_int_equal(fleet.out.n, RECORDS + 1);
	assert_int_equal(fleet.out.n_messages, 1);
	free(text);
	fleet_close(&fleet);
}

static void
a_file_that_comes_once_more_leaves_a_vehicle_as_it_was(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vehicles", SETTINGS);
	for (int twice = 0; twice < 2; twice++) {
		take(&fleet,
		    "{\"car\":{\"no\":\"A\"},\"what\":\"GONE\",\"at\":1893455992},{\"car\":{\"no\":\"A\"},\"what\":\"MOVE\",\"at\":"
		    "1893455993}");
		says(&fleet, twice == 0 ? "machine_reported A offline '' at=-8000\nmachine_reported A working '' at=-7000\n" : "");
	}
	fleet_close(&fleet);
}

static void
wrong_settings_are_named_with_their_line(void **unused)
{
	static const struct {
		const char *settings, *said;
	} cases[] = {
		{ "unload_nodes: [a]\n", "gateway.yaml:1: fields is missing; expected: a map of what to where it stands" },
		{ "unload_nodes: [a]\nfields: {vehicle: v}\n",
		    "gateway.yaml:2: fields: vehicle and event are expected at the least" },
		{ "unload_nodes: [a]\nfields: {vehicle: v, event: e}\nevents: {x: dancing}\n",
		    "gateway.yaml:3: events: 'dancing' is not known; expected loaded, unloaded, charging, fault, working, offline "
		    "or ignored" },
		{ "unload_nodes: [a]\nfields: {vehicle: v, event: e}\nevents: {x: loaded}\ntime: noon\n",
		    "gateway.yaml:4: time: iso, epoch_s, epoch_ms or a form such as YYYY-MM-DD hh:mm:ss is expected" },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fleet fleet;
		struct reason why = { "" };
		assert_int_equal(fleet_try(&fleet, "vehicles", cases[i].settings, &why), STATUS_SYNTAX);
		assert_string_equal(why.text, cases[i].said);
		fleet_close(&fleet);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(their_words_make_a_trip),
		cmocka_unit_test(a_load_without_a_number_is_one_all_the_same),
		cmocka_unit_test(their_words_say_how_a_vehicle_stands),
		cmocka_unit_test(what_is_no_such_record_is_a_remark),
		cmocka_unit_test(a_time_without_a_zone_is_the_ports),
		cmocka_unit_test(two_events_of_one_second_both_count),
		cmocka_unit_test(records_without_a_time_count_in_their_order),
		cmocka_unit_test(a_long_list_is_kept_once),
		cmocka_unit_test(a_file_that_comes_once_more_leaves_a_vehicle_as_it_was),
		cmocka_unit_test(wrong_settings_are_named_with_their_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
