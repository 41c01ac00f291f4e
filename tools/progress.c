/* A line of progress: see progress.h. */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

struct progress
progress_begin(const char *doing)
{
	return (struct progress){ .doing = doing, .shows = isatty(STDERR_FILENO) };
}

void
progress_step(void *user, uint64_t done, uint64_t all)
{
	const struct progress *progress = user;
	if (progress->shows && all > 0)
		fprintf(stderr, "\r%s: %" PRIu64 " of %" PRIu64 " events (%" PRIu64 " %%)", progress->doing, done, all,
		    done * 100 / all);
}

void
progress_end(const struct progress *progress)
{
	if (progress->shows)
		fputs("\r\033[K", stderr);
}
