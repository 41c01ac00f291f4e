/*
 * What the rules of session.h and session_site.h ask of the world: what is on file, and what becomes of an event. Ingest's answers
 * are in court.c, a test has its own.
 */
#ifndef JUYAN_INGEST_COURT_H
#define JUYAN_INGEST_COURT_H

#include "ledger.h"

/* What the rules ask of the world. */
struct court {
	/*
	 * The bytes on file under a number <= stream.on_disk; lent until the next call. A status other than OK is about the
	 * machine.
	 */
	enum status (*stored)(void *user, uint32_t terminal_no, uint64_t stream_seq, struct span *out);
	/*
	 * Decodes and judges one event. OK: it is taken and applied. BUSY: first commit what was admitted. STOP statuses end it
	 * all. Anything else is the reason of its quarantine. *out is set wherever decoding went well, and lives until what was
	 * admitted is committed.
	 */
	enum status (*judge)(void *user, uint32_t terminal_no, struct span bytes, const Juyan__V1__Event **out, struct reason *why);
	/*
	 * The same of an event that its site has accepted. It is not judged again: whatever is said but OK stops the site's stream,
	 * as an event that cannot be read here, or one of a port that is not known here or not this site's.
	 */
	enum status (
	    *judge_site)(void *user, uint32_t site_no, struct span bytes, const Juyan__V1__Event **out, struct reason *why);
	/* ledger_site_chain, of a site_lsn <= stream.on_disk; and the last number on disk of a site's terminal. BUSY as above. */
	enum status (*site_chain)(void *user, uint32_t site_no, uint64_t site_lsn, uint8_t out[CHAIN_BYTES]);
	enum status (*tail)(void *user, uint32_t terminal_no, uint64_t *out);
	/*
	 * Whether a site's journal may begin with the block of this chain value: CONTRADICTION with what is wrong where that
	 * journal is on file already, as another's. Nothing stands in the admission. BUSY as above.
	 */
	enum status (*begins)(void *user, uint32_t site_no, const uint8_t chain[CHAIN_BYTES], struct reason *why);
	void *user;
};

#endif
