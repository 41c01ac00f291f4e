/*
 * Where a batch stands on its way through the port: a pure function of its facts.
 *
 * It has arrived when its first unit has, and left when each unit of its manifest has (without a manifest: all that were seen). A
 * unit that the manifest does not name makes nothing depart: it may be another batch's, or a plate that was misread on the way out,
 * and then nobody knows where the one that came stands. One that both came and went stands for a unit of the manifest of which
 * nothing was seen: there it was the manifest in which the plate was mistyped. In either case the batch asks for a look
 * (MARK_UNIT_NOT_IN_MANIFEST). Texts are lent by the facts.
 */
#ifndef JUYAN_STORAGE_PROGRESS_H
#define JUYAN_STORAGE_PROGRESS_H

#include "facts.h"

#define TIME_UNKNOWN INT64_MIN

/* The furthest of the steps that are known, whatever was told last; customs' release beats what an inspection holds. */
enum stage {
	STAGE_NONE, /* neither a manifest nor one of the steps is known */
	STAGE_LODGED,
	STAGE_ARRIVED,
	STAGE_WEIGHED,
	STAGE_INSPECTED,
	STAGE_HELD, /* by the last outcome: held or rejected */
	STAGE_RELEASED,
	STAGE_DEPARTED,
	STAGE_DELETED
};

/* Things that happen to a batch, in their order. */
enum step { STEP_ARRIVED, STEP_FIRST_WEIGHED, STEP_LAST_WEIGHED, STEP_INSPECTED, STEP_RELEASED, STEP_DEPARTED, STEPS };

struct progress {
	enum stage stage;
	uint32_t units, units_departed;
	int64_t lodged_ms;    /* TIME_UNKNOWN likewise */
	int64_t steps[STEPS]; /* ms UTC, or TIME_UNKNOWN */
	struct span lane_in, lane_out;
	uint32_t inspections; /* outcomes that differ in who, which unit, when or what */
	bool second_inspection;
};

const char *stage_name(enum stage stage);
void progress_of(const struct facts *facts, struct progress *out);
/* Whether it has arrived and not left. A batch whose manifest was withdrawn is not looked for. */
bool progress_in_yard(const struct progress *progress);

/* Spans of time between steps of one crossing, in the order in which they are told. */
enum span_kind { SPAN_WAITING, SPAN_WEIGHING, SPAN_INSPECTION, SPAN_CLEARANCE, SPAN_LEAVING, SPAN_WHOLE, SPANS };

const char *span_kind_name(enum span_kind kind);
/* False where one of its ends is unknown; below 0 where clocks differ. */
bool progress_span(const int64_t steps[STEPS], enum span_kind kind, int64_t *ms) MUST_USE;

#endif
