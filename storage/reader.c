/* Questions to a snapshot: opening it, choosing who answers, wrapping the answer. See ledger.h and answer.h. */
#include "answer.h"

#include <stdlib.h>

#include "registry_table.h"

struct reader {
	struct env *env;
	struct registry *registry; /* of registry_version */
	uint64_t registry_version;
	bool has_registry;
};

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
		status = registry_table_on_file(&snapshot.store, &view, why);
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

static enum status
read_meta(struct reader *reader, struct meta *out, struct reason *why)
{
	struct store store;
	enum status status = store_begin_read(reader->env, &store, why);
	if (status != STATUS_OK)
		return status;
	status = meta_read(&store, out, why);
	store_abort(&store);
	return status;
}

enum status
reader_registry_version(struct reader *reader, uint64_t *out, struct reason *why)
{
	struct meta meta;
	enum status status = read_meta(reader, &meta, why);
	if (status == STATUS_OK)
		*out = meta.registry_version;
	return status;
}

enum status
reader_lsn(struct reader *reader, uint64_t *out, struct reason *why)
{
	struct meta meta;
	enum status status = read_meta(reader, &meta, why);
	if (status == STATUS_OK)
		*out = meta.end.lsn;
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
		return answer_status(snapshot, question->status, &answer->status);
	case JUYAN__V1__QUESTION__ASK_NEWS:
		return answer_news(snapshot, question->news, &answer->news, why);
	case JUYAN__V1__QUESTION__ASK_CROSSINGS:
		return answer_crossings(snapshot, question->crossings, &answer->crossings, why);
	case JUYAN__V1__QUESTION__ASK_DWELL:
		return answer_dwell(snapshot, question->dwell, &answer->dwell, why);
	case JUYAN__V1__QUESTION__ASK_LANES:
		return answer_lanes(snapshot, question->lanes, &answer->lanes, why);
	case JUYAN__V1__QUESTION__ASK_SEARCH:
		return answer_search(snapshot, question->search, &answer->search, why);
	case JUYAN__V1__QUESTION__ASK_ATTENTION:
		return answer_attention(snapshot, question->attention, &answer->attention, why);
	case JUYAN__V1__QUESTION__ASK_MACHINES:
		return answer_machines(snapshot, question->machines, &answer->machines, why);
	default:
		return reason_say(why, STATUS_NO_CONTENT, "the question asks nothing that this version knows");
	}
}

_Static_assert((int)JUYAN__V1__QUESTION__ASK_TOTALS == (int)JUYAN__V1__ANSWER__SAY_TOTALS &&
	(int)JUYAN__V1__QUESTION__ASK_STATUS == (int)JUYAN__V1__ANSWER__SAY_STATUS &&
	(int)JUYAN__V1__QUESTION__ASK_NEWS == (int)JUYAN__V1__ANSWER__SAY_NEWS &&
	(int)JUYAN__V1__QUESTION__ASK_ATTENTION == (int)JUYAN__V1__ANSWER__SAY_ATTENTION &&
	(int)JUYAN__V1__QUESTION__ASK_MACHINES == (int)JUYAN__V1__ANSWER__SAY_MACHINES,
    "an answer stands at the field number of its question");

static Juyan__V1__Answer *
fail(struct arena *arena, uint64_t nonce, uint64_t lsn, enum status reason, const struct reason *why)
{
	Juyan__V1__Answer *answer = arena_take(arena, sizeof *answer);
	Juyan__V1__Failure *failure = arena_take(arena, sizeof *failure);
	char *name = answer_string(arena, status_name(reason));
	char *sentence = answer_string(arena, why->text[0] != '\0' ? why->text : status_sentence(reason));
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

static enum status
answer_with(struct reader *reader, const Juyan__V1__Question *question, const struct searching *found, struct arena *arena,
    const Juyan__V1__Answer **out, struct reason *why)
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
	snapshot.found = found;
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

enum status
reader_answer(struct reader *reader, const Juyan__V1__Question *question, struct arena *arena, const Juyan__V1__Answer **out,
    struct reason *why)
{
	return answer_with(reader, question, NULL, arena, out, why);
}

enum status
reader_search(struct reader *reader, struct searching *searching, size_t batches, bool *done, struct reason *why)
{
	struct snapshot snapshot = { .env = reader->env };
	enum status status = store_begin_read(reader->env, &snapshot.store, why);
	if (status != STATUS_OK)
		return status;
	status = searching_look(searching, &snapshot, batches, done);
	store_abort(&snapshot.store);
	return status == STATUS_OK ? status : reason_say(why, status, "the table of names cannot be read");
}

enum status
reader_found(struct reader *reader, const struct searching *searching, uint64_t nonce, struct arena *arena,
    const Juyan__V1__Answer **out, struct reason *why)
{
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__SearchAsk ask = JUYAN__V1__SEARCH_ASK__INIT;
	question.version = PROTOCOL_VERSION;
	question.nonce = nonce;
	question.ask_case = JUYAN__V1__QUESTION__ASK_SEARCH;
	question.search = &ask;
	return answer_with(reader, &question, searching, arena, out, why);
}
