/* See registry_use.h. */
#include "registry_use.h"

#include <stdlib.h>

#include "administer.h"
#include "registry_sign.h"

typedef Juyan__V1__RegistryRecord Record;

/* ---- asking ---- */

static enum status
keep(struct asking *asking, struct arena *arena, struct registry_use *use, const Record *record)
{
	struct reason *why = &asking->why;
	const ProtobufCMessage *copy;
	struct span packed;
	if (use->n == use->room) {
		size_t room = use->room == 0 ? 256 : use->room * 2;
		const Record **records = reallocarray(use->records, room, sizeof *records);
		if (records == NULL)
			return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
		use->records = records;
		use->room = room;
	}
	enum status status = wire_pack(&record->base, FRAME_BYTES_MAX, arena, &packed);
	if (status == STATUS_OK)
		status = wire_unpack(&juyan__v1__registry_record__descriptor, packed, arena, &copy, why);
	/* What an answer holds passes the checks that the ledger made; whoever answers otherwise is not believed. */
	if (status == STATUS_OK)
		status = registry_check((const Record *)copy, why);
	if (status == STATUS_OK)
		use->records[use->n++] = (const Record *)copy;
	return status;
}

/* Kind by kind, so that each answer fits into a frame. */
enum status
registry_use_ask(struct asking *asking, int kind_only, struct arena *arena, struct registry_use *out)
{
	for (int kind = JUYAN__V1__REGISTRY_RECORD__RECORD_PORT; registry_file_kind(kind) != NULL; kind++) {
		Juyan__V1__RegistryAsk ask_kind = JUYAN__V1__REGISTRY_ASK__INIT;
		Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
		const Juyan__V1__Answer *answer;
		if (kind_only != 0 && kind != kind_only)
			continue;
		ask_kind.kind = (char *)(uintptr_t)registry_file_kind(kind);
		question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
		question.registry = &ask_kind;
		enum status status = asking_answer(asking, &question, JUYAN__V1__ANSWER__SAY_REGISTRY, &answer);
		for (size_t i = 0; status == STATUS_OK && i < answer->registry->n_records; i++)
			status = keep(asking, arena, out, answer->registry->records[i]);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

void
registry_use_close(struct registry_use *use)
{
	free(use->records);
	*use = (struct registry_use){ 0 };
}

/* ---- changing ---- */

struct sending {
	const struct tool_connection *connection;
	const struct registry_diff *diff;
	struct registry_sign *sign;
	struct arena arena; /* of a signed part */
	struct reason *why;
	size_t parts;
};

static enum status
send_part(void *user, Juyan__V1__RegistryChanged *change)
{
	struct sending *sending = user;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	event.registry_changed = change;
	const Record *first = change->n_put > 0 ? change->put[0] : change->drop[0];
	bool apart = sending->sign != NULL && (sending->diff->apart >> (unsigned)first->record_case & 1) != 0;
	enum status status = STATUS_OK;
	if (apart) {
		event.what_case = JUYAN__V1__EVENT__WHAT_DECREED;
		arena_reset(&sending->arena);
		status = registry_sign_change(sending->sign, change, &sending->arena, &event.decreed, sending->why);
	}
	if (status == STATUS_OK)
		status = administer(sending->connection, &event, sending->why);
	if (status == STATUS_OK && apart)
		registry_sign_taken(sending->sign);
	sending->parts += status == STATUS_OK;
	return status;
}

enum status
registry_use_change(const struct tool_connection *connection, const struct registry_diff *diff, struct registry_sign *sign,
    const char *by, const char *reason, const char *name, struct reason *why)
{
	struct sending sending = { .connection = connection, .diff = diff, .sign = sign, .why = why };
	Juyan__V1__RegistryChanged change = JUYAN__V1__REGISTRY_CHANGED__INIT;
	change.by = (char *)(uintptr_t)administer_by(by);
	change.reason = (char *)(uintptr_t)reason;
	enum status status = arena_open(&sending.arena, 4 * EVENT_BYTES_MAX);
	if (status == STATUS_OK)
		status = registry_diff_parts(diff, &change, send_part, &sending);
	arena_close(&sending.arena);
	if (status != STATUS_OK && sending.parts > 0)
		fprintf(stderr, "juyan %s: %zu parts of the change were taken before; the same command goes on with what is left\n",
		    name, sending.parts);
	return status;
}
