/*
 * Where a file of a folder goes when it has been read: done/YYYY-MM-DD/NAME, or rejected/NAME with NAME.txt beside it, which says
 * why. Nothing is written over: a name that is taken gets "-2", "-3" … behind it. Owns nothing.
 */
#ifndef JUYAN_GATEWAY_FOLDER_MOVE_H
#define JUYAN_GATEWAY_FOLDER_MOVE_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"

/* `folder` is a descriptor; local_day as civil.h numbers it. `sentences` (NULL: none) go into NAME.txt beside it. SYSTEM. */
enum status folder_move(int folder, const char *name, bool done, int64_t local_day, const char *sentences,
    struct reason *why) MUST_USE;

#endif
