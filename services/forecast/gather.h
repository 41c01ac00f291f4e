/* Asks the ledger, through an engine's source, for all that a forecast is made from. Owns nothing; the caller's thread. */
#ifndef JUYAN_FORECAST_GATHER_H
#define JUYAN_FORECAST_GATHER_H

#include "engine.h"
#include "inputs.h"

/* The ledger's data mark, without anything else. Statuses of the source. */
enum status gather_mark(const struct engine_source *source, uint64_t *lsn, struct reason *why) MUST_USE;

/*
 * All days up to yesterday, and today as far as it has come; days are those of the port whose clock is furthest behind. The answers
 * are several, so that events that come in between may be in one and not in another: `lsn` is that of the first.
 */
enum status gather(const struct engine_source *source, int64_t now_ms, struct inputs *out, struct reason *why) MUST_USE;

/* The local day of now, by the registry's ports. */
int64_t gather_today(const Juyan__V1__Registry *registry, int64_t now_ms);

#endif
