/*
 * Which vehicle stood on a scale. Pure. It is the one that was seen last in the lane at the weighing's time or before, since a
 * gate reads the plate and then the truck drives onto the scale; where that has its weighing of this scale already, or none was
 * seen, it is the one that is seen first after (a camera behind the scale). Neither further away than the configured time. Never
 * an earlier one: the lane is a queue, and who was followed by another has left it.
 *
 * Where the gate stands before the scale (`seen_before`) it is none that was seen after: else a vehicle whose plate nobody read
 * would give its weighing to the next one, that one to the one behind it, and so on.
 */
#ifndef JUYAN_GATEWAY_BOOK_LANES_H
#define JUYAN_GATEWAY_BOOK_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A vehicle, as it was seen once. */
struct lanes_vehicle {
	int64_t seen_ms;
	bool weighed; /* by this scale, for this time that it was seen */
};

/*
 * `before`: the last one seen at the weighing's time or before; `after`: the first one later. NULL: none. Gives one of them, or
 * NULL.
 */
const struct lanes_vehicle *lanes_choose(const struct lanes_vehicle *before, const struct lanes_vehicle *after, int64_t weighed_ms,
    int64_t pair_ms, bool seen_before);

#endif
