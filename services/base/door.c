/* One door for each service: the sockets behind it belong to the service's thread, which opens it in its `open`. */
#include "door.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

const char *
door_ipc(const char *dir, const char *name, char *out)
{
	/* A leading '@' would name an abstract socket, which has no folder that keeps others out. */
	snprintf(out, DOOR_ENDPOINT_BYTES, "ipc://%s%s/run/%s.ipc", dir[0] == '@' ? "./" : "", dir, name);
	return out;
}

static void
announce(const struct service_kit *kit, const char *name, const struct bus_socket *socket, size_t n)
{
	for (size_t i = 0; kit->announce != NULL && i < n; i++)
		kit->announce(kit->announce_user, name, bus_endpoint(socket, i));
}

typedef enum status (*bind_sockets)(struct bus *bus, const char *const *endpoints, size_t n, const struct key_pair *keys,
    struct bus_socket **out, struct reason *why);

static enum status
open_with(bind_sockets bind, const struct service_kit *kit, const char *name, const char *listen, struct door *out,
    struct reason *why)
{
	char ipc[DOOR_ENDPOINT_BYTES], inproc[DOOR_ENDPOINT_BYTES];
	const char *endpoints[CONFIG_LISTEN_MAX + 1] = { door_ipc(kit->config->data_dir, name, ipc) }, *local = inproc;
	struct config_endpoints tcp;
	struct door door = { { NULL } };
	enum status status = config_endpoints(listen, &tcp, why);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < tcp.n; i++)
		endpoints[i + 1] = tcp.text[i];
	snprintf(inproc, sizeof inproc, "inproc://%s", name);
	assert(auth_alive(kit->auth)); /* without it CURVE lets everybody in */
	status = bind(kit->bus, endpoints, tcp.n + 1, kit->keys, &door.sockets[DOOR_CURVE], why);
	if (status == STATUS_OK)
		status = bus_watch(door.sockets[DOOR_CURVE], name, kit->log, kit->counters, why);
	if (status == STATUS_OK)
		status = bind(kit->bus, &local, 1, NULL, &door.sockets[DOOR_LOCAL], why);
	if (status != STATUS_OK) {
		door_close(&door);
		return status;
	}
	announce(kit, name, door.sockets[DOOR_CURVE], tcp.n + 1);
	*out = door;
	return STATUS_OK;
}

enum status
door_open(const struct service_kit *kit, const char *name, const char *listen, struct door *out, struct reason *why)
{
	return open_with(bus_serve, kit, name, listen, out, why);
}

enum status
door_publish(const struct service_kit *kit, const char *name, const char *listen, struct door *out, struct reason *why)
{
	return open_with(bus_publish, kit, name, listen, out, why);
}

void
door_close(struct door *door)
{
	for (size_t i = DOOR_SOCKETS; i-- > 0;)
		bus_socket_close(&door->sockets[i]);
}
