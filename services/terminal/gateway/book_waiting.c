/*
 * What waits for a manifest or for a vehicle, and what has waited too long: see book.h.
 *
 *     number u64 -> since i64, left and seen_before u8, what it waits for u8, number of its message u64, bytes of the source's name
 *     u8, the name, (of what answers a message: bytes of that message's number u8, the number,) the event
 */
#include <stdio.h>
#include <stdlib.h>

#include "book_inside.h"
#include "plate.h"

#define WAITING_MAX_DEFAULT (UINT64_C(1) << 17)
#define KEPT_LEFT_MS (60 * BOOK_DAY_MS)

/* Of the byte behind the time. */
enum { LEFT = 1, SEEN_BEFORE = 2 };
enum { HEAD_BYTES = 19, NUMBER_BYTES = 8, TAKE_UP_MAX = 1024 };

/* A row taken apart. The spans are lent by it. */
struct row {
	int64_t since_ms;
	bool left, seen_before;
	uint8_t what;
	uint64_t raw;
	struct span source, message_no, event;
};

static void
number_key(struct key *key, uint64_t number)
{
	key_be(key, number, NUMBER_BYTES);
}

static void
for_key(struct key *key, unsigned what, const char *port, const char *name)
{
	key_u8(key, what);
	key_text(key, port);
	key_text(key, name);
}

static enum status
damaged(const struct book *book)
{
	return cabinet_damaged(book->cabinet, BOOK_waiting, book->why);
}

static enum status
take_apart(const struct book *book, struct span row, struct row *out)
{
	size_t named = row.bytes < HEAD_BYTES ? 0 : row.data[HEAD_BYTES - 1];
	if (row.bytes < HEAD_BYTES + named || named >= BOOK_SOURCE_BYTES || memchr(row.data + HEAD_BYTES, 0, named) != NULL)
		return damaged(book);
	struct span rest = { row.data + HEAD_BYTES + named, row.bytes - HEAD_BYTES - named };
	*out = (struct row){ (int64_t)value_get(row.data, 8), row.data[8] & LEFT, row.data[8] & SEEN_BEFORE, row.data[9],
		value_get(row.data + 10, 8), { row.data + HEAD_BYTES, named }, { rest.data, 0 }, rest };
	if (out->what == WAIT_UNIT || out->what == WAIT_LANE)
		return STATUS_OK;
	size_t bytes = rest.bytes == 0 ? 0 : rest.data[0];
	if (out->what != WAIT_MESSAGE || bytes == 0 || bytes > SHORT_TEXT_BYTES_MAX || rest.bytes < 1 + bytes ||
	    memchr(rest.data + 1, 0, bytes) != NULL)
		return damaged(book);
	out->message_no = (struct span){ rest.data + 1, bytes };
	out->event = (struct span){ rest.data + 1 + bytes, rest.bytes - 1 - bytes };
	return STATUS_OK;
}

/* The event in the row, and its source, in the arena. */
static enum status
read_event(const struct book *book, const struct row *row, struct arena *arena, struct book_said *out)
{
	const ProtobufCMessage *message;
	enum status status = wire_unpack(&juyan__v1__event__descriptor, row->event, arena, &message, book->why);
	if (status != STATUS_OK)
		return arena->exhausted ? STATUS_NO_MEMORY : damaged(book);
	char *source = arena_take(arena, row->source.bytes + 1);
	if (source == NULL)
		return STATUS_NO_MEMORY;
	memcpy(source, row->source.data, row->source.bytes);
	source[row->source.bytes] = '\0';
	union {
		const ProtobufCMessage *in;
		Juyan__V1__Event *out;
	} event = { .in = message }; /* it is the arena's, and so ours */
	*out = (struct book_said){ event.out, source, row->raw, row->since_ms, row->seen_before };
	bool says = event.out->what_case != 0 && event.out->manifest_lodged != NULL;
	char **unit_id = says ? book_unit_of(event.out) : NULL;
	bool weighing = event.out->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED;
	if (row->what == WAIT_MESSAGE)
		return says && strlen(event.out->port) <= PORT_BYTES_MAX ? STATUS_OK : damaged(book);
	if (unit_id == NULL || strlen(*unit_id) > UNIT_ID_BYTES_MAX || strlen(event.out->port) > PORT_BYTES_MAX ||
	    strlen(book_lane_of(event.out)) > SHORT_TEXT_BYTES_MAX || (row->what == WAIT_LANE && !weighing))
		return damaged(book);
	return STATUS_OK;
}

/* What it waits for by name: its plate, its lane, or its message. */
static void
name_of(const struct row *row, const Juyan__V1__Event *event, char name[SHORT_TEXT_BYTES_MAX + 1])
{
	if (row->what == WAIT_UNIT)
		plate_plain(*book_unit_of(event), name, UNIT_ID_BYTES_MAX + 1);
	else if (row->what == WAIT_MESSAGE)
		snprintf(name, SHORT_TEXT_BYTES_MAX + 1, "%.*s", (int)row->message_no.bytes, (const char *)row->message_no.data);
	else
		memcpy(name, book_lane_of(event), strlen(book_lane_of(event)) + 1);
}

static uint64_t *
count_of(struct book *book, const struct row *row)
{
	if (row->left)
		return &book->self.left;
	return row->what == WAIT_LANE ? &book->self.waiting_weighings : &book->self.waiting_units;
}

static void
one_less(struct book *book, const struct row *row)
{
	uint64_t *count = count_of(book, row);
	*count -= *count > 0;
}

/* ---- beginning to wait ---- */

/* Who has waited for too long, or gives way: the event, and the note by which its name is found. */
static enum status
read_named(struct book *book, const struct row *row, struct span key, struct book_said *said, char name[SHORT_TEXT_BYTES_MAX + 1],
    struct key *wanted)
{
	enum status status = read_event(book, row, &book->arena, said);
	if (status == STATUS_NO_MEMORY)
		return reason_say(book->why, status, "no memory for an event that waits");
	if (status != STATUS_OK)
		return status;
	name_of(row, said->event, name);
	for_key(wanted, row->what, said->event->port, name);
	memcpy(wanted->bytes + wanted->used, key.data, NUMBER_BYTES);
	wanted->used += NUMBER_BYTES;
	return STATUS_OK;
}

static const char *
kind_of_name(const struct row *row)
{
	return row->what == WAIT_UNIT ? "vehicle" : row->what == WAIT_LANE ? "lane" : "message";
}

static enum status
give_way(struct book *book, struct span key, const struct row *row, uint64_t most)
{
	struct book_said said;
	struct key wanted = { 0 };
	char name[SHORT_TEXT_BYTES_MAX + 1];
	bool left = row->left;
	enum status status = read_named(book, row, key, &said, name, &wanted);
	if (status != STATUS_OK)
		return status;
	book_remark(book, said.source, REMARK_too_late,
	    "a %s of %s %s, of message %llu, gives way: no more than %llu may wait or be left, and most of them are of this source",
	    wire_event_kind(said.event), kind_of_name(row), name, (unsigned long long)row->raw, (unsigned long long)most);
	one_less(book, row);
	if (!left)
		status = cabinet_delete(book->cabinet, BOOK_waiting_for, key_span(&wanted), book->why);
	if (status == STATUS_OK)
		status = book_share_less(book, said.source, left, key);
	return status == STATUS_OK ? cabinet_delete(book->cabinet, BOOK_waiting, key, book->why) : status;
}

/* Who has most of what waits makes room for all: nobody can fill the list for the others. */
static enum status
make_room(struct book *book)
{
	uint64_t most = book->options.waiting_max == 0 ? WAITING_MAX_DEFAULT : book->options.waiting_max;
	struct key key = { 0 };
	struct span value;
	struct row row;
	size_t mark = book->arena.used;
	if (cabinet_rows(book->cabinet, BOOK_waiting) < most)
		return STATUS_OK;
	enum status status = book_share_first(book, &key);
	if (status == STATUS_NOT_FOUND)
		return reason_say(book->why, STATUS_NO_ROOM, "%llu events wait for a manifest or a vehicle: no more may",
		    (unsigned long long)cabinet_rows(book->cabinet, BOOK_waiting));
	if (status == STATUS_OK)
		status = cabinet_get(book->cabinet, BOOK_waiting, key_span(&key), &value, book->why);
	if (status == STATUS_NOT_FOUND)
		return damaged(book);
	if (status == STATUS_OK)
		status = take_apart(book, value, &row);
	if (status == STATUS_OK)
		status = give_way(book, key_span(&key), &row, most);
	book->arena.used = mark;
	return status;
}

static enum status
put_row(struct book *book, const struct book_said *said, enum book_wait what, const char *name, const struct key *number)
{
	size_t named = strnlen(said->source, BOOK_SOURCE_BYTES - 1), bytes = protobuf_c_message_get_packed_size(&said->event->base);
	size_t numbered = what == WAIT_MESSAGE ? 1 + strlen(name) : 0;
	uint8_t *row = arena_take(&book->arena, HEAD_BYTES + named + numbered + bytes);
	if (row == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory for an event that waits");
	value_put(row, (uint64_t)said->since_ms, 8);
	row[8] = said->seen_before ? SEEN_BEFORE : 0;
	row[9] = (uint8_t)what;
	value_put(row + 10, said->raw, 8);
	row[18] = (uint8_t)named;
	memcpy(row + HEAD_BYTES, said->source, named);
	if (numbered > 0) {
		row[HEAD_BYTES + named] = (uint8_t)(numbered - 1);
		memcpy(row + HEAD_BYTES + named + 1, name, numbered - 1);
	}
	protobuf_c_message_pack(&said->event->base, row + HEAD_BYTES + named + numbered);
	struct span value = { row, HEAD_BYTES + named + numbered + bytes };
	return cabinet_put(book->cabinet, BOOK_waiting, key_span(number), value, book->why);
}

enum status
book_wait(struct book *book, const struct book_said *said, enum book_wait what, const char *name)
{
	struct key number = { 0 }, wanted = { 0 };
	enum status status = make_room(book);
	if (status != STATUS_OK)
		return status;
	number_key(&number, ++book->self.waits);
	for_key(&wanted, what, said->event->port, name);
	number_key(&wanted, book->self.waits);
	status = put_row(book, said, what, name, &number);
	if (status == STATUS_OK)
		status = cabinet_put(book->cabinet, BOOK_waiting_for, key_span(&wanted), (struct span){ NULL, 0 }, book->why);
	if (status == STATUS_OK)
		status = book_share_more(book, said->source, false, key_span(&number));
	if (status == STATUS_OK)
		status = book_due(book, said->since_ms + book->options.wait_ms, DUE_WAIT, key_span(&number));
	*(what == WAIT_LANE ? &book->self.waiting_weighings : &book->self.waiting_units) += 1;
	return status;
}

/* ---- taking up ---- */

struct waiter {
	uint64_t number;
	struct book_said said;
	struct row row;
};

/* By the events' times, then as they came. */
static int
by_time(const void *a, const void *b)
{
	const struct waiter *one = a, *other = b;
	int64_t at = one->said.event->occurred_at_ms, other_at = other->said.event->occurred_at_ms;
	if (at != other_at)
		return at < other_at ? -1 : 1;
	return one->number < other->number ? -1 : one->number > other->number;
}

static enum status
read_waiter(struct book *book, uint64_t number, struct waiter *out)
{
	struct key key = { 0 };
	struct span value;
	number_key(&key, number);
	enum status status = cabinet_get(book->cabinet, BOOK_waiting, key_span(&key), &value, book->why);
	if (status == STATUS_NOT_FOUND)
		return damaged(book);
	if (status == STATUS_OK)
		status = take_apart(book, value, &out->row);
	if (status == STATUS_OK)
		status = read_event(book, &out->row, &book->arena, &out->said);
	out->number = number;
	return status;
}

/* Of very many that wait for one name, the first; the others have their turn with the next that brings it up. */
static enum status
gather(struct book *book, const struct key *prefix, struct waiter *waiters, size_t *n)
{
	struct span found, value;
	struct key at = *prefix;
	size_t done = 0;
	while (done < TAKE_UP_MAX) {
		enum status status = cabinet_from(book->cabinet, BOOK_waiting_for, key_span(&at), &found, &value, book->why);
		if (status == STATUS_NOT_FOUND || (status == STATUS_OK && !book_key_begins(found, prefix)))
			break;
		if (status == STATUS_OK && found.bytes != prefix->used + NUMBER_BYTES)
			status = damaged(book);
		if (status != STATUS_OK)
			return status;
		struct span number = { found.data + prefix->used, NUMBER_BYTES };
		memcpy(at.bytes, found.data, found.bytes);
		at.bytes[found.bytes] = 0;
		at.used = found.bytes + 1;
		status = read_waiter(book, key_take_be(&number, NUMBER_BYTES), &waiters[done]);
		if (status != STATUS_OK)
			return status == STATUS_NO_MEMORY && done > 0 ? STATUS_OK : status;
		*n = ++done;
	}
	return STATUS_OK;
}

/* It does not wait any more. */
static enum status
end_waiting(struct book *book, const struct key *prefix, const struct waiter *waiter)
{
	struct key number = { 0 }, wanted = *prefix;
	number_key(&number, waiter->number);
	number_key(&wanted, waiter->number);
	one_less(book, &waiter->row);
	enum status status = cabinet_delete(book->cabinet, BOOK_waiting, key_span(&number), book->why);
	if (status == STATUS_OK)
		status = cabinet_delete(book->cabinet, BOOK_waiting_for, key_span(&wanted), book->why);
	return status == STATUS_OK ? book_share_less(book, waiter->said.source, false, key_span(&number)) : status;
}

static enum status
again(struct book *book, enum book_wait what, const char *name, const struct book_said *said, bool *taken)
{
	if (what == WAIT_UNIT)
		return book_unit_again(book, said, taken);
	return what == WAIT_LANE ? book_lane_again(book, said, taken) : book_message_again(book, said, name, taken);
}

static enum status
take_up_all(struct book *book, enum book_wait what, const char *name, const struct key *prefix, struct waiter *waiters, size_t n)
{
	enum status status = STATUS_OK;
	if (n > 1)
		qsort(waiters, n, sizeof *waiters, by_time);
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		size_t mark = book->arena.used;
		bool taken = false;
		status = again(book, what, name, &waiters[i].said, &taken);
		if (status == STATUS_OK && taken)
			status = end_waiting(book, prefix, &waiters[i]);
		book->arena.used = mark;
	}
	return status;
}

enum status
book_take_up(struct book *book, enum book_wait what, const char *port, const char *name)
{
	struct key prefix = { 0 };
	size_t mark = book->arena.used, n = 0;
	if ((what == WAIT_LANE ? book->self.waiting_weighings : book->self.waiting_units) == 0)
		return STATUS_OK;
	struct waiter *waiters = arena_take(&book->arena, TAKE_UP_MAX * sizeof *waiters);
	if (waiters == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory to take up what waits");
	for_key(&prefix, what, port, name);
	enum status status = gather(book, &prefix, waiters, &n);
	if (status == STATUS_OK)
		status = take_up_all(book, what, name, &prefix, waiters, n);
	book->arena.used = mark;
	return status;
}

/* ---- too late ---- */

static enum status
leave(struct book *book, struct span key, struct span value, const struct row *row)
{
	struct book_said said;
	struct key wanted = { 0 };
	char name[SHORT_TEXT_BYTES_MAX + 1];
	enum status status = read_named(book, row, key, &said, name, &wanted);
	if (status != STATUS_OK)
		return status;
	uint8_t *copy = arena_take(&book->arena, value.bytes);
	if (copy == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory for an event that waits");
	memcpy(copy, value.data, value.bytes);
	copy[8] |= LEFT;
	one_less(book, row);
	book->self.left++;
	book_remark(book, said.source, REMARK_too_late, "a %s of %s %s has waited for its %s for as long as is configured",
	    wire_event_kind(said.event), kind_of_name(row), name, row->what == WAIT_LANE ? "vehicle" : "manifest");
	status = cabinet_delete(book->cabinet, BOOK_waiting_for, key_span(&wanted), book->why);
	if (status == STATUS_OK)
		status = cabinet_put(book->cabinet, BOOK_waiting, key, (struct span){ copy, value.bytes }, book->why);
	if (status == STATUS_OK)
		status = book_share_less(book, said.source, false, key);
	if (status == STATUS_OK)
		status = book_share_more(book, said.source, true, key);
	return status == STATUS_OK ? book_due(book, book->now_ms + KEPT_LEFT_MS, DUE_LEFT, key) : status;
}

enum status
book_wait_due(struct book *book, struct span key)
{
	struct span value;
	struct row row;
	enum status status = cabinet_get(book->cabinet, BOOK_waiting, key, &value, book->why);
	if (status == STATUS_NOT_FOUND) /* it was taken up meanwhile */
		return STATUS_OK;
	if (status == STATUS_OK)
		status = key.bytes == NUMBER_BYTES ? take_apart(book, value, &row) : damaged(book);
	return status == STATUS_OK && !row.left ? leave(book, key, value, &row) : status;
}

enum status
book_left_due(struct book *book, struct span key)
{
	struct span value;
	struct row row;
	enum status status = cabinet_get(book->cabinet, BOOK_waiting, key, &value, book->why);
	if (status == STATUS_OK)
		status = take_apart(book, value, &row);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	char source[BOOK_SOURCE_BYTES] = "";
	memcpy(source, row.source.data, row.source.bytes);
	one_less(book, &row);
	status = book_share_less(book, source, row.left, key);
	return status == STATUS_OK ? cabinet_delete(book->cabinet, BOOK_waiting, key, book->why) : status;
}

/* ---- the list ---- */

static enum status
list(struct book *book, struct arena *arena, struct book_waiting *out, size_t most, size_t *n)
{
	struct key key = { 0 };
	struct span found, value;
	struct row row;
	struct book_said said;
	size_t done = 0;
	for (number_key(&key, 0); done < most; key.bytes[NUMBER_BYTES] = 0, key.used = NUMBER_BYTES + 1) {
		enum status status = cabinet_from(book->cabinet, BOOK_waiting, key_span(&key), &found, &value, book->why);
		if (status == STATUS_NOT_FOUND)
			break;
		if (status == STATUS_OK)
			status = found.bytes == NUMBER_BYTES ? take_apart(book, value, &row) : damaged(book);
		if (status == STATUS_OK)
			status = read_event(book, &row, arena, &said);
		char *message_no = status == STATUS_OK ? arena_take(arena, row.message_no.bytes + 1) : NULL;
		if (status == STATUS_OK && message_no == NULL)
			status = STATUS_NO_MEMORY;
		if (status == STATUS_NO_MEMORY && done > 0)
			break;
		if (status != STATUS_OK)
			return status;
		memcpy(message_no, row.message_no.data, row.message_no.bytes);
		message_no[row.message_no.bytes] = '\0';
		out[done++] = (struct book_waiting){ row.since_ms, said.source, said.event, message_no, row.raw, row.left };
		memcpy(key.bytes, found.data, NUMBER_BYTES);
	}
	*n = done;
	return STATUS_OK;
}

enum status
book_waiting(struct book *book, struct arena *arena, struct book_waiting *out, size_t *n, struct reason *why)
{
	size_t done = 0;
	assert(!book->grouped);
	book->why = why;
	enum status status = cabinet_look(book->cabinet, why);
	if (status != STATUS_OK)
		return status;
	status = cabinet_end(book->cabinet, list(book, arena, out, *n, &done), why);
	if (status == STATUS_OK)
		*n = done;
	return status;
}
