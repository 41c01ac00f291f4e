/*
 * Which days each port is open, past and future: what the calendar says, as far as it is known. The caller fills it and owns the
 * arrays; a copy owns its own (open_days_close). A day out of its span, and a port that it does not hold, is taken as open: nobody
 * has said otherwise. Any thread may read.
 */
#ifndef JUYAN_FORECAST_OPEN_DAYS_H
#define JUYAN_FORECAST_OPEN_DAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

struct open_days {
	int64_t first_day; /* as civil.h numbers days */
	size_t days;       /* first_day … first_day + days - 1 */
	size_t n_ports;
	const char *const *ports; /* [n_ports]; lent, also by a copy */
	bool *open;               /* [n_ports * days], port by port */
};

/* A copy whose days can be changed. NO_MEMORY. */
enum status open_days_copy(const struct open_days *from, struct open_days *out) MUST_USE;
void open_days_close(struct open_days *copy);

bool open_days_at(const struct open_days *open, const char *port, int64_t day);
/* Whether any of these ports is open; no ports named: any that it holds. */
bool open_days_any(const struct open_days *open, char *const *ports, size_t n_ports, int64_t day);
/* How many of the days first … last are open for any of these ports; 0 where last lies before first. */
int64_t open_days_count(const struct open_days *open, char *const *ports, size_t n_ports, int64_t first, int64_t last);

#endif
