/* See resolve.h. Whoever comes second, the thread that is done or the one that has dropped it, frees. */
#include "resolve.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum stage { ASKING, DONE, DROPPED };

struct resolve {
	atomic_int stage;
	int rc;
	struct addrinfo *found;
	char host[];
};

static void
forget(struct resolve *asked)
{
	if (asked->found != NULL)
		freeaddrinfo(asked->found);
	free(asked);
}

static void *
ask(void *given)
{
	struct resolve *asked = given;
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	asked->rc = getaddrinfo(asked->host, NULL, &hints, &asked->found);
	if (atomic_exchange(&asked->stage, DONE) == DROPPED)
		forget(asked);
	return NULL;
}

enum status
resolve_begin(const char *host, struct resolve **out)
{
	pthread_t thread;
	size_t bytes = strlen(host) + 1;
	struct resolve *asked = calloc(1, sizeof *asked + bytes);
	if (asked == NULL)
		return STATUS_NO_MEMORY;
	memcpy(asked->host, host, bytes);
	if (pthread_create(&thread, NULL, ask, asked) != 0) {
		free(asked);
		return STATUS_SYSTEM;
	}
	pthread_detach(thread);
	*out = asked;
	return STATUS_OK;
}

bool
resolve_look(const struct resolve *asked, int *rc, const struct addrinfo **found)
{
	if (atomic_load(&asked->stage) != DONE)
		return false;
	*rc = asked->rc;
	*found = asked->found;
	return true;
}

void
resolve_drop(struct resolve **asked)
{
	if (*asked != NULL && atomic_exchange(&(*asked)->stage, DROPPED) == DONE)
		forget(*asked);
	*asked = NULL;
}
