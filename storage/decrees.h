/*
 * The table of the decrees that were taken, one after another for each authority. Owns nothing.
 */
#ifndef JUYAN_STORAGE_DECREES_H
#define JUYAN_STORAGE_DECREES_H

#include "decree.h"
#include "store.h"

/* The number of the last one that was taken; 0: none. */
enum status decrees_last(const struct store *store, const char *authority, uint64_t *out) MUST_USE;
/* NOT_FOUND. */
enum status decrees_find(const struct store *store, const char *authority, uint64_t number, uint64_t *lsn) MUST_USE;
enum status decrees_put(const struct store *store, const char *authority, uint64_t number, uint64_t lsn) MUST_USE;
/* The encoded events behind `after`, as many as fit into `bytes_max`, copied into the arena. */
enum status decrees_after(const struct store *store, const char *authority, uint64_t after, size_t bytes_max, struct arena *arena,
    ProtobufCBinaryData **out, size_t *n) MUST_USE;

#endif
