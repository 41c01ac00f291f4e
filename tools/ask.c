/* See ask.h. Either `socket` is open (over the bus) or `reader` is (straight from the ledger). */
#include "ask.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "bus.h"
#include "failure.h"
#include "ledger.h"
#include "lock.h"

enum { ARENA_BYTES = 2 * DECODE_BYTES_MAX, TURN_MS = 100, ANEW_MS = 1000 };

struct ask {
	struct arena arena;
	uint64_t nonce;
	struct bus *bus;
	struct bus_socket *socket;
	struct bus_frame frame; /* of the last answer */
	bool framed;
	struct tool_address address;
	struct env *env;
	struct reader *reader;
};

static int64_t
now_ms(void)
{
	struct clock clock = clock_system();
	return clock_monotonic_ns(&clock) / 1000000;
}

/* ---- open and close ---- */

static enum status
connect_to(struct ask *ask, struct reason *why)
{
	bus_socket_close(&ask->socket);
	return bus_connect(ask->bus, ask->address.endpoint, &ask->address.keys, ask->address.server_key, &ask->socket, why);
}

static enum status
open_bus(const struct tool_connection *connection, struct ask *ask, struct reason *why)
{
	struct tool_connection asked = *connection;
	if (connection->connect != NULL && connection->ask != NULL)
		asked = (struct tool_connection){ .connect = connection->ask,
			.server_key = connection->server_key,
			.key = connection->key };
	enum status status = tool_address(&asked, "query", &ask->address, why);
	if (status == STATUS_OK)
		status = bus_open(&ask->bus, why);
	return status == STATUS_OK ? connect_to(ask, why) : status;
}

static enum status
open_ledger(const char *data, struct ask *ask, struct reason *why)
{
	const struct env_options options = { .dir = data, .readonly = true };
	enum status status = env_open(&options, &ask->env, why);
	return status == STATUS_OK ? reader_open(ask->env, &ask->reader, why) : status;
}

enum status
ask_open(const struct tool_connection *connection, struct ask **out, struct reason *why)
{
	const char *data = tool_data(connection->data);
	struct ask *ask = calloc(1, sizeof *ask);
	if (ask == NULL || arena_open(&ask->arena, ARENA_BYTES) != STATUS_OK) {
		free(ask);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	enum status status =
	    connection->connect != NULL || lock_held(data, "query") ? open_bus(connection, ask, why) : open_ledger(data, ask, why);
	if (status != STATUS_OK) {
		ask_close(&ask);
		return status;
	}
	*out = ask;
	return STATUS_OK;
}

static void
drop_frame(struct ask *ask)
{
	if (ask->framed)
		bus_frame_close(&ask->frame);
	ask->framed = false;
}

void
ask_close(struct ask **ask)
{
	if (*ask == NULL)
		return;
	drop_frame(*ask);
	bus_socket_close(&(*ask)->socket);
	bus_close(&(*ask)->bus);
	reader_close(&(*ask)->reader);
	env_close(&(*ask)->env);
	arena_close(&(*ask)->arena);
	key_pair_wipe(&(*ask)->address.keys);
	free(*ask);
	*ask = NULL;
}

/* ---- a question ---- */

static enum status
away(const struct ask *ask, struct reason *why)
{
	return reason_say(why, STATUS_TIMEOUT, "%.160s: no answer within %d s (is it running, and is this key authorised there?)",
	    ask->address.endpoint, ASK_WAIT_MS / 1000);
}

/*
 * Nothing is taken until the connection stands, so this tries again, a little later each time. A key that was authorised a
 * moment ago may still be refused, and a socket that was refused stays so: after a while it is made anew.
 */
static enum status
give(struct ask *ask, struct span bytes, int64_t until_ms, struct reason *why)
{
	int64_t anew_ms = now_ms() + ANEW_MS;
	int wait_ms = 1;
	for (;;) {
		enum status status = bus_give(ask->socket, NULL, bytes);
		if (status != STATUS_BUSY)
			return status;
		if (now_ms() >= until_ms)
			return away(ask, why);
		if (now_ms() >= anew_ms) {
			anew_ms = now_ms() + ANEW_MS;
			status = connect_to(ask, why);
		} else {
			status = bus_wait(&ask->socket, 1, wait_ms, NULL); /* nothing can come yet: this is a pause */
			wait_ms = wait_ms * 2 < TURN_MS ? wait_ms * 2 : TURN_MS;
		}
		if (status != STATUS_OK && status != STATUS_BUSY)
			return status;
	}
}

/* Answers to questions that were given up before may come late: they have another nonce. */
static enum status
take(struct ask *ask, int64_t until_ms, const Juyan__V1__Answer **out, struct reason *why)
{
	while (now_ms() < until_ms) {
		enum status status = bus_wait(&ask->socket, 1, TURN_MS, NULL);
		if (status != STATUS_OK)
			return status;
		status = bus_take(ask->socket, NULL, &ask->frame);
		if (status == STATUS_TIMEOUT)
			continue;
		if (status != STATUS_OK)
			return status;
		ask->framed = true;
		const ProtobufCMessage *message = NULL;
		status = wire_unpack(&juyan__v1__answer__descriptor, ask->frame.bytes, &ask->arena, &message, why);
		if (status != STATUS_OK)
			return reason_say(why, status,
			    "%.160s: what answers there is not Juyan's query service; expected: an endpoint of its query_listen",
			    ask->address.endpoint);
		const Juyan__V1__Answer *answer = (const Juyan__V1__Answer *)message;
		/* What could not be read there has no nonce to come back with. */
		if (answer->nonce == ask->nonce || (answer->nonce == 0 && answer->say_case == JUYAN__V1__ANSWER__SAY_FAILURE)) {
			*out = answer;
			return STATUS_OK;
		}
		drop_frame(ask);
		arena_reset(&ask->arena);
	}
	return away(ask, why);
}

static enum status
over_bus(struct ask *ask, const Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	struct span bytes;
	int64_t until_ms = now_ms() + ASK_WAIT_MS;
	enum status status = wire_pack(&question->base, FRAME_BYTES_MAX, &ask->arena, &bytes);
	if (status == STATUS_OK)
		status = give(ask, bytes, until_ms, why);
	return status == STATUS_OK ? take(ask, until_ms, out, why) : status;
}

enum status
ask_question(struct ask *ask, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	assert((ask->socket != NULL) != (ask->reader != NULL));
	const Juyan__V1__Answer *answer = NULL;
	drop_frame(ask);
	arena_reset(&ask->arena);
	question->version = PROTOCOL_VERSION;
	question->nonce = ++ask->nonce;
	enum status status = ask->socket != NULL ? over_bus(ask, question, &answer, why)
						 : reader_answer(ask->reader, question, &ask->arena, &answer, why);
	if (status != STATUS_OK)
		return status;
	if (answer->say_case == JUYAN__V1__ANSWER__SAY_FAILURE)
		return failure_status(answer->failure, why);
	*out = answer;
	return STATUS_OK;
}
