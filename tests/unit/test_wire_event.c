/*
 * What an event may say: each bound at its limit and one beyond, each required field missing, each number and enum out of its
 * range. Events are written as JSON here; a row names a place in one of them and what is put there.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"

static struct arena arena;

static int
open_arena(void **state)
{
	(void)state;
	return arena_open(&arena, 16 * 1024 * 1024) != STATUS_OK;
}

static int
close_arena(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

/* ---- events that are right, one for each kind ---------------------------------------------------------------------------- */

#define CARGO "\"occurred_at_ms\": 1735689600000, \"port\": \"ceke\", \"batch_no\": \"B1\", \"source_key\": \"k\", "

static const char manifest[] =
    "{" CARGO "\"manifest_lodged\": {\"direction\": \"IMPORT\", \"mode\": \"TRUCK\", \"units\": ["
    "{\"unit_id\": \"U0\", \"trailers\": [\"T0\"], \"containers\": [\"C0\"], \"declared_kg\": 1, \"tare_kg\": 2, "
    "\"container_tare_kg\": 3},"
    "{\"unit_id\": \"U1\"}], \"waybills\": [{\"waybill_no\": \"W0\", \"declared_kg\": 4, \"packages\": 5, \"goods\": ["
    "{\"description\": \"coal\", \"hs_code\": \"2701\", \"declared_kg\": 6, \"packages\": 7}]}]}}";
static const char deleted[] = "{" CARGO "\"manifest_deleted\": {\"reason\": \"r\"}}";
static const char arrived[] = "{" CARGO "\"unit_arrived\": {\"unit_id\": \"U0\", \"lane\": \"L\"}}";
static const char departed[] = "{" CARGO "\"unit_departed\": {\"unit_id\": \"U0\", \"lane\": \"L\"}}";
static const char weighed[] =
    "{" CARGO "\"unit_weighed\": {\"unit_id\": \"U0\", \"gross_kg\": 3, \"tare_kg\": 2, \"container_tare_kg\": 1, "
    "\"scale\": \"S\", \"ticket_no\": \"T\", \"stability\": \"STABLE\", \"lane\": \"L\"}}";
static const char inspected[] =
    "{" CARGO "\"inspected\": {\"by\": \"CUSTOMS\", \"outcome\": \"HELD\", \"unit_id\": \"U0\", \"held\": \"h\", "
    "\"officer\": \"o\"}}";
static const char released[] = "{" CARGO "\"released\": {\"office\": \"o\", \"document_no\": \"d\"}}";
static const char corrected[] =
    "{" CARGO "\"mass_corrected\": {\"unit_id\": \"U0\", \"net_kg\": 0, \"by\": \"b\", \"reason\": \"r\"}}";
static const char settled[] =
    "{\"occurred_at_ms\": 1, \"quarantine_released\": {\"lsn\": 1, \"by\": \"b\", \"reason\": \"r\", \"dismissed\": true}}";
static const char noted[] =
    "{\"occurred_at_ms\": 1, \"noted\": {\"subject\": \"stuck:ceke/B1\", \"by\": \"b\", \"note\": \"n\", \"withdrawn\": true}}";
static const char registry[] =
    "{\"occurred_at_ms\": 1, \"registry_changed\": {\"by\": \"b\", \"reason\": \"r\", \"put\": ["
    "{\"valid_from\": \"2025-01-31\", \"port\": {\"id\": \"ceke\", \"name_zh\": \"策克\", \"name_mn\": \"Сэхэ\", \"name_en\": "
    "\"Ceke\", "
    "\"utc_offset\": \"+08:00\", \"lanes\": [\"L\"], \"count_on\": \"RELEASE\", \"unlocode\": \"CN CEK\"}},"
    "{\"group\": {\"id\": \"coal\", \"name_zh\": \"煤\", \"name_mn\": \"нүүрс\", \"name_en\": \"coal\", \"hs_prefixes\": "
    "[\"2701\"], "
    "\"words\": [\"coal\"], \"rank\": 1}},"
    "{\"terminal\": {\"terminal_no\": 2, \"name\": \"gate\", \"public_key\": \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\", "
    "\"ports\": [\"ceke\"], \"kinds\": [\"unit_weighed\"]}},"
    "{\"day\": {\"port\": \"*\", \"day\": \"2025-07-11\", \"kind\": \"HOLIDAY\", \"country\": \"MN\", \"note\": \"Naadam\"}},"
    "{\"capacity\": {\"port\": \"ceke\", \"mode\": \"AGV\", \"kg_per_day\": 1, \"note\": \"n\"}},"
    "{\"goal\": {\"id\": \"2025\", \"name\": \"n\", \"ports\": [\"ceke\"], \"direction\": \"IMPORT\", \"mode\": \"RAIL\", "
    "\"groups\": [\"coal\"], "
    "\"from\": \"2025-01-01\", \"to\": \"2025-12-31\", \"target_kg\": 26000000000, \"approved_by\": \"a\", \"source\": \"s\"}}], "
    "\"drop\": [{\"goal\": {\"id\": \"2024\"}}]}}";

/* ---- judging a changed event --------------------------------------------------------------------------------------------- */

static json_t *
parse(const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, 0, &error);
	if (value == NULL)
		fail_msg("%s in %s", error.text, text);
	return value;
}

/* One step down: into an object by a name, into a list by an index. */
static json_t *
step(json_t *value, const char *part)
{
	return json_is_array(value) ? json_array_get(value, strtoul(part, NULL, 10)) : json_object_get(value, part);
}

/* Puts `value` (taken over; NULL: removes) at a place such as "registry_changed.put.0.port.id"; numbers are indices. */
static void
put_at(json_t *root, const char *place, json_t *value)
{
	char copy[128];
	snprintf(copy, sizeof copy, "%s", place);
	char *rest = copy, *part = strsep(&rest, ".");
	for (; rest != NULL; part = strsep(&rest, ".")) {
		root = step(root, part);
		assert_non_null(root);
	}
	if (value == NULL) {
		assert_int_equal(json_object_del(root, part), 0);
		return;
	}
	int done =
	    json_is_array(root) ? json_array_set_new(root, strtoul(part, NULL, 10), value) : json_object_set_new(root, part, value);
	assert_int_equal(done, 0);
}

/* What wire_event says of it as bytes; wire_event_check has to say the same of it as a message. Takes the event over. */
static enum status
judge(json_t *event, struct reason *why)
{
	arena_reset(&arena);
	const ProtobufCMessage *message = NULL;
	if (json_read(&juyan__v1__event__descriptor, event, &arena, &message, why) != STATUS_OK)
		fail_msg("%s", why->text);
	json_decref(event);
	struct span bytes = { 0 };
	assert_int_equal(wire_pack(message, FRAME_BYTES_MAX, &arena, &bytes), STATUS_OK);
	const Juyan__V1__Event *back = NULL;
	why->text[0] = '\0';
	enum status status = wire_event(bytes, &arena, &back, why);
	assert_int_equal(back != NULL, status == STATUS_OK);
	if (bytes.bytes <= EVENT_BYTES_MAX)
		assert_int_equal(wire_event_check((const Juyan__V1__Event *)message, NULL), status);
	return status;
}

static void
expect(const char *event, const char *place, json_t *value, enum status wanted)
{
	json_t *changed = parse(event);
	if (place != NULL)
		put_at(changed, place, value);
	struct reason why = { "" };
	enum status status = judge(changed, &why);
	if (status != wanted)
		fail_msg("%s: %s was expected, and came %s: %s", place, status_name(wanted), status_name(status), why.text);
	if (status == STATUS_OK || place == NULL)
		return;
	/* The sentence names the last part of the place; an index stands there as [N]. */
	const char *last = strrchr(place, '.') == NULL ? place : strrchr(place, '.') + 1;
	if (strspn(last, "0123456789") != strlen(last) && strstr(why.text, last) == NULL)
		fail_msg("\"%s\" does not say %s", why.text, last);
}

static json_t *
text_of(size_t bytes)
{
	char *text = malloc(bytes + 1);
	assert_non_null(text);
	memset(text, 'a', bytes);
	text[bytes] = '\0';
	json_t *value = json_string(text);
	free(text);
	return value;
}

/* ---- the rules ----------------------------------------------------------------------------------------------------------- */

static void
events_of_every_kind_are_taken(void **state)
{
	(void)state;
	const char *const events[] = { manifest, deleted, arrived, departed, weighed, inspected, released, corrected, settled,
		noted, registry };
	for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
		expect(events[i], NULL, NULL, STATUS_OK);
}

enum { REQUIRED = 1 };

static void
texts_are_bounded(void **state)
{
	(void)state;
	static const struct {
		const char *event, *place;
		size_t max;
		int required;
	} rows[] = {
		{ arrived, "port", PORT_BYTES_MAX, REQUIRED },
		{ arrived, "batch_no", BATCH_NO_BYTES_MAX, REQUIRED },
		{ arrived, "source_key", SHORT_TEXT_BYTES_MAX, 0 },
		{ arrived, "unit_arrived.unit_id", UNIT_ID_BYTES_MAX, REQUIRED },
		{ arrived, "unit_arrived.lane", SHORT_TEXT_BYTES_MAX, 0 },
		{ departed, "unit_departed.unit_id", UNIT_ID_BYTES_MAX, REQUIRED },
		{ departed, "unit_departed.lane", SHORT_TEXT_BYTES_MAX, 0 },
		{ manifest, "manifest_lodged.units.1.unit_id", UNIT_ID_BYTES_MAX, REQUIRED },
		{ manifest, "manifest_lodged.units.0.trailers.0", SHORT_TEXT_BYTES_MAX, REQUIRED },
		{ manifest, "manifest_lodged.units.0.containers.0", SHORT_TEXT_BYTES_MAX, REQUIRED },
		{ manifest, "manifest_lodged.waybills.0.waybill_no", SHORT_TEXT_BYTES_MAX, REQUIRED },
		{ manifest, "manifest_lodged.waybills.0.goods.0.description", TEXT_BYTES_MAX, 0 },
		{ deleted, "manifest_deleted.reason", TEXT_BYTES_MAX, 0 },
		{ weighed, "unit_weighed.unit_id", UNIT_ID_BYTES_MAX, REQUIRED },
		{ weighed, "unit_weighed.scale", SHORT_TEXT_BYTES_MAX, 0 },
		{ weighed, "unit_weighed.ticket_no", SHORT_TEXT_BYTES_MAX, 0 },
		{ weighed, "unit_weighed.lane", SHORT_TEXT_BYTES_MAX, 0 },
		{ inspected, "inspected.unit_id", UNIT_ID_BYTES_MAX, 0 },
		{ inspected, "inspected.held", TEXT_BYTES_MAX, 0 },
		{ inspected, "inspected.officer", SHORT_TEXT_BYTES_MAX, 0 },
		{ released, "released.office", SHORT_TEXT_BYTES_MAX, 0 },
		{ released, "released.document_no", SHORT_TEXT_BYTES_MAX, 0 },
		{ corrected, "mass_corrected.unit_id", UNIT_ID_BYTES_MAX, REQUIRED },
		{ corrected, "mass_corrected.by", TEXT_BYTES_MAX, REQUIRED },
		{ corrected, "mass_corrected.reason", TEXT_BYTES_MAX, REQUIRED },
		{ settled, "quarantine_released.by", TEXT_BYTES_MAX, REQUIRED },
		{ settled, "quarantine_released.reason", TEXT_BYTES_MAX, REQUIRED },
		{ noted, "noted.subject", SUBJECT_BYTES_MAX, REQUIRED },
		{ noted, "noted.by", TEXT_BYTES_MAX, REQUIRED },
		{ noted, "noted.note", TEXT_BYTES_MAX, REQUIRED },
		{ registry, "registry_changed.by", TEXT_BYTES_MAX, REQUIRED },
		{ registry, "registry_changed.reason", TEXT_BYTES_MAX, REQUIRED },
		{ registry, "registry_changed.put.0.port.id", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.0.port.name_zh", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.0.port.name_mn", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.0.port.name_en", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.0.port.lanes.0", TEXT_BYTES_MAX, REQUIRED },
		{ registry, "registry_changed.put.0.port.unlocode", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.1.group.id", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.1.group.name_en", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.1.group.words.0", TEXT_BYTES_MAX, REQUIRED },
		{ registry, "registry_changed.put.2.terminal.name", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.2.terminal.ports.0", TEXT_BYTES_MAX, REQUIRED },
		{ registry, "registry_changed.put.3.day.port", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.3.day.note", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.4.capacity.port", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.4.capacity.note", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.5.goal.id", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.5.goal.name", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.5.goal.ports.0", TEXT_BYTES_MAX, REQUIRED },
		{ registry, "registry_changed.put.5.goal.groups.0", TEXT_BYTES_MAX, REQUIRED },
		{ registry, "registry_changed.put.5.goal.approved_by", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.put.5.goal.source", TEXT_BYTES_MAX, 0 },
		{ registry, "registry_changed.drop.0.goal.id", TEXT_BYTES_MAX, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		expect(rows[i].event, rows[i].place, text_of(rows[i].max), STATUS_OK);
		expect(rows[i].event, rows[i].place, text_of(rows[i].max + 1), STATUS_TOO_LARGE);
		expect(rows[i].event, rows[i].place, json_string(""), rows[i].required ? STATUS_MISSING_FIELD : STATUS_OK);
		expect(rows[i].event, rows[i].place, json_string("a\tb"), STATUS_NOT_TEXT);
		expect(rows[i].event, rows[i].place, json_string("\xC2\x85"), STATUS_NOT_TEXT);
	}
}

static void
an_hs_code_is_digits(void **state)
{
	(void)state;
	static const char hs[] = "manifest_lodged.waybills.0.goods.0.hs_code";
	expect(manifest, hs, json_string(""), STATUS_OK);
	expect(manifest, hs, json_string("27"), STATUS_OK);
	expect(manifest, hs, json_string("2701121000"), STATUS_OK);
	expect(manifest, hs, json_string("2"), STATUS_OUT_OF_RANGE);
	expect(manifest, hs, json_string("27011210001"), STATUS_OUT_OF_RANGE);
	expect(manifest, hs, json_string("2701.12"), STATUS_OUT_OF_RANGE);
	expect(manifest, hs, json_string("２７０１"), STATUS_OUT_OF_RANGE);
}

static void
numbers_are_bounded(void **state)
{
	(void)state;
	static const struct {
		const char *event, *place;
		int64_t min, max;
	} rows[] = {
		{ arrived, "occurred_at_ms", TIME_MS_LOWEST, TIME_MS_HIGHEST },
		{ manifest, "manifest_lodged.units.0.declared_kg", 0, MASS_KG_MAX },
		{ manifest, "manifest_lodged.units.0.tare_kg", 0, MASS_KG_MAX },
		{ manifest, "manifest_lodged.units.0.container_tare_kg", 0, MASS_KG_MAX },
		{ manifest, "manifest_lodged.waybills.0.declared_kg", 0, MASS_KG_MAX },
		{ manifest, "manifest_lodged.waybills.0.packages", 0, PACKAGES_MAX },
		{ manifest, "manifest_lodged.waybills.0.goods.0.declared_kg", 0, MASS_KG_MAX },
		{ manifest, "manifest_lodged.waybills.0.goods.0.packages", 0, PACKAGES_MAX },
		{ weighed, "unit_weighed.gross_kg", 0, MASS_KG_MAX },
		{ weighed, "unit_weighed.tare_kg", 0, MASS_KG_MAX },
		{ weighed, "unit_weighed.container_tare_kg", 0, MASS_KG_MAX },
		{ corrected, "mass_corrected.net_kg", 0, MASS_KG_MAX },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		expect(rows[i].event, rows[i].place, json_integer(rows[i].min), STATUS_OK);
		expect(rows[i].event, rows[i].place, json_integer(rows[i].max), STATUS_OK);
		expect(rows[i].event, rows[i].place, json_integer(rows[i].min - 1), STATUS_OUT_OF_RANGE);
		expect(rows[i].event, rows[i].place, json_integer(rows[i].max + 1), STATUS_OUT_OF_RANGE);
		expect(rows[i].event, rows[i].place, json_integer(INT64_MIN), STATUS_OUT_OF_RANGE);
		expect(rows[i].event, rows[i].place, json_integer(INT64_MAX), STATUS_OUT_OF_RANGE);
	}
	expect(settled, "quarantine_released.lsn", json_integer(0), STATUS_MISSING_FIELD);
}

static void
enums_are_those_of_the_proto_file(void **state)
{
	(void)state;
	static const struct {
		const char *event, *place;
		int max, required;
	} rows[] = {
		{ manifest, "manifest_lodged.direction", 2, REQUIRED },
		{ manifest, "manifest_lodged.mode", 3, REQUIRED },
		{ weighed, "unit_weighed.stability", 2, 0 },
		{ inspected, "inspected.by", 2, 0 },
		{ inspected, "inspected.outcome", 3, 0 },
		{ registry, "registry_changed.put.0.port.count_on", 2, 0 },
		{ registry, "registry_changed.put.3.day.kind", 3, 0 },
		{ registry, "registry_changed.put.4.capacity.mode", 3, 0 },
		{ registry, "registry_changed.put.5.goal.direction", 2, 0 },
		{ registry, "registry_changed.put.5.goal.mode", 3, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		expect(rows[i].event, rows[i].place, json_integer(0), rows[i].required ? STATUS_MISSING_FIELD : STATUS_OK);
		expect(rows[i].event, rows[i].place, json_integer(rows[i].max), STATUS_OK);
		expect(rows[i].event, rows[i].place, json_integer(rows[i].max + 1), STATUS_OUT_OF_RANGE);
		expect(rows[i].event, rows[i].place, json_integer(-1), STATUS_OUT_OF_RANGE);
		expect(rows[i].event, rows[i].place, json_integer(INT32_MIN), STATUS_OUT_OF_RANGE);
	}
}

/* A list of n entries: the first entry of the list that stands there, with its number in the place of unit_id where it has one. */
static json_t *
list_of(const char *event, const char *place, size_t n)
{
	json_t *root = parse(event), *list = root;
	char copy[128];
	snprintf(copy, sizeof copy, "%s", place);
	char *rest = copy, *part;
	while ((part = strsep(&rest, ".")) != NULL)
		list = step(list, part);
	json_t *many = json_array();
	for (size_t i = 0; i < n; i++) {
		json_t *entry = json_deep_copy(json_array_get(list, 0));
		if (json_object_get(entry, "unit_id") != NULL)
			json_object_set_new(entry, "unit_id", json_sprintf("N%zu", i));
		json_array_append_new(many, entry);
	}
	json_decref(root);
	return many;
}

static void
counts_are_bounded(void **state)
{
	(void)state;
	static const struct {
		const char *event, *place;
		size_t min, max;
	} rows[] = {
		{ manifest, "manifest_lodged.units", 1, UNITS_MAX },
		{ manifest, "manifest_lodged.units.0.trailers", 0, TRAILERS_MAX },
		{ manifest, "manifest_lodged.units.0.containers", 0, CONTAINERS_MAX },
		{ manifest, "manifest_lodged.waybills", 0, WAYBILLS_MAX },
		{ manifest, "manifest_lodged.waybills.0.goods", 1, GOODS_MAX },
		{ registry, "registry_changed.drop", 0, REGISTRY_RECORDS_MAX - 6 }, /* six are under `put` */
		{ registry, "registry_changed.put.0.port.lanes", 0, GROUPS_MAX },
		{ registry, "registry_changed.put.1.group.hs_prefixes", 0, GROUPS_MAX },
		{ registry, "registry_changed.put.1.group.words", 0, GROUPS_MAX },
		{ registry, "registry_changed.put.2.terminal.ports", 0, GROUPS_MAX },
		{ registry, "registry_changed.put.2.terminal.kinds", 0, GROUPS_MAX },
		{ registry, "registry_changed.put.5.goal.ports", 0, GROUPS_MAX },
		{ registry, "registry_changed.put.5.goal.groups", 0, GROUPS_MAX },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *event = rows[i].event, *place = rows[i].place;
		expect(event, place, list_of(event, place, rows[i].min), STATUS_OK);
		if (rows[i].min > 0)
			expect(event, place, list_of(event, place, rows[i].min - 1), STATUS_MISSING_FIELD);
		expect(event, place, list_of(event, place, rows[i].max), STATUS_OK);
		expect(event, place, list_of(event, place, rows[i].max + 1), STATUS_TOO_MANY);
	}
}

static void
goods_are_counted_over_all_waybills(void **state)
{
	(void)state;
	json_t *waybills = list_of(manifest, "manifest_lodged.waybills", 2);
	json_object_set_new(json_array_get(waybills, 0), "goods",
	    list_of(manifest, "manifest_lodged.waybills.0.goods", GOODS_MAX - 1));
	expect(manifest, "manifest_lodged.waybills", json_deep_copy(waybills), STATUS_OK);
	json_object_set_new(json_array_get(waybills, 0), "goods", list_of(manifest, "manifest_lodged.waybills.0.goods", GOODS_MAX));
	expect(manifest, "manifest_lodged.waybills", waybills, STATUS_TOO_MANY);
}

static void
fields_that_are_required_may_not_be_absent(void **state)
{
	(void)state;
	expect(corrected, "mass_corrected.net_kg", NULL, STATUS_MISSING_FIELD);
	expect(registry, "registry_changed.put.0.port", NULL, STATUS_MISSING_FIELD);
	expect(registry, "registry_changed.drop.0.goal", NULL, STATUS_MISSING_FIELD);
	/* Unknown masses are unknown, and an empty crossing has no waybill. */
	expect(weighed, "unit_weighed.gross_kg", NULL, STATUS_OK);
	expect(manifest, "manifest_lodged.waybills", NULL, STATUS_OK);
	expect(arrived, "occurred_at_ms", NULL, STATUS_OK);

	json_t *event = parse(registry);
	put_at(event, "registry_changed.put", json_array());
	put_at(event, "registry_changed.drop", json_array());
	struct reason why;
	assert_int_equal(judge(event, &why), STATUS_MISSING_FIELD);
}

static void
an_administrators_event_is_about_no_batch(void **state)
{
	(void)state;
	expect(registry, "port", json_string("ceke"), STATUS_OUT_OF_RANGE);
	expect(registry, "batch_no", json_string("B1"), STATUS_OUT_OF_RANGE);
	expect(settled, "port", json_string("ceke"), STATUS_OUT_OF_RANGE);
	expect(settled, "source_key", json_string("k"), STATUS_OK);
}

static void
a_unit_stands_once_in_a_manifest(void **state)
{
	(void)state;
	expect(manifest, "manifest_lodged.units.1.unit_id", json_string("U0"), STATUS_DOUBLE_UNIT);
	for (size_t at = 1; at < UNITS_MAX; at += 18) {
		json_t *units = list_of(manifest, "manifest_lodged.units", UNITS_MAX);
		json_object_set_new(json_array_get(units, at), "unit_id", json_string("N0"));
		json_t *event = parse(manifest);
		put_at(event, "manifest_lodged.units", units);
		struct reason why;
		assert_int_equal(judge(event, &why), STATUS_DOUBLE_UNIT);
		char wanted[64];
		snprintf(wanted, sizeof wanted, "manifest_lodged.units[%zu].unit_id is \"N0\", as units[0] is", at);
		assert_non_null(strstr(why.text, wanted));
	}
}

static void
sentences_say_where_what_and_what_was_expected(void **state)
{
	(void)state;
	static const struct {
		const char *event, *place, *text, *sentence;
	} rows[] = {
		{ manifest, "manifest_lodged.units.1.unit_id", "",
		    "manifest_lodged.units[1].unit_id is empty: a plate, AGV or wagon number was expected" },
		{ manifest, "manifest_lodged.units.0.containers.0", "",
		    "manifest_lodged.units[0].containers[0] is empty: a text was expected" },
		{ manifest, "manifest_lodged.waybills.0.goods.0.hs_code", "coal",
		    "manifest_lodged.waybills[0].goods[0].hs_code is \"coal\": 2 to 10 digits were expected" },
		{ arrived, "port", "", "port is empty: a port id such as \"ceke\" was expected" },
		{ registry, "registry_changed.put.0.port.lanes.0", "",
		    "registry_changed.put[0].port.lanes[0] is empty: a text was expected" },
		{ registry, "registry_changed.put.3.day.note", "\n",
		    "registry_changed.put[3].day.note is not a text: UTF-8 without control characters was expected" },
		{ registry, "registry_changed.put.2.terminal.public_key", "AAAA",
		    "registry_changed.put[2].terminal.public_key has 3 bytes: the 32 of a CURVE key were expected" },
	};
	struct reason why;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		json_t *event = parse(rows[i].event);
		put_at(event, rows[i].place, json_string(rows[i].text));
		assert_int_not_equal(judge(event, &why), STATUS_OK);
		assert_string_equal(why.text, rows[i].sentence);
	}
	json_t *event = parse(weighed);
	put_at(event, "unit_weighed.tare_kg", json_integer(-5));
	assert_int_equal(judge(event, &why), STATUS_OUT_OF_RANGE);
	assert_string_equal(why.text, "unit_weighed.tare_kg is -5: 0 to 1000000000 was expected");
	event = parse(manifest);
	put_at(event, "manifest_lodged.mode", json_integer(9));
	assert_int_equal(judge(event, &why), STATUS_OUT_OF_RANGE);
	assert_string_equal(why.text, "manifest_lodged.mode is 9: one of TRUCK, AGV, RAIL was expected");
}

/* ---- an event inside of an event ----------------------------------------------------------------------------------------- */

static enum status
judge_fixed(const char *inner, bool dismissed, struct reason *why)
{
	arena_reset(&arena);
	json_t *value = parse(inner);
	const ProtobufCMessage *message = NULL;
	assert_int_equal(json_read(&juyan__v1__event__descriptor, value, &arena, &message, why), STATUS_OK);
	json_decref(value);
	struct span bytes = { 0 };
	assert_int_equal(wire_pack(message, EVENT_BYTES_MAX, &arena, &bytes), STATUS_OK);

	Juyan__V1__QuarantineReleased said = JUYAN__V1__QUARANTINE_RELEASED__INIT;
	char word[] = "x", room[EVENT_BYTES_MAX];
	assert_true(bytes.bytes <= sizeof room);
	memcpy(room, bytes.data, bytes.bytes);
	said.lsn = 1;
	said.by = said.reason = word;
	said.dismissed = dismissed;
	said.fixed_event = (ProtobufCBinaryData){ bytes.bytes, (uint8_t *)room };
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	event.what_case = JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED;
	event.quarantine_released = &said;
	const Juyan__V1__Event *back = NULL;
	assert_int_equal(wire_pack(&event.base, EVENT_BYTES_MAX, &arena, &bytes), STATUS_OK);
	return wire_event(bytes, &arena, &back, why);
}

static void
a_fixed_event_has_to_be_right_too(void **state)
{
	(void)state;
	struct reason why = { "" };
	assert_int_equal(judge_fixed(weighed, false, &why), STATUS_OK);
	assert_int_equal(judge_fixed(weighed, true, &why), STATUS_CONTRADICTION);
	assert_int_equal(judge_fixed("{\"port\": \"ceke\", \"batch_no\": \"B1\", \"unit_weighed\": {}}", false, &why),
	    STATUS_MISSING_FIELD);
	assert_non_null(strstr(why.text, "quarantine_released.fixed_event is not right: unit_weighed.unit_id is empty"));
	assert_int_equal(judge_fixed(settled, false, &why), STATUS_OUT_OF_RANGE);
}

/* protobuf-c passed it over where its tag was longer than it need be: nobody else could read what was then on file. */
static void
a_field_of_the_number_0_is_undecodable(void **state)
{
	(void)state;
	static const uint8_t outside[] = { 8, 1, 0x82, 0, 1, 'x' }, inside[] = { 8, 1, 0x82, 1, 5, 10, 0, 0x82, 0, 0 };
	const struct span events[] = { { outside, sizeof outside }, { inside, sizeof inside } };
	for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
		const Juyan__V1__Event *event = NULL;
		struct reason why = { "" };
		arena_reset(&arena);
		assert_int_equal(wire_event(events[i], &arena, &event, &why), STATUS_UNDECODABLE);
		assert_non_null(strstr(why.text, "number 0"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_of_every_kind_are_taken),
		cmocka_unit_test(texts_are_bounded),
		cmocka_unit_test(an_hs_code_is_digits),
		cmocka_unit_test(numbers_are_bounded),
		cmocka_unit_test(enums_are_those_of_the_proto_file),
		cmocka_unit_test(counts_are_bounded),
		cmocka_unit_test(goods_are_counted_over_all_waybills),
		cmocka_unit_test(fields_that_are_required_may_not_be_absent),
		cmocka_unit_test(an_administrators_event_is_about_no_batch),
		cmocka_unit_test(a_unit_stands_once_in_a_manifest),
		cmocka_unit_test(sentences_say_where_what_and_what_was_expected),
		cmocka_unit_test(a_fixed_event_has_to_be_right_too),
		cmocka_unit_test(a_field_of_the_number_0_is_undecodable),
	};
	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
