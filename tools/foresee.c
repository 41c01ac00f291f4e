/* See foresee.h. Either `socket` is open (a forecast service) or `engine` is, which asks through `ask`. */
#include "foresee.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"
#include "bus.h"
#include "engine.h"
#include "failure.h"
#include "lock.h"

enum { ARENA_BYTES = 3 * DECODE_BYTES_MAX, TURN_MS = 100, ANEW_MS = 1000, PATIENCE_SECONDS = 2, PATH_BYTES = 512 };

struct foresee {
	struct arena arena;
	uint64_t nonce;
	struct bus *bus;
	struct bus_socket *socket;
	struct bus_frame frame; /* of the last reply */
	bool framed;
	struct tool_address address;
	struct ask *ask;
	struct engine *engine;
	char archive[PATH_BYTES];
};

static int64_t
now_ms(void)
{
	struct clock clock = clock_system();
	return clock_monotonic_ns(&clock) / 1000000;
}

/* ---- open and close ---- */

static enum status
connect_to(struct foresee *foresee, struct reason *why)
{
	bus_socket_close(&foresee->socket);
	return bus_connect(foresee->bus, foresee->address.endpoint, &foresee->address.keys, foresee->address.server_key,
	    &foresee->socket, why);
}

static enum status
open_bus(const struct tool_connection *connection, struct foresee *foresee, struct reason *why)
{
	enum status status = tool_address(connection, "forecast", &foresee->address, why);
	if (status == STATUS_OK)
		status = bus_open(&foresee->bus, why);
	return status == STATUS_OK ? connect_to(foresee, why) : status;
}

static enum status
ask_ledger(void *user, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	return ask_question(user, question, out, why);
}

static enum status
open_engine(const struct tool_connection *connection, struct foresee *foresee, struct reason *why)
{
	struct engine_options options = { .clock = clock_system() };
	snprintf(foresee->archive, sizeof foresee->archive, "%s/forecasts", tool_data(connection->data));
	enum status status = ask_open(connection, &foresee->ask, why);
	if (status != STATUS_OK)
		return status;
	options.source = (struct engine_source){ ask_ledger, foresee->ask };
	options.archive = foresee->archive;
	return engine_open(&options, &foresee->engine, why);
}

enum status
foresee_open(const struct tool_connection *connection, struct foresee **out, struct reason *why)
{
	struct foresee *foresee = calloc(1, sizeof *foresee);
	if (foresee == NULL || arena_open(&foresee->arena, ARENA_BYTES) != STATUS_OK) {
		free(foresee);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	bool service = connection->connect != NULL || lock_held(tool_data(connection->data), "forecast");
	enum status status = service ? open_bus(connection, foresee, why) : open_engine(connection, foresee, why);
	if (status != STATUS_OK) {
		foresee_close(&foresee);
		return status;
	}
	*out = foresee;
	return STATUS_OK;
}

static void
drop_frame(struct foresee *foresee)
{
	if (foresee->framed)
		bus_frame_close(&foresee->frame);
	foresee->framed = false;
}

void
foresee_close(struct foresee **foresee)
{
	if (*foresee == NULL)
		return;
	drop_frame(*foresee);
	engine_close(&(*foresee)->engine);
	ask_close(&(*foresee)->ask);
	bus_socket_close(&(*foresee)->socket);
	bus_close(&(*foresee)->bus);
	arena_close(&(*foresee)->arena);
	key_pair_wipe(&(*foresee)->address.keys);
	free(*foresee);
	*foresee = NULL;
}

/* ---- a question ---- */

static enum status
away(const struct foresee *foresee, struct reason *why)
{
	return reason_say(why, STATUS_TIMEOUT, "%.160s: no answer within %d s (is it running, and is this key authorised there?)",
	    foresee->address.endpoint, FORESEE_WAIT_MS / 1000);
}

/* As ask.c: nothing is taken until the connection stands, and a socket that was refused is made anew after a while. */
static enum status
give(struct foresee *foresee, struct span bytes, int64_t until_ms, struct reason *why)
{
	int64_t anew_ms = now_ms() + ANEW_MS;
	int wait_ms = 1;
	for (;;) {
		enum status status = bus_give(foresee->socket, NULL, bytes);
		if (status != STATUS_BUSY)
			return status;
		if (now_ms() >= until_ms)
			return away(foresee, why);
		if (now_ms() >= anew_ms) {
			anew_ms = now_ms() + ANEW_MS;
			status = connect_to(foresee, why);
		} else {
			status = bus_wait(&foresee->socket, 1, wait_ms, NULL); /* nothing can come yet: this is a pause */
			wait_ms = wait_ms * 2 < TURN_MS ? wait_ms * 2 : TURN_MS;
		}
		if (status != STATUS_OK && status != STATUS_BUSY)
			return status;
	}
}

static enum status
unpack(struct foresee *foresee, const Juyan__V1__ForecastReply **out, struct reason *why)
{
	const ProtobufCMessage *message = NULL;
	enum status status =
	    wire_unpack(&juyan__v1__forecast_reply__descriptor, foresee->frame.bytes, &foresee->arena, &message, why);
	if (status != STATUS_OK)
		return reason_say(why, status,
		    "%.160s: what answers there is not Juyan's forecast service; expected: an endpoint of its forecast_listen",
		    foresee->address.endpoint);
	*out = (const Juyan__V1__ForecastReply *)message;
	return STATUS_OK;
}

/* Replies to questions that were given up before may come late: they have another nonce. */
static enum status
take(struct foresee *foresee, int64_t until_ms, const Juyan__V1__ForecastReply **out, struct reason *why)
{
	while (now_ms() < until_ms) {
		const Juyan__V1__ForecastReply *reply = NULL;
		enum status status = bus_wait(&foresee->socket, 1, TURN_MS, NULL);
		if (status == STATUS_OK)
			status = bus_take(foresee->socket, NULL, &foresee->frame);
		if (status == STATUS_TIMEOUT)
			continue;
		if (status != STATUS_OK)
			return status;
		foresee->framed = true;
		status = unpack(foresee, &reply, why);
		if (status != STATUS_OK)
			return status;
		bool failed = reply->say_case == JUYAN__V1__FORECAST_REPLY__SAY_FAILURE;
		if (reply->nonce == foresee->nonce || (reply->nonce == 0 && failed)) {
			*out = reply;
			return STATUS_OK;
		}
		drop_frame(foresee);
		arena_reset(&foresee->arena);
	}
	return away(foresee, why);
}

static enum status
over_bus(struct foresee *foresee, const Juyan__V1__ForecastQuestion *question, const Juyan__V1__ForecastReply **out,
    struct reason *why)
{
	struct span bytes;
	int64_t until_ms = now_ms() + FORESEE_WAIT_MS;
	enum status status = wire_pack(&question->base, FRAME_BYTES_MAX, &foresee->arena, &bytes);
	if (status == STATUS_OK)
		status = give(foresee, bytes, until_ms, why);
	if (status == STATUS_OK)
		status = take(foresee, until_ms, out, why);
	return status;
}

/* ---- a line for who waits ---- */

struct patience {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	pthread_t thread;
	bool started, over;
};

/* Says once that it takes long, and takes that back in the end. */
static void *
wait_and_say(void *user)
{
	struct patience *patience = user;
	struct timespec until;
	bool said = false;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_SECONDS;
	pthread_mutex_lock(&patience->mutex);
	while (!patience->over) {
		if (said) {
			pthread_cond_wait(&patience->changed, &patience->mutex);
		} else if (pthread_cond_timedwait(&patience->changed, &patience->mutex, &until) == ETIMEDOUT) {
			fputs("forecasting …", stderr);
			said = true;
		}
	}
	pthread_mutex_unlock(&patience->mutex);
	if (said)
		fputs("\r\033[K", stderr);
	return NULL;
}

/* Programs see nothing of it. */
static void
patience_begin(struct patience *patience)
{
	*patience = (struct patience){ .started = false };
	if (!isatty(STDERR_FILENO))
		return;
	pthread_mutex_init(&patience->mutex, NULL);
	pthread_cond_init(&patience->changed, NULL);
	patience->started = pthread_create(&patience->thread, NULL, wait_and_say, patience) == 0;
}

static void
patience_end(struct patience *patience)
{
	if (!patience->started)
		return;
	pthread_mutex_lock(&patience->mutex);
	patience->over = true;
	pthread_cond_signal(&patience->changed);
	pthread_mutex_unlock(&patience->mutex);
	pthread_join(patience->thread, NULL);
}

enum status
foresee_question(struct foresee *foresee, Juyan__V1__ForecastQuestion *question, const Juyan__V1__ForecastReply **out,
    struct reason *why)
{
	assert((foresee->socket != NULL) != (foresee->engine != NULL));
	const Juyan__V1__ForecastReply *reply = NULL;
	drop_frame(foresee);
	arena_reset(&foresee->arena);
	question->version = PROTOCOL_VERSION;
	question->nonce = ++foresee->nonce;
	struct patience patience;
	patience_begin(&patience);
	enum status status = foresee->socket != NULL ? over_bus(foresee, question, &reply, why)
						     : engine_answer(foresee->engine, question, &foresee->arena, &reply, why);
	patience_end(&patience);
	if (status != STATUS_OK)
		return status;
	if (reply->say_case == JUYAN__V1__FORECAST_REPLY__SAY_FAILURE)
		return failure_status(reply->failure, why);
	*out = reply;
	return STATUS_OK;
}
