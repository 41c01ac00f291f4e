/* Opening a spool, and making one: see spool.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool_parts.h"

#define BYTES_DEFAULT (UINT64_C(1) << 30)
#define BYTES_MIN (UINT64_C(1) << 20)

enum { READERS = 254, PATH_BYTES = SPOOL_DIR_BYTES + 64 };

static enum status
say_errno(const char *path, const char *what, struct reason *why)
{
	return reason_say(why, STATUS_SYSTEM, "%.128s: %s: %s", path, what, strerror(errno));
}

/* `bytes` 0: as large as it was. */
static enum status
open_mdb(struct spool *spool, const char *dir, uint64_t bytes, struct reason *why)
{
	int dead, rc = mdb_env_create(&spool->mdb);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_maxdbs(spool->mdb, SPOOL_TABLES);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_maxreaders(spool->mdb, READERS);
	if (rc == MDB_SUCCESS && bytes != 0)
		rc = mdb_env_set_mapsize(spool->mdb, bytes);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_open(spool->mdb, dir, MDB_NOTLS, 0600);
	if (rc == MDB_SUCCESS)
		rc = mdb_reader_check(spool->mdb, &dead);
	if (rc == EACCES || rc == EROFS || rc == ENOENT || rc == EPERM)
		return reason_say(why, STATUS_SYSTEM, "%.128s: the spool cannot be opened: %s", spool->dir, mdb_strerror(rc));
	return spool_status(spool, rc, why);
}

/* In a transaction that is committed, so that the handles last. */
static int
open_tables(struct spool *spool, MDB_txn *txn, unsigned flags)
{
	int rc = mdb_dbi_open(txn, "events", flags, &spool->events);
	if (rc == MDB_SUCCESS)
		rc = mdb_dbi_open(txn, "files", flags, &spool->files);
	return rc == MDB_SUCCESS ? mdb_dbi_open(txn, "self", flags, &spool->self) : rc;
}

/* ---- making one ---- */

static enum status
sync_folder(const char *path, struct reason *why)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL); /* EINVAL: a file system with nothing to sync there */
	if (fd < 0 && errno == EACCES) /* the folder above may be closed to us: then somebody else has made ours there, long ago */
		return STATUS_OK;
	enum status status = synced ? STATUS_OK : say_errno(path, "the folder cannot be synced", why);
	if (fd >= 0)
		close(fd);
	return status;
}

static enum status
begin_tables(struct spool *spool, const struct self *self, struct reason *why)
{
	MDB_txn *txn = NULL;
	enum status status = spool_status(spool, mdb_txn_begin(spool->mdb, NULL, 0, &txn), why);
	if (status != STATUS_OK)
		return status;
	status = spool_status(spool, open_tables(spool, txn, MDB_CREATE), why);
	if (status == STATUS_OK)
		status = spool_self_write(spool, txn, self, why);
	if (status == STATUS_OK)
		return spool_status(spool, mdb_txn_commit(txn), why);
	mdb_txn_abort(txn);
	return status;
}

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

/*
 * LMDB writes the head of a new file without a sync, and what a power cut leaves of it would never be opened again. So a spool
 * begins beside its place, and comes there as a whole, synced. Folder and file have to survive by their names as well.
 */
static enum status
begin(struct spool *spool, const struct self *self, const char *place, struct reason *why)
{
	char draft[PATH_BYTES], file[PATH_BYTES + 16], above[PATH_BYTES];
	snprintf(draft, sizeof draft, "%s/begun", spool->dir);
	snprintf(file, sizeof file, "%s/data.mdb", draft);
	snprintf(above, sizeof above, "%s/..", spool->dir);
	clear(draft);
	if (mkdir(draft, 0700) != 0)
		return say_errno(draft, "the folder cannot be made", why);
	enum status status = open_mdb(spool, draft, self->bytes_max, why);
	if (status == STATUS_OK)
		status = begin_tables(spool, self, why);
	if (spool->mdb != NULL)
		mdb_env_close(spool->mdb);
	spool->mdb = NULL;
	if (status == STATUS_OK && rename(file, place) != 0)
		status = say_errno(place, "the spool cannot be put in its place", why);
	clear(draft);
	if (status == STATUS_OK)
		status = sync_folder(spool->dir, why);
	return status == STATUS_OK ? sync_folder(above, why) : status;
}

static enum status
begin_where_none(struct spool *spool, const struct spool_options *options, struct reason *why)
{
	char place[PATH_BYTES];
	snprintf(place, sizeof place, "%s/data.mdb", spool->dir);
	if (access(place, F_OK) == 0)
		return STATUS_OK;
	if (errno != ENOENT && errno != ENOTDIR)
		return say_errno(place, "the spool cannot be opened", why);
	if (options->key == NULL)
		return reason_say(why, STATUS_NOT_FOUND, "%.128s holds no spool", spool->dir);
	if (mkdir(spool->dir, 0700) != 0 && errno != EEXIST)
		return say_errno(spool->dir, "the folder cannot be made", why);
	struct self self = { .bytes_max = options->bytes_max == 0 ? BYTES_DEFAULT : options->bytes_max };
	memcpy(self.key, options->key, PUBLIC_KEY_BYTES);
	return begin(spool, &self, place, why);
}

/* ---- opening ---- */

static enum status
write_bytes_max(struct spool *spool, struct self *self, struct reason *why)
{
	MDB_txn *txn = NULL;
	enum status status = spool_status(spool, mdb_txn_begin(spool->mdb, NULL, 0, &txn), why);
	if (status == STATUS_OK)
		status = spool_self_write(spool, txn, self, why);
	if (status == STATUS_OK)
		return spool_status(spool, mdb_txn_commit(txn), why);
	mdb_txn_abort(txn);
	return status;
}

/* Whose it is, and how large it may be. */
static enum status
settle_in(struct spool *spool, const struct spool_options *options, struct reason *why)
{
	struct self self = { 0 };
	MDB_txn *txn = NULL;
	enum status status = spool_status(spool, mdb_txn_begin(spool->mdb, NULL, MDB_RDONLY, &txn), why);
	if (status != STATUS_OK)
		return status;
	status = spool_status(spool, open_tables(spool, txn, 0), why);
	if (status == STATUS_OK)
		status = spool_self_read(spool, txn, &self, why);
	enum status ended = spool_status(spool, mdb_txn_commit(txn), status == STATUS_OK ? why : NULL);
	status = status == STATUS_OK ? ended : status;
	if (status == STATUS_NOT_FOUND)
		return reason_say(why, STATUS_FORMAT, "%.128s: the file there is no spool", spool->dir);
	if (status != STATUS_OK)
		return status;
	if (options->key != NULL && memcmp(self.key, options->key, PUBLIC_KEY_BYTES) != 0)
		return reason_say(why, STATUS_CONTRADICTION,
		    "%.128s is the spool of another key: use that key, another folder, or hand the spool over", spool->dir);
	spool->bytes_max = self.bytes_max;
	if (options->bytes_max == 0 || options->bytes_max == self.bytes_max)
		return STATUS_OK;
	spool->bytes_max = self.bytes_max = options->bytes_max;
	return write_bytes_max(spool, &self, why);
}

enum status
spool_open(const struct spool_options *options, struct spool **out, struct reason *why)
{
	if (options->bytes_max != 0 && options->bytes_max < BYTES_MIN)
		return reason_say(why, STATUS_SETTING, "a spool has at least %llu bytes, not %llu", (unsigned long long)BYTES_MIN,
		    (unsigned long long)options->bytes_max);
	if (strlen(options->dir) >= SPOOL_DIR_BYTES)
		return reason_say(why, STATUS_SETTING, "the spool's path is longer than %d bytes", SPOOL_DIR_BYTES - 1);
	struct spool *spool = calloc(1, sizeof *spool);
	if (spool == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory to open a spool");
	memcpy(spool->dir, options->dir, strlen(options->dir) + 1);
	enum status status = begin_where_none(spool, options, why);
	if (status == STATUS_OK)
		status = open_mdb(spool, spool->dir, options->bytes_max, why);
	if (status == STATUS_OK)
		status = settle_in(spool, options, why);
	if (status == STATUS_OK)
		*out = spool;
	else
		spool_close(&spool);
	return status;
}

void
spool_close(struct spool **spool)
{
	if (*spool == NULL)
		return;
	if ((*spool)->mdb != NULL)
		mdb_env_close((*spool)->mdb);
	free(*spool);
	*spool = NULL;
}
