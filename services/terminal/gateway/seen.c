/* See seen.h. */
#include "seen.h"

#include <string.h>

struct sight {
	const char *lane, *unit_id;
};

/* False: it is none of a vehicle in a lane. */
static bool
sight_of(const Juyan__V1__Event *event, struct sight *out)
{
	if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED)
		*out = (struct sight){ event->unit_arrived->lane, event->unit_arrived->unit_id };
	else if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED)
		*out = (struct sight){ event->unit_departed->lane, event->unit_departed->unit_id };
	else if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED)
		*out = (struct sight){ event->unit_weighed->lane, event->unit_weighed->unit_id };
	else
		return false;
	return out->lane[0] != '\0' && out->unit_id[0] != '\0';
}

void
seen_tell(const struct machine_source *sources, size_t n, const struct findings *findings, const struct instant *now)
{
	struct sight sight;
	for (size_t i = 0; i < findings->n; i++) {
		const Juyan__V1__Event *event = findings->list[i].event;
		if (event == NULL || !sight_of(event, &sight))
			continue;
		for (size_t k = 0; k < n; k++) {
			const struct machine_source *source = &sources[k];
			bool same_port = event->port[0] == '\0' || strcmp(event->port, source->place.port) == 0;
			if (source->connector->seen != NULL && source->shared != NULL && same_port)
				source->connector->seen(source->shared, sight.lane, sight.unit_id, event->occurred_at_ms,
				    now->utc_ms);
		}
	}
}
