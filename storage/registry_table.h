/*
 * The registry's records on disk: kind, id, valid_from -> packed record; and the view that the rules use, built from all of them.
 */
#ifndef JUYAN_STORAGE_REGISTRY_TABLE_H
#define JUYAN_STORAGE_REGISTRY_TABLE_H

#include "registry.h"
#include "store.h"

enum { REGISTRY_TABLE_ARENA_BYTES = 16 * 1024 * 1024 };

/* Replaces and removes records as a change says; CONTRADICTION where a record to be dropped is not there. */
enum status registry_table_change(const struct store *store, const Juyan__V1__RegistryChanged *change, struct arena *arena,
    struct reason *why) MUST_USE;
/* One record of such a change. */
enum status registry_table_put(const struct store *store, const Juyan__V1__RegistryRecord *record, struct arena *arena,
    struct reason *why) MUST_USE;
enum status registry_table_drop(const struct store *store, const Juyan__V1__RegistryRecord *record, struct reason *why) MUST_USE;
/* The record on file in whose place this one would come; it lives in the arena. NOT_FOUND. */
enum status registry_table_find(const struct store *store, const Juyan__V1__RegistryRecord *record, struct arena *arena,
    const Juyan__V1__RegistryRecord **out) MUST_USE;
/* All records, in key order, in the arena. `kind`: the name of one kind, or NULL for all. TOO_LARGE where they do not fit it. */
enum status registry_table_read(const struct store *store, const char *kind, struct arena *arena,
    Juyan__V1__RegistryRecord ***records, size_t *n) MUST_USE;
/* A view of all records; REFUSE where they do not fit each other, as after a change that asks for too much. */
enum status registry_table_view(const struct store *store, struct registry **out, struct reason *why) MUST_USE;
/* The same of what has been committed, and fitted then: DAMAGED where it does not. */
enum status registry_table_on_file(const struct store *store, struct registry **out, struct reason *why) MUST_USE;
/* Whether a change touches what batches count for: a port or a group. */
bool registry_table_moves_totals(const Juyan__V1__RegistryChanged *change);

#endif
