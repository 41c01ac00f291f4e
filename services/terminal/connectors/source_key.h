/*
 * Source keys of documents. A key has at most SHORT_TEXT_BYTES_MAX bytes; one made of more keeps its beginning and ends in a hash
 * of all of it. Owns nothing; any thread.
 */
#ifndef JUYAN_CONNECTORS_SOURCE_KEY_H
#define JUYAN_CONNECTORS_SOURCE_KEY_H

#include "findings.h"

/* In the arena of the findings; NULL where that is used up. */
char *source_key(struct findings *findings, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Of the bytes of a document that has no number of its own: the same file has the same one. */
uint64_t source_hash(struct span bytes);

#endif
