/*
 * Several journal files (stretch.h) as one: the files of a backup's folder, or stretches that were exported one after another. They
 * are put in order and have to go on from each other, in numbers, chain and ledger. Files are opened one at a time.
 */
#ifndef JUYAN_STORAGE_STRETCHES_H
#define JUYAN_STORAGE_STRETCHES_H

#include "replay.h"
#include "stretch.h"

#define STRETCH_SUFFIX ".jnl"

struct stretches;

/*
 * Each path is a file, or a backup's folder, of which all files ending in ".jnl" are taken: those have to begin with event 1.
 * NOT_FOUND: there is none; DAMAGED with the sentence where a file is, or they do not go on from each other; FORMAT, SYSTEM,
 * NO_MEMORY.
 */
enum status stretches_open(const char *const *paths, size_t n, struct stretches **out, struct reason *why) MUST_USE;
void stretches_close(struct stretches **stretches);
/* From the first event of the first file to the last of the last; `bytes` of all. */
struct stretch_span stretches_span(const struct stretches *stretches);
size_t stretches_count(const struct stretches *stretches);
/* As stretch_next, over all of them. */
enum status stretches_next(struct stretches *stretches, struct journal_event *out, struct reason *why) MUST_USE;
const struct journal_end *stretches_end(const struct stretches *stretches);
struct replay_source stretches_source(struct stretches *stretches);

#endif
