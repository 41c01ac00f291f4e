/* A folder of a test's own, under /tmp, removed with all that is in it. */
#ifndef JUYAN_TESTS_FOLDER_H
#define JUYAN_TESTS_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

enum { FOLDER_BYTES = 64 };

static inline int
folder_remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static inline void
folder_make(char folder[FOLDER_BYTES])
{
	snprintf(folder, FOLDER_BYTES, "/tmp/juyan-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
}

/* Where there is memory for it, one that no disk slows down: for tests that sync by the thousand, and not for the disk's sake. */
static inline void
folder_make_quick(char folder[FOLDER_BYTES])
{
	snprintf(folder, FOLDER_BYTES, "/dev/shm/juyan-test-XXXXXX");
	if (mkdtemp(folder) == NULL)
		folder_make(folder);
}

static inline void
folder_remove(const char *folder)
{
	nftw(folder, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
