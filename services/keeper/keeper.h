/*
 * The keeper: what has to be done for a ledger day after day, without anybody asking. Makes each day's checkpoint where there is
 * a key for it, reads the ledger over in the background (scrub.h), and warns long before there is no room. It never writes the
 * ledger.
 */
#ifndef JUYAN_KEEPER_H
#define JUYAN_KEEPER_H

#include "service.h"

extern const struct service keeper_service;

#endif
