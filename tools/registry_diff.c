/* Comparing two sets of records by their names, and cutting the difference into events. */
#include "registry_diff.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef Juyan__V1__RegistryRecord Record;

/* What one part may hold, well below EVENT_BYTES_MAX so that the event around it fits too. */
enum { PART_BYTES_MAX = 48 * 1024 };

_Static_assert(PART_BYTES_MAX + 4 * TEXT_BYTES_MAX < EVENT_BYTES_MAX, "a part fits into an event");

static const Record *
either(const struct registry_change *change)
{
	return change->record != NULL ? change->record : change->old;
}

static int
compare_changes(const void *a, const void *b)
{
	const struct registry_change *x = a, *y = b;
	int of_x = registry_file_order((int)either(x)->record_case), of_y = registry_file_order((int)either(y)->record_case);
	return of_x != of_y ? of_x - of_y : strcmp(x->key, y->key);
}

static bool
same_record(const Record *a, const Record *b)
{
	size_t bytes = juyan__v1__registry_record__get_packed_size(a);
	if (bytes != juyan__v1__registry_record__get_packed_size(b))
		return false;
	uint8_t *packed = malloc(2 * bytes + 1);
	if (packed == NULL)
		return false; /* taken for changed: it is put again, which does no harm */
	juyan__v1__registry_record__pack(a, packed);
	juyan__v1__registry_record__pack(b, packed + bytes);
	bool same = memcmp(packed, packed + bytes, bytes) == 0;
	free(packed);
	return same;
}

/* ---- making it ---- */

static void
add(struct registry_diff *diff, const Record *old, const Record *record)
{
	struct registry_change *change = &diff->changes[diff->n++];
	change->old = old;
	change->record = record;
	bool has_name = registry_key(either(change), change->key);
	assert(has_name);
}

/* Two entries of one name, one from each side, become one; the entries are sorted. */
static void
join(struct registry_diff *diff)
{
	size_t n = 0;
	for (size_t i = 0; i < diff->n; i++) {
		struct registry_change *last = n > 0 ? &diff->changes[n - 1] : NULL, *next = &diff->changes[i];
		if (last != NULL && strcmp(last->key, next->key) == 0) {
			if (next->old != NULL)
				last->old = next->old;
			if (next->record != NULL)
				last->record = next->record;
		} else {
			diff->changes[n++] = *next;
		}
	}
	diff->n = n;
}

/* A terminal's number names it in the journal for good, so it is revoked where others are dropped. */
static void
revoke(struct registry_change *change)
{
	change->revoked_terminal = *change->old->terminal;
	change->revoked_terminal.revoked = true;
	change->revoked_record = *change->old;
	change->revoked_record.terminal = &change->revoked_terminal;
	change->record = &change->revoked_record;
}

static enum registry_change_kind
kind_of(struct registry_change *change, uint32_t kinds, bool drop)
{
	if (change->old == NULL)
		return REGISTRY_ADDED;
	if (change->record == NULL && (kinds >> change->old->record_case & 1) == 0)
		return REGISTRY_SAME; /* the file does not speak of this kind */
	if (change->record == NULL && !drop)
		return REGISTRY_MISSING;
	if (change->record == NULL && change->old->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL)
		revoke(change);
	if (change->record == NULL)
		return REGISTRY_DROPPED;
	return same_record(change->old, change->record) ? REGISTRY_SAME : REGISTRY_CHANGED;
}

enum status
registry_diff_make(const Record *const *used, size_t n, const struct registry_file *file, bool drop, struct registry_diff *out)
{
	struct registry_diff diff = { .changes = calloc(n + file->n + 1, sizeof *diff.changes) };
	if (diff.changes == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < n; i++)
		add(&diff, used[i], NULL);
	for (size_t i = 0; i < file->n; i++)
		add(&diff, NULL, file->records[i]);
	qsort(diff.changes, diff.n, sizeof *diff.changes, compare_changes);
	join(&diff);
	for (size_t i = 0; i < diff.n; i++) {
		diff.changes[i].kind = kind_of(&diff.changes[i], file->kinds, drop);
		diff.added += diff.changes[i].kind == REGISTRY_ADDED;
		diff.changed += diff.changes[i].kind == REGISTRY_CHANGED;
		diff.dropped += diff.changes[i].kind == REGISTRY_DROPPED;
		diff.missing += diff.changes[i].kind == REGISTRY_MISSING;
	}
	*out = diff;
	return STATUS_OK;
}

void
registry_diff_again(struct registry_diff *diff)
{
	for (size_t i = 0; i < diff->n; i++) {
		struct registry_change *change = &diff->changes[i];
		if (change->kind != REGISTRY_SAME || change->record == NULL ||
		    (diff->apart >> (unsigned)change->record->record_case & 1) == 0)
			continue;
		change->kind = REGISTRY_CHANGED;
		diff->changed++;
	}
}

void
registry_diff_close(struct registry_diff *diff)
{
	free(diff->changes);
	*diff = (struct registry_diff){ 0 };
}

size_t
registry_diff_size(const struct registry_diff *diff)
{
	return diff->added + diff->changed + diff->dropped;
}

/* ---- showing it ---- */

void
registry_diff_print(const struct registry_diff *diff, FILE *out)
{
	for (size_t i = 0; i < diff->n; i++) {
		const struct registry_change *change = &diff->changes[i];
		switch (change->kind) {
		case REGISTRY_ADDED:
			fprintf(out, "+ %s\n", change->key);
			registry_file_differences(NULL, change->record, out);
			break;
		case REGISTRY_CHANGED:
			fprintf(out, "~ %s\n", change->key);
			registry_file_differences(change->old, change->record, out);
			break;
		case REGISTRY_DROPPED:
			fprintf(out, "- %s\n", change->key);
			break;
		case REGISTRY_MISSING:
		case REGISTRY_SAME:
			break;
		}
	}
	fprintf(out, "%zu to add, %zu to change, %zu to drop\n", diff->added, diff->changed, diff->dropped);
	if (diff->missing > 0)
		fprintf(out, "%zu in use and not in the file: they stay (--drop-missing drops them)\n", diff->missing);
}

/* ---- whether it fits ---- */

/* The registry in use, or the one that it becomes. */
static enum status
build_side(const struct registry_diff *diff, bool after, struct registry **out, const Record **misfit, struct reason *why)
{
	const Record **records = calloc(diff->n + 1, sizeof *records);
	size_t n = 0;
	if (records == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t i = 0; i < diff->n; i++) {
		const struct registry_change *change = &diff->changes[i];
		const Record *record = change->old;
		if (after && change->record != NULL)
			record = change->record;
		if (after && change->kind == REGISTRY_DROPPED)
			record = NULL;
		if (record != NULL)
			records[n++] = record;
	}
	enum status status = registry_build_telling(records, n, out, misfit, why);
	free(records);
	return status;
}

enum status
registry_diff_check(const struct registry_diff *diff, const Record **misfit, struct reason *why)
{
	struct registry *before = NULL, *after = NULL;
	*misfit = NULL;
	enum status status = build_side(diff, false, &before, misfit, why);
	if (status == STATUS_OK)
		status = build_side(diff, true, &after, misfit, why);
	if (status == STATUS_OK)
		status = registry_follows(before, after, why);
	registry_close(&after);
	registry_close(&before);
	return status;
}

/* ---- sending it ---- */

struct parts {
	Juyan__V1__RegistryChanged *change;
	enum status (*take)(void *user, Juyan__V1__RegistryChanged *change);
	void *user;
	size_t bytes;
	uint32_t apart;
	bool of_apart; /* the part under way */
};

static enum status
flush(struct parts *parts)
{
	enum status status = STATUS_OK;
	if (parts->change->n_put + parts->change->n_drop > 0)
		status = parts->take(parts->user, parts->change);
	parts->change->n_put = parts->change->n_drop = parts->bytes = 0;
	return status;
}

static enum status
append(struct parts *parts, const Record *record, Record **list, size_t *n)
{
	enum status status = STATUS_OK;
	size_t bytes = juyan__v1__registry_record__get_packed_size(record) + 8; /* with its tag and length */
	bool apart = (parts->apart >> (unsigned)record->record_case & 1) != 0;
	if (apart != parts->of_apart || parts->bytes + bytes > PART_BYTES_MAX ||
	    parts->change->n_put + parts->change->n_drop == REGISTRY_RECORDS_MAX)
		status = flush(parts);
	parts->of_apart = apart;
	list[(*n)++] = (Record *)(uintptr_t)record; /* it is only read */
	parts->bytes += bytes;
	return status;
}

/* Puts in order, then drops in the opposite order: nothing points at what is not there. */
enum status
registry_diff_parts(const struct registry_diff *diff, Juyan__V1__RegistryChanged *change,
    enum status (*take)(void *user, Juyan__V1__RegistryChanged *change), void *user)
{
	static Record *put[REGISTRY_RECORDS_MAX], *dropped[REGISTRY_RECORDS_MAX];
	struct parts parts = { .change = change, .take = take, .user = user, .apart = diff->apart };
	enum status status = STATUS_OK;
	change->put = put;
	change->drop = dropped;
	change->n_put = change->n_drop = 0;
	for (size_t i = 0; i < diff->n && status == STATUS_OK; i++)
		if (diff->changes[i].kind == REGISTRY_ADDED || diff->changes[i].kind == REGISTRY_CHANGED)
			status = append(&parts, diff->changes[i].record, put, &change->n_put);
	for (size_t i = diff->n; i > 0 && status == STATUS_OK; i--)
		if (diff->changes[i - 1].kind == REGISTRY_DROPPED)
			status = append(&parts, diff->changes[i - 1].old, dropped, &change->n_drop);
	return status == STATUS_OK ? flush(&parts) : status;
}
