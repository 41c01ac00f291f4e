/*
 * What asks for a person now: attention.h's rules, applied to the yard and the last days, to the quarantine, to the machines, and
 * to the streams of terminals. Of more rows than one answer holds, the least grave and the latest are left out.
 */
#include <inttypes.h>
#include <stdio.h>

#include "attending.h"
#include "quarantine.h"
#include "sites.h"
#include "streams.h"

enum { SCRATCH_BYTES = 2 * EVENT_DECODE_BYTES };

/* ---- the quarantine ---- */

static enum status
look_at_quarantined(struct attending *attending, const struct quarantine_row *row)
{
	struct journal_event held;
	const Juyan__V1__Event *event;
	char sentence[ATTENDING_SENTENCE_BYTES];
	struct candidate candidate = { .kind = ATTENTION_QUARANTINE, .port = "", .batch_no = "", .lsn = row->lsn };
	enum status status = journal_find(&attending->snapshot->store, row->lsn, &held);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
	arena_reset(&attending->scratch);
	if (wire_event(held.bytes, &attending->scratch, &event, NULL) == STATUS_OK) {
		candidate.port = answer_string(attending->snapshot->arena, event->port);
		candidate.batch_no = answer_string(attending->snapshot->arena, event->batch_no);
	}
	if (candidate.port == NULL || candidate.batch_no == NULL)
		return STATUS_NO_MEMORY;
	if (!answer_asks_port(attending->snapshot, attending->ask->port, candidate.port))
		return STATUS_OK;
	candidate.since_ms = held.first_received_at_ms;
	candidate.terminal_no = held.terminal_no;
	candidate.reason = row->reason;
	snprintf(candidate.subject, sizeof candidate.subject, "quarantine:%" PRIu64, row->lsn);
	snprintf(sentence, sizeof sentence, "an event waits in quarantine: %s", status_sentence(row->reason));
	return attending_add(attending, &candidate, sentence);
}

/* The longest that waits first: when the list is full of them, the others are later and cannot stand before any. */
static enum status
look_at_quarantine(struct attending *attending)
{
	struct walk walk;
	enum status status = walk_open(&attending->snapshot->store, TABLE_quarantine, &walk);
	if (status == STATUS_OK)
		status = quarantine_seek(&walk, 0);
	for (; status == STATUS_OK && !attending->more; status = walk_next(&walk)) {
		struct quarantine_row row;
		size_t n = attending->n, used = attending->snapshot->arena->used;
		status = quarantine_read(&walk, &row);
		if (status == STATUS_OK && row.state == QUARANTINE_WAITING)
			status = look_at_quarantined(attending, &row);
		if (status != STATUS_OK)
			break;
		if (attending->n == n && !attending->more) /* of another port, or seen: there may be any number of these */
			attending->snapshot->arena->used = used;
	}
	walk_close(&walk);
	attending->stopped = status == STATUS_OK;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* ---- terminals ---- */

/* When the latest events of a terminal came, the last first. */
static enum status
receipts_of(struct attending *attending, const struct stream_run *run, int64_t receipts_ms[ATTENTION_SILENT_EVENTS], size_t *n)
{
	const struct store *store = &attending->snapshot->store;
	uint64_t last = run->first_seq + run->events - 1;
	enum status status = STATUS_OK;
	for (*n = 0; *n < ATTENTION_SILENT_EVENTS && *n < last && status == STATUS_OK; ++*n) {
		struct journal_event event;
		uint64_t lsn;
		status = streams_find(store, run->terminal_no, last - *n, &lsn);
		if (status == STATUS_OK)
			status = journal_find(store, lsn, &event);
		if (status == STATUS_OK)
			receipts_ms[*n] = event.received_at_ms;
	}
	return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
}

static enum status
tell_silent(struct attending *attending, const struct terminal_rule *rule, const struct stream_run *run,
    const struct journal_event *last, int64_t gap_ms)
{
	const Juyan__V1__Event *event;
	char sentence[ATTENDING_SENTENCE_BYTES], silence[ATTENDING_SPAN_BYTES], gap[ATTENDING_SPAN_BYTES];
	struct candidate candidate = { .kind = ATTENTION_SILENT, .port = "", .batch_no = "", .terminal_no = rule->terminal_no };
	arena_reset(&attending->scratch);
	if (wire_event(last->bytes, &attending->scratch, &event, NULL) == STATUS_OK) {
		if (wire_event_administers(event)) /* a decree: it came when something was decided, and there is no usual gap */
			return STATUS_OK;
		candidate.port = answer_string(attending->snapshot->arena, event->port);
	}
	if (candidate.port == NULL)
		return STATUS_NO_MEMORY;
	if (!answer_asks_port(attending->snapshot, attending->ask->port, candidate.port))
		return STATUS_OK;
	candidate.since_ms = last->received_at_ms;
	candidate.measured = attending->ask->now_ms - last->received_at_ms;
	candidate.usual = gap_ms;
	/* Each silence is one to be seen: who has noted the last one has not seen the next. */
	snprintf(candidate.subject, sizeof candidate.subject, "silent:%u/%" PRIu64, rule->terminal_no,
	    run->first_seq + run->events - 1);
	snprintf(sentence, sizeof sentence, "terminal %u has sent nothing for %s%s%s", rule->terminal_no,
	    attending_say_span(candidate.measured, silence), gap_ms > 0 ? "; its usual gap is " : "",
	    gap_ms > 0 ? (gap_ms < ATTENTION_MINUTES(1) ? "less than a minute" : attending_say_span(gap_ms, gap)) : "");
	return attending_add(attending, &candidate, sentence);
}

static enum status
look_at_terminal(struct attending *attending, uint32_t terminal_no)
{
	const struct terminal_rule *rule = registry_terminal(attending->snapshot->registry, terminal_no);
	const struct store *store = &attending->snapshot->store;
	int64_t receipts_ms[ATTENTION_SILENT_EVENTS], now_ms = attending->ask->now_ms;
	struct stream_run run;
	struct journal_event last;
	size_t n;
	if (rule == NULL || rule->administrator || rule->revoked)
		return STATUS_OK;
	enum status status = streams_last(store, terminal_no, &run);
	if (status == STATUS_OK)
		status = journal_find(store, run.first_lsn + run.events - 1, &last);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
	if (!attention_silent(last.received_at_ms, 1, now_ms)) /* whatever its gap is */
		return STATUS_OK;
	status = receipts_of(attending, &run, receipts_ms, &n);
	if (status != STATUS_OK)
		return status;
	int64_t gap_ms = attention_usual_gap(receipts_ms, n);
	if (!attention_silent(last.received_at_ms, gap_ms, now_ms))
		return STATUS_OK;
	return tell_silent(attending, rule, &run, &last, gap_ms);
}

static enum status
look_at_terminals(struct attending *attending)
{
	uint32_t terminal_no = 0;
	enum status status;
	/* Behind them are those of sites, which are silent when their site is. */
	while ((status = streams_next_terminal(&attending->snapshot->store, terminal_no, &terminal_no)) == STATUS_OK &&
	    terminal_no <= TERMINAL_NO_MAX) {
		status = look_at_terminal(attending, terminal_no);
		if (status != STATUS_OK)
			return status;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* ---- the answer ---- */

static char **
reasons_of(struct arena *arena, const struct candidate *from, size_t *n)
{
	if (from->kind != ATTENTION_QUARANTINE && from->kind != ATTENTION_SITE)
		return answer_marks(arena, from->marks, facts_mark_name, n);
	char **reasons = arena_take(arena, sizeof *reasons);
	if (reasons != NULL)
		*reasons = answer_string(arena, status_name(from->reason));
	*n = 1;
	return reasons != NULL && *reasons != NULL ? reasons : NULL;
}

static enum status
tell(struct attending *attending, const struct candidate *from, Juyan__V1__AttentionRow **out)
{
	struct arena *arena = attending->snapshot->arena;
	Juyan__V1__AttentionRow *row = arena_take(arena, sizeof *row);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__attention_row__init(row);
	row->subject = answer_string(arena, from->subject);
	row->kind = answer_string(arena, attention_name(from->kind));
	row->port = answer_string(arena, from->port);
	row->batch_no = answer_string(arena, from->batch_no);
	row->lsn = from->lsn;
	row->terminal_no = from->terminal_no;
	row->terminal_name =
	    from->terminal_no > 0 ? answer_terminal_name(attending->snapshot, from->terminal_no) : answer_string(arena, "");
	row->since_ms = from->since_ms;
	row->sentence = answer_string(arena, from->sentence);
	row->measured = from->measured;
	row->usual = from->usual;
	row->noted_by = answer_text(arena, from->noted_by);
	row->note = answer_text(arena, from->note);
	row->noted_at_ms = from->noted_at_ms;
	row->reasons = reasons_of(arena, from, &row->n_reasons);
	bool machine = from->kind == ATTENTION_MACHINE;
	row->machine = answer_string(arena, machine ? from->machine : "");
	row->machine_kind = answer_string(arena, machine ? wire_machine_kind_name(from->machine_kind) : "");
	row->condition = answer_string(arena, machine ? wire_condition_name(from->condition) : "");
	row->machine_note = answer_text(arena, from->machine_note);
	*out = row;
	return row->subject != NULL && row->kind != NULL && row->port != NULL && row->batch_no != NULL &&
		row->terminal_name != NULL && row->sentence != NULL && row->noted_by != NULL && row->note != NULL &&
		row->reasons != NULL && row->machine != NULL && row->machine_kind != NULL && row->condition != NULL &&
		row->machine_note != NULL
	    ? STATUS_OK
	    : STATUS_NO_MEMORY;
}

/* ---- sites ---- */

/* It is shown with the port that was asked for. */
static enum status
look_at_matter(struct attending *attending, const struct terminal_rule *site, enum site_matter matter)
{
	struct candidate candidate = { .kind = ATTENTION_SITE,
		.port = attending->ask->port,
		.batch_no = "",
		.terminal_no = site->terminal_no };
	struct site_alarm alarm;
	struct reason said;
	enum status status = sites_alarm(&attending->snapshot->store, site->terminal_no, matter, &alarm);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	candidate.lsn = alarm.lsn;
	candidate.since_ms = alarm.since_ms;
	candidate.reason = alarm.status;
	snprintf(candidate.subject, sizeof candidate.subject, "site:%u/%s%" PRIu64, site->terminal_no,
	    matter == SITE_UNFIT ? "registry/" : "", alarm.lsn);
	if (matter == SITE_STOPPED)
		return attending_add(attending, &candidate, alarm.why.text);
	reason_write(&said, "site %.40s: what its event %" PRIu64 " says of its registry does not fit here: %s", site->name,
	    alarm.lsn, alarm.why.text);
	return attending_add(attending, &candidate, said.text);
}

static enum status
look_at_site(struct attending *attending, uint32_t site_no)
{
	const char *port = attending->ask->port;
	const struct registry *registry = attending->snapshot->registry;
	const struct terminal_rule *rule = registry_terminal(registry, site_no);
	if (rule == NULL || rule->revoked || (port[0] != '\0' && !registry_has_port(registry, site_no, port)))
		return STATUS_OK;
	enum status status = look_at_matter(attending, rule, SITE_STOPPED);
	return status == STATUS_OK ? look_at_matter(attending, rule, SITE_UNFIT) : status;
}

static enum status
look_at_sites(struct attending *attending)
{
	const struct registry *registry = attending->snapshot->registry;
	enum status status = STATUS_OK;
	for (size_t i = 0; i < registry_terminals(registry) && status == STATUS_OK; i++)
		if (registry_terminal_at(registry, i)->site)
			status = look_at_site(attending, registry_terminal_at(registry, i)->terminal_no);
	return status;
}

static enum status
look_at_all(struct attending *attending)
{
	enum status status = look_at_sites(attending);
	if (status == STATUS_OK)
		status = look_at_terminals(attending);
	if (status == STATUS_OK)
		status = look_at_quarantine(attending);
	if (status == STATUS_OK)
		status = attending_machines(attending);
	return status == STATUS_OK ? attending_crossings(attending) : status;
}

/* Gravest first, as the rows. */
static enum status
tell_counts(struct attending *attending, Juyan__V1__AttentionList *out)
{
	struct arena *arena = attending->snapshot->arena;
	Juyan__V1__AttentionCount *counts = arena_take(arena, ATTENTIONS * sizeof *counts);
	out->counts = arena_take(arena, ATTENTIONS * sizeof(Juyan__V1__AttentionCount *));
	if (counts == NULL || out->counts == NULL)
		return STATUS_NO_MEMORY;
	for (int kind = 0; kind < ATTENTIONS; kind++) {
		Juyan__V1__AttentionCount *count = &counts[out->n_counts];
		if (attending->n_all[kind] == 0)
			continue;
		juyan__v1__attention_count__init(count);
		count->kind = answer_string(arena, attention_name((enum attention)kind));
		count->n = attending->n_all[kind];
		count->at_least = kind == ATTENTION_QUARANTINE && attending->stopped;
		if (count->kind == NULL)
			return STATUS_NO_MEMORY;
		out->counts[out->n_counts++] = count;
	}
	return STATUS_OK;
}

static enum status
tell_all(struct attending *attending, Juyan__V1__AttentionList *out)
{
	enum status status = STATUS_OK;
	size_t begun = attending->snapshot->arena->used;
	bool full = false;
	for (size_t i = 0; i < attending->n && status == STATUS_OK && !full; i++) {
		full = attending->snapshot->arena->used - begun > PAGE_BYTES;
		if (!full)
			status = tell(attending, attending->rows[i], &out->rows[out->n_rows++]);
	}
	out->more = full || attending->more;
	return status;
}

enum status
answer_attention(struct snapshot *snapshot, const Juyan__V1__AttentionAsk *ask, Juyan__V1__AttentionList **out, struct reason *why)
{
	if (ask->now_ms < TIME_MS_MIN || ask->now_ms > TIME_MS_HIGHEST)
		return reason_say(why, STATUS_OUT_OF_RANGE, "now_ms is %" PRId64 ": the time of asking was expected", ask->now_ms);
	enum status status = answer_check_port(snapshot, ask->port, true, why);
	if (status != STATUS_OK)
		return status;
	struct attending *attending = arena_take(snapshot->arena, sizeof *attending);
	Juyan__V1__AttentionList *answer = arena_take(snapshot->arena, sizeof *answer);
	Juyan__V1__AttentionRow **rows = arena_take(snapshot->arena, ANSWER_ROWS_MAX * sizeof *rows);
	if (attending == NULL || answer == NULL || rows == NULL)
		return STATUS_NO_MEMORY;
	*attending = (struct attending){ .snapshot = snapshot, .ask = ask };
	attending->rows = arena_take(snapshot->arena, ANSWER_ROWS_MAX * sizeof *attending->rows);
	attending->stays_ms = arena_take(snapshot->arena, ATTENDING_STAYS_MAX * sizeof *attending->stays_ms);
	if (attending->rows == NULL || attending->stays_ms == NULL)
		return STATUS_NO_MEMORY;
	status = arena_open(&attending->scratch, SCRATCH_BYTES);
	if (status != STATUS_OK)
		return status;
	juyan__v1__attention_list__init(answer);
	answer->rows = rows;
	status = look_at_all(attending);
	if (status == STATUS_OK)
		status = tell_counts(attending, answer);
	if (status == STATUS_OK)
		status = tell_all(attending, answer);
	arena_close(&attending->scratch);
	if (status == STATUS_OK)
		*out = answer;
	return status;
}
