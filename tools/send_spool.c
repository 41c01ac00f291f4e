/* Files into a spool, and from there to the centre: see send_spool.h. */
#include "send_spool.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "courier.h"
#include "key_lock.h"
#include "send_report.h"
#include "tool.h"

enum { TAKE_EVENTS = 1000, TAKE_BYTES = 8 * 1024 * 1024, TURN_MS = 200 };
_Static_assert((int)SENT_HASH_BYTES == (int)SPOOL_HASH_BYTES, "a file has one name everywhere");

struct sending {
	const struct send_spool_options *options;
	struct tool_address address;
	struct clock clock;
	int lock, key_lock;
	struct spool *spool;
	struct courier *courier;
	uint64_t read, wrong, known, taken; /* events and lines of the files */
	size_t files;                       /* gone through */

	/* Of the file at hand: what is gathered and not taken yet. */
	struct arena arena;
	struct span events[TAKE_EVENTS];
	size_t n;
	bool remembered;
	struct spool_file file;
};

static bool
stopping(const struct sending *s)
{
	return *s->options->stop != 0;
}

static void
note(const struct sending *s, const char *sentence)
{
	send_report_note(s->options->report, sentence);
}

static void
on_news(void *user, enum courier_news news, const char *sentence)
{
	if (news != COURIER_CONNECTED)
		note(user, sentence);
}

/* ---- to the centre ---- */

/* Until all that is taken has come there, or `enough` of it; TIMEOUT: nothing was heard for as long as is waited. */
static enum status
bring(struct sending *s, uint64_t enough, struct reason *why)
{
	struct spool_state state;
	int64_t heard_ns = clock_monotonic_ns(&s->clock);
	uint64_t before = 0, there = 0;
	enum status status = spool_state(s->spool, &state, why);
	while (status == STATUS_OK && (there > state.settled ? there : state.settled) < enough) {
		if (stopping(s))
			return reason_say(why, STATUS_INTERRUPTED, "interrupted");
		status = courier_turn(s->courier, TURN_MS, why);
		there = courier_state(s->courier).settled;
		if (there != before)
			heard_ns = clock_monotonic_ns(&s->clock);
		before = there;
		if (clock_monotonic_ns(&s->clock) - heard_ns > (int64_t)s->options->wait_ms * 1000000)
			return reason_say(why, STATUS_TIMEOUT, "the centre took nothing for %d s", s->options->wait_ms / 1000);
	}
	return status;
}

/* ---- into the spool ---- */

static enum status
take_gathered(struct sending *s, struct reason *why)
{
	struct spool_state state;
	uint64_t last;
	if (s->n == 0)
		return STATUS_OK;
	struct spool_file file = s->file;
	file.taken += s->n;
	for (;;) {
		enum status status =
		    spool_take(s->spool, s->events, s->n, clock_utc_ms(&s->clock), s->remembered ? &file : NULL, &last, why);
		if (status == STATUS_OK)
			break;
		if (status != STATUS_NO_ROOM)
			return status;
		status = spool_state(s->spool, &state, why);
		if (status == STATUS_OK && state.settled == state.taken)
			return reason_say(why, STATUS_NO_ROOM, "the spool has no room for %zu events, though nothing waits in it",
			    s->n);
		if (status == STATUS_OK) /* it is full: half of it has to go first */
			status = bring(s, state.settled + (state.taken - state.settled + 1) / 2, why);
		/* What was brought may not be forgotten yet. */
		if (status == STATUS_OK && courier_state(s->courier).settled > state.settled)
			status = spool_settle(s->spool, courier_state(s->courier).settled, why);
		if (status != STATUS_OK)
			return status;
	}
	s->file = file;
	s->taken += s->n;
	s->n = 0;
	arena_reset(&s->arena);
	return STATUS_OK;
}

static enum status
gather(struct sending *s, struct span event, struct reason *why)
{
	enum status status = s->n == TAKE_EVENTS ? take_gathered(s, why) : STATUS_OK;
	uint8_t *copy = status == STATUS_OK ? arena_take(&s->arena, event.bytes + 1) : NULL;
	if (status == STATUS_OK && copy == NULL) {
		status = take_gathered(s, why);
		copy = status == STATUS_OK ? arena_take(&s->arena, event.bytes + 1) : NULL;
	}
	if (status != STATUS_OK)
		return status;
	if (copy == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	memcpy(copy, event.data, event.bytes);
	s->events[s->n++] = (struct span){ copy, event.bytes };
	return STATUS_OK;
}

static void
complain(struct sending *s, const char *path, uint64_t line, enum status status, const struct reason *why)
{
	struct delivery_complaint complaint = { event_file_name(path), line, "wrong", status_name(status), why->text };
	s->wrong++;
	send_report_complaint(s->options->report, &complaint);
}

static enum status
take_events(struct sending *s, const char *path, struct event_file *file, struct reason *why)
{
	uint64_t skip = s->file.taken;
	for (;;) {
		struct file_event event = { .end = false };
		struct reason line_why = { "" };
		enum status status = event_file_next(file, &event, &line_why);
		if (stopping(s))
			return reason_say(why, STATUS_INTERRUPTED, "interrupted");
		if (status != STATUS_OK) {
			complain(s, path, event.line, status, &line_why);
			if (status_consequence(status) == STOP)
				return take_gathered(s, why);
			continue;
		}
		if (event.end)
			return take_gathered(s, why);
		s->read++;
		if (skip > 0) {
			skip--;
			s->known++;
			continue;
		}
		status = gather(s, event.bytes, why);
		if (status != STATUS_OK)
			return status;
	}
}

static enum status
take_file(struct sending *s, const char *path, struct reason *why)
{
	const struct send_spool_options *options = s->options;
	struct event_file *file = NULL;
	struct sent_hash hash = { { 0 } }, now;
	struct reason file_why = { "" };
	s->n = 0;
	s->file = (struct spool_file){ .taken = 0 };
	s->remembered = sent_can_remember(path);
	arena_reset(&s->arena);
	enum status status = s->remembered ? sent_digest(path, options->map_path, &hash, &file_why) : STATUS_OK;
	if (status == STATUS_OK)
		status = event_file_open(path, options->mapping, &file, &file_why);
	if (status != STATUS_OK) {
		complain(s, path, 0, status, &file_why);
		return STATUS_OK;
	}
	memcpy(s->file.hash, hash.bytes, sizeof hash.bytes);
	if (s->remembered && !options->again)
		status = spool_file_taken(s->spool, s->file.hash, &s->file.taken, why);
	if (status == STATUS_OK)
		status = take_events(s, path, file, why);
	event_file_close(&file);
	if (status == STATUS_OK && s->remembered &&
	    (sent_digest(path, options->map_path, &now, NULL) != STATUS_OK || memcmp(&now, &hash, sizeof now) != 0))
		note(s, "the file was changed while it was read: send it again when it is complete");
	return status;
}

/* ---- the end ---- */

static void
say_text(const struct sending *s, const struct courier_state *there, uint64_t waiting)
{
	const struct {
		const char *name;
		uint64_t n;
		const char *meaning;
	} rows[] = {
		{ "read", s->read, "well-formed events in the files" },
		{ "wrong", s->wrong, "lines that are none, and were not taken" },
		{ "known", s->known, "were taken before" },
		{ "taken", s->taken, "on this machine's disk" },
		{ "conflict", there->conflicts, "their numbers hold something else: kept for a person" },
		{ "quarantined", there->quarantined, "kept for a person, not counted" },
		{ "waiting", waiting, "in the spool for the centre; the same command without files brings them" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (i < 4 || rows[i].n > 0)
			printf("%-12s %10" PRIu64 "   %s\n", rows[i].name, rows[i].n, rows[i].meaning);
}

static void
say_json(const struct sending *s, const struct courier_state *there, uint64_t waiting, const char *failure)
{
	json_t *all = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s?}", "files", (json_int_t)s->files, "read",
	    (json_int_t)s->read, "wrong", (json_int_t)s->wrong, "known", (json_int_t)s->known, "taken", (json_int_t)s->taken,
	    "conflict", (json_int_t)there->conflicts, "quarantined", (json_int_t)there->quarantined, "waiting", (json_int_t)waiting,
	    "failure", failure);
	send_report_add(s->options->report, all);
	json_dumpf(all, stdout, JSON_INDENT(1));
	fputc('\n', stdout);
	json_decref(all);
}

static int
say_end(const struct sending *s, enum status status, const struct reason *why)
{
	struct spool_state state = { 0 };
	struct courier_state there = { 0 };
	char failure[SENTENCE_BYTES_MAX + 128];
	enum status looked = s->spool == NULL ? STATUS_OK : spool_state(s->spool, &state, NULL);
	if (s->courier != NULL)
		there = courier_state(s->courier);
	uint64_t settled = there.settled > state.settled ? there.settled : state.settled;
	uint64_t waiting = looked == STATUS_OK ? state.taken - settled : 0;
	snprintf(failure, sizeof failure, "%s%s%s", s->files < s->options->n_files ? s->options->files[s->files] : "",
	    s->files < s->options->n_files ? ": " : "", why->text[0] != '\0' ? why->text : status_sentence(status));
	send_report_line_end(s->options->report);
	if (s->options->json)
		say_json(s, &there, waiting, status == STATUS_OK ? NULL : failure);
	else
		say_text(s, &there, waiting);
	if (status != STATUS_OK && !s->options->json)
		fprintf(stderr, "juyan send: %s\n", failure);
	fflush(stdout);
	if (status != STATUS_OK)
		return status == STATUS_INTERRUPTED ? TOOL_WRONG : TOOL_FAILED;
	return s->wrong + there.conflicts + there.quarantined > 0 ? TOOL_WRONG : TOOL_FINE;
}

static enum status
open_all(struct sending *s, struct reason *why)
{
	enum status status = key_lock(s->address.key_path, 0, &s->key_lock, why);
	if (status == STATUS_OK)
		status = courier_lock(s->options->dir, &s->lock, why);
	const struct spool_options spool = { .dir = s->options->dir, .key = s->address.keys.public_key };
	if (status == STATUS_OK)
		status = spool_open(&spool, &s->spool, why);
	if (status == STATUS_OK)
		status = arena_open(&s->arena, TAKE_BYTES);
	const struct courier_options courier = {
		.spool = s->spool,
		.terminal = { .endpoint = s->address.endpoint, .keys = &s->address.keys, .server_key = s->address.server_key },
		.bell = -1,
		.on_news = on_news,
		.user = s,
	};
	return status == STATUS_OK ? courier_open(&courier, &s->courier, why) : status;
}

static int
run(struct sending *s)
{
	struct reason why = { "" };
	struct spool_state state;
	enum status status = open_all(s, &why);
	if (status != STATUS_OK)
		return tool_fail("send", status, &why);
	while (status == STATUS_OK && s->files < s->options->n_files) {
		status = take_file(s, s->options->files[s->files], &why);
		s->files += status == STATUS_OK;
	}
	if (status == STATUS_OK)
		status = spool_state(s->spool, &state, &why);
	if (status == STATUS_OK)
		status = bring(s, state.taken, &why);
	return say_end(s, status, &why);
}

int
send_spool(const struct send_spool_options *options)
{
	static struct sending sending;
	struct reason why = { "" };
	sending = (struct sending){ .options = options, .clock = clock_system(), .lock = -1, .key_lock = -1 };
	enum status status = tool_address(options->connection, "ingest", &sending.address, &why);
	if (status != STATUS_OK)
		return tool_fail("send", status, &why);
	int code = run(&sending);
	courier_close(&sending.courier);
	spool_close(&sending.spool);
	arena_close(&sending.arena);
	key_pair_wipe(&sending.address.keys);
	if (sending.lock >= 0)
		close(sending.lock);
	if (sending.key_lock >= 0)
		close(sending.key_lock);
	return code;
}
