/* See goal_past.h. */
#include "goal_past.h"

int64_t
goal_past_day(const Juyan__V1__Goal *goal, const struct leaves *leaves, int64_t day)
{
	int64_t sum = 0;
	if (day < leaves->first_day || day > leaves->origin)
		return 0;
	for (size_t i = 0; i < leaves->n; i++)
		if (goal_holds(goal, &leaves->leaf[i].key))
			sum += leaves->leaf[i].past_kg[day - leaves->first_day];
	return sum;
}

int64_t
goal_past_sum(const Juyan__V1__Goal *goal, const struct leaves *leaves, int64_t first, int64_t last)
{
	int64_t sum = 0;
	for (int64_t day = max_day(first, leaves->first_day); day <= min_day(last, leaves->origin); day++)
		sum += goal_past_day(goal, leaves, day);
	return sum;
}

int64_t
goal_met_day(const Juyan__V1__Goal *goal, const struct leaves *leaves, int64_t from, int64_t to)
{
	int64_t sum = 0;
	for (int64_t day = max_day(from, leaves->first_day); day <= min_day(to, leaves->origin); day++) {
		sum += goal_past_day(goal, leaves, day);
		if (sum >= goal->target_kg)
			return day;
	}
	return INT64_MAX;
}

int64_t
goal_revised_from(const Juyan__V1__Goal *goal, const struct leaves *leaves, int64_t from)
{
	int64_t first = leaves->origin + 1;
	for (size_t i = 0; i < leaves->n; i++)
		if (goal_holds(goal, &leaves->leaf[i].key))
			first = min_day(first, leaves_revised_from(leaves, i));
	return max_day(first, from);
}

int64_t
goal_revision(const Juyan__V1__Goal *goal, const struct leaves *leaves, size_t path, int64_t first, int64_t last)
{
	int64_t sum = 0;
	for (size_t i = 0; i < leaves->n; i++)
		if (leaves->leaf[i].revision_kg != NULL && goal_holds(goal, &leaves->leaf[i].key))
			sum += leaves_revision(leaves, i, path, first, last);
	return sum;
}

/* A leaf that says no more than its port: its past comes from published totals, or there is none. */
static bool
is_by_totals(const struct leaf *leaf)
{
	return leaf->key.direction == JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED;
}

/* Whether some of these days is known from totals, and no paths are kept that say how well. */
static bool
is_loose(const struct leaves *leaves, size_t leaf, int64_t first, int64_t last)
{
	int64_t revised = leaves_revised_from(leaves, leaf);
	for (int64_t day = max_day(first, leaves->first_day); day < revised && day <= last; day++)
		if (is_by_totals(&leaves->leaf[leaf]) && leaves->leaf[leaf].past_kg[day - leaves->first_day] != 0)
			return true;
	return false;
}

bool
goal_is_pinned(const Juyan__V1__Goal *goal, const struct leaves *leaves, int64_t first, int64_t last)
{
	double mean = (double)goal_past_sum(goal, leaves, first, last), squares = 0.0;
	for (size_t i = 0; i < leaves->n; i++)
		if (goal_holds(goal, &leaves->leaf[i].key) && is_loose(leaves, i, first, last))
			return false;
	for (size_t path = 0; path < leaves->paths; path++) {
		double off = (double)goal_revision(goal, leaves, path, first, last);
		squares += off * off;
	}
	return first >= leaves->first_day &&
	    squares <= (double)leaves->paths * mean * mean * GOAL_LAST_YEAR_SPREAD * GOAL_LAST_YEAR_SPREAD;
}

bool
goal_is_published(const Juyan__V1__Goal *goal, const struct leaves *leaves, int64_t day)
{
	for (size_t i = 0; i < leaves->n; i++) {
		const struct leaf *leaf = &leaves->leaf[i];
		if (goal_holds(goal, &leaf->key) && is_by_totals(leaf) && leaf->past_kg[day - leaves->first_day] != 0)
			return true;
	}
	return false;
}
