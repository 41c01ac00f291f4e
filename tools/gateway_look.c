/* `juyan gateway waiting` and `raw`: a look into the book of a gateway, also while it works. */
#include "gateway_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "asking.h"
#include "book.h"
#include "clock.h"
#include "gateway_config.h"
#include "json.h"
#include "table.h"
#include "tool.h"

enum { ROWS_MAX = 1000, LOOK_ARENA_BYTES = 64 * 1024 * 1024, PATH_BYTES = 512 };

struct look {
	const struct gateway_command *command;
	struct gateway_config config;
	struct book *book;
	struct arena arena;
};

/* ---- waiting ---- */

static const char *
unit_of(const Juyan__V1__Event *event)
{
	switch (event->what_case) {
	case JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED:
		return event->unit_arrived->unit_id;
	case JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED:
		return event->unit_departed->unit_id;
	case JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED:
		return event->unit_weighed->unit_id;
	default:
		return "";
	}
}

static const char *
lane_of(const Juyan__V1__Event *event)
{
	switch (event->what_case) {
	case JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED:
		return event->unit_arrived->lane;
	case JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED:
		return event->unit_departed->lane;
	case JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED:
		return event->unit_weighed->lane;
	default:
		return "";
	}
}

/* What was weighed: a person knows the vehicle by its lane, its time and its mass. */
static void
kg_cell(struct table *table, const Juyan__V1__Event *event)
{
	const Juyan__V1__UnitWeighed *weighed =
	    event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED ? event->unit_weighed : NULL;
	if (weighed == NULL || (!weighed->has_gross_kg && !weighed->has_tare_kg))
		table_cell(table, "");
	else
		table_cellf(table, "%s%" PRId64, weighed->has_gross_kg ? "" : "tare ",
		    weighed->has_gross_kg ? weighed->gross_kg : weighed->tare_kg);
}

static const char *
waits_for(const struct book_waiting *row)
{
	if (row->message_no[0] != '\0')
		return row->too_late ? "a person: its message did not come" : "the message that it answers";
	bool vehicle = unit_of(row->event)[0] == '\0' && row->event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED;
	return row->too_late ? (vehicle ? "a person: no vehicle came" : "a person: no manifest came")
	    : vehicle        ? "its vehicle"
			     : "its manifest";
}

static enum status
waiting_json(const struct book_waiting *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_t *event = NULL;
		if (json_write(&rows[i].event->base, true, &event) != STATUS_OK)
			return STATUS_NO_MEMORY;
		json_t *line = json_pack("{s:I, s:s, s:s, s:s, s:b, s:I, s:o}", "since_ms", (json_int_t)rows[i].since_ms, "source",
		    rows[i].source, "waits_for", waits_for(&rows[i]), "message_no", rows[i].message_no, "too_late",
		    (int)rows[i].too_late, "raw", (json_int_t)rows[i].raw, "event", event);
		if (line == NULL)
			return STATUS_NO_MEMORY;
		json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(line);
	}
	return STATUS_OK;
}

static enum status
waiting_table(const struct look *look, const struct book_waiting *rows, size_t n)
{
	static const struct table_column columns[] = { { "since", TABLE_LEFT }, { "for", TABLE_RIGHT }, { "source", TABLE_LEFT },
		{ "event", TABLE_LEFT }, { "unit or message", TABLE_LEFT }, { "lane", TABLE_LEFT }, { "kg", TABLE_RIGHT },
		{ "waits for", TABLE_LEFT }, { "raw", TABLE_RIGHT } };
	struct clock clock = clock_system();
	struct table *table = NULL;
	char text[ASKING_TIME_BYTES];
	enum status status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < n; i++) {
		table_cell(table, asking_time(rows[i].since_ms, look->config.offset_minutes, text));
		table_cell(table, asking_span(clock_utc_ms(&clock) - rows[i].since_ms, text));
		table_cell(table, rows[i].source);
		table_cell(table, wire_event_kind(rows[i].event));
		table_cell(table, rows[i].message_no[0] != '\0' ? rows[i].message_no : unit_of(rows[i].event));
		table_cell(table, lane_of(rows[i].event));
		kg_cell(table, rows[i].event);
		table_cell(table, waits_for(&rows[i]));
		table_cellf(table, "%" PRIu64, rows[i].raw);
	}
	status = table_print(table, stdout);
	table_close(&table);
	return status;
}

static enum status
waiting(struct look *look, struct reason *why)
{
	static struct book_waiting rows[ROWS_MAX];
	size_t n = ROWS_MAX;
	enum status status = book_waiting(look->book, &look->arena, rows, &n, why);
	if (status != STATUS_OK)
		return status;
	struct book_tally tally;
	book_tally(look->book, &tally);
	uint64_t all = tally.waiting_units + tally.waiting_weighings + tally.left;
	if (look->command->json)
		status = waiting_json(rows, n);
	else if (n == 0)
		status = puts("nothing waits") < 0 ? STATUS_SYSTEM : STATUS_OK;
	else
		status = waiting_table(look, rows, n);
	if (all > n)
		fprintf(stderr, "these are the oldest %zu of %" PRIu64 "\n", n, all);
	return status;
}

/* ---- raw ---- */

static enum status
raw(struct look *look, struct reason *why)
{
	struct book_raw message;
	char *end = NULL;
	errno = 0;
	unsigned long long number = strtoull(look->command->object, &end, 10);
	if (errno != 0 || end == look->command->object || *end != '\0' || number == 0)
		return reason_say(why, STATUS_USAGE, "raw '%.32s': expected the number of a message", look->command->object);
	enum status status = book_raw(look->book, number, &look->arena, &message, why);
	if (status != STATUS_OK)
		return status;
	char text[ASKING_TIME_BYTES];
	fprintf(stderr, "message %" PRIu64 " of %s, heard %s, %zu bytes; events made of it: %" PRIu64 "\n", message.number,
	    message.source, asking_time(message.received_ms, look->config.offset_minutes, text), message.bytes.bytes,
	    message.events);
	return fwrite(message.bytes.data, 1, message.bytes.bytes, stdout) == message.bytes.bytes && fflush(stdout) == 0
	    ? STATUS_OK
	    : reason_say(why, STATUS_SYSTEM, "the message could not be written");
}

/* Who only looks makes nothing: it would belong to him, and not to the gateway. */
static enum status
open_book(struct look *look, struct reason *why)
{
	const struct book_options options = { .dir = look->config.folder, .port = look->config.port };
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "%s/book", look->config.folder);
	if (access(path, F_OK) != 0)
		return reason_say(why, STATUS_NOT_FOUND, "%.200s: %s: here the gateway's book stands once it has run", path,
		    strerror(errno));
	return book_open(&options, &look->book, why);
}

int
gateway_look(const struct gateway_command *command)
{
	static struct look look;
	struct reason why = { "" };
	look.command = command;
	enum status status = gateway_config_read(command->config, &look.config, &why);
	if (status == STATUS_OK)
		status = arena_open(&look.arena, LOOK_ARENA_BYTES);
	if (status == STATUS_OK)
		status = open_book(&look, &why);
	if (status == STATUS_OK)
		status = strcmp(command->action, "raw") == 0 ? raw(&look, &why) : waiting(&look, &why);
	book_close(&look.book);
	arena_close(&look.arena);
	gateway_config_close(&look.config);
	return status == STATUS_OK ? TOOL_FINE : tool_fail("gateway", status == STATUS_SYNTAX ? STATUS_SETTING : status, &why);
}
