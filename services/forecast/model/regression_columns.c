/* See regression_columns.h. */
#include "regression_columns.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fourier.h"
#include "regression.h"

enum { FIRST_WHITENING_MAX = 8, COLUMNS_MAX = ARIMA_REGRESSORS_MAX + 2 };

/* A column is left out where less than this of its square is its own. */
#define OWN_LEAST 1e-10
/* Models whose AICc are no further apart than this are as good as each other (Burnham and Anderson 2002). */
#define AS_GOOD 2.0

size_t
regression_period_at(const struct regression_layout *layout, size_t period)
{
	size_t at = (layout->trend ? 1u : 0u) + layout->calendar.columns;
	for (size_t i = 0; i < period; i++)
		at += fourier_columns(layout->periods[i], layout->harmonics[i]);
	return at;
}

size_t
regression_columns(const struct regression_layout *layout)
{
	return regression_period_at(layout, layout->n_periods);
}

void
regression_row(const struct regression_layout *layout, size_t step, double *out)
{
	size_t columns = layout->calendar.columns;
	if (layout->trend)
		*out++ = (double)(step + 1);
	if (columns > 0) {
		assert(step < layout->calendar.n_rows);
		memcpy(out, layout->calendar.rows + step * columns, columns * sizeof *out);
		out += columns;
	}
	for (size_t i = 0; i < layout->n_periods; i++) {
		fourier_row(layout->periods[i], layout->harmonics[i], step, out);
		out += fourier_columns(layout->periods[i], layout->harmonics[i]);
	}
}

/* A level, all columns at their most waves, and the values last: [n][width]; what is unknown has weight 0. */
struct table {
	size_t n, width, known;
	double *cells, *weight;
	double *gram; /* [width][width], of the filtered rows */
	double *room; /* [2][n] */
};

static void
table_close(struct table *table)
{
	free(table->cells);
	free(table->weight);
	free(table->gram);
	free(table->room);
}

static enum status
table_open(struct table *table, const struct regression_layout *layout, const double *y, size_t n)
{
	size_t width = regression_columns(layout) + 2;
	*table = (struct table){ .n = n,
		.width = width,
		.cells = calloc(n * width, sizeof(double)),
		.weight = calloc(n + 1, sizeof(double)),
		.gram = calloc(width * width, sizeof(double)),
		.room = calloc(2 * n + 1, sizeof(double)) };
	if (table->cells == NULL || table->weight == NULL || table->gram == NULL || table->room == NULL)
		return STATUS_NO_MEMORY;
	for (size_t t = 0; t < n; t++) {
		double *row = table->cells + t * width;
		row[0] = 1.0;
		regression_row(layout, t, row + 1);
		if (layout->trend)
			row[1] /= (double)n; /* of the other columns' size */
		for (size_t c = 1; c + 1 < width; c++)
			if (!isfinite(row[c]))
				return STATUS_NO_FIT;
		table->weight[t] = isnan(y[t]) ? 0.0 : 1.0;
		row[width - 1] = isnan(y[t]) ? 0.0 : y[t];
		table->known += isnan(y[t]) ? 0 : 1;
	}
	return table->known > width ? STATUS_OK : STATUS_TOO_FEW;
}

/* The sum of squares that these columns leave, by Cholesky's square root of their part of the Gram matrix; b[n_used] if wished. */
static double
left_over(const struct table *table, const size_t *used, size_t n_used, double *root, double *b)
{
	size_t width = table->width, last = width - 1;
	double left = table->gram[last * width + last];
	for (size_t k = 0; k <= n_used; k++) {
		size_t row = k < n_used ? used[k] : last;
		for (size_t j = 0; j <= k; j++) {
			double sum = table->gram[row * width + (j < n_used ? used[j] : last)], whole = sum;
			for (size_t i = 0; i < j; i++)
				sum -= root[k * width + i] * root[j * width + i];
			if (k == n_used && j == k)
				left = sum;
			else if (j == k)
				root[k * width + k] = sum > OWN_LEAST * whole ? sqrt(sum) : 0.0;
			else
				root[k * width + j] = root[j * width + j] > 0.0 ? sum / root[j * width + j] : 0.0;
		}
	}
	for (size_t k = n_used; b != NULL && k-- > 0;) {
		double sum = root[n_used * width + k];
		for (size_t i = k + 1; i < n_used; i++)
			sum -= root[i * width + k] * b[i];
		b[k] = root[k * width + k] > 0.0 ? sum / root[k * width + k] : 0.0;
	}
	return fmax(left, 0.0);
}

/* Products of rows, as filtered: row t less phi times the rows before. */
static void
gather(struct table *table, const struct whitening *errors)
{
	double row[COLUMNS_MAX];
	size_t width = table->width, p = errors == NULL ? 0 : errors->n;
	memset(table->gram, 0, width * width * sizeof(double));
	for (size_t t = p; t < table->n; t++) {
		const double *cells = table->cells + t * width;
		if (table->weight[t] == 0.0)
			continue;
		memcpy(row, cells, width * sizeof *row);
		for (size_t i = 0; i < p; i++)
			for (size_t c = 0; c < width; c++)
				row[c] -= errors->phi[i] * (cells - (i + 1) * width)[c];
		for (size_t k = 0; k < width; k++)
			for (size_t j = 0; j <= k; j++)
				table->gram[k * width + j] += row[k] * row[j];
	}
	for (size_t k = 0; k < width; k++)
		for (size_t j = 0; j < k; j++)
			table->gram[j * width + k] = table->gram[k * width + j];
}

/* Errors of order k forwards and backwards become those of order k + 1; returns the partial autocorrelation that does it. */
static double
lattice_step(double *ahead, double *behind, size_t n, size_t k)
{
	double product = 0.0, squares = 0.0;
	for (size_t t = k + 1; t < n; t++) {
		product += ahead[t] * behind[t - 1];
		squares += ahead[t] * ahead[t] + behind[t - 1] * behind[t - 1];
	}
	double partial = squares > 0.0 ? 2.0 * product / squares : 0.0;
	for (size_t t = n; t-- > k + 1;) {
		double forward = ahead[t];
		ahead[t] = forward - partial * behind[t - 1];
		behind[t] = behind[t - 1] - partial * forward;
	}
	return partial;
}

/*
 * The autoregression of the errors (Burg 1967, who finds slow ones where Yule's and Walker's equations make them faster than they
 * are), its order by AIC. `room` is for 2 n numbers.
 */
static struct whitening
whitening_by_burg(const double *errors, size_t n, double *room)
{
	struct whitening best = { .n = 0 };
	double now[FIRST_WHITENING_MAX] = { 0 }, before[FIRST_WHITENING_MAX], log_variance = 0.0, least = INFINITY;
	size_t most = n / 10 < FIRST_WHITENING_MAX ? n / 10 : FIRST_WHITENING_MAX;
	memcpy(room, errors, n * sizeof *room);
	memcpy(room + n, errors, n * sizeof *room);
	for (size_t k = 0;; k++) {
		double aic = (double)n * log_variance + 2.0 * (double)k;
		if (aic < least) {
			least = aic;
			best.n = k;
			memcpy(best.phi, now, k * sizeof *now);
		}
		if (k == most)
			return best;
		double partial = lattice_step(room, room + n, n, k);
		memcpy(before, now, k * sizeof *now);
		for (size_t i = 0; i < k; i++)
			now[i] = before[i] - partial * before[k - 1 - i];
		now[k] = partial;
		log_variance += log(fmax(1.0 - partial * partial, 1e-12));
	}
}

struct whitening
whitening_of(const struct arima_facts *facts)
{
	struct whitening out = { .n = WHITENING_MAX };
	const double *phi = facts->coefficients, *theta = phi + facts->orders.p;
	double turned[WHITENING_MAX + 1] = { 1.0 };
	size_t p = facts->orders.p, q = facts->orders.q;
	for (size_t i = 0; i < p; i++)
		turned[i + 1] = -phi[i];
	for (size_t d = 0; d < facts->orders.d; d++)
		for (size_t i = p + d + 1; i > 0; i--)
			turned[i] -= turned[i - 1];
	/* Division by theta(B), from the first term on. */
	for (size_t i = 1; i <= WHITENING_MAX; i++) {
		for (size_t j = 1; j <= q && j <= i; j++)
			turned[i] -= theta[j - 1] * turned[i - j];
		out.phi[i - 1] = -turned[i];
	}
	while (out.n > 0 && fabs(out.phi[out.n - 1]) < 1e-6)
		out.n--;
	return out;
}

/* The places in the table of a layout's columns, level first: `now` has at most as many waves as the table. */
static size_t
places(const struct regression_layout *table, const struct regression_layout *now, size_t *used)
{
	size_t n = 0, fixed = regression_period_at(table, 0);
	for (size_t i = 0; i <= fixed; i++)
		used[n++] = i;
	for (size_t i = 0; i < table->n_periods; i++)
		for (size_t c = 0; c < fourier_columns(now->periods[i], now->harmonics[i]); c++)
			used[n++] = 1 + regression_period_at(table, i) + c;
	return n;
}

static double
aicc_of(const struct table *table, const struct regression_layout *most, const struct regression_layout *layout, double *root)
{
	size_t used[COLUMNS_MAX], n_used = places(most, layout, used);
	double n = (double)table->known, k = (double)n_used + 1.0;
	double left = left_over(table, used, n_used, root, NULL);
	return n > k + 1.0 ? n * log(left / n) + 2.0 * k * n / (n - k - 1.0) : INFINITY;
}

/* One period after the other, twice: the least number of waves that is as good as the best, the others staying as they are. */
static void
fewer_waves(const struct table *table, const struct regression_layout *most, struct regression_layout *layout, double *root)
{
	double aicc[REGRESSION_HARMONICS_MAX + 1];
	for (size_t i = 0; i < 2 * layout->n_periods; i++) {
		size_t period = i % layout->n_periods, *k = &layout->harmonics[period], lowest = layout->harmonics_least[period];
		double least = INFINITY;
		for (*k = lowest; *k <= most->harmonics[period]; ++*k) {
			aicc[*k] = aicc_of(table, most, layout, root);
			least = fmin(least, aicc[*k]);
		}
		for (*k = lowest; *k < most->harmonics[period] && aicc[*k] > least + AS_GOOD;)
			++*k;
	}
}

/* What the columns leave of the values. Unknown values become what the columns make of them, so that they spoil no filtered row. */
static void
errors_of(struct table *table, const size_t *used, const double *b, size_t n_used, double *out)
{
	for (size_t t = 0; t < table->n; t++) {
		double *row = table->cells + t * table->width, sum = 0.0;
		for (size_t c = 0; c < n_used; c++)
			sum += b[c] * row[used[c]];
		if (table->weight[t] == 0.0)
			row[table->width - 1] = sum;
		out[t] = row[table->width - 1] - sum;
	}
}

static void
choose(struct table *table, struct regression_layout *layout, bool fixed, const struct whitening *errors, double *root, double *out)
{
	const struct regression_layout most = *layout;
	struct whitening found;
	size_t used[COLUMNS_MAX], n_used = places(&most, layout, used);
	double b[COLUMNS_MAX];
	gather(table, NULL);
	(void)left_over(table, used, n_used, root, b);
	errors_of(table, used, b, n_used, out);
	if (errors == NULL) {
		found = whitening_by_burg(out, table->n, table->room);
		errors = &found;
	}
	gather(table, errors);
	if (!fixed)
		fewer_waves(table, &most, layout, root);
	n_used = places(&most, layout, used);
	(void)left_over(table, used, n_used, root, b);
	b[0] = 0.0; /* the level stays with the errors */
	errors_of(table, used, b, n_used, out);
}

enum status
regression_choose(struct regression_layout *layout, bool fixed, const struct whitening *errors, const double *y, size_t n,
    double *out)
{
	struct table table;
	double *root = NULL;
	enum status status = table_open(&table, layout, y, n);
	if (status == STATUS_OK) {
		root = calloc(table.width * table.width, sizeof *root);
		status = root == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	}
	if (status == STATUS_OK) {
		choose(&table, layout, fixed, errors, root, out);
		for (size_t t = 0; t < n; t++)
			out[t] = isnan(y[t]) ? NAN : out[t];
	}
	free(root);
	table_close(&table);
	return status;
}
