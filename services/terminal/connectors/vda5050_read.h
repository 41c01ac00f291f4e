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

/* The next value of a document: the whole of it where that is one value, else line by line. */
struct read {
	struct span rest;
	size_t line;
};

void read_begin(struct read *read, struct span document);
/*
 * False: there is nothing more. *raw is its text; the caller gives *json up; NULL with the sentence in `why` where it is no object
 * or array, or too large.
 */
bool read_next(struct read *read, struct span *raw, json_t **json, struct reason *why);

/* The remark on it: which line, and what is wrong. */
void read_complain(const struct read *read, struct span raw, const struct reason *why, struct findings *out);

/* "" where there is no such text. */
const char *read_text(const json_t *object, const char *name);
/* Whether it is a number of kilograms from 0 to MASS_KG_MAX. */
bool read_kg(const json_t *number, int64_t *out);

#endif
