/*
 * The MQTT client against Debian's mosquitto, on a port of its own: what the broker entrusts to the gateway is never lost, whenever
 * the gateway ends, and the certificate and the password are what lets anybody in.
 */
#include "check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <mosquitto.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "source_mqtt.h"
#include "unit/folder.h"

enum { DEADLINE_MS = 30 * 1000, PATH_BYTES = 160 };

static char folder[FOLDER_BYTES];
static int port;
static pid_t broker;

/* ---- the broker ---- */

static int64_t
now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static const char *
path(const char *name)
{
	static char paths[4][PATH_BYTES];
	static unsigned next;
	char *out = paths[next++ % 4];
	snprintf(out, PATH_BYTES, "%s/%s", folder, name);
	return out;
}

static void
write_file(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(path(name), "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path(name), mode), 0);
}

static void
run(const char *const argv[], pid_t *out)
{
	extern char **environ;
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, path("said.log"), O_WRONLY | O_CREAT | O_APPEND, 0600);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	pid_t pid;
	assert_int_equal(posix_spawnp(&pid, argv[0], &actions, NULL, (char **)(uintptr_t)argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	int status;
	if (out != NULL)
		*out = pid;
	else
		assert_true(waitpid(pid, &status, 0) == pid && status == 0);
}

static bool
answers(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
	close(fd);
	return is;
}

static void
find_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t bytes = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, bytes), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
	port = ntohs(address.sin_port);
	close(fd);
}

static void
start(const char *more)
{
	char text[1024];
	snprintf(text, sizeof text, "%slistener %d 127.0.0.1\npersistence true\npersistence_location %s/\n%s",
	    geteuid() == 0 ? "user root\n" : "", port, folder, more[0] != '\0' ? more : "allow_anonymous true\n");
	write_file("broker.conf", text, 0600);
	run((const char *const[]){ "/usr/sbin/mosquitto", "-c", path("broker.conf"), NULL }, &broker);
	for (int64_t until = now_ms() + DEADLINE_MS; !answers(); poll(NULL, 0, 5))
		assert_true(now_ms() < until);
}

static int
stop(void **unused)
{
	(void)unused;
	if (broker > 0) {
		kill(broker, SIGTERM);
		waitpid(broker, NULL, 0);
	}
	broker = 0;
	return 0;
}

static int
fresh(void **unused)
{
	(void)unused;
	unlink(path("mosquitto.db"));
	find_port();
	return 0;
}

static void
on_publish(struct mosquitto *client, void *user, int id)
{
	(void)client;
	(void)id;
	*(bool *)user = true;
}

/* Until the broker has answered: QoS 1. */
static void
publish(const char *topic, const char *payload, size_t bytes, bool retain)
{
	bool answered = false;
	struct mosquitto *client = mosquitto_new(NULL, true, &answered);
	mosquitto_publish_callback_set(client, on_publish);
	assert_int_equal(mosquitto_connect(client, "127.0.0.1", port, 60), MOSQ_ERR_SUCCESS);
	assert_int_equal(mosquitto_publish(client, NULL, topic, (int)bytes, payload, 1, retain), MOSQ_ERR_SUCCESS);
	for (int64_t until = now_ms() + DEADLINE_MS; !answered; assert_true(now_ms() < until))
		assert_int_equal(mosquitto_loop(client, 100, 1), MOSQ_ERR_SUCCESS);
	mosquitto_destroy(client);
}

/* ---- the client ---- */

struct line {
	int up, down, complaints;
	char why[SENTENCE_BYTES_MAX], complaint[SENTENCE_BYTES_MAX];
};

static void
on_line(void *user, bool connected, const char *why)
{
	struct line *line = user;
	*(connected ? &line->up : &line->down) += 1;
	if (!connected)
		snprintf(line->why, sizeof line->why, "%s", why);
}

static void
on_complaint(void *user, const char *what)
{
	struct line *line = user;
	line->complaints++;
	snprintf(line->complaint, sizeof line->complaint, "%s", what);
}

static struct mqtt_options
options_for(struct line *line, const char *scheme)
{
	static const char *const topics[] = { "uagv/v2/+/+/state", "uagv/v2/+/+/connection" };
	static char url[64];
	snprintf(url, sizeof url, "%s://localhost:%d", scheme, port);
	return (struct mqtt_options){ .url = url,
		.topics = topics,
		.n_topics = 2,
		.client_id = "gateway-1",
		.on_line = on_line,
		.on_complaint = on_complaint,
		.user = line };
}

static struct mqtt *
open_client(const struct mqtt_options *options)
{
	struct mqtt *mqtt = NULL;
	struct reason why = { "" };
	if (mqtt_open(options, &mqtt, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return mqtt;
}

static void
turn(struct mqtt *mqtt)
{
	struct pollfd item = { .fd = -1 };
	int wait_ms = 100;
	bool any = mqtt_watch(mqtt, now_ms(), &item, &wait_ms);
	poll(&item, any ? 1 : 0, wait_ms);
	mqtt_move(mqtt, any ? item.revents : 0, now_ms());
}

#define turn_while(mqtt, condition) \
	for (int64_t until = now_ms() + DEADLINE_MS; (condition); turn(mqtt)) \
	assert_true(now_ms() < until)

static void
until_up(struct mqtt *mqtt)
{
	for (int64_t until = now_ms() + DEADLINE_MS; !mqtt_connected(mqtt); turn(mqtt)) {
		assert_true(now_ms() < until);
		mqtt_settle(mqtt, now_ms());
	}
}

/* Takes the next message and compares it; it is not settled. */
static void
expect(struct mqtt *mqtt, const char *payload)
{
	struct mqtt_message message;
	for (int64_t until = now_ms() + DEADLINE_MS; !mqtt_first(mqtt, &message); turn(mqtt))
		assert_true(now_ms() < until);
	assert_int_equal(message.payload.bytes, strlen(payload));
	assert_memory_equal(message.payload.data, payload, strlen(payload));
	mqtt_taken(mqtt);
}

/* All that the broker still owes has come once a message behind it has. */
static void
expect_no_more_but(struct mqtt *mqtt, const char *payload)
{
	publish("uagv/v2/K/7/state", payload, strlen(payload), false);
	expect(mqtt, payload);
	mqtt_settle(mqtt, now_ms());
}

#define STATE "uagv/v2/K/7/state"

static void
say(const char *payload)
{
	publish(STATE, payload, strlen(payload), false);
}

static void
what_was_not_settled_comes_again(void **unused)
{
	struct line line = { 0 };
	struct mqtt_options options = options_for(&line, "mqtt");
	(void)unused;
	start("");
	struct mqtt *mqtt = open_client(&options);
	until_up(mqtt);
	say("one");
	expect(mqtt, "one");
	mqtt_settle(mqtt, now_ms());
	say("two");
	say("three");
	expect(mqtt, "two");
	mqtt_settle(mqtt, now_ms()); /* no word goes out before the third is taken, too, if it has come */
	expect(mqtt, "three");
	mqtt_close(&mqtt); /* as a kill would: not settled */
	mqtt = open_client(&options);
	struct mqtt_message message;
	for (int64_t until = now_ms() + DEADLINE_MS; !mqtt_first(mqtt, &message); turn(mqtt))
		assert_true(now_ms() < until);
	if (message.payload.bytes == 3)
		expect(mqtt, "two");
	expect(mqtt, "three");
	mqtt_settle(mqtt, now_ms());
	until_up(mqtt);
	expect_no_more_but(mqtt, "four");
	mqtt_close(&mqtt);
	mqtt = open_client(&options);
	until_up(mqtt);
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
	struct mqtt *mqtt = open_client(&options);
	until_up(mqtt);
	say("one");
	expect(mqtt, "one");
	mqtt_refuse(mqtt, now_ms());
	assert_false(mqtt_connected(mqtt));
	assert_string_equal(line.why, "what it brought could not be put on disk: it comes again");
	expect(mqtt, "one");
	mqtt_settle(mqtt, now_ms());
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
	struct mqtt *mqtt = open_client(&options);
	until_up(mqtt);
	mqtt_close(&mqtt);
	for (int i = 0; i < 40; i++) {
		snprintf(payload, sizeof payload, "%d", i);
		say(payload);
	}
	mqtt = open_client(&options);
	for (int i = 0; i < 40; i++) { /* the broker sends twenty, and the rest behind their answers */
		snprintf(payload, sizeof payload, "%d", i);
		expect(mqtt, payload);
		mqtt_settle(mqtt, now_ms());
	}
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
	expect(mqtt, "ONLINE");
	mqtt_settle(mqtt, now_ms());
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
	struct mqtt *mqtt = open_client(&options);
	until_up(mqtt);
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
a_wrong_password_does_not_get_in(void **unused)
{
	struct line line = { 0 };
	struct mqtt_options options = options_for(&line, "mqtt");
	char more[256];
	(void)unused;
	write_file("users", "agv:right\n", 0600);
	run((const char *const[]){ "mosquitto_passwd", "-U", path("users"), NULL }, NULL);
	write_file("password", "wrong\n", 0600);
	snprintf(more, sizeof more, "allow_anonymous false\npassword_file %s\n", path("users"));
	start(more);
	options.username = "agv";
	options.password_file = path("password");
	char kept[PATH_BYTES];
	snprintf(kept, sizeof kept, "%s", options.password_file);
	options.password_file = kept;
	struct mqtt *mqtt = open_client(&options);
	turn_while(mqtt, line.down < 1);
	assert_string_equal(line.why, "the broker refused: Connection Refused: not authorised.");
	write_file("password", "right\n", 0600);
	until_up(mqtt);
	mqtt_close(&mqtt);
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
	for (int64_t until = now_ms() + DEADLINE_MS; line->down < 1; turn(mqtt))
		assert_true(now_ms() < until);
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
	if (access("/usr/bin/openssl", X_OK) != 0) {
		print_message("skip: no openssl to make certificates with\n");
		return;
	}
	make_certificates("ca", "broker", "localhost");
	make_certificates("other", "stranger", "elsewhere.example");
	snprintf(ca, sizeof ca, "%s/ca.pem", folder);
	snprintf(other, sizeof other, "%s/other.pem", folder);
	start_tls("broker");
	one_failure(&options, &line, other);
	one_failure(&options, &line, NULL); /* the system does not know that authority */
	options.ca_file = ca;
	struct mqtt *mqtt = open_client(&options);
	until_up(mqtt);
	mqtt_close(&mqtt);
	line = (struct line){ 0 };
	stop(NULL);
	start_tls("stranger"); /* the right authority, another name */
	one_failure(&options, &line, other);
}

/* Many small messages come in one piece behind TLS. */
static void
a_flood_behind_tls_is_taken_whole(void **unused)
{
	struct line line = { 0 };
	struct mqtt_options options = options_for(&line, "mqtts");
	char ca[PATH_BYTES], more[512];
	int plain;
	(void)unused;
	if (access("/usr/bin/openssl", X_OK) != 0) {
		print_message("skip: no openssl to make certificates with\n");
		return;
	}
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
	struct mqtt *mqtt = open_client(&options);
	until_up(mqtt);
	port = plain;
	struct mosquitto *client = mosquitto_new(NULL, true, NULL);
	assert_int_equal(mosquitto_connect(client, "127.0.0.1", port, 60), MOSQ_ERR_SUCCESS);
	enum { MANY = 3000 };
	for (int i = 0; i < MANY; i++) {
		char payload[16];
		snprintf(payload, sizeof payload, "%d", i);
		assert_int_equal(mosquitto_publish(client, NULL, STATE, (int)strlen(payload), payload, 0, false), MOSQ_ERR_SUCCESS);
		mosquitto_loop(client, 0, 1);
	}
	mosquitto_disconnect(client);
	while (mosquitto_loop(client, 100, 1) == MOSQ_ERR_SUCCESS)
		;
	mosquitto_destroy(client);
	for (int i = 0; i < MANY; i++) {
		char payload[16];
		snprintf(payload, sizeof payload, "%d", i);
		expect(mqtt, payload);
		mqtt_settle(mqtt, now_ms());
	}
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
	signal(SIGPIPE, SIG_IGN);
	mosquitto_lib_init();
	folder_make(folder);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_not_settled_comes_again, fresh, stop),
		cmocka_unit_test_setup_teardown(what_is_refused_comes_again_by_itself, fresh, stop),
		cmocka_unit_test_setup_teardown(what_comes_while_it_is_away_waits, fresh, stop),
		cmocka_unit_test_setup_teardown(a_broker_that_was_away_is_found_again, fresh, stop),
		cmocka_unit_test_setup_teardown(what_is_too_large_is_passed_over, fresh, stop),
		cmocka_unit_test_setup_teardown(a_wrong_password_does_not_get_in, fresh, stop),
		cmocka_unit_test_setup_teardown(the_certificate_is_always_checked, fresh, stop),
		cmocka_unit_test_setup_teardown(a_flood_behind_tls_is_taken_whole, fresh, stop),
		cmocka_unit_test_setup_teardown(wrong_options_are_named, fresh, stop),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	folder_remove(folder);
	mosquitto_lib_cleanup();
	return failed;
}
