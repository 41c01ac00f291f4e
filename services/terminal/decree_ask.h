/*
 * What a site asks of headquarters, beside bringing its journal: the decrees of an authority behind the last one that it has. What
 * comes goes to the site's own ingest as it stands, in this order; its ledger looks at signatures and numbers, so nothing has to be
 * believed here. Pure; owns nothing.
 *
 * Whoever turns the session asks for each authority of the site's registry (query: StatusAsk, authorities), now and then.
 */
#ifndef JUYAN_TERMINAL_DECREE_ASK_H
#define JUYAN_TERMINAL_DECREE_ASK_H

#include "ingest.pb-c.h"
#include "wire.h"

/* The frame that asks, in the arena. NO_MEMORY. */
enum status decree_ask(const char *authority, uint64_t after, struct arena *arena, struct span *frame) MUST_USE;
/*
 * How many of what was told, from the front, are decrees of this authority with the numbers behind `after`, one after the other: so
 * many are worth handing on. What is told of another authority, or is none, is none. Decodes in the arena, and gives it back.
 */
size_t decree_ask_in_turn(const Juyan__V1__Decrees *told, const char *authority, uint64_t after, struct arena *arena);

#endif
