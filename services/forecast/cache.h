/*
 * The worlds that an engine has made, newest use first: a question like an earlier one costs nothing. Owns them.
 */
#ifndef JUYAN_FORECAST_CACHE_H
#define JUYAN_FORECAST_CACHE_H

#include "world.h"

enum { CACHE_WORLDS = 4 };
/* Paths of all worlds but the newest. */
#define CACHE_BYTES_MAX (SIZE_C(256) << 20)

struct cache {
	struct world worlds[CACHE_WORLDS];
	uint64_t used[CACHE_WORLDS]; /* 0: the place is free */
	uint64_t clock;
};

/* Takes the inputs over. The world is lent until the next call; it has the running day of these inputs. */
enum status cache_world(struct cache *cache, struct inputs *inputs, const struct world_making *making, struct world **out,
    struct reason *why) MUST_USE;
void cache_close(struct cache *cache);

#endif
