/* See bench_http.h. */
#include "bench_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { REQUEST_BYTES = 1024, ROOM_BYTES = 64 * 1024, ANSWER_BYTES_MAX = 16 * 1024 * 1024 };

static enum status
connect_to(const char *address, int *out, struct reason *why)
{
	struct sockaddr_in there = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct timeval wait = { .tv_sec = BENCH_HTTP_WAIT_S };
	const char *colon = strrchr(address, ':');
	there.sin_port = htons((uint16_t)(colon == NULL ? 0 : strtoul(colon + 1, NULL, 10)));
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) != 0 ||
	    connect(fd, (const struct sockaddr *)&there, sizeof there) != 0) {
		enum status status = reason_say(why, STATUS_SYSTEM, "%.64s: %s", address, strerror(errno));
		if (fd >= 0)
			close(fd);
		return status;
	}
	*out = fd;
	return STATUS_OK;
}

enum status
bench_http_ask(const char *address, const char *target, const char *headers, int *out, struct reason *why)
{
	char request[REQUEST_BYTES];
	int fd, n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", target, address, headers);
	if (n < 0 || n >= (int)sizeof request)
		return reason_say(why, STATUS_TOO_LARGE, "%.64s: too long a request", target);
	enum status status = connect_to(address, &fd, why);
	if (status != STATUS_OK)
		return status;
	if (send(fd, request, (size_t)n, MSG_NOSIGNAL) != n) {
		close(fd);
		return reason_say(why, STATUS_CLOSED, "%.64s takes no request", address);
	}
	*out = fd;
	return STATUS_OK;
}

/* Until the other end closes. */
static enum status
read_all(int fd, struct bench_body *out, struct reason *why)
{
	struct bench_body all = { .text = malloc(ROOM_BYTES) };
	size_t room = ROOM_BYTES;
	ssize_t n = 0;
	while (all.text != NULL && room < ANSWER_BYTES_MAX && (n = recv(fd, all.text + all.bytes, room - all.bytes - 1, 0)) > 0) {
		all.bytes += (size_t)n;
		if (room - all.bytes > ROOM_BYTES / 2)
			continue;
		char *more = realloc(all.text, room *= 2);
		if (more == NULL)
			bench_body_close(&all);
		else
			all.text = more;
	}
	if (all.text == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	if (n != 0) {
		bench_body_close(&all);
		return reason_say(why, STATUS_CLOSED, "an answer did not come to its end");
	}
	all.text[all.bytes] = '\0';
	*out = all;
	return STATUS_OK;
}

enum status
bench_http_get(const char *address, const char *target, bool packed, struct bench_body *out, struct reason *why)
{
	struct bench_body all = { 0 };
	int fd, code = 0;
	enum status status = bench_http_ask(address, target,
	    packed ? "Connection: close\r\nAccept-Encoding: gzip\r\n" : "Connection: close\r\n", &fd, why);
	if (status != STATUS_OK)
		return status;
	status = read_all(fd, &all, why);
	close(fd);
	if (status != STATUS_OK)
		return status;
	char *body = strstr(all.text, "\r\n\r\n");
	if (body == NULL || sscanf(all.text, "HTTP/1.1 %d", &code) != 1 || code != 200) {
		status = reason_say(why, STATUS_CONTRADICTION, "%.64s was answered with %d", target, code);
		bench_body_close(&all);
		return status;
	}
	body += strlen("\r\n\r\n");
	all.bytes -= (size_t)(body - all.text);
	memmove(all.text, body, all.bytes + 1);
	*out = all;
	return STATUS_OK;
}

void
bench_body_close(struct bench_body *body)
{
	free(body->text);
	*body = (struct bench_body){ 0 };
}
