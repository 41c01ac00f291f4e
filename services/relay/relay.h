/*
 * The relay: brings this ledger's journal to headquarters (carrier.h), where this ledger is a site. It reads the ledger and never
 * writes it, opens no door, and stops nothing: what is wrong is logged, counted, and stands in DIR/run/relay.json (bulletin.h).
 * Without the setting `headquarters` it does nothing.
 */
#ifndef JUYAN_RELAY_H
#define JUYAN_RELAY_H

#include "service.h"

extern const struct service relay_service;

#endif
