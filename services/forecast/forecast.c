/*
 * The loop of forecast.h. A question is checked here, at the border, and then waits for the worker; replies come back in their
 * order. Nothing that is asked, and no forecast that fails, ends the service.
 */
#include "forecast.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "door.h"
#include "failure.h"
#include "forecast.pb-c.h"
#include "guard.h"
#include "worker.h"

enum { QUESTIONS_AT_ONCE = 64, ARENA_BYTES = DECODE_BYTES_MAX };

struct desk {
	const struct service_kit *kit;
	struct door door;
	struct reader *reader; /* for the guard alone */
	struct guard guard;
	struct worker *worker;
	struct arena arena; /* of the question that is being looked at */
};

/* ---- one question ---- */

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
		if (field->type == PROTOBUF_C_TYPE_STRING)
			status = check_text(field->name, items[i], failure);
		else if (items[i] != NULL)
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

static enum status
check(struct desk *desk, struct span frame, uint64_t *nonce, struct reason *failure)
{
	const ProtobufCMessage *message = NULL;
	arena_reset(&desk->arena);
	enum status status = wire_unpack(&juyan__v1__forecast_question__descriptor, frame, &desk->arena, &message, failure);
	if (status != STATUS_OK) {
		count(desk->kit->counters, COUNTER_frames_undecodable, 1);
		return STATUS_UNDECODABLE;
	}
	const Juyan__V1__ForecastQuestion *question = (const Juyan__V1__ForecastQuestion *)message;
	*nonce = question->nonce;
	if (question->version != PROTOCOL_VERSION)
		return reason_say(failure, STATUS_VERSION, "protocol version %" PRIu32 " is not spoken here; expected: %d",
		    question->version, PROTOCOL_VERSION);
	return check_texts(message, failure);
}

static void
give(struct desk *desk, const struct errand *errand, struct span reply)
{
	if (bus_give(desk->door.sockets[errand->socket], &errand->peer, reply) != STATUS_OK)
		count(desk->kit->counters, COUNTER_peers_away, 1);
}

static void
give_failure(struct desk *desk, const struct errand *errand, enum status status, const struct reason *failure)
{
	struct failure_frame frame;
	count(desk->kit->counters, COUNTER_questions_failed, 1);
	give(desk, errand, failure_pack(errand->nonce, status, failure, &frame));
}

/* The worker gets a copy of the frame: it answers when the frame is long gone. */
static enum status
hand_over(struct desk *desk, struct errand *errand, struct span frame, struct reason *failure)
{
	errand->bytes = malloc(frame.bytes + 1);
	if (errand->bytes == NULL)
		return reason_say(failure, STATUS_BUSY, "memory ran out");
	memcpy(errand->bytes, frame.data, frame.bytes);
	errand->n = frame.bytes;
	enum status status = worker_give(desk->worker, errand);
	if (status == STATUS_OK)
		return status;
	free(errand->bytes);
	count(desk->kit->counters, COUNTER_questions_busy, 1);
	return reason_say(failure, status, "%d questions wait already: ask again a little later", WORKER_WAITING_MAX);
}

static enum status
handle(struct desk *desk, struct errand *errand, struct span frame, struct reason *why)
{
	struct reason failure = { "" };
	enum status status = guard_admit(&desk->guard, &errand->peer, &failure, why);
	if (status_consequence(status) == STOP)
		return status;
	if (status == STATUS_OK)
		status = check(desk, frame, &errand->nonce, &failure);
	if (status == STATUS_OK)
		status = hand_over(desk, errand, frame, &failure);
	if (status != STATUS_OK)
		give_failure(desk, errand, status, &failure);
	return STATUS_OK;
}

/* ---- the service ---- */

static enum status
drain(struct desk *desk, size_t socket, struct reason *why)
{
	for (int i = 0; i < QUESTIONS_AT_ONCE; i++) {
		struct errand errand = { .socket = socket };
		struct bus_frame frame;
		struct reason failure = { "" };
		enum status status = bus_take(desk->door.sockets[socket], &errand.peer, &frame);
		if (status == STATUS_TIMEOUT)
			return STATUS_OK;
		if (status == STATUS_TOO_LARGE) {
			count(desk->kit->counters, COUNTER_frames_undecodable, 1);
			reason_say(&failure, status, "a question is one frame of at most %d bytes", FRAME_BYTES_MAX);
			give_failure(desk, &errand, status, &failure);
		}
		if (status == STATUS_NOT_AUTHORISED)
			count(desk->kit->counters, COUNTER_questions_refused, 1);
		if (status != STATUS_OK)
			continue;
		status = handle(desk, &errand, frame.bytes, why);
		bus_frame_close(&frame);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status
step(void *self, int wait_ms, struct reason *why)
{
	struct desk *desk = self;
	struct errand errand;
	enum status status = guard_refresh(&desk->guard, why);
	if (status == STATUS_OK)
		status = bus_wait_with(desk->door.sockets, DOOR_SOCKETS, worker_fd(desk->worker), wait_ms);
	for (size_t i = 0; status == STATUS_OK && i < DOOR_SOCKETS; i++)
		status = drain(desk, i, why);
	while (worker_take(desk->worker, &errand)) {
		if (errand.n > 0)
			give(desk, &errand, (struct span){ errand.bytes, errand.n });
		free(errand.bytes);
	}
	return status;
}

static void
close_forecast(void **self)
{
	struct desk *desk = *self;
	if (desk == NULL)
		return;
	worker_close(&desk->worker);
	door_close(&desk->door);
	reader_close(&desk->reader);
	arena_close(&desk->arena);
	free(desk);
	*self = NULL;
}

static enum status
open_forecast(const struct service_kit *kit, void **self, struct reason *why)
{
	struct desk *desk = calloc(1, sizeof *desk);
	if (desk == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	desk->kit = kit;
	enum status status = arena_open(&desk->arena, ARENA_BYTES);
	if (status == STATUS_OK)
		status = reader_open(kit->env, &desk->reader, why);
	if (status == STATUS_OK)
		status = guard_open(kit, "forecast", desk->reader, &desk->guard, why);
	if (status == STATUS_OK)
		status = door_open(kit, "forecast", kit->config->forecast_listen, &desk->door, why);
	if (status == STATUS_OK)
		status = worker_open(kit, &desk->worker, why);
	if (status != STATUS_OK) {
		void *half = desk;
		close_forecast(&half);
		return status;
	}
	*self = desk;
	return STATUS_OK;
}

const struct service forecast_service = {
	.name = "forecast",
	.help = "answers questions about the future: outlook, goals, scenarios, plans, why",
	.writes = false,
	.open = open_forecast,
	.step = step,
	.close = close_forecast,
};
