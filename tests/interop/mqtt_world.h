/*
 * Debian's mosquitto on a port of its own, in a folder of its own, and a client of ours beside it, turned by hand. One broker at a
 * time; mqtt_world_run gives each test a port, and ends what is left of its broker.
 */
#ifndef JUYAN_TESTS_MQTT_WORLD_H
#define JUYAN_TESTS_MQTT_WORLD_H

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

#define STATE "uagv/v2/K/7/state"

enum { DEADLINE_MS = 30 * 1000, PATH_BYTES = 160 };

static char folder[FOLDER_BYTES];
static int port;
static pid_t broker;

/* ---- the broker ---- */

static inline int64_t
now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static inline const char *
path(const char *name)
{
	static char paths[4][PATH_BYTES];
	static unsigned next;
	char *out = paths[next++ % 4];
	snprintf(out, PATH_BYTES, "%s/%s", folder, name);
	return out;
}

static inline void
write_file(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(path(name), "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path(name), mode), 0);
}

static inline void
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

static inline bool
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

static inline void
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

static inline void
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

static inline int
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

static inline int
fresh(void **unused)
{
	(void)unused;
	unlink(path("mosquitto.db"));
	find_port();
	return 0;
}

static inline void
on_publish(struct mosquitto *client, void *user, int id)
{
	(void)client;
	(void)id;
	*(bool *)user = true;
}

/* Until the broker has answered: QoS 1. */
static inline void
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

static inline void
on_line(void *user, bool connected, const char *why)
{
	struct line *line = user;
	*(connected ? &line->up : &line->down) += 1;
	if (!connected)
		snprintf(line->why, sizeof line->why, "%s", why);
}

static inline void
on_complaint(void *user, const char *what)
{
	struct line *line = user;
	line->complaints++;
	snprintf(line->complaint, sizeof line->complaint, "%s", what);
}

static inline struct mqtt_options
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

static inline struct mqtt *
open_client(const struct mqtt_options *options)
{
	struct mqtt *mqtt = NULL;
	struct reason why = { "" };
	if (mqtt_open(options, &mqtt, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return mqtt;
}

static inline void
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

static inline void
until_up(struct mqtt *mqtt)
{
	for (int64_t until = now_ms() + DEADLINE_MS; !mqtt_connected(mqtt); turn(mqtt)) {
		assert_true(now_ms() < until);
		mqtt_settle(mqtt, now_ms());
	}
}

static inline struct mqtt *
connected(const struct mqtt_options *options)
{
	struct mqtt *mqtt = open_client(options);
	until_up(mqtt);
	return mqtt;
}

/* Takes the next message and compares it; it is not settled. */
static inline void
expect(struct mqtt *mqtt, const char *payload)
{
	struct mqtt_message message;
	turn_while(mqtt, !mqtt_first(mqtt, &message));
	assert_int_equal(message.payload.bytes, strlen(payload));
	assert_memory_equal(message.payload.data, payload, strlen(payload));
	mqtt_taken(mqtt);
}

static inline void
expect_settled(struct mqtt *mqtt, const char *payload)
{
	expect(mqtt, payload);
	mqtt_settle(mqtt, now_ms());
}

/* "0", "1" … one after the other. */
static inline void
expect_numbers(struct mqtt *mqtt, int n)
{
	char payload[16];
	for (int i = 0; i < n; i++) {
		snprintf(payload, sizeof payload, "%d", i);
		expect_settled(mqtt, payload);
	}
}

/* All that the broker still owes has come once a message behind it has. */
static inline void
expect_no_more_but(struct mqtt *mqtt, const char *payload)
{
	publish(STATE, payload, strlen(payload), false);
	expect_settled(mqtt, payload);
}

static inline void
say(const char *payload)
{
	publish(STATE, payload, strlen(payload), false);
}

/* ---- the tests ---- */

#define mqtt_test(test) cmocka_unit_test_setup_teardown(test, fresh, stop)

/* 77 where there is no broker to be had. */
#define mqtt_world_run(tests) mqtt_world_run_all((tests), sizeof(tests) / sizeof(tests)[0])
#define mqtt_world_run_all(tests, n) (_cmocka_run_group_tests("mqtt", (tests), (n), begin_world, end_world))

static inline int
begin_world(void **unused)
{
	(void)unused;
	signal(SIGPIPE, SIG_IGN);
	mosquitto_lib_init();
	folder_make(folder);
	return 0;
}

static inline int
end_world(void **unused)
{
	(void)unused;
	folder_remove(folder);
	mosquitto_lib_cleanup();
	return 0;
}

#endif
