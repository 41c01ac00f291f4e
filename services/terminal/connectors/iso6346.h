/*
 * The numbers of freight containers by ISO 6346: four letters (of the owner and the kind), six digits, and a check digit. A
 * number is taken plain: upper case, nothing between its parts. Owns nothing; any thread.
 */
#ifndef JUYAN_CONNECTORS_ISO6346_H
#define JUYAN_CONNECTORS_ISO6346_H

#include <stdbool.h>

enum { ISO6346_BYTES = 11 };

/* Whether it has the form of such a number: four letters, seven digits, and nothing else. */
bool iso6346_is(const char *container);
/* Whether it has the form, and the check digit that belongs to the rest. */
bool iso6346_right(const char *container);
/* The check digit ('0' to '9') of a number's first ten signs; 0 where they are not four letters and six digits. */
char iso6346_digit(const char *container);

#endif
