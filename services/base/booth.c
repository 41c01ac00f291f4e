/* See booth.h. */
#include "booth.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "door.h"
#include "failure.h"

struct booth {
	const struct service_kit *kit;
	const struct booth_kind *kind;
	void *service;
	struct door door;
	struct reader *reader;
	struct guard guard;
	struct arena arena;
};

/* ---- replies ---- */

void
booth_give(struct booth *booth, const struct booth_asker *asker, struct span reply)
{
	if (bus_give(booth->door.sockets[asker->socket], &asker->peer, reply) != STATUS_OK)
		count(booth->kit->counters, COUNTER_peers_away, 1);
}

static void
give_failure(struct booth *booth, const struct booth_asker *asker, enum status status, const struct reason *failure)
{
	struct failure_frame frame;
	count(booth->kit->counters, COUNTER_questions_failed, 1);
	booth_give(booth, asker, failure_pack(booth->kind->reply, asker->nonce, status, failure, &frame));
}

/* ---- what a question may be ---- */

static enum status check_texts(const ProtobufCMessage *message, struct reason *failure);

static enum status
check_text(const char *name, const char *text, struct reason *failure)
{
	if (!wire_text_clean(text, strlen(text)) || strlen(text) > TEXT_BYTES_MAX)
		return reason_say(failure, STATUS_NOT_TEXT, "%s is no text of at most %d bytes", name, TEXT_BYTES_MAX);
	return STATUS_OK;
}

static enum status
check_field(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, struct reason *failure)
{
	const char *place = (const char *)message + field->offset;
	bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
	size_t n = list ? *(const size_t *)(const void *)((const char *)message + field->quantifier_offset) : 1;
	void *const *items = list ? *(void *const *const *)(const void *)place : (void *const *)(const void *)place;
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
	    *(const uint32_t *)(const void *)((const char *)message + field->quantifier_offset) != field->id)
		return STATUS_OK;
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < n; i++) {
		if (items[i] == NULL)
			continue;
		if (field->type == PROTOBUF_C_TYPE_STRING)
			status = check_text(field->name, items[i], failure);
		else
			status = check_texts(items[i], failure);
	}
	return status;
}

/* Every text of a question, so that no sentence of a reply can repeat what is none. No message holds itself. */
static enum status
check_texts(const ProtobufCMessage *message, struct reason *failure)
{
	enum status status = STATUS_OK;
	for (unsigned i = 0; status == STATUS_OK && i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
		if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE)
			status = check_field(message, field, failure);
	}
	return status;
}

static const void *
field_of(const ProtobufCMessage *message, const char *name, ProtobufCType type)
{
	const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
	assert(field != NULL && field->type == type);
	return (const char *)message + field->offset;
}

static enum status
check(struct booth *booth, struct booth_question *question, struct reason *failure)
{
	enum status status = wire_unpack(booth->kind->question, question->frame, question->arena, &question->message, failure);
	if (status != STATUS_OK) {
		count(booth->kit->counters, COUNTER_frames_undecodable, 1);
		return STATUS_UNDECODABLE;
	}
	question->asker.nonce = *(const uint64_t *)field_of(question->message, "nonce", PROTOBUF_C_TYPE_UINT64);
	uint32_t version = *(const uint32_t *)field_of(question->message, "version", PROTOBUF_C_TYPE_UINT32);
	if (version != PROTOCOL_VERSION)
		return reason_say(failure, STATUS_VERSION, "protocol version %" PRIu32 " is not spoken here; expected: %d", version,
		    PROTOCOL_VERSION);
	return check_texts(question->message, failure);
}

/* ---- taking them ---- */

static enum status
handle(struct booth *booth, struct booth_question *question, struct reason *why)
{
	struct reason failure = { "" };
	struct span reply = { NULL, 0 };
	arena_reset(&booth->arena);
	enum status status = guard_admit(&booth->guard, &question->asker.peer, &failure, why);
	if (status_consequence(status) == STOP)
		return status;
	if (status == STATUS_OK)
		status = check(booth, question, &failure);
	if (status == STATUS_OK) {
		status = booth->kind->answer(booth->service, question, &reply, &failure);
		if (status_consequence(status) == STOP) {
			*why = failure;
			return status;
		}
	}
	if (status != STATUS_OK)
		give_failure(booth, &question->asker, status, &failure);
	else if (reply.bytes > 0)
		booth_give(booth, &question->asker, reply);
	return STATUS_OK;
}

static enum status
drain(struct booth *booth, size_t socket, struct reason *why)
{
	for (int i = 0; i < BOOTH_QUESTIONS_AT_ONCE; i++) {
		struct booth_question question = { .asker = { .socket = socket }, .arena = &booth->arena };
		struct bus_frame frame;
		struct reason failure = { "" };
		enum status status = bus_take(booth->door.sockets[socket], &question.asker.peer, &frame);
		if (status == STATUS_TIMEOUT)
			return STATUS_OK;
		if (status == STATUS_TOO_LARGE) {
			count(booth->kit->counters, COUNTER_frames_undecodable, 1);
			reason_say(&failure, status, "a question is one frame of at most %d bytes", FRAME_BYTES_MAX);
			give_failure(booth, &question.asker, status, &failure);
		}
		if (status == STATUS_NOT_AUTHORISED)
			count(booth->kit->counters, COUNTER_questions_refused, 1);
		if (status != STATUS_OK)
			continue;
		question.frame = frame.bytes;
		status = handle(booth, &question, why);
		bus_frame_close(&frame);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status
booth_step(struct booth *booth, int fd, int wait_ms, struct reason *why)
{
	enum status status = guard_refresh(&booth->guard, why);
	if (status == STATUS_OK)
		status = bus_wait_with(booth->door.sockets, DOOR_SOCKETS, fd, wait_ms);
	for (size_t i = 0; status == STATUS_OK && i < DOOR_SOCKETS; i++)
		status = drain(booth, i, why);
	return status;
}

/* ---- opening and closing ---- */

struct reader *
booth_reader(const struct booth *booth)
{
	return booth->reader;
}

enum status
booth_open(const struct service_kit *kit, const struct booth_kind *kind, const char *listen, void *service, struct booth **out,
    struct reason *why)
{
	struct booth *booth = calloc(1, sizeof *booth);
	if (booth == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	assert(kind->arena_bytes >= DECODE_BYTES_MAX);
	booth->kit = kit;
	booth->kind = kind;
	booth->service = service;
	enum status status = arena_open(&booth->arena, kind->arena_bytes);
	if (status == STATUS_OK)
		status = reader_open(kit->env, &booth->reader, why);
	if (status == STATUS_OK)
		status = guard_open(kit, kind->name, booth->reader, &booth->guard, why);
	if (status == STATUS_OK)
		status = door_open(kit, kind->name, listen, &booth->door, why);
	if (status != STATUS_OK) {
		booth_close(&booth);
		return status;
	}
	*out = booth;
	return STATUS_OK;
}

void
booth_close(struct booth **booth)
{
	struct booth *b = *booth;
	if (b == NULL)
		return;
	door_close(&b->door);
	reader_close(&b->reader);
	arena_close(&b->arena);
	free(b);
	*booth = NULL;
}
