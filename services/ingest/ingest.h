/*
 * Ingest: takes the terminals' events, commits them in groups, and answers when the disk has answered. The only service that
 * writes the ledger. See services/README.md for the road that an event takes through it.
 */
#ifndef JUYAN_INGEST_H
#define JUYAN_INGEST_H

#include "service.h"

extern const struct service ingest_service;

#endif
