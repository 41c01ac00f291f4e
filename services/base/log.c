/*
 * Log lines. A line is made whole on the caller's stack and written with one call under a mutex, so that lines of several threads
 * never mix. Whatever a caller formats, control characters cannot leave the line: they are replaced as a last resort.
 */
#include "log.h"

#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINE_BYTES = 4096, CUT_BYTES = 4 /* "…" and its NUL */ };

struct log {
	FILE *stream;
	enum log_level from;
	pthread_mutex_t mutex;
};

static const char *const level_names[] = { "debug", "info", "warning", "error" };

enum status
log_open(FILE *stream, enum log_level from, struct log **out)
{
	assert(stream != NULL && from <= LOG_ERROR);
	struct log *log = calloc(1, sizeof *log);
	if (log == NULL)
		return STATUS_NO_MEMORY;
	log->stream = stream;
	log->from = from;
	pthread_mutex_init(&log->mutex, NULL);
	*out = log;
	return STATUS_OK;
}

void
log_close(struct log **log)
{
	if (*log == NULL)
		return;
	pthread_mutex_destroy(&(*log)->mutex);
	free(*log);
	*log = NULL;
}

bool
log_level_of(const char *name, enum log_level *out)
{
	for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++) {
		if (strcmp(level_names[i], name) == 0) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

/* "2026-11-22T07:00:00.000Z". From the machine's own clock: a log tells when a line was written, whatever a test's clock says. */
static void
format_now(char *out, size_t bytes)
{
	struct timespec now;
	struct tm utc;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	char seconds[32];
	strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(out, bytes, "%s.%03ldZ", seconds, now.tv_nsec / 1000000);
}

void
log_say(struct log *log, enum log_level level, const char *who, const char *event, const char *fields, ...)
{
	if (level < log->from)
		return;
	char now[48], line[LINE_BYTES];
	format_now(now, sizeof now);
	int n = snprintf(line, sizeof line, "%s %s %s %s%s", now, level_names[level], who, event, fields[0] == '\0' ? "" : " ");
	assert(n > 0 && (size_t)n < sizeof line - CUT_BYTES);
	size_t used = (size_t)n, room = sizeof line - used - CUT_BYTES;
	va_list args;
	va_start(args, fields);
	n = vsnprintf(line + used, room, fields, args);
	va_end(args);
	bool cut = n >= (int)room;
	used += n < 0 ? 0 : cut ? room - 1 : (size_t)n;
	for (size_t i = 0; i < used; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F)
			line[i] = '?';
	if (cut)
		used += (size_t)snprintf(line + used, CUT_BYTES, "…");
	line[used++] = '\n';
	pthread_mutex_lock(&log->mutex);
	fwrite(line, 1, used, log->stream);
	fflush(log->stream);
	pthread_mutex_unlock(&log->mutex);
}

bool
log_affords(struct log_budget *budget, uint64_t *withheld)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec != budget->second) {
		budget->second = now.tv_sec;
		budget->lines = 0;
	}
	if (budget->lines == LOG_BUDGET_LINES) {
		budget->withheld++;
		return false;
	}
	budget->lines++;
	*withheld = budget->withheld;
	budget->withheld = 0;
	return true;
}

/* ---- texts from outside ---- */

/* The bytes of the UTF-8 character at `text`, 0 where there is none or where it is a control character (C1 too: terminals obey
 * them). */
static size_t
character_bytes(const unsigned char *text)
{
	if (text[0] < 0x80)
		return text[0] < 0x20 || text[0] == 0x7F ? 0 : 1;
	size_t n = text[0] >= 0xF0 && text[0] <= 0xF4 ? 4
	    : text[0] >= 0xE0 && text[0] < 0xF0       ? 3
	    : text[0] >= 0xC2 && text[0] < 0xE0       ? 2
						      : 0;
	if (n == 0)
		return 0;
	uint32_t code = text[0] & (0xFFU >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((text[i] & 0xC0) != 0x80) /* a NUL ends here too */
			return 0;
		code = code << 6 | (text[i] & 0x3FU);
	}
	static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	bool separator = code == 0x2028 || code == 0x2029; /* some viewers break lines there */
	bool bidi = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
	if (code < lowest[n] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) || code < 0xA0 || separator || bidi)
		return 0;
	return n;
}

const char *
log_quoted(const char *text, char out[LOG_QUOTED_BYTES])
{
	/* What is left at the end: a mark that it was cut, the quote and the NUL. */
	const size_t last = LOG_QUOTED_BYTES - 1 - 1 - (CUT_BYTES - 1);
	const unsigned char *in = (const unsigned char *)text;
	size_t used = 0;
	out[used++] = '"';
	while (*in != '\0') {
		char escaped[8];
		size_t bytes = character_bytes(in), n = bytes;
		if (bytes == 0)
			n = (size_t)snprintf(escaped, sizeof escaped, "\\x%02x", *in);
		else if (*in == '"' || *in == '\\')
			n = (size_t)snprintf(escaped, sizeof escaped, "\\%c", *in);
		else
			memcpy(escaped, in, n);
		if (used + n > last)
			break;
		memcpy(out + used, escaped, n);
		used += n;
		in += bytes == 0 ? 1 : bytes;
	}
	if (*in != '\0')
		used += (size_t)snprintf(out + used, CUT_BYTES, "…");
	out[used++] = '"';
	out[used] = '\0';
	assert(used < LOG_QUOTED_BYTES);
	return out;
}
