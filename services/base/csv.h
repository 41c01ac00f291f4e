/*
 * Bytes into records of fields, as RFC 4180 says it, strictly and a piece at a time. It knows no file: it is fed.
 *
 * Lines end in LF or CRLF. A field in quotes may hold separators, line ends and doubled quotes. A UTF-8 mark (BOM) at the front is
 * skipped. An empty line is no record. What is wrong with a record is said with its line; reading goes on behind the end of that
 * line. A csv owns its buffers (bounded by the limits below); fields are lent until the next csv_feed. One thread at a time.
 */
#ifndef JUYAN_BASE_CSV_H
#define JUYAN_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

enum {
	CSV_COLUMNS_MAX = 1024,
	CSV_FIELD_BYTES_MAX = 32 * 1024, /* what a spreadsheet's cell can hold */
	CSV_RECORD_BYTES_MAX = 256 * 1024,
};

struct csv;

/* The separator is ',', ';', '|' or a tab. NO_MEMORY. */
enum status csv_open(char separator, struct csv **out) MUST_USE;
void csv_close(struct csv **csv);

/*
 * Takes bytes up to the end of the next record, at most. *taken says how many; *ready is true when a record is complete. SYNTAX,
 * TOO_LARGE or TOO_MANY: the record that began at csv_line is no record; feed on behind *taken.
 */
enum status csv_feed(struct csv *csv, const uint8_t *data, size_t bytes, size_t *taken, bool *ready, struct reason *why) MUST_USE;
/* There are no more bytes: a last line without an end may be complete now; SYNTAX when a quote is still open. */
enum status csv_finish(struct csv *csv, bool *ready, struct reason *why) MUST_USE;

/* The record that is ready. A field may be empty, but a record has at least one. */
size_t csv_fields(const struct csv *csv);
struct span csv_field(const struct csv *csv, size_t i);
/* The line (from 1) on which the record, ready or wrong, began. */
uint64_t csv_line(const struct csv *csv);

#endif
