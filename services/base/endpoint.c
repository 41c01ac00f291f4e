/* Checks on endpoints: see endpoint.h. Pure functions. */
#include "endpoint.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static bool
starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Behind the last colon: 0 to 65535, or '*' for any. ZeroMQ takes 99999 and quietly listens on another port. */
static bool
port_is_right(const char *endpoint)
{
	const char *port = strrchr(endpoint, ':') + 1;
	size_t digits = strspn(port, "0123456789");
	if (strcmp(port, "*") == 0)
		return true;
	return digits >= 1 && digits <= 5 && port[digits] == '\0' && strtol(port, NULL, 10) <= UINT16_MAX;
}

enum status
endpoint_check(const char *endpoint, struct reason *why)
{
	struct sockaddr_un address;
	if (strlen(endpoint) >= ENDPOINT_BYTES)
		return reason_say(why, STATUS_SETTING, "%.64s…: an endpoint has less than %d bytes", endpoint, ENDPOINT_BYTES);
	if (starts(endpoint, "ipc://") && strlen(endpoint) - strlen("ipc://") >= sizeof address.sun_path)
		return reason_say(why, STATUS_SETTING,
		    "%.100s…: the path of a local socket has less than %zu bytes; a shorter data folder (or a relative path) helps",
		    endpoint, sizeof address.sun_path);
	if (!starts(endpoint, "tcp://") && !starts(endpoint, "ipc://") && !starts(endpoint, "inproc://"))
		return reason_say(why, STATUS_SETTING, "'%.64s' is no endpoint; expected: tcp://ADDRESS:PORT or ipc://PATH",
		    endpoint);
	if (starts(endpoint, "tcp://") && !port_is_right(endpoint))
		return reason_say(why, STATUS_SETTING, "'%.64s': expected: a port from 0 to 65535 behind the last colon", endpoint);
	return STATUS_OK;
}

bool
endpoint_is_local(const char *endpoint)
{
	return starts(endpoint, "inproc://");
}

bool
endpoint_is_ipv6(const char *endpoint)
{
	return starts(endpoint, "tcp://[");
}

void
endpoint_to_bind(const char *endpoint, char out[ENDPOINT_BYTES])
{
	size_t bytes = strlen(endpoint);
	bool zero = starts(endpoint, "tcp://") && bytes > 2 && strcmp(endpoint + bytes - 2, ":0") == 0;
	snprintf(out, ENDPOINT_BYTES, "%.*s%s", (int)(zero ? bytes - 1 : bytes), endpoint, zero ? "*" : "");
}
