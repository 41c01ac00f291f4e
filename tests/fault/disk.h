/*
 * A disk that forgets: takes the records of what a process did (record.h) and makes, for any moment among them, a folder as a power
 * cut could have left it.
 *
 * What was synced is there. Of what was written since, any sectors of 512 bytes may be there, in any order, and of the names that
 * were made since, any first part; which ones is chance's. A disk that loses what it has acknowledged as synced is not meant.
 * Owns what it has taken; one thread.
 */
#ifndef JUYAN_TESTS_DISK_H
#define JUYAN_TESTS_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

enum { SECTOR_BYTES = 512 };

struct disk;

/* `folder` is the one that was recorded. Out of memory ends the process: this is a test's. */
struct disk *disk_open(const char *folder);
void disk_close(struct disk **disk);

/* What happened next. `path` and `data` are lent for the disk's whole life. */
void disk_take(struct disk *disk, const struct record *record, const char *path, const uint8_t *data);

/*
 * Makes the folder `target`, which must not exist, as a cut at this moment leaves it. `kept`: of the unsynced sectors none, some,
 * all but one, or all survive. False: it could not be written.
 */
enum disk_kept { KEPT_NONE, KEPT_SOME, KEPT_ALL_BUT_ONE, KEPT_ALL, DISK_KEPT };
bool disk_image(const struct disk *disk, enum disk_kept kept, uint64_t *chance, const char *target);

/* The next number of a sequence that `chance` holds. */
uint64_t chance_next(uint64_t *chance);

#endif
