/*
 * A real load moves a reading: it sways, and it leaves. So one reading of a load that never changes is a scale that hangs; but a
 * vehicle may stand there for long, switched off, and an empty scale may rightly say the same all day. That it should not have,
 * only somebody knows who sees the vehicles: a gate in the same lane. Several that were seen there, and none of them moved the
 * reading, are a scale that hangs, a minute after the last. One or two are not: they may have turned round, or driven past it.
 */
#include "scale_health.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "civil.h"
#include "plate.h"

/* Where no frame came yet and silence is allowed, a line that was never there is still missed. */
static const int64_t patience_ms = 10000;

/* So long has the last vehicle to come onto the scale; and so far may a gate's clock be off, and what it says now be of now. */
static const int64_t onto_ms = 60000, clocks_ms = 300000;

static bool
is_load(const struct scale_health *health)
{
	return health->same.said == SAID_OVER || (health->same.said == SAID_MASS && health->same.kg >= health->minimum_kg);
}

static bool
is_passed_by(const struct scale_health *health, int64_t now_ms)
{
	return health->stuck_vehicles > 0 && health->n_vehicles == health->stuck_vehicles && now_ms - health->vehicle_ms >= onto_ms;
}

/* CONDITION_UNSPECIFIED: it is too early to say. */
static Juyan__V1__Condition
judge(const struct scale_health *health, int64_t now_ms)
{
	int64_t silent_ms = health->silent_ms > 0 ? health->silent_ms : patience_ms;
	if (!health->connected)
		return now_ms - health->line_ms >= silent_ms || health->condition != JUYAN__V1__CONDITION__CONDITION_UNSPECIFIED
		    ? JUYAN__V1__CONDITION__OFFLINE
		    : JUYAN__V1__CONDITION__CONDITION_UNSPECIFIED;
	int64_t heard_ms = health->frame_ms > health->line_ms ? health->frame_ms : health->line_ms;
	if (health->silent_ms > 0 && now_ms - heard_ms >= health->silent_ms)
		return JUYAN__V1__CONDITION__SILENT;
	if (health->frame_ms == 0)
		return JUYAN__V1__CONDITION__CONDITION_UNSPECIFIED;
	bool stuck = (is_load(health) && now_ms - health->same_ms >= health->stuck_ms) || is_passed_by(health, now_ms);
	return stuck ? JUYAN__V1__CONDITION__STUCK : JUYAN__V1__CONDITION__WORKING;
}

static void
say_why(const struct scale_health *health, Juyan__V1__Condition condition, int64_t now_ms, char *text, size_t bytes)
{
	text[0] = '\0';
	if (condition == JUYAN__V1__CONDITION__SILENT)
		snprintf(text, bytes, "no frame for %" PRId64 " s", health->silent_ms / 1000);
	else if (condition == JUYAN__V1__CONDITION__OFFLINE)
		snprintf(text, bytes, "no connection");
	else if (condition == JUYAN__V1__CONDITION__STUCK && health->same.said == SAID_OVER)
		snprintf(text, bytes, "overload for %" PRId64 " s", (now_ms - health->same_ms) / 1000);
	else if (condition == JUYAN__V1__CONDITION__STUCK && health->same.said == SAID_MASS && is_passed_by(health, now_ms))
		snprintf(text, bytes, "%" PRId64 " kg for %" PRId64 " s, while %zu vehicles were seen in its lane", health->same.kg,
		    (now_ms - health->same_ms) / 1000, health->n_vehicles);
	else if (condition == JUYAN__V1__CONDITION__STUCK && health->same.said == SAID_MASS)
		snprintf(text, bytes, "%" PRId64 " kg for %" PRId64 " s, without a change", health->same.kg,
		    (now_ms - health->same_ms) / 1000);
}

static void
tell(struct scale_health *health, Juyan__V1__Condition condition, int64_t now_ms, struct findings *out)
{
	char note[96];
	findings_message(out, (struct span){ NULL, 0 });
	Juyan__V1__Event *event = findings_event(out, JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED);
	if (event == NULL)
		return; /* not told, so it is told with the next pass */
	say_why(health, condition, now_ms, note, sizeof note);
	event->occurred_at_ms = now_ms;
	event->machine_reported->machine = findings_text(out, health->name, UNIT_ID_BYTES_MAX);
	event->machine_reported->kind = JUYAN__V1__MACHINE_KIND__SCALE;
	event->machine_reported->condition = condition;
	event->machine_reported->note = findings_text(out, note, TEXT_BYTES_MAX);
	event->machine_reported->lane = findings_text(out, health->lane, SHORT_TEXT_BYTES_MAX);
	health->condition = condition;
	health->told_ms = now_ms;
	pace_told(&health->pace, now_ms);
}

void
scale_health_line(struct scale_health *health, bool connected, int64_t now_ms, struct findings *out)
{
	if (health->begun && health->connected == connected)
		return;
	health->begun = true;
	health->connected = connected;
	health->line_ms = now_ms;
	health->frame_ms = 0;
	health->n_vehicles = 0;
	/* Where it is too early to tell it, the next pass that may does, if it is still so. */
	if (!connected && health->condition != JUYAN__V1__CONDITION__CONDITION_UNSPECIFIED && pace_allows(&health->pace, now_ms))
		tell(health, JUYAN__V1__CONDITION__OFFLINE, now_ms, out);
}

void
scale_health_frame(struct scale_health *health, const struct reading *reading, int64_t now_ms)
{
	if (health->silent_ms > 0 && now_ms - health->frame_ms >= health->silent_ms)
		health->n_vehicles = 0; /* nobody knows what it read meanwhile */
	health->frame_ms = now_ms;
	bool same = health->same_known && health->same.said == reading->said && health->same.kg == reading->kg;
	if (reading->said == SAID_NOTHING || same)
		return;
	health->same_known = true;
	health->same = *reading;
	health->same_ms = now_ms;
	health->n_vehicles = 0;
}

void
scale_health_seen(struct scale_health *health, const char *lane, const char *unit_id, int64_t at_ms, int64_t now_ms)
{
	char plain[UNIT_ID_BYTES_MAX + 1];
	bool of_now = at_ms >= now_ms - clocks_ms && at_ms <= now_ms + clocks_ms;
	bool here = health->lane[0] != '\0' && strcmp(health->lane, lane) == 0;
	if (!here || !health->connected || health->frame_ms == 0 || !of_now || at_ms < health->same_ms ||
	    health->n_vehicles == health->stuck_vehicles)
		return;
	plate_plain(unit_id, plain, sizeof plain);
	for (size_t i = 0; i < health->n_vehicles; i++)
		if (strcmp(health->vehicles[i], plain) == 0)
			return;
	memcpy(health->vehicles[health->n_vehicles++], plain, sizeof plain);
	health->vehicle_ms = now_ms;
}

void
scale_health_pass(struct scale_health *health, int64_t now_ms, struct findings *out)
{
	if (!health->begun) {
		health->begun = true;
		health->line_ms = now_ms;
	}
	Juyan__V1__Condition condition = judge(health, now_ms);
	if (condition == JUYAN__V1__CONDITION__CONDITION_UNSPECIFIED)
		return;
	bool news = condition != health->condition && pace_allows(&health->pace, now_ms);
	if (news || now_ms - health->told_ms >= CIVIL_MS_PER_HOUR)
		tell(health, condition, now_ms, out);
}
