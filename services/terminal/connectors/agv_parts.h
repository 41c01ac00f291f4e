/* What agv.c, agv_trip.c, agv_health.c and agv_keep.c share: how a vehicle is remembered. */
#ifndef JUYAN_CONNECTORS_AGV_PARTS_H
#define JUYAN_CONNECTORS_AGV_PARTS_H

#include "agv.h"
#include "agv_rules.h"
#include "pace.h"

enum { ABOARD_MAX = 2 * AGV_LOADS_MAX, NOTE_BYTES = 256 };

/* A load that is aboard, or has just gone at the node where the vehicle still stands. */
struct aboard {
	char id[AGV_ID_BYTES];    /* "#1" and so on where it has no number */
	char order[AGV_ID_BYTES]; /* under which it was aboard last */
	bool unnamed;
	bool gone, counted; /* a sensor that flickers at one node makes one trip */
	bool has_kg;
	int64_t kg;
	int64_t on_ms; /* seen coming aboard at a loading node; 0: not */
	char on_lane[AGV_ID_BYTES];
};

struct vehicle {
	struct vehicle *now; /* of a copy: whose it is */
	bool copied;         /* since the document began */
	uint64_t hash;
	char manufacturer[AGV_ID_BYTES], serial[AGV_ID_BYTES], name[UNIT_ID_BYTES_MAX + 1];
	int64_t last_ms;  /* the youngest report's time, the vehicle's clock */
	int64_t heard_ms; /* our time of the last report; 0: none since the start */
	int64_t back_ms;  /* reports from the past, each younger than the one before it: a clock that was set back */
	unsigned back;
	int64_t ahead_ms; /* what its clock said last while it was too far ahead */
	bool live, clock_told;
	char node[AGV_ID_BYTES], order[AGV_ID_BYTES];
	bool loads_known;
	struct aboard aboard[ABOARD_MAX];
	size_t n_aboard;
	char weighed_batch[AGV_ID_BYTES]; /* whose loads … */
	int64_t weighed_kg;               /* … have made so much together */

	/* agv_health.c */
	Juyan__V1__Condition said; /* by the vehicle itself */
	bool offline, silent;
	int64_t in_the_way_ms, in_the_way_heard_ms; /* since when, the vehicle's clock and ours; 0: not */
	char note[NOTE_BYTES];
	int64_t stands_ms; /* the time of the last word on how it stands */
	Juyan__V1__Condition told;
	int64_t told_ms;    /* our time, or that of a file's report; 0: never */
	int64_t told_at_ms; /* the time of the event: the next one's is later */
	struct pace pace;
};

struct agv {
	struct agv_rules rules;
	int32_t offset_minutes;
	struct vehicle *vehicles[AGV_VEHICLES_MAX];
	size_t n;
	bool changed;            /* something that keep has not handed out yet */
	int64_t refused_ms;      /* when it was last said that there are too many; 0: never */
	struct vehicle **before; /* as they were when the document began */
	size_t n_before, room_before;
	bool changed_before;
	bool message_stands; /* what is being heard has been handed to the findings */
};

/* One finding of this report; its message goes in before the first. NULL where the arena is used up. */
Juyan__V1__Event *agv_event(struct agv *agv, const struct agv_heard *heard, Juyan__V1__Event__WhatCase what, struct findings *out);
/* The same for a remark. */
#define agv_remark(agv, heard, out, ...) (agv_message(agv, heard, out), findings_remark(out, __VA_ARGS__))
void agv_message(struct agv *agv, const struct agv_heard *heard, struct findings *out);

/* agv_trip.c: brings what is aboard up to the report, with the trips that were made. */
void agv_trips(struct agv *agv, struct vehicle *vehicle, const struct agv_heard *heard, struct findings *out);

/* agv_health.c: takes over what a report says, and tells it where it is due. */
void agv_health(struct agv *agv, struct vehicle *vehicle, const struct agv_heard *heard, struct findings *out);
void agv_health_passes(struct agv *agv, struct vehicle *vehicle, int64_t now_ms, struct findings *out);
void agv_health_ends(struct agv *agv, struct vehicle *vehicle, int64_t now_ms, struct findings *out);

/* NULL: there are too many, or there is no memory. */
struct vehicle *agv_vehicle(struct agv *agv, const char *manufacturer, const char *serial);

#endif
