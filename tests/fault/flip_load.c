/*
 * Flips bits of a ledger's file, one at a time, and has each damaged file proved.
 *
 *     flip_load DIR SEED FLIPS CUTS
 *
 * DIR is a data folder of ledger_load. A third of the flips is anywhere in the file, a third in its first pages, a third in
 * those that lead to others. Then the file is cut short CUTS times, anywhere. For each the ledger is opened and recounted in a
 * process of its own. It has to be found damaged, with a sentence, or all tables are what they were; never a signal, never longer
 * than a minute.
 *
 * Ends with 0 and how many were found and how many changed nothing, with 1 and the first that was neither.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk.h"
#include "recount.h"
#include "store.h"

enum {
	PAGE_BYTES = 4096,
	FIRST_PAGES = 16,
	DIGEST_BYTES = 32,
	PATIENCE_S = 60,
	FOUND = 10,
	UNCHANGED = 11,
	UNTRUE = 12,
	SILENT = 13
};

struct flipper {
	const char *dir;
	char path[512];
	int fd;
	off_t bytes;
	uint64_t chance, found, unchanged, outcomes;
	uint8_t right[DIGEST_BYTES];
	uint64_t *branches; /* pages that lead to others */
	size_t n_branches;
};

/* A number for all that the tables hold. */
static enum status
digest(struct env *env, uint8_t out[DIGEST_BYTES], struct reason *why)
{
	struct store store;
	crypto_generichash_state state;
	enum status status = store_begin_read(env, &store, why);
	if (status != STATUS_OK)
		return status;
	crypto_generichash_init(&state, NULL, 0, DIGEST_BYTES);
	for (int i = 0; i < TABLES && status == STATUS_OK; i++) {
		struct walk walk;
		status = walk_open(&store, (enum table)i, &walk);
		for (enum status s = status == STATUS_OK ? walk_first(&walk) : status; s == STATUS_OK; s = walk_next(&walk)) {
			crypto_generichash_update(&state, (const uint8_t *)&walk.key.bytes, sizeof walk.key.bytes);
			crypto_generichash_update(&state, walk.key.data, walk.key.bytes);
			crypto_generichash_update(&state, (const uint8_t *)&walk.value.bytes, sizeof walk.value.bytes);
			crypto_generichash_update(&state, walk.value.data, walk.value.bytes);
		}
		walk_close(&walk);
	}
	store_abort(&store);
	crypto_generichash_final(&state, out, DIGEST_BYTES);
	return status;
}

/* What `juyan verify` does, and whether it is told the truth. */
static int
prove(const struct flipper *flipper, struct reason *why, uint8_t found[DIGEST_BYTES])
{
	const struct env_options options = { .dir = flipper->dir, .readonly = true };
	struct env *env = NULL;
	struct recount_result result = { .right = false };
	char scratch[512];
	snprintf(scratch, sizeof scratch, "%s/scratch.%ld", flipper->dir, (long)getpid());
	enum status status = env_open(&options, &env, why);
	if (status == STATUS_OK)
		status = recount(env, scratch, NULL, NULL, NULL, &result, why);
	if (status == STATUS_OK && result.right)
		status = digest(env, found, why);
	env_close(&env);
	if (status == STATUS_OK && !result.right)
		snprintf(why->text, sizeof why->text, "%.250s", result.difference);
	if (status != STATUS_OK || !result.right)
		return why->text[0] == '\0' ? SILENT : FOUND;
	return memcmp(found, flipper->right, DIGEST_BYTES) == 0 ? UNCHANGED : UNTRUE;
}

static bool
prove_apart(struct flipper *flipper, const char *what, uint64_t where)
{
	int ended;
	fflush(stdout);
	pid_t child = fork();
	if (child < 0)
		abort();
	if (child == 0) {
		struct reason why = { "" };
		uint8_t found[DIGEST_BYTES];
		alarm(PATIENCE_S);
		int outcome = prove(flipper, &why, found);
		if (getenv("FLIP_TELL") != NULL)
			fprintf(stderr, "%s %" PRIu64 ": %s\n", what, where, why.text);
		_exit(outcome);
	}
	while (waitpid(child, &ended, 0) != child)
		;
	int outcome = WIFEXITED(ended) ? WEXITSTATUS(ended) : -WTERMSIG(ended);
	flipper->found += outcome == FOUND;
	flipper->unchanged += outcome == UNCHANGED;
	if (outcome == FOUND || outcome == UNCHANGED)
		return true;
	fprintf(stderr, "flip_load: %s at %" PRIu64 " (page %" PRIu64 "): %s%d\n", what, where, where / 8 / PAGE_BYTES,
	    outcome == UNTRUE ? "the proof is passed, and the tables are others: " : "ended with ", outcome);
	return false;
}

static bool
toggle(const struct flipper *flipper, uint64_t bit)
{
	uint8_t byte;
	if (pread(flipper->fd, &byte, 1, (off_t)(bit / 8)) != 1)
		return false;
	byte ^= (uint8_t)(1U << (bit % 8));
	return pwrite(flipper->fd, &byte, 1, (off_t)(bit / 8)) == 1;
}

/* Pages with the flags of a branch, in use or not. */
static void
find_branches(struct flipper *flipper)
{
	uint8_t head[16];
	uint64_t pages = (uint64_t)flipper->bytes / PAGE_BYTES;
	flipper->branches = calloc(pages, sizeof *flipper->branches);
	if (flipper->branches == NULL)
		abort();
	for (uint64_t i = 2; i < pages; i++)
		if (pread(flipper->fd, head, sizeof head, (off_t)(i * PAGE_BYTES)) == sizeof head && head[10] == 1 && head[11] == 0)
			flipper->branches[flipper->n_branches++] = i;
}

static uint64_t
choose_bit(struct flipper *flipper, uint64_t no)
{
	uint64_t bits = (uint64_t)PAGE_BYTES * 8, chosen = chance_next(&flipper->chance);
	if (no % 3 == 0 || (no % 3 == 2 && flipper->n_branches == 0))
		return chosen % ((uint64_t)flipper->bytes * 8);
	if (no % 3 == 1)
		return no % 2 == 0 ? chosen % (FIRST_PAGES * bits) : chosen % 2 * bits + chance_next(&flipper->chance) % (160 * 8);
	return flipper->branches[chosen % flipper->n_branches] * bits + chance_next(&flipper->chance) % bits;
}

/* The one bit of a file whose flip nothing in it can tell: see pages.h. */
static bool
is_beyond_proof(const struct flipper *flipper, uint64_t bit)
{
	enum { AT_TRANSACTION = 144 };
	uint64_t numbers[2] = { 0, 0 };
	for (off_t i = 0; i < 2; i++)
		if (pread(flipper->fd, &numbers[i], sizeof numbers[i], i * PAGE_BYTES + AT_TRANSACTION) != sizeof numbers[i])
			abort();
	uint64_t newest = numbers[0] < numbers[1];
	return bit == (newest * PAGE_BYTES + AT_TRANSACTION) * 8 + 1 && (numbers[newest] & 2) != 0;
}

static bool
flip_all(struct flipper *flipper, uint64_t flips)
{
	for (uint64_t i = 0; i < flips; i++) {
		uint64_t bit = choose_bit(flipper, i);
		if (is_beyond_proof(flipper, bit))
			continue;
		if (!toggle(flipper, bit))
			return false;
		bool right = prove_apart(flipper, "bit", bit);
		if (!toggle(flipper, bit) || !right)
			return false;
	}
	return true;
}

static bool
cut_all(struct flipper *flipper, uint64_t cuts)
{
	uint8_t *whole = malloc((size_t)flipper->bytes);
	bool right = whole != NULL && pread(flipper->fd, whole, (size_t)flipper->bytes, 0) == flipper->bytes;
	for (uint64_t i = 0; i < cuts && right; i++) {
		uint64_t left = chance_next(&flipper->chance) % (uint64_t)flipper->bytes;
		right = ftruncate(flipper->fd, (off_t)left) == 0 && prove_apart(flipper, "a cut", left * 8) &&
		    pwrite(flipper->fd, whole, (size_t)flipper->bytes, 0) == flipper->bytes;
	}
	free(whole);
	return right;
}

int
main(int argc, char **argv)
{
	struct reason why = { "" };
	struct flipper flipper = { .dir = argc > 1 ? argv[1] : "" };
	struct env *env = NULL;
	struct stat info;
	if (argc != 5) {
		fprintf(stderr, "usage: flip_load DIR SEED FLIPS CUTS\n");
		return 2;
	}
	const struct env_options options = { .dir = argv[1], .readonly = true };
	flipper.chance = strtoull(argv[2], NULL, 10);
	if (sodium_init() < 0 || env_open(&options, &env, &why) != STATUS_OK || digest(env, flipper.right, &why) != STATUS_OK) {
		fprintf(stderr, "flip_load: %s\n", why.text);
		return 2;
	}
	env_close(&env);
	snprintf(flipper.path, sizeof flipper.path, "%s/ledger/data.mdb", argv[1]);
	flipper.fd = open(flipper.path, O_RDWR | O_CLOEXEC);
	if (flipper.fd < 0 || fstat(flipper.fd, &info) != 0)
		return 2;
	flipper.bytes = info.st_size;
	find_branches(&flipper);
	bool right = flip_all(&flipper, strtoull(argv[3], NULL, 10)) && cut_all(&flipper, strtoull(argv[4], NULL, 10));
	printf("found %" PRIu64 " unchanged %" PRIu64 "\n", flipper.found, flipper.unchanged);
	free(flipper.branches);
	close(flipper.fd);
	return right ? 0 : 1;
}
