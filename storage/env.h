/*
 * The LMDB environment of one ledger, and the files beside it. A process opens a ledger's folder once and shares this among
 * its services (opening the same file twice in a process breaks LMDB's locks). Whoever opens it closes it, after all who use it.
 *
 *     DIR/ledger/data.mdb, lock.mdb    the ledger
 *     DIR/keys/                        the server's and the local administrator's keys, mode 0700
 *     DIR/run/                         sockets and locks, mode 0700
 */
#ifndef JUYAN_STORAGE_ENV_H
#define JUYAN_STORAGE_ENV_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"

struct env;

struct env_options {
	const char *dir;              /* the data folder; made when it is missing, unless readonly */
	uint64_t map_bytes;           /* the reservation; 0: the default (64 GiB, sparse) */
	uint64_t headroom_map_bytes;  /* free map below which nothing is taken any more; 0: the default */
	uint64_t headroom_disk_bytes; /* free disk, likewise */
	bool readonly;
	bool scratch; /* not synced but by env_sync: for a recount that is thrown away, or a ledger that is not in its place yet */
	bool journal_only; /* readonly: of whatever format, for its journal and the ledger's own row alone */
};

/* NOT_FOUND where a readonly folder has no ledger, FORMAT, DAMAGED, SYSTEM (also: a network file system), NO_MEMORY. */
enum status env_open(const struct env_options *options, struct env **out, struct reason *why) MUST_USE;
void env_close(struct env **env);

/* All that was committed to a scratch environment is on disk. DISK: nobody knows. */
enum status env_sync(struct env *env, struct reason *why) MUST_USE;
/* One snapshot into an empty folder, without the pages that are free; synced. NO_ROOM, DISK, SYSTEM. */
enum status env_copy(struct env *env, const char *folder, struct reason *why) MUST_USE;

/* NO_ROOM with a sentence when map or disk are below their headroom. */
enum status env_room(struct env *env, struct reason *why) MUST_USE;
void env_usage(struct env *env, uint64_t *map_bytes, uint64_t *used_bytes, uint64_t *disk_free_bytes);
/*
 * Every page that was looked at through the map counts as this process's memory until the system needs it. Above a bound
 * this gives all of them back; what is needed again comes from the system's cache. Cheap; any thread, at any time.
 */
void env_trim(struct env *env);
/* Frees the reader slots of processes that have died: at open and each minute. */
void env_reap_readers(struct env *env);

#endif
