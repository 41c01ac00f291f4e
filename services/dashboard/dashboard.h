/*
 * The dashboard: what the ledger knows, in front of the people who decide, over HTTP. See README.md and openapi.yaml. The host
 * opens, steps and closes it.
 */
#ifndef JUYAN_DASHBOARD_H
#define JUYAN_DASHBOARD_H

#include "service.h"

extern const struct service dashboard_service;

#endif
