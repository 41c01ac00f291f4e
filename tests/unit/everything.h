/*
 * A ledger with every kind of event, every state of a quarantined one, and a registry that moves what counts already: at least two
 * rows in each table. For tests of what holds for all of them.
 */
#ifndef JUYAN_TESTS_EVERYTHING_H
#define JUYAN_TESTS_EVERYTHING_H

#include "decreed.h"
#include "opened_ledger.h"
#include "sites.h"

#define SITE(no, key, port) \
	"{'terminal': {'terminal_no': " no ", 'name': 'site " no "', 'public_key': '" key "', 'ports': ['" port "'], 'site': " \
	"true}}"

static inline struct said
settle(uint64_t lsn, const char *more)
{
	char text[512];
	snprintf(text, sizeof text, "{'occurred_at_ms': 1, 'quarantine_released': {'by': 'b', 'reason': 'r', 'lsn': %llu%s}}",
	    (unsigned long long)lsn, more);
	return said_text(text);
}

static inline void
write_batch(struct book *book, const char *port, const char *batch_no)
{
	book_take(book, GATE, cargo(MIDNIGHT, port, batch_no, LODGED(UNIT("T1") "," UNIT("T2"), WAYBILL(GOODS("2701", "60000")))));
	book_take(book, GATE, cargo(MIDNIGHT, port, batch_no, "'unit_arrived': {'unit_id': 'T1'}"));
	book_take(book, SCALE, cargo(MIDNIGHT, port, batch_no, WEIGHED("T1", "'gross_kg': 50000, 'tare_kg': 20000")));
	book_take(book, SCALE, cargo(MIDNIGHT, port, batch_no, WEIGHED("T3", "'gross_kg': 1, 'stability': 'MOVING'")));
	book_take(book, GATE, cargo(MIDNIGHT, port, batch_no, "'inspected': {'by': 'CUSTOMS', 'outcome': 'PASSED'}"));
	book_take(book, GATE, cargo(MIDNIGHT + HOURS(1), port, batch_no, RELEASED));
	book_take(book, GATE, cargo(MIDNIGHT + HOURS(2), port, batch_no, DEPARTED("T1")));
	book_take(book, SCALE, cargo(MIDNIGHT + HOURS(3), port, batch_no, CORRECTED("T2", "31000")));
}

static inline struct said
note(const char *subject)
{
	char text[256];
	snprintf(text, sizeof text, "{'occurred_at_ms': 1, 'noted': {'subject': '%s', 'by': 'b', 'note': 'n'}}", subject);
	return said_text(text);
}

static inline struct said
machine(const char *name, const char *condition)
{
	return cargo(MIDNIGHT, "ceke", "",
	    "'machine_reported': {'machine': '%s', 'kind': 'SCALE', 'condition': '%s', 'note': 'n', 'lane': 'in 1'}", name,
	    condition);
}

/* A block of one event of a site; what its chain is there, the ledger finds. */
static inline void
relay_as(struct book *book, uint32_t site_no, struct said said, enum status verdict)
{
	static const uint8_t unsaid[CHAIN_BYTES] = { 0 };
	struct entry entry = entry_of(book, block_terminal(site_no, 1), 0, said);
	entry.begins_block = true;
	entry.site_chain = unsaid;
	entry.first_received_at_ms = MIDNIGHT - HOURS(1);
	entry.verdict = verdict;
	must(ledger_apply(book->ledger, &entry, 1, NULL), &(struct reason){ "" });
}

static inline void
relay(struct book *book, uint32_t site_no, struct said said)
{
	relay_as(book, site_no, said, STATUS_OK);
}

/* Two sites, of which something has come, and that stand still. */
static inline void
write_sites(struct book *book)
{
	static const struct site_alarm alarm = { .since_ms = MIDNIGHT, .lsn = 3, .status = STATUS_OTHER_PAST, .why = { "parted" } };
	book_take(book, ADMIN,
	    registry_changed("'put': [" SITE("5", "BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=", "ceke") "," SITE("6",
		"BgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgY=", "wuliji") "]"));
	for (uint32_t site_no = 5; site_no <= 6; site_no++) {
		const char *port = site_no == 5 ? "ceke" : "wuliji";
		relay(book, site_no, registry_changed("'put': [" TERMINAL("1", KEY_1, "") "]"));
		relay(book, site_no, cargo(MIDNIGHT, port, "S1", LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "60000")))));
		relay(book, site_no, cargo(MIDNIGHT, port, "S1", RELEASED));
		must(ledger_alarm(book->ledger, site_no, &alarm, NULL), &(struct reason){ "" });
	}
}

/* Every kind of event, every state of a quarantined one, and a registry that moves what counts already. */
static inline void
book_write_all(struct book *book)
{
	write_batch(book, "ceke", "B1");
	write_batch(book, "wuliji", "B2");
	write_batch(book, "ceke", "B3");
	book_take(book, GATE, cargo(MIDNIGHT + HOURS(4), "ceke", "B3", DELETED));
	struct entry conflicts[2];
	for (size_t i = 0; i < 2; i++) {
		conflicts[i] = entry_of(book, GATE, 0, cargo(MIDNIGHT, "ceke", i == 0 ? "C1" : "C2", RELEASED));
		conflicts[i].stream_seq = 1;
		conflicts[i].verdict = STATUS_CONFLICTING_EVENT;
	}
	must(ledger_apply(book->ledger, conflicts, 2, NULL), &(struct reason){ "" });
	struct said unknown = cargo(MIDNIGHT, "shivee", "B4", LODGED(UNIT("T1"), WAYBILL(GOODS("2603", "7"))));
	uint64_t held[3];
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(book_write(book, GATE, unknown, STATUS_UNKNOWN_PORT, NULL), STATUS_UNKNOWN_PORT);
		held[i] = ledger_lsn(book->ledger);
	}
	assert_int_equal(book_write(book, ADMIN, settle(held[0], ""), STATUS_OK, NULL), STATUS_UNKNOWN_PORT);
	book_take(book, ADMIN, registry_changed("'put': [" PORT("shivee", "RELEASE") "," PORT("wuliji", "RELEASE") "]"));
	book_take(book, ADMIN, settle(held[0], ""));
	book_take(book, ADMIN, settle(held[1], ", 'dismissed': true"));
	book_take(book, GATE, cargo(MIDNIGHT, "shivee", "B4", RELEASED));
	book_take(book, GATE, cargo(MIDNIGHT + HOURS(5), "ceke", "B1", "'unit_departed': {'unit_id': 'T2', 'lane': 'out 1'}"));
	book_take(book, ADMIN, note("stuck:ceke/B1"));
	book_take(book, ADMIN, note("weight:ceke/B1"));
	book_take(book, SCALE, machine("scale 1", "WORKING"));
	book_take(book, GATE, machine("scale 2", "SILENT"));
	write_sites(book);
	book_take(book, ADMIN, decreed_authority("'place'"));
	book_take(book, GATE, decreed(1, "'put': [{'place': {'id': 'league'}}]"));
	book_take(book, GATE, decreed(2, "'put': [{'place': {'id': 'region'}}]"));
}

#endif
