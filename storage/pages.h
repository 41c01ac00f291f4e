/*
 * The structure of a ledger's file, page by page, before LMDB believes it: LMDB follows what a page says, and what a flipped bit
 * says leads it out of the file (SIGBUS), in a circle, or to pages that are in use. Reads the file itself, not through a map; owns
 * nothing after the call.
 *
 * What is checked: both heads; that a page is the one that it says it is, of the kind that stands there; that its rows lie inside
 * it and in order, between those of its neighbours; that every table has as many pages and rows as is written; that no page is used
 * twice, or is free and in use; that the head that is taken is of the transaction that it says. What rows say is not looked at:
 * recount.h proves that.
 *
 * What cannot be found: the newest head whose transaction's number was made lower by two. It looks like one whose writing has
 * failed, and LMDB takes the one before it, which is whole: the last commit is gone. A chain value kept elsewhere shows it.
 */
#ifndef JUYAN_STORAGE_PAGES_H
#define JUYAN_STORAGE_PAGES_H

#include <stdint.h>

#include "status.h"

/* The heads and the list of tables: what opening looks at. DAMAGED with a sentence, SYSTEM. A file without a byte is right. */
enum status pages_check_head(const char *path, struct reason *why) MUST_USE;

/*
 * All pages of one snapshot, which the caller holds. BUSY: that transaction's head has been written over meanwhile; take a newer
 * snapshot. DAMAGED, NO_MEMORY, SYSTEM.
 */
enum status pages_check_all(const char *path, uint64_t transaction, struct reason *why) MUST_USE;

#endif
