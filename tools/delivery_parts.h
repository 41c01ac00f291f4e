/* What a delivery is made of: shared by delivery.c and delivery_end.c. Nobody else includes this. */
#ifndef JUYAN_TOOLS_DELIVERY_PARTS_H
#define JUYAN_TOOLS_DELIVERY_PARTS_H

#include "clock.h"
#include "delivery.h"

/* Where an event that is under way stands in its file; by number, so that an answer finds it. */
enum { LINES = 65536 };
_Static_assert(LINES >= (WINDOW_BATCHES + 2) * BATCH_EVENTS_MAX, "all that is under way has its line");

struct delivery {
	struct delivery_options options;
	struct terminal *terminal;
	struct delivery_tally tally;
	struct clock clock;
	int64_t heard_ns; /* when something was acknowledged last */

	/* The file that is being sent. */
	const char *path;
	const struct mapping *mapping;
	bool remembered;
	struct sent_hash hash;
	struct event_file *file;
	struct file_event event; /* the next one to send; `event.end` at the end */
	uint64_t index;          /* of that one, from 0 */
	struct sent_range range; /* the stretch that is being sent; `count` is what is on disk of it */
	uint64_t noted;          /* what the log says of it */
	enum status log_status;  /* of writing it, from within a callback */
	struct reason log_why;

	/* Set while asking whether one event is on file under a number. */
	bool probing;
	Juyan__V1__Disposition probed;

	uint64_t lines[LINES];
};

/*
 * terminal_send and terminal_flush, again and again until the patience is at an end. INTERRUPTED from the first when `stop` is
 * set.
 */
enum status delivery_send_bytes(struct delivery *d, struct span bytes, struct reason *why) MUST_USE;
enum status delivery_flush(struct delivery *d, struct reason *why) MUST_USE;

/*
 * A send was cut off: of its stretch at least `count` events are on disk, and at most as many as there are numbers up to the
 * stream's end or to the next stretch. Finds out how many, and writes to the log that it has ended there.
 */
enum status delivery_end_range(struct delivery *d, struct sent_range *range, struct reason *why) MUST_USE;

#endif
