/*
 * A `juyan serve` of this very program as a process of its own, for the bench: started on a data folder with a free tcp port of the
 * loopback, and told to end. The caller owns it; one thread. Start it before this process has a bus of its own.
 */
#ifndef JUYAN_TOOLS_CHILD_H
#define JUYAN_TOOLS_CHILD_H

#include <stdint.h>

#include "status.h"

enum { CHILD_ENDPOINT_BYTES = 128, CHILD_READY_MS = 20000 };

struct child {
	int pid;                         /* 0: none */
	char tcp[CHILD_ENDPOINT_BYTES];  /* where its ingest listens over tcp; empty: it has none */
	char http[CHILD_ENDPOINT_BYTES]; /* its dashboard's address and port; empty: it has none */
};

/* With these services, a list that ends with NULL; without any: all. Returns when it is ready, or TIMEOUT. */
enum status child_serve(const char *data_dir, const char *const *services, struct child *out, struct reason *why) MUST_USE;
/* SIGTERM, and waits until it has ended; safe on a zeroed one. */
void child_end(struct child *child);
/* The most memory it had so far, in bytes: all of it, and now that part which maps no file. 0 where it is unknown. */
void child_memory(const struct child *child, int64_t *peak_bytes, int64_t *anonymous_bytes);
/* The processor time that it took so far, in seconds. */
double child_cpu(const struct child *child);

#endif
