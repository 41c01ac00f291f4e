/* Events and times of the bench: see bench_parts.h. */
#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench_parts.h"
#include "simulation.h"

enum { BYTES_EXPECTED = 400 }; /* of one event at most on the average; measured: about 80 */

static enum status
take_event(struct bench_events *events, size_t room, const struct simulated_event *event, struct reason *why)
{
	if (events->bytes_used + event->bytes.bytes > room)
		return reason_say(why, STATUS_TOO_LARGE, "the simulated events are larger than expected");
	uint8_t *at = events->bytes + events->bytes_used;
	memcpy(at, event->bytes.data, event->bytes.bytes);
	events->spans[events->n++] = (struct span){ at, event->bytes.bytes };
	events->bytes_used += event->bytes.bytes;
	return STATUS_OK;
}

/*
 * Years of one port after the other, each with another seed, until there are enough: batch numbers of the same day meet
 * again, as amendments.
 */
enum status
bench_events_make(uint64_t seed, size_t n, struct bench_events *out, struct reason *why)
{
	struct bench_events events = { .spans = calloc(n, sizeof *events.spans), .bytes = malloc(n * BYTES_EXPECTED) };
	struct simulation_options options = simulation_defaults();
	struct simulation *simulation = NULL;
	enum status status = events.spans != NULL && events.bytes != NULL
	    ? STATUS_OK
	    : reason_say(why, STATUS_NO_MEMORY, "no memory for %zu events", n);
	options.faults = false;
	options.seed = seed;
	options.from_day = 16436; /* 2015-01-01 */
	options.to_day = 24105;   /* 2035-12-31 */
	if (status == STATUS_OK)
		status = simulation_open(&options, &simulation, why);
	while (status == STATUS_OK && events.n < n) {
		struct simulated_event event;
		status = simulation_next(simulation, &event, why);
		if (status == STATUS_OK && event.bytes.data == NULL)
			status = reason_say(why, STATUS_OUT_OF_RANGE, "the simulated ports have only %zu events", events.n);
		if (status == STATUS_OK)
			status = take_event(&events, n * BYTES_EXPECTED, &event, why);
	}
	simulation_close(&simulation);
	if (status == STATUS_OK)
		*out = events;
	else
		bench_events_close(&events);
	return status;
}

void
bench_events_close(struct bench_events *events)
{
	free(events->spans);
	free(events->bytes);
	*events = (struct bench_events){ 0 };
}

enum status
bench_times_open(size_t room, struct bench_times *out)
{
	*out = (struct bench_times){ .ns = calloc(room + 1, sizeof *out->ns), .room = room + 1 };
	return out->ns != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

void
bench_times_close(struct bench_times *times)
{
	free(times->ns);
	*times = (struct bench_times){ 0 };
}

void
bench_times_add(struct bench_times *times, int64_t ns)
{
	if (times->n < times->room)
		times->ns[times->n++] = ns;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

double
bench_times_at(struct bench_times *times, double part)
{
	if (times->n == 0)
		return 0;
	qsort(times->ns, times->n, sizeof *times->ns, compare);
	size_t i = (size_t)(part * (double)times->n);
	return (double)times->ns[i < times->n ? i : times->n - 1] / 1000.0;
}

int64_t
bench_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

uint64_t
bench_number(const char *text, const char *option, uint64_t min, uint64_t max, struct argp_state *state)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < min || value > max)
		argp_error(state, "--%s: a number from %llu to %llu is expected, not '%s'", option, (unsigned long long)min,
		    (unsigned long long)max, text);
	return value;
}

void
bench_figure(struct bench_times *times, size_t events, int64_t begun_ns, uint64_t disk_bytes, struct bench_figures *out)
{
	double seconds = (double)(bench_now_ns() - begun_ns) / 1e9;
	assert(events > 0);
	*out = (struct bench_figures){ (double)events / seconds, bench_times_at(times, 0.5), bench_times_at(times, 0.99),
		(double)disk_bytes / (double)events };
}

static int
remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void
bench_remove(const char *dir)
{
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void
bench_machine(char out[256])
{
	struct utsname name;
	if (uname(&name) != 0)
		memset(&name, 0, sizeof name);
	snprintf(out, 256, "%.60s %.60s %.60s, %ld processors", name.sysname, name.release, name.machine,
	    sysconf(_SC_NPROCESSORS_ONLN));
}
