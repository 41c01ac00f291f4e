/* A line of progress: see progress_line.h. */
#include "progress_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

struct progress_line
progress_line_begin(const char *doing)
{
	return (struct progress_line){ .doing = doing, .shows = isatty(STDERR_FILENO) };
}

void
progress_line_step(void *user, uint64_t done, uint64_t all)
{
	const struct progress_line *progress = user;
	if (progress->shows && all > 0)
		fprintf(stderr, "\r%s: %" PRIu64 " of %" PRIu64 " events (%" PRIu64 " %%)", progress->doing, done, all,
		    done * 100 / all);
}

void
progress_line_end(const struct progress_line *progress)
{
	if (progress->shows)
		fputs("\r\033[K", stderr);
}
