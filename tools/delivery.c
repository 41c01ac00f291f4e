/*
 * Deliveries: a file's stretches under their old numbers, what is between them found out, the rest behind the end. See
 * delivery.h.
 */
#include "delivery.h"

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "delivery_parts.h"

enum {
	SLICE_MS = 500,      /* one wait: after it `stop` is looked at */
	STOPPING_MS = 5000,  /* how long to wait for what is under way once `stop` is set */
	NOTE_EVENTS = 20000, /* so often the log learns what is on disk */
	PROGRESS_EVENTS = 1000,
	LEFTOVER_MS = 100, /* between two looks at the end of the stream */
	STILL_TURNS = 3,
	LEFTOVER_TURNS = 100,
};

/* ---- what comes back from the terminal ---- */

static void
complain(struct delivery *d, uint64_t line, const char *what, const char *name, const char *sentence)
{
	struct delivery_complaint complaint = { event_file_name(d->path), line, what, name, sentence };
	if (d->options.on_complaint != NULL)
		d->options.on_complaint(d->options.user, &complaint);
}

static void
on_answer(void *user, const Juyan__V1__EventAnswer *answer)
{
	struct delivery *d = user;
	const char *what = NULL;

	if (d->probing) {
		d->probed = answer->disposition;
		return;
	}
	switch (answer->disposition) {
	case JUYAN__V1__DISPOSITION__DUPLICATE:
		d->tally.duplicate++;
		break;
	case JUYAN__V1__DISPOSITION__CONFLICT:
		d->tally.conflict++;
		what = "conflict";
		break;
	case JUYAN__V1__DISPOSITION__QUARANTINED:
		d->tally.quarantined++;
		what = "quarantined";
		break;
	case JUYAN__V1__DISPOSITION__DISPOSITION_UNSPECIFIED:
	case JUYAN__V1__DISPOSITION__ACCEPTED:
	case JUYAN__V1__DISPOSITION__REFUSED:
	case _JUYAN__V1__DISPOSITION_IS_INT_SIZE:
	default:
		d->tally.refused++;
		what = "refused";
		break;
	}
	if (what != NULL)
		complain(d, d->lines[answer->stream_seq % LINES], what, answer->name, answer->sentence);
}

static void
on_ack(void *user, uint64_t last_stream_seq, uint32_t events, int64_t wait_ns)
{
	struct delivery *d = user;

	(void)last_stream_seq;
	(void)wait_ns;
	d->heard_ns = clock_monotonic_ns(&d->clock);
	if (d->probing)
		return;
	d->tally.settled += events;
	d->tally.accepted = d->tally.settled - d->tally.duplicate - d->tally.conflict - d->tally.quarantined - d->tally.refused;
	if (d->range.open) {
		d->range.count += events;
		if (d->remembered && d->range.count - d->noted >= NOTE_EVENTS && d->log_status == STATUS_OK) {
			d->log_status = sent_note(d->options.sent, &d->hash, &d->range, d->path, &d->log_why);
			d->noted = d->range.count;
		}
	}
	if (d->options.on_progress != NULL)
		d->options.on_progress(d->options.user, &d->tally);
}

/* ---- waiting for the terminal ---- */

static bool
stopping(const struct delivery *d)
{
	return d->options.stop != NULL && *d->options.stop != 0;
}

/* Whether a call that found nobody may be made again: as long as the patience lasts, counted from the last sign of life. */
static bool
patient(const struct delivery *d)
{
	int64_t patience_ms = stopping(d) ? STOPPING_MS : d->options.patience_ms;
	return clock_monotonic_ns(&d->clock) - d->heard_ns < patience_ms * 1000000;
}

enum status
delivery_send_bytes(struct delivery *d, struct span bytes, struct reason *why)
{
	enum status status;

	d->heard_ns = clock_monotonic_ns(&d->clock);
	do
		status = terminal_send(d->terminal, bytes, why);
	while (status == STATUS_TIMEOUT && patient(d) && !stopping(d));
	return status == STATUS_TIMEOUT && stopping(d) ? reason_say(why, STATUS_INTERRUPTED, "interrupted") : status;
}

enum status
delivery_flush(struct delivery *d, struct reason *why)
{
	enum status status;

	d->heard_ns = clock_monotonic_ns(&d->clock);
	do
		status = terminal_flush(d->terminal, SLICE_MS, why);
	while (status == STATUS_TIMEOUT && patient(d));
	return status;
}

/*
 * A sender that was killed may have left batches on the way to the centre: until they have come in, the end of the stream is not
 * known, and what goes out there would take their numbers. Between two Hellos at least one of those that wait is taken.
 */
static enum status
wait_for_leftovers(struct delivery *d, struct reason *why)
{
	uint64_t before;
	int still = 0;
	enum status status = STATUS_OK;

	for (int turn = 0; status == STATUS_OK && still < STILL_TURNS && turn < LEFTOVER_TURNS; turn++) {
		before = terminal_last_acked(d->terminal);
		poll(NULL, 0, LEFTOVER_MS);
		status = terminal_hello(d->terminal, d->options.patience_ms, why);
		still = terminal_last_acked(d->terminal) == before ? still + 1 : 0;
	}
	return status;
}

enum status
delivery_open(const struct delivery_options *options, struct terminal_options *terminal, struct delivery **out, struct reason *why)
{
	struct delivery *d = calloc(1, sizeof *d);
	if (d == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	d->options = *options;
	d->clock = clock_system();
	enum status status = STATUS_OK;
	if (!options->dry_run) {
		terminal->batch_events = options->batch_events;
		terminal->patience_ms = SLICE_MS;
		terminal->on_answer = on_answer;
		terminal->on_ack = on_ack;
		terminal->user = d;
		status = terminal_open(terminal, &d->terminal, why);
		if (status == STATUS_OK)
			status = terminal_hello(d->terminal, options->patience_ms, why);
		if (status == STATUS_OK && options->sent != NULL && sent_cut_off(options->sent))
			status = wait_for_leftovers(d, why);
	}
	if (status == STATUS_OK && options->sent != NULL && !options->dry_run &&
	    sent_last(options->sent) > terminal_last_acked(d->terminal)) {
		if (options->on_note != NULL)
			options->on_note(options->user,
			    "the centre has fewer events of this key than it has acknowledged, so it was restored from a copy: "
			    "what it has lost goes in again where a file that held it is sent again");
		status = sent_cut(options->sent, terminal_last_acked(d->terminal), why);
	}
	if (status != STATUS_OK) {
		delivery_close(&d);
		return status;
	}
	*out = d;
	return STATUS_OK;
}

void
delivery_close(struct delivery **delivery)
{
	if (*delivery == NULL)
		return;
	terminal_close(&(*delivery)->terminal);
	event_file_close(&(*delivery)->file);
	free(*delivery);
	*delivery = NULL;
}

struct delivery_tally
delivery_tally(const struct delivery *delivery)
{
	return delivery->tally;
}

/* ---- the file's events, one after another ---- */

/* Moves to the next event. What is wrong on the way is said; what cannot be read further has ended. */
static void
step(struct delivery *d)
{
	for (;;) {
		struct reason why = { "" };
		enum status status = event_file_next(d->file, &d->event, &why);
		if (status == STATUS_OK) {
			d->tally.read += d->event.end ? 0 : 1;
			return;
		}
		d->tally.wrong++;
		complain(d, d->event.line, "wrong", status_name(status), why.text);
		if (status_consequence(status) == STOP) {
			d->event.end = true;
			return;
		}
	}
}

/* Sends the event that is next, and moves on. */
static enum status
send_one(struct delivery *d, struct reason *why)
{
	d->lines[terminal_next_seq(d->terminal) % LINES] = d->event.line;
	enum status status = delivery_send_bytes(d, d->event.bytes, why);
	if (status != STATUS_OK)
		return status;
	d->tally.sent++;
	d->index++;
	if (d->tally.sent % PROGRESS_EVENTS == 0 && d->options.on_progress != NULL)
		d->options.on_progress(d->options.user, &d->tally);
	step(d);
	return STATUS_OK;
}

/* Sends events until there are `count` of them or no more. `stop` ends it in order: what was sent is waited for. */
static enum status
send_some(struct delivery *d, uint64_t count, struct reason *why)
{
	enum status status = STATUS_OK;
	bool stopped = false;

	for (uint64_t n = 0; status == STATUS_OK && n < count && !d->event.end && !stopped; n++) {
		status = send_one(d, why);
		stopped = stopping(d);
	}
	if (status == STATUS_OK || status == STATUS_INTERRUPTED) {
		stopped = stopped || status == STATUS_INTERRUPTED;
		status = delivery_flush(d, why);
	}
	return status == STATUS_OK && stopped ? reason_say(why, STATUS_INTERRUPTED, "interrupted") : status;
}

/* ---- the whole file ---- */

/* What went before, once more under the old numbers. */
static enum status
send_known(struct delivery *d, struct reason *why)
{
	struct sent_range ranges[SENT_RANGES_MAX];
	size_t n = 0;

	enum status status = sent_find(d->options.sent, &d->hash, ranges, &n, why);
	if (status == STATUS_OK && d->options.again) {
		status = n == 0 ? STATUS_OK : sent_forget(d->options.sent, &d->hash, why);
		n = 0;
	}
	for (size_t i = 0; status == STATUS_OK && i < n; i++) {
		if (ranges[i].open && (status = delivery_end_range(d, &ranges[i], why)) != STATUS_OK)
			break;
		if (ranges[i].count == 0)
			continue;
		status = terminal_set_next_seq(d->terminal, ranges[i].first);
		assert(status == STATUS_OK); /* all was flushed */
		status = send_some(d, ranges[i].count, why);
	}
	return status;
}

/* What is new, behind the end of the stream. The log has the begin on disk before the first event goes out. */
static enum status
send_new(struct delivery *d, struct reason *why)
{
	if (d->event.end)
		return STATUS_OK;
	/* Others may have used the stream since the last Hello. */
	enum status status = terminal_hello(d->terminal, d->options.patience_ms, why);
	if (status != STATUS_OK)
		return status;
	d->range = (struct sent_range){ d->index, terminal_last_acked(d->terminal) + 1, 0, true };
	d->noted = 0;
	if (d->remembered)
		status = sent_note(d->options.sent, &d->hash, &d->range, d->path, why);
	if (status != STATUS_OK)
		return status;
	status = terminal_set_next_seq(d->terminal, d->range.first);
	assert(status == STATUS_OK); /* nothing is under way */
	status = send_some(d, UINT64_MAX, why);
	/* When all that was sent is settled the stretch has ended, whether the file has or not. */
	d->range.open = status != STATUS_OK && status != STATUS_INTERRUPTED;
	if (d->remembered && d->log_status == STATUS_OK)
		d->log_status = sent_note(d->options.sent, &d->hash, &d->range, d->path, &d->log_why);
	d->range.open = false;
	return status;
}

static enum status
send_file(struct delivery *d, struct reason *why)
{
	enum status status = STATUS_OK;

	step(d);
	if (d->options.dry_run) {
		while (!d->event.end)
			step(d);
		return STATUS_OK;
	}
	if (d->remembered)
		status = send_known(d, why);
	if (status == STATUS_OK)
		status = send_new(d, why);
	if (d->log_status != STATUS_OK && (status == STATUS_OK || status == STATUS_INTERRUPTED)) {
		*why = d->log_why;
		return d->log_status;
	}
	return status;
}

/* A file that grew under our hands went out as far as it was read, under the name of what it was before. */
static void
warn_of_change(struct delivery *d, const char *map_path)
{
	struct sent_hash now;

	if (sent_digest(d->path, map_path, &now, NULL) == STATUS_OK && memcmp(&now, &d->hash, sizeof now) == 0)
		return;
	if (d->options.on_note != NULL)
		d->options.on_note(d->options.user, "the file was changed while it was sent: send it again when it is complete");
}

enum status
delivery_file(struct delivery *d, const char *path, const struct mapping *mapping, const char *map_path, struct reason *why)
{
	struct reason file_why = { "" };
	enum status status = STATUS_OK;

	d->path = path;
	d->mapping = mapping;
	d->index = 0;
	d->range = (struct sent_range){ 0 };
	d->remembered = d->options.sent != NULL && !d->options.dry_run && sent_can_remember(path);
	if (d->remembered)
		status = sent_digest(path, map_path, &d->hash, &file_why);
	if (status == STATUS_OK)
		status = event_file_open(path, mapping, &d->file, &file_why);
	if (status != STATUS_OK) {
		d->tally.wrong++;
		complain(d, 0, "wrong", status_name(status), file_why.text);
		return STATUS_OK;
	}
	status = send_file(d, why);
	event_file_close(&d->file);
	if (status == STATUS_OK && d->remembered)
		warn_of_change(d, map_path);
	return status;
}
