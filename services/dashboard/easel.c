/* See easel.h. */
#include "easel.h"

#include <stdlib.h>

enum status
easel_open(const struct service_kit *kit, const atomic_bool *stop, struct easel **out, struct reason *why)
{
	struct easel *easel = calloc(1, sizeof *easel);
	if (easel == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	enum status status = asker_for(kit, stop, &easel->asker, why);
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
	asker_close(&(*easel)->asker);
	free(*easel);
	*easel = NULL;
}
