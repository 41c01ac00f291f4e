/*
 * Bytes that any number of answers share: made once, freed with the last that holds them. Any thread.
 */
#ifndef JUYAN_DASHBOARD_BODY_H
#define JUYAN_DASHBOARD_BODY_H

#include <stddef.h>

#include "status.h"

struct body {
	_Atomic size_t holders;
	size_t n;
	char bytes[];
};

/* Copies; the caller is the first holder. NO_MEMORY. */
enum status body_make(const void *bytes, size_t n, struct body **out) MUST_USE;
struct body *body_hold(struct body *body); /* the same, for one more */
void body_drop(struct body **body);        /* safe on NULL */

#endif
