/*
 * Messages and JSON: any message comes back from its JSON as it was, both spellings are read, and what is wrong is named with its
 * place. The golden lines hold the bytes of messages: a field number that came to mean something else would break one.
 */
#include "check.h"

#include <inttypes.h>
#include <string.h>

#include "any.h"
#include "forecast.pb-c.h"
#include "ingest.pb-c.h"
#include "json.h"
#include "query.pb-c.h"

static struct arena arena;

static int
open_arena(void **state)
{
	(void)state;
	any_begin();
	return arena_open(&arena, 8 * 1024 * 1024) != STATUS_OK;
}

static int
close_arena(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

/* ---- every type of the protocol, found from the messages that are frames or records --------------------------------------- */

enum { TYPES_MAX = 128 };

static const ProtobufCMessageDescriptor *types[TYPES_MAX];
static size_t n_types;

static void
collect(const ProtobufCMessageDescriptor *type)
{
	for (size_t i = 0; i < n_types; i++)
		if (types[i] == type)
			return;
	assert_true(n_types < TYPES_MAX);
	types[n_types++] = type;
	for (unsigned i = 0; i < type->n_fields; i++)
		if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
			collect(type->fields[i].descriptor);
}

/* Those whose bytes are kept, or sent to a centre that may be older or newer: golden lines pin them. */
static void
collect_pinned(void)
{
	n_types = 0;
	collect(&juyan__v1__event__descriptor);
	collect(&juyan__v1__from_terminal__descriptor);
	collect(&juyan__v1__to_terminal__descriptor);
	collect(&juyan__v1__question__descriptor);
	collect(&juyan__v1__answer__descriptor);
}

static void
collect_all(void)
{
	collect_pinned();
	collect(&juyan__v1__forecast_question__descriptor);
	collect(&juyan__v1__forecast_reply__descriptor);
}

static const ProtobufCMessageDescriptor *
type_of(const char *name)
{
	for (size_t i = 0; i < n_types; i++)
		if (strcmp(types[i]->short_name, name) == 0)
			return types[i];
	fail_msg("no message %s", name);
	return NULL;
}

static struct span
packed(const ProtobufCMessage *message)
{
	struct span bytes = { 0 };
	assert_int_equal(wire_pack(message, FRAME_BYTES_MAX, &arena, &bytes), STATUS_OK);
	return bytes;
}

static json_t *
written(const ProtobufCMessage *message, bool numbers)
{
	json_t *value = NULL;
	assert_int_equal(json_write(message, numbers, &value), STATUS_OK);
	return value;
}

static const ProtobufCMessage *
read_back(const ProtobufCMessageDescriptor *type, json_t *value)
{
	const ProtobufCMessage *back = NULL;
	struct reason why = { "" };
	if (json_read(type, value, &arena, &back, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	return back;
}

/* ---- round trips ---------------------------------------------------------------------------------------------------------- */

/* Through text too, as it goes into a file. */
static json_t *
through_text(json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);
	assert_non_null(text);
	json_error_t error;
	json_t *back = json_loads(text, 0, &error);
	if (back == NULL)
		fail_msg("%s in %s", error.text, text);
	free(text);
	json_decref(value);
	return back;
}

static void
any_message_comes_back(void **state)
{
	(void)state;
	collect_all();
	for (int round = 0; round < 5000; round++) {
		arena_reset(&arena);
		const ProtobufCMessageDescriptor *type = types[any_below(n_types)];
		const ProtobufCMessage *message = any_message(type, &arena);
		json_t *value = through_text(written(message, any_chance(50)));
		struct span before = packed(message), after = packed(read_back(type, value));
		json_decref(value);
		assert_int_equal(before.bytes, after.bytes);
		assert_memory_equal(before.data, after.data, before.bytes);
	}
}

/* "unit_id" as "unitId", everywhere. */
static json_t *
camel_of(json_t *value)
{
	if (json_is_array(value)) {
		json_t *list = json_array();
		for (size_t i = 0; i < json_array_size(value); i++)
			json_array_append_new(list, camel_of(json_array_get(value, i)));
		return list;
	}
	if (!json_is_object(value))
		return json_incref(value);
	json_t *object = json_object(), *member;
	const char *key;
	json_object_foreach(value, key, member)
	{
		char camel[64];
		size_t at = 0;
		for (const char *from = key; *from != '\0'; from++)
			camel[at++] = *from == '_' ? (char)(*++from - 'a' + 'A') : *from;
		camel[at] = '\0';
		json_object_set_new(object, camel, camel_of(member));
	}
	return object;
}

static void
both_spellings_are_read(void **state)
{
	(void)state;
	collect_all();
	for (int round = 0; round < 2000; round++) {
		arena_reset(&arena);
		const ProtobufCMessageDescriptor *type = types[any_below(n_types)];
		const ProtobufCMessage *message = any_message(type, &arena);
		json_t *snake = written(message, false);
		json_t *camel = camel_of(snake);
		struct span before = packed(message), after = packed(read_back(type, camel));
		assert_int_equal(before.bytes, after.bytes);
		assert_memory_equal(before.data, after.data, before.bytes);
		json_decref(snake);
		json_decref(camel);
	}
}

/* ---- golden bytes --------------------------------------------------------------------------------------------------------- */

static struct span
from_hex(const char *hex)
{
	size_t bytes = strlen(hex) / 2;
	uint8_t *data = any_take(&arena, bytes + 1);
	for (size_t i = 0; i < bytes; i++) {
		unsigned byte;
		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		data[i] = (uint8_t)byte;
	}
	return (struct span){ data, bytes };
}

/* Notes which fields of each message a line names, to see at the end that none was forgotten. */
static uint64_t seen[TYPES_MAX];

static void
note(const ProtobufCMessageDescriptor *type, json_t *value)
{
	for (size_t i = 0; i < n_types; i++)
		for (unsigned j = 0; types[i] == type && j < type->n_fields; j++)
			if (json_object_get(value, type->fields[j].name) != NULL)
				seen[i] |= UINT64_C(1) << j;
}

static void
check_golden(json_t *line)
{
	arena_reset(&arena);
	const ProtobufCMessageDescriptor *type = type_of(json_string_value(json_object_get(line, "message")));
	json_t *wanted = json_object_get(line, "json");
	struct span bytes = from_hex(json_string_value(json_object_get(line, "hex")));
	note(type, wanted);

	struct span made = packed(read_back(type, wanted));
	if (made.bytes != bytes.bytes || memcmp(made.data, bytes.data, bytes.bytes) != 0)
		fail_msg("%s: a field has another number or type than when its line was written", type->short_name);
	const ProtobufCMessage *message = NULL;
	assert_int_equal(wire_unpack(type, bytes, &arena, &message, NULL), STATUS_OK);
	json_t *shown = written(message, false);
	if (!json_equal(shown, wanted))
		fail_msg("%s: a field has another name than when its line was written", type->short_name);
	json_decref(shown);
}

static void
messages_have_the_bytes_that_they_had(void **state)
{
	(void)state;
	collect_pinned();
	memset(seen, 0, sizeof seen);
	const char *source = getenv("JUYAN_SOURCE");
	char path[512];
	snprintf(path, sizeof path, "%s/tests/unit/golden.ndjson", source == NULL ? "." : source);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		fail_msg("cannot open %s", path);
	char *text = NULL;
	size_t room = 0;
	while (getline(&text, &room, file) > 0) {
		json_t *line = json_loads(text, 0, NULL);
		assert_non_null(line);
		check_golden(line);
		json_decref(line);
	}
	free(text);
	fclose(file);
	for (size_t i = 0; i < n_types; i++)
		for (unsigned j = 0; j < types[i]->n_fields; j++)
			if ((seen[i] >> j & 1) == 0)
				fail_msg("golden.ndjson has no line for %s.%s: see tests/interop/test_contract.py",
				    types[i]->short_name, types[i]->fields[j].name);
}

/* ---- single values -------------------------------------------------------------------------------------------------------- */

/* Reads an Event from text; the sentence goes into `why`. */
static enum status
read_event(const char *text, const Juyan__V1__Event **out, struct reason *why)
{
	arena_reset(&arena);
	json_error_t error;
	json_t *value = json_loads(text, JSON_ALLOW_NUL, &error);
	if (value == NULL)
		fail_msg("%s in %s", error.text, text);
	const ProtobufCMessage *message = NULL;
	enum status status = json_read(&juyan__v1__event__descriptor, value, &arena, &message, why);
	json_decref(value);
	if (status == STATUS_OK)
		*out = (const Juyan__V1__Event *)message;
	else
		assert_int_equal(arena.used, 0);
	return status;
}

static void
numbers_come_in_several_forms(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t number;
	} rows[] = {
		{ "5", 5 },
		{ "\"5\"", 5 },
		{ "-7", -7 },
		{ "\"-7\"", -7 },
		{ "5.0", 5 },
		{ "1e3", 1000 },
		{ "9223372036854775807", INT64_MAX },
		{ "\"9223372036854775807\"", INT64_MAX },
		{ "\"-9223372036854775808\"", INT64_MIN },
		{ "9007199254740992.0", INT64_C(9007199254740992) },
	};
	const Juyan__V1__Event *event = NULL;
	struct reason why = { "" };
	char text[128];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(text, sizeof text, "{\"occurredAtMs\": %s}", rows[i].text);
		assert_int_equal(read_event(text, &event, &why), STATUS_OK);
		assert_int_equal(event->occurred_at_ms, rows[i].number);
	}
	static const char *const wrong[] = { "1.5", "\"1.5\"", "1e300", "\"\"", "\" 5\"", "\"5 \"", "\"+5\"", "\"0x5\"", "\"5kg\"",
		"\"9223372036854775808\"", "\"-9223372036854775809\"", "true", "[5]", "{}", "9007199254740994.0", "\"-\"" };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		snprintf(text, sizeof text, "{\"occurred_at_ms\": %s}", wrong[i]);
		assert_int_equal(read_event(text, &event, &why), STATUS_SYNTAX);
		assert_non_null(strstr(why.text, "occurred_at_ms is "));
		assert_non_null(strstr(why.text, "a whole number was expected"));
	}
}

static void
unsigned_numbers_have_their_range(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum status wanted;
	} rows[] = {
		{ "{\"quarantine_released\": {\"lsn\": \"18446744073709551615\"}}", STATUS_OK },
		{ "{\"quarantine_released\": {\"lsn\": \"18446744073709551616\"}}", STATUS_SYNTAX },
		{ "{\"quarantine_released\": {\"lsn\": -1}}", STATUS_SYNTAX },
		{ "{\"quarantine_released\": {\"lsn\": \"-1\"}}", STATUS_SYNTAX },
		{ "{\"registry_changed\": {\"put\": [{\"group\": {\"rank\": 4294967295}}]}}", STATUS_OK },
		{ "{\"registry_changed\": {\"put\": [{\"group\": {\"rank\": 4294967296}}]}}", STATUS_SYNTAX },
	};
	const Juyan__V1__Event *event = NULL;
	struct reason why;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(read_event(rows[i].text, &event, &why), rows[i].wanted);
	assert_string_equal(why.text,
	    "registry_changed.put[0].group.rank is 4294967296: a whole number from 0 to 4294967295 was expected");
	/* jansson has no integer beyond INT64_MAX: it is written as a string even where numbers are asked for. */
	assert_int_equal(read_event(rows[0].text, &event, &why), STATUS_OK);
	json_t *value = written(&event->base, true);
	assert_string_equal(json_string_value(json_object_get(json_object_get(value, "quarantine_released"), "lsn")),
	    "18446744073709551615");
	json_decref(value);
}

static void
mistakes_are_named_with_their_place(void **state)
{
	(void)state;
	static const struct {
		const char *text, *sentence;
	} rows[] = {
		{ "[]", "the value is a list: an object in { } was expected" },
		{ "{\"colour\": 1}",
		    "the value has the unknown name \"colour\": one of occurred_at_ms, port, batch_no, source_key, "
		    "manifest_lodged, "
		    "manifest_deleted, unit_arrived, unit_departed, unit_weighed, inspected, released, mass_corrected, … was "
		    "expected" },
		{ "{\"port\": 7}", "port is 7: a text in quotes was expected" },
		{ "{\"port\": \"a\\u0000b\"}", "port holds a NUL: a text was expected" },
		{ "{\"manifest_lodged\": {\"units\": [{}, {}, {\"unitId\": {}}]}}",
		    "manifest_lodged.units[2].unit_id is an object: a text in quotes was expected" },
		{ "{\"manifest_lodged\": {\"units\": [{}, null]}}",
		    "manifest_lodged.units[1] is null: an object in { } was expected" },
		{ "{\"manifest_lodged\": {\"units\": {}}}", "manifest_lodged.units is an object: a list in [ ] was expected" },
		{ "{\"manifest_lodged\": {\"units\": [{\"unit\": 1}]}}", "manifest_lodged.units[0] has the unknown name \"unit\"" },
		{ "{\"manifest_lodged\": {\"direction\": \"import\"}}",
		    "manifest_lodged.direction is \"import\": one of IMPORT, EXPORT was expected" },
		{ "{\"manifest_lodged\": {\"direction\": 1.5}}",
		    "manifest_lodged.direction is 1.5: a name or a number was expected" },
		{ "{\"manifest_lodged\": {\"direction\": true}}",
		    "manifest_lodged.direction is true: a name or a number was expected" },
		{ "{\"manifest_lodged\": {}, \"released\": {}}",
		    "released stands beside manifest_lodged: only one of the two was expected" },
		{ "{\"batch_no\": \"1\", \"batchNo\": \"1\"}", "batch_no stands twice, in two spellings: once was expected" },
		{ "{\"quarantine_released\": {\"dismissed\": \"yes\"}}",
		    "quarantine_released.dismissed is \"yes\": true or false was expected" },
		{ "{\"quarantine_released\": {\"fixed_event\": \"a\"}}",
		    "quarantine_released.fixed_event is not base64: it is cut off" },
		{ "{\"quarantine_released\": {\"fixed_event\": \"ab!d\"}}",
		    "quarantine_released.fixed_event is not base64: character 3 is none of its alphabet" },
		{ "{\"quarantine_released\": {\"fixed_event\": 5}}",
		    "quarantine_released.fixed_event is 5: bytes as base64 in quotes was expected" },
		{ "{\"released\": \"2025-01-01 00:00:00 and so on and so on and so on and so on and so on and so on\"}",
		    "released is a long text: an object in { } was expected" },
	};
	const Juyan__V1__Event *event = NULL;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reason why = { "" };
		assert_int_equal(read_event(rows[i].text, &event, &why), STATUS_SYNTAX);
		if (strncmp(why.text, rows[i].sentence, strlen(rows[i].sentence)) != 0)
			fail_msg("\"%s\" was expected to begin with \"%s\"", why.text, rows[i].sentence);
	}
	assert_null(event);
}

static void
null_is_as_good_as_absent(void **state)
{
	(void)state;
	const Juyan__V1__Event *event = NULL;
	struct reason why = { "" };
	assert_int_equal(
	    read_event("{\"port\": null, \"manifest_lodged\": null, \"unit_weighed\": {\"gross_kg\": null, \"tare_kg\": 0}}",
		&event, &why),
	    STATUS_OK);
	assert_string_equal(event->port, "");
	assert_false(event->unit_weighed->has_gross_kg);
	assert_true(event->unit_weighed->has_tare_kg);
	assert_int_equal(event->unit_weighed->tare_kg, 0);
	json_t *value = written(&event->base, true);
	json_t *said = json_object_get(value, "unit_weighed");
	assert_null(json_object_get(said, "gross_kg"));
	assert_true(json_is_integer(json_object_get(said, "tare_kg")));
	assert_int_equal(json_object_size(value), 1);
	json_decref(value);
}

static void
bytes_are_base64_of_either_alphabet(void **state)
{
	(void)state;
	static const char *const forms[] = { "+/+/AA==", "-_-_AA", "+/+/AA", "-_-_AA==" };
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		char text[128];
		snprintf(text, sizeof text, "{\"quarantine_released\": {\"fixed_event\": \"%s\"}}", forms[i]);
		const Juyan__V1__Event *event = NULL;
		struct reason why;
		assert_int_equal(read_event(text, &event, &why), STATUS_OK);
		assert_int_equal(event->quarantine_released->fixed_event.len, 4);
		assert_memory_equal(event->quarantine_released->fixed_event.data, "\xFB\xFF\xBF\x00", 4);
	}
}

/* The quarantine keeps what is no text, and a person has to be able to look at it. */
static void
what_is_no_text_can_still_be_written(void **state)
{
	(void)state;
	static const struct {
		char raw[16];
		const char *shown;
	} rows[] = {
		{ "\xFF", "\xEF\xBF\xBD" },
		{ "a\xC3(b", "a\xEF\xBF\xBD(b" },
		{ "煤\xE7\x85", "煤\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ "a\tb\xFF", "a\tb\xEF\xBF\xBD" },
		{ "a\tb", "a\tb" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char raw[16];
		memcpy(raw, rows[i].raw, sizeof raw);
		Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
		event.port = raw;
		json_t *value = through_text(written(&event.base, true));
		assert_string_equal(json_string_value(json_object_get(value, "port")), rows[i].shown);
		json_decref(value);
	}
}

static void
a_message_larger_than_the_arena_is_refused(void **state)
{
	(void)state;
	json_t *value =
	    json_loads("{\"port\": \"ceke\", \"manifest_lodged\": {\"units\": [{\"unit_id\": \"1\", \"trailers\": [\"2\"]}]},"
		       "\"batch_no\": \"B1\"}",
		0, NULL);
	bool taken = false;
	for (size_t size = 16; !taken; size += 16) {
		struct arena small;
		assert_int_equal(arena_open(&small, size), STATUS_OK);
		const ProtobufCMessage *message = NULL;
		struct reason why;
		enum status status = json_read(&juyan__v1__event__descriptor, value, &small, &message, &why);
		taken = status == STATUS_OK;
		assert_true(taken || status == STATUS_TOO_LARGE);
		arena_close(&small);
	}
	json_decref(value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_message_comes_back),
		cmocka_unit_test(both_spellings_are_read),
		cmocka_unit_test(messages_have_the_bytes_that_they_had),
		cmocka_unit_test(numbers_come_in_several_forms),
		cmocka_unit_test(unsigned_numbers_have_their_range),
		cmocka_unit_test(mistakes_are_named_with_their_place),
		cmocka_unit_test(null_is_as_good_as_absent),
		cmocka_unit_test(bytes_are_base64_of_either_alphabet),
		cmocka_unit_test(what_is_no_text_can_still_be_written),
		cmocka_unit_test(a_message_larger_than_the_arena_is_refused),
	};
	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
