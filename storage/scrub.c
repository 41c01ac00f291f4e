/* Reading over, step by step: see scrub.h. */
#include "scrub.h"

#include <stdlib.h>

#include "manifests.h"
#include "meta.h"
#include "tonnage.h"

enum { KEY_ROOM = 512 };

struct scrub {
	struct env *env;
	struct arena arena;
	struct journal_end end; /* of the journal, as far as it has been walked */
	enum table table;       /* that is read: the journal first, then the others in their order */
	bool journal_done;
	size_t key_bytes; /* of the last row read in it; 0: none yet */
	uint8_t key[KEY_ROOM];
	bool ended; /* the tally is of a pass that is over */
	struct scrub_tally tally;
};

enum status
scrub_open(struct env *env, struct scrub **out, struct reason *why)
{
	struct scrub *scrub = calloc(1, sizeof *scrub);
	if (scrub == NULL || arena_open(&scrub->arena, DECODE_BYTES_MAX) != STATUS_OK) {
		free(scrub);
		return reason_say(why, STATUS_NO_MEMORY, "no memory to read the ledger over");
	}
	scrub->env = env;
	*out = scrub;
	return STATUS_OK;
}

void
scrub_close(struct scrub **scrub)
{
	if (*scrub == NULL)
		return;
	arena_close(&(*scrub)->arena);
	free(*scrub);
	*scrub = NULL;
}

struct scrub_tally
scrub_tally(const struct scrub *scrub)
{
	return scrub->tally;
}

bool
scrub_ended(const struct scrub *scrub)
{
	return scrub->ended;
}

static void
begin_pass(struct scrub *scrub)
{
	scrub->tally = (struct scrub_tally){ 0 };
	scrub->end = (struct journal_end){ 0 };
	scrub->journal_done = false;
	scrub->table = TABLE_meta;
	scrub->key_bytes = 0;
	scrub->ended = false;
}

/* Behind the table that is read now; false: there is none. */
static bool
next_table(struct scrub *scrub)
{
	scrub->key_bytes = 0;
	if (!scrub->journal_done) {
		scrub->journal_done = true;
		scrub->table = TABLE_meta;
		return true;
	}
	do
		scrub->table = (enum table)(scrub->table + 1);
	while (scrub->table == TABLE_journal);
	return scrub->table < TABLES;
}

/* ---- the journal ---- */

/* From where the last step ended. A chain that has changed there meanwhile is damage too. */
static enum status
walk_on(struct scrub *scrub, const struct store *store, uint64_t bytes, struct reason *why)
{
	struct journal_walk walk;
	struct span block;
	uint64_t lsn, taken = 0;
	enum status status = journal_walk_behind(store, scrub->end.lsn, &walk, why);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND || status == STATUS_OUT_OF_RANGE
		    ? reason_say(why, STATUS_DAMAGED, "journal: the block that ends with event %llu is there no more",
			  (unsigned long long)scrub->end.lsn)
		    : status;
	if (memcmp(walk.end.chain, scrub->end.chain, CHAIN_BYTES) != 0)
		status = reason_say(why, STATUS_DAMAGED, "journal: the chain value at event %llu has changed",
		    (unsigned long long)scrub->end.lsn);
	while (status == STATUS_OK && taken < bytes && (status = journal_walk_block(&walk, &lsn, &block, why)) == STATUS_OK) {
		taken += block.bytes;
		scrub->tally.bytes += block.bytes;
		scrub->tally.rows++;
		scrub->end = walk.end;
	}
	journal_walk_close(&walk);
	return status;
}

static enum status
read_journal(struct scrub *scrub, const struct store *store, uint64_t bytes, struct reason *why)
{
	struct meta meta;
	enum status status = meta_read(store, &meta, why);
	if (status == STATUS_OK)
		status = walk_on(scrub, store, bytes, why);
	if (status == STATUS_NOT_FOUND &&
	    (scrub->end.lsn != meta.end.lsn || memcmp(scrub->end.chain, meta.end.chain, CHAIN_BYTES) != 0))
		return reason_say(why, STATUS_DAMAGED, "journal: it ends with event %llu, the ledger says %llu",
		    (unsigned long long)scrub->end.lsn, (unsigned long long)meta.end.lsn);
	return status;
}

/* ---- the other tables ---- */

static enum status
read_row(struct scrub *scrub, const struct walk *walk)
{
	struct tonnage_row row;
	struct facts facts;
	uint32_t marks;
	if (walk->key.bytes == 0 || walk->key.bytes > KEY_ROOM)
		return STATUS_DAMAGED;
	size_t shorter = walk->key.bytes < scrub->key_bytes ? walk->key.bytes : scrub->key_bytes;
	int order = memcmp(scrub->key, walk->key.data, shorter);
	if (order > 0 || (order == 0 && walk->key.bytes <= scrub->key_bytes))
		return STATUS_DAMAGED; /* keys rise */
	if (scrub->table == TABLE_tonnage)
		return tonnage_read(walk, &row);
	if (scrub->table != TABLE_manifests)
		return STATUS_OK;
	arena_reset(&scrub->arena);
	return manifests_decode(walk->value, &scrub->arena, &marks, &facts);
}

/* Behind the last key; rows may have come and gone. */
static enum status
go_on(const struct scrub *scrub, struct walk *walk)
{
	if (scrub->key_bytes == 0)
		return walk_first(walk);
	enum status status = walk_seek(walk, (struct span){ scrub->key, scrub->key_bytes });
	if (status == STATUS_OK && walk->key.bytes == scrub->key_bytes && memcmp(walk->key.data, scrub->key, scrub->key_bytes) == 0)
		status = walk_next(walk);
	return status;
}

static enum status
read_table(struct scrub *scrub, const struct store *store, uint64_t bytes, struct reason *why)
{
	struct walk walk = { .cursor = NULL };
	uint64_t taken = 0;
	enum status status = walk_open(store, scrub->table, &walk);
	if (status == STATUS_OK)
		status = go_on(scrub, &walk);
	while (status == STATUS_OK && (status = read_row(scrub, &walk)) == STATUS_OK) {
		scrub->key_bytes = walk.key.bytes;
		memcpy(scrub->key, walk.key.data, walk.key.bytes);
		taken += walk.key.bytes + walk.value.bytes;
		scrub->tally.rows++;
		if (taken >= bytes)
			break;
		status = walk_next(&walk);
	}
	scrub->tally.bytes += taken;
	walk_close(&walk);
	return status == STATUS_DAMAGED
	    ? reason_say(why, status, "%s: a row behind %llu others cannot be read, or stands where it does not belong",
		  table_name(scrub->table), (unsigned long long)scrub->tally.rows)
	    : status;
}

enum status
scrub_step(struct scrub *scrub, uint64_t bytes, struct reason *why)
{
	struct store store;
	if (scrub->ended || (!scrub->journal_done && scrub->end.lsn == 0))
		begin_pass(scrub);
	enum status status = store_begin_read(scrub->env, &store, why);
	if (status != STATUS_OK)
		return status;
	status = scrub->journal_done ? read_table(scrub, &store, bytes, why) : read_journal(scrub, &store, bytes, why);
	store_abort(&store);
	env_trim(scrub->env);
	if (status != STATUS_NOT_FOUND && status != STATUS_DAMAGED)
		return status;
	scrub->tally.damages += status == STATUS_DAMAGED;
	scrub->ended = !next_table(scrub);
	return status == STATUS_DAMAGED || scrub->ended ? status : STATUS_OK;
}
