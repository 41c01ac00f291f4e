/* What of a data folder does not follow from the journal: keys/ and users.json, between a data folder and a backup's. */
#ifndef JUYAN_TOOLS_SECRETS_H
#define JUYAN_TOOLS_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

/* Copies what `from` has of it to `to`, for the owner alone to read; what `to` has already is replaced or stays. */
enum status secrets_copy(const char *from, const char *to, bool replace, size_t *copied, struct reason *why) MUST_USE;

/* One file, whole. */
enum status secrets_copy_file(const char *from, const char *to, unsigned mode, struct reason *why) MUST_USE;

#endif
