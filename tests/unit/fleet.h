/*
 * A connector of vehicles under test: settings as YAML, messages as text, and what was found as lines that a test can compare.
 * One at a time; the arena is a test's own.
 */
#ifndef JUYAN_TESTS_FLEET_H
#define JUYAN_TESTS_FLEET_H

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connector.h"

#define NOW_MS INT64_C(1893456000000) /* 2030-01-01 00:00 UTC */
#define NOW_TEXT "2030-01-01T00:00:"  /* and the seconds of a message behind it */

struct fleet {
	const struct connector *connector;
	struct yaml *yaml;
	void *state;
	struct arena arena;
	struct findings out;
	char text[64 * 1024];
};

static inline enum status
fleet_try(struct fleet *fleet, const char *name, const char *settings, struct reason *why)
{
	static const struct place place = { "agvs", "ceke", 480, NULL };
	memset(fleet, 0, sizeof *fleet);
	fleet->connector = connector_of(name);
	assert_non_null(fleet->connector);
	assert_int_equal(arena_open(&fleet->arena, 4 * 1024 * 1024), STATUS_OK);
	findings_open(&fleet->out, &fleet->arena);
	if (settings != NULL)
		assert_int_equal(yaml_open_text("gateway.yaml", settings, strlen(settings), &fleet->yaml, why), STATUS_OK);
	return fleet->connector->open(settings != NULL ? yaml_root(fleet->yaml) : NULL, &place, &fleet->state, why);
}

static inline void
fleet_open(struct fleet *fleet, const char *name, const char *settings)
{
	struct reason why = { "" };
	if (fleet_try(fleet, name, settings, &why) != STATUS_OK)
		fail_msg("%s", why.text);
}

static inline void
fleet_close(struct fleet *fleet)
{
	if (fleet->state != NULL)
		fleet->connector->close(&fleet->state);
	assert_null(fleet->state);
	yaml_close(&fleet->yaml);
	arena_close(&fleet->arena);
}

static inline void
fleet_note(struct fleet *fleet, const char *format, ...)
{
	size_t n = strlen(fleet->text);
	va_list list;
	va_start(list, format);
	vsnprintf(fleet->text + n, sizeof fleet->text - n, format, list);
	va_end(list);
}

static inline void
fleet_note_manifest(struct fleet *fleet, const Juyan__V1__ManifestLodged *manifest, enum part part)
{
	fleet_note(fleet, " %s %s %s", part_name(part), wire_direction_name(manifest->direction), wire_mode_name(manifest->mode));
	for (size_t i = 0; i < manifest->n_units; i++)
		fleet_note(fleet, " unit=%s", manifest->units[i]->unit_id);
	for (size_t i = 0; i < manifest->n_waybills; i++) {
		const Juyan__V1__Waybill *waybill = manifest->waybills[i];
		fleet_note(fleet, " waybill=%s", waybill->waybill_no);
		if (waybill->has_declared_kg)
			fleet_note(fleet, " %lldkg", (long long)waybill->declared_kg);
		for (size_t k = 0; k < waybill->n_goods; k++)
			fleet_note(fleet, " goods=%s:%s", waybill->goods[k]->description, waybill->goods[k]->hs_code);
	}
}

static inline void
fleet_note_event(struct fleet *fleet, const struct finding *finding)
{
	const Juyan__V1__Event *event = finding->event;
	struct reason why = { "" };
	static const char *const conditions[] = { "?", "working", "charging", "by_hand", "stopped", "fault", "silent", "stuck",
		"offline" };
	fleet_note(fleet, "%s", wire_event_kind(event));
	switch (event->what_case) {
	case JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED:
		fleet_note(fleet, " %s %s '%s'", event->machine_reported->machine, conditions[event->machine_reported->condition],
		    event->machine_reported->note);
		break;
	case JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED:
		fleet_note(fleet, " %s lane=%s", event->unit_arrived->unit_id, event->unit_arrived->lane);
		break;
	case JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED:
		fleet_note(fleet, " %s lane=%s", event->unit_departed->unit_id, event->unit_departed->lane);
		break;
	case JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED:
		fleet_note(fleet, " %s gross=%lld tare=%lld", event->unit_weighed->unit_id,
		    (long long)event->unit_weighed->gross_kg, (long long)event->unit_weighed->tare_kg);
		break;
	case JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED:
		fleet_note_manifest(fleet, event->manifest_lodged, finding->part);
		break;
	default:
		fail_msg("an event that no vehicle makes");
	}
	if (event->what_case != JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED)
		fleet_note(fleet, " batch=%s key=%s", event->batch_no, event->source_key);
	fleet_note(fleet, " at=%lld\n", (long long)(event->occurred_at_ms - NOW_MS));
	/* What the book completes aside, each event is right as it is. */
	Juyan__V1__Event whole = *event;
	whole.port = (char *)(uintptr_t) "ceke";
	if (event->what_case != JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED && event->batch_no[0] == '\0')
		whole.batch_no = (char *)(uintptr_t) "b";
	if (wire_event_check(&whole, &why) != STATUS_OK)
		fail_msg("%s", why.text);
}

/* What was found since the last call, a line each; reports of machines only where they are wanted. */
static inline const char *
fleet_said(struct fleet *fleet, bool machines)
{
	fleet->text[0] = '\0';
	for (size_t i = 0; i < fleet->out.n; i++) {
		const struct finding *finding = &fleet->out.list[i];
		assert_true(finding->message < fleet->out.n_messages);
		if (finding->event == NULL)
			fleet_note(fleet, "%s: %s\n", remark_name(finding->remark), finding->text);
		else if (machines || finding->event->what_case != JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED)
			fleet_note_event(fleet, finding);
	}
	findings_clear(&fleet->out);
	return fleet->text;
}

static inline void
fleet_take(struct fleet *fleet, const char *name, int64_t now_ms, const char *message)
{
	struct moment_of when = { now_ms, name };
	fleet->connector->take(fleet->state, (struct span){ (const uint8_t *)message, strlen(message) }, &when, &fleet->out);
}

#endif
