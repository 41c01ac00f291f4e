/* One kept forecast as a file: see archive.h. */
#ifndef JUYAN_FORECAST_KEPT_H
#define JUYAN_FORECAST_KEPT_H

#include "archive.h"

enum status kept_write(const char *path, const struct world *world, struct reason *why) MUST_USE;
/* SYNTAX "FILE: …", also where it cannot be opened or is no plain file. */
enum status kept_read(const char *path, struct kept *out, struct reason *why) MUST_USE;

#endif
