/* Starting and ending a server: see child.h. */
#include "child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench_parts.h"

extern char **environ;

enum { LINES_BYTES = 4096, SERVICES_MAX = 6, SERVICE_BYTES = 32 };

/* Everything that it says until "ready", a line of its own. */
static enum status
read_until_ready(int fd, char lines[LINES_BYTES], struct reason *why)
{
	size_t used = 0;
	int64_t until = bench_now_ns() + (int64_t)CHILD_READY_MS * 1000000;
	lines[0] = '\0';
	while (strstr(lines, "\nready\n") == NULL) {
		int64_t left_ms = (until - bench_now_ns()) / 1000000;
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		if (left_ms <= 0 || poll(&wait, 1, (int)left_ms) == 0)
			return reason_say(why, STATUS_TIMEOUT, "the server was not ready within %d s", CHILD_READY_MS / 1000);
		ssize_t n = read(fd, lines + used, LINES_BYTES - 1 - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return reason_say(why, STATUS_CLOSED, "the server ended before it was ready");
		used += (size_t)n;
		lines[used] = '\0';
	}
	return STATUS_OK;
}

/* What stands behind `prefix` in a line of what it said; empty where there is none. */
static void
find(const char *lines, const char *prefix, char out[CHILD_ENDPOINT_BYTES])
{
	const char *found = strstr(lines, prefix), *text = found == NULL ? "" : found + strcspn(found, " ") + 1;
	snprintf(out, CHILD_ENDPOINT_BYTES, "%.*s", (int)strcspn(text, "\n"), text);
}

static enum status
spawn(char *const argv[], int out_fd, int other_fd, struct child *child, struct reason *why)
{
	pid_t pid;
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, other_fd);
	posix_spawn_file_actions_addclose(&actions, out_fd);
	int failed = posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (failed != 0)
		return reason_say(why, STATUS_SYSTEM, "the server cannot be started: %s", strerror(failed));
	child->pid = (int)pid;
	return STATUS_OK;
}

enum status
child_serve(const char *data_dir, const char *const *services, struct child *out, struct reason *why)
{
	char data[512], lines[LINES_BYTES], names[SERVICES_MAX][SERVICE_BYTES],
	    program[] = "juyan", serve[] = "serve", set[] = "--set", listen[] = "listen=tcp://127.0.0.1:0",
	    level[] = "log_level=warning", dashboard[] = "dashboard_listen=127.0.0.1:0",
	    listeners[] = "dashboard_session_listeners=1024",
	    *argv[18] = { program, serve, data, set, listen, set, level, set, dashboard, set, listeners };
	struct child child = { .pid = 0 };
	int ends[2];
	snprintf(data, sizeof data, "--data=%s", data_dir);
	for (size_t i = 0; services != NULL && services[i] != NULL && i < SERVICES_MAX; i++) {
		snprintf(names[i], SERVICE_BYTES, "%s", services[i]);
		argv[11 + i] = names[i];
	}
	if (pipe(ends) != 0)
		return reason_say(why, STATUS_SYSTEM, "no pipe: %s", strerror(errno));
	enum status status = spawn(argv, ends[1], ends[0], &child, why);
	close(ends[1]);
	if (status == STATUS_OK)
		status = read_until_ready(ends[0], lines, why);
	close(ends[0]);
	if (status != STATUS_OK) {
		child_end(&child);
		return status;
	}
	find(lines, "ingest tcp://", child.tcp);
	find(lines, "dashboard http://", child.http);
	if (child.http[0] != '\0') { /* "http://127.0.0.1:4780/" */
		memmove(child.http, child.http + strlen("http://"), strlen(child.http + strlen("http://")) + 1);
		child.http[strcspn(child.http, "/")] = '\0';
	}
	*out = child;
	return STATUS_OK;
}

void
child_end(struct child *child)
{
	if (child->pid == 0)
		return;
	kill(child->pid, SIGTERM);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
	child->pid = 0;
}

void
child_memory(const struct child *child, int64_t *peak_bytes, int64_t *anonymous_bytes)
{
	char path[64], line[128];
	long long kib;
	*peak_bytes = *anonymous_bytes = 0;
	snprintf(path, sizeof path, "/proc/%d/status", child->pid);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return;
	while (fgets(line, sizeof line, file) != NULL) {
		if (sscanf(line, "VmHWM: %lld kB", &kib) == 1)
			*peak_bytes = kib * 1024;
		if (sscanf(line, "RssAnon: %lld kB", &kib) == 1)
			*anonymous_bytes = kib * 1024;
	}
	fclose(file);
}

double
child_cpu(const struct child *child)
{
	char path[64], text[1024] = "";
	unsigned long long user = 0, system = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", child->pid);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return 0;
	size_t n = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[n] = '\0';
	const char *behind = strrchr(text, ')'); /* the name may hold anything */
	if (behind == NULL || sscanf(behind, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &system) != 2)
		return 0;
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}
