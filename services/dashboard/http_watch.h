/*
 * Every connection, with since when it is in which state: who takes too long is shown out by shutting his socket down, whatever
 * he trickles. libmicrohttpd's own timeout begins anew with each byte. Owned by http.c; any thread.
 */
#ifndef JUYAN_DASHBOARD_HTTP_WATCH_H
#define JUYAN_DASHBOARD_HTTP_WATCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "status.h"

enum http_state { HTTP_ASKING, HTTP_SENDING_BODY, HTTP_WORKING, HTTP_TAKING, HTTP_STREAMING };

struct http_guest {
	int fd;
	enum http_state state;
	int64_t since_ms;
	struct http_guest *before, *after;
};

struct http_watch {
	pthread_mutex_t mutex;
	struct http_guest *first;
	unsigned n;
};

void http_watch_open(struct http_watch *watch);
void http_watch_close(struct http_watch *watch);
/* NULL: memory ran out. */
struct http_guest *http_watch_come(struct http_watch *watch, int fd);
void http_watch_leave(struct http_watch *watch, struct http_guest *guest); /* before the socket is closed */
void http_watch_state(struct http_watch *watch, struct http_guest *guest, enum http_state state);
/* For one who holds on to a guest that may leave: the place is emptied before, and then there is nobody to show out. */
void http_watch_let_go(struct http_watch *watch, struct http_guest **place);
void http_watch_cut(struct http_watch *watch, struct http_guest *const *place);
/* Whether the other side still holds its end; known at once, also of a connection that nobody reads. */
bool http_watch_there(struct http_watch *watch, struct http_guest *const *place);
/* How many were too late by now and have been shown out. */
unsigned http_watch_look(struct http_watch *watch);
unsigned http_watch_count(struct http_watch *watch);

#endif
