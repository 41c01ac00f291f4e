/*
 * News: what the events behind a log sequence number have changed. The crossings that they touched are told as they are now, and
 * the totals of each day in which those count now, or counted before the first of these events: whoever replaces what he has of
 * these days by what is told, or by nothing, has the ledger's totals. Of machines they tell that something was told.
 */
#include <stdlib.h>

#include "answer.h"
#include "counting.h"
#include "manifests.h"
#include "quarantine.h"
#include "streams.h"
#include "tonnage.h"

enum {
	DAYS_MAX = 2000,
	FOLDED_MAX = 1 << 16, /* events of the past that are looked at; beyond that it is no news but a history */
	SCRATCH_BYTES = 32 * 1024 * 1024,
	ROOM_ROUND = 4096, /* of a frame, for what stands around the news */
	DIRECTIONS = JUYAN__V1__DIRECTION__EXPORT + 1,
	MODES = JUYAN__V1__MODE__RAIL + 1
};

struct touched {
	const char *port, *batch_no;
	uint64_t lsn;
	size_t events;
};

struct happening {
	size_t touched;
	const char *kind;
};

struct day {
	const char *port; /* the registry's */
	uint32_t period;
};

struct news {
	struct snapshot *snapshot;
	struct arena scratch;
	uint64_t after_lsn;
	struct touched *touched;
	struct happening *happenings; /* in the order of log sequence numbers */
	size_t n_touched, n_happenings;
	struct day *days;
	size_t n_days;
	const char *counting_port;
	size_t folded;
	bool registry;
	bool machines;
	bool skipped;
};

/* ---- which crossings ---- */

static enum status
touch(struct news *news, const Juyan__V1__Event *event, uint64_t lsn)
{
	struct touched *touched = NULL;
	if (!wire_event_of_batch(event)) {
		news->machines = true;
		return STATUS_OK;
	}
	for (size_t i = news->n_touched; i > 0 && touched == NULL; i--)
		if (strcmp(news->touched[i - 1].batch_no, event->batch_no) == 0 &&
		    strcmp(news->touched[i - 1].port, event->port) == 0)
			touched = &news->touched[i - 1];
	if (touched == NULL) {
		touched = &news->touched[news->n_touched++];
		*touched = (struct touched){ .port = answer_string(news->snapshot->arena, event->port),
			.batch_no = answer_string(news->snapshot->arena, event->batch_no) };
		if (touched->port == NULL || touched->batch_no == NULL)
			return STATUS_NO_MEMORY;
	}
	touched->lsn = lsn;
	touched->events++;
	news->happenings[news->n_happenings++] = (struct happening){ (size_t)(touched - news->touched), wire_event_kind(event) };
	return STATUS_OK;
}

/* An event that has left quarantine happens now, whenever it came. */
static enum status
touch_released(struct news *news, const Juyan__V1__QuarantineReleased *release, uint64_t lsn)
{
	struct journal_event held;
	const Juyan__V1__Event *event;
	struct span fixed = { release->fixed_event.data, release->fixed_event.len };
	if (release->dismissed)
		return STATUS_OK;
	enum status status = journal_find(&news->snapshot->store, release->lsn, &held);
	if (status == STATUS_OK)
		status = wire_event(fixed.bytes > 0 ? fixed : held.bytes, &news->scratch, &event, NULL);
	return status == STATUS_OK ? touch(news, event, lsn) : status;
}

static enum status
take_event(struct news *news, const struct journal_event *held)
{
	const Juyan__V1__Event *event;
	if (held->verdict != STATUS_OK)
		return STATUS_OK;
	arena_reset(&news->scratch);
	enum status status = wire_event(held->bytes, &news->scratch, &event, NULL);
	if (status != STATUS_OK)
		return status;
	switch (event->what_case) {
	case JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED:
	case JUYAN__V1__EVENT__WHAT_DECREED:
		news->registry = true;
		return STATUS_OK;
	case JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED:
		return touch_released(news, event->quarantine_released, held->lsn);
	case JUYAN__V1__EVENT__WHAT_NOTED:
		return STATUS_OK;
	default:
		return touch(news, event, held->lsn);
	}
}

static enum status
take_events(struct news *news)
{
	struct journal_walk walk;
	struct journal_event event;
	enum status status = journal_walk_from(&news->snapshot->store, news->after_lsn + 1, &walk);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	while ((status = journal_walk_onward(&walk, &event)) == STATUS_OK && event.lsn <= news->snapshot->meta.end.lsn) {
		status = take_event(news, &event);
		if (status != STATUS_OK)
			break;
	}
	journal_walk_close(&walk);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* ---- which days ---- */

static void
add_day(void *user, const struct counted *part)
{
	struct news *news = user;
	uint32_t period = civil_period(part->hour, PERIOD_DAY);
	for (size_t i = news->n_days; i > 0; i--)
		if (news->days[i - 1].period == period && news->days[i - 1].port == news->counting_port)
			return;
	if (news->n_days == DAYS_MAX) {
		news->skipped = true;
		return;
	}
	news->days[news->n_days++] = (struct day){ news->counting_port, period };
}

/* Whether an event of a batch had been applied when the listener heard last. */
static enum status
was_known(struct news *news, const struct stamp *at, bool *known)
{
	struct journal_event held;
	struct quarantine_row row;
	uint64_t lsn;
	*known = false;
	enum status status = streams_find(&news->snapshot->store, at->terminal_no, at->stream_seq, &lsn);
	if (status != STATUS_OK || lsn > news->after_lsn)
		return status;
	status = journal_find(&news->snapshot->store, lsn, &held);
	*known = status == STATUS_OK && held.verdict == STATUS_OK;
	if (status != STATUS_OK || held.verdict == STATUS_OK)
		return status;
	status = quarantine_get(&news->snapshot->store, lsn, &row);
	*known = status == STATUS_OK && row.settled_lsn <= news->after_lsn;
	return status;
}

/* The facts as they were: the same events but for those that are news. */
static enum status
fold(struct news *news, const struct facts *now, struct facts *before)
{
	enum status status = STATUS_OK;
	*before = (struct facts){ 0 };
	for (size_t i = 0; i < now->n_sources && status == STATUS_OK; i++) {
		const struct source *source = &now->sources[i];
		struct journal_event held;
		const Juyan__V1__Event *event;
		bool known;
		status = was_known(news, &source->at, &known);
		if (status != STATUS_OK || !known)
			continue;
		if (++news->folded > FOLDED_MAX)
			return STATUS_TOO_MANY;
		status = answer_event(news->snapshot, &source->at, &news->scratch, &held, &event);
		if (status == STATUS_OK)
			status = facts_apply(before, event, &source->at, source->marks, &news->scratch);
	}
	return status;
}

/* A history too long to be folded is not told one by one, and that is no failure. */
static enum status
find_days(struct news *news, const struct touched *touched)
{
	struct facts now, before;
	arena_reset(&news->scratch);
	enum status status = manifests_find(&news->snapshot->store, touched->port, touched->batch_no, &news->scratch, &now);
	news->counting_port = registry_port_id(news->snapshot->registry, touched->port);
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && news->counting_port == NULL))
		return STATUS_DAMAGED;
	if (status == STATUS_OK) {
		counting(&now, news->snapshot->registry, touched->port, add_day, news);
		status = fold(news, &now, &before);
	}
	if (status == STATUS_OK)
		counting(&before, news->snapshot->registry, touched->port, add_day, news);
	if (status == STATUS_TOO_MANY || status == STATUS_NO_MEMORY) {
		news->skipped = true;
		return STATUS_OK;
	}
	return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
}

/* ---- telling ---- */

/* Sums of one day over all groups. */
struct sums {
	Juyan__V1__DayTotal cell[DIRECTIONS][MODES][BASES];
};

static enum status
sum_day(const struct news *news, const struct day *day, struct sums *sums)
{
	struct walk walk;
	memset(sums, 0, sizeof *sums);
	enum status status = walk_open(&news->snapshot->store, TABLE_tonnage, &walk);
	if (status == STATUS_OK)
		status = tonnage_seek(&walk, PERIOD_DAY, day->period);
	for (; status == STATUS_OK; status = walk_next(&walk)) {
		struct tonnage_row row;
		status = tonnage_read(&walk, &row);
		if (status != STATUS_OK || row.kind != PERIOD_DAY || row.period != day->period)
			break;
		if (strcmp(row.port, day->port) != 0)
			continue;
		Juyan__V1__DayTotal *cell = &sums->cell[row.direction][row.mode][row.basis];
		cell->net_kg += row.net_kg;
		cell->batches += row.batches;
		cell->units += row.units;
		cell->units_unknown += row.basis == BASIS_UNKNOWN ? row.units : 0;
	}
	walk_close(&walk);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
add_total(struct news *news, const struct day *day, const Juyan__V1__DayTotal *cell, const char *const names[3],
    Juyan__V1__News *out)
{
	char text[CIVIL_TEXT_BYTES];
	struct arena *arena = news->snapshot->arena;
	Juyan__V1__DayTotal *total = arena_take(arena, sizeof *total);
	if (total == NULL)
		return STATUS_NO_MEMORY;
	civil_format(day->period, PERIOD_DAY, text);
	juyan__v1__day_total__init(total);
	total->port = answer_string(arena, day->port);
	total->day = answer_string(arena, text);
	total->direction = answer_string(arena, names[0]);
	total->mode = answer_string(arena, names[1]);
	total->basis = answer_string(arena, names[2]);
	total->net_kg = cell->net_kg;
	total->batches = cell->batches;
	total->units = cell->units;
	total->units_unknown = cell->units_unknown;
	out->days[out->n_days++] = total;
	return total->port != NULL && total->day != NULL && total->direction != NULL && total->mode != NULL && total->basis != NULL
	    ? STATUS_OK
	    : STATUS_NO_MEMORY;
}

static enum status
tell_day(struct news *news, const struct day *day, Juyan__V1__News *out)
{
	static const char *const nothing[3] = { "", "", "" };
	struct sums sums;
	size_t before = out->n_days;
	enum status status = sum_day(news, day, &sums);
	for (int d = 0; d < DIRECTIONS; d++)
		for (int m = 0; m < MODES; m++)
			for (int b = 0; b < BASES && status == STATUS_OK; b++) {
				const Juyan__V1__DayTotal *cell = &sums.cell[d][m][b];
				if (cell->net_kg == 0 && cell->batches == 0 && cell->units == 0)
					continue;
				const char *names[3] = { wire_direction_name((Juyan__V1__Direction)d),
					wire_mode_name((Juyan__V1__Mode)m), basis_name((enum basis)b) };
				status = add_total(news, day, cell, names, out);
			}
	if (status == STATUS_OK && out->n_days == before)
		status = add_total(news, day, &sums.cell[0][0][0], nothing, out);
	return status;
}

static int
compare_days(const void *a, const void *b)
{
	const struct day *x = a, *y = b;
	int order = strcmp(x->port, y->port);
	return order != 0 ? order : x->period < y->period ? -1 : x->period > y->period;
}

static enum status
tell_days(struct news *news, Juyan__V1__News *out)
{
	enum status status = STATUS_OK;
	size_t most = news->n_days * (DIRECTIONS - 1) * (MODES - 1) * (BASES - 1);
	out->days = arena_take(news->snapshot->arena, (most + 1) * sizeof(Juyan__V1__DayTotal *));
	if (out->days == NULL)
		return STATUS_NO_MEMORY;
	if (news->n_days > 0)
		qsort(news->days, news->n_days, sizeof *news->days, compare_days);
	for (size_t i = 0; i < news->n_days && status == STATUS_OK; i++)
		status = tell_day(news, &news->days[i], out);
	return status;
}

static enum status
tell_crossing(struct news *news, const struct touched *touched, Juyan__V1__CrossingNews **out)
{
	struct facts facts;
	struct arena *arena = news->snapshot->arena;
	Juyan__V1__CrossingNews *told = arena_take(arena, sizeof *told);
	if (told == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__crossing_news__init(told);
	told->lsn = touched->lsn;
	told->happened = arena_take(arena, touched->events * sizeof *told->happened);
	if (told->happened == NULL)
		return STATUS_NO_MEMORY;
	arena_reset(&news->scratch);
	enum status status = manifests_find(&news->snapshot->store, touched->port, touched->batch_no, &news->scratch, &facts);
	if (status == STATUS_OK)
		status = answer_crossing(news->snapshot, touched->port, touched->batch_no, &facts, &told->crossing);
	*out = told;
	return status;
}

static enum status
tell_crossings(struct news *news, Juyan__V1__News *out)
{
	enum status status = STATUS_OK;
	out->crossings = arena_take(news->snapshot->arena, (news->n_touched + 1) * sizeof(Juyan__V1__CrossingNews *));
	if (out->crossings == NULL)
		return STATUS_NO_MEMORY;
	for (; out->n_crossings < news->n_touched && status == STATUS_OK; out->n_crossings++)
		status = tell_crossing(news, &news->touched[out->n_crossings], &out->crossings[out->n_crossings]);
	for (size_t i = 0; i < news->n_happenings && status == STATUS_OK; i++) {
		Juyan__V1__CrossingNews *told = out->crossings[news->happenings[i].touched];
		told->happened[told->n_happened] = answer_string(news->snapshot->arena, news->happenings[i].kind);
		status = told->happened[told->n_happened++] != NULL ? STATUS_OK : STATUS_NO_MEMORY;
	}
	return status;
}

static enum status
tell_all(struct news *news, Juyan__V1__News *out)
{
	enum status status = take_events(news);
	for (size_t i = 0; i < news->n_touched && status == STATUS_OK && !news->skipped; i++)
		status = find_days(news, &news->touched[i]);
	if (status == STATUS_OK && !news->skipped)
		status = tell_days(news, out);
	if (status == STATUS_OK && !news->skipped)
		status = tell_crossings(news, out);
	out->registry = news->registry;
	out->machines = news->machines;
	if (status == STATUS_NO_MEMORY ||
	    (status == STATUS_OK && juyan__v1__news__get_packed_size(out) > FRAME_BYTES_MAX - ROOM_ROUND)) {
		news->skipped = true;
		status = STATUS_OK;
	}
	return status;
}

static enum status
begin(struct news *news, const Juyan__V1__NewsAsk *ask, struct reason *why)
{
	struct arena *arena = news->snapshot->arena;
	uint64_t end = news->snapshot->meta.end.lsn;
	if (ask->after_lsn > end)
		return reason_say(why, STATUS_OUT_OF_RANGE,
		    "after_lsn is %llu, and the ledger ends at %llu: it may be another ledger", (unsigned long long)ask->after_lsn,
		    (unsigned long long)end);
	news->after_lsn = ask->after_lsn;
	news->skipped = end - ask->after_lsn > NEWS_EVENTS_MAX;
	if (news->skipped || end == ask->after_lsn)
		return STATUS_OK;
	news->touched = arena_take(arena, NEWS_EVENTS_MAX * sizeof *news->touched);
	news->happenings = arena_take(arena, NEWS_EVENTS_MAX * sizeof *news->happenings);
	news->days = arena_take(arena, DAYS_MAX * sizeof *news->days);
	if (news->touched == NULL || news->happenings == NULL || news->days == NULL)
		return STATUS_NO_MEMORY;
	return arena_open(&news->scratch, SCRATCH_BYTES);
}

enum status
answer_news(struct snapshot *snapshot, const Juyan__V1__NewsAsk *ask, Juyan__V1__News **out, struct reason *why)
{
	struct news news = { .snapshot = snapshot };
	const struct meta *meta = &snapshot->meta;
	Juyan__V1__News *answer = arena_take(snapshot->arena, sizeof *answer);
	if (answer == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__news__init(answer);
	enum status status = begin(&news, ask, why);
	if (status == STATUS_OK && news.scratch.base != NULL)
		status = tell_all(&news, answer);
	arena_close(&news.scratch);
	if (status != STATUS_OK)
		return status;
	if (news.skipped) {
		answer->n_crossings = answer->n_days = 0;
		answer->registry = answer->machines = true; /* nobody has looked whether they have changed */
	}
	answer->version = PROTOCOL_VERSION;
	answer->before_lsn = ask->after_lsn;
	answer->lsn = meta->end.lsn;
	answer->received_at_ms = meta->end.received_at_ms;
	answer->skipped = news.skipped;
	answer->quarantine_waiting = meta->quarantine_waiting;
	answer->registry_version = meta->registry_version;
	answer->events = meta->end.lsn - ask->after_lsn;
	*out = answer;
	return STATUS_OK;
}
