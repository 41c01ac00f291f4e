/* See gateway_outbox.h. */
#include "gateway_outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_AT_ONCE = 1024, ROUNDS = 4, ARENA_BYTES = 16 * 1024 * 1024, FULL_MS = 1000 };

struct gateway_outbox {
	struct gateway_outbox_parts parts;
	struct arena arena;
	struct span spans[EVENTS_AT_ONCE];
	struct juyan_event events[EVENTS_AT_ONCE];
	bool full, more;
	int64_t again_ms;
};

enum status
gateway_outbox_open(const struct gateway_outbox_parts *parts, struct gateway_outbox **out, struct reason *why)
{
	struct gateway_outbox *outbox = calloc(1, sizeof *outbox);
	if (outbox == NULL || arena_open(&outbox->arena, ARENA_BYTES) != STATUS_OK) {
		free(outbox);
		return reason_say(why, STATUS_NO_MEMORY, "no memory for the outbox");
	}
	outbox->parts = *parts;
	outbox->more = true;
	*out = outbox;
	return STATUS_OK;
}

void
gateway_outbox_close(struct gateway_outbox **outbox)
{
	if (*outbox == NULL)
		return;
	arena_close(&(*outbox)->arena);
	free(*outbox);
	*outbox = NULL;
}

bool
gateway_outbox_is_full(const struct gateway_outbox *outbox)
{
	return outbox->full;
}

/* The place of an event that cannot be sent, and the truth about it. */
static enum status
stand_in(struct gateway_outbox *outbox, size_t which, const char *sentence)
{
	char quoted[LOG_QUOTED_BYTES];
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	Juyan__V1__MachineReported said = JUYAN__V1__MACHINE_REPORTED__INIT;
	char machine[] = "gateway", note[SENTENCE_BYTES_MAX + 64], *port = strdup(outbox->parts.port);
	struct span packed;
	snprintf(note, sizeof note, "an event was not sent, for it is none: %s", sentence);
	said.machine = machine;
	said.kind = JUYAN__V1__MACHINE_KIND__SOURCE;
	said.condition = JUYAN__V1__CONDITION__FAULT;
	said.note = note;
	event.occurred_at_ms = TIME_MS_MIN;
	event.port = port;
	event.what_case = JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED;
	event.machine_reported = &said;
	enum status status = port == NULL ? STATUS_NO_MEMORY : wire_pack(&event.base, EVENT_BYTES_MAX, &outbox->arena, &packed);
	free(port);
	if (status == STATUS_OK)
		outbox->events[which] = (struct juyan_event){ (const char *)packed.data, packed.bytes };
	log_say(outbox->parts.log, LOG_ERROR, "gateway", "event_replaced", "why=%s", log_quoted(sentence, quoted));
	return status;
}

/* All of them, or as many of the first as a spool that is nearly full, or small, has room for. */
static enum status
hand_over(struct gateway_outbox *outbox, size_t *n, struct reason *why)
{
	size_t which = 0, most = *n;
	enum juyan_result result = JUYAN_WRONG;
	*n = 0;
	for (size_t wrong = 0; wrong <= EVENTS_AT_ONCE && (result == JUYAN_WRONG || (result == JUYAN_FULL && most > 1));) {
		most = result == JUYAN_FULL ? most / 2 : most;
		result = juyan_take_many_encoded(outbox->parts.juyan, outbox->events, most, &which, why->text, sizeof why->text);
		wrong += result == JUYAN_WRONG;
		enum status status = result == JUYAN_WRONG ? stand_in(outbox, which, why->text) : STATUS_OK;
		if (status != STATUS_OK)
			return status;
	}
	outbox->full = result == JUYAN_FULL;
	*n = result == JUYAN_OK ? most : 0;
	return result == JUYAN_OK || result == JUYAN_FULL ? STATUS_OK : STATUS_SYSTEM;
}

/* One round; *n: how many were handed over. */
static enum status
round_of(struct gateway_outbox *outbox, size_t *n, struct reason *why)
{
	struct juyan_state state;
	size_t waiting = EVENTS_AT_ONCE;
	juyan_state(outbox->parts.juyan, &state);
	arena_reset(&outbox->arena);
	enum status status = book_outbox(outbox->parts.book, state.taken, &outbox->arena, outbox->spans, &waiting, why);
	if (status != STATUS_OK || waiting == 0)
		return status;
	for (size_t i = 0; i < waiting; i++)
		outbox->events[i] = (struct juyan_event){ (const char *)outbox->spans[i].data, outbox->spans[i].bytes };
	status = hand_over(outbox, &waiting, why);
	*n = waiting;
	return status;
}

enum status
gateway_outbox_turn(struct gateway_outbox *outbox, bool something, int64_t now_ms, struct reason *why)
{
	if ((!something && !outbox->more) || (outbox->full && now_ms < outbox->again_ms))
		return STATUS_OK;
	outbox->more = true;
	outbox->again_ms = now_ms + FULL_MS;
	for (int rounds = 0; rounds < ROUNDS && outbox->more; rounds++) {
		size_t n = 0;
		enum status status = round_of(outbox, &n, why);
		if (status_consequence(status) == RETRY) /* the book has no room to forget; tried again */
			return STATUS_OK;
		if (status != STATUS_OK)
			return status;
		outbox->more = n > 0;
	}
	return STATUS_OK;
}
