/*
 * Road manifests: which part of a batch's manifest each document is, that nothing is guessed, that a wrong document
 * changes nothing at all, and that no driver's name goes anywhere.
 */
#include "check.h"

#include <stdlib.h>

#include "any.h"
#include "documents.h"
#include "driver.h"

static struct documents documents;

/* A whole document: head and declaration. `id`, `function`, `type` as the head says them. */
#define HEAD(id, function, type) \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Manifest xmlns=\"urn:Declaration:datamodel:standard:CN:" type ":1\"><Head>" \
	"<MessageID>" id "</MessageID><FunctionCode>" function "</FunctionCode><MessageType>" type "</MessageType>" \
	"<SenderID>0000XX0000001_DXPX</SenderID><SendTime>20260302083015250</SendTime></Head>\n"
#define ID "CN_MT1401_1p0_0000XX0000001_20260302083015250"
#define BODY(batch, inside) \
	"<Declaration><DeclarationOfficeID>0707</DeclarationOfficeID><ID>" batch "</ID>" inside "</Declaration></Manifest>"
#define KG(n) "<GoodsMeasure><GrossMassMeasure unitCode=\"KGM\">" n "</GrossMassMeasure></GoodsMeasure>"
#define GOODS(what, kg) \
	"<ConsignmentItem><SequenceNumeric>1</SequenceNumeric><Commodity><CargoDescription>" what \
	"</CargoDescription><Classification><ID>2701121000</ID></Classification></Commodity>" KG(kg) "</ConsignmentItem>"
#define WAYBILL(number, kg, goods) \
	"<Consignment><TransportContractDocument><ID>" number "</ID></TransportContractDocument><GovernmentAgencyGoodsItem>" KG( \
	    kg) "</GovernmentAgencyGoodsItem><TotalPackageQuantity unitCode=\"VR\">1</TotalPackageQuantity>" goods \
		"</Consignment>"

static int
begin(void **state)
{
	struct reason why;
	(void)state;
	assert_int_equal(documents_open(&documents, &manifest_connector, "", &why), STATUS_OK);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	documents_close(&documents);
	return 0;
}

static const char *
said(const char *xml)
{
	return documents_read(&documents, "a.xml", xml, strlen(xml));
}

static const char *
said_with(const char *settings, const char *xml)
{
	struct reason why;
	documents_close(&documents);
	assert_int_equal(documents_open(&documents, &manifest_connector, settings, &why), STATUS_OK);
	return said(xml);
}

/* ---- waybills ---- */

static void
test_main_data_speak_of_their_own_waybills_and_of_all_only_where_that_is_said(void **state)
{
	(void)state;
	static const char xml[] = HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "1", ""));
	assert_memory_equal(said(xml), "add {", 5);
	assert_memory_equal(said_with("main_data: batch", xml), "replace {", 9);
}

static void
test_a_document_says_its_waybill_its_goods_and_its_mass(void **state)
{
	(void)state;
	assert_string_equal(said(HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "140000", GOODS("炼焦煤", "140000")))),
	    "add {\"occurred_at_ms\":1772411415250,\"batch_no\":\"B-1\",\"source_key\":\"" ID "/9/966388e9\","
	    "\"manifest_lodged\":{\"direction\":\"IMPORT\",\"mode\":\"TRUCK\",\"waybills\":[{\"waybill_no\":\"W-1\","
	    "\"goods\":[{\"description\":\"炼焦煤\",\"declared_kg\":140000}],\"declared_kg\":140000,\"packages\":1}]}}\n");
}

static void
test_waybills_that_share_a_message_number_are_two(void **state)
{
	(void)state;
	char first[SHORT_TEXT_BYTES_MAX + 1];
	said(HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "1", "")));
	snprintf(first, sizeof first, "%s", documents.found.list[0].event->source_key);
	said(HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-2", "1", "")));
	assert_string_not_equal(documents.found.list[0].event->source_key, first);
	said(HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "1", "")));
	assert_string_equal(documents.found.list[0].event->source_key, first);
}

static void
test_an_export_is_an_export(void **state)
{
	(void)state;
	assert_says(said(HEAD(ID, "9", "MT2401") BODY("B-1", WAYBILL("W-1", "1", ""))), "\"direction\":\"EXPORT\"");
}

static void
test_a_batch_has_several_waybills(void **state)
{
	(void)state;
	const char *text = said(
	    HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "100", GOODS("a", "100")) WAYBILL("W-2", "200", GOODS("b", "200"))));
	assert_int_equal(documents_events(&documents), 1);
	assert_says(text, "\"waybill_no\":\"W-1\"");
	assert_says(text, "\"waybill_no\":\"W-2\"");
}

static void
test_the_total_holds_where_the_lines_weigh_otherwise(void **state)
{
	(void)state;
	const char *text = said(HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "888", GOODS("a", "1000") GOODS("b", "225"))));
	assert_says(text, "differs: waybill W-1: its goods weigh 1225 kg together and its total is 888 kg: the total holds\n");
	assert_says(text, "],\"declared_kg\":888,");
}

static void
test_a_waybill_with_an_empty_mass_is_of_unknown_mass(void **state)
{
	(void)state;
	const char *text = said(HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "", GOODS("a", ""))));
	assert_int_equal(documents_events(&documents), 1);
	assert_silent_of(text, "declared_kg");
}

static void
test_units_are_converted_exactly_and_an_unknown_one_makes_the_mass_unknown(void **state)
{
	(void)state;
	static const struct {
		const char *measure, *expected;
	} cases[] = {
		{ "<GrossMassMeasure unitCode=\"TNE\">140.5</GrossMassMeasure>", "\"declared_kg\":140500" },
		{ "<GrossMassMeasure unitCode=\"DTN\">1405</GrossMassMeasure>", "\"declared_kg\":140500" },
		{ "<GrossMassMeasure unitCode=\"kgm\">140500.4</GrossMassMeasure>", "\"declared_kg\":140500" },
		{ "<GrossMassMeasure unitCode=\"LBR\">1000</GrossMassMeasure>", "\"declared_kg\":454" },
		{ "<GrossMassMeasure unitCode=\"XYZ\">140</GrossMassMeasure>",
		    "strange: line 3: Manifest/Declaration/Consignment/GovernmentAgencyGoodsItem/GoodsMeasure/GrossMassMeasure has "
		    "the "
		    "unit 'XYZ'; expected KGM, TNE, DTN or LBR: this mass is unknown" },
		{ "<GrossMassMeasure>140</GrossMassMeasure>", "has the unit ''; expected KGM" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char xml[4096];
		snprintf(xml, sizeof xml, "%s%s%s%s", HEAD(ID, "9", "MT1401") "<Declaration><ID>B-1</ID><Consignment>",
		    "<TransportContractDocument><ID>W-1</ID></TransportContractDocument><GovernmentAgencyGoodsItem><GoodsMeasure>",
		    cases[i].measure, "</GoodsMeasure></GovernmentAgencyGoodsItem></Consignment></Declaration></Manifest>");
		assert_says(said(xml), cases[i].expected);
		assert_int_equal(documents_events(&documents), 1);
		if (i >= 4)
			assert_silent_of(documents.text, "declared_kg");
	}
}

static void
test_a_classification_is_an_hs_code_only_where_that_is_configured(void **state)
{
	(void)state;
	static const char xml[] = HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "1", GOODS("a", "1")));
	static const char un_number[] = HEAD(ID, "9", "MT1401") BODY("B-1",
	    "<Consignment><TransportContractDocument><ID>W-1</ID></TransportContractDocument><ConsignmentItem><Commodity>"
	    "<Classification><ID>3005</ID></Classification></Commodity></ConsignmentItem></Consignment>");
	assert_silent_of(said(xml), "hs_code");
	assert_says(said_with("classification: hs", xml), "\"hs_code\":\"2701121000\"");
	assert_silent_of(said_with("classification: hs", un_number), "hs_code");
}

static void
test_a_mass_that_no_batch_can_carry_is_marked_and_kept(void **state)
{
	(void)state;
	const char *text = said(HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "140000000", GOODS("a", "140000000"))));
	assert_says(text, "implausible: waybill W-1: 140000000 kg were declared; ");
	assert_says(text, "],\"declared_kg\":140000000,");
}

/* ---- functions ---- */

static void
test_functions_say_which_part_it_is(void **state)
{
	(void)state;
	static const char waybill[] = BODY("B-1", WAYBILL("W-1", "100", GOODS("a", "100")));
	static const struct {
		const char *head, *part;
	} cases[] = {
		{ HEAD(ID, "9", "MT1401"), "add {" },
		{ HEAD(ID, "2", "MT1401"), "add {" },
		{ HEAD(ID, "5", "MT1401"), "add {" },
		{ HEAD(ID, "0", "MT1401"), "add {" },
		{ HEAD(ID, "3", "MT1401"), "drop {" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char xml[4096];
		snprintf(xml, sizeof xml, "%s%s", cases[i].head, waybill);
		assert_memory_equal(said(xml), cases[i].part, strlen(cases[i].part));
	}
}

static void
test_a_deletion_names_its_waybills_or_means_all(void **state)
{
	(void)state;
	assert_says(said(HEAD(ID, "3", "MT1401") BODY("B-1", WAYBILL("W-2", "100", ""))),
	    "\"waybills\":[{\"waybill_no\":\"W-2\"}]");
	const char *text = said(HEAD(ID, "3", "MT1401") BODY("B-1", ""));
	assert_says(text, "drop {");
	assert_silent_of(text, "waybills");
}

static void
test_secondary_data_take_nothing_from_main_data(void **state)
{
	(void)state;
	assert_string_equal(said(HEAD(ID, "0", "MT1401") BODY("B-1", WAYBILL("W-1", "", GOODS("a", "1")))),
	    "no_change: secondary data of waybill W-1, without its mass or its goods: what was said before stays\n");
	assert_string_equal(said(HEAD(ID, "0", "MT1401") BODY("B-1", WAYBILL("W-1", "1", ""))),
	    "no_change: secondary data of waybill W-1, without its mass or its goods: what was said before stays\n");
	assert_string_equal(said(HEAD(ID, "0", "MT1401") BODY("B-1", "")),
	    "no_change: secondary data without a waybill: what was said before stays\n");
}

static void
test_a_draft_changes_nothing(void **state)
{
	(void)state;
	assert_string_equal(said(HEAD(ID, "T", "MT1401") BODY("B-1", WAYBILL("W-1", "1", ""))),
	    "no_change: a draft of MT1401: nothing was lodged yet\n");
}

/* ---- vehicles ---- */

#define EQUIPMENT(id, tare) \
	"<TransportEquipment><ID>" id "</ID><TareWeight unitCode=\"KGM\">" tare "</TareWeight></TransportEquipment>"
#define VEHICLE(name, id, trailers) \
	"<BorderTransportMeans><ID>" id "</ID><Name>" name \
	"</Name><TypeCode>4</TypeCode><Master><ID>D-77</ID><Name>Bold</Name></Master>" trailers "</BorderTransportMeans>"

static void
test_a_vehicle_is_a_unit_with_its_trailers_and_containers(void **state)
{
	(void)state;
	assert_string_equal(said(HEAD(ID, "9", "MT4401") BODY("B-1",
				"<Consignment>" VEHICLE("1234УНА", "V-9", EQUIPMENT("5678УН", "9000") EQUIPMENT("5679УН", "9000"))
				    EQUIPMENT("TEMU1234565", "2200") EQUIPMENT("TEMU1234570", "2300") "</Consignment>")),
	    "add {\"occurred_at_ms\":1772411415250,\"batch_no\":\"B-1\",\"source_key\":\"" ID "/9/aa2ee722\","
	    "\"manifest_lodged\":{\"direction\":\"IMPORT\",\"mode\":\"TRUCK\",\"units\":[{\"unit_id\":\"1234УНА\","
	    "\"trailers\":[\"5678УН\",\"5679УН\"],\"containers\":[\"TEMU1234565\",\"TEMU1234570\"],\"container_tare_kg\":4500}]}}"
	    "\n");
}

static void
test_a_wrong_check_digit_is_a_remark_and_the_number_stays(void **state)
{
	(void)state;
	const char *text = said(HEAD(ID, "9", "MT4401")
		BODY("B-1", "<Consignment>" VEHICLE("P-1", "", "") EQUIPMENT("temu 123456-0", "2200") "</Consignment>"));
	assert_says(text, "check_digit: container TEMU1234560: its check digit is 0, expected 5\n");
	assert_says(text, "\"containers\":[\"TEMU1234560\"]");
}

static void
test_a_tare_of_a_part_is_never_the_tare_of_the_whole(void **state)
{
	(void)state;
	const char *text = said(HEAD(ID, "9", "MT4401") BODY("B-1",
	    "<Consignment>" VEHICLE("P-1", "", EQUIPMENT("T-1", "9000")) EQUIPMENT("TEMU1234560", "2200")
		EQUIPMENT("TEMU1234576", "") "</Consignment>"));
	assert_silent_of(text, "tare_kg");
	text = said(HEAD(ID, "9", "MT4401") BODY("B-1",
	    "<Consignment>" VEHICLE("P-1", "", "") EQUIPMENT("TEMU1234560", "0")
		EQUIPMENT("TEMU1234576", "2200") "</Consignment>"));
	assert_silent_of(text, "tare_kg");
}

static void
test_a_container_that_stands_among_the_trailers_is_a_container(void **state)
{
	(void)state;
	const char *text = said(HEAD(ID, "9", "MT4405")
		BODY("B-1", "<Consignment>" VEHICLE("P-1", "", EQUIPMENT("TEMU1234560", "2200")) "</Consignment>"));
	assert_says(text, "\"containers\":[\"TEMU1234560\"],\"container_tare_kg\":2200");
	assert_silent_of(text, "trailers");
}

static void
test_types_say_direction_and_whether_it_is_empty(void **state)
{
	(void)state;
	static const struct {
		const char *head, *part, *direction;
	} cases[] = {
		{ HEAD(ID, "9", "MT4401"), "add {", "IMPORT" },
		{ HEAD(ID, "9", "MT4402"), "add {", "EXPORT" },
		{ HEAD(ID, "9", "MT4403"), "add without goods {", "IMPORT" },
		{ HEAD(ID, "9", "MT4404"), "add without goods {", "EXPORT" },
		{ HEAD(ID, "2", "MT4405"), "add without goods {", "IMPORT" },
		{ HEAD(ID, "5", "MT4406"), "add without goods {", "EXPORT" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char xml[4096];
		snprintf(xml, sizeof xml, "%s%s", cases[i].head,
		    BODY("B-1", "<Consignment>" VEHICLE("P-1", "", "") "</Consignment>"));
		assert_says(said(xml), cases[i].direction);
		assert_memory_equal(documents.text, cases[i].part, strlen(cases[i].part));
		assert_says(documents.text, "\"mode\":\"TRUCK\"");
	}
}

static void
test_an_empty_vehicle_may_stand_outside_of_a_consignment(void **state)
{
	(void)state;
	assert_says(said(HEAD(ID, "9", "MT4403") BODY("B-1", VEHICLE("P-1", "", ""))), "\"units\":[{\"unit_id\":\"P-1\"}]");
}

static void
test_where_the_name_is_empty_the_code_is_the_plate(void **state)
{
	(void)state;
	assert_says(said(HEAD(ID, "9", "MT4401") BODY("B-1", "<Consignment>" VEHICLE("", "V-9", "") "</Consignment>")),
	    "\"unit_id\":\"V-9\"");
}

static void
test_a_deleted_vehicle_is_dropped_and_one_that_is_not_named_is_refused(void **state)
{
	(void)state;
	assert_says(said(HEAD(ID, "3", "MT4401") BODY("B-1", "<Consignment>" VEHICLE("P-1", "", "") "</Consignment>")), "drop {");
	assert_says(documents.text, "\"units\":[{\"unit_id\":\"P-1\"}]");
	assert_says(said(HEAD(ID, "3", "MT4401") BODY("B-1", "")), "lacks: ");
	assert_int_equal(documents_events(&documents), 0);
}

static void
test_no_driver_goes_anywhere(void **state)
{
	(void)state;
	const char *text = said(HEAD(ID, "9", "MT4401") BODY("B-1",
	    "<RepresentativePerson><Name>Dorj</Name></RepresentativePerson><Consignment>" VEHICLE("P-1", "", "") "</Consignment>"));
	assert_silent_of(text, "Bold");
	assert_silent_of(text, "D-77");
	assert_silent_of(text, "Dorj");
}

static void
test_with_a_key_a_driver_is_a_pseudonym_of_the_number_and_of_that_key(void **state)
{
	(void)state;
	static const uint8_t one[DRIVER_KEY_BYTES] = { 1 }, other[DRIVER_KEY_BYTES] = { 2 };
	static const char mark[] = "\"driver\":\"";
	static const char xml[] = HEAD(ID, "9", "MT4401") BODY("B-1", "<Consignment>" VEHICLE("P-1", "", "") "</Consignment>");
	char first[DRIVER_DIGITS + 1] = "";
	for (size_t i = 0; i < 3; i++) {
		documents_place.driver_key = i == 2 ? other : one;
		const char *text = said_with("", xml);
		documents_place.driver_key = NULL;
		assert_silent_of(text, "Bold");
		assert_silent_of(text, "D-77");
		assert_says(text, mark);
		const char *said = strstr(text, mark) + strlen(mark);
		assert_int_equal(strspn(said, "0123456789abcdef"), DRIVER_DIGITS);
		if (i == 0)
			memcpy(first, said, DRIVER_DIGITS);
		else
			assert_int_equal(strncmp(first, said, DRIVER_DIGITS) == 0, i == 1);
	}
}

/* ---- names, prefixes, encodings ---- */

static void
test_the_type_is_known_from_the_head_the_number_or_the_namespace(void **state)
{
	(void)state;
#define REST BODY("B-1", WAYBILL("W-1", "1", ""))
	assert_says(
	    said("<m:Manifest xmlns:m=\"urn:Declaration:datamodel:standard:CN:MT2401:1\"><m:Head><m:MessageID>X-1</m:MessageID>"
		 "<m:FunctionCode>9</m:FunctionCode></m:Head><m:Declaration><m:ID>B-1</m:ID><m:Consignment>"
		 "<m:TransportContractDocument><m:ID>W-1</m:ID></m:TransportContractDocument></m:Consignment></m:Declaration>"
		 "</m:Manifest>"),
	    "\"direction\":\"EXPORT\"");
	assert_says(said("<Manifest><Head><MessageID>CN_MT2401_1p0_X</MessageID><FunctionCode>9</FunctionCode></Head>" REST),
	    "\"direction\":\"EXPORT\"");
	assert_says(said("<Manifest><Head><MessageID>X</MessageID><FunctionCode>9</FunctionCode></Head>" REST),
	    "strange: line 1: a document Manifest without a message type");
	assert_says(said(HEAD(ID, "9", "MT3402") REST), "strange: the message type is MT3402; expected MT1401, MT2401");
	assert_says(said(HEAD(ID, "7", "MT1401") REST), "strange: the function of this MT1401 is '7'; expected 9, 0, 2, 5, 3 or T");
	assert_int_equal(documents_events(&documents), 0);
}

static void
test_gbk_is_read_whatever_the_declaration_says(void **state)
{
	(void)state;
	static const char xml[] = HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "1", GOODS("\xC1\xB6\xBD\xB9\xC3\xBA", "1")));
	assert_says(said(xml), "\"description\":\"炼焦煤\"");
}

static void
test_without_a_time_it_is_when_it_came(void **state)
{
	(void)state;
	assert_says(said("<Manifest><Head><MessageID>CN_MT2401_1p0_X</MessageID><FunctionCode>9</FunctionCode></Head>" REST),
	    "{\"occurred_at_ms\":1772415000000,");
}

static void
test_a_long_message_number_makes_a_key_that_fits(void **state)
{
	(void)state;
	static const char a[] =
	    "<Manifest><Head><MessageID>MT1401-0123456789-0123456789-0123456789-0123456789-0123456789-1</MessageID>"
	    "<FunctionCode>9</FunctionCode></Head>" REST;
	static const char b[] =
	    "<Manifest><Head><MessageID>MT1401-0123456789-0123456789-0123456789-0123456789-0123456789-2</MessageID>"
	    "<FunctionCode>9</FunctionCode></Head>" REST;
	char first[SHORT_TEXT_BYTES_MAX + 1];
	said(a);
	assert_int_equal(documents_events(&documents), 1);
	snprintf(first, sizeof first, "%s", documents.found.list[0].event->source_key);
	said(b);
	assert_string_not_equal(documents.found.list[0].event->source_key, first);
}

/* ---- what is refused ---- */

static void
test_what_lacks_something_is_refused_whole_and_says_what_was_expected(void **state)
{
	(void)state;
	static const struct {
		const char *xml, *expected;
	} cases[] = {
		{ HEAD("", "9", "MT1401") REST, "lacks: line 2: Manifest/Head/MessageID is missing or empty; expected" },
		{ HEAD(ID, "", "MT1401") REST,
		    "lacks: line 2: Manifest/Head/FunctionCode is missing or empty; expected 9, 0, 2, 5 or 3" },
		{ HEAD(ID, "9", "MT1401") BODY("", WAYBILL("W-1", "1", "")),
		    "lacks: line 3: Manifest/Declaration/ID is missing or empty; expected a batch number of up to 64 bytes" },
		{ HEAD(ID, "9", "MT1401") "</Manifest>", "lacks: line 2: Manifest/Declaration is missing or empty" },
		{ HEAD(ID, "9", "MT1401") BODY("B-1", ""),
		    "Manifest/Declaration/Consignment is missing or empty; expected at least one" },
		{ HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "1", "") WAYBILL("", "1", "")),
		    "Manifest/Declaration/Consignment/TransportContractDocument/ID is missing or empty; expected a waybill "
		    "number" },
		{ HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "1", "") WAYBILL("W-1", "1", "")),
		    "is 'W-1'; expected each waybill once" },
		{ HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "-5", "")), "is '-5'; expected a mass of 0 or more" },
		{ HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "NaN", "")), "is 'NaN'; expected a mass of 0 or more" },
		{ HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "1,000", "")), "is '1,000'; expected a mass of 0 or more" },
		{ HEAD(ID, "9", "MT4401") BODY("B-1", "<Consignment>" VEHICLE("", "", "") "</Consignment>"),
		    "expected a plate of up to 32 bytes in BorderTransportMeans/Name, or in ID" },
		{ "<Manifest><Head><MessageID>MT1401-1</MessageID><FunctionCode>9</FunctionCode><SendTime>20260230</SendTime></"
		  "Head>" REST,
		    "lacks: line 1: Manifest/Head/SendTime is '20260230'; expected the port's local time as yyyyMMddHHmmssSSS" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_says(said(cases[i].xml), cases[i].expected);
		assert_int_equal(documents_events(&documents), 0);
	}
}

static void
test_hostile_xml_is_unreadable(void **state)
{
	(void)state;
	assert_says(said("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><Manifest>&b;</Manifest>"),
	    "unreadable: line 1: ");
	assert_says(said("<Manifest><Head>"), "unreadable: ");
	assert_says(said(""), "unreadable: ");
	assert_int_equal(documents_events(&documents), 0);
}

static void
test_more_waybills_than_a_manifest_holds_are_refused(void **state)
{
	(void)state;
	static char xml[256 * 1024];
	size_t at = (size_t)snprintf(xml, sizeof xml, "%s", HEAD(ID, "9", "MT1401") "<Declaration><ID>B-1</ID>");
	for (int i = 0; i <= WAYBILLS_MAX; i++)
		at += (size_t)snprintf(xml + at, sizeof xml - at, "%s%d%s", "<Consignment><TransportContractDocument><ID>W-", i,
		    "</ID></TransportContractDocument></Consignment>\n");
	snprintf(xml + at, sizeof xml - at, "%s", "</Declaration></Manifest>");
	assert_says(said(xml), "expected at most 256 waybills");
	assert_int_equal(documents_events(&documents), 0);
}

/* ---- settings, guessing, chance ---- */

static void
test_settings_are_checked(void **state)
{
	(void)state;
	struct documents other;
	struct reason why;
	assert_int_equal(documents_open(&other, &manifest_connector, "classification: un", &why), STATUS_SYNTAX);
	assert_string_equal(why.text, "settings:1: classification: expected none or hs");
	assert_int_equal(documents_open(&other, &manifest_connector, "release: [a]", &why), STATUS_SYNTAX);
}

static void
test_it_is_known_by_its_beginning_or_its_name(void **state)
{
	(void)state;
	static const char xml[] = HEAD(ID, "9", "MT1401") REST;
	struct span other = { (const uint8_t *)"<GATHER_INFO/>", 14 };
	assert_ptr_equal(connector_guess((struct span){ (const uint8_t *)xml, sizeof xml - 1 }, "a"), &manifest_connector);
	assert_true(manifest_guess((struct span){ (const uint8_t *)"", 0 }, "CN_MT1401_1p0_X.xml"));
	assert_false(manifest_guess(other, "a.xml"));
}

/* One byte changed anywhere: nothing breaks, every event that comes is right, and it came as one or not at all. */
static void
test_a_damaged_document_gives_one_right_event_or_none(void **state)
{
	(void)state;
	static const char *const whole[] = {
		HEAD(ID, "9", "MT1401") BODY("B-1", WAYBILL("W-1", "140000", GOODS("煤", "140000"))),
		HEAD(ID, "9", "MT4401") BODY("B-1", "<Consignment>" VEHICLE("P-1", "", EQUIPMENT("T-1", "9000")) "</Consignment>"),
	};
	for (size_t i = 0; i < 3000; i++) {
		char xml[4096];
		snprintf(xml, sizeof xml, "%s", whole[i % 2]);
		size_t bytes = strlen(xml);
		for (size_t n = 1 + any_below(3); n > 0; n--)
			xml[any_below(bytes)] = (char)any_below(256);
		documents_read(&documents, "a.xml", xml, bytes - (any_chance(20) ? any_below(bytes) : 0));
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
		TEST(test_main_data_speak_of_their_own_waybills_and_of_all_only_where_that_is_said),
		TEST(test_a_document_says_its_waybill_its_goods_and_its_mass),
		TEST(test_waybills_that_share_a_message_number_are_two),
		TEST(test_an_export_is_an_export),
		TEST(test_a_batch_has_several_waybills),
		TEST(test_the_total_holds_where_the_lines_weigh_otherwise),
		TEST(test_a_waybill_with_an_empty_mass_is_of_unknown_mass),
		TEST(test_units_are_converted_exactly_and_an_unknown_one_makes_the_mass_unknown),
		TEST(test_a_classification_is_an_hs_code_only_where_that_is_configured),
		TEST(test_a_mass_that_no_batch_can_carry_is_marked_and_kept),
		TEST(test_functions_say_which_part_it_is),
		TEST(test_a_deletion_names_its_waybills_or_means_all),
		TEST(test_secondary_data_take_nothing_from_main_data),
		TEST(test_a_draft_changes_nothing),
		TEST(test_a_vehicle_is_a_unit_with_its_trailers_and_containers),
		TEST(test_a_wrong_check_digit_is_a_remark_and_the_number_stays),
		TEST(test_a_tare_of_a_part_is_never_the_tare_of_the_whole),
		TEST(test_a_container_that_stands_among_the_trailers_is_a_container),
		TEST(test_types_say_direction_and_whether_it_is_empty),
		TEST(test_an_empty_vehicle_may_stand_outside_of_a_consignment),
		TEST(test_where_the_name_is_empty_the_code_is_the_plate),
		TEST(test_a_deleted_vehicle_is_dropped_and_one_that_is_not_named_is_refused),
		TEST(test_no_driver_goes_anywhere),
		TEST(test_with_a_key_a_driver_is_a_pseudonym_of_the_number_and_of_that_key),
		TEST(test_the_type_is_known_from_the_head_the_number_or_the_namespace),
		TEST(test_gbk_is_read_whatever_the_declaration_says),
		TEST(test_without_a_time_it_is_when_it_came),
		TEST(test_a_long_message_number_makes_a_key_that_fits),
		TEST(test_what_lacks_something_is_refused_whole_and_says_what_was_expected),
		TEST(test_hostile_xml_is_unreadable),
		TEST(test_more_waybills_than_a_manifest_holds_are_refused),
		TEST(test_settings_are_checked),
		TEST(test_it_is_known_by_its_beginning_or_its_name),
		TEST(test_a_damaged_document_gives_one_right_event_or_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
