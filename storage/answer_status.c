/* What the ledger says of itself: its end, its streams, its room, and its registry. */
#include "answer.h"
#include "registry_table.h"
#include "streams.h"

static enum status
stream_status(struct snapshot *snapshot, uint32_t terminal_no, Juyan__V1__StreamStatus **out)
{
	struct stream_run run;
	struct journal_event last;
	Juyan__V1__StreamStatus *stream = arena_take(snapshot->arena, sizeof *stream);
	if (stream == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__stream_status__init(stream);
	enum status status = streams_last(&snapshot->store, terminal_no, &run);
	if (status == STATUS_OK)
		status = journal_find(&snapshot->store, run.first_lsn + run.events - 1, &last);
	stream->terminal_no = terminal_no;
	stream->terminal_name = answer_string(snapshot->arena, answer_terminal_name(snapshot->registry, terminal_no));
	if (status != STATUS_OK || stream->terminal_name == NULL)
		return status != STATUS_OK ? status : STATUS_NO_MEMORY;
	stream->last_stream_seq = run.first_seq + run.events - 1;
	stream->last_received_at_ms = last.received_at_ms;
	*out = stream;
	return STATUS_OK;
}

/* What a chain was; zeros where nothing ends there. */
static enum status
chain_then(struct snapshot *snapshot, uint64_t lsn, ProtobufCBinaryData *out)
{
	if (lsn == 0)
		return STATUS_OK;
	uint8_t *chain = arena_take(snapshot->arena, CHAIN_BYTES);
	if (chain == NULL)
		return STATUS_NO_MEMORY;
	memset(chain, 0, CHAIN_BYTES);
	*out = (ProtobufCBinaryData){ CHAIN_BYTES, chain };
	enum status status = lsn > snapshot->meta.end.lsn ? STATUS_NOT_FOUND : journal_chain(&snapshot->store, lsn, chain);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
answer_status(struct snapshot *snapshot, const Juyan__V1__StatusAsk *ask, Juyan__V1__LedgerStatus **out)
{
	Juyan__V1__LedgerStatus *answer = arena_take(snapshot->arena, sizeof *answer);
	Juyan__V1__StreamStatus **streams = arena_take(snapshot->arena, TERMINALS_MAX * sizeof *streams);
	uint8_t *chain = arena_take(snapshot->arena, CHAIN_BYTES);
	if (answer == NULL || streams == NULL || chain == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__ledger_status__init(answer);
	memcpy(chain, snapshot->meta.end.chain, CHAIN_BYTES);
	answer->chain = (ProtobufCBinaryData){ CHAIN_BYTES, chain };
	answer->last_lsn = snapshot->meta.end.lsn;
	answer->last_received_at_ms = snapshot->meta.end.received_at_ms;
	answer->batches = store_rows(&snapshot->store, TABLE_manifests);
	answer->review_batches = store_rows(&snapshot->store, TABLE_review);
	answer->quarantine_waiting = snapshot->meta.quarantine_waiting;
	env_usage(snapshot->env, &answer->map_bytes, &answer->map_used_bytes, &answer->disk_free_bytes);
	answer->streams = streams;
	uint32_t terminal_no = 0;
	enum status status = chain_then(snapshot, ask->chain_of_lsn, &answer->chain_then);
	while (status == STATUS_OK && answer->n_streams < TERMINALS_MAX &&
	    (status = streams_next_terminal(&snapshot->store, terminal_no, &terminal_no)) == STATUS_OK) {
		status = stream_status(snapshot, terminal_no, &streams[answer->n_streams]);
		if (status != STATUS_OK)
			return status;
		answer->n_streams++;
	}
	*out = answer;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
answer_registry(struct snapshot *snapshot, const Juyan__V1__RegistryAsk *ask, Juyan__V1__Registry **out, struct reason *why)
{
	(void)why;
	Juyan__V1__Registry *answer = arena_take(snapshot->arena, sizeof *answer);
	if (answer == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__registry__init(answer);
	enum status status =
	    registry_table_read(&snapshot->store, ask->kind, snapshot->arena, &answer->records, &answer->n_records);
	if (status == STATUS_OK)
		*out = answer;
	return status;
}
