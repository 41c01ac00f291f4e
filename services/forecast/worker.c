/*
 * Two queues under one mutex: what waits and what is done. A question that is being answered is in neither, so the queues' bound
 * holds for both together.
 */
#include "worker.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "asker.h"
#include "engine.h"
#include "failure.h"

enum {
	LOOK_MS = 5000,
	LOOK_REST = 10, /* times as long as a look took, it rests: a flood of changes costs a tenth of one's time */
	NICE = 10,
	ANSWER_ARENA_BYTES = 2 * DECODE_BYTES_MAX,
	ROOM = WORKER_WAITING_MAX,
	PATH_BYTES = CONFIG_TEXT_BYTES + 32
};

struct queue {
	struct errand errands[ROOM];
	size_t first, n;
};

struct worker {
	const struct service_kit *kit;
	pthread_t thread;
	bool started;
	int done_fd;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	atomic_bool stop; /* set under the mutex; the engine looks at it without */
	/* Under the mutex: */
	size_t away; /* errands that are waiting, being done, or done and not taken */
	struct queue waiting, done;
	/* The thread's own: */
	struct engine *engine;
	struct asker *asker;
	struct arena answered; /* a question and its reply */
	char archive[PATH_BYTES];
	struct log_budget budget;
	int64_t look_ms; /* when the next look is due */
};

static void
put(struct queue *queue, const struct errand *errand)
{
	assert(queue->n < ROOM);
	queue->errands[(queue->first + queue->n++) % ROOM] = *errand;
}

static bool
pull(struct queue *queue, struct errand *out)
{
	if (queue->n == 0)
		return false;
	*out = queue->errands[queue->first];
	queue->first = (queue->first + 1) % ROOM;
	queue->n--;
	return true;
}

static int64_t
now_ms(const struct worker *worker)
{
	return clock_monotonic_ns(&worker->kit->clock) / 1000000;
}

static bool
stopping(const struct worker *worker)
{
	return atomic_load(&worker->stop);
}

static enum status
ask_query(void *user, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	struct worker *worker = user;
	return asker_query(worker->asker, question, out, why);
}

/* ---- errands ---- */

static enum status
answer(struct worker *worker, const struct errand *errand, struct span *out, struct reason *failure)
{
	const ProtobufCMessage *message = NULL;
	const Juyan__V1__ForecastReply *reply = NULL;
	enum status status = wire_unpack(&juyan__v1__forecast_question__descriptor, (struct span){ errand->bytes, errand->n },
	    &worker->answered, &message, failure);
	if (status == STATUS_OK)
		status =
		    engine_answer(worker->engine, (const Juyan__V1__ForecastQuestion *)message, &worker->answered, &reply, failure);
	if (status != STATUS_OK)
		return status;
	status = wire_pack(&reply->base, FRAME_BYTES_MAX, &worker->answered, out);
	return status == STATUS_OK ? status : reason_say(failure, STATUS_TOO_LARGE, "there is no room for the answer");
}

/* The reply takes the question's place; without memory there is none, and the asker's deadline tells him. */
static void
finish(struct worker *worker, struct errand *errand, struct span reply)
{
	uint8_t *bytes = malloc(reply.bytes + 1);
	free(errand->bytes);
	errand->bytes = bytes;
	errand->n = bytes == NULL ? 0 : reply.bytes;
	if (bytes != NULL)
		memcpy(bytes, reply.data, reply.bytes);
	uint64_t one = 1;
	pthread_mutex_lock(&worker->mutex);
	put(&worker->done, errand);
	pthread_mutex_unlock(&worker->mutex);
	ssize_t written = write(worker->done_fd, &one, sizeof one);
	assert(written == (ssize_t)sizeof one);
}

static void
do_errand(struct worker *worker, struct errand *errand)
{
	struct reason failure = { "" };
	struct failure_frame frame;
	struct span reply = { NULL, 0 };
	int64_t since_ms = now_ms(worker);
	arena_reset(&worker->answered);
	enum status status = answer(worker, errand, &reply, &failure);
	if (status != STATUS_OK)
		reply = failure_pack(&juyan__v1__forecast_reply__descriptor, errand->asker.nonce, status, &failure, &frame);
	count(worker->kit->counters, status == STATUS_OK ? COUNTER_questions_answered : COUNTER_questions_failed, 1);
	log_say(worker->kit->log, LOG_DEBUG, "forecast", "answered", "status=%s ms=%" PRId64, status_name(status),
	    now_ms(worker) - since_ms);
	finish(worker, errand, reply);
}

static void
warn(struct worker *worker, const char *event, enum status status, const struct reason *why)
{
	char quoted[LOG_QUOTED_BYTES];
	uint64_t withheld;
	if (log_affords(&worker->budget, &withheld))
		log_say(worker->kit->log, LOG_WARNING, "forecast", event, "status=%s why=%s withheld=%" PRIu64, status_name(status),
		    log_quoted(why->text, quoted), withheld);
}

/* Between errands. What cannot be looked at now is looked at later; who asks meanwhile is told. */
static void
look(struct worker *worker)
{
	struct reason why = { "" }, unkept = { "" };
	bool changed = false;
	int64_t since_ms = now_ms(worker);
	enum status status = engine_refresh(worker->engine, &changed, &unkept, &why);
	int64_t rest_ms = (now_ms(worker) - since_ms) * LOOK_REST;
	worker->look_ms = now_ms(worker) + (rest_ms > LOOK_MS ? rest_ms : LOOK_MS);
	if (status != STATUS_OK && !stopping(worker))
		warn(worker, "not_refreshed", status, &why);
	if (status != STATUS_OK)
		return;
	if (unkept.text[0] != '\0') {
		count(worker->kit->counters, COUNTER_forecasts_unkept, 1);
		warn(worker, "not_kept", STATUS_SYSTEM, &unkept);
	}
	if (!changed)
		return;
	count(worker->kit->counters, COUNTER_forecasts_changed, 1);
	log_say(worker->kit->log, LOG_INFO, "forecast", "forecast_changed", "ms=%" PRId64, now_ms(worker) - since_ms);
}

/* ---- the thread ---- */

/* False: asked to stop. Returns with an errand (`some`), or when it is time to look. */
static bool
wait_for(struct worker *worker, struct errand *errand, bool *some)
{
	struct timespec until;
	int64_t left_ms = worker->look_ms - now_ms(worker);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += left_ms > 0 ? left_ms / 1000 + 1 : 0;
	pthread_mutex_lock(&worker->mutex);
	while (!stopping(worker) && worker->waiting.n == 0 && pthread_cond_timedwait(&worker->changed, &worker->mutex, &until) == 0)
		;
	*some = !stopping(worker) && pull(&worker->waiting, errand);
	bool go_on = !stopping(worker);
	pthread_mutex_unlock(&worker->mutex);
	return go_on;
}

static void *
run(void *user)
{
	struct worker *worker = user;
	struct errand errand;
	bool some;
	pthread_setname_np(pthread_self(), "forecaster");
	setpriority(PRIO_PROCESS, (id_t)gettid(), NICE); /* of this thread, and of those that it starts */
	look(worker);
	while (wait_for(worker, &errand, &some)) {
		if (some)
			do_errand(worker, &errand);
		if (now_ms(worker) >= worker->look_ms) /* also where questions never cease */
			look(worker);
	}
	asker_close(&worker->asker);
	return NULL;
}

/* ---- the face ---- */

static enum status
open_parts(struct worker *worker, struct reason *why)
{
	const struct config *config = worker->kit->config;
	pthread_condattr_t attributes;
	pthread_mutex_init(&worker->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	snprintf(worker->archive, sizeof worker->archive, "%s/forecasts", config->data_dir);
	const struct engine_options options = { .source = { ask_query, worker },
		.clock = worker->kit->clock,
		.archive = worker->archive,
		.keeps = true,
		.stop = &worker->stop,
		.threads = (size_t)config->forecast_threads,
		.seed = (uint64_t)config->forecast_seed,
		.paths = (uint32_t)config->forecast_paths };
	worker->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (worker->done_fd < 0)
		return reason_say(why, STATUS_SYSTEM, "an event descriptor cannot be made");
	if (arena_open(&worker->answered, ANSWER_ARENA_BYTES) != STATUS_OK)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	enum status status = asker_for(worker->kit, &worker->stop, &worker->asker, why);
	return status != STATUS_OK ? status : engine_open(&options, &worker->engine, why);
}

enum status
worker_open(const struct service_kit *kit, struct worker **out, struct reason *why)
{
	struct worker *worker = calloc(1, sizeof *worker);
	if (worker == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	worker->kit = kit;
	worker->done_fd = -1;
	enum status status = open_parts(worker, why);
	if (status == STATUS_OK && pthread_create(&worker->thread, NULL, run, worker) != 0)
		status = reason_say(why, STATUS_SYSTEM, "the thread that makes forecasts cannot be started");
	if (status != STATUS_OK) {
		worker_close(&worker);
		return status;
	}
	worker->started = true;
	*out = worker;
	return STATUS_OK;
}

void
worker_close(struct worker **worker)
{
	struct worker *w = *worker;
	struct errand errand;
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->mutex);
	atomic_store(&w->stop, true);
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->mutex);
	if (w->started)
		pthread_join(w->thread, NULL);
	while (pull(&w->waiting, &errand) || pull(&w->done, &errand))
		free(errand.bytes);
	engine_close(&w->engine);
	asker_close(&w->asker);
	arena_close(&w->answered);
	if (w->done_fd >= 0)
		close(w->done_fd);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->mutex);
	free(w);
	*worker = NULL;
}

enum status
worker_give(struct worker *worker, const struct errand *errand)
{
	enum status status = STATUS_BUSY;
	pthread_mutex_lock(&worker->mutex);
	if (worker->away < ROOM) {
		put(&worker->waiting, errand);
		worker->away++;
		pthread_cond_signal(&worker->changed);
		status = STATUS_OK;
	}
	pthread_mutex_unlock(&worker->mutex);
	return status;
}

bool
worker_take(struct worker *worker, struct errand *out)
{
	uint64_t rung;
	pthread_mutex_lock(&worker->mutex);
	bool some = pull(&worker->done, out);
	if (some)
		worker->away--;
	else if (read(worker->done_fd, &rung, sizeof rung) < 0)
		rung = 0; /* nothing had rung */
	pthread_mutex_unlock(&worker->mutex);
	return some;
}

int
worker_fd(const struct worker *worker)
{
	return worker->done_fd;
}
