/*
 * Runs services in one process: a thread for each, one bus, one environment, one ZAP handler, signals taken in the main thread.
 * The context, the threads and the order of closing are the host's; a service sees only its kit.
 */
#ifndef JUYAN_BASE_HOST_H
#define JUYAN_BASE_HOST_H

#include "service.h"

struct host;

/*
 * Called once, when all but the services is open and the ledger is held for writing: the place to found an empty ledger. May be
 * NULL. Services that only read are not preceded by it.
 */
typedef enum status (*host_prepare)(const struct service_kit *kit, struct reason *why);

/*
 * Blocks SIGINT, SIGTERM and SIGHUP, opens the data folder (locks first: IN_USE "in use by process N" for a service that runs on it
 * already), the server's keys (made at the first start), the bus, auth, and the services in the order given.
 */
enum status host_open(const struct config *config, const struct service *const *services, size_t n, host_prepare prepare,
    struct log *log, struct host **out, struct reason *why) MUST_USE;
/* What a client in this process needs (the demonstration, tests). */
const struct service_kit *host_kit(const struct host *host);
/* The public key that terminals must know, and the endpoints as bound, for the start message; i from 0, false after the last. */
const uint8_t *host_server_key(const struct host *host);
bool host_endpoint(const struct host *host, size_t i, const char **service, const char **endpoint) MUST_USE;
/* Until a signal (OK) or a service's STOP (its status). wait_ms < 0: for ever; else TIMEOUT after it. */
enum status host_wait(struct host *host, int wait_ms, struct reason *why) MUST_USE;
/* Asks all to stop, waits for them in road order, closes. */
void host_close(struct host **host);

#endif
