/* Recounting up to a time: see known.h. */
#include "known.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "moment.h"
#include "progress_line.h"

enum status
known_open(const char *data, const char *time, struct known *out, struct reason *why)
{
	const struct env_options options = { .dir = data, .readonly = true };
	const struct span text = { (const uint8_t *)time, strlen(time) };
	struct known known = { .env = NULL };
	struct progress_line progress = progress_line_begin("recounting");
	char scratch[256];
	int64_t at_ms;
	if (moment_parse(text, "iso", NULL, &at_ms, NULL) != STATUS_OK)
		return reason_say(why, STATUS_USAGE,
		    "--as-known-at is '%.40s', expected a time with its zone, such as 2026-01-31T08:00+08:00 or 2026-01-31T00:00Z",
		    time);
	if ((size_t)snprintf(scratch, sizeof scratch, "%s/known.%ld", data, (long)getpid()) >= sizeof scratch)
		return reason_say(why, STATUS_USAGE, "the data folder's path is too long");
	enum status status = env_open(&options, &known.env, why);
	if (status == STATUS_OK)
		status = hindsight_open(known.env, scratch, at_ms, progress_line_step, &progress, &known.past, why);
	progress_line_end(&progress);
	if (status == STATUS_OK && known.past.end.lsn == 0)
		status = reason_say(why, STATUS_NOT_FOUND, "nothing had been received by then");
	if (status == STATUS_OK)
		status = ask_open_on(known.past.scratch.env, &known.ask, why);
	if (status == STATUS_OK)
		*out = known;
	else
		known_close(&known);
	return status;
}

void
known_close(struct known *known)
{
	ask_close(&known->ask);
	hindsight_close(&known->past);
	env_close(&known->env);
}
