/* See disk.h. */
#include "disk.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 64, NAMES_MAX = 256 };

struct change {
	uint64_t offset;
	uint32_t bytes;
	const uint8_t *data;
};

struct file {
	uint64_t inode;
	uint8_t *synced; /* what is there for good */
	size_t bytes, room;
	struct change *changes; /* since the last sync */
	size_t n, n_room;
};

/* Something that was done to names; `synced`: its folder has been synced since. */
struct naming {
	enum record_kind kind;
	uint64_t inode;
	const char *path, *to;
	bool synced;
};

struct disk {
	const char *folder;
	struct file files[FILES_MAX];
	size_t n_files;
	struct naming names[NAMES_MAX];
	size_t n_names;
};

uint64_t
chance_next(uint64_t *chance)
{
	uint64_t z = *chance += UINT64_C(0x9E3779B97F4A7C15);
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static void *
grown(void *old, size_t bytes)
{
	void *grown = realloc(old, bytes);
	if (grown == NULL)
		abort();
	return grown;
}

struct disk *
disk_open(const char *folder)
{
	struct disk *disk = calloc(1, sizeof *disk);
	if (disk == NULL)
		abort();
	disk->folder = folder;
	return disk;
}

void
disk_close(struct disk **disk)
{
	for (size_t i = 0; i < (*disk)->n_files; i++) {
		free((*disk)->files[i].synced);
		free((*disk)->files[i].changes);
	}
	free(*disk);
	*disk = NULL;
}

/* ---- what happens ---- */

static struct file *
file_of(struct disk *disk, uint64_t inode)
{
	for (size_t i = 0; i < disk->n_files; i++)
		if (disk->files[i].inode == inode)
			return &disk->files[i];
	assert(disk->n_files < FILES_MAX);
	struct file *file = &disk->files[disk->n_files++];
	*file = (struct file){ .inode = inode };
	return file;
}

static void
put(struct file *file, const struct change *change)
{
	size_t end = (size_t)change->offset + change->bytes;
	if (end > file->room) {
		file->synced = grown(file->synced, 2 * end);
		memset(file->synced + file->room, 0, 2 * end - file->room);
		file->room = 2 * end;
	}
	if (end > file->bytes)
		file->bytes = end;
	memcpy(file->synced + change->offset, change->data, change->bytes);
}

static void
add_change(struct file *file, const struct record *record, const uint8_t *data)
{
	if (file->n == file->n_room) {
		file->n_room = file->n_room * 2 + 64;
		file->changes = grown(file->changes, file->n_room * sizeof *file->changes);
	}
	file->changes[file->n++] = (struct change){ record->offset, record->bytes, data };
}

static void
sync_file(struct file *file)
{
	for (size_t i = 0; i < file->n; i++)
		put(file, &file->changes[i]);
	file->n = 0;
}

/* What lies in this range, unsynced, is older than what is put there now: it may not come back on top. */
static void
sync_range(struct file *file, uint64_t offset, uint32_t bytes)
{
	size_t left = 0;
	for (size_t i = 0; i < file->n; i++) {
		const struct change *change = &file->changes[i];
		if (change->offset < offset + bytes && offset < change->offset + change->bytes)
			put(file, change);
		else
			file->changes[left++] = *change;
	}
	file->n = left;
}

/* A file that has its new name for good is there for good, whatever became of the folder of its old one. */
static void
sync_origin(struct disk *disk, const struct naming *rename)
{
	for (size_t i = 0; i < disk->n_names; i++)
		if (disk->names[i].kind == RECORD_FILE && strcmp(disk->names[i].path, rename->path) == 0)
			disk->names[i].synced = true;
}

/* The names that were made in a folder last when the folder is synced. */
static void
sync_names(struct disk *disk, const char *folder)
{
	size_t bytes = strlen(folder);
	for (size_t i = 0; i < disk->n_names; i++) {
		struct naming *naming = &disk->names[i];
		const char *path = naming->to != NULL ? naming->to : naming->path;
		const char *slash = strrchr(path, '/');
		if ((size_t)(slash - path) != bytes || strncmp(path, folder, bytes) != 0)
			continue;
		naming->synced = true;
		if (naming->kind == RECORD_RENAME)
			sync_origin(disk, naming);
	}
}

void
disk_take(struct disk *disk, const struct record *record, const char *path, const uint8_t *data)
{
	struct file *file;
	switch ((enum record_kind)record->kind) {
	case RECORD_WRITE:
		file = file_of(disk, record->inode);
		if (record->synced == 0) {
			add_change(file, record, data);
			return;
		}
		sync_range(file, record->offset, record->bytes);
		put(file, &(struct change){ record->offset, record->bytes, data });
		return;
	case RECORD_TRUNCATE: /* only of the lock file, which is not looked at */
	case RECORD_SAID:
		return;
	case RECORD_SYNC:
		sync_file(file_of(disk, record->inode));
		sync_names(disk, path);
		return;
	default:
		assert(disk->n_names < NAMES_MAX);
		disk->names[disk->n_names++] = (struct naming){ (enum record_kind)record->kind, record->inode, path,
			record->kind == RECORD_RENAME ? (const char *)data : NULL, false };
	}
}

/* ---- what is left of it ---- */

/* A sector of a change, or what part of it the change covers. */
static size_t
sector_of(const struct change *change, size_t at)
{
	size_t to_end = SECTOR_BYTES - (size_t)(change->offset + at) % SECTOR_BYTES;
	return to_end < change->bytes - at ? to_end : change->bytes - at;
}

static size_t
count_sectors(const struct file *file)
{
	size_t n = 0;
	for (size_t i = 0; i < file->n; i++)
		for (size_t at = 0; at < file->changes[i].bytes; at += sector_of(&file->changes[i], at))
			n++;
	return n;
}

static bool
survives(enum disk_kept kept, size_t sector, size_t lost, uint64_t *chance)
{
	switch (kept) {
	case KEPT_NONE:
		return false;
	case KEPT_ALL:
		return true;
	case KEPT_ALL_BUT_ONE:
		return sector != lost;
	default:
		return chance_next(chance) % 2 == 0;
	}
}

static bool
write_at(int fd, const void *data, size_t bytes, size_t offset)
{
	return pwrite(fd, data, bytes, (off_t)offset) == (ssize_t)bytes;
}

static bool
write_file(const struct file *file, enum disk_kept kept, uint64_t *chance, const char *path)
{
	size_t sectors = count_sectors(file), n = 0, lost = sectors == 0 ? 0 : (size_t)(chance_next(chance) % sectors);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write_at(fd, file->synced, file->bytes, 0);
	for (size_t i = 0; i < file->n && ok; i++) {
		const struct change *change = &file->changes[i];
		size_t bytes;
		/* The file's length may be there before what makes it so long. */
		if (kept == KEPT_SOME && chance_next(chance) % 4 == 0 && change->offset >= file->bytes)
			ok = write_at(fd, "", 1, (size_t)change->offset + change->bytes - 1);
		for (size_t at = 0; at < change->bytes && ok; at += bytes) {
			bytes = sector_of(change, at);
			if (survives(kept, n++, lost, chance))
				ok = write_at(fd, change->data + at, bytes, (size_t)change->offset + at);
		}
	}
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool
is_lock(const char *path)
{
	const char *name = strrchr(path, '/');
	return strcmp(name, "/lock.mdb") == 0;
}

/* A path in the image. */
static void
moved(const struct disk *disk, const char *path, const char *target, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s%s", target, path + strlen(disk->folder));
}

/* The names are only what files are found by: the files themselves are written at the end. */
struct place {
	char path[PATH_MAX];
	uint64_t inode;
};

static bool
apply_naming(const struct disk *disk, const struct naming *naming, struct place *places, size_t *n, const char *target)
{
	char path[PATH_MAX];
	moved(disk, naming->path, target, path);
	if (naming->kind == RECORD_FOLDER)
		return mkdir(path, 0700) == 0 || errno == ENOENT; /* ENOENT: the one that it stands in is lost */
	if (naming->kind == RECORD_FILE) {
		places[*n].inode = naming->inode;
		memcpy(places[(*n)++].path, path, sizeof path);
		return true;
	}
	for (size_t i = 0; i < *n; i++) {
		if (strcmp(places[i].path, path) != 0)
			continue;
		if (naming->kind == RECORD_RENAME)
			moved(disk, naming->to, target, places[i].path);
		else
			places[i] = places[--*n];
		return true;
	}
	return naming->kind == RECORD_RENAME || rmdir(path) == 0 || errno == ENOENT || errno == ENOTEMPTY;
}

bool
disk_image(const struct disk *disk, enum disk_kept kept, uint64_t *chance, const char *target)
{
	static struct place places[NAMES_MAX];
	size_t n = 0, first = disk->n_names;
	/* Some file systems keep the order of names, and so a first part of them; of others only what was synced is sure. */
	bool ordered = chance_next(chance) % 2 == 0;
	while (first > 0 && !disk->names[first - 1].synced)
		first--;
	if (first < disk->n_names && kept != KEPT_NONE)
		first += (size_t)(chance_next(chance) % (disk->n_names - first + 1));
	for (size_t i = 0; i < first; i++)
		if ((ordered || disk->names[i].synced) && !apply_naming(disk, &disk->names[i], places, &n, target))
			return false;
	for (size_t i = 0; i < n; i++) {
		char *slash = strrchr(places[i].path, '/');
		*slash = '\0';
		bool has_folder = access(places[i].path, F_OK) == 0;
		*slash = '/';
		const struct file *file = NULL;
		for (size_t k = 0; k < disk->n_files; k++)
			if (disk->files[k].inode == places[i].inode)
				file = &disk->files[k];
		if (file != NULL && has_folder && !is_lock(places[i].path) && !write_file(file, kept, chance, places[i].path))
			return false;
	}
	return true;
}
