/*
 * Cuts the power of a recorded run (recorder.c) at its sync points and in between, and opens what is left with the real ledger.
 *
 *     power_load LOG FOLDER TARGET SEED BETWEEN [FROM [STEP]]
 *
 * LOG is of a `ledger_load write FOLDER …`. For every sync there is an image of the moment before it is done and one of the moment
 * behind it, and in between one for every BETWEEN-th record (0: none). TARGET is a folder that is made and removed for each. Every
 * image has to pass truck_ledger_check with all that the run had acknowledged by then. Of the cuts only each STEP-th from number
 * FROM on is made.
 *
 * Ends with 0 and "images N syncs N", with 1 and the first cut that was not survived; its image stays in TARGET.
 */
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"
#include "truck_ledger.h"

struct cutter {
	struct disk *disk;
	const char *target;
	uint64_t chance, acked, cuts, images, syncs, from, step, founded;
};

static int
remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info, (void)kind, (void)ftw;
	return remove(path);
}

/* A lock file that a dead machine left says nothing. */
static void
litter(struct cutter *cutter)
{
	char path[512];
	uint64_t rubbish[64];
	snprintf(path, sizeof path, "%s/ledger/lock.mdb", cutter->target);
	FILE *file = chance_next(&cutter->chance) % 4 == 0 ? fopen(path, "w") : NULL;
	if (file == NULL)
		return;
	for (size_t i = 0; i < sizeof rubbish / sizeof rubbish[0]; i++)
		rubbish[i] = chance_next(&cutter->chance);
	fwrite(rubbish, sizeof rubbish, 1, file);
	fclose(file);
}

static bool
cut(struct cutter *cutter, enum disk_kept kept, const char *when)
{
	struct reason why = { "" };
	uint64_t there, no = ++cutter->cuts;
	if (no < cutter->from || (no - cutter->from) % cutter->step != 0)
		return true;
	if (!disk_image(cutter->disk, kept, &cutter->chance, cutter->target)) {
		fprintf(stderr, "power_load: cut %" PRIu64 ": the image cannot be made\n", no);
		return false;
	}
	litter(cutter);
	enum status status = truck_ledger_check(cutter->target, cutter->acked, &there, &why);
	cutter->images++;
	if (status == STATUS_OK) {
		nftw(cutter->target, remove_one, 8, FTW_DEPTH | FTW_PHYS);
		return true;
	}
	fprintf(stderr, "power_load: cut %" PRIu64 " %s, %d kept, %" PRIu64 " acknowledged: %s: %s\n", no, when, (int)kept,
	    cutter->acked, status_name(status), why.text);
	return false;
}

static bool
take(struct cutter *cutter, const struct record *record, const char *path, const uint8_t *data)
{
	unsigned long long acked;
	bool is_sync = record->kind == RECORD_SYNC || (record->kind == RECORD_WRITE && record->synced != 0);
	char line[64];
	if (record->kind == RECORD_SAID) {
		snprintf(line, sizeof line, "%.*s", (int)record->bytes, (const char *)data);
		if (sscanf(line, "acked %llu", &acked) == 1)
			cutter->acked = acked;
		return true;
	}
	if (is_sync && !cut(cutter, (enum disk_kept)(chance_next(&cutter->chance) % DISK_KEPT), "before a sync"))
		return false;
	disk_take(cutter->disk, record, path, data);
	cutter->syncs += is_sync;
	return !is_sync || cut(cutter, KEPT_NONE, "behind a sync");
}

static bool
replay(struct cutter *cutter, const uint8_t *log, size_t bytes, uint64_t between)
{
	uint64_t n = 0;
	size_t at = 0;
	while (at < bytes) {
		struct record record;
		char *path;
		memcpy(&record, log + at, sizeof record);
		at += sizeof record;
		path = strndup((const char *)log + at, record.path_bytes); /* for the disk's whole life */
		if (path == NULL)
			abort();
		at += record.path_bytes;
		if (!take(cutter, &record, path, log + at))
			return false;
		at += record.bytes;
		if (between != 0 && ++n % between == 0 && !cut(cutter, KEPT_SOME, "in between"))
			return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct stat info;
	if (argc < 6 || argc > 8) {
		fprintf(stderr, "usage: power_load LOG FOLDER TARGET SEED BETWEEN [FROM [STEP]]\n");
		return 2;
	}
	int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) != 0) {
		perror(argv[1]);
		return 2;
	}
	const uint8_t *log = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (log == MAP_FAILED)
		return 2;
	struct cutter cutter = { .disk = disk_open(argv[2]),
		.target = argv[3],
		.chance = strtoull(argv[4], NULL, 10),
		.from = argc > 6 ? strtoull(argv[6], NULL, 10) : 1,
		.step = argc > 7 ? strtoull(argv[7], NULL, 10) : 1 };
	bool right = replay(&cutter, log, (size_t)info.st_size, strtoull(argv[5], NULL, 10));
	if (right)
		printf("images %" PRIu64 " syncs %" PRIu64 "\n", cutter.images, cutter.syncs);
	disk_close(&cutter.disk);
	return right ? 0 : 1;
}
