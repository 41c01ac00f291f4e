/*
 * The simulated world: time, chance, and those who act in it. Each actor (a terminal's process, the centre's) is a coroutine in
 * this one thread; it runs until it would wait, and says for what; the world then lets others act, or time pass. So the services
 * run as they are, and one seed is one course of events.
 *
 * The world owns the actors' stacks; what an actor holds beside its stack its owner frees after actor_kill.
 */
#ifndef JUYAN_TESTS_SIM_H
#define JUYAN_TESTS_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ACTORS_MAX = 8 };

#define MS INT64_C(1000000)
#define SECOND (INT64_C(1000) * MS)

typedef bool sim_ready(const void *what);

struct actor;

extern struct sim {
	uint64_t seed;  /* of this run */
	uint64_t state; /* of the generator */
	int64_t now_ns;
	bool trace;
	uint64_t turns;
} sim;

/* A new world at time 0, with nobody in it. */
void sim_begin(uint64_t seed);

/* ---- chance ---- */

uint64_t sim_bits(void);
size_t sim_below(size_t n);
bool sim_chance(unsigned percent);
/* From `from` to `to`; small ones are as likely as large ones. */
int64_t sim_between(int64_t from, int64_t to);

/* ---- actors ---- */

/* `run` may return: the actor has ended. */
struct actor *actor_start(const char *name, void (*run)(void *self), void *self);
/* Its stack is gone as with its process. Not for the one that runs. */
void actor_kill(struct actor **actor);
bool actor_ended(const struct actor *actor);
/* Steps the wall clock of whoever runs in this place; places are 0 … ACTORS_MAX - 1. */
void sim_step_wall_clock(size_t place, int64_t ms);
/* Whose wall clock the running actor sees. */
void actor_place(struct actor *actor, size_t place);

/* For the one that runs: until `ready` says so (NULL: never), or this time. Outside of any actor it returns at once. */
void sim_wait(int64_t until_ns, sim_ready *ready, const void *what);

/* Lets the world go on: until this time, or until `done` says so. */
void sim_run(int64_t until_ns, bool (*done)(void));

/* ---- telling ---- */

void sim_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define sim_trace(...) (sim.trace ? sim_say(__VA_ARGS__) : (void)0)
/* The run has failed: says why and how to play it again, and ends the process. */
_Noreturn void sim_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define sim_check(holds, ...) ((holds) ? (void)0 : sim_fail(__VA_ARGS__))

#endif
