/*
 * The harvest: what a stretch of the journal has changed, for who keeps a copy of the facts elsewhere. A harvest holds one snapshot
 * from its begin to its end: it names the batches that the stretch has touched, and gives of each what is known of it in that
 * snapshot, and totals. So a copy that replaces what it has of these batches and of the hours in which they count or counted says
 * what the ledger says, once a stretch has reached the snapshot's end. All texts live in the harvest's arena, in that of the call
 * or in the snapshot. One thread; end it soon, for pages that the ledger frees meanwhile are not used again.
 */
#ifndef JUYAN_STORAGE_HARVEST_H
#define JUYAN_STORAGE_HARVEST_H

#include "block.h"
#include "civil.h"
#include "counting.h"
#include "env.h"
#include "progress.h"

/* A stretch has at least one block, so it may have more events than were asked for; an arena of so many bytes always does. */
enum { HARVEST_EVENTS_MAX = 32768, HARVEST_ARENA_BYTES = 96 * 1024 * 1024, HARVEST_BATCH_BYTES = 64 * 1024 * 1024 };

struct harvester; /* has one harvest at a time, and keeps the registry between two */
enum status harvester_open(struct env *env, struct harvester **out, struct reason *why) MUST_USE;
void harvester_close(struct harvester **harvester);
/* The ledger's name for life: the chain value of its first block. NOT_FOUND: it has none yet. */
enum status harvester_ledger(const struct harvester *harvester, uint8_t out[CHAIN_BYTES], struct reason *why) MUST_USE;

struct harvest_name {
	const char *port, *batch_no;
};

/*
 * A change of the registry: one of this ledger's own, one that came signed from where it is decided, or one of a site's registry,
 * of which only records of the site's own ports hold here.
 */
struct harvest_change {
	uint64_t lsn;
	int64_t received_at_ms; /* where it came in: at its site, else here */
	uint32_t site_no;       /* 0: it is none of a site */
	const Juyan__V1__RegistryChanged *change;
};

struct harvest {
	struct harvester *of;        /* NULL: it is not begun, or has ended */
	struct journal_end end;      /* of the stretch: the end of a block */
	struct journal_end snapshot; /* of the journal */
	const struct registry *registry;
	struct harvest_name *batches; /* touched, each once */
	size_t n_batches;
	struct harvest_change *changes; /* of the registry, in their order */
	size_t n_changes;
	uint64_t moved_lsn; /* the last of these that counts every batch again; 0: none */
	uint64_t events;    /* of the stretch */
	struct arena *arena;
};

/*
 * The stretch behind `after` (0: from the beginning), with which a block has to end; its chain is checked from there on, and
 * `chain` is that of `after`: OTHER_PAST where the journal's is another. OUT_OF_RANGE where the journal ends before, or has no
 * block that ends there. `events_max` of at most HARVEST_EVENTS_MAX. NO_MEMORY, BUSY, DAMAGED, DISK.
 */
enum status harvest_begin(struct harvester *harvester, uint64_t after, const uint8_t chain[CHAIN_BYTES], size_t events_max,
    struct arena *arena, struct harvest *out, struct reason *why) MUST_USE;
/* Instead of a stretch: the next batches behind one in their order (NULL: the first); fewer than asked for at the end of all. */
enum status harvest_sweep(struct harvester *harvester, const struct harvest_name *after, size_t batches_max, struct arena *arena,
    struct harvest *out, struct reason *why) MUST_USE;
void harvest_end(struct harvest *harvest); /* safe on one that is zeroed or ended */

/* One event of a batch as it was applied. */
struct harvest_event {
	uint64_t lsn;           /* under which it stands in the journal */
	int64_t received_at_ms; /* where it came in: at its site, else here */
	struct stamp at;
	const Juyan__V1__Event *event;
};

/* All that is known of a batch. */
struct harvested {
	struct facts facts;
	struct progress progress;
	const Juyan__V1__ManifestLodged *manifest; /* the one that holds; NULL: none does */
	struct harvest_event *events;              /* weighings and releases, in the order of facts.sources */
	size_t n_events;
	uint64_t first_lsn, last_lsn; /* of all its events */
	int64_t first_ms;             /* when the first of them happened */
};

enum status harvest_batch(const struct harvest *harvest, const struct harvest_name *name, struct arena *arena,
    struct harvested *out) MUST_USE;

/* A row of the totals. */
struct harvest_total {
	Juyan__V1__Direction direction;
	Juyan__V1__Mode mode;
	enum basis basis;
	const char *group;
	int64_t net_kg, batches, units;
};

/* The totals of one period at one port; a row is lent to `see`. */
enum status harvest_totals(const struct harvest *harvest, enum period kind, uint32_t period, const char *port,
    void (*see)(void *user, const struct harvest_total *row), void *user) MUST_USE;

/* The records of one kind, such as "port", as they stand in the snapshot. */
enum status harvest_records(const struct harvest *harvest, const char *kind, struct arena *arena,
    Juyan__V1__RegistryRecord ***records, size_t *n) MUST_USE;

/* The terminals of sites that have a name there, by their numbers here; each is lent to `see`. */
enum status harvest_site_terminals(const struct harvest *harvest, void (*see)(void *user, uint32_t terminal_no, struct span name),
    void *user) MUST_USE;

#endif
