/*
 * What named persons decide, on its way to ingest: one event, one session, answered when it is on disk. The service is a
 * terminal of its own, "dashboard", an administrator with the key DIR/keys/dashboard.key; it registers itself as the local
 * administrator does it, with the first decision. `by` is the session's user.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "asker.h"
#include "desk_parts.h"
#include "json.h"
#include "key_lock.h"
#include "lock.h"
#include "terminal.h"

enum { WAIT_MS = 8000, KEY_WAIT_MS = 2000, PATH_BYTES = CONFIG_TEXT_BYTES + 32, ARENA_BYTES = 2 * EVENT_DECODE_BYTES };

struct deciding {
	const struct service_kit *kit;
	struct asker *asker;
	struct arena arena;
	struct key_pair keys;
	bool has_keys, registered;
};

/* What ingest said of the one event. */
struct verdict {
	enum status status;
	struct reason why;
};

enum status
deciding_open(const struct service_kit *kit, const atomic_bool *stop, struct deciding **out, struct reason *why)
{
	struct deciding *deciding = calloc(1, sizeof *deciding);
	if (deciding == NULL || arena_open(&deciding->arena, ARENA_BYTES) != STATUS_OK) {
		free(deciding);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	deciding->kit = kit;
	enum status status = asker_for(kit, stop, &deciding->asker, why);
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
	asker_close(&(*deciding)->asker);
	arena_close(&(*deciding)->arena);
	key_pair_wipe(&(*deciding)->keys);
	free(*deciding);
	*deciding = NULL;
}

/* ---- one event as one terminal ---- */

static void
on_answer(void *user, const Juyan__V1__EventAnswer *answer)
{
	struct verdict *verdict = user;
	if (answer->disposition == JUYAN__V1__DISPOSITION__ACCEPTED)
		return;
	verdict->status = reason_say(&verdict->why, (enum status)answer->code, "%s", answer->sentence);
	if (verdict->status == STATUS_OK)
		verdict->status = STATUS_CONTRADICTION;
}

static enum status
converse(const struct service_kit *kit, const struct key_pair *keys, struct span event, struct verdict *verdict, struct reason *why)
{
	char endpoint[DOOR_ENDPOINT_BYTES];
	struct terminal *terminal = NULL;
	const struct terminal_options options = { .bus = kit->bus,
		.endpoint = door_ipc(kit->config->data_dir, "ingest", endpoint),
		.keys = keys,
		.server_key = kit->keys->public_key,
		.on_answer = on_answer,
		.user = verdict,
		.patience_ms = WAIT_MS };
	enum status status = terminal_open(&options, &terminal, why);
	if (status == STATUS_OK)
		status = terminal_hello(terminal, WAIT_MS, why);
	if (status == STATUS_OK)
		status = terminal_send(terminal, event, why);
	if (status == STATUS_OK)
		status = terminal_flush(terminal, WAIT_MS, why);
	terminal_close(&terminal);
	return status;
}

/* Two that send with one key take each other's numbers. */
static enum status
send_as(struct deciding *deciding, const char *key_path, const struct key_pair *keys, Juyan__V1__Event *event, struct reason *why)
{
	const struct service_kit *kit = deciding->kit;
	struct span bytes = { NULL, 0 };
	struct verdict verdict = { .status = STATUS_OK };
	int lock_fd = -1;
	event->occurred_at_ms = clock_utc_ms(&kit->clock);
	if (!lock_held(kit->config->data_dir, "ingest"))
		return reason_say(why, STATUS_CLOSED, "nobody takes events now; try again");
	enum status status = wire_event_check(event, why);
	if (status == STATUS_OK)
		status = wire_pack(&event->base, EVENT_BYTES_MAX, &deciding->arena, &bytes);
	if (status == STATUS_OK && key_lock(key_path, KEY_WAIT_MS, &lock_fd, why) == STATUS_IN_USE)
		return STATUS_BUSY;
	if (status == STATUS_OK)
		status = converse(kit, keys, bytes, &verdict, why);
	if (lock_fd >= 0)
		close(lock_fd);
	if (status != STATUS_OK || verdict.status == STATUS_OK)
		return status;
	return reason_say(why, verdict.status, "%s", verdict.why.text);
}

/* ---- the service's own terminal ---- */

/* Whether the registry has the key, and which number would be the next. */
static enum status
look(struct deciding *deciding, bool *known, uint32_t *next, struct reason *why)
{
	char kind[] = "terminal";
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__RegistryAsk ask = JUYAN__V1__REGISTRY_ASK__INIT;
	const Juyan__V1__Answer *answer = NULL;
	ask.kind = kind;
	question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
	question.registry = &ask;
	enum status status = asker_query(deciding->asker, &question, &answer, why);
	if (status != STATUS_OK)
		return status;
	if (answer->say_case != JUYAN__V1__ANSWER__SAY_REGISTRY)
		return STATUS_CONTRADICTION;
	*known = false;
	*next = 1;
	for (size_t i = 0; i < answer->registry->n_records; i++) {
		const Juyan__V1__RegistryRecord *record = answer->registry->records[i];
		if (record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL)
			continue;
		const Juyan__V1__Terminal *terminal = record->terminal;
		*next = terminal->terminal_no >= *next ? terminal->terminal_no + 1 : *next;
		*known = *known ||
		    (terminal->public_key.len == PUBLIC_KEY_BYTES &&
			memcmp(terminal->public_key.data, deciding->keys.public_key, PUBLIC_KEY_BYTES) == 0);
	}
	return STATUS_OK;
}

static enum status
enrol(struct deciding *deciding, uint32_t number, struct reason *why)
{
	char path[PATH_BYTES], name[] = "dashboard", by[] = "dashboard", reason[] = "the dashboard's own key", all[] = "*",
			       *every[] = { all };
	struct key_pair administrator;
	Juyan__V1__Terminal terminal = JUYAN__V1__TERMINAL__INIT;
	Juyan__V1__RegistryRecord record = JUYAN__V1__REGISTRY_RECORD__INIT, *records[] = { &record };
	Juyan__V1__RegistryChanged changed = JUYAN__V1__REGISTRY_CHANGED__INIT;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	terminal.terminal_no = number;
	terminal.name = name;
	terminal.public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, deciding->keys.public_key };
	terminal.n_ports = terminal.n_kinds = 1;
	terminal.ports = terminal.kinds = every;
	terminal.administrator = terminal.reader = true;
	record.record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
	record.terminal = &terminal;
	changed.by = by;
	changed.reason = reason;
	changed.n_put = 1;
	changed.put = records;
	event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	event.registry_changed = &changed;
	snprintf(path, sizeof path, "%s/keys/admin.key", deciding->kit->config->data_dir);
	enum status status = key_pair_load(path, &administrator, why);
	if (status == STATUS_OK)
		status = send_as(deciding, path, &administrator, &event, why);
	key_pair_wipe(&administrator);
	if (status == STATUS_OK)
		log_say(deciding->kit->log, LOG_INFO, "dashboard", "enrolled", "terminal=%" PRIu32, number);
	return status;
}

static enum status
be_registered(struct deciding *deciding, const char *path, struct reason *why)
{
	bool known = false;
	uint32_t next = 0;
	enum status status = deciding->has_keys ? STATUS_OK : key_pair_ensure(path, &deciding->keys, why);
	deciding->has_keys = status == STATUS_OK;
	if (status != STATUS_OK || deciding->registered)
		return status;
	status = look(deciding, &known, &next, why);
	if (status == STATUS_OK && !known)
		status = enrol(deciding, next, why);
	deciding->registered = status == STATUS_OK;
	return status;
}

/* ---- decisions ---- */

static enum status
decide(struct desk *desk, Juyan__V1__Event *event, struct http_answer *out, struct problem *problem)
{
	struct deciding *deciding = desk->deciding;
	char path[PATH_BYTES];
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__StatusAsk ask = JUYAN__V1__STATUS_ASK__INIT;
	const Juyan__V1__Answer *answer = NULL;
	snprintf(path, sizeof path, "%s/keys/dashboard.key", desk->kit->config->data_dir);
	asker_set_end(deciding->asker, desk_ms(desk) + WAIT_MS);
	enum status status = be_registered(deciding, path, &problem->detail);
	if (status == STATUS_OK)
		status = send_as(deciding, path, &deciding->keys, event, &problem->detail);
	if (status != STATUS_OK)
		return status;
	count(desk->kit->counters, COUNTER_decisions_sent, 1);
	/* It is on disk: whatever the ledger is now at has it. */
	question.ask_case = JUYAN__V1__QUESTION__ASK_STATUS;
	question.status = &ask;
	asker_set_end(deciding->asker, desk_ms(desk) + WAIT_MS);
	uint64_t lsn = asker_query(deciding->asker, &question, &answer, &problem->detail) == STATUS_OK ? answer->lsn : 0;
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
	asker_set_end(desk->deciding->asker, desk_ms(desk) + WAIT_MS);
	enum status status = asker_query(desk->deciding->asker, &question, &answer, why);
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
