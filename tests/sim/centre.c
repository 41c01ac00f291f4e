/* Ingest's host, its committer and its disk. */
#include "../check.h"

#include "centre.h"

#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit/folder.h"
#include "auth.h"
#include "committer.h"
#include "ingest.h"
#include "network.h"
#include "recount.h"
#include "service.h"
#include "sim.h"
#include "tale.h"
#include "truth.h"

enum { PATH = FOLDER_BYTES + 64, STEP_MS = 1000, COPY_BYTES = 256 * 1024 };

struct disk disk;

/* The list of keys is asked through the registry that ingest gave last. */
struct auth {
	bool allowed[256];
};

struct committer {
	struct ledger *ledger;
	struct commit *commit; /* under way */
	int64_t done_ns;
};

static struct centre {
	char folder[FOLDER_BYTES];
	char dir[PATH];
	struct env *env;
	void *ingest;
	struct actor *actor;
	struct service_kit kit;
	struct config config;
	struct key_pair keys;
	struct counters counters;
	struct auth auth;
	struct log *log;
	FILE *log_stream;
	struct committer committer;
	bool dying;
	bool stopping;
	bool copied;
	uint64_t copied_lsn;
} centre;

/* ---- files ---- */

static void
copy_file(const char *from, const char *to)
{
	static char bytes[COPY_BYTES];
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	sim_check(in != NULL && out != NULL, "%s cannot be copied to %s", from, to);
	for (size_t n; (n = fread(bytes, 1, sizeof bytes, in)) > 0;)
		sim_check(fwrite(bytes, 1, n, out) == n, "%s cannot be copied to %s", from, to);
	fclose(in);
	fclose(out);
}

static const char *
ledger_file(const char *name)
{
	static char path[2][PATH + 32];
	static unsigned turn;
	turn = !turn;
	snprintf(path[turn], sizeof path[turn], "%s/%s", centre.folder, name);
	return path[turn];
}

static struct env *
open_env(const char *dir)
{
	struct env *env = NULL;
	struct reason why = { "" };
	const struct env_options options = { .dir = dir,
		.scratch = true,
		.map_bytes = 64 << 20,
		.headroom_disk_bytes = 1,
		.headroom_map_bytes = 1 };
	sim_check(env_open(&options, &env, &why) == STATUS_OK, "%s", why.text);
	return env;
}

/* ---- the disk ---- */

/* Nothing of the ledger's own writing is replaced but its ends. */
enum status __wrap_env_room(struct env *env, struct reason *why);
int __wrap_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags);
int __real_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags);

static bool writing; /* a commit of the ledger, not of a spool */

enum status
__wrap_env_room(struct env *env, struct reason *why)
{
	(void)env;
	return disk.no_room ? reason_say(why, STATUS_NO_ROOM, "the simulated disk is full") : STATUS_OK;
}

int
__wrap_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags)
{
	if (writing && sim_below(1000) < disk.full)
		return MDB_MAP_FULL;
	return __real_mdb_put(txn, dbi, key, value, flags);
}

/* ---- committer.h ---- */

static void
apply(struct committer *committer, struct commit *commit)
{
	commit->why.text[0] = '\0';
	commit->n_wrong = 0;
	commit->outcome = STATUS_DISK;
	bool fails = sim_below(1000) < disk.fails;
	if (fails && sim_chance(50))
		return;
	writing = true;
	commit->outcome = ledger_apply(committer->ledger, commit->entries, commit->n, &commit->why);
	writing = false;
	sim_trace("commit of %zu events: %s", commit->n, status_name(commit->outcome));
	for (size_t i = 0; i < commit->n; i++)
		commit->n_wrong += commit->entries[i].verdict != STATUS_OK;
	if (commit->outcome == STATUS_OK)
		truth_read(centre.env, false);
	if (fails)
		commit->outcome = STATUS_DISK; /* it is on disk, and nobody knows */
}

static int64_t
some_commit_ns(void)
{
	return sim_between(MS / 10, disk.commit_ns);
}

enum status
committer_open(struct ledger *ledger, struct committer **out, struct reason *why)
{
	(void)why;
	centre.committer = (struct committer){ .ledger = ledger };
	*out = &centre.committer;
	return STATUS_OK;
}

void
committer_close(struct committer **committer)
{
	*committer = NULL;
}

void
committer_give(struct committer *committer, struct commit *commit)
{
	sim_check(committer->commit == NULL && commit->n > 0, "two groups are under way");
	committer->commit = commit;
	committer->done_ns = sim.now_ns + some_commit_ns();
}

void
committer_do(struct committer *committer, struct commit *commit)
{
	sim_check(committer->commit == NULL && commit->n > 0, "two groups are under way");
	sim_wait(sim.now_ns + some_commit_ns(), NULL, NULL);
	apply(committer, commit);
	sim_wait(sim.now_ns + MS / 10, NULL, NULL);
}

bool
committer_take(struct committer *committer, bool wait)
{
	sim_check(committer->commit != NULL, "no group is under way");
	if (centre.dying) {
		committer->commit->outcome = STATUS_DISK;
		committer->commit = NULL;
		return true;
	}
	if (sim.now_ns < committer->done_ns && !wait)
		return false;
	if (sim.now_ns < committer->done_ns)
		sim_wait(committer->done_ns, NULL, NULL);
	apply(committer, committer->commit);
	committer->commit = NULL;
	return true;
}

int
committer_fd(const struct committer *committer)
{
	(void)committer;
	return CENTRE_FD;
}

int64_t
centre_done_ns(void)
{
	return centre.committer.commit == NULL ? INT64_MAX : centre.committer.done_ns;
}

/* ---- auth.h ---- */

enum status
auth_open(struct bus *bus, struct log *log, struct counters *counters, struct auth **out, struct reason *why)
{
	(void)bus;
	(void)log;
	(void)counters;
	(void)why;
	*out = &centre.auth;
	return STATUS_OK;
}

void
auth_close(struct auth **auth)
{
	*auth = NULL;
}

enum status
auth_replace(struct auth *auth, const struct registry *registry)
{
	for (size_t i = 0; i < registry_terminals(registry); i++) {
		const struct terminal_rule *rule = registry_terminal_at(registry, i);
		auth->allowed[rule->public_key[0]] = !rule->revoked;
	}
	return STATUS_OK;
}

bool
auth_alive(const struct auth *auth)
{
	return auth != NULL;
}

bool
centre_lets_in(const uint8_t *key)
{
	return centre.auth.allowed[key[0]];
}

bool
centre_is_dying(void)
{
	return centre.dying;
}

/* ---- its life ---- */

static void
close_all(void)
{
	if (centre.ingest != NULL)
		ingest_service.close(&centre.ingest);
	env_close(&centre.env);
	truth_centre_gone();
}

static void
live(void *self)
{
	struct reason why = { "" };
	(void)self;
	centre.env = open_env(centre.dir);
	centre.kit.env = centre.env;
	truth_read(centre.env, true);
	enum status status = ingest_service.open(&centre.kit, &centre.ingest, &why);
	sim_check(status == STATUS_OK, "the centre does not start: %s", why.text);
	sim_trace("the centre is up, with %llu events", (unsigned long long)truth_lsn());
	while (!centre.stopping && status == STATUS_OK)
		status = ingest_service.step(centre.ingest, STEP_MS, &why);
	sim_check(status == STATUS_OK || status == STATUS_DISK, "the centre stops: %s", why.text);
	sim_trace("the centre ends: %s", status_name(status));
	/* A process that stops for its disk's sake says no more. */
	centre.dying = status != STATUS_OK;
	close_all();
}

void
centre_start(void)
{
	if (centre.actor != NULL)
		return;
	centre.dying = centre.stopping = false;
	centre.committer.commit = NULL;
	centre.actor = actor_start("centre", live, NULL);
	actor_place(centre.actor, 0);
}

void
centre_kill(void)
{
	if (centre.actor == NULL)
		return;
	bool ended = actor_ended(centre.actor);
	actor_kill(&centre.actor);
	if (ended)
		return;
	sim_trace("the centre is killed");
	/* What the committer has may have reached the disk, and nobody will say so. */
	if (centre.committer.commit != NULL && sim_chance(50))
		apply(&centre.committer, centre.committer.commit);
	centre.dying = true;
	close_all();
}

static bool
has_ended(void)
{
	return actor_ended(centre.actor);
}

void
centre_stop(void)
{
	if (centre.actor == NULL)
		return;
	centre.stopping = true;
	sim_run(sim.now_ns + 100 * SECOND, has_ended);
	sim_check(has_ended(), "the centre does not stop");
	centre_kill();
}

bool
centre_ended(void)
{
	return centre.actor != NULL && actor_ended(centre.actor);
}

void
centre_look(void)
{
	if (centre_ended())
		centre_kill();
}

void
centre_copy(void)
{
	copy_file(ledger_file("run/ledger/data.mdb"), ledger_file("copy.mdb"));
	centre.copied = true;
	centre.copied_lsn = truth_lsn();
	sim_trace("the ledger is copied, with %llu events", (unsigned long long)centre.copied_lsn);
}

bool
centre_restore(void)
{
	if (centre.actor != NULL || !centre.copied)
		return false;
	sim_trace("the ledger is restored from a copy with %llu events", (unsigned long long)centre.copied_lsn);
	copy_file(ledger_file("copy.mdb"), ledger_file("run/ledger/data.mdb"));
	truth_restored(centre.copied_lsn);
	return true;
}

/* ---- begin and end ---- */

void
centre_prepare(const char *folder)
{
	struct reason why = { "" };
	struct ledger *ledger = NULL;
	struct arena arena;
	snprintf(centre.folder, sizeof centre.folder, "%s", folder);
	snprintf(centre.dir, sizeof centre.dir, "%s/run", folder);
	centre.log_stream = sim.trace ? stdout : fopen("/dev/null", "w");
	sim_check(log_open(centre.log_stream, LOG_WARNING, &centre.log) == STATUS_OK, "no log");
	config_defaults(&centre.config);
	snprintf(centre.config.data_dir, sizeof centre.config.data_dir, "%s", centre.dir);
	struct env *env = open_env(ledger_file("founded"));
	sim_check(arena_open(&arena, DECODE_BYTES_MAX) == STATUS_OK, "no memory");
	sim_check(ledger_open(env, &ledger, &why) == STATUS_OK, "%s", why.text);
	struct entry entry = { .terminal_no = ADMINISTRATOR, .stream_seq = 1, .received_at_ms = INT64_C(1772409600000) };
	entry.bytes = tale_founding();
	sim_check(wire_event(entry.bytes, &arena, &entry.event, &why) == STATUS_OK, "%s", why.text);
	sim_check(ledger_apply(ledger, &entry, 1, &why) == STATUS_OK && entry.verdict == STATUS_OK, "%s", why.text);
	ledger_close(&ledger);
	env_close(&env);
	arena_close(&arena);
	env = open_env(centre.dir); /* makes its folders */
	env_close(&env);
}

void
centre_forget(void)
{
	log_close(&centre.log);
	if (!sim.trace)
		fclose(centre.log_stream);
}

void
centre_begin(uint32_t group_events_max)
{
	disk = (struct disk){ .commit_ns = 2 * MS };
	centre.copied = false;
	centre.config.group_events_max = group_events_max;
	centre.config.sessions_max = CLIENTS_MAX + (int64_t)sim_below(4);
	network_key(CLIENTS_MAX, CLIENTS_MAX, &centre.keys);
	centre.counters = (struct counters){ 0 };
	centre.kit = (struct service_kit){ .config = &centre.config,
		.keys = &centre.keys,
		.auth = &centre.auth,
		.log = centre.log,
		.counters = &centre.counters,
		.clock = clock_system() };
	copy_file(ledger_file("founded/ledger/data.mdb"), ledger_file("run/ledger/data.mdb"));
}

void
centre_check(void)
{
	struct recount_result result;
	struct reason why = { "" };
	struct env *env = open_env(centre.dir);
	truth_read(env, true);
	tale_check_sums(env);
	enum status status = recount(env, ledger_file("scratch"), NULL, NULL, NULL, &result, &why);
	sim_check(status == STATUS_OK, "the recount fails: %s", why.text);
	sim_check(result.right, "the recount: %s", result.difference);
	env_close(&env);
}
