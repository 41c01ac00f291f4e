/*
 * The terminals' processes. A plain one is a program with a list of its events that goes on where the centre's numbers end
 * (services/terminal/terminal.h); the other keeps what it takes in a spool on its own disk and has a courier bring it. Both are
 * killed at any moment at which they wait: memory is lost, the list and the spool are not.
 */
#ifndef JUYAN_TESTS_CLIENTS_H
#define JUYAN_TESTS_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Once for all runs: where spools lie. */
void clients_prepare(const char *folder);

void clients_begin(void);
/* From then on the client's facts of truth.h come to it until `until_ns`. `owner`: whose key it has. */
void client_open(size_t client, size_t owner, bool spooled, int64_t until_ns);
void client_start(size_t client);
void client_kill(size_t client);
bool client_runs(size_t client);
/* Copies its spool for a second one with the same key, as a restored machine would be; nothing where it has none. */
void client_close(size_t client);

/* Everything that there was to tell is settled. */
bool clients_are_done(void);
/* What is left, for a run that fails. */
void clients_tell(void);
/* At the end: each fact is on file once, or its loss has been told. */
void clients_check(void);

/* The one that means harm: an actor's `run`. */
void hostile_live(void *self);
void hostile_end(void);

#endif
