/* See inhouse.h. */
#include "inhouse.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "key_lock.h"
#include "lock.h"
#include "terminal.h"
#include "wire.h"

enum { KEY_WAIT_MS = 2000, PATH_BYTES = CONFIG_TEXT_BYTES + 64, ENROL_BYTES = 4096 };

struct inhouse {
	struct inhouse_options options;
	struct asker *asker;
	struct key_pair keys;
	char key_path[PATH_BYTES];
	bool has_keys, registered;
};

/* What ingest said of the one event. */
struct verdict {
	enum status status;
	struct reason why;
};

enum status
inhouse_open(const struct inhouse_options *options, struct inhouse **out, struct reason *why)
{
	struct inhouse *inhouse = calloc(1, sizeof *inhouse);
	if (inhouse == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	inhouse->options = *options;
	snprintf(inhouse->key_path, PATH_BYTES, "%s/keys/%s.key", options->kit->config->data_dir, options->name);
	enum status status = asker_for(options->kit, options->stop, &inhouse->asker, why);
	if (status != STATUS_OK) {
		inhouse_close(&inhouse);
		return status;
	}
	*out = inhouse;
	return STATUS_OK;
}

void
inhouse_close(struct inhouse **inhouse)
{
	if (*inhouse == NULL)
		return;
	asker_close(&(*inhouse)->asker);
	key_pair_wipe(&(*inhouse)->keys);
	free(*inhouse);
	*inhouse = NULL;
}

struct asker *
inhouse_asker(struct inhouse *inhouse)
{
	return inhouse->asker;
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
converse(const struct inhouse_options *options, const struct key_pair *keys, struct span event, struct verdict *verdict,
    struct reason *why)
{
	char endpoint[DOOR_ENDPOINT_BYTES];
	struct terminal *terminal = NULL;
	const struct terminal_options session = { .bus = options->kit->bus,
		.endpoint = door_ipc(options->kit->config->data_dir, "ingest", endpoint),
		.keys = keys,
		.server_key = options->kit->keys->public_key,
		.on_answer = on_answer,
		.user = verdict,
		.patience_ms = options->wait_ms };
	enum status status = terminal_open(&session, &terminal, why);
	if (status == STATUS_OK)
		status = terminal_hello(terminal, options->wait_ms, why);
	if (status == STATUS_OK)
		status = terminal_send(terminal, event, why);
	if (status == STATUS_OK)
		status = terminal_flush(terminal, options->wait_ms, why);
	terminal_close(&terminal);
	return status;
}

/* Two that send with one key take each other's numbers. */
static enum status
send_as(const struct inhouse_options *options, const char *key_path, const struct key_pair *keys, struct span event,
    enum status *said, struct reason *why)
{
	struct verdict verdict = { .status = STATUS_OK };
	int lock_fd = -1;
	if (!lock_held(options->kit->config->data_dir, "ingest"))
		return reason_say(why, STATUS_CLOSED, "nobody takes events now; try again");
	enum status status = key_lock(key_path, KEY_WAIT_MS, &lock_fd, why);
	if (status == STATUS_IN_USE)
		return STATUS_BUSY;
	if (status == STATUS_OK)
		status = converse(options, keys, event, &verdict, why);
	if (lock_fd >= 0)
		close(lock_fd);
	*said = verdict.status;
	if (status == STATUS_OK && verdict.status != STATUS_OK)
		reason_write(why, "%s", verdict.why.text);
	return status;
}

/* ---- the service's own terminal ---- */

/* Whether the registry has the key, and which number would be the next. */
static enum status
look(struct inhouse *inhouse, bool *known, uint32_t *next, struct reason *why)
{
	char kind[] = "terminal";
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__RegistryAsk ask = JUYAN__V1__REGISTRY_ASK__INIT;
	const Juyan__V1__Answer *answer = NULL;
	ask.kind = kind;
	question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
	question.registry = &ask;
	enum status status = asker_query(inhouse->asker, &question, &answer, why);
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
			memcmp(terminal->public_key.data, inhouse->keys.public_key, PUBLIC_KEY_BYTES) == 0);
	}
	return STATUS_OK;
}

/* The event that enters the terminal, in the arena. */
static enum status
entry(const struct inhouse *inhouse, uint32_t number, struct arena *arena, struct span *out, struct reason *why)
{
	char all[] = "*", *every[] = { all }, reason[64];
	Juyan__V1__Terminal terminal = JUYAN__V1__TERMINAL__INIT;
	Juyan__V1__RegistryRecord record = JUYAN__V1__REGISTRY_RECORD__INIT, *records[] = { &record };
	Juyan__V1__RegistryChanged changed = JUYAN__V1__REGISTRY_CHANGED__INIT;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	snprintf(reason, sizeof reason, "the own key of '%.32s'", inhouse->options.name);
	terminal.terminal_no = number;
	terminal.name = changed.by = (char *)(uintptr_t)inhouse->options.name; /* it is only read */
	terminal.public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, (uint8_t *)(uintptr_t)inhouse->keys.public_key };
	terminal.administrator = terminal.reader = inhouse->options.administrator;
	if (inhouse->options.administrator) {
		terminal.n_ports = terminal.n_kinds = 1;
		terminal.ports = terminal.kinds = every;
	}
	record.record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
	record.terminal = &terminal;
	changed.reason = reason;
	changed.n_put = 1;
	changed.put = records;
	event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	event.registry_changed = &changed;
	event.occurred_at_ms = clock_utc_ms(&inhouse->options.kit->clock);
	enum status status = wire_event_check(&event, why);
	return status == STATUS_OK ? wire_pack(&event.base, ENROL_BYTES, arena, out) : status;
}

static enum status
enrol(struct inhouse *inhouse, uint32_t number, struct reason *why)
{
	const struct service_kit *kit = inhouse->options.kit;
	char path[PATH_BYTES];
	struct key_pair administrator;
	struct arena arena;
	struct span event = { NULL, 0 };
	enum status said = STATUS_OK, status = arena_open(&arena, ENROL_BYTES);
	if (status != STATUS_OK)
		return reason_say(why, status, "memory ran out");
	snprintf(path, sizeof path, "%s/keys/admin.key", kit->config->data_dir);
	status = entry(inhouse, number, &arena, &event, why);
	if (status == STATUS_OK)
		status = key_pair_load(path, &administrator, why);
	if (status == STATUS_OK) {
		status = send_as(&inhouse->options, path, &administrator, event, &said, why);
		key_pair_wipe(&administrator);
	}
	arena_close(&arena);
	if (status == STATUS_OK && said == STATUS_OK)
		log_say(kit->log, LOG_INFO, inhouse->options.name, "enrolled", "terminal=%" PRIu32, number);
	return status == STATUS_OK ? said : status;
}

static enum status
be_registered(struct inhouse *inhouse, struct reason *why)
{
	bool known = false;
	uint32_t next = 0;
	enum status status = inhouse->has_keys ? STATUS_OK : key_pair_ensure(inhouse->key_path, &inhouse->keys, why);
	inhouse->has_keys = status == STATUS_OK;
	if (status != STATUS_OK || inhouse->registered)
		return status;
	status = look(inhouse, &known, &next, why);
	if (status == STATUS_OK && !known)
		status = enrol(inhouse, next, why);
	inhouse->registered = status == STATUS_OK;
	return status;
}

enum status
inhouse_send(struct inhouse *inhouse, struct span event, enum status *said, struct reason *why)
{
	enum status status = be_registered(inhouse, why);
	return status == STATUS_OK ? send_as(&inhouse->options, inhouse->key_path, &inhouse->keys, event, said, why) : status;
}
