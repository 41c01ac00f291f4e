/*
 * The registry as a YAML file: what is taken makes a registry or is refused with a sentence, and is the same file when it is
 * written, read and written again.
 *
 * reads: tools/registry_file.c tools/registry_write.c storage/registry
 */
#include "fuzz.h"
#include "registry_file.h"
#include "registry_references.h"

enum { ARENA_BYTES = 16 * 1024 * 1024, TEXT_BYTES = 16 * 1024 * 1024 };

static char *
written(const struct registry_file *file, size_t *bytes)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, bytes);
	fuzz_holds(out != NULL);
	fuzz_holds(registry_file_write((const Juyan__V1__RegistryRecord *const *)file->records, file->n, out) == STATUS_OK);
	fuzz_holds(fclose(out) == 0);
	return text;
}

static void
written_again(const struct registry_file *file)
{
	struct registry_file again = { .n = 0 };
	struct reason why = { "" };
	size_t first_bytes = 0, second_bytes = 0;
	char *first = written(file, &first_bytes);
	enum status s = registry_file_parse("again", first, first_bytes, fuzz_arena(1, ARENA_BYTES), &again, &why);
	if (s != STATUS_OK)
		fuzz_says(why.text);
	fuzz_holds(again.n == file->n);
	char *second = written(&again, &second_bytes);
	fuzz_holds(first_bytes == second_bytes && memcmp(first, second, first_bytes) == 0);
	free(first);
	free(second);
}

static void
use(const struct registry_file *file)
{
	const Juyan__V1__RegistryRecord *const *records = file->records, *misfit = NULL;
	struct registry *registry = NULL;
	struct reason why = { "" };
	enum status s = registry_build_telling(records, file->n, &registry, &misfit, &why);
	if (s == STATUS_OK)
		s = registry_references(registry, records, file->n, &misfit, &why);
	fuzz_holds(s == STATUS_OK || (status_consequence(s) == REFUSE && why.text[0] != '\0'));
	if (s != STATUS_OK)
		registry_file_place(file, misfit, &why);
	registry_close(&registry);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct registry_file file = { .n = 0 };
	struct reason why = { "" };
	enum status s = registry_file_parse("r", (const char *)data, bytes, fuzz_arena(0, ARENA_BYTES), &file, &why);
	if (s != STATUS_OK) {
		fuzz_holds(status_consequence(s) == REFUSE ? strncmp(why.text, "r:", 2) == 0 : s == STATUS_NO_MEMORY);
		return 0;
	}
	for (size_t i = 0; i < file.n; i++)
		fuzz_holds(registry_check(file.records[i], &why) == STATUS_OK);
	if (file.n > 0) /* no records are an empty file, which is none */
		written_again(&file);
	use(&file);
	return 0;
}
