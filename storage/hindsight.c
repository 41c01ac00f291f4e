/* Replaying up to a time: see hindsight.h. */
#include "hindsight.h"

#include "meta.h"

struct telling {
	void (*progress)(void *user, uint64_t done, uint64_t all);
	void *user;
	uint64_t all;
};

static void
tell(void *user, uint64_t done)
{
	const struct telling *telling = user;
	if (telling->progress != NULL)
		telling->progress(telling->user, done, telling->all);
}

static enum status
replay_past(const struct store *store, int64_t known_at_ms, struct telling *telling, struct hindsight *past, struct reason *why)
{
	struct journal_walk walk = { .begun = false };
	struct replay *replay = NULL;
	struct meta meta;
	enum status status = meta_read(store, &meta, why);
	if (status == STATUS_OK)
		status = journal_walk_open(store, &walk);
	if (status == STATUS_OK)
		status = replay_open(replay_walk(&walk), past->scratch.ledger, &replay, why);
	if (status == STATUS_OK)
		telling->all = meta.end.lsn;
	if (status == STATUS_OK)
		status = replay_until(replay, (struct replay_limit){ UINT64_MAX, known_at_ms }, tell, telling, why);
	if (status == STATUS_OK && !replay_state(replay)->right)
		status = reason_say(why, STATUS_DAMAGED, "%.250s", replay_state(replay)->difference);
	if (status == STATUS_OK)
		past->end = replay_state(replay)->end;
	replay_close(&replay);
	journal_walk_close(&walk);
	return status;
}

enum status
hindsight_open(struct env *env, const char *scratch_dir, int64_t known_at_ms,
    void (*progress)(void *user, uint64_t done, uint64_t all), void *user, struct hindsight *out, struct reason *why)
{
	struct telling telling = { progress, user, 0 };
	struct hindsight past = { .end = { .lsn = 0 } };
	struct store store = { .txn = NULL };
	uint64_t map_bytes, used_bytes, disk_free_bytes;
	env_usage(env, &map_bytes, &used_bytes, &disk_free_bytes);
	enum status status = scratch_open(scratch_dir, map_bytes, &past.scratch, why);
	if (status == STATUS_OK)
		status = store_begin_read(env, &store, why);
	if (status == STATUS_OK)
		status = replay_past(&store, known_at_ms, &telling, &past, why);
	store_abort(&store);
	if (status == STATUS_OK)
		*out = past;
	else
		hindsight_close(&past);
	return status;
}

void
hindsight_close(struct hindsight *past)
{
	scratch_close(&past->scratch);
}
