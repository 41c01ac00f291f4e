/*
 * Files that are whole or not there, and folders whose changes last. Owns nothing after a call; any thread.
 */
#ifndef JUYAN_STORAGE_FILES_H
#define JUYAN_STORAGE_FILES_H

#include "wire.h"

enum { FILES_PATH_BYTES = 512 };

/* NO_ROOM where the disk is full, else SYSTEM; with the path and the system's words (errno). */
enum status files_fail(const char *path, const char *what, struct reason *why) MUST_USE;

/* What was made, renamed or removed in a folder is there after a power cut when the folder has been synced. */
enum status files_sync(const char *folder, struct reason *why) MUST_USE;
/* The folder in which a file stands. */
enum status files_sync_beside(const char *path, struct reason *why) MUST_USE;
/* Makes a folder where there is none. */
enum status files_make_folder(const char *path, unsigned mode, struct reason *why) MUST_USE;

/* Writes a file beside its name (".part"), syncs it, and puts it in place of whatever stood there. */
enum status files_save(const char *path, struct span bytes, unsigned mode, struct reason *why) MUST_USE;
/* Reads a whole file into the arena. NOT_FOUND, TOO_LARGE above `bytes_max`, SYSTEM, NO_MEMORY. */
enum status files_load(const char *path, size_t bytes_max, struct arena *arena, struct span *out, struct reason *why) MUST_USE;

/* Two names of one file system change what they name, in one step that is done or not. */
enum status files_exchange(const char *a, const char *b, struct reason *why) MUST_USE;

#endif
