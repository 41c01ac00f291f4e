/* The book's face: opening, and one transaction for each turn. What happens within stands in the other files: book_inside.h. */
#include "book_inside.h"

#include <stdio.h>
#include <stdlib.h>

#include "files.h"

enum { FORMAT = 1, PATH_BYTES = 512 };

/* What a finding's rows take beside its own bytes; and a part of a manifest, which is written anew with the others. */
enum { EVENT_ROOM_BYTES = 1024, PART_ROOM_BYTES = 16 * 1024, EVENT_ROWS = 8 };

/* ---- opening ---- */

static enum status
open_tables(struct book *book, const char *dir, struct reason *why)
{
	static const char *const names[] = {
#define X(name) #name,
		BOOK_TABLE_LIST(X)
#undef X
	};
	char path[PATH_BYTES];
	if ((size_t)snprintf(path, sizeof path, "%s/book", dir) >= sizeof path)
		return reason_say(why, STATUS_SETTING, "the gateway's path is longer than %d bytes", PATH_BYTES - 8);
	struct cabinet_options options = { path, "book", FORMAT, book->options.bytes_max, names, BOOK_TABLES };
	enum status status = files_make_folder(dir, 0700, why);
	return status == STATUS_OK ? cabinet_open(&options, &book->cabinet, why) : status;
}

static enum status
check_options(const struct book_options *options, struct reason *why)
{
	if (strlen(options->port) == 0 || strlen(options->port) > PORT_BYTES_MAX)
		return reason_say(why, STATUS_SETTING, "the port \"%.40s\" is none: 1 to %d bytes were expected", options->port,
		    PORT_BYTES_MAX);
	if (options->keep_raw_ms < 0 || options->keep_keys_ms < 0 || options->wait_ms < 0 || options->pair_ms < 0)
		return reason_say(why, STATUS_SETTING, "a time for which the book keeps or waits is less than nothing");
	return STATUS_OK;
}

static enum status
read_all(struct book *book, struct reason *why)
{
	book->why = why;
	enum status status = cabinet_look(book->cabinet, why);
	return status == STATUS_OK ? cabinet_end(book->cabinet, book_self_read(book), why) : status;
}

enum status
book_open(const struct book_options *options, struct book **out, struct reason *why)
{
	enum status status = check_options(options, why);
	if (status != STATUS_OK)
		return status;
	struct book *book = calloc(1, sizeof *book);
	if (book != NULL)
		book->told = calloc(BOOK_TOLD_MAX, sizeof *book->told);
	if (book == NULL || book->told == NULL || arena_open(&book->arena, BOOK_ARENA_BYTES) != STATUS_OK) {
		book_close(&book);
		return reason_say(why, STATUS_NO_MEMORY, "no memory to open a book");
	}
	book->options = *options;
	memcpy(book->port, options->port, strlen(options->port) + 1);
	book->options.dir = NULL; /* lent for this call alone */
	book->options.port = book->port;
	status = open_tables(book, options->dir, why);
	if (status == STATUS_OK)
		status = read_all(book, why);
	if (status == STATUS_OK)
		*out = book;
	else
		book_close(&book);
	return status;
}

void
book_close(struct book **book)
{
	if (*book == NULL)
		return;
	cabinet_close(&(*book)->cabinet);
	arena_close(&(*book)->arena);
	free((*book)->told);
	free(*book);
	*book = NULL;
}

/* ---- turns ---- */

enum status
book_begin(struct book *book, struct reason *why)
{
	assert(!book->grouped);
	book->why = why;
	enum status status = cabinet_begin(book->cabinet, why);
	if (status != STATUS_OK)
		return status;
	book->before = book->self;
	book->n_told = book->n_untold = 0;
	arena_reset(&book->arena);
	status = book_self_read(book); /* what is on disk holds, however the turn before this one ended */
	if (status != STATUS_OK)
		return cabinet_end(book->cabinet, status, why);
	book->grouped = true;
	return STATUS_OK;
}

static void
tell(const struct book *book)
{
	const struct book_options *options = &book->options;
	for (size_t i = 0; i < book->n_told && options->on_remark != NULL; i++)
		options->on_remark(options->user, book->told[i].source, book->told[i].remark, book->told[i].text);
	for (size_t i = 0; i < book->n_untold && options->on_untold != NULL; i++)
		options->on_untold(options->user, book->untold[i].source, book->untold[i].n);
}

enum status
book_end(struct book *book, enum status status, struct reason *why)
{
	assert(book->grouped);
	book->why = why;
	book->grouped = false;
	if (status == STATUS_OK)
		status = book_self_write(book);
	status = cabinet_end(book->cabinet, status, why);
	arena_reset(&book->arena);
	if (status != STATUS_OK)
		book->self = book->before;
	if (status == STATUS_OK)
		tell(book);
	book->n_told = book->n_untold = 0;
	return status;
}

enum status
book_commit(struct book *book, struct reason *why)
{
	return book_end(book, STATUS_OK, why);
}

/* ---- entering ---- */

/* Before anything is written, so that forgetting always finds room. */
static enum status
check_room(struct book *book, const struct findings *findings)
{
	uint64_t bytes = 0, rows = findings->n_messages;
	for (size_t i = 0; i < findings->n_messages; i++)
		bytes += book->options.keep_raw_ms == 0 ? 0 : findings->messages[i].bytes;
	for (size_t i = 0; i < findings->n; i++) {
		const Juyan__V1__Event *event = findings->list[i].event;
		if (event == NULL)
			continue;
		bytes += EVENT_ROOM_BYTES + protobuf_c_message_get_packed_size(&event->base);
		if (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED)
			bytes += PART_ROOM_BYTES + protobuf_c_message_get_packed_size(&event->base);
		rows += EVENT_ROWS;
	}
	return cabinet_room(book->cabinet, bytes, rows, book->why);
}

/* The findings of one message, from *i on; they stand in the order of their messages. */
static enum status
take_message(struct book *book, const char *source, const struct findings *findings, size_t message, size_t *i)
{
	uint64_t number = ++book->self.messages, first_event = book->self.events + 1;
	enum status status = STATUS_OK;
	for (; *i < findings->n && findings->list[*i].message == message && status == STATUS_OK; ++*i) {
		const struct finding *finding = &findings->list[*i];
		arena_reset(&book->arena);
		if (finding->event == NULL)
			book_remark(book, source, finding->remark, "%s", finding->text);
		else
			status = book_take(book, source, number, finding);
	}
	if (status == STATUS_NO_MEMORY && book->arena.exhausted) /* the same would be said after each restart */
		return reason_say(book->why, STATUS_TOO_LARGE,
		    "what a message says takes more than the %d MiB that the book has for one event: it is not entered",
		    BOOK_ARENA_BYTES >> 20);
	arena_reset(&book->arena);
	return status == STATUS_OK ? book_raw_put(book, source, number, findings->messages[message], first_event) : status;
}

static enum status
take_all(struct book *book, const char *source, const struct findings *findings)
{
	size_t i = 0;
	enum status status = check_room(book, findings);
	for (size_t message = 0; message < findings->n_messages && status == STATUS_OK; message++)
		status = take_message(book, source, findings, message, &i);
	assert(status != STATUS_OK || i == findings->n);
	return status;
}

/* Within a group, by a transaction of its own. */
static enum status
enter_within(struct book *book, const char *source, const struct findings *findings, struct reason *why)
{
	struct book_self before = book->self;
	size_t n_told = book->n_told, n_untold = book->n_untold;
	struct book_untold untold[BOOK_UNTOLD_MAX];
	memcpy(untold, book->untold, sizeof untold);
	enum status status = cabinet_begin(book->cabinet, why);
	if (status != STATUS_OK)
		return status;
	status = cabinet_end(book->cabinet, take_all(book, source, findings), why);
	if (status != STATUS_OK) {
		book->self = before;
		book->n_told = n_told;
		book->n_untold = n_untold;
		memcpy(book->untold, untold, sizeof untold);
	}
	return status;
}

enum status
book_enter(struct book *book, const char *source, const struct findings *findings, int64_t now_ms, struct reason *why)
{
	assert(!findings_full(findings));
	book->why = why;
	book->now_ms = now_ms;
	if (book->grouped)
		return enter_within(book, source, findings, why);
	enum status status = book_begin(book, why);
	return status == STATUS_OK ? book_end(book, take_all(book, source, findings), why) : status;
}

void
book_tally(const struct book *book, struct book_tally *out)
{
	const struct book_self *self = &book->self;
	*out = (struct book_tally){ .messages = self->messages,
		.events = self->events,
		.waiting_units = self->waiting_units,
		.waiting_weighings = self->waiting_weighings,
		.left = self->left,
		.raw_bytes = self->raw_bytes,
		.outbox = self->events - self->forgotten };
	memcpy(out->remarks, self->remarks, sizeof out->remarks);
}
