/* Changes of the registry that come signed from above: who may say what, in which order, and what is passed over. */
#include "check.h"

#include "asked.h"
#include "decree_ask.h"
#include "decreed.h"
#include "everything.h"
#include "recount.h"

static struct book book;

static int
open_book(void **state)
{
	said_forget(state);
	book_open(&book);
	book_take(&book, ADMIN, decreed_authority("'place', 'group', 'goal', 'day'"));
	return 0;
}

static int
close_book(void **state)
{
	(void)state;
	book_close(&book);
	return 0;
}

static void
refused(struct said said, enum status status, const char *part)
{
	struct reason why = { "" };
	uint64_t version = 0, after = 0;
	must(reader_registry_version(book.reader, &version, &why), &why);
	assert_string_equal(status_name(book_write(&book, GATE, said, STATUS_OK, &why)), status_name(status));
	if (strstr(why.text, part) == NULL)
		fail_msg("'%s' is not in: %s", part, why.text);
	must(reader_registry_version(book.reader, &after, &why), &why);
	assert_int_equal(after, version);
}

static void
recount_says_the_same(void)
{
	char scratch[FOLDER_BYTES + 16];
	struct recount_result result = { .difference = "" };
	struct reason why = { "" };
	snprintf(scratch, sizeof scratch, "%s/scratch", book.dir);
	must(recount(book.env, scratch, NULL, NULL, NULL, &result, &why), &why);
	if (!result.right)
		fail_msg("%s", result.difference);
}

#define LEAGUE "'put': [{'place': {'id': 'league'}}]"
#define REGION "'put': [{'place': {'id': 'region'}}, {'place': {'id': 'league', 'parent': 'region'}}]"
#define GOAL_OF(id, port) \
	"{'goal': {'id': '" id "', 'ports': ['" port "'], 'from': '2025-01-01', 'to': '2025-12-31', 'target_kg': 5}}"

/* Whoever brings it: here a gate. */
static void
test_a_decree_is_taken_in_its_turn(void **state)
{
	(void)state;
	refused(decreed(2, LEAGUE), STATUS_CONTRADICTION, "1 was expected");
	book_take(&book, GATE, decreed(1, LEAGUE));
	assert_non_null(places_id(registry_places(ledger_registry(book.ledger)), "league"));
	book_take(&book, GATE, decreed(2, REGION));
	assert_string_equal(places_above(registry_places(ledger_registry(book.ledger)), "league"), "region");
	/* The same once more changes nothing, and is no fault; another of that number is. */
	book_take(&book, SCALE, decreed(1, LEAGUE));
	assert_string_equal(places_above(registry_places(ledger_registry(book.ledger)), "league"), "region");
	refused(decreed(1, REGION), STATUS_CONTRADICTION, "two of one number");
	book_take(&book, GATE, decreed(3, LEAGUE));
}

static void
test_who_has_not_the_key_decrees_nothing(void **state)
{
	(void)state;
	refused(decreed_by(2, 1, LEAGUE), STATUS_NOT_AUTHORISED, "not signed with the key");
	/* A signature is of its number and of its change. */
	struct said said = decreed(1, LEAGUE);
	Juyan__V1__Decreed turned = *said.event->decreed;
	Juyan__V1__Event event = *said.event;
	event.decreed = &turned;
	turned.number = 2;
	refused((struct said){ .bytes = said.bytes, .event = &event }, STATUS_NOT_AUTHORISED, "not signed");
	turned.number = 1;
	turned.change.len--;
	refused((struct said){ .bytes = said.bytes, .event = &event }, STATUS_NOT_AUTHORISED, "not signed");
	turned = *said.event->decreed;
	turned.authority = (char *)(uintptr_t) "below";
	refused((struct said){ .bytes = said.bytes, .event = &event }, STATUS_NOT_AUTHORISED, "no authority 'below'");
}

static void
test_what_is_decided_above_is_not_changed_here(void **state)
{
	(void)state;
	struct reason why = { "" };
	struct said own = registry_changed(LEAGUE);
	assert_int_equal(book_write(&book, ADMIN, own, STATUS_OK, &why), STATUS_NOT_AUTHORISED);
	assert_non_null(strstr(why.text, "decided by the authority 'above'"));
	assert_int_equal(book_write(&book, ADMIN, registry_changed("'drop': [" GROUP("coal", "27", "") "]"), STATUS_OK, &why),
	    STATUS_NOT_AUTHORISED);
	book_take(&book, ADMIN, registry_changed("'put': [" PORT("far", "RELEASE") "]"));
	/* Terminals and authorities are a ledger's own: no decree touches them, nor what this authority does not decide. */
	refused(decreed(1, "'put': [" TERMINAL("4", "BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=", "") "]"), STATUS_NOT_AUTHORISED,
	    "does not decide");
	refused(decreed(1, "'put': [" PORT("near", "RELEASE") "]"), STATUS_NOT_AUTHORISED, "port/near");
}

static void
test_ports_that_are_not_here_are_no_concern(void **state)
{
	(void)state;
	book_take(&book, GATE,
	    decreed(1,
		"'put': [{'place': {'id': 'league'}}, " GOAL_OF("ours", "ceke") "," GOAL_OF("wide", "league") "," GOAL_OF("theirs",
		    "erenhot") ", {'day': {'port': 'erenhot', 'day': '2025-05-01', 'kind': 'CLOSED'}}]"));
	const Juyan__V1__Registry *goals = ask(&book, "'registry': {'kind': 'goal'}")->registry;
	assert_int_equal(goals->n_records, 2);
	/* What was passed over is there to be dropped no more. */
	book_take(&book, GATE, decreed(2, "'drop': [" GOAL_OF("theirs", "erenhot") "," GOAL_OF("ours", "ceke") "]"));
	assert_int_equal(ask(&book, "'registry': {'kind': 'goal'}")->registry->n_records, 1);
}

static void
test_decrees_are_told_in_order_and_a_recount_finds_them(void **state)
{
	(void)state;
	ProtobufCBinaryData *events;
	size_t n;
	book_take(&book, GATE, decreed(1, LEAGUE));
	book_take(&book, GATE, decreed(2, REGION));
	assert_int_equal(ledger_decrees(book.ledger, "above", 0, &said_arena, &events, &n), STATUS_OK);
	assert_int_equal(n, 2);
	assert_int_equal(ledger_decrees(book.ledger, "above", 1, &said_arena, &events, &n), STATUS_OK);
	assert_int_equal(n, 1);
	const Juyan__V1__Event *event;
	assert_int_equal(wire_event((struct span){ events[0].data, events[0].len }, &said_arena, &event, NULL), STATUS_OK);
	assert_int_equal(event->decreed->number, 2);
	assert_int_equal(ledger_decrees(book.ledger, "abov", 0, &said_arena, &events, &n), STATUS_OK);
	assert_int_equal(n, 0);
	const Juyan__V1__LedgerStatus *status = ask(&book, "'status': {}")->status;
	assert_int_equal(status->n_authorities, 1);
	assert_int_equal(status->authorities[0]->last_number, 2);
	recount_says_the_same();
}

/* Headquarters has decided it: when it comes back in a site's journal it stands there and changes nothing. */
static void
test_a_decree_in_a_sites_journal_is_no_news(void **state)
{
	(void)state;
	uint64_t last = ledger_lsn(book.ledger);
	book_take(&book, ADMIN, registry_changed("'put': [" SITE("5", "BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=", "ceke") "]"));
	relay(&book, 5, decreed(1, LEAGUE));
	relay(&book, 5, registry_changed("'put': [" PORT("ceke", "DEPARTURE") "]"));
	assert_int_equal(ledger_lsn(book.ledger), last + 3);
	assert_null(places_id(registry_places(ledger_registry(book.ledger)), "league"));
	refused(decreed(2, LEAGUE), STATUS_CONTRADICTION, "1 was expected");
}

static void
site_follows(uint64_t decreed_number, uint64_t last, uint64_t refused, uint64_t refused_lsn)
{
	const Juyan__V1__LedgerStatus *status = ask(&book, "'status': {}")->status;
	assert_int_equal(status->n_sites, 1);
	assert_int_equal(status->sites[0]->n_decrees, 1);
	const Juyan__V1__SiteDecrees *decrees = status->sites[0]->decrees[0];
	assert_string_equal(decrees->authority, "above");
	assert_int_equal(decrees->decreed_number, decreed_number);
	assert_int_equal(decrees->last_number, last);
	assert_int_equal(decrees->refused_number, refused);
	assert_int_equal(decrees->refused_lsn, refused_lsn);
}

/* By what stands in its journal; in any order, for whoever brings a decree to a site may be out of turn. */
static void
test_headquarters_knows_how_far_a_site_follows(void **state)
{
	(void)state;
	book_take(&book, ADMIN, registry_changed("'put': [" SITE("5", "BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=", "ceke") "]"));
	book_take(&book, GATE, decreed(1, LEAGUE));
	book_take(&book, GATE, decreed(2, REGION));
	site_follows(2, 0, 0, 0);
	relay(&book, 5, decreed(1, LEAGUE));
	site_follows(2, 1, 0, 0);
	struct said refused = decreed(2, REGION);
	relay_as(&book, 5, refused, STATUS_CONTRADICTION);
	site_follows(2, 1, 2, ledger_lsn(book.ledger));
	relay_as(&book, 5, decreed(1, REGION), STATUS_CONTRADICTION); /* behind what it has */
	site_follows(2, 1, 2, ledger_lsn(book.ledger) - 1);
	recount_says_the_same();
	relay(&book, 5, refused);
	site_follows(2, 2, 0, 0);
	relay(&book, 5, decreed(3, LEAGUE)); /* this ledger is an older copy */
	site_follows(2, 3, 0, 0);
	relay_as(&book, 5, registry_changed(LEAGUE), STATUS_NOT_AUTHORISED);
	relay_as(&book, 5, (struct said){ .bytes = { (const uint8_t *)"\xff", 1 } }, STATUS_UNDECODABLE);
	site_follows(2, 3, 0, 0);
	recount_says_the_same();
}

/* Decrees come when something was decided: for who brings no more of them nobody waits. */
static void
test_who_brought_decrees_alone_is_not_silent(void **state)
{
	(void)state;
	struct reason why = { "" };
	int64_t tomorrow = MIDNIGHT + HOURS(30);
	for (uint64_t number = 1; number <= 6; number++)
		book_take(&book, GATE, decreed(number, number % 2 == 0 ? LEAGUE : REGION));
	assert_int_equal(ask(&book, "'attention': {'now_ms': %lld}", (long long)tomorrow)->attention->n_rows, 0);
	must(book_write(&book, SCALE, cargo(MIDNIGHT, "ceke", "B", RELEASED), STATUS_OK, &why), &why);
	assert_int_equal(ask(&book, "'attention': {'now_ms': %lld}", (long long)tomorrow)->attention->n_rows, 1);
}

/* The site knows of no places: what it says of its port leaves it where it stands here. */
static void
test_a_sites_port_stays_in_its_place(void **state)
{
	(void)state;
	struct port_rule rule;
	book_take(&book, GATE, decreed(1, LEAGUE));
	book_take(&book, ADMIN,
	    registry_changed(
		"'put': [{'port': {'id': 'ceke', 'utc_offset': '+08:00', 'count_on': 'RELEASE', 'place': 'league'}}, " SITE("5",
		    "BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=", "ceke") "]"));
	relay(&book, 5, registry_changed("'put': [" PORT("ceke", "DEPARTURE") "]"));
	assert_true(registry_port(ledger_registry(book.ledger), "ceke", MIDNIGHT, &rule));
	assert_int_equal(rule.count_on, JUYAN__V1__COUNT_ON__DEPARTURE);
	assert_string_equal(places_above(registry_places(ledger_registry(book.ledger)), "ceke"), "league");
}

/* The site's end: what is asked, and how much of what is told is worth handing on. */
static void
test_what_is_told_is_handed_on_in_its_turn(void **state)
{
	(void)state;
	struct span frame;
	const ProtobufCMessage *message;
	assert_int_equal(decree_ask("above", 7, &said_arena, &frame), STATUS_OK);
	assert_int_equal(wire_unpack(&juyan__v1__from_terminal__descriptor, frame, &said_arena, &message, NULL), STATUS_OK);
	const Juyan__V1__FromTerminal *from = (const void *)message;
	assert_int_equal(from->say_case, JUYAN__V1__FROM_TERMINAL__SAY_DECREES_ASK);
	assert_int_equal(from->decrees_ask->after, 7);
	Juyan__V1__Decrees told = JUYAN__V1__DECREES__INIT;
	ProtobufCBinaryData events[3];
	const struct said said[3] = { decreed(8, LEAGUE), decreed(9, REGION), decreed(11, LEAGUE) };
	for (size_t i = 0; i < 3; i++)
		events[i] = (ProtobufCBinaryData){ said[i].bytes.bytes, (uint8_t *)(uintptr_t)said[i].bytes.data };
	told.authority = (char *)(uintptr_t) "above";
	told.events = events;
	told.n_events = 3;
	assert_int_equal(decree_ask_in_turn(&told, "above", 7, &said_arena), 2);
	assert_int_equal(decree_ask_in_turn(&told, "above", 6, &said_arena), 0);
	assert_int_equal(decree_ask_in_turn(&told, "below", 7, &said_arena), 0);
	events[1].len--;
	assert_int_equal(decree_ask_in_turn(&told, "above", 7, &said_arena), 1);
}

static void
test_two_authorities_decide_no_kind_together(void **state)
{
	(void)state;
	struct reason why = { "" };
	struct said said =
	    registry_changed("'put': [{'authority': {'id': 'other', 'public_key': '" KEY_2 "', 'kinds': ['capacity', 'goal']}}]");
	assert_int_equal(book_write(&book, ADMIN, said, STATUS_OK, &why), STATUS_CONTRADICTION);
	assert_non_null(strstr(why.text, "both decide the kind goal"));
	said = registry_changed("'put': [{'authority': {'id': 'other', 'public_key': '" KEY_2 "', 'kinds': ['terminal']}}]");
	assert_int_not_equal(book_write(&book, ADMIN, said, STATUS_OK, &why), STATUS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_decree_is_taken_in_its_turn, open_book, close_book),
		cmocka_unit_test_setup_teardown(test_who_has_not_the_key_decrees_nothing, open_book, close_book),
		cmocka_unit_test_setup_teardown(test_what_is_decided_above_is_not_changed_here, open_book, close_book),
		cmocka_unit_test_setup_teardown(test_ports_that_are_not_here_are_no_concern, open_book, close_book),
		cmocka_unit_test_setup_teardown(test_decrees_are_told_in_order_and_a_recount_finds_them, open_book, close_book),
		cmocka_unit_test_setup_teardown(test_a_decree_in_a_sites_journal_is_no_news, open_book, close_book),
		cmocka_unit_test_setup_teardown(test_headquarters_knows_how_far_a_site_follows, open_book, close_book),
		cmocka_unit_test_setup_teardown(test_who_brought_decrees_alone_is_not_silent, open_book, close_book),
		cmocka_unit_test_setup_teardown(test_a_sites_port_stays_in_its_place, open_book, close_book),
		cmocka_unit_test_setup_teardown(test_what_is_told_is_handed_on_in_its_turn, open_book, close_book),
		cmocka_unit_test_setup_teardown(test_two_authorities_decide_no_kind_together, open_book, close_book),
	};
	return cmocka_run_group_tests(tests, said_begin, said_end);
}
