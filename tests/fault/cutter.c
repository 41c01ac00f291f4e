/* The cuts of cutter.h. */
#include "cutter.h"

#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"

struct cutting {
	struct cutter *cutter;
	struct disk *disk;
	uint64_t chance;
};

static int
remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info, (void)kind, (void)ftw;
	return remove(path);
}

/* A lock file that a dead machine left says nothing. */
static void
litter(struct cutting *cutting)
{
	char path[512];
	uint64_t rubbish[64];
	snprintf(path, sizeof path, "%s/%s", cutting->cutter->target, cutting->cutter->lock);
	FILE *file = chance_next(&cutting->chance) % 4 == 0 ? fopen(path, "w") : NULL;
	if (file == NULL)
		return;
	for (size_t i = 0; i < sizeof rubbish / sizeof rubbish[0]; i++)
		rubbish[i] = chance_next(&cutting->chance);
	fwrite(rubbish, sizeof rubbish, 1, file);
	fclose(file);
}

static bool
cut(struct cutting *cutting, enum disk_kept kept, const char *when)
{
	struct cutter *cutter = cutting->cutter;
	struct reason why = { "" };
	uint64_t no = ++cutter->cuts;
	if (no < cutter->from || (no - cutter->from) % cutter->step != 0)
		return true;
	if (!disk_image(cutting->disk, kept, &cutting->chance, cutter->target)) {
		fprintf(stderr, "cut %" PRIu64 ": the image cannot be made\n", no);
		return false;
	}
	litter(cutting);
	enum status status = cutter->check(cutter->user, cutter->target, &why);
	cutter->images++;
	if (status == STATUS_OK) {
		nftw(cutter->target, remove_one, 8, FTW_DEPTH | FTW_PHYS);
		return true;
	}
	fprintf(stderr, "cut %" PRIu64 " %s, %d kept: %s: %s\n", no, when, (int)kept, status_name(status), why.text);
	return false;
}

static bool
take(struct cutting *cutting, const struct record *record, const char *path, const uint8_t *data)
{
	bool is_sync = record->kind == RECORD_SYNC || (record->kind == RECORD_WRITE && record->synced != 0);
	char line[64];
	if (record->kind == RECORD_SAID) {
		snprintf(line, sizeof line, "%.*s", (int)record->bytes, (const char *)data);
		cutting->cutter->said(cutting->cutter->user, line);
		return true;
	}
	if (is_sync && !cut(cutting, (enum disk_kept)(chance_next(&cutting->chance) % DISK_KEPT), "before a sync"))
		return false;
	disk_take(cutting->disk, record, path, data);
	cutting->cutter->syncs += is_sync;
	return !is_sync || cut(cutting, KEPT_NONE, "behind a sync");
}

static bool
replay(struct cutting *cutting, const uint8_t *log, size_t bytes)
{
	uint64_t n = 0, between = cutting->cutter->between;
	size_t at = 0;
	while (at < bytes) {
		struct record record;
		memcpy(&record, log + at, sizeof record);
		at += sizeof record;
		char *path = strndup((const char *)log + at, record.path_bytes); /* for the disk's whole life */
		if (path == NULL)
			abort();
		at += record.path_bytes;
		if (!take(cutting, &record, path, log + at))
			return false;
		at += record.bytes;
		if (between != 0 && ++n % between == 0 && !cut(cutting, KEPT_SOME, "in between"))
			return false;
	}
	return true;
}

static int
run(struct cutter *cutter)
{
	struct stat info;
	int fd = open(cutter->log, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) != 0) {
		perror(cutter->log);
		return 2;
	}
	const uint8_t *log = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (log == MAP_FAILED)
		return 2;
	struct cutting cutting = { cutter, disk_open(cutter->folder), cutter->seed };
	bool right = replay(&cutting, log, (size_t)info.st_size);
	if (right)
		printf("images %" PRIu64 " syncs %" PRIu64 "\n", cutter->images, cutter->syncs);
	disk_close(&cutting.disk);
	return right ? 0 : 1;
}

int
cutter_run(struct cutter *cutter, int argc, char **argv)
{
	if (argc < 6 || argc > 8) {
		fprintf(stderr, "usage: %s LOG FOLDER TARGET SEED BETWEEN [FROM [STEP]]\n", argv[0]);
		return 2;
	}
	cutter->log = argv[1];
	cutter->folder = argv[2];
	cutter->target = argv[3];
	cutter->seed = strtoull(argv[4], NULL, 10);
	cutter->between = strtoull(argv[5], NULL, 10);
	cutter->from = argc > 6 ? strtoull(argv[6], NULL, 10) : 1;
	cutter->step = argc > 7 ? strtoull(argv[7], NULL, 10) : 1;
	return run(cutter);
}
