/*
 * Streams a simulation into a running Juyan as several terminals at once, each with its own key and session, as fast as asked. It
 * waits while the centre is away and goes on by itself; a signal ends it in order. All in one thread.
 */
#ifndef JUYAN_TOOLS_SIMULATE_LIVE_H
#define JUYAN_TOOLS_SIMULATE_LIVE_H

#include "options.h"
#include "simulation.h"

enum simulate_pace {
	PACE_MAX,   /* as fast as it goes */
	PACE_SPEED, /* the simulated clock runs `speedup` times as fast as ours */
	PACE_CLOCK, /* what lies behind as fast as it goes, then each event at its own time */
};

struct simulate_live {
	const struct tool_connection *connection;
	const char *keys_dir;
	enum simulate_pace pace;
	double speedup;
	int64_t
	    fast_until_ms; /* with PACE_SPEED: what is sent before this goes as fast as it can; 0: all before the first release */
	bool resend;       /* now and then send an event twice, or once more with other content */
	bool quiet;        /* no progress on stderr */
};

/* How it went. */
struct simulate_outcome {
	bool begun;                               /* the sessions were open */
	bool complete;                            /* all events are on the centre's disk */
	uint64_t acked[SIMULATION_TERMINALS_MAX]; /* the last number of each stream on the centre's disk */
	uint64_t events;                          /* their sum */
};

/*
 * Runs until all is acknowledged (outcome->complete) or a signal comes (OK as well). Other statuses: it could not begin, or go
 * on; the outcome says what is on disk then too.
 */
enum status simulate_live(const struct simulate_live *live, struct simulation *simulation, struct simulate_outcome *outcome,
    struct reason *why) MUST_USE;

#endif
