/*
 * What the test of the gateway's crashes needs of a ledger.
 *
 *     gateway_load look DIR    the batch number of every event in the journal but the administrator's, in the order of their coming
 *
 * Needs no server. Ends with 0; with 1 and one sentence.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "journal.h"

static int
fail(const char *what, const struct reason *why)
{
	fprintf(stderr, "gateway_load: %s: %s\n", what, why->text);
	return 1;
}

static enum status
print_all(const struct store *store, struct arena *arena, struct reason *why)
{
	struct journal_walk walk;
	struct journal_event event;
	const Juyan__V1__Event *decoded;
	enum status status = journal_walk_open(store, &walk);
	if (status != STATUS_OK)
		return status;
	while (status == STATUS_OK && (status = journal_walk_next(&walk, &event, why)) == STATUS_OK) {
		arena_reset(arena);
		status = wire_event(event.bytes, arena, &decoded, why);
		if (status == STATUS_OK && decoded->what_case != JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED)
			printf("%s\n", decoded->batch_no);
	}
	journal_walk_close(&walk);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

int
main(int argc, char **argv)
{
	struct reason why = { "" };
	struct env *env = NULL;
	struct store store;
	struct arena arena;
	if (argc != 3 || strcmp(argv[1], "look") != 0) {
		fprintf(stderr, "usage: gateway_load look DIR\n");
		return 2;
	}
	struct env_options options = { .dir = argv[2], .readonly = true };
	if (arena_open(&arena, DECODE_BYTES_MAX) != STATUS_OK || env_open(&options, &env, &why) != STATUS_OK ||
	    store_begin_read(env, &store, &why) != STATUS_OK)
		return fail(argv[2], &why);
	enum status status = print_all(&store, &arena, &why);
	store_abort(&store);
	env_close(&env);
	arena_close(&arena);
	return status == STATUS_OK ? 0 : fail("the journal", &why);
}
