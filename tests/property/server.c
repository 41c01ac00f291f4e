/* The server of server.h. */
#include "check.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "founding.h"
#include "ingest.h"
#include "server.h"

/* No test machine has so much disk free. */
#define NO_ROOM_MIB 1048576
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

struct reason why;

void
expect(enum status status, enum status expected)
{
	if (status != expected)
		fail_msg("%s where %s was expected: %s", status_name(status), status_name(expected), why.text);
}

static void
find_endpoint(struct server *server, const char *service, const char *endpoint)
{
	static const char *const prefixes[] = { "inproc://", "ipc://", "tcp://" };
	if (strcmp(service, "ingest") != 0)
		return;
	if (strncmp(endpoint, prefixes[server->transport], strlen(prefixes[server->transport])) == 0)
		snprintf(server->endpoint, sizeof server->endpoint, "%.300s", endpoint);
	if (strncmp(endpoint, "tcp://", 6) == 0)
		snprintf(server->listen, sizeof server->listen, "%.120s", endpoint);
}

static void
start_here(struct server *server)
{
	static const struct service *const services[] = { &ingest_service };
	struct config config;
	config_defaults(&config);
	snprintf(config.data_dir, sizeof config.data_dir, "%s", server->folder);
	snprintf(config.listen, sizeof config.listen, "%s", server->listen);
	if (server->no_room)
		config.headroom_disk_mib = NO_ROOM_MIB;
	expect(host_open(&config, services, 1, founding, server->log, &server->host, &why), STATUS_OK);
	memcpy(server->key, host_server_key(server->host), PUBLIC_KEY_BYTES);
	const char *service, *endpoint;
	for (size_t i = 0; host_endpoint(server->host, i, &service, &endpoint); i++)
		find_endpoint(server, service, endpoint);
	if (server->transport == INPROC)
		snprintf(server->endpoint, sizeof server->endpoint, "inproc://ingest");
}

/* One line of what the process says, within the deadline. */
static void
read_line(int fd, char *line, size_t bytes)
{
	size_t n = 0;
	for (;;) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		assert_int_equal(poll(&ready, 1, DEADLINE_MS), 1);
		assert_true(n + 1 < bytes);
		assert_int_equal(read(fd, line + n, 1), 1);
		if (line[n] == '\n')
			break;
		n++;
	}
	line[n] = '\0';
}

static void
start_process(struct server *server)
{
	int ends[2];
	char set[160];
	snprintf(set, sizeof set, "listen=%s", server->listen);
	assert_int_equal(pipe(ends), 0);
	server->pid = fork();
	if (server->pid == 0) {
		const char *program = getenv("JUYAN");
		dup2(ends[1], STDOUT_FILENO);
		dup2(fileno(server->log_stream), STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl(program, program, "serve", "--data", server->folder, "--set", set, server->no_room ? "--set" : NULL,
		    "headroom_disk_mib=" TEXT(NO_ROOM_MIB), (char *)NULL);
		_exit(127);
	}
	assert_true(server->pid > 0);
	close(ends[1]);
	server->out = ends[0];
	char line[512];
	do {
		read_line(server->out, line, sizeof line);
		if (strncmp(line, "ingest ", 7) == 0)
			find_endpoint(server, "ingest", line + 7);
		if (strncmp(line, "server key ", 11) == 0)
			assert_true(key_parse(line + 11, server->key));
	} while (strcmp(line, "ready") != 0);
}

void
server_start(struct server *server)
{
	if (server->own_process)
		start_process(server);
	else
		start_here(server);
	assert_true(server->endpoint[0] != '\0');
	char path[128];
	snprintf(path, sizeof path, "%s/keys/admin.key", server->folder);
	expect(key_pair_load(path, &server->admin, &why), STATUS_OK);
}

void
server_stop(struct server *server)
{
	host_close(&server->host);
	if (server->pid <= 0)
		return;
	int outcome;
	kill(server->pid, SIGTERM);
	assert_int_equal(waitpid(server->pid, &outcome, 0), server->pid);
	assert_true(WIFEXITED(outcome));
	assert_int_equal(WEXITSTATUS(outcome), 0);
	server->pid = 0;
	close(server->out);
}
