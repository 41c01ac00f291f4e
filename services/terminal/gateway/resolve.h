/*
 * A host's addresses, looked up without waiting: a thread of its own asks the resolver, which may take as long as it likes. Who has
 * no more patience drops it, and the thread frees it when it is done. (glibc's getaddrinfo_a has such threads, too, but the
 * thread sanitizer does not know them and falls over.) What was asked belongs to one thread.
 */
#ifndef JUYAN_GATEWAY_RESOLVE_H
#define JUYAN_GATEWAY_RESOLVE_H

#include <netdb.h>
#include <stdbool.h>

#include "status.h"

struct resolve;

/* NO_MEMORY, or SYSTEM where there can be no thread. */
enum status resolve_begin(const char *host, struct resolve **out) MUST_USE;
/*
 * False: it goes on. Else *rc is getaddrinfo's, and *found its addresses where that is 0, lent until resolve_drop.
 */
bool resolve_look(const struct resolve *asked, int *rc, const struct addrinfo **found);
/* Safe on NULL. */
void resolve_drop(struct resolve **asked);

#endif
