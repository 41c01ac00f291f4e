/* See foresee.h. Either `asker` is open (a forecast service) or `engine` is, which asks through `ask`. */
#include "foresee.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"
#include "asker.h"
#include "engine.h"
#include "failure.h"
#include "lock.h"

enum { ARENA_BYTES = 3 * DECODE_BYTES_MAX, PATIENCE_SECONDS = 2, PATH_BYTES = 512 };

struct foresee {
	struct arena arena;
	uint64_t nonce;
	struct bus *bus;
	struct asker *asker;
	struct tool_address address;
	struct ask *ask;
	struct engine *engine;
	char archive[PATH_BYTES];
};

/* ---- open and close ---- */

static enum status
find(void *user, enum asker_service service, struct asker_address *out, struct reason *why)
{
	const struct foresee *foresee = user;
	(void)service;
	(void)why;
	snprintf(out->endpoint, sizeof out->endpoint, "%s", foresee->address.endpoint);
	out->keys = foresee->address.keys;
	memcpy(out->server_key, foresee->address.server_key, PUBLIC_KEY_BYTES);
	return STATUS_OK;
}

static enum status
open_bus(const struct tool_connection *connection, struct foresee *foresee, struct reason *why)
{
	enum status status = tool_address(connection, "forecast", &foresee->address, why);
	if (status == STATUS_OK)
		status = bus_open(&foresee->bus, why);
	const struct asker_options options = { .bus = foresee->bus,
		.find = find,
		.user = foresee,
		.wait_ms = { [ASKER_FORECAST] = FORESEE_WAIT_MS } };
	return status == STATUS_OK ? asker_open(&options, &foresee->asker, why) : status;
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

void
foresee_close(struct foresee **foresee)
{
	if (*foresee == NULL)
		return;
	engine_close(&(*foresee)->engine);
	ask_close(&(*foresee)->ask);
	asker_close(&(*foresee)->asker);
	bus_close(&(*foresee)->bus);
	arena_close(&(*foresee)->arena);
	key_pair_wipe(&(*foresee)->address.keys);
	free(*foresee);
	*foresee = NULL;
}

/* ---- a question ---- */

/* With where it was asked, for that may be what is wrong. */
static enum status
over_bus(struct foresee *foresee, Juyan__V1__ForecastQuestion *question, const Juyan__V1__ForecastReply **out, struct reason *why)
{
	enum status status = asker_forecast(foresee->asker, question, out, why);
	if (status == STATUS_TIMEOUT)
		return reason_say(why, status, "%.160s: no answer within %d s (is it running, and is this key authorised there?)",
		    foresee->address.endpoint, FORESEE_WAIT_MS / 1000);
	if (status == STATUS_UNDECODABLE)
		return reason_say(why, status,
		    "%.160s: what answers there is not Juyan's forecast service; expected: an endpoint of its forecast_listen",
		    foresee->address.endpoint);
	return status;
}

static enum status
from_engine(struct foresee *foresee, Juyan__V1__ForecastQuestion *question, const Juyan__V1__ForecastReply **out,
    struct reason *why)
{
	const Juyan__V1__ForecastReply *reply = NULL;
	arena_reset(&foresee->arena);
	question->version = PROTOCOL_VERSION;
	question->nonce = ++foresee->nonce;
	enum status status = engine_answer(foresee->engine, question, &foresee->arena, &reply, why);
	if (status != STATUS_OK)
		return status;
	if (reply->say_case == JUYAN__V1__FORECAST_REPLY__SAY_FAILURE)
		return failure_status(reply->failure, why);
	*out = reply;
	return STATUS_OK;
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
	assert((foresee->asker != NULL) != (foresee->engine != NULL));
	const Juyan__V1__ForecastReply *reply = NULL;
	struct patience patience;
	patience_begin(&patience);
	enum status status =
	    foresee->asker != NULL ? over_bus(foresee, question, &reply, why) : from_engine(foresee, question, &reply, why);
	patience_end(&patience);
	if (status == STATUS_OK)
		*out = reply;
	return status;
}
