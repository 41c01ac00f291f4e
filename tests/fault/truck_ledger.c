/* See truck_ledger.h. The ledger's own face is used for all of it, as ingest and query do. */
#include "truck_ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recount.h"
#include "trucks.h"

enum { ARENA_BYTES = 16 * 1024 * 1024, ADMIN_TERMINAL = 1 };

#define NOW_MS INT64_C(1767225600000) /* 2026-01-01T00:00Z */
#define MAP_BYTES (UINT64_C(256) << 20)

static const char NAME[] = "trucks";

struct truck_ledger {
	struct env *env;
	struct ledger *ledger;
	struct arena arena;
	struct entry entries[TRUCK_GROUP_MAX];
};

/* ---- opening ---- */

/* One event of an administrator: the port, the group of goods, and both terminals. */
static enum status
found(struct truck_ledger *ledger, struct reason *why)
{
	static char id[] = "ceke", offset[] = "+08:00", coal[] = "coal", prefix[] = "2701", every[] = "*", by[] = "test",
		    reason[] = "founding";
	static char name[] = "office";
	static uint8_t keys[2][PUBLIC_KEY_BYTES] = { { 1 }, { 2 } };
	char *prefixes[] = { prefix }, *all[] = { every };
	Juyan__V1__Port port = JUYAN__V1__PORT__INIT;
	Juyan__V1__CommodityGroup group = JUYAN__V1__COMMODITY_GROUP__INIT;
	Juyan__V1__Terminal terminals[] = { JUYAN__V1__TERMINAL__INIT, JUYAN__V1__TERMINAL__INIT };
	Juyan__V1__RegistryRecord records[4], *put[4];
	Juyan__V1__RegistryChanged changed = JUYAN__V1__REGISTRY_CHANGED__INIT;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;

	port.id = id;
	port.utc_offset = offset;
	port.count_on = JUYAN__V1__COUNT_ON__RELEASE;
	group.id = coal;
	group.n_hs_prefixes = 1;
	group.hs_prefixes = prefixes;
	for (int i = 0; i < 4; i++) {
		juyan__v1__registry_record__init(&records[i]);
		put[i] = &records[i];
	}
	records[0].record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_PORT;
	records[0].port = &port;
	records[1].record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP;
	records[1].group = &group;
	for (uint32_t i = 0; i < 2; i++) {
		terminals[i].terminal_no = i + 1;
		terminals[i].name = name;
		terminals[i].public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, keys[i] };
		terminals[i].n_ports = terminals[i].n_kinds = 1;
		terminals[i].ports = terminals[i].kinds = all;
		terminals[i].administrator = i == 0;
		records[2 + i].record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
		records[2 + i].terminal = &terminals[i];
	}
	changed.by = by;
	changed.reason = reason;
	changed.n_put = 4;
	changed.put = put;
	event.occurred_at_ms = NOW_MS;
	event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	event.registry_changed = &changed;

	struct entry entry = { .terminal_no = ADMIN_TERMINAL, .stream_seq = 1, .received_at_ms = NOW_MS };
	enum status status = wire_pack(&event.base, EVENT_BYTES_MAX, &ledger->arena, &entry.bytes);
	if (status == STATUS_OK)
		status = wire_event(entry.bytes, &ledger->arena, &entry.event, why);
	if (status == STATUS_OK)
		status = ledger_apply(ledger->ledger, &entry, 1, why);
	arena_reset(&ledger->arena);
	return status == STATUS_OK ? entry.verdict : status;
}

enum status
truck_ledger_open(const char *dir, struct truck_ledger **out, struct reason *why)
{
	struct env_options options = { .dir = dir, .map_bytes = MAP_BYTES, .headroom_map_bytes = 1, .headroom_disk_bytes = 1 };
	struct truck_ledger *ledger = calloc(1, sizeof *ledger);
	if (ledger == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory to open a ledger");
	enum status status = arena_open(&ledger->arena, ARENA_BYTES);
	if (status != STATUS_OK)
		reason_say(why, status, "%s", status_sentence(status));
	if (status == STATUS_OK)
		status = env_open(&options, &ledger->env, why);
	if (status == STATUS_OK)
		status = ledger_open(ledger->env, &ledger->ledger, why);
	if (status == STATUS_OK && ledger_lsn(ledger->ledger) == 0)
		status = found(ledger, why);
	if (status == STATUS_OK)
		*out = ledger;
	else
		truck_ledger_close(&ledger);
	return status;
}

void
truck_ledger_close(struct truck_ledger **ledger)
{
	if (*ledger == NULL)
		return;
	ledger_close(&(*ledger)->ledger);
	env_close(&(*ledger)->env);
	arena_close(&(*ledger)->arena);
	free(*ledger);
	*ledger = NULL;
}

/* ---- writing ---- */

uint64_t
truck_ledger_tail(const struct truck_ledger *ledger)
{
	return ledger_stream_tail(ledger->ledger, TRUCK_TERMINAL);
}

enum status
truck_ledger_write(struct truck_ledger *ledger, size_t n, struct reason *why)
{
	uint64_t tail = truck_ledger_tail(ledger);
	enum status status = n <= TRUCK_GROUP_MAX ? STATUS_OK : STATUS_TOO_MANY;
	arena_reset(&ledger->arena);
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		struct entry *entry = &ledger->entries[i];
		uint8_t *bytes = arena_take(&ledger->arena, TRUCK_EVENT_BYTES);
		if (bytes == NULL)
			return reason_say(why, STATUS_NO_MEMORY, "no memory for an event");
		*entry = (struct entry){ .terminal_no = TRUCK_TERMINAL, .stream_seq = tail + 1 + i, .received_at_ms = NOW_MS };
		entry->bytes = (struct span){ bytes, trucks_event(NAME, tail + 1 + i, bytes, TRUCK_EVENT_BYTES) };
		status = wire_event(entry->bytes, &ledger->arena, &entry->event, why);
	}
	return status == STATUS_OK ? ledger_apply(ledger->ledger, ledger->entries, n, why) : status;
}

/* ---- looking ---- */

static enum status
sum_up(struct truck_ledger *ledger, struct trucks_sums *out, struct reason *why)
{
	struct reader *reader = NULL;
	const Juyan__V1__Answer *answer;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
	ask.by_basis = 1;
	question.version = PROTOCOL_VERSION;
	question.ask_case = JUYAN__V1__QUESTION__ASK_TOTALS;
	question.totals = &ask;
	enum status status = reader_open(ledger->env, &reader, why);
	if (status == STATUS_OK)
		status = reader_answer(reader, &question, &ledger->arena, &answer, why);
	reader_close(&reader);
	if (status != STATUS_OK)
		return status;
	if (answer->say_case != JUYAN__V1__ANSWER__SAY_TOTALS)
		return reason_say(why, STATUS_DAMAGED, "the ledger does not tell its totals");
	*out = (struct trucks_sums){ 0 };
	for (size_t i = 0; i < answer->totals->n_rows; i++) {
		const Juyan__V1__TotalsRow *row = answer->totals->rows[i];
		bool weighed = strcmp(row->basis, "weighed") == 0;
		*(weighed ? &out->weighed_kg : &out->corrected_kg) += row->net_kg;
		*(weighed ? &out->weighed : &out->corrected) += row->batches;
	}
	return STATUS_OK;
}

static enum status
check_sums(struct truck_ledger *ledger, struct reason *why)
{
	struct trucks_sums got, wanted = trucks_count(truck_ledger_tail(ledger));
	enum status status = sum_up(ledger, &got, why);
	if (status != STATUS_OK || memcmp(&got, &wanted, sizeof got) == 0)
		return status;
	return reason_say(why, STATUS_CONTRADICTION,
	    "%" PRIu64 " events count for %" PRId64 " kg weighed and %" PRId64 " corrected; expected %" PRId64 " and %" PRId64,
	    truck_ledger_tail(ledger), got.weighed_kg, got.corrected_kg, wanted.weighed_kg, wanted.corrected_kg);
}

enum status
truck_ledger_check(const char *dir, uint64_t acked, uint64_t *there, struct reason *why)
{
	struct truck_ledger *ledger = NULL;
	struct recount_result result;
	char scratch[256];
	snprintf(scratch, sizeof scratch, "%s/scratch", dir);
	enum status status = truck_ledger_open(dir, &ledger, why);
	if (status == STATUS_OK && truck_ledger_tail(ledger) < acked)
		status = reason_say(why, STATUS_CONTRADICTION, "%" PRIu64 " events are acknowledged, on disk are only %" PRIu64,
		    acked, truck_ledger_tail(ledger));
	if (status == STATUS_OK)
		status = check_sums(ledger, why);
	if (status == STATUS_OK)
		status = recount(ledger->env, scratch, NULL, NULL, NULL, &result, why);
	if (status == STATUS_OK && !result.right)
		status = reason_say(why, STATUS_CONTRADICTION, "a recount does not agree: %.180s", result.difference);
	if (status == STATUS_OK && there != NULL)
		*there = truck_ledger_tail(ledger);
	truck_ledger_close(&ledger);
	return status;
}
