/*
 * What a forecast is made from: the daily totals of every leaf up to a day, the running day as far as it has gone, and the records
 * of the registry that matter. Owns its memory (inputs_close); changed by nobody once it is made; may be read from any thread.
 */
#ifndef JUYAN_FORECAST_INPUTS_H
#define JUYAN_FORECAST_INPUTS_H

#include "completion.h"
#include "leaves.h"
#include "query.pb-c.h"

/* Older days are left out of the histories, and days before 2000 are a broken clock's. */
enum { INPUTS_DAYS_MAX = 20 * 366, INPUTS_LEAVES_MAX = 4096, INPUTS_SILENT_DAYS = 14 };

struct inputs {
	uint64_t lsn;    /* data mark */
	uint64_t digest; /* of all below but the running day: two inputs with the same one give the same forecast of closed days */
	int64_t first_day;
	int64_t origin; /* the last day that is taken as complete */
	size_t past_days;
	size_t n; /* leaves, sorted by port, direction, mode and group */
	struct leaf *leaf;
	/*
	 * Days between the origin and the day asked about on which nothing came and which no calendar shuts. Nobody knows whether
	 * the port or the line stood still: so they are forecast, not taken as zero.
	 */
	int64_t silent_days;
	int64_t stopped_day; /* the ledger's last day with traffic, where that is so long ago that it is asked as of then; else 0 */
	/*
	 * The day after the origin, where it is running and something has come already: by leaf, what has come, and the share of a
	 * day that has usually come by this hour. Both NULL: none.
	 */
	int64_t *running_kg;
	double *running_share;
	/*
	 * How complete the last days are, by port; a port that is not there is taken as complete. The origin is a day of this lag:
	 * 0 where it has just ended when all was gathered.
	 */
	int64_t lag;
	size_t n_completions;
	struct completion *completion;
	Juyan__V1__Registry *registry; /* ports, places, days, capacities, goals, levers, overrides, published */
};

void inputs_close(struct inputs *inputs);

/*
 * The day on which a ledger stopped: its last one with traffic, if nothing has come for more than INPUTS_SILENT_DAYS since and no
 * calendar shuts these; 0: it goes on. Who asks without naming a day asks such a ledger as of the day before: it lives in another
 * time (a demonstration, an archive), or its line is cut, and neither is a year of which nothing is known.
 */
int64_t inputs_stopped(const struct inputs *all);

/* The last day that is over, of those that are asked about: the origin, unless days of silence follow it. */
static inline int64_t
inputs_asked(const struct inputs *inputs)
{
	return inputs->origin + inputs->silent_days;
}

/* NULL: nothing is known of how late this port's facts come. */
const struct completion *inputs_completion(const struct inputs *inputs, const char *port);

/* By port, direction, mode, group: less than, equal to or greater than 0. */
int leaf_key_order(const struct leaf_key *a, const struct leaf_key *b);

/*
 * `all` holds the days up to yesterday. The same as it was at the end of `as_of`, or as it is now where as_of is after all's
 * origin: leaves that had no traffic by then are left out, and the days of silence at the end.
 * The registry is today's, but for published figures whose span was not over and overrides that were declared later.
 */
enum status inputs_as_of(const struct inputs *all, int64_t as_of, struct inputs *out) MUST_USE;

/*
 * The days up to `origin`, whatever is silent at the end, with a registry of the caller's (copied): overrides of one, all else of
 * the other, as they were known then. For telling what moved a forecast.
 */
enum status inputs_cut(const struct inputs *all, int64_t origin, const Juyan__V1__Registry *registry,
    const Juyan__V1__Registry *overrides, struct inputs *out) MUST_USE;

/* Makes `digest` anew; inputs_as_of has done it. */
void inputs_mark(struct inputs *inputs);

/* The port of this index among the registry's (each once, in the order of their ids); NULL behind the last. */
const char *inputs_port(const struct inputs *inputs, size_t i);

#endif
