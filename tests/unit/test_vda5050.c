/*
 * VDA 5050: which states make a trip and which do not, what a trip says, and what becomes of messages that are not as the
 * specification has them.
 */
#include "kestrel.h"

static void
a_load_that_goes_at_an_unloading_node_is_a_trip(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	state(&fleet, 1, "o-1", "road", LOADED);
	state(&fleet, 2, "o-1", "yard-1", LOADED);
	says(&fleet, "");
	state(&fleet, 3, "o-1", "yard-1", EMPTY);
	says(&fleet, DEPARTED("o-1", "KEST2200110", "", "3000"));
	state(&fleet, 4, "o-1", "yard-1", EMPTY);
	state(&fleet, 5, "o-2", "road", EMPTY);
	says(&fleet, "");
	fleet_close(&fleet);
}

static void
a_load_that_goes_elsewhere_is_none(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	state(&fleet, 1, "o-1", "road", LOADED);
	state(&fleet, 2, "o-1", "road", EMPTY);
	state(&fleet, 3, "o-1", "yard-1", EMPTY);
	says(&fleet, "");
	fleet_close(&fleet);
}

static void
first_seen_empty_is_no_trip(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	state(&fleet, 1, "o-1", "yard-1", EMPTY);
	says(&fleet, "");
	fleet_close(&fleet);
}

static void
no_word_of_loads_is_unknown_and_not_empty(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	state(&fleet, 1, "o-1", "road", LOADED);
	state(&fleet, 2, "o-1", "yard-1", "");
	state(&fleet, 3, "o-1", "yard-1", ",\"loads\":null");
	says(&fleet, "");
	state(&fleet, 4, "o-1", "yard-1", EMPTY);
	says(&fleet, DEPARTED("o-1", "KEST2200110", "", "4000"));
	fleet_close(&fleet);
}

static void
what_is_not_younger_changes_nothing(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	state(&fleet, 5, "o-1", "yard-1", LOADED);
	state(&fleet, 4, "o-0", "yard-1", EMPTY);
	state(&fleet, 5, "o-1", "yard-1", EMPTY);
	says(&fleet, "");
	state(&fleet, 6, "o-1", "yard-1", EMPTY);
	says(&fleet, DEPARTED("o-1", "KEST2200110", "", "6000"));
	state(&fleet, 5, "o-1", "yard-1", LOADED);
	state(&fleet, 7, "o-1", "yard-1", EMPTY);
	says(&fleet, "");
	fleet_close(&fleet);
}

static void
a_sensor_that_flickers_makes_one_trip(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	state(&fleet, 1, "", "yard-1", LOADED);
	for (int second = 2; second < 20; second += 2) {
		state(&fleet, second, "", "yard-1", EMPTY);
		state(&fleet, second + 1, "", "yard-1", LOADED);
	}
	/* Without an order the time stands in the key: the next trip of the same box is another one. */
	assert_string_equal(fleet_said(&fleet, false),
	    "unit_departed agv-07 lane=A1 batch= key=" K "/KEST2200110/1893456002000 at=2000\n");
	state(&fleet, 30, "", "dock-1", LOADED);
	state(&fleet, 40, "", "yard-1", EMPTY);
	assert_string_equal(fleet_said(&fleet, false),
	    "unit_departed agv-07 lane=A1 batch= key=" K "/KEST2200110/1893456040000 at=40000\n");
	fleet_close(&fleet);
}

static void
a_trip_that_was_seen_to_begin_has_an_arrival(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	state(&fleet, 1, "o-1", "dock-1", EMPTY);
	state(&fleet, 2, "o-1", "dock-1", LOADED);
	state(&fleet, 3, "o-1", "yard-1", EMPTY);
	says(&fleet,
	    "unit_arrived agv-07 lane=A9 batch=o-1 key=" K "o-1/KEST2200110 at=2000\n" DEPARTED("o-1", "KEST2200110", "", "3000"));
	fleet_close(&fleet);
}

static void
two_boxes_of_one_order_are_two_waybills_of_one_vehicle(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", LODGING);
	state(&fleet, 1, "o-1", "road", ",\"loads\":[{\"loadId\":\"B1\",\"weight\":32500.5},{\"loadId\":\"B2\"}]");
	state(&fleet, 2, "o-1", "yard-1", ",\"loads\":[{\"loadId\":\"B2\"}]");
	says(&fleet,
	    "manifest_lodged add import agv unit=agv-07 waybill=B1 32501kg goods=炼焦煤:27011210 batch=o-1 key=" K
	    "o-1/B1 at=2000\n" DEPARTED("o-1", "B1", "", "2000"));
	state(&fleet, 3, "o-1", "yard-1", EMPTY);
	/* No weight was stated: none is made up. */
	says(&fleet,
	    "manifest_lodged add import agv unit=agv-07 waybill=B2 goods=炼焦煤:27011210 batch=o-1 key=" K
	    "o-1/B2 at=3000\n" DEPARTED("o-1", "B2", "", "3000"));
	fleet_close(&fleet);
}

static void
without_an_order_no_manifest_is_lodged(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", LODGING);
	state(&fleet, 1, "", "road", LOADED);
	state(&fleet, 2, "", "yard-1", EMPTY);
	says(&fleet,
	    "lacks: agv-07 unloaded 'KEST2200110' and its report names no order; expected what the batch number {order} is made "
	    "of\n"
	    "unit_departed agv-07 lane=A1 batch= key=" K "/KEST2200110/1893456002000 at=2000\n");
	fleet_close(&fleet);
}

static void
loads_without_a_number_are_told_apart_by_place_and_node(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	state(&fleet, 1, "o-1", "road", ",\"loads\":[{},{\"loadId\":\"\"}]");
	state(&fleet, 2, "o-1", "yard-1", ",\"loads\":[{}]");
	says(&fleet, DEPARTED("o-1", "#2", "/4", "2000"));
	state(&fleet, 3, "o-1", "yard-1", EMPTY);
	says(&fleet, DEPARTED("o-1", "#1", "/4", "3000"));
	fleet_close(&fleet);
}

static void
a_number_that_is_read_late_is_no_trip(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	state(&fleet, 1, "o-1", "yard-1", ",\"loads\":[{}]");
	state(&fleet, 2, "o-1", "yard-1", LOADED);
	state(&fleet, 3, "o-1", "yard-1", ",\"loads\":[{\"loadId\":\"\"}]");
	state(&fleet, 4, "o-1", "yard-1", LOADED);
	says(&fleet, "");
	state(&fleet, 5, "o-1", "yard-1", EMPTY);
	says(&fleet, DEPARTED("o-1", "KEST2200110", "", "5000"));
	fleet_close(&fleet);
}

/* The vehicle's scale knows the load alone; the gross mass of a vehicle is made with the tare of the settings. */
static void
a_weight_of_its_own_scale_makes_the_net_of_all_loads(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN "weight: weighed\ntare_kg: 28000\n");
	state(&fleet, 1, "o-1", "road", ",\"loads\":[{\"loadId\":\"B1\",\"weight\":32000},{\"loadId\":\"B2\",\"weight\":30000}]");
	state(&fleet, 2, "o-1", "yard-1", ",\"loads\":[{\"loadId\":\"B2\",\"weight\":30000}]");
	state(&fleet, 3, "o-1", "yard-1", EMPTY);
	says(&fleet,
	    "unit_weighed agv-07 gross=60000 tare=28000 batch=o-1 key=" K
	    "o-1/B1 at=2000\n" DEPARTED("o-1", "B1", "", "2000") "unit_weighed agv-07 gross=90000 tare=28000 batch=o-1 key=" K
								 "o-1/B2 at=3000\n" DEPARTED("o-1", "B2", "", "3000"));
	fleet_close(&fleet);
}

static void
a_mass_that_cannot_be_is_unknown_and_one_that_hardly_can_is_marked(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", LODGING);
	state(&fleet, 1, "o-1", "road", ",\"loads\":[{\"loadId\":\"B1\",\"weight\":-5},{\"loadId\":\"B2\",\"weight\":130000}]");
	says(&fleet, "implausible: agv-07: the weight of load 'B1' is not one; expected 0 to 1000000000 kg\n");
	state(&fleet, 2, "o-1", "yard-1", EMPTY);
	says(&fleet,
	    "manifest_lodged add import agv unit=agv-07 waybill=B1 goods=炼焦煤:27011210 batch=o-1 key=" K
	    "o-1/B1 at=2000\n" DEPARTED("o-1", "B1", "",
		"2000") "implausible: agv-07 unloaded 'B2' of 130000 kg; expected at most 100000\n"
			"manifest_lodged add import agv unit=agv-07 waybill=B2 130000kg goods=炼焦煤:27011210 batch=o-1 key=" K
			"o-1/B2 at=2000\n" DEPARTED("o-1", "B2", "", "2000"));
	fleet_close(&fleet);
}

static void
a_trip_that_began_before_a_restart_counts_after_it(void **unused)
{
	struct fleet before, after;
	struct span kept;
	(void)unused;
	fleet_open(&before, "vda5050", PLAIN);
	state(&before, 1, "o-1", "dock-1", EMPTY);
	state(&before, 2, "o-1", "dock-1", LOADED);
	assert_true(before.connector->keep(before.state, &before.arena, &kept));
	assert_false(before.connector->keep(before.state, &before.arena, &(struct span){ 0 }));
	fleet_open(&after, "vda5050", PLAIN);
	after.connector->recall(after.state, kept);
	state(&after, 2, "o-1", "yard-1", EMPTY); /* heard before: not younger */
	says(&after, "");
	state(&after, 3, "o-1", "yard-1", EMPTY);
	says(&after,
	    "unit_arrived agv-07 lane=A9 batch=o-1 key=" K "o-1/KEST2200110 at=2000\n" DEPARTED("o-1", "KEST2200110", "", "3000"));
	assert_true(after.connector->keep(after.state, &after.arena, &kept));
	assert_int_equal(kept.bytes, 2);
	after.connector->recall(after.state, (struct span){ (const uint8_t *)"{[", 2 });
	fleet_close(&after);
	fleet_close(&before);
}

static void
a_file_holds_a_message_on_each_line_or_one_on_many(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", NULL);
	fleet_take(&fleet, "agv.ndjson", NOW_MS,
	    "\xEF\xBB\xBF{\"timestamp\":\"2029-12-31T00:00:01Z\",\"manufacturer\":\"M\",\"serialNumber\":\"1\",\"orderId\":\"o\","
	    "\"lastNodeId\":\"n\",\"operatingMode\":\"AUTOMATIC\",\"loads\":[{\"loadId\":\"x\"}]}\r\n\n"
	    "{\"nodes\":[],\"edges\":[]}\n{\"kind\":\"a thing\"}\nnothing\n[1]\n"
	    "{\"timestamp\":\"2029-12-31T00:00:02Z\",\"manufacturer\":\"M\",\"serialNumber\":\"1\",\"orderId\":\"o\","
	    "\"lastNodeId\":\"n\","
	    "\"operatingMode\":\"AUTOMATIC\",\"loads\":[]}");
	says(&fleet,
	    "strange: JSON that is no message of VDA 5050; expected a state or a connection\n"
	    "unreadable: line 5: it is no JSON: '[' or '{' expected near 'nothing' at byte 7\n"
	    "strange: JSON that is no object; expected a message of VDA 5050\n"
	    "unit_departed 1 lane= batch=o key=M/1/o/x at=-86398000\n");
	fleet_take(&fleet, "one.json", NOW_MS,
	    "{\n \"timestamp\":\"2029-12-31T00:00:03\",\n \"manufacturer\":\"M\",\n "
	    "\"serialNumber\":\"1\",\"connectionState\":\"OFFLINE\"\n}\n");
	machine_says(&fleet, "machine_reported 1 offline 'OFFLINE' at=-86397000\n");
	fleet_close(&fleet);
}

static void
other_topics_are_passed_over(void **unused)
{
	struct fleet fleet;
	static const char *const kinds[] = { "order", "instantActions", "visualization", "factsheet", "zoneSet", "what" };
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		char topic[64];
		snprintf(topic, sizeof topic, "uagv/v2/Kestrel/agv-07/%s", kinds[i]);
		fleet_take(&fleet, topic, NOW_MS, "not even JSON");
		machine_says(&fleet, "");
	}
	fleet_close(&fleet);
}

/* A bridge may have topics of its own, and a file may come in a zip, whose members have a slash in their names, too. */
static void
a_state_is_known_by_what_it_holds(void **unused)
{
	static const char *const names[] = { "site/agv/7", "hour.zip/state.json", "hour.ZIP/agv/hour.ndjson", "state.json" };
	(void)unused;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct fleet fleet;
		fleet_open(&fleet, "vda5050", PLAIN);
		for (int second = 1; second < 3; second++) {
			char message[1024];
			snprintf(message, sizeof message,
			    "{\"timestamp\":\"" NOW_TEXT "0%d.000Z\",\"manufacturer\":\"Kestrel\",\"serialNumber\":\"agv-07\","
			    "\"orderId\":\"o\",\"lastNodeId\":\"yard-1\"%s}",
			    second, second == 1 ? LOADED : EMPTY);
			fleet_take(&fleet, names[i], NOW_MS + 2000, message);
		}
		says(&fleet, DEPARTED("o", "KEST2200110", "", "2000"));
		fleet_close(&fleet);
	}
}

static void
lines_that_are_no_json_are_counted(void **unused)
{
	struct fleet fleet;
	char text[64 * 8] = "";
	(void)unused;
	for (int i = 0; i < 60; i++)
		strcat(text, "x\n");
	fleet_open(&fleet, "vda5050", PLAIN);
	fleet_take(&fleet, "f.ndjson", NOW_MS, text);
	const char *said = fleet_said(&fleet, false);
	assert_non_null(strstr(said, "unreadable: line 20: it is no JSON"));
	assert_null(strstr(said, "line 21"));
	assert_non_null(strstr(said, "unreadable: 40 more lines are no JSON; expected a message on each\n"));
	fleet_close(&fleet);
}

/* A load that is there weighs something: its scale, or its field, was not filled in. */
static void
a_load_that_weighs_nothing_has_no_known_mass(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", LODGING);
	state(&fleet, 1, "o-1", "road", ",\"loads\":[{\"loadId\":\"B\",\"weight\":0}]");
	state(&fleet, 2, "o-1", "yard-1", EMPTY);
	assert_null(strstr(fleet_said(&fleet, false), "kg"));
	state(&fleet, 3, "o-2", "road", ",\"loads\":[{\"loadId\":\"C\",\"weight\":32500}]");
	state(&fleet, 4, "o-2", "road", ",\"loads\":[{\"loadId\":\"C\",\"weight\":0.0}]");
	state(&fleet, 5, "o-2", "yard-1", EMPTY);
	assert_non_null(strstr(fleet_said(&fleet, false), "waybill=C 32500kg"));
	fleet_close(&fleet);
}

static void
what_a_message_lacks_is_named(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	fleet_take(&fleet, TOPIC, NOW_MS, "{\"manufacturer\":\"Kestrel\",\"timestamp\":\"2030-01-01T00:00:00Z\"}");
	fleet_take(&fleet, TOPIC, NOW_MS, "{\"manufacturer\":\"Kestrel\",\"serialNumber\":\"7\"}");
	fleet_take(&fleet, TOPIC, NOW_MS, "{\"manufacturer\":\"Kestrel\",\"serialNumber\":\"7\",\"timestamp\":\"noon\"}");
	fleet_take(&fleet, TOPIC, NOW_MS,
	    "{\"manufacturer\":\"Kestrel\",\"serialNumber\":\"7\",\"timestamp\":\"2030-01-01T00:00:00Z\"}");
	says(&fleet,
	    "lacks: a message without manufacturer or serialNumber; expected both, as texts\n"
	    "lacks: a message without timestamp; expected one such as 2026-01-31T08:05:09.123Z\n"
	    "unreadable: timestamp 'noon'; expected a time in the form 2015-01-31T08:05:00+08:00\n"
	    "lacks: a state without lastNodeId; expected a text, empty where there is none\n");
	state(&fleet, 1, "o", "road", ",\"loads\":{}");
	state(&fleet, 2, "o", "road", ",\"loads\":[7]");
	says(&fleet,
	    "strange: loads that are no short list of loads; expected at most 8 in a list\n"
	    "strange: loads that are no short list of loads; expected at most 8 in a list\n");
	fleet_close(&fleet);
}

static void
long_names_stay_apart_and_in_bounds(void **unused)
{
	struct fleet fleet;
	char order[400], a[64 * 1024], b[64 * 1024];
	(void)unused;
	fleet_open(&fleet, "vda5050", LODGING);
	memset(order, 'o', sizeof order);
	order[sizeof order - 1] = '\0';
	state(&fleet, 1, order, "road", LOADED);
	state(&fleet, 2, order, "yard-1", EMPTY);
	strcpy(a, fleet_said(&fleet, false)); /* each event is checked there */
	order[sizeof order - 2] = 'p';
	state(&fleet, 3, order, "road", LOADED);
	state(&fleet, 4, order, "yard-1", EMPTY);
	strcpy(b, fleet_said(&fleet, false));
	assert_non_null(strstr(a, "key="));
	assert_int_not_equal(strncmp(strstr(a, "key="), strstr(b, "key="), 60), 0);
	assert_int_not_equal(strncmp(strstr(a, "batch="), strstr(b, "batch="), 60), 0);
	fleet_close(&fleet);
}

/* ---- bounds and settings ---- */

static void
one_vehicle_too_many_is_a_remark(void **unused)
{
	struct fleet fleet;
	char message[512];
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	for (int i = 0; i < 4098; i++) {
		snprintf(message, sizeof message,
		    "{\"timestamp\":\"2030-01-01T00:00:00Z\",\"manufacturer\":\"K\",\"serialNumber\":\"%d\",\"lastNodeId\":\"\"}",
		    i);
		fleet_take(&fleet, TOPIC, NOW_MS, message);
		if (i != 4096)
			says(&fleet, "");
		else
			says(&fleet, "strange: the vehicle 4096 of K is one too many; expected at most 4096\n");
	}
	fleet_close(&fleet);
}

/* Where the arena is used up the message has not been heard: given again, with room, it is. */
static void
what_found_no_room_is_heard_again(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", LODGING);
	state(&fleet, 1, "o-1", "road", LOADED);
	fleet_said(&fleet, false);
	size_t size = fleet.arena.size, room = 0;
	for (; room < 64 * 1024; room += 64) {
		fleet.arena.size = room;
		state(&fleet, 2, "o-1", "yard-1", EMPTY);
		if (!findings_full(&fleet.out))
			break;
		findings_clear(&fleet.out);
	}
	assert_true(room > 1024 && room < 64 * 1024);
	fleet.arena.size = size;
	assert_non_null(strstr(fleet_said(&fleet, false), DEPARTED("o-1", "KEST2200110", "", "2000")));
	fleet_close(&fleet);
}

static void
wrong_settings_are_named_with_their_line(void **unused)
{
	static const struct {
		const char *settings, *said;
	} cases[] = {
		{ "lane: A\n",
		    "gateway.yaml:1: unload_nodes is missing; expected: the list of the nodes at which a load comes off" },
		{ "unload_nodes: []\n", "gateway.yaml:1: unload_nodes: a list of 1 to 1024 nodes is expected" },
		{ "unload_nodes: [a]\nbatch: \"{oder}\"\n",
		    "gateway.yaml:2: batch: '{oder}' is not known; expected {order}, {load}, {manufacturer}, {serial} or {date}" },
		{ "unload_nodes: [a]\nweight: weighed\n",
		    "gateway.yaml:2: weight: weighed needs tare_kg, the mass of the empty vehicle" },
		{ "unload_nodes: [a]\nweight: guessed\n", "gateway.yaml:2: weight: declared or weighed is expected" },
		{ "unload_nodes: [a]\nlodge: {direction: in}\n", "gateway.yaml:2: lodge: direction is expected: import or export" },
		{ "unload_nodes: [a]\nlodge: {direction: import}\n",
		    "gateway.yaml:2: lodge: goods is expected: a list of description and hs_code" },
		{ "unload_nodes: [a]\nlodge: {direction: import, goods: [{hs_code: \"27\"}]}\n",
		    "gateway.yaml:2: goods: a description is expected" },
		{ "unload_nodes: [a]\nlodge: {direction: import, goods: [{description: coal, hs_code: 27x}]}\n",
		    "gateway.yaml:2: hs_code: 2 to 10 digits are expected" },
		{ "unload_nodes: [a]\nbatch: \"\"\nlodge: {direction: import, goods: [{description: coal}]}\n",
		    "gateway.yaml:3: lodge: a manifest needs a waybill and a batch number; expected: templates for them" },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fleet fleet;
		struct reason why = { "" };
		assert_int_equal(fleet_try(&fleet, "vda5050", cases[i].settings, &why), STATUS_SYNTAX);
		assert_string_equal(why.text, cases[i].said);
		fleet_close(&fleet);
	}
}

static void
its_files_are_known_by_what_they_hold(void **unused)
{
	static const char right[] = "{\"serialNumber\":\"1\",\"manufacturer\":\"M\",\"lastNodeId\":\"\"}";
	static const char other[] = "{\"vehicleId\":\"1\"}";
	(void)unused;
	assert_true(vda5050_guess((struct span){ (const uint8_t *)right, strlen(right) }, "x"));
	assert_false(vda5050_guess((struct span){ (const uint8_t *)other, strlen(other) }, "x"));
	assert_false(vda5050_guess((struct span){ NULL, 0 }, "x"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_load_that_goes_at_an_unloading_node_is_a_trip),
		cmocka_unit_test(a_load_that_goes_elsewhere_is_none),
		cmocka_unit_test(first_seen_empty_is_no_trip),
		cmocka_unit_test(no_word_of_loads_is_unknown_and_not_empty),
		cmocka_unit_test(what_is_not_younger_changes_nothing),
		cmocka_unit_test(a_sensor_that_flickers_makes_one_trip),
		cmocka_unit_test(a_trip_that_was_seen_to_begin_has_an_arrival),
		cmocka_unit_test(two_boxes_of_one_order_are_two_waybills_of_one_vehicle),
		cmocka_unit_test(without_an_order_no_manifest_is_lodged),
		cmocka_unit_test(loads_without_a_number_are_told_apart_by_place_and_node),
		cmocka_unit_test(a_number_that_is_read_late_is_no_trip),
		cmocka_unit_test(a_weight_of_its_own_scale_makes_the_net_of_all_loads),
		cmocka_unit_test(a_mass_that_cannot_be_is_unknown_and_one_that_hardly_can_is_marked),
		cmocka_unit_test(a_trip_that_began_before_a_restart_counts_after_it),
		cmocka_unit_test(a_file_holds_a_message_on_each_line_or_one_on_many),
		cmocka_unit_test(other_topics_are_passed_over),
		cmocka_unit_test(a_state_is_known_by_what_it_holds),
		cmocka_unit_test(lines_that_are_no_json_are_counted),
		cmocka_unit_test(a_load_that_weighs_nothing_has_no_known_mass),
		cmocka_unit_test(what_a_message_lacks_is_named),
		cmocka_unit_test(long_names_stay_apart_and_in_bounds),
		cmocka_unit_test(one_vehicle_too_many_is_a_remark),
		cmocka_unit_test(what_found_no_room_is_heard_again),
		cmocka_unit_test(wrong_settings_are_named_with_their_line),
		cmocka_unit_test(its_files_are_known_by_what_they_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
