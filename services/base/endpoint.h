/* Endpoints as texts, before ZeroMQ sees them. Owns nothing; any thread. */
#ifndef JUYAN_BASE_ENDPOINT_H
#define JUYAN_BASE_ENDPOINT_H

#include <stdbool.h>

#include "status.h"

enum { ENDPOINT_BYTES = 320 };

/* SETTING with a sentence where it is no tcp, ipc or inproc endpoint, or its path is longer than a local socket's may be. */
enum status endpoint_check(const char *endpoint, struct reason *why) MUST_USE;
/* True for inproc: inside this process, without CURVE. */
bool endpoint_is_local(const char *endpoint);
/* True where an IPv6 address stands in brackets. */
bool endpoint_is_ipv6(const char *endpoint);
/* Port 0 is how the rest of the world says what ZeroMQ calls "*". */
void endpoint_to_bind(const char *endpoint, char out[ENDPOINT_BYTES]);

#endif
