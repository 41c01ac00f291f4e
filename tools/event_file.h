/*
 * The events of a file, one after another, whatever its form: NDJSON (one Event in protobuf's JSON form on each line), or CSV with
 * a mapping. Every event given out is encoded and has passed wire_event_check. What is wrong is said with its line, and reading
 * goes on behind it. The rows of a spreadsheet are taken whole: if one of its events is wrong, none is given out.
 *
 * The same file with the same mapping gives the same events in the same order: numbers can be kept by counting them.
 * An event_file owns its buffers and its file; the mapping is lent and must outlive it. One thread.
 */
#ifndef JUYAN_TOOLS_EVENT_FILE_H
#define JUYAN_TOOLS_EVENT_FILE_H

#include "mapping.h"

struct event_file;

struct file_event {
	bool end;          /* there are no more */
	uint64_t line;     /* where it, or the complaint, belongs; from 1 */
	struct span bytes; /* encoded; lent until the next call */
};

/* "-" is stdin. `mapping` NULL: NDJSON. SYSTEM, NO_MEMORY. */
enum status event_file_open(const char *path, const struct mapping *mapping, struct event_file **out, struct reason *why) MUST_USE;
void event_file_close(struct event_file **file);

/*
 * OK: an event, or the end. Any status to refuse: a complaint about out->line, with what is wrong and what was expected in `why`;
 * call again for what follows. A status to stop: the rest cannot be read (`why` says all). Both set out->line.
 */
enum status event_file_next(struct event_file *file, struct file_event *out, struct reason *why) MUST_USE;

/* "-" is called "stdin" in messages. */
const char *event_file_name(const char *path);

#endif
