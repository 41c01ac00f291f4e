/*
 * Finding batches by a number, waybill, plate, trailer, wagon or container, or the beginning of one: the rows of `names` are read
 * from the last back, so many at a time as the caller says, each time in another snapshot. What was found is told as the manifest
 * has it, which stands in the journal.
 */
#include <stdlib.h>

#include "answer.h"
#include "key.h"
#include "lookup.h"
#include "manifests.h"

enum { ROWS_USUAL = 100, LETTERS_MIN = 2, SCRATCH_BYTES = 2 * EVENT_DECODE_BYTES };

/* What was found outlives the snapshot in which it was. */
struct hit {
	char port[PORT_BYTES_MAX + 1], batch_no[BATCH_NO_BYTES_MAX + 1];
	uint8_t name[LOOKUP_NAME_BYTES_MAX];
	uint8_t name_bytes;
	enum name_kind kind;
};

struct hits {
	struct hit *list;
	size_t n;
	bool more;
};

struct searching {
	size_t rows_max;
	size_t left;     /* batches that may still be looked at; what is older is told as `more` */
	struct key last; /* the row that was looked at last; empty: none yet */
	bool done;
	char folded[LOOKUP_NAME_BYTES_MAX + 1];
	struct span text; /* the same */
	struct hits exact, others;
};

static struct span
name_of(const struct hit *hit)
{
	return (struct span){ hit->name, hit->name_bytes };
}

static bool
holds(const struct hits *hits, const struct hit *hit)
{
	for (size_t i = 0; i < hits->n; i++)
		if (strcmp(hits->list[i].batch_no, hit->batch_no) == 0 && strcmp(hits->list[i].port, hit->port) == 0)
			return true;
	return false;
}

/* What has moved to an earlier day meanwhile is met once more. */
static void
add_hit(struct searching *searching, struct hits *hits, const struct hit *hit)
{
	if (holds(&searching->exact, hit) || holds(&searching->others, hit))
		return;
	if (hits->n == searching->rows_max)
		hits->more = true;
	else
		hits->list[hits->n++] = *hit;
}

/* A batch is told once, by an exact name where it has one, else by the first. */
static enum status
look_at(struct searching *searching, const struct walk *walk)
{
	struct lookup_name found = { 0 }, next = { 0 };
	size_t at = 0;
	bool exact = false;
	while (!exact && lookup_find(walk->value, &at, searching->text, &next)) {
		exact = next.text.bytes == searching->text.bytes;
		if (exact || found.text.data == NULL)
			found = next;
	}
	if (found.text.data == NULL)
		return STATUS_OK;
	const char *port, *batch_no;
	struct hit hit = { .kind = found.kind };
	enum status status = lookup_read(walk, &port, &batch_no);
	if (status != STATUS_OK)
		return status;
	if (strlen(port) > PORT_BYTES_MAX || strlen(batch_no) > BATCH_NO_BYTES_MAX || found.text.bytes > LOOKUP_NAME_BYTES_MAX)
		return STATUS_DAMAGED;
	memcpy(hit.port, port, strlen(port));
	memcpy(hit.batch_no, batch_no, strlen(batch_no));
	memcpy(hit.name, found.text.data, found.text.bytes);
	hit.name_bytes = (uint8_t)found.text.bytes;
	add_hit(searching, exact ? &searching->exact : &searching->others, &hit);
	return STATUS_OK;
}

/* To the last row, or to the one before that which was looked at last. */
static enum status
seek(const struct searching *searching, struct walk *walk)
{
	if (searching->last.used == 0)
		return walk_last(walk);
	enum status status = walk_seek_back(walk, key_span(&searching->last));
	bool same = status == STATUS_OK && walk->key.bytes == searching->last.used &&
	    memcmp(walk->key.data, searching->last.bytes, walk->key.bytes) == 0;
	return same ? walk_previous(walk) : status;
}

static enum status
look_through(struct searching *searching, const struct store *store, size_t batches)
{
	struct walk walk;
	enum status status = walk_open(store, TABLE_names, &walk);
	if (status == STATUS_OK)
		status = seek(searching, &walk);
	for (size_t n = 0; status == STATUS_OK && !searching->done && n < batches; n++) {
		searching->others.more = searching->others.more || searching->left == 0;
		searching->done = searching->left == 0;
		if (searching->done)
			break;
		searching->left--;
		status = look_at(searching, &walk);
		searching->done = searching->exact.more;
		if (status != STATUS_OK)
			break;
		assert(walk.key.bytes <= sizeof searching->last.bytes);
		searching->last.used = walk.key.bytes;
		memcpy(searching->last.bytes, walk.key.data, walk.key.bytes);
		status = walk_previous(&walk);
	}
	walk_close(&walk);
	searching->done = searching->done || status == STATUS_NOT_FOUND;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
searching_look(struct searching *searching, const struct snapshot *snapshot, size_t batches, bool *done)
{
	enum status status = searching->done ? STATUS_OK : look_through(searching, &snapshot->store, batches);
	if (status == STATUS_OK)
		*done = searching->done;
	return status;
}

/* ---- telling ---- */

struct written {
	struct span folded;
	enum name_kind kind;
	const char *text;
};

static bool
is_written(void *user, enum name_kind kind, const char *text)
{
	struct written *written = user;
	char folded[LOOKUP_NAME_BYTES_MAX + 1];
	size_t bytes = lookup_fold((struct span){ (const uint8_t *)text, strlen(text) }, folded);
	if (kind == written->kind && bytes == written->folded.bytes && memcmp(folded, written->folded.data, bytes) == 0)
		written->text = text;
	return written->text == NULL;
}

/* One answer while it is told. */
struct telling {
	const struct searching *searching;
	struct snapshot *snapshot;
	struct arena scratch; /* facts and events of one batch */
};

/* What was found as a person wrote it; as it was found where that cannot be told. */
static enum status
tell_found(struct telling *telling, const struct hit *hit, const struct facts *facts, char **out)
{
	struct written written = { name_of(hit), hit->kind, NULL };
	struct arena *arena = telling->snapshot->arena;
	enum status status = STATUS_OK;
	if (hit->kind == NAME_BATCH) {
		written.text = hit->batch_no;
	} else if (facts->lodged && !facts->deleted) {
		struct journal_event held;
		const Juyan__V1__Event *event;
		status = answer_event(telling->snapshot, &facts->lodged_at, &telling->scratch, &held, &event);
		if (status == STATUS_OK && event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED)
			lookup_each(event->manifest_lodged, is_written, &written);
	}
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
	*out = written.text != NULL ? answer_string(arena, written.text) : answer_text(arena, name_of(hit));
	for (size_t i = 0; written.text == NULL && hit->kind == NAME_UNIT && i < facts->n_seen; i++) {
		char folded[LOOKUP_NAME_BYTES_MAX + 1];
		size_t bytes = lookup_fold(facts->seen[i].unit_id, folded);
		if (bytes == hit->name_bytes && memcmp(folded, hit->name, bytes) == 0)
			*out = answer_text(arena, facts->seen[i].unit_id);
	}
	return *out != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status
tell_hit(struct telling *telling, const struct hit *hit, Juyan__V1__SearchRow **out)
{
	struct facts facts;
	struct snapshot *snapshot = telling->snapshot;
	Juyan__V1__SearchRow *row = arena_take(snapshot->arena, sizeof *row);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__search_row__init(row);
	arena_reset(&telling->scratch);
	enum status status = manifests_find(&snapshot->store, hit->port, hit->batch_no, &telling->scratch, &facts);
	if (status == STATUS_OK)
		status = answer_crossing(snapshot, hit->port, hit->batch_no, &facts, &row->crossing);
	if (status == STATUS_OK)
		status = tell_found(telling, hit, &facts, &row->found);
	row->kind = answer_string(snapshot->arena, lookup_kind_name(hit->kind));
	*out = row;
	if (status == STATUS_OK && row->kind == NULL)
		status = STATUS_NO_MEMORY;
	return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
}

static enum status
tell_all(struct telling *telling, Juyan__V1__SearchResults *out)
{
	const struct searching *searching = telling->searching;
	const struct hits *lists[] = { &searching->exact, &searching->others };
	struct arena *arena = telling->snapshot->arena;
	size_t begun = arena->used;
	enum status status = STATUS_OK;
	for (size_t l = 0; l < 2; l++) {
		for (size_t i = 0; i < lists[l]->n && status == STATUS_OK && !out->more; i++) {
			out->more = out->n_rows == searching->rows_max || arena->used - begun > PAGE_BYTES;
			if (!out->more)
				status = tell_hit(telling, &lists[l]->list[i], &out->rows[out->n_rows]);
			out->n_rows += status == STATUS_OK && !out->more;
		}
		out->more = out->more || lists[l]->more;
	}
	return status;
}

static enum status
tell(const struct searching *searching, struct snapshot *snapshot, Juyan__V1__SearchResults **out)
{
	struct telling telling = { .searching = searching, .snapshot = snapshot };
	Juyan__V1__SearchResults *answer = arena_take(snapshot->arena, sizeof *answer);
	Juyan__V1__SearchRow **rows = arena_take(snapshot->arena, searching->rows_max * sizeof *rows);
	if (answer == NULL || rows == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__search_results__init(answer);
	answer->rows = rows;
	enum status status = arena_open(&telling.scratch, SCRATCH_BYTES);
	if (status == STATUS_OK)
		status = tell_all(&telling, answer);
	arena_close(&telling.scratch);
	if (status == STATUS_OK)
		*out = answer;
	return status;
}

/* ---- the face ---- */

static enum status
fold(struct searching *searching, const char *asked, struct reason *why)
{
	struct span text = { (const uint8_t *)asked, strlen(asked) };
	if (text.bytes > SHORT_TEXT_BYTES_MAX)
		return reason_say(why, STATUS_TOO_LARGE, "the text has %zu bytes: at most %d were expected", text.bytes,
		    SHORT_TEXT_BYTES_MAX);
	searching->text = (struct span){ (const uint8_t *)searching->folded, lookup_fold(text, searching->folded) };
	size_t letters = 0;
	for (size_t i = 0; i < searching->text.bytes; i++)
		letters += (searching->text.data[i] & 0xC0) != 0x80;
	if (letters < LETTERS_MIN)
		return reason_say(why, STATUS_OUT_OF_RANGE, "the text has too few letters and digits: at least %d were expected",
		    LETTERS_MIN);
	return STATUS_OK;
}

enum status
searching_open(const Juyan__V1__SearchAsk *ask, size_t batches_max, struct searching **out, struct reason *why)
{
	size_t rows_max = answer_rows(ask->rows_max == 0 ? ROWS_USUAL : ask->rows_max);
	struct searching *searching = calloc(1, sizeof *searching);
	if (searching == NULL)
		return STATUS_NO_MEMORY;
	searching->rows_max = rows_max;
	searching->left = batches_max;
	searching->exact.list = calloc(rows_max, sizeof(struct hit));
	searching->others.list = calloc(rows_max, sizeof(struct hit));
	enum status status = STATUS_NO_MEMORY;
	if (searching->exact.list != NULL && searching->others.list != NULL)
		status = fold(searching, ask->text, why);
	if (status == STATUS_OK)
		*out = searching;
	else
		searching_close(&searching);
	return status;
}

void
searching_close(struct searching **searching)
{
	if (*searching == NULL)
		return;
	free((*searching)->exact.list);
	free((*searching)->others.list);
	free(*searching);
	*searching = NULL;
}

enum status
answer_search(struct snapshot *snapshot, const Juyan__V1__SearchAsk *ask, Juyan__V1__SearchResults **out, struct reason *why)
{
	struct searching *own = NULL;
	bool done = false;
	if (snapshot->found != NULL)
		return tell(snapshot->found, snapshot, out);
	enum status status = searching_open(ask, SEARCH_BATCHES_MAX, &own, why);
	while (status == STATUS_OK && !done)
		status = searching_look(own, snapshot, SEARCH_BATCHES_MAX, &done);
	if (status == STATUS_OK)
		status = tell(own, snapshot, out);
	searching_close(&own);
	return status;
}
