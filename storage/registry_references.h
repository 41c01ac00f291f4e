/*
 * Whether all that records point at is there: the ports and groups of days, capacities, goals, levers, overrides and published
 * figures. No rule of counting asks these kinds, but what plans and forecasts has to find what it is about. And that a port is one
 * site's. Pure; owns nothing; any thread.
 */
#ifndef JUYAN_STORAGE_REGISTRY_REFERENCES_H
#define JUYAN_STORAGE_REGISTRY_REFERENCES_H

#include "registry.h"

/* CONTRADICTION with the name that is not known and the nearest that is; *misfit becomes the record. `registry` has the ports. */
enum status registry_references(const struct registry *registry, const Juyan__V1__RegistryRecord *const *records, size_t n,
    const Juyan__V1__RegistryRecord **misfit, struct reason *why) MUST_USE;

/* The end of such a sentence, in `text`: "; the nearest known is 'ceke'", or nothing where `name` is NULL. */
enum { NEAREST_KNOWN_BYTES = 64 };
const char *registry_nearest_known(const char *name, char text[NEAREST_KNOWN_BYTES]);

#endif
