/*
 * Days, for picture_*.c alone: what has passed on those that were, which of them were ordinary, and what the calendar says of
 * each. What has passed is asked for once and kept up by the news; a history owns its arrays (history_close).
 */
#ifndef JUYAN_DASHBOARD_PAINTER_DAYS_H
#define JUYAN_DASHBOARD_PAINTER_DAYS_H

#include <jansson.h>
#include <stdbool.h>

#include "civil.h"
#include "query.pb-c.h"
#include "status.h"

struct painter;
struct port;
struct kept;

enum { USUAL_DAYS = 20, USUAL_WEEKS = 8, USUAL_DAYS_LEAST = 3, HOURS = 24 };

/* What has passed at a port on each day, from the first on which something did. */
struct history {
	bool known, any;
	int64_t first_day;
	uint32_t first_hour; /* of civil.h: the first that counts anything */
	size_t days;
	int64_t *net_kg, *units; /* [days] */
};

/* The last ordinary days of a port, hour by hour. */
struct usual {
	bool known;
	int64_t today; /* before which they are */
	size_t n;
	int64_t hour_kg[USUAL_DAYS][HOURS];
};

/* A record of days, with the stretch in which this version of it holds. */
struct stretch {
	const Juyan__V1__CalendarDay *day;
	int64_t first, last;
};

/* ---- picture_history.c: days that were ---- */

enum status history_of(struct painter *painter, struct port *port, struct reason *why) MUST_USE;
void history_close(struct history *history);
/* The beginning of the last hour in which something passed; NOT_FOUND: nothing ever has. */
enum status history_last_hour(struct painter *painter, struct port *port, int64_t *out_ms, struct reason *why) MUST_USE;
/* A day's total as the news tell it. */
enum status history_put(struct history *history, int64_t day, int64_t net_kg, int64_t units) MUST_USE;
/* The first day, and its first hour, of this port, of all below this place, or of all; false: nothing has passed yet. */
enum status history_begin(struct painter *painter, struct port *port, bool *any, int64_t *day, uint32_t *hour,
    struct reason *why) MUST_USE;
/* Median of what had passed by this hour on the last ordinary days, and how many those are. */
enum status usual_by_now(struct painter *painter, struct port *port, int64_t *kg, size_t *days, struct reason *why) MUST_USE;

enum { RECORD_HISTORY_DAYS = 30 };
/* Calls for each record day up to `last`, in order. */
void history_records(const struct history *history, int64_t last,
    void (*each)(void *user, int64_t day, int64_t net_kg, int64_t units), void *user);

/* ---- picture_days.c: the calendar ---- */

/* Fills kept->stretches. */
enum status days_read(struct kept *kept) MUST_USE;
bool days_ordinary(const struct kept *kept, const char *port, int64_t day);
bool days_open(const struct kept *kept, const char *port, int64_t day);
bool days_any_open(const struct painter *painter, const Juyan__V1__Goal *goal, int64_t day);
/* What the calendar says of a day at this port or place (NULL: at all), as the contract's marks. */
json_t *days_marks(const struct kept *kept, const char *port, int64_t day);
/* The 29th of February has the 28th. */
int64_t days_year_before(int64_t day);
const char *days_text(int64_t day, char out[CIVIL_TEXT_BYTES]);
const char *days_hour_text(int64_t day, int hour, char out[CIVIL_TEXT_BYTES]);

#endif
