/* "-20 %" as people write a change: with its sign. Pure; owns nothing. */
#ifndef JUYAN_TOOLS_PERCENT_H
#define JUYAN_TOOLS_PERCENT_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"

enum { PERCENT_BYTES = 24 };

#define PERCENT_EXPECTED "a change with its sign, such as -20 %, from -100 % to +1000 %"

/* Per mille of what it is a change of: -20 % is 800. With or without a blank before the sign of percent. False for all else. */
bool percent_change(const char *text, int64_t *per_mille) MUST_USE;
/* 800 as "-20 %". Returns `out`. */
const char *percent_text(int64_t per_mille, char out[PERCENT_BYTES]);

#endif
