/* Bare loops to measure against: see yardstick.h. */
#include "yardstick.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "store.h"

enum { PATH_BYTES = 512, SYNC_BYTES_MAX = 4096 };

static int64_t
now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int
put_group(MDB_env *mdb, MDB_dbi table, const struct span *events, size_t first, size_t n)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(mdb, NULL, 0, &txn);
	if (rc != MDB_SUCCESS)
		return rc;
	for (size_t i = first; i < first + n && rc == MDB_SUCCESS; i++) {
		struct key key = { 0 };
		key_be(&key, i + 1, 8);
		union {
			const void *in;
			void *out;
		} data = { .in = events[i].data };
		MDB_val k = { key.used, key.bytes }, v = { events[i].bytes, data.out };
		rc = mdb_put(txn, table, &k, &v, MDB_APPEND);
	}
	if (rc == MDB_SUCCESS)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

static int
open_bare(MDB_env *mdb, const char *dir, size_t bytes, MDB_dbi *table)
{
	MDB_txn *txn;
	int rc = mdb_env_set_mapsize(mdb, bytes);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_open(mdb, dir, 0, 0600);
	if (rc == MDB_SUCCESS)
		rc = mdb_txn_begin(mdb, NULL, 0, &txn);
	if (rc != MDB_SUCCESS)
		return rc;
	rc = mdb_dbi_open(txn, NULL, 0, table);
	if (rc == MDB_SUCCESS)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

enum status
yardstick_lmdb(const char *dir, const struct span *events, size_t n, size_t per_commit, int64_t *commit_ns, uint64_t *bytes,
    struct reason *why)
{
	MDB_env *mdb;
	MDB_dbi table;
	MDB_envinfo info;
	MDB_stat stat;
	assert(per_commit > 0);
	int rc = mdb_env_create(&mdb);
	if (rc != MDB_SUCCESS)
		return store_status(rc, why);
	rc = open_bare(mdb, dir, (size_t)64 << 30, &table);
	for (size_t first = 0; first < n && rc == MDB_SUCCESS; first += per_commit) {
		int64_t begun = now_ns();
		rc = put_group(mdb, table, events, first, n - first < per_commit ? n - first : per_commit);
		*commit_ns++ = now_ns() - begun;
	}
	if (rc == MDB_SUCCESS) {
		mdb_env_info(mdb, &info);
		mdb_env_stat(mdb, &stat);
		*bytes = (info.me_last_pgno + 1) * stat.ms_psize;
	}
	mdb_env_close(mdb);
	return store_status(rc, why);
}

enum status
yardstick_sync(const char *dir, size_t bytes, size_t n, int64_t *sync_ns, struct reason *why)
{
	static const uint8_t zeros[SYNC_BYTES_MAX];
	char path[PATH_BYTES];
	assert(bytes <= sizeof zeros);
	snprintf(path, sizeof path, "%s/sync", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return reason_say(why, STATUS_SYSTEM, "%s: %s", path, strerror(errno));
	enum status status = STATUS_OK;
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		int64_t begun = now_ns();
		if (write(fd, zeros, bytes) != (ssize_t)bytes || fdatasync(fd) != 0)
			status = reason_say(why, STATUS_DISK, "%s: %s", path, strerror(errno));
		sync_ns[i] = now_ns() - begun;
	}
	close(fd);
	unlink(path);
	return status;
}
