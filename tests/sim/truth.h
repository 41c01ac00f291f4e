/*
 * What has to be true. The facts that honest terminals have to tell stand here, each with its bytes; beside them a copy of the
 * ledger's journal, read from disk after each commit. All that anybody is told is held against that copy at the moment it is said.
 *
 * Facts and copies live until the next truth_begin. What does not hold fails the run.
 */
#ifndef JUYAN_TESTS_TRUTH_H
#define JUYAN_TESTS_TRUTH_H

#include "ledger.h"

enum { FACTS_MAX = 512, STREAMS_MAX = 16, ADMINISTRATOR = 1, HOSTILE_NO = 6 };

struct fact {
	uint32_t terminal_no;
	size_t client; /* who has it to tell */
	struct span bytes;
	enum status verdict; /* what ingest has to find; of an administrator's event it is not foreseen */
	unsigned on_file;    /* how often it stands under a number of its own, now … */
	unsigned conflicts;  /* … and as a conflict */
	bool ever;           /* on file under a number, at some time */
	bool ever_conflict;
	bool settled; /* its terminal has been told so */
};

struct truth {
	struct fact facts[FACTS_MAX];
	size_t n_facts;
	uint64_t commits;
	bool key_shared[STREAMS_MAX]; /* two clients number one stream: an event may come to stand under two numbers */
	bool numbers_lost;            /* the centre has been restored from an older copy */
	uint32_t group_events_max;    /* of this run's centre */
	uint64_t waited_most;         /* commits that anybody waited for an answer */
	uint64_t answers;
};

extern struct truth truth;

void truth_begin(void);
struct fact *truth_add(uint32_t terminal_no, size_t client, struct span bytes, enum status verdict);

/* The journal has grown, or has been opened again: what was there has to be there still. */
void truth_read(struct env *env, bool from_the_beginning);
/* The copy that comes next is older than what was read. */
void truth_restored(uint64_t lsn);
uint64_t truth_lsn(void);
uint64_t truth_tail(uint32_t terminal_no);

/* What the centre takes and gives, frame by frame: each has one answer, in order, and what it says is on disk. */
void truth_asked(uint32_t route, const uint8_t *key, struct span frame, int64_t arrived_ns);
void truth_answered(uint32_t route, struct span frame);
/* The centre has gone: nobody waits for its answers any more. */
void truth_centre_gone(void);

/* A terminal has been told that this is settled: under a number of its own, or (`conflict`) under another's. */
void truth_settled(struct fact *fact, bool conflict);

/* All events of the journal, in their order. */
struct truth_row {
	uint32_t terminal_no;
	uint64_t seq;
	enum status verdict;
	bool conflict;
	struct span bytes;
};
bool truth_row(uint64_t lsn, struct truth_row *out);

#endif
