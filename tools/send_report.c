/* What `juyan send` says: see send_report.h. */
#include "send_report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"

#define PROGRESS_NS INT64_C(200000000)

struct send_report {
	bool json;
	bool progress;
	bool line_open; /* a progress line stands without its end */
	struct clock clock;
	int64_t begun_ns;
	int64_t shown_ns;
	json_t *complaints;
	uint64_t left_out;
	json_t *notes;
};

enum status
send_report_open(bool json, bool progress, struct send_report **out)
{
	struct send_report *report = calloc(1, sizeof *report);
	if (report == NULL)
		return STATUS_NO_MEMORY;
	report->json = json;
	report->progress = progress;
	report->clock = clock_system();
	report->begun_ns = report->shown_ns = clock_monotonic_ns(&report->clock);
	report->complaints = json_array();
	report->notes = json_array();
	*out = report;
	return STATUS_OK;
}

void
send_report_close(struct send_report **report)
{
	if (*report == NULL)
		return;
	json_decref((*report)->complaints);
	json_decref((*report)->notes);
	free(*report);
	*report = NULL;
}

/* A trouble must not stand behind half a line of progress. */
void
send_report_line_end(struct send_report *report)
{
	if (report->line_open)
		fputc('\n', stderr);
	report->line_open = false;
}

void
send_report_add(const struct send_report *report, json_t *object)
{
	json_object_set(object, "complaints", report->complaints);
	json_object_set_new(object, "complaints_left_out", json_integer((json_int_t)report->left_out));
	json_object_set(object, "notes", report->notes);
}

static void
keep_complaint(struct send_report *report, const struct delivery_complaint *c)
{
	if (json_array_size(report->complaints) >= SEND_COMPLAINTS_MAX) {
		report->left_out++;
		return;
	}
	/* A file's name may be no UTF-8: then the line is told without it. */
	json_t *file = json_string(c->file);
	json_array_append_new(report->complaints,
	    json_pack("{s:o, s:I, s:s, s:s, s:s}", "file", file == NULL ? json_null() : file, "line", (json_int_t)c->line, "what",
		c->what, "name", c->name, "sentence", c->sentence));
}

void
send_report_complaint(void *user, const struct delivery_complaint *c)
{
	struct send_report *report = user;

	if (report->json) {
		keep_complaint(report, c);
		return;
	}
	send_report_line_end(report);
	if (c->line == 0) /* the sentence names the file */
		fprintf(stderr, "%s\n", c->sentence);
	else if (c->what[0] == 'w')
		fprintf(stderr, "%s:%" PRIu64 ": %s\n", c->file, c->line, c->sentence);
	else
		fprintf(stderr, "%s:%" PRIu64 ": %s (%s): %s\n", c->file, c->line, c->what, c->name, c->sentence);
}

void
send_report_note(void *user, const char *sentence)
{
	struct send_report *report = user;

	if (report->json) {
		json_array_append_new(report->notes, json_string(sentence));
		return;
	}
	send_report_line_end(report);
	fprintf(stderr, "juyan send: %s\n", sentence);
}

static double
seconds_since(const struct send_report *report, int64_t ns)
{
	return (double)(clock_monotonic_ns(&report->clock) - ns) / 1e9;
}

void
send_report_progress(void *user, const struct delivery_tally *tally)
{
	struct send_report *report = user;

	if (!report->progress || clock_monotonic_ns(&report->clock) - report->shown_ns < PROGRESS_NS)
		return;
	report->shown_ns = clock_monotonic_ns(&report->clock);
	fprintf(stderr, "\r%" PRIu64 " events sent, %" PRIu64 " on disk, %.0f a second ", tally->sent, tally->settled,
	    (double)tally->settled / seconds_since(report, report->begun_ns));
	report->line_open = true;
}

static void
end_text(const struct delivery_tally *tally, bool dry_run)
{
	const struct {
		const char *name;
		uint64_t n;
		const char *meaning;
	} rows[] = {
		{ "read", tally->read, "well-formed events in the files" },
		{ "wrong", tally->wrong, "lines that are none, and were not sent" },
		{ "sent", tally->sent, "" },
		{ "accepted", tally->accepted, "on the centre's disk" },
		{ "duplicate", tally->duplicate, "were on its disk before" },
		{ "conflict", tally->conflict, "their numbers hold something else: kept for a person" },
		{ "quarantined", tally->quarantined, "kept for a person, not counted" },
		{ "refused", tally->refused, "not this key's to send" },
		{ "unanswered", tally->sent - tally->settled, "no answer: the same command goes on with them" },
	};
	for (size_t i = 0; i < (dry_run ? 2 : sizeof rows / sizeof rows[0]); i++)
		if (i < 4 || rows[i].n > 0)
			printf("%-12s %10" PRIu64 "%s%s\n", rows[i].name, rows[i].n, rows[i].meaning[0] == '\0' ? "" : "   ",
			    rows[i].meaning);
}

static void
end_json(struct send_report *report, const struct delivery_tally *tally, size_t files, bool dry_run, const char *failure)
{
	json_t *all = json_pack("{s:I, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:O, s:I, s:O, s:s?}", "files",
	    (json_int_t)files, "dry_run", (int)dry_run, "read", (json_int_t)tally->read, "wrong", (json_int_t)tally->wrong, "sent",
	    (json_int_t)tally->sent, "accepted", (json_int_t)tally->accepted, "duplicate", (json_int_t)tally->duplicate, "conflict",
	    (json_int_t)tally->conflict, "quarantined", (json_int_t)tally->quarantined, "refused", (json_int_t)tally->refused,
	    "unanswered", (json_int_t)(tally->sent - tally->settled), "seconds", seconds_since(report, report->begun_ns),
	    "complaints", report->complaints, "complaints_left_out", (json_int_t)report->left_out, "notes", report->notes,
	    "failure", failure);
	json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
	fputc('\n', stdout);
	json_decref(all);
}

void
send_report_end(struct send_report *report, const struct delivery_tally *tally, size_t files, bool dry_run, const char *failure)
{
	send_report_line_end(report);
	if (report->json)
		end_json(report, tally, files, dry_run, failure);
	else
		end_text(tally, dry_run);
	if (!report->json && failure != NULL)
		fprintf(stderr, "juyan send: %s\n", failure);
	fflush(stdout);
}
