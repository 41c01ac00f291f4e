/*
 * What a site's registry changes at its headquarters, and what not: nothing that is another's, and nothing without a word where it
 * does not fit. And sites at the bounds of their numbers, or shut out.
 * also: address
 */
#include "check.h"

#include "asked.h"
#include "everything.h"
#include "recount.h"

static struct book book;

#define KEY_5 "BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU="
#define KEY_6 "BgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgY="
#define OVERRIDE(id, port, by) \
	"{'override': {'id': '" id "', 'port': '" port "', 'from': '2025-09-01', 'to': '2025-09-30', 'per_mille': 500, 'by': '" by \
	"', 'reason': 'r'}}"
#define NAMED(id) "{'override': {'id': '" id "'}}"
#define CAPACITY(port, kg) "{'capacity': {'port': '" port "', 'mode': 'TRUCK', 'kg_per_day': " kg "}}"
#define AT_SITE_5(...) relay(&book, 5, registry_changed(__VA_ARGS__))
#define AT_SITE_6(...) relay(&book, 6, registry_changed(__VA_ARGS__))

static void
here(const char *change)
{
	book_take(&book, ADMIN, registry_changed("%s", change));
}

static int
begin_test(void **state)
{
	(void)state;
	said_forget(NULL);
	book_open(&book);
	here("'put': [" SITE("5", KEY_5, "ceke") "," SITE("6", KEY_6, "wuliji") "]");
	return 0;
}

/* What follows from the journal is what stands in the tables. */
static int
end_test(void **state)
{
	struct recount_result result = { .right = false };
	struct reason why = { "" };
	char scratch[FOLDER_BYTES + 16];
	(void)state;
	snprintf(scratch, sizeof scratch, "%s/scratch", book.dir);
	must(recount(book.env, scratch, NULL, NULL, NULL, &result, &why), &why);
	if (!result.right)
		fail_msg("%s", result.difference);
	book_close(&book);
	return 0;
}

static const char *
registry_of(const char *kind)
{
	return shown(ask(&book, "'registry': {'kind': '%s'}", kind));
}

static const Juyan__V1__SiteStatus *
site(uint32_t site_no)
{
	const Juyan__V1__LedgerStatus *status = ask(&book, "'status': {}")->status;
	for (size_t i = 0; i < status->n_sites; i++)
		if (status->sites[i]->terminal_no == site_no)
			return status->sites[i];
	fail_msg("site %u is not told", site_no);
	return NULL;
}

static const char *
attention(void)
{
	return shown(ask(&book, "'attention': {'now_ms': %lld}", (long long)MIDNIGHT));
}

static void
fits(uint32_t site_no)
{
	char subject[64];
	assert_int_equal(site(site_no)->unfit_since_ms, 0);
	snprintf(subject, sizeof subject, "'subject':'site:%u/registry/", site_no);
	assert_null(strstr(attention(), subject));
}

static void
does_not_fit(uint32_t site_no, uint64_t lsn, const char *part)
{
	char subject[64];
	assert_int_equal(site(site_no)->unfit_since_ms, MIDNIGHT);
	assert_int_equal(site(site_no)->unfit_lsn, lsn);
	assert_string_equal(site(site_no)->unfit_name, "contradiction");
	holds(site(site_no)->unfit_sentence, part);
	snprintf(subject, sizeof subject, "'subject':'site:%u/registry/%llu','kind':'site'", site_no, (unsigned long long)lsn);
	holds(attention(), subject);
	holds(attention(), "does not fit here");
}

/* The name of an override says nothing of its port: the first version let a site change and drop those of all others. */
static void
a_site_does_not_touch_what_is_of_anothers_port(void **state)
{
	(void)state;
	AT_SITE_6("'put': [" OVERRIDE("strike", "wuliji", "site 6") "]");
	here("'put': [" OVERRIDE("snow", "*", "headquarters") "]");
	AT_SITE_5("'put': [" OVERRIDE("strike", "ceke", "site 5") "]");
	holds(registry_of("override"), "'by':'site 6'");
	does_not_fit(5, 1, "override/strike stands here for a port that is not this site's");
	fits(6);
	AT_SITE_5("'drop': [" NAMED("strike") "]");
	AT_SITE_5("'drop': [" OVERRIDE("snow", "ceke", "site 5") "," OVERRIDE("strike", "ceke", "site 5") "]");
	holds(registry_of("override"), "'by':'site 6'");
	holds(registry_of("override"), "'by':'headquarters'");
	fits(5);
}

static void
what_does_not_fit_is_taken_when_it_does(void **state)
{
	(void)state;
	AT_SITE_6("'put': [" OVERRIDE("strike", "wuliji", "site 6") "]");
	AT_SITE_5("'put': [" OVERRIDE("strike", "ceke", "site 5") "," CAPACITY("ceke", "7") "]");
	assert_null(strstr(registry_of("capacity"), "'ceke'")); /* as a whole, or not at all */
	AT_SITE_5("'put': [" OVERRIDE("wind", "ceke", "site 5") "]");
	holds(registry_of("override"), "'wind'"); /* and the next goes on */
	does_not_fit(5, 1, "strike");
	book_shut(&book);
	book_open_env(&book, 256 << 20);
	does_not_fit(5, 1, "strike");
	AT_SITE_5("'put': [" CAPACITY("ceke", "8") "]");
	holds(registry_of("capacity"), "'kg_per_day':8");
	AT_SITE_6("'drop': [" OVERRIDE("strike", "wuliji", "site 6") "]");
	holds(registry_of("override"), "'by':'site 5'");
	holds(registry_of("capacity"), "'kg_per_day':8"); /* what came later stays */
	fits(5);
}

static void
the_oldest_that_does_not_fit_is_told_and_another_does(void **state)
{
	(void)state;
	here("'put': [" OVERRIDE("a", "*", "hq") "," OVERRIDE("b", "*", "hq") "]");
	AT_SITE_5("'put': [" OVERRIDE("a", "ceke", "site 5") "]");
	AT_SITE_5("'put': [" OVERRIDE("b", "ceke", "site 5") "]");
	does_not_fit(5, 1, "override/a");
	here("'drop': [" NAMED("a") "]");
	holds(registry_of("override"), "'id':'a','port':'ceke'");
	does_not_fit(5, 2, "override/b");
	AT_SITE_5("'drop': [" NAMED("b") "]"); /* it was never there */
	holds(registry_of("override"), "'id':'b','port':'*'");
}

/* Ports were given to a site after it had said how they count, and counted as headquarters' registry had it. */
static void
a_port_that_becomes_the_sites_is_as_the_site_has_it(void **state)
{
	(void)state;
	here("'put': [" PORT("mandal", "RELEASE") "]");
	AT_SITE_5("'put': [" PORT("ceke", "RELEASE") "," PORT("mandal", "DEPARTURE") "," CAPACITY("mandal", "9") "]");
	assert_null(strstr(registry_of("capacity"), "mandal"));
	holds(registry_of("port"), "'id':'mandal','utc_offset':'+08:00','count_on':'RELEASE'");
	fits(5);
	here("'put': [{'terminal': {'terminal_no': 5, 'name': 'site 5', 'public_key': '" KEY_5
	     "', 'ports': ['ceke', 'mandal'], 'site': true}}]");
	holds(registry_of("port"), "'id':'mandal','utc_offset':'+08:00','count_on':'DEPARTURE'");
	holds(registry_of("capacity"), "'mandal'");
	fits(5);
}

/* How far a site follows an authority stands in the same table: it was read as a record that the site wants. */
static void
what_a_site_has_of_decrees_is_no_record_that_it_wants(void **state)
{
	(void)state;
	book_take(&book, ADMIN, decreed_authority("'place'"));
	relay(&book, 5, decreed(1, "'put': [{'place': {'id': 'league'}}]"));
	AT_SITE_5("'put': [" CAPACITY("ceke", "7") "]");
	here("'put': [" OVERRIDE("a", "*", "hq") "]");
	AT_SITE_5("'put': [" OVERRIDE("a", "ceke", "site 5") "]");
	does_not_fit(5, 3, "override/a");
	assert_int_equal(site(5)->decrees[0]->last_number, 1);
	here("'drop': [" NAMED("a") "]");
	fits(5);
	assert_int_equal(site(5)->decrees[0]->last_number, 1);
}

static void
nothing_is_asked_for_a_site_that_was_revoked(void **state)
{
	static const struct site_alarm alarm = { .since_ms = MIDNIGHT, .lsn = 3, .status = STATUS_OTHER_PAST, .why = { "parted" } };
	(void)state;
	here("'put': [" OVERRIDE("a", "*", "hq") "]");
	AT_SITE_5("'put': [" OVERRIDE("a", "ceke", "site 5") "]");
	must(ledger_alarm(book.ledger, 5, &alarm, NULL), &(struct reason){ "" });
	assert_int_equal(site(5)->stopped_since_ms, MIDNIGHT);
	assert_int_not_equal(site(5)->unfit_since_ms, 0);
#define REVOKED(word) \
	"'put': [{'terminal': {'terminal_no': 5, 'name': 'site 5', 'public_key': '" KEY_5 \
	"', 'ports': ['ceke'], 'site': true, 'revoked': " word "}}]"
	here(REVOKED("true"));
	assert_true(site(5)->revoked);
	assert_int_equal(site(5)->stopped_since_ms, 0);
	fits(5);
	here("'drop': [" NAMED("a") "]");
	assert_null(strstr(registry_of("override"), "site 5"));
	here(REVOKED("false"));
	holds(registry_of("override"), "'by':'site 5'");
}

/* What says that a site stands still is not for the site to note as seen. */
static void
a_site_does_not_note_what_is_said_of_it(void **state)
{
	static const char *const subjects[] = { "site:5/3", "silent:5/3" };
	struct store store;
	(void)state;
	here("'put': [" PORT("5", "RELEASE") "," SITE("5", KEY_5, "5") "]");
	for (size_t i = 0; i < 2; i++) {
		char text[256];
		snprintf(text, sizeof text, "{'occurred_at_ms': 1, 'noted': {'subject': '%s', 'by': 'b', 'note': 'n'}}",
		    subjects[i]);
		relay(&book, 5, said_text(text));
	}
	assert_int_equal(store_begin_read(book.env, &store, NULL), STATUS_OK);
	assert_int_equal(store_rows(&store, TABLE_notes), 0);
	store_abort(&store);
}

/* Its number is the highest that there is: the walk over all terminals began again behind it. */
static void
the_last_terminal_of_the_last_site_is_the_last(void **state)
{
	static const uint8_t unsaid[CHAIN_BYTES] = { 0 };
	(void)state;
	here("'put': [{'terminal': {'terminal_no': 65535, 'name': 'last', 'public_key': "
	     "'CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=', "
	     "'ports': [], 'site': true}}," PORT("last", "RELEASE") "]");
	here("'put': [{'terminal': {'terminal_no': 65535, 'name': 'last', 'public_key': "
	     "'CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=', "
	     "'ports': ['last'], 'site': true}}]");
	struct entry entry = entry_of(&book, UINT32_MAX, 0, cargo(MIDNIGHT, "last", "B1", RELEASED));
	entry.begins_block = true;
	entry.site_chain = unsaid;
	must(ledger_apply(book.ledger, &entry, 1, NULL), &(struct reason){ "" });
	holds(attention(), "'attention':{");
	assert_int_equal(site(65535)->last_lsn, 1);
	book_shut(&book);
	book_open_env(&book, 256 << 20);
	assert_int_equal(ledger_stream_tail(book.ledger, UINT32_MAX), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_site_does_not_touch_what_is_of_anothers_port, begin_test, end_test),
		cmocka_unit_test_setup_teardown(what_does_not_fit_is_taken_when_it_does, begin_test, end_test),
		cmocka_unit_test_setup_teardown(the_oldest_that_does_not_fit_is_told_and_another_does, begin_test, end_test),
		cmocka_unit_test_setup_teardown(a_port_that_becomes_the_sites_is_as_the_site_has_it, begin_test, end_test),
		cmocka_unit_test_setup_teardown(what_a_site_has_of_decrees_is_no_record_that_it_wants, begin_test, end_test),
		cmocka_unit_test_setup_teardown(nothing_is_asked_for_a_site_that_was_revoked, begin_test, end_test),
		cmocka_unit_test_setup_teardown(a_site_does_not_note_what_is_said_of_it, begin_test, end_test),
		cmocka_unit_test_setup_teardown(the_last_terminal_of_the_last_site_is_the_last, begin_test, end_test),
	};
	return cmocka_run_group_tests(tests, said_begin, said_end);
}
