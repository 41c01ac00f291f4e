/* Recounting a journal, and holding tables and checkpoints against what comes out: see recount.h. */
#include "recount.h"

#include <inttypes.h>
#include <stdio.h>

#include "meta.h"
#include "pages.h"
#include "scratch.h"
#include "sites.h"
#include "streams.h"
#include "tonnage.h"

enum { DESCRIPTION_BYTES = 160, SNAPSHOT_TRIES = 100, ROWS_TRIMMED = 4096 };

/* What a recount has in its hands; each part is closed if it was opened. */
struct recount {
	struct env *env;    /* of the ledger that is checked; NULL: of files */
	struct store store; /* … and its snapshot */
	struct meta meta;
	struct journal_walk walk;
	struct scratch scratch;
	struct replay *replay;
	const struct checkpoint *published; /* NULL: none */
	uint64_t last_lsn;                  /* where the journal says that it ends */
	recount_progress *progress;
	void *user;
	struct recount_result *result;
};

static void
differ(struct recount_result *result, const char *sentence)
{
	result->right = false;
	snprintf(result->difference, sizeof result->difference, "%s", sentence);
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

/* A ledger is read from end to end: what was read need not stay this process's memory. */
static void
trim(struct recount *recount)
{
	if (recount->env != NULL)
		env_trim(recount->env);
	if (recount->scratch.env != NULL)
		env_trim(recount->scratch.env);
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
		if (++recount->result->rows % ROWS_TRIMMED == 0)
			trim(recount);
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
	else if (memcmp(ours->end.chain, right.end.chain, CHAIN_BYTES) != 0)
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
		TABLE_conflicts, TABLE_review, TABLE_passages, TABLE_names, TABLE_notes, TABLE_machines, TABLE_sites,
		TABLE_decrees };
	struct store scratch;
	enum status status = store_begin_read(recount->scratch.env, &scratch, why);
	if (status != STATUS_OK)
		return status;
	status = compare_meta(recount, &scratch, why);
	for (size_t i = 0; i < sizeof derived / sizeof derived[0] && status == STATUS_OK && recount->result->right; i++)
		status = compare_table(recount, &scratch, derived[i]);
	store_abort(&scratch);
	return status;
}

/* Of the scratch ledger, which has found their chains anew. */
static enum status
note_sites(struct recount *recount, struct reason *why)
{
	struct store scratch;
	uint32_t site_no = 0;
	struct recount_result *result = recount->result;
	enum status status = store_begin_read(recount->scratch.env, &scratch, why);
	if (status != STATUS_OK)
		return status;
	while (result->n_sites < RECOUNT_SITES_MAX && (status = sites_next(&scratch, site_no, &site_no)) == STATUS_OK) {
		struct recount_site *site = &result->sites[result->n_sites];
		site->site_no = site_no;
		status = sites_end(&scratch, site_no, &site->end);
		if (status != STATUS_OK)
			break;
		result->n_sites++;
	}
	store_abort(&scratch);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* ---- replaying ---- */

static void
on_progress(void *user, uint64_t done)
{
	struct recount *recount = user;
	trim(recount);
	if (recount->progress != NULL)
		recount->progress(recount->user, done, recount->last_lsn);
}

static enum status
replay_to(struct recount *recount, struct replay_limit limit, struct reason *why)
{
	const struct replay_state *state = replay_state(recount->replay);
	enum status status = replay_until(recount->replay, limit, on_progress, recount, why);
	if (status == STATUS_OK && !state->right)
		differ(recount->result, state->difference);
	return status;
}

/* The journal has been replayed up to the event that the checkpoint speaks of: the scratch ledger stands where ours stood then. */
static enum status
compare_checkpoint(struct recount *recount, struct reason *why)
{
	struct checkpoint found = { 0 };
	const struct replay_state *state = replay_state(recount->replay);
	if (state->end.lsn < recount->published->lsn) {
		snprintf(recount->result->difference, sizeof recount->result->difference,
		    "journal: it ends with event %" PRIu64 ", and the checkpoint knows %" PRIu64
		    " events: what came last was removed",
		    state->end.lsn, recount->published->lsn);
		recount->result->right = false;
		return STATUS_OK;
	}
	enum status status = checkpoint_make(recount->scratch.env, 0, &found, why);
	if (status == STATUS_OK)
		recount->result->right = checkpoint_fits(recount->published, &found, recount->result->difference);
	checkpoint_free(&found);
	return status;
}

static enum status
replay_all(struct recount *recount, struct replay_source source, uint64_t map_bytes, const char *scratch_dir, struct reason *why)
{
	enum status status = scratch_open(scratch_dir, map_bytes, &recount->scratch, why);
	if (status == STATUS_OK)
		status = replay_open(source, recount->scratch.ledger, &recount->replay, why);
	if (status == STATUS_OK && recount->published != NULL) {
		status = replay_to(recount, (struct replay_limit){ recount->published->lsn, INT64_MAX }, why);
		if (status == STATUS_OK && recount->result->right)
			status = compare_checkpoint(recount, why);
	}
	if (status == STATUS_OK && recount->result->right)
		status = replay_to(recount, REPLAY_ALL, why);
	if (status == STATUS_OK)
		recount->result->events = replay_state(recount->replay)->end.lsn;
	return status == STATUS_OK && recount->result->right ? note_sites(recount, why) : status;
}

static enum status
end(struct recount *recount, enum status status, struct recount_result *result)
{
	replay_close(&recount->replay);
	scratch_close(&recount->scratch);
	journal_walk_close(&recount->walk);
	store_abort(&recount->store);
	if (status == STATUS_OK)
		*result = *recount->result;
	return status;
}

/* ---- of a ledger ---- */

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
		status = journal_name(&recount->store, recount->result->ledger);
	if (status == STATUS_OK)
		status = journal_walk_open(&recount->store, &recount->walk);
	recount->last_lsn = recount->meta.end.lsn;
	return status;
}

enum status
recount(struct env *env, const char *scratch_dir, const struct checkpoint *published, recount_progress *progress, void *user,
    struct recount_result *result, struct reason *why)
{
	struct recount_result found = { .right = true, .first_lsn = 1 };
	struct recount recount = { .env = env, .result = &found, .published = published, .progress = progress, .user = user };
	uint64_t map_bytes, used_bytes, disk_free_bytes;
	/* The scratch ledger grows as large as the ledger, whose map may be larger than the default. */
	env_usage(env, &map_bytes, &used_bytes, &disk_free_bytes);
	enum status status = begin(&recount, env, why);
	if (status == STATUS_OK)
		status = replay_all(&recount, replay_walk(&recount.walk), map_bytes, scratch_dir, why);
	if (status == STATUS_OK && found.right)
		status = compare_all(&recount, why);
	found.last_lsn = recount.meta.end.lsn;
	memcpy(found.chain, recount.meta.end.chain, sizeof found.chain);
	return end(&recount, status, result);
}

/* ---- of a site ---- */

/* What does not fit; NULL: it fits. The journal's name is the chain value of its first block, wherever that ends. */
static enum status
differs_at_site(const struct store *store, uint32_t site_no, const struct journal_end *end, const struct checkpoint *published,
    const char **out)
{
	uint8_t chain[CHAIN_BYTES];
	uint64_t lsn = published->lsn;
	*out = NULL;
	if (lsn > end->lsn)
		*out = "the site's checkpoint speaks of an event that has not come here: it proves nothing yet";
	enum status status = *out != NULL ? STATUS_OK : sites_journal_name(store, site_no, chain);
	if (*out == NULL && status == STATUS_OK && lsn > 0 && memcmp(chain, published->ledger, CHAIN_BYTES) != 0)
		*out = "the checkpoint speaks of another ledger than this site's";
	if (*out != NULL || status != STATUS_OK)
		return status;
	status = sites_chain(store, site_no, lsn, chain);
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && memcmp(chain, published->chain, CHAIN_BYTES) != 0)) {
		*out = "the site's journal, as it came here, did not stand where its checkpoint says: the two have parted";
		status = STATUS_OK;
	}
	return status;
}

enum status
recount_site_checkpoint(struct env *env, uint32_t site_no, const struct checkpoint *published, bool *right, char difference[512],
    struct reason *why)
{
	struct store store;
	struct journal_end end;
	const char *differs = NULL;
	enum status status = store_begin_read(env, &store, why);
	if (status != STATUS_OK)
		return status;
	status = sites_end(&store, site_no, &end);
	if (status == STATUS_NOT_FOUND)
		reason_say(why, status, "nothing has come of the site %" PRIu32 "; 'juyan sites' lists them", site_no);
	if (status == STATUS_OK)
		status = differs_at_site(&store, site_no, &end, published, &differs);
	store_abort(&store);
	if (status != STATUS_OK)
		return status;
	*right = differs == NULL;
	snprintf(difference, 512, "%s", differs == NULL ? "" : differs);
	return STATUS_OK;
}

/* ---- of files ---- */

/* Of a stretch that does not begin with the first event nothing can be counted: its chain is walked. */
static enum status
walk_stretch(struct recount *recount, struct stretches *stretches, struct reason *why)
{
	const struct checkpoint *published = recount->published;
	const struct journal_end *at = stretches_end(stretches);
	struct journal_event event;
	struct reason broken = { "" };
	/* A checkpoint may have been made where the stretch begins. */
	bool seen = published == NULL || (at->lsn == published->lsn && memcmp(at->chain, published->chain, CHAIN_BYTES) == 0);
	enum status status;
	while ((status = stretches_next(stretches, &event, &broken)) == STATUS_OK) {
		recount->result->events++;
		if (!seen && event.lsn == published->lsn)
			seen = at->lsn == published->lsn && at->received_at_ms == published->received_at_ms &&
			    memcmp(at->chain, published->chain, CHAIN_BYTES) == 0;
	}
	if (status == STATUS_DAMAGED || status == STATUS_FORMAT)
		differ(recount->result, broken.text);
	else if (status != STATUS_NOT_FOUND)
		return reason_say(why, status, "%s", broken.text);
	else if (published != NULL && memcmp(published->ledger, recount->result->ledger, CHAIN_BYTES) != 0)
		differ(recount->result, "the checkpoint speaks of another ledger");
	else if (!seen) {
		bool within = published->lsn + 1 >= recount->result->first_lsn && published->lsn <= recount->last_lsn;
		snprintf(recount->result->difference, sizeof recount->result->difference,
		    within ? "journal: at event %" PRIu64 " the chain value is not that of the checkpoint"
			   : "the checkpoint speaks of event %" PRIu64 ", which is not in this stretch: it proves nothing of it",
		    published->lsn);
		recount->result->right = false;
	}
	return STATUS_OK;
}

enum status
recount_stretches(const char *const *paths, size_t n, const char *scratch_dir, const struct checkpoint *published,
    recount_progress *progress, void *user, struct recount_result *result, struct reason *why)
{
	struct recount_result found = { .right = true };
	struct recount recount = { .result = &found, .published = published, .progress = progress, .user = user };
	struct stretches *stretches = NULL;
	struct reason broken = { "" };
	enum status status = stretches_open(paths, n, &stretches, &broken);
	if (status == STATUS_DAMAGED || status == STATUS_FORMAT) {
		differ(&found, broken.text);
		*result = found;
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return reason_say(why, status, "%s", broken.text);
	struct stretch_span span = stretches_span(stretches);
	found.first_lsn = span.first_lsn;
	found.last_lsn = recount.last_lsn = span.last_lsn;
	memcpy(found.ledger, span.ledger, CHAIN_BYTES);
	memcpy(found.chain, span.chain, CHAIN_BYTES);
	status = span.first_lsn == 1 ? replay_all(&recount, stretches_source(stretches), 0, scratch_dir, why)
				     : walk_stretch(&recount, stretches, why);
	status = end(&recount, status, result);
	stretches_close(&stretches);
	return status;
}
