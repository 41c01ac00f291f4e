/*
 * The last number of each terminal, in memory, beside the table `streams`: the run of numbers that goes on. Terminals of sites are
 * among them; what is never looked at takes no memory. Whoever opens them closes them; one thread.
 */
#ifndef JUYAN_STORAGE_TAILS_H
#define JUYAN_STORAGE_TAILS_H

#include "streams.h"

struct tails;

enum status tails_open(struct tails **out) MUST_USE; /* NO_MEMORY */
void tails_close(struct tails **tails);
/* As they stand on disk; what was not written is forgotten. */
enum status tails_load(struct tails *tails, const struct store *store) MUST_USE;

/* The lsn of one number, written or not. NOT_FOUND. */
enum status tails_find(const struct tails *tails, const struct store *store, uint32_t terminal_no, uint64_t stream_seq,
    uint64_t *lsn) MUST_USE;
/* The last number of a terminal; 0: none. */
uint64_t tails_last(const struct tails *tails, uint32_t terminal_no);
/*
 * The terminal's next number is this event's. A run that ends with it is written to the store where there is one (NULL: none is
 * kept), the one that goes on by tails_write. NO_MEMORY.
 */
enum status tails_note(struct tails *tails, const struct store *store, uint32_t terminal_no, uint64_t stream_seq,
    uint64_t lsn) MUST_USE;
enum status tails_write(struct tails *tails, const struct store *store) MUST_USE;

#endif
