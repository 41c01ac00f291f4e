/* How much more a ledger can take, of its map and of its disk: see env.h. */
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store.h"

/* LMDB's own table of free pages: the transaction that freed them -> how many, then which. It has a handle, and no name. */
enum { FREE_PAGES = 0 };

void
env_usage(struct env *env, uint64_t *map_bytes, uint64_t *used_bytes, uint64_t *disk_free_bytes)
{
	MDB_envinfo info;
	MDB_stat stat;
	struct statvfs disk;
	mdb_env_info(env->mdb, &info);
	mdb_env_stat(env->mdb, &stat);
	*map_bytes = info.me_mapsize;
	*used_bytes = (info.me_last_pgno + 1) * stat.ms_psize;
	*disk_free_bytes = statvfs(env->dir, &disk) == 0 ? (uint64_t)disk.f_bavail * disk.f_frsize : 0;
}

/* One line of LMDB's list of readers: process, thread, transaction; "-" where it holds none. */
static int
note_reader(const char *line, void *user)
{
	uint64_t *oldest = user;
	int process;
	unsigned long long thread, transaction;
	if (sscanf(line, "%d %llx %llu", &process, &thread, &transaction) == 3 && process != (int)getpid() && transaction < *oldest)
		*oldest = transaction;
	return 0;
}

/*
 * What the next transactions can use again of the file. Not what another process's snapshot still looks at. This process's own
 * do not count: its answers are short, and the writer lets go of the pages that it holds back when there is no room (ledger.c).
 */
static uint64_t
reusable_pages(struct env *env)
{
	MDB_txn *txn;
	MDB_cursor *cursor;
	MDB_val key, value;
	uint64_t pages = 0, oldest = UINT64_MAX, freed_by;
	size_t n;
	if (mdb_txn_begin(env->mdb, NULL, MDB_RDONLY, &txn) != MDB_SUCCESS)
		return 0;
	mdb_reader_list(env->mdb, note_reader, &oldest);
	if (mdb_cursor_open(txn, FREE_PAGES, &cursor) == MDB_SUCCESS) {
		while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS && key.mv_size == sizeof freed_by &&
		    value.mv_size >= sizeof n) {
			memcpy(&freed_by, key.mv_data, sizeof freed_by);
			if (freed_by >= oldest)
				break;
			memcpy(&n, value.mv_data, sizeof n);
			pages += n;
		}
		mdb_cursor_close(cursor);
	}
	mdb_txn_abort(txn);
	return pages;
}

/* The map that is left: what lies behind the file's end, and where that is too little, what is free within it. */
static uint64_t
map_left(struct env *env, uint64_t map_bytes, uint64_t used_bytes)
{
	MDB_stat stat;
	uint64_t left = used_bytes < map_bytes ? map_bytes - used_bytes : 0;
	if (left >= env->headroom_map_bytes || mdb_env_stat(env->mdb, &stat) != MDB_SUCCESS)
		return left;
	env_reap_readers(env); /* one that was killed holds its snapshot until somebody looks */
	return left + reusable_pages(env) * stat.ms_psize;
}

enum status
env_room(struct env *env, struct reason *why)
{
	uint64_t map_bytes, used_bytes, disk_free_bytes;
	env_usage(env, &map_bytes, &used_bytes, &disk_free_bytes);
	uint64_t left = map_left(env, map_bytes, used_bytes);
	if (left < env->headroom_map_bytes)
		return reason_say(why, STATUS_NO_ROOM,
		    "the ledger's map has %llu MiB left of %llu MiB: end what has been reading it for long, or raise map_gib and "
		    "start again",
		    (unsigned long long)(left >> 20), (unsigned long long)(map_bytes >> 20));
	if (disk_free_bytes < env->headroom_disk_bytes)
		return reason_say(why, STATUS_NO_ROOM,
		    "the disk has %llu MiB left, %llu MiB are kept free: make room, it goes on by itself",
		    (unsigned long long)(disk_free_bytes >> 20), (unsigned long long)(env->headroom_disk_bytes >> 20));
	return STATUS_OK;
}
