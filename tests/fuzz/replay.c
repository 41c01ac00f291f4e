/*
 * Runs a fuzz target once over each file named, or in a folder named: what the corpus and the findings of earlier days say must
 * still hold. Each input lies in a block of exactly its size, so that the address sanitizer sees a byte too many.
 *
 *     fuzz_NAME FILE-OR-FOLDER…
 */
#include <dirent.h>
#include <sys/stat.h>

#include "fuzz.h"

enum { INPUT_BYTES_MAX = 8 * 1024 * 1024, PATH_BYTES = 1024 };

static void
run_file(const char *path, size_t bytes)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(bytes > 0 ? bytes : 1);
	fuzz_holds(file != NULL && data != NULL && bytes <= INPUT_BYTES_MAX);
	fuzz_holds(fread(data, 1, bytes, file) == bytes);
	fclose(file);
	LLVMFuzzerTestOneInput(data, bytes);
	free(data);
}

static size_t
run(const char *path)
{
	struct stat info;
	if (stat(path, &info) != 0) {
		fprintf(stderr, "%s cannot be read\n", path);
		exit(1);
	}
	if (!S_ISDIR(info.st_mode)) {
		fprintf(stderr, "%s\n", path);
		run_file(path, (size_t)info.st_size);
		return 1;
	}
	struct dirent **list;
	size_t n = 0;
	int entries = scandir(path, &list, NULL, alphasort);
	fuzz_holds(entries >= 0);
	for (int i = 0; i < entries; i++) {
		char inner[PATH_BYTES];
		fuzz_holds(snprintf(inner, sizeof inner, "%s/%s", path, list[i]->d_name) < PATH_BYTES);
		if (list[i]->d_name[0] != '.')
			n += run(inner);
		free(list[i]);
	}
	free(list);
	return n;
}

int
main(int argc, char **argv)
{
	size_t n = 0;
	for (int i = 1; i < argc; i++)
		n += run(argv[i]);
	printf("%zu inputs\n", n);
	return n == 0;
}
