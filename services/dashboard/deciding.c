/*
 * What named persons decide, on its way to ingest: one event, one session, answered when it is on disk. The service is a
 * terminal of its own, "dashboard", an administrator with the key DIR/keys/dashboard.key; it registers itself as the local
 * administrator does it, with the first decision. `by` is the session's user.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_parts.h"
#include "inhouse.h"
#include "json.h"

enum { WAIT_MS = 8000, ARENA_BYTES = 2 * EVENT_DECODE_BYTES };

struct deciding {
	struct inhouse *inhouse;
	struct arena arena;
};

enum status
deciding_open(const struct service_kit *kit, const atomic_bool *stop, struct deciding **out, struct reason *why)
{
	struct deciding *deciding = calloc(1, sizeof *deciding);
	if (deciding == NULL || arena_open(&deciding->arena, ARENA_BYTES) != STATUS_OK) {
		free(deciding);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	const struct inhouse_options options = { .kit = kit,
		.name = "dashboard",
		.administrator = true,
		.stop = stop,
		.wait_ms = WAIT_MS };
	enum status status = inhouse_open(&options, &deciding->inhouse, why);
	if (status != STATUS_OK) {
		deciding_close(&deciding);
		return status;
	}
	*out = deciding;
	return STATUS_OK;
}

void
deciding_close(struct deciding **deciding)
{
	if (*deciding == NULL)
		return;
	inhouse_close(&(*deciding)->inhouse);
	arena_close(&(*deciding)->arena);
	free(*deciding);
	*deciding = NULL;
}

/* ---- decisions ---- */

static enum status
send_event(struct desk *desk, Juyan__V1__Event *event, struct reason *why)
{
	struct deciding *deciding = desk->deciding;
	struct span bytes = { NULL, 0 };
	enum status said = STATUS_OK;
	event->occurred_at_ms = clock_utc_ms(&desk->kit->clock);
	enum status status = wire_event_check(event, why);
	if (status == STATUS_OK)
		status = wire_pack(&event->base, EVENT_BYTES_MAX, &deciding->arena, &bytes);
	if (status == STATUS_OK)
		status = inhouse_send(deciding->inhouse, bytes, &said, why);
	return status == STATUS_OK ? said : status;
}

static enum status
decide(struct desk *desk, Juyan__V1__Event *event, struct http_answer *out, struct problem *problem)
{
	struct asker *asker = inhouse_asker(desk->deciding->inhouse);
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__StatusAsk ask = JUYAN__V1__STATUS_ASK__INIT;
	const Juyan__V1__Answer *answer = NULL;
	asker_set_end(asker, desk_ms(desk) + WAIT_MS);
	enum status status = send_event(desk, event, &problem->detail);
	if (status != STATUS_OK)
		return status;
	count(desk->kit->counters, COUNTER_decisions_sent, 1);
	/* It is on disk: whatever the ledger is now at has it. */
	question.ask_case = JUYAN__V1__QUESTION__ASK_STATUS;
	question.status = &ask;
	asker_set_end(asker, desk_ms(desk) + WAIT_MS);
	uint64_t lsn = asker_query(asker, &question, &answer, &problem->detail) == STATUS_OK ? answer->lsn : 0;
	desk_json(json_pack("{s:I}", "lsn", (json_int_t)lsn), out);
	return STATUS_OK;
}

static char *
by_whom(const struct request *request, char out[USER_BYTES])
{
	snprintf(out, USER_BYTES, "%s", request->who.user[0] != '\0' ? request->who.user : "dashboard, without login");
	return out;
}

/* The texts of a request, which protobuf-c holds as char *. */
static char *
lent(const char *text)
{
	return (char *)(uintptr_t)text;
}

enum status
deciding_note(struct desk *desk, const struct request *request, struct http_answer *out, struct problem *problem)
{
	char by[USER_BYTES];
	Juyan__V1__Noted noted = JUYAN__V1__NOTED__INIT;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	arena_reset(&desk->deciding->arena);
	noted.subject = lent(request_text(request, "subject"));
	noted.by = by_whom(request, by);
	noted.note = lent(request_text(request, "note"));
	noted.withdrawn = request_flag(request, "withdrawn");
	event.what_case = JUYAN__V1__EVENT__WHAT_NOTED;
	event.noted = &noted;
	return decide(desk, &event, out, problem);
}

/* "event" of the body, in the JSON form of cargo.proto, checked as ingest will check it. */
static enum status
read_event(struct desk *desk, const struct request *request, ProtobufCBinaryData *out, struct reason *why)
{
	const ProtobufCMessage *message = NULL;
	struct span bytes;
	json_t *json = json_object_get(request->body, "event");
	if (json == NULL)
		return STATUS_OK;
	enum status status = json_read(&juyan__v1__event__descriptor, json, &desk->deciding->arena, &message, why);
	if (status == STATUS_OK)
		status = wire_event_check((const Juyan__V1__Event *)message, why);
	if (status == STATUS_OK)
		status = wire_pack(message, EVENT_BYTES_MAX, &desk->deciding->arena, &bytes);
	if (status == STATUS_OK)
		*out = (ProtobufCBinaryData){ bytes.bytes, (uint8_t *)(uintptr_t)bytes.data };
	return status;
}

/* What cannot be settled is found out before it is sent: a settling that fails is an event too, and would wait there itself. */
static enum status
check_waiting(struct desk *desk, uint64_t lsn, struct reason *why)
{
	Juyan__V1__QuarantineAsk ask = JUYAN__V1__QUARANTINE_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer = NULL;
	ask.settled = true;
	ask.only_lsn = lsn;
	question.ask_case = JUYAN__V1__QUESTION__ASK_QUARANTINE;
	question.quarantine = &ask;
	struct asker *asker = inhouse_asker(desk->deciding->inhouse);
	asker_set_end(asker, desk_ms(desk) + WAIT_MS);
	enum status status = asker_query(asker, &question, &answer, why);
	if (status != STATUS_OK)
		return status;
	if (answer->say_case != JUYAN__V1__ANSWER__SAY_QUARANTINE || answer->quarantine->n_rows == 0)
		return reason_say(why, STATUS_NOT_FOUND, "event %" PRIu64 " is not in quarantine", lsn);
	const Juyan__V1__QuarantineRow *row = answer->quarantine->rows[0];
	if (strcmp(row->state, "waiting") != 0)
		return reason_say(why, STATUS_NOT_WAITING, "event %" PRIu64 " was %s by event %" PRIu64, lsn, row->state,
		    row->settled_lsn);
	return STATUS_OK;
}

enum status
deciding_settle(struct desk *desk, const struct request *request, struct http_answer *out, struct problem *problem)
{
	char by[USER_BYTES];
	Juyan__V1__QuarantineReleased settled = JUYAN__V1__QUARANTINE_RELEASED__INIT;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	arena_reset(&desk->deciding->arena);
	settled.lsn = (uint64_t)request_number(request, "lsn");
	settled.by = by_whom(request, by);
	settled.reason = lent(request_text(request, "reason"));
	settled.dismissed = strcmp(request_text(request, "action"), "dismiss") == 0;
	if (settled.dismissed && request_has(request, "event"))
		return reason_say(&problem->detail, STATUS_USAGE, "what is dismissed has no event in its place");
	enum status status = read_event(desk, request, &settled.fixed_event, &problem->detail);
	if (status == STATUS_OK)
		status = check_waiting(desk, settled.lsn, &problem->detail);
	if (status != STATUS_OK)
		return status;
	event.what_case = JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED;
	event.quarantine_released = &settled;
	return decide(desk, &event, out, problem);
}
