/*
 * The commodity groups compiled for the hot path: a digit tree of HS prefixes and an index of words, so that a goods line finds its
 * group in about 100 ns. Immutable once built; copies all it needs; any thread may read it.
 *
 * A word has to begin a word of the description ("coal" is in "coals", not in "charcoal"; "нүүрс" is in "нүүрсний"); in scripts
 * that are written without spaces it may stand anywhere. Upper and lower case are the same in Latin and Cyrillic.
 */
#ifndef JUYAN_STORAGE_GROUPS_H
#define JUYAN_STORAGE_GROUPS_H

#include "wire.h"

struct groups;

/* One record of a group and the days on which it holds, both included. */
struct group_version {
	const Juyan__V1__CommodityGroup *group;
	int64_t first_day;
	int64_t last_day;
};

/* NO_MEMORY. The records have been checked. */
enum status groups_build(const struct group_version *versions, size_t n, struct groups **out) MUST_USE;
void groups_close(struct groups **groups);

/* The id of the group on this day; NULL where none claims it. Lives as long as `groups`. */
const char *groups_find(const struct groups *groups, int64_t day, struct span hs, struct span description);

#endif
