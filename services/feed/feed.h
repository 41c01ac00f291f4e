/*
 * The feed: after each commit, news on a PUB socket (proto/feed.proto): which crossings were touched, and the totals of the days
 * that changed. It looks at the ledger for itself, some fifty times a second, so that neither ingest nor whoever listens knows
 * of it: a slow listener costs nobody anything. Once a second it says that it is alive.
 */
#ifndef JUYAN_FEED_H
#define JUYAN_FEED_H

#include "service.h"

extern const struct service feed_service;

#endif
