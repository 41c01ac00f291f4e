/*
 * A real load moves a reading: it sways, and it leaves. So one reading of a load that never changes is a scale that hangs. An empty
 * scale may rightly say the same all day: that it should not have, only somebody knows who sees the vehicles.
 */
#include "scale_health.h"

#include <inttypes.h>
#include <stdio.h>

#include "civil.h"

/* Where no frame came yet and silence is allowed, a line that was never there is still missed. */
static const int64_t patience_ms = 10000;

static bool
is_load(const struct scale_health *health)
{
	return health->same.said == SAID_OVER || (health->same.said == SAID_MASS && health->same.kg >= health->minimum_kg);
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
	return is_load(health) && now_ms - health->same_ms >= health->stuck_ms ? JUYAN__V1__CONDITION__STUCK
									       : JUYAN__V1__CONDITION__WORKING;
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
	else if (condition == JUYAN__V1__CONDITION__STUCK)
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
	/* Where it is too early to tell it, the next pass that may does, if it is still so. */
	if (!connected && health->condition != JUYAN__V1__CONDITION__CONDITION_UNSPECIFIED && pace_allows(&health->pace, now_ms))
		tell(health, JUYAN__V1__CONDITION__OFFLINE, now_ms, out);
}

void
scale_health_frame(struct scale_health *health, const struct reading *reading, int64_t now_ms)
{
	health->frame_ms = now_ms;
	if (reading->said == SAID_NOTHING || (health->same.said == reading->said && health->same.kg == reading->kg))
		return;
	health->same = *reading;
	health->same_ms = now_ms;
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
