/*
 * The keys of the simulated terminals, and their rights. Keys lie in a folder as simulate-NAME.key and are made when they are
 * missing. On a data folder the registry of the running Juyan is asked which of them it knows, and the others are entered with
 * the administrator's key.
 */
#ifndef JUYAN_TOOLS_SIMULATE_KEYS_H
#define JUYAN_TOOLS_SIMULATE_KEYS_H

#include "bus.h"
#include "options.h"
#include "simulation.h"

struct simulate_keys {
	struct key_pair
	    pair[SIMULATION_TERMINALS_MAX]; /* in the order of the simulation's terminals; wiped by simulate_keys_wipe */
};

enum status simulate_keys_load(const char *dir, const struct simulation *simulation, struct simulate_keys *out,
    struct reason *why) MUST_USE;
void simulate_keys_wipe(struct simulate_keys *keys);

/* REVOKED when one of them has lost its right; what asking and administering can be. */
enum status simulate_keys_authorise(const struct tool_connection *connection, const struct simulation *simulation,
    const struct simulate_keys *keys, struct reason *why) MUST_USE;

#endif
