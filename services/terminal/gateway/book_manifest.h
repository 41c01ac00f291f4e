/*
 * The parts of one batch's manifest, put together. Pure but for the arena. Every waybill, every unit, the direction, the mode and
 * the word that there are no goods is by itself: of two words on it the one with the later time holds (of the same time the one
 * that came later), so that parts may come in any order. A part that replaces, and a deletion, speak on all that they do not
 * name, too.
 *
 * Units are one where their plain plates are (plate.h). What was taken out is kept as such, so that an older part does not bring
 * it back; of what is out the oldest is forgotten first.
 */
#ifndef JUYAN_GATEWAY_BOOK_MANIFEST_H
#define JUYAN_GATEWAY_BOOK_MANIFEST_H

#include "findings.h"

enum { MANIFEST_UNITS_KEPT = 2 * UNITS_MAX, MANIFEST_WAYBILLS_KEPT = 2 * WAYBILLS_MAX, MANIFEST_BYTES_MAX = 192 * 1024 };

/* A time of what was never said. */
#define MANIFEST_NEVER_MS INT64_MIN

/* Whether a time from disk is one that can be reckoned with: an event's, or one that follows from it. */
static inline bool
manifest_time_right(int64_t ms)
{
	return ms == MANIFEST_NEVER_MS || (ms >= -2 * TIME_MS_HIGHEST && ms <= 2 * TIME_MS_HIGHEST);
}

struct manifest_line {
	int64_t at_ms;
	bool in; /* false: taken out, or never named by a part */
	union {
		ProtobufCMessage *said;
		Juyan__V1__Unit *unit;
		Juyan__V1__Waybill *waybill;
	};
};

enum manifest_sent { SENT_NOTHING, SENT_LODGED, SENT_DELETED };

struct manifest {
	Juyan__V1__Direction direction;
	Juyan__V1__Mode mode;
	int64_t direction_at_ms, mode_at_ms;
	int64_t units_from_ms, waybills_from_ms; /* an older word on any of them does not hold */
	int64_t goodless_at_ms;                  /* the word that there are no waybills to come */
	int64_t newest_ms;                       /* of the parts that hold or held */
	struct manifest_line *units, *waybills;
	size_t n_units, n_waybills;
	/* What went out of it. */
	enum manifest_sent sent;
	int64_t sent_at_ms;
	uint64_t sent_hash;
	/* The book's: when it was changed, and when it will be looked at. */
	int64_t changed_ms, due_ms;
};

void manifest_begin(struct manifest *manifest);
/*
 * Takes a part in; what it says is lent from then on. *held is false where it is older than all that it speaks of. TOO_MANY with
 * a sentence: the manifest would have more than one may have, and is not to be kept; NO_MEMORY.
 */
enum status manifest_apply(struct manifest *manifest, const struct finding *part, int64_t at_ms, struct arena *arena, bool *held,
    struct reason *why) MUST_USE;
/* A unit that is spoken of, and not named by a part. OK also where there is no room to note it. NO_MEMORY. */
enum status manifest_mention(struct manifest *manifest, const char *unit_id, struct arena *arena) MUST_USE;

/* When the unit, or the waybill, that is in the manifest was said; MANIFEST_NEVER_MS: it is not in it. */
int64_t manifest_unit_at(const struct manifest *manifest, const Juyan__V1__Unit *unit);
int64_t manifest_waybill_at(const struct manifest *manifest, const Juyan__V1__Waybill *waybill);

bool manifest_complete(const struct manifest *manifest);
/* The whole of it, to be lodged. NULL: no memory. */
Juyan__V1__ManifestLodged *manifest_whole(const struct manifest *manifest, struct arena *arena);
/* Later than what went out before. */
int64_t manifest_time(const struct manifest *manifest);

/* As a row, and back. Rows come from disk: DAMAGED for one that is none. TOO_LARGE, NO_MEMORY. */
enum status manifest_pack(const struct manifest *manifest, struct arena *arena, struct span *out) MUST_USE;
enum status manifest_unpack(struct span row, struct arena *arena, struct manifest *out) MUST_USE;

#endif
