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

#include "door.h"
#include "engine.h"
#include "failure.h"
#include "lock.h"

enum {
	ASK_WAIT_MS = 10000,
	TURN_MS = 100,
	LOOK_MS = 5000,
	LOOK_REST = 10, /* times as long as a look took, it rests: a flood of changes costs a tenth of one's time */
	NICE = 10,
	ARENA_BYTES = 3 * DECODE_BYTES_MAX,
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
	struct bus_socket *query;
	struct bus_frame frame;
	bool framed;
	uint64_t nonce;
	struct arena asked, answered; /* an answer of query's; a question and its reply */
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

/* ---- asking query ---- */

static int64_t
now_ms(const struct worker *worker)
{
	return clock_monotonic_ns(&worker->kit->clock) / 1000000;
}

/* Inside this process where query runs in it; else over ipc, as the local administrator. */
static enum status
connect_query(struct worker *worker, struct reason *why)
{
	const char *dir = worker->kit->config->data_dir;
	char endpoint[DOOR_ENDPOINT_BYTES], path[PATH_BYTES];
	struct key_pair keys;
	bus_socket_close(&worker->query);
	if (lock_is_ours(dir, "query"))
		return bus_connect(worker->kit->bus, "inproc://query", NULL, NULL, &worker->query, why);
	snprintf(path, sizeof path, "%s/keys/admin.key", dir);
	enum status status = key_pair_load(path, &keys, why);
	if (status == STATUS_OK)
		status = bus_connect(worker->kit->bus, door_ipc(dir, "query", endpoint), &keys, worker->kit->keys->public_key,
		    &worker->query, why);
	key_pair_wipe(&keys);
	return status;
}

static bool
stopping(const struct worker *worker)
{
	return atomic_load(&worker->stop);
}

static void
drop_frame(struct worker *worker)
{
	if (worker->framed)
		bus_frame_close(&worker->frame);
	worker->framed = false;
}

/* A connection that was not there, or was lost, is made anew for the next question. */
static enum status
away(struct worker *worker, struct reason *why)
{
	bus_socket_close(&worker->query);
	return reason_say(why, STATUS_TIMEOUT, "the query service does not answer within %d s (is it running?)",
	    ASK_WAIT_MS / 1000);
}

static enum status
take_answer(struct worker *worker, int64_t until_ms, const Juyan__V1__Answer **out, struct reason *why)
{
	while (now_ms(worker) < until_ms && !stopping(worker)) {
		const ProtobufCMessage *message = NULL;
		enum status status = bus_wait(&worker->query, 1, TURN_MS, NULL);
		if (status == STATUS_OK)
			status = bus_take(worker->query, NULL, &worker->frame);
		if (status == STATUS_TIMEOUT)
			continue;
		if (status != STATUS_OK)
			return status;
		worker->framed = true;
		status = wire_unpack(&juyan__v1__answer__descriptor, worker->frame.bytes, &worker->asked, &message, why);
		if (status != STATUS_OK)
			return status;
		*out = (const Juyan__V1__Answer *)message;
		if ((*out)->nonce == worker->nonce)
			return STATUS_OK;
		drop_frame(worker); /* a late answer to a question that was given up */
		arena_reset(&worker->asked);
	}
	return away(worker, why);
}

static enum status
ask_query(void *user, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	struct worker *worker = user;
	const Juyan__V1__Answer *answer = NULL;
	struct span bytes;
	int64_t until_ms = now_ms(worker) + ASK_WAIT_MS;
	drop_frame(worker);
	arena_reset(&worker->asked);
	question->version = PROTOCOL_VERSION;
	question->nonce = ++worker->nonce;
	enum status status = worker->query != NULL ? STATUS_OK : connect_query(worker, why);
	if (status == STATUS_OK)
		status = wire_pack(&question->base, FRAME_BYTES_MAX, &worker->asked, &bytes);
	if (status == STATUS_OK)
		while ((status = bus_give(worker->query, NULL, bytes)) == STATUS_BUSY && now_ms(worker) < until_ms &&
		    !stopping(worker) && bus_wait(&worker->query, 1, TURN_MS, NULL) == STATUS_OK)
			; /* nothing can come yet: this is a pause */
	if (status_consequence(status) == RETRY)
		return away(worker, why);
	if (status == STATUS_OK)
		status = take_answer(worker, until_ms, &answer, why);
	if (status != STATUS_OK)
		return status;
	if (answer->say_case == JUYAN__V1__ANSWER__SAY_FAILURE)
		return failure_status(answer->failure, why);
	*out = answer;
	return STATUS_OK;
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
	drop_frame(worker);
	bus_socket_close(&worker->query);
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
	if (arena_open(&worker->asked, ARENA_BYTES) != STATUS_OK || arena_open(&worker->answered, ANSWER_ARENA_BYTES) != STATUS_OK)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	return engine_open(&options, &worker->engine, why);
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
	arena_close(&w->asked);
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
