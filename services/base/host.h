/*
 * Runs services in one process: a thread for each, one bus, one environment, one ZAP handler, signals taken in the main thread.
 * The context, the threads and the order of closing are the host's; a service sees only its kit.
 */
#ifndef JUYAN_BASE_HOST_H
#define JUYAN_BASE_HOST_H

#include "service.h"

struct host;

/*
 * Blocks SIGINT, SIGTERM and SIGHUP, opens the data folder (locks first: IN_USE "in use by process N" for a service that runs on it already), the server's
 * keys (made at the first start), the bus, auth, and the services in the order given.
 */
enum status host_open(const struct config *config, const struct service *const *services, size_t n, struct log *log,
    struct host **out, struct reason *why) MUST_USE;
/* What a client in this process needs (the demonstration, tests). */
const struct service_kit *host_kit(const struct host *host);
/* The public key that terminals must know, and the endpoints as bound, for the start message. */
const uint8_t *host_server_key(const struct host *host);
/* Until a signal (OK) or a service's STOP (its status). wait_ms < 0: for ever; else TIMEOUT after it. */
enum status host_wait(struct host *host, int wait_ms, struct reason *why) MUST_USE;
/* Asks all to stop, waits for them in road order, closes. */
void host_close(struct host **host);

#endif
