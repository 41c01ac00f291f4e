/* See bench_listeners.h. Of a stream only its lines' beginnings are kept: number, kind, and the empty line that ends both. */
#include "bench_listeners.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench_http.h"
#include "bench_parts.h"

enum { LINE_BYTES = 64, READ_BYTES = 256 * 1024, READY_MAX = 64, WAIT_MS = 30000, HEARINGS_MAX = 2000000 };

struct listener {
	int fd;
	size_t used; /* of its line; what goes beyond is left out */
	char line[LINE_BYTES];
	uint64_t id, heard; /* of what is being told; of the last `live` that has been told */
	bool live;
};

struct bench_listeners {
	pthread_t thread;
	bool runs;
	int poller, stop, reached;
	atomic_ullong wanted; /* the log sequence number of which all shall have heard */
	atomic_bool lost;
	struct listener each[BENCH_LISTENERS];
	struct bench_hearing *hearings;
	size_t n_hearings;
	char *room;
};

/* ---- the listening thread ---- */

static void
note(struct bench_listeners *listeners, struct listener *listener, int64_t now_ns)
{
	listener->heard = listener->id;
	if (listeners->n_hearings < HEARINGS_MAX)
		listeners->hearings[listeners->n_hearings++] =
		    (struct bench_hearing){ (uint32_t)(listener - listeners->each), listener->id, now_ns };
}

static void
end_line(struct bench_listeners *listeners, struct listener *listener, int64_t now_ns)
{
	char *line = listener->line;
	line[listener->used] = '\0';
	listener->used = 0;
	if (strncmp(line, "id: ", 4) == 0)
		listener->id = strtoull(line + 4, NULL, 10);
	if (strncmp(line, "event: ", 7) == 0)
		listener->live = strcmp(line + 7, "live") == 0;
	if (line[0] != '\0')
		return;
	if (listener->live)
		note(listeners, listener, now_ns);
	listener->live = false;
}

static void
take(struct bench_listeners *listeners, struct listener *listener, size_t n, int64_t now_ns)
{
	for (const char *at = listeners->room, *end = at + n; at < end;) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at)), *stop = line_end == NULL ? end : line_end;
		size_t more = (size_t)(stop - at), left = LINE_BYTES - 1 - listener->used;
		memcpy(listener->line + listener->used, at, more < left ? more : left);
		listener->used += more < left ? more : left;
		if (line_end != NULL)
			end_line(listeners, listener, now_ns);
		at = stop + 1;
	}
}

static bool
all_heard(const struct bench_listeners *listeners, uint64_t lsn)
{
	for (size_t i = 0; i < BENCH_LISTENERS; i++)
		if (listeners->each[i].heard < lsn)
			return false;
	return true;
}

static void
say_reached(struct bench_listeners *listeners)
{
	uint64_t wanted = atomic_load(&listeners->wanted);
	if (wanted == 0 || (!all_heard(listeners, wanted) && !atomic_load(&listeners->lost)))
		return;
	atomic_store(&listeners->wanted, 0);
	eventfd_write(listeners->reached, 1);
}

static void *
listen_to_all(void *user)
{
	struct bench_listeners *listeners = user;
	struct epoll_event ready[READY_MAX];
	for (;;) {
		int n = epoll_wait(listeners->poller, ready, READY_MAX, 1000);
		for (int i = 0; i < n; i++) {
			struct listener *listener = ready[i].data.ptr;
			if (listener == NULL)
				return NULL;
			ssize_t bytes = recv(listener->fd, listeners->room, READ_BYTES, MSG_DONTWAIT);
			if (bytes > 0)
				take(listeners, listener, (size_t)bytes, bench_now_ns());
			else if (bytes == 0 || (errno != EAGAIN && errno != EINTR)) {
				atomic_store(&listeners->lost, true);
				epoll_ctl(listeners->poller, EPOLL_CTL_DEL, listener->fd, NULL);
			}
		}
		say_reached(listeners);
	}
}

/* ---- the face ---- */

enum status
bench_listeners_wait(struct bench_listeners *listeners, uint64_t lsn, struct reason *why)
{
	struct pollfd wait = { .fd = listeners->reached, .events = POLLIN };
	eventfd_t count;
	atomic_store(&listeners->wanted, lsn);
	if (poll(&wait, 1, WAIT_MS) <= 0 || eventfd_read(listeners->reached, &count) != 0)
		return reason_say(why, STATUS_TIMEOUT, "not all listeners heard of %" PRIu64 " within %d s", lsn, WAIT_MS / 1000);
	return atomic_load(&listeners->lost) ? reason_say(why, STATUS_CLOSED, "the dashboard has shown a listener out") : STATUS_OK;
}

double
bench_listeners_cpu(const struct bench_listeners *listeners)
{
	clockid_t clock;
	struct timespec time = { 0 };
	if (!listeners->runs || pthread_getcpuclockid(listeners->thread, &clock) != 0 || clock_gettime(clock, &time) != 0)
		return 0;
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static enum status
connect_all(struct bench_listeners *listeners, const char *address, struct reason *why)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < BENCH_LISTENERS && status == STATUS_OK; i++) {
		struct listener *listener = &listeners->each[i];
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = listener };
		/* HTTP/1.1, as browsers speak it: the lengths of its pieces stand in lines of their own and mean nothing here. */
		status = bench_http_ask(address, "/api/v1/events", "Accept: text/event-stream\r\n", &listeners->each[i].fd, why);
		if (status == STATUS_OK && epoll_ctl(listeners->poller, EPOLL_CTL_ADD, listener->fd, &event) != 0)
			status = reason_say(why, STATUS_SYSTEM, "a listener cannot be waited for: %s", strerror(errno));
	}
	return status;
}

static enum status
start(struct bench_listeners *listeners, const char *address, struct reason *why)
{
	struct epoll_event stop = { .events = EPOLLIN, .data.ptr = NULL };
	if (listeners->hearings == NULL || listeners->room == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	if (listeners->poller < 0 || listeners->stop < 0 || listeners->reached < 0 ||
	    epoll_ctl(listeners->poller, EPOLL_CTL_ADD, listeners->stop, &stop) != 0)
		return reason_say(why, STATUS_SYSTEM, "no listeners: %s", strerror(errno));
	enum status status = connect_all(listeners, address, why);
	if (status != STATUS_OK)
		return status;
	listeners->runs = pthread_create(&listeners->thread, NULL, listen_to_all, listeners) == 0;
	return listeners->runs ? bench_listeners_wait(listeners, 1, why)
			       : reason_say(why, STATUS_SYSTEM, "no thread for the listeners");
}

enum status
bench_listeners_open(const char *address, struct bench_listeners **out, struct reason *why)
{
	struct bench_listeners *listeners = calloc(1, sizeof *listeners);
	if (listeners == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t i = 0; i < BENCH_LISTENERS; i++)
		listeners->each[i].fd = -1;
	listeners->poller = epoll_create1(EPOLL_CLOEXEC);
	listeners->stop = eventfd(0, EFD_CLOEXEC);
	listeners->reached = eventfd(0, EFD_CLOEXEC);
	listeners->hearings = malloc(HEARINGS_MAX * sizeof *listeners->hearings);
	listeners->room = malloc(READ_BYTES);
	enum status status = start(listeners, address, why);
	if (status == STATUS_OK)
		*out = listeners;
	else
		bench_listeners_close(&listeners);
	return status;
}

const struct bench_hearing *
bench_listeners_end(struct bench_listeners *listeners, size_t *n)
{
	if (listeners->runs) {
		eventfd_write(listeners->stop, 1);
		pthread_join(listeners->thread, NULL);
	}
	listeners->runs = false;
	*n = listeners->n_hearings;
	return listeners->hearings;
}

void
bench_listeners_close(struct bench_listeners **listeners)
{
	struct bench_listeners *all = *listeners;
	size_t n;
	if (all == NULL)
		return;
	bench_listeners_end(all, &n);
	for (size_t i = 0; i < BENCH_LISTENERS; i++)
		if (all->each[i].fd >= 0)
			close(all->each[i].fd);
	const int own[] = { all->poller, all->stop, all->reached };
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (own[i] >= 0)
			close(own[i]);
	free(all->hearings);
	free(all->room);
	free(all);
	*listeners = NULL;
}
