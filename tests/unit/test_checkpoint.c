/*
 * Checkpoints: what stands in one, who signed it, and that a ledger, its files and a stretch of them fit the ones that were made of
 * them, and no other. also: address
 */
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "../any.h"
#include "asked.h"
#include "recount.h"

static struct book book;
static struct signer signer, stranger;
static struct arena arena;
static char scratch[FOLDER_BYTES + 16], file[FOLDER_BYTES + 16];

static void
take_batch(const char *batch_no, const char *kg)
{
	book_take(&book, GATE, cargo(MIDNIGHT, "ceke", batch_no, LODGED(UNIT("T1"), WAYBILL(GOODS("2701", "60000")))));
	char weighed[128];
	snprintf(weighed, sizeof weighed, "'unit_weighed': {'unit_id': 'T1', 'gross_kg': %s, 'tare_kg': 20000}", kg);
	book_take(&book, SCALE, cargo(MIDNIGHT, "ceke", batch_no, "%s", weighed));
	book_take(&book, GATE, cargo(MIDNIGHT + HOURS(1), "ceke", batch_no, RELEASED));
}

static struct checkpoint
made(void)
{
	struct reason why = { "" };
	struct checkpoint checkpoint;
	must(checkpoint_make(book.env, MIDNIGHT + DAYS(1), &checkpoint, &why), &why);
	return checkpoint;
}

static int
start(void **state)
{
	struct reason why = { "" };
	any_begin();
	if (said_begin(state) != 0 || arena_open(&arena, 4 << 20) != STATUS_OK)
		return -1;
	must(signer_make("juyan", &signer, &why), &why);
	must(signer_make("juyan", &stranger, &why), &why);
	return 0;
}

static int
stop(void **state)
{
	arena_close(&arena);
	return said_end(state);
}

static int
open_book(void **state)
{
	arena_reset(&arena);
	book_open(&book);
	snprintf(scratch, sizeof scratch, "%s/scratch", book.dir);
	snprintf(file, sizeof file, "%s/a.jnl", book.dir);
	return said_forget(state);
}

static int
close_book(void **state)
{
	(void)state;
	book_close(&book);
	return 0;
}

static struct span
written(const struct checkpoint *checkpoint)
{
	struct reason why = { "" };
	struct span text;
	must(checkpoint_write(checkpoint, &signer, &arena, &text, &why), &why);
	return text;
}

static void
test_it_says_where_the_journal_stood_and_what_the_totals_were(void **state)
{
	(void)state;
	take_batch("B1", "51000");
	take_batch("B2", "52000");
	struct checkpoint checkpoint = made(), again;
	struct reason why = { "" };
	struct span text = written(&checkpoint);
	char expected[1024], name[CHAIN_TEXT_BYTES];
	chain_text(checkpoint.ledger, name);
	snprintf(expected, sizeof expected, "juyan ledger %s\n7\n", name);
	assert_memory_equal(text.data, expected, strlen(expected));
	holds((const char *)text.data,
	    "=\nreceived 2025-01-30T16:00:00.000Z\nmade 2025-01-31T16:00:00.000Z\n"
	    "total ceke 2025 import truck 63000 kg 2 units 2 batches\n\n\xe2\x80\x94 juyan ");
	must(checkpoint_read(text, &signer, &again, &why), &why);
	assert_int_equal(again.made_at_ms, checkpoint.made_at_ms);
	char difference[CHECKPOINT_DIFFERENCE_BYTES];
	assert_true(checkpoint_fits(&checkpoint, &again, difference));
	assert_int_equal(again.n_totals, 1);
	checkpoint_free(&checkpoint);
	checkpoint_free(&again);
}

static void
test_an_empty_ledger_has_none(void **state)
{
	struct book full = book;
	struct checkpoint checkpoint;
	struct reason why = { "" };
	(void)state;
	folder_make(book.dir);
	book_open_env(&book, 64 << 20);
	assert_int_equal(checkpoint_make(book.env, 0, &checkpoint, &why), STATUS_NOT_FOUND);
	book_close(&book);
	book = full;
}

/*
 * Each bit of the text and of the signature counts. One of eight was tried at each byte at first, and the signature's '/' was taken
 * with its highest bit set now and then.
 */
static void
test_a_changed_text_is_refused(void **state)
{
	(void)state;
	take_batch("B1", "51000");
	struct checkpoint checkpoint = made(), read;
	struct span text = written(&checkpoint);
	uint8_t *changed = arena_take(&arena, text.bytes + 1);
	struct reason why = { "" };
	for (size_t i = 0; i < text.bytes; i++) {
		for (int bit = 0; bit < 8; bit++) {
			memcpy(changed, text.data, text.bytes);
			changed[i] ^= (uint8_t)(1 << bit);
			why.text[0] = '\0';
			if (checkpoint_read((struct span){ changed, text.bytes }, &signer, &read, &why) != STATUS_UNDECODABLE)
				fail_msg("byte %zu is %02x, not %02x, and it is taken", i, changed[i], text.data[i]);
			assert_int_not_equal(why.text[0], '\0');
		}
		/* And each shorter one. */
		assert_int_equal(checkpoint_read((struct span){ text.data, i }, &signer, &read, &why), STATUS_UNDECODABLE);
	}
	checkpoint_free(&checkpoint);
}

static void
test_another_signer_is_refused(void **state)
{
	struct checkpoint checkpoint, read;
	struct reason why = { "" };
	(void)state;
	checkpoint = made();
	struct span text = written(&checkpoint);
	assert_int_equal(checkpoint_read(text, &stranger, &read, &why), STATUS_UNDECODABLE);
	holds(why.text, "has not signed it");
	/* Signed by a stranger as well, it still is ours. */
	char both[4096], line[SIGNATURE_LINE_BYTES];
	struct span body;
	must(signed_note_open(text, &signer, &body, &why), &why);
	signed_note_sign(body, &stranger, line);
	int bytes = snprintf(both, sizeof both, "%.*s\n%s%.*s", (int)body.bytes, (const char *)body.data, line + 1,
	    (int)(text.bytes - body.bytes - 1), (const char *)text.data + body.bytes + 1);
	must(checkpoint_read((struct span){ (uint8_t *)both, (size_t)bytes }, &signer, &read, &why), &why);
	checkpoint_free(&read);
	checkpoint_free(&checkpoint);
}

static void
test_keys_are_texts_that_are_read_again(void **state)
{
	char text[SIGNER_TEXT_BYTES];
	struct signer read;
	struct reason why = { "" };
	(void)state;
	signer_secret_text(&signer, text);
	must(signer_parse(text, &read, &why), &why);
	assert_memory_equal(&read, &signer, sizeof read);
	signer_public_text(&signer, text);
	must(signer_parse(text, &read, &why), &why);
	assert_memory_equal(read.public_key, signer.public_key, sizeof read.public_key);
	for (size_t i = 0; text[i] != '\0'; i++) {
		char changed[SIGNER_TEXT_BYTES];
		memcpy(changed, text, sizeof changed);
		changed[i] = (char)(changed[i] ^ 1);
		assert_int_equal(signer_parse(changed, &read, &why), STATUS_SYNTAX);
		changed[i] = '\0';
		assert_int_equal(signer_parse(changed, &read, &why), STATUS_SYNTAX);
	}
	/* The pair that the documentation of Go's package for such notes shows. */
	static const char public[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
	must(signer_parse("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz", &read, &why), &why);
	signer_public_text(&read, text);
	assert_string_equal(text, public);
	static const char *const wrong[] = { "", "a b", "a+b", "\n" };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(signer_make(wrong[i], &read, &why), STATUS_SYNTAX);
}

/* ---- proving ---- */

static struct recount_result
proof(const struct checkpoint *checkpoint)
{
	struct recount_result result = { .difference = "" };
	struct reason why = { "" };
	must(recount(book.env, scratch, checkpoint, NULL, NULL, &result, &why), &why);
	return result;
}

static struct recount_result
proof_of(const char *path, const struct checkpoint *checkpoint)
{
	struct recount_result result = { .difference = "" };
	struct reason why = { "" };
	must(recount_stretches(&path, 1, scratch, checkpoint, NULL, NULL, &result, &why), &why);
	return result;
}

static struct stretch_span
exported(uint64_t from, uint64_t to, const char *path)
{
	struct stretch_span span;
	struct reason why = { "" };
	must(stretch_write(book.env, from, to, path, NULL, NULL, &span, &why), &why);
	return span;
}

static void
test_a_ledger_and_its_files_fit_the_checkpoints_made_of_them(void **state)
{
	struct checkpoint then[4];
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		take_batch(i % 2 == 0 ? "B1" : "B2", i < 2 ? "51000" : "49000");
		then[i] = made();
	}
	struct stretch_span span = exported(1, 0, file);
	assert_int_equal(span.last_lsn, ledger_lsn(book.ledger));
	for (size_t i = 0; i < 4; i++) {
		struct recount_result result = proof(&then[i]);
		if (!result.right)
			fail_msg("%s", result.difference);
		result = proof_of(file, &then[i]);
		if (!result.right)
			fail_msg("%s", result.difference);
		assert_int_equal(result.events, ledger_lsn(book.ledger));
		assert_memory_equal(result.chain, then[3].chain, CHAIN_BYTES);
	}
	/* Another's totals, another's chain, another's ledger, and one of the time to come. */
	struct checkpoint false_one = then[1];
	struct checkpoint_total total = then[1].totals[0];
	false_one.totals = &total;
	total.net_kg++;
	holds(proof(&false_one).difference, "totals: the checkpoint says of ceke 2025 import truck 62001 kg");
	holds(proof_of(file, &false_one).difference, "totals: the checkpoint says of ceke 2025 import truck 62001 kg");
	false_one.n_totals = 0;
	holds(proof(&false_one).difference, "ceke 2025 import truck 0 kg");
	false_one = then[1];
	false_one.chain[7] ^= 1;
	holds(proof(&false_one).difference, "journal: at event 7 the chain value is");
	false_one = then[1];
	false_one.ledger[7] ^= 1;
	holds(proof(&false_one).difference, "another ledger");
	false_one = then[3];
	false_one.lsn++;
	holds(proof(&false_one).difference, "what came last was removed");
	holds(proof_of(file, &false_one).difference, "what came last was removed");
	for (size_t i = 0; i < 4; i++)
		checkpoint_free(&then[i]);
}

static void
test_a_stretch_is_proved_by_its_chain_alone(void **state)
{
	(void)state;
	take_batch("B1", "51000");
	struct checkpoint before = made();
	take_batch("B2", "52000");
	struct checkpoint within = made();
	take_batch("B3", "53000");
	struct checkpoint after = made();
	exported(before.lsn + 1, within.lsn, file);
	assert_true(proof_of(file, &before).right);
	assert_true(proof_of(file, &within).right);
	assert_true(proof_of(file, NULL).right);
	struct recount_result result = proof_of(file, &after);
	assert_false(result.right);
	holds(result.difference, "is not in this stretch");
	within.chain[0] ^= 1;
	assert_false(proof_of(file, &within).right);
	within.chain[0] ^= 1;
	within.ledger[0] ^= 1;
	assert_false(proof_of(file, &within).right);
	checkpoint_free(&before);
	checkpoint_free(&within);
	checkpoint_free(&after);
}

/* Somebody has made a ledger again in all its parts, with a chain of its own: another event, one less, without the end. */
static void
test_a_ledger_forged_as_a_whole_is_found_by_its_checkpoint_alone(void **state)
{
	static const char *const told[] = { "an event up to there was changed, added or removed", "what came last was removed" };
	(void)state;
	take_batch("B1", "51000");
	take_batch("B2", "52000");
	struct checkpoint then = made();
	struct book right = book;
	for (size_t i = 0; i < 3; i++) {
		folder_make(book.dir);
		book_open_env(&book, 64 << 20);
		book_take(&book, ADMIN, book_founding());
		if (i != 1)
			take_batch("B1", i == 0 ? "50999" : "51000");
		if (i != 2)
			take_batch("B2", "52000");
		if (i == 1)
			take_batch("B3", "52000");
		assert_true(proof(NULL).right);
		struct recount_result result = proof(&then);
		assert_false(result.right);
		holds(result.difference, told[i == 2]);
		book_close(&book);
	}
	book = right;
	checkpoint_free(&then);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_book, close_book)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_it_says_where_the_journal_stood_and_what_the_totals_were),
		TEST(test_an_empty_ledger_has_none),
		TEST(test_a_changed_text_is_refused),
		TEST(test_another_signer_is_refused),
		TEST(test_keys_are_texts_that_are_read_again),
		TEST(test_a_ledger_and_its_files_fit_the_checkpoints_made_of_them),
		TEST(test_a_stretch_is_proved_by_its_chain_alone),
		TEST(test_a_ledger_forged_as_a_whole_is_found_by_its_checkpoint_alone),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
