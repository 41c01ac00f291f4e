/* Mappings: what a row becomes, what is said about a wrong mapping (with its line), and what about a wrong row. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "any.h"
#include "json.h"
#include "mapping.h"

enum { CELLS_MAX = 16, TEXT_MAX = 4096 };

/* A mapping with what most tests want, up to the event's own fields. */
#define TOP "time: { offset: \"+08:00\" }\noccurred_at: \"{at}\"\nport: ceke\nbatch_no: \"B-{no}\"\nevents:\n"
#define AT "2025-01-31 08:00"

static struct arena arena;

static struct span
span_of(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

static void
add(char *out, size_t bytes, const char *text)
{
	size_t n = strlen(out);
	assert_true(n + strlen(text) < bytes);
	memcpy(out + n, text, strlen(text) + 1);
}

/* Cells between bars. */
static size_t
split(const char *row, char *copy, struct span cells[CELLS_MAX])
{
	size_t n = 0;

	memcpy(copy, row, strlen(row) + 1);
	for (char *at = copy, *end = copy; end != NULL && n < CELLS_MAX; at = end + 1) {
		end = strchr(at, '|');
		if (end != NULL)
			*end = '\0';
		cells[n++] = span_of(at);
		if (end == NULL)
			break;
	}
	return n;
}

/* The row's events as JSON, one after another; or the complaint behind a '!'. */
static const char *
events_of(const char *yaml, const char *header, const char *line)
{
	static char out[TEXT_MAX];
	char copy[2][TEXT_MAX];
	struct span cells[CELLS_MAX];
	struct mapping *mapping;
	struct mapping_binding binding;
	struct mapping_events events;
	struct reason why = { "" };

	arena_reset(&arena);
	if (mapping_open_text("m.yaml", yaml, strlen(yaml), &mapping, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	enum status status = mapping_bind(mapping, cells, split(header, copy[0], cells), &arena, &binding, &why);
	if (status == STATUS_OK)
		status = mapping_row(mapping, &binding, cells, split(line, copy[1], cells), 7, &arena, &events, &why);
	out[0] = '\0';
	if (status != STATUS_OK)
		snprintf(out, sizeof out, "!%s", why.text);
	for (size_t i = 0; status == STATUS_OK && i < events.n; i++) {
		json_t *json;
		assert_int_equal(json_write(&events.list[i]->base, true, &json), STATUS_OK);
		char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
		assert_non_null(text);
		add(out, sizeof out, text);
		free(text);
		json_decref(json);
	}
	mapping_close(&mapping);
	assert_null(mapping);
	return out;
}

#define HEAD "{\"batch_no\":\"B-5\","
#define TAIL "\"occurred_at_ms\":1738281600000,\"port\":\"ceke\"}"

static void
expect(const char *yaml, const char *header, const char *line, const char *expected)
{
	assert_string_equal(events_of(yaml, header, line), expected);
}

static void
expect_wrong_mapping(const char *yaml, const char *expected)
{
	struct mapping *mapping = NULL;
	struct reason why = { "" };

	assert_int_equal(mapping_open_text("m.yaml", yaml, strlen(yaml), &mapping, &why), STATUS_SYNTAX);
	assert_string_equal(why.text, expected);
	assert_null(mapping);
}

static void
test_a_row_makes_several_events(void **state)
{
	(void)state;
	const char *yaml =
	    TOP "- event: manifest_lodged\n"
		"  direction: { column: dir, values: { 进口: import, 出口: export } }\n"
		"  mode: truck\n"
		"  units: { unit_id: \"{plate}\", trailers: [\"{t1}\", \"{t2}\"], declared_kg: { column: t, unit: t } }\n"
		"  waybills: [ { waybill_no: \"W{no}\", goods: [ { description: \"{goods}\", declared_kg: { column: t, unit: t } } "
		"] } ]\n"
		"- event: released\n"
		"  when: { column: out, present: yes }\n"
		"  occurred_at: \"{out}\"\n";
	const char *header = "at|no|dir|plate|t1|t2|t|goods|out";
	const char *manifest =
	    HEAD "\"manifest_lodged\":{\"direction\":\"IMPORT\",\"mode\":\"TRUCK\",\"units\":[{\"declared_kg\":98765,"
		 "\"trailers\":[\"G2\"],\"unit_id\":\"蒙A1\"}],\"waybills\":[{\"goods\":[{\"declared_kg\":98765,\"description\":"
		 "\"coal\"}],"
		 "\"waybill_no\":\"W5\"}]}," TAIL;

	expect(yaml, header, AT "|5|进口|蒙A1||G2|98.765|coal|", manifest);
	char both[TEXT_MAX];
	snprintf(both, sizeof both, "%s%s", manifest,
	    "{\"batch_no\":\"B-5\",\"occurred_at_ms\":1738288800000,\"port\":\"ceke\",\"released\":{}}");
	expect(yaml, header, AT "|5|进口|蒙A1||G2|98.765|coal|2025-01-31 10:00", both);
	expect(yaml, header, "||||||||", "");
	expect(yaml, header, " |\t||\xC2\xA0|\xE3\x80\x80||||", "");
	expect(yaml, header, "a|b", "!2 fields, expected 9 as in the header");
	expect(yaml, header, AT "|5|in|蒙A1||G2|98.765|coal|",
	    "!direction: column 'dir' holds 'in', expected one of the mapping's values: 出口, 进口");
	expect(yaml, header, AT "|5|进口|蒙A1||G2|1e3|coal|",
	    "!units.declared_kg: column 't' holds '1e3', expected a number such as 1234.56");
	expect(yaml, header, AT "|5|进口|蒙A1||G2|-1|coal|",
	    "!units.declared_kg: column 't' holds '-1', expected a mass of 0 or more");
	expect(yaml, header, AT "||进口|蒙A1||G2|1|coal|", "!manifest_lodged: 'batch_no' is empty on this row");
	expect(yaml, header, "|5|进口|蒙A1||G2|1|coal|", "!manifest_lodged: 'occurred_at' is empty on this row");
	expect(yaml, header, "31.1.2025|5|进口|蒙A1||G2|1|coal|",
	    "!occurred_at: column 'at' holds '31.1.2025', expected a time in the form 2015-01-31T08:05:00+08:00");
	expect(yaml, header, AT "|5|进口|\xFF||G2|1|coal|",
	    "!column 'plate' is no text (in UTF-8, or the encoding that the mapping says) or holds control characters");
}

/* A weighing from one column `v`, with these options. */
#define WEIGHED(options) TOP "- event: unit_weighed\n  unit_id: U\n  gross_kg: { column: v" options " }\n"
#define GROSS(kg) HEAD TAIL_WEIGHED(kg)
#define TAIL_WEIGHED(kg) \
	"\"occurred_at_ms\":1738281600000,\"port\":\"ceke\",\"unit_weighed\":{\"gross_kg\":" kg ",\"unit_id\":\"U\"}}"

static void
test_masses(void **state)
{
	(void)state;
	const char *unknown = HEAD "\"occurred_at_ms\":1738281600000,\"port\":\"ceke\",\"unit_weighed\":{\"unit_id\":\"U\"}}";

	expect(WEIGHED(""), "at|no|v", AT "|5|120", GROSS("120"));
	expect(WEIGHED(""), "at|no|v", AT "|5|0", GROSS("0"));
	expect(WEIGHED(""), "at|no|v", AT "|5|", unknown);
	expect(WEIGHED(", unknown: [\"0\", \"-\"]"), "at|no|v", AT "|5|0", unknown);
	expect(WEIGHED(", unknown: [\"0\", \"-\"]"), "at|no|v", AT "|5|10", GROSS("10"));
	expect(WEIGHED(", if_empty: 7"), "at|no|v", AT "|5|", GROSS("7"));
	expect(WEIGHED(", unit: lb"), "at|no|v", AT "|5|1000", GROSS("454"));
	expect(WEIGHED(", unit: centner, decimal: comma"), "at|no|v", AT "|5|1,5", GROSS("150"));
	expect(WEIGHED(", thousands: comma"), "at|no|v", AT "|5|23,960", GROSS("23960"));
	expect(WEIGHED(", unit: { column: u, values: { тн: t, кг: kg } }"), "at|no|v|u", AT "|5|1.5|тн", GROSS("1500"));
	expect(WEIGHED(", unit: \"{u}\""), "at|no|v|u", AT "|5|1.5|",
	    "!gross_kg: unit: it is empty on this row, expected a unit of mass: kg, t, centner or lb");
	expect(WEIGHED(", unit: \"{u}\""), "at|no|v|u", AT "|5|1.5|oz",
	    "!gross_kg: unit: column 'u' holds 'oz', expected a unit of mass: kg, t, centner or lb");
	expect(WEIGHED(", unit: \"{u}\""), "at|no|v|u", AT "|5||", unknown);
}

static void
test_texts(void **state)
{
	(void)state;
	/* scale: from a template; what is left out of it is said by {x?} alone. */
#define SCALED(value) TOP "- event: unit_weighed\n  unit_id: U\n  scale: " value "\n"
#define SCALE(text) HEAD "\"occurred_at_ms\":1738281600000,\"port\":\"ceke\",\"unit_weighed\":{" text "\"unit_id\":\"U\"}}"
	expect(SCALED("\"{a}/{b}\""), "at|no|a|b", AT "|5|x|y", SCALE("\"scale\":\"x/y\","));
	expect(SCALED("\"{a}/{b}\""), "at|no|a|b", AT "|5|x|", SCALE(""));
	expect(SCALED("\"{a}/{b?}\""), "at|no|a|b", AT "|5|x|", SCALE("\"scale\":\"x/\","));
	expect(SCALED("\"{line}\""), "at|no", AT "|5", SCALE("\"scale\":\"7\","));
	expect(SCALED("{ column: line }"), "at|no|line", AT "|5|x", SCALE("\"scale\":\"x\","));
	expect(SCALED("\"{{a}} {a}\""), "at|no|a", AT "|5|x", SCALE("\"scale\":\"{a} x\","));
	expect(SCALED("\"{weight (t)}\""), "at|no|weight\n(t)", AT "|5|x", SCALE("\"scale\":\"x\","));
	expect(SCALED("\"{a}\""), "at|no|a", AT "|5| two\r\nlines\tand more ", SCALE("\"scale\":\"two lines and more\","));
	expect(SCALED("{ column: a, case: upper }"), "at|no|a", AT "|5|蒙a1b", SCALE("\"scale\":\"蒙A1B\","));
	expect(SCALED("{ column: a, keep: digits, pad: 6 }"), "at|no|a", AT "|5|27.01", SCALE("\"scale\":\"002701\","));
	expect(SCALED("{ column: a, keep: digits, pad: 6 }"), "at|no|a", AT "|5|none", SCALE(""));
	expect(SCALED("{ column: a, case: lower, values: { x: one }, otherwise: \"{b}\" }"), "at|no|a|b", AT "|5|X|z",
	    SCALE("\"scale\":\"one\","));
	expect(SCALED("{ column: a, values: { x: one }, otherwise: \"{b}\" }"), "at|no|a|b", AT "|5|y|z",
	    SCALE("\"scale\":\"z\","));
	expect(SCALED("{ column: a, values: { x: \"\" } }"), "at|no|a|b", AT "|5|x|z", SCALE(""));
}

static void
test_conditions(void **state)
{
	(void)state;
#define TAIL_RELEASED "\"occurred_at_ms\":1738281600000,\"port\":\"ceke\",\"released\":{}}"
#define ON(condition) TOP "- event: released\n  when: " condition "\n"
	const char *yes = HEAD TAIL_RELEASED;
	expect(ON("{ column: a, present: no }"), "at|no|a", AT "|5|", yes);
	expect(ON("{ column: a, present: no }"), "at|no|a", AT "|5|x", "");
	expect(ON("{ column: a, equals: x }"), "at|no|a", AT "|5|x", yes);
	expect(ON("{ column: a, equals: [x, y] }"), "at|no|a", AT "|5|y", yes);
	expect(ON("{ column: a, equals: [x, y] }"), "at|no|a", AT "|5|z", "");
	expect(ON("{ column: a, differs: x }"), "at|no|a", AT "|5|", yes);
	expect(ON("[{ column: a, equals: x }, { text: \"{b}{a}\", equals: yx }]"), "at|no|a|b", AT "|5|x|y", yes);
	expect(ON("[{ column: a, equals: x }, { text: \"{b}{a}\", equals: yx }]"), "at|no|a|b", AT "|5|x|z", "");
	/* For all events of a row, such as to leave out the line with the sums. */
	expect("when: { column: no, differs: Total }\n" TOP "- event: released\n", "at|no", "x|Total", "");
	/* For an item of a list. */
	expect(TOP "- event: manifest_lodged\n  direction: import\n  mode: rail\n  units:\n"
		   "  - unit_id: \"{w1}\"\n  - unit_id: \"{w2}\"\n    when: { column: w2, present: yes }\n",
	    "at|no|w1|w2", AT "|5|a|",
	    HEAD "\"manifest_lodged\":{\"direction\":\"IMPORT\",\"mode\":\"RAIL\",\"units\":[{\"unit_id\":\"a\"}]}," TAIL);
}

static void
test_columns(void **state)
{
	(void)state;
	const char *yaml = TOP "- event: released\n  office: \"{office}\"\n";

	expect(yaml, "at|no|other", AT "|5|x",
	    "!no column 'office', which the mapping asks for on line 7; there are: at, no, other");
	expect(yaml, "at|no|office|office", AT "|5|x|y", "!two columns are called 'office', which the mapping asks for on line 7");
	expect(yaml, "at|no|\xB0\xEC", AT "|5|x",
	    "!the header is not text in utf-8; the mapping can say another encoding, as in  file: { encoding: gb18030 }");
	expect(yaml, " no |office|at|x|x", "5|o|" AT "|1|2",
	    HEAD "\"occurred_at_ms\":1738281600000,\"port\":\"ceke\",\"released\":{\"office\":\"o\"}}");
	const char *numbered = "file: { header_line: 0 }\noccurred_at: { column: 2, form: unix_s }\nport: ceke\nbatch_no: "
			       "\"{1}\"\nevents: [ { event: released } ]\n";
	expect(numbered, "x|y", "5|1738281600",
	    "{\"batch_no\":\"5\",\"occurred_at_ms\":1738281600000,\"port\":\"ceke\",\"released\":{}}");
	expect(numbered, "x", "5", "!no column '2', which the mapping asks for on line 2; without a header they are 1 to 1");
}

static void
test_times(void **state)
{
	(void)state;
#define TIMED(value) "occurred_at: " value "\nport: ceke\nbatch_no: B-5\nevents: [ { event: released } ]\n"
	const char *yes = HEAD TAIL_RELEASED;
	expect(TIMED("{ text: \"{d} {t}\", form: \"D/M/YYYY hh:mm\", offset: \"{z}\" }"), "d|t|z", "31/1/2025|08:00|+08:00", yes);
	expect(TIMED("{ text: \"{d} {t}\", form: \"D/M/YYYY hh:mm\", offset: \"{z}\" }"), "d|t|z", "31/1/2025|08:00|8",
	    "!occurred_at: offset: column 'z' holds '8', expected an offset such as +08:00");
	expect(TIMED("\"{d}\""), "d", "2025-01-31T00:00Z", yes);
	expect(TIMED("\"{d}\""), "d", "2025-01-31",
	    "!occurred_at: column 'd' holds '2025-01-31', expected a time with its zone (such as +08:00), because the mapping "
	    "gives no offset");
	expect(TIMED("{ column: d, form: YYYYMMDD, offset: \"+00:00\" }"), "d", "20250230",
	    "!occurred_at: column 'd' holds '20250230', expected a day and an hour that exist, within 1900 … 2199");
}

static void
test_what_is_wrong_with_a_mapping(void **state)
{
	(void)state;
	expect_wrong_mapping("", "m.yaml:1: no mapping; expected a YAML map with 'events' in it");
	expect_wrong_mapping("port: ceke\n", "m.yaml:1: 'events' has to be a list of 1 to 16 events that each row makes");
	expect_wrong_mapping(TOP "- event: arrived\n",
	    "m.yaml:6: 'event' is 'arrived', expected one of manifest_lodged, manifest_deleted, unit_arrived, unit_departed, "
	    "unit_weighed, inspected, released, mass_corrected, machine_reported");
	expect_wrong_mapping(TOP "- event: registry_changed\n",
	    "m.yaml:6: 'event' is 'registry_changed', expected one of manifest_lodged, manifest_deleted, unit_arrived, "
	    "unit_departed, unit_weighed, inspected, "
	    "released, mass_corrected, machine_reported");
	expect_wrong_mapping(TOP "- office: x\n", "m.yaml:6: 'event' is missing, expected such as  event: manifest_lodged");
	expect_wrong_mapping("port: ceke\nbatch_no: x\nevents:\n- event: released\n",
	    "m.yaml:4: the event 'released' has no 'occurred_at', neither of its own nor at the top of the mapping");
	expect_wrong_mapping(WEIGHED(", unit: oz"),
	    "m.yaml:8: gross_kg: unit: the text 'oz', expected a unit of mass: kg, t, centner or lb");
	expect_wrong_mapping(WEIGHED(", decimal: dot"), "m.yaml:8: 'decimal' is 'dot', expected point or comma");
	expect_wrong_mapping(WEIGHED(", thousands: point"), "m.yaml:8: decimal mark and thousands separator are the same");
	expect_wrong_mapping(WEIGHED(", otherwise: 5"), "m.yaml:8: 'otherwise' stands without 'values'");
	expect_wrong_mapping(WEIGHED(", text: 5"), "m.yaml:8: 'gross_kg' needs either 'column' or 'text'");
	expect_wrong_mapping(TOP "- event: unit_weighed\n  unit_id: U\n  gross_kg: {v}\n",
	    "m.yaml:8: 'gross_kg': braces need quotes around them, as in \"{v}\"");
	expect_wrong_mapping(TOP "- event: unit_weighed\n  unit_id: \"{U\"\n",
	    "m.yaml:7: 'unit_id' opens a brace that is not closed; expected {column}, or {{ for a brace itself");
	expect_wrong_mapping(TOP "- event: unit_weighed\n  unit_id: \"{}\"\n",
	    "m.yaml:7: a column's name is missing between the braces");
	expect_wrong_mapping(TOP "- event: unit_weighed\n  unit_id: [a]\n", "m.yaml:7: 'unit_id' is a list, expected one value");
	expect_wrong_mapping(TOP "- event: unit_weighed\n  stability: rest\n",
	    "m.yaml:7: stability: the text 'rest', expected stable or moving");
	expect_wrong_mapping(TOP "- event: manifest_lodged\n  direction: { column: d, values: { I: in } }\n",
	    "m.yaml:7: direction: 'in', expected import or export");
	expect_wrong_mapping(TOP "- event: manifest_lodged\n  units: truck\n",
	    "m.yaml:7: 'units' holds a plain value, expected a map of names and values");
	expect_wrong_mapping(TOP "- event: released\n  when: { column: a, present: maybe }\n",
	    "m.yaml:7: 'present' is 'maybe', expected yes or no");
	expect_wrong_mapping(TOP "- event: released\n  when: { column: a }\n",
	    "m.yaml:7: a condition needs one of 'present', 'equals' and 'differs'");
	expect_wrong_mapping("occurred_at: { column: d, form: YYYY-MM-DD }\nevents: [ { event: released } ]\n",
	    "m.yaml:1: 'occurred_at': times in the form 'YYYY-MM-DD' have no zone; expected an 'offset' such as \"+08:00\" here or "
	    "under 'time'");
	expect_wrong_mapping("time: { offset: Z }\nevents: []\n",
	    "m.yaml:1: time: offset: the text 'Z', expected an offset such as +08:00");
	expect_wrong_mapping("time: { form: MM/YY }\noccurred_at: \"{d}\"\nevents: []\n",
	    "m.yaml:2: 'occurred_at': the form 'MM/YY', expected iso, unix_s, unix_ms, or YYYY, MM and DD (with hh, mm, ss, fff, "
	    "zone as needed)");
	expect_wrong_mapping("occurred_at: 2025-01-32T00:00Z\nevents: []\n",
	    "m.yaml:1: occurred_at: the text '2025-01-32T00:00Z', expected a day and an hour that exist, within 1900 … 2199");
	expect_wrong_mapping("file: { encoding: gbk }\n",
	    "m.yaml:1: 'encoding' is 'gbk', expected utf-8, utf-16, gb18030 (also for gbk) or windows-1251");
	expect_wrong_mapping("file: { separator: dot }\n", "m.yaml:1: 'separator' is 'dot', expected comma, semicolon, tab or bar");
}

/* A name that is not known is answered with those that are. */
static void
test_wrong_names_are_answered_with_the_right_ones(void **state)
{
	(void)state;
	static const char *const wrong[][2] = {
		{ TOP "- event: released\n  ofice: x\n", "office" },
		{ "fiel: { separator: tab }\n", "file" },
		{ WEIGHED(", units: t"), "unit" },
		{ TOP "- event: manifest_lodged\n  units: { plate: x }\n", "unit_id" },
		{ TOP "- event: released\n  when: { column: a, is: x }\n", "equals" },
	};

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct mapping *mapping;
		struct reason why = { "" };
		assert_int_equal(mapping_open_text("m.yaml", wrong[i][0], strlen(wrong[i][0]), &mapping, &why), STATUS_SYNTAX);
		assert_memory_equal(why.text, "m.yaml:", 7);
		assert_non_null(strstr(why.text, wrong[i][1]));
	}
}

/* Whatever the cells hold, a row gives events or a sentence. */
static void
test_random_cells(void **state)
{
	(void)state;
	static const char *const parts[] = { "1", "9", ".", ",", "-", "{", "}", "煤", "\xFF", " ", "\n", "e", "2025-01-31", "t",
		"\xC2\xA0", "kg" };
	const char *yaml =
	    TOP "- event: unit_weighed\n  unit_id: \"{u}{line}\"\n  gross_kg: { column: g, thousands: comma, unit: \"{unit}\" }\n"
		"  tare_kg: { column: t, keep: digits, pad: 3 }\n";
	size_t made = 0;

	for (int round = 0; round < 5000; round++) {
		char line[TEXT_MAX] = "";
		for (int cell = 0; cell < 6; cell++) {
			add(line, sizeof line, cell == 0 ? "" : "|");
			bool dated = cell == 0 && any_chance(75);
			add(line, sizeof line, dated ? AT : "");
			for (size_t k = dated ? 0 : any_below(4); k > 0; k--)
				add(line, sizeof line, parts[any_below(16)]);
		}
		const char *said = events_of(yaml, "at|no|u|g|t|unit", line);
		assert_true(said[0] == '!' || said[0] == '{' || said[0] == '\0');
		assert_true(said[0] != '!' || strlen(said) > 10);
		made += said[0] == '{';
	}
	assert_true(made > 0);
}

/* A mapping with a few of its bytes changed is read, or refused with its line. */
static void
test_random_mappings(void **state)
{
	(void)state;
	static const char right[] =
	    "when: { column: no, differs: Total }\n" TOP
	    "- event: unit_weighed\n  unit_id: \"{u}-{line}\"\n  gross_kg: { column: g, unit: { column: m, values: { a: t } } }\n"
	    "- event: manifest_lodged\n  direction: import\n  mode: { column: m, case: lower }\n  units: [ { unit_id: \"{u?}\" } "
	    "]\n";
	static const char signs[] = "{}[]:,\"'?-#\n |&*!a1";
	size_t fine = 0;

	for (int round = 0; round < 5000; round++) {
		struct mapping *mapping = NULL;
		struct reason why = { "" };
		char text[sizeof right];
		memcpy(text, right, sizeof right);
		for (size_t k = 1 + any_below(3); k > 0; k--)
			text[any_below(sizeof right - 1)] = signs[any_below(sizeof signs - 1)];
		enum status status = mapping_open_text("m.yaml", text, sizeof right - 1, &mapping, &why);
		fine += status == STATUS_OK;
		if (status != STATUS_OK)
			assert_memory_equal(why.text, "m.yaml:", 7);
		mapping_close(&mapping);
	}
	assert_true(fine > 0);
}

static int
open_arena(void **state)
{
	(void)state;
	return arena_open(&arena, DECODE_BYTES_MAX) == STATUS_OK ? 0 : -1;
}

static int
close_arena(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

int
main(void)
{
	any_begin();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_row_makes_several_events),
		cmocka_unit_test(test_masses),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_what_is_wrong_with_a_mapping),
		cmocka_unit_test(test_wrong_names_are_answered_with_the_right_ones),
		cmocka_unit_test(test_random_cells),
		cmocka_unit_test(test_random_mappings),
	};
	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
