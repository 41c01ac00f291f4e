/*
 * What the parts of a book do for each other, for book*.c alone. All of it works within the transaction that the book's face has
 * begun, and every function that returns a status other than OK leaves it to the face to undo it. Memory comes from `arena`,
 * which is emptied after each finding.
 */
#ifndef JUYAN_GATEWAY_BOOK_INSIDE_H
#define JUYAN_GATEWAY_BOOK_INSIDE_H

#include "book_tables.h"

/* ---- book.c ---- */

/* Ends what book_begin began: with OK as book_commit does, else all of it is undone. */
enum status book_end(struct book *book, enum status status, struct reason *why) MUST_USE;

/* ---- book_self.c: the book's own row, and remarks ---- */

enum status book_self_read(struct book *book) MUST_USE;
enum status book_self_write(struct book *book) MUST_USE;
void book_remark(struct book *book, const char *source, enum remark remark, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- book_events.c: an event as such ---- */

/* A copy whose fields, and those of what it says, may be changed. NULL: no memory. */
Juyan__V1__Event *book_copy(struct book *book, const Juyan__V1__Event *event);
/* Where it names its unit, its lane and its scale; NULL: such an event names none. */
char **book_unit_of(const Juyan__V1__Event *event);
const char *book_lane_of(const Juyan__V1__Event *event);
/* Whether all that is not for the book to complete is right; else *why is the sentence. */
enum status book_event_check(struct book *book, const struct finding *finding, const Juyan__V1__Event *event,
    struct reason *why) MUST_USE;
/* Refused by a check: a remark with its sentence. */
void book_refuse(struct book *book, const char *source, enum status status, const struct reason *sentence);
/* One finding's event, all the way. */
enum status book_take(struct book *book, const char *source, uint64_t raw, const struct finding *finding) MUST_USE;

/* ---- book_keys.c: repetitions ---- */

/* Notes that it was entered; *repeated: it was before. */
enum status book_key(struct book *book, const Juyan__V1__Event *event, bool *repeated) MUST_USE;
/* It was heard and nothing came of it: said again, it is new. */
enum status book_key_forget(struct book *book, const Juyan__V1__Event *event) MUST_USE;
enum status book_key_due(struct book *book, struct span key) MUST_USE;

/* ---- book_raw.c: messages as they came ---- */

enum status book_raw_put(struct book *book, const char *source, uint64_t number, struct span bytes, uint64_t first_event) MUST_USE;
enum status book_raw_due(struct book *book, struct span key) MUST_USE;

/* ---- book_outbox.c ---- */

/* An event that is whole goes out, or is a remark. *out (may be NULL) tells which. */
enum status book_out(struct book *book, const char *source, const Juyan__V1__Event *event, bool *out) MUST_USE;

/* ---- book_due.c: what time brings ---- */

enum book_due { DUE_KEY = 1, DUE_RAW, DUE_WAIT, DUE_LEFT, DUE_VEHICLE, DUE_BATCH, DUE_MESSAGE };
enum status book_due(struct book *book, int64_t at_ms, enum book_due what, struct span key) MUST_USE;
enum status book_not_due(struct book *book, int64_t at_ms, enum book_due what, struct span key) MUST_USE;

/* ---- book_batches.c: manifests on disk, and going out ---- */

/* *brought, of the arena, names what of the part the manifest did not have before, and has now. */
enum status book_part(struct book *book, const struct book_said *said, const struct finding *finding,
    Juyan__V1__ManifestLodged *brought) MUST_USE;
/* All of the batch is taken back. */
enum status book_withdraw(struct book *book, const struct book_said *said) MUST_USE;
/*
 * Of what a message brought, and no later one has said anew, is taken out: it was lodged at `at_ms`, and `brought` names it. The
 * reason is told where the batch goes with it.
 */
enum status book_take_back(struct book *book, const struct book_said *said, int64_t at_ms, Juyan__V1__ManifestLodged *brought,
    char *reason) MUST_USE;
/*
 * A unit is spoken of under a batch by name, or has left it: the batch is kept in mind, so that the plate's row is forgotten with
 * it.
 */
enum status book_batch_heard(struct book *book, const Juyan__V1__Event *event) MUST_USE;
enum status book_batch_due(struct book *book, struct span key) MUST_USE;

/* ---- book_messages.c: by which message something was lodged, and what answers it ---- */

/* A part was taken in: `brought` names what of it the manifest did not have before. Takes up the answers that waited for it. */
enum status book_message_lodged(struct book *book, const struct book_said *said, const struct finding *finding,
    const Juyan__V1__ManifestLodged *brought) MUST_USE;
/* An event that answers a message: of its batch, and out; or it waits for it. */
enum status book_message_answered(struct book *book, const struct book_said *said, const char *message_no) MUST_USE;
enum status book_message_again(struct book *book, const struct book_said *said, const char *message_no, bool *taken) MUST_USE;
/* A batch was released by an answer that names both. */
enum status book_message_released(struct book *book, const struct book_said *said, const char *message_no) MUST_USE;
enum status book_message_due(struct book *book, struct span key) MUST_USE;

/* ---- book_units.c: which batch a plate belongs to ---- */

struct book_plate {
	bool named; /* by a manifest that holds */
	int64_t named_ms, seen_ms, left_ms;
	char unit_id[UNIT_ID_BYTES_MAX + 1];
};

/* Zeroed, with unit_id "" and times of BOOK_NEVER_MS, where there is none. */
enum status book_plate(struct book *book, const char *port, const char *plain, const char *batch, struct book_plate *out) MUST_USE;
enum status book_plate_put(struct book *book, const char *port, const char *plain, const char *batch,
    const struct book_plate *plate) MUST_USE;
enum status book_plate_forget(struct book *book, const char *port, const char *plain, const char *batch) MUST_USE;
/* An event that names its unit: to its batch, and out; or it waits. What was seen in a lane is taken to its scale. */
enum status book_unit(struct book *book, const struct book_said *said) MUST_USE;
/* The same, for one whose vehicle was found in its lane. */
enum status book_unit_found(struct book *book, const struct book_said *said) MUST_USE;
/*
 * A release that names but a unit, of its batch. It does not wait: customs releases what a manifest names. Where none does it is
 * left for a person, and taken when it is said again.
 */
enum status book_unit_released(struct book *book, const struct book_said *said, const char *unit_id) MUST_USE;
/* The same once more, for one that waits: *taken where it does not any more. */
enum status book_unit_again(struct book *book, const struct book_said *said, bool *taken) MUST_USE;

/* ---- book_lanes.c: which vehicle stood on a scale ---- */

enum status book_lane_seen(struct book *book, const Juyan__V1__Event *event) MUST_USE;
/* A weighing without a unit: its vehicle's, or it waits. */
enum status book_lane_weighed(struct book *book, const struct book_said *said) MUST_USE;
enum status book_lane_again(struct book *book, const struct book_said *said, bool *taken) MUST_USE;
enum status book_vehicle_due(struct book *book, struct span key) MUST_USE;

/* ---- book_waiting.c ---- */

enum book_wait { WAIT_UNIT = 'u', WAIT_LANE = 'l', WAIT_MESSAGE = 'm' };
/* Where too much waits, what waits of the source that has most of it gives way. */
enum status book_wait(struct book *book, const struct book_said *said, enum book_wait what, const char *name) MUST_USE;
/* Tries all that waits for this plate, in this lane, or for this message, once more, in the order of their times. */
enum status book_take_up(struct book *book, enum book_wait what, const char *port, const char *name) MUST_USE;
enum status book_wait_due(struct book *book, struct span key) MUST_USE;
enum status book_left_due(struct book *book, struct span key) MUST_USE;

/* ---- book_shares.c: whose what waits is ---- */

/* `number` is the row's key in the table waiting. One less of what was never noted changes nothing. */
enum status book_share_more(struct book *book, const char *source, bool left, struct span number) MUST_USE;
enum status book_share_less(struct book *book, const char *source, bool left, struct span number) MUST_USE;
/* Who gives way first: of the source that has most, the oldest that is left, else the one that waits longest. NOT_FOUND: nobody. */
enum status book_share_first(struct book *book, struct key *number) MUST_USE;

#endif
