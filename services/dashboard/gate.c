/* See gate.h. */
#include "gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAME_BYTES = 256 };

/* "name" or "name:port" of ours; without a port it is the scheme's. One that was set may have a proxy's port. */
static bool
is_ours(const struct gate *gate, const char *host, const char *name, size_t name_bytes, bool set)
{
	if (strncasecmp(host, name, name_bytes) != 0)
		return false;
	const char *port = host + name_bytes;
	if (*port == '\0')
		return gate->port == (gate->tls ? 443 : 80) || set;
	char ours[8];
	snprintf(ours, sizeof ours, ":%u", gate->port);
	return strcmp(port, ours) == 0 || (set && strcmp(port, ":443") == 0);
}

static bool
host_was_set(const struct gate *gate, const char *host)
{
	const char *name = gate->names;
	while (*name != '\0') {
		name += strspn(name, ", ");
		size_t bytes = strcspn(name, ", ");
		if (bytes > 0 && is_ours(gate, host, name, bytes, true))
			return true;
		name += bytes;
	}
	return false;
}

static bool
host_is_ours(const struct gate *gate, const char *host)
{
	static const char *const local[] = { "localhost", "127.0.0.1", "[::1]" };
	for (size_t i = 0; gate->loopback && i < sizeof local / sizeof local[0]; i++)
		if (is_ours(gate, host, local[i], strlen(local[i]), false))
			return true;
	if (gate->loopback && gate->own[0] != '\0' && is_ours(gate, host, gate->own, strlen(gate->own), false))
		return true;
	return host_was_set(gate, host);
}

static bool
origin_is(const char *origin, const char *scheme, const char *host)
{
	char ours[NAME_BYTES];
	int n = snprintf(ours, sizeof ours, "%s://%s", scheme, host);
	return n > 0 && n < (int)sizeof ours && strcasecmp(origin, ours) == 0;
}

/* "https://HOST" with the very Host of the request. The TLS of a name that was set may be the proxy's. */
static bool
origin_is_ours(const struct gate *gate, const struct http_asked *asked)
{
	return origin_is(asked->origin, gate->tls ? "https" : "http", asked->host) ||
	    (!gate->tls && host_was_set(gate, asked->host) && origin_is(asked->origin, "https", asked->host));
}

static unsigned
refuse(unsigned status, struct reason *why, const char *sentence)
{
	reason_write(why, "%s", sentence);
	return status;
}

unsigned
gate_check(const struct gate *gate, const struct http_asked *asked, bool for_programs, struct reason *why)
{
	bool changes = asked->method != HTTP_GET && asked->method != HTTP_HEAD;
	if (asked->hosts != 1 || asked->host == NULL)
		return refuse(400, why, "a request has one Host");
	if (!host_is_ours(gate, asked->host))
		return refuse(421, why,
		    "this service has another name; ask it by an address that it printed at its start, or name it "
		    "in dashboard_names");
	/* A browser says where a request comes from; a program says nothing, and has no cookie that it was not given. */
	bool elsewhere = asked->fetch_site != NULL && strcmp(asked->fetch_site, "same-origin") != 0;
	if (changes && (elsewhere || (asked->origin != NULL && !origin_is_ours(gate, asked))))
		return refuse(403, why, "this request comes from another page");
	if (for_programs && elsewhere && strcmp(asked->fetch_site, "none") != 0)
		return refuse(403, why, "this request comes from another page");
	if (for_programs && asked->origin != NULL && !origin_is_ours(gate, asked))
		return refuse(403, why, "this request comes from another page");
	if (asked->method == HTTP_POST &&
	    (asked->content_type == NULL || strncasecmp(asked->content_type, "application/json", 16) != 0))
		return refuse(415, why, "a body is application/json");
	return 0;
}
