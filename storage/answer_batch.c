/* The story of one batch: all events that touched it, which of them still hold, and what it counts for now. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "answer.h"
#include "civil.h"
#include "manifests.h"
#include "quarantine.h"
#include "streams.h"

/* Every unit may be split over every goods line; a story shows no more parts than this. */
enum { COUNTED_MAX = 4096 };

struct lines {
	struct arena *arena;
	Juyan__V1__CountedLine **lines;
	size_t n;
	bool no_memory;
};

static void
add_line(void *user, const struct counted *counted)
{
	struct lines *lines = user;
	if (counted->units == 0 && counted->net_kg == 0) /* the part that counts the batch itself */
		return;
	Juyan__V1__CountedLine *line = arena_take(lines->arena, sizeof *line);
	char hour[CIVIL_TEXT_BYTES];
	if (line == NULL || lines->n == COUNTED_MAX) {
		lines->no_memory = lines->no_memory || line == NULL;
		return;
	}
	civil_format(counted->hour, PERIOD_HOUR, hour);
	juyan__v1__counted_line__init(line);
	line->unit_id = answer_text(lines->arena, counted->unit_id);
	line->hour = answer_string(lines->arena, hour);
	line->direction = answer_string(lines->arena, wire_direction_name(counted->direction));
	line->mode = answer_string(lines->arena, wire_mode_name(counted->mode));
	line->group = answer_string(lines->arena, counted->group);
	line->basis = answer_string(lines->arena, basis_name(counted->basis));
	line->net_kg = counted->net_kg;
	lines->lines[lines->n++] = line;
	lines->no_memory = lines->no_memory || line->unit_id == NULL || line->hour == NULL || line->direction == NULL ||
	    line->mode == NULL || line->group == NULL || line->basis == NULL;
}

static bool
same_stamp(const struct stamp *a, const struct stamp *b)
{
	return a->terminal_no == b->terminal_no && a->stream_seq == b->stream_seq;
}

static bool
reading_holds(const struct reading *reading, const struct stamp *at)
{
	return reading->kg != KG_UNKNOWN && same_stamp(&reading->at, at);
}

/* Whether any fact came from this event. What replaces nothing (an inspection) always holds. */
static bool
still_holds(const struct facts *facts, const Juyan__V1__Event *event, const struct stamp *at)
{
	switch (event->what_case) {
	case JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED:
	case JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED:
		return same_stamp(&facts->lodged_at, at);
	case JUYAN__V1__EVENT__WHAT_RELEASED:
		return same_stamp(&facts->released_at, at);
	case JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED:
	case JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED:
	case JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED:
	case JUYAN__V1__EVENT__WHAT_MASS_CORRECTED:
		for (size_t i = 0; i < facts->n_seen; i++) {
			const struct unit_facts *unit = &facts->seen[i];
			if (reading_holds(&unit->gross, at) || reading_holds(&unit->tare, at) ||
			    reading_holds(&unit->container_tare, at) || reading_holds(&unit->corrected, at) ||
			    (unit->has_departed && same_stamp(&unit->departed, at)) ||
			    (unit->has_arrived && same_stamp(&unit->arrived, at)))
				return true;
		}
		return false;
	default:
		return true;
	}
}

enum status
answer_event(const struct snapshot *snapshot, const struct stamp *at, struct arena *arena, struct journal_event *held,
    const Juyan__V1__Event **out)
{
	uint64_t lsn;
	struct span bytes;
	enum status status = streams_find(&snapshot->store, at->terminal_no, at->stream_seq, &lsn);
	if (status == STATUS_OK)
		status = journal_find(&snapshot->store, lsn, held);
	if (status == STATUS_OK)
		status = quarantine_applied(&snapshot->store, held, arena, &bytes);
	return status == STATUS_OK ? wire_event(bytes, arena, out, NULL) : status;
}

/* An event that had to be released from quarantine came to be in another way than the others: by whom, and why. */
static enum status
tell_release(struct snapshot *snapshot, const struct journal_event *held, Juyan__V1__StoryEvent *told)
{
	struct quarantine_row row;
	const Juyan__V1__QuarantineReleased *release;
	char sentence[2 * TEXT_BYTES_MAX + 64];
	enum status status = quarantine_get(&snapshot->store, held->lsn, &row);
	if (status == STATUS_OK)
		status = quarantine_settling(&snapshot->store, row.settled_lsn, snapshot->arena, &release);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
	assert(told->n_remarks == told->n_remark_names);
	char **remarks = arena_take(snapshot->arena, (told->n_remarks + 1) * sizeof *remarks);
	char **names = arena_take(snapshot->arena, (told->n_remarks + 1) * sizeof *names);
	if (remarks == NULL || names == NULL)
		return STATUS_NO_MEMORY;
	snprintf(sentence, sizeof sentence, "released from quarantine (%s) by %s: %s", status_name(row.reason), release->by,
	    release->reason);
	for (size_t i = 0; i < told->n_remarks; i++) {
		remarks[i] = told->remarks[i];
		names[i] = told->remark_names[i];
	}
	remarks[told->n_remarks++] = answer_string(snapshot->arena, sentence);
	names[told->n_remark_names++] = answer_string(snapshot->arena, "quarantine_released");
	told->remarks = remarks;
	told->remark_names = names;
	return remarks[told->n_remarks - 1] != NULL && names[told->n_remarks - 1] != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status
tell_event(struct snapshot *snapshot, const struct facts *facts, const struct source *source, Juyan__V1__StoryEvent **out)
{
	struct journal_event held;
	const Juyan__V1__Event *event;
	Juyan__V1__StoryEvent *told = arena_take(snapshot->arena, sizeof *told);
	if (told == NULL)
		return STATUS_NO_MEMORY;
	enum status status = answer_event(snapshot, &source->at, snapshot->arena, &held, &event);
	if (status != STATUS_OK)
		return status;
	union {
		const Juyan__V1__Event *in;
		Juyan__V1__Event *out;
	} message = { .in = event };
	juyan__v1__story_event__init(told);
	told->lsn = held.lsn;
	told->terminal_no = held.terminal_no;
	told->terminal_name = answer_terminal_name(snapshot, held.terminal_no);
	told->stream_seq = held.stream_seq;
	told->received_at_ms = held.first_received_at_ms;
	told->event = message.out;
	told->holds = still_holds(facts, event, &source->at);
	told->remarks = answer_remarks(snapshot->arena, source->marks, &told->n_remarks);
	told->remark_names = answer_marks(snapshot->arena, source->marks, facts_mark_name, &told->n_remark_names);
	*out = told;
	if (told->terminal_name == NULL || told->remarks == NULL || told->remark_names == NULL)
		return STATUS_NO_MEMORY;
	return held.verdict == STATUS_OK ? STATUS_OK : tell_release(snapshot, &held, told);
}

static int
compare_sources(const void *a, const void *b)
{
	const struct source *x = a, *y = b;
	return stamp_later(&x->at, &y->at) ? 1 : stamp_later(&y->at, &x->at) ? -1 : 0;
}

/* In order of happening. The list is ours: it came out of the record. */
static enum status
tell_events(struct snapshot *snapshot, struct facts *facts, Juyan__V1__BatchStory *story)
{
	enum status status = STATUS_OK;
	struct source *sources = arena_take(snapshot->arena, (facts->n_sources + 1) * sizeof *sources);
	story->events = arena_take(snapshot->arena, (facts->n_sources + 1) * sizeof(Juyan__V1__StoryEvent *));
	if (sources == NULL || story->events == NULL)
		return STATUS_NO_MEMORY;
	memcpy(sources, facts->sources, facts->n_sources * sizeof *sources);
	qsort(sources, facts->n_sources, sizeof *sources, compare_sources);
	for (size_t i = 0; i < facts->n_sources && status == STATUS_OK; i++) {
		status = tell_event(snapshot, facts, &sources[i], &story->events[i]);
		story->n_events += status == STATUS_OK ? 1 : 0;
	}
	return status;
}

/* The only port that has this number, where none was named. */
static enum status
find_port(struct snapshot *snapshot, const char *batch_no, const char **out, struct reason *why)
{
	struct key key;
	struct span record;
	const char *found = NULL;
	const struct registry *registry = snapshot->registry;
	for (const char *port = registry_next_port(registry, NULL); port != NULL; port = registry_next_port(registry, port)) {
		manifests_key(&key, port, batch_no);
		enum status status = store_get(&snapshot->store, TABLE_manifests, key_span(&key), &record);
		if (status == STATUS_OK && found != NULL)
			return reason_say(why, STATUS_CONTRADICTION, "batch '%s' is known at %s and at %s: say which port is meant",
			    batch_no, found, port);
		if (status == STATUS_OK)
			found = port;
		else if (status != STATUS_NOT_FOUND)
			return status;
	}
	if (found == NULL)
		return reason_say(why, STATUS_NOT_FOUND, "no port knows a batch '%s'", batch_no);
	*out = found;
	return STATUS_OK;
}

static const char *
state_of(const struct facts *facts, size_t n_counted)
{
	if (!facts->lodged)
		return "waiting for its manifest";
	if (facts->deleted)
		return "deleted";
	return n_counted > 0 ? "counted" : "lodged";
}

enum status
answer_batch(struct snapshot *snapshot, const Juyan__V1__BatchAsk *ask, Juyan__V1__BatchStory **out, struct reason *why)
{
	struct facts facts;
	const char *port = ask->port;
	Juyan__V1__BatchStory *story = arena_take(snapshot->arena, sizeof *story);
	struct lines lines = { .arena = snapshot->arena, .lines = arena_take(snapshot->arena, COUNTED_MAX * sizeof *lines.lines) };
	if (story == NULL || lines.lines == NULL)
		return STATUS_NO_MEMORY;
	if (ask->batch_no[0] == '\0' || strlen(ask->batch_no) > BATCH_NO_BYTES_MAX || strlen(port) > PORT_BYTES_MAX)
		return reason_say(why, STATUS_OUT_OF_RANGE, "a batch number of 1 to %d bytes was expected", BATCH_NO_BYTES_MAX);
	enum status status = port[0] != '\0' ? STATUS_OK : find_port(snapshot, ask->batch_no, &port, why);
	if (status == STATUS_OK)
		status = manifests_find(&snapshot->store, port, ask->batch_no, snapshot->arena, &facts);
	if (status == STATUS_NOT_FOUND && ask->port[0] != '\0')
		reason_say(why, status, "%s knows no batch '%s'", port, ask->batch_no);
	if (status != STATUS_OK)
		return status;
	juyan__v1__batch_story__init(story);
	status = tell_events(snapshot, &facts, story);
	if (status != STATUS_OK)
		return status;
	counting(&facts, snapshot->registry, port, add_line, &lines);
	story->counted = lines.lines;
	story->n_counted = lines.n;
	story->port = answer_string(snapshot->arena, port);
	story->batch_no = answer_string(snapshot->arena, ask->batch_no);
	story->state = answer_string(snapshot->arena, state_of(&facts, lines.n));
	story->remarks = answer_remarks(snapshot->arena, counting_review(&facts), &story->n_remarks);
	story->remark_names = answer_marks(snapshot->arena, counting_review(&facts), facts_mark_name, &story->n_remark_names);
	if (lines.no_memory || story->port == NULL || story->batch_no == NULL || story->state == NULL || story->remarks == NULL ||
	    story->remark_names == NULL)
		return STATUS_NO_MEMORY;
	*out = story;
	return STATUS_OK;
}
