/*
 * A train's wagon list: one batch with all its wagons, or nothing; units as they are set or as the header says them; what stands
 * twice counts once.
 */
#include "check.h"

#include <stdlib.h>

#include "any.h"
#include "documents.h"

static struct documents documents;

static int
begin(void **state)
{
	struct reason why;
	(void)state;
	assert_int_equal(documents_open(&documents, &wagons_connector, "direction: import", &why), STATUS_OK);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	documents_close(&documents);
	return 0;
}

static void
set(const char *settings)
{
	documents_set(&documents, settings);
}

static const char *
said(const char *csv)
{
	return documents_read(&documents, "lists/K-7_20260302.csv", csv, strlen(csv));
}

#define HEADER "车次,顺序,车号,车种,自重,载重,换长,到站,货物名称,货票号\n"

static void
test_a_list_is_one_batch_with_all_its_wagons(void **state)
{
	(void)state;
	assert_string_equal(said(HEADER "K7,1,4801234,C70,23.8,70,1.3,甲,炼焦煤,W-1\n"
					"K7,2,4801235,C70,23.8,69.5,1.3,甲,炼焦煤,W-1\n"
					"K7,3,4801236,C70,23.6,60,1.3,甲,铜精矿,W-2\n"),
	    "whole "
	    "{\"occurred_at_ms\":1772415000000,\"batch_no\":\"K-7_20260302\",\"source_key\":\"K-7_20260302/a1ec8c9633303364\","
	    "\"manifest_lodged\":{\"direction\":\"IMPORT\",\"mode\":\"RAIL\",\"units\":["
	    "{\"unit_id\":\"4801234\",\"declared_kg\":70000,\"tare_kg\":23800},"
	    "{\"unit_id\":\"4801235\",\"declared_kg\":69500,\"tare_kg\":23800},"
	    "{\"unit_id\":\"4801236\",\"declared_kg\":60000,\"tare_kg\":23600}],\"waybills\":["
	    "{\"waybill_no\":\"W-1\",\"goods\":[{\"description\":\"炼焦煤\",\"declared_kg\":139500}],\"declared_kg\":139500},"
	    "{\"waybill_no\":\"W-2\",\"goods\":[{\"description\":\"铜精矿\",\"declared_kg\":60000}],\"declared_kg\":60000}]}}\n");
}

static void
test_headers_in_three_languages_are_known(void **state)
{
	(void)state;
	static const char *const lists[] = {
		"车号,自重,载重,货票号\n4801234,23.8,70,W-1\n",
		"Wagon No.,Tare (t),Load (t),Waybill\n4801234,23.8,70,W-1\n",
		"Номер вагона;Тара, т;Масса груза, кг;№ накладной\n4801234;23.8;70000;W-1\n",
		"НОМЕР ВАГОНА;Тара, ц;Масса груза (кг);№ НАКЛАДНОЙ\n4801234;238;70000;W-1\n",
		"wagon_no\ttare_kg\tload_kg\twaybill_no\n4801234\t23800\t70000\tW-1\n",
		"车号|自重（吨）|载重（公斤）|货票号\n4801234|23.8|70000|W-1\n",
	};
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		assert_says(said(lists[i]), "\"units\":[{\"unit_id\":\"4801234\",\"declared_kg\":70000,\"tare_kg\":23800}]");
}

static void
test_gbk_and_a_title_above_the_header(void **state)
{
	(void)state;
	assert_says(said("\xC1\xD0\xB3\xB5\xB1\xE0\xD7\xE9\xCB\xB3\xD0\xF2\xB1\xED,,\n,,\n"
			 "\xB3\xB5\xBA\xC5,\xD4\xD8\xD6\xD8,\xBB\xF5\xC6\xB1\xBA\xC5\n4801234,70,W-1\n"),
	    "\"unit_id\":\"4801234\",\"declared_kg\":70000");
}

static void
test_names_units_and_marks_are_set(void **state)
{
	(void)state;
	set("direction: export\ncolumns: {wagon: W, load: [L, M], waybill: B}\nunits: {load: centner}\nseparator: "
	    "';'\ndecimal_mark: ','\n");
	const char *text = said("W;M;B\n1;700,5;W-1\n");
	assert_says(text, "\"direction\":\"EXPORT\"");
	assert_says(text, "{\"unit_id\":\"1\",\"declared_kg\":70050}");
}

static void
test_a_header_that_says_another_unit_than_the_setting_is_refused(void **state)
{
	(void)state;
	set("direction: import\nunits: {load: t}\n");
	assert_says(said("wagon,load_kg,waybill\n1,70000,W-1\n"),
	    "lacks: line 1: column 2 (load_kg) says another unit than the setting for load");
	assert_int_equal(documents_events(&documents), 0);
}

static void
test_the_batch_is_made_of_what_is_set_or_said(void **state)
{
	(void)state;
	assert_says(said("wagon,load,waybill,batch\n1,70,W-1,B-9\n2,70,W-1,\n"), "\"batch_no\":\"B-9\"");
	assert_says(said("wagon,load,waybill,train,date\n1,70,W-1,K7,2026-03-02\n"), "\"batch_no\":\"K7-20260302\"");
	assert_says(said("wagon,load,waybill\n1,70,W-1\n"), "\"batch_no\":\"K-7_20260302\"");
	set("direction: import\nbatch: 'R-{train}/{date}'\ntime: DD.MM.YYYY hh:mm\n");
	assert_says(said("wagon,load,waybill,train,date\n1,70,W-1,K7,02.03.2026 00:10\n"), "\"batch_no\":\"R-K7/20260302\"");
	assert_says(said("wagon,load,waybill\n1,70,W-1\n"),
	    "lacks: line 1: the batch number is made of {train}, which the document does not say");
	assert_int_equal(documents_events(&documents), 0);
}

static void
test_an_unknown_load_makes_the_sum_unknown_and_nothing_is_guessed(void **state)
{
	(void)state;
	assert_says(said("wagon,tare,gross,load,waybill\n1,20,90,,W-1\n2,20,90,70,W-1\n"),
	    "\"units\":[{\"unit_id\":\"1\",\"tare_kg\":20000},{\"unit_id\":\"2\",\"declared_kg\":70000,\"tare_kg\":20000}],"
	    "\"waybills\":[{\"waybill_no\":\"W-1\",\"goods\":[{}]}]");
}

static void
test_an_empty_wagon_has_no_waybill(void **state)
{
	(void)state;
	assert_says(said("wagon,load,waybill\n1,0,\n2,70,W-1\n"), "{\"unit_id\":\"1\",\"declared_kg\":0}");
	const char *text = said("wagon,load,waybill\n1,0,\n2,0,\n");
	assert_says(text, "whole without goods {");
	assert_says(said("wagon,load,waybill\n1,70,\n"), "lacks: line 2: wagon 1 is loaded and has no waybill");
	assert_int_equal(documents_events(&documents), 0);
}

static void
test_a_wagon_that_stands_twice_counts_once(void **state)
{
	(void)state;
	const char *text = said("wagon,load,waybill\n1,70,W-1\n1,70,W-1\n");
	assert_says(text, "repeated: line 3: wagon 1 under waybill W-1 stands in line 2, too: counted once\n");
	assert_says(text, "\"waybills\":[{\"waybill_no\":\"W-1\",\"goods\":[{\"declared_kg\":70000}],\"declared_kg\":70000}]");
	assert_says(said("wagon,load,waybill\n1,70,W-1\n1,60,W-1\n"),
	    "lacks: line 3: wagon 1 under waybill W-1 stands in line 2 with another load");
	assert_int_equal(documents_events(&documents), 0);
}

static void
test_two_containers_on_a_wagon_and_two_waybills_add_up(void **state)
{
	(void)state;
	assert_says(said("wagon,load,waybill,container\n1,20,W-1,TEMU1234560\n1,25,W-1,TEMU1234576\n1,5,W-2,\n"),
	    "{\"unit_id\":\"1\",\"containers\":[\"TEMU1234560\",\"TEMU1234576\"],\"declared_kg\":50000}");
}

static void
test_a_cargo_that_was_reloaded_between_gauges_counts_once(void **state)
{
	(void)state;
	const char *text = said("wagon,load,waybill,reloaded\n50000001,68,W-1,yes\n4801234,34,W-1,\n4801235,34,W-1,no\n");
	assert_says(text, "repeated: line 2: wagon 50000001 is marked as reloaded: waybill W-1 counts on its other wagons\n");
	assert_says(text, "\"declared_kg\":68000}]}}\n");
	assert_silent_of(text, "\"unit_id\":\"50000001\"");
	assert_says(said("wagon,load,waybill,reloaded\n4801234,34,W-1,1\n4801235,34,W-1,1\n"), "],\"declared_kg\":68000}]}}\n");
}

static void
test_a_folder_of_inner_trains_counts_for_nothing(void **state)
{
	(void)state;
	set("direction: import\ncounts: no\n");
	assert_string_equal(said("wagon,load,waybill\n1,70,W-1\n2,,W-1\n"),
	    "no_change: K-7_20260302: 2 wagons under 1 waybills with 70000 kg (1 of unknown load): these documents count for "
	    "nothing\n");
}

static void
test_a_mistake_in_the_unit_is_marked_with_the_unit(void **state)
{
	(void)state;
	const char *text = said("wagon,tare,load,waybill\n1,23800,70,W-1\n2,23.8,70000,W-1\n");
	assert_says(text,
	    "implausible: line 2: wagon 1 has a tare of 23800000 kg, read in t; expected 4000 to 200000 kg: is the unit right?\n");
	assert_says(text,
	    "implausible: line 3: wagon 2 has a load of 70000000 kg, read in t; expected at most 200000 kg: is the unit right?\n");
	assert_int_equal(documents_events(&documents), 1);
	set("direction: import\nunits: {tare: kg}");
	assert_says(said("wagon,tare,load,waybill\n1,23.8,70,W-1\n"), "has a tare of 24 kg, read in kg");
}

static void
test_a_gross_that_is_not_the_sum_is_a_remark(void **state)
{
	(void)state;
	const char *text = said("wagon,tare,load,gross,waybill\n1,20,70,95,W-1\n");
	assert_says(text, "differs: line 2: wagon 1: tare and load are 90000 kg together, its gross is 95000 kg: the load holds\n");
	assert_says(text, "\"declared_kg\":70000");
}

static void
test_a_line_of_totals_is_no_wagon(void **state)
{
	(void)state;
	said("车号,载重,货票号\n4801234,70,W-1\n合计,70,W-1\n"); /* not where the numbers stand, either */
	assert_int_equal(documents.found.list[0].event->manifest_lodged->n_units, 1);
	const char *text = said("顺序,车号,载重,货票号\n1,4801234,70,W-1\n,,,\n合计,,70,\n");
	assert_int_equal(documents_events(&documents), 1);
	assert_silent_of(text, "lacks");
}

static void
test_a_wrong_row_refuses_the_whole_list_with_line_and_column(void **state)
{
	(void)state;
	static const struct {
		const char *csv, *expected;
	} cases[] = {
		{ "wagon,load,waybill\n1,70,W-1\n2,heavy,W-1\n",
		    "lacks: line 3: column 2 (load) is 'heavy'; expected a number such as 1234.56" },
		{ "wagon,load,waybill\n1,-70,W-1\n", "lacks: line 2: column 2 (load) is '-70'; expected a mass of 0 or more" },
		{ "wagon,load,waybill\n1,\"65,5\",W-1\n",
		    "lacks: line 2: column 2 (load) is '65,5'; expected a number such as 1234.56" },
		{ "wagon,load,waybill\n,70,W-1\n", "lacks: line 2: column 1 (wagon) is ''; expected a wagon number" },
		{ "wagon,load,waybill,reloaded\n1,70,W-1,maybe\n",
		    "lacks: line 2: column 4 (reloaded) is 'maybe'; expected yes or no" },
		{ "wagon,load,waybill,train\n1,70,W-1,K7\n2,70,W-1,K8\n",
		    "lacks: line 3: column 4 (train) is 'K8'; expected the same as" },
		{ "wagon,load,waybill,date\n1,70,W-1,2026-02-30\n",
		    "lacks: line 2: column 4 (date) is '2026-02-30'; expected a day" },
		{ "wagon,load,waybill,hs\n1,70,W-1,coal\n",
		    "lacks: line 2: column 4 (hs) is 'coal'; expected an HS code of 2 to 10 digits" },
		{ "wagon,tare,tare,load\n1,1,2,3\n", "lacks: line 1: column 3 (tare) is the tare once more; expected one" },
		{ "wagon,tare,load,waybill\n1,20,70,W-1\n1,21,70,W-2\n", "lacks: line 3: wagon 1 has two different tares" },
		{ "wagon,load,waybill\n1,70,\"W-1\n", "lacks: line 2: the quote that opens on line 2 is never closed" },
		{ "wagon,load,waybill\n", "lacks: line 1: no wagon; expected at least one" },
		{ "a,b,c\n1,2,3\n", "unreadable: no header within 20 lines; expected one that names the wagon" },
		{ "", "unreadable: no header" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_says(said(cases[i].csv), cases[i].expected);
		assert_int_equal(documents_events(&documents), 0);
	}
}

static const char *
list_of(size_t wagons)
{
	static char csv[64 * 1024];
	size_t at = (size_t)snprintf(csv, sizeof csv, "wagon,load,waybill\n");
	for (size_t i = 0; i < wagons; i++)
		at += (size_t)snprintf(csv + at, sizeof csv - at, "%zu,70.001,W-%zu\n", 4800000 + i, i / 2);
	return csv;
}

static void
test_a_train_has_at_most_128_wagons(void **state)
{
	(void)state;
	said(list_of(UNITS_MAX));
	assert_int_equal(documents_events(&documents), 1);
	assert_int_equal(documents.found.list[0].event->manifest_lodged->n_units, UNITS_MAX);
	assert_says(said(list_of(UNITS_MAX + 1)), "lacks: line 130: more than 128 wagons\n");
	assert_int_equal(documents_events(&documents), 0);
	said(list_of(3000));
	assert_int_equal(documents_events(&documents), 0);
	assert_true(documents.found.n < 40);
}

static void
test_the_same_list_has_the_same_key_and_another_one_has_not(void **state)
{
	(void)state;
	char first[SHORT_TEXT_BYTES_MAX + 1];
	said(list_of(2));
	snprintf(first, sizeof first, "%s", documents.found.list[0].event->source_key);
	said(list_of(2));
	assert_string_equal(documents.found.list[0].event->source_key, first);
	said(list_of(3));
	assert_string_not_equal(documents.found.list[0].event->source_key, first);
}

static void
test_settings_are_checked(void **state)
{
	(void)state;
	static const struct {
		const char *settings, *said;
	} cases[] = {
		{ "counts: yes", "settings:1: direction: expected import or export" },
		{ "direction: in", "settings:1: direction: expected import or export" },
		{ "direction: import\ncounts: maybe", "settings:2: counts: expected yes or no" },
		{ "direction: import\ncolumns: {waggon: W}",
		    "settings:2: columns: there is no 'waggon' here; the first of them is 'wagon'" },
		{ "direction: import\nunits: {wagon: t}", "settings:2: units: 'wagon' is no mass; expected load, tare or gross" },
		{ "direction: import\nunits: {load: stone}", "settings:2: units: expected kg, t, centner or lb" },
		{ "direction: import\nbatch: '{wagon}'",
		    "settings:2: batch: '{wagon}' is not known; the first of those that are is {train}" },
		{ "direction: import\nbatch: B",
		    "settings:2: batch: expected a text in quotes, with what parts one batch from another in braces" },
		{ "direction: import\nencoding: ebcdic",
		    "settings:2: encoding: expected utf-8, gb18030, gbk, gb2312, windows-1251 or utf-16" },
		{ "direction: import\nseparator: '/'", "settings:2: separator: expected one of  , ; |  in quotes, or tab" },
		{ "direction: import\ndecimal_mark: ';'", "settings:2: decimal_mark: expected one of  . ,  in quotes" },
		{ "direction: import\ntime: hh", "settings:2: time: expected iso" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct documents other;
		struct reason why = { "" };
		assert_int_equal(documents_open(&other, &wagons_connector, cases[i].settings, &why), STATUS_SYNTAX);
		assert_says(why.text, cases[i].said);
	}
}

/* A file is looked at before anything is configured: all but the direction is known. */
static void
test_without_settings_the_direction_is_left_open(void **state)
{
	(void)state;
	void *alone = NULL;
	struct reason why;
	struct moment_of when = { DOCUMENTS_NOW_MS, "a.csv" };
	static const char csv[] = "wagon,load,waybill\n1,70,W-1\n";
	assert_int_equal(wagons_connector.open(NULL, &documents_place, &alone, &why), STATUS_OK);
	findings_clear(&documents.found);
	wagons_connector.take(alone, (struct span){ (const uint8_t *)csv, sizeof csv - 1 }, &when, &documents.found);
	assert_int_equal(documents.found.n, 1);
	assert_true(documents.found.list[0].whatever_direction);
	wagons_connector.close(&alone);
}

static void
test_it_is_known_by_its_name_and_its_header(void **state)
{
	(void)state;
	static const char csv[] = HEADER;
	assert_ptr_equal(connector_guess((struct span){ (const uint8_t *)csv, sizeof csv - 1 }, "a.csv"), &wagons_connector);
	assert_false(wagons_guess((struct span){ (const uint8_t *)csv, sizeof csv - 1 }, "a.txt"));
}

/* Sums by chance: what the wagons of a train carry is what its waybills say, to the kilogram. */
static void
test_wagons_and_waybills_weigh_the_same(void **state)
{
	(void)state;
	static char csv[64 * 1024];
	for (size_t round = 0; round < 200; round++) {
		int64_t sum = 0, units = 0, waybills = 0;
		size_t n = 1 + any_below(60), at = (size_t)snprintf(csv, sizeof csv, "wagon,load_t,waybill\n");
		for (size_t i = 0; i < n; i++) {
			unsigned kg = 60000 + (unsigned)any_below(11000);
			sum += kg;
			at += (size_t)snprintf(csv + at, sizeof csv - at, "%zu,%u.%03u,W-%zu\n", i + 1, kg / 1000, kg % 1000,
			    any_below(5));
		}
		said(csv);
		const Juyan__V1__ManifestLodged *lodged = documents.found.list[0].event->manifest_lodged;
		for (size_t i = 0; i < lodged->n_units; i++)
			units += lodged->units[i]->declared_kg;
		for (size_t i = 0; i < lodged->n_waybills; i++)
			waybills += lodged->waybills[i]->declared_kg;
		assert_int_equal(units, sum);
		assert_int_equal(waybills, sum);
	}
}

static void
test_a_damaged_list_gives_one_right_event_or_none(void **state)
{
	(void)state;
	static const char whole[] =
	    HEADER "K7,1,4801234,C70,23.8,70,1.3,甲,炼焦煤,W-1\nK7,2,4801235,C70,23.8,69.5,1.3,甲,炼焦煤,W-1\n";
	for (size_t i = 0; i < 3000; i++) {
		char csv[sizeof whole];
		memcpy(csv, whole, sizeof whole);
		for (size_t n = 1 + any_below(3); n > 0; n--)
			csv[any_below(sizeof whole - 1)] = (char)any_below(256);
		documents_read(&documents, "a.csv", csv, sizeof whole - 1);
		assert_true(documents_events(&documents) <= 1);
		assert_true(documents.found.n > 0);
	}
}

int
main(void)
{
	any_begin();
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_a_list_is_one_batch_with_all_its_wagons),
		TEST(test_headers_in_three_languages_are_known),
		TEST(test_gbk_and_a_title_above_the_header),
		TEST(test_names_units_and_marks_are_set),
		TEST(test_a_header_that_says_another_unit_than_the_setting_is_refused),
		TEST(test_the_batch_is_made_of_what_is_set_or_said),
		TEST(test_an_unknown_load_makes_the_sum_unknown_and_nothing_is_guessed),
		TEST(test_an_empty_wagon_has_no_waybill),
		TEST(test_a_wagon_that_stands_twice_counts_once),
		TEST(test_two_containers_on_a_wagon_and_two_waybills_add_up),
		TEST(test_a_cargo_that_was_reloaded_between_gauges_counts_once),
		TEST(test_a_folder_of_inner_trains_counts_for_nothing),
		TEST(test_a_mistake_in_the_unit_is_marked_with_the_unit),
		TEST(test_a_gross_that_is_not_the_sum_is_a_remark),
		TEST(test_a_line_of_totals_is_no_wagon),
		TEST(test_a_wrong_row_refuses_the_whole_list_with_line_and_column),
		TEST(test_a_train_has_at_most_128_wagons),
		TEST(test_the_same_list_has_the_same_key_and_another_one_has_not),
		TEST(test_settings_are_checked),
		TEST(test_without_settings_the_direction_is_left_open),
		TEST(test_it_is_known_by_its_name_and_its_header),
		TEST(test_wagons_and_waybills_weigh_the_same),
		TEST(test_a_damaged_list_gives_one_right_event_or_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
