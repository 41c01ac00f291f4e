/* See open_days.h. */
#include "open_days.h"

#include <stdlib.h>
#include <string.h>

enum status
open_days_copy(const struct open_days *from, struct open_days *out)
{
	size_t n = from->n_ports * from->days;
	bool *open = malloc(n + 1);
	if (open == NULL)
		return STATUS_NO_MEMORY;
	if (n > 0)
		memcpy(open, from->open, n);
	*out = *from;
	out->open = open;
	return STATUS_OK;
}

void
open_days_close(struct open_days *copy)
{
	free(copy->open);
	*copy = (struct open_days){ 0 };
}

static bool
known(const struct open_days *open, int64_t day)
{
	return day >= open->first_day && day - open->first_day < (int64_t)open->days;
}

bool
open_days_at(const struct open_days *open, const char *port, int64_t day)
{
	for (size_t i = 0; known(open, day) && i < open->n_ports; i++)
		if (strcmp(open->ports[i], port) == 0)
			return open->open[i * open->days + (size_t)(day - open->first_day)];
	return true;
}

bool
open_days_any(const struct open_days *open, char *const *ports, size_t n_ports, int64_t day)
{
	for (size_t i = 0; i < n_ports; i++)
		if (open_days_at(open, ports[i], day))
			return true;
	if (n_ports > 0)
		return false;
	for (size_t i = 0; i < open->n_ports; i++)
		if (open_days_at(open, open->ports[i], day))
			return true;
	return open->n_ports == 0;
}

int64_t
open_days_count(const struct open_days *open, char *const *ports, size_t n_ports, int64_t first, int64_t last)
{
	int64_t count = 0;
	for (int64_t day = first; day <= last; day++)
		count += open_days_any(open, ports, n_ports, day);
	return count;
}
