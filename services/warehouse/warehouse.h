/*
 * The warehouse: a service that keeps the facts of its ledger in PostgreSQL as well, for everyone's SQL. Off unless the setting
 * `warehouse` says where. It reads snapshots of the ledger and nothing else, in a thread of its own, so that a PostgreSQL that is
 * away, slow or full is nothing that ingest, or the process's watchdog, would notice.
 */
#ifndef JUYAN_WAREHOUSE_H
#define JUYAN_WAREHOUSE_H

#include "service.h"

extern const struct service warehouse_service;

#endif
