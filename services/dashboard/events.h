/*
 * The listeners of the event stream. What is told is one text that all share, made once; a listener who has not yet taken the
 * one before gets only the newest, so that he costs a pointer; who takes nothing for EVENTS_PATIENCE_MS is shown out. Any
 * thread.
 */
#ifndef JUYAN_DASHBOARD_EVENTS_H
#define JUYAN_DASHBOARD_EVENTS_H

#include "http.h"

enum { EVENTS_LISTENERS_MAX = 1024, EVENTS_BEAT_MS = 10000, EVENTS_PATIENCE_MS = 10000 };

struct events;

struct events_options {
	struct counters *counters;
	/* Whether a session still goes on; asked with each heartbeat. */
	bool (*goes_on)(void *user, uint64_t session);
	void *user;
};

enum status events_open(const struct events_options *options, struct events **out, struct reason *why) MUST_USE;
void events_end(struct events *events); /* every stream; from now on none is made. Before http_close */
void events_close(struct events **events);

/* The newest `live`; whoever has heard an older one hears it, whoever comes later too. */
enum status events_tell_live(struct events *events, uint64_t lsn, const char *json) MUST_USE;
/* That nothing is heard; until the next `live`. Its id is 0, whatever its lsn. */
enum status events_tell_stale(struct events *events, uint64_t lsn, const char *json) MUST_USE;
/* Once a second: heartbeats, and who does not read or may not any more. */
void events_tick(struct events *events);

/* `last_id` is a Last-Event-ID, or 0. False: there are as many as there may be. */
bool events_listen(struct events *events, struct http_call *call, uint64_t session, uint64_t last_id, enum http_turn *turn);
unsigned events_count(struct events *events);

#endif
