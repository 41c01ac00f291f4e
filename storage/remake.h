/*
 * A ledger made anew, beside its place, and put there when it is whole: from a backup, from a ledger of an older format, or from
 * the ledger itself without the pages that it does not need. A crash leaves what was there before, and a folder that the next
 * attempt throws away. The caller sees to it that nobody else uses the data folder.
 *
 *     DIR/remade/ledger      while it is made
 */
#ifndef JUYAN_STORAGE_REMAKE_H
#define JUYAN_STORAGE_REMAKE_H

#include "checkpoint.h"

typedef void remake_progress(void *user, uint64_t done, uint64_t all);

struct remake_result {
	struct journal_end end;
	uint64_t bytes_before; /* of data.mdb; 0 where there was none */
	uint64_t bytes;
	unsigned format_before; /* upgrade: which it was */
};

/*
 * From journal files (stretches.h) into a folder that has no ledger yet (CONTRADICTION). With `published` (may be NULL) the
 * journal has to have stood where that says. DAMAGED with the first thing that does not fit; then there is no ledger.
 */
enum status remake_restore(const char *dir, const char *const *paths, size_t n, const struct checkpoint *published,
    remake_progress *progress, void *user, struct remake_result *out, struct reason *why) MUST_USE;

/*
 * From a ledger of an older format, which is kept as DIR/ledger.N-old. The journal has the same form in all formats so far.
 * CONTRADICTION: it is of this format already; FORMAT: of a later version's; DAMAGED: what does not fit.
 */
enum status remake_upgrade(const char *dir, remake_progress *progress, void *user, struct remake_result *out,
    struct reason *why) MUST_USE;

/* The same ledger in as few pages as it needs. Rows are counted and the journal's chain is walked before it takes its place. */
enum status remake_compact(const char *dir, struct remake_result *out, struct reason *why) MUST_USE;

#endif
