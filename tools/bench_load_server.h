/* The server that `juyan bench load` measures: letting its terminals in, and what can be seen of it from outside. */
#ifndef JUYAN_TOOLS_BENCH_LOAD_SERVER_H
#define JUYAN_TOOLS_BENCH_LOAD_SERVER_H

#include "bench_load_parts.h"
#include "child.h"
#include "counters.h"

/* At one moment. */
struct load_look {
	int64_t at_ns;
	double cpu_s;                  /* since its start */
	int64_t peak_bytes, own_bytes; /* see child_memory */
	size_t files;                  /* open descriptors; 0: they cannot be seen */
	uint64_t counters[COUNTERS];
};

/* Enters terminals with every right. */
enum status load_server_admit(const char *dir, const struct key_pair *keys, size_t n, struct reason *why) MUST_USE;
enum status load_server_look(const struct child *child, struct load_look *out, struct reason *why) MUST_USE;

#endif
