/*
 * Random numbers that can be drawn again: the same seed and stream give the same numbers on every machine and with any number of
 * threads, for each task draws from a stream of its own. xoshiro256** (Blackman and Vigna 2021, ACM TOMS 47:4), seeded by
 * splitmix64.
 * A generator is a value; who draws from it owns it.
 */
#ifndef JUYAN_MODEL_CHANCE_H
#define JUYAN_MODEL_CHANCE_H

#include <stddef.h>
#include <stdint.h>

struct chance {
	uint64_t state[4];
};

/* Streams of one seed are as good as independent. */
struct chance chance_begin(uint64_t seed, uint64_t stream);
uint64_t chance_bits(struct chance *chance);
/* In (0, 1). */
double chance_uniform(struct chance *chance);
/* 0 … n - 1, without bias; n is at least 1. */
size_t chance_index(struct chance *chance, size_t n);
/* Standard normal: the inverse of the distribution (Wichura 1988, AS 241), so that one number takes one draw. */
double chance_normal(struct chance *chance);
/* The standard normal quantile of p in (0, 1), to about 1e-15. */
double normal_quantile(double p);

#endif
