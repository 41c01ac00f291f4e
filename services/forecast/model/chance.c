/* See chance.h. */
#include "chance.h"

#include <assert.h>
#include <math.h>

static uint64_t
splitmix(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint64_t
rotate(uint64_t bits, unsigned by)
{
	return bits << by | bits >> (64 - by);
}

struct chance
chance_begin(uint64_t seed, uint64_t stream)
{
	struct chance chance;
	uint64_t mixed = splitmix(&seed) ^ stream;
	for (size_t i = 0; i < 4; i++)
		chance.state[i] = splitmix(&mixed);
	return chance;
}

uint64_t
chance_bits(struct chance *chance)
{
	uint64_t *s = chance->state;
	uint64_t bits = rotate(s[1] * 5, 7) * 9, shifted = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate(s[3], 45);
	return bits;
}

double
chance_uniform(struct chance *chance)
{
	return ((double)(chance_bits(chance) >> 12) + 0.5) * 0x1p-52;
}

size_t
chance_index(struct chance *chance, size_t n)
{
	assert(n > 0);
	uint64_t bits, beyond = UINT64_MAX - UINT64_MAX % n;
	do
		bits = chance_bits(chance);
	while (bits >= beyond);
	return (size_t)(bits % n);
}

double
chance_normal(struct chance *chance)
{
	return normal_quantile(chance_uniform(chance));
}

/* p[0] + p[1] x + … + p[7] x^7 */
static double
polynomial(const double p[8], double x)
{
	double sum = p[7];
	for (int i = 6; i >= 0; i--)
		sum = sum * x + p[i];
	return sum;
}

double
normal_quantile(double p)
{
	/* Wichura's coefficients (PPND16): the middle, the shoulder and the far tail, each a ratio of polynomials. */
	static const double a[8] = { 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
		1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4,
		2.5090809287301226727e3 };
	static const double b[8] = { 1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
		2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3 };
	static const double c[8] = { 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
		3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2,
		7.74545014278341407640e-4 };
	static const double d[8] = { 1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
		1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9 };
	static const double e[8] = { 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
		2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5,
		2.01033439929228813265e-7 };
	static const double f[8] = { 1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
		7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15 };
	assert(p > 0.0 && p < 1.0);
	double q = p - 0.5;
	if (fabs(q) <= 0.425) {
		double r = 0.180625 - q * q;
		return q * polynomial(a, r) / polynomial(b, r);
	}
	double r = sqrt(-log(q < 0.0 ? p : 1.0 - p));
	double z = r <= 5.0 ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6) : polynomial(e, r - 5.0) / polynomial(f, r - 5.0);
	return q < 0.0 ? -z : z;
}
