/* Opening a ledger that does not last: see scratch.h. */
#include "scratch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum status
scratch_open(const char *dir, uint64_t map_bytes, struct scratch *out, struct reason *why)
{
	struct scratch scratch = { .dir = "" };
	struct env_options options = { .dir = scratch.dir,
		.map_bytes = map_bytes,
		.scratch = true,
		.headroom_disk_bytes = 1,
		.headroom_map_bytes = 1 };
	if ((size_t)snprintf(scratch.dir, sizeof scratch.dir, "%s", dir) >= sizeof scratch.dir)
		return reason_say(why, STATUS_USAGE, "the folder's name is longer than %zu bytes", sizeof scratch.dir - 1);
	if (access(dir, F_OK) == 0)
		return reason_say(why, STATUS_CONTRADICTION,
		    "%s exists already: a folder that can be made and removed was expected", dir);
	enum status status = env_open(&options, &scratch.env, why);
	if (status == STATUS_OK)
		status = ledger_open(scratch.env, &scratch.ledger, why);
	if (status == STATUS_OK)
		*out = scratch;
	else
		scratch_close(&scratch);
	return status;
}

void
scratch_remove(const char *dir)
{
	static const char *const names[] = { "ledger/data.mdb", "ledger/lock.mdb", "ledger", "" };
	char path[512];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		if (unlink(path) != 0)
			rmdir(path);
	}
}

void
scratch_close(struct scratch *scratch)
{
	ledger_close(&scratch->ledger);
	env_close(&scratch->env);
	if (scratch->dir[0] != '\0')
		scratch_remove(scratch->dir);
	scratch->dir[0] = '\0';
}
