/* A box for one commit, with a lock, a condition for the thread and an eventfd for the service. */
#include "committer.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct committer {
	struct ledger *ledger;
	pthread_t thread;
	int done_fd;
	pthread_mutex_t lock;
	pthread_cond_t given;
	struct commit *commit; /* under the lock: what is to be done; NULL when there is nothing */
	bool closing;          /* under the lock */
	bool under_way;        /* the service's thread alone */
};

/* Waits for the next commit; NULL: the committer is closing and there is none. */
static struct commit *
next_commit(struct committer *committer)
{
	pthread_mutex_lock(&committer->lock);
	while (committer->commit == NULL && !committer->closing)
		pthread_cond_wait(&committer->given, &committer->lock);
	struct commit *commit = committer->commit;
	committer->commit = NULL;
	pthread_mutex_unlock(&committer->lock);
	return commit;
}

static size_t
count_wrong(const struct commit *commit)
{
	size_t n = 0;
	for (size_t i = 0; i < commit->n; i++)
		n += commit->entries[i].verdict != STATUS_OK;
	return n;
}

static void
carry_out(struct committer *committer, struct commit *commit)
{
	commit->why.text[0] = '\0';
	commit->outcome = ledger_apply(committer->ledger, commit->entries, commit->n, &commit->why);
	commit->n_wrong = count_wrong(commit);
}

static void *
run(void *user)
{
	struct committer *committer = user;
	struct commit *commit;
	while ((commit = next_commit(committer)) != NULL) {
		carry_out(committer, commit);
		uint64_t one = 1;
		ssize_t n = write(committer->done_fd, &one, sizeof one);
		assert(n == sizeof one); /* the count is 0 before: it cannot overflow */
	}
	return NULL;
}

enum status
committer_open(struct ledger *ledger, struct committer **out, struct reason *why)
{
	struct committer *committer = calloc(1, sizeof *committer);
	if (committer == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for the committer");
	committer->ledger = ledger;
	committer->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (committer->done_fd < 0) {
		reason_say(why, STATUS_SYSTEM, "the committer gets no eventfd: %s", strerror(errno));
		free(committer);
		return STATUS_SYSTEM;
	}
	pthread_mutex_init(&committer->lock, NULL);
	pthread_cond_init(&committer->given, NULL);
	int error = pthread_create(&committer->thread, NULL, run, committer);
	if (error != 0) {
		pthread_cond_destroy(&committer->given);
		pthread_mutex_destroy(&committer->lock);
		close(committer->done_fd);
		free(committer);
		return reason_say(why, STATUS_SYSTEM, "the committer's thread cannot be started: %s", strerror(error));
	}
	pthread_setname_np(committer->thread, "committer");
	*out = committer;
	return STATUS_OK;
}

void
committer_close(struct committer **out)
{
	struct committer *committer = *out;
	if (committer == NULL)
		return;
	pthread_mutex_lock(&committer->lock);
	committer->closing = true;
	pthread_cond_signal(&committer->given);
	pthread_mutex_unlock(&committer->lock);
	pthread_join(committer->thread, NULL);
	pthread_cond_destroy(&committer->given);
	pthread_mutex_destroy(&committer->lock);
	close(committer->done_fd);
	free(committer);
	*out = NULL;
}

void
committer_give(struct committer *committer, struct commit *commit)
{
	assert(!committer->under_way && commit->n > 0);
	committer->under_way = true;
	pthread_mutex_lock(&committer->lock);
	assert(committer->commit == NULL);
	committer->commit = commit;
	pthread_cond_signal(&committer->given);
	pthread_mutex_unlock(&committer->lock);
}

void
committer_do(struct committer *committer, struct commit *commit)
{
	assert(!committer->under_way && commit->n > 0);
	carry_out(committer, commit);
}

bool
committer_take(struct committer *committer, bool wait)
{
	assert(committer->under_way);
	uint64_t done;
	while (read(committer->done_fd, &done, sizeof done) != sizeof done) {
		assert(errno == EAGAIN || errno == EINTR);
		if (!wait)
			return false;
		/* A disk that hangs is waited for: nothing can be promised without it. */
		struct pollfd poll_fd = { .fd = committer->done_fd, .events = POLLIN };
		poll(&poll_fd, 1, -1);
	}
	committer->under_way = false;
	return true;
}

int
committer_fd(const struct committer *committer)
{
	return committer->done_fd;
}
