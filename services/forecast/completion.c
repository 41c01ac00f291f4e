/* See completion.h. */
#include "completion.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Below: what is usually missing at a lag is nothing that a total shows. */
static const double nothing = 0.0005;
/* Of all that its days came to: a look that saw less was made before the history was there. */
static const double seen_share = 0.1;
static const double unsure_spread = 0.25;

static double
sum_of(const int64_t kg[COMPLETION_LAGS])
{
	double sum = 0.0;
	for (size_t lag = 0; lag < COMPLETION_LAGS; lag++)
		sum += (double)kg[lag];
	return sum;
}

static bool
is_seen(const struct completion_look *look)
{
	double known = sum_of(look->known_kg);
	return known > 0.0 && known >= seen_share * sum_of(look->now_kg);
}

/* The looks that count, each with its chance; then `upto` runs to 1. */
static void
take_looks(const struct completion_look *looks, size_t n, const struct completion_look *taken[COMPLETION_LOOKS],
    struct completion *out)
{
	double sum = 0.0;
	for (size_t i = 0; i < n && out->looks < COMPLETION_LOOKS; i++)
		if (is_seen(&looks[i])) {
			sum += sum_of(looks[i].known_kg);
			out->upto[out->looks] = sum;
			taken[out->looks++] = &looks[i];
		}
	for (size_t i = 0; i < out->looks; i++)
		out->upto[i] /= sum;
}

static double
chance_of(const struct completion *completion, size_t look)
{
	return completion->upto[look] - (look == 0 ? 0.0 : completion->upto[look - 1]);
}

/* What is left to come after `come` has: what came already is not expected again, nor is more taken back than was too much. */
static double
left_of(double growth, double come)
{
	double left = growth / come;
	return (come > 1.0 && left < 1.0) || (come < 1.0 && left > 1.0) ? 1.0 : left;
}

/* The looks' own growths of one lag, brought to the ratio of sums in the mean. */
static void
learn_lag(const struct completion_look *const taken[COMPLETION_LOOKS], size_t lag, double come, struct completion *out)
{
	double known = 0.0, now = 0.0, mean = 0.0;
	for (size_t i = 0; i < out->looks; i++) {
		double then = (double)taken[i]->known_kg[lag], since = (double)taken[i]->now_kg[lag];
		known += then;
		now += since;
		out->growth[i][lag] = then > 0.0 && since > 0.0 ? since / then : 1.0;
		mean += chance_of(out, i) * out->growth[i][lag];
	}
	bool late = known > 0.0 && now > 0.0 && fabs(now / known - 1.0) > nothing;
	for (size_t i = 0; i < out->looks; i++)
		out->growth[i][lag] = late ? left_of(out->growth[i][lag] * (now / known) / mean, come) : 1.0;
}

void
completion_learn(const struct completion_look *looks, size_t n, const double come[COMPLETION_LAGS], struct completion *out)
{
	const struct completion_look *taken[COMPLETION_LOOKS];
	out->looks = 0;
	take_looks(looks, n, taken, out);
	if (out->looks < COMPLETION_LOOKS_MIN) {
		out->looks = 0;
		return;
	}
	for (size_t lag = 0; lag < COMPLETION_LAGS; lag++)
		learn_lag(taken, lag, come == NULL ? 1.0 : come[lag], out);
}

double
completion_mean(const struct completion *completion, size_t lag)
{
	double mean = 0.0;
	for (size_t i = 0; lag < COMPLETION_LAGS && i < completion->looks; i++)
		mean += chance_of(completion, i) * completion->growth[i][lag];
	return lag < COMPLETION_LAGS && completion->looks > 0 ? mean : 1.0;
}

double
completion_spread(const struct completion *completion, size_t lag)
{
	double mean = completion_mean(completion, lag), squares = 0.0;
	for (size_t i = 0; lag < COMPLETION_LAGS && i < completion->looks; i++) {
		double off = completion->growth[i][lag] - mean;
		squares += chance_of(completion, i) * off * off;
	}
	return sqrt(squares);
}

bool
completion_unsure(const struct completion *completion, size_t lag)
{
	return completion_spread(completion, lag) > unsure_spread * completion_mean(completion, lag);
}

size_t
completion_draw(const struct completion *completion, struct chance *chance)
{
	double at = chance_uniform(chance);
	size_t look = 0;
	assert(completion->looks > 0);
	while (look + 1 < completion->looks && completion->upto[look] < at)
		look++;
	return look;
}
