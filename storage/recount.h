/*
 * Proof that a ledger is right: the chain of its journal is checked, and the journal is recounted from nothing into a scratch
 * ledger whose tables have to equal the ledger's own, bit for bit. Reads one snapshot; ingest may go on meanwhile. The same for
 * journal files, which have no tables: they have to be such that a ledger can be made of them.
 *
 * With a published checkpoint the journal has to have stood, at its event, where the checkpoint says, with its totals; with one of
 * a site that site's journal, as it came here.
 */
#ifndef JUYAN_STORAGE_RECOUNT_H
#define JUYAN_STORAGE_RECOUNT_H

#include "checkpoint.h"
#include "stretches.h"

/* A site whose journal came here: its chain has been computed anew from its blocks. */
struct recount_site {
	uint32_t site_no;
	struct journal_end end;
};

enum { RECOUNT_SITES_MAX = 256 };

struct recount_result {
	bool right;
	uint64_t first_lsn; /* 1, but for a stretch that begins later: its chain alone is proved then */
	uint64_t last_lsn;
	uint64_t events;
	uint64_t rows; /* table rows compared */
	uint8_t ledger[CHAIN_BYTES];
	uint8_t chain[CHAIN_BYTES];
	struct recount_site sites[RECOUNT_SITES_MAX]; /* where it is right, and was recounted: the first of them */
	size_t n_sites;
	char difference[512]; /* where it is not right: the first thing that does not fit, in one sentence */
};

typedef void recount_progress(void *user, uint64_t done, uint64_t all);

/*
 * `scratch_dir` is made, used and removed again. `published` and `progress` may be NULL; progress is called now and then.
 * OK with result.right false when the ledger does not fit; other statuses are about the machine.
 */
enum status recount(struct env *env, const char *scratch_dir, const struct checkpoint *published, recount_progress *progress,
    void *user, struct recount_result *result, struct reason *why) MUST_USE;
/*
 * Whether a site's journal, as it came here, stood where a checkpoint of the site says. OK with `right`, or with the sentence of
 * what does not fit; NOT_FOUND where nothing of that site has come.
 */
enum status recount_site_checkpoint(struct env *env, uint32_t site_no, const struct checkpoint *published, bool *right,
    char difference[512], struct reason *why) MUST_USE;
/* Likewise of files and folders of files (stretches.h). Where they begin with event 1, they are recounted in the scratch folder. */
enum status recount_stretches(const char *const *paths, size_t n, const char *scratch_dir, const struct checkpoint *published,
    recount_progress *progress, void *user, struct recount_result *result, struct reason *why) MUST_USE;

#endif
