/*
 * What is known of one batch: the winning facts, as a pure value that events are applied to in any order.
 *
 * Each fact is a register: of two that compete, the later by (occurred_at_ms, terminal, stream_seq) holds, whatever arrived first;
 * so the facts are a function of the set of events. A weighing's three masses are three registers, each moved only by a reading
 * that knows it and was not moving. What is not a register is a least, a greatest or a list in a fixed order of all that was told,
 * which are functions of the set as well. All memory comes from the caller's arena; texts are lent by the event or record they came
 * from.
 */
#ifndef JUYAN_STORAGE_FACTS_H
#define JUYAN_STORAGE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "wire.h"

#define KG_UNKNOWN INT64_C(-1)

/* When, and by whom: the total order of competing facts. */
struct stamp {
	int64_t occurred_at_ms;
	uint64_t stream_seq;
	uint32_t terminal_no;
};

/* What asks for a person's look in one event (from the event alone) … */
#define MARK_LIST(X) \
	X(0, TIME_AHEAD, "time_ahead", "an event's time was ahead of the clock when it arrived") \
	X(1, TIME_BEFORE_2000, "time_before_2000", "an event's time is before the year 2000") \
	X(2, MOVING, "moving", "a scale's reading had not come to rest; it makes no mass") \
	/* … and in all facts together (counting_review) */ \
	X(3, NET_NEGATIVE, "net_negative", "a unit's gross is less than its tares; the reading makes no net mass") \
	X(4, UNIT_TOO_HEAVY, "unit_too_heavy", "a unit's mass is beyond what such a unit can carry") \
	X(5, FAR_FROM_DECLARED, "far_from_declared", "a unit's weighed mass is far from what was declared") \
	X(6, UNIT_NOT_IN_MANIFEST, "unit_not_in_manifest", "a unit was seen that the manifest does not name") \
	X(7, LINES_DIFFER, "lines_differ", "a waybill's total differs from the sum of its goods lines") \
	X(8, MASS_UNKNOWN, "mass_unknown", "the batch counts, but a unit has no known mass") \
	X(9, EMPTY_WEIGHED, "empty_weighed", "a unit without declared goods was weighed with a load")

#define X(bit, name, text, sentence) MARK_##name = 1 << (bit),
enum mark { MARK_LIST(X) };
#undef X
#define X(bit, name, text, sentence) | MARK_##name
enum { MARK_ALL = 0 MARK_LIST(X) };
#undef X

/* The name (such as "moving") and the sentence of one bit; NULL for a bit that is none. */
const char *facts_mark_name(unsigned bit);
const char *facts_mark_sentence(unsigned bit);

/* One event that touched the batch. */
struct source {
	struct stamp at;
	uint32_t marks;
};

struct reading {
	struct stamp at; /* holds where kg is known */
	int64_t kg;
};

/* What was observed of one unit, whether or not the manifest names it. */
struct unit_facts {
	struct span unit_id;
	struct reading gross, tare, container_tare, corrected;
	struct stamp departed; /* holds where has_departed, and so does its lane */
	struct stamp arrived;  /* likewise */
	struct span lane_out, lane_in;
	bool has_departed, has_arrived;
};

/* One outcome of an inspection that was told. */
struct look {
	struct stamp at;
	struct span unit_id; /* empty: of the whole batch */
	Juyan__V1__Authority by;
	Juyan__V1__Outcome outcome;
};

/* A unit, a waybill and a goods line of the manifest that holds. */
struct unit_line {
	struct span unit_id;
	uint32_t containers;
	int64_t declared_kg, tare_kg, container_tare_kg;
};

struct goods_line {
	struct span hs_code;
	struct span description;
	uint32_t waybill; /* index */
	int64_t declared_kg;
};

struct facts {
	bool lodged;  /* a manifest or a deletion is known */
	bool deleted; /* the later of the two is the deletion */
	bool released;
	bool weighed; /* a reading at rest is known */
	struct stamp lodged_at;
	struct stamp released_at;
	struct stamp first_weighed, last_weighed; /* of the readings at rest, whichever unit's */
	Juyan__V1__Direction direction;
	Juyan__V1__Mode mode;
	struct unit_line *units;
	size_t n_units;
	int64_t *waybill_kg; /* declared total, or KG_UNKNOWN */
	size_t n_waybills;
	struct goods_line *goods;
	size_t n_goods;
	struct unit_facts *seen; /* sorted by unit_id */
	size_t n_seen, seen_room;
	struct look *looks; /* sorted by authority, unit, time, outcome, then stamp */
	size_t n_looks, looks_room;
	struct span held;       /* what is held, by the last of the looks */
	struct source *sources; /* sorted by terminal, then stream number */
	size_t n_sources, sources_room;
};

/* The order of sources: by terminal, then stream number. */
bool facts_source_before(const struct source *source, const struct stamp *at);
bool stamp_later(const struct stamp *a, const struct stamp *b);
/* The order of looks; 0 only where both come from one event. */
int facts_look_compare(const struct look *a, const struct look *b);
/* Bytewise, the shorter first; 0 when equal. */
int span_compare(struct span a, struct span b);

/* The marks that an event earns by itself, given when it was received. */
uint32_t facts_marks(const Juyan__V1__Event *event, int64_t received_at_ms);

/*
 * Takes in one cargo event. BATCH_FULL when the batch has all the events that a batch may have: nothing has changed then. NO_MEMORY
 * when the arena is used up: the facts are then not to be used any more.
 */
enum status facts_apply(struct facts *facts, const Juyan__V1__Event *event, const struct stamp *at, uint32_t marks,
    struct arena *arena) MUST_USE;

/* The one record of these facts: equal facts give equal bytes. */
size_t facts_encoded_bytes_max(const struct facts *facts);
size_t facts_encode(const struct facts *facts, uint8_t *out);
/* Texts point into the record. DAMAGED when it is none, NO_MEMORY. */
enum status facts_decode(struct span record, struct arena *arena, struct facts *out) MUST_USE;

#endif
