/*
 * A book's tables, and what it holds in memory, for book*.c alone.
 *
 *     table        key -> value (keys big-endian, texts ended by NUL; values little-endian)
 *     state        "book" -> counts, and how the outbox stands to the spool
 *     raw          number of the message -> when it came, what was made of it, its source, its bytes
 *     keys         port, kind, batch, unit, source_key -> when it was entered
 *     batches      port, batch -> the parts of its manifest, and what of it has gone out
 *     messages     port, number of a message -> its batch, its time, and what it brought into the manifest
 *     plates       port, plain plate, batch -> when it was named, seen and left there, and how it is written there
 *     lanes        port, lane, time, plain plate -> the plate as it was seen, and which scales have weighed it then
 *     waiting      number -> since when, whether it is left, its message, its source, the event
 *     waiting_for  'u', port, plain plate, number; or 'l', port, lane, number; or 'm', port, message, number -> nothing; and whose
 *                  they are (book_shares.c)
 *     outbox       place -> the event
 *     due          time, kind, key -> nothing: what is to be looked at then
 */
#ifndef JUYAN_GATEWAY_BOOK_TABLES_H
#define JUYAN_GATEWAY_BOOK_TABLES_H

#include "book.h"
#include "cabinet.h"
#include "key.h"

#define BOOK_TABLE_LIST(X) \
	X(state) X(raw) X(keys) X(batches) X(messages) X(plates) X(lanes) X(waiting) X(waiting_for) X(outbox) X(due)

#define X(name) BOOK_##name,
enum book_table { BOOK_TABLE_LIST(X) BOOK_TABLES };
#undef X

#define BOOK_HOUR_MS (INT64_C(60) * 60 * 1000)
#define BOOK_DAY_MS (24 * BOOK_HOUR_MS)
#define BOOK_NEVER_MS INT64_MIN

enum { BOOK_SOURCE_BYTES = 64, BOOK_TOLD_MAX = 1024, BOOK_UNTOLD_MAX = 128, BOOK_ARENA_BYTES = 48 << 20 };

struct book_self {
	uint64_t messages, events, remarks[REMARKS];
	uint64_t waits; /* ever: the next one's number less one */
	uint64_t waiting_units, waiting_weighings, left, raw_bytes;
	uint64_t forgotten, handed; /* of the outbox: the last place that the spool is known to have, and that was handed out */
	uint64_t base;              /* place in the spool less place here, modulo 2^64: an older spool makes it negative */
	bool based;
};

/* A remark that is told when it is on disk. */
struct book_told {
	enum remark remark;
	char source[BOOK_SOURCE_BYTES];
	char text[SENTENCE_BYTES_MAX];
};

/* Remarks of a source that are counted, and for which there was no room to tell them one by one. */
struct book_untold {
	char source[BOOK_SOURCE_BYTES];
	uint64_t n;
};

struct book {
	struct cabinet *cabinet;
	struct book_options options;
	char port[PORT_BYTES_MAX + 1];
	struct book_self self;   /* as the transaction that is open sees it, else as the last one left it */
	struct book_self before; /* while one is open: as the last one left it */
	struct arena arena;
	struct book_told *told;
	size_t n_told;
	struct book_untold untold[BOOK_UNTOLD_MAX];
	size_t n_untold;
	bool grouped;
	int64_t now_ms; /* of the call */
	struct reason *why;
};

/* Takes a text off the front of a key that comes from disk; NULL: there is none. */
static inline const char *
book_key_text(struct span *key)
{
	const uint8_t *end = key->bytes > 0 ? memchr(key->data, 0, key->bytes) : NULL;
	const char *text = (const char *)key->data;
	if (end == NULL)
		return NULL;
	key->bytes -= (size_t)(end + 1 - key->data);
	key->data = end + 1;
	return text;
}

/* Whether a key begins so. */
static inline bool
book_key_begins(struct span key, const struct key *with)
{
	return key.bytes >= with->used && memcmp(key.data, with->bytes, with->used) == 0;
}

/* An event on its way: what it says, and whence. The event is the book's own copy. */
struct book_said {
	Juyan__V1__Event *event;
	const char *source;
	uint64_t raw;     /* the number of its message */
	int64_t since_ms; /* when it was entered */
	bool seen_before; /* of a weighing without a unit (findings.h) */
};

#endif
