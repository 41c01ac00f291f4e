/*
 * Times as spreadsheets write them, into milliseconds since 1970 UTC. Pure: no clock, no zone database. Owns nothing; any thread.
 *
 * A form is "iso" (2015-01-31, 2015-01-31T08:05, 2015-01-31 08:05:09.123, each with or without Z or an offset such as +08:00),
 * "unix_s", "unix_ms", or a picture made of
 *     YYYY  MM  DD  hh  mm  ss  fff (thousandths)      exactly that many digits
 *     M  D  h                                          one or two digits
 *     zone                                             Z, +08:00 or +0800
 * and of signs that must stand as they are. What a picture leaves out is 0 (a day alone is its midnight); year, month and day must
 * be there.
 */
#ifndef JUYAN_BASE_MOMENT_H
#define JUYAN_BASE_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "wire.h"

enum { MOMENT_FORM_BYTES_MAX = 64 };

enum moment_zone { MOMENT_ZONE_NEVER, MOMENT_ZONE_MAY, MOMENT_ZONE_ALWAYS };

/* Whether a form can be understood, and whether its times say their own offset. SYNTAX with what was expected. */
enum status moment_form(const char *form, enum moment_zone *zone, struct reason *why) MUST_USE;

/*
 * `offset_minutes` holds for texts that do not say their own; NULL: those are refused. SYNTAX, OUT_OF_RANGE (no such day or hour,
 * or outside of 1900 … 2199). `why` says what was expected, so that a sentence can end with it.
 */
enum status moment_parse(struct span text, const char *form, const int32_t *offset_minutes, int64_t *out_ms,
    struct reason *why) MUST_USE;

#endif
