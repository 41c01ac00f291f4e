/*
 * The query service: answers each Question from one snapshot of the ledger. Asked by readers and administrators over ipc and tcp,
 * and by anybody inside the process. Where no service of the process writes the ledger, it also keeps the key check's list fresh.
 */
#ifndef JUYAN_QUERY_H
#define JUYAN_QUERY_H

#include "service.h"

/* Of a search in one turn: some hundredths of a second. */
enum { QUERY_SLICE_BATCHES = 50000 };

extern const struct service query_service;

#endif
