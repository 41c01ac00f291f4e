/*
 * Whether what a source speaks to is there: a connection that we make, a folder, a broker. Away for more than some seconds it is
 * told as OFFLINE, and when it is back as WORKING, under the source's own name, at the pace of pace.h; and again each hour, so that
 * a dashboard knows who is alive. A connector that hears of its line (connector.h) says itself how its machine stands, under the
 * machine's name.
 */
#ifndef JUYAN_GATEWAY_HEALTH_H
#define JUYAN_GATEWAY_HEALTH_H

#include "sources.h"

enum { HEALTH_AWAY_MS = 10 * 1000, HEALTH_AGAIN_MS = 60 * 60 * 1000 };

void health_away(struct machine_source *source, const char *why, const struct instant *now);
void health_back(struct machine_source *source, const struct instant *now);
/* Each second: tells what is to be told. */
void health_pass(struct machine_source *source, struct turn *turn, const struct instant *now);

#endif
