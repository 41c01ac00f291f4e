/*
 * What answers a question, for storage alone: one snapshot with the registry that goes with it, a function for each kind of
 * question, and the pieces that answers are made of. An answer and all its texts live in the snapshot's arena.
 */
#ifndef JUYAN_STORAGE_ANSWER_H
#define JUYAN_STORAGE_ANSWER_H

#include "ledger.h"
#include "meta.h"

/* One snapshot while a question is answered. What it points to is lent until it is closed. */
struct snapshot {
	struct store store;
	struct meta meta;
	const struct registry *registry;
	struct env *env;
	struct arena *arena;
};

/* Each answers one kind of question: REFUSE statuses with a sentence become a Failure. */
enum status answer_totals(struct snapshot *snapshot, const Juyan__V1__TotalsAsk *ask, Juyan__V1__Totals **out,
    struct reason *why) MUST_USE;
enum status answer_batch(struct snapshot *snapshot, const Juyan__V1__BatchAsk *ask, Juyan__V1__BatchStory **out,
    struct reason *why) MUST_USE;
enum status answer_quarantine(struct snapshot *snapshot, const Juyan__V1__QuarantineAsk *ask, Juyan__V1__QuarantineList **out,
    struct reason *why) MUST_USE;
enum status answer_review(struct snapshot *snapshot, const Juyan__V1__ReviewAsk *ask, Juyan__V1__ReviewList **out,
    struct reason *why) MUST_USE;
enum status answer_registry(struct snapshot *snapshot, const Juyan__V1__RegistryAsk *ask, Juyan__V1__Registry **out,
    struct reason *why) MUST_USE;
enum status answer_status(struct snapshot *snapshot, Juyan__V1__LedgerStatus **out) MUST_USE;

/* A copy of a text in the arena; NULL when it is used up. */
char *answer_text(struct arena *arena, struct span text);
char *answer_string(struct arena *arena, const char *text);
/* The sentences of these marks, as a list in the arena; NULL when it is used up. */
char **answer_remarks(struct arena *arena, uint32_t marks, size_t *n);
const char *answer_terminal_name(const struct registry *registry, uint32_t terminal_no);

#endif
