/*
 * Which of the names that are known comes nearest to one that is not: so that a message about a misspelt port or lever can say
 * what was probably meant. The distance is that of edits: a character put in, left out or changed, or two neighbours exchanged,
 * each costs one (the optimal string alignment of Damerau, 1964); upper and lower case of Latin letters are the same. Of
 * several that are equally near, the first offered is kept. Owns nothing; names are lent while the search is in use. Any
 * thread.
 *
 *     struct nearest search = nearest_to("ceka");
 *     nearest_offer(&search, "wuliji");
 *     nearest_offer(&search, "ceke");
 *     … search.name is "ceke"; NULL where nothing was offered
 */
#ifndef JUYAN_PROTO_NEAREST_H
#define JUYAN_PROTO_NEAREST_H

#include <stddef.h>

enum { NEAREST_BYTES_MAX = 64 }; /* what is behind these bytes of a name is not looked at */

struct nearest {
	const char *wanted;
	const char *name; /* the nearest so far */
	size_t distance;  /* of it */
};

struct nearest nearest_to(const char *wanted);
void nearest_offer(struct nearest *search, const char *name);

/* All at once: the nearest of these; NULL where n is 0. */
const char *nearest_of(const char *wanted, const char *const *names, size_t n);

/* Edits between two names, of at most NEAREST_BYTES_MAX bytes each. */
size_t nearest_distance(const char *a, const char *b);

#endif
