/*
 * A backup: a folder of journal files (stretch.h) that go on from each other, from the first event on. Each run adds a file with
 * what is new; nothing that is there is written again. All tables follow from them (remake.h).
 *
 *     FOLDER/journal-FIRST-LAST.jnl      …          FOLDER/lock      held while a run writes
 */
#ifndef JUYAN_STORAGE_BACKUP_H
#define JUYAN_STORAGE_BACKUP_H

#include "stretch.h"

struct backup_result {
	struct stretch_span all; /* what the folder holds now; `bytes` of all files */
	uint64_t new_events;
	uint64_t new_bytes;
	size_t files;
};

/*
 * Copies from one snapshot what the folder does not have, up to the event last_lsn (0: the last there is; a block ends there),
 * reads the new file again, and puts it in its place. IN_USE: another run is under way. CONTRADICTION: the folder is another
 * ledger's, or knows more than this one. DAMAGED where the folder's files are. NO_ROOM, SYSTEM.
 */
enum status backup_run(struct env *env, const char *folder, uint64_t last_lsn,
    void (*progress)(void *user, uint64_t done, uint64_t all), void *user, struct backup_result *out, struct reason *why) MUST_USE;

#endif
