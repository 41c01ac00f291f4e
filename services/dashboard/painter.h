/*
 * What the dashboard shows: for each path of openapi.yaml that answers data, a function that asks the ledger and makes the JSON
 * object which the contract names, all its fields always there. It knows no HTTP, no socket and no clock. The caller owns *out
 * (json_decref).
 *
 * A struct painter owns what it keeps between two pictures: the registry, the days of each port, the usual course of a day. It
 * asks for the news before each picture, and so knows what of that has changed. One thread; whoever has two threads opens two.
 *
 * All figures of a picture are of one moment: where it takes several questions and something was committed in between, it is
 * made again, at most three times; then the mark tells the lowest log sequence number of its answers.
 *
 * REFUSE statuses with a sentence that names what is near: UNKNOWN_PORT, SYNTAX and OUT_OF_RANGE (a parameter is wrong),
 * NOT_FOUND (there is no such batch or event). What the source returns comes back as it is; NO_MEMORY.
 */
#ifndef JUYAN_DASHBOARD_PAINTER_H
#define JUYAN_DASHBOARD_PAINTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "forecast.pb-c.h"
#include "status.h"

struct source; /* source.h */
struct painter;

/* The source's functions are called by the thread that makes pictures; NO_MEMORY. */
enum status painter_open(const struct source *source, struct painter **out, struct reason *why) MUST_USE;
void painter_close(struct painter **painter);

/* What time it is, and whether the feed is heard; holds for all pictures until it is said anew. */
void painter_set_now(struct painter *painter, int64_t now_ms, bool fresh);

/* The ledger is another one: nothing that was kept holds. */
void painter_forget(struct painter *painter);

/* Parameters that may be left out are NULL or "". */
enum status painter_place(struct painter *painter, json_t **out, struct reason *why) MUST_USE;
enum status painter_live(struct painter *painter, json_t **out, struct reason *why) MUST_USE;
enum status painter_flow(struct painter *painter, const char *port, const char *day, json_t **out, struct reason *why) MUST_USE;
enum status painter_calendar(struct painter *painter, const char *port, const char *year, json_t **out,
    struct reason *why) MUST_USE;
enum status painter_goods(struct painter *painter, const char *port, const char *from, const char *to, json_t **out,
    struct reason *why) MUST_USE;
enum status painter_search(struct painter *painter, const char *text, json_t **out, struct reason *why) MUST_USE;
enum status painter_batch(struct painter *painter, const char *port, const char *batch_no, json_t **out,
    struct reason *why) MUST_USE;
enum status painter_attention(struct painter *painter, const char *port, bool noted, json_t **out, struct reason *why) MUST_USE;
enum status painter_machines(struct painter *painter, const char *port, json_t **out, struct reason *why) MUST_USE;
enum status painter_quarantined(struct painter *painter, uint64_t lsn, json_t **out, struct reason *why) MUST_USE;

/*
 * The year against a goal. The forecast is the caller's, who keeps it: `reports` answers a GoalAsk about this goal or all, with
 * its course; NULL: there is none, and `why_none` says why. All but what the forecast alone can say is of now, however old it
 * is.
 */
enum status painter_overview(struct painter *painter, const char *goal, const Juyan__V1__GoalReports *reports, const char *why_none,
    json_t **out, struct reason *why) MUST_USE;
/*
 * Asks for that forecast, which may take seconds. The source alone is used, so it may be another thread's. The caller owns *out
 * (juyan__v1__goal_reports__free_unpacked). CLOSED: there is nobody to ask.
 */
enum status painter_forecast(const struct source *source, const char *goal, Juyan__V1__GoalReports **out,
    struct reason *why) MUST_USE;

#endif
