/*
 * The centre's process: services/ingest as it is, on a real ledger in a folder of memory, with its committer and its list of keys
 * played here, and a disk that may be slow, full or failing. It is killed at any moment at which it would wait, the middle of a
 * commit among them; what is not committed then is lost.
 */
#ifndef JUYAN_TESTS_CENTRE_H
#define JUYAN_TESTS_CENTRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "env.h"

enum { CENTRE_FD = 100000 /* the committer's descriptor, which is none */ };

/* The disk under the ledger. */
extern struct disk {
	int64_t commit_ns; /* how long one takes: up to so long */
	bool no_room;      /* ingest sees it before it takes anything … */
	unsigned full;     /* … or LMDB meets it: of 1000 writes */
	unsigned fails;    /* of 1000 commits */
} disk;

/* Once for all runs: the folder with the ledger in which each run begins. */
void centre_prepare(const char *folder);
void centre_forget(void);

/* Of a run. */
void centre_begin(uint32_t group_events_max);
void centre_start(void);
/* Sees that it ends by itself: what it has committed is answered. */
void centre_stop(void);
void centre_kill(void);
/* It has ended by itself, after a failed disk; centre_look clears that up, so that it can be started again. */
bool centre_ended(void);
void centre_look(void);
/* A copy of the ledger as it is on disk; and back to it, while nobody runs. */
void centre_copy(void);
bool centre_restore(void);
/* At the end, while nobody runs: the journal, the sums and the recount. */
void centre_check(void);

/* ---- for the network ---- */

bool centre_lets_in(const uint8_t *key);
bool centre_is_dying(void);
int64_t centre_done_ns(void);

#endif
