/* See founding.h. The ledger is opened, founded and closed again before ingest opens it; all memory is one arena's. */
#include "founding.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ledger.h"
#include "registry_file.h"

/* Everything that a RegistryChanged needs but the records; the texts are never written to. */
struct draft {
	Juyan__V1__Event event;
	Juyan__V1__RegistryChanged changed;
	Juyan__V1__RegistryRecord record;
	Juyan__V1__Terminal terminal;
	char name[32], by[32], reason[64], all[2];
	char *every[1];
};

/* Terminal 1, with the rights to do all there is. */
static void
draft_terminal(struct draft *draft, const uint8_t *key, uint8_t copy[PUBLIC_KEY_BYTES])
{
	memcpy(copy, key, PUBLIC_KEY_BYTES);
	snprintf(draft->name, sizeof draft->name, "local administrator");
	snprintf(draft->all, sizeof draft->all, "*");
	draft->every[0] = draft->all;
	juyan__v1__terminal__init(&draft->terminal);
	draft->terminal.terminal_no = FOUNDING_TERMINAL_NO;
	draft->terminal.name = draft->name;
	draft->terminal.public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, copy };
	draft->terminal.n_ports = draft->terminal.n_kinds = 1;
	draft->terminal.ports = draft->terminal.kinds = draft->every;
	draft->terminal.administrator = draft->terminal.reader = true;
	juyan__v1__registry_record__init(&draft->record);
	draft->record.record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
	draft->record.terminal = &draft->terminal;
}

/* The shipped registry with the terminal behind it. */
static enum status
draft_event(struct draft *draft, int64_t now_ms, struct arena *arena, struct reason *why)
{
	const Juyan__V1__RegistryRecord **shipped = NULL;
	size_t n = 0;
	enum status status = registry_default(arena, &shipped, &n, why);
	if (status != STATUS_OK)
		return status;
	assert(n < REGISTRY_RECORDS_MAX);
	Juyan__V1__RegistryRecord **put = arena_take(arena, (n + 1) * sizeof *put);
	if (put == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	memcpy(put, shipped, n * sizeof *put);
	put[n] = &draft->record;
	snprintf(draft->by, sizeof draft->by, "juyan %s", JUYAN_VERSION);
	snprintf(draft->reason, sizeof draft->reason, "the registry that a ledger begins with");
	juyan__v1__registry_changed__init(&draft->changed);
	draft->changed.by = draft->by;
	draft->changed.reason = draft->reason;
	draft->changed.n_put = n + 1;
	draft->changed.put = put;
	juyan__v1__event__init(&draft->event);
	draft->event.occurred_at_ms = now_ms;
	draft->event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	draft->event.registry_changed = &draft->changed;
	return STATUS_OK;
}

/* Packed, and decoded again: what goes into the ledger has come through the same check as anything from outside. */
static enum status
journal(struct ledger *ledger, const struct draft *draft, struct arena *arena, struct reason *why)
{
	struct entry entry = { .terminal_no = FOUNDING_TERMINAL_NO,
		.stream_seq = 1,
		.received_at_ms = draft->event.occurred_at_ms,
		.verdict = STATUS_OK };
	enum status status = wire_pack(&draft->event.base, EVENT_BYTES_MAX, arena, &entry.bytes);
	if (status != STATUS_OK)
		return reason_say(why, status, "the first registry cannot be packed: %s", status_sentence(status));
	status = wire_event(entry.bytes, arena, &entry.event, why);
	if (status == STATUS_OK)
		status = ledger_apply(ledger, &entry, 1, why);
	if (status == STATUS_OK && entry.verdict != STATUS_OK)
		status = reason_say(why, STATUS_SETTING, "the shipped registry is refused by the ledger: %s",
		    status_sentence(entry.verdict));
	return status;
}

enum status
founding_begin(struct ledger *ledger, const char *dir, int64_t now_ms, struct log *log, struct reason *why)
{
	char path[CONFIG_TEXT_BYTES + 32];
	uint8_t public_key[PUBLIC_KEY_BYTES];
	struct key_pair administrator;
	struct draft draft;
	struct arena arena = { .base = NULL };
	snprintf(path, sizeof path, "%s/keys/admin.key", dir);
	enum status status = key_pair_ensure(path, &administrator, why);
	if (status == STATUS_OK)
		status = arena_open(&arena, DECODE_BYTES_MAX);
	if (status == STATUS_OK) {
		draft_terminal(&draft, administrator.public_key, public_key);
		status = draft_event(&draft, now_ms, &arena, why);
	}
	if (status == STATUS_OK)
		status = journal(ledger, &draft, &arena, why);
	if (status == STATUS_OK && log != NULL)
		log_say(log, LOG_INFO, "serve", "ledger_founded", "records=%zu", draft.changed.n_put);
	arena_close(&arena);
	key_pair_wipe(&administrator);
	return status;
}

enum status
founding(const struct service_kit *kit, struct reason *why)
{
	struct ledger *ledger = NULL;
	enum status status = ledger_open(kit->env, &ledger, why);
	if (status == STATUS_OK && ledger_lsn(ledger) == 0)
		status = founding_begin(ledger, kit->config->data_dir, clock_utc_ms(&kit->clock), kit->log, why);
	ledger_close(&ledger);
	return status;
}
