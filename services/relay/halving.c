/* The halving of halving.h. */
#include "halving.h"

#include <assert.h>

bool
halving_next(const struct halving *halving, uint64_t *event)
{
	assert(halving->same < halving->differs);
	if (halving->differs - halving->same <= 1) {
		*event = halving->differs;
		return !halving->shown && halving->differs <= halving->last;
	}
	*event = halving->same + (halving->differs - halving->same) / 2;
	return true;
}

void
halving_told(struct halving *halving, uint64_t first, uint64_t last, bool same)
{
	assert(first > halving->same && first <= last && (last < halving->differs || first == halving->differs));
	if (first == halving->differs || !same)
		halving->shown = true;
	if (first == halving->differs)
		return;
	if (same)
		halving->same = last;
	else
		halving->differs = first;
}
