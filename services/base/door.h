/*
 * Where a service of this house listens: one server socket with CURVE on DIR/run/NAME.ipc and on the configured tcp endpoints, and
 * one on inproc://NAME for its own process. The service owns the door and uses it in its thread.
 */
#ifndef JUYAN_BASE_DOOR_H
#define JUYAN_BASE_DOOR_H

#include "service.h"

enum { DOOR_CURVE, DOOR_LOCAL, DOOR_SOCKETS };

struct door {
	struct bus_socket *sockets[DOOR_SOCKETS]; /* for bus_wait, bus_take and bus_give */
};

/* `listen` is a list as config_endpoints reads it. Announces each endpoint. On failure *out is untouched. */
enum status door_open(const struct service_kit *kit, const char *name, const char *listen, struct door *out,
    struct reason *why) MUST_USE;
/* The same for a service that tells news (bus_publish): every giving is for both sockets. */
enum status door_publish(const struct service_kit *kit, const char *name, const char *listen, struct door *out,
    struct reason *why) MUST_USE;
void door_close(struct door *door); /* safe on a zeroed one */

enum { DOOR_ENDPOINT_BYTES = 320 };
/* "ipc://DIR/run/NAME.ipc", as servers bind it and clients connect to it; `out` holds DOOR_ENDPOINT_BYTES. */
const char *door_ipc(const char *dir, const char *name, char *out);

#endif
