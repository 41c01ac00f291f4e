/*
 * By what a batch can be found: its number, and the waybills, units, trailers and containers of its manifest (without one: the units
 * that were seen). Key: day, text, kind, port, batch; value: the text as it was written.
 *
 * In the key, upper and lower case, blanks and hyphens are the same. Days come first, the latest of them foremost: what is lodged
 * now falls on the few pages of its own day, however many years there are, and a search asks every day, which is cheap. The day is
 * UTC's, of the manifest or deletion that holds; without one, of the batch's earliest event.
 */
#ifndef JUYAN_STORAGE_LOOKUP_H
#define JUYAN_STORAGE_LOOKUP_H

#include "facts.h"
#include "store.h"

enum lookup_kind { LOOKUP_BATCH = 1, LOOKUP_WAYBILL, LOOKUP_UNIT, LOOKUP_TRAILER, LOOKUP_CONTAINER };

enum { LOOKUP_BYTES_MAX = SHORT_TEXT_BYTES_MAX };

const char *lookup_kind_name(enum lookup_kind kind);

/* The names of a batch, at one time. Texts are lent by its facts, and outlive what is applied to those. */
struct naming {
	bool any;        /* an event is known */
	bool lodged;     /* then `at` tells one set of names from another */
	struct stamp at; /* the manifest or deletion that holds */
	int64_t day;
	const struct unit_line *units;
	size_t n_units;
	const struct alias *aliases;
	size_t n_aliases;
	const struct span *seen;
	size_t n_seen;
};

/* NO_MEMORY. */
enum status lookup_of(const struct facts *facts, struct arena *arena, struct naming *out) MUST_USE;
/* Puts and deletes where they differ. */
enum status lookup_move(const struct store *store, const char *port, const char *batch_no, const struct naming *before,
    const struct naming *now) MUST_USE;

/* A text as it stands in keys; returns its bytes. What is longer is cut off at a letter. */
size_t lookup_fold(struct span text, char out[LOOKUP_BYTES_MAX + 1]);

/* One row; lent. */
struct lookup_row {
	int64_t day;
	const char *text;
	enum lookup_kind kind;
	const char *port, *batch_no;
	struct span written;
};

/* To the first name of a day (or of the next earlier one that has any) that does not stand before this text. */
enum status lookup_seek(struct walk *walk, int64_t day, const char *text) MUST_USE;
enum status lookup_read(const struct walk *walk, struct lookup_row *out) MUST_USE; /* DAMAGED */

#endif
