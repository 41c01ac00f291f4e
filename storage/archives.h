/*
 * Several journal files (archive.h) as one: the files of a backup's folder, or stretches that were exported one after another. They
 * are put in order and have to go on from each other, in numbers, chain and ledger. Files are opened one at a time.
 */
#ifndef JUYAN_STORAGE_ARCHIVES_H
#define JUYAN_STORAGE_ARCHIVES_H

#include "archive.h"
#include "replay.h"

#define ARCHIVE_SUFFIX ".jnl"

struct archives;

/*
 * Each path is a file, or a backup's folder, of which all files ending in ".jnl" are taken: those have to begin with event 1. NOT_FOUND: there is none; DAMAGED with the sentence
 * where a file is, or they do not go on from each other; FORMAT, SYSTEM, NO_MEMORY.
 */
enum status archives_open(const char *const *paths, size_t n, struct archives **out, struct reason *why) MUST_USE;
void archives_close(struct archives **archives);
/* From the first event of the first file to the last of the last; `bytes` of all. */
struct archive_span archives_span(const struct archives *archives);
size_t archives_count(const struct archives *archives);
/* As archive_next, over all of them. */
enum status archives_next(struct archives *archives, struct journal_event *out, struct reason *why) MUST_USE;
const struct journal_end *archives_end(const struct archives *archives);
struct replay_source archives_source(struct archives *archives);

#endif
