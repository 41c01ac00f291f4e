/* Opening a data folder and its LMDB environment: see env.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "meta.h"
#include "pages.h"

enum { READERS_MAX = 510, MAP_GIB_DEFAULT = 64, HEADROOM_MAP_MIB_DEFAULT = 256, HEADROOM_DISK_MIB_DEFAULT = 512 };

static enum status
make_folder(const char *path, struct reason *why)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return STATUS_OK;
	return reason_say(why, STATUS_SYSTEM, "%s: the folder cannot be made: %s", path, strerror(errno));
}

/* LMDB's locks and syncs do not hold over a network. */
static enum status
refuse_network_disk(const char *path, struct reason *why)
{
	static const long network[] = { 0x6969 /* NFS */, (long)0xff534d42 /* CIFS */, (long)0xfe534d42 /* SMB2 */,
		0x517b /* SMB */, 0x01021997 /* 9P */, 0x00c36400 /* Ceph */ };
	struct statfs fs;
	if (statfs(path, &fs) != 0)
		return reason_say(why, STATUS_SYSTEM, "%s: %s", path, strerror(errno));
	for (size_t i = 0; i < sizeof network / sizeof network[0]; i++)
		if ((long)fs.f_type == network[i])
			return reason_say(why, STATUS_SYSTEM,
			    "%s is on a network file system: a ledger needs a disk of this machine", path);
	return STATUS_OK;
}

/* Before the other tables are looked for: another format has others, and may not be given ours. */
static enum status
check_format(const struct env *env, MDB_txn *txn, struct reason *why)
{
	const struct store store = { txn, env->tables };
	struct meta meta;
	return env->journal_only ? STATUS_OK : meta_read(&store, &meta, why);
}

/* All tables are made with the file: one that is missing later is damage, and would be served as an empty one. */
static enum status
open_tables(struct env *env, struct reason *why)
{
	MDB_txn *txn;
	MDB_envinfo info;
	enum status status = store_status(mdb_txn_begin(env->mdb, NULL, env->readonly ? MDB_RDONLY : 0, &txn), why);
	if (status != STATUS_OK)
		return status;
	mdb_env_info(env->mdb, &info);
	bool fresh = info.me_last_txnid == 0;
	for (int i = 0; i < (env->journal_only ? TABLE_journal + 1 : TABLES); i++) {
		int rc = mdb_dbi_open(txn, table_name((enum table)i), fresh && !env->readonly ? MDB_CREATE : 0, &env->tables[i]);
		if (rc != MDB_SUCCESS) {
			mdb_txn_abort(txn);
			if (rc == MDB_NOTFOUND && fresh)
				return reason_say(why, STATUS_NOT_FOUND, "%s has no ledger yet", env->dir);
			if (rc == MDB_NOTFOUND)
				return reason_say(why, STATUS_DAMAGED, "the ledger is damaged: it has no table '%s'",
				    table_name((enum table)i));
			return store_status(rc, why);
		}
		if (i == TABLE_meta && (status = check_format(env, txn, why)) != STATUS_OK) {
			mdb_txn_abort(txn);
			return status;
		}
	}
	return store_status(mdb_txn_commit(txn), why);
}

static enum status
open_mdb(struct env *env, const struct env_options *options, const char *path, struct reason *why)
{
	unsigned flags = MDB_NOTLS;
	if (options->readonly)
		flags |= MDB_RDONLY;
	if (options->scratch)
		flags |= MDB_NOSYNC | MDB_NOMETASYNC;
	size_t map_bytes = options->map_bytes != 0 ? options->map_bytes : (size_t)MAP_GIB_DEFAULT << 30;
	int rc = mdb_env_create(&env->mdb);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_maxdbs(env->mdb, TABLES);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_maxreaders(env->mdb, READERS_MAX);
	if (rc == MDB_SUCCESS && !options->readonly)
		rc = mdb_env_set_mapsize(env->mdb, map_bytes);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_open(env->mdb, path, flags, 0600);
	if (rc == MDB_SUCCESS)
		return STATUS_OK;
	if (rc == ENOENT)
		return reason_say(why, STATUS_NOT_FOUND, "%s has no ledger yet", env->dir);
	if (rc == MDB_INVALID || rc == MDB_VERSION_MISMATCH || rc == MDB_CORRUPTED)
		return store_status(rc, why);
	return reason_say(why, STATUS_SYSTEM, "%s: the ledger cannot be opened: %s", path, mdb_strerror(rc));
}

/* LMDB follows what it finds; so what it looks at while it opens a file is looked at before. */
static enum status
look_before(const struct env *env, const struct env_options *options, struct reason *why)
{
	char file[sizeof env->dir + 32];
	snprintf(file, sizeof file, "%s/ledger/data.mdb", env->dir);
	return options->scratch || access(file, F_OK) != 0 ? STATUS_OK : pages_check_head(file, why);
}

/* ---- the first opening ---- */

/* What was made in a folder is there after a power cut when the folder has been synced. */
static enum status
sync_folder(const char *path, struct reason *why)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL); /* EINVAL: this file system has nothing to sync there */
	enum status status = STATUS_OK;
	if (!synced)
		status = reason_say(why, STATUS_DISK, "%s: the folder cannot be synced: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return status;
}

/* Into its place, where no other process has put one meanwhile. */
static enum status
put_in_place(const char *from, const char *to, struct reason *why)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0 || errno == EEXIST)
		return STATUS_OK;
	if (errno == EINVAL && access(to, F_OK) != 0 &&
	    rename(from, to) == 0) /* a file system that cannot look and rename at once */
		return STATUS_OK;
	return reason_say(why, STATUS_SYSTEM, "%s: the ledger cannot be put in its place: %s", to, strerror(errno));
}

/*
 * LMDB writes the head of a new file without a sync: what a full disk or a power cut leaves of it is not a ledger, and would never
 * be opened again. So a ledger begins beside its place, with all its tables, and comes there as a whole, synced.
 */
static enum status
begin_file(struct env *env, const struct env_options *options, const char *path, struct reason *why)
{
	char draft[sizeof env->dir + 32], from[sizeof draft + 16], to[sizeof env->dir + 32], parent[sizeof env->dir + 8];
	snprintf(to, sizeof to, "%s/data.mdb", path);
	if (options->readonly || options->scratch || access(to, F_OK) == 0)
		return STATUS_OK;
	snprintf(parent, sizeof parent, "%s/..", env->dir);
	snprintf(draft, sizeof draft, "%s/begun", path);
	snprintf(from, sizeof from, "%s/lock.mdb", draft);
	unlink(from);
	snprintf(from, sizeof from, "%s/data.mdb", draft);
	unlink(from);
	enum status status = make_folder(draft, why);
	if (status == STATUS_OK)
		status = open_mdb(env, options, draft, why);
	if (status == STATUS_OK)
		status = open_tables(env, why);
	if (env->mdb != NULL)
		mdb_env_close(env->mdb);
	env->mdb = NULL;
	if (status == STATUS_OK)
		status = put_in_place(from, to, why);
	unlink(from);
	snprintf(from, sizeof from, "%s/lock.mdb", draft);
	unlink(from);
	rmdir(draft);
	const char *const folders[] = { path, env->dir, parent };
	for (size_t i = 0; i < sizeof folders / sizeof folders[0] && status == STATUS_OK; i++)
		status = sync_folder(folders[i], why);
	return status;
}

enum status
env_open(const struct env_options *options, struct env **out, struct reason *why)
{
	enum { SUBFOLDERS = 3 };
	static const char *const subfolders[SUBFOLDERS] = { "ledger", "keys", "run" };
	struct env *env = calloc(1, sizeof *env);
	if (env == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory to open a ledger");
	enum status status = STATUS_OK;
	char path[sizeof env->dir + 16];
	env->readonly = options->readonly;
	env->journal_only = options->journal_only;
	assert(!env->journal_only || env->readonly);
	env->headroom_map_bytes =
	    options->headroom_map_bytes != 0 ? options->headroom_map_bytes : (uint64_t)HEADROOM_MAP_MIB_DEFAULT << 20;
	env->headroom_disk_bytes =
	    options->headroom_disk_bytes != 0 ? options->headroom_disk_bytes : (uint64_t)HEADROOM_DISK_MIB_DEFAULT << 20;
	if ((size_t)snprintf(env->dir, sizeof env->dir, "%s", options->dir) >= sizeof env->dir) {
		status = reason_say(why, STATUS_SETTING, "the data folder's path is longer than %zu bytes", sizeof env->dir - 1);
		goto done;
	}
	if (!options->readonly && (status = make_folder(env->dir, why)) != STATUS_OK)
		goto done;
	for (int i = 0; i < (options->scratch ? 1 : SUBFOLDERS) && !options->readonly; i++) {
		snprintf(path, sizeof path, "%s/%s", env->dir, subfolders[i]);
		if ((status = make_folder(path, why)) != STATUS_OK)
			goto done;
	}
	snprintf(path, sizeof path, "%s/ledger", env->dir);
	if (access(path, F_OK) != 0)
		status = reason_say(why, STATUS_NOT_FOUND, "%s has no ledger yet", env->dir);
	if (status == STATUS_OK)
		status = refuse_network_disk(path, why);
	if (status == STATUS_OK)
		status = begin_file(env, options, path, why);
	if (status == STATUS_OK)
		status = look_before(env, options, why);
	if (status == STATUS_OK)
		status = open_mdb(env, options, path, why);
	if (status == STATUS_OK)
		status = open_tables(env, why);
	if (status == STATUS_OK)
		footprint_find(env);
done:
	if (status == STATUS_OK)
		*out = env;
	else
		env_close(&env);
	return status;
}

enum status
env_sync(struct env *env, struct reason *why)
{
	return store_status(mdb_env_sync(env->mdb, 1), why);
}

enum status
env_copy(struct env *env, const char *folder, struct reason *why)
{
	char path[512];
	snprintf(path, sizeof path, "%.480s/data.mdb", folder);
	int rc = mdb_env_copy2(env->mdb, folder, MDB_CP_COMPACT);
	if (rc == ENOSPC || rc == EDQUOT)
		return reason_say(why, STATUS_NO_ROOM, "%.160s: the disk has no room for the copy", folder);
	if (rc != MDB_SUCCESS)
		return store_status(rc, why);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool synced = fd >= 0 && fsync(fd) == 0;
	enum status status =
	    synced ? STATUS_OK : reason_say(why, STATUS_DISK, "%.160s: it cannot be synced: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return status;
}

void
env_close(struct env **env)
{
	if (*env == NULL)
		return;
	if ((*env)->mdb != NULL)
		mdb_env_close((*env)->mdb);
	free(*env);
	*env = NULL;
}

void
env_reap_readers(struct env *env)
{
	int dead;
	mdb_reader_check(env->mdb, &dead);
}
