/*
 * The forecast service: answers each ForecastQuestion, in the order in which they come. Asked by readers and administrators over
 * ipc and tcp, and by anybody inside the process. It reads the ledger through `query` alone, as any asker does; a thread of low
 * priority does the work (worker.h), so that the service hears at once who asks, and says so when too many wait.
 */
#ifndef JUYAN_FORECAST_H
#define JUYAN_FORECAST_H

#include "service.h"

extern const struct service forecast_service;

#endif
