/*
 * The batches: port and batch number -> facts. A working set holds the batches that a transaction touches: each is read once, takes
 * in all its events, and is written once, with what it counts for now less what it counted for before gathered as changes of the
 * totals. It lives in an arena of the caller's; texts of the events that it takes in are lent until it is written.
 */
#ifndef JUYAN_STORAGE_MANIFESTS_H
#define JUYAN_STORAGE_MANIFESTS_H

#include "facts.h"
#include "tonnage.h"

struct crossing; /* one batch of the working set */

struct manifests {
	struct crossing **slots; /* open addressing */
	size_t used, room;
	struct arena *arena;
};

enum status manifests_open(struct manifests *out, struct arena *arena) MUST_USE;
void manifests_close(struct manifests *manifests);

/* Takes in one cargo event. BATCH_FULL: the batch takes no more, nothing has changed. */
enum status manifests_apply(struct manifests *manifests, const struct store *store, const struct registry *registry,
    const Juyan__V1__Event *event, const struct stamp *at, uint32_t marks, struct tonnage_changes *changes) MUST_USE;
/* Writes all that was touched, and empties the set and its arena. `registry` is the one of manifests_apply. */
enum status manifests_write(struct manifests *manifests, const struct store *store, const struct registry *registry,
    struct tonnage_changes *changes) MUST_USE;
void manifests_forget(struct manifests *manifests);

/*
 * What every batch counts for by another registry: taken back by the old, added by the new. The set has to be empty. CONTRADICTION
 * where the new one knows a batch's port no longer.
 */
enum status manifests_recount(struct manifests *manifests, const struct store *store, const struct registry *old,
    const struct registry *new, struct tonnage_changes *changes, struct reason *why) MUST_USE;

/* The facts of one batch; NOT_FOUND. */
enum status manifests_find(const struct store *store, const char *port, const char *batch_no, struct arena *arena,
    struct facts *out) MUST_USE;
/* The key of a batch in `manifests` and `review`. */
void manifests_key(struct key *key, const char *port, const char *batch_no);

/* A row as it stands in the table; texts point into it. DAMAGED, NO_MEMORY. */
enum status manifests_decode(struct span row, struct arena *arena, uint32_t *marks, struct facts *out) MUST_USE;

#endif
