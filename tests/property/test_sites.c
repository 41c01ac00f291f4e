/*
 * Three sites and their headquarters. Random histories at the sites - every kind of event, conflicts, what goes to quarantine and
 * comes out of it, a registry that changes, notes - are brought to headquarters block by block: in batches of random size, several
 * of different sites in one commit, sent twice, in groups that find no room, with headquarters killed in between. Then its tables
 * are those of the sites together, row by row, but for the numbers of terminals and events; its own recount agrees; and each site's
 * chain is the site's. And a journal with anything wrong in it is refused at that block, and changes nothing.
 *
 * JUYAN_SITES_HISTORIES=N sets how many (60).
 * also: address
 */
#include "check.h"

#include "recount.h"
#include "relayed.h"
#include "tables_together.h"

enum { HISTORIES = 60, EVENTS_MAX = 300, NAMES = 3 };

#define OVERRIDE_REST "'from': '2025-09-01', 'to': '2025-09-30', 'per_mille': 500, 'by': 'b', 'reason': 'r'}}"

static struct book sites[SITES];
static struct hq hq;
static bool hq_has[NAMES]; /* overrides of its own */

/* ---- what happens at a site ---- */

static int64_t
some_time(void)
{
	return MIDNIGHT + (int64_t)any_below(10) * HOURS(7) + (int64_t)any_below(3);
}

static struct said
any_cargo(size_t i, const char *port)
{
	static const char *const whats[] = { LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "60000"))),
		LODGED(UNIT("T1") "," UNIT("T2"), WAYBILL(GOODS("2603", "7000"))),
		WEIGHED("T1", "'gross_kg': 50000, 'tare_kg': 20000"), WEIGHED("T2", "'gross_kg': 41000"),
		WEIGHED("T1", "'gross_kg': 1, 'stability': 'MOVING'"), RELEASED, RELEASED, DELETED, DEPARTED("T1"), DEPARTED("T2"),
		CORRECTED("T2", "31000"), "'unit_arrived': {'unit_id': 'T1', 'lane': 'in 1'}",
		"'inspected': {'by': 'CUSTOMS', 'outcome': 'PASSED'}",
		"'machine_reported': {'machine': 's1', 'kind': 'SCALE', 'condition': 'FAULT', 'note': 'n'}" };
	char batch_no[16];
	size_t what = any_below(sizeof whats / sizeof *whats);
	snprintf(batch_no, sizeof batch_no, "B%zu-%zu", i, any_below(6));
	bool machine = strncmp(whats[what], "'machine", 8) == 0;
	return cargo(some_time(), port, machine ? "" : batch_no, "%s", whats[what]);
}

static struct said
any_administration(struct book *site, size_t i)
{
	char text[512];
	uint64_t lsn = 1 + any_below(ledger_lsn(site->ledger));
	const char *port = site_ports[i + SITES * any_below(2)];
	switch (any_below(6)) {
	case 0:
		return registry_changed(
		    "'put': [{'port': {'id': '%s', 'utc_offset': '%s', 'count_on': '%s'}}, " TERMINAL("3", KEY_3, "") "]", port,
		    any_chance(50) ? "+08:00" : "+07:00", any_chance(50) ? "RELEASE" : "DEPARTURE");
	case 1:
		return registry_changed("'put': [{'capacity': {'port': '%s', 'mode': 'TRUCK', 'kg_per_day': %zu}}]", port,
		    1 + any_below(1000));
	case 2:
		snprintf(text, sizeof text,
		    "{'occurred_at_ms': %d, 'noted': {'subject': 'quarantine:%llu', 'by': 'b', 'note': 'n'}}", (int)any_below(5),
		    (unsigned long long)lsn);
		return said_text(text);
	case 3:
		snprintf(text, sizeof text, "{'occurred_at_ms': %d, 'noted': {'subject': 'stuck:%s/B', 'by': 'b', 'note': 'n%d'}}",
		    (int)any_below(5), port, (int)any_below(9));
		return said_text(text);
	case 4: /* of a name that others have as well */
		snprintf(text, sizeof text, "{'override': {'id': 'o%zu', 'port': '%s', " OVERRIDE_REST, any_below(NAMES), port);
		return registry_changed("'%s': [%s]", any_chance(30) ? "drop" : "put", text);
	default:
		snprintf(text, sizeof text,
		    "{'occurred_at_ms': 1, 'quarantine_released': {'by': 'b', 'reason': 'r', 'lsn': %llu, 'dismissed': %s}}",
		    (unsigned long long)lsn, any_chance(30) ? "true" : "false");
		return said_text(text);
	}
}

/* Headquarters has such a name for itself, or gives it free. */
static void
administer_headquarters(void)
{
	size_t i = any_below(NAMES);
	char text[512];
	snprintf(text, sizeof text, "{'override': {'id': 'o%zu', 'port': '*', " OVERRIDE_REST, i);
	book_take(&hq.book, ADMIN, registry_changed("'%s': [%s]", hq_has[i] ? "drop" : "put", text));
	hq_has[i] = !hq_has[i];
}

/* One group of the site's, of one terminal or of several, received at one moment or at several. */
static void
write_group(struct book *site, size_t i, int64_t *now_ms)
{
	enum { GROUP_MAX = 12 };
	struct entry entries[GROUP_MAX];
	uint64_t ahead[OFFICER] = { 0 };
	size_t n = 1 + any_below(GROUP_MAX);
	for (size_t e = 0; e < n; e++) {
		uint32_t terminal = any_chance(12) ? ADMIN : any_chance(50) ? GATE : SCALE;
		bool wrong = any_chance(6), conflict = terminal != ADMIN && ahead[terminal] > 0 && any_chance(8);
		*now_ms += any_chance(30) ? (int64_t)any_below(5000) : 0;
		struct said said =
		    terminal == ADMIN ? any_administration(site, i) : any_cargo(i, site_ports[i + SITES * any_below(2)]);
		entries[e] = entry_of(site, terminal, conflict ? ahead[terminal] - 1 : ahead[terminal], said);
		entries[e].received_at_ms = *now_ms;
		entries[e].verdict = conflict ? STATUS_CONFLICTING_EVENT : wrong ? STATUS_NOT_AUTHORISED : STATUS_OK;
		ahead[terminal] += !conflict;
	}
	must(ledger_apply(site->ledger, entries, n, NULL), &(struct reason){ "" });
}

/* ---- bringing it ---- */

/* Some blocks behind an event, as many as fit in so many bytes, at most `most` of them. */
static bool
send_behind(size_t i, uint64_t after, size_t bytes, size_t most)
{
	struct arena arena;
	struct followed followed;
	struct reason why = { "" };
	assert_int_equal(arena_open(&arena, FRAME_ARENA), STATUS_OK);
	must(follow_blocks(sites[i].env, after, bytes, UINT64_MAX, &arena, &followed, &why), &why);
	bool any = followed.n > 0;
	if (any) {
		must(read_batch(&hq, i, followed.first_lsn, followed.blocks, followed.n < most ? followed.n : most, &why), &why);
		must(take_batch(&hq, &why), &why);
	}
	arena_close(&arena);
	return any;
}

/* An end of a block of a site, somewhere in what has been brought. */
static uint64_t
some_end(size_t i)
{
	uint8_t chain[CHAIN_BYTES];
	uint64_t lsn = hq.streams[i].on_disk == 0 ? 0 : any_below(hq.streams[i].on_disk);
	while (lsn > 0 && follow_chain(sites[i].env, lsn, chain, NULL) != STATUS_OK)
		lsn--;
	return lsn;
}

static void
bring_all(void)
{
	size_t done = 0;
	while (done < SITES) {
		size_t i = any_below(SITES);
		bool again = any_chance(15);
		if (hq.n_pending == PENDING_MAX || hq.sessions[i].under_way == WINDOW_BATCHES || any_chance(25)) {
			commit(&hq, any_chance(8));
			answer(&hq);
		}
		if (any_chance(3))
			hq_kill(&hq);
		if (any_chance(10))
			administer_headquarters();
		send_behind(i, again ? some_end(i) : hq.streams[i].taken, 1 + any_below(20000), 1 + any_below(9));
		for (done = 0; done < SITES && hq.streams[done].taken == ledger_lsn(sites[done].ledger); done++)
			;
		if (done == SITES) {
			commit(&hq, any_chance(30));
			answer(&hq);
			for (done = 0; done < SITES && hq.streams[done].taken == ledger_lsn(sites[done].ledger); done++)
				;
		}
	}
	assert_int_equal(hq.stops, 0);
}

/* ---- what has to hold ---- */

static void
check_recount(const struct book *book)
{
	struct recount_result result = { .right = false };
	struct reason why = { "" };
	char scratch[FOLDER_BYTES + 16];
	snprintf(scratch, sizeof scratch, "%s/scratch", book->dir);
	must(recount(book->env, scratch, NULL, NULL, NULL, &result, &why), &why);
	if (!result.right)
		fail_msg("%s", result.difference);
}

static void
check_chains(void)
{
	struct store store;
	assert_int_equal(store_begin_read(hq.book.env, &store, NULL), STATUS_OK);
	for (size_t i = 0; i < SITES; i++) {
		struct journal_end there, here;
		uint8_t a[CHAIN_BYTES], b[CHAIN_BYTES];
		assert_int_equal(follow_end(sites[i].env, &there, NULL), STATUS_OK);
		assert_int_equal(sites_end(&store, SITE_FIRST + (uint32_t)i, &here), STATUS_OK);
		assert_int_equal(here.lsn, there.lsn);
		assert_int_equal(here.received_at_ms, there.received_at_ms);
		assert_memory_equal(here.chain, there.chain, CHAIN_BYTES);
		for (uint64_t lsn = 1; lsn <= there.lsn; lsn++) {
			enum status x = follow_chain(sites[i].env, lsn, a, NULL);
			assert_int_equal(sites_chain(&store, SITE_FIRST + (uint32_t)i, lsn, b), x);
			if (x == STATUS_OK)
				assert_memory_equal(a, b, CHAIN_BYTES);
		}
	}
	store_abort(&store);
}

static void
a_headquarters_is_its_sites_together(void **state)
{
	(void)state;
	const char *wanted = getenv("JUYAN_SITES_HISTORIES");
	size_t n = wanted != NULL ? strtoul(wanted, NULL, 10) : HISTORIES, duplicates = 0, failures = 0, reopened = 0;
	for (size_t h = 0; h < n; h++) {
		int64_t now_ms = MIDNIGHT + DAYS(1);
		said_forget(NULL);
		hq_open(&hq);
		memset(hq_has, 0, sizeof hq_has);
		for (size_t i = 0; i < SITES; i++) {
			found_site(&sites[i], i);
			for (size_t events = any_below(EVENTS_MAX); ledger_lsn(sites[i].ledger) < events;)
				write_group(&sites[i], i, &now_ms);
		}
		bring_all();
		check_chains();
		check_together(sites, &hq.book);
		check_recount(&hq.book);
		duplicates += hq.duplicates;
		failures += hq.failures;
		reopened += hq.reopened;
		hq_close(&hq);
		for (size_t i = 0; i < SITES; i++)
			book_close(&sites[i]);
	}
	printf("%zu histories: %zu duplicates, %zu groups without room, %zu kills\n", n, duplicates, failures, reopened);
	assert_true(n < 10 || (duplicates > 0 && failures > 0 && reopened > 0));
}

static int
begin(void **state)
{
	any_begin();
	return said_begin(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_headquarters_is_its_sites_together),
	};
	return cmocka_run_group_tests(tests, begin, said_end);
}
