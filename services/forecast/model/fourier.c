/* See fourier.h. */
#include "fourier.h"

#include <math.h>

size_t
fourier_harmonics_max(double period)
{
	return period < 2.0 ? 0 : (size_t)(period / 2.0);
}

size_t
fourier_columns(double period, size_t harmonics)
{
	return 2 * harmonics - (harmonics > 0 && 2.0 * (double)harmonics == period ? 1 : 0);
}

void
fourier_row(double period, size_t harmonics, size_t step, double *out)
{
	size_t columns = fourier_columns(period, harmonics);
	/* One wave's place is exact for any step; the others turn by its angle (de Moivre). */
	double place = 2.0 * M_PI * fmod((double)step, period) / period;
	double first_cos = cos(place), first_sin = sin(place), now_cos = 1.0, now_sin = 0.0;
	for (size_t i = 0; i < columns; i++) {
		if (i % 2 == 0) {
			double turned = now_cos * first_cos - now_sin * first_sin;
			now_sin = now_sin * first_cos + now_cos * first_sin;
			now_cos = turned;
		}
		out[i] = i % 2 == 0 ? now_cos : now_sin;
	}
}
