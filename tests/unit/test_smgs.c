/*
 * SMGS consignments: three units of mass in one bill, no load out of a capacity, wagons that were left on the way, and names with
 * letters that only look Latin.
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
	assert_int_equal(documents_open(&documents, &smgs_connector, "direction: import", &why), STATUS_OK);
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
said(const char *xml)
{
	return documents_read(&documents, "bill-1.xml", xml, strlen(xml));
}

#define BILL(inside) "<?xml version=\"1.0\"?><RailwayBill Doc_ID=\"901\" Main_ID=\"900\" FormName=\"SMGS\">" inside "</RailwayBill>"
#define WAGON(number, rest) \
	"<CarriageType><OrderNumber>1</OrderNumber><CarriageNumber>" number "</CarriageNumber><Tonnage>69.5</Tonnage>" \
	"<Axles>4</Axles><Tare>238.00</Tare>" rest "</CarriageType>"
#define GOODS(name, kg) "<GoodsType><GoodsName>" name "</GoodsName><GNG>27011210</GNG><Weight>" kg "</Weight></GoodsType>"

static void
test_a_bill_is_a_batch_with_its_wagons_and_goods(void **state)
{
	(void)state;
	assert_string_equal(
	    said(BILL("<DocNumber>S-77</DocNumber>" WAGON("50000001", "") WAGON("50000002", "") GOODS("Уголь", "136000"))),
	    "whole {\"occurred_at_ms\":1772415000000,\"batch_no\":\"S-77\",\"source_key\":\"901/489754cf43a284f5\","
	    "\"manifest_lodged\":{\"direction\":\"IMPORT\",\"mode\":\"RAIL\",\"units\":[{\"unit_id\":\"50000001\",\"tare_kg\":"
	    "23800},"
	    "{\"unit_id\":\"50000002\",\"tare_kg\":23800}],\"waybills\":[{\"waybill_no\":\"S-77\",\"goods\":[{\"description\":"
	    "\"Уголь\","
	    "\"hs_code\":\"27011210\",\"declared_kg\":136000}],\"declared_kg\":136000}]}}\n");
}

static void
test_a_capacity_is_no_load(void **state)
{
	(void)state;
	const char *text = said(BILL(WAGON("50000001", "")));
	assert_silent_of(text, "declared_kg");
	assert_silent_of(text, "69500");
	set("direction: import\ntonnage: load");
	assert_says(said(BILL(WAGON("50000001", ""))), "{\"unit_id\":\"50000001\",\"declared_kg\":69500,\"tare_kg\":23800}");
}

static void
test_the_goods_of_one_wagon_are_its_load(void **state)
{
	(void)state;
	assert_says(said(BILL(WAGON("50000001", "") GOODS("Уголь", "68000"))), "{\"unit_id\":\"50000001\",\"declared_kg\":68000,");
}

static void
test_wagons_with_loads_of_their_own_keep_them(void **state)
{
	(void)state;
	const char *text = said(BILL(WAGON("1", "<CargoWeight>68000</CargoWeight>") WAGON("2", "<CargoWeight>67000</CargoWeight>")
		GOODS("Уголь", "136000")));
	assert_says(text, "differs: waybill 900: its wagons carry 135000 kg and its goods weigh 136000 kg: the goods hold\n");
	assert_says(text, "{\"unit_id\":\"1\",\"declared_kg\":68000,");
	assert_says(text, "],\"declared_kg\":136000}");
}

static void
test_a_wagon_left_on_the_way_takes_the_total_with_it(void **state)
{
	(void)state;
	const char *text = said(BILL(WAGON("1", "") WAGON("2", "<IsUncoupled>1</IsUncoupled>") GOODS("Уголь", "136000")));
	assert_says(text, "differs: line 1: wagon 2 is marked as uncoupled: it is left out\n");
	assert_says(text,
	    "\"units\":[{\"unit_id\":\"1\",\"tare_kg\":23800}],\"waybills\":[{\"waybill_no\":\"900\",\"goods\":[{\"description\":"
	    "\"Уголь\"");
	assert_silent_of(text, "declared_kg");
	text = said(BILL(WAGON("1", "") WAGON("2", "<isUnloaded>true</isUnloaded>")));
	assert_says(text, "marked as unloaded");
	text = said(BILL(
	    WAGON("1", "<CargoWeight>68000</CargoWeight>") WAGON("2", "<IsUncoupled>1</IsUncoupled>") GOODS("Уголь", "136000")));
	assert_says(text,
	    "\"goods\":[{\"description\":\"Уголь\",\"hs_code\":\"27011210\",\"declared_kg\":68000}],\"declared_kg\":68000}");
}

static void
test_a_reloaded_wagon_counts_once(void **state)
{
	(void)state;
	const char *text = said(BILL(WAGON("50000001", "<isReloaded>1</isReloaded>") WAGON("4801234", "<isReloaded>0</isReloaded>")
		GOODS("Уголь", "68000")));
	assert_says(text, "repeated: line 1: wagon 50000001 is marked as reloaded");
	assert_says(text, "\"units\":[{\"unit_id\":\"4801234\",\"declared_kg\":68000,\"tare_kg\":23800}]");
}

static void
test_letters_that_look_latin_are_latin(void **state)
{
	(void)state;
	/* С, а, Т and о are Cyrillic here */
	assert_says(
	    said("<RailwayBill Doc_ID=\"901\"><СаrriageType><CarriageNumber>1</CarriageNumber><Tаrе>238.50</Tаrе></СаrriageType>"
		 "</RailwayBill>"),
	    "{\"unit_id\":\"1\",\"tare_kg\":23850}");
}

static void
test_fields_may_stand_in_attributes_and_in_an_envelope(void **state)
{
	(void)state;
	assert_says(said("<e:Envelope xmlns:e=\"urn:x\"><e:Body><r:RailwayBill xmlns:r=\"urn:y\" Main_ID=\"900\"><r:Carriages>"
			 "<r:CarriageType CarriageNumber=\"1\" Tare=\"240\"/></r:Carriages></r:RailwayBill></e:Body></e:Envelope>"),
	    "{\"unit_id\":\"1\",\"tare_kg\":24000}");
}

static void
test_the_waybill_is_its_number_else_the_same_in_all_versions(void **state)
{
	(void)state;
	assert_says(said(BILL(WAGON("1", ""))), "\"batch_no\":\"900\"");
	assert_says(said("<RailwayBill Doc_ID=\"901\">" WAGON("1", "") "</RailwayBill>"), "\"batch_no\":\"901\"");
	assert_says(said("<RailwayBill>" WAGON("1", "") "</RailwayBill>"),
	    "lacks: line 1: RailwayBill/doc_id is ''; expected a text that is there");
	assert_int_equal(documents_events(&documents), 0);
}

static void
test_several_bills_make_one_batch_where_it_is_set_so(void **state)
{
	(void)state;
	set("direction: export\nbatch: 'T-{train}'");
	const char *text = said(BILL("<TrainNumber>7</TrainNumber>" WAGON("1", "")));
	assert_memory_equal(text, "add {", 5);
	assert_says(text, "\"batch_no\":\"T-7\"");
	assert_says(text, "\"direction\":\"EXPORT\"");
}

static void
test_bills_that_do_not_count_are_a_remark(void **state)
{
	(void)state;
	set("direction: import\ncounts: no");
	assert_string_equal(said(BILL(WAGON("1", "") GOODS("Уголь", "68000"))),
	    "no_change: 900: 1 wagons under 1 waybills with 68000 kg (0 of unknown load): these documents count for nothing\n");
}

static void
test_a_mistake_in_a_unit_is_marked_with_the_unit(void **state)
{
	(void)state;
	assert_says(said(BILL(WAGON("1", "") GOODS("Уголь", "68000000"))),
	    "implausible: waybill 900: goods of 68000000 kg, read in kg, on 1 wagons: is the unit right?\n");
	assert_says(said("<RailwayBill Doc_ID=\"9\"><CarriageType CarriageNumber=\"1\" Tare=\"23.8\"/></RailwayBill>"),
	    "has a tare of 2380 kg, read in centners");
	set("direction: import\ntonnage: load");
	assert_says(said("<RailwayBill Doc_ID=\"9\"><CarriageType CarriageNumber=\"1\" Tonnage=\"69500\"/></RailwayBill>"),
	    "has a load of 69500000 kg, read in t");
}

static void
test_what_is_wrong_refuses_the_bill(void **state)
{
	(void)state;
	static const struct {
		const char *xml, *expected;
	} cases[] = {
		{ BILL(""), "lacks: line 1: no wagon; expected at least one" },
		{ BILL(WAGON("", "")), "lacks: line 1: CarriageType/wagon is ''; expected a text that is there" },
		{ BILL(WAGON("1", "<IsUncoupled>perhaps</IsUncoupled>")), "CarriageType/uncoupled is 'perhaps'; expected 1 or 0" },
		{ BILL(WAGON("1", "<CargoWeight>-1</CargoWeight>")), "CarriageType/load is '-1'; expected a mass of 0 or more" },
		{ BILL(WAGON("1", "") GOODS("Уголь", "much")), "GoodsType/goods_mass is 'much'; expected a mass of 0 or more" },
		{ "<a>" BILL(WAGON("1", "")) "</a>", "unreadable: " },
		{ "<a><RailwayBill Doc_ID=\"1\"/><RailwayBill Doc_ID=\"2\"/></a>", "a second bill; expected one in each document" },
		{ "<Manifest/>", "strange: line 1: the document Manifest has no RailwayBill; expected one" },
		{ "<RailwayBill", "unreadable: " },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_says(said(cases[i].xml), cases[i].expected);
		assert_int_equal(documents_events(&documents), 0);
	}
}

static void
test_more_wagons_than_a_batch_holds_are_refused(void **state)
{
	(void)state;
	static char xml[512 * 1024];
	for (size_t n = UNITS_MAX; n <= 3000; n += 2872) {
		size_t at = (size_t)snprintf(xml, sizeof xml, "<RailwayBill Doc_ID=\"1\">");
		for (size_t i = 0; i < n; i++)
			at += (size_t)snprintf(xml + at, sizeof xml - at, "<CarriageType CarriageNumber=\"%zu\"/>\n", i + 1);
		snprintf(xml + at, sizeof xml - at, "</RailwayBill>");
		said(xml);
		assert_int_equal(documents_events(&documents), n == UNITS_MAX);
	}
}

static void
test_settings_are_checked(void **state)
{
	(void)state;
	static const struct {
		const char *settings, *said;
	} cases[] = {
		{ "tonnage: load", "settings:1: direction: expected import or export" },
		{ "direction: import\ntonnage: t", "settings:2: tonnage: expected capacity or load" },
		{ "direction: import\nnames: {wagons: W}", "settings:2: names: there is no 'wagons' here" },
		{ "direction: import\nnames: {wagon: {a: b}}", "settings:2: wagon: expected a name" },
		{ "direction: import\nbatch: '{date}'", "settings:2: batch: '{date}' is not known" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct documents other;
		struct reason why = { "" };
		assert_int_equal(documents_open(&other, &smgs_connector, cases[i].settings, &why), STATUS_SYNTAX);
		assert_says(why.text, cases[i].said);
	}
	set("direction: import\nnames: {bill: B, wagon: [W, V], carriage: C, doc_id: N}");
	assert_says(said("<B N=\"1\"><C V=\"77\"/></B>"), "\"unit_id\":\"77\"");
}

static void
test_it_is_known_by_its_beginning(void **state)
{
	(void)state;
	static const char xml[] = BILL("");
	assert_ptr_equal(connector_guess((struct span){ (const uint8_t *)xml, sizeof xml - 1 }, "a.xml"), &smgs_connector);
}

static void
test_a_damaged_bill_gives_one_right_event_or_none(void **state)
{
	(void)state;
	static const char whole[] = BILL(WAGON("50000001", "<isReloaded>1</isReloaded>") WAGON("2", "") GOODS("Уголь", "136000"));
	for (size_t i = 0; i < 3000; i++) {
		char xml[sizeof whole];
		memcpy(xml, whole, sizeof whole);
		for (size_t n = 1 + any_below(3); n > 0; n--)
			xml[any_below(sizeof whole - 1)] = (char)any_below(256);
		documents_read(&documents, "a.xml", xml, sizeof whole - 1);
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
		TEST(test_a_bill_is_a_batch_with_its_wagons_and_goods),
		TEST(test_a_capacity_is_no_load),
		TEST(test_the_goods_of_one_wagon_are_its_load),
		TEST(test_wagons_with_loads_of_their_own_keep_them),
		TEST(test_a_wagon_left_on_the_way_takes_the_total_with_it),
		TEST(test_a_reloaded_wagon_counts_once),
		TEST(test_letters_that_look_latin_are_latin),
		TEST(test_fields_may_stand_in_attributes_and_in_an_envelope),
		TEST(test_the_waybill_is_its_number_else_the_same_in_all_versions),
		TEST(test_several_bills_make_one_batch_where_it_is_set_so),
		TEST(test_bills_that_do_not_count_are_a_remark),
		TEST(test_a_mistake_in_a_unit_is_marked_with_the_unit),
		TEST(test_what_is_wrong_refuses_the_bill),
		TEST(test_more_wagons_than_a_batch_holds_are_refused),
		TEST(test_settings_are_checked),
		TEST(test_it_is_known_by_its_beginning),
		TEST(test_a_damaged_bill_gives_one_right_event_or_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
