/*
 * Masses, days and chances as a person reads them out. Every function writes into `out` and returns it. Owns nothing; any thread.
 */
#ifndef JUYAN_FORECAST_PHRASE_H
#define JUYAN_FORECAST_PHRASE_H

#include <stdint.h>

enum { PHRASE_BYTES = 48, PHRASE_ISO_BYTES = 16 };

enum phrase_round { PHRASE_NEAREST, PHRASE_DOWN, PHRASE_UP };

/* "18.4 Mt", "7.64 Mt", "950 t", "12 kg": one decimal, two below ten, none where they are 0. Down and up are toward and off 0. */
const char *phrase_mass(int64_t kg, enum phrase_round round, char out[PHRASE_BYTES]);
/* "18.4 of 26 Mt": the unit once where both have the same. The first is rounded as told, the second to the nearest. */
const char *phrase_masses(int64_t kg, enum phrase_round round, const char *between, int64_t other_kg, char out[PHRASE_BYTES]);
/* "24 Oct 2025". */
const char *phrase_day(int64_t day, char out[PHRASE_BYTES]);
/* "2025-10-24". */
const char *phrase_iso(int64_t day, char out[PHRASE_ISO_BYTES]);
/* "12 %", "below 1 %", "above 99 %": never 0 or 100, for paths cannot know that. */
const char *phrase_chance(double chance, char out[PHRASE_BYTES]);
/* "1 day", "92 days", "1 open day": the noun gets its s. */
const char *phrase_count(int64_t n, const char *noun, char out[PHRASE_BYTES]);

#endif
