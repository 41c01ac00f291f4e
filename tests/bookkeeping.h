/*
 * A gateway's book for tests: what is heard is said in a line each, what goes out is read as text. Times are minutes of a day, so
 * that a test reads as a story: arrived("1234 УНА", 10). For one thread.
 */
#ifndef JUYAN_TESTS_BOOKKEEPING_H
#define JUYAN_TESTS_BOOKKEEPING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gateway/book.h"
#include "unit/folder.h"

enum { BOOK_TEXT = 64 * 1024, BOOK_SPANS = 4096 };

/* 2025-06-01T00:00Z. */
#define BOOK_DAY INT64_C(1748736000000)
#define AT(minutes) (BOOK_DAY + (int64_t)(minutes)*60000)

static struct desk {
	char dir[FOLDER_BYTES];
	struct book_options options;
	struct book *book;
	struct arena arena, out;
	struct findings findings;
	int64_t now_ms;
	uint64_t taken; /* by the spool, in its life */
	char remarks[BOOK_TEXT];
	uint64_t untold;                /* remarks beyond those */
	const char *key, *batch, *port; /* of the next event; emptied by it */
	const char *source;
	struct reason why;
} desk;

static inline void
desk_remark(void *user, const char *source, enum remark remark, const char *text)
{
	struct desk *at = user;
	size_t used = strlen(at->remarks);
	assert_true(source[0] != '\0' && text[0] != '\0' && wire_text_clean(text, strlen(text)));
	snprintf(at->remarks + used, sizeof at->remarks - used, "%s%s", used > 0 ? " " : "", remark_name(remark));
}

static inline void
desk_untold(void *user, const char *source, uint64_t n)
{
	struct desk *at = user;
	assert_true(source[0] != '\0' && n > 0);
	at->untold += n;
}

static inline void
desk_open(void)
{
	enum status status = book_open(&desk.options, &desk.book, &desk.why);
	if (status != STATUS_OK)
		fail_msg("%s: %s", status_name(status), desk.why.text);
}

static inline void
desk_reopen(void)
{
	book_close(&desk.book);
	desk_open();
}

static inline int
desk_begin(void **state)
{
	(void)state;
	memset(&desk, 0, sizeof desk);
	folder_make_quick(desk.dir);
	desk.options = (struct book_options){ .dir = desk.dir,
		.port = "ceke",
		.bytes_max = 64 << 20,
		.keep_raw_ms = 24 * 60 * INT64_C(60000),
		.keep_keys_ms = 24 * 60 * INT64_C(60000),
		.wait_ms = 12 * 60 * INT64_C(60000),
		.pair_ms = 5 * INT64_C(60000),
		.on_remark = desk_remark,
		.on_untold = desk_untold,
		.user = &desk };
	desk.key = desk.batch = desk.port = "";
	desk.source = "gate-1";
	desk.now_ms = AT(0);
	assert_int_equal(arena_open(&desk.arena, 16 << 20), STATUS_OK);
	assert_int_equal(arena_open(&desk.out, 64 << 20), STATUS_OK);
	findings_open(&desk.findings, &desk.arena);
	desk_open();
	return 0;
}

static inline int
desk_end(void **state)
{
	(void)state;
	book_close(&desk.book);
	arena_close(&desk.arena);
	arena_close(&desk.out);
	folder_remove(desk.dir);
	return 0;
}

/* ---- what is heard ---- */

static inline char *
desk_text(const char *text)
{
	char *copy = findings_text(&desk.findings, text, 4096);
	assert_non_null(copy);
	return copy;
}

static inline enum status
desk_try(void)
{
	enum status status = book_enter(desk.book, desk.source, &desk.findings, desk.now_ms, &desk.why);
	findings_clear(&desk.findings);
	return status;
}

static inline void
desk_enter(void)
{
	enum status status = desk_try();
	if (status != STATUS_OK)
		fail_msg("%s: %s", status_name(status), desk.why.text);
}

static inline Juyan__V1__Event *
desk_event(Juyan__V1__Event__WhatCase what, int64_t at_ms)
{
	findings_message(&desk.findings, (struct span){ (const uint8_t *)"raw", 3 });
	Juyan__V1__Event *event = findings_event(&desk.findings, what);
	assert_non_null(event);
	event->occurred_at_ms = at_ms;
	event->source_key = desk_text(desk.key);
	event->batch_no = desk_text(desk.batch);
	event->port = desk_text(desk.port);
	desk.key = desk.batch = desk.port = "";
	return event;
}

/* The words of a text, one after the other; NULL after the last. */
static inline char *
next_word(const char **text)
{
	size_t skip = strspn(*text, " "), bytes = strcspn(*text + skip, " ");
	char word[256];
	if (bytes == 0)
		return NULL;
	assert_true(bytes < sizeof word);
	memcpy(word, *text + skip, bytes);
	word[bytes] = '\0';
	*text += skip + bytes;
	return desk_text(word);
}

/* "W1:1000": a waybill with its kilograms; units and waybills are words. Import by truck, unless it is said otherwise. */
static inline struct finding *
say_part(enum part part, const char *batch, const char *units, const char *waybills, int64_t at_ms)
{
	desk.batch = batch;
	Juyan__V1__Event *event = desk_event(JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED, at_ms);
	Juyan__V1__ManifestLodged *said = event->manifest_lodged;
	said->direction = part == PART_DROP ? JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED : JUYAN__V1__DIRECTION__IMPORT;
	said->mode = part == PART_DROP ? JUYAN__V1__MODE__MODE_UNSPECIFIED : JUYAN__V1__MODE__TRUCK;
	for (char *word = next_word(&units); word != NULL; word = next_word(&units)) {
		Juyan__V1__Unit *unit = findings_new(&desk.findings, &juyan__v1__unit__descriptor);
		unit->unit_id = word;
		for (char *at = strchr(word, '_'); at != NULL; at = strchr(at, '_'))
			*at = ' ';
		assert_true(findings_append(&desk.findings, &said->units, &said->n_units, unit));
	}
	for (char *word = next_word(&waybills); word != NULL; word = next_word(&waybills)) {
		Juyan__V1__Waybill *waybill = findings_new(&desk.findings, &juyan__v1__waybill__descriptor);
		Juyan__V1__GoodsLine *line = findings_new(&desk.findings, &juyan__v1__goods_line__descriptor);
		char *kg = strchr(word, ':');
		if (kg != NULL) {
			*kg++ = '\0';
			waybill->has_declared_kg = true;
			waybill->declared_kg = strtoll(kg, NULL, 10);
		}
		waybill->waybill_no = word;
		if (part != PART_DROP)
			assert_true(findings_append(&desk.findings, &waybill->goods, &waybill->n_goods, line));
		assert_true(findings_append(&desk.findings, &said->waybills, &said->n_waybills, waybill));
	}
	struct finding *finding = findings_last(&desk.findings);
	finding->part = part;
	return finding;
}

static inline void
part(enum part part, const char *batch, const char *units, const char *waybills, int minutes)
{
	say_part(part, batch, units, waybills, AT(minutes));
	desk_enter();
}

static inline void
say_arrived(const char *unit_id, const char *lane, int64_t at_ms)
{
	Juyan__V1__Event *event = desk_event(JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED, at_ms);
	event->unit_arrived->unit_id = desk_text(unit_id);
	event->unit_arrived->lane = desk_text(lane);
}

static inline void
say_departed(const char *unit_id, const char *lane, int64_t at_ms)
{
	Juyan__V1__Event *event = desk_event(JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED, at_ms);
	event->unit_departed->unit_id = desk_text(unit_id);
	event->unit_departed->lane = desk_text(lane);
}

static inline void
say_weighed(const char *unit_id, const char *lane, const char *scale, int64_t kg, int64_t at_ms)
{
	Juyan__V1__Event *event = desk_event(JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED, at_ms);
	event->unit_weighed->unit_id = desk_text(unit_id);
	event->unit_weighed->lane = desk_text(lane);
	event->unit_weighed->scale = desk_text(scale);
	event->unit_weighed->has_gross_kg = true;
	event->unit_weighed->gross_kg = kg;
}

static inline void
arrived(const char *unit_id, int minutes)
{
	say_arrived(unit_id, "", AT(minutes));
	desk_enter();
}

static inline void
departed(const char *unit_id, int minutes)
{
	say_departed(unit_id, "", AT(minutes));
	desk_enter();
}

static inline void
weighed(const char *unit_id, int64_t kg, int minutes)
{
	say_weighed(unit_id, "", "s1", kg, AT(minutes));
	desk_enter();
}

/* ---- what comes out ---- */

__attribute__((format(printf, 2, 3))) static inline void
add_text(char *text, const char *format, ...)
{
	size_t used = strlen(text);
	va_list list;
	va_start(list, format);
	vsnprintf(text + used, BOOK_TEXT - used, format, list);
	va_end(list);
}

/* "kind batch unit kg @minutes", a manifest as "lodged batch [units] {waybills:kg} @minutes"; a millisecond more is a '+'. */
static inline void
add_event(char *text, const Juyan__V1__Event *event)
{
	int64_t minutes = (event->occurred_at_ms - BOOK_DAY) / 60000, more = (event->occurred_at_ms - BOOK_DAY) % 60000;
	add_text(text, "%s%s", text[0] == '\0' ? "" : "; ", wire_event_kind(event));
	if (event->batch_no[0] != '\0')
		add_text(text, " %s", event->batch_no);
	if (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED) {
		const Juyan__V1__ManifestLodged *said = event->manifest_lodged;
		add_text(text, " [");
		for (size_t i = 0; i < said->n_units; i++)
			add_text(text, "%s%s", i > 0 ? " " : "", said->units[i]->unit_id);
		add_text(text, "] {");
		for (size_t i = 0; i < said->n_waybills; i++)
			add_text(text, "%s%s:%lld", i > 0 ? " " : "", said->waybills[i]->waybill_no,
			    (long long)said->waybills[i]->declared_kg);
		add_text(text, "}");
	} else if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED) {
		add_text(text, " %s", event->unit_arrived->unit_id);
	} else if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED) {
		add_text(text, " %s", event->unit_departed->unit_id);
	} else if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED) {
		add_text(text, " %s %lld", event->unit_weighed->unit_id, (long long)event->unit_weighed->gross_kg);
	} else if (event->what_case == JUYAN__V1__EVENT__WHAT_INSPECTED) {
		add_text(text, " %s", event->inspected->unit_id);
	}
	add_text(text, " @%lld", (long long)minutes);
	for (int64_t i = 0; i < more; i++)
		add_text(text, "+");
}

/* Hands all that waits to a spool that takes it, at most `most` at once. */
static inline const char *
out_by(size_t most)
{
	static char text[BOOK_TEXT];
	struct span events[BOOK_SPANS];
	text[0] = '\0';
	for (;;) {
		size_t n = most;
		arena_reset(&desk.out);
		enum status status = book_outbox(desk.book, desk.taken, &desk.out, events, &n, &desk.why);
		if (status != STATUS_OK)
			fail_msg("%s: %s", status_name(status), desk.why.text);
		if (n == 0)
			return text;
		for (size_t i = 0; i < n; i++) {
			const Juyan__V1__Event *event;
			status = wire_event(events[i], &desk.out, &event, &desk.why);
			if (status != STATUS_OK)
				fail_msg("%s: %s", status_name(status), desk.why.text);
			assert_true(event->port[0] != '\0');
			add_event(text, event);
		}
		desk.taken += n;
	}
}

static inline const char *
out(void)
{
	return out_by(BOOK_SPANS);
}

/* The remarks since it was asked last. */
static inline const char *
remarks(void)
{
	static char text[BOOK_TEXT];
	memcpy(text, desk.remarks, sizeof text);
	desk.remarks[0] = '\0';
	return text;
}

static inline struct book_tally
tally(void)
{
	struct book_tally now;
	book_tally(desk.book, &now);
	return now;
}

static inline void
pass(int64_t at_ms)
{
	desk.now_ms = at_ms;
	enum status status = book_pass(desk.book, desk.now_ms, &desk.why);
	if (status != STATUS_OK)
		fail_msg("%s: %s", status_name(status), desk.why.text);
}

#endif
