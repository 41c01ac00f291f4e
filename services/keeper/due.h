/* When the day's checkpoint is due. Pure. */
#ifndef JUYAN_KEEPER_DUE_H
#define JUYAN_KEEPER_DUE_H

#include <stdbool.h>
#include <stdint.h>

/* The last time at which one was due, at `now_ms`: so many minutes after a midnight of that offset. */
int64_t due_ms_before(int64_t now_ms, int32_t offset_minutes, int64_t after_midnight_minutes);

/* Whether one has to be made now: the last was made before the last time at which one was due. 0: there is none. */
bool due_now(int64_t now_ms, int64_t last_made_ms, int32_t offset_minutes, int64_t after_midnight_minutes);

#endif
