/*
 * Chance from a seed, the same on every machine: xoshiro256** by Blackman and Vigna (prng.di.unimi.it, public domain), its
 * state filled by splitmix64. Whole numbers only, so that no compiler's rounding can change a simulated day. The caller owns
 * the state; one thread.
 */
#ifndef JUYAN_SIMULATE_RANDOM_H
#define JUYAN_SIMULATE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state[4];
};

/*
 * Two streams of one seed have nothing in common: each port's day has its own, so that what one day draws does not move the
 * next.
 */
void random_seed(struct random *random, uint64_t seed, uint64_t stream);
uint64_t random_next(struct random *random);
/* 0 … n - 1; n at least 1. */
uint32_t random_below(struct random *random, uint32_t n);
/* low … high, both included. */
int64_t random_between(struct random *random, int64_t low, int64_t high);
/* Within middle ± reach, the middle more often than the ends (a sum of three). */
int64_t random_around(struct random *random, int64_t middle, int64_t reach);
/* True this many times in a million. */
bool random_chance(struct random *random, uint32_t per_million);
/* One well-mixed number from three: chance without a state. */
uint64_t random_mix(uint64_t a, uint64_t b, uint64_t c);

#endif
