/*
 * How a scale stands, for machine_reported: at each change, at the pace of pace.h, and each hour. Pure; the caller owns it; one
 * thread.
 */
#ifndef JUYAN_CONNECTORS_SCALE_HEALTH_H
#define JUYAN_CONNECTORS_SCALE_HEALTH_H

#include "findings.h"
#include "pace.h"
#include "weighing.h"

enum { SCALE_HEALTH_VEHICLES_MAX = 16 };

struct scale_health {
	const char *name, *lane; /* lent */
	int64_t silent_ms;       /* 0: it may be silent */
	int64_t stuck_ms, minimum_kg;
	size_t stuck_vehicles; /* 0: vehicles that are seen mean nothing */

	bool begun, connected;
	int64_t line_ms;  /* since when the line is as it is */
	int64_t frame_ms; /* the last frame's; 0: none on this line */
	bool same_known;
	struct reading same;
	int64_t same_ms; /* since when it has not changed */
	/* The vehicles that were seen in its lane since then, each once, while it spoke. */
	char vehicles[SCALE_HEALTH_VEHICLES_MAX][UNIT_ID_BYTES_MAX + 1];
	size_t n_vehicles;
	int64_t vehicle_ms; /* when the last of them was */
	Juyan__V1__Condition condition;
	int64_t told_ms;
	struct pace pace;
};

void scale_health_line(struct scale_health *health, bool connected, int64_t now_ms, struct findings *out);
void scale_health_frame(struct scale_health *health, const struct reading *reading, int64_t now_ms);
/* A vehicle was seen in a lane, at `at_ms` by the clock of who saw it. */
void scale_health_seen(struct scale_health *health, const char *lane, const char *unit_id, int64_t at_ms, int64_t now_ms);
void scale_health_pass(struct scale_health *health, int64_t now_ms, struct findings *out);

#endif
