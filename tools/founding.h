/*
 * How a ledger begins: with a registry, as its first events, so that there is no time without one and the journal alone tells
 * all. For `juyan serve`, before the first service opens; a ledger that has anything in it is left alone.
 */
#ifndef JUYAN_TOOLS_FOUNDING_H
#define JUYAN_TOOLS_FOUNDING_H

#include "ledger.h"
#include "service.h"

enum { FOUNDING_TERMINAL_NO = 1 };

/* Makes DIR/keys/admin.key where it is missing, and journals the first events of an empty ledger in one go. `log` may be NULL. */
enum status founding_begin(struct ledger *ledger, const char *dir, int64_t now_ms, struct log *log, struct reason *why) MUST_USE;

/* The same with other records than those that are shipped; they may be more than one event holds. */
enum status founding_with(struct ledger *ledger, const char *dir, int64_t now_ms, const Juyan__V1__RegistryRecord *const *records,
    size_t n, struct reason *why) MUST_USE;

/* A host_prepare. The local administrator of keys/admin.key becomes terminal 1, with every right. */
enum status founding(const struct service_kit *kit, struct reason *why) MUST_USE;

#endif
