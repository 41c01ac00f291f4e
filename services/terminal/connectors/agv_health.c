/*
 * How a vehicle stands, and when that is told: a change at once, but two changes not within two seconds, and many only as pace.h
 * allows, so that a loose contact does not fill the journal; the words alone after a minute; and each hour what has not changed.
 * What had to wait is told with the next report, the next second, or at the end of a file.
 */
#include <stdio.h>
#include <string.h>

#include "agv_parts.h"

#define LASTS_MS INT64_C(2000)
#define WORDS_AGAIN_MS (INT64_C(60) * 1000)
#define AGAIN_MS (INT64_C(3600) * 1000)

static Juyan__V1__Condition
condition_of(const struct vehicle *vehicle)
{
	if (vehicle->offline)
		return JUYAN__V1__CONDITION__OFFLINE;
	if (vehicle->silent)
		return JUYAN__V1__CONDITION__SILENT;
	return vehicle->said;
}

/*
 * Of two reports of a vehicle the later one must hold, and each has a time by the vehicle's clock or by ours. So none is later than
 * now, and none earlier than the one before it.
 */
static int64_t
time_of(const struct vehicle *vehicle, const struct agv_heard *heard)
{
	int64_t at_ms = heard->at_ms < heard->now_ms ? heard->at_ms : heard->now_ms;
	return at_ms > vehicle->told_at_ms || vehicle->told_at_ms >= heard->now_ms ? at_ms : vehicle->told_at_ms + 1;
}

/* A file's time goes by its reports. */
static int64_t
clock_of(const struct vehicle *vehicle, const struct agv_heard *heard)
{
	return vehicle->live ? heard->now_ms : heard->at_ms;
}

static void
tell(struct agv *agv, struct vehicle *vehicle, const struct agv_heard *heard, Juyan__V1__Condition condition, const char *note,
    struct findings *out)
{
	char key[AGV_ID_BYTES], text[3 * AGV_ID_BYTES + 64];
	snprintf(text, sizeof text, "%s/%s/%d/%lld", vehicle->manufacturer, vehicle->serial, (int)condition,
	    (long long)heard->at_ms);
	agv_fit(text, SHORT_TEXT_BYTES_MAX, key);
	Juyan__V1__Event *event = agv_event(agv, heard, JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED, out);
	char *name = findings_text(out, vehicle->name, UNIT_ID_BYTES_MAX), *words = findings_text(out, note, TEXT_BYTES_MAX);
	char *source_key = findings_text(out, key, SHORT_TEXT_BYTES_MAX);
	char *lane = findings_text(out, agv_lane_of(&agv->rules, vehicle->node), SHORT_TEXT_BYTES_MAX);
	if (event == NULL || name == NULL || words == NULL || lane == NULL || source_key == NULL)
		return;
	event->occurred_at_ms = vehicle->told_at_ms = time_of(vehicle, heard);
	event->source_key = source_key;
	event->machine_reported->machine = name;
	event->machine_reported->kind = JUYAN__V1__MACHINE_KIND__VEHICLE;
	event->machine_reported->condition = condition;
	event->machine_reported->note = words;
	event->machine_reported->lane = lane;
	vehicle->told = condition;
	vehicle->told_ms = clock_of(vehicle, heard);
	pace_told(&vehicle->pace, vehicle->told_ms);
}

static bool
is_due(const struct vehicle *vehicle, Juyan__V1__Condition condition, bool new_words, int64_t now_ms)
{
	if (condition == JUYAN__V1__CONDITION__CONDITION_UNSPECIFIED)
		return false;
	int64_t since = now_ms - vehicle->told_ms;
	if (vehicle->told_ms == 0 || since < 0) /* our own clock was set back */
		return true;
	bool allowed = pace_allows(&vehicle->pace, now_ms);
	/* A file is read in one moment: what stands in it is told as it stands. */
	if (condition != vehicle->told)
		return allowed && (!vehicle->live || since >= LASTS_MS);
	return (allowed && new_words && since >= WORDS_AGAIN_MS) || (vehicle->live && since >= AGAIN_MS);
}

/* Whether something has stood in its way for so long that it stands. */
static bool
is_held(struct vehicle *vehicle, const struct agv_heard *heard)
{
	if (heard->condition == JUYAN__V1__CONDITION__CONDITION_UNSPECIFIED)
		return false;
	if (!heard->in_the_way) {
		vehicle->in_the_way_ms = 0;
		return false;
	}
	if (vehicle->in_the_way_ms == 0) {
		vehicle->in_the_way_ms = heard->at_ms;
		vehicle->in_the_way_heard_ms = heard->now_ms;
	}
	return heard->at_ms - vehicle->in_the_way_ms >= LASTS_MS;
}

static const char *const in_its_way = "something stands in its way";

void
agv_health(struct agv *agv, struct vehicle *vehicle, const struct agv_heard *heard, struct findings *out)
{
	bool held = is_held(vehicle, heard), new_words = false;
	Juyan__V1__Condition said = heard->condition;
	const char *note = heard->note;
	if (held && said != JUYAN__V1__CONDITION__FAULT && said != JUYAN__V1__CONDITION__STOPPED) {
		said = JUYAN__V1__CONDITION__STOPPED;
		note = in_its_way;
	}
	if (said != JUYAN__V1__CONDITION__CONDITION_UNSPECIFIED) {
		new_words = strncmp(note, vehicle->note, sizeof vehicle->note - 1) != 0;
		vehicle->said = said;
		snprintf(vehicle->note, sizeof vehicle->note, "%s", note);
	}
	vehicle->stands_ms = heard->at_ms;
	Juyan__V1__Condition condition = condition_of(vehicle);
	if (is_due(vehicle, condition, new_words, clock_of(vehicle, heard)))
		tell(agv, vehicle, heard, condition, condition == JUYAN__V1__CONDITION__OFFLINE ? heard->note : vehicle->note, out);
}

void
agv_health_passes(struct agv *agv, struct vehicle *vehicle, int64_t now_ms, struct findings *out)
{
	char note[NOTE_BYTES];
	struct agv_heard moment = { .raw = { (const uint8_t *)"", 0 }, .at_ms = now_ms, .now_ms = now_ms };
	int64_t quiet_ms = now_ms - vehicle->heard_ms;
	if (!vehicle->live || vehicle->heard_ms == 0)
		return;
	if (agv->rules.silent_ms > 0 && quiet_ms >= agv->rules.silent_ms)
		vehicle->silent = true;
	if (vehicle->in_the_way_ms != 0 && now_ms - vehicle->in_the_way_heard_ms >= LASTS_MS &&
	    vehicle->said != JUYAN__V1__CONDITION__FAULT && vehicle->said != JUYAN__V1__CONDITION__STOPPED) {
		vehicle->said = JUYAN__V1__CONDITION__STOPPED;
		snprintf(vehicle->note, sizeof vehicle->note, "%s", in_its_way);
	}
	Juyan__V1__Condition condition = condition_of(vehicle);
	if (!is_due(vehicle, condition, false, now_ms))
		return;
	bool silent = condition == JUYAN__V1__CONDITION__SILENT;
	snprintf(note, sizeof note, "nothing heard for %lld s; expected at most %lld", (long long)(quiet_ms / 1000),
	    (long long)(agv->rules.silent_ms / 1000));
	tell(agv, vehicle, &moment, condition,
	    silent                                           ? note
		: condition == JUYAN__V1__CONDITION__OFFLINE ? ""
							     : vehicle->note,
	    out);
}

/* The last word of a file holds, however many came before it. */
void
agv_health_ends(struct agv *agv, struct vehicle *vehicle, int64_t now_ms, struct findings *out)
{
	struct agv_heard last = { .raw = { (const uint8_t *)"", 0 }, .at_ms = vehicle->stands_ms, .now_ms = now_ms };
	Juyan__V1__Condition condition = condition_of(vehicle);
	if (!vehicle->live && vehicle->told_ms != 0 && condition != vehicle->told)
		tell(agv, vehicle, &last, condition, condition == JUYAN__V1__CONDITION__OFFLINE ? "" : vehicle->note, out);
}
