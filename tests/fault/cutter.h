/*
 * Cuts the power of a recorded run (recorder.c) at its sync points and in between: for each cut a folder is made as the disk would
 * be left (disk.h), and whoever knows what has to be there looks at it.
 *
 * For every sync there is an image of the moment before it is done and one of the moment behind it, and in between one for every
 * `between`-th record (0: none). Of the cuts only each `step`-th from number `from` on is made, so that several processes can share
 * them. Owns nothing of what it is given; one thread.
 */
#ifndef JUYAN_TESTS_CUTTER_H
#define JUYAN_TESTS_CUTTER_H

#include <stdint.h>

#include "status.h"

struct cutter {
	const char *log;
	const char *folder; /* that was recorded */
	const char *target; /* is made and removed for each image; the one that fails stays */
	const char *lock;   /* within it: LMDB's lock file, which a dead machine may leave full of rubbish */
	uint64_t seed, between, from, step;
	/* A line that the run said. */
	void (*said)(void *user, const char *line);
	/* Whether all is there that was said by now. */
	enum status (*check)(void *user, const char *target, struct reason *why);
	void *user;
	uint64_t cuts, images, syncs; /* how many there were */
};

/*
 * "LOG FOLDER TARGET SEED BETWEEN [FROM [STEP]]" behind the program's name: does all of it, and says "images N syncs N", or the
 * first cut that was not survived. The exit code: 0, 1, or 2 where the arguments cannot be.
 */
int cutter_run(struct cutter *cutter, int argc, char **argv);

#endif
