/*
 * One machine that we go to: a serial server's address, or a serial line of this machine. The connector's state lives on while the
 * connection comes and goes, so that it knows of silence.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "health.h"
#include "serial.h"
#include "stream.h"

enum { AGAIN_FIRST_MS = 500, AGAIN_MAX_MS = 15 * 1000, DIAL_MS = 10 * 1000, READS_A_TURN = 4, DAY_S = 24 * 60 * 60 };

struct line {
	int fd;        /* -1: none */
	bool dialling; /* it is being made */
	struct address address;
	struct serial serial;
	int64_t since_ms, again_ms, pause_ms, heard_ms, idle_ms;
	struct stream stream;
	uint8_t piece[SOURCE_PIECE_BYTES];
};

static bool
is_serial(const struct machine_source *source)
{
	return source->kind == &serial_kind;
}

static const char *
where(const struct machine_source *source)
{
	return source_text(source, source->kind->name);
}

/* ---- opening ---- */

static void
line_close(struct machine_source *source)
{
	struct line *line = source->state;
	if (line == NULL)
		return;
	if (line->fd >= 0)
		close(line->fd);
	stream_close(&line->stream);
	stream_source_close(source);
	free(line);
	source->state = NULL;
}

static enum status
read_settings(struct machine_source *source, struct line *line, struct reason *why)
{
	int64_t baud = 9600, idle_s = 0;
	struct reason inner = { "" };
	const char *form = is_serial(source) ? source_text(source, "form") : NULL;
	enum status status = STATUS_OK;
	if (!is_serial(source) && address_read(where(source), &line->address, &inner) != STATUS_OK)
		return yaml_fail(yaml_get(source->settings, "connect"), why, "connect: %.180s", inner.text);
	if (is_serial(source))
		status = source_number(source, "baud", 50, 4000000, 9600, &baud, why);
	if (status == STATUS_OK && is_serial(source)) {
		status = serial_settings(where(source), baud, form == NULL ? "8N1" : form, &line->serial, &inner);
		if (status != STATUS_OK)
			return yaml_fail(source->settings, why, "%.200s", inner.text);
	}
	if (status == STATUS_OK)
		status = source_number(source, "idle_s", 0, DAY_S, 0, &idle_s, why);
	line->idle_ms = idle_s * 1000;
	return status;
}

static enum status
line_open(struct machine_source *source, const struct instant *now, struct reason *why)
{
	struct line *line = calloc(1, sizeof *line);
	if (line == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for the source '%.64s'", source->name);
	line->fd = -1;
	line->again_ms = now->ms;
	line->pause_ms = AGAIN_FIRST_MS;
	source->state = line;
	enum status status = read_settings(source, line, why);
	if (status == STATUS_OK)
		status = stream_open(source, &line->stream, why);
	if (status != STATUS_OK)
		line_close(source);
	return status;
}

/* ---- coming and going ---- */

static void
lose(struct machine_source *source, const char *why, const struct instant *now)
{
	struct line *line = source->state;
	if (line->fd >= 0)
		close(line->fd);
	if (line->fd >= 0 && !line->dialling) {
		source->open_now = 0;
		stream_line(&line->stream, false);
	}
	line->fd = -1;
	line->dialling = false;
	line->again_ms = now->ms + line->pause_ms;
	line->pause_ms = line->pause_ms * 2 < AGAIN_MAX_MS ? line->pause_ms * 2 : AGAIN_MAX_MS;
	health_away(source, why, now);
}

static void
gain(struct machine_source *source, const struct instant *now)
{
	struct line *line = source->state;
	line->dialling = false;
	line->heard_ms = now->ms;
	if (!is_serial(source))
		address_tune(line->fd);
	source->open_now = 1;
	source->tally.connections++;
	stream_line(&line->stream, true);
	health_back(source, now);
}

static void
dial(struct machine_source *source, const struct instant *now)
{
	struct line *line = source->state;
	struct reason why = { "" };
	line->since_ms = now->ms;
	enum status status =
	    is_serial(source) ? serial_open(&line->serial, &line->fd, &why) : address_dial(&line->address, &line->fd, &why);
	if (status != STATUS_OK) {
		line->fd = -1;
		lose(source, why.text, now);
	} else if (is_serial(source)) {
		gain(source, now);
	} else {
		line->dialling = true;
	}
}

static void
finish_dialling(struct machine_source *source, short events, const struct instant *now)
{
	struct line *line = source->state;
	int failure = events != 0 ? address_failure(line->fd) : 0;
	if (events == 0 && now->ms - line->since_ms > DIAL_MS)
		failure = ETIMEDOUT;
	if (failure != 0)
		lose(source, strerror(failure), now);
	else if (events != 0)
		gain(source, now);
}

/* ---- the turn ---- */

static size_t
line_watch(struct machine_source *source, struct pollfd *polls, size_t room, bool held, const struct instant *now, int *wait_ms)
{
	struct line *line = source->state;
	if (room == 0)
		return 0;
	bool hears = line->fd >= 0 && !line->dialling && !held && stream_room(&line->stream) > 0;
	short events = (short)(line->dialling ? POLLOUT : hears ? POLLIN : 0);
	*polls = (struct pollfd){ .fd = events != 0 ? line->fd : -1, .events = events };
	if (line->fd < 0 && line->again_ms - now->ms < *wait_ms)
		*wait_ms = line->again_ms > now->ms ? (int)(line->again_ms - now->ms) : 0;
	if (!held && stream_waits(&line->stream) && source->connector->feed == FEED_STREAM)
		*wait_ms = 0;
	return 1;
}

static void
hear(struct machine_source *source, const struct instant *now)
{
	struct line *line = source->state;
	for (int reads = 0; reads < READS_A_TURN && stream_room(&line->stream) > 0; reads++) {
		size_t room = stream_room(&line->stream);
		ssize_t n = read(line->fd, line->piece, room < sizeof line->piece ? room : sizeof line->piece);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			lose(source, n == 0 ? "it hung up" : strerror(errno), now);
			return;
		}
		line->pause_ms = AGAIN_FIRST_MS;
		line->heard_ms = now->ms;
		source->heard_ms = now->utc_ms;
		source->tally.bytes += (uint64_t)n;
		if (!stream_hear(&line->stream, SIDE_MACHINE, line->piece, (size_t)n))
			source->tally.bytes_unheard += (uint64_t)n;
	}
}

static void
line_move(struct machine_source *source, const struct pollfd *polls, size_t n, bool held, const struct instant *now)
{
	struct line *line = source->state;
	short events = n > 0 ? polls[0].revents : 0;
	if (line->dialling)
		finish_dialling(source, events, now);
	else if (line->fd >= 0 && events != 0 && !held)
		hear(source, now);
	if (line->fd >= 0 && !line->dialling && !held && line->idle_ms > 0 && now->ms - line->heard_ms > line->idle_ms)
		lose(source, "it was silent for as long as 'idle_s' allows", now);
	if (line->fd < 0 && now->ms >= line->again_ms)
		dial(source, now);
}

static void
line_take(struct machine_source *source, struct turn *turn, const struct instant *now)
{
	struct line *line = source->state;
	if (stream_waits(&line->stream))
		stream_take(&line->stream, turn, now);
}

static void
line_pass(struct machine_source *source, struct turn *turn, const struct instant *now)
{
	struct line *line = source->state;
	stream_pass(&line->stream, turn, now);
	stream_source_pass(source, turn, now);
}

static void
line_settle(struct machine_source *source, const struct instant *now)
{
	(void)now;
	stream_settle(source);
}

static const struct connector_setting connect_settings[] = {
	{ "idle_s", "a connection on which nothing comes for so many seconds is made anew (default: 0, never)" },
	{ NULL, NULL },
};

static const struct connector_setting serial_line_settings[] = {
	{ "baud", "its speed (default: 9600)" },
	{ "form", "data bits, parity and stop bits (default: 8N1)" },
	{ "idle_s", "a line on which nothing comes for so many seconds is opened anew (default: 0, never)" },
	{ NULL, NULL },
};

const struct source_kind connect_kind = { "connect", "the address of a machine, or of its serial server, that we connect to",
	connect_settings, line_open, line_watch, line_move, line_take, line_pass, line_settle, line_close, NULL };
const struct source_kind serial_kind = { "serial", "a serial line of this machine: /dev/ttyS0", serial_line_settings, line_open,
	line_watch, line_move, line_take, line_pass, line_settle, line_close, NULL };
