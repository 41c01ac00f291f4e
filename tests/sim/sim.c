/* Coroutines by ucontext, and the loop that chooses who goes on. */
#include "sim.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#ifdef __SANITIZE_ADDRESS__
#include <pthread.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#include "clock.h"
#include "network.h"

enum { STACK_BYTES = 1024 * 1024 };

/* 2026-03-02T08:00 at +08:00 */
#define BEGIN_MS INT64_C(1772409600000)

struct actor {
	bool used;
	bool ended;
	const char *name;
	void (*run)(void *self);
	void *self;
	size_t place;
	int64_t wake_ns;
	sim_ready *ready;
	const void *what;
	ucontext_t context;
	uint8_t *stack; /* kept for the next one in this slot */
};

struct sim sim;

static struct actor actors[ACTORS_MAX];
static struct actor *running; /* NULL: the world itself */
static ucontext_t world;
static int64_t wall_steps_ms[ACTORS_MAX];

/* ---- telling ---- */

static void
say_replay(void)
{
	fprintf(stderr,
	    "seed=%llu\nplay it again, told step by step:\n"
	    "JUYAN_SEED=%llu JUYAN_SIMULATIONS=1 JUYAN_SIM_TRACE=1 build/tests/test_simulation\n",
	    (unsigned long long)sim.seed, (unsigned long long)sim.seed);
}

void
sim_say(const char *format, ...)
{
	va_list list;
	printf("%10.3f ms %-8s ", (double)sim.now_ns / 1e6, running == NULL ? "-" : running->name);
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	printf("\n");
}

void
sim_fail(const char *format, ...)
{
	va_list list;
	fflush(stdout);
	fprintf(stderr, "simulation failed at %.3f ms (%s): ", (double)sim.now_ns / 1e6,
	    running == NULL ? "the world" : running->name);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fprintf(stderr, "\n");
	say_replay();
	exit(1);
}

/* An assert of ours, or worse. */
static void
on_signal(int number)
{
	fflush(stdout);
	fprintf(stderr, "simulation ended by signal %d at %.3f ms (%s)\n", number, (double)sim.now_ns / 1e6,
	    running == NULL ? "the world" : running->name);
	say_replay();
	_exit(1);
}

void
sim_begin(uint64_t seed)
{
	for (size_t i = 0; i < ACTORS_MAX; i++)
		actors[i].used = false;
	memset(wall_steps_ms, 0, sizeof wall_steps_ms);
	sim.seed = sim.state = seed;
	sim.now_ns = 0;
	signal(SIGABRT, on_signal);
	signal(SIGSEGV, on_signal);
}

/* ---- chance: splitmix64 ---- */

uint64_t
sim_bits(void)
{
	uint64_t z = (sim.state += UINT64_C(0x9E3779B97F4A7C15));
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

size_t
sim_below(size_t n)
{
	return (size_t)(sim_bits() % n);
}

bool
sim_chance(unsigned percent)
{
	return sim_below(100) < percent;
}

int64_t
sim_between(int64_t from, int64_t to)
{
	uint64_t width = (uint64_t)(to - from) + 1;
	unsigned bits = 64 - (unsigned)__builtin_clzll(width);
	uint64_t most = UINT64_C(1) << (1 + sim_below(bits));
	return from + (int64_t)(sim_bits() % (most < width ? most : width));
}

/* ---- the clock ---- */

/* Looking at the clock takes a little time: whoever looks again and again comes to an end. */
static int64_t
monotonic_ns(void *user)
{
	(void)user;
	return sim.now_ns += 1000;
}

static int64_t
utc_ms(void *user)
{
	(void)user;
	return BEGIN_MS + sim.now_ns / MS + (running == NULL ? 0 : wall_steps_ms[running->place]);
}

struct clock
clock_system(void)
{
	return (struct clock){ .utc_ms = utc_ms, .monotonic_ns = monotonic_ns };
}

void
sim_step_wall_clock(size_t place, int64_t ms)
{
	wall_steps_ms[place] += ms;
}

/* ---- actors ---- */

static void
enter(void)
{
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_finish_switch_fiber(NULL, NULL, NULL);
#endif
	running->run(running->self);
	running->ended = true;
	sim_wait(INT64_MAX, NULL, NULL);
	abort();
}

struct actor *
actor_start(const char *name, void (*run)(void *self), void *self)
{
	size_t i = 0;
	while (i < ACTORS_MAX && actors[i].used)
		i++;
	sim_check(i < ACTORS_MAX, "too many actors");
	struct actor *actor = &actors[i];
	uint8_t *stack = actor->stack;
	if (stack == NULL)
		stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	sim_check(stack != MAP_FAILED, "no memory for a stack");
#ifdef __SANITIZE_ADDRESS__
	ASAN_UNPOISON_MEMORY_REGION(stack, STACK_BYTES);
#endif
	*actor = (struct actor){ .used = true, .name = name, .run = run, .self = self, .wake_ns = sim.now_ns, .stack = stack };
	getcontext(&actor->context);
	actor->context.uc_stack.ss_sp = stack;
	actor->context.uc_stack.ss_size = STACK_BYTES;
	makecontext(&actor->context, enter, 0);
	return actor;
}

void
actor_place(struct actor *actor, size_t place)
{
	actor->place = place;
}

void
actor_kill(struct actor **actor)
{
	if (*actor == NULL)
		return;
	sim_check(*actor != running, "an actor cannot kill itself");
	(*actor)->used = false;
	*actor = NULL;
}

bool
actor_ended(const struct actor *actor)
{
	return actor->ended;
}

/* The two switches. The address sanitizer has to be told whose stack it is. */
static void
go_on(struct actor *actor)
{
	running = actor;
	sim.turns++;
#ifdef __SANITIZE_ADDRESS__
	void *fake;
	__sanitizer_start_switch_fiber(&fake, actor->stack, STACK_BYTES);
	swapcontext(&world, &actor->context);
	__sanitizer_finish_switch_fiber(fake, NULL, NULL);
#else
	swapcontext(&world, &actor->context);
#endif
	running = NULL;
}

void
sim_wait(int64_t until_ns, sim_ready *ready, const void *what)
{
	struct actor *self = running;
	if (self == NULL)
		return;
	self->wake_ns = until_ns;
	self->ready = ready;
	self->what = what;
#ifdef __SANITIZE_ADDRESS__
	static const void *world_stack;
	static size_t world_bytes;
	void *fake;
	if (world_stack == NULL) {
		pthread_attr_t attributes;
		void *low;
		pthread_getattr_np(pthread_self(), &attributes);
		pthread_attr_getstack(&attributes, &low, &world_bytes);
		pthread_attr_destroy(&attributes);
		world_stack = low;
	}
	__sanitizer_start_switch_fiber(&fake, world_stack, world_bytes);
	swapcontext(&self->context, &world);
	__sanitizer_finish_switch_fiber(fake, NULL, NULL);
#else
	swapcontext(&self->context, &world);
#endif
}

/* ---- the world's loop ---- */

static bool
can_go_on(const struct actor *actor)
{
	if (!actor->used || actor->ended)
		return false;
	return actor->wake_ns <= sim.now_ns || (actor->ready != NULL && actor->ready(actor->what));
}

/* When anything can be otherwise than now. */
static int64_t
next_ns(void)
{
	int64_t next = network_next_ns();
	for (size_t i = 0; i < ACTORS_MAX; i++)
		if (actors[i].used && !actors[i].ended && actors[i].wake_ns < next)
			next = actors[i].wake_ns;
	return next;
}

void
sim_run(int64_t until_ns, bool (*done)(void))
{
	while (sim.now_ns < until_ns && (done == NULL || !done())) {
		struct actor *ready[ACTORS_MAX];
		size_t n = 0;
		network_tick();
		for (size_t i = 0; i < ACTORS_MAX; i++)
			if (can_go_on(&actors[i]))
				ready[n++] = &actors[i];
		if (n > 0) {
			go_on(ready[sim_below(n)]);
			continue;
		}
		int64_t next = next_ns();
		sim.now_ns = next < until_ns ? next : until_ns;
	}
}
