/*
 * What could not be taken: log sequence number -> reason and state. The event itself stands in the journal. And the conflicts:
 * which other contents of a number are on file, so that one that is sent again and again is kept once.
 */
#ifndef JUYAN_STORAGE_QUARANTINE_H
#define JUYAN_STORAGE_QUARANTINE_H

#include "journal.h"
#include "registry.h"

enum quarantine_state { QUARANTINE_WAITING = 1, QUARANTINE_RELEASED = 2, QUARANTINE_DISMISSED = 3 };

struct quarantine_row {
	uint64_t lsn;
	enum status reason;
	enum quarantine_state state;
	uint64_t settled_lsn; /* the event that settled it; 0: none yet */
};

const char *quarantine_state_name(enum quarantine_state state);

enum status quarantine_put(const struct store *store, const struct quarantine_row *row) MUST_USE;
enum status quarantine_get(const struct store *store, uint64_t lsn, struct quarantine_row *out) MUST_USE; /* NOT_FOUND */
/* To the first row from an lsn on; then walk_next and quarantine_read. */
enum status quarantine_seek(struct walk *walk, uint64_t lsn) MUST_USE;
enum status quarantine_read(const struct walk *walk, struct quarantine_row *out) MUST_USE;

/* Who settled an event and why, by the row's settled_lsn. Lent, or in the arena. */
enum status quarantine_settling(const struct store *store, uint64_t settled_lsn, struct arena *arena,
    const Juyan__V1__QuarantineReleased **out) MUST_USE;
/* The event that leaves quarantine: as it is on file, or as a person has put it right. REFUSE: what is still wrong. */
enum status quarantine_event(const Juyan__V1__QuarantineReleased *release, const struct journal_event *held,
    const struct registry *registry, struct arena *arena, const Juyan__V1__Event **out, struct reason *why) MUST_USE;
/* What was applied for an event: its own bytes, or those that a person put in their place on its release. Lent, or in the arena. */
enum status quarantine_applied(const struct store *store, const struct journal_event *event, struct arena *arena,
    struct span *out) MUST_USE;

/* The lsn of this content under this number, where it is on file as a conflict; NOT_FOUND. */
enum status conflicts_find(const struct store *store, uint32_t terminal_no, uint64_t stream_seq, struct span content,
    uint64_t *lsn) MUST_USE;
enum status conflicts_put(const struct store *store, uint32_t terminal_no, uint64_t stream_seq, struct span content,
    uint64_t lsn) MUST_USE;

#endif
