/*
 * What a connector must not forget through a restart (connector.h, keep and recall), in a file for each source: FOLDER/NAME,
 * replaced as a whole. A file that is missing or damaged is as none. Owns nothing.
 */
#ifndef JUYAN_GATEWAY_MEMORY_H
#define JUYAN_GATEWAY_MEMORY_H

#include "sources.h"

enum { MEMORY_BYTES_MAX = 4 * 1024 * 1024 };

/* Right after the connector's open. */
void memory_recall(const struct machine_source *source, void *state);
/* Once what was found is in the book. Complains in the log where the disk does not take it. */
void memory_keep(struct machine_source *source, void *state);

#endif
