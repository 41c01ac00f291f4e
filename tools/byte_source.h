/*
 * The bytes of a file or of stdin, in pieces or in lines, in one bounded buffer. A source owns its buffer and its descriptor; what
 * it hands out is lent until the next call. One thread.
 */
#ifndef JUYAN_TOOLS_BYTE_SOURCE_H
#define JUYAN_TOOLS_BYTE_SOURCE_H

#include <stdbool.h>

#include "wire.h"

enum { BYTE_SOURCE_BUFFER_BYTES = 1024 * 1024, BYTE_SOURCE_LINE_BYTES_MAX = BYTE_SOURCE_BUFFER_BYTES };

struct byte_source;

/* "-" is stdin. SYSTEM with "FILE: …" when it cannot be opened or is a directory. */
enum status byte_source_open(const char *path, struct byte_source **out, struct reason *why) MUST_USE;
void byte_source_close(struct byte_source **source);

/* Some bytes, which stay until byte_source_take; none at the end. SYSTEM when reading fails. */
enum status byte_source_peek(struct byte_source *source, struct span *out, struct reason *why) MUST_USE;
void byte_source_take(struct byte_source *source, size_t bytes);

/*
 * The next line without its LF or CRLF. out->data is NULL at the end. TOO_LARGE: the line is longer than
 * BYTE_SOURCE_LINE_BYTES_MAX and was skipped. SYSTEM when reading fails.
 */
enum status byte_source_line(struct byte_source *source, struct span *out, struct reason *why) MUST_USE;

#endif
