/* Where PostgreSQL is, as the setting `warehouse` says. */
#ifndef JUYAN_WAREHOUSE_CONNINFO_H
#define JUYAN_WAREHOUSE_CONNINFO_H

#include "status.h"

enum { CONNINFO_BYTES = 4096 };

/*
 * The connection string itself; or, where the setting begins with '/' or './', the one line of that file, which others may not
 * read. SETTING with a sentence.
 */
enum status conninfo_read(const char *setting, char out[CONNINFO_BYTES], struct reason *why) MUST_USE;

#endif
