/* See cache.h. */
#include "cache.h"

static bool
is_it(const struct world *world, const struct inputs *inputs, const struct world_making *making)
{
	return world->inputs.digest == inputs->digest && world->making.seed == making->seed &&
	    world->making.paths == making->paths && world->making.last_day == making->last_day &&
	    world->making.overrides == making->overrides;
}

static void
drop(struct cache *cache, size_t place)
{
	if (cache->used[place] != 0)
		world_close(&cache->worlds[place]);
	cache->used[place] = 0;
}

static size_t
bytes_of(const struct world *world)
{
	size_t days = world->leaves.n * world->leaves.days;
	for (size_t i = 0; i < world->leaves.n; i++)
		days += world->leaves.leaf[i].revised_days;
	return world->leaves.paths * days * sizeof *world->leaves.future_kg;
}

/* The longest unused go until the rest is within its bound. */
static void
make_room(struct cache *cache)
{
	for (;;) {
		size_t oldest = CACHE_WORLDS, bytes = 0;
		for (size_t i = 0; i < CACHE_WORLDS; i++) {
			if (cache->used[i] == 0)
				continue;
			bytes += bytes_of(&cache->worlds[i]);
			if (oldest == CACHE_WORLDS || cache->used[i] < cache->used[oldest])
				oldest = i;
		}
		if (bytes <= CACHE_BYTES_MAX)
			return;
		drop(cache, oldest);
	}
}

enum status
cache_world(struct cache *cache, struct inputs *inputs, const struct world_making *making, struct world **out, struct reason *why)
{
	size_t oldest = 0;
	for (size_t i = 0; i < CACHE_WORLDS; i++) {
		if (cache->used[i] != 0 && is_it(&cache->worlds[i], inputs, making)) {
			world_run(&cache->worlds[i], inputs);
			cache->worlds[i].inputs.lsn = inputs->lsn;
			inputs_close(inputs);
			cache->used[i] = ++cache->clock;
			*out = &cache->worlds[i];
			return STATUS_OK;
		}
		oldest = cache->used[i] < cache->used[oldest] ? i : oldest;
	}
	drop(cache, oldest); /* first, so that their memory is never there at once */
	make_room(cache);
	enum status status = world_make(inputs, making, &cache->worlds[oldest], why);
	if (status != STATUS_OK)
		return status;
	cache->used[oldest] = ++cache->clock;
	*out = &cache->worlds[oldest];
	return STATUS_OK;
}

void
cache_close(struct cache *cache)
{
	for (size_t i = 0; i < CACHE_WORLDS; i++)
		drop(cache, i);
}
