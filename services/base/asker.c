/* See asker.h. Each line has a socket, the frame of its last answer, and the arena in which both question and answer lie. */
#include "asker.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "lock.h"

enum { TURN_MS = 100, ANEW_MS = 1000, QUERY_WAIT_MS = 10000, FORECAST_WAIT_MS = 60000, ARENA_BYTES = 3 * DECODE_BYTES_MAX };

struct line {
	const char *name;
	const ProtobufCMessageDescriptor *reply;
	struct bus_socket *socket;
	struct bus_frame frame;
	bool framed;
	struct arena arena;
	uint64_t nonce;
};

struct asker {
	struct asker_options options;
	const struct service_kit *kit; /* of asker_for */
	struct clock clock;
	int64_t end_ms;
	uint64_t lsn;
	struct line lines[ASKER_SERVICES];
};

/* What every reply has, whichever its type. */
struct said {
	uint64_t nonce;
	const Juyan__V1__Failure *failure; /* NULL: it is an answer */
};

static int64_t
now_ms(const struct asker *asker)
{
	return clock_monotonic_ns(&asker->clock) / 1000000;
}

static bool
stopping(const struct asker *asker)
{
	return asker->options.stop != NULL && atomic_load(asker->options.stop);
}

/* ---- the connection ---- */

static enum status
connect_line(struct asker *asker, enum asker_service service, struct reason *why)
{
	struct line *line = &asker->lines[service];
	struct asker_address address = { .endpoint = "" };
	bus_socket_close(&line->socket);
	enum status status = asker->options.find(asker->options.user, service, &address, why);
	bool local = strncmp(address.endpoint, "inproc://", 9) == 0;
	if (status == STATUS_OK)
		status = bus_connect(asker->options.bus, address.endpoint, local ? NULL : &address.keys,
		    local ? NULL : address.server_key, &line->socket, why);
	key_pair_wipe(&address.keys);
	return status;
}

static void
drop_frame(struct line *line)
{
	if (line->framed)
		bus_frame_close(&line->frame);
	line->framed = false;
}

/* A connection that was not there, or was lost, is made anew for the next question. */
static enum status
away(struct asker *asker, struct line *line, struct reason *why)
{
	(void)asker;
	bus_socket_close(&line->socket);
	return reason_say(why, STATUS_TIMEOUT,
	    "the %s service gives no answer in time (is it running, and is this key authorised "
	    "there?)",
	    line->name);
}

/*
 * Nothing is taken until the connection stands, so this tries again, a little later each time. A key that was authorised a moment
 * ago may still be refused, and a socket that was refused stays so: after a while it is made anew.
 */
static enum status
give(struct asker *asker, enum asker_service service, struct span bytes, int64_t until_ms, struct reason *why)
{
	struct line *line = &asker->lines[service];
	int64_t anew_ms = now_ms(asker) + ANEW_MS;
	int wait_ms = 1;
	for (;;) {
		enum status status = line->socket != NULL ? STATUS_OK : connect_line(asker, service, why);
		if (status == STATUS_OK)
			status = bus_give(line->socket, NULL, bytes);
		if (status != STATUS_BUSY)
			return status_consequence(status) == RETRY ? away(asker, line, why) : status;
		if (now_ms(asker) >= until_ms || stopping(asker))
			return away(asker, line, why);
		if (now_ms(asker) >= anew_ms) {
			anew_ms = now_ms(asker) + ANEW_MS;
			bus_socket_close(&line->socket);
			continue;
		}
		status = bus_wait(&line->socket, 1, wait_ms, NULL); /* nothing can come yet: this is a pause */
		if (status != STATUS_OK)
			return status;
		wait_ms = wait_ms * 2 < TURN_MS ? wait_ms * 2 : TURN_MS;
	}
}

/* ---- an answer ---- */

static struct said
said_by(enum asker_service service, const ProtobufCMessage *message)
{
	if (service == ASKER_QUERY) {
		const Juyan__V1__Answer *answer = (const Juyan__V1__Answer *)message;
		bool failed = answer->say_case == JUYAN__V1__ANSWER__SAY_FAILURE;
		return (struct said){ answer->nonce, failed ? answer->failure : NULL };
	}
	const Juyan__V1__ForecastReply *reply = (const Juyan__V1__ForecastReply *)message;
	bool failed = reply->say_case == JUYAN__V1__FORECAST_REPLY__SAY_FAILURE;
	return (struct said){ reply->nonce, failed ? reply->failure : NULL };
}

/* Answers to questions that were given up before may come late: they have another nonce. What could not be read has none. */
static enum status
take(struct asker *asker, enum asker_service service, int64_t until_ms, const ProtobufCMessage **out, struct reason *why)
{
	struct line *line = &asker->lines[service];
	while (now_ms(asker) < until_ms && !stopping(asker)) {
		int64_t left_ms = until_ms - now_ms(asker);
		enum status status = bus_wait(&line->socket, 1, left_ms < TURN_MS ? (int)left_ms : TURN_MS, NULL);
		if (status == STATUS_OK)
			status = bus_take(line->socket, NULL, &line->frame);
		if (status == STATUS_TIMEOUT)
			continue;
		if (status != STATUS_OK)
			return status;
		line->framed = true;
		status = wire_unpack(line->reply, line->frame.bytes, &line->arena, out, why);
		if (status != STATUS_OK)
			return reason_say(why, status, "what answers is not Juyan's %s service", line->name);
		struct said said = said_by(service, *out);
		if (said.nonce == line->nonce || (said.nonce == 0 && said.failure != NULL))
			return STATUS_OK;
		drop_frame(line);
		arena_reset(&line->arena);
	}
	return away(asker, line, why);
}

static enum status
prepare(struct asker *asker, struct line *line, int wait_ms, int64_t *until_ms, struct reason *why)
{
	drop_frame(line);
	if (line->arena.base == NULL && arena_open(&line->arena, ARENA_BYTES) != STATUS_OK)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	arena_reset(&line->arena);
	line->nonce++;
	*until_ms = now_ms(asker) + wait_ms;
	if (asker->end_ms != 0 && asker->end_ms < *until_ms)
		*until_ms = asker->end_ms;
	return STATUS_OK;
}

static enum status
exchange(struct asker *asker, enum asker_service service, const ProtobufCMessage *question, int64_t until_ms,
    const ProtobufCMessage **out, struct reason *why)
{
	struct line *line = &asker->lines[service];
	const ProtobufCMessage *message = NULL;
	struct span bytes;
	enum status status = wire_pack(question, FRAME_BYTES_MAX, &line->arena, &bytes);
	if (status == STATUS_OK)
		status = give(asker, service, bytes, until_ms, why);
	if (status == STATUS_OK)
		status = take(asker, service, until_ms, &message, why);
	if (status != STATUS_OK)
		return status;
	struct said said = said_by(service, message);
	if (said.failure != NULL)
		return failure_status(said.failure, why);
	*out = message;
	return STATUS_OK;
}

/* ---- the face ---- */

enum status
asker_query(struct asker *asker, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	struct line *line = &asker->lines[ASKER_QUERY];
	const ProtobufCMessage *message = NULL;
	int64_t until_ms;
	enum status status = prepare(asker, line, asker->options.wait_ms[ASKER_QUERY], &until_ms, why);
	if (status != STATUS_OK)
		return status;
	question->version = PROTOCOL_VERSION;
	question->nonce = line->nonce;
	status = exchange(asker, ASKER_QUERY, &question->base, until_ms, &message, why);
	if (status != STATUS_OK)
		return status;
	*out = (const Juyan__V1__Answer *)message;
	asker->lsn = asker->lsn == 0 || (*out)->lsn < asker->lsn ? (*out)->lsn : asker->lsn;
	return STATUS_OK;
}

enum status
asker_forecast(struct asker *asker, Juyan__V1__ForecastQuestion *question, const Juyan__V1__ForecastReply **out, struct reason *why)
{
	struct line *line = &asker->lines[ASKER_FORECAST];
	const ProtobufCMessage *message = NULL;
	int64_t until_ms;
	enum status status = prepare(asker, line, asker->options.wait_ms[ASKER_FORECAST], &until_ms, why);
	if (status != STATUS_OK)
		return status;
	question->version = PROTOCOL_VERSION;
	question->nonce = line->nonce;
	status = exchange(asker, ASKER_FORECAST, &question->base, until_ms, &message, why);
	if (status == STATUS_OK)
		*out = (const Juyan__V1__ForecastReply *)message;
	return status;
}

void
asker_set_end(struct asker *asker, int64_t end_ms)
{
	asker->end_ms = end_ms;
	asker->lsn = 0;
}

int64_t
asker_end(const struct asker *asker)
{
	return asker->end_ms;
}

uint64_t
asker_lsn(const struct asker *asker)
{
	return asker->lsn;
}

enum status
asker_open(const struct asker_options *options, struct asker **out, struct reason *why)
{
	struct asker *asker = calloc(1, sizeof *asker);
	if (asker == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	assert(options->bus != NULL && options->find != NULL);
	asker->options = *options;
	asker->clock = clock_system();
	asker->lines[ASKER_QUERY] = (struct line){ .name = "query", .reply = &juyan__v1__answer__descriptor };
	asker->lines[ASKER_FORECAST] = (struct line){ .name = "forecast", .reply = &juyan__v1__forecast_reply__descriptor };
	*out = asker;
	return STATUS_OK;
}

static enum status
find_for(void *user, enum asker_service service, struct asker_address *out, struct reason *why)
{
	const struct asker *asker = user;
	const char *dir = asker->kit->config->data_dir, *name = asker->lines[service].name;
	char path[CONFIG_TEXT_BYTES + 32];
	if (lock_is_ours(dir, name)) {
		snprintf(out->endpoint, sizeof out->endpoint, "inproc://%s", name);
		return STATUS_OK;
	}
	door_ipc(dir, name, out->endpoint);
	memcpy(out->server_key, asker->kit->keys->public_key, PUBLIC_KEY_BYTES);
	snprintf(path, sizeof path, "%s/keys/admin.key", dir);
	return key_pair_load(path, &out->keys, why);
}

enum status
asker_for(const struct service_kit *kit, const atomic_bool *stop, struct asker **out, struct reason *why)
{
	const struct asker_options options = { .bus = kit->bus,
		.find = find_for,
		.wait_ms = { QUERY_WAIT_MS, FORECAST_WAIT_MS },
		.stop = stop };
	struct asker *asker = NULL;
	enum status status = asker_open(&options, &asker, why);
	if (status != STATUS_OK)
		return status;
	asker->kit = kit;
	asker->options.user = asker;
	*out = asker;
	return STATUS_OK;
}

void
asker_close(struct asker **asker)
{
	if (*asker == NULL)
		return;
	for (size_t i = 0; i < ASKER_SERVICES; i++) {
		struct line *line = &(*asker)->lines[i];
		drop_frame(line);
		bus_socket_close(&line->socket);
		arena_close(&line->arena);
	}
	free(*asker);
	*asker = NULL;
}
