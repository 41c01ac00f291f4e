/* What there is to tell in a run: random events of a small port, most of them right. Lent until the next tale_begin. */
#ifndef JUYAN_TESTS_TALE_H
#define JUYAN_TESTS_TALE_H

#include "env.h"
#include "network.h"

/* The registry with which every run begins: the administrator's event 1. Lent for ever. */
struct span tale_founding(void);

/* `n` more facts for a client, whose stream is that of `owner`'s key. */
void tale_begin(uint64_t seed);
void tale_add(size_t client, size_t owner, size_t n);
/* Any bytes that an event might have, for who wants to harm. */
struct span tale_any(void);

/* The ledger's sums are those of the journal's events, counted the naive way. */
void tale_check_sums(struct env *env);

#endif
