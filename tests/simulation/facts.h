/* What there is to tell in a run: random events of a small port, most of them right. Lent until the next facts_make. */
#ifndef JUYAN_TESTS_FACTS_H
#define JUYAN_TESTS_FACTS_H

#include "env.h"
#include "network.h"

/* The registry with which every run begins: the administrator's event 1. Lent for ever. */
struct span facts_founding(void);

/* `n` more facts for a client, whose stream is that of `owner`'s key. */
void facts_make(uint64_t seed);
void facts_add(size_t client, size_t owner, size_t n);
/* Any bytes that an event might have, for who wants to harm. */
struct span facts_any(void);

/* The ledger's sums are those of the journal's events, counted the naive way. */
void facts_check_sums(struct env *env);

#endif
