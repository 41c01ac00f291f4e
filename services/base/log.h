/*
 * One line per decision, key=value, to a stream (stderr by default):
 *
 *     2026-11-22T07:00:00.000Z info ingest session_opened terminal=3 name="ceke gate 1" last_stream_seq=4711
 *
 * Values are quoted and escaped where they need it, so that a hostile text cannot forge a line. Any thread.
 */
#ifndef JUYAN_BASE_LOG_H
#define JUYAN_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "status.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

struct log;

enum status log_open(FILE *stream, enum log_level from, struct log **out) MUST_USE; /* the stream stays the caller's */
void log_close(struct log **log);

/* `fields` is a printf format of the part behind the event's name; texts from outside go through log_quoted. */
void log_say(struct log *log, enum log_level level, const char *who, const char *event, const char *fields, ...)
    __attribute__((format(printf, 5, 6)));

/* "debug", "info", "warning", "error"; false for anything else. */
bool log_level_of(const char *name, enum log_level *out) MUST_USE;

/*
 * Keeps strangers from filling the disk with refusals: at most LOG_BUDGET_LINES a second of one kind. Zeroed at first; one thread.
 * True: log it, and *withheld says how many were not since the last one.
 */
enum { LOG_BUDGET_LINES = 10 };
struct log_budget {
	int64_t second;
	uint32_t lines;
	uint64_t withheld;
};
bool log_affords(struct log_budget *budget, uint64_t *withheld) MUST_USE;

enum { LOG_QUOTED_BYTES = 640 };
/* The text in quotes, escaped, cut where it is too long; returns `out`. */
const char *log_quoted(const char *text, char out[LOG_QUOTED_BYTES]);

#endif
