/*
 * How often one may try a password. TRIES_FREE failures cost nothing, each further one doubles the pause before the next try: up to
 * TRIES_ACCOUNT_S for an account (whoever knows a name shall not be able to shut its owner out for long) and TRIES_ADDRESS_S
 * for an address. An hour without a failure forgets them. What is tried during a pause is refused and not looked at. Pure but
 * for its table; any thread.
 */
#ifndef JUYAN_DASHBOARD_TRIES_H
#define JUYAN_DASHBOARD_TRIES_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"

enum { TRIES_FREE = 4, TRIES_ACCOUNT_S = 30, TRIES_ADDRESS_S = 15 * 60, TRIES_FORGET_S = 60 * 60, TRIES_KEPT = 1024 };

struct tries;

enum status tries_open(struct tries **out, struct reason *why) MUST_USE;
void tries_close(struct tries **tries);

/*
 * Seconds to wait before the next try; 0: go on, and the try counts as failed until tries_right says otherwise (so that many at
 * once do not all go on).
 */
unsigned tries_begin(struct tries *tries, const char *account, const char *address, int64_t now_s);
void tries_right(struct tries *tries, const char *account, const char *address);

#endif
