/* The registry as a file: what is shipped, what is refused with its line, and that what is written is read again as the same. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "registry_file.h"

enum { ARENA_BYTES = 4 * 1024 * 1024, ROUNDS = 300, RECORDS = 12 };

typedef Juyan__V1__RegistryRecord Record;

static struct arena arena;

static int
start(void **unused)
{
	(void)unused;
	return arena_open(&arena, ARENA_BYTES) == STATUS_OK ? 0 : -1;
}

static int
stop(void **unused)
{
	(void)unused;
	arena_close(&arena);
	return 0;
}

static struct registry_file
parsed(const char *text)
{
	struct registry_file file;
	struct reason why = { "" };
	enum status status = registry_file_parse("FILE", text, strlen(text), &arena, &file, &why);
	if (status != STATUS_OK)
		fail_msg("%s in\n%s", why.text, text);
	return file;
}

static char *
written(const Record *const *records, size_t n)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	assert_non_null(out);
	assert_int_equal(registry_file_write(records, n, out), STATUS_OK);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Both lists hold the same messages, in any order: each is packed, and sought among the others. */
static void
assert_same(const Record *const *a, size_t n_a, const Record *const *b, size_t n_b)
{
	static uint8_t x[65536], y[65536];
	assert_int_equal(n_a, n_b);
	for (size_t i = 0; i < n_a; i++) {
		size_t bytes = juyan__v1__registry_record__pack(a[i], x), found = 0;
		for (size_t j = 0; j < n_b; j++)
			found += juyan__v1__registry_record__pack(b[j], y) == bytes && memcmp(x, y, bytes) == 0;
		assert_int_equal(found, 1);
	}
}

static void
test_the_shipped_registry_fits(void **unused)
{
	(void)unused;
	const Record **records;
	size_t n;
	struct reason why = { "" };
	struct registry *registry = NULL;
	assert_int_equal(registry_default(&arena, &records, &n, &why), STATUS_OK);
	assert_true(n > 60);
	assert_int_equal(registry_build(records, n, &registry, &why), STATUS_OK);
	assert_true(registry_knows_port(registry, "ceke"));
	assert_true(registry_knows_port(registry, "wuliji"));
	struct span hs = { (const uint8_t *)"2701", 4 }, nothing = { (const uint8_t *)"", 0 };
	assert_string_equal(registry_group(registry, 20000, hs, nothing), "coal");
	struct span wool = { (const uint8_t *)"ноолуур, НООС", strlen("ноолуур, НООС") };
	assert_string_equal(registry_group(registry, 20000, nothing, wool), "wool");
	registry_close(&registry);
	char *text = written(records, n);
	struct registry_file again = parsed(text);
	assert_same(records, n, again.records, again.n);
	/* The same registry is always the same file. */
	char *text_again = written(again.records, again.n);
	assert_string_equal(text, text_again);
	free(text);
	free(text_again);
}

/* Ours would read it plain, but others take No for false and 0701 for a number. */
static void
test_what_others_could_misread_is_quoted(void **unused)
{
	(void)unused;
	struct registry_file file = parsed("groups:\n  - id: produce\n    name_en: No\n    name_mn: Мах\n    hs_prefixes: [0701]\n"
					   "    words: [a b, 'a: b', '-a']\n");
	char *text = written(file.records, file.n);
	assert_string_equal(text,
	    "groups:\n  - id: produce\n    name_mn: Мах\n    name_en: \"No\"\n    hs_prefixes: [\"0701\"]\n"
	    "    words: [a b, \"a: b\", \"-a\"]\n");
	free(text);
}

static void
test_kinds_tell_which_lists_are_there(void **unused)
{
	(void)unused;
	struct registry_file file = parsed("terminals:\nports:\n  - {id: ceke, utc_offset: \"+08:00\", count_on: departure}\n");
	assert_int_equal(file.n, 1);
	assert_int_equal(file.kinds,
	    1u << JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL | 1u << JUYAN__V1__REGISTRY_RECORD__RECORD_PORT);
	assert_int_equal(file.records[0]->port->count_on, JUYAN__V1__COUNT_ON__DEPARTURE);
	assert_int_equal(parsed("days: []\n").n, 0);
}

static void
test_keys_as_z85_or_hex(void **unused)
{
	(void)unused;
	struct registry_file hex = parsed("terminals:\n  - terminal_no: 2\n    name: gate\n    ports: [\"*\"]\n    public_key: "
					  "8e0bdd697628b91d8f245587ee95c5b04d48963f79259877b49cd9063aead3b7\n");
	struct registry_file z85 = parsed("terminals:\n  - terminal_no: 2\n    name: gate\n    ports: [\"*\"]\n    public_key: "
					  "'JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6'\n");
	assert_int_equal(hex.records[0]->terminal->public_key.len, PUBLIC_KEY_BYTES);
	assert_memory_equal(hex.records[0]->terminal->public_key.data, z85.records[0]->terminal->public_key.data, PUBLIC_KEY_BYTES);
}

static void
test_what_is_wrong_is_named_with_its_line(void **unused)
{
	(void)unused;
	static const char *const cases[][2] = {
		{ "", "FILE: expected lists named places, ports" },
		{ "- a\n", "expected lists named places, ports" },
		{ "harbours:\n  - id: x\n", "FILE:1: " },
		{ "ports: ceke\n", "FILE:1: ports is expected to be a list of records" },
		{ "ports:\n  - ceke\n", "FILE:2: expected the fields of a port" },
		{ "ports:\n  - id: ceke\n    offset: 8\n", "FILE:3: a port has no field 'offset'; the nearest is 'utc_offset'" },
		{ "ports:\n  - id: ceke\n    utc_offset: 8\n    count_on: release\n",
		    "FILE:2: port/ceke: utc_offset is '8', expected" },
		{ "ports:\n  - id: ceke\n    count_on: arrival\n",
		    "FILE:3: count_on is 'arrival', expected one of: release, departure" },
		{ "ports:\n  - id: ceke\n    count_on: [release]\n", "FILE:3: count_on is 'a list or a map'" },
		{ "ports:\n  - id: [ceke]\n", "FILE:2: id is a list or a map, expected a text" },
		{ "ports:\n  - id: ceke\n    lanes: one\n", "FILE:3: lanes is expected to be a list" },
		{ "groups:\n  - id: coal\n    rank: -1\n", "FILE:3: " },
		{ "groups:\n  - id: coal\n    rank: first\n", "FILE:3: " },
		{ "terminals:\n  - terminal_no: 2\n    name: x\n    public_key: abc\n",
		    "FILE:4: public_key is no public key, expected 40" },
		{ "terminals:\n  - terminal_no: 2\n    reader: maybe\n", "FILE:3: " },
		{ "days:\n  - {port: '*', day: 2025-02-30, kind: closed}\n",
		    "FILE:2: day/2025-02-30/*/closed: day is '2025-02-30'" },
		{ "days:\n  - {port: '*', day: 2025-02-03, kind: closed}\n\n  - {port: '*', day: 2025-02-03, kind: closed, note: "
		  "x}\n",
		    "FILE:4: day/2025-02-03/*/closed stands twice, first in line 2" },
		{ "goals:\n  - id: g\n    from: 2025-01-01\n    to: 2025-12-31\n",
		    "FILE:2: goal/g: target_kg is missing: a goal has to say" },
		{ "goals:\n  - id: g\n    target_kg: 26 Mt\n", "FILE:3: " },
		{ "levers:\n  - {port: ceke, mode: agv, name: agvs, now: 11, most: 10}\n",
		    "FILE:2: lever/ceke/agv/agvs: now is 11" },
		{ "overrides:\n  - id: x\n    permille: 3\n",
		    "FILE:3: an override has no field 'permille'; the nearest is 'per_mille'" },
		{ "overrides:\n  - {id: x, port: ceke, from: 2025-01-01, to: 2025-01-02, by: me, reason: so}\n",
		    "FILE:2: per_mille is missing" },
		{ "published:\n  - {port: ceke, definition: all, from: 2025-01-01, to: 2025-01-02, net_kg: 5, source: me}\n",
		    "FILE:2: published/ceke/all/2025-01-01/2025-01-02: precision is 0, expected exact" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct registry_file file = { .n = 77 };
		struct reason why = { "" };
		assert_int_not_equal(registry_file_parse("FILE", cases[i][0], strlen(cases[i][0]), &arena, &file, &why), STATUS_OK);
		assert_int_equal(file.n, 77);
		if (strstr(why.text, cases[i][1]) == NULL)
			fail_msg("'%s' is not in: %s", cases[i][1], why.text);
	}
}

static void
test_a_small_arena_is_no_crash(void **unused)
{
	(void)unused;
	const Record **records;
	size_t n, left = 1;
	for (size_t bytes = 0; bytes < 200000 && left > 0; bytes += 1997) {
		struct arena small = { 0 };
		assert_int_equal(arena_open(&small, bytes + 16), STATUS_OK);
		left = registry_default(&small, &records, &n, NULL) != STATUS_OK;
		arena_close(&small);
	}
	assert_int_equal(left, 0);
}

/* ---- written and read again, at random ---- */

static uint64_t state;

static uint64_t
random_below(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % n;
}

/* Texts that YAML could take for something else, in many scripts. */
static char *
random_text(size_t pieces_min)
{
	static const char *const pieces[] = { "a", "Z", "7", "0", " ", "  ", ":", ": ", " #", "#", "-", "- ", "'", "\"", "\\", ",",
		"[", "]", "{", "}", "&", "*", "!", "|", ">", "%", "@", "`", "~", "?", "true", "null", "No", "2025-01-31", "1e3",
		"煤", "нүүрс", "Ө", "\xC2\xA0", "\xE2\x80\xA8", "\xEF\xBB\xBF", "\xEF\xBF\xBD", "\xF0\x9F\x9A\x9B", "=", "<<",
		"---", "..." };
	enum { TEXT_ROOM = 64 };
	char *out = arena_take(&arena, TEXT_ROOM);
	assert_non_null(out);
	out[0] = '\0';
	for (size_t left = pieces_min + random_below(6), used = 0; left > 0; left--) {
		const char *piece = pieces[random_below(sizeof pieces / sizeof pieces[0])];
		used += (size_t)snprintf(out + used, TEXT_ROOM - used, "%s", piece);
		assert_true(used < TEXT_ROOM);
	}
	return out;
}

static void
random_list(char ***out, size_t *n)
{
	*n = random_below(4);
	*out = arena_take(&arena, (*n + 1) * sizeof **out);
	assert_non_null(*out);
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = random_text(1);
}

static char *
numbered(const char *before, unsigned i, const char *behind)
{
	char *out = arena_take(&arena, 48);
	assert_non_null(out);
	snprintf(out, 48, "%s%02u%s", before, i, behind);
	return out;
}

static void
random_port(Record *record, unsigned i)
{
	Juyan__V1__Port *port = record->port = arena_take(&arena, sizeof *port);
	assert_non_null(port);
	juyan__v1__port__init(port);
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_PORT;
	port->id = numbered(random_below(2) == 0 ? "" : "null-", i, "");
	port->name_zh = random_text(0);
	port->name_en = random_text(0);
	port->utc_offset = numbered("-", i, ":30");
	random_list(&port->lanes, &port->n_lanes);
	port->count_on = JUYAN__V1__COUNT_ON__RELEASE;
}

static void
random_group(Record *record, unsigned i)
{
	Juyan__V1__CommodityGroup *group = record->group = arena_take(&arena, sizeof *group);
	assert_non_null(group);
	juyan__v1__commodity_group__init(group);
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP;
	group->id = numbered("g", i, "");
	group->rank = (uint32_t)random_below(3);
	group->name_mn = random_text(0);
	random_list(&group->words, &group->n_words);
}

static void
random_terminal(Record *record, unsigned i)
{
	Juyan__V1__Terminal *terminal = record->terminal = arena_take(&arena, sizeof *terminal);
	uint8_t *key = arena_take(&arena, PUBLIC_KEY_BYTES);
	assert_true(terminal != NULL && key != NULL);
	juyan__v1__terminal__init(terminal);
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
	terminal->terminal_no = i + 1;
	terminal->name = random_text(1);
	terminal->administrator = random_below(2) == 0;
	terminal->revoked = random_below(2) == 0;
	for (size_t j = 0; j < PUBLIC_KEY_BYTES; j++)
		key[j] = (uint8_t)(1 + random_below(255));
	terminal->public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, key };
}

static void
random_day(Record *record, unsigned i)
{
	Juyan__V1__CalendarDay *day = record->day = arena_take(&arena, sizeof *day);
	assert_non_null(day);
	juyan__v1__calendar_day__init(day);
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_DAY;
	day->port = (char *)(uintptr_t) "*";
	day->day = numbered("2025-01-", i + 1, "");
	day->kind = JUYAN__V1__DAY_KIND__OPEN_BY_AGREEMENT;
	day->note = random_text(0);
}

static void
random_lever(Record *record, unsigned i)
{
	Juyan__V1__Lever *lever = record->lever = arena_take(&arena, sizeof *lever);
	assert_non_null(lever);
	juyan__v1__lever__init(lever);
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_LEVER;
	lever->port = numbered("p", i, "");
	lever->mode = JUYAN__V1__MODE__RAIL;
	lever->name = numbered("lanes_", i, "");
	lever->most = (int64_t)(1 + random_below(100));
	lever->now = (int64_t)random_below((uint64_t)lever->most + 1);
	lever->kg_per_day = (int64_t)(1 + random_below(1000000));
	lever->cost_unit = random_text(0);
}

static void
random_override(Record *record, unsigned i)
{
	Juyan__V1__Override *override = record->override = arena_take(&arena, sizeof *override);
	assert_non_null(override);
	juyan__v1__override__init(override);
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE;
	override->id = numbered("o", i, "");
	override->port = (char *)(uintptr_t) "*";
	override->from = override->to = numbered("2025-01-", i + 1, "");
	override->per_mille = (int64_t)(1 + random_below(10000));
	override->by = random_text(1);
	override->reason = random_text(1);
}

static void
random_published(Record *record, unsigned i)
{
	Juyan__V1__Published *published = record->published = arena_take(&arena, sizeof *published);
	assert_non_null(published);
	juyan__v1__published__init(published);
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED;
	published->port = numbered("p", i, "");
	published->definition = numbered("d", i, "");
	published->from = (char *)(uintptr_t) "2025-01-01";
	published->to = numbered("2025-01-", i + 1, "");
	published->net_kg = (int64_t)(1 + random_below(1000000000000));
	published->precision = (Juyan__V1__Precision)(1 + random_below(4));
	published->source = random_text(1);
}

/* What says itself for which days it is has no valid_from. */
static bool
may_be_dated(const Record *record)
{
	return record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL &&
	    record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE &&
	    record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED;
}

static void
test_what_is_written_is_read_again(void **unused)
{
	(void)unused;
	static void (*const make[])(Record *, unsigned) = { random_port, random_group, random_terminal, random_day, random_lever,
		random_override, random_published };
	Record records[RECORDS];
	const Record *pointers[RECORDS];
	for (int round = 0; round < ROUNDS; round++) {
		arena_reset(&arena);
		for (unsigned i = 0; i < RECORDS; i++) {
			juyan__v1__registry_record__init(&records[i]);
			make[random_below(7)](&records[i], i);
			if (may_be_dated(&records[i]) && random_below(3) == 0)
				records[i].valid_from = (char *)(uintptr_t) "2024-02-29";
			pointers[i] = &records[i];
			struct reason why = { "" };
			if (registry_check(pointers[i], &why) != STATUS_OK)
				fail_msg("a wrong record was made: %s", why.text);
		}
		char *text = written(pointers, RECORDS);
		struct registry_file again = parsed(text);
		assert_same(pointers, RECORDS, again.records, again.n);
		free(text);
	}
}

int
main(void)
{
	const char *given = getenv("JUYAN_SEED");
	state = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 2654435761u + 1;
	state += state == 0;
	printf("seed=%llu\n", (unsigned long long)state);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_shipped_registry_fits, start, stop),
		cmocka_unit_test_setup_teardown(test_what_others_could_misread_is_quoted, start, stop),
		cmocka_unit_test_setup_teardown(test_kinds_tell_which_lists_are_there, start, stop),
		cmocka_unit_test_setup_teardown(test_keys_as_z85_or_hex, start, stop),
		cmocka_unit_test_setup_teardown(test_what_is_wrong_is_named_with_its_line, start, stop),
		cmocka_unit_test_setup_teardown(test_a_small_arena_is_no_crash, start, stop),
		cmocka_unit_test_setup_teardown(test_what_is_written_is_read_again, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
