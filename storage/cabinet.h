/*
 * A small LMDB environment beside the ledger's, in a folder of its own: tables of rows by key, read and written within transactions
 * that are on disk as a whole or not at all. For what a service keeps that is no part of the ledger.
 *
 *     DIR/data.mdb, lock.mdb      the tables, and one more, `self`, with its format and how large it may be
 *
 * It begins as a whole, beside its place, synced. Room is looked at before anything is written: its last eighth is for forgetting,
 * and of the disk 32 MiB are left to others. A span that is given out is lent until the next write or the end of the transaction.
 *
 * One thread. One process writes at a time; others may read.
 */
#ifndef JUYAN_STORAGE_CABINET_H
#define JUYAN_STORAGE_CABINET_H

#include "wire.h"

struct cabinet;

enum { CABINET_TABLES_MAX = 16 };

struct cabinet_options {
	const char *dir;    /* made where it is missing, not the folder above it */
	const char *what;   /* of sentences: "book". Lent */
	uint32_t format;    /* of the tables: another one on disk is FORMAT */
	uint64_t bytes_max; /* 0: what it was, at first 16 GiB, sparse */
	const char *const *tables;
	size_t n_tables;
};

/* SETTING, FORMAT, DAMAGED, DISK, SYSTEM, NO_MEMORY. */
enum status cabinet_open(const struct cabinet_options *options, struct cabinet **out, struct reason *why) MUST_USE;
/* Undoes what was begun and not ended. */
void cabinet_close(struct cabinet **cabinet);

/* A transaction that writes; where one is open already, one within it, which can be undone alone. */
enum status cabinet_begin(struct cabinet *cabinet, struct reason *why) MUST_USE;
/* One that reads what was committed last. */
enum status cabinet_look(struct cabinet *cabinet, struct reason *why) MUST_USE;
/*
 * Ends the inner one: with OK it is committed (on disk, if it was the outer one), else undone. Gives `status`, or why the commit
 * failed: then it is undone as well. NO_ROOM, NO_MEMORY; DISK: nobody knows what is on disk.
 */
enum status cabinet_end(struct cabinet *cabinet, enum status status, struct reason *why) MUST_USE;

/* NO_ROOM where so many bytes more, in so many rows, do not fit; TOO_LARGE: they never will. */
enum status cabinet_room(const struct cabinet *cabinet, uint64_t bytes, uint64_t rows, struct reason *why) MUST_USE;

/* NOT_FOUND. */
enum status cabinet_get(const struct cabinet *cabinet, size_t table, struct span key, struct span *out,
    struct reason *why) MUST_USE;
enum status cabinet_put(const struct cabinet *cabinet, size_t table, struct span key, struct span value,
    struct reason *why) MUST_USE;
/* Where it is. OK also where it is not. */
enum status cabinet_delete(const struct cabinet *cabinet, size_t table, struct span key, struct reason *why) MUST_USE;
/* The first row whose key is not below `key`. NOT_FOUND. */
enum status cabinet_from(const struct cabinet *cabinet, size_t table, struct span key, struct span *found, struct span *value,
    struct reason *why) MUST_USE;
/* The last row whose key is below `key`. NOT_FOUND. */
enum status cabinet_before(const struct cabinet *cabinet, size_t table, struct span key, struct span *found, struct span *value,
    struct reason *why) MUST_USE;
uint64_t cabinet_rows(const struct cabinet *cabinet, size_t table);
/* A row that is not as it was written: DAMAGED, with the table's name. */
enum status cabinet_damaged(const struct cabinet *cabinet, size_t table, struct reason *why) MUST_USE;

#endif
