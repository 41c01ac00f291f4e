/*
 * Proof that a ledger is right: the chain of its journal is checked, and the journal is recounted from nothing into a scratch
 * ledger whose tables have to equal the ledger's own, bit for bit. Reads one snapshot; ingest may go on meanwhile.
 */
#ifndef JUYAN_STORAGE_RECOUNT_H
#define JUYAN_STORAGE_RECOUNT_H

#include "env.h"

struct recount_result {
	bool right;
	uint64_t last_lsn;
	uint64_t events;
	uint64_t rows; /* table rows compared */
	uint8_t chain[32];
	char difference[512]; /* where it is not right: the first thing that does not fit, in one sentence */
};

/*
 * `scratch_dir` is made, used and removed again. `progress` (may be NULL) is called now and then.
 * OK with result.right false when the ledger does not fit; other statuses are about the machine.
 */
enum status recount(struct env *env, const char *scratch_dir, void (*progress)(void *user, uint64_t done, uint64_t all), void *user,
    struct recount_result *result, struct reason *why) MUST_USE;

#endif
