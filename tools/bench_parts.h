/*
 * The parts of `juyan bench`. All measure the same events, made beforehand and held in memory: a simulated port's, in the
 * order of time.
 */
#ifndef JUYAN_TOOLS_BENCH_PARTS_H
#define JUYAN_TOOLS_BENCH_PARTS_H

#include <stdint.h>

#include "options.h"
#include "wire.h"

struct bench_events {
	struct span *spans;
	size_t n;
	uint8_t *bytes; /* of all, one behind the other */
	size_t bytes_used;
};

/* Sorted times, of which figures are taken. */
struct bench_times {
	int64_t *ns;
	size_t n, room;
};

struct bench_figures {
	double events_per_s;
	double ack_p50_us, ack_p99_us; /* from handing over a batch until it is on disk */
	double bytes_per_event;        /* on disk */
};

/* A question for a year's total, over ipc, while events stream in. */
struct bench_year {
	uint64_t events; /* in the ledger, at the least */
	double streaming_per_s;
	double p50_us, p99_us;
};

struct bench_wire {
	struct bench_figures road;
	double single_ack_p50_us, single_ack_p99_us; /* one event alone, from the terminal's side */
	double sync_p50_us;                          /* a bare write and fdatasync, measured around it */
	struct bench_year year_paced, year_flooded;
	int64_t serve_peak_bytes, serve_anonymous_bytes; /* of the server's process: all, and without mapped files */
};

enum { BENCH_SINGLES = 400, BENCH_QUESTIONS = 1000 };

enum status bench_events_make(uint64_t seed, size_t n, struct bench_events *out, struct reason *why) MUST_USE;
void bench_events_close(struct bench_events *events);

enum status bench_times_open(size_t room, struct bench_times *out) MUST_USE;
void bench_times_close(struct bench_times *times);
void bench_times_add(struct bench_times *times, int64_t ns);
/* In microseconds; `part` from 0 to 1. Sorts. 0 where there are none. */
double bench_times_at(struct bench_times *times, double part);
int64_t bench_now_ns(void);
/* The number that an option says; what is none, or out of range, ends the program with a sentence. `option`: without its dashes. */
uint64_t bench_number(const char *text, const char *option, uint64_t min, uint64_t max, struct argp_state *state);
/* Fills in what follows from times and sums. */
void bench_figure(struct bench_times *times, size_t events, int64_t begun_ns, uint64_t disk_bytes, struct bench_figures *out);

enum status bench_limit(const char *dir, const struct bench_events *events, size_t per_batch, struct bench_figures *out,
    struct reason *why) MUST_USE;
enum status bench_ledger(const char *dir, const struct bench_events *events, size_t per_batch, struct bench_figures *out,
    struct reason *why) MUST_USE;
enum status bench_wire(const char *dir, const struct bench_events *events, size_t per_batch, struct bench_wire *out,
    struct reason *why) MUST_USE;

/* The ledger's outlook by port, direction, mode and group at once: asked for the first time, and again. */
struct bench_slices {
	size_t slices;
	double first_s, again_s;
};
enum status bench_slices(const struct tool_connection *connection, struct bench_slices *out, struct reason *why) MUST_USE;

/* Removes a folder that was made for a bench, with all that is in it. */
void bench_remove(const char *dir);

/* "Linux 6.1 x86_64, 2 processors" */
void bench_machine(char out[256]);

/* `juyan bench forecast`, with argv[0] its name: the exit code. */
int bench_forecast(int argc, char **argv);
/* The events from memory, over loopback tcp, into a new server's ledger in this folder; how many a second. */
enum status bench_stream(const char *data, const struct bench_events *events, double *per_s, struct reason *why) MUST_USE;

/* `juyan bench dashboard`, `catch-up`, `relay` and `load`, likewise. */
int bench_dashboard(int argc, char **argv);
int bench_catch_up(int argc, char **argv);
int bench_relay(int argc, char **argv);
int bench_load(int argc, char **argv);

#endif
