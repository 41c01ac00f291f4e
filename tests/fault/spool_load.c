/*
 * A spool alone, for the test of power cuts.
 *
 *     spool_load write DIR EVENTS         takes so many, a few at a time and noted as of one file, and forgets most of them: "taken
 *                                         N", "settling N" and, once that has returned, "settled N"
 *     spool_load LOG FOLDER TARGET SEED BETWEEN [FROM [STEP]]
 *                                         cuts the power of such a run (cutter.h): every image opens, has all that was taken and
 *                                         not more forgotten than was told, each event as it was, the file's note with them; and
 *                                         goes on
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cutter.h"
#include "spool.h"

enum { TAKE_MAX = 12, EVENT_MAX = 3000, READ_EVENTS = 64, ARENA_BYTES = 1 << 20, BYTES_MAX = 1 << 20 };

static const uint8_t own_key[PUBLIC_KEY_BYTES] = { 7 };
static const struct spool_file own_file = { .hash = { 9 } };

/* What a spool that went as far as this has to hold. */
struct promised {
	uint64_t taken, settled, settling;
};

static struct span
event(uint64_t place, uint8_t bytes[EVENT_MAX])
{
	size_t n = (size_t)(place * 2654435761 % EVENT_MAX);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(place * 31 + i * 7);
	return (struct span){ bytes, n };
}

/* One write a line, at once: in the record it stands in its place. */
static void
say(const char *what, uint64_t n)
{
	char line[64];
	int bytes = snprintf(line, sizeof line, "%s %" PRIu64 "\n", what, n);
	if (write(STDOUT_FILENO, line, (size_t)bytes) != bytes)
		abort();
}

static enum status
take_some(struct spool *spool, uint64_t n, uint64_t *taken, struct reason *why)
{
	static uint8_t bytes[TAKE_MAX][EVENT_MAX];
	struct span events[TAKE_MAX];
	struct spool_file file = own_file;
	for (uint64_t i = 0; i < n; i++)
		events[i] = event(*taken + 1 + i, bytes[i]);
	file.taken = *taken + n;
	return spool_take(spool, events, n, (int64_t)file.taken, &file, taken, why);
}

static enum status
write_all(struct spool *spool, uint64_t events, struct reason *why)
{
	uint64_t taken = 0, settled = 0;
	enum status status = STATUS_OK;
	for (uint64_t turn = 0; status == STATUS_OK && taken < events; turn++) {
		status = take_some(spool, 1 + turn * 7 % TAKE_MAX, &taken, why);
		if (status == STATUS_OK)
			say("taken", taken);
		if (status != STATUS_OK || turn % 3 != 0)
			continue;
		settled += (taken - settled) * (turn % 4) / 3;
		say("settling", settled);
		status = spool_settle(spool, settled, why);
		if (status == STATUS_OK)
			say("settled", settled);
	}
	return status;
}

/* ---- what a cut left ---- */

static enum status
check_events(struct spool *spool, const struct spool_state *state, struct arena *arena, struct reason *why)
{
	static uint8_t bytes[EVENT_MAX];
	struct spool_event events[READ_EVENTS];
	enum status status = STATUS_OK;
	for (uint64_t place = state->settled + 1; status == STATUS_OK && place <= state->taken;) {
		size_t n = READ_EVENTS;
		arena_reset(arena);
		status = spool_read(spool, place, arena, events, &n, why);
		if (status == STATUS_OK && n == 0)
			status = reason_say(why, STATUS_DAMAGED, "place %" PRIu64 " is not there", place);
		for (size_t i = 0; status == STATUS_OK && i < n; i++, place++) {
			struct span expected = event(place, bytes);
			if (events[i].bytes.bytes != expected.bytes ||
			    memcmp(events[i].bytes.data, expected.data, expected.bytes) != 0)
				status = reason_say(why, STATUS_DAMAGED, "place %" PRIu64 " holds another event", place);
		}
	}
	return status;
}

static enum status
check_spool(struct spool *spool, const struct promised *promised, struct reason *why)
{
	struct spool_state state;
	struct arena arena = { 0 };
	uint64_t of_file = 0;
	enum status status = spool_state(spool, &state, why);
	if (status == STATUS_OK)
		status = spool_file_taken(spool, own_file.hash, &of_file, why);
	if (status != STATUS_OK)
		return status;
	if (state.taken < promised->taken || state.settled < promised->settled || state.settled > promised->settling)
		return reason_say(why, STATUS_DAMAGED, "taken %" PRIu64 ", settled %" PRIu64 "; promised %" PRIu64 " and %" PRIu64,
		    state.taken, state.settled, promised->taken, promised->settled);
	if (of_file != state.taken)
		return reason_say(why, STATUS_DAMAGED, "%" PRIu64 " are taken, %" PRIu64 " of them of the file", state.taken,
		    of_file);
	status = arena_open(&arena, ARENA_BYTES);
	if (status == STATUS_OK)
		status = check_events(spool, &state, &arena, why);
	arena_close(&arena);
	uint64_t taken = state.taken;
	if (status == STATUS_OK)
		status = take_some(spool, 1, &taken, why);
	return status == STATUS_OK ? spool_settle(spool, taken, why) : status;
}

static enum status
check(void *user, const char *target, struct reason *why)
{
	struct spool *spool = NULL;
	const struct spool_options options = { target, BYTES_MAX, own_key };
	enum status status = spool_open(&options, &spool, why);
	if (status == STATUS_OK)
		status = check_spool(spool, user, why);
	spool_close(&spool);
	return status;
}

static void
hear(void *user, const char *line)
{
	struct promised *promised = user;
	unsigned long long n;
	if (sscanf(line, "taken %llu", &n) == 1)
		promised->taken = n;
	if (sscanf(line, "settling %llu", &n) == 1)
		promised->settling = n;
	if (sscanf(line, "settled %llu", &n) == 1)
		promised->settled = n;
}

int
main(int argc, char **argv)
{
	struct promised promised = { 0, 0, 0 };
	struct reason why = { "" };
	if (argc < 4 || strcmp(argv[1], "write") != 0) {
		struct cutter cutter = { .lock = "lock.mdb", .said = hear, .check = check, .user = &promised };
		return cutter_run(&cutter, argc, argv);
	}
	struct spool *spool = NULL;
	const struct spool_options options = { argv[2], BYTES_MAX, own_key };
	enum status status = spool_open(&options, &spool, &why);
	if (status == STATUS_OK)
		status = write_all(spool, strtoull(argv[3], NULL, 10), &why);
	spool_close(&spool);
	if (status != STATUS_OK)
		fprintf(stderr, "spool_load: %s: %s\n", status_name(status), why.text);
	return status == STATUS_OK ? 0 : 1;
}
