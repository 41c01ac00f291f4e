/*
 * What an administrator's tool sends: one event over ingest's session, as the terminal whose key the connection names, answered
 * when it is on disk and applied. Owns nothing between calls; one thread.
 */
#ifndef JUYAN_TOOLS_ADMINISTER_H
#define JUYAN_TOOLS_ADMINISTER_H

#include "options.h"
#include "wire.h"

/*
 * Fills in occurred_at_ms where it is 0. OK: applied. What ingest answers otherwise comes back as its status with its sentence,
 * TIMEOUT when nobody answers.
 */
enum status administer(const struct tool_connection *connection, Juyan__V1__Event *event, struct reason *why) MUST_USE;

/* Who does this: the name given, else the login name of this machine; "unknown" where there is none. Lent until the next call. */
const char *administer_by(const char *named);

#endif
