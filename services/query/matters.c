/* See matters.h. */
#include "matters.h"

#include <stdio.h>
#include <string.h>

#include "bounds.h"
#include "bulletin.h"

/* A relay that stops leaves headquarters without this site, as a site that stands still does there. */
static const struct {
	const char *service, *kind, *subject, *name;
} brought[] = {
	{ "relay", "site", "site:headquarters", "headquarters" },
	{ "warehouse", "warehouse", "warehouse:postgresql", "PostgreSQL" },
};

enum { MATTERS = sizeof brought / sizeof brought[0] };

static char *
keep_text(struct arena *arena, const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *kept = arena_take(arena, bytes);
	return kept == NULL ? NULL : memcpy(kept, text, bytes);
}

static Juyan__V1__AttentionRow *
row_of(size_t i, const struct bulletin *standing, const char *reason, const struct reason *sentence, struct arena *arena)
{
	Juyan__V1__AttentionRow *row = arena_take(arena, sizeof *row);
	char **reasons = arena_take(arena, sizeof *reasons);
	if (row == NULL || reasons == NULL)
		return NULL;
	juyan__v1__attention_row__init(row);
	row->subject = keep_text(arena, brought[i].subject);
	row->kind = keep_text(arena, brought[i].kind);
	row->terminal_name = keep_text(arena, brought[i].name);
	row->lsn = standing->differs;
	row->since_ms = standing->since_ms;
	row->sentence = keep_text(arena, sentence->text);
	row->n_reasons = strcmp(reason, BULLETIN_WELL) != 0; /* there may be something besides */
	row->reasons = reasons;
	reasons[0] = keep_text(arena, reason);
	return row->subject != NULL && row->kind != NULL && row->terminal_name != NULL && row->sentence != NULL &&
		reasons[0] != NULL
	    ? row
	    : NULL;
}

/* The kind's count grows by one; a kind that has none yet gets one. */
static enum status
count_row(Juyan__V1__AttentionList *list, const char *kind, struct arena *arena)
{
	Juyan__V1__AttentionCount **counts = arena_take(arena, (list->n_counts + 1) * sizeof *counts);
	Juyan__V1__AttentionCount *one = arena_take(arena, sizeof *one);
	if (counts == NULL || one == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__attention_count__init(one);
	size_t n = 0;
	for (size_t i = 0; i < list->n_counts; i++) {
		if (strcmp(list->counts[i]->kind, kind) == 0)
			*one = *list->counts[i];
		else
			counts[n++] = list->counts[i];
	}
	one->kind = keep_text(arena, kind);
	one->n++;
	counts[n++] = one;
	list->counts = counts;
	list->n_counts = n;
	return one->kind != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Before the others; a full list gives up its last. */
static enum status
put_rows(Juyan__V1__AttentionList *list, Juyan__V1__AttentionRow **rows, size_t n, struct arena *arena)
{
	size_t room = ANSWER_ROWS_MAX - n;
	Juyan__V1__AttentionRow **all = arena_take(arena, ANSWER_ROWS_MAX * sizeof *all);
	if (all == NULL)
		return STATUS_NO_MEMORY;
	size_t others = list->n_rows < room ? list->n_rows : room;
	memcpy(all, rows, n * sizeof *all);
	if (others > 0)
		memcpy(all + n, list->rows, others * sizeof *all);
	list->more = list->more || others < list->n_rows;
	list->rows = all;
	list->n_rows = n + others;
	return STATUS_OK;
}

enum status
matters_add(const char *data_dir, const Juyan__V1__Question *question, struct arena *arena, const Juyan__V1__Answer **answer)
{
	Juyan__V1__AttentionRow *rows[MATTERS];
	size_t n = 0;
	if ((*answer)->say_case != JUYAN__V1__ANSWER__SAY_ATTENTION || question->attention->port[0] != '\0')
		return STATUS_OK;
	Juyan__V1__Answer *mine = arena_take(arena, sizeof *mine);
	Juyan__V1__AttentionList *list = arena_take(arena, sizeof *list);
	if (mine == NULL || list == NULL)
		return STATUS_NO_MEMORY;
	*mine = **answer;
	*list = *mine->attention;
	mine->attention = list;
	for (size_t i = 0; i < MATTERS; i++) {
		struct bulletin standing;
		struct reason sentence = { "" };
		int64_t now_ms = question->attention->now_ms;
		if (bulletin_read(data_dir, brought[i].service, &standing, NULL) != STATUS_OK ||
		    !bulletin_asks(&standing, brought[i].service, now_ms, &sentence))
			continue;
		const char *reason = bulletin_silent(&standing, now_ms) ? "silent" : standing.trouble;
		rows[n] = row_of(i, &standing, reason, &sentence, arena);
		if (rows[n++] == NULL || count_row(list, brought[i].kind, arena) != STATUS_OK)
			return STATUS_NO_MEMORY;
	}
	if (n == 0)
		return STATUS_OK;
	*answer = mine;
	return put_rows(list, rows, n, arena);
}
