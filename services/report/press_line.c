/* See press_line.h. */
#include "press_line.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"

enum { TURN_MS = 100 }; /* how often it looks whether it is to give up */

struct head {
	uint32_t kind, bytes;
};

/* Until the socket is ready, or there is no more point in waiting. */
static enum status
wait_for(const struct press_line *line, short events)
{
	struct clock clock = clock_system();
	struct pollfd ready = { .fd = line->fd, .events = events };
	for (;;) {
		int64_t left_ms = line->until_ms - clock_monotonic_ns(&clock) / 1000000;
		if (line->stop != NULL && atomic_load(line->stop))
			return STATUS_INTERRUPTED;
		if (left_ms <= 0)
			return STATUS_TIMEOUT;
		int n = poll(&ready, 1, left_ms < TURN_MS ? (int)left_ms : TURN_MS);
		if (n > 0)
			return STATUS_OK;
		if (n < 0 && errno != EINTR)
			return STATUS_SYSTEM;
	}
}

static enum status
give_all(const struct press_line *line, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;
	while (n > 0) {
		ssize_t given = send(line->fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (given < 0 && (errno == EPIPE || errno == ECONNRESET))
			return STATUS_CLOSED;
		if (given < 0 && errno != EAGAIN && errno != EINTR)
			return STATUS_SYSTEM;
		enum status status = given < 0 ? wait_for(line, POLLOUT) : STATUS_OK;
		if (status != STATUS_OK)
			return status;
		at += given < 0 ? 0 : given;
		n -= given < 0 ? 0 : (size_t)given;
	}
	return STATUS_OK;
}

enum status
press_take(const struct press_line *line, void *bytes, size_t n)
{
	uint8_t *at = bytes;
	while (n > 0) {
		enum status status = wait_for(line, POLLIN);
		if (status != STATUS_OK)
			return status;
		ssize_t taken = recv(line->fd, at, n, MSG_DONTWAIT);
		if (taken == 0 || (taken < 0 && errno == ECONNRESET))
			return STATUS_CLOSED;
		if (taken < 0 && errno != EAGAIN && errno != EINTR)
			return STATUS_SYSTEM;
		at += taken < 0 ? 0 : taken;
		n -= taken < 0 ? 0 : (size_t)taken;
	}
	return STATUS_OK;
}

enum status
press_give(const struct press_line *line, enum press_kind kind, const void *bytes, size_t n)
{
	const struct head head = { kind, (uint32_t)n };
	if (n > REPORT_FILE_BYTES_MAX)
		return STATUS_TOO_LARGE;
	enum status status = give_all(line, &head, sizeof head);
	return status == STATUS_OK ? give_all(line, bytes, n) : status;
}

enum status
press_take_head(const struct press_line *line, unsigned *kind, size_t *n)
{
	struct head head;
	enum status status = press_take(line, &head, sizeof head);
	if (status != STATUS_OK)
		return status;
	*kind = head.kind;
	*n = head.bytes;
	return STATUS_OK;
}

enum status
press_give_failure(const struct press_line *line, enum status failure, const struct reason *why)
{
	uint8_t bytes[4 + SENTENCE_BYTES_MAX];
	uint32_t code = failure;
	size_t n = strlen(why->text);
	memcpy(bytes, &code, 4);
	memcpy(bytes + 4, why->text, n);
	return press_give(line, PRESS_FAILURE, bytes, 4 + n);
}

enum status
press_take_failure(const struct press_line *line, size_t n, enum status *out, struct reason *why)
{
	uint8_t bytes[4 + SENTENCE_BYTES_MAX];
	uint32_t code;
	if (n < 4 || n >= sizeof bytes)
		return STATUS_UNDECODABLE;
	enum status status = press_take(line, bytes, n);
	if (status != STATUS_OK)
		return status;
	bytes[n] = '\0';
	memcpy(&code, bytes, 4);
	if (code == STATUS_OK || code > STATUS_INTERRUPTED || !wire_text_clean((const char *)bytes + 4, n - 4))
		return STATUS_UNDECODABLE;
	reason_write(why, "%s", (const char *)bytes + 4);
	*out = (enum status)code;
	return STATUS_OK;
}
