/* See ask.h. Either `asker` is open (over the bus) or `reader` is (straight from the ledger). */
#include "ask.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asker.h"
#include "failure.h"
#include "ledger.h"
#include "lock.h"

enum { ARENA_BYTES = 2 * DECODE_BYTES_MAX };

struct ask {
	struct arena arena;
	struct bus *bus;
	struct asker *asker;
	struct tool_address address;
	struct env *env;
	struct reader *reader;
};

/* ---- open and close ---- */

static enum status
find(void *user, enum asker_service service, struct asker_address *out, struct reason *why)
{
	const struct ask *ask = user;
	(void)service;
	(void)why;
	snprintf(out->endpoint, sizeof out->endpoint, "%s", ask->address.endpoint);
	out->keys = ask->address.keys;
	memcpy(out->server_key, ask->address.server_key, PUBLIC_KEY_BYTES);
	return STATUS_OK;
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
	const struct asker_options options = { .bus = ask->bus,
		.find = find,
		.user = ask,
		.wait_ms = { [ASKER_QUERY] = ASK_WAIT_MS } };
	return status == STATUS_OK ? asker_open(&options, &ask->asker, why) : status;
}

static enum status
open_ledger(const char *data, struct ask *ask, struct reason *why)
{
	const struct env_options options = { .dir = data, .readonly = true };
	enum status status = env_open(&options, &ask->env, why);
	return status == STATUS_OK ? reader_open(ask->env, &ask->reader, why) : status;
}

static enum status
make(struct ask **out, struct reason *why)
{
	struct ask *ask = calloc(1, sizeof *ask);
	if (ask == NULL || arena_open(&ask->arena, ARENA_BYTES) != STATUS_OK) {
		free(ask);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	*out = ask;
	return STATUS_OK;
}

enum status
ask_open_on(struct env *env, struct ask **out, struct reason *why)
{
	struct ask *ask = NULL;
	enum status status = make(&ask, why);
	if (status == STATUS_OK)
		status = reader_open(env, &ask->reader, why);
	if (status == STATUS_OK)
		*out = ask;
	else
		ask_close(&ask);
	return status;
}

enum status
ask_open(const struct tool_connection *connection, struct ask **out, struct reason *why)
{
	const char *data = tool_data(connection->data);
	struct ask *ask = NULL;
	enum status status = make(&ask, why);
	if (status != STATUS_OK)
		return status;
	status =
	    connection->connect != NULL || lock_held(data, "query") ? open_bus(connection, ask, why) : open_ledger(data, ask, why);
	if (status != STATUS_OK) {
		ask_close(&ask);
		return status;
	}
	*out = ask;
	return STATUS_OK;
}

void
ask_close(struct ask **ask)
{
	if (*ask == NULL)
		return;
	asker_close(&(*ask)->asker);
	bus_close(&(*ask)->bus);
	reader_close(&(*ask)->reader);
	env_close(&(*ask)->env);
	arena_close(&(*ask)->arena);
	key_pair_wipe(&(*ask)->address.keys);
	free(*ask);
	*ask = NULL;
}

/* ---- a question ---- */

/* With where it was asked, for that may be what is wrong. */
static enum status
over_bus(struct ask *ask, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	enum status status = asker_query(ask->asker, question, out, why);
	if (status == STATUS_TIMEOUT)
		return reason_say(why, status, "%.160s: no answer within %d s (is it running, and is this key authorised there?)",
		    ask->address.endpoint, ASK_WAIT_MS / 1000);
	if (status == STATUS_UNDECODABLE)
		return reason_say(why, status,
		    "%.160s: what answers there is not Juyan's query service; expected: an endpoint of its query_listen",
		    ask->address.endpoint);
	return status;
}

static enum status
from_ledger(struct ask *ask, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	const Juyan__V1__Answer *answer = NULL;
	arena_reset(&ask->arena);
	question->version = PROTOCOL_VERSION;
	enum status status = reader_answer(ask->reader, question, &ask->arena, &answer, why);
	if (status != STATUS_OK)
		return status;
	if (answer->say_case == JUYAN__V1__ANSWER__SAY_FAILURE)
		return failure_status(answer->failure, why);
	*out = answer;
	return STATUS_OK;
}

enum status
ask_question(struct ask *ask, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	assert((ask->asker != NULL) != (ask->reader != NULL));
	return ask->asker != NULL ? over_bus(ask, question, out, why) : from_ledger(ask, question, out, why);
}
