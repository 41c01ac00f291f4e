/*
 * Where a live simulation stands on a data folder: DIR/keys/simulate.place says which simulation its terminals are streaming,
 * so that a restart goes on with the same one. The streams themselves are kept by the centre: their last numbers say from
 * where to go on.
 *
 * An open place holds a lock: two simulations on one folder would tear each other's streams. The caller closes it; one thread.
 */
#ifndef JUYAN_TOOLS_SIMULATE_PLACE_H
#define JUYAN_TOOLS_SIMULATE_PLACE_H

#include "simulation.h"

struct simulate_place {
	int fd; /* -1: not open */
};

/*
 * Opens (or makes) the place. `asked` says which options were asked for by name; where the folder has a simulation already,
 * the others are taken from it, and CONTRADICTION says where one asked for differs. IN_USE: another simulation streams into
 * it.
 */
struct simulate_asked {
	bool seed, ports, from, to, scale, faults, rail, machines, twin;
};

enum status simulate_place_open(const char *keys_dir, const struct simulate_asked *asked, struct simulation_options *options,
    struct simulate_place *out, struct reason *why) MUST_USE;
void simulate_place_close(struct simulate_place *place);

#endif
