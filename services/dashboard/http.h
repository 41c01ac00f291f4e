/*
 * HTTP, and all that this project knows of libmicrohttpd: connections, their bounds and deadlines, TLS, the headers that every
 * answer has. What is asked comes to `handle` in one of libmicrohttpd's threads; it answers at once, or has the call wait and
 * answers from any thread, or makes a stream of it. Nothing in `handle` may block.
 *
 * A call belongs to http; it lives until it has been answered (a stream: until `gone`), and is not touched afterwards. Whoever
 * has calls waiting answers them, and ends all streams, before http_close.
 */
#ifndef JUYAN_DASHBOARD_HTTP_H
#define JUYAN_DASHBOARD_HTTP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "body.h"
#include "counters.h"
#include "wire.h"

enum {
	HTTP_HEADER_BYTES_MAX = 8 * 1024,
	HTTP_BODY_BYTES_MAX = 64 * 1024,
	HTTP_CONNECTIONS_MAX = 2048,
	HTTP_IDLE_S = 15,
	HTTP_ADDRESS_BYTES = 64
};

struct http;
struct http_call;

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_DELETE, HTTP_OTHER };

/* What was asked; texts are lent until the call is answered, NULL where the header is not there. */
struct http_asked {
	enum http_method method;
	const char *target; /* path, '?', query, as they came */
	const char *host;   /* the Host, or the authority of a target in absolute form, which holds in its place (RFC 9112) */
	unsigned hosts;     /* how often a Host was said */
	unsigned lengths;   /* how often the body's length: a proxy in front might believe another one than we */
	const char *origin;
	const char *fetch_site;
	const char *content_type;
	const char *cookie;
	const char *if_none_match;
	const char *accept_encoding;
	const char *last_event_id;
	const char *authorization;
	struct span body;
	char address[HTTP_ADDRESS_BYTES]; /* who asks; of an IPv6 address its /64 */
};

struct http_answer {
	unsigned status;
	const char *type;     /* Content-Type, for good; NULL: no body */
	struct body *body;    /* taken over, or */
	struct span still;    /* bytes that stay as long as the program */
	const char *encoding; /* Content-Encoding, for good; NULL: none */
	const char *cache;    /* Cache-Control, for good; NULL: no-store */
	const char *allow;    /* Allow, for good; NULL: none */
	unsigned retry_after_s;
	char etag[64];
	char cookie[192];
	char name[128]; /* of a file to be kept; "": shown */
};

enum http_turn { HTTP_ANSWERED, HTTP_LATER };

struct http_options {
	const char *address;           /* a number: "127.0.0.1", "::1", "0.0.0.0" */
	uint16_t port;                 /* 0: any that is free */
	bool loopback;                 /* all come from this machine: no bound for one address but that for all */
	const char *certificate, *key; /* PEM; NULL: no TLS */
	unsigned other_files;          /* which the process may need to have open besides */
	enum http_turn (*handle)(void *user, struct http_call *call);
	void *user;
	struct counters *counters;
};

/* IN_USE: the port is taken. The texts are needed for the call alone. */
enum status http_open(const struct http_options *options, struct http **out, struct reason *why) MUST_USE;
void http_close(struct http **http);
uint16_t http_port(const struct http *http);
unsigned http_connections(const struct http *http);
/* Once a second: shows out who takes too long to ask, or to take what was answered. */
void http_watch(struct http *http);

const struct http_asked *http_asked(const struct http_call *call);

/* In `handle`: returns HTTP_ANSWERED. Takes the body over. */
enum http_turn http_answer(struct http_call *call, const struct http_answer *answer) MUST_USE;
/* In `handle`: from now on http_done may be called, once and from any thread; `handle` returns what this returns. */
enum http_turn http_wait(struct http_call *call) MUST_USE;
void http_done(struct http_call *call, const struct http_answer *answer);

/* A stream of text/event-stream. The source's calls come in libmicrohttpd's threads. */
struct http_source {
	/* How many bytes it has put there; 0: none now, and it has called http_stream_pause; -1: the end. */
	ssize_t (*read)(void *user, char *out, size_t max);
	void (*gone)(void *user); /* the last call */
	void *user;
};

enum http_turn http_stream(struct http_call *call, const struct http_source *source) MUST_USE;
void http_stream_pause(struct http_call *call); /* in `read` */
void http_stream_go(struct http_call *call);    /* from any thread, once after each pause and before `gone` returns */
void http_stream_cut(struct http_call *call);   /* shows the listener out, before `gone` returns */
bool http_stream_there(struct http_call *call); /* whether the listener has not gone meanwhile, before `gone` returns */

#endif
