/*
 * A ledger of a test's own in a folder of its own: opened with two ports and three terminals, written through its face, its tables
 * looked at below it; asked.h asks it. Fails the test where the machine does. For one thread.
 */
#ifndef JUYAN_TESTS_OPENED_LEDGER_H
#define JUYAN_TESTS_OPENED_LEDGER_H

#include <sodium.h>

#include "folder.h"
#include "ledger.h"
#include "said.h"
#include "store.h"

enum { ADMIN = 1, GATE = 2, SCALE = 3, DIGEST_BYTES = 32 };

/* The keys of the three terminals: 32 times 1, 2 and 3. */
#define KEY_1 "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define KEY_2 "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define KEY_3 "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="
#define TERMINAL(no, key, more) \
	"{'terminal': {'terminal_no': " no ", 'name': 'terminal " no "', 'public_key': '" key \
	"', 'ports': ['*'], 'kinds': ['*']" more "}}"

struct book {
	char dir[FOLDER_BYTES];
	struct env *env;
	struct ledger *ledger;
	struct reader *reader;
};

static inline void
must(enum status status, const struct reason *why)
{
	if (status != STATUS_OK)
		fail_msg("%s: %s", status_name(status), why->text);
}

static inline void
book_open_env(struct book *book, size_t map_bytes)
{
	struct reason why = { "" };
	struct env_options options = { .dir = book->dir,
		.scratch = true,
		.map_bytes = map_bytes,
		.headroom_disk_bytes = 1,
		.headroom_map_bytes = 1 };
	must(env_open(&options, &book->env, &why), &why);
	must(ledger_open(book->env, &book->ledger, &why), &why);
	must(reader_open(book->env, &book->reader, &why), &why);
}

static inline void
book_shut(struct book *book)
{
	reader_close(&book->reader);
	ledger_close(&book->ledger);
	env_close(&book->env);
}

static inline void
book_close(struct book *book)
{
	book_shut(book);
	folder_remove(book->dir);
}

/* The next entry of a terminal's stream, `ahead` numbers behind the last one on disk. */
static inline struct entry
entry_of(struct book *book, uint32_t terminal_no, uint64_t ahead, struct said said)
{
	return (struct entry){ .terminal_no = terminal_no,
		.stream_seq = ledger_stream_tail(book->ledger, terminal_no) + 1 + ahead,
		.received_at_ms = MIDNIGHT,
		.bytes = said.bytes,
		.event = said.event };
}

/* Writes one event; gives the verdict that it has in the end. */
static inline enum status
book_write(struct book *book, uint32_t terminal_no, struct said said, enum status verdict, struct reason *why)
{
	struct reason sentence = { "" };
	struct entry entry = entry_of(book, terminal_no, 0, said);
	entry.verdict = verdict;
	must(ledger_apply(book->ledger, &entry, 1, &sentence), &sentence);
	if (why != NULL)
		*why = sentence;
	return entry.verdict;
}

static inline void
book_take(struct book *book, uint32_t terminal_no, struct said said)
{
	struct reason why;
	enum status verdict = book_write(book, terminal_no, said, STATUS_OK, &why);
	must(verdict, &why);
}

/* The first event of a book: two ports and three terminals. */
static inline struct said
book_founding(void)
{
	return registry_changed(
	    "'put': [" PORT("ceke", "RELEASE") "," PORT("wuliji", "DEPARTURE") "," GROUP("coal", "2701", "'coal'") "," TERMINAL("1",
		KEY_1, ", 'administrator': true") "," TERMINAL("2", KEY_2, "") "," TERMINAL("3", KEY_3, "") "]");
}

static inline void
book_open_with(struct book *book, size_t map_bytes)
{
	folder_make(book->dir);
	book_open_env(book, map_bytes);
	book_take(book, ADMIN, book_founding());
}

static inline void
book_open(struct book *book)
{
	book_open_with(book, 64 << 20);
}

/* A number for all that these tables hold. */
static inline void
book_digest(struct book *book, const enum table *tables, size_t n, uint8_t out[DIGEST_BYTES])
{
	struct store store;
	struct walk walk;
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, DIGEST_BYTES);
	assert_int_equal(store_begin_read(book->env, &store, NULL), STATUS_OK);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(walk_open(&store, tables[i], &walk), STATUS_OK);
		for (enum status s = walk_first(&walk); s == STATUS_OK; s = walk_next(&walk)) {
			crypto_generichash_update(&state, (const uint8_t *)&walk.key.bytes, sizeof walk.key.bytes);
			crypto_generichash_update(&state, walk.key.data, walk.key.bytes);
			crypto_generichash_update(&state, (const uint8_t *)&walk.value.bytes, sizeof walk.value.bytes);
			crypto_generichash_update(&state, walk.value.data, walk.value.bytes);
		}
		walk_close(&walk);
	}
	store_abort(&store);
	crypto_generichash_final(&state, out, DIGEST_BYTES);
}

/* All but the alarms, which do not follow from the journal. */
static inline void
book_digest_all(struct book *book, uint8_t out[DIGEST_BYTES])
{
	_Static_assert(TABLE_alarms == TABLES - 1, "they are the last");
	enum table tables[TABLES];
	for (int i = 0; i < TABLE_alarms; i++)
		tables[i] = (enum table)i;
	book_digest(book, tables, TABLE_alarms, out);
}

#endif
