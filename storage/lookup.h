/*
 * By what a batch can be found: its number, and the waybills, units, trailers and containers of its manifest (without one: the
 * units that were seen). Key: day, port, batch; value: all its names, one behind the other.
 *
 * There is no row for each name. It would be found at once, but what is lodged in a second then falls on as many pages as it has
 * names, and that took half of what the ledger can do. A search reads the rows instead, from the last back, some millions a
 * second. The day is UTC's, of the manifest or deletion that holds; without one, of the batch's earliest event.
 */
#ifndef JUYAN_STORAGE_LOOKUP_H
#define JUYAN_STORAGE_LOOKUP_H

#include "facts.h"
#include "store.h"

/* Less than any letter, so that each ends the name that stands before it. */
enum name_kind { NAME_BATCH = 1, NAME_WAYBILL, NAME_UNIT, NAME_TRAILER, NAME_CONTAINER, NAME_KINDS };

enum { LOOKUP_NAME_BYTES_MAX = SHORT_TEXT_BYTES_MAX };

const char *lookup_kind_name(enum name_kind kind); /* NULL where it is none */

/* Which names a batch has, so far as to tell whether they have changed. */
struct naming {
	bool any; /* an event is known, so that there is a row */
	bool lodged, deleted;
	struct stamp at; /* the manifest or deletion that holds */
	int64_t day;
	size_t n_seen;
};

struct naming lookup_naming(const struct facts *facts);
/*
 * Writes the row, where it is another. `manifest` is the one that holds; it is looked at only where there is one that did not hold
 * before.
 */
enum status lookup_move(const struct store *store, const char *port, const char *batch_no, const struct naming *before,
    const struct facts *facts, const Juyan__V1__ManifestLodged *manifest, struct arena *arena) MUST_USE;

/*
 * A text as it stands in a row: upper and lower case are the same, and blanks and hyphens are left out. Returns its bytes. What is
 * longer is cut off at a letter.
 */
size_t lookup_fold(struct span text, char out[LOOKUP_NAME_BYTES_MAX + 1]);
/* Calls for each text of a manifest that is a name, until it says false. */
void lookup_each(const Juyan__V1__ManifestLodged *manifest, bool (*each)(void *user, enum name_kind kind, const char *text),
    void *user);

/* A name in a row; lent. */
struct lookup_name {
	struct span text;
	enum name_kind kind;
};

/* The first name in a row from `at` on that begins with this text, and where to go on; false: there is none. */
bool lookup_find(struct span names, size_t *at, struct span text, struct lookup_name *out) MUST_USE;
/* The parts of a row's key; DAMAGED. */
enum status lookup_read(const struct walk *walk, const char **port, const char **batch_no) MUST_USE;

#endif
