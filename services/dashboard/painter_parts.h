/*
 * What pictures are made with, for picture_*.c alone: questions, what is kept from one picture to the next, days, goals. All of
 * it is owned by the painter.
 */
#ifndef JUYAN_DASHBOARD_PAINTER_PARTS_H
#define JUYAN_DASHBOARD_PAINTER_PARTS_H

#include <string.h>

#include "civil.h"
#include "painter.h"
#include "painter_days.h"
#include "painter_json.h"
#include "registry.h"
#include "source.h"
#include "wire.h"

/* A port; or a place, which is shown as one port would be, of all the ports below it. */
struct port {
	const char *id;
	const Juyan__V1__Port *record; /* the one that holds today; NULL: a place */
	const Juyan__V1__Place *place; /* NULL: a port */
	int64_t offset_ms, today;      /* a place's: of its port that is furthest ahead */
	struct history history;        /* of a port alone; and so are the next three */
	struct usual usual;
	bool seen; /* last_event_ms holds: of what has been seen so far */
	int64_t last_event_ms;
};

enum record_kind { RECORDS_PORT, /* with places */ RECORDS_GROUP, RECORDS_DAY, RECORDS_GOAL, RECORDS_PUBLISHED, RECORD_KINDS };

struct kept {
	bool loaded, lanes_seen;
	bool skipped; /* the last news told nothing one by one: the road is flooded */
	uint64_t lsn, registry_version;
	int64_t received_at_ms; /* 0: the ledger is empty */
	Juyan__V1__Registry *records[RECORD_KINDS];
	struct registry *registry; /* of the ports and places */
	struct port *ports, *places;
	size_t n_ports, n_places;
	struct stretch *stretches;
	size_t n_stretches;
	int64_t lanes_ms; /* when the lanes were looked at */
	bool counted;     /* attention holds, of attention_ms and so many in quarantine, unless machines have been told of since */
	int64_t attention, attention_ms;
	uint64_t quarantine_waiting, attention_quarantine;
	json_t *sites; /* as the contract has them, of sites_ms; NULL: not asked for yet */
	int64_t sites_ms;
};

struct painter {
	struct source source;
	int64_t now_ms;
	bool fresh;
	uint64_t lsn_low, lsn_high; /* of the answers to this picture so far */
	struct kept kept;
};

/* ---- picture_ask.c ---- */

typedef enum status (*painter_draw)(struct painter *painter, const void *what, json_t *object, struct reason *why);

/* Catches up with the news, draws, adds the mark; again where the answers were of different moments. */
enum status painter_paint(struct painter *painter, painter_draw draw, const void *what, json_t **out, struct reason *why) MUST_USE;
enum status painter_ask(struct painter *painter, Juyan__V1__Question *question, Juyan__V1__Answer__SayCase expected,
    const Juyan__V1__Answer **out, struct reason *why) MUST_USE;
enum status painter_totals(struct painter *painter, Juyan__V1__TotalsAsk *ask, const Juyan__V1__Totals **out,
    struct reason *why) MUST_USE;
/* All pages of crossings, one after the other. */
enum status painter_crossings(struct painter *painter, const Juyan__V1__CrossingsAsk *ask,
    enum status (*see)(void *user, const Juyan__V1__Crossing *crossing), void *user, struct reason *why) MUST_USE;

/* ---- picture_kept.c: what is kept ---- */

enum status kept_catch_up(struct painter *painter, struct reason *why) MUST_USE;
void kept_forget(struct kept *kept);
/* A port or a place; NULL or "": all, and *out is NULL. UNKNOWN_PORT with the nearest. */
enum status kept_port(struct painter *painter, const char *id, struct port **out, struct reason *why) MUST_USE;
struct port *kept_port_of(struct painter *painter, const char *id); /* NULL: there is none */
/* Whether a port is the one that is looked at, or below the place that is. */
bool kept_looks_at(const struct kept *kept, const struct port *looked_at, const struct port *port);
/* The latest local day of this port, or of any. */
int64_t kept_today(const struct painter *painter, const struct port *port);
int64_t kept_local_ms(const struct painter *painter, const struct port *port);

/* ---- picture_yard.c ---- */

enum { YARD_ROWS_MAX = 500 };

struct yard {
	int64_t arrived, weighed, inspected, held, released, units;
	int64_t unheard; /* released long ago: nobody told that they left; in none of the others */
};

/* Whether it counts: false where it is unheard of. */
bool yard_add(const struct painter *painter, struct yard *yard, const Juyan__V1__Crossing *crossing);
json_t *yard_json(const struct yard *yard);
/* Notes when something was last known to happen there. */
void port_saw(struct painter *painter, const Juyan__V1__Crossing *crossing);
/* All ports' last events, as far as lanes, and days with traffic, tell them. */
enum status ports_look(struct painter *painter, struct reason *why) MUST_USE;

/* ---- picture_goal.c ---- */

/* The goal with this id, or the one whose period holds today (NULL where there is none). */
enum status goal_find(struct painter *painter, const char *id, const Juyan__V1__Goal **out, struct reason *why) MUST_USE;
/* The version of a record that holds today. */
bool record_holds(const struct painter *painter, enum record_kind kind, size_t i);
bool goal_has_port(const struct kept *kept, const Juyan__V1__Goal *goal, const char *port);
/* A question about the goal's slice; NULL: about everything. The names are the goal's. */
void goal_slice(const Juyan__V1__Goal *goal, Juyan__V1__TotalsAsk *ask, char *names[2]);

#endif
