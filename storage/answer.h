/*
 * What answers a question, for storage alone: one snapshot with the registry that goes with it, a function for each kind of
 * question, and the pieces that answers are made of. An answer and all its texts live in the snapshot's arena.
 */
#ifndef JUYAN_STORAGE_ANSWER_H
#define JUYAN_STORAGE_ANSWER_H

#include "facts.h"
#include "ledger.h"
#include "meta.h"

/* One snapshot while a question is answered. What it points to is lent until it is closed. */
struct snapshot {
	struct store store;
	struct meta meta;
	const struct registry *registry;
	struct env *env;
	struct arena *arena;
	const struct searching *found; /* tells what a search has found; NULL: a search is made at once */
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
enum status answer_status(struct snapshot *snapshot, const Juyan__V1__StatusAsk *ask, Juyan__V1__LedgerStatus **out) MUST_USE;
enum status answer_crossings(struct snapshot *snapshot, const Juyan__V1__CrossingsAsk *ask, Juyan__V1__Crossings **out,
    struct reason *why) MUST_USE;
enum status answer_dwell(struct snapshot *snapshot, const Juyan__V1__DwellAsk *ask, Juyan__V1__Dwells **out,
    struct reason *why) MUST_USE;
enum status answer_lanes(struct snapshot *snapshot, const Juyan__V1__LanesAsk *ask, Juyan__V1__Lanes **out,
    struct reason *why) MUST_USE;
enum status answer_search(struct snapshot *snapshot, const Juyan__V1__SearchAsk *ask, Juyan__V1__SearchResults **out,
    struct reason *why) MUST_USE;
/* A part of a search: reader_search in this snapshot. */
enum status searching_look(struct searching *searching, const struct snapshot *snapshot, size_t batches, bool *done) MUST_USE;
enum status answer_attention(struct snapshot *snapshot, const Juyan__V1__AttentionAsk *ask, Juyan__V1__AttentionList **out,
    struct reason *why) MUST_USE;
enum status answer_machines(struct snapshot *snapshot, const Juyan__V1__MachinesAsk *ask, Juyan__V1__Machines **out,
    struct reason *why) MUST_USE;
enum status answer_news(struct snapshot *snapshot, const Juyan__V1__NewsAsk *ask, Juyan__V1__News **out,
    struct reason *why) MUST_USE;

/* ---- what they share ---- */

/* A page of rows stops well before its answer would not fit into a frame. */
enum { PAGE_BYTES = FRAME_BYTES_MAX / 2 };

/* How many rows are wanted at most, where 0 is as many as one answer holds. */
size_t answer_rows(uint32_t rows_max);
/* UNKNOWN_PORT with the nearest that is known, of ports and places; an empty one is fine where `or_all`. */
enum status answer_check_port(const struct snapshot *snapshot, const char *port, bool or_all, struct reason *why) MUST_USE;
/* The ports that these ports and places mean, in the arena; none for none, which are all. NO_MEMORY. */
enum status answer_ports(const struct snapshot *snapshot, char *const *names, size_t n, char ***ports, size_t *n_ports) MUST_USE;
/* Whether a port was asked for by the id of a port or a place; "" is all. */
bool answer_asks_port(const struct snapshot *snapshot, const char *asked, const char *port);
/* The one port that is asked for; NULL: more than one may be. */
const char *answer_one_port(const struct snapshot *snapshot, const char *asked);
enum status answer_check_modes(char *const *modes, size_t n, struct reason *why) MUST_USE;
/* SYNTAX: `which` is no ISO day. */
enum status answer_check_day(const char *text, const char *which, int64_t *day, struct reason *why) MUST_USE;
/* Whether a name is in a list; an empty list is one of all. */
bool answer_among(char *const *names, size_t n, const char *name);
/* When the port's local day began, that holds a time. */
int64_t answer_day_begin_ms(const struct registry *registry, const char *port, int64_t utc_ms);
/* The port's UTC offset at a time; 0 where the port is unknown. */
int64_t answer_offset_ms(const struct registry *registry, const char *port, int64_t utc_ms);
/* The event with this stamp as it was applied: the one on file, or what a person put in its place when it left quarantine. */
enum status answer_event(const struct snapshot *snapshot, const struct stamp *at, struct arena *arena, struct journal_event *held,
    const Juyan__V1__Event **out) MUST_USE;
/* A crossing as its facts are; NO_MEMORY. */
enum status answer_crossing(const struct snapshot *snapshot, const char *port, const char *batch_no, const struct facts *facts,
    Juyan__V1__Crossing **out) MUST_USE;
/* The same from the ledger; NOT_FOUND. The facts stay in the arena. */
enum status answer_crossing_of(const struct snapshot *snapshot, const char *port, const char *batch_no,
    Juyan__V1__Crossing **out) MUST_USE;

/* A copy of a text in the arena; NULL when it is used up. */
char *answer_text(struct arena *arena, struct span text);
char *answer_string(struct arena *arena, const char *text);
/* What a bit of these marks is called, facts_mark_name or facts_mark_sentence, as a list in the arena; NULL when it is used up. */
char **answer_marks(struct arena *arena, uint32_t marks, const char *(*call)(unsigned bit), size_t *n);
/* The sentences of these marks, likewise. */
char **answer_remarks(struct arena *arena, uint32_t marks, size_t *n);
/* A terminal's name, of a site's with the site's before it; "" where none is known. In the arena; NULL when it is used up. */
char *answer_terminal_name(const struct snapshot *snapshot, uint32_t terminal_no);

#endif
