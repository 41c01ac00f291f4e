/* Questions to a snapshot: opening it, choosing who answers, wrapping the answer. See ledger.h and reader.h. */
#include "reader.h"

#include <stdlib.h>

#include "facts.h"
#include "registry_table.h"
#include "streams.h"

enum status
reader_open(struct env *env, struct reader **out, struct reason *why)
{
	struct reader *reader = calloc(1, sizeof *reader);
	if (reader == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory to read the ledger");
	reader->env = env;
	*out = reader;
	return STATUS_OK;
}

void
reader_close(struct reader **reader)
{
	if (*reader == NULL)
		return;
	registry_close(&(*reader)->registry);
	free(*reader);
	*reader = NULL;
}

/* The registry is built anew only when it has changed since the last snapshot. */
static enum status
begin(struct reader *reader, struct arena *arena, struct snapshot *out, struct reason *why)
{
	struct snapshot snapshot = { .env = reader->env, .arena = arena };
	enum status status = store_begin_read(reader->env, &snapshot.store, why);
	if (status != STATUS_OK)
		return status;
	status = meta_read(&snapshot.store, &snapshot.meta, why);
	if (status == STATUS_OK && (!reader->has_registry || reader->registry_version != snapshot.meta.registry_version)) {
		struct registry *view;
		status = registry_table_view(&snapshot.store, &view, why);
		if (status == STATUS_OK) {
			registry_close(&reader->registry);
			reader->registry = view;
			reader->registry_version = snapshot.meta.registry_version;
			reader->has_registry = true;
		}
	}
	snapshot.registry = reader->registry;
	if (status == STATUS_OK)
		*out = snapshot;
	else
		store_abort(&snapshot.store);
	return status;
}

enum status
reader_registry(struct reader *reader, const struct registry **out, struct reason *why)
{
	struct snapshot snapshot;
	enum status status = begin(reader, NULL, &snapshot, why);
	if (status != STATUS_OK)
		return status;
	store_abort(&snapshot.store);
	*out = reader->registry;
	return STATUS_OK;
}

enum status
reader_registry_version(struct reader *reader, uint64_t *out, struct reason *why)
{
	struct store store;
	struct meta meta;
	enum status status = store_begin_read(reader->env, &store, why);
	if (status != STATUS_OK)
		return status;
	status = meta_read(&store, &meta, why);
	store_abort(&store);
	if (status == STATUS_OK)
		*out = meta.registry_version;
	return status;
}

char *
arena_text(struct arena *arena, struct span text)
{
	char *copy = arena_take(arena, text.bytes + 1);
	if (copy == NULL)
		return NULL;
	if (text.bytes > 0)
		memcpy(copy, text.data, text.bytes);
	copy[text.bytes] = '\0';
	return copy;
}

char *
arena_string(struct arena *arena, const char *text)
{
	return arena_text(arena, (struct span){ (const uint8_t *)text, strlen(text) });
}

char **
arena_remarks(struct arena *arena, uint32_t marks, size_t *n)
{
	char **remarks = arena_take(arena, 32 * sizeof *remarks);
	*n = 0;
	for (unsigned bit = 0; bit < 32 && remarks != NULL; bit++) {
		const char *sentence = (marks >> bit & 1) != 0 ? facts_mark_sentence(bit) : NULL;
		if (sentence == NULL)
			continue;
		remarks[*n] = arena_string(arena, sentence);
		if (remarks[(*n)++] == NULL)
			return NULL;
	}
	return remarks;
}

const char *
terminal_name_of(const struct registry *registry, uint32_t terminal_no)
{
	const struct terminal_rule *terminal = registry_terminal(registry, terminal_no);
	return terminal != NULL ? terminal->name : "";
}

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
	stream->terminal_name = arena_string(snapshot->arena, terminal_name_of(snapshot->registry, terminal_no));
	if (status != STATUS_OK || stream->terminal_name == NULL)
		return status != STATUS_OK ? status : STATUS_NO_MEMORY;
	stream->last_stream_seq = run.first_seq + run.events - 1;
	stream->last_received_at_ms = last.received_at_ms;
	*out = stream;
	return STATUS_OK;
}

enum status
answer_status(struct snapshot *snapshot, Juyan__V1__LedgerStatus **out)
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
	enum status status = STATUS_OK;
	while (answer->n_streams < TERMINALS_MAX &&
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

static enum status
choose(struct snapshot *snapshot, const Juyan__V1__Question *question, Juyan__V1__Answer *answer, struct reason *why)
{
	answer->say_case = (Juyan__V1__Answer__SayCase)question->ask_case;
	switch (question->ask_case) {
	case JUYAN__V1__QUESTION__ASK_TOTALS:
		return answer_totals(snapshot, question->totals, &answer->totals, why);
	case JUYAN__V1__QUESTION__ASK_BATCH:
		return answer_batch(snapshot, question->batch, &answer->batch, why);
	case JUYAN__V1__QUESTION__ASK_QUARANTINE:
		return answer_quarantine(snapshot, question->quarantine, &answer->quarantine, why);
	case JUYAN__V1__QUESTION__ASK_REVIEW:
		return answer_review(snapshot, question->review, &answer->review, why);
	case JUYAN__V1__QUESTION__ASK_REGISTRY:
		return answer_registry(snapshot, question->registry, &answer->registry, why);
	case JUYAN__V1__QUESTION__ASK_STATUS:
		return answer_status(snapshot, &answer->status);
	default:
		return reason_say(why, STATUS_NO_CONTENT, "the question asks nothing that this version knows");
	}
}

_Static_assert((int)JUYAN__V1__QUESTION__ASK_TOTALS == (int)JUYAN__V1__ANSWER__SAY_TOTALS &&
	(int)JUYAN__V1__QUESTION__ASK_STATUS == (int)JUYAN__V1__ANSWER__SAY_STATUS,
    "an answer stands at the field number of its question");

static Juyan__V1__Answer *
fail(struct arena *arena, uint64_t nonce, uint64_t lsn, enum status reason, const struct reason *why)
{
	Juyan__V1__Answer *answer = arena_take(arena, sizeof *answer);
	Juyan__V1__Failure *failure = arena_take(arena, sizeof *failure);
	char *name = arena_string(arena, status_name(reason));
	char *sentence = arena_string(arena, why->text[0] != '\0' ? why->text : status_sentence(reason));
	if (answer == NULL || failure == NULL || name == NULL || sentence == NULL)
		return NULL;
	juyan__v1__answer__init(answer);
	juyan__v1__failure__init(failure);
	*failure = (Juyan__V1__Failure){ .base = failure->base, .code = (uint32_t)reason, .name = name, .sentence = sentence };
	answer->nonce = nonce;
	answer->lsn = lsn;
	answer->say_case = JUYAN__V1__ANSWER__SAY_FAILURE;
	answer->failure = failure;
	return answer;
}

enum status
reader_answer(struct reader *reader, const Juyan__V1__Question *question, struct arena *arena, const Juyan__V1__Answer **out,
    struct reason *why)
{
	struct snapshot snapshot;
	struct reason unfit = { "" };
	size_t before = arena->used;
	Juyan__V1__Answer *answer = arena_take(arena, sizeof *answer);
	if (answer == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__answer__init(answer);
	enum status status = begin(reader, arena, &snapshot, why);
	if (status != STATUS_OK)
		return status;
	answer->nonce = question->nonce;
	answer->lsn = snapshot.meta.end.lsn;
	if (question->version != PROTOCOL_VERSION)
		status = reason_say(&unfit, STATUS_VERSION, "the question has protocol version %u, this service speaks %d",
		    question->version, PROTOCOL_VERSION);
	else
		status = choose(&snapshot, question, answer, &unfit);
	store_abort(&snapshot.store);
	/* An answer that does not fit the arena is too large an answer, not a machine without memory. */
	if (status == STATUS_NO_MEMORY)
		status = reason_say(&unfit, STATUS_TOO_LARGE, "the answer would be too large: ask for less");
	if (status_consequence(status) == REFUSE) {
		arena->used = before; /* what was gathered for the answer gives its room to the failure */
		answer = fail(arena, question->nonce, snapshot.meta.end.lsn, status, &unfit);
		status = answer != NULL ? STATUS_OK : STATUS_NO_MEMORY;
	}
	if (status == STATUS_OK)
		*out = answer;
	else if (why != NULL)
		*why = unfit;
	return status;
}
