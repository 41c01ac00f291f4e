/*
 * Documents read by a connector, and what came of them as text, a line for each finding:
 *
 *     add {"occurred_at_ms":…,"batch_no":"B-1",…}      an event, behind the part that a manifest_lodged stands for
 *     lacks: line 3: Manifest/Head …                   a remark
 *
 * Every event is checked as it would be on its way: as a whole where it stands for one, else with the missing half filled in. For
 * one thread; `now` is half past nine in the morning of 2 March 2026 in Ceke.
 */
#ifndef JUYAN_TESTS_DOCUMENTS_H
#define JUYAN_TESTS_DOCUMENTS_H

#include <stdio.h>
#include <string.h>

#include "connector.h"
#include "json.h"

enum { DOCUMENTS_TEXT_BYTES = 512 * 1024, DOCUMENTS_ARENA_BYTES = 64 * 1024 * 1024 };

#define DOCUMENTS_NOW_MS INT64_C(1772415000000)

struct documents {
	const struct connector *connector;
	void *state;
	struct arena arena;
	struct findings found;
	char text[DOCUMENTS_TEXT_BYTES];
};

static struct place documents_place = { "folder", "ceke", 8 * 60, NULL };

/* SYNTAX and what it said where the settings (YAML, may be "") are refused. */
static inline enum status
documents_open(struct documents *documents, const struct connector *connector, const char *settings, struct reason *why)
{
	struct yaml *yaml = NULL;
	documents->connector = connector;
	documents->state = NULL;
	assert_int_equal(arena_open(&documents->arena, DOCUMENTS_ARENA_BYTES), STATUS_OK);
	findings_open(&documents->found, &documents->arena);
	assert_int_equal(yaml_open_text("settings", settings, strlen(settings), &yaml, why), STATUS_OK);
	enum status status = connector->open(yaml_root(yaml), &documents_place, &documents->state, why);
	yaml_close(&yaml); /* what a state needs of its settings it has copied */
	if (status != STATUS_OK)
		arena_close(&documents->arena);
	return status;
}

static inline void
documents_close(struct documents *documents)
{
	documents->connector->close(&documents->state);
	assert_null(documents->state);
	arena_close(&documents->arena);
}

/* The same connector under other settings, which are right. */
static inline void
documents_set(struct documents *documents, const char *settings)
{
	struct reason why = { "" };
	const struct connector *connector = documents->connector;
	documents_close(documents);
	enum status status = documents_open(documents, connector, settings, &why);
	assert_string_equal(why.text, "");
	assert_int_equal(status, STATUS_OK);
}

/* A part, completed by what another document would say. */
static inline void
documents_check(const struct finding *finding)
{
	Juyan__V1__Event event = *finding->event;
	Juyan__V1__ManifestLodged lodged;
	Juyan__V1__Unit unit = JUYAN__V1__UNIT__INIT, *units[] = { &unit };
	char one[] = "1", port[] = "ceke";
	struct reason why = { "" };
	event.port = port;
	if (event.batch_no[0] == '\0' && finding->message_no != NULL) /* of the batch of the message that it answers */
		event.batch_no = one;
	unit.unit_id = one;
	if (event.what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED) {
		lodged = *event.manifest_lodged;
		if (lodged.n_units == 0 && finding->part != PART_WHOLE) {
			lodged.units = units;
			lodged.n_units = 1;
		}
		if (finding->part == PART_DROP)
			lodged.n_waybills = 0;
		event.manifest_lodged = &lodged;
	}
	assert_true(event.source_key[0] != '\0');
	enum status status = wire_event_check(&event, &why);
	if (status != STATUS_OK)
		print_error("%s\n", why.text);
	assert_int_equal(status, STATUS_OK);
}

static inline void
documents_write(struct documents *documents, const struct finding *finding)
{
	size_t at = strlen(documents->text), room = sizeof documents->text - at;
	json_t *json = NULL;
	if (finding->event == NULL) {
		snprintf(documents->text + at, room, "%s: %s\n", remark_name(finding->remark), finding->text);
		return;
	}
	documents_check(finding);
	assert_int_equal(json_write(&finding->event->base, true, &json), STATUS_OK);
	char *text = json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER);
	assert_non_null(text);
	bool part = finding->event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED;
	snprintf(documents->text + at, room, "%s%s%s%s\n", part ? part_name(finding->part) : "",
	    finding->without_goods ? " without goods" : "", part ? " " : "", text);
	free(text);
	json_decref(json);
}

/* What comes of these bytes; lent until the next document. */
static inline const char *
documents_read(struct documents *documents, const char *name, const void *bytes, size_t n)
{
	struct moment_of when = { DOCUMENTS_NOW_MS, name };
	findings_clear(&documents->found);
	documents->connector->take(documents->state, (struct span){ bytes, n }, &when, &documents->found);
	assert_false(findings_full(&documents->found));
	assert_int_equal(documents->found.n_messages, 1);
	documents->text[0] = '\0';
	for (size_t i = 0; i < documents->found.n; i++)
		documents_write(documents, &documents->found.list[i]);
	return documents->text;
}

static inline size_t
documents_events(const struct documents *documents)
{
	size_t n = 0;
	for (size_t i = 0; i < documents->found.n; i++)
		n += documents->found.list[i].event != NULL;
	return n;
}

/* Stops at what is not there, and shows what is. */
#define assert_says(text, part) \
	do { \
		if (strstr(text, part) == NULL) \
			print_error("'%s' is not in:\n%s\n", part, text); \
		assert_non_null(strstr(text, part)); \
	} while (0)
#define assert_silent_of(text, part) \
	do { \
		if (strstr(text, part) != NULL) \
			print_error("'%s' is in:\n%s\n", part, text); \
		assert_null(strstr(text, part)); \
	} while (0)

#endif
