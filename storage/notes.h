/*
 * What persons have said about what asked for attention: subject -> who, what, when. Of two notes on one subject the later by
 * (occurred_at_ms, terminal, stream_seq) holds, whichever arrived first.
 */
#ifndef JUYAN_STORAGE_NOTES_H
#define JUYAN_STORAGE_NOTES_H

#include "facts.h"
#include "store.h"

/* Texts are lent by the row. */
struct note {
	struct stamp at;
	bool withdrawn;
	struct span by, note;
};

enum status notes_take(const struct store *store, const Juyan__V1__Noted *noted, const struct stamp *at) MUST_USE;
/* NOT_FOUND, DAMAGED. */
enum status notes_find(const struct store *store, const char *subject, struct note *out) MUST_USE;

#endif
