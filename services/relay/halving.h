/*
 * Where two journals part, found by halving. All blocks up to some place are the same, and from there on all are different: each
 * chain value names the whole past. So a block of one that the other has, too, says that all before it is the same. Pure; owns
 * nothing.
 */
#ifndef JUYAN_RELAY_HALVING_H
#define JUYAN_RELAY_HALVING_H

#include <stdbool.h>
#include <stdint.h>

struct halving {
	uint64_t same;    /* up to this event they are the same: a block ends with it, or it is 0 */
	uint64_t differs; /* a block begins with this event, and is different or missing */
	uint64_t last;    /* the last event here: what lies behind it cannot be shown */
	bool shown;       /* the other has been asked about the block that differs, and so knows of it */
};

/* True: *event stands in the block that is to be compared next. False: `differs` is the first event that can differ. */
bool halving_next(const struct halving *halving, uint64_t *event);
/* The block of the events `first` to `last`, which holds the event that was given last, is the same there, or is not. */
void halving_told(struct halving *halving, uint64_t first, uint64_t last, bool same);

#endif
