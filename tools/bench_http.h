/*
 * Asking the dashboard over HTTP as a program does, for `juyan bench dashboard`: a connection for each request, and each wait has
 * an end. One thread.
 */
#ifndef JUYAN_TOOLS_BENCH_HTTP_H
#define JUYAN_TOOLS_BENCH_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

enum { BENCH_HTTP_WAIT_S = 60 };

/* The body ends with a NUL that is not counted. */
struct bench_body {
	char *text;
	size_t bytes;
};

/* A socket of `address` ("127.0.0.1:4780") that has sent its request for `target`; the caller closes it. */
enum status bench_http_ask(const char *address, const char *target, const char *headers, int *out, struct reason *why) MUST_USE;
/* The whole answer; CONTRADICTION where it is not 200. `packed`: as gzip makes it. The caller closes it. */
enum status bench_http_get(const char *address, const char *target, bool packed, struct bench_body *out,
    struct reason *why) MUST_USE;
void bench_body_close(struct bench_body *body); /* safe on a zeroed one */

#endif
