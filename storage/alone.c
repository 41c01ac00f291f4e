/* An environment that stands alone in its folder: making, opening, and what it may use. See cabinet_parts.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cabinet_parts.h"
#include "files.h"
#include "store.h"

#define BYTES_MIN (UINT64_C(1) << 20)
#define DISK_KEPT_FREE (UINT64_C(32) << 20)

enum { READERS = 254, PATH_BYTES = ALONE_DIR_BYTES + 64, PAGE_BYTES = 4096 };

enum status
alone_name(struct alone *alone, const char *dir, const char *what, uint64_t bytes_max, struct reason *why)
{
	if (bytes_max != 0 && bytes_max < BYTES_MIN)
		return reason_say(why, STATUS_SETTING, "a %s has at least %llu bytes, not %llu", what,
		    (unsigned long long)BYTES_MIN, (unsigned long long)bytes_max);
	if (strlen(dir) >= ALONE_DIR_BYTES)
		return reason_say(why, STATUS_SETTING, "the %s's path is longer than %d bytes", what, ALONE_DIR_BYTES - 1);
	*alone = (struct alone){ .what = what, .bytes_max = bytes_max };
	memcpy(alone->dir, dir, strlen(dir) + 1);
	return STATUS_OK;
}

/* ---- what it may use ---- */

/* What the disk still has for it, beside what is kept free for others; UINT64_MAX where it cannot be known. */
static uint64_t
disk_bytes(const struct alone *alone)
{
	struct statvfs disk;
	if (statvfs(alone->dir, &disk) != 0)
		return UINT64_MAX;
	uint64_t free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
	return free_bytes > DISK_KEPT_FREE ? free_bytes - DISK_KEPT_FREE : 0;
}

uint64_t
alone_room(const struct alone *alone, uint64_t used)
{
	MDB_envinfo info;
	uint64_t room = alone->bytes_max / 8 * 7, disk = disk_bytes(alone);
	if (mdb_env_info(alone->mdb, &info) != MDB_SUCCESS || disk == UINT64_MAX)
		return room;
	uint64_t file = (info.me_last_pgno + 1) * PAGE_BYTES / 8 * 7;
	uint64_t within = (file > used ? file : used) + disk;
	return room < within ? room : within;
}

/* LMDB says EIO for a write that a full disk cut short. */
enum status
alone_status(const struct alone *alone, int rc, struct reason *why)
{
	if (rc == MDB_MAP_FULL)
		return reason_say(why, STATUS_NO_ROOM, "%.128s: the %s is full", alone->dir, alone->what);
	if (rc == ENOSPC || rc == EDQUOT || (rc == EIO && disk_bytes(alone) == 0))
		return reason_say(why, STATUS_NO_ROOM, "%.128s: the %s's disk is full", alone->dir, alone->what);
	enum status status = store_status(rc, NULL);
	if (rc != MDB_SUCCESS && status == STATUS_DISK)
		return reason_say(why, status, "%.128s: the %s's disk failed: %s", alone->dir, alone->what, mdb_strerror(rc));
	if (status == STATUS_DAMAGED || status == STATUS_FORMAT)
		return reason_say(why, status, "%.128s: the %s is damaged: %s", alone->dir, alone->what, mdb_strerror(rc));
	return status == STATUS_OK ? status : reason_say(why, status, "%.128s: %s", alone->dir, mdb_strerror(rc));
}

/* ---- opening ---- */

static enum status
open_in(struct alone *alone, const char *dir, unsigned tables, uint64_t bytes, struct reason *why)
{
	int dead, rc = mdb_env_create(&alone->mdb);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_maxdbs(alone->mdb, tables);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_maxreaders(alone->mdb, READERS);
	if (rc == MDB_SUCCESS && bytes != 0)
		rc = mdb_env_set_mapsize(alone->mdb, bytes);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_open(alone->mdb, dir, MDB_NOTLS, 0600);
	if (rc == MDB_SUCCESS)
		rc = mdb_reader_check(alone->mdb, &dead);
	if (rc == EACCES || rc == EROFS || rc == ENOENT || rc == EPERM)
		return reason_say(why, STATUS_SYSTEM, "%.128s: the %s cannot be opened: %s", alone->dir, alone->what,
		    mdb_strerror(rc));
	return alone_status(alone, rc, why);
}

enum status
alone_open(struct alone *alone, unsigned tables, uint64_t bytes, struct reason *why)
{
	return open_in(alone, alone->dir, tables, bytes, why);
}

void
alone_close(struct alone *alone)
{
	if (alone->mdb != NULL)
		mdb_env_close(alone->mdb);
	alone->mdb = NULL;
}

enum status
alone_there(const struct alone *alone, struct reason *why)
{
	char place[PATH_BYTES];
	snprintf(place, sizeof place, "%s/data.mdb", alone->dir);
	if (access(place, F_OK) == 0)
		return STATUS_OK;
	if (errno != ENOENT && errno != ENOTDIR)
		return reason_say(why, STATUS_SYSTEM, "%.128s: the %s cannot be opened: %s", place, alone->what, strerror(errno));
	return reason_say(why, STATUS_NOT_FOUND, "%.128s holds no %s", alone->dir, alone->what);
}

/* ---- making one ---- */

/* LMDB's two files in a folder, where they are. */
static void
clear(const char *draft)
{
	char path[PATH_BYTES + 16];
	snprintf(path, sizeof path, "%s/data.mdb", draft);
	unlink(path);
	snprintf(path, sizeof path, "%s/lock.mdb", draft);
	unlink(path);
	rmdir(draft);
}

static enum status
fill_in(struct alone *alone, enum status (*fill)(void *user, MDB_txn *txn, struct reason *why), void *user, struct reason *why)
{
	MDB_txn *txn = NULL;
	enum status status = alone_status(alone, mdb_txn_begin(alone->mdb, NULL, 0, &txn), why);
	if (status != STATUS_OK)
		return status;
	status = fill(user, txn, why);
	if (status == STATUS_OK)
		return alone_status(alone, mdb_txn_commit(txn), why);
	mdb_txn_abort(txn);
	return status;
}

/* A disk without room for a folder's name is not one to begin on. */
static enum status
not_begun(enum status status)
{
	return status == STATUS_NO_ROOM ? STATUS_SYSTEM : status;
}

/* The folder above may be closed to us: then somebody else has made ours there, long ago. */
static enum status
sync_above(const struct alone *alone, struct reason *why)
{
	char above[PATH_BYTES];
	snprintf(above, sizeof above, "%s/..", alone->dir);
	return access(above, R_OK) != 0 && errno == EACCES ? STATUS_OK : files_sync(above, why);
}

/*
 * LMDB writes the head of a new file without a sync, and what a power cut leaves of it would never be opened again. So it begins
 * beside its place, and comes there as a whole, synced. Folder and file have to survive by their names as well.
 */
enum status
alone_make(struct alone *alone, unsigned tables, uint64_t bytes_max,
    enum status (*fill)(void *user, MDB_txn *txn, struct reason *why), void *user, struct reason *why)
{
	char draft[PATH_BYTES], file[PATH_BYTES + 16], place[PATH_BYTES];
	if (mkdir(alone->dir, 0700) != 0 && errno != EEXIST)
		return not_begun(files_fail(alone->dir, "the folder cannot be made", why));
	snprintf(draft, sizeof draft, "%s/begun", alone->dir);
	snprintf(file, sizeof file, "%s/data.mdb", draft);
	snprintf(place, sizeof place, "%s/data.mdb", alone->dir);
	clear(draft);
	if (mkdir(draft, 0700) != 0)
		return not_begun(files_fail(draft, "the folder cannot be made", why));
	enum status status = open_in(alone, draft, tables, bytes_max, why);
	if (status == STATUS_OK)
		status = fill_in(alone, fill, user, why);
	alone_close(alone);
	if (status == STATUS_OK && rename(file, place) != 0)
		status = not_begun(files_fail(place, "it cannot be put in its place", why));
	clear(draft);
	if (status == STATUS_OK)
		status = not_begun(files_sync(alone->dir, why));
	return status == STATUS_OK ? not_begun(sync_above(alone, why)) : status;
}
