/*
 * Who gets in at a broker, and whom the MQTT client believes: passwords, certificates, and what comes behind TLS.
 *
 * also: address thread
 */
#include "mqtt_world.h"

static void
a_wrong_password_does_not_get_in(void **unused)
{
	struct line line = { 0 };
	struct mqtt_options options = options_for(&line, "mqtt");
	char more[256], password[PATH_BYTES];
	(void)unused;
	write_file("users", "agv:right\n", 0600);
	run((const char *const[]){ "mosquitto_passwd", "-U", path("users"), NULL }, NULL);
	write_file("password", "wrong\n", 0600);
	snprintf(password, sizeof password, "%s", path("password"));
	snprintf(more, sizeof more, "allow_anonymous false\npassword_file %s\n", path("users"));
	start(more);
	options.username = "agv";
	options.password_file = password;
	struct mqtt *mqtt = open_client(&options);
	turn_while(mqtt, line.down < 1);
	assert_string_equal(line.why, "the broker refused: Connection Refused: not authorised.");
	write_file("password", "right\n", 0600);
	until_up(mqtt);
	mqtt_close(&mqtt);
}

static bool
has_openssl(void)
{
	bool has = access("/usr/bin/openssl", X_OK) == 0;
	if (!has)
		print_message("skip: no openssl to make certificates with\n");
	return has;
}

/* An authority, and a certificate of this name that it vouches for. */
static void
make_certificates(const char *authority, const char *name, const char *subject)
{
	char ca[PATH_BYTES], ca_key[PATH_BYTES], own[PATH_BYTES], key[PATH_BYTES], request[PATH_BYTES], extension[PATH_BYTES],
	    cn[80];
	snprintf(ca, sizeof ca, "%s/%s.pem", folder, authority);
	snprintf(ca_key, sizeof ca_key, "%s/%s.key", folder, authority);
	snprintf(own, sizeof own, "%s/%s.pem", folder, name);
	snprintf(key, sizeof key, "%s/%s.key", folder, name);
	snprintf(request, sizeof request, "%s/%s.csr", folder, name);
	snprintf(extension, sizeof extension, "%s/%s.ext", folder, name);
	snprintf(cn, sizeof cn, "subjectAltName=DNS:%s\n", subject);
	FILE *file = fopen(extension, "w");
	assert_true(file != NULL && fputs(cn, file) >= 0 && fclose(file) == 0);
	snprintf(cn, sizeof cn, "/CN=%s", subject);
	run((const char *const[]){ "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
		"-days", "2", "-subj", "/CN=test authority", "-keyout", ca_key, "-out", ca, NULL },
	    NULL);
	run((const char *const[]){ "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", cn,
		"-keyout", key, "-out", request, NULL },
	    NULL);
	run((const char *const[]){ "openssl", "x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial",
		"-days", "2", "-extfile", extension, "-out", own, NULL },
	    NULL);
}

static void
start_tls(const char *name)
{
	char more[512];
	snprintf(more, sizeof more, "allow_anonymous true\ncertfile %s/%s.pem\nkeyfile %s/%s.key\n", folder, name, folder, name);
	start(more);
}

static void
one_failure(struct mqtt_options *options, struct line *line, const char *ca)
{
	options->ca_file = ca;
	struct mqtt *mqtt = open_client(options);
	turn_while(mqtt, line->down < 1);
	assert_int_equal(line->up, 0);
	assert_true(line->why[0] != '\0');
	mqtt_close(&mqtt);
	*line = (struct line){ 0 };
}

static void
the_certificate_is_always_checked(void **unused)
{
	struct line line = { 0 };
	struct mqtt_options options = options_for(&line, "mqtts");
	char ca[PATH_BYTES], other[PATH_BYTES];
	(void)unused;
	if (!has_openssl())
		return;
	make_certificates("ca", "broker", "localhost");
	make_certificates("other", "stranger", "elsewhere.example");
	snprintf(ca, sizeof ca, "%s/ca.pem", folder);
	snprintf(other, sizeof other, "%s/other.pem", folder);
	start_tls("broker");
	one_failure(&options, &line, other);
	one_failure(&options, &line, NULL); /* the system does not know that authority */
	options.ca_file = ca;
	struct mqtt *mqtt = connected(&options);
	mqtt_close(&mqtt);
	line = (struct line){ 0 };
	stop(NULL);
	start_tls("stranger"); /* the right authority, another name */
	one_failure(&options, &line, other);
}

/* QoS 0, as fast as it goes. */
static void
publish_numbers(int n)
{
	struct mosquitto *client = mosquitto_new(NULL, true, NULL);
	assert_int_equal(mosquitto_connect(client, "127.0.0.1", port, 60), MOSQ_ERR_SUCCESS);
	for (int i = 0; i < n; i++) {
		char payload[16];
		snprintf(payload, sizeof payload, "%d", i);
		assert_int_equal(mosquitto_publish(client, NULL, STATE, (int)strlen(payload), payload, 0, false), MOSQ_ERR_SUCCESS);
		mosquitto_loop(client, 0, 1);
	}
	mosquitto_disconnect(client);
	while (mosquitto_loop(client, 100, 1) == MOSQ_ERR_SUCCESS)
		;
	mosquitto_destroy(client);
}

/* Many small messages come in one piece behind TLS. */
static void
a_flood_behind_tls_is_taken_whole(void **unused)
{
	struct line line = { 0 };
	struct mqtt_options options = options_for(&line, "mqtts");
	char ca[PATH_BYTES], more[512];
	int plain;
	enum { MANY = 3000 };
	(void)unused;
	if (!has_openssl())
		return;
	make_certificates("ca", "broker", "localhost");
	snprintf(ca, sizeof ca, "%s/ca.pem", folder);
	options.ca_file = ca;
	int secure = port;
	find_port();
	plain = port;
	port = secure;
	snprintf(more, sizeof more,
	    "allow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\ncertfile %s/broker.pem\nkeyfile "
	    "%s/broker.key\nlistener %d 127.0.0.1\n",
	    folder, folder, plain);
	start(more);
	struct mqtt *mqtt = connected(&options);
	port = plain;
	publish_numbers(MANY);
	expect_numbers(mqtt, MANY);
	mqtt_close(&mqtt);
}

int
main(void)
{
	if (access("/usr/sbin/mosquitto", X_OK) != 0) {
		printf("skip: no mosquitto here\n");
		return 77;
	}
	const struct CMUnitTest tests[] = {
		mqtt_test(a_wrong_password_does_not_get_in),
		mqtt_test(the_certificate_is_always_checked),
		mqtt_test(a_flood_behind_tls_is_taken_whole),
	};
	return mqtt_world_run(tests);
}
