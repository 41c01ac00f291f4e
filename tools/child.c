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

enum { LINES_BYTES = 4096 };

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

static enum status
find_endpoint(const char *lines, struct child *child, struct reason *why)
{
	static const char prefix[] = "ingest tcp://";
	const char *found = strstr(lines, prefix);
	if (found == NULL)
		return reason_say(why, STATUS_SYNTAX, "the server did not say where it listens over tcp");
	snprintf(child->tcp, sizeof child->tcp, "%.*s", (int)strcspn(found + strlen("ingest "), "\n"), found + strlen("ingest "));
	return STATUS_OK;
}

enum status
child_serve(const char *data_dir, struct child *out, struct reason *why)
{
	char data[512], program[] = "juyan", serve[] = "serve", set[] = "--set", listen[] = "listen=tcp://127.0.0.1:0",
			level[] = "log_level=warning", lines[LINES_BYTES];
	char *argv[] = { program, serve, data, set, listen, set, level, NULL };
	int ends[2];
	pid_t pid;
	snprintf(data, sizeof data, "--data=%s", data_dir);
	if (pipe(ends) != 0)
		return reason_say(why, STATUS_SYSTEM, "no pipe: %s", strerror(errno));
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	int failed = posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	struct child child = { .pid = failed == 0 ? (int)pid : 0 };
	enum status status = failed == 0 ? read_until_ready(ends[0], lines, why)
					 : reason_say(why, STATUS_SYSTEM, "the server cannot be started: %s", strerror(failed));
	close(ends[0]);
	if (status == STATUS_OK)
		status = find_endpoint(lines, &child, why);
	if (status == STATUS_OK)
		*out = child;
	else
		child_end(&child);
	return status;
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
