/*
 * A small file of JSON in the data folder that is this user's alone (0600): read as a whole or not at all, replaced as a whole when
 * the new one is on disk. Owns nothing.
 */
#ifndef JUYAN_DASHBOARD_OWN_FILE_H
#define JUYAN_DASHBOARD_OWN_FILE_H

#include <jansson.h>
#include <stdint.h>

#include "status.h"

enum { OWN_FILE_BYTES_MAX = 1024 * 1024 };

/* NULL with OK: there is no such file. SETTING with a sentence that names it: others may read it, it is too large, or no JSON. */
enum status own_file_read(const char *dir, const char *name, json_t **out, struct reason *why) MUST_USE;
/* Gives the value up; NULL is memory that ran out. On return the new file is on disk, and the folder that names it. */
enum status own_file_write(const char *dir, const char *name, json_t *json, struct reason *why) MUST_USE;
/* Changes each time that the file does; 0: there is none. */
uint64_t own_file_version(const char *dir, const char *name);

#endif
