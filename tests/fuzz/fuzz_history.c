/*
 * Published figures as CSV, over the shipped registry: each row is taken, left or wrong; a record that is taken is right.
 *
 * reads: tools/history_
 */
#include "fuzz.h"
#include "history_file.h"
#include "registry_file.h"

enum { ARENA_BYTES = 16 * 1024 * 1024 };

static struct registry *registry;

static void
shut(void)
{
	registry_close(&registry);
}

static void
open_registry(void)
{
	const Juyan__V1__RegistryRecord **records;
	struct reason why = { "" };
	size_t n;
	fuzz_holds(registry_default(fuzz_arena(0, ARENA_BYTES), &records, &n, &why) == STATUS_OK);
	fuzz_holds(registry_build(records, n, &registry, &why) == STATUS_OK);
	atexit(shut);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct history_file file = { .n = 0 };
	struct reason why = { "" };
	size_t taken = 0, wrong = 0;
	if (registry == NULL)
		open_registry();
	enum status s =
	    history_file_read(fuzz_file((struct span){ data, bytes }), registry, NULL, fuzz_arena(1, ARENA_BYTES), &file, &why);
	fuzz_holds(s == STATUS_OK || why.text[0] != '\0');
	if (s != STATUS_OK)
		return 0;
	for (size_t i = 0; i < file.n; i++) {
		const struct history_row *row = &file.rows[i];
		taken += row->verdict == HISTORY_TAKEN;
		wrong += row->verdict == HISTORY_WRONG;
		if (row->verdict == HISTORY_TAKEN)
			fuzz_holds(registry_check(row->record, &why) == STATUS_OK);
		else
			fuzz_holds(row->why.text[0] != '\0');
	}
	fuzz_holds(taken == file.taken && wrong == file.wrong);
	history_file_close(&file);
	return 0;
}
