/*
 * Tells a service manager how this process fares, by systemd's notification protocol: datagrams of NAME=value lines to the socket
 * that $NOTIFY_SOCKET names. Own code and not libsystemd's: it is one documented datagram, and the library would bring a
 * dependency of its own to every machine, with a manager or without. One thread; nothing is sent where nobody listens.
 */
#ifndef JUYAN_BASE_NOTIFY_H
#define JUYAN_BASE_NOTIFY_H

#include <stdint.h>

#include "status.h"

struct notify {
	int fd;              /* connected to the manager; -1: there is none */
	int64_t watchdog_ms; /* the longest silence that the manager bears ($WATCHDOG_USEC); 0: it does not watch */
};

/* SETTING for an environment that cannot be. */
enum status notify_open(struct notify *out, struct reason *why) MUST_USE;
/* Lines such as "READY=1\nSTATUS=running". What the manager does not take within a second is lost: there is no one to tell. */
void notify_say(const struct notify *notify, const char *format, ...) __attribute__((format(printf, 2, 3)));
void notify_close(struct notify *notify);

#endif
