/*
 * Who may connect: the ZAP handler, a thread of its own with a list of keys in memory. It is started before any CURVE socket is
 * bound, and when it ends the process must end: a CURVE socket without a handler lets everybody in. No disk, no waiting in an
 * answer.
 */
#ifndef JUYAN_BASE_AUTH_H
#define JUYAN_BASE_AUTH_H

#include "bus.h"
#include "counters.h"
#include "log.h"
#include "registry.h"

/* The ZAP domain of a server that hears who speaks; and of one that only speaks, where the right to read is asked at the door. */
#define AUTH_DOMAIN "juyan"
#define AUTH_DOMAIN_READERS "juyan.readers"

struct auth;

enum status auth_open(struct bus *bus, struct log *log, struct counters *counters, struct auth **out, struct reason *why) MUST_USE;
void auth_close(struct auth **auth);
/* Lets in exactly the terminals of this registry that are not revoked. Any thread; takes effect at once for new connections. */
enum status auth_replace(struct auth *auth, const struct registry *registry) MUST_USE;
/* False once the handler has ended without being asked to. */
bool auth_alive(const struct auth *auth);

#endif
