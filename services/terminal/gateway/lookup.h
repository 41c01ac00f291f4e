/*
 * A host's addresses, looked up without waiting: a thread of its own asks the resolver, which may take as long as it likes. Who has
 * no more patience drops the lookup, and the thread frees it when it is done. (glibc's getaddrinfo_a has such threads, too, but the
 * thread sanitizer does not know them and falls over.) A lookup belongs to one thread.
 */
#ifndef JUYAN_GATEWAY_LOOKUP_H
#define JUYAN_GATEWAY_LOOKUP_H

#include <netdb.h>
#include <stdbool.h>

#include "status.h"

struct lookup;

/* NO_MEMORY, or SYSTEM where there can be no thread. */
enum status lookup_begin(const char *host, struct lookup **out) MUST_USE;
/*
 * False: it goes on. Else *rc is getaddrinfo's, and *found its addresses where that is 0, lent until lookup_drop.
 */
bool lookup_look(const struct lookup *lookup, int *rc, const struct addrinfo **found);
/* Safe on NULL. */
void lookup_drop(struct lookup **lookup);

#endif
