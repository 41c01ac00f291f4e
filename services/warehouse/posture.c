/* The file of posture.h. It is not synced: after a power cut nobody stands in any way. */
#include "posture.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 512 };

static void
path_of(const char *data_dir, const char *end, char out[PATH_BYTES])
{
	snprintf(out, PATH_BYTES, "%.400s/run/warehouse.json%s", data_dir, end);
}

enum status
posture_write(const char *data_dir, const struct posture *posture, struct reason *why)
{
	char path[PATH_BYTES], part[PATH_BYTES];
	path_of(data_dir, "", path);
	path_of(data_dir, ".part", part);
	const char *state = posture->trouble != TROUBLE_NONE ? "waiting" : posture->connected ? "going" : "connecting";
	json_t *root = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "state", state, "trouble",
	    trouble_name(posture->trouble), "sentence", posture->sentence, "since_ms", (json_int_t)posture->since_ms, "lsn",
	    (json_int_t)posture->lsn, "ledger_lsn", (json_int_t)posture->ledger_lsn, "written_ms", (json_int_t)posture->written_ms,
	    "told_ms", (json_int_t)posture->told_ms);
	if (root == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	bool fine = json_dump_file(root, part, JSON_COMPACT) == 0 && rename(part, path) == 0;
	json_decref(root);
	return fine ? STATUS_OK : reason_say(why, STATUS_SYSTEM, "%.160s: it cannot be written: %s", path, strerror(errno));
}

void
posture_remove(const char *data_dir)
{
	char path[PATH_BYTES];
	path_of(data_dir, "", path);
	unlink(path);
}
