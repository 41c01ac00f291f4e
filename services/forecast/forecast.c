/*
 * The loop of forecast.h. A question is checked at the booth, and then waits for the worker; replies come back in their order.
 * Nothing that is asked, and no forecast that fails, ends the service.
 */
#include "forecast.h"

#include <stdlib.h>
#include <string.h>

#include "booth.h"
#include "forecast.pb-c.h"
#include "worker.h"

struct desk {
	const struct service_kit *kit;
	struct booth *booth;
	struct worker *worker;
};

/* The worker gets a copy of the frame: it answers when the frame is long gone. */
static enum status
hand_over(void *self, const struct booth_question *question, struct span *reply, struct reason *why)
{
	struct desk *desk = self;
	struct errand errand = { .asker = question->asker, .bytes = malloc(question->frame.bytes + 1), .n = question->frame.bytes };
	(void)reply; /* comes later */
	if (errand.bytes == NULL)
		return reason_say(why, STATUS_BUSY, "memory ran out");
	memcpy(errand.bytes, question->frame.data, errand.n);
	enum status status = worker_give(desk->worker, &errand);
	if (status == STATUS_OK)
		return status;
	free(errand.bytes);
	count(desk->kit->counters, COUNTER_questions_busy, 1);
	return reason_say(why, status, "%d questions wait already: ask again a little later", WORKER_WAITING_MAX);
}

static const struct booth_kind questions = { .name = "forecast",
	.question = &juyan__v1__forecast_question__descriptor,
	.reply = &juyan__v1__forecast_reply__descriptor,
	.arena_bytes = DECODE_BYTES_MAX,
	.answer = hand_over };

static enum status
step(void *self, int wait_ms, struct reason *why)
{
	struct desk *desk = self;
	struct errand errand;
	enum status status = booth_step(desk->booth, worker_fd(desk->worker), wait_ms, why);
	while (worker_take(desk->worker, &errand)) {
		if (errand.n > 0)
			booth_give(desk->booth, &errand.asker, (struct span){ errand.bytes, errand.n });
		free(errand.bytes);
	}
	return status;
}

static void
close_forecast(void **self)
{
	struct desk *desk = *self;
	if (desk == NULL)
		return;
	worker_close(&desk->worker);
	booth_close(&desk->booth);
	free(desk);
	*self = NULL;
}

static enum status
open_forecast(const struct service_kit *kit, void **self, struct reason *why)
{
	struct desk *desk = calloc(1, sizeof *desk);
	if (desk == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	desk->kit = kit;
	enum status status = booth_open(kit, &questions, kit->config->forecast_listen, desk, &desk->booth, why);
	if (status == STATUS_OK)
		status = worker_open(kit, &desk->worker, why);
	if (status != STATUS_OK) {
		void *half = desk;
		close_forecast(&half);
		return status;
	}
	*self = desk;
	return STATUS_OK;
}

const struct service forecast_service = {
	.name = "forecast",
	.help = "answers questions about the future: outlook, goals, scenarios, plans, why",
	.writes = false,
	.open = open_forecast,
	.step = step,
	.close = close_forecast,
};
