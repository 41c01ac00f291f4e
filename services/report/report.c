/* A report is made: the days, then the figures, then what must be remarked. See report.h. */
#include "report.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_parts.h"

/* The ledger's figures are at most some thousand rows; a report that would take more memory fails. */
enum { ARENA_BYTES = 4 * 1024 * 1024, CLOSED_DAYS = 7, LONG_DAYS = 28, PER_MILLE = 1000 };

/* How the present looks from the span: local times of the port. */
struct present {
	int64_t today;
	int hour;
	bool running; /* the span is not over */
};

void
report_remark(struct report *report, enum report_remark_kind kind, int64_t a, int64_t b)
{
	assert(report->n_remarks < REPORT_REMARKS_MAX);
	report->remarks[report->n_remarks++] = (struct report_remark){ kind, a, b };
}

/* ---- the days ---- */

/* The offset of a port now; of all: the furthest ahead, or behind. */
static int32_t
offset_of(const struct registry *registry, const char *port, int64_t now_ms, bool ahead)
{
	struct port_rule rule;
	int32_t offset = 0;
	bool first = true;
	for (const char *id = registry_next_port(registry, NULL); id != NULL; id = registry_next_port(registry, id)) {
		if (port[0] != '\0' && !places_within(registry_places(registry), id, port))
			continue;
		bool known = registry_port(registry, id, now_ms, &rule);
		assert(known);
		if (first || (rule.utc_offset_minutes > offset) == ahead)
			offset = rule.utc_offset_minutes;
		first = false;
	}
	return offset;
}

static enum status
check_port(const struct registry *registry, const char *port, struct reason *why)
{
	if (port[0] == '\0' || registry_knows_spot(registry, port))
		return STATUS_OK;
	const char *nearest = registry_nearest_spot(registry, port);
	return reason_say(why, STATUS_UNKNOWN_PORT, "the registry does not know a port '%.32s'%s%s", port,
	    nearest != NULL ? "; the nearest that is known: " : "", nearest != NULL ? nearest : "");
}

static enum status
take_days(struct report *report, const struct report_asked *asked, struct present *present, struct reason *why)
{
	int64_t local_ms = asked->now_ms + (int64_t)report->utc_offset_minutes * 60000;
	enum status status = report_span_read(asked->from, asked->to, &report->span, why);
	if (status != STATUS_OK)
		return status;
	present->today = civil_day_of_ms(local_ms);
	present->hour = (int)((local_ms - present->today * CIVIL_MS_PER_DAY) / CIVIL_MS_PER_HOUR);
	present->running = report->span.last >= present->today;
	report_span_iso(report->span.first, report->from);
	report_span_iso(report->span.last, report->to);
	if (report->span.first <= present->today)
		return STATUS_OK;
	char today[CIVIL_TEXT_BYTES];
	return reason_say(why, STATUS_OUT_OF_RANGE, "'from' is '%.32s', which has not begun; expected %s or earlier", asked->from,
	    report_span_iso(present->today, today));
}

/* ---- the year before ---- */

/* A running span is held against as much of the year before: to the same day, or of a single day to the same hour. */
static struct report_span
days_before(struct report *report, const struct present *present)
{
	struct report_span so_far = report->span;
	if (present->running && so_far.first < so_far.last)
		so_far.last = present->today;
	struct report_span before = report_span_year_before(&so_far);
	report_span_iso(before.first, report->before_from);
	report_span_iso(before.last, report->before_to);
	if (present->running && report->span.step == PERIOD_HOUR)
		civil_format(report_span_period(before.last, present->hour, PERIOD_HOUR), PERIOD_HOUR, report->before_to);
	return before;
}

/*
 * Whether the ledger reaches back so far. A port may be shut for a week at the turn of a year, so that the first day counted need
 * not be the first day looked at: of a longer span the year before is told, with a remark.
 */
static bool
reaches(const struct report_span *before, int64_t first_day)
{
	bool longer = before->last - before->first >= LONG_DAYS;
	return first_day <= before->first + (longer ? CLOSED_DAYS : 0);
}

/* To the nearest, halves away from zero; false where it says nothing. */
static bool
change_of(int64_t now_kg, int64_t before_kg, int64_t *per_mille)
{
	if (before_kg <= 0)
		return false;
	__int128 doubled = (__int128)(now_kg - before_kg) * PER_MILLE * 2;
	__int128 nearest = (doubled + (doubled < 0 ? -before_kg : before_kg)) / ((__int128)2 * before_kg);
	if (nearest > INT32_MAX || nearest < INT32_MIN)
		return false;
	*per_mille = (int64_t)nearest;
	return true;
}

static enum status
look_back(const struct source *source, struct report *report, const struct present *present, bool any, int64_t first_day,
    struct reason *why)
{
	struct report_span before = days_before(report, present);
	report->before_known = any && reaches(&before, first_day);
	if (!report->before_known)
		return STATUS_OK;
	enum status status = report_ask_before(source, report, why);
	if (status == STATUS_OK)
		report->change_known = change_of(report->total.net_kg, report->before.net_kg, &report->change_per_mille);
	return status;
}

/* ---- the remarks, gravest first ---- */

static int64_t
share_per_mille(int64_t part_kg, int64_t whole_kg)
{
	return whole_kg <= 0 ? 0 : (int64_t)(((__int128)part_kg * PER_MILLE * 2 + whole_kg) / ((__int128)2 * whole_kg));
}

static void
remark_beginning(struct report *report, bool any, int64_t first_day)
{
	if (!any)
		report_remark(report, REPORT_EMPTY_LEDGER, 0, 0);
	else if (first_day > report->span.first)
		report_remark(report, REPORT_BEGINS, first_day, 0);
	else if (report->total.units == 0 && report->total.net_kg == 0)
		report_remark(report, REPORT_NO_TRAFFIC, 0, 0);
}

static void
remark_masses(struct report *report)
{
	const struct report_mass *total = &report->total;
	if (total->units_unknown > 0)
		report_remark(report, REPORT_UNITS_UNKNOWN, total->units_unknown, total->units);
	if (total->declared_kg > 0)
		report_remark(report, REPORT_DECLARED, total->declared_kg, share_per_mille(total->declared_kg, total->net_kg));
	if (total->corrected_kg > 0)
		report_remark(report, REPORT_CORRECTED, total->corrected_kg, 0);
}

static void
remark_before(struct report *report, bool any, int64_t first_day)
{
	int64_t from;
	bool read = civil_parse_day(report->before_from, &from);
	assert(read);
	if (!report->before_known)
		report_remark(report, REPORT_BEFORE_UNKNOWN, 0, 0);
	else if (any && first_day > from)
		report_remark(report, REPORT_BEFORE_PARTLY, first_day, 0);
}

static void
remark_all(struct report *report, const struct present *present, bool any, int64_t first_day, int64_t quarantined,
    int64_t backwards)
{
	if (!report->fresh)
		report_remark(report, REPORT_STALE, 0, 0);
	if (present->running)
		report_remark(report, REPORT_RUNNING, 0, 0);
	remark_beginning(report, any, first_day);
	remark_masses(report);
	if (quarantined > 0)
		report_remark(report, REPORT_QUARANTINE, quarantined, 0);
	remark_before(report, any, first_day);
	if (!report->dwell_known)
		report_remark(report, REPORT_DWELL_UNKNOWN, 0, 0);
	if (backwards > 0)
		report_remark(report, REPORT_DWELL_BACKWARD, backwards, 0);
	report_remark(report, REPORT_COUNTED, 0, 0);
	if (report->received)
		report_remark(report, REPORT_AS_OF, (int64_t)report->lsn, report->received_at_ms);
	report_remark(report, REPORT_NO_FORECAST, 0, 0);
}

/* ---- all of it ---- */

/* Leaves out what lies before the ledger's first day: a zero there would not be a counted one. */
static void
drop_unknown_periods(struct report *report, bool any, int64_t first_day)
{
	uint32_t first = any ? report_span_period(first_day, 0, report->span.step) : UINT32_MAX;
	size_t kept = 0;
	for (size_t i = 0; i < report->n_periods; i++) {
		uint32_t period;
		enum period kind;
		bool read = civil_parse(report->periods[i].text, &period, &kind);
		assert(read && kind == report->span.step);
		if (period >= first)
			report->periods[kept++] = report->periods[i];
	}
	report->n_periods = kept;
}

static enum status
gather(const struct source *source, const struct report_asked *asked, const struct registry *registry, struct report *report,
    struct reason *why)
{
	struct present present;
	bool any = false;
	int64_t first_day = 0, quarantined = 0, backwards = 0;
	report->utc_offset_minutes = offset_of(registry, report->port, asked->now_ms, true);
	enum status status = take_days(report, asked, &present, why);
	if (status == STATUS_OK)
		status = report_ask_figures(source, report, report_span_period(present.today, present.hour, PERIOD_HOUR),
		    &quarantined, why);
	if (status == STATUS_OK)
		status = report_ask_beginning(source, &any, &first_day, why);
	if (status == STATUS_OK)
		status = look_back(source, report, &present, any, first_day, why);
	if (status == STATUS_OK)
		status = report_ask_dwell(source, report, &backwards, why);
	if (status != STATUS_OK)
		return status;
	drop_unknown_periods(report, any, first_day);
	remark_all(report, &present, any, first_day, quarantined, backwards);
	return STATUS_OK;
}

enum status
report_open(const struct source *source, const struct report_asked *asked, struct report **out, struct reason *why)
{
	struct registry *registry = NULL;
	struct report *report = calloc(1, sizeof *report);
	if (report == NULL || arena_open(&report->arena, ARENA_BYTES) != STATUS_OK) {
		free(report);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	report->made_at_ms = asked->now_ms;
	report->fresh = asked->fresh;
	enum status status = report_ask_registry(source, report, &registry, why);
	if (status == STATUS_OK)
		status = check_port(registry, asked->port == NULL ? "" : asked->port, why);
	if (status == STATUS_OK && (report->port = report_copy(report, asked->port == NULL ? "" : asked->port)) == NULL)
		status = reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	if (status == STATUS_OK)
		status = gather(source, asked, registry, report, why);
	registry_close(&registry);
	if (status != STATUS_OK)
		report_close(&report);
	else
		*out = report;
	return status;
}

void
report_close(struct report **report)
{
	if (*report == NULL)
		return;
	arena_close(&(*report)->arena);
	free(*report);
	*report = NULL;
}

enum status
report_yesterday(const struct source *source, const char *port, int64_t now_ms, char out[CIVIL_TEXT_BYTES], struct reason *why)
{
	struct registry *registry = NULL;
	const char *asked = port == NULL ? "" : port;
	enum status status = report_ask_registry(source, NULL, &registry, why);
	if (status == STATUS_OK)
		status = check_port(registry, asked, why);
	if (status == STATUS_OK) {
		int32_t offset = offset_of(registry, asked, now_ms, false);
		report_span_iso(civil_day_of_ms(now_ms + (int64_t)offset * 60000) - 1, out);
	}
	registry_close(&registry);
	return status;
}
