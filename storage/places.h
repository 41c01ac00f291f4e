/*
 * The tree of places: each port, and each place, has at most one place right above it. Compiled from the registry's records of
 * ports and places into an immutable view, which owns copies of all its ids and may be read from any thread. It has no days: a
 * port stands where its latest record puts it.
 */
#ifndef JUYAN_STORAGE_PLACES_H
#define JUYAN_STORAGE_PLACES_H

#include "wire.h"

struct places;

/*
 * CONTRADICTION with *misfit: an id is a port's and a place's, the place above is not there, places stand above each other in a
 * circle; TOO_MANY, NO_MEMORY. Records of other kinds are passed over.
 */
enum status places_build(const Juyan__V1__RegistryRecord *const *records, size_t n, struct places **out,
    const Juyan__V1__RegistryRecord **misfit, struct reason *why) MUST_USE;
void places_close(struct places **places); /* safe on NULL */

/* A place's id as the view holds it; NULL where it is unknown, or a port's. */
const char *places_id(const struct places *places, const char *id);
/* The place right above a port or a place; NULL: none. */
const char *places_above(const struct places *places, const char *id);
/* Whether a port is this one, or stands below this place. */
bool places_within(const struct places *places, const char *port, const char *port_or_place);
/* The same of any of a list; an empty list is one of all. */
bool places_among(const struct places *places, char *const *names, size_t n, const char *port);
/* The ids of places in their order: the first for NULL; NULL behind the last. */
const char *places_next(const struct places *places, const char *after);

/*
 * The ports that a list of ports and places means, each once, in their order: in `out`, which has room for places_room(). Of what
 * has no port at all the names stand there as they are, so that the list of something that is empty is not one of all.
 */
size_t places_room(const struct places *places, size_t n);
size_t places_ports(const struct places *places, char *const *names, size_t n, char **out);

#endif
