/* See health.h. */
#include "health.h"

#include <stdio.h>

void
health_away(struct machine_source *source, const char *why, const struct instant *now)
{
	struct health *health = &source->health;
	snprintf(health->why, sizeof health->why, "%s", why);
	if (health->away)
		return;
	health->away = true;
	health->since_ms = now->ms;
	source_say(source, LOG_WARNING, "source_away", source_text(source, source->kind->name), why);
}

void
health_back(struct machine_source *source, const struct instant *now)
{
	if (source->health.away || source->health.since_ms == 0)
		source_say(source, LOG_INFO, "source_back", source_text(source, source->kind->name), "");
	source->health.away = false;
	source->health.since_ms = now->ms;
	source->health.why[0] = '\0';
}

static bool
is_due(const struct machine_source *source, const struct instant *now)
{
	const struct health *health = &source->health;
	if (health->since_ms == 0 || source->connector->line != NULL)
		return false;
	if (health->told && health->told_away == health->away)
		return now->ms - health->told_ms > HEALTH_AGAIN_MS;
	return pace_allows(&health->pace, now->ms) && (!health->away || now->ms - health->since_ms > HEALTH_AWAY_MS);
}

void
health_pass(struct machine_source *source, struct turn *turn, const struct instant *now)
{
	struct health *health = &source->health;
	struct findings *findings = is_due(source, now) ? turn_join(turn, source, NULL) : NULL;
	if (findings == NULL)
		return;
	findings_message(findings, (struct span){ NULL, 0 });
	char *machine = findings_text(findings, source->name, SHORT_TEXT_BYTES_MAX);
	char *note = findings_text(findings, health->why, TEXT_BYTES_MAX);
	Juyan__V1__Event *event =
	    machine == NULL || note == NULL ? NULL : findings_event(findings, JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED);
	if (event == NULL)
		return;
	event->occurred_at_ms = now->utc_ms;
	event->machine_reported->machine = machine;
	event->machine_reported->kind = JUYAN__V1__MACHINE_KIND__SOURCE;
	event->machine_reported->condition = health->away ? JUYAN__V1__CONDITION__OFFLINE : JUYAN__V1__CONDITION__WORKING;
	event->machine_reported->note = note;
	health->told = true;
	health->told_away = health->away;
	health->told_ms = now->ms;
	pace_told(&health->pace, now->ms);
}
