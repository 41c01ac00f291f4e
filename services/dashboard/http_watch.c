/* See http_watch.h. */
#include "http_watch.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "clock.h"

/* How long each state may last, in ms; 0: as long as it likes. */
static const int64_t most_ms[] = {
	[HTTP_ASKING] = 20000,       /* from coming, or from the last answer, to the end of the headers */
	[HTTP_SENDING_BODY] = 20000, /* what is asked is small */
	[HTTP_WORKING] = 0,          /* our own deadlines hold */
	[HTTP_TAKING] = 120000,      /* the largest answer over a poor link */
	[HTTP_STREAMING] = 0,        /* events.c sees to them */
};

static int64_t
now_ms(void)
{
	struct clock clock = clock_system();
	return clock_monotonic_ns(&clock) / 1000000;
}

void
http_watch_open(struct http_watch *watch)
{
	*watch = (struct http_watch){ .first = NULL };
	pthread_mutex_init(&watch->mutex, NULL);
}

void
http_watch_close(struct http_watch *watch)
{
	while (watch->first != NULL)
		http_watch_leave(watch, watch->first);
	pthread_mutex_destroy(&watch->mutex);
}

struct http_guest *
http_watch_come(struct http_watch *watch, int fd)
{
	struct http_guest *guest = calloc(1, sizeof *guest);
	if (guest == NULL)
		return NULL;
	*guest = (struct http_guest){ .fd = fd, .state = HTTP_ASKING, .since_ms = now_ms() };
	pthread_mutex_lock(&watch->mutex);
	guest->after = watch->first;
	if (watch->first != NULL)
		watch->first->before = guest;
	watch->first = guest;
	watch->n++;
	pthread_mutex_unlock(&watch->mutex);
	return guest;
}

void
http_watch_leave(struct http_watch *watch, struct http_guest *guest)
{
	pthread_mutex_lock(&watch->mutex);
	if (guest->before != NULL)
		guest->before->after = guest->after;
	else
		watch->first = guest->after;
	if (guest->after != NULL)
		guest->after->before = guest->before;
	watch->n--;
	pthread_mutex_unlock(&watch->mutex);
	free(guest);
}

void
http_watch_state(struct http_watch *watch, struct http_guest *guest, enum http_state state)
{
	pthread_mutex_lock(&watch->mutex);
	guest->state = state;
	guest->since_ms = now_ms();
	pthread_mutex_unlock(&watch->mutex);
}

void
http_watch_let_go(struct http_watch *watch, struct http_guest **place)
{
	pthread_mutex_lock(&watch->mutex);
	*place = NULL;
	pthread_mutex_unlock(&watch->mutex);
}

void
http_watch_cut(struct http_watch *watch, struct http_guest *const *place)
{
	pthread_mutex_lock(&watch->mutex);
	if (*place != NULL)
		shutdown((*place)->fd, SHUT_RDWR);
	pthread_mutex_unlock(&watch->mutex);
}

bool
http_watch_there(struct http_watch *watch, struct http_guest *const *place)
{
	pthread_mutex_lock(&watch->mutex);
	struct pollfd end = { .fd = *place != NULL ? (*place)->fd : -1, .events = POLLRDHUP };
	bool there = *place != NULL && (poll(&end, 1, 0) <= 0 || (end.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0);
	pthread_mutex_unlock(&watch->mutex);
	return there;
}

unsigned
http_watch_look(struct http_watch *watch)
{
	unsigned cut = 0;
	int64_t now = now_ms();
	pthread_mutex_lock(&watch->mutex);
	for (struct http_guest *guest = watch->first; guest != NULL; guest = guest->after) {
		if (most_ms[guest->state] == 0 || now - guest->since_ms < most_ms[guest->state])
			continue;
		shutdown(guest->fd, SHUT_RDWR);
		guest->state = HTTP_WORKING; /* libmicrohttpd closes it: not counted twice */
		cut++;
	}
	pthread_mutex_unlock(&watch->mutex);
	return cut;
}

unsigned
http_watch_count(struct http_watch *watch)
{
	pthread_mutex_lock(&watch->mutex);
	unsigned n = watch->n;
	pthread_mutex_unlock(&watch->mutex);
	return n;
}
