/*
 * Which files of a folder are ready to be read: whole ones, oldest first. A file is ready when its size and time have stood still
 * for two seconds between two looks, or when it was renamed into the folder (a program that writes elsewhere and moves the file in
 * says thereby that it is whole). Names that say "not yet" are passed over: a dot in front, .part, .tmp, .filepart, .crdownload or
 * '~' at the end; and all that is no regular file.
 *
 * The folder need not be there, and may go and come (a network disk). Owns the list and descriptors. One thread.
 */
#ifndef JUYAN_GATEWAY_FOLDER_LOOK_H
#define JUYAN_GATEWAY_FOLDER_LOOK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "status.h"

enum { FOLDER_STILL_MS = 2000, FOLDER_FILES_MAX = 8192, FOLDER_LOOK_MS = 3000 };

struct folder_file {
	char *name;
	ino_t ino;
	off_t size;
	int64_t time_ns, since_ms; /* of its last change, by its disk; unchanged since, by our clock */
	bool whole;                /* renamed into place */
	int64_t not_before_ms;     /* under way, or it could not be dealt with: not again before that, while it stays as it is */
};

struct folder {
	const char *path; /* lent */
	int fd;           /* -1: the folder is not there */
	int notes;        /* inotify; -1: none, and looks by the clock alone */
	struct folder_file *files;
	size_t n;
	bool more; /* there are more files than are looked at at once */
};

void folder_open(struct folder *folder, const char *path);
void folder_close(struct folder *folder);
/* One look. SYSTEM: the folder is away. */
enum status folder_look(struct folder *folder, int64_t now_ms, struct reason *why) MUST_USE;
/* Takes what inotify has said; true: a look is worth it now. */
bool folder_noted(struct folder *folder);
/* The next that is ready; NULL: none is. *wait_ms is lowered to when the next may be. */
struct folder_file *folder_next(struct folder *folder, int64_t now_ms, int *wait_ms);
/* One by its name; NULL: there is none. */
struct folder_file *folder_find(struct folder *folder, const char *name);
/* It has left the folder. */
void folder_forget(struct folder *folder, struct folder_file *file);

#endif
