/*
 * What is known of sites: ledgers of their own whose journals come here. A site is one of this ledger's terminals; number n of its
 * stream is event n of its journal.
 */
#ifndef JUYAN_STORAGE_SITES_H
#define JUYAN_STORAGE_SITES_H

#include "journal.h"

/* Where a site's journal ends here, with the site's time of receipt. NOT_FOUND: nothing of it is here. */
enum status sites_end(const struct store *store, uint32_t site_no, struct journal_end *out) MUST_USE;
enum status sites_put_end(const struct store *store, uint32_t site_no, const struct journal_end *end) MUST_USE;
/* All of which there is something, ascending: call with 0 first, then with the last result; NOT_FOUND behind the last. */
enum status sites_next(const struct store *store, uint32_t after, uint32_t *site_no) MUST_USE;

/* The chain value of a site's journal behind its event `lsn` (0: zeros). NOT_FOUND: no block of it ends there. */
enum status sites_chain(const struct store *store, uint32_t site_no, uint64_t lsn, uint8_t out[CHAIN_BYTES]) MUST_USE;
/* The chain value of the first block of a site's journal, which names it. DAMAGED where there is none. */
enum status sites_journal_name(const struct store *store, uint32_t site_no, uint8_t out[CHAIN_BYTES]) MUST_USE;
/* Which event of its site's journal one of this journal is. NOT_FOUND. */
enum status sites_lsn(const struct store *store, const struct journal_event *event, uint64_t *out) MUST_USE;

/* The name that a site's terminal has there, by its number here; "" where none is known. Lent. */
enum status sites_terminal_name(const struct store *store, uint32_t terminal_no, struct span *out) MUST_USE;
/* All that have one, ascending: call with 0 first, then with the last result; NOT_FOUND behind the last. */
enum status sites_next_terminal(const struct store *store, uint32_t after, uint32_t *terminal_no, struct span *name) MUST_USE;
enum status sites_put_terminal_name(const struct store *store, uint32_t terminal_no, const char *name) MUST_USE;

/*
 * How far a site has come with an authority's decrees, as its journal says: the highest number that was taken there; and the latest
 * behind it that was not, with the event of this journal that says so, or zeros.
 */
struct site_decrees {
	uint64_t last, refused, refused_lsn;
};
enum status sites_decrees(const struct store *store, uint32_t site_no, const char *authority, struct site_decrees *out) MUST_USE;
enum status sites_put_decrees(const struct store *store, uint32_t site_no, const char *authority,
    const struct site_decrees *decrees) MUST_USE;

/*
 * That its stream stands still, and that some of its registry does not fit this one; NOT_FOUND: not so. The table is not held
 * against the journal, and no recount looks at it.
 */
enum site_matter { SITE_STOPPED, SITE_UNFIT };
enum status sites_alarm(const struct store *store, uint32_t site_no, enum site_matter matter, struct site_alarm *out) MUST_USE;
enum status sites_put_alarm(const struct store *store, uint32_t site_no, enum site_matter matter,
    const struct site_alarm *alarm) MUST_USE;
enum status sites_drop_alarm(const struct store *store, uint32_t site_no, enum site_matter matter) MUST_USE;

#endif
