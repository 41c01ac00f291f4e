/*
 * The thread that waits for the disk, so that the service's thread can take and judge the next group meanwhile. One group at a
 * time is handed over and handed back; between give and take it belongs to the committer, and so does the ledger.
 *
 * Whoever opens it closes it. All calls come from the service's thread.
 */
#ifndef JUYAN_INGEST_COMMITTER_H
#define JUYAN_INGEST_COMMITTER_H

#include "ledger.h"

/* What is to be committed, and how it went. */
struct commit {
	struct entry *entries;
	size_t n;
	enum status outcome;
	struct reason why; /* empty where there is nothing to say */
	size_t n_wrong;    /* with OK: how many verdicts are other than OK by now */
};

struct committer;

enum status committer_open(struct ledger *ledger, struct committer **out, struct reason *why) MUST_USE;
/* Waits for what is under way; its outcome is lost. */
void committer_close(struct committer **committer);

/* Nothing may be under way. */
void committer_give(struct committer *committer, struct commit *commit);
/*
 * Commits here and now, without the thread: for what is so little that waking the thread and being woken again would take
 * longer.
 */
void committer_do(struct committer *committer, struct commit *commit);
/*
 * True: what was given has been taken back, its outcome is set. False: it is not done yet (never with `wait`). Something has to
 * be under way.
 */
bool committer_take(struct committer *committer, bool wait);
/* Readable from when a commit is done until it is taken back. */
int committer_fd(const struct committer *committer);

#endif
