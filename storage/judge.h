/*
 * What becomes of an event that has been decoded and is well-formed: a pure function of the registry and the event.
 * Ingest asks it before the event is written, the ledger when an event leaves quarantine. Owns nothing; any thread.
 */
#ifndef JUYAN_STORAGE_JUDGE_H
#define JUYAN_STORAGE_JUDGE_H

#include "registry.h"

/*
 * OK: it is taken and applied. NOT_AUTHORISED: the terminal may not say this (kept in quarantine, answered as refused).
 * Anything else: kept in quarantine with the sentence in `why`.
 */
enum status judge_event(const struct registry *registry, uint32_t terminal_no, const Juyan__V1__Event *event,
    struct reason *why) MUST_USE;
/*
 * The same of an event that a site has accepted. It is not judged again, but it has to be of one of the site's ports, and that one
 * known here: UNKNOWN_PORT, NOT_AUTHORISED.
 */
enum status judge_relayed(const struct registry *registry, uint32_t site_no, const Juyan__V1__Event *event,
    struct reason *why) MUST_USE;

#endif
