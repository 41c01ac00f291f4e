/* See process.h. Owns nothing but the signal descriptor that it hands out. */
#include "process.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

/* Descriptors besides one for each connection: the ledger, locks, libzmq's own. */
enum { OTHER_FILES = 128 };

static enum status
fail(struct reason *why, const char *what)
{
	return reason_say(why, STATUS_SYSTEM, "%s: %s", what, strerror(errno));
}

/* A file that got number 2 would be written to by whoever complains on stderr; it has been the ledger of another project. */
static enum status
hold_standard_files(struct reason *why)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			return fail(why, "/dev/null cannot be opened");
	return STATUS_OK;
}

/* Memory holds secret keys. Sanitizers look into their own process from outside, which this forbids. */
static enum status
forbid_core_dumps(struct reason *why)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	if (prctl(PR_SET_DUMPABLE, 0) != 0)
		return fail(why, "core dumps cannot be forbidden");
#endif
	(void)why;
	return STATUS_OK;
}

/*
 * At the limit of open files libzmq spins; so the need is met before the first connection. Terminals and askers may each have as
 * many.
 */
static enum status
make_room_for_files(int64_t sessions, struct reason *why)
{
	struct rlimit limit;
	rlim_t need = (rlim_t)(2 * sessions + OTHER_FILES);
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return fail(why, "the limit of open files cannot be read");
	if (limit.rlim_cur >= need)
		return STATUS_OK;
	if (limit.rlim_max < need)
		return reason_say(why, STATUS_SETTING,
		    "sessions_max %lld needs %llu open files and the limit is %llu: raise it (LimitNOFILE, ulimit -n) or lower "
		    "sessions_max",
		    (long long)sessions, (unsigned long long)need, (unsigned long long)limit.rlim_max);
	limit.rlim_cur = need;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? STATUS_OK : fail(why, "the limit of open files cannot be raised");
}

enum status
process_prepare(int64_t sessions, struct reason *why)
{
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	enum status status = hold_standard_files(why);
	if (status == STATUS_OK)
		status = forbid_core_dumps(why);
	if (status == STATUS_OK)
		status = make_room_for_files(sessions, why);
	return status;
}

bool
process_has_descriptors(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno != EMFILE && errno != ENFILE;
	close(fd);
	return true;
}

enum status
process_signals_open(struct process_signals *out, struct reason *why)
{
	sigset_t taken;
	struct process_signals signals;
	sigemptyset(&taken);
	sigaddset(&taken, SIGINT);
	sigaddset(&taken, SIGTERM);
	sigaddset(&taken, SIGHUP);
	int error = pthread_sigmask(SIG_BLOCK, &taken, &signals.before);
	assert(error == 0);
	signals.fd = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals.fd < 0)
		return fail(why, "signals cannot be taken");
	*out = signals;
	return STATUS_OK;
}

void
process_signals_close(struct process_signals *signals)
{
	if (signals->fd < 0)
		return;
	struct signalfd_siginfo info;
	while (read(signals->fd, &info, sizeof info) > 0)
		continue;
	close(signals->fd);
	pthread_sigmask(SIG_SETMASK, &signals->before, NULL);
	signals->fd = -1;
}
