/* What the tests of the simulated ports share: a seed, a few weeks of events, and calls that fail the test. */
#ifndef JUYAN_TESTS_SIMULATED_H
#define JUYAN_TESTS_SIMULATED_H

#include <stdio.h>
#include <stdlib.h>

#include "port_calendar.h"
#include "simulation.h"

static inline uint64_t
seed_of_run(void)
{
	const char *text = getenv("JUYAN_SEED");
	uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 20230925;
	printf("seed=%llu\n", (unsigned long long)seed);
	return seed;
}

static inline struct simulation *
open_simulation(const struct simulation_options *options)
{
	struct simulation *simulation = NULL;
	struct reason why = { "" };
	if (simulation_open(options, &simulation, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return simulation;
}

static inline bool
next_event(struct simulation *simulation, struct simulated_event *event)
{
	struct reason why = { "" };
	if (simulation_next(simulation, event, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return event->bytes.data != NULL;
}

static inline struct simulation_options
some_weeks(uint64_t seed)
{
	struct simulation_options options = simulation_defaults();
	options.seed = seed;
	options.from_day = port_calendar_day(2025, 9, 20);
	options.to_day = port_calendar_day(2025, 10, 31);
	options.scale_per_mille = 100;
	options.rail = true;
	return options;
}

#endif
