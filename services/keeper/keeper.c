/*
 * The loop of keeper.h. Every LOOK it looks at the clock and at the room; in between it reads the ledger over, a slice every SLICE.
 * Nothing here stops the process: what it finds is logged and counted.
 */
#include "keeper.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>

#include "checkpoints.h"
#include "due.h"
#include "ledger.h"
#include "scrub.h"

enum { SLICES_PER_S = 10, LOOK_MS = 5000, RETRY_MS = 10 * 60 * 1000, PASS_MS = 6 * 3600 * 1000 };
#define NS_PER_MS INT64_C(1000000)

struct keeper {
	const struct service_kit *kit;
	struct reader *reader;
	struct scrub *scrub;
	int64_t look_ns;      /* when to look at clock and room again */
	int64_t slice_ns;     /* when to read on */
	int64_t retry_ns;     /* a checkpoint has failed: not before */
	int64_t last_made_ms; /* the last checkpoint of this folder */
	bool keyless;         /* … there is no key, and that was said */
	bool room_low;        /* … and that */
};

/* ---- the day's checkpoint ---- */

/* The zone of the first port; false where there is none yet. */
static bool
find_offset(struct keeper *keeper, int64_t now_ms, int32_t *out)
{
	const struct registry *registry = NULL;
	struct port_rule rule;
	struct reason why = { "" };
	if (reader_registry(keeper->reader, &registry, &why) != STATUS_OK)
		return false;
	const char *port = registry_next_port(registry, NULL);
	if (port == NULL || !registry_port(registry, port, now_ms, &rule))
		return false;
	*out = rule.utc_offset_minutes;
	return true;
}

static enum status
keep(struct keeper *keeper, const struct signer *signer, int64_t now_ms, struct reason *why)
{
	struct arena arena;
	struct checkpoint_kept kept = { .path = "" };
	char path[LOG_QUOTED_BYTES];
	enum status status = arena_open(&arena, CHECKPOINT_TEXT_MAX + 4096);
	if (status != STATUS_OK)
		return status;
	status = checkpoints_keep(keeper->kit->env, keeper->kit->config->data_dir, signer, now_ms, &arena, &kept, why);
	if (status == STATUS_OK) {
		keeper->last_made_ms = now_ms;
		count(keeper->kit->counters, COUNTER_checkpoints_made, 1);
		log_say(keeper->kit->log, LOG_INFO, "keeper", "checkpoint_made", "lsn=%" PRIu64 " file=%s", kept.checkpoint.lsn,
		    log_quoted(kept.path, path));
	}
	checkpoint_free(&kept.checkpoint);
	arena_close(&arena);
	return status;
}

/* Keys come and go while it runs: each time anew. */
static void
make_checkpoint(struct keeper *keeper, int64_t now_ms)
{
	struct signer signer = { .name = "" };
	struct reason why = { "" };
	char sentence[LOG_QUOTED_BYTES];
	const char *dir = keeper->kit->config->data_dir;
	enum status status = checkpoints_key(dir, &signer, &why);
	bool keyless = status == STATUS_NOT_FOUND;
	if (keyless && !keeper->keyless)
		log_say(keeper->kit->log, LOG_INFO, "keeper", "no_checkpoint_key", "why=%s", log_quoted(why.text, sentence));
	keeper->keyless = keyless;
	if (keyless)
		return;
	if (status == STATUS_OK && keeper->last_made_ms == 0)
		keeper->last_made_ms = checkpoints_last_made(dir, &signer);
	if (status == STATUS_OK && keeper->last_made_ms < now_ms) {
		int32_t offset;
		bool wanted = find_offset(keeper, now_ms, &offset) &&
		    due_now(now_ms, keeper->last_made_ms, offset, keeper->kit->config->checkpoint_minute);
		status = wanted ? keep(keeper, &signer, now_ms, &why) : STATUS_OK;
	}
	signer_wipe(&signer);
	if (status == STATUS_OK || status == STATUS_NOT_FOUND) /* an empty ledger has none */
		return;
	keeper->retry_ns = clock_monotonic_ns(&keeper->kit->clock) + RETRY_MS * NS_PER_MS;
	count(keeper->kit->counters, COUNTER_checkpoints_failed, 1);
	log_say(keeper->kit->log, LOG_ERROR, "keeper", "checkpoint_failed", "why=%s", log_quoted(why.text, sentence));
}

/* ---- room ---- */

/* At twice the headroom: so that somebody can still do something. Said once, until there is room again. */
static void
watch_room(struct keeper *keeper)
{
	const struct config *config = keeper->kit->config;
	uint64_t map_bytes, used_bytes, disk_free_bytes;
	env_usage(keeper->kit->env, &map_bytes, &used_bytes, &disk_free_bytes);
	bool low = used_bytes + ((uint64_t)config->headroom_map_mib << 21) > map_bytes ||
	    disk_free_bytes < (uint64_t)config->headroom_disk_mib << 21;
	if (low && !keeper->room_low) {
		count(keeper->kit->counters, COUNTER_room_warnings, 1);
		log_say(keeper->kit->log, LOG_WARNING, "keeper", "room_low",
		    "map_free_mib=%" PRIu64 " map_headroom_mib=%" PRId64 " disk_free_mib=%" PRIu64 " disk_headroom_mib=%" PRId64,
		    (map_bytes - used_bytes) >> 20, config->headroom_map_mib, disk_free_bytes >> 20, config->headroom_disk_mib);
	}
	if (!low && keeper->room_low)
		log_say(keeper->kit->log, LOG_INFO, "keeper", "room_enough", "disk_free_mib=%" PRIu64, disk_free_bytes >> 20);
	keeper->room_low = low;
}

/* ---- reading over ---- */

static void
end_pass(struct keeper *keeper)
{
	struct scrub_tally tally = scrub_tally(keeper->scrub);
	count(keeper->kit->counters, COUNTER_scrub_passes, 1);
	log_say(keeper->kit->log, tally.damages > 0 ? LOG_ERROR : LOG_INFO, "keeper", "scrub_passed",
	    "rows=%" PRIu64 " bytes=%" PRIu64 " damages=%" PRIu64, tally.rows, tally.bytes, tally.damages);
}

static void
read_on(struct keeper *keeper, int64_t now_ns)
{
	struct reason why = { "" };
	char sentence[LOG_QUOTED_BYTES];
	uint64_t slice = ((uint64_t)keeper->kit->config->scrub_mib_per_s << 20) / SLICES_PER_S;
	enum status status = scrub_step(keeper->scrub, slice, &why);
	keeper->slice_ns = now_ns + 1000 * NS_PER_MS / SLICES_PER_S;
	if (status == STATUS_OK)
		return;
	if (status != STATUS_NOT_FOUND) {
		count(keeper->kit->counters, COUNTER_scrub_damages, 1);
		log_say(keeper->kit->log, LOG_ERROR, "keeper", "scrub_damage", "status=%s why=%s", status_name(status),
		    log_quoted(why.text, sentence));
	}
	if (scrub_ended(keeper->scrub)) {
		end_pass(keeper);
		keeper->slice_ns = now_ns + PASS_MS * NS_PER_MS;
	} else if (status != STATUS_DAMAGED) { /* the machine's: tried again, but not ten times a second */
		keeper->slice_ns = now_ns + LOOK_MS * NS_PER_MS;
	}
}

/* ---- the loop ---- */

static int
wait_of(const struct keeper *keeper, int wait_ms, int64_t now_ns)
{
	int64_t until_ns = keeper->look_ns;
	if (keeper->kit->config->scrub_mib_per_s > 0 && keeper->slice_ns < until_ns)
		until_ns = keeper->slice_ns;
	int64_t ms = (until_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS;
	return ms < 0 ? 0 : ms < wait_ms ? (int)ms : wait_ms;
}

static enum status
step(void *self, int wait_ms, struct reason *why)
{
	struct keeper *keeper = self;
	const struct clock *clock = &keeper->kit->clock;
	(void)why;
	poll(NULL, 0, wait_of(keeper, wait_ms, clock_monotonic_ns(clock)));
	int64_t now_ns = clock_monotonic_ns(clock);
	if (now_ns >= keeper->look_ns) {
		keeper->look_ns = now_ns + LOOK_MS * NS_PER_MS;
		watch_room(keeper);
		if (now_ns >= keeper->retry_ns)
			make_checkpoint(keeper, clock_utc_ms(clock));
	}
	if (keeper->kit->config->scrub_mib_per_s > 0 && now_ns >= keeper->slice_ns)
		read_on(keeper, now_ns);
	return STATUS_OK;
}

static void
close_keeper(void **self)
{
	struct keeper *keeper = *self;
	if (keeper == NULL)
		return;
	scrub_close(&keeper->scrub);
	reader_close(&keeper->reader);
	free(keeper);
	*self = NULL;
}

static enum status
open_keeper(const struct service_kit *kit, void **self, struct reason *why)
{
	struct keeper *keeper = calloc(1, sizeof *keeper);
	if (keeper == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	keeper->kit = kit;
	enum status status = reader_open(kit->env, &keeper->reader, why);
	if (status == STATUS_OK)
		status = scrub_open(kit->env, &keeper->scrub, why);
	if (status != STATUS_OK) {
		void *half = keeper;
		close_keeper(&half);
		return status;
	}
	keeper->look_ns = keeper->slice_ns = clock_monotonic_ns(&kit->clock);
	*self = keeper;
	return STATUS_OK;
}

const struct service keeper_service = {
	.name = "keeper",
	.help = "signs the day's checkpoint, reads the ledger over for damage, warns before there is no room",
	.writes = false,
	.open = open_keeper,
	.step = step,
	.close = close_keeper,
};
