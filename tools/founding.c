/* See founding.h. The ledger is opened, founded and closed again before ingest opens it. */
#include "founding.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ledger.h"
#include "registry_diff.h"

/* More than the shipped files can need: each holds up to REGISTRY_RECORDS_MAX records. */
enum { EVENTS_MAX = 64 };

/* The administrator's record and its texts. */
struct draft {
	Juyan__V1__RegistryRecord record;
	Juyan__V1__Terminal terminal;
	char name[32], all[2];
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

/* The events that the first registry is cut into, as they go into the ledger. */
struct founding {
	struct arena *arena;
	struct reason *why;
	int64_t now_ms;
	size_t n;
	struct entry entries[EVENTS_MAX];
};

/* Packed, and decoded again: what goes into the ledger has come through the same check as anything from outside. */
static enum status
add_event(void *user, Juyan__V1__RegistryChanged *changed)
{
	struct founding *founding = user;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	assert(founding->n < EVENTS_MAX);
	struct entry *entry = &founding->entries[founding->n++];
	*entry = (struct entry){ .terminal_no = FOUNDING_TERMINAL_NO,
		.stream_seq = founding->n,
		.received_at_ms = founding->now_ms,
		.verdict = STATUS_OK };
	event.occurred_at_ms = founding->now_ms;
	event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	event.registry_changed = changed;
	enum status status = wire_pack(&event.base, EVENT_BYTES_MAX, founding->arena, &entry->bytes);
	if (status != STATUS_OK)
		return reason_say(founding->why, status, "the first registry cannot be packed: %s", status_sentence(status));
	return wire_event(entry->bytes, founding->arena, &entry->event, founding->why);
}

/* The registry with the terminal, in an order in which each event leaves a registry that fits. */
static enum status
cut(struct founding *founding, const Juyan__V1__RegistryRecord *const *records, size_t n, const Juyan__V1__RegistryRecord *terminal)
{
	char by[32], reason[64];
	struct registry_diff diff = { 0 };
	struct registry_file all = { .name = "the first registry" };
	const Juyan__V1__RegistryRecord **with_terminal = arena_take(founding->arena, (n + 1) * sizeof *with_terminal);
	if (with_terminal == NULL)
		return reason_say(founding->why, STATUS_NO_MEMORY, "memory ran out");
	memcpy(with_terminal, records, n * sizeof *with_terminal);
	with_terminal[n] = terminal;
	all.records = with_terminal;
	all.n = n + 1;
	enum status status = registry_diff_make(NULL, 0, &all, false, &diff);
	if (status != STATUS_OK)
		return reason_say(founding->why, status, "memory ran out");
	Juyan__V1__RegistryChanged changed = JUYAN__V1__REGISTRY_CHANGED__INIT;
	snprintf(by, sizeof by, "juyan %s", JUYAN_VERSION);
	snprintf(reason, sizeof reason, "the registry that a ledger begins with");
	changed.by = by;
	changed.reason = reason;
	const Juyan__V1__RegistryRecord *misfit;
	status = registry_diff_check(&diff, &misfit, founding->why);
	if (status == STATUS_OK)
		status = registry_diff_parts(&diff, &changed, add_event, founding);
	registry_diff_close(&diff);
	return status;
}

/* All of them in one transaction: there is no ledger with half a registry. */
static enum status
journal(struct ledger *ledger, struct founding *founding)
{
	enum status status = ledger_apply(ledger, founding->entries, founding->n, founding->why);
	for (size_t i = 0; i < founding->n && status == STATUS_OK; i++)
		if (founding->entries[i].verdict != STATUS_OK)
			status = reason_say(founding->why, STATUS_SETTING, "the first registry is refused by the ledger: %s",
			    status_sentence(founding->entries[i].verdict));
	return status;
}

enum status
founding_with(struct ledger *ledger, const char *dir, int64_t now_ms, const Juyan__V1__RegistryRecord *const *records, size_t n,
    struct reason *why)
{
	char path[CONFIG_TEXT_BYTES + 32];
	uint8_t public_key[PUBLIC_KEY_BYTES];
	struct key_pair administrator;
	struct draft draft;
	struct arena arena = { .base = NULL };
	struct founding founding = { .arena = &arena, .why = why, .now_ms = now_ms };
	snprintf(path, sizeof path, "%s/keys/admin.key", dir);
	enum status status = key_pair_ensure(path, &administrator, why);
	if (status == STATUS_OK)
		status = arena_open(&arena, DECODE_BYTES_MAX);
	if (status == STATUS_OK) {
		draft_terminal(&draft, administrator.public_key, public_key);
		status = cut(&founding, records, n, &draft.record);
	}
	if (status == STATUS_OK)
		status = journal(ledger, &founding);
	arena_close(&arena);
	key_pair_wipe(&administrator);
	return status;
}

enum status
founding_begin(struct ledger *ledger, const char *dir, int64_t now_ms, struct log *log, struct reason *why)
{
	const Juyan__V1__RegistryRecord **shipped = NULL;
	struct arena arena = { .base = NULL };
	size_t n = 0;
	enum status status = arena_open(&arena, DECODE_BYTES_MAX);
	if (status == STATUS_OK)
		status = registry_default(&arena, &shipped, &n, why);
	if (status == STATUS_OK)
		status = founding_with(ledger, dir, now_ms, shipped, n, why);
	if (status == STATUS_OK && log != NULL)
		log_say(log, LOG_INFO, "serve", "ledger_founded", "records=%zu", n + 1);
	arena_close(&arena);
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
