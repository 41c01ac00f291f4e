/*
 * Who is logged in, over a restart: DIR/sessions.json (0600) with what the sessions themselves hold, hashes of tokens and times, in
 * UTC. A file that is not as it was written is put aside as a whole: everybody logs in again. Owns the file while the service
 * runs. Any thread.
 */
#ifndef JUYAN_DASHBOARD_LASTING_H
#define JUYAN_DASHBOARD_LASTING_H

#include "clock.h"
#include "sessions.h"

struct lasting;

/* Lends all that is given, which outlives it. */
enum status lasting_open(const char *dir, const struct clock *clock, struct sessions *sessions, struct lasting **out,
    struct reason *why) MUST_USE;
void lasting_close(struct lasting **lasting);

/* Into sessions that have none; SETTING: the file cannot be taken, and none of it was. */
enum status lasting_read(struct lasting *lasting, struct reason *why) MUST_USE;
/* When a session has begun or ended since the last time that it was written; `uses`: also for when those that are
 * open were used. */
enum status lasting_write(struct lasting *lasting, bool uses, struct reason *why) MUST_USE;

#endif
