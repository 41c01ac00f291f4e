/*
 * Which number of which terminal is which event: runs of consecutive numbers with consecutive log sequence numbers.
 * Key: terminal, first number. Value: first lsn, how many.
 */
#ifndef JUYAN_STORAGE_STREAMS_H
#define JUYAN_STORAGE_STREAMS_H

#include "store.h"

struct stream_run {
	uint32_t terminal_no;
	uint64_t first_seq;
	uint64_t first_lsn;
	uint64_t events;
};

/* The last run of a terminal; NOT_FOUND: it has none. */
enum status streams_last(const struct store *store, uint32_t terminal_no, struct stream_run *out) MUST_USE;
/* The lsn of one number; NOT_FOUND. */
enum status streams_find(const struct store *store, uint32_t terminal_no, uint64_t stream_seq, uint64_t *lsn) MUST_USE;
/* Writes a run, over an earlier state of the same run. */
enum status streams_put(const struct store *store, const struct stream_run *run) MUST_USE;

/* All terminals that have a stream, ascending: call with 0 first, then with the last result; NOT_FOUND behind the last. */
enum status streams_next_terminal(const struct store *store, uint32_t after, uint32_t *terminal_no) MUST_USE;

#endif
