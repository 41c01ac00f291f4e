/*
 * The MQTT client against Debian's mosquitto: what the broker entrusts to the gateway is never lost, whenever the gateway or the
 * broker ends.
 *
 * also: address thread
 */
#include "mqtt_world.h"

static void
what_was_not_settled_comes_again(void **unused)
{
	struct line line = { 0 };
	struct mqtt_options options = options_for(&line, "mqtt");
	(void)unused;
	start("");
	struct mqtt *mqtt = connected(&options);
	say("one");
	expect_settled(mqtt, "one");
	say("two");
	say("three");
	expect(mqtt, "two");
	mqtt_settle(mqtt, now_ms()); /* no word goes out before the third is taken, too, if it has come */
	expect(mqtt, "three");
	mqtt_close(&mqtt); /* as a kill would: not settled */
	mqtt = open_client(&options);
	struct mqtt_message message;
	turn_while(mqtt, !mqtt_first(mqtt, &message));
	if (message.payload.bytes == 3)
		expect(mqtt, "two");
	expect(mqtt, "three");
	mqtt_settle(mqtt, now_ms());
	until_up(mqtt);
	expect_no_more_but(mqtt, "four");
	mqtt_close(&mqtt);
	mqtt = connected(&options);
	expect_no_more_but(mqtt, "five");
	mqtt_close(&mqtt);
	assert_null(mqtt);
}

static void
what_is_refused_comes_again_by_itself(void **unused)
{
	struct line line = { 0 };
	struct mqtt_options options = options_for(&line, "mqtt");
	(void)unused;
	start("");
	struct mqtt *mqtt = connected(&options);
	say("one");
	expect(mqtt, "one");
	mqtt_refuse(mqtt, now_ms());
	assert_false(mqtt_connected(mqtt));
	assert_string_equal(line.why, "what it brought could not be put on disk: it comes again");
	expect_settled(mqtt, "one");
	until_up(mqtt);
	expect_no_more_but(mqtt, "two");
	mqtt_close(&mqtt);
}

static void
what_comes_while_it_is_away_waits(void **unused)
{
	struct line line = { 0 };
	struct mqtt_options options = options_for(&line, "mqtt");
	char payload[16];
	(void)unused;
	start("");
	struct mqtt *mqtt = connected(&options);
	mqtt_close(&mqtt);
	for (int i = 0; i < 40; i++) {
		snprintf(payload, sizeof payload, "%d", i);
		say(payload);
	}
	mqtt = open_client(&options);
	expect_numbers(mqtt, 40); /* the broker sends twenty, and the rest behind their answers */
	until_up(mqtt);
	expect_no_more_but(mqtt, "last");
	mqtt_close(&mqtt);
}

static void
a_broker_that_was_away_is_found_again(void **unused)
{
	struct line line = { 0 };
	struct mqtt_options options = options_for(&line, "mqtt");
	(void)unused;
	struct mqtt *mqtt = open_client(&options); /* nobody listens there */
	turn_while(mqtt, line.down < 1);
	assert_non_null(strstr(line.why, "refused"));
	start("");
	until_up(mqtt);
	publish("uagv/v2/K/7/connection", "ONLINE", 6, true);
	expect_settled(mqtt, "ONLINE");
	stop(NULL);
	turn_while(mqtt, mqtt_connected(mqtt));
	start("");
	until_up(mqtt);
	assert_int_equal(line.up, 2);
	expect(mqtt, "ONLINE"); /* what is retained comes with each subscription */
	mqtt_settle(mqtt, now_ms());
	expect_no_more_but(mqtt, "two");
	mqtt_close(&mqtt);
}

static void
what_is_too_large_is_passed_over(void **unused)
{
	struct line line = { 0 };
	struct mqtt_options options = options_for(&line, "mqtt");
	size_t bytes = MQTT_MESSAGE_BYTES_MAX + 1;
	char *large = calloc(1, bytes);
	(void)unused;
	start("");
	struct mqtt *mqtt = connected(&options);
	publish(STATE, large, bytes, false);
	free(large);
	turn_while(mqtt, line.complaints == 0);
	mqtt_settle(mqtt, now_ms());
	assert_string_equal(line.complaint,
	    "uagv/v2/K/7/state: a message of 1048577 bytes is passed over; expected: at most 1048576");
	expect_no_more_but(mqtt, "one");
	mqtt_close(&mqtt);
}

static void
wrong_options_are_named(void **unused)
{
	struct line line = { 0 };
	static const char *const wrong[] = { "tcp://broker", "mqtt://", "mqtt://host:0", "mqtt://host:65536", "mqtt://a@b",
		"mqtt://[::1" };
	struct mqtt *mqtt = NULL;
	struct reason why;
	(void)unused;
	struct mqtt_options right = options_for(&line, "mqtt"), options = right;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		options.url = wrong[i];
		assert_int_equal(mqtt_open(&options, &mqtt, &why), STATUS_SETTING);
	}
	options = right;
	options.topics = (const char *const[]){ "a/#/b" };
	options.n_topics = 1;
	assert_int_equal(mqtt_open(&options, &mqtt, &why), STATUS_SETTING);
	assert_string_equal(why.text, "topics: 'a/#/b' is none; expected: one such as uagv/v2/+/+/state");
	options = right;
	write_file("open", "secret\n", 0644);
	options.username = "u";
	options.password_file = path("open");
	assert_int_equal(mqtt_open(&options, &mqtt, &why), STATUS_SETTING);
	assert_non_null(strstr(why.text, "a secret that others can read"));
	options = right;
	options.ca_file = "x";
	assert_int_equal(mqtt_open(&options, &mqtt, &why), STATUS_SETTING);
	assert_null(mqtt);
}

int
main(void)
{
	if (access("/usr/sbin/mosquitto", X_OK) != 0) {
		printf("skip: no mosquitto here\n");
		return 77;
	}
	const struct CMUnitTest tests[] = {
		mqtt_test(what_was_not_settled_comes_again),
		mqtt_test(what_is_refused_comes_again_by_itself),
		mqtt_test(what_comes_while_it_is_away_waits),
		mqtt_test(a_broker_that_was_away_is_found_again),
		mqtt_test(what_is_too_large_is_passed_over),
		mqtt_test(wrong_options_are_named),
	};
	return mqtt_world_run(tests);
}
