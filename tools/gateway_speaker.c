/* One who speaks to a gateway: see gateway.h. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway.h"
#include "ndjson.h"

enum { LINES_MAX = 1000, ANSWERS_BYTES = 1024 * 1024 };

struct speaker {
	int fd;
	bool answers;
	bool ended;    /* said all */
	bool too_long; /* what comes up to the next line's end is the rest of a line that was complained of */
	const char *name;
	uint64_t line; /* dealt with so far */
	size_t filled, spoken, heard;
	char in[GATEWAY_LINE_BYTES_MAX + 1];
	char out[ANSWERS_BYTES]; /* spoken to it up to here; it has heard `heard` of it */
};

struct speaker *
speaker_open(int fd, bool answers, const char *name)
{
	struct speaker *speaker = calloc(1, sizeof *speaker);
	if (speaker == NULL)
		return NULL;
	speaker->fd = fd;
	speaker->answers = answers;
	speaker->name = name;
	return speaker;
}

void
speaker_close(struct speaker **speaker)
{
	if (*speaker == NULL)
		return;
	if ((*speaker)->fd != STDIN_FILENO)
		close((*speaker)->fd);
	free(*speaker);
	*speaker = NULL;
}

int
speaker_fd(const struct speaker *speaker)
{
	return speaker->fd;
}

static bool
has_room(const struct speaker *speaker)
{
	return speaker->spoken + GATEWAY_ANSWER_BYTES <= ANSWERS_BYTES;
}

short
speaker_wants(const struct speaker *speaker)
{
	short wants = 0;
	if (!speaker->ended && speaker->filled < GATEWAY_LINE_BYTES_MAX && has_room(speaker))
		wants |= POLLIN;
	if (speaker->heard < speaker->spoken)
		wants |= POLLOUT;
	return wants;
}

bool
speaker_has_line(const struct speaker *speaker)
{
	if (!has_room(speaker))
		return false;
	return memchr(speaker->in, '\n', speaker->filled) != NULL || speaker->filled >= GATEWAY_LINE_BYTES_MAX ||
	    (speaker->ended && speaker->filled > 0);
}

static bool
transient(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

bool
speaker_move(struct speaker *speaker, short events)
{
	if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && (speaker_wants(speaker) & POLLIN) != 0) {
		ssize_t n = read(speaker->fd, speaker->in + speaker->filled, GATEWAY_LINE_BYTES_MAX - speaker->filled);
		if (n < 0 && !transient())
			return false;
		speaker->filled += n > 0 ? (size_t)n : 0;
		speaker->ended = n == 0;
	}
	if (speaker->heard < speaker->spoken) {
		ssize_t n = write(speaker->fd, speaker->out + speaker->heard, speaker->spoken - speaker->heard);
		if (n < 0 && !transient())
			return false;
		speaker->heard += n > 0 ? (size_t)n : 0;
		if (speaker->heard == speaker->spoken)
			speaker->heard = speaker->spoken = 0;
	}
	return !(speaker->ended && speaker->filled == 0 && speaker->heard == speaker->spoken);
}

/* ---- answering ---- */

/* One line of JSON; there is room for it, for no line is dealt with otherwise. */
static void
say(struct speaker *speaker, json_t *answer)
{
	size_t room = ANSWERS_BYTES - speaker->spoken - 1;
	size_t bytes = answer == NULL ? 0 : json_dumpb(answer, speaker->out + speaker->spoken, room, JSON_COMPACT);
	json_decref(answer);
	if (bytes == 0 || bytes > room)
		return;
	speaker->spoken += bytes;
	speaker->out[speaker->spoken++] = '\n';
}

static void
answer(struct speaker *speaker, const char *what, const char *sentence)
{
	if (speaker->answers)
		say(speaker, json_pack("{s:I, s:s}", "line", (json_int_t)speaker->line, what, sentence));
	else
		fprintf(stderr, "%s:%" PRIu64 ": %s\n", speaker->name, speaker->line, sentence);
}

static void
answer_taken(struct speaker *speaker)
{
	if (speaker->answers)
		say(speaker, json_pack("{s:I, s:b}", "line", (json_int_t)speaker->line, "taken", 1));
}

/* ---- lines ---- */

/* Lines that are being dealt with together. */
struct lines {
	struct juyan_event events[LINES_MAX];
	size_t ends[LINES_MAX]; /* where each ends in the buffer, its end of line included */
	size_t n;
};

/* The next line from `from` on; false: there is no whole one yet. */
static bool
next_line(const struct speaker *speaker, size_t from, struct juyan_event *out, size_t *end)
{
	const char *begin = speaker->in + from;
	size_t left = speaker->filled - from;
	const char *stop = memchr(begin, '\n', left);
	if (stop == NULL && !(speaker->ended && left > 0))
		return false;
	size_t bytes = stop == NULL ? left : (size_t)(stop - begin);
	*end = from + bytes + (stop != NULL);
	if (bytes > 0 && begin[bytes - 1] == '\r')
		bytes--;
	*out = (struct juyan_event){ begin, bytes };
	return true;
}

static void
forget(struct speaker *speaker, size_t bytes)
{
	speaker->filled -= bytes;
	memmove(speaker->in, speaker->in + bytes, speaker->filled);
}

/* A line that does not fit is complained of once, and what is left of it passed over. */
static bool
pass_over(struct speaker *speaker, uint64_t *wrong)
{
	const char *stop = memchr(speaker->in, '\n', speaker->filled);
	if (stop == NULL && speaker->filled < GATEWAY_LINE_BYTES_MAX)
		return false;
	if (!speaker->too_long && stop != NULL)
		return false;
	if (!speaker->too_long) {
		char sentence[96];
		snprintf(sentence, sizeof sentence, "the line is longer than %d bytes", GATEWAY_LINE_BYTES_MAX);
		speaker->line++;
		(*wrong)++;
		answer(speaker, "wrong", sentence);
	}
	speaker->too_long = stop == NULL;
	forget(speaker, stop == NULL ? speaker->filled : (size_t)(stop - speaker->in) + 1);
	return true;
}

static bool
is_blank(const struct juyan_event *line)
{
	return ndjson_blank((struct span){ (const uint8_t *)line->event, line->bytes });
}

static void
gather(const struct speaker *speaker, struct lines *lines)
{
	size_t room = (ANSWERS_BYTES - speaker->spoken) / GATEWAY_ANSWER_BYTES, at = 0;
	lines->n = 0;
	while (lines->n < LINES_MAX && lines->n < room && next_line(speaker, at, &lines->events[lines->n], &lines->ends[lines->n]))
		at = lines->ends[lines->n++];
}

/* Takes the lines from `from` to `to` in one sync, blank ones left out. */
static enum juyan_result
take(struct juyan *juyan, const struct lines *lines, size_t n, size_t *which, char *why, size_t why_bytes)
{
	static struct juyan_event events[LINES_MAX];
	size_t lines_of[LINES_MAX], said = 0, wrong = 0;
	for (size_t i = 0; i < n; i++) {
		if (is_blank(&lines->events[i]))
			continue;
		lines_of[said] = i;
		events[said++] = lines->events[i];
	}
	enum juyan_result result = juyan_take_many(juyan, events, said, &wrong, why, why_bytes);
	if (result == JUYAN_WRONG)
		*which = lines_of[wrong];
	return result;
}

/* The first n lines are dealt with: all are taken, or all find no room. Blank ones are passed over. */
static void
answer_all(struct speaker *speaker, const struct lines *lines, size_t n, const char *full)
{
	for (size_t i = 0; i < n; i++) {
		speaker->line++;
		if (is_blank(&lines->events[i]))
			continue;
		if (full == NULL)
			answer_taken(speaker);
		else
			answer(speaker, "full", full);
	}
	if (n > 0)
		forget(speaker, lines->ends[n - 1]);
}

enum juyan_result
speaker_deal(struct speaker *speaker, struct juyan *juyan, uint64_t *wrong, char *why, size_t why_bytes)
{
	static struct lines lines;
	size_t which = 0;
	if (pass_over(speaker, wrong))
		return JUYAN_OK;
	gather(speaker, &lines);
	enum juyan_result result = take(juyan, &lines, lines.n, &which, why, why_bytes);
	if (result == JUYAN_WRONG && which > 0) {
		lines.n = which; /* what stands before it; it comes again with the next call */
		result = take(juyan, &lines, lines.n, &which, why, why_bytes);
	}
	if (result == JUYAN_OK) {
		answer_all(speaker, &lines, lines.n, NULL);
	} else if (result == JUYAN_WRONG) {
		speaker->line++;
		(*wrong)++;
		answer(speaker, "wrong", why);
		forget(speaker, lines.ends[0]);
	} else if (result == JUYAN_FULL && speaker->answers) {
		*wrong += lines.n;
		answer_all(speaker, &lines, lines.n, why); /* all that came: none that was said later is taken before it */
	}
	return result;
}
