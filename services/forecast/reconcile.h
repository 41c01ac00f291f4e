/*
 * Makes the paths of the leaves belong together. Pure; paths stay what they are: whole kilograms, none below zero.
 */
#ifndef JUYAN_FORECAST_RECONCILE_H
#define JUYAN_FORECAST_RECONCILE_H

#include "leaves.h"

/*
 * The leaves in which[n] were drawn each for itself and know nothing of each other: their sum is too sure of itself. So their
 * whole has paths of its own, whole[paths][days] in kg, and each path of the leaves' sum is given the one of the same rank by total
 * (a reordering after Clark et al. 2004, "The Schaake shuffle"), day by day: the leaves share its mass in proportion to their own.
 * A day on which no leaf carries stays empty, and none is stretched or shrunk beyond RECONCILE_MOST times. NO_MEMORY.
 */
enum { RECONCILE_MOST = 5 };
enum status reconcile_to_whole(struct leaves *leaves, const size_t *which, size_t n, const double *whole) MUST_USE;

/*
 * The leaves in which[n] together carry at most most_kg[day] on every day of every path (INT64_MAX: no bound): what is beyond is
 * taken from all in proportion.
 */
void reconcile_limit(struct leaves *leaves, const size_t *which, size_t n, const int64_t *most_kg);

/* sums[leaf * days + day]: over all paths. */
void reconcile_sums(const struct leaves *leaves, int64_t *sums);

#endif
