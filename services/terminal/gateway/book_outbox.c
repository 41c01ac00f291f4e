/* Events on their way to the spool: see book.h. `place -> the event`, from 1 on. */
#include "book_inside.h"

enum { PLACE_BYTES = 8, FORGET_MAX = 100000 };

enum status
book_out(struct book *book, const char *source, const Juyan__V1__Event *event, bool *out)
{
	struct reason sentence = { "" };
	struct span bytes = { NULL, 0 };
	struct key key = { 0 };
	enum status status = wire_event_check(event, &sentence);
	if (out != NULL)
		*out = false;
	if (status == STATUS_OK) {
		status = wire_pack(&event->base, EVENT_BYTES_MAX, &book->arena, &bytes);
		if (status == STATUS_NO_MEMORY)
			return reason_say(book->why, status, "no memory to write an event");
		if (status != STATUS_OK)
			reason_say(&sentence, status, "the %s of batch \"%s\" takes more than %d bytes", wire_event_kind(event),
			    event->batch_no, EVENT_BYTES_MAX);
	}
	if (status != STATUS_OK) {
		book_refuse(book, source, status, &sentence);
		return STATUS_OK;
	}
	key_be(&key, book->self.events + 1, PLACE_BYTES);
	status = cabinet_put(book->cabinet, BOOK_outbox, key_span(&key), bytes, book->why);
	if (status != STATUS_OK)
		return status;
	book->self.events++;
	if (out != NULL)
		*out = true;
	return STATUS_OK;
}

/* ---- handing out ---- */

/*
 * How the spool's count and ours go together. What the spool was once known to have stays given; where its count cannot be, the
 * first that was not comes next in it, so that nothing is lost and what was confirmed is not given twice.
 */
static void
settle_base(struct book *book, uint64_t taken)
{
	struct book_self *self = &book->self;
	uint64_t given = taken - self->base;
	if (self->based && given >= self->forgotten && given <= self->handed)
		return;
	if (self->based)
		book_remark(book, "spool", REMARK_other_spool,
		    "the spool has %llu events, and %llu to %llu were expected: event %llu of the outbox comes next",
		    (unsigned long long)taken, (unsigned long long)(self->base + self->forgotten),
		    (unsigned long long)(self->base + self->handed), (unsigned long long)self->forgotten + 1);
	self->base = taken - self->forgotten;
	self->handed = self->forgotten;
	self->based = true;
}

/* At most so many at once; the others are passed over meanwhile. */
static enum status
forget(struct book *book, uint64_t given)
{
	enum status status = STATUS_OK;
	for (size_t n = 0; book->self.forgotten < given && n < FORGET_MAX && status == STATUS_OK; n++) {
		struct key key = { 0 };
		key_be(&key, book->self.forgotten + 1, PLACE_BYTES);
		status = cabinet_delete(book->cabinet, BOOK_outbox, key_span(&key), book->why);
		book->self.forgotten++;
	}
	return status;
}

static enum status
copy_rows(struct book *book, uint64_t first, struct arena *arena, struct span *events, size_t most, size_t *n)
{
	size_t done = 0;
	while (done < most && first + done <= book->self.events) {
		struct key key = { 0 };
		struct span row;
		key_be(&key, first + done, PLACE_BYTES);
		enum status status = cabinet_get(book->cabinet, BOOK_outbox, key_span(&key), &row, book->why);
		if (status == STATUS_NOT_FOUND || (status == STATUS_OK && row.bytes > EVENT_BYTES_MAX))
			return cabinet_damaged(book->cabinet, BOOK_outbox, book->why);
		if (status != STATUS_OK)
			return status;
		uint8_t *copy = arena_take(arena, row.bytes + 1);
		if (copy == NULL && done == 0)
			return reason_say(book->why, STATUS_NO_MEMORY, "no room for an event of %zu bytes", row.bytes);
		if (copy == NULL)
			break;
		memcpy(copy, row.data, row.bytes);
		events[done++] = (struct span){ copy, row.bytes };
	}
	*n = done;
	return STATUS_OK;
}

/* Nothing is to be noted: what the spool has is forgotten, and what comes next was handed out before, or there is none. */
static bool
stands(const struct book *book, uint64_t taken, size_t most)
{
	const struct book_self *self = &book->self;
	uint64_t next = self->forgotten + most;
	return self->based && taken - self->base == self->forgotten && (next < self->events ? next : self->events) <= self->handed;
}

static enum status
hand_out(struct book *book, uint64_t taken, struct arena *arena, struct span *events, size_t most, size_t *n)
{
	settle_base(book, taken);
	uint64_t given = taken - book->self.base;
	enum status status = forget(book, given);
	if (status == STATUS_OK)
		status = copy_rows(book, given + 1, arena, events, most, n);
	if (status == STATUS_OK && given + *n > book->self.handed)
		book->self.handed = given + *n;
	return status;
}

enum status
book_outbox(struct book *book, uint64_t taken, struct arena *arena, struct span *events, size_t *n, struct reason *why)
{
	size_t done = 0;
	assert(!book->grouped);
	book->why = why;
	bool looks = stands(book, taken, *n);
	enum status status = looks ? cabinet_look(book->cabinet, why) : book_begin(book, why);
	if (status != STATUS_OK)
		return status;
	status = hand_out(book, taken, arena, events, *n, &done);
	status = looks ? cabinet_end(book->cabinet, status, why) : book_end(book, status, why);
	if (status == STATUS_OK)
		*n = done;
	return status;
}
