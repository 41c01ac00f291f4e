/*
 * A ledger of a test's own in a folder of its own: opened with two ports and three terminals, written and asked through its face,
 * its tables looked at below it. Fails the test where the machine does. For one thread.
 */
#ifndef JUYAN_TESTS_BOOK_H
#define JUYAN_TESTS_BOOK_H

#include <sodium.h>

#include "folder.h"
#include "ledger.h"
#include "said.h"
#include "store.h"

enum { ADMIN = 1, GATE = 2, SCALE = 3, DIGEST_BYTES = 32, SHOWN_BYTES = 64 * 1024 };

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

static inline void
book_open_with(struct book *book, size_t map_bytes)
{
	folder_make(book->dir);
	book_open_env(book, map_bytes);
	book_take(book, ADMIN,
	    registry_changed(
		"'put': [" PORT("ceke", "RELEASE") "," PORT("wuliji", "DEPARTURE") "," GROUP("coal", "2701", "'coal'") "," TERMINAL(
		    "1", KEY_1, ", 'administrator': true") "," TERMINAL("2", KEY_2, "") "," TERMINAL("3", KEY_3, "") "]"));
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

static inline void
book_digest_all(struct book *book, uint8_t out[DIGEST_BYTES])
{
	enum table tables[TABLES];
	for (int i = 0; i < TABLES; i++)
		tables[i] = (enum table)i;
	book_digest(book, tables, TABLES, out);
}

/* Asks, such as "'status': {}"; the answer lives in the said arena. */
__attribute__((format(printf, 2, 3))) static inline const Juyan__V1__Answer *
ask(struct book *book, const char *question, ...)
{
	char text[2048];
	struct reason why = { "" };
	const Juyan__V1__Answer *answer;
	va_list list;
	int head = snprintf(text, sizeof text, "{'version': 1, 'nonce': 77, ");
	va_start(list, question);
	int body = vsnprintf(text + head, sizeof text - (size_t)head, question, list);
	va_end(list);
	assert_true((size_t)(head + body) + 2 < sizeof text);
	snprintf(text + head + body, sizeof text - (size_t)(head + body), "}");
	const ProtobufCMessage *message = said_message(&juyan__v1__question__descriptor, text);
	must(reader_answer(book->reader, (const Juyan__V1__Question *)message, &said_arena, &answer, &why), &why);
	assert_int_equal(answer->nonce, 77);
	assert_int_equal(answer->lsn, ledger_lsn(book->ledger));
	return answer;
}

/* The answer as JSON on one line. */
static inline const char *
shown(const Juyan__V1__Answer *answer)
{
	static char text[SHOWN_BYTES];
	json_t *value;
	assert_int_equal(json_write(&answer->base, true, &value), STATUS_OK);
	size_t bytes = json_dumpb(value, text, sizeof text - 1, JSON_COMPACT);
	assert_true(bytes < sizeof text);
	text[bytes] = '\0';
	json_decref(value);
	for (char *quote = text; (quote = strchr(quote, '"')) != NULL;)
		*quote = '\'';
	return text;
}

static inline void
holds(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("'%s' is not in: %s", part, text);
}

/* All that counts at all, such as "30000 kg, 1 batches, 1 units". */
static inline void
counts_in_all(struct book *book, int64_t net_kg, int64_t batches, int64_t units)
{
	const Juyan__V1__Totals *totals = ask(book, "'totals': {}")->totals;
	assert_int_equal(totals->n_rows, batches + units + net_kg > 0);
	if (totals->n_rows == 0)
		return;
	assert_int_equal(totals->rows[0]->net_kg, net_kg);
	assert_int_equal(totals->rows[0]->batches, batches);
	assert_int_equal(totals->rows[0]->units, units);
}

#endif
