/*
 * What became of a stretch whose end nobody wrote down, because the sender was killed: asked of the centre, event by event where
 * need be.
 */
#include <inttypes.h>

#include "delivery_parts.h"

enum { PROBES_MAX = 5 };

/* Whether this event is on file under this number (DUPLICATE), or another one is (CONFLICT). */
static enum status
probe(struct delivery *d, uint64_t seq, struct span bytes, bool *ours, struct reason *why)
{
	enum status status = STATUS_OK;

	d->probing = true;
	d->probed = JUYAN__V1__DISPOSITION__DISPOSITION_UNSPECIFIED;
	/* After a lost connection the terminal knows that the number is on disk, not with what: then it is asked again. */
	for (int i = 0; i < PROBES_MAX && status == STATUS_OK && d->probed == JUYAN__V1__DISPOSITION__DISPOSITION_UNSPECIFIED;
	     i++) {
		status = terminal_set_next_seq(d->terminal, seq);
		if (status == STATUS_OK)
			status = delivery_send_bytes(d, bytes, why);
		if (status == STATUS_OK)
			status = delivery_flush(d, why);
	}
	d->probing = false;
	if (status != STATUS_OK)
		return status;
	if (d->probed == JUYAN__V1__DISPOSITION__DISPOSITION_UNSPECIFIED)
		return reason_say(why, STATUS_TIMEOUT, "the centre does not say what it has under number %" PRIu64, seq);
	*ours = d->probed != JUYAN__V1__DISPOSITION__CONFLICT;
	return STATUS_OK;
}

/* The event at this place of the file, in a pass of its own without complaints. end: the file has fewer. */
static enum status
move_to(struct event_file *file, uint64_t *at, uint64_t index, struct file_event *out, struct reason *why)
{
	for (;;) {
		enum status status = event_file_next(file, out, why);
		if (status_consequence(status) == STOP)
			return status;
		if (status != STATUS_OK)
			continue;
		if (out->end || (*at)++ == index)
			return STATUS_OK;
	}
}

/*
 * One by one, from what is known to be on disk: the first number with something else in it is where another process went on. Such
 * a probe leaves a conflict in quarantine, which a person may dismiss; that is why the last event is asked for first, by the
 * caller.
 */
static enum status
find_end(struct delivery *d, struct sent_range *range, uint64_t room, struct reason *why)
{
	struct event_file *file = NULL;
	struct file_event event;
	uint64_t at = 0;
	bool ours = true;

	enum status status = event_file_open(d->path, d->mapping, &file, why);
	for (uint64_t n = range->count; status == STATUS_OK && ours && n < room; n++) {
		status = move_to(file, &at, range->index + n, &event, why);
		if (status != STATUS_OK || event.end)
			break;
		status = probe(d, range->first + n, event.bytes, &ours, why);
		if (status == STATUS_OK && ours)
			range->count = n + 1;
	}
	event_file_close(&file);
	return status;
}

/*
 * The last of the events that may be on disk, at most `room` of them from the stretch's begin. *room becomes how many the file
 * has.
 */
static enum status
probe_last(struct delivery *d, const struct sent_range *range, uint64_t *room, bool *ours, struct reason *why)
{
	struct event_file *file = NULL;
	struct file_event event;
	uint64_t at = 0, n = 0;

	enum status status = event_file_open(d->path, d->mapping, &file, why);
	if (status == STATUS_OK)
		status = move_to(file, &at, range->index + *room - 1, &event, why);
	if (status == STATUS_OK && event.end) {
		/* The file is shorter: its own last event is the one to ask for. */
		n = at > range->index ? at - range->index : 0;
		event_file_close(&file);
		at = 0;
		status = event_file_open(d->path, d->mapping, &file, why);
		if (status == STATUS_OK && n > 0)
			status = move_to(file, &at, range->index + n - 1, &event, why);
		*room = n;
	}
	*ours = true;
	if (status == STATUS_OK && *room > 0 && !event.end)
		status = probe(d, range->first + *room - 1, event.bytes, ours, why);
	event_file_close(&file);
	return status;
}

/* If the last of the events that may be on disk is there, all are; else another process has used the stream since. */
enum status
delivery_end_range(struct delivery *d, struct sent_range *range, struct reason *why)
{
	uint64_t next = sent_next_first(d->options.sent, range->first);
	uint64_t last = terminal_last_acked(d->terminal);
	last = last < next - 1 ? last : next - 1;
	uint64_t room = last < range->first ? 0 : last - range->first + 1;
	bool ours = true;
	enum status status = STATUS_OK;

	if (room > range->count)
		status = probe_last(d, range, &room, &ours, why);
	if (status == STATUS_OK && ours && room > range->count)
		range->count = room;
	if (status == STATUS_OK && !ours) {
		status = find_end(d, range, room, why);
		if (status == STATUS_OK && d->options.on_note != NULL)
			d->options.on_note(d->options.user,
			    "something else has sent with this key since the file was interrupted: the file goes on behind it "
			    "(a probe for this was kept in quarantine as a conflict and may be dismissed)");
	}
	if (status != STATUS_OK)
		return status;
	range->open = false;
	return sent_note(d->options.sent, &d->hash, range, d->path, why);
}
