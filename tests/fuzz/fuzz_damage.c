/*
 * A ledger whose rows were changed on disk. The input is a list of changes: table, row, place, byte. Whatever they are, every
 * question is answered or the ledger is said to be damaged, and a walk over the journal finds each change of the journal.
 * Afterwards the rows are as before.
 *
 * reads: storage/journal.c storage/reader.c storage/answer
 */
#include "check.h"

#include "fuzz.h"
#include "journal.h"
#include "past.h"

#include "query.pb-c.h"

enum { CHANGES_MAX = 8, ROW_BYTES_MAX = 8192, ARENA_BYTES = 2 * DECODE_BYTES_MAX + FRAME_BYTES_MAX };

static struct book book;

struct change {
	enum table table;
	uint8_t key[KEY_BYTES_MAX];
	uint8_t value[ROW_BYTES_MAX];
	size_t key_bytes, bytes;
};

static struct change changes[CHANGES_MAX];

static void
put(struct store *store, const struct change *change, struct span value)
{
	fuzz_holds(store_put(store, change->table, (struct span){ change->key, change->key_bytes }, value) == STATUS_OK);
}

/* Notes the row as it is, and puts it back changed. False where there is no such row. */
static bool
change_row(struct store *store, struct span *input, struct change *change)
{
	static uint8_t changed[ROW_BYTES_MAX + UINT8_MAX];
	struct walk walk;
	change->table = (enum table)(fuzz_byte(input) % TABLES);
	unsigned row = fuzz_byte(input), how = fuzz_byte(input);
	uint64_t rows = store_rows(store, change->table);
	if (rows == 0)
		return false;
	fuzz_holds(walk_open(store, change->table, &walk) == STATUS_OK && walk_first(&walk) == STATUS_OK);
	for (uint64_t i = 0; i < row % rows; i++)
		fuzz_holds(walk_next(&walk) == STATUS_OK);
	change->key_bytes = walk.key.bytes;
	change->bytes = walk.value.bytes;
	fuzz_holds(walk.key.bytes <= KEY_BYTES_MAX && walk.value.bytes <= ROW_BYTES_MAX);
	memcpy(change->key, walk.key.data, walk.key.bytes);
	memcpy(change->value, walk.value.data, walk.value.bytes);
	walk_close(&walk);
	memcpy(changed, change->value, change->bytes);
	size_t at = fuzz_number(input) % (change->bytes + 1), bytes = change->bytes;
	uint8_t byte = fuzz_byte(input);
	if (how % 4 == 0)
		bytes = at; /* cut off */
	else if (how % 4 == 1)
		changed[bytes++] = byte;
	else if (at < bytes)
		changed[at] = (uint8_t)(how % 4 == 2 ? byte : changed[at] ^ 1 << byte % 8);
	put(store, change, (struct span){ changed, bytes });
	return true;
}

static bool
same(const struct change *change, struct span now)
{
	return fuzz_same((struct span){ change->value, change->bytes }, now);
}

/* ---- what is asked ---- */

static const char *const questions[] = { "'totals': {'by_port': true, 'by_group': true, 'by_basis': true, 'by_period': 'HOUR'}",
	"'totals': {'by_period': 'MONTH', 'by_mode': true}", "'batch': {'port': 'ceke', 'batch_no': 'A1'}",
	"'batch': {'port': 'ceke', 'batch_no': 'A2'}", "'batch': {'port': 'ceke', 'batch_no': 'A3'}",
	"'batch': {'port': 'ceke', 'batch_no': 'Q1'}", "'quarantine': {'settled': true}", "'review': {}", "'registry': {}",
	"'status': {}", "'news': {'after_lsn': 1}", "'crossings': {}", "'crossings': {'day': '2025-01-30'}",
	"'dwell': {'from': '2025-01-29', 'to': '2025-01-31'}", "'lanes': {'port': 'ceke'}", "'search': {'text': 'T1'}",
	"'search': {'text': 'A'}", "'attention': {'now_ms': '1738252800000', 'noted': true}" };

enum { QUESTIONS = sizeof questions / sizeof questions[0] };

static const Juyan__V1__Question *
question_of(size_t i)
{
	static const Juyan__V1__Question *said[QUESTIONS];
	char text[512];
	if (said[i] == NULL) {
		snprintf(text, sizeof text, "{'version': 1, %s}", questions[i]);
		said[i] = (const Juyan__V1__Question *)said_message(&juyan__v1__question__descriptor, text);
	}
	return said[i];
}

static void
ask_all(void)
{
	struct reader *reader = NULL;
	struct reason why = { "" };
	if (reader_open(book.env, &reader, &why) != STATUS_OK)
		return;
	for (size_t i = 0; i < QUESTIONS; i++) {
		const Juyan__V1__Answer *answer = NULL;
		struct arena *arena = fuzz_arena(0, ARENA_BYTES);
		enum status s = reader_answer(reader, question_of(i), arena, &answer, &why);
		struct span packed;
		if (s != STATUS_OK && status_consequence(s) != STOP)
			fuzz_says(questions[i]);
		if (s == STATUS_OK)
			fuzz_holds(wire_pack(&answer->base, 2 * FRAME_BYTES_MAX, arena, &packed) == STATUS_OK);
	}
	reader_close(&reader);
}

/* Whether the chain holds over all events. */
static bool
chain_holds(const struct store *store)
{
	struct journal_walk walk;
	struct journal_event event;
	struct reason why = { "" };
	enum status s = journal_walk_open(store, &walk);
	while (s == STATUS_OK)
		s = journal_walk_next(&walk, &event, &why);
	fuzz_holds(s == STATUS_NOT_FOUND || (s == STATUS_DAMAGED && why.text[0] != '\0'));
	journal_walk_close(&walk);
	return s == STATUS_NOT_FOUND;
}

static void
look(size_t n)
{
	struct store store;
	struct span now;
	bool untouched = true;
	fuzz_holds(store_begin_read(book.env, &store, NULL) == STATUS_OK);
	for (size_t i = 0; i < n; i++) {
		const struct change *change = &changes[i];
		if (change->table == TABLE_journal)
			untouched = untouched &&
			    store_get(&store, change->table, (struct span){ change->key, change->key_bytes }, &now) == STATUS_OK &&
			    same(change, now);
	}
	fuzz_holds(chain_holds(&store) || !untouched);
	if (n == 1 && !untouched)
		fuzz_holds(!chain_holds(&store));
	store_abort(&store);
	ask_all();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct span input = { data, bytes };
	struct store store;
	size_t n = 0;
	if (book.env == NULL) {
		past_open(&book);
		ledger_close(&book.ledger); /* its snapshot would hold every page that a change leaves behind */
	}
	fuzz_holds(store_begin_write(book.env, &store, NULL) == STATUS_OK);
	while (n < CHANGES_MAX && input.bytes > 0)
		n += change_row(&store, &input, &changes[n]);
	fuzz_holds(store_commit(&store, NULL) == STATUS_OK);
	look(n);
	fuzz_holds(store_begin_write(book.env, &store, NULL) == STATUS_OK);
	while (n-- > 0)
		put(&store, &changes[n], (struct span){ changes[n].value, changes[n].bytes });
	fuzz_holds(store_commit(&store, NULL) == STATUS_OK);
	return 0;
}
