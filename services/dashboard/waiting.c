/* See waiting.h. */
#include "waiting.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "easel.h"

struct errand {
	struct http_call *call;
	struct request *request;
	int64_t until_ms;
};

struct waiting {
	struct waiting_options options;
	struct easel *easel;
	pthread_t thread;
	bool started;
	atomic_bool hurry; /* an answer that is being asked for is given up */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool stop; /* these under the mutex */
	size_t first, n;
	struct errand errands[WAITING_MAX];
};

void
request_free(struct request *request)
{
	if (request == NULL)
		return;
	json_decref(request->body);
	sodium_memzero(request->token, sizeof request->token);
	free(request);
}

static int64_t
now_ms(const struct waiting *waiting)
{
	return clock_monotonic_ns(&waiting->options.kit->clock) / 1000000;
}

static void
turn_away(struct waiting *waiting, struct http_call *call, const char *sentence)
{
	struct problem problem = { .status = 503, .retry_after_s = 2 };
	reason_write(&problem.detail, "%s", sentence);
	struct http_answer answer = problem_answer(&problem);
	count(waiting->options.kit->counters, COUNTER_requests_busy, 1);
	http_done(call, &answer);
}

/* False: asked to stop. */
static bool
next(struct waiting *waiting, struct errand *out)
{
	pthread_mutex_lock(&waiting->mutex);
	while (!waiting->stop && waiting->n == 0)
		pthread_cond_wait(&waiting->changed, &waiting->mutex);
	bool go_on = !waiting->stop;
	if (go_on) {
		*out = waiting->errands[waiting->first];
		waiting->first = (waiting->first + 1) % WAITING_MAX;
		waiting->n--;
	}
	pthread_mutex_unlock(&waiting->mutex);
	return go_on;
}

static void *
run(void *user)
{
	struct waiting *waiting = user;
	struct errand errand;
	pthread_setname_np(pthread_self(), waiting->options.name);
	while (next(waiting, &errand)) {
		struct http_answer answer = { .status = 500 };
		if (now_ms(waiting) >= errand.until_ms) {
			turn_away(waiting, errand.call, "it was not this request's turn in time; try again");
		} else {
			asker_set_end(waiting->easel->asker, errand.until_ms);
			waiting->options.work(waiting->options.user, waiting->easel, errand.request, &answer);
			http_done(errand.call, &answer);
		}
		request_free(errand.request);
	}
	easel_close(&waiting->easel);
	return NULL;
}

enum status
waiting_open(const struct waiting_options *options, struct waiting **out, struct reason *why)
{
	struct waiting *waiting = calloc(1, sizeof *waiting);
	if (waiting == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	assert(options->room > 0 && options->room <= WAITING_MAX);
	waiting->options = *options;
	pthread_mutex_init(&waiting->mutex, NULL);
	pthread_cond_init(&waiting->changed, NULL);
	enum status status = easel_open(options->kit, &waiting->hurry, &waiting->easel, why);
	if (status == STATUS_OK && pthread_create(&waiting->thread, NULL, run, waiting) != 0)
		status = reason_say(why, STATUS_SYSTEM, "a thread cannot be started");
	if (status != STATUS_OK) {
		waiting_close(&waiting);
		return status;
	}
	waiting->started = true;
	*out = waiting;
	return STATUS_OK;
}

enum http_turn
waiting_put(struct waiting *waiting, struct http_call *call, struct request *request)
{
	enum http_turn turn = http_wait(call);
	pthread_mutex_lock(&waiting->mutex);
	bool room = !waiting->stop && waiting->n < waiting->options.room;
	if (room) {
		waiting->errands[(waiting->first + waiting->n++) % WAITING_MAX] =
		    (struct errand){ call, request, now_ms(waiting) + waiting->options.deadline_ms };
		pthread_cond_signal(&waiting->changed);
	}
	pthread_mutex_unlock(&waiting->mutex);
	if (!room) {
		turn_away(waiting, call, "too many requests are waiting; try again");
		request_free(request);
	}
	return turn;
}

size_t
waiting_count(struct waiting *waiting)
{
	pthread_mutex_lock(&waiting->mutex);
	size_t n = waiting->n;
	pthread_mutex_unlock(&waiting->mutex);
	return n;
}

void
waiting_stop(struct waiting *waiting)
{
	if (waiting == NULL)
		return;
	pthread_mutex_lock(&waiting->mutex);
	waiting->stop = true;
	atomic_store(&waiting->hurry, true);
	pthread_cond_signal(&waiting->changed);
	pthread_mutex_unlock(&waiting->mutex);
	if (waiting->started)
		pthread_join(waiting->thread, NULL);
	waiting->started = false;
	for (; waiting->n > 0; waiting->n--, waiting->first = (waiting->first + 1) % WAITING_MAX) {
		turn_away(waiting, waiting->errands[waiting->first].call, "the service stops");
		request_free(waiting->errands[waiting->first].request);
	}
}

void
waiting_close(struct waiting **waiting)
{
	if (*waiting == NULL)
		return;
	waiting_stop(*waiting);
	easel_close(&(*waiting)->easel);
	pthread_cond_destroy(&(*waiting)->changed);
	pthread_mutex_destroy(&(*waiting)->mutex);
	free(*waiting);
	*waiting = NULL;
}
