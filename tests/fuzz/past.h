/*
 * A ledger with a past, for targets that read one: batches at every stage, a correction, a deletion, an inspection, a note, events
 * in quarantine. It is set up once, in a folder that is removed when the process ends as it should.
 */
#ifndef JUYAN_TESTS_PAST_H
#define JUYAN_TESTS_PAST_H

#include "unit/asked.h"

static struct book *past_book;

static inline void
past_close(void)
{
	book_close(past_book);
	arena_close(&said_arena);
}

static inline void
past_truck(struct book *book, int64_t at_ms, const char *batch_no)
{
	book_take(book, GATE,
	    cargo(at_ms, "ceke", batch_no,
		LODGED(UNIT("T1") "," UNIT("T2"), WAYBILL("{'hs_code': '2701', 'declared_kg': 90000}"))));
	book_take(book, GATE, cargo(at_ms + MINUTES(5), "ceke", batch_no, "'unit_arrived': {'unit_id': 'T1', 'lane': 'in 1'}"));
	book_take(book, SCALE,
	    cargo(at_ms + MINUTES(9), "ceke", batch_no,
		WEIGHED("T1", "'gross_kg': 65000, 'tare_kg': 20000, 'stability': 'STABLE'")));
}

static inline void
past_let_go(struct book *book, int64_t at_ms, const char *batch_no)
{
	book_take(book, GATE, cargo(at_ms, "ceke", batch_no, RELEASED));
	book_take(book, GATE, cargo(at_ms + MINUTES(1), "ceke", batch_no, "'unit_departed': {'unit_id': 'T1', 'lane': 'out 2'}"));
	book_take(book, GATE, cargo(at_ms + MINUTES(2), "ceke", batch_no, "'unit_departed': {'unit_id': 'T2', 'lane': 'out 2'}"));
}

static inline void
past_open(struct book *book)
{
	fuzz_holds(said_begin(NULL) == 0);
	book_open(book);
	past_book = book;
	atexit(past_close);
	past_truck(book, MIDNIGHT - HOURS(30), "A1");
	past_let_go(book, MIDNIGHT - HOURS(27), "A1");
	past_truck(book, MIDNIGHT - HOURS(9), "A2");
	book_take(book, GATE,
	    cargo(MIDNIGHT - HOURS(8), "ceke", "A2",
		"'inspected': {'unit_id': 'T1', 'by': 'CUSTOMS', 'outcome': 'HELD', 'held': 'papers'}"));
	past_truck(book, MIDNIGHT - HOURS(5), "A3");
	book_take(book, ADMIN, cargo(MIDNIGHT - HOURS(4), "ceke", "A3", CORRECTED("T2", "31000")));
	past_let_go(book, MIDNIGHT - HOURS(3), "A3");
	past_truck(book, MIDNIGHT - HOURS(2), "A4");
	book_take(book, GATE, cargo(MIDNIGHT - HOURS(1), "ceke", "A4", DELETED));
	book_take(book, GATE, cargo(MIDNIGHT - HOURS(1), "wuliji", "B1", LODGED(UNIT("W1"), WAYBILL(GOODS_UNKNOWN("8471")))));
	for (int i = 0; i < 3; i++)
		fuzz_holds(book_write(book, SCALE, cargo(MIDNIGHT, "ceke", "Q1", RELEASED), STATUS_NOT_AUTHORISED, NULL) ==
		    STATUS_NOT_AUTHORISED);
	book_take(book, ADMIN,
	    said_text((char[]){ "{'occurred_at_ms': 2, 'noted': {'subject': 'review/ceke/A4', 'by': 'b', 'note': 'seen'}}" }));
}

#endif
