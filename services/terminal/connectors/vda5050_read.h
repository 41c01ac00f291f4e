/*
 * JSON from outside, in bounds: one document, or one on each line. Shared by vda5050.c and vehicles.c. Numbers with a fraction go
 * through jansson's floating point: a mass is rounded to whole kilograms, half away from zero, which is exact for any mass that is
 * written with at most fifteen digits.
 */
#ifndef JUYAN_CONNECTORS_VDA5050_READ_H
#define JUYAN_CONNECTORS_VDA5050_READ_H

#include <jansson.h>

#include "findings.h"

enum { READ_BYTES_MAX = 256 * 1024 };

/*
 * Hands each value to `take`, with its text, until the findings are full. What is no JSON, or is too large, is a remark with its
 * line; after some of them it is how many more there were.
 */
void read_each(struct span document, void (*take)(void *user, const json_t *json, struct span raw), void *user,
    struct findings *out);

/* Whether a document's name is a broker's topic, and it comes as it happens. Members of a zip have a slash, too. */
bool read_is_live(const char *name);

/* "" where there is no such text. */
const char *read_text(const json_t *object, const char *name);
/* Whether it is a number of kilograms from 0 to MASS_KG_MAX. */
bool read_kg(const json_t *number, int64_t *out);

#endif
