/*
 * The road from terminals to the ledger under everything that may happen to it, by seed: services/terminal (with and without a
 * spool) and services/ingest as they are, on a real ledger, in one thread, with a network, a clock and a disk of the test's own.
 * Frames are late, connections break with what is on its way, processes are killed, disks are full or fail, clocks step by a day, a
 * key is copied, the ledger is restored from an older copy, and one terminal means harm.
 *
 * At every step: what anybody is told is on disk, exactly so; numbers have no gap; no event is forgotten that is not on file; each
 * question has its answer, in order, and waits for no more than a few commits, whatever the others do. When the weather is fine
 * again all is settled in bounded time. At the end the sums are those of a naive count, and the recount agrees.
 *
 * JUYAN_SIMULATIONS=N sets how many runs (2,000), JUYAN_SEED=N where they begin, JUYAN_SIM_TRACE=1 has each step told.
 * also: address
 */
#include "../check.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../unit/folder.h"
#include "centre.h"
#include "clients.h"
#include "network.h"
#include "sim.h"
#include "tale.h"
#include "truth.h"

enum { SIMULATIONS = 2000, HOSTILE = CLIENTS_MAX - 1, DAY_MS = 24 * 60 * 60 * 1000 };

/* In fine weather everything is settled in this time: the longest silence that anybody bears, a few times over. */
#define SETTLED_NS (120 * SECOND)

/* What may happen in a run: each only in some of them, so that some meet one thing often. */
enum happening {
	BREAK,
	DARKNESS,
	PARTING,
	CLIENT_KILLED,
	CENTRE_KILLED,
	CENTRE_STOPPED,
	COPY,
	RESTORE,
	NO_ROOM,
	FULL,
	DISK_FAILS,
	SLOW_DISK,
	SLOW_NETWORK,
	CLOCK_STEP,
	HAPPENINGS
};

static struct run {
	bool may[HAPPENINGS];
	bool hostile;
	int64_t storm_ns;
	size_t clients; /* 1 to so many; 0 is the administrator */
	struct actor *mischief;
} run;

/* ---- what happens ---- */

static void
some_client(void (*does)(size_t client))
{
	does(sim_below(CLIENTS_MAX));
}

static void
darken(size_t client)
{
	/* At times nobody ever finds out but those who wait for an answer. */
	network_darken(client, sim.now_ns + (sim_chance(30) ? 1000 * SECOND : sim_between(MS, 20 * SECOND)));
}

static void
part(size_t client)
{
	network_part(client, sim.now_ns + sim_between(MS, 10 * SECOND));
}

static void
restore(void)
{
	centre_kill();
	centre_restore();
	/* Nobody knows what was lost: what is connected still would not learn of it. */
}

static void
happen(enum happening what)
{
	switch (what) {
	case BREAK:
		some_client(network_break);
		break;
	case DARKNESS:
		some_client(darken);
		break;
	case PARTING:
		some_client(part);
		break;
	case CLIENT_KILLED:
		some_client(client_kill);
		break;
	case CENTRE_KILLED:
		centre_kill();
		break;
	case CENTRE_STOPPED:
		centre_stop();
		break;
	case COPY:
		centre_copy();
		break;
	case RESTORE:
		restore();
		break;
	case NO_ROOM:
		disk.no_room = !disk.no_room;
		break;
	case FULL:
		disk.full = disk.full > 0 ? 0 : 1 + (unsigned)sim_below(100);
		break;
	case DISK_FAILS:
		disk.fails = disk.fails > 0 ? 0 : 1 + (unsigned)sim_below(200);
		break;
	case SLOW_DISK:
		disk.commit_ns = sim_between(MS, 3 * SECOND);
		break;
	case SLOW_NETWORK:
		weather.delay_ns = sim_between(MS, 3 * SECOND);
		weather.connect_ns = sim_between(10 * MS, 3 * SECOND);
		break;
	case CLOCK_STEP:
		sim_step_wall_clock(sim_below(ACTORS_MAX), sim_chance(50) ? DAY_MS : -DAY_MS);
		break;
	case HAPPENINGS:
	default:
		abort();
	}
}

static void
start_all(unsigned percent)
{
	centre_look();
	if (sim_chance(percent))
		centre_start();
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (sim_chance(percent))
			client_start(i);
}

static void
storm(void)
{
	int64_t often_ns = run.storm_ns / (2 + (int64_t)sim_below(20));
	while (sim.now_ns < run.storm_ns) {
		sim_run(sim.now_ns + sim_between(MS, often_ns), NULL);
		enum happening what = (enum happening)sim_below(HAPPENINGS);
		if (run.may[what])
			happen(what);
		start_all(60);
	}
}

static bool
settled_or_ended(void)
{
	return clients_are_done() || centre_ended();
}

/* A commit that was bound to fail before the weather was fine ends the centre after it: then it is started again, as ever. */
static void
fine_weather(void)
{
	disk = (struct disk){ .commit_ns = 2 * MS };
	weather = (struct weather){ .delay_ns = 2 * MS, .connect_ns = 100 * MS };
	network_join();
	start_all(100);
	int64_t until_ns = sim.now_ns + SETTLED_NS;
	sim_trace("the weather is fine");
	while (sim.now_ns < until_ns && !clients_are_done()) {
		centre_look();
		centre_start();
		sim_run(until_ns, settled_or_ended);
	}
	if (!clients_are_done()) {
		clients_tell();
		sim_fail("not everything was settled within %d s of fine weather", (int)(SETTLED_NS / SECOND));
	}
}

/* ---- a run ---- */

/* Client 4 may be a second one with the key of another. */
static void
open_clients(void)
{
	run.clients = 1 + sim_below(4);
	for (size_t i = 0; i <= run.clients; i++) {
		size_t owner = i == 4 && sim_chance(60) ? 1 + sim_below(3) : i;
		if (owner != i)
			truth.key_shared[owner + 1] = true;
		tale_add(i, owner, i == 0 ? sim_below(4) : 1 + sim_below(sim_chance(20) ? 80 : 25));
		client_open(i, owner, i > 0 && sim_chance(50), run.storm_ns);
	}
}

static void
begin(uint64_t seed)
{
	static const uint32_t groups[] = { 1, 2, 7, 64, 8192 };
	sim_begin(seed);
	network_begin();
	truth_begin();
	clients_begin();
	tale_begin(sim_bits());
	run = (struct run){ .hostile = sim_chance(50), .storm_ns = sim_between(SECOND, 60 * SECOND) };
	unsigned wild = (unsigned)sim_below(100);
	for (size_t i = 0; i < HAPPENINGS; i++)
		run.may[i] = sim_chance(wild);
	weather = (struct weather){ .delay_ns = 2 * MS, .connect_ns = 100 * MS };
	if (sim_chance(10))
		weather.lose = 1 + (unsigned)sim_below(50);
	if (sim_chance(10))
		weather.twice = 1 + (unsigned)sim_below(50);
	truth.group_events_max = groups[sim_below(sizeof groups / sizeof groups[0])];
	centre_begin(truth.group_events_max);
	truth_add(ADMINISTRATOR, 0, tale_founding(), STATUS_OK);
	open_clients();
}

static void
simulate(uint64_t seed)
{
	begin(seed);
	start_all(80);
	if (run.hostile)
		run.mischief = actor_start("hostile", hostile_live, NULL);
	storm();
	fine_weather();
	actor_kill(&run.mischief);
	hostile_end();
	centre_stop();
	clients_check();
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		client_close(i);
	network_end();
	centre_check();
}

static char folder[FOLDER_BYTES];

static void
remove_folder(void)
{
	folder_remove(folder);
}

/* What a seed has found, and what was mended. When the course of a run changes, its seed is looked for anew: see README.md. */
static const struct {
	uint64_t seed;
	const char *found;
} found[] = {
	{ 54, "a batch whose commit failed half-way was answered with its old answers, too, and ended the centre by an assert" },
	{ 39, "a conflict that there was no room to keep was settled, by its own batch or by the next, and nobody had it" },
	{ 1701, "a batch refused for a gap was said to be on disk as far as another had come before a commit without room" },
	{ 992, "who sent the same number twice kept the answers of all others back, a commit for each" },
};

static void
what_was_found_stays_mended(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
		printf("seed=%llu: %s\n", (unsigned long long)found[i].seed, found[i].found);
		simulate(found[i].seed);
	}
}

static void
every_run_holds(void **state)
{
	(void)state;
	const char *runs = getenv("JUYAN_SIMULATIONS"), *seed_text = getenv("JUYAN_SEED");
	size_t n = runs != NULL ? strtoul(runs, NULL, 10) : SIMULATIONS;
	uint64_t seed = seed_text != NULL ? strtoull(seed_text, NULL, 10) : (uint64_t)time(NULL) * 1000000;
	uint64_t answers = 0, commits = 0, waited = 0, events = 0;
	printf("seed=%llu, %zu runs\n", (unsigned long long)seed, n);
	for (size_t i = 0; i < n; i++) {
		if (i % 1000 == 0)
			printf("run %zu, seed=%llu\n", i, (unsigned long long)(seed + i));
		fflush(stdout);
		simulate(seed + i);
		answers += truth.answers;
		commits += truth.commits;
		events += truth_lsn();
		waited = truth.waited_most > waited ? truth.waited_most : waited;
	}
	printf("%zu runs: %llu turns, %llu events on file, %llu answers checked, %llu commits, at most %llu waited for\n", n,
	    (unsigned long long)sim.turns, (unsigned long long)events, (unsigned long long)answers, (unsigned long long)commits,
	    (unsigned long long)waited);
}

int
main(void)
{
	/* Services are opened and closed by the thousand: what they give back is not faulted in again. */
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	sim.trace = getenv("JUYAN_SIM_TRACE") != NULL;
	/* Nothing here has to outlive the process: memory will do, where there is some. */
	if (access("/dev/shm", W_OK) == 0)
		snprintf(folder, sizeof folder, "/dev/shm/juyan-sim-XXXXXX");
	else
		snprintf(folder, sizeof folder, "/tmp/juyan-sim-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return 1;
	atexit(remove_folder);
	centre_prepare(folder);
	clients_prepare(folder);
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_was_found_stays_mended), cmocka_unit_test(every_run_holds) };
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	centre_forget();
	return failed;
}
