/* Seeded chance: xoshiro256** and splitmix64, as their authors wrote them. */
#include "random.h"

#include <assert.h>

static uint64_t
splitmix64(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint64_t
rotate_left(uint64_t x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

void
random_seed(struct random *random, uint64_t seed, uint64_t stream)
{
	uint64_t state = random_mix(seed, stream, 0);
	for (int i = 0; i < 4; i++)
		random->state[i] = splitmix64(&state);
}

uint64_t
random_next(struct random *random)
{
	uint64_t *s = random->state;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

uint32_t
random_below(struct random *random, uint32_t n)
{
	assert(n >= 1);
	/* Scaled by multiplication: uneven by less than n in 2^32, which no simulated port can notice. */
	return (uint32_t)(((random_next(random) >> 32) * n) >> 32);
}

int64_t
random_between(struct random *random, int64_t low, int64_t high)
{
	assert(low <= high && high - low < UINT32_MAX);
	return low + random_below(random, (uint32_t)(high - low) + 1);
}

int64_t
random_around(struct random *random, int64_t middle, int64_t reach)
{
	int64_t sum =
	    random_between(random, -reach, reach) + random_between(random, -reach, reach) + random_between(random, -reach, reach);
	return middle + sum / 3;
}

bool
random_chance(struct random *random, uint32_t per_million)
{
	return random_below(random, 1000000) < per_million;
}

uint64_t
random_mix(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t state = a;
	state = splitmix64(&state) ^ b;
	state = splitmix64(&state) ^ c;
	return splitmix64(&state);
}
