/* The two readers behind event_file.h. What a line or a row needs lives in one arena, emptied before the next. */
#include "event_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "byte_source.h"
#include "csv.h"
#include "ndjson.h"
#include "recode.h"

struct event_file {
	struct byte_source *source;
	const struct mapping *mapping; /* NULL: NDJSON */
	struct csv *csv;
	struct recode *recode; /* NULL: the file is UTF-8 */
	struct arena arena;    /* holds one line's or row's events */
	uint64_t line;         /* NDJSON: of the line read last */
	bool ended;
	bool bound;
	struct mapping_binding binding;
	struct mapping_events waiting; /* of the row read last */
	struct span waiting_bytes[MAPPING_EVENTS_MAX];
	size_t given;
	struct span fields[CSV_COLUMNS_MAX];
};

const char *
event_file_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "stdin" : path;
}

enum status
event_file_open(const char *path, const struct mapping *mapping, struct event_file **out, struct reason *why)
{
	struct event_file *file = calloc(1, sizeof *file);
	if (file == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	file->mapping = mapping;
	enum status status = byte_source_open(path, &file->source, why);
	if (status == STATUS_OK && (status = arena_open(&file->arena, DECODE_BYTES_MAX)) != STATUS_OK)
		reason_say(why, status, "memory ran out");
	if (status == STATUS_OK && mapping != NULL && strcmp(mapping_encoding(mapping), "utf-8") != 0)
		status = recode_open(mapping_encoding(mapping), file->source, &file->recode, why);
	if (status == STATUS_OK && mapping != NULL && (status = csv_open(mapping_separator(mapping), &file->csv)) != STATUS_OK)
		reason_say(why, status, "memory ran out");
	if (status != STATUS_OK) {
		event_file_close(&file);
		return status;
	}
	*out = file;
	return STATUS_OK;
}

void
event_file_close(struct event_file **file)
{
	if (*file == NULL)
		return;
	csv_close(&(*file)->csv);
	recode_close(&(*file)->recode);
	arena_close(&(*file)->arena);
	byte_source_close(&(*file)->source);
	free(*file);
	*file = NULL;
}

/* An arena that is used up by one line is the line's fault, not the machine's. */
static enum status
refused(enum status status, struct reason *why)
{
	return status == STATUS_NO_MEMORY ? reason_say(why, STATUS_TOO_LARGE, "it holds more than one event can") : status;
}

static enum status
check_and_pack(const Juyan__V1__Event *event, struct arena *arena, struct span *out, struct reason *why)
{
	enum status status = wire_event_check(event, why);
	if (status != STATUS_OK)
		return status;
	status = wire_pack(&event->base, EVENT_BYTES_MAX, arena, out);
	if (status == STATUS_TOO_LARGE)
		return reason_say(why, status, "the event takes more than %d bytes", EVENT_BYTES_MAX);
	return status;
}

/* ---- NDJSON ---- */

static struct span
without_mark(struct span line)
{
	bool mark = line.bytes >= 3 && memcmp(line.data, "\xEF\xBB\xBF", 3) == 0;
	return mark ? (struct span){ line.data + 3, line.bytes - 3 } : line;
}

static enum status
next_line(struct event_file *file, struct file_event *out, struct reason *why)
{
	struct span line;
	const Juyan__V1__Event *event;

	do {
		file->line++;
		out->line = file->line;
		enum status status = byte_source_line(file->source, &line, why);
		if (status != STATUS_OK)
			return status;
		if (line.data == NULL) {
			out->end = true;
			return STATUS_OK;
		}
		if (file->line == 1)
			line = without_mark(line);
	} while (ndjson_blank(line));
	arena_reset(&file->arena);
	enum status status = ndjson_event(line, &file->arena, &event, why);
	if (status == STATUS_OK)
		status = check_and_pack(event, &file->arena, &out->bytes, why);
	return refused(status, why);
}

/* ---- CSV ---- */

static enum status
peek(struct event_file *file, struct span *out, struct reason *why)
{
	return file->recode != NULL ? recode_peek(file->recode, out, why) : byte_source_peek(file->source, out, why);
}

static void
take(struct event_file *file, size_t bytes)
{
	if (file->recode != NULL)
		recode_take(file->recode, bytes);
	else
		byte_source_take(file->source, bytes);
}

/* Feeds the reader until a record is ready. *out is false at the end. */
static enum status
next_record(struct event_file *file, bool *out, struct reason *why)
{
	bool ready = false;

	while (!ready && !file->ended) {
		struct span piece;
		size_t taken = 0;
		enum status status = peek(file, &piece, why);
		if (status != STATUS_OK)
			return status;
		file->ended = piece.bytes == 0;
		if (file->ended) {
			status = csv_finish(file->csv, &ready, why);
		} else {
			status = csv_feed(file->csv, piece.data, piece.bytes, &taken, &ready, why);
			take(file, taken);
		}
		if (status != STATUS_OK)
			return status;
	}
	*out = ready;
	return STATUS_OK;
}

static size_t
take_fields(struct event_file *file)
{
	size_t n = csv_fields(file->csv);
	assert(n <= CSV_COLUMNS_MAX);
	for (size_t i = 0; i < n; i++)
		file->fields[i] = csv_field(file->csv, i);
	return n;
}

/*
 * Finds the columns. *data says whether this record is already a row. Without columns no row can be read, so a failure ends the
 * file.
 */
static enum status
bind_columns(struct event_file *file, bool *data, struct reason *why)
{
	uint64_t header = mapping_header_line(file->mapping);

	*data = header == 0;
	if (csv_line(file->csv) < header)
		return STATUS_OK;
	size_t n = take_fields(file);
	arena_reset(&file->arena);
	enum status status = refused(mapping_bind(file->mapping, file->fields, n, &file->arena, &file->binding, why), why);
	if (status != STATUS_OK) {
		file->ended = true;
		byte_source_close(&file->source);
		return status;
	}
	file->bound = true;
	return STATUS_OK;
}

/* Makes, checks and encodes the events of the record that is ready. */
static enum status
take_row(struct event_file *file, struct reason *why)
{
	struct mapping_events events;

	arena_reset(&file->arena);
	size_t n = take_fields(file);
	enum status status =
	    mapping_row(file->mapping, &file->binding, file->fields, n, csv_line(file->csv), &file->arena, &events, why);
	for (size_t i = 0; status == STATUS_OK && i < events.n; i++)
		status = check_and_pack(events.list[i], &file->arena, &file->waiting_bytes[i], why);
	if (status != STATUS_OK)
		return refused(status, why);
	file->waiting = events;
	file->given = 0;
	return STATUS_OK;
}

static enum status
next_from_rows(struct event_file *file, struct file_event *out, struct reason *why)
{
	while (file->given == file->waiting.n) {
		bool ready = false, data = true;
		enum status status = next_record(file, &ready, why);
		out->line = csv_line(file->csv);
		if (status == STATUS_OK && !ready) {
			out->end = true;
			return STATUS_OK;
		}
		if (status == STATUS_OK && !file->bound)
			status = bind_columns(file, &data, why);
		if (status == STATUS_OK && file->bound && data)
			status = take_row(file, why);
		if (status != STATUS_OK)
			return status;
	}
	out->line = csv_line(file->csv);
	out->bytes = file->waiting_bytes[file->given++];
	return STATUS_OK;
}

enum status
event_file_next(struct event_file *file, struct file_event *out, struct reason *why)
{
	*out = (struct file_event){ .end = false };
	return file->mapping == NULL ? next_line(file, out, why) : next_from_rows(file, out, why);
}
