/* The list of attending.h. */
#include "attending.h"

#include <inttypes.h>
#include <stdio.h>

#include "notes.h"

static bool
before(const struct candidate *a, const struct candidate *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind;
	if (a->since_ms != b->since_ms)
		return a->since_ms < b->since_ms;
	return strcmp(a->subject, b->subject) < 0;
}

/* Whether it is to be told, with what a person has said of it. */
static enum status
look_up_note(struct attending *attending, struct candidate *candidate, bool *wanted)
{
	struct note note;
	enum status status = notes_find(&attending->snapshot->store, candidate->subject, &note);
	*wanted = true;
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && note.withdrawn))
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	*wanted = attending->ask->noted;
	if (!*wanted)
		return STATUS_OK;
	candidate->noted_by = note.by;
	candidate->note = note.note;
	candidate->noted_at_ms = note.at.occurred_at_ms;
	return STATUS_OK;
}

enum status
attending_add(struct attending *attending, const struct candidate *candidate, const char *sentence)
{
	struct candidate noted = *candidate;
	bool wanted;
	enum status status = look_up_note(attending, &noted, &wanted);
	if (status != STATUS_OK || !wanted)
		return status;
	attending->n_all[noted.kind]++;
	bool kind_full = attending->n_kind[noted.kind] == ATTENDING_KIND_MAX;
	struct candidate *row;
	if (kind_full || attending->n == ANSWER_ROWS_MAX) {
		size_t last = attending->n - 1;
		attending->more = true;
		while (kind_full && attending->rows[last]->kind != noted.kind)
			last--;
		row = attending->rows[last];
		if (!before(&noted, row))
			return STATUS_OK;
		attending->n_kind[row->kind]--; /* its room is taken over */
		memmove(&attending->rows[last], &attending->rows[last + 1], (--attending->n - last) * sizeof(struct candidate *));
	} else {
		row = arena_take(attending->snapshot->arena, sizeof *row);
	}
	if (row == NULL)
		return STATUS_NO_MEMORY;
	snprintf(noted.sentence, sizeof noted.sentence, "%s", sentence);
	*row = noted;
	attending->n_kind[noted.kind]++;
	size_t i = attending->n++;
	for (; i > 0 && before(row, attending->rows[i - 1]); i--)
		attending->rows[i] = attending->rows[i - 1];
	attending->rows[i] = row;
	return STATUS_OK;
}

const char *
attending_say_span(int64_t ms, char out[ATTENDING_SPAN_BYTES])
{
	int64_t minutes = ms / ATTENTION_MINUTES(1);
	if (minutes >= 24 * 60)
		snprintf(out, ATTENDING_SPAN_BYTES, "%" PRId64 " d %" PRId64 " h", minutes / (24 * 60), minutes / 60 % 24);
	else if (minutes >= 60)
		snprintf(out, ATTENDING_SPAN_BYTES, "%" PRId64 " h %" PRId64 " min", minutes / 60, minutes % 60);
	else
		snprintf(out, ATTENDING_SPAN_BYTES, "%" PRId64 " min", minutes);
	return out;
}
