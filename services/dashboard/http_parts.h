/*
 * What the two halves of http share: http.c takes what is asked, http_answer.c gives what is answered.
 */
#ifndef JUYAN_DASHBOARD_HTTP_PARTS_H
#define JUYAN_DASHBOARD_HTTP_PARTS_H

#include <microhttpd.h>

#include "http.h"
#include "http_watch.h"

struct http {
	struct MHD_Daemon *daemon;
	struct http_watch watch;
	struct counters *counters;
	enum http_turn (*handle)(void *user, struct http_call *call);
	void *user;
	bool tls;
};

struct http_call {
	struct http *http;
	struct MHD_Connection *connection;
	struct http_guest *guest;
	_Atomic unsigned holders; /* the request, and a stream */
	struct http_asked asked;
	bool begun, answered, queued;
	struct http_answer answer;
	bool streams;
	struct http_source source;
	char *body;
	size_t body_bytes;
	char target[]; /* as it came */
};

void http_call_drop(struct http_call *call);
/* The answer of the call, with the headers that every answer has. */
enum MHD_Result http_queue(struct http_call *call);

#endif
