/*
 * Finding batches by a number, waybill, plate, trailer, wagon or container, or the beginning of one: the rows of `names` are read
 * from the last back. What was found is told as the manifest has it, which stands in the journal.
 */
#include "answer.h"
#include "lookup.h"
#include "manifests.h"

enum {
	ROWS_USUAL = 100,
	LETTERS_MIN = 2,
	LOOKED_AT_MAX = 3000000, /* batches; what is older is told as `more` */
	SCRATCH_BYTES = 2 * EVENT_DECODE_BYTES
};

/* What the ledger's file lends stays where it is until the snapshot ends. */
struct hit {
	const char *port, *batch_no;
	struct lookup_name name;
};

struct hits {
	struct hit *list;
	size_t n, room;
	bool more;
};

struct search {
	struct snapshot *snapshot;
	struct arena scratch; /* facts and events of one batch */
	char folded[LOOKUP_NAME_BYTES_MAX + 1];
	struct span text; /* the same */
	struct hits exact, others;
};

static void
add_hit(struct hits *hits, const struct hit *hit)
{
	if (hits->n == hits->room)
		hits->more = true;
	else
		hits->list[hits->n++] = *hit;
}

/* A batch is told once, by an exact name where it has one, else by the first. */
static enum status
look_at(struct search *search, const struct walk *walk)
{
	struct hit hit = { 0 }, next = { 0 };
	size_t at = 0;
	bool exact = false;
	while (!exact && lookup_find(walk->value, &at, search->text, &next.name)) {
		exact = next.name.text.bytes == search->text.bytes;
		if (exact || hit.name.text.data == NULL)
			hit = next;
	}
	if (hit.name.text.data == NULL)
		return STATUS_OK;
	enum status status = lookup_read(walk, &hit.port, &hit.batch_no);
	if (status == STATUS_OK)
		add_hit(exact ? &search->exact : &search->others, &hit);
	return status;
}

static enum status
look_through(struct search *search)
{
	struct walk walk;
	size_t looked_at = 0;
	enum status status = walk_open(&search->snapshot->store, TABLE_names, &walk);
	if (status == STATUS_OK)
		status = walk_last(&walk);
	for (; status == STATUS_OK && !search->exact.more; status = walk_previous(&walk)) {
		search->others.more = search->others.more || looked_at == LOOKED_AT_MAX;
		if (looked_at++ == LOOKED_AT_MAX)
			break;
		status = look_at(search, &walk);
		if (status != STATUS_OK)
			break;
	}
	walk_close(&walk);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
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

/* What was found as a person wrote it; as it was found where that cannot be told. */
static enum status
tell_found(struct search *search, const struct hit *hit, const struct facts *facts, char **out)
{
	struct written written = { hit->name.text, hit->name.kind, NULL };
	struct arena *arena = search->snapshot->arena;
	enum status status = STATUS_OK;
	if (hit->name.kind == NAME_BATCH) {
		written.text = hit->batch_no;
	} else if (facts->lodged && !facts->deleted) {
		struct journal_event held;
		const Juyan__V1__Event *event;
		status = answer_event(search->snapshot, &facts->lodged_at, &search->scratch, &held, &event);
		if (status == STATUS_OK && event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED)
			lookup_each(event->manifest_lodged, is_written, &written);
	}
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
	*out = written.text != NULL ? answer_string(arena, written.text) : answer_text(arena, hit->name.text);
	for (size_t i = 0; written.text == NULL && hit->name.kind == NAME_UNIT && i < facts->n_seen; i++) {
		char folded[LOOKUP_NAME_BYTES_MAX + 1];
		size_t bytes = lookup_fold(facts->seen[i].unit_id, folded);
		if (bytes == hit->name.text.bytes && memcmp(folded, hit->name.text.data, bytes) == 0)
			*out = answer_text(arena, facts->seen[i].unit_id);
	}
	return *out != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status
tell_hit(struct search *search, const struct hit *hit, Juyan__V1__SearchRow **out)
{
	struct facts facts;
	struct snapshot *snapshot = search->snapshot;
	Juyan__V1__SearchRow *row = arena_take(snapshot->arena, sizeof *row);
	if (row == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__search_row__init(row);
	arena_reset(&search->scratch);
	enum status status = manifests_find(&snapshot->store, hit->port, hit->batch_no, &search->scratch, &facts);
	if (status == STATUS_OK)
		status = answer_crossing(snapshot, hit->port, hit->batch_no, &facts, &row->crossing);
	if (status == STATUS_OK)
		status = tell_found(search, hit, &facts, &row->found);
	row->kind = answer_string(snapshot->arena, lookup_kind_name(hit->name.kind));
	*out = row;
	if (status == STATUS_OK && row->kind == NULL)
		status = STATUS_NO_MEMORY;
	return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
}

static enum status
tell_all(struct search *search, size_t rows_max, Juyan__V1__SearchResults *out)
{
	const struct hits *lists[] = { &search->exact, &search->others };
	size_t begun = search->snapshot->arena->used;
	enum status status = STATUS_OK;
	for (size_t l = 0; l < 2; l++) {
		for (size_t i = 0; i < lists[l]->n && status == STATUS_OK && !out->more; i++) {
			out->more = out->n_rows == rows_max || search->snapshot->arena->used - begun > PAGE_BYTES;
			if (!out->more)
				status = tell_hit(search, &lists[l]->list[i], &out->rows[out->n_rows]);
			out->n_rows += status == STATUS_OK && !out->more;
		}
		out->more = out->more || lists[l]->more;
	}
	return status;
}

static enum status
begin(struct search *search, const Juyan__V1__SearchAsk *ask, size_t rows_max, struct reason *why)
{
	struct span text = { (const uint8_t *)ask->text, strlen(ask->text) };
	if (text.bytes > SHORT_TEXT_BYTES_MAX)
		return reason_say(why, STATUS_TOO_LARGE, "the text has %zu bytes: at most %d were expected", text.bytes,
		    SHORT_TEXT_BYTES_MAX);
	search->text = (struct span){ (const uint8_t *)search->folded, lookup_fold(text, search->folded) };
	size_t letters = 0;
	for (size_t i = 0; i < search->text.bytes; i++)
		letters += (search->text.data[i] & 0xC0) != 0x80;
	if (letters < LETTERS_MIN)
		return reason_say(why, STATUS_OUT_OF_RANGE, "the text has too few letters and digits: at least %d were expected",
		    LETTERS_MIN);
	search->exact.room = search->others.room = rows_max;
	search->exact.list = arena_take(search->snapshot->arena, rows_max * sizeof(struct hit));
	search->others.list = arena_take(search->snapshot->arena, rows_max * sizeof(struct hit));
	if (search->exact.list == NULL || search->others.list == NULL)
		return STATUS_NO_MEMORY;
	return arena_open(&search->scratch, SCRATCH_BYTES);
}

enum status
answer_search(struct snapshot *snapshot, const Juyan__V1__SearchAsk *ask, Juyan__V1__SearchResults **out, struct reason *why)
{
	struct search search = { .snapshot = snapshot };
	size_t rows_max = answer_rows(ask->rows_max == 0 ? ROWS_USUAL : ask->rows_max);
	Juyan__V1__SearchResults *answer = arena_take(snapshot->arena, sizeof *answer);
	Juyan__V1__SearchRow **rows = arena_take(snapshot->arena, rows_max * sizeof *rows);
	if (answer == NULL || rows == NULL)
		return STATUS_NO_MEMORY;
	enum status status = begin(&search, ask, rows_max, why);
	if (status != STATUS_OK)
		return status;
	juyan__v1__search_results__init(answer);
	answer->rows = rows;
	status = look_through(&search);
	if (status == STATUS_OK)
		status = tell_all(&search, rows_max, answer);
	arena_close(&search.scratch);
	if (status == STATUS_OK)
		*out = answer;
	return status;
}
