/* See least_squares.h. */
#include "least_squares.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <lapacke.h>

#define SINGULAR 1e-10

struct problem {
	double *x, *y;
	lapack_int *pivot;
	size_t rows;
};

static void
problem_close(struct problem *problem)
{
	free(problem->x);
	free(problem->y);
	free(problem->pivot);
}

/* Copies what counts, each row times the root of its weight. False where a number is none. */
static bool
gather(struct problem *problem, const double *x, const double *y, const double *weight, size_t rows, size_t columns)
{
	for (size_t i = 0; i < rows; i++) {
		double root = weight == NULL ? 1.0 : sqrt(weight[i]);
		double *row = problem->x + problem->rows * columns;
		if (root == 0.0)
			continue;
		for (size_t k = 0; k < columns; k++) {
			row[k] = x[i * columns + k] * root;
			if (!isfinite(row[k]))
				return false;
		}
		problem->y[problem->rows] = y[i] * root;
		if (!isfinite(problem->y[problem->rows++]))
			return false;
	}
	return true;
}

static enum status
solve(struct problem *problem, size_t columns, double *b)
{
	lapack_int rank;
	memset(problem->pivot, 0, columns * sizeof *problem->pivot);
	lapack_int info = LAPACKE_dgelsy(LAPACK_ROW_MAJOR, (lapack_int)problem->rows, (lapack_int)columns, 1, problem->x,
	    (lapack_int)columns, problem->y, 1, problem->pivot, SINGULAR, &rank);
	if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR)
		return STATUS_NO_MEMORY;
	if (info != 0)
		return STATUS_NO_FIT;
	memcpy(b, problem->y, columns * sizeof *b);
	return STATUS_OK;
}

enum status
least_squares(const double *x, const double *y, const double *weight, size_t rows, size_t columns, double *b)
{
	/* dgelsy gives its answer in y's place, so that has room for the longer of the two. */
	size_t room = rows > columns ? rows : columns;
	struct problem problem = { .x = calloc(rows * columns + 1, sizeof *problem.x),
		.y = calloc(room + 1, sizeof *problem.y),
		.pivot = calloc(columns + 1, sizeof *problem.pivot) };
	enum status status = STATUS_NO_MEMORY;
	if (problem.x != NULL && problem.y != NULL && problem.pivot != NULL)
		status = !gather(&problem, x, y, weight, rows, columns) ? STATUS_NO_FIT
		    : problem.rows == 0                                 ? STATUS_TOO_FEW
									: solve(&problem, columns, b);
	problem_close(&problem);
	return status;
}
