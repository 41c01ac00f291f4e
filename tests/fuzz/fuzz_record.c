/*
 * The record of a batch's facts as the disk gives it back, changed by whatever changes disks: it is refused, or is facts that
 * everything that uses facts can use, and that leave as a record again.
 *
 * reads: storage/facts_record.c storage/counting.c storage/progress.c
 */
#include "counting.h"
#include "facts.h"
#include "fuzz.h"
#include "passages.h"
#include "progress.h"
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

static void
part(void *user, const struct counted *counted)
{
	size_t *n = user;
	fuzz_holds(counted->net_kg >= -(INT64_C(1) << 52) && counted->net_kg <= INT64_C(1) << 52);
	++*n;
}

static void
use(const struct facts *facts)
{
	struct passage passage;
	struct progress progress;
	size_t parts = 0;
	counting(facts, registry, "ceke", part, &parts);
	counting_masses(facts);
	fuzz_holds((counting_review(facts) & ~(uint32_t)MARK_ALL) == 0);
	progress_of(facts, &progress);
	passage_of(facts, registry, "ceke", &passage);
	fuzz_holds(passage.bytes <= PASSAGE_BYTES_MAX);
}

static struct span
recorded(const struct facts *facts, struct arena *arena)
{
	uint8_t *record = arena_take(arena, facts_encoded_bytes_max(facts));
	fuzz_holds(record != NULL);
	return (struct span){ record, facts_encode(facts, record) };
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct facts facts = { 0 }, again = { 0 };
	if (registry == NULL)
		open_registry();
	struct arena *arena = fuzz_arena(1, ARENA_BYTES);
	if (facts_decode((struct span){ data, bytes }, arena, &facts) != STATUS_OK)
		return 0;
	use(&facts);
	struct span once = recorded(&facts, arena);
	fuzz_holds(facts_decode(once, arena, &again) == STATUS_OK);
	fuzz_holds(fuzz_same(once, recorded(&again, arena)));
	return 0;
}
