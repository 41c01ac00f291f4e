/*
 * The bytes of a file or of stdin, in pieces or in lines, in one bounded buffer. A source owns its buffer and its descriptor; what
 * it hands out is lent until the next call. One thread.
 */
#ifndef JUYAN_TOOLS_SOURCE_H
#define JUYAN_TOOLS_SOURCE_H

#include <stdbool.h>

#include "wire.h"

enum { SOURCE_BUFFER_BYTES = 1024 * 1024, SOURCE_LINE_BYTES_MAX = SOURCE_BUFFER_BYTES };

struct source;

/* "-" is stdin. SYSTEM with "FILE: …" when it cannot be opened or is a directory. */
enum status source_open(const char *path, struct source **out, struct reason *why) MUST_USE;
void source_close(struct source **source);

/* Some bytes, which stay until source_take; none at the end. SYSTEM when reading fails. */
enum status source_peek(struct source *source, struct span *out, struct reason *why) MUST_USE;
void source_take(struct source *source, size_t bytes);

/*
 * The next line without its LF or CRLF. out->data is NULL at the end. TOO_LARGE: the line is longer than SOURCE_LINE_BYTES_MAX and
 * was skipped. SYSTEM when reading fails.
 */
enum status source_line(struct source *source, struct span *out, struct reason *why) MUST_USE;

#endif
