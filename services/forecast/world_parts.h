/* Between world.c, which puts a world together, and world_paths.c, which draws its leaves' paths. */
#ifndef JUYAN_FORECAST_WORLD_PARTS_H
#define JUYAN_FORECAST_WORLD_PARTS_H

#include "world.h"

enum source {
	FROM_MODEL,     /* the automatic forecast of its days */
	FROM_RARE,      /* its own last year, drawn again */
	FROM_GUESS,     /* nothing is known */
	FROM_PUBLISHED, /* published figures, for a port without days of its own */
	FROM_NOTHING    /* a history alone: other leaves of its port carry the future */
};

/* A world while it is made. Lives for one call of world_make. */
struct draft {
	struct world *world;
	enum source *source;      /* [leaf] */
	size_t *port;             /* [leaf]: index among the world's ports */
	bool *young;              /* [port]: forecast from published figures */
	struct forecast *by_port; /* [port]: of the young ones */
	struct forecast whole;
	size_t *which; /* the leaves that add up to the whole: those of ports that are not young, and not guessed */
	size_t n_which;
	int64_t day_kg;       /* what all leaves together carried on a day of the last year */
	enum status *outcome; /* [leaf + 1 + port] of the jobs */
};

/* A leaf that says no more than its port: of published figures, or of a port of which nothing is known. */
static inline bool
world_is_port_alone(const struct leaf_key *key)
{
	return key->direction == 0 && key->mode == 0 && key->group[0] == '\0';
}

static inline const struct days_of *
draft_days(const struct draft *draft, size_t leaf)
{
	return days_for(&draft->world->days[draft->port[leaf]], draft->world->leaves.leaf[leaf].key.mode);
}

/* What late facts are still to bring, as revisions of the last days (world_late.c); before any path is drawn. NO_MEMORY. */
enum status world_expect_late(struct world *world) MUST_USE;

/* Draws all paths, each leaf for itself, and those of the wholes that they have to add up to. NO_MEMORY. */
enum status draft_paths(struct draft *draft) MUST_USE;

/* Makes them belong together: wholes, odds of holidays, ceilings. NO_MEMORY. */
enum status draft_bind(struct draft *draft) MUST_USE;

/* Whether the ledger has any leaf of this port. */
bool world_has_leaf(const struct inputs *inputs, const char *port);

/* A seed that depends on what the leaf is (a port alone; nothing: the whole), not on which others there are. */
uint64_t world_seed(uint64_t seed, const struct leaf_key *key);

/*
 * Published figures of one port's history (published.c), of one definition (definition.h): fills the past of the leaf that stands
 * for them, with what each path says of this year's and last year's.
 */
enum status published_forecast(const struct draft *draft, size_t port, struct forecast *out, struct leaf *leaf,
    struct reason *why) MUST_USE;
bool published_any(const struct inputs *inputs, const char *port);

#endif
