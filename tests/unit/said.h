/*
 * Events for tests, written as JSON with single quotes: said("{'occurred_at_ms': %d, …}", 1). They are decoded and checked as
 * ingest does it, and live in one arena until said_end. For one thread.
 */
#ifndef JUYAN_TESTS_SAID_H
#define JUYAN_TESTS_SAID_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json.h"

enum { SAID_BYTES = 256 * 1024 };

struct said {
	const Juyan__V1__Event *event;
	struct span bytes;
};

/* Midnight at UTC+8 between 30 and 31 January 2025. */
#define MIDNIGHT INT64_C(1738252800000)
#define MINUTES(n) ((n)*INT64_C(60000))
#define HOURS(n) ((n)*INT64_C(3600000))
#define DAYS(n) ((n)*INT64_C(86400000))

static struct arena said_arena;

static inline int
said_begin(void **state)
{
	(void)state;
	return arena_open(&said_arena, 64 * 1024 * 1024) != STATUS_OK;
}

static inline int
said_end(void **state)
{
	(void)state;
	arena_close(&said_arena);
	return 0;
}

/* The setup of a test that begins with nothing said. */
static inline int
said_forget(void **state)
{
	(void)state;
	arena_reset(&said_arena);
	return 0;
}

static inline const ProtobufCMessage *
said_message(const ProtobufCMessageDescriptor *type, char *text)
{
	const ProtobufCMessage *message;
	struct reason why = { "" };
	for (char *quote = strchr(text, '\''); quote != NULL; quote = strchr(quote, '\''))
		*quote = '"';
	json_error_t error;
	json_t *value = json_loads(text, 0, &error);
	if (value == NULL)
		fail_msg("%s at %d of %s", error.text, error.position, text);
	if (json_read(type, value, &said_arena, &message, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	json_decref(value);
	return message;
}

static inline struct said
said_text(char *text)
{
	struct said said;
	struct reason why = { "" };
	const ProtobufCMessage *message = said_message(&juyan__v1__event__descriptor, text);
	assert_int_equal(wire_pack(message, EVENT_BYTES_MAX, &said_arena, &said.bytes), STATUS_OK);
	if (wire_event(said.bytes, &said_arena, &said.event, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return said;
}

/* An event of one batch; `what` is such as "'released': {}". */
__attribute__((format(printf, 4, 5))) static inline struct said
cargo(int64_t occurred_at_ms, const char *port, const char *batch_no, const char *what, ...)
{
	static char text[SAID_BYTES];
	va_list list;
	int head = snprintf(text, sizeof text, "{'occurred_at_ms': %lld, 'port': '%s', 'batch_no': '%s', ",
	    (long long)occurred_at_ms, port, batch_no);
	va_start(list, what);
	int body = vsnprintf(text + head, sizeof text - (size_t)head, what, list);
	va_end(list);
	assert_true((size_t)(head + body) + 2 < sizeof text);
	snprintf(text + head + body, sizeof text - (size_t)(head + body), "}");
	return said_text(text);
}

/* A change of the registry; `change` is such as "'put': […]". */
__attribute__((format(printf, 1, 2))) static inline struct said
registry_changed(const char *change, ...)
{
	static char text[SAID_BYTES];
	va_list list;
	int head = snprintf(text, sizeof text, "{'occurred_at_ms': 1, 'registry_changed': {'by': 'b', 'reason': 'r', ");
	va_start(list, change);
	int body = vsnprintf(text + head, sizeof text - (size_t)head, change, list);
	va_end(list);
	assert_true((size_t)(head + body) + 3 < sizeof text);
	snprintf(text + head + body, sizeof text - (size_t)(head + body), "}}");
	return said_text(text);
}

/* Records for registry_changed. */
#define PORT(id, count_on) "{'port': {'id': '" id "', 'utc_offset': '+08:00', 'count_on': '" count_on "'}}"
#define PORT_FROM(day, id, count_on) \
	"{'valid_from': '" day "', 'port': {'id': '" id "', 'utc_offset': '+08:00', 'count_on': '" count_on "'}}"
#define GROUP(id, prefix, words) "{'group': {'id': '" id "', 'hs_prefixes': ['" prefix "'], 'words': [" words "]}}"

/* A manifest of coal (hs 2701) and so on, by road into China. */
#define LODGED(units, waybills) \
	"'manifest_lodged': {'direction': 'IMPORT', 'mode': 'TRUCK', 'units': [" units "], 'waybills': [" waybills "]}"
#define UNIT(id) "{'unit_id': '" id "'}"
#define GOODS(hs, kg) "{'hs_code': '" hs "', 'declared_kg': " kg "}"
#define GOODS_UNKNOWN(hs) "{'hs_code': '" hs "'}"
#define WAYBILL(goods) "{'waybill_no': 'W', 'goods': [" goods "]}"
#define WAYBILL_OF(kg, goods) "{'waybill_no': 'W', 'declared_kg': " kg ", 'goods': [" goods "]}"
#define WEIGHED(id, masses) "'unit_weighed': {'unit_id': '" id "', " masses "}"
#define CORRECTED(id, kg) "'mass_corrected': {'unit_id': '" id "', 'net_kg': " kg ", 'by': 'b', 'reason': 'r'}"
#define DEPARTED(id) "'unit_departed': {'unit_id': '" id "'}"
#define RELEASED "'released': {}"
#define DELETED "'manifest_deleted': {}"

#endif
