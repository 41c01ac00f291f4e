/* See easel.h. */
#include "easel.h"

#include <stdlib.h>

static enum status
ask_query(void *user, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	struct easel *easel = user;
	return asker_query(easel->asker, question, out, why);
}

static enum status
ask_forecast(void *user, Juyan__V1__ForecastQuestion *question, const Juyan__V1__ForecastReply **out, struct reason *why)
{
	struct easel *easel = user;
	return asker_forecast(easel->asker, question, out, why);
}

enum status
easel_open(const struct service_kit *kit, const atomic_bool *stop, struct easel **out, struct reason *why)
{
	struct easel *easel = calloc(1, sizeof *easel);
	if (easel == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	easel->source = (struct source){ ask_query, ask_forecast, easel };
	easel->kit = kit;
	easel->stop = stop;
	enum status status = asker_for(kit, stop, &easel->asker, why);
	if (status == STATUS_OK)
		status = painter_open(&easel->source, &easel->painter, why);
	if (status != STATUS_OK) {
		easel_close(&easel);
		return status;
	}
	*out = easel;
	return STATUS_OK;
}

void
easel_close(struct easel **easel)
{
	if (*easel == NULL)
		return;
	if ((*easel)->foresight.reports != NULL)
		juyan__v1__goal_reports__free_unpacked((*easel)->foresight.reports, NULL);
	painter_close(&(*easel)->painter);
	asker_close(&(*easel)->asker);
	free(*easel);
	*easel = NULL;
}
