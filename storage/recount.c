/* Recounting a ledger from its journal, and holding the tables against each other: see recount.h. */
#include "recount.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "journal.h"
#include "meta.h"
#include "pages.h"
#include "tonnage.h"

enum {
	GROUP_EVENTS = 4096,
	ARENA_BYTES = 256 * 1024 * 1024,
	ARENA_FULL = ARENA_BYTES / 2,
	DESCRIPTION_BYTES = 160,
	SNAPSHOT_TRIES = 100
};

/* What a recount has in its hands; each part is closed if it was opened. */
struct recount {
	struct store store; /* of the ledger that is checked */
	struct meta meta;
	struct journal_walk walk;
	struct env *scratch_env;
	struct ledger *scratch;
	struct arena arena; /* decoded events of one group */
	struct entry *entries;
	enum status *verdicts; /* as they stand in the journal */
	uint64_t *tails;       /* the last number of each terminal so far */
	struct recount_result *result;
};

static void
differ(struct recount_result *result, const char *sentence)
{
	result->right = false;
	snprintf(result->difference, sizeof result->difference, "%s", sentence);
}

/* ---- replaying ---- */

/* Applies what is gathered; every event has to come out with the number and the verdict that the journal has. */
static enum status
replay_group(struct recount *recount, size_t n, uint64_t first_lsn, struct reason *why)
{
	char sentence[DESCRIPTION_BYTES];
	enum status status = ledger_apply(recount->scratch, recount->entries, n, why);
	for (size_t i = 0; i < n && status == STATUS_OK && recount->result->right; i++)
		if (recount->entries[i].verdict != recount->verdicts[i] || recount->entries[i].lsn != first_lsn + i) {
			snprintf(sentence, sizeof sentence, "journal: event %llu stands there as '%s', by a recount it is '%s'",
			    (unsigned long long)(first_lsn + i), status_name(recount->verdicts[i]),
			    status_name(recount->entries[i].verdict));
			differ(recount->result, sentence);
		}
	arena_reset(&recount->arena);
	return status;
}

/*
 * Whether an event can have this number where it stands: the next of its terminal's stream, or for a conflict one that is taken. A
 * right chain does not say so: whoever can write the file can write a chain.
 */
static bool
can_follow(struct recount *recount, const struct journal_event *event)
{
	if (event->terminal_no == 0 || event->terminal_no > TERMINAL_NO_MAX)
		return false;
	uint64_t *tail = &recount->tails[event->terminal_no];
	if (event->verdict == STATUS_CONFLICTING_EVENT)
		return event->stream_seq > 0 && event->stream_seq <= *tail;
	return event->stream_seq == ++*tail;
}

static enum status
gather(struct recount *recount, const struct journal_event *event, struct entry *entry)
{
	char sentence[DESCRIPTION_BYTES + SENTENCE_BYTES_MAX];
	struct reason why = { "" };
	*entry = (struct entry){ .terminal_no = event->terminal_no,
		.stream_seq = event->stream_seq,
		.received_at_ms = event->received_at_ms,
		.bytes = event->bytes,
		.verdict = event->verdict };
	if (!can_follow(recount, event)) {
		snprintf(sentence, sizeof sentence,
		    "journal: event %llu has the number %llu of terminal %u, which cannot stand there",
		    (unsigned long long)event->lsn, (unsigned long long)event->stream_seq, event->terminal_no);
		differ(recount->result, sentence);
		return STATUS_OK;
	}
	if (event->verdict != STATUS_OK)
		return STATUS_OK;
	enum status status = wire_event(event->bytes, &recount->arena, &entry->event, &why);
	if (status == STATUS_OK)
		return status;
	snprintf(sentence, sizeof sentence, "journal: event %llu was accepted, but cannot be read: %s",
	    (unsigned long long)event->lsn, why.text);
	differ(recount->result, sentence);
	return STATUS_OK;
}

static enum status
replay(struct recount *recount, void (*progress)(void *user, uint64_t done, uint64_t all), void *user, struct reason *why)
{
	struct journal_event event;
	struct reason broken;
	size_t n = 0;
	uint64_t first_lsn = 1;
	enum status status;
	while ((status = journal_walk_next(&recount->walk, &event, &broken)) == STATUS_OK && recount->result->right) {
		status = gather(recount, &event, &recount->entries[n]);
		recount->verdicts[n++] = event.verdict;
		if (status != STATUS_OK || !recount->result->right)
			return status;
		if (n < GROUP_EVENTS && recount->arena.used < ARENA_FULL)
			continue;
		status = replay_group(recount, n, first_lsn, why);
		if (status != STATUS_OK)
			return status;
		first_lsn += n;
		n = 0;
		if (progress != NULL)
			progress(user, first_lsn - 1, recount->meta.end.lsn);
	}
	recount->result->events = first_lsn - 1 + n;
	if (status == STATUS_DAMAGED)
		differ(recount->result, broken.text);
	else if (status != STATUS_NOT_FOUND && status != STATUS_OK)
		return status;
	return n > 0 && recount->result->right ? replay_group(recount, n, first_lsn, why) : STATUS_OK;
}

/* ---- comparing ---- */

/* A key as a person can read it: texts as they are, other bytes in hexadecimal. */
static void
describe_key(struct span key, char out[DESCRIPTION_BYTES])
{
	size_t used = 0;
	for (size_t i = 0; i < key.bytes && used + 4 < DESCRIPTION_BYTES; i++) {
		uint8_t c = key.data[i];
		if (c > ' ' && c < 0x7F)
			out[used++] = (char)c;
		else
			used += (size_t)snprintf(out + used, DESCRIPTION_BYTES - used, "\\%02x", c);
	}
	out[used] = '\0';
}

static void
describe_row(enum table table, const struct walk *walk, char out[DESCRIPTION_BYTES])
{
	struct tonnage_row row;
	char period[CIVIL_TEXT_BYTES];
	if (table != TABLE_tonnage || tonnage_read(walk, &row) != STATUS_OK) {
		describe_key(walk->key, out);
		return;
	}
	civil_format(row.period, row.kind, period);
	snprintf(out, DESCRIPTION_BYTES, "%s %s %s %s %s %s: %lld kg, %lld batches, %lld units", row.port, period,
	    wire_direction_name(row.direction), wire_mode_name(row.mode), row.group, basis_name(row.basis), (long long)row.net_kg,
	    (long long)row.batches, (long long)row.units);
}

static bool
equal_rows(const struct walk *a, const struct walk *b)
{
	return a->key.bytes == b->key.bytes && a->value.bytes == b->value.bytes &&
	    memcmp(a->key.data, b->key.data, a->key.bytes) == 0 && memcmp(a->value.data, b->value.data, a->value.bytes) == 0;
}

static void
tell_difference(struct recount_result *result, enum table table, const struct walk *ours, bool we_have, const struct walk *right,
    bool recounted)
{
	char sentence[3 * DESCRIPTION_BYTES], mine[DESCRIPTION_BYTES] = "nothing", theirs[DESCRIPTION_BYTES] = "nothing";
	if (we_have)
		describe_row(table, ours, mine);
	if (recounted)
		describe_row(table, right, theirs);
	if (strcmp(mine, theirs) == 0)
		snprintf(sentence, sizeof sentence, "%s: the row [%s] has other content than by a recount", table_name(table),
		    mine);
	else
		snprintf(sentence, sizeof sentence, "%s: on file is [%s], by a recount it is [%s]", table_name(table), mine,
		    theirs);
	differ(result, sentence);
}

static enum status
compare_table(struct recount *recount, const struct store *scratch, enum table table)
{
	struct walk ours = { 0 }, right = { 0 };
	enum status a = walk_open(&recount->store, table, &ours);
	enum status b = a == STATUS_OK ? walk_open(scratch, table, &right) : a;
	if (b == STATUS_OK) {
		a = walk_first(&ours);
		b = walk_first(&right);
	}
	for (; a == STATUS_OK && b == STATUS_OK && equal_rows(&ours, &right); a = walk_next(&ours), b = walk_next(&right))
		recount->result->rows++;
	bool ended = a == STATUS_NOT_FOUND && b == STATUS_NOT_FOUND;
	bool machine = (a != STATUS_OK && a != STATUS_NOT_FOUND) || (b != STATUS_OK && b != STATUS_NOT_FOUND);
	if (!ended && !machine)
		tell_difference(recount->result, table, &ours, a == STATUS_OK, &right, b == STATUS_OK);
	walk_close(&ours);
	walk_close(&right);
	if (!machine)
		return STATUS_OK;
	return a != STATUS_OK && a != STATUS_NOT_FOUND ? a : b;
}

static enum status
compare_meta(struct recount *recount, const struct store *scratch, struct reason *why)
{
	struct meta right;
	const struct meta *ours = &recount->meta;
	enum status status = meta_read(scratch, &right, why);
	if (status != STATUS_OK)
		return status;
	if (store_rows(&recount->store, TABLE_meta) != store_rows(scratch, TABLE_meta))
		differ(recount->result,
		    "the table of the ledger's own row has rows that do not belong there, or that row is missing");
	else if (memcmp(ours->end.chain, recount->walk.end.chain, CHAIN_BYTES) != 0)
		differ(recount->result, "the chain value that the ledger keeps is not that of its journal's last block");
	else if (ours->end.lsn != right.end.lsn || ours->end.received_at_ms != right.end.received_at_ms)
		differ(recount->result, "the journal does not end where the ledger says that it ends");
	else if (ours->quarantine_waiting != right.quarantine_waiting || ours->registry_version != right.registry_version)
		differ(recount->result,
		    "the ledger's counts of quarantined events or registry changes are not those of its journal");
	return STATUS_OK;
}

/* The journal itself is proved by its chain; everything else follows from it. */
static enum status
compare_all(struct recount *recount, struct reason *why)
{
	static const enum table derived[] = { TABLE_streams, TABLE_registry, TABLE_manifests, TABLE_tonnage, TABLE_quarantine,
		TABLE_conflicts, TABLE_review, TABLE_passages, TABLE_names, TABLE_notes };
	struct store scratch;
	enum status status = store_begin_read(recount->scratch_env, &scratch, why);
	if (status != STATUS_OK)
		return status;
	status = compare_meta(recount, &scratch, why);
	for (size_t i = 0; i < sizeof derived / sizeof derived[0] && status == STATUS_OK && recount->result->right; i++)
		status = compare_table(recount, &scratch, derived[i]);
	store_abort(&scratch);
	return status;
}

/* ---- the scratch ledger ---- */

static enum status
open_scratch(struct recount *recount, struct env *env, const char *dir, struct reason *why)
{
	struct env_options options = { .dir = dir, .scratch = true, .headroom_disk_bytes = 1, .headroom_map_bytes = 1 };
	uint64_t used_bytes, disk_free_bytes;
	/* It grows as large as the ledger, whose map may be larger than the default. */
	env_usage(env, &options.map_bytes, &used_bytes, &disk_free_bytes);
	if (access(dir, F_OK) == 0)
		return reason_say(why, STATUS_CONTRADICTION,
		    "%s exists already: a folder that can be made and removed was expected", dir);
	enum status status = env_open(&options, &recount->scratch_env, why);
	return status == STATUS_OK ? ledger_open(recount->scratch_env, &recount->scratch, why) : status;
}

static void
remove_scratch(const char *dir)
{
	static const char *const names[] = { "ledger/data.mdb", "ledger/lock.mdb", "ledger", "" };
	char path[512];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		if (unlink(path) != 0)
			rmdir(path);
	}
}

/* A snapshot whose pages are what they say: nothing is read through LMDB before. */
static enum status
take_snapshot(struct recount *recount, struct env *env, struct reason *why)
{
	char file[sizeof env->dir + 32];
	enum status status = STATUS_BUSY;
	snprintf(file, sizeof file, "%s/ledger/data.mdb", env->dir);
	/* Of a ledger that is written meanwhile the head may be gone before it is looked at, or be half of two. */
	for (int i = 0; i < SNAPSHOT_TRIES && (status == STATUS_BUSY || (status == STATUS_DAMAGED && i < 2)); i++) {
		store_abort(&recount->store);
		status = store_begin_read(env, &recount->store, why);
		if (status == STATUS_OK)
			status = pages_check_all(file, store_transaction(&recount->store), why);
	}
	return status;
}

static enum status
begin(struct recount *recount, struct env *env, struct reason *why)
{
	enum status status = take_snapshot(recount, env, why);
	if (status == STATUS_OK)
		status = meta_read(&recount->store, &recount->meta, why);
	if (status == STATUS_OK)
		status = journal_walk_open(&recount->store, &recount->walk);
	if (status == STATUS_OK)
		status = arena_open(&recount->arena, ARENA_BYTES);
	recount->entries = calloc(GROUP_EVENTS, sizeof *recount->entries);
	recount->verdicts = calloc(GROUP_EVENTS, sizeof *recount->verdicts);
	recount->tails = calloc(TERMINAL_NO_MAX + 1, sizeof *recount->tails);
	if (status == STATUS_OK && (recount->entries == NULL || recount->verdicts == NULL || recount->tails == NULL))
		status = reason_say(why, STATUS_NO_MEMORY, "no memory for a recount");
	return status;
}

enum status
recount(struct env *env, const char *scratch_dir, void (*progress)(void *user, uint64_t done, uint64_t all), void *user,
    struct recount_result *result, struct reason *why)
{
	struct recount_result found = { .right = true };
	struct recount recount = { .result = &found };
	bool made = access(scratch_dir, F_OK) != 0;
	enum status status = begin(&recount, env, why);
	if (status == STATUS_OK)
		status = open_scratch(&recount, env, scratch_dir, why);
	if (status == STATUS_OK)
		status = replay(&recount, progress, user, why);
	if (status == STATUS_OK && found.right)
		status = compare_all(&recount, why);
	found.last_lsn = recount.meta.end.lsn;
	memcpy(found.chain, recount.meta.end.chain, sizeof found.chain);
	ledger_close(&recount.scratch);
	env_close(&recount.scratch_env);
	if (made)
		remove_scratch(scratch_dir);
	journal_walk_close(&recount.walk);
	store_abort(&recount.store);
	arena_close(&recount.arena);
	free(recount.entries);
	free(recount.verdicts);
	free(recount.tails);
	if (status == STATUS_OK)
		*result = found;
	return status;
}
