/* Reading for who keeps a copy elsewhere: see harvest.h. */
#include "harvest.h"

#include <stdlib.h>

#include "answer.h"
#include "manifests.h"
#include "quarantine.h"
#include "registry_table.h"
#include "sites.h"
#include "streams.h"
#include "tonnage.h"

enum {
	SLOTS = 4 * HARVEST_EVENTS_MAX, /* a power of two, and more than twice the names that there can be */
	NAMES_MAX = 2 * HARVEST_EVENTS_MAX,
	CHANGES_MAX = 4096,
	SCRATCH_BYTES = 2 * EVENT_DECODE_BYTES
};

struct harvester {
	struct env *env;
	struct store store;        /* of the harvest that is under way */
	struct registry *registry; /* of registry_version */
	uint64_t registry_version;
	struct arena scratch; /* for one event */
	uint32_t slots[SLOTS];
};

void
harvester_close(struct harvester **harvester)
{
	if (*harvester == NULL)
		return;
	registry_close(&(*harvester)->registry);
	arena_close(&(*harvester)->scratch);
	free(*harvester);
	*harvester = NULL;
}

enum status
harvester_open(struct env *env, struct harvester **out, struct reason *why)
{
	struct harvester *harvester = calloc(1, sizeof *harvester);
	if (harvester == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	harvester->env = env;
	if (arena_open(&harvester->scratch, SCRATCH_BYTES) != STATUS_OK) {
		harvester_close(&harvester);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	*out = harvester;
	return STATUS_OK;
}

enum status
harvester_ledger(const struct harvester *harvester, uint8_t out[CHAIN_BYTES], struct reason *why)
{
	struct store store;
	static const uint8_t none[CHAIN_BYTES];
	enum status status = store_begin_read(harvester->env, &store, why);
	if (status != STATUS_OK)
		return status;
	status = journal_name(&store, out);
	store_abort(&store);
	if (status == STATUS_OK && memcmp(out, none, CHAIN_BYTES) == 0)
		return reason_say(why, STATUS_NOT_FOUND, "the ledger is empty");
	return status;
}

/* ---- one snapshot ---- */

static enum status
begin(struct harvester *harvester, struct arena *arena, struct harvest *out, struct reason *why)
{
	struct meta meta;
	*out = (struct harvest){ .of = harvester, .arena = arena };
	enum status status = store_begin_read(harvester->env, &harvester->store, why);
	if (status == STATUS_OK)
		status = meta_read(&harvester->store, &meta, why);
	if (status == STATUS_OK && (harvester->registry == NULL || harvester->registry_version != meta.registry_version)) {
		struct registry *view;
		status = registry_table_on_file(&harvester->store, &view, why);
		if (status == STATUS_OK) {
			registry_close(&harvester->registry);
			harvester->registry = view;
			harvester->registry_version = meta.registry_version;
		}
	}
	out->batches = arena_take(arena, NAMES_MAX * sizeof *out->batches);
	out->changes = arena_take(arena, CHANGES_MAX * sizeof *out->changes);
	if (status == STATUS_OK && (out->batches == NULL || out->changes == NULL))
		status = reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	if (status != STATUS_OK) {
		store_abort(&harvester->store);
		return status;
	}
	out->registry = harvester->registry;
	out->snapshot = meta.end;
	return STATUS_OK;
}

void
harvest_end(struct harvest *harvest)
{
	if (harvest->of != NULL)
		store_abort(&harvest->of->store);
	*harvest = (struct harvest){ 0 };
}

/* ---- a stretch ---- */

static uint32_t
hash_name(const char *port, const char *batch_no)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (const char *texts[] = { port, batch_no }, **text = texts; text < texts + 2; text++)
		for (const char *c = *text;; c++) {
			hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
			if (*c == '\0')
				break;
		}
	return (uint32_t)(hash ^ hash >> 32);
}

/* Slots hold the index of a name and 1. */
static enum status
touch(struct harvester *harvester, struct harvest *harvest, const Juyan__V1__Event *event)
{
	if (!wire_event_of_batch(event))
		return STATUS_OK;
	uint32_t i = hash_name(event->port, event->batch_no) & (SLOTS - 1);
	for (; harvester->slots[i] != 0; i = (i + 1) & (SLOTS - 1)) {
		const struct harvest_name *name = &harvest->batches[harvester->slots[i] - 1];
		if (strcmp(name->batch_no, event->batch_no) == 0 && strcmp(name->port, event->port) == 0)
			return STATUS_OK;
	}
	struct harvest_name name = { answer_string(harvest->arena, event->port), answer_string(harvest->arena, event->batch_no) };
	if (name.port == NULL || name.batch_no == NULL || harvest->n_batches == NAMES_MAX)
		return STATUS_NO_MEMORY;
	harvest->batches[harvest->n_batches++] = name;
	harvester->slots[i] = (uint32_t)harvest->n_batches;
	return STATUS_OK;
}

/* Whose number a release names: of a site's it is the site's own, which is the number in the stream that brought it. */
static enum status
held_event(const struct store *store, uint32_t released_by, uint64_t lsn, struct journal_event *out)
{
	enum status status = STATUS_OK;
	if (block_site(released_by) != 0)
		status = streams_find(store, block_site(released_by), lsn, &lsn);
	return status == STATUS_OK ? journal_find(store, lsn, out) : status;
}

/* What a site lets out of its quarantine is not applied here where its port is not the site's: then there may be no batch. */
static bool
is_known(const struct store *store, const Juyan__V1__Event *event)
{
	struct key key = { 0 };
	struct span row;
	manifests_key(&key, event->port, event->batch_no);
	return store_get(store, TABLE_manifests, key_span(&key), &row) != STATUS_NOT_FOUND;
}

/* An event that has left quarantine touches its batch now, whenever it came. */
static enum status
touch_released(struct harvester *harvester, struct harvest *harvest, const struct journal_event *by,
    const Juyan__V1__QuarantineReleased *release)
{
	struct journal_event held;
	const Juyan__V1__Event *event;
	struct span fixed = { release->fixed_event.data, release->fixed_event.len };
	if (release->dismissed)
		return STATUS_OK;
	enum status status = held_event(&harvest->of->store, by->terminal_no, release->lsn, &held);
	if (status == STATUS_OK)
		status = wire_event(fixed.bytes > 0 ? fixed : held.bytes, &harvester->scratch, &event, NULL);
	if (status == STATUS_OK && block_site(by->terminal_no) != 0 && wire_event_of_batch(event) &&
	    !is_known(&harvest->of->store, event))
		return STATUS_OK;
	return status == STATUS_OK ? touch(harvester, harvest, event) : status;
}

/* ---- changes of the registry ---- */

/* Of a site's registry ports alone hold here: the groups are this ledger's own. */
static bool
moves_totals(const Juyan__V1__RegistryChanged *change, uint32_t site_no)
{
	if (site_no == 0)
		return registry_table_moves_totals(change);
	for (size_t i = 0; i < change->n_put + change->n_drop; i++) {
		const Juyan__V1__RegistryRecord *record = i < change->n_put ? change->put[i] : change->drop[i - change->n_put];
		if (record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PORT)
			return true;
	}
	return false;
}

static enum status
decreed_change(const Juyan__V1__Decreed *said, struct arena *arena, const Juyan__V1__RegistryChanged **out)
{
	union {
		const ProtobufCMessage *in;
		const Juyan__V1__RegistryChanged *change;
	} message;
	enum status status = wire_unpack(&juyan__v1__registry_changed__descriptor,
	    (struct span){ said->change.data, said->change.len }, arena, &message.in, NULL);
	if (status == STATUS_OK)
		*out = message.change;
	return status;
}

/* Decoded once more, into memory that lasts. What was decreed to a site came from above, and is no news here. */
static enum status
keep_change(struct harvest *harvest, const struct journal_event *held)
{
	const Juyan__V1__Event *event;
	const Juyan__V1__RegistryChanged *change;
	uint32_t site_no = block_site(held->terminal_no);
	if (harvest->n_changes == CHANGES_MAX)
		return STATUS_NO_MEMORY;
	enum status status = wire_event(held->bytes, harvest->arena, &event, NULL);
	if (status != STATUS_OK)
		return status;
	if (event->what_case == JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED)
		change = event->registry_changed;
	else if (site_no != 0)
		return STATUS_OK;
	else
		status = decreed_change(event->decreed, harvest->arena, &change);
	if (status != STATUS_OK)
		return status;
	harvest->changes[harvest->n_changes++] = (struct harvest_change){ held->lsn, held->first_received_at_ms, site_no, change };
	if (moves_totals(change, site_no))
		harvest->moved_lsn = held->lsn;
	return STATUS_OK;
}

static enum status
take_event(struct harvester *harvester, struct harvest *harvest, const struct journal_event *held)
{
	const Juyan__V1__Event *event;
	if (held->verdict != STATUS_OK)
		return STATUS_OK;
	arena_reset(&harvester->scratch);
	enum status status = wire_event(held->bytes, &harvester->scratch, &event, NULL);
	if (status != STATUS_OK)
		return status;
	switch (event->what_case) {
	case JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED:
	case JUYAN__V1__EVENT__WHAT_DECREED:
		return keep_change(harvest, held);
	case JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED:
		return touch_released(harvester, harvest, held, event->quarantine_released);
	case JUYAN__V1__EVENT__WHAT_NOTED:
		return STATUS_OK;
	default:
		return touch(harvester, harvest, event);
	}
}

/* A block is taken as a whole; one that leaves no room for its names or changes waits for the next stretch. */
static bool
fits(const struct harvest *harvest, const struct block *block, size_t events_max)
{
	size_t arena_left = harvest->arena->size - harvest->arena->used;
	if (harvest->events == 0)
		return true;
	return harvest->events + block->left <= events_max && harvest->n_changes + block->left < CHANGES_MAX &&
	    arena_left > HARVEST_ARENA_BYTES / 4;
}

static enum status
take_blocks(struct harvester *harvester, struct harvest *harvest, struct journal_walk *walk, size_t events_max, struct reason *why)
{
	enum status status = STATUS_OK;
	while (status == STATUS_OK) {
		uint64_t lsn;
		struct span bytes;
		struct block block;
		struct journal_event event;
		status = journal_walk_block(walk, &lsn, &bytes, why);
		if (status == STATUS_OK)
			status = block_open(lsn, bytes, &block);
		if (status != STATUS_OK || !fits(harvest, &block, events_max))
			break;
		harvest->events += block.left;
		while (status == STATUS_OK && (status = block_next(&block, &event)) == STATUS_OK)
			status = take_event(harvester, harvest, &event);
		if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
		harvest->end = walk->end;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
harvest_begin(struct harvester *harvester, uint64_t after, const uint8_t chain[CHAIN_BYTES], size_t events_max, struct arena *arena,
    struct harvest *out, struct reason *why)
{
	struct journal_walk walk;
	struct harvest harvest;
	assert(events_max > 0 && events_max <= HARVEST_EVENTS_MAX);
	enum status status = begin(harvester, arena, &harvest, why);
	if (status != STATUS_OK)
		return status;
	memset(harvester->slots, 0, sizeof harvester->slots);
	if (after > harvest.snapshot.lsn)
		status = reason_say(why, STATUS_OUT_OF_RANGE, "the journal ends with event %llu, before event %llu",
		    (unsigned long long)harvest.snapshot.lsn, (unsigned long long)after);
	if (status == STATUS_OK)
		status = journal_walk_behind(&harvester->store, after, &walk, why);
	if (status == STATUS_OK) {
		harvest.end = walk.end;
		if (after > 0 && memcmp(walk.end.chain, chain, CHAIN_BYTES) != 0)
			status = reason_say(why, STATUS_OTHER_PAST, "the journal up to event %llu is another one",
			    (unsigned long long)after);
		if (status == STATUS_OK)
			status = take_blocks(harvester, &harvest, &walk, events_max, why);
		journal_walk_close(&walk);
	}
	if (status != STATUS_OK) {
		harvest_end(&harvest);
		return status;
	}
	*out = harvest;
	return STATUS_OK;
}

/* ---- all batches, one part after the other ---- */

static enum status
take_names(struct harvest *harvest, struct walk *walk, const struct harvest_name *after, size_t batches_max)
{
	struct key key = { 0 };
	if (after != NULL)
		manifests_key(&key, after->port, after->batch_no);
	enum status status = after == NULL ? walk_first(walk) : walk_seek(walk, key_span(&key));
	if (status == STATUS_OK && after != NULL && walk->key.bytes == key.used && memcmp(walk->key.data, key.bytes, key.used) == 0)
		status = walk_next(walk);
	for (; status == STATUS_OK && harvest->n_batches < batches_max; status = walk_next(walk)) {
		struct span at = walk->key;
		const char *port = key_take_text(&at), *batch_no = key_take_text(&at);
		struct harvest_name name = { answer_string(harvest->arena, port), answer_string(harvest->arena, batch_no) };
		if (name.port == NULL || name.batch_no == NULL)
			return STATUS_NO_MEMORY;
		harvest->batches[harvest->n_batches++] = name;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
harvest_sweep(struct harvester *harvester, const struct harvest_name *after, size_t batches_max, struct arena *arena,
    struct harvest *out, struct reason *why)
{
	struct walk walk;
	struct harvest harvest;
	assert(batches_max > 0 && batches_max <= HARVEST_EVENTS_MAX);
	enum status status = begin(harvester, arena, &harvest, why);
	if (status != STATUS_OK)
		return status;
	status = walk_open(&harvester->store, TABLE_manifests, &walk);
	if (status == STATUS_OK)
		status = take_names(&harvest, &walk, after, batches_max);
	walk_close(&walk);
	harvest.end = harvest.snapshot;
	if (status != STATUS_OK) {
		harvest_end(&harvest);
		return status;
	}
	*out = harvest;
	return STATUS_OK;
}

/* ---- what is known of one batch ---- */

static bool
is_same(const struct stamp *a, const struct stamp *b)
{
	return a->terminal_no == b->terminal_no && a->stream_seq == b->stream_seq;
}

/* Keeps what is to be told by itself; the room of the others is given back. */
static enum status
take_source(const struct harvest *harvest, const struct source *source, struct arena *arena, struct harvested *out)
{
	struct journal_event held;
	struct span bytes;
	const Juyan__V1__Event *event;
	size_t before = arena->used;
	uint64_t lsn;
	enum status status = streams_find(&harvest->of->store, source->at.terminal_no, source->at.stream_seq, &lsn);
	if (status == STATUS_OK)
		status = journal_find(&harvest->of->store, lsn, &held);
	if (status == STATUS_OK)
		status = quarantine_applied(&harvest->of->store, &held, arena, &bytes);
	if (status == STATUS_OK)
		status = wire_event(bytes, arena, &event, NULL);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
	out->first_lsn = out->first_lsn == 0 || lsn < out->first_lsn ? lsn : out->first_lsn;
	out->last_lsn = lsn > out->last_lsn ? lsn : out->last_lsn;
	out->first_ms = source->at.occurred_at_ms < out->first_ms ? source->at.occurred_at_ms : out->first_ms;
	bool kept = event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED || event->what_case == JUYAN__V1__EVENT__WHAT_RELEASED;
	if (kept)
		out->events[out->n_events++] = (struct harvest_event){ lsn, held.first_received_at_ms, source->at, event };
	else if (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED && is_same(&source->at, &out->facts.lodged_at))
		out->manifest = event->manifest_lodged;
	else
		arena->used = before;
	return STATUS_OK;
}

enum status
harvest_batch(const struct harvest *harvest, const struct harvest_name *name, struct arena *arena, struct harvested *out)
{
	struct harvested found = { .first_ms = INT64_MAX };
	enum status status = manifests_find(&harvest->of->store, name->port, name->batch_no, arena, &found.facts);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
	progress_of(&found.facts, &found.progress);
	found.events = arena_take(arena, (found.facts.n_sources + 1) * sizeof *found.events);
	if (found.events == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < found.facts.n_sources && status == STATUS_OK; i++)
		status = take_source(harvest, &found.facts.sources[i], arena, &found);
	if (status == STATUS_OK)
		*out = found;
	return status;
}

/* ---- totals, and the registry's records ---- */

enum status
harvest_totals(const struct harvest *harvest, enum period kind, uint32_t period, const char *port,
    void (*see)(void *user, const struct harvest_total *row), void *user)
{
	struct walk walk;
	struct key key = { 0 };
	key_u8(&key, (unsigned)kind);
	key_be(&key, period, 4);
	key_text(&key, port);
	enum status status = walk_open(&harvest->of->store, TABLE_tonnage, &walk);
	if (status == STATUS_OK)
		status = walk_seek(&walk, key_span(&key));
	for (; status == STATUS_OK; status = walk_next(&walk)) {
		struct tonnage_row row;
		status = tonnage_read(&walk, &row);
		if (status != STATUS_OK || row.kind != kind || row.period != period || strcmp(row.port, port) != 0)
			break;
		see(user,
		    &(struct harvest_total){ row.direction, row.mode, row.basis, row.group, row.net_kg, row.batches, row.units });
	}
	walk_close(&walk);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
harvest_records(const struct harvest *harvest, const char *kind, struct arena *arena, Juyan__V1__RegistryRecord ***records,
    size_t *n)
{
	return registry_table_read(&harvest->of->store, kind, arena, records, n);
}

enum status
harvest_site_terminals(const struct harvest *harvest, void (*see)(void *user, uint32_t terminal_no, struct span name), void *user)
{
	uint32_t terminal_no = 0;
	struct span name;
	enum status status;
	while ((status = sites_next_terminal(&harvest->of->store, terminal_no, &terminal_no, &name)) == STATUS_OK)
		see(user, terminal_no, name);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
