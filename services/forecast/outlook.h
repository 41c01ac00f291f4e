/*
 * The answer to an OutlookAsk, from a world and (where a scenario is asked for) the leaves as it leaves them. Pure. The outlook
 * lives in the caller's arena.
 *
 * Means are rounded to whole kilograms once, by leaf and day: so the means of parts and of periods add up to the means of wholes
 * exactly. Quantiles are those of the paths' sums.
 */
#ifndef JUYAN_FORECAST_OUTLOOK_H
#define JUYAN_FORECAST_OUTLOOK_H

#include "forecast.pb-c.h"
#include "wire.h"
#include "world.h"

/* Lent. */
struct outlook_ground {
	const struct world *world;
	const struct leaves *leaves; /* the world's own, or a copy that a scenario has changed */
};

/* The last day of an outlook that names none: the end of the year of the day asked about, in December of the next. */
int64_t outlook_default_end(int64_t asked);

/*
 * The first day of an outlook's rows: that of the origin's year, or of the year before it as far as whole months of that are on
 * file.
 */
int64_t outlook_first_day(const struct leaves *leaves, bool year_before);

/* `to` is the last day, by the world's paths. All but the provenance. NO_MEMORY where arena or heap are used up. */
enum status outlook_make(const struct outlook_ground *ground, const Juyan__V1__OutlookAsk *ask, int64_t to, struct arena *arena,
    Juyan__V1__Outlook **out) MUST_USE;

bool outlook_holds(const Juyan__V1__Slice *slice, const struct leaf_key *key);

/* The mean year to date of a slice (NULL: all) at a day behind the origin, as the rows have it; and what of it had passed by it. */
enum status outlook_mean(const struct outlook_ground *ground, const Juyan__V1__Slice *slice, int64_t to, int64_t *mean_kg,
    int64_t *known_kg) MUST_USE;

/* means[leaf * days + day] out of the sums over all paths of these leaves. */
void outlook_means(const int64_t *sums, size_t n, size_t days, size_t paths, int64_t *means);

/* Those of the leaves at hand, which are the world's own unless a scenario has changed them. NO_MEMORY. */
enum status outlook_leaf_means(const struct outlook_ground *ground, int64_t *means) MUST_USE;

/* What a forecast is made of, by the names of forecast.proto. */
enum { OUTLOOK_PARTS = FORECAST_PARTS + 3 };
extern const char *const outlook_part_names[OUTLOOK_PARTS];

/* The parts of a slice over days first … to behind the origin: they add up to its means less what has come of the running day. */
enum status outlook_parts(const struct outlook_ground *ground, const Juyan__V1__Slice *slice, int64_t first, int64_t to,
    int64_t kg[OUTLOOK_PARTS]) MUST_USE;

/*
 * What the forecast rests on. Notes about a port are left out where `ports` (none: all) does not name it; `extra` (may be NULL) are
 * notes of this answer alone. NO_MEMORY.
 */
struct outlook_ports {
	char *const *ports;
	size_t n;
};
enum status outlook_provenance(const struct world *world, struct outlook_ports ports, const struct world_notes *extra,
    struct arena *arena, Juyan__V1__Provenance **out) MUST_USE;

static inline struct outlook_ports
outlook_ports(const Juyan__V1__Slice *slice)
{
	return slice == NULL ? (struct outlook_ports){ NULL, 0 } : (struct outlook_ports){ slice->ports, slice->n_ports };
}

/* Texts in an arena; NULL when it is used up. */
char *outlook_text(struct arena *arena, const char *text);
char *outlook_day(struct arena *arena, int64_t day);

#endif
