/*
 * What the registry of a site says of ports and this ledger's does not: records that did not fit here, and those of a port that was
 * not the site's when they came. Each stands until it is taken over, or the site says otherwise. They are rows of the table
 * `sites`, behind the names of its terminals. Owns nothing.
 */
#ifndef JUYAN_STORAGE_WANTED_H
#define JUYAN_STORAGE_WANTED_H

#include "registry.h"
#include "store.h"

struct wanted {
	uint64_t lsn; /* the event of the site that says it */
	bool drop;    /* that there is no such record any more; `record` names it */
	const Juyan__V1__RegistryRecord *record;
};

/* In place of what was wanted under the record's name. The arena is used while it is packed. */
enum status wanted_put(const struct store *store, uint32_t site_no, const struct wanted *wanted, struct arena *arena) MUST_USE;
/* Nothing is wanted under this name any more; OK also where nothing was. */
enum status wanted_forget(const struct store *store, uint32_t site_no, const char *name) MUST_USE;
/* The row behind that of this name ("": the first), and its name. Its record lives in the arena. NOT_FOUND behind the last. */
enum status wanted_next(const struct store *store, uint32_t site_no, char name[REGISTRY_KEY_BYTES], struct arena *arena,
    struct wanted *out) MUST_USE;

#endif
