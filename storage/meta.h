/* The one row of the table `meta`: what the ledger knows of itself. Written at the end of each transaction. */
#ifndef JUYAN_STORAGE_META_H
#define JUYAN_STORAGE_META_H

#include "journal.h"

enum { LEDGER_FORMAT = 5 };

struct meta {
	struct journal_end end;
	uint64_t registry_version; /* how many registry changes have been applied */
	uint64_t quarantine_waiting;
};

/* An empty ledger has a meta of zeros. FORMAT when another version wrote it. */
enum status meta_read(const struct store *store, struct meta *out, struct reason *why) MUST_USE;
/* Of any format: all have begun alike so far, with what is read here; the counts are those of this format only. DAMAGED. */
enum status meta_read_any(const struct store *store, unsigned *format, struct meta *out, struct reason *why) MUST_USE;
enum status meta_write(const struct store *store, const struct meta *meta) MUST_USE;

#endif
