/* See regression_columns.h. */
#include "regression_columns.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fourier.h"
#include "least_squares.h"

enum { WHITENING_MAX = 8, COLUMNS_MAX = ARIMA_REGRESSORS_MAX + 2 };

/* A column is left out where less than this of its square is its own. */
#define OWN_LEAST 1e-10

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
};

static void
table_close(struct table *table)
{
	free(table->cells);
	free(table->weight);
	free(table->gram);
}

static enum status
table_open(struct table *table, const struct regression_layout *layout, const double *y, size_t n)
{
	size_t width = regression_columns(layout) + 2;
	*table = (struct table){ .n = n,
		.width = width,
		.cells = calloc(n * width, sizeof(double)),
		.weight = calloc(n + 1, sizeof(double)),
		.gram = calloc(width * width, sizeof(double)) };
	if (table->cells == NULL || table->weight == NULL || table->gram == NULL)
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
gather(struct table *table, const double *phi, size_t p)
{
	double row[COLUMNS_MAX];
	size_t width = table->width;
	memset(table->gram, 0, width * width * sizeof(double));
	for (size_t t = p; t < table->n; t++) {
		const double *cells = table->cells + t * width;
		if (table->weight[t] == 0.0)
			continue;
		memcpy(row, cells, width * sizeof *row);
		for (size_t i = 0; i < p; i++)
			for (size_t c = 0; c < width; c++)
				row[c] -= phi[i] * (cells - (i + 1) * width)[c];
		for (size_t k = 0; k < width; k++)
			for (size_t j = 0; j <= k; j++)
				table->gram[k * width + j] += row[k] * row[j];
	}
	for (size_t k = 0; k < width; k++)
		for (size_t j = 0; j < k; j++)
			table->gram[j * width + k] = table->gram[k * width + j];
}

/* The autoregression of the errors by the equations of Yule (1927) and Walker (1931), its order by AIC. */
static size_t
whitening(const double *errors, size_t n, double phi[WHITENING_MAX])
{
	double cov[WHITENING_MAX + 1], now[WHITENING_MAX] = { 0 }, before[WHITENING_MAX];
	size_t best = 0, most = n / 10 < WHITENING_MAX ? n / 10 : WHITENING_MAX;
	for (size_t k = 0; k <= most; k++) {
		cov[k] = 0.0;
		for (size_t t = k; t < n; t++)
			cov[k] += errors[t] * errors[t - k];
	}
	double variance = cov[0], least = INFINITY;
	for (size_t k = 0; k <= most && variance > 0.0; k++) {
		double aic = (double)n * log(variance) + 2.0 * (double)k;
		if (aic < least) {
			least = aic;
			best = k;
			memcpy(phi, now, k * sizeof *phi);
		}
		if (k == most)
			break;
		double partial = cov[k + 1];
		for (size_t i = 0; i < k; i++)
			partial -= now[i] * cov[k - i];
		partial /= variance;
		memcpy(before, now, k * sizeof *now);
		for (size_t i = 0; i < k; i++)
			now[i] = before[i] - partial * before[k - 1 - i];
		now[k] = partial;
		variance *= 1.0 - partial * partial;
	}
	return best;
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

/* One period after the other, twice: the number of waves with the least AICc, the others staying as they are. */
static void
fewer_waves(const struct table *table, const struct regression_layout *most, struct regression_layout *layout, double *root)
{
	for (size_t i = 0; i < 2 * layout->n_periods; i++) {
		size_t period = i % layout->n_periods, best = 0;
		double least = INFINITY;
		for (size_t k = 0; k <= most->harmonics[period]; k++) {
			layout->harmonics[period] = k;
			double aicc = aicc_of(table, most, layout, root);
			if (aicc < least) {
				least = aicc;
				best = k;
			}
		}
		layout->harmonics[period] = best;
	}
}

/* What the table's columns leave of the values; 0 where these are unknown. */
static void
errors_of(const struct table *table, const size_t *used, const double *b, size_t n_used, double *out)
{
	for (size_t t = 0; t < table->n; t++) {
		const double *row = table->cells + t * table->width;
		out[t] = row[table->width - 1];
		for (size_t c = 0; c < n_used; c++)
			out[t] -= b[c] * row[used[c]];
		out[t] = table->weight[t] == 0.0 ? 0.0 : out[t];
	}
}

static void
choose(struct table *table, struct regression_layout *layout, bool fixed, double *root, double *out)
{
	const struct regression_layout most = *layout;
	size_t used[COLUMNS_MAX], n_used = places(&most, layout, used);
	double b[COLUMNS_MAX], phi[WHITENING_MAX];
	gather(table, NULL, 0);
	(void)left_over(table, used, n_used, root, b);
	errors_of(table, used, b, n_used, out);
	gather(table, phi, whitening(out, table->n, phi));
	if (!fixed)
		fewer_waves(table, &most, layout, root);
	n_used = places(&most, layout, used);
	(void)left_over(table, used, n_used, root, b);
	b[0] = 0.0; /* the level stays with the errors */
	errors_of(table, used, b, n_used, out);
}

enum status
regression_choose(struct regression_layout *layout, bool fixed, const double *y, size_t n, double *out)
{
	struct table table;
	double *root = NULL;
	enum status status = table_open(&table, layout, y, n);
	if (status == STATUS_OK) {
		root = calloc(table.width * table.width, sizeof *root);
		status = root == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	}
	if (status == STATUS_OK) {
		choose(&table, layout, fixed, root, out);
		for (size_t t = 0; t < n; t++)
			out[t] = isnan(y[t]) ? NAN : out[t];
	}
	free(root);
	table_close(&table);
	return status;
}
