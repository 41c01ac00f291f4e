/* The halving of search.h. */
#include "search.h"

#include <assert.h>

bool
search_next(const struct search *search, uint64_t *event)
{
	assert(search->same < search->differs);
	if (search->differs - search->same <= 1)
		return false;
	*event = search->same + (search->differs - search->same) / 2;
	return true;
}

void
search_told(struct search *search, uint64_t first, uint64_t last, bool same)
{
	assert(first > search->same && first <= last && last < search->differs);
	if (same)
		search->same = last;
	else
		search->differs = first;
}
