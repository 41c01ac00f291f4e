/* See lookup.h. Whoever comes second, the thread that is done or the one that has dropped it, frees. */
#include "lookup.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum stage { ASKING, DONE, DROPPED };

struct lookup {
	atomic_int stage;
	int rc;
	struct addrinfo *found;
	char host[];
};

static void
forget(struct lookup *lookup)
{
	if (lookup->found != NULL)
		freeaddrinfo(lookup->found);
	free(lookup);
}

static void *
ask(void *given)
{
	struct lookup *lookup = given;
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	lookup->rc = getaddrinfo(lookup->host, NULL, &hints, &lookup->found);
	if (atomic_exchange(&lookup->stage, DONE) == DROPPED)
		forget(lookup);
	return NULL;
}

enum status
lookup_begin(const char *host, struct lookup **out)
{
	pthread_t thread;
	size_t bytes = strlen(host) + 1;
	struct lookup *lookup = calloc(1, sizeof *lookup + bytes);
	if (lookup == NULL)
		return STATUS_NO_MEMORY;
	memcpy(lookup->host, host, bytes);
	if (pthread_create(&thread, NULL, ask, lookup) != 0) {
		free(lookup);
		return STATUS_SYSTEM;
	}
	pthread_detach(thread);
	*out = lookup;
	return STATUS_OK;
}

bool
lookup_look(const struct lookup *lookup, int *rc, const struct addrinfo **found)
{
	if (atomic_load(&lookup->stage) != DONE)
		return false;
	*rc = lookup->rc;
	*found = lookup->found;
	return true;
}

void
lookup_drop(struct lookup **lookup)
{
	if (*lookup != NULL && atomic_exchange(&(*lookup)->stage, DROPPED) == DONE)
		forget(*lookup);
	*lookup = NULL;
}
