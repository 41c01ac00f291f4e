/*
 * Random histories of a border: several terminals, a few batches, manifests lodged, amended, deleted, weighings with and without
 * tare, corrections, releases before their manifest, conflicts and events that cannot be taken. Each is applied in several orders
 * that keep every terminal's own order, in groups of random size. Then: the tables are the same, byte by byte; they equal a naive
 * recount; and the ledger's own recount agrees. At the end the registry changes under what is counted already, and all of it has to
 * hold again.
 *
 * JUYAN_HISTORIES=N sets how many (10,000).
 * also: address slow
 */
#include "check.h"

#include "../unit/folder.h"
#include "history.h"
#include "ledger.h"
#include "recount.h"
#include "store.h"
#include "sums.h"

enum { HISTORIES = 10000, ORDERS = 3, ARENA = 8 * 1024 * 1024 };

/* ---- ledgers ---- */

struct book {
	char dir[FOLDER_BYTES + 16];
	struct env *env;
	struct ledger *ledger;
};

static void
must(enum status status, const struct reason *why)
{
	if (status != STATUS_OK)
		fail_msg("%s: %s", status_name(status), why->text);
}

static void
apply(struct book *book, struct entry *entries, size_t n)
{
	struct reason why = { "" };
	must(ledger_apply(book->ledger, entries, n, &why), &why);
}

static void
apply_registry(struct book *book, bool second, bool departure, uint64_t seq)
{
	struct arena arena;
	struct reason why = { "" };
	assert_int_equal(arena_open(&arena, 1 << 20), STATUS_OK);
	struct entry entry = { .terminal_no = 1, .stream_seq = seq, .received_at_ms = 1738252800000 };
	entry.bytes = registry_change(second, departure, &arena);
	must(wire_event(entry.bytes, &arena, &entry.event, &why), &why);
	must(ledger_apply(book->ledger, &entry, 1, &why), &why);
	if (entry.verdict != STATUS_OK)
		fail_msg("the registry was not taken: %s", why.text);
	arena_close(&arena);
}

static void
open_book(struct book *book, const char *folder, size_t i)
{
	struct reason why = { "" };
	snprintf(book->dir, sizeof book->dir, "%s/%zu", folder, i);
	struct env_options options = { .dir = book->dir,
		.scratch = true,
		.map_bytes = 64 << 20,
		.headroom_disk_bytes = 1,
		.headroom_map_bytes = 1 };
	must(env_open(&options, &book->env, &why), &why);
	must(ledger_open(book->env, &book->ledger, &why), &why);
	apply_registry(book, false, false, 1);
}

static void
close_book(struct book *book)
{
	ledger_close(&book->ledger);
	env_close(&book->env);
	folder_remove(book->dir);
}

/* A random order that keeps each terminal's own, in groups of random size. */
static void
play(struct book *book, const struct history *history)
{
	struct entry entries[EVENTS_MAX];
	bool done[EVENTS_MAX] = { false };
	size_t gathered = 0;
	for (size_t left = history->n; left > 0; left--) {
		uint32_t terminal;
		size_t pick = any_below(history->n);
		while (done[pick])
			pick = (pick + 1) % history->n;
		terminal = history->events[pick].naive.terminal_no;
		for (pick = 0; done[pick] || history->events[pick].naive.terminal_no != terminal; pick++)
			;
		done[pick] = true;
		const struct happening *happening = &history->events[pick];
		entries[gathered++] = (struct entry){ .terminal_no = terminal,
			.stream_seq = happening->naive.stream_seq,
			.received_at_ms = 1738252800000,
			.bytes = happening->bytes,
			.event = happening->naive.event,
			.verdict = happening->verdict };
		if (any_chance(30) || left == 1) {
			apply(book, entries, gathered);
			gathered = 0;
		}
	}
}

static void
compare_tables(const struct book *a, const struct book *b)
{
	static const enum table tables[] = { TABLE_manifests, TABLE_tonnage, TABLE_review, TABLE_registry, TABLE_passages,
		TABLE_names, TABLE_machines };
	struct store x, y;
	assert_int_equal(store_begin_read(a->env, &x, NULL), STATUS_OK);
	assert_int_equal(store_begin_read(b->env, &y, NULL), STATUS_OK);
	for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
		struct walk w, v;
		assert_int_equal(walk_open(&x, tables[t], &w), STATUS_OK);
		assert_int_equal(walk_open(&y, tables[t], &v), STATUS_OK);
		enum status ws = walk_first(&w), vs = walk_first(&v);
		for (; ws == STATUS_OK && vs == STATUS_OK; ws = walk_next(&w), vs = walk_next(&v)) {
			assert_int_equal(w.key.bytes, v.key.bytes);
			assert_memory_equal(w.key.data, v.key.data, w.key.bytes);
			assert_int_equal(w.value.bytes, v.value.bytes);
			assert_memory_equal(w.value.data, v.value.data, w.value.bytes);
		}
		assert_int_equal(ws, vs);
		walk_close(&w);
		walk_close(&v);
	}
	store_abort(&x);
	store_abort(&y);
}

static void
compare_with_naive(const struct book *book, const struct history *history, struct arena *arena)
{
	const struct sums_rules rules = { history->changed, history->departure_counts };
	const struct sums_world world = { ports, sizeof ports / sizeof ports[0], BATCHES };
	struct naive_event events[EVENTS_MAX];
	size_t n = 0;
	for (size_t i = 0; i < history->n; i++)
		if (history->events[i].verdict == STATUS_OK)
			events[n++] = history->events[i].naive;
	for (size_t period = 0; period < 4; period++)
		assert_true(sums_agree(book->env, events, n, &rules, &world, period, arena));
}

static void
verify(const struct book *book, const char *folder)
{
	char scratch[FOLDER_BYTES + 16];
	struct recount_result result;
	struct reason why = { "" };
	snprintf(scratch, sizeof scratch, "%s/scratch", folder);
	must(recount(book->env, scratch, NULL, NULL, NULL, &result, &why), &why);
	if (!result.right)
		fail_msg("%s", result.difference);
}

/* ---- the property ---- */

static void
check_all(struct book books[ORDERS], const struct history *history, const char *folder, struct arena *arena)
{
	for (size_t i = 1; i < ORDERS; i++)
		compare_tables(&books[0], &books[i]);
	compare_with_naive(&books[0], history, arena);
	verify(&books[any_below(ORDERS)], folder);
}

static void
test_every_order_gives_the_same_tables(void **state)
{
	static struct history history;
	struct book books[ORDERS];
	struct arena arena;
	char folder[FOLDER_BYTES];
	const char *wanted = getenv("JUYAN_HISTORIES");
	size_t histories = wanted != NULL ? strtoul(wanted, NULL, 10) : HISTORIES;
	(void)state;
	any_begin();
	folder_make(folder);
	assert_int_equal(arena_open(&history.arena, ARENA), STATUS_OK);
	assert_int_equal(arena_open(&arena, ARENA), STATUS_OK);
	for (size_t i = 0; i < histories; i++) {
		uint64_t seed = any_state;
		if (i % 1000 == 0)
			printf("history %zu, seed=%llu\n", i, (unsigned long long)seed);
		make_history(&history);
		for (size_t k = 0; k < ORDERS; k++) {
			open_book(&books[k], folder, k);
			play(&books[k], &history);
		}
		check_all(books, &history, folder, &arena);
		if (any_chance(25)) {
			history.departure_counts = any_chance(50);
			history.changed = true;
			for (size_t k = 0; k < ORDERS; k++)
				apply_registry(&books[k], true, history.departure_counts, 2);
			check_all(books, &history, folder, &arena);
		}
		for (size_t k = 0; k < ORDERS; k++)
			close_book(&books[k]);
	}
	arena_close(&arena);
	arena_close(&history.arena);
	folder_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_order_gives_the_same_tables) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
