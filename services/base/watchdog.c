/* See watchdog.h. Owns nothing but the manager's socket, which its user opens and closes. */
#include "watchdog.h"

#include <inttypes.h>
#include <stdio.h>

enum { NAMES_BYTES = 256 };

static void
say_running(const struct watchdog *dog, const struct watchdog_loop *loops, size_t n, const char *before)
{
	char names[NAMES_BYTES] = "";
	size_t used = 0;
	for (size_t i = 0; i < n && used < sizeof names; i++) {
		int bytes = snprintf(names + used, sizeof names - used, " %s", loops[i].name);
		used += bytes < 0 ? 0 : (size_t)bytes;
	}
	notify_say(&dog->notify, "%sSTATUS=running:%s", before, names);
}

void
watchdog_ready(struct watchdog *dog, const struct watchdog_loop *loops, size_t n, int64_t now_ms)
{
	say_running(dog, loops, n, "READY=1\n");
	dog->fed_ms = now_ms;
}

void
watchdog_stopping(const struct watchdog *dog)
{
	notify_say(&dog->notify, "STOPPING=1\nSTATUS=finishing what was taken");
}

/* A loop that is stuck, or turns again, is told once. */
static void
look_at_loop(const struct watchdog *dog, struct watchdog_loop *loop, int64_t age_ms, struct log *log, struct counters *counters)
{
	if (age_ms >= WATCHDOG_STUCK_MS && !loop->stuck) {
		loop->stuck = true;
		count(counters, COUNTER_loops_stuck, 1);
		log_say(log, LOG_ERROR, loop->name, "loop_stuck", "ms=%" PRId64, age_ms);
		notify_say(&dog->notify, "STATUS=%s has not turned for %" PRId64 " s", loop->name, age_ms / 1000);
	} else if (age_ms < WATCHDOG_STUCK_MS && loop->stuck) {
		loop->stuck = false;
		log_say(log, LOG_INFO, loop->name, "loop_turns_again", "%s", "");
	}
}

void
watchdog_look(struct watchdog *dog, struct watchdog_loop *loops, size_t n, int64_t now_ms, struct log *log,
    struct counters *counters)
{
	int64_t oldest_ms = 0;
	bool were_stuck = false, are_stuck = false;
	for (size_t i = 0; i < n; i++) {
		int64_t age_ms = now_ms - atomic_load_explicit(&loops[i].turned_ms, memory_order_relaxed);
		were_stuck = were_stuck || loops[i].stuck;
		look_at_loop(dog, &loops[i], age_ms, log, counters);
		are_stuck = are_stuck || loops[i].stuck;
		oldest_ms = age_ms > oldest_ms ? age_ms : oldest_ms;
	}
	if (were_stuck && !are_stuck)
		say_running(dog, loops, n, "");
	/* Half of the manager's patience for the slowest turn, a quarter of it between two words: one may be lost. */
	int64_t watchdog_ms = dog->notify.watchdog_ms;
	if (watchdog_ms > 0 && oldest_ms < watchdog_ms / 2 && now_ms - dog->fed_ms >= watchdog_ms / 4) {
		notify_say(&dog->notify, "WATCHDOG=1");
		dog->fed_ms = now_ms;
	}
}
