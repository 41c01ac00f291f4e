/*
 * Brings down what is decided above: for each authority that this ledger's registry names, the decrees behind the last one that was
 * taken here are asked of headquarters, and handed to this ledger's own ingest as they stand, in their turn. The ledger looks at
 * signatures and numbers, so nothing has to be believed here.
 *
 * A decree that the ledger does not take holds up those behind it, for they may rest on it. It is told, and handed over again only
 * when the registry has changed meanwhile (or the relay was started anew): each try stands in the journal for good. What is not
 * signed by the authority, or is not its next decree, is told and not handed over at all. Other authorities' decrees go on. One
 * thread; all waits have a deadline.
 */
#ifndef JUYAN_RELAY_HERALD_H
#define JUYAN_RELAY_HERALD_H

#include "ingest.pb-c.h"
#include "service.h"

/* The decree that does not come into force here, and why; number 0: there is none. */
struct herald_stuck {
	uint64_t number;
	struct reason why;
};

struct herald;

/* NO_MEMORY. The kit is lent. */
enum status herald_open(const struct service_kit *kit, struct herald **out, struct reason *why) MUST_USE;
void herald_close(struct herald **herald);

/* The next frame that asks headquarters, in the arena, where it is time for one; data NULL: not now. */
struct span herald_ask(struct herald *herald, struct arena *arena);
/* What headquarters has answered. */
void herald_told(struct herald *herald, const Juyan__V1__Decrees *told);

/* Of several authorities the first; what could not be handed over only once that has lasted for a minute. Lent. */
const struct herald_stuck *herald_stuck(const struct herald *herald);

#endif
