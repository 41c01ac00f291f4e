/*
 * The loop of query.h. One question at a time: ask the ledger, pack, give; everything in one arena that is emptied in between. A
 * question can fail, and then the asker hears why; only a ledger that cannot be read ends the service.
 */
#include "query.h"

#include <stdlib.h>

#include "booth.h"

#include "query.pb-c.h"

struct query {
	const struct service_kit *kit;
	struct booth *booth;
};

/* Statuses of the machine (STOP) end the service, save for an arena that is used up: that question was too large. */
static enum status
answer(void *self, const struct booth_question *question, struct span *reply, struct reason *why)
{
	struct query *query = self;
	const Juyan__V1__Answer *answer = NULL;
	enum status status = reader_answer(booth_reader(query->booth), (const Juyan__V1__Question *)question->message,
	    question->arena, &answer, why);
	if (status == STATUS_OK)
		status = wire_pack(&answer->base, FRAME_BYTES_MAX, question->arena, reply);
	else if (status != STATUS_NO_MEMORY)
		return status;
	if (status != STATUS_OK)
		return reason_say(why, STATUS_TOO_LARGE, "the answer is larger than %d bytes: ask for less at once",
		    FRAME_BYTES_MAX);
	bool failed = answer->say_case == JUYAN__V1__ANSWER__SAY_FAILURE;
	count(query->kit->counters, failed ? COUNTER_questions_failed : COUNTER_questions_answered, 1);
	return STATUS_OK;
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
	return booth_step(query->booth, -1, wait_ms, why);
}

static void
close_query(void **self)
{
	struct query *query = *self;
	if (query == NULL)
		return;
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
	enum status status = booth_open(kit, &questions, kit->config->query_listen, query, &query->booth, why);
	if (status != STATUS_OK) {
		free(query);
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
