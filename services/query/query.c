/*
 * The loop of query.h. One question at a time: decode, check, ask the ledger, pack, give; everything in one arena that is emptied
 * in between. A question can fail, and then the asker hears why; only a ledger that cannot be read ends the service.
 */
#include "query.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "door.h"
#include "guard.h"

#include "query.pb-c.h"

enum {
	QUESTIONS_AT_ONCE = 64, /* of one socket, before the others have their turn */
	/* A question as large as a frame, the answer to it, and the frame that it makes. */
	ARENA_BYTES = 2 * DECODE_BYTES_MAX + FRAME_BYTES_MAX
};

struct query {
	const struct service_kit *kit;
	struct door door;
	struct reader *reader;
	struct arena arena;
	struct guard guard;
};

/* ---- one question ---- */

/*
 * Every text of a question, so that no sentence of an answer can repeat what is none. Questions have one level of messages below
 * them.
 */
static enum status
check_texts(const ProtobufCMessage *message, struct reason *failure)
{
	for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
		const char *place = (const char *)message + field->offset;
		if (field->type != PROTOBUF_C_TYPE_STRING)
			continue;
		bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
		char *const *texts = list ? *(char *const *const *)(const void *)place : (char *const *)(const void *)place;
		size_t n = list ? *(const size_t *)(const void *)((const char *)message + field->quantifier_offset) : 1;
		for (size_t k = 0; k < n; k++)
			if (!wire_text_clean(texts[k], strlen(texts[k])) || strlen(texts[k]) > TEXT_BYTES_MAX)
				return reason_say(failure, STATUS_NOT_TEXT, "%s is no text of at most %d bytes", field->name,
				    TEXT_BYTES_MAX);
	}
	return STATUS_OK;
}

/* What the question asks, whichever it is: all members of the oneof are pointers to messages in one place. */
static enum status
check_ask(const Juyan__V1__Question *question, struct reason *failure)
{
	if (question->ask_case == JUYAN__V1__QUESTION__ASK__NOT_SET)
		return STATUS_OK; /* the ledger says what is wrong with it */
	return check_texts(&question->totals->base, failure);
}

static enum status
decode(struct query *query, struct span frame, const Juyan__V1__Question **out, struct reason *failure)
{
	const ProtobufCMessage *message = NULL;
	enum status status = wire_unpack(&juyan__v1__question__descriptor, frame, &query->arena, &message, failure);
	if (status != STATUS_OK) {
		count(query->kit->counters, COUNTER_frames_undecodable, 1);
		return STATUS_UNDECODABLE;
	}
	*out = (const Juyan__V1__Question *)message;
	if ((*out)->version != PROTOCOL_VERSION)
		return reason_say(failure, STATUS_VERSION, "protocol version %" PRIu32 " is not spoken here; expected: %d",
		    (*out)->version, PROTOCOL_VERSION);
	return check_ask(*out, failure);
}

/* Statuses of the machine (STOP) end the service, save for an arena that is used up: that question was too large. */
static enum status
answer_question(struct query *query, const Juyan__V1__Question *question, struct span *out, struct reason *failure,
    struct reason *why)
{
	const Juyan__V1__Answer *answer = NULL;
	enum status status = reader_answer(query->reader, question, &query->arena, &answer, why);
	if (status == STATUS_OK)
		status = wire_pack(&answer->base, FRAME_BYTES_MAX, &query->arena, out);
	else if (status != STATUS_NO_MEMORY)
		return status;
	if (status != STATUS_OK)
		return reason_say(failure, STATUS_TOO_LARGE, "the answer is larger than %d bytes: ask for less at once",
		    FRAME_BYTES_MAX);
	bool failed = answer->say_case == JUYAN__V1__ANSWER__SAY_FAILURE;
	count(query->kit->counters, failed ? COUNTER_questions_failed : COUNTER_questions_answered, 1);
	return STATUS_OK;
}

static void
give(struct query *query, struct bus_socket *socket, const struct bus_peer *peer, struct span bytes)
{
	if (bus_give(socket, peer, bytes) != STATUS_OK)
		count(query->kit->counters, COUNTER_peers_away, 1);
}

static void
give_failure(struct query *query, struct bus_socket *socket, const struct bus_peer *peer, uint64_t nonce, enum status status,
    const struct reason *failure)
{
	uint8_t bytes[2 * SENTENCE_BYTES_MAX];
	char name[SHORT_TEXT_BYTES_MAX], sentence[SENTENCE_BYTES_MAX];
	Juyan__V1__Failure said = JUYAN__V1__FAILURE__INIT;
	Juyan__V1__Answer answer = JUYAN__V1__ANSWER__INIT;
	snprintf(name, sizeof name, "%s", status_name(status));
	snprintf(sentence, sizeof sentence, "%s", failure->text[0] != '\0' ? failure->text : status_sentence(status));
	said.code = status;
	said.name = name;
	said.sentence = sentence;
	answer.nonce = nonce;
	answer.say_case = JUYAN__V1__ANSWER__SAY_FAILURE;
	answer.failure = &said;
	assert(juyan__v1__answer__get_packed_size(&answer) <= sizeof bytes);
	count(query->kit->counters, COUNTER_questions_failed, 1);
	give(query, socket, peer, (struct span){ bytes, juyan__v1__answer__pack(&answer, bytes) });
}

static enum status
handle(struct query *query, struct bus_socket *socket, const struct bus_peer *peer, struct span frame, struct reason *why)
{
	const Juyan__V1__Question *question = NULL;
	struct reason failure = { "" };
	struct span answer = { NULL, 0 };
	arena_reset(&query->arena);
	enum status status = guard_admit(&query->guard, peer, &failure, why);
	if (status == STATUS_OK)
		status = decode(query, frame, &question, &failure);
	if (status == STATUS_OK)
		status = answer_question(query, question, &answer, &failure, why);
	if (status_consequence(status) == STOP)
		return status;
	if (status == STATUS_OK)
		give(query, socket, peer, answer);
	else
		give_failure(query, socket, peer, question == NULL ? 0 : question->nonce, status, &failure);
	return STATUS_OK;
}

/* ---- the service ---- */

static enum status
drain(struct query *query, struct bus_socket *socket, struct reason *why)
{
	for (int i = 0; i < QUESTIONS_AT_ONCE; i++) {
		struct bus_peer peer;
		struct bus_frame frame;
		struct reason failure = { "" };
		enum status status = bus_take(socket, &peer, &frame);
		if (status == STATUS_TIMEOUT)
			return STATUS_OK;
		if (status == STATUS_TOO_LARGE) {
			count(query->kit->counters, COUNTER_frames_undecodable, 1);
			reason_say(&failure, status, "a question is one frame of at most %d bytes", FRAME_BYTES_MAX);
			give_failure(query, socket, &peer, 0, status, &failure);
		}
		if (status == STATUS_NOT_AUTHORISED)
			count(query->kit->counters, COUNTER_questions_refused, 1);
		if (status != STATUS_OK)
			continue;
		status = handle(query, socket, &peer, frame.bytes, why);
		bus_frame_close(&frame);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status
step(void *self, int wait_ms, struct reason *why)
{
	struct query *query = self;
	enum status status = guard_refresh(&query->guard, why);
	if (status == STATUS_OK)
		status = bus_wait(query->door.sockets, DOOR_SOCKETS, wait_ms, NULL);
	for (size_t i = 0; status == STATUS_OK && i < DOOR_SOCKETS; i++)
		status = drain(query, query->door.sockets[i], why);
	return status;
}

static void
close_query(void **self)
{
	struct query *query = *self;
	if (query == NULL)
		return;
	door_close(&query->door);
	reader_close(&query->reader);
	arena_close(&query->arena);
	free(query);
	*self = NULL;
}

static enum status
open_query(const struct service_kit *kit, void **self, struct reason *why)
{
	struct query *query = calloc(1, sizeof *query);
	if (query == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	query->kit = kit;
	enum status status = arena_open(&query->arena, ARENA_BYTES);
	if (status == STATUS_OK)
		status = reader_open(kit->env, &query->reader, why);
	if (status == STATUS_OK)
		status = guard_open(kit, "query", query->reader, &query->guard, why);
	if (status == STATUS_OK)
		status = door_open(kit, "query", kit->config->query_listen, &query->door, why);
	if (status != STATUS_OK) {
		void *half = query;
		close_query(&half);
		return status;
	}
	*self = query;
	return STATUS_OK;
}

const struct service query_service = {
	.name = "query",
	.help = "answers questions: totals, batches, quarantine, registry",
	.writes = false,
	.open = open_query,
	.step = step,
	.close = close_query,
};
