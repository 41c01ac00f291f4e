/* How a vehicle stands by its VDA 5050 states: what is told and when, and clocks that are wrong. */
#include "kestrel.h"

static void
a_vehicle_tells_how_it_stands_when_that_changes(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	state(&fleet, 0, "o", "road", "");
	state(&fleet, 1, "o", "road", "");
	machine_says(&fleet, "machine_reported agv-07 working '' at=0\n");
	state(&fleet, 4, "o", "road",
	    ",\"errors\":[{\"errorType\":\"laserDirty\",\"errorLevel\":\"WARNING\"},{\"errorType\":\"driveLost\",\"errorLevel\":"
	    "\"FATAL\"}]");
	machine_says(&fleet, "machine_reported agv-07 fault 'warning laserDirty, error driveLost' at=4000\n");
	state(&fleet, 8, "o", "road", ",\"errors\":[{\"errorType\":\"laserDirty\",\"errorLevel\":\"WARNING\"}]");
	machine_says(&fleet, "machine_reported agv-07 working 'warning laserDirty' at=8000\n");
	state(&fleet, 12, "o", "road", ",\"errors\":[{\"errorType\":\"tilt\",\"errorLevel\":\"URGENT\"}]");
	machine_says(&fleet, "machine_reported agv-07 fault 'error tilt' at=12000\n");
	fleet_close(&fleet);
}

static void
version_3_has_other_names(void **unused)
{
	struct fleet fleet;
	static const char *const head = "{\"timestamp\":\"2030-01-01T00:00:00Z\",\"version\":\"3.0.0\",\"manufacturer\":\"K\","
					"\"orderId\":\"\",\"lastNodeId\":\"\",\"serialNumber\":\"";
	static const struct {
		const char *rest, *said;
	} cases[] = {
		{ "\"powerSupply\":{\"charging\":true}", "charging ''" },
		{ "\"safetyState\":{\"activeEmergencyStop\":\"REMOTE\",\"fieldViolation\":false}",
		    "stopped 'emergency stop REMOTE'" },
		{ "\"operatingMode\":\"TEACH_IN\"", "by_hand 'mode TEACH_IN'" },
		{ "\"operatingMode\":\"AUTOMATIC\",\"errors\":[{\"errorLevel\":\"CRITICAL\"}]", "fault 'error '" },
	};
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char message[1024], said[128];
		snprintf(message, sizeof message, "%s%zu\",%s}", head, i, cases[i].rest);
		snprintf(said, sizeof said, "machine_reported %zu %s at=0\n", i, cases[i].said);
		fleet_take(&fleet, "vda5050/v3/K/x/state", NOW_MS, message);
		machine_says(&fleet, said);
	}
	fleet_close(&fleet);
}

static void
violated(struct fleet *fleet, int second, bool is)
{
	char message[1024];
	snprintf(message, sizeof message,
	    "{\"timestamp\":\"" NOW_TEXT "%02d.000Z\",\"manufacturer\":\"Kestrel\",\"serialNumber\":\"agv-07\",\"orderId\":\"\","
	    "\"lastNodeId\":\"\",\"operatingMode\":\"AUTOMATIC\",\"safetyState\":{\"eStop\":\"NONE\",\"fieldViolation\":%s}}",
	    second, is ? "true" : "false");
	fleet_take(fleet, TOPIC, NOW_MS + second * 1000, message);
}

static void
a_field_violation_counts_once_it_lasts(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	violated(&fleet, 0, false);
	machine_says(&fleet, "machine_reported agv-07 working '' at=0\n");
	for (int second = 3; second < 20; second += 2) {
		violated(&fleet, second, true);
		violated(&fleet, second + 1, false);
	}
	machine_says(&fleet, "");
	violated(&fleet, 30, true);
	fleet.connector->pass(fleet.state, NOW_MS + 31000, &fleet.out);
	machine_says(&fleet, "");
	fleet.connector->pass(fleet.state, NOW_MS + 32000, &fleet.out);
	machine_says(&fleet, "machine_reported agv-07 stopped 'something stands in its way' at=32000\n");
	violated(&fleet, 33, true);
	machine_says(&fleet, "");
	violated(&fleet, 35, false);
	machine_says(&fleet, "machine_reported agv-07 working '' at=35000\n");
	fleet_close(&fleet);
}

static void
silence_is_told_once_and_again_each_hour(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN "silent_s: 90\n");
	state(&fleet, 0, "o", "road", "");
	fleet_said(&fleet, true);
	fleet.connector->pass(fleet.state, NOW_MS + 89999, &fleet.out);
	machine_says(&fleet, "");
	fleet.connector->pass(fleet.state, NOW_MS + 90000, &fleet.out);
	fleet.connector->pass(fleet.state, NOW_MS + 91000, &fleet.out);
	machine_says(&fleet, "machine_reported agv-07 silent 'nothing heard for 90 s; expected at most 90' at=90000\n");
	fleet.connector->pass(fleet.state, NOW_MS + 90000 + 3600000, &fleet.out);
	machine_says(&fleet, "machine_reported agv-07 silent 'nothing heard for 3690 s; expected at most 90' at=3690000\n");
	fleet_close(&fleet);
}

static void
connection(struct fleet *fleet, int64_t now_ms, const char *said)
{
	char message[512];
	snprintf(message, sizeof message,
	    "{\"timestamp\":\"2030-01-01T00:00:00Z\",\"manufacturer\":\"Kestrel\",\"serialNumber\":\"agv-07\",\"connectionState\":"
	    "\"%s\"}",
	    said);
	fleet_take(fleet, "uagv/v2/Kestrel/agv-07/connection", now_ms, message);
}

/* A last will is written when the connection begins: its time says nothing of the end. */
static void
a_connection_that_broke_is_offline_and_not_silent(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	connection(&fleet, NOW_MS, "ONLINE");
	machine_says(&fleet, "");
	state(&fleet, 9, "o", "road", "");
	fleet_said(&fleet, true);
	connection(&fleet, NOW_MS + 20000, "CONNECTIONBROKEN");
	machine_says(&fleet, "machine_reported agv-07 offline 'CONNECTIONBROKEN' at=20000\n");
	fleet.connector->pass(fleet.state, NOW_MS + 300000, &fleet.out);
	machine_says(&fleet, "");
	connection(&fleet, NOW_MS + 301000, "ONLINE");
	machine_says(&fleet, "machine_reported agv-07 working '' at=301000\n");
	connection(&fleet, NOW_MS + 302000, "GONE");
	machine_says(&fleet,
	    "strange: a connectionState that is not known; expected ONLINE, OFFLINE, CONNECTIONBROKEN or HIBERNATING\n");
	fleet_close(&fleet);
}

static void
a_clock_that_is_ahead_does_not_make_the_rest_old(void **unused)
{
	struct fleet fleet;
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	fleet_take(&fleet, TOPIC, NOW_MS,
	    "{\"timestamp\":\"2039-01-01T00:00:00Z\",\"manufacturer\":\"Kestrel\",\"serialNumber\":\"agv-07\",\"orderId\":\"o-1\","
	    "\"lastNodeId\":\"road\",\"loads\":[{\"loadId\":\"B\"}]}");
	says(&fleet, "implausible: agv-07: its clock is 283996800 s ahead; expected at most 900; ours is used\n");
	state(&fleet, 3, "o-1", "yard-1", EMPTY);
	says(&fleet, DEPARTED("o-1", "B", "", "3000"));
	fleet_close(&fleet);
}

static void
a_clock_that_was_set_back_is_believed_in_the_end(void **unused)
{
	struct fleet fleet;
	char message[512];
	const char *said = "";
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	state(&fleet, 3, "o-1", "road", LOADED);
	fleet_said(&fleet, true);
	int n = 0;
	for (; n < 100 && said[0] == '\0'; n++) {
		snprintf(message, sizeof message,
		    "{\"timestamp\":\"2029-12-31T23:%02d:%02dZ\",\"manufacturer\":\"Kestrel\",\"serialNumber\":\"agv-07\","
		    "\"orderId\":\"o-1\","
		    "\"lastNodeId\":\"yard-1\",\"loads\":[]}",
		    n / 60, n % 60);
		fleet_take(&fleet, TOPIC, NOW_MS + 4000, message);
		said = fleet_said(&fleet, false);
	}
	assert_int_equal(n, 60);
	assert_non_null(strstr(said, "implausible: agv-07: its clock goes "));
	assert_non_null(strstr(said, "unit_departed agv-07"));
	fleet_close(&fleet);
}

/* One state each second, at fault and well by turns, for so many seconds; how often that was told. */
static int
flap(struct fleet *fleet, bool live, int seconds)
{
	static char text[2 * 1000 * 1000];
	int told = 0;
	size_t n = 0;
	for (int second = 0; second < seconds; second++) {
		n += (size_t)snprintf(text + n, sizeof text - n,
		    "{\"timestamp\":\"2030-01-01T%02d:%02d:%02dZ\",\"manufacturer\":\"Kestrel\",\"serialNumber\":\"agv-07\","
		    "\"lastNodeId\":\"\",\"operatingMode\":\"AUTOMATIC\",\"errors\":[%s]}\n",
		    second / 3600, second / 60 % 60, second % 60, second % 2 == 0 ? "" : "{\"errorLevel\":\"FATAL\"}");
		if (!live)
			continue;
		fleet_take(fleet, TOPIC, NOW_MS + second * 1000, text);
		fleet->connector->pass(fleet->state, NOW_MS + second * 1000 + 500, &fleet->out);
		told += (int)fleet->out.n;
		if (second < seconds - 1)
			findings_clear(&fleet->out);
		n = 0;
	}
	if (!live) {
		fleet_take(fleet, "hours.ndjson", NOW_MS + seconds * 1000, text);
		told = (int)fleet->out.n;
	}
	return told;
}

static void
a_vehicle_that_flaps_for_hours_is_told_of_a_bounded_number_of_times(void **unused)
{
	(void)unused;
	for (int live = 0; live < 2; live++) {
		struct fleet fleet;
		fleet_open(&fleet, "vda5050", PLAIN);
		int told = flap(&fleet, live == 1, 7200);
		assert_in_range(told, 200, 10 + 7200 / 30 + 2);
		fleet_close(&fleet);
	}
}

static void
the_last_condition_of_one_that_flapped_is_told(void **unused)
{
	(void)unused;
	for (int seconds = 100; seconds < 104; seconds++) {
		struct fleet fleet;
		char wanted[64];
		const char *condition = seconds % 2 == 0 ? "fault" : "working";
		fleet_open(&fleet, "vda5050", PLAIN);
		flap(&fleet, true, seconds);
		findings_clear(&fleet.out);
		for (int i = 0; i < 50; i++) /* and nothing more is heard */
			fleet.connector->pass(fleet.state, NOW_MS + (seconds + i) * 1000, &fleet.out);
		const char *said = fleet_said(&fleet, true);
		snprintf(wanted, sizeof wanted, "machine_reported agv-07 %s ", condition);
		assert_true(said[0] == '\0' || strncmp(said, wanted, strlen(wanted)) == 0);
		assert_null(strchr(said, '\n') != NULL ? strstr(strchr(said, '\n') + 1, "machine_reported") : NULL);
		fleet_close(&fleet);
		fleet_open(&fleet, "vda5050", PLAIN);
		flap(&fleet, false, seconds);
		said = strstr(fleet_said(&fleet, true), wanted);
		for (const char *next = said; next != NULL; next = strstr(next + 1, "machine_reported"))
			said = next;
		assert_true(said != NULL && strncmp(said, wanted, strlen(wanted)) == 0);
		fleet_close(&fleet);
	}
}

/* A vehicle's clock may be behind ours, or ahead: what was told later holds all the same. */
static void
reports_stand_in_their_order_whatever_the_vehicles_clock_says(void **unused)
{
	struct fleet fleet;
	(void)unused;
	for (int minutes = -10; minutes <= 10; minutes += 20) {
		char message[512];
		fleet_open(&fleet, "vda5050", PLAIN);
		for (int i = 0; i < 2; i++) {
			snprintf(message, sizeof message,
			    "{\"timestamp\":\"%s:%02d:0%dZ\",\"manufacturer\":\"Kestrel\",\"serialNumber\":\"agv-07\","
			    "\"lastNodeId\":\"\",\"operatingMode\":\"AUTOMATIC\"}",
			    minutes < 0 ? "2029-12-31T23" : "2030-01-01T00", minutes < 0 ? 50 : 10, i);
			fleet_take(&fleet, TOPIC, NOW_MS + i * 60000, message);
			connection(&fleet, NOW_MS + 30000 + i * 60000, "CONNECTIONBROKEN");
		}
		int64_t before = INT64_MIN;
		assert_int_equal(fleet.out.n, 4);
		for (size_t i = 0; i < fleet.out.n; i++) {
			const Juyan__V1__Event *event = fleet.out.list[i].event;
			assert_true(event->occurred_at_ms > before && event->occurred_at_ms <= NOW_MS + 90000);
			before = event->occurred_at_ms;
		}
		fleet_close(&fleet);
	}
}

/* All that a queue at the broker held comes in one millisecond of ours, and a repetition is none of it. */
static void
many_states_at_once_count_though_their_clock_is_ahead(void **unused)
{
	struct fleet fleet;
	static const char *const loads[] = { EMPTY, LOADED, LOADED, LOADED, EMPTY };
	static const int seconds[] = { 1, 2, 3, 3, 4 };
	(void)unused;
	fleet_open(&fleet, "vda5050", PLAIN);
	for (size_t i = 0; i < 5; i++) {
		char message[512];
		snprintf(message, sizeof message,
		    "{\"timestamp\":\"2031-01-01T00:00:0%dZ\",\"manufacturer\":\"Kestrel\",\"serialNumber\":\"agv-07\","
		    "\"orderId\":\"o-1\",\"lastNodeId\":\"yard-1\"%s}",
		    seconds[i], loads[i]);
		fleet_take(&fleet, TOPIC, NOW_MS, message);
		if (i == 4)
			fleet_take(&fleet, TOPIC, NOW_MS + 500, message);
	}
	const char *said = fleet_said(&fleet, false);
	assert_non_null(strstr(said, DEPARTED("o-1", "KEST2200110", "", "3")));
	fleet_close(&fleet);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vehicle_tells_how_it_stands_when_that_changes),
		cmocka_unit_test(version_3_has_other_names),
		cmocka_unit_test(a_field_violation_counts_once_it_lasts),
		cmocka_unit_test(silence_is_told_once_and_again_each_hour),
		cmocka_unit_test(a_connection_that_broke_is_offline_and_not_silent),
		cmocka_unit_test(a_clock_that_is_ahead_does_not_make_the_rest_old),
		cmocka_unit_test(a_clock_that_was_set_back_is_believed_in_the_end),
		cmocka_unit_test(a_vehicle_that_flaps_for_hours_is_told_of_a_bounded_number_of_times),
		cmocka_unit_test(the_last_condition_of_one_that_flapped_is_told),
		cmocka_unit_test(reports_stand_in_their_order_whatever_the_vehicles_clock_says),
		cmocka_unit_test(many_states_at_once_count_though_their_clock_is_ahead),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
