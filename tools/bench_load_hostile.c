/* The hostile process of `juyan bench load`: see bench_load_parts.h. It takes one order at a time over a pair of sockets. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench_load_parts.h"

enum { NICE = 10 };

#define X(name, help) #name,
static const char *const names[] = { LOAD_KIND_LIST(X) };
#undef X
#define X(name, help) help,
static const char *const helps[] = { LOAD_KIND_LIST(X) };
#undef X

const char *
load_kind_name(enum load_kind kind)
{
	return names[kind];
}

const char *
load_kind_help(enum load_kind kind)
{
	return helps[kind];
}

/* ---- the process ---- */

static void *
run(void *user)
{
	struct load_act *act = user;
	if (act->kind < LOAD_strangers)
		load_act_session(act);
	else
		load_act_connection(act);
	return NULL;
}

static bool
hear_order(int fd, uint32_t *kinds)
{
	ssize_t n;
	do
		n = read(fd, kinds, sizeof *kinds);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof *kinds;
}

/* One act after the other, until the pipe is closed. */
static void
obey(int fd, const struct load_target *target, struct bus *bus)
{
	uint32_t kinds = 0;
	while (hear_order(fd, &kinds)) {
		struct load_act acts[LOAD_KINDS] = { { 0 } };
		pthread_t threads[LOAD_KINDS];
		uint64_t done[LOAD_KINDS] = { 0 };
		_Atomic bool stop = false;
		for (int i = 0; i < LOAD_KINDS; i++) {
			acts[i] = (struct load_act){ .target = target, .bus = bus, .kind = (enum load_kind)i, .stop = &stop };
			if ((kinds >> i & 1) != 0 && pthread_create(&threads[i], NULL, run, &acts[i]) != 0)
				kinds &= ~(UINT32_C(1) << i);
		}
		uint32_t end;
		bool more = hear_order(fd, &end);
		atomic_store(&stop, true);
		for (int i = 0; i < LOAD_KINDS; i++) {
			if ((kinds >> i & 1) != 0)
				pthread_join(threads[i], NULL);
			done[i] = acts[i].done;
		}
		if (!more || write(fd, done, sizeof done) != (ssize_t)sizeof done)
			return;
	}
}

static void
be_hostile(int fd, const struct load_target *target)
{
	struct bus *bus = NULL;
	struct reason why = { "" };
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (setpriority(PRIO_PROCESS, 0, NICE) == 0 && bus_open(&bus, &why) == STATUS_OK)
		obey(fd, target, bus);
	/* Its sockets may wait for a server that is told to end: there is nothing to tidy up. */
	_exit(0);
}

/* ---- the face ---- */

enum status
load_hostile_open(const struct load_target *target, struct load_hostile *out, struct reason *why)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return reason_say(why, STATUS_SYSTEM, "no pair of sockets: %s", strerror(errno));
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		be_hostile(ends[1], target);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return reason_say(why, STATUS_SYSTEM, "the hostile process cannot be started: %s", strerror(errno));
	}
	*out = (struct load_hostile){ (int)pid, ends[0] };
	return STATUS_OK;
}

enum status
load_hostile_act(struct load_hostile *hostile, uint32_t kinds, uint64_t done[LOAD_KINDS], struct reason *why)
{
	uint8_t *to = (uint8_t *)done;
	if (write(hostile->fd, &kinds, sizeof kinds) != (ssize_t)sizeof kinds)
		return reason_say(why, STATUS_CLOSED, "the hostile process has ended");
	if (kinds != 0)
		return STATUS_OK;
	for (size_t got = 0; got < LOAD_KINDS * sizeof *done;) {
		ssize_t n = read(hostile->fd, to + got, LOAD_KINDS * sizeof *done - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return reason_say(why, STATUS_CLOSED, "the hostile process has ended");
		got += (size_t)n;
	}
	return STATUS_OK;
}

void
load_hostile_close(struct load_hostile *hostile)
{
	if (hostile->pid == 0)
		return;
	close(hostile->fd);
	kill(hostile->pid, SIGKILL);
	while (waitpid(hostile->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*hostile = (struct load_hostile){ 0 };
}
