/*
 * From readings to weighings: a load on, a load off, one mass for each load, whatever the maker of the scale. Pure; the caller owns
 * it; one thread. Times are handed in.
 *
 * A vehicle drives on axle by axle, may stop half on the bridge (before and after), stands, and drives off. So a load is all from
 * the first reading of `minimum_kg` or more until the scale is empty again, and its mass is that of its highest plateau: a vehicle
 * that is only in part on the bridge weighs less than the whole one, and what is more than the whole is movement, which makes no
 * plateau. Of the readings of that plateau (all within `tolerance_kg` of its highest) the last one counts: scale and vehicle had
 * come to rest most then. The bridge must be empty between two vehicles: a scale cannot tell two that stand on it at once.
 *
 * A mass is told once for each load: when the load is off, or when its plateau has stood for `stands_ms`. Masses are never added:
 * of a vehicle that is weighed in two steps, for it is longer than the bridge, no reading is the whole.
 *
 * What stands there when the scale is heard again after a long silence is the same load where it weighs the same; else what stood
 * there before is ended. A load that was found, and then drove off, weighed more than where it may have stopped: it has no mass.
 */
#ifndef JUYAN_CONNECTORS_WEIGHING_H
#define JUYAN_CONNECTORS_WEIGHING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

enum { WEIGHING_RAW_BYTES_MAX = 256 };

/* What one frame said. */
enum said {
	SAID_MASS,
	SAID_OVER,    /* more than the scale can weigh */
	SAID_UNDER,   /* less than it can show: the bridge is empty */
	SAID_UNCLEAR, /* a mass whose unit nobody knows */
	SAID_NOTHING  /* right, but no reading */
};
enum rest { REST_UNSAID, REST_STILL, REST_MOVING };

struct reading {
	enum said said;
	int64_t kg; /* gross */
	enum rest rest;
};

struct weighing_rules {
	int64_t minimum_kg;     /* below it the scale is empty */
	int64_t tolerance_kg;   /* within it two masses are one */
	int64_t stands_ms;      /* 0: only when the load is off */
	unsigned stable_frames; /* so many equal readings in a row are stable … */
	unsigned still_frames;  /* … or so many of which the scale itself says so */
};

enum weighing_news {
	WEIGHING_NOTHING,
	WEIGHING_MASS,       /* `plateau` is a load's mass */
	WEIGHING_RESTLESS,   /* a load has gone, and was never stable: no mass */
	WEIGHING_OVER,       /* a load has gone that was more than the scale can weigh: no mass */
	WEIGHING_HEAVIER,    /* after a load's mass was told it became heavier, or more than the scale can weigh */
	WEIGHING_BELOW_ZERO, /* the empty scale says far less than nothing: it was set to zero under a load */
	WEIGHING_AGAIN,      /* a load fell to less than half and rose again, and the scale was never empty: two, or no zero */
	WEIGHING_UNSTEADY,   /* a load stands there for long, and was not stable yet */
	WEIGHING_LEFT        /* a load that was found there has gone, and was stable in part only: no mass */
};

struct weighing {
	bool emptied; /* it was heard to be empty since the last long silence */
	bool loaded;
	bool found;          /* the load stood there when the scale was heard first */
	uint64_t loads;      /* since the beginning: the number of this one */
	int64_t on_ms;       /* when it came … */
	int64_t heard_ms;    /* … and when the last reading came */
	int64_t heaviest_kg; /* of all its readings, also those of movement … */
	int64_t sure_kg;     /* … and of those next to which another was as heavy */
	struct plateau {
		bool known;
		int64_t kg, top_kg; /* its last reading and its highest */
		int64_t since_ms;   /* when it was first stable */
		size_t raw_bytes;   /* the frames that made it stable */
		uint8_t raw[WEIGHING_RAW_BYTES_MAX];
	} plateau;
	int64_t lowest_kg; /* of its stable readings after the plateau, of those below half of it; 0: none */
	bool told, heavier_told, again_told, unsteady_told, over, below_told;
	int64_t told_kg;
	unsigned readings, overs, unders, belows; /* of this load; the others in a row */
	bool gone;                                /* what was told before a long silence may still stand there: */
	int64_t gone_kg;
	struct run {
		int64_t kg;
		unsigned equal, still;
		size_t raw_bytes;
		uint8_t raw[WEIGHING_RAW_BYTES_MAX];
	} run;
};

/* Before each reading: where nothing was heard for a long time, and another mass stands there now, the load is ended. */
enum weighing_news weighing_resume(struct weighing *weighing, const struct weighing_rules *rules, const struct reading *reading,
    int64_t now_ms);
/* The load outlives the process: its bytes, which only this program reads again. False: they are none of this kind. */
struct span weighing_bytes(const struct weighing *weighing);
bool weighing_from(struct weighing *weighing, struct span bytes) MUST_USE;
enum weighing_news weighing_take(struct weighing *weighing, const struct weighing_rules *rules, const struct reading *reading,
    struct span frame, int64_t now_ms);

#endif
