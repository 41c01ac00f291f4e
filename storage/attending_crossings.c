/* What asks for a person among crossings: see attending.h. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "attending.h"
#include "civil.h"
#include "manifests.h"
#include "passages.h"

enum {
	DAYS_LOOKED_AT = 60, /* for 7 with traffic */
	DAYS_REVIEWED = 2    /* today and yesterday, by the port's clock */
};

/* ---- what is usual ---- */

/* Stays of those of one mode that left a port on a day. */
struct stays {
	struct attending *attending;
	Juyan__V1__Mode mode;
	size_t n;
	bool any; /* on this day */
};

static enum status
take_stay(void *user, const struct passage_row *row)
{
	struct stays *stays = user;
	if (row->mode != stays->mode || row->steps[STEP_ARRIVED] == TIME_UNKNOWN || row->steps[STEP_RELEASED] == TIME_UNKNOWN)
		return STATUS_OK;
	int64_t stay_ms = row->steps[STEP_RELEASED] - row->steps[STEP_ARRIVED];
	stays->any = true;
	if (stay_ms >= 0 && stays->n < ATTENDING_STAYS_MAX)
		stays->attending->stays_ms[stays->n++] = stay_ms;
	return STATUS_OK;
}

static enum status
usual_stay(struct attending *attending, const char *port, Juyan__V1__Mode mode, int64_t today, int64_t *out)
{
	struct stays stays = { .attending = attending, .mode = mode };
	enum status status = STATUS_OK;
	for (size_t i = 0; i < attending->n_usual; i++)
		if (attending->usual[i].port == port && attending->usual[i].mode == mode) {
			*out = attending->usual[i].stay_ms;
			return STATUS_OK;
		}
	for (int back = 0, days = 0; back < DAYS_LOOKED_AT && days < ATTENTION_STUCK_DAYS && status == STATUS_OK; back++) {
		uint32_t place = passages_place(today - back);
		stays.any = false;
		status = passages_each(&attending->snapshot->store, place, place, port, take_stay, &stays);
		days += stays.any;
	}
	*out = attention_usual_stay(attending->stays_ms, stays.n);
	assert(attending->n_usual < PORTS_MAX * ATTENDING_MODES);
	attending->usual[attending->n_usual++] = (struct attending_usual){ port, mode, *out };
	return status;
}

/* ---- crossings ---- */

/* One batch that is looked at, and what is known of it. */
struct looked {
	const char *port, *batch_no;
	int64_t today; /* by the port's clock */
	bool in_yard;
	int64_t left; /* the day, where it has */
	struct facts facts;
	struct progress progress;
};

static struct candidate
candidate_of(enum attention kind, const struct looked *looked, int64_t since_ms)
{
	struct candidate candidate = { .kind = kind, .port = looked->port, .batch_no = looked->batch_no };
	candidate.since_ms = since_ms != TIME_UNKNOWN ? since_ms : 0;
	snprintf(candidate.subject, sizeof candidate.subject, "%s:%s/%s", attention_name(kind), looked->port, looked->batch_no);
	return candidate;
}

static enum status
look_for_stuck(struct attending *attending, const struct looked *looked)
{
	int64_t usual_ms, stay_ms;
	char sentence[ATTENDING_SENTENCE_BYTES], stay[ATTENDING_SPAN_BYTES], usual[ATTENDING_SPAN_BYTES];
	/* First what needs no other rows. */
	if (!attention_stuck(&looked->progress, attending->ask->now_ms, ATTENTION_STUCK_LEAST_MS, &stay_ms))
		return STATUS_OK;
	enum status status = usual_stay(attending, looked->port, looked->facts.mode, looked->today, &usual_ms);
	if (status != STATUS_OK || !attention_stuck(&looked->progress, attending->ask->now_ms, usual_ms, &stay_ms))
		return status;
	struct candidate candidate = candidate_of(ATTENTION_STUCK, looked, looked->progress.steps[STEP_ARRIVED]);
	candidate.measured = stay_ms;
	candidate.usual = usual_ms;
	snprintf(sentence, sizeof sentence, "arrived %s ago and not released; usual is at most %s",
	    attending_say_span(stay_ms, stay), attending_say_span(usual_ms, usual));
	return attending_add(attending, &candidate, sentence);
}

static enum status
look_for_unheard(struct attending *attending, const struct looked *looked)
{
	int64_t gone_ms;
	char sentence[ATTENDING_SENTENCE_BYTES], gone[ATTENDING_SPAN_BYTES];
	if (!attention_unheard(&looked->progress, attending->ask->now_ms, &gone_ms))
		return STATUS_OK;
	struct candidate candidate = candidate_of(ATTENTION_UNHEARD, looked, looked->progress.steps[STEP_RELEASED]);
	candidate.measured = gone_ms;
	snprintf(sentence, sizeof sentence, "released %s ago, and nobody has told that it left", attending_say_span(gone_ms, gone));
	return attending_add(attending, &candidate, sentence);
}

static enum status
look_for_second(struct attending *attending, const struct looked *looked)
{
	char sentence[ATTENDING_SENTENCE_BYTES];
	if (!looked->progress.second_inspection || (!looked->in_yard && looked->left < looked->today))
		return STATUS_OK;
	struct candidate candidate = candidate_of(ATTENTION_SECOND_INSPECTION, looked, looked->progress.steps[STEP_INSPECTED]);
	snprintf(sentence, sizeof sentence, "one authority has inspected it more than once; %u outcomes were told in all",
	    looked->progress.inspections);
	return attending_add(attending, &candidate, sentence);
}

static enum status
look_for_weight(struct attending *attending, const struct looked *looked, bool *differs)
{
	int64_t above_kg;
	char sentence[ATTENDING_SENTENCE_BYTES];
	struct masses masses = counting_masses(&looked->facts);
	*differs = attention_weight(&masses, &above_kg);
	if (!*differs)
		return STATUS_OK;
	struct candidate candidate = candidate_of(ATTENTION_WEIGHT, looked, looked->progress.steps[STEP_LAST_WEIGHED]);
	candidate.measured = above_kg;
	candidate.usual = masses.weighed_declared_kg;
	snprintf(sentence, sizeof sentence, "weighed %" PRId64 " kg, declared %" PRId64 " kg: %" PRId64 " kg %s", masses.weighed_kg,
	    masses.weighed_declared_kg, above_kg < 0 ? -above_kg : above_kg, above_kg < 0 ? "less" : "more");
	return attending_add(attending, &candidate, sentence);
}

/* What the weight has said already is not said again. */
static enum status
look_for_review(struct attending *attending, const struct looked *looked, bool differs)
{
	char sentence[ATTENDING_SENTENCE_BYTES] = "";
	uint32_t marks = counting_review(&looked->facts);
	if (differs)
		marks &= ~(uint32_t)MARK_FAR_FROM_DECLARED;
	if (marks == 0)
		return STATUS_OK;
	int64_t arrived_ms = looked->progress.steps[STEP_ARRIVED];
	struct candidate candidate =
	    candidate_of(ATTENTION_REVIEW, looked, arrived_ms != TIME_UNKNOWN ? arrived_ms : looked->progress.steps[STEP_DEPARTED]);
	candidate.marks = marks;
	for (unsigned bit = 0; bit < 32; bit++) {
		size_t used = strlen(sentence);
		if ((marks >> bit & 1) != 0 && facts_mark_sentence(bit) != NULL)
			snprintf(sentence + used, sizeof sentence - used, "%s%s", used > 0 ? "; " : "", facts_mark_sentence(bit));
	}
	return attending_add(attending, &candidate, sentence);
}

static enum status
look_at(void *user, const struct passage_row *row)
{
	struct attending *attending = user;
	struct looked looked = { .batch_no = row->batch_no, .in_yard = row->place == PLACE_YARD };
	struct snapshot *snapshot = attending->snapshot;
	int64_t now_ms = attending->ask->now_ms;
	bool differs = false;
	looked.port = registry_port_id(snapshot->registry, row->port);
	if (looked.port == NULL)
		return STATUS_DAMAGED;
	if (!answer_asks_port(snapshot, attending->ask->port, looked.port))
		return STATUS_OK;
	looked.today = civil_day_of_ms(now_ms + answer_offset_ms(snapshot->registry, looked.port, now_ms));
	looked.left = looked.in_yard ? 0 : passages_day(row->place);
	if (!looked.in_yard && looked.left <= looked.today - DAYS_REVIEWED)
		return STATUS_OK;
	arena_reset(&attending->scratch);
	enum status status = manifests_find(&snapshot->store, looked.port, looked.batch_no, &attending->scratch, &looked.facts);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
	progress_of(&looked.facts, &looked.progress);
	status = look_for_stuck(attending, &looked);
	if (status == STATUS_OK)
		status = look_for_weight(attending, &looked, &differs);
	if (status == STATUS_OK)
		status = look_for_second(attending, &looked);
	if (status == STATUS_OK)
		status = look_for_review(attending, &looked, differs);
	if (status == STATUS_OK)
		status = look_for_unheard(attending, &looked);
	return status;
}

enum status
attending_crossings(struct attending *attending)
{
	int64_t today = civil_day_of_ms(attending->ask->now_ms); /* UTC's; a port's is at most one off */
	const struct store *store = &attending->snapshot->store;
	enum status status = passages_each(store, PLACE_YARD, PLACE_YARD, NULL, look_at, attending);
	if (status == STATUS_OK)
		status = passages_each(store, passages_place(today - DAYS_REVIEWED), passages_place(today + 1), NULL, look_at,
		    attending);
	return status;
}
