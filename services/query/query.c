/*
 * The loop of query.h. One question at a time: ask the ledger, pack, give; everything in one arena that is emptied in between. A
 * search alone takes long: it is made in slices, one in each turn, and whoever asks something else meanwhile waits for one slice at
 * most. A question can fail, and then the asker hears why; only a ledger that cannot be read ends the service.
 */
#include "query.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "booth.h"
#include "matters.h"

#include "query.pb-c.h"

enum { SEARCHES_MAX = 8 };

struct errand {
	struct booth_asker asker;
	struct searching *searching;
};

struct query {
	const struct service_kit *kit;
	struct booth *booth;
	struct arena found;                   /* the answer of a search */
	struct errand searches[SEARCHES_MAX]; /* the first is being made */
	size_t n_searches;
};

static enum status
pack(struct query *query, const Juyan__V1__Answer *answer, struct arena *arena, struct span *reply, struct reason *why)
{
	if (wire_pack(&answer->base, FRAME_BYTES_MAX, arena, reply) != STATUS_OK)
		return reason_say(why, STATUS_TOO_LARGE, "the answer is larger than %d bytes: ask for less at once",
		    FRAME_BYTES_MAX);
	bool failed = answer->say_case == JUYAN__V1__ANSWER__SAY_FAILURE;
	count(query->kit->counters, failed ? COUNTER_questions_failed : COUNTER_questions_answered, 1);
	return STATUS_OK;
}

/* ---- searches ---- */

static enum status
take_search(struct query *query, const struct booth_asker *asker, const Juyan__V1__SearchAsk *ask, struct reason *why)
{
	struct errand errand = { .asker = *asker };
	if (query->n_searches == SEARCHES_MAX)
		return reason_say(why, STATUS_BUSY, "%d searches are waiting: ask again", SEARCHES_MAX);
	enum status status = searching_open(ask, SEARCH_BATCHES_MAX, &errand.searching, why);
	if (status == STATUS_OK)
		query->searches[query->n_searches++] = errand;
	return status;
}

static enum status
give_found(struct query *query, const struct errand *errand, struct reason *why)
{
	const Juyan__V1__Answer *answer;
	struct span reply;
	arena_reset(&query->found);
	enum status status =
	    reader_found(booth_reader(query->booth), errand->searching, errand->asker.nonce, &query->found, &answer, why);
	if (status == STATUS_OK)
		status = pack(query, answer, &query->found, &reply, why);
	if (status == STATUS_OK)
		booth_give(query->booth, &errand->asker, reply);
	assert(status == STATUS_OK || status_consequence(status) == STOP); /* a page of rows fits a frame */
	return status;
}

static enum status
search_on(struct query *query, struct reason *why)
{
	struct errand *first = &query->searches[0];
	bool done = false;
	enum status status = reader_search(booth_reader(query->booth), first->searching, QUERY_SLICE_BATCHES, &done, why);
	if (status != STATUS_OK || !done)
		return status;
	status = give_found(query, first, why);
	searching_close(&first->searching);
	memmove(first, first + 1, --query->n_searches * sizeof *first);
	return status;
}

/* ---- questions ---- */

/* Statuses of the machine (STOP) end the service, save for an arena that is used up: that question was too large. */
static enum status
answer(void *self, const struct booth_question *question, struct span *reply, struct reason *why)
{
	struct query *query = self;
	const Juyan__V1__Question *asked = (const Juyan__V1__Question *)question->message;
	const Juyan__V1__Answer *answer = NULL;
	if (asked->ask_case == JUYAN__V1__QUESTION__ASK_SEARCH)
		return take_search(query, &question->asker, asked->search, why);
	enum status status = reader_answer(booth_reader(query->booth), asked, question->arena, &answer, why);
	if (status == STATUS_OK)
		status = matters_add(query->kit->config->data_dir, asked, question->arena, &answer);
	if (status == STATUS_OK)
		return pack(query, answer, question->arena, reply, why);
	return status == STATUS_NO_MEMORY
	    ? reason_say(why, STATUS_TOO_LARGE, "the answer is larger than %d bytes: ask for less at once", FRAME_BYTES_MAX)
	    : status;
}

/* A question as large as a frame, the answer to it, and the frame that it makes. */
static const struct booth_kind questions = { .name = "query",
	.question = &juyan__v1__question__descriptor,
	.reply = &juyan__v1__answer__descriptor,
	.arena_bytes = 2 * DECODE_BYTES_MAX + FRAME_BYTES_MAX,
	.answer = answer };

static enum status
step(void *self, int wait_ms, struct reason *why)
{
	struct query *query = self;
	enum status status = booth_step(query->booth, -1, query->n_searches > 0 ? 0 : wait_ms, why);
	return status == STATUS_OK && query->n_searches > 0 ? search_on(query, why) : status;
}

static void
close_query(void **self)
{
	struct query *query = *self;
	if (query == NULL)
		return;
	for (size_t i = 0; i < query->n_searches; i++)
		searching_close(&query->searches[i].searching);
	arena_close(&query->found);
	booth_close(&query->booth);
	free(query);
	*self = NULL;
}

static enum status
open_query(const struct service_kit *kit, void **self, struct reason *why)
{
	struct query *query = calloc(1, sizeof *query);
	if (query == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	query->kit = kit;
	enum status status = arena_open(&query->found, DECODE_BYTES_MAX + FRAME_BYTES_MAX);
	if (status == STATUS_OK)
		status = booth_open(kit, &questions, kit->config->query_listen, query, &query->booth, why);
	if (status != STATUS_OK) {
		void *half = query;
		close_query(&half);
		return status;
	}
	*self = query;
	return STATUS_OK;
}

const struct service query_service = {
	.name = "query",
	.help = "answers questions: totals, batches, quarantine, registry",
	.writes = false,
	.open = open_query,
	.step = step,
	.close = close_query,
};
