/*
 * The simulated streams as files: DIR/<terminal>.ndjson, one Event in JSON on a line, in stream order; what `juyan send`
 * reads. Owns its files; one thread.
 */
#ifndef JUYAN_TOOLS_SIMULATE_FILES_H
#define JUYAN_TOOLS_SIMULATE_FILES_H

#include "simulation.h"

struct simulate_files;

/* Makes DIR where it is missing. Files that are there are written anew. SYSTEM with the path. */
enum status simulate_files_open(const char *dir, const struct simulation *simulation, struct simulate_files **out,
    struct reason *why) MUST_USE;
/* Safe on NULL; what could not be written by then is lost, so ask simulate_files_finish first. */
void simulate_files_close(struct simulate_files **files);

enum status simulate_files_write(struct simulate_files *files, const struct simulated_event *event, struct reason *why) MUST_USE;
/* Writes terminals.yaml (who they are, for `juyan registry apply` once each has a key) and sees that all is written. */
enum status simulate_files_finish(struct simulate_files *files, struct reason *why) MUST_USE;

#endif
