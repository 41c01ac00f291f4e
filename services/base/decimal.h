/*
 * Numbers as people write them in spreadsheets, into whole kilograms, without floating point. Owns nothing; any thread.
 *
 * A number is digits with at most one decimal mark, an optional sign, and, where the style says so, thousands separators that
 * stand where they belong ("1,234,567.8"). Exponents, infinities, hexadecimal, two marks, spaces in the wrong place: not numbers.
 * Rounding is half away from zero: 0.5 kg is 1 kg, -0.5 kg is -1 kg.
 */
#ifndef JUYAN_BASE_DECIMAL_H
#define JUYAN_BASE_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "wire.h"

enum { DECIMAL_DIGITS_MAX = 18 }; /* leading zeros aside: more is no measurement, and 128 bits hold all products of it */

struct decimal_style {
	char mark;      /* '.' or ',' */
	char thousands; /* 0: none; else ',', '.', '\'' or ' ' (which stands for no-break spaces, too) */
};

/* A centner is 100 kg; a pound is 0.45359237 kg. */
enum decimal_unit { DECIMAL_KG, DECIMAL_T, DECIMAL_CENTNER, DECIMAL_LB };
#define DECIMAL_UNIT_NAMES "kg, t, centner or lb"

bool decimal_unit_of(struct span name, enum decimal_unit *out) MUST_USE;

/*
 * SYNTAX when the text is no number in this style, OUT_OF_RANGE when it has more digits than DECIMAL_DIGITS_MAX or is more than
 * MASS_KG_MAX either way. `why` says what was expected, so that a sentence can end with it.
 */
enum status decimal_kg(struct span text, struct decimal_style style, enum decimal_unit unit, int64_t *out,
    struct reason *why) MUST_USE;

/* The same for a total, which may be more than a single mass: up to `kg_max`. */
enum status decimal_kg_up_to(struct span text, struct decimal_style style, enum decimal_unit unit, int64_t kg_max, int64_t *out,
    struct reason *why) MUST_USE;

/* A whole number, such as of packages: a fraction of zeros ("12.0", which spreadsheets write) is allowed, any other is SYNTAX. */
enum status decimal_whole(struct span text, struct decimal_style style, int64_t *out, struct reason *why) MUST_USE;

/* A number of any unit, as near as floating point holds it: for series, never for mass that is counted. */
enum status decimal_number(struct span text, struct decimal_style style, double *out, struct reason *why) MUST_USE;

#endif
