/*
 * The inside of an environment, for storage alone: LMDB's handles, the list of tables, and the four things that tables do.
 * All LMDB results become statuses here. A span from store_get or a cursor is lent until the next write or the transaction's end.
 */
#ifndef JUYAN_STORAGE_STORE_H
#define JUYAN_STORAGE_STORE_H

#include <lmdb.h>

#include "env.h"
#include "key.h"

#define TABLE_LIST(X) \
	X(meta)       /* one row: format, last log sequence number, chain */ \
	X(journal)    /* first log sequence number -> block of events */ \
	X(streams)    /* terminal, first number -> run of log sequence numbers */ \
	X(manifests)  /* port, batch -> facts */ \
	X(passages)   /* in the yard or the day it left, port, batch -> its steps */ \
	X(names)      /* day, port, batch -> all by what it can be found */ \
	X(notes)      /* subject -> who has seen it, and what that person says */ \
	X(machines)   /* port, machine, when -> how it stood */ \
	X(tonnage)    /* period, port, direction, mode, basis, group -> kg, batches, units */ \
	X(quarantine) /* log sequence number -> reason, state */ \
	X(conflicts)  /* terminal, number, content hash -> log sequence number */ \
	X(review)     /* port, batch -> marks */ \
	X(registry)   /* kind, id, valid_from -> record */ \
	X(sites)      /* site -> where its journal ends here; and what is kept of its terminals, decrees and records */ \
	X(decrees)    /* authority, number of its decree -> log sequence number */ \
	X(alarms)     /* site -> why its stream stands still */

#define X(name) TABLE_##name,
enum table { TABLE_LIST(X) TABLES };
#undef X

struct env {
	MDB_env *mdb;
	MDB_dbi tables[TABLES];
	uint64_t headroom_map_bytes;
	uint64_t headroom_disk_bytes;
	bool readonly;
	bool journal_only;
	void *map; /* the ledger's file in memory; NULL where it was not found */
	size_t map_bytes;
	char dir[256];
};

/* One transaction; for reading or for writing. */
struct store {
	MDB_txn *txn;
	const MDB_dbi *tables;
};

/* Notes where the file of an opened environment is mapped, for env_trim. */
void footprint_find(struct env *env);

const char *table_name(enum table table);

enum status store_status(int rc, struct reason *why) MUST_USE;

/* The number of what a transaction sees. */
uint64_t store_transaction(const struct store *store);

enum status store_begin_write(struct env *env, struct store *out, struct reason *why) MUST_USE;
enum status store_begin_read(struct env *env, struct store *out, struct reason *why) MUST_USE;
/* A transaction inside another: committing it keeps its writes for the outer one, aborting it undoes them. */
enum status store_begin_nested(struct env *env, const struct store *outer, struct store *out, struct reason *why) MUST_USE;
/* OK: it is on disk. DISK: nobody knows, the process has to stop. */
enum status store_commit(struct store *store, struct reason *why) MUST_USE;
void store_abort(struct store *store); /* safe on one that is committed or zeroed */

enum status store_get(const struct store *store, enum table table, struct span key, struct span *out) MUST_USE;
enum status store_put(const struct store *store, enum table table, struct span key, struct span value) MUST_USE;
/* Room for a value that the caller fills at once; `append`: the key is above all others. */
enum status store_reserve(const struct store *store, enum table table, struct span key, size_t bytes, bool append,
    uint8_t **out) MUST_USE;
enum status store_delete(const struct store *store, enum table table, struct span key) MUST_USE;
uint64_t store_rows(const struct store *store, enum table table);

/* A walk over a table in key order. */
struct walk {
	MDB_cursor *cursor;
	struct span key;
	struct span value;
};

enum status walk_open(const struct store *store, enum table table, struct walk *out) MUST_USE;
void walk_close(struct walk *walk);
/* To the first key that is not below `key`; NOT_FOUND: there is none. */
enum status walk_seek(struct walk *walk, struct span key) MUST_USE;
/* To the last key that is not above `key`. */
enum status walk_seek_back(struct walk *walk, struct span key) MUST_USE;
enum status walk_first(struct walk *walk) MUST_USE;
enum status walk_last(struct walk *walk) MUST_USE;
enum status walk_next(struct walk *walk) MUST_USE;
enum status walk_previous(struct walk *walk) MUST_USE;

#endif
