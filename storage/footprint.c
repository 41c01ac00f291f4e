/* How much of a mapped ledger counts as this process's memory: see env_trim in env.h. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store.h"

enum { MAPPED_MIB_MAX = 96 };

/* The pages of files that are mapped into this process, in bytes; 0 where the system does not say. */
static uint64_t
mapped_bytes(void)
{
	unsigned long long all, resident, shared;
	FILE *file = fopen("/proc/self/statm", "re");
	if (file == NULL)
		return 0;
	int n = fscanf(file, "%llu %llu %llu", &all, &resident, &shared);
	fclose(file);
	return n == 3 ? shared * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

/* Where the ledger's file is mapped: LMDB tells it only of maps at a fixed place, the system of all. */
void
footprint_find(struct env *env)
{
	char line[2 * PATH_MAX], path[PATH_MAX], named[sizeof env->dir + 32];
	env->map = NULL;
	snprintf(named, sizeof named, "%s/ledger/data.mdb", env->dir);
	FILE *file = realpath(named, path) != NULL ? fopen("/proc/self/maps", "re") : NULL;
	if (file == NULL)
		return;
	while (fgets(line, sizeof line, file) != NULL) {
		uintptr_t first, end;
		char *file_of = strchr(line, '/');
		if (file_of != NULL && strncmp(file_of, path, strlen(path)) == 0 && file_of[strlen(path)] == '\n' &&
		    sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &first, &end) == 2) {
			env->map = (void *)first;
			env->map_bytes = end - first;
		}
	}
	fclose(file);
}

void
env_trim(struct env *env)
{
	/* A shared mapping of a file loses nothing by this: its pages stay in the system's cache. */
	if (env->map != NULL && mapped_bytes() > (uint64_t)MAPPED_MIB_MAX << 20)
		madvise(env->map, env->map_bytes, MADV_DONTNEED);
}
