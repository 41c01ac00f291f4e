/* Bytes through, unchanged: see passage.h. */
#include "passage.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READS_A_TURN = 4 };

enum status
passage_open(int machine, const struct address *platform, const struct instant *now, struct passage *out, struct reason *why)
{
	struct passage passage = { .machine = machine, .platform = -1, .heard_ms = now->ms };
	address_tune(machine);
	if (platform != NULL) {
		passage.passes = passage.dialling = true;
		passage.dialled_ms = now->ms;
		passage.out.data = malloc(PASSAGE_BYTES_MAX);
		passage.back.data = malloc(PASSAGE_BYTES_MAX);
		enum status status = passage.out.data == NULL || passage.back.data == NULL
		    ? reason_say(why, STATUS_NO_MEMORY, "no memory for one more connection")
		    : address_dial(platform, &passage.platform, why);
		if (status != STATUS_OK) {
			passage_close(&passage);
			return status;
		}
	}
	*out = passage;
	return STATUS_OK;
}

void
passage_close(struct passage *passage)
{
	if (passage->machine >= 0)
		close(passage->machine);
	if (passage->platform >= 0)
		close(passage->platform);
	free(passage->out.data);
	free(passage->back.data);
	*passage = (struct passage){ .machine = -1, .platform = -1 };
}

/* ---- watching ---- */

/* What is passed on is read whether or not there is room to understand it: a gate does not wait for us. */
static bool
reads_machine(const struct passage *passage, const struct stream *stream, bool held)
{
	if (passage->out.ended)
		return false;
	return passage->passes ? passage->out.bytes < PASSAGE_BYTES_MAX : !held && stream_room(stream) > 0;
}

static bool
reads_platform(const struct passage *passage)
{
	return passage->passes && !passage->dialling && !passage->back.ended && passage->back.bytes < PASSAGE_BYTES_MAX;
}

void
passage_watch(const struct passage *passage, const struct stream *stream, bool held, struct pollfd polls[PASSAGE_POLLS])
{
	short machine = (short)((reads_machine(passage, stream, held) ? POLLIN : 0) | (passage->back.bytes > 0 ? POLLOUT : 0));
	short platform =
	    (short)((reads_platform(passage) ? POLLIN : 0) | (passage->dialling || passage->out.bytes > 0 ? POLLOUT : 0));
	/* One that has hung up is ready for ever: who waits for nothing of it does not ask. */
	polls[0] = (struct pollfd){ .fd = machine != 0 ? passage->machine : -1, .events = machine };
	polls[1] = (struct pollfd){ .fd = platform != 0 ? passage->platform : -1, .events = platform };
}

/* ---- moving ---- */

static bool
transient(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static void
break_off(struct passage *passage, const char *fault, int error)
{
	if (passage->fault == NULL) {
		passage->fault = fault;
		passage->error = error;
	}
	passage->out.ended = passage->back.ended = true;
}

/* Writes what waits. False: that end has gone. */
static bool
flush(struct passing *passing, int fd)
{
	while (passing->bytes > 0) {
		ssize_t n = write(fd, passing->data, passing->bytes);
		if (n < 0)
			return transient();
		passing->bytes -= (size_t)n;
		memmove(passing->data, passing->data + n, passing->bytes);
	}
	return true;
}

/* Straight to the other end where nothing stands before it, else behind what waits. False: that end has gone. */
static bool
pass_on(struct passing *passing, int fd, bool ready, const uint8_t *data, size_t bytes)
{
	ssize_t n = 0;
	if (ready && passing->bytes == 0) {
		n = write(fd, data, bytes);
		if (n < 0 && !transient())
			return false;
		n = n < 0 ? 0 : n;
	}
	assert(passing->bytes + bytes - (size_t)n <= PASSAGE_BYTES_MAX);
	memcpy(passing->data + passing->bytes, data + n, bytes - (size_t)n);
	passing->bytes += bytes - (size_t)n;
	return true;
}

static void
hear(struct passage *passage, struct stream *stream, enum stream_side side, const uint8_t *data, size_t bytes,
    const struct instant *now)
{
	passage->heard_ms = now->ms;
	stream->source->heard_ms = now->utc_ms;
	stream->source->tally.bytes += bytes;
	if (stream_hear(stream, side, data, bytes))
		return;
	stream->source->tally.bytes_unheard += bytes;
	source_say(stream->source, LOG_ERROR, "unheard", passage->passes ? "passed on" : "read",
	    "bytes found no room here, for the book is full: what they say is not counted");
}

static void
read_machine(struct passage *passage, struct stream *stream, bool held, const struct instant *now, uint8_t *piece)
{
	for (int reads = 0; reads < READS_A_TURN && reads_machine(passage, stream, held); reads++) {
		size_t room = passage->passes ? PASSAGE_BYTES_MAX - passage->out.bytes : stream_room(stream);
		ssize_t n = read(passage->machine, piece, room < SOURCE_PIECE_BYTES ? room : SOURCE_PIECE_BYTES);
		if (n < 0 && transient())
			return;
		if (n <= 0) {
			passage->out.ended = true;
			if (n < 0)
				break_off(passage, "the machine's connection broke", errno);
			return;
		}
		if (passage->passes && !pass_on(&passage->out, passage->platform, !passage->dialling, piece, (size_t)n))
			break_off(passage, "the platform's connection broke", errno);
		hear(passage, stream, SIDE_MACHINE, piece, (size_t)n, now);
	}
}

static void
read_platform(struct passage *passage, struct stream *stream, const struct instant *now, uint8_t *piece)
{
	for (int reads = 0; reads < READS_A_TURN && reads_platform(passage); reads++) {
		size_t room = PASSAGE_BYTES_MAX - passage->back.bytes;
		ssize_t n = read(passage->platform, piece, room < SOURCE_PIECE_BYTES ? room : SOURCE_PIECE_BYTES);
		if (n < 0 && transient())
			return;
		if (n <= 0) {
			passage->back.ended = true;
			if (n < 0)
				break_off(passage, "the platform's connection broke", errno);
			return;
		}
		if (!pass_on(&passage->back, passage->machine, true, piece, (size_t)n))
			break_off(passage, "the machine's connection broke", errno);
		hear(passage, stream, SIDE_ANSWER, piece, (size_t)n, now);
	}
}

static void
finish_dialling(struct passage *passage, short events, const struct instant *now)
{
	if (events == 0) {
		if (now->ms - passage->dialled_ms > PASSAGE_DIAL_MS)
			break_off(passage, "the platform does not answer", ETIMEDOUT);
		return;
	}
	int failure = address_failure(passage->platform);
	if (failure != 0) {
		break_off(passage, "the platform is away", failure);
		return;
	}
	address_tune(passage->platform);
	passage->dialling = false;
}

/* Says to the other end that nothing more comes, once all that came has been written. */
static void
tell_ends(struct passage *passage, const struct instant *now)
{
	if (passage->out.ended && !passage->out.told && passage->out.bytes == 0 && passage->passes && !passage->dialling) {
		shutdown(passage->platform, SHUT_WR);
		passage->out.told = true;
	}
	if (passage->back.ended && !passage->back.told && passage->back.bytes == 0) {
		shutdown(passage->machine, SHUT_WR);
		passage->back.told = true;
	}
	if (passage->ended_ms == 0 && (passage->out.ended || passage->back.ended))
		passage->ended_ms = now->ms;
}

/* A platform that has hung up ends all, when the machine has what it said; a machine that has hung up, when it has its answers. */
static bool
is_over(const struct passage *passage, const struct instant *now)
{
	if (passage->fault != NULL)
		return true;
	if (!passage->passes)
		return passage->out.ended;
	if (passage->back.ended && passage->back.bytes == 0)
		return true;
	return passage->ended_ms != 0 && now->ms - passage->ended_ms > PASSAGE_END_MS;
}

bool
passage_move(struct passage *passage, struct stream *stream, const struct pollfd polls[PASSAGE_POLLS], bool held,
    const struct instant *now, uint8_t piece[SOURCE_PIECE_BYTES])
{
	if (passage->dialling)
		finish_dialling(passage, polls[1].revents, now);
	if (passage->passes && !passage->dialling && !flush(&passage->out, passage->platform))
		break_off(passage, "the platform's connection broke", errno);
	if (passage->passes && !flush(&passage->back, passage->machine))
		break_off(passage, "the machine's connection broke", errno);
	if (polls[1].revents != 0)
		read_platform(passage, stream, now, piece);
	if (polls[0].revents != 0)
		read_machine(passage, stream, held, now, piece);
	tell_ends(passage, now);
	return !is_over(passage, now);
}
