/* See pool.h. Jobs are taken in their order: what takes longest should come first. */
#include "pool.h"

#include <pthread.h>
#include <unistd.h>

#include "engine.h"
#include "stop.h"

struct pool {
	void (*job)(void *user, size_t i);
	void *user;
	size_t n;
	atomic_size_t next;
	const atomic_bool *stop;
};

static void *
work(void *user)
{
	struct pool *pool = user;
	size_t i;
	while (stop_look(pool->stop) == STATUS_OK && (i = atomic_fetch_add(&pool->next, 1)) < pool->n)
		pool->job(pool->user, i);
	return NULL;
}

enum status
pool_run(size_t threads, size_t n, void (*job)(void *user, size_t i), void *user, const atomic_bool *stop)
{
	struct pool pool = { .job = job, .user = user, .n = n, .stop = stop };
	pthread_t others[ENGINE_THREADS_MAX];
	size_t started = 0;
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	if (threads == 0)
		threads = online < 1 ? 1 : (size_t)online;
	threads = threads > ENGINE_THREADS_MAX ? ENGINE_THREADS_MAX : threads;
	/* A thread that cannot be had is no failure: the others do its work. */
	while (started + 1 < threads && started + 1 < n && pthread_create(&others[started], NULL, work, &pool) == 0)
		started++;
	work(&pool);
	while (started > 0)
		pthread_join(others[--started], NULL);
	return stop_look(stop);
}
