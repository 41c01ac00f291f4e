/*
 * Whole answers that may be given again: each for its target, for as long as it was made to be kept and the ledger has not moved.
 * Bounded in number and bytes. Any thread.
 */
#ifndef JUYAN_DASHBOARD_RECENT_H
#define JUYAN_DASHBOARD_RECENT_H

#include "body.h"
#include <stdbool.h>
#include <stdint.h>

enum { RECENT_ANSWERS = 64, RECENT_BYTES_MAX = 256 * 1024, RECENT_TARGET_BYTES = 256 };

struct recent;

enum status recent_open(struct recent **out, struct reason *why) MUST_USE;
void recent_close(struct recent **recent);
/* NULL: none, or it is not true any more. The caller drops it. */
struct body *recent_find(struct recent *recent, const char *target, uint64_t lsn, int64_t now_ms);
void recent_put(struct recent *recent, const char *target, uint64_t lsn, int64_t until_ms, struct body *body);

#endif
