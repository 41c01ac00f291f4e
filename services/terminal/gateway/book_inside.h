/*
 * What a book is made of, for book*.c alone. All of it works within the transaction that the book's face has begun, and every
 * function that returns a status other than OK leaves it to the face to undo it. Memory comes from `arena`, which is emptied after
 * each finding.
 *
 *     table        key -> value (keys big-endian, texts ended by NUL; values little-endian)
 *     state        "book" -> counts, and how the outbox stands to the spool
 *     raw          number of the message -> when it came, what was made of it, its source, its bytes
 *     keys         port, kind, batch, unit, source_key -> when it was entered
 *     batches      port, batch -> the parts of its manifest, and what of it has gone out
 *     plates       port, plain plate, batch -> when it was named, seen and left there, and how it is written there
 *     lanes        port, lane, time, plain plate -> the plate as it was seen, and which scales have weighed it then
 *     waiting      number -> since when, whether it is left, its message, its source, the event
 *     waiting_for  'u', port, plain plate, number; or 'l', port, lane, number -> nothing
 *     outbox       place -> the event
 *     due          time, kind, key -> nothing: what is to be looked at then
 */
#ifndef JUYAN_GATEWAY_BOOK_INSIDE_H
#define JUYAN_GATEWAY_BOOK_INSIDE_H

#include "book.h"
#include "cabinet.h"
#include "key.h"

#define BOOK_TABLE_LIST(X) X(state) X(raw) X(keys) X(batches) X(plates) X(lanes) X(waiting) X(waiting_for) X(outbox) X(due)

#define X(name) BOOK_##name,
enum book_table { BOOK_TABLE_LIST(X) BOOK_TABLES };
#undef X

#define BOOK_HOUR_MS (INT64_C(60) * 60 * 1000)
#define BOOK_DAY_MS (24 * BOOK_HOUR_MS)
#define BOOK_NEVER_MS INT64_MIN

enum { BOOK_SOURCE_BYTES = 64, BOOK_TOLD_MAX = 1024, BOOK_ARENA_BYTES = 48 << 20 };

struct book_self {
	uint64_t messages, events, remarks[REMARKS];
	uint64_t waits; /* ever: the next one's number less one */
	uint64_t waiting_units, waiting_weighings, left, raw_bytes;
	uint64_t forgotten, handed; /* of the outbox: the last place that the spool is known to have, and that was handed out */
	uint64_t base;              /* place in the spool less place here, modulo 2^64: an older spool makes it negative */
	bool based;
};

/* A remark that is told when it is on disk. */
struct book_told {
	enum remark remark;
	char source[BOOK_SOURCE_BYTES];
	char text[SENTENCE_BYTES_MAX];
};

struct book {
	struct cabinet *cabinet;
	struct book_options options;
	char port[PORT_BYTES_MAX + 1];
	struct book_self self;   /* as the transaction that is open sees it, else as the last one left it */
	struct book_self before; /* while one is open: as the last one left it */
	struct arena arena;
	struct book_told *told;
	size_t n_told;
	bool grouped;
	int64_t now_ms; /* of the call */
	struct reason *why;
};

/* Takes a text off the front of a key that comes from disk; NULL: there is none. */
static inline const char *
book_key_text(struct span *key)
{
	const uint8_t *end = key->bytes > 0 ? memchr(key->data, 0, key->bytes) : NULL;
	const char *text = (const char *)key->data;
	if (end == NULL)
		return NULL;
	key->bytes -= (size_t)(end + 1 - key->data);
	key->data = end + 1;
	return text;
}

/* Whether a key begins so. */
static inline bool
book_key_begins(struct span key, const struct key *with)
{
	return key.bytes >= with->used && memcmp(key.data, with->bytes, with->used) == 0;
}

/* An event on its way: what it says, and whence. The event is the book's own copy. */
struct book_said {
	Juyan__V1__Event *event;
	const char *source;
	uint64_t raw;     /* the number of its message */
	int64_t since_ms; /* when it was entered */
};

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
enum status book_key_due(struct book *book, struct span key) MUST_USE;

/* ---- book_raw.c: messages as they came ---- */

enum status book_raw_put(struct book *book, const char *source, uint64_t number, struct span bytes, uint64_t first_event) MUST_USE;
enum status book_raw_due(struct book *book, struct span key) MUST_USE;

/* ---- book_outbox.c ---- */

/* An event that is whole goes out, or is a remark. *out (may be NULL) tells which. */
enum status book_out(struct book *book, const char *source, const Juyan__V1__Event *event, bool *out) MUST_USE;

/* ---- book_due.c: what time brings ---- */

enum book_due { DUE_KEY = 1, DUE_RAW, DUE_WAIT, DUE_LEFT, DUE_VEHICLE, DUE_BATCH };
enum status book_due(struct book *book, int64_t at_ms, enum book_due what, struct span key) MUST_USE;
enum status book_not_due(struct book *book, int64_t at_ms, enum book_due what, struct span key) MUST_USE;

/* ---- book_batches.c: manifests on disk, and going out ---- */

enum status book_part(struct book *book, const struct book_said *said, const struct finding *finding) MUST_USE;
/* All of the batch is taken back. */
enum status book_withdraw(struct book *book, const struct book_said *said) MUST_USE;
/* A unit is spoken of under a batch by name, or has left it: the batch is kept in mind, so that the plate's row is forgotten with it. */
enum status book_batch_heard(struct book *book, const Juyan__V1__Event *event) MUST_USE;
enum status book_batch_due(struct book *book, struct span key) MUST_USE;

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
/* The same once more, for one that waits: *taken where it does not any more. */
enum status book_unit_again(struct book *book, const struct book_said *said, bool *taken) MUST_USE;

/* ---- book_lanes.c: which vehicle stood on a scale ---- */

enum status book_lane_seen(struct book *book, const Juyan__V1__Event *event) MUST_USE;
/* A weighing without a unit: its vehicle's, or it waits. */
enum status book_lane_weighed(struct book *book, const struct book_said *said) MUST_USE;
enum status book_lane_again(struct book *book, const struct book_said *said, bool *taken) MUST_USE;
enum status book_vehicle_due(struct book *book, struct span key) MUST_USE;

/* ---- book_waiting.c ---- */

enum book_wait { WAIT_UNIT = 'u', WAIT_LANE = 'l' };
/* NO_ROOM: too much waits. */
enum status book_wait(struct book *book, const struct book_said *said, enum book_wait what, const char *name) MUST_USE;
/* Tries all that waits for this plate, or in this lane, once more, in the order of their times. */
enum status book_take_up(struct book *book, enum book_wait what, const char *port, const char *name) MUST_USE;
enum status book_wait_due(struct book *book, struct span key) MUST_USE;
enum status book_left_due(struct book *book, struct span key) MUST_USE;

#endif
