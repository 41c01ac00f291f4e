/*
 * One forecast of everything: the sample paths of all leaves as of one origin, with the calendar, the ceilings, the running day and
 * the planners' overrides in them, and what a person should know of how it was made. It is the same bytes for the same inputs and
 * making, on any number of threads.
 *
 * How: each leaf is forecast by the models from its own history (rare traffic from its own last year, sparse.h); so is the sum of
 * all; the leaves' paths are then made to add up to the whole's (reconcile.h). A port whose ledger is younger than WORLD_DAYS_YOUNG
 * and of which published figures are known gets its paths from these (spans.h), and its leaves share them. A port of which nothing
 * is known gets a guess. Days whose facts are usually still coming in are forecast from their usual completion (completion.h): what
 * is expected of them is in the paths as revisions of the past (leaves.h), and models see the days as they usually end. Owns its
 * memory; world_close.
 */
#ifndef JUYAN_FORECAST_WORLD_H
#define JUYAN_FORECAST_WORLD_H

#include <stdatomic.h>

#include "auto.h"
#include "days.h"
#include "inputs.h"
#include "open_days.h"

enum { WORLD_DAYS_YOUNG = 400, WORLD_NOTES_MAX = 24, WORLD_PATHS_MIN = 100, WORLD_PATHS_MAX = 10000 };
/*
 * Values that all paths may have together: 256 MiB. Making them takes half as much again, a scenario another copy, a plan two; the
 * cache keeps CACHE_BYTES_MAX of others beside it.
 */
#define WORLD_VALUES_MAX (SIZE_C(32) << 20)
#define SIZE_C(n) ((size_t)(n))

_Static_assert(WORLD_VALUES_MAX <= INT64_MAX / LEAVES_DAY_KG_MAX / 2,
    "no sum over all values of all paths overflows, nor twice it");

struct world_making {
	uint64_t seed;
	size_t paths;
	int64_t last_day; /* behind the origin */
	bool overrides;
	size_t threads;
	const atomic_bool *stop; /* once it is true the making ends as soon as it can, INTERRUPTED; NULL: never */
};

struct world_notes {
	size_t n;
	char text[WORLD_NOTES_MAX][SENTENCE_BYTES_MAX];
	char port[WORLD_NOTES_MAX][PORT_BYTES_MAX + 1]; /* the port that it is about; empty: everything */
};

struct world {
	struct inputs inputs; /* owned */
	struct world_making making;
	struct leaves leaves;
	size_t n_ports;
	struct days *days;            /* [n_ports], of the registry's ports in their order */
	const char **ports;           /* [n_ports] their ids, in the registry's memory */
	double *part[FORECAST_PARTS]; /* [leaf * days + day]: what the models say their points are made of */
	/* Sums over all paths [leaf * days + day]: before overrides, and as they are. */
	int64_t *base_sum, *sum;
	int64_t *first;       /* [leaf * paths]: the first day's paths before the running day and overrides */
	int64_t *running_kg;  /* [leaf]: what has come of the first day already */
	double running_share; /* the share of a day that has usually come by now, at the port with most; 0: no day is running */
	char model[FORECAST_MODEL_BYTES];
	char backtest[SENTENCE_BYTES_MAX];
	struct world_notes notes;
};

/* Values that each path of a world has at most: of all its parts, of so many days. */
size_t world_values(const struct inputs *inputs, size_t days);

/*
 * Takes the inputs over, also when it fails. TOO_MANY for more than WORLD_VALUES_MAX, with what would fit; NO_MEMORY. What no model
 * can do is noted.
 */
enum status world_make(struct inputs *inputs, const struct world_making *making, struct world *out, struct reason *why) MUST_USE;
void world_close(struct world *world);

/* The running day goes on: takes what has come of it out of `now`, whose closed days are the world's (asserted by digest). */
void world_run(struct world *world, const struct inputs *now);

/* Whether a past day's facts come so late, and so unevenly, that what is known of it says little. */
bool world_unsure(const struct world *world, const char *port, int64_t day);

/* Which days each port is open; `out` owns its days and lends the ports' names from the world. */
enum status world_open_days(const struct world *world, struct open_days *out) MUST_USE;

/* Adds a sentence that is not there yet; what is too many is left out. `port` is empty where it is about everything. */
void world_note(struct world_notes *notes, const char *port, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
