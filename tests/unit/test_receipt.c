/*
 * Customs' receipts: a release is one only where customs says it of the batch, a hold holds the goods, and a refused document
 * lodges nothing.
 */
#include "check.h"

#include <stdlib.h>

#include "any.h"
#include "documents.h"

static struct documents documents;

#define ID "CN_MT1401_1p0_0000XX0000001_20260302083015250"

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

#define RECEIPT(function, inside) \
	"<Manifest xmlns=\"urn:Declaration:datamodel:standard:CN:MT1401:1\"><Head><MessageID>" ID \
	"</MessageID><FunctionCode>" function \
	"</FunctionCode><MessageType>MT1401</MessageType><SendTime>20260302091500000</SendTime></Head><Response><Declaration>" \
	"<DeclarationOfficeID>0707</DeclarationOfficeID>" inside "</Declaration></Response></Manifest>"
#define STATEMENT(code, text) \
	"<AdditionalInformation><StatementCode>" code "</StatementCode><StatementDescription>" text \
	"</StatementDescription></AdditionalInformation>"

static void
test_a_release_is_a_release(void **state)
{
	(void)state;
	const char *text = said(RECEIPT("11", "<ID>B-1</ID>" STATEMENT("11", "放行")));
	assert_says(text, "receipt: batch B-1: 11, released: 放行\n{\"occurred_at_ms\":1772414100000,\"batch_no\":\"B-1\",");
	assert_says(text, "\"released\":{\"office\":\"0707\",\"document_no\":\"" ID "\"}}\n");
}

static void
test_refused_loading_and_unloading_hold_the_goods(void **state)
{
	(void)state;
	assert_says(said(RECEIPT("11", "<ID>B-1</ID>" STATEMENT("12", "不准装载"))),
	    "\"inspected\":{\"by\":\"CUSTOMS\",\"outcome\":\"HELD\",\"held\":\"loading is refused: "
	    "不准装载\",\"officer\":\"0707\"}");
	assert_says(said(RECEIPT("11", "<ID>B-1</ID><ResponseType><Code>13</Code><Text>x</Text></ResponseType>")),
	    "\"held\":\"unloading is forbidden: x\"");
}

static void
test_a_refused_document_lodged_nothing_and_turns_no_goods_back(void **state)
{
	(void)state;
	const char *text = said(RECEIPT("11", "<ID>B-1</ID>" STATEMENT("03", "退单")));
	assert_says(text, "receipt: batch B-1: 03, the document is refused: 退单\n");
	assert_says(text, "\"manifest_deleted\":{\"reason\":\"customs refused the document: 退单\"}}\n");
	assert_int_equal(documents_events(&documents), 1);
	assert_string_equal(documents.found.list[1].message_no, ID);
}

static void
test_a_refusal_is_one_of_a_document_that_it_names_and_of_nothing_else(void **state)
{
	(void)state;
	assert_says(said("<R><Declaration><ID>B-1</ID></Declaration><StatementCode>03</StatementCode></R>"),
	    "lacks: the receipt refuses a document and does not say which");
	assert_int_equal(documents_events(&documents), 0);
	assert_says(said(RECEIPT("11", "<ID>B-1</ID>" STATEMENT("03", "") STATEMENT("01", ""))),
	    "differs: 1 of 2 statements say refused");
	assert_int_equal(documents_events(&documents), 0);
	assert_says(said(RECEIPT("3", "<ID>B-1</ID>" STATEMENT("03", ""))), "differs: customs refuses a deletion");
	assert_int_equal(documents_events(&documents), 0);
}

static void
test_receipts_on_the_way_are_remarks(void **state)
{
	(void)state;
	assert_string_equal(said(RECEIPT("11", "<ID>B-1</ID>" STATEMENT("01", ""))), "receipt: batch B-1: 01, accepted\n");
	assert_says(said(RECEIPT("11", STATEMENT("E2", ""))), "receipt: batch (not named): E2, an error\n");
	assert_says(said(RECEIPT("11", "<ID>B-1</ID><ResponseType>02</ResponseType>")), "receipt: batch B-1: 02, left to a person");
	assert_int_equal(documents_events(&documents), 0);
}

static void
test_the_receipt_of_a_deletion_is_no_release(void **state)
{
	(void)state;
	assert_says(said(RECEIPT("3", "<ID>B-1</ID>" STATEMENT("11", ""))), "no_change: the receipt of a deletion");
	assert_int_equal(documents_events(&documents), 0);
}

static void
test_the_release_of_a_waybill_is_not_that_of_its_batch(void **state)
{
	(void)state;
	static const char xml[] = RECEIPT("11",
	    "<ID>B-1</ID><Consignment><TransportContractDocument><ID>W-1</ID></TransportContractDocument>"
	    "<ResponseType><Code>11</Code></ResponseType></Consignment>");
	assert_says(said(xml), "receipt: batch B-1, waybill W-1: 11, released\nno_change: a waybill is released, not its batch");
	assert_int_equal(documents_events(&documents), 0);
	struct reason why;
	documents_close(&documents);
	assert_int_equal(documents_open(&documents, &manifest_connector, "release: waybill", &why), STATUS_OK);
	assert_says(said(xml), "\"released\":{");
}

static void
test_what_contradicts_itself_releases_nothing(void **state)
{
	(void)state;
	assert_says(said(RECEIPT("11", "<ID>B-1</ID>" STATEMENT("11", "") STATEMENT("02", ""))), "differs: 1 of 2 statements");
	assert_int_equal(documents_events(&documents), 0);
	assert_says(said(RECEIPT("11", "<ID>B-1</ID>" STATEMENT("11", "") STATEMENT("13", ""))), "\"inspected\":{");
	assert_silent_of(documents.text, "\"released\":{");
}

static void
test_a_receipt_without_a_batch_is_of_the_message_that_it_answers(void **state)
{
	(void)state;
	const char *text = said(RECEIPT("11", STATEMENT("11", "")));
	assert_says(text, "\"released\":{");
	assert_silent_of(text, "batch_no");
	assert_string_equal(documents.found.list[1].message_no, ID);
	said("<R><Head><MessageID>own</MessageID></Head><Response><MessageID>M</MessageID><StatementCode>12</StatementCode></"
	     "Response>"
	     "</R>");
	assert_string_equal(documents.found.list[1].message_no, "M");
}

static void
test_a_release_of_neither_batch_nor_message_is_for_a_person(void **state)
{
	(void)state;
	assert_says(said("<R><StatementCode>11</StatementCode></R>"),
	    "lacks: the receipt says 11 of no batch; expected its number");
	assert_int_equal(documents_events(&documents), 0);
}

static void
test_two_receipts_of_one_message_have_two_keys(void **state)
{
	(void)state;
	char first[SHORT_TEXT_BYTES_MAX + 1];
	said("<R><MessageID>M</MessageID><Declaration><ID>B-1</ID></Declaration><StatementCode>12</StatementCode></R>");
	snprintf(first, sizeof first, "%s", documents.found.list[1].event->source_key);
	said("<R><MessageID>M</MessageID><Declaration><ID>B-1</ID></Declaration><StatementCode>11</StatementCode></R>");
	assert_string_not_equal(documents.found.list[1].event->source_key, first);
}

static void
test_it_is_known_by_its_beginning(void **state)
{
	(void)state;
	static const char xml[] = "<Answer><StatementCode>01</StatementCode></Answer>";
	assert_ptr_equal(connector_guess((struct span){ (const uint8_t *)xml, sizeof xml - 1 }, "a.xml"), &manifest_connector);
}

static void
test_more_statements_than_a_receipt_has_are_refused(void **state)
{
	(void)state;
	static char xml[128 * 1024];
	size_t at = (size_t)snprintf(xml, sizeof xml, "<R><Declaration><ID>B-1</ID></Declaration>");
	for (int i = 0; i < 3000; i++)
		at += (size_t)snprintf(xml + at, sizeof xml - at, "<StatementCode>11</StatementCode>");
	snprintf(xml + at, sizeof xml - at, "</R>");
	assert_says(said(xml), "strange: a receipt with 1024 statements or more; expected a few\n");
	assert_int_equal(documents_events(&documents), 0);
	assert_true(documents.found.n < 40);
}

/* A few bytes changed anywhere: nothing breaks, and what comes is right and one at most. */
static void
test_a_damaged_receipt_gives_one_right_event_or_none(void **state)
{
	(void)state;
	static const char whole[] = RECEIPT("11", "<ID>B-1</ID>" STATEMENT("11", "放行"));
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
		TEST(test_a_release_is_a_release),
		TEST(test_refused_loading_and_unloading_hold_the_goods),
		TEST(test_a_refused_document_lodged_nothing_and_turns_no_goods_back),
		TEST(test_a_refusal_is_one_of_a_document_that_it_names_and_of_nothing_else),
		TEST(test_receipts_on_the_way_are_remarks),
		TEST(test_the_receipt_of_a_deletion_is_no_release),
		TEST(test_the_release_of_a_waybill_is_not_that_of_its_batch),
		TEST(test_what_contradicts_itself_releases_nothing),
		TEST(test_a_receipt_without_a_batch_is_of_the_message_that_it_answers),
		TEST(test_a_release_of_neither_batch_nor_message_is_for_a_person),
		TEST(test_two_receipts_of_one_message_have_two_keys),
		TEST(test_it_is_known_by_its_beginning),
		TEST(test_more_statements_than_a_receipt_has_are_refused),
		TEST(test_a_damaged_receipt_gives_one_right_event_or_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
