/* All locks of the roster, see exclusive.h. */
#include "exclusive.h"

#include <stdio.h>
#include <unistd.h>

#include "files.h"
#include "lock.h"

void
exclusive_give(struct exclusive *exclusive)
{
	while (exclusive->n > 0)
		close(exclusive->fds[--exclusive->n]);
}

enum status
exclusive_take(const char *dir, struct exclusive *out, struct reason *why)
{
	struct exclusive taken = { .n = 0 };
	char run[FILES_PATH_BYTES];
	if ((size_t)snprintf(run, sizeof run, "%s/run", dir) >= sizeof run)
		return reason_say(why, STATUS_USAGE, "%.64s…: the path of the data folder is too long", dir);
	enum status status = files_make_folder(dir, 0700, why);
	if (status == STATUS_OK)
		status = files_make_folder(run, 0700, why);
	for (size_t i = 0; status == STATUS_OK && i < ROSTER_SERVICES; i++) {
		status = lock_take(dir, roster[i]->name, &taken.fds[i], why);
		if (status == STATUS_OK)
			taken.n++;
	}
	if (status == STATUS_OK)
		*out = taken;
	else
		exclusive_give(&taken);
	return status;
}
