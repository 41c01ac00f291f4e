/* The working set of batches: see manifests.h. */
#include "manifests.h"

#include "lookup.h"
#include "passages.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROOM_FIRST = 4096, REVIEW_BYTES = 4, MARKS_BYTES = 2 };

_Static_assert(MARK_ALL < 1 << 8 * MARKS_BYTES, "the marks of a batch fit into its row");

struct crossing {
	uint64_t hash;
	const char *port;
	const char *batch_no;
	struct facts facts;
	uint32_t marks_before;
	struct passage passage_before;
	struct naming naming_before;
	const Juyan__V1__ManifestLodged *manifest; /* that holds, where it came into the set */
};

/* Where the parts of one batch go. */
struct tonnage_target {
	struct tonnage_changes *changes;
	const char *port;
	int sign;
};

static void
part_counts(void *user, const struct counted *counted)
{
	const struct tonnage_target *target = user;
	tonnage_change(target->changes, target->port, counted, target->sign);
}

static void
count_into(struct tonnage_changes *changes, const struct facts *facts, const struct registry *registry, const char *port, int sign)
{
	struct tonnage_target target = { changes, port, sign };
	counting(facts, registry, port, part_counts, &target);
}

void
manifests_key(struct key *key, const char *port, const char *batch_no)
{
	key->used = 0;
	key_text(key, port);
	key_text(key, batch_no);
}

enum status
manifests_open(struct manifests *out, struct arena *arena)
{
	*out = (struct manifests){ .room = ROOM_FIRST, .arena = arena };
	out->slots = calloc(out->room, sizeof(struct crossing *));
	return out->slots != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

void
manifests_close(struct manifests *manifests)
{
	free(manifests->slots);
	*manifests = (struct manifests){ 0 };
}

void
manifests_forget(struct manifests *manifests)
{
	if (manifests->used > 0)
		memset(manifests->slots, 0, manifests->room * sizeof(struct crossing *));
	manifests->used = 0;
	arena_reset(manifests->arena);
}

static uint64_t
hash_of(const char *port, const char *batch_no)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (; *port != '\0'; port++)
		hash = (hash ^ (unsigned char)*port) * 0x100000001b3u;
	for (; *batch_no != '\0'; batch_no++)
		hash = (hash ^ (unsigned char)*batch_no) * 0x100000001b3u;
	return hash ^ hash >> 29;
}

static bool
make_room(struct manifests *manifests)
{
	if (2 * manifests->used < manifests->room)
		return true;
	size_t room = 2 * manifests->room;
	struct crossing **slots = calloc(room, sizeof(struct crossing *));
	if (slots == NULL)
		return false;
	for (size_t i = 0; i < manifests->room; i++) {
		if (manifests->slots[i] == NULL)
			continue;
		size_t at = manifests->slots[i]->hash & (room - 1);
		while (slots[at] != NULL)
			at = (at + 1) & (room - 1);
		slots[at] = manifests->slots[i];
	}
	free(manifests->slots);
	manifests->slots = slots;
	manifests->room = room;
	return true;
}

/* A row is the batch's marks, by which it stands in the review or not, and behind them the record of its facts. */
enum status
manifests_decode(struct span row, struct arena *arena, uint32_t *marks, struct facts *out)
{
	if (row.bytes < MARKS_BYTES)
		return STATUS_DAMAGED;
	*marks = (uint32_t)value_get(row.data, MARKS_BYTES);
	return facts_decode((struct span){ row.data + MARKS_BYTES, row.bytes - MARKS_BYTES }, arena, out);
}

/* The row is copied: what LMDB lends does not outlive the next write. */
static enum status
read_row(const struct store *store, const char *port, const char *batch_no, struct arena *arena, uint32_t *marks, struct facts *out)
{
	struct key key;
	struct span row;
	manifests_key(&key, port, batch_no);
	enum status status = store_get(store, TABLE_manifests, key_span(&key), &row);
	if (status != STATUS_OK)
		return status;
	uint8_t *copy = arena_take(arena, row.bytes);
	if (copy == NULL)
		return STATUS_NO_MEMORY;
	memcpy(copy, row.data, row.bytes);
	return manifests_decode((struct span){ copy, row.bytes }, arena, marks, out);
}

enum status
manifests_find(const struct store *store, const char *port, const char *batch_no, struct arena *arena, struct facts *out)
{
	uint32_t marks;
	return read_row(store, port, batch_no, arena, &marks, out);
}

/* Reads a batch into the set, and takes back what it has counted for. */
static enum status
load(struct manifests *manifests, const struct store *store, const struct registry *registry, const Juyan__V1__Event *event,
    uint64_t hash, struct tonnage_changes *changes, struct crossing **out)
{
	struct crossing *crossing = arena_take(manifests->arena, sizeof *crossing);
	if (crossing == NULL)
		return STATUS_NO_MEMORY;
	*crossing = (struct crossing){ .hash = hash, .port = event->port, .batch_no = event->batch_no };
	enum status status =
	    read_row(store, event->port, event->batch_no, manifests->arena, &crossing->marks_before, &crossing->facts);
	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	if (status != STATUS_OK)
		return status;
	count_into(changes, &crossing->facts, registry, crossing->port, -1);
	passage_of(&crossing->facts, registry, crossing->port, &crossing->passage_before);
	crossing->naming_before = lookup_naming(&crossing->facts);
	*out = crossing;
	return STATUS_OK;
}

static enum status
find_or_load(struct manifests *manifests, const struct store *store, const struct registry *registry, const Juyan__V1__Event *event,
    struct tonnage_changes *changes, struct crossing **out)
{
	if (!make_room(manifests))
		return STATUS_NO_MEMORY;
	uint64_t hash = hash_of(event->port, event->batch_no);
	size_t i = hash & (manifests->room - 1);
	for (; manifests->slots[i] != NULL; i = (i + 1) & (manifests->room - 1)) {
		struct crossing *crossing = manifests->slots[i];
		if (crossing->hash == hash && strcmp(crossing->batch_no, event->batch_no) == 0 &&
		    strcmp(crossing->port, event->port) == 0) {
			*out = crossing;
			return STATUS_OK;
		}
	}
	enum status status = load(manifests, store, registry, event, hash, changes, out);
	if (status == STATUS_OK) {
		manifests->slots[i] = *out;
		manifests->used++;
	}
	return status;
}

static bool
holds(const struct facts *facts, const struct stamp *at)
{
	return facts->lodged_at.terminal_no == at->terminal_no && facts->lodged_at.stream_seq == at->stream_seq;
}

enum status
manifests_apply(struct manifests *manifests, const struct store *store, const struct registry *registry,
    const Juyan__V1__Event *event, const struct stamp *at, uint32_t marks, struct tonnage_changes *changes)
{
	struct crossing *crossing;
	enum status status = find_or_load(manifests, store, registry, event, changes, &crossing);
	if (status == STATUS_OK)
		status = facts_apply(&crossing->facts, event, at, marks, manifests->arena);
	if (status == STATUS_OK && event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED && holds(&crossing->facts, at))
		crossing->manifest = event->manifest_lodged;
	return status;
}

static enum status
write_review(const struct store *store, struct span key, uint32_t before, uint32_t now)
{
	uint8_t value[REVIEW_BYTES];
	if (now == before)
		return STATUS_OK;
	if (now == 0)
		return store_delete(store, TABLE_review, key);
	value_put(value, now, sizeof value);
	return store_put(store, TABLE_review, key, (struct span){ value, sizeof value });
}

/* The rows by which it is found: where it stands, and its names. */
static enum status
write_places(const struct store *store, const struct crossing *crossing, const struct registry *registry, struct arena *arena)
{
	struct passage passage;
	passage_of(&crossing->facts, registry, crossing->port, &passage);
	enum status status = passages_move(store, crossing->port, crossing->batch_no, &crossing->passage_before, &passage);
	if (status == STATUS_OK)
		status = lookup_move(store, crossing->port, crossing->batch_no, &crossing->naming_before, &crossing->facts,
		    crossing->manifest, arena);
	return status;
}

static enum status
write_crossing(const struct store *store, const struct crossing *crossing, const struct registry *registry, struct arena *arena)
{
	struct key key;
	uint32_t marks = counting_review(&crossing->facts);
	uint8_t *row = arena_take(arena, MARKS_BYTES + facts_encoded_bytes_max(&crossing->facts));
	if (row == NULL)
		return STATUS_NO_MEMORY;
	value_put(row, marks, MARKS_BYTES);
	size_t bytes = MARKS_BYTES + facts_encode(&crossing->facts, row + MARKS_BYTES);
	manifests_key(&key, crossing->port, crossing->batch_no);
	enum status status = store_put(store, TABLE_manifests, key_span(&key), (struct span){ row, bytes });
	if (status == STATUS_OK)
		status = write_review(store, key_span(&key), crossing->marks_before, marks);
	if (status == STATUS_OK)
		status = write_places(store, crossing, registry, arena);
	return status;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct crossing *const *x = a, *const *y = b;
	int order = strcmp((*x)->port, (*y)->port);
	return order != 0 ? order : strcmp((*x)->batch_no, (*y)->batch_no);
}

/* In the order of keys, so that what is written one after the other mostly falls on the page before. */
enum status
manifests_write(struct manifests *manifests, const struct store *store, const struct registry *registry,
    struct tonnage_changes *changes)
{
	enum status status = STATUS_OK;
	size_t n = 0;
	const struct crossing **list = arena_take(manifests->arena, (manifests->used + 1) * sizeof(struct crossing *));
	if (list == NULL)
		return STATUS_NO_MEMORY;
	/* A batch whose every event was turned away leaves no record. */
	for (size_t i = 0; i < manifests->room && manifests->used > 0; i++)
		if (manifests->slots[i] != NULL && manifests->slots[i]->facts.n_sources > 0)
			list[n++] = manifests->slots[i];
	if (n > 0)
		qsort(list, n, sizeof *list, compare_keys);
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		size_t mark = manifests->arena->used;
		count_into(changes, &list[i]->facts, registry, list[i]->port, 1);
		status = write_crossing(store, list[i], registry, manifests->arena);
		manifests->arena->used = mark;
	}
	return status;
}

/* By another UTC offset it may have left on another day. The batch number is copied, for the walk lends it but until a write. */
static enum status
move_passage(const struct store *store, const char *port, const char *batch_no, const struct facts *facts,
    const struct registry *old, const struct registry *new)
{
	struct passage before, now;
	char name[KEY_BYTES_MAX + 1];
	snprintf(name, sizeof name, "%s", batch_no);
	passage_of(facts, old, port, &before);
	passage_of(facts, new, port, &now);
	return passages_move(store, port, name, &before, &now);
}

enum status
manifests_recount(struct manifests *manifests, const struct store *store, const struct registry *old, const struct registry *new,
    struct tonnage_changes *changes, struct reason *why)
{
	struct walk walk;
	assert(manifests->used == 0);
	enum status status = walk_open(store, TABLE_manifests, &walk);
	if (status == STATUS_OK)
		status = walk_first(&walk);
	for (; status == STATUS_OK; status = walk_next(&walk)) {
		struct facts facts;
		uint32_t marks;
		struct span key = walk.key;
		/* A port's name outlives the walk's key only in the registry. */
		const char *name = key_take_text(&key), *port = registry_port_id(new, name), *batch_no = key_take_text(&key);
		if (port == NULL)
			status = reason_say(why, STATUS_CONTRADICTION,
			    "the port '%s' has batches on file (one is '%s'): it cannot be dropped", name, batch_no);
		if (status == STATUS_OK)
			status = manifests_decode(walk.value, manifests->arena, &marks, &facts);
		if (status != STATUS_OK)
			break;
		count_into(changes, &facts, old, port, -1);
		count_into(changes, &facts, new, port, 1);
		status = move_passage(store, port, batch_no, &facts, old, new);
		if (status != STATUS_OK)
			break;
		arena_reset(manifests->arena);
	}
	walk_close(&walk);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
