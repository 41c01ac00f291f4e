/*
 * How a scale stands, for machine_reported: at each change, at the pace of pace.h, and each hour. Pure; the caller owns it; one
 * thread.
 */
#ifndef JUYAN_CONNECTORS_SCALE_HEALTH_H
#define JUYAN_CONNECTORS_SCALE_HEALTH_H

#include "findings.h"
#include "pace.h"
#include "weighing.h"

struct scale_health {
	const char *name, *lane; /* lent */
	int64_t silent_ms;       /* 0: it may be silent */
	int64_t stuck_ms, minimum_kg;

	bool begun, connected;
	int64_t line_ms;  /* since when the line is as it is */
	int64_t frame_ms; /* the last frame's; 0: none on this line */
	struct reading same;
	int64_t same_ms; /* since when it has not changed */
	Juyan__V1__Condition condition;
	int64_t told_ms;
	struct pace pace;
};

void scale_health_line(struct scale_health *health, bool connected, int64_t now_ms, struct findings *out);
void scale_health_frame(struct scale_health *health, const struct reading *reading, int64_t now_ms);
void scale_health_pass(struct scale_health *health, int64_t now_ms, struct findings *out);

#endif
