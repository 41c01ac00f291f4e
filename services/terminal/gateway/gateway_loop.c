/* See gateway_loop.h. */
#include "gateway_loop.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "clock.h"
#include "gateway_metrics.h"
#include "gateway_outbox.h"
#include "health.h"
#include "seen.h"

enum { POLLS_MAX = 1 + 2 * CONNECTIONS_MAX + 4 * GATEWAY_SOURCES_MAX, TICK_MS = 1000, OTHER_FILES = 256, PATH_BYTES = 512 };

static const char HEARING[] = "hearing the machines";

struct gateway_loop {
	struct gateway_loop_parts parts;
	struct clock clock;
	struct book *book;
	struct gateway_outbox *outbox;
	struct turn turn;
	bool entered[TURN_ENTRIES_MAX]; /* of the turn's findings: they are on disk … */
	bool refused[TURN_ENTRIES_MAX]; /* … or never will be */
	size_t opened;                  /* sources */
	size_t first;                   /* who is heard first in this turn */
	bool held;                      /* the turn waits for room in the book */
	bool told_held, told_full;
	int64_t tick_ms, metrics_ms, retry_ms;
	char memory[PATH_BYTES];
	struct log_budget remarks[REMARKS];
	struct gateway_standing standing;
	struct pollfd polls[POLLS_MAX];
};

static struct instant
read_clocks(const struct gateway_loop *loop)
{
	return (struct instant){ clock_utc_ms(&loop->clock), clock_monotonic_ns(&loop->clock) / 1000000 };
}

/* ---- opening ---- */

static void
count_remarks(struct gateway_loop *loop, const char *source, uint64_t n)
{
	for (size_t i = 0; i < loop->parts.config->n; i++)
		if (strcmp(loop->parts.config->sources[i].name, source) == 0)
			loop->parts.config->sources[i].tally.remarks += n;
}

/* The log would have withheld them, too. */
static void
on_untold(void *user, const char *source, uint64_t n)
{
	count_remarks(user, source, n);
}

static void
on_remark(void *user, const char *source, enum remark remark, const char *text)
{
	struct gateway_loop *loop = user;
	char name[LOG_QUOTED_BYTES], why[LOG_QUOTED_BYTES];
	uint64_t withheld;
	bool usual =
	    remark == REMARK_answer || remark == REMARK_receipt || remark == REMARK_repeated || remark == REMARK_no_manifest;
	count_remarks(loop, source, 1);
	if (log_affords(&loop->remarks[remark], &withheld))
		log_say(loop->parts.log, usual ? LOG_INFO : LOG_WARNING, "gateway", "remark",
		    "source=%s remark=%s why=%s withheld=%" PRIu64, log_quoted(source, name), remark_name(remark),
		    log_quoted(text, why), withheld);
}

bool
gateway_loop_spool(const struct gateway_config *config, char *out, size_t bytes)
{
	return snprintf(out, bytes, "%s/spool", config->folder) < (int)bytes;
}

static enum status
open_book(struct gateway_loop *loop, struct reason *why)
{
	const struct gateway_config *config = loop->parts.config;
	const struct book_options options = {
		.dir = config->folder,
		.port = config->port,
		.bytes_max = (uint64_t)config->book_mib << 20,
		.keep_raw_ms = config->keep_raw_days * 86400000,
		.keep_keys_ms = config->keep_keys_days * 86400000,
		.wait_ms = config->wait_hours * 3600000,
		.pair_ms = config->pair_s * 1000,
		.on_remark = on_remark,
		.on_untold = on_untold,
		.user = loop,
	};
	return book_open(&options, &loop->book, why);
}

/* Two descriptors for each connection, and the rest. */
static enum status
make_room_for_files(int64_t connections, struct reason *why)
{
	struct rlimit limit;
	rlim_t need = (rlim_t)(2 * connections + OTHER_FILES);
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= need)
		return STATUS_OK;
	if (limit.rlim_max < need)
		return reason_say(why, STATUS_SETTING,
		    "%lld connections need %llu open files, and the limit is %llu: raise it (LimitNOFILE), or lower 'connections'",
		    (long long)connections, (unsigned long long)need, (unsigned long long)limit.rlim_max);
	limit.rlim_cur = need;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? STATUS_OK
						     : reason_say(why, STATUS_SYSTEM, "the limit of open files cannot be raised");
}

static enum status
count_connections(const struct gateway_config *config, struct reason *why)
{
	int64_t all = 0, of_one;
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < config->n; i++) {
		if (config->sources[i].kind != &listen_kind)
			continue;
		status = source_number(&config->sources[i], "connections", 1, CONNECTIONS_MAX, CONNECTIONS_DEFAULT, &of_one, why);
		all += status == STATUS_OK ? of_one : 0;
	}
	if (status == STATUS_OK && all > CONNECTIONS_MAX)
		return reason_say(why, STATUS_SETTING, "the listeners may have %lld connections together; at most %d are heard",
		    (long long)all, CONNECTIONS_MAX);
	return status == STATUS_OK ? make_room_for_files(all, why) : status;
}

static enum status
open_sources(struct gateway_loop *loop, struct reason *why)
{
	struct gateway_config *config = loop->parts.config;
	struct instant now = read_clocks(loop);
	enum status status = count_connections(config, why);
	while (status == STATUS_OK && loop->opened < config->n) {
		struct machine_source *source = &config->sources[loop->opened];
		source->log = loop->parts.log;
		source->memory = loop->memory;
		status = source->kind->open(source, &now, why);
		loop->opened += status == STATUS_OK;
	}
	return status;
}

enum status
gateway_loop_open(const struct gateway_loop_parts *parts, struct gateway_loop **out, struct reason *why)
{
	struct gateway_loop *loop = calloc(1, sizeof *loop);
	if (loop == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for the gateway");
	loop->parts = *parts;
	loop->clock = clock_system();
	enum status status = snprintf(loop->memory, sizeof loop->memory, "%s/memory", parts->config->folder) < PATH_BYTES
	    ? turn_open(&loop->turn)
	    : reason_say(why, STATUS_SETTING, "folder: its path is too long");
	if (status == STATUS_OK)
		status = open_book(loop, why);
	const struct gateway_outbox_parts outbox = { loop->book, parts->juyan, parts->log, parts->config->port };
	if (status == STATUS_OK)
		status = gateway_outbox_open(&outbox, &loop->outbox, why);
	if (status == STATUS_OK)
		status = open_sources(loop, why);
	if (status != STATUS_OK) {
		gateway_loop_close(&loop);
		return status;
	}
	*out = loop;
	return STATUS_OK;
}

void
gateway_loop_close(struct gateway_loop **loop)
{
	if (*loop == NULL)
		return;
	while ((*loop)->opened > 0) {
		struct machine_source *source = &(*loop)->parts.config->sources[--(*loop)->opened];
		source->kind->close(source);
	}
	gateway_outbox_close(&(*loop)->outbox);
	book_close(&(*loop)->book);
	turn_close(&(*loop)->turn);
	free(*loop);
	*loop = NULL;
}

/* ---- hearing ---- */

/* Waits for whatever comes first; true: for a signal. */
static bool
wait_for_some(struct gateway_loop *loop)
{
	struct gateway_config *config = loop->parts.config;
	struct instant now = read_clocks(loop);
	int64_t watchdog_ms = loop->parts.notify->watchdog_ms;
	int wait_ms = watchdog_ms > 0 && watchdog_ms / 3 < TICK_MS ? (int)(watchdog_ms / 3) + 1 : TICK_MS;
	size_t n = 0;
	loop->polls[n++] = (struct pollfd){ .fd = loop->parts.signals, .events = POLLIN };
	for (size_t i = 0; i < config->n; i++) {
		struct machine_source *source = &config->sources[i];
		source->first_poll = n;
		source->polls = source->kind->watch(source, loop->polls + n, POLLS_MAX - n, loop->held, &now, &wait_ms);
		n += source->polls;
	}
	notify_say(loop->parts.notify, "WATCHDOG=1");
	if (poll(loop->polls, n, wait_ms) < 0) {
		for (size_t i = 0; i < n; i++)
			loop->polls[i].revents = 0;
		return false;
	}
	struct signalfd_siginfo signal; /* taken, so that it does not end the process later */
	return loop->polls[0].revents != 0 && read(loop->parts.signals, &signal, sizeof signal) == sizeof signal;
}

static void
hear(struct gateway_loop *loop, bool tick, const struct instant *now)
{
	struct gateway_config *config = loop->parts.config;
	for (size_t i = 0; i < config->n; i++) {
		struct machine_source *source = &config->sources[i];
		source->kind->move(source, loop->polls + source->first_poll, source->polls, loop->held, now);
	}
	if (loop->held)
		return;
	for (size_t i = 0; i < config->n; i++) { /* each is the first in its turn, so that none takes the room of all */
		struct machine_source *source = &config->sources[(i + loop->first) % config->n];
		source->kind->take(source, &loop->turn, now);
		if (tick) {
			source->kind->pass(source, &loop->turn, now);
			health_pass(source, &loop->turn, now);
		}
	}
	loop->first++;
}

/* ---- on disk ---- */

static void
count_found(struct machine_source *source, const struct findings *findings)
{
	source->tally.messages += findings->n_messages;
	for (size_t i = 0; i < findings->n; i++)
		source->tally.events += findings->list[i].event != NULL;
}

/* Of what is given up the messages are kept as they came, with a remark that says why. */
static enum status
enter_bare(struct gateway_loop *loop, size_t i, const char *sentence, const struct instant *now, struct reason *why)
{
	struct findings bare = loop->turn.entries[i].findings;
	if (bare.n == 0)
		return STATUS_OK;
	struct finding remark = { .message = bare.list[0].message, .remark = REMARK_unreadable, .text = sentence };
	bare.list = &remark;
	bare.n = 1;
	enum status status = book_enter(loop->book, loop->turn.entries[i].source->name, &bare, now->utc_ms, why);
	return status_consequence(status) == REFUSE ? STATUS_OK : status;
}

/* Findings that the book does not take as they are: they are given up, and the rest goes on. */
static enum status
give_up(struct gateway_loop *loop, size_t i, const struct instant *now, struct reason *why)
{
	struct machine_source *source = loop->turn.entries[i].source;
	struct reason sentence = *why;
	if (source->kind->refuse == NULL) {
		enum status status = enter_bare(loop, i, sentence.text, now, why);
		if (status != STATUS_OK)
			return status;
	}
	loop->refused[i] = true;
	source->tally.given_up++;
	source_say(source, LOG_ERROR, "not_entered", "the book", sentence.text);
	if (source->kind->refuse != NULL)
		source->kind->refuse(source, &loop->turn.entries[i].findings, sentence.text);
	return STATUS_OK;
}

/* NO_ROOM: at least one was not entered, and what was is marked. */
static enum status
enter_all(struct gateway_loop *loop, bool fresh[TURN_ENTRIES_MAX], const struct instant *now, struct reason *why)
{
	for (size_t i = 0; i < loop->turn.n; i++) {
		const struct findings *findings = &loop->turn.entries[i].findings;
		if (loop->entered[i] || loop->refused[i])
			continue;
		enum status status = findings->n == 0 && findings->n_messages == 0
		    ? STATUS_OK
		    : book_enter(loop->book, loop->turn.entries[i].source->name, findings, now->utc_ms, why);
		bool taken = status == STATUS_OK;
		if (status_consequence(status) == REFUSE)
			status = give_up(loop, i, now, why);
		if (status != STATUS_OK)
			return status;
		loop->entered[i] = fresh[i] = taken;
	}
	return STATUS_OK;
}

static void
settle_all(struct gateway_loop *loop, const struct instant *now)
{
	struct gateway_config *config = loop->parts.config;
	for (size_t i = 0; i < loop->turn.n; i++) {
		if (!loop->entered[i])
			continue;
		count_found(loop->turn.entries[i].source, &loop->turn.entries[i].findings);
		seen_tell(config->sources, config->n, &loop->turn.entries[i].findings, now);
	}
	for (size_t i = 0; i < config->n; i++)
		if (config->sources[i].kind->settle != NULL)
			config->sources[i].kind->settle(&config->sources[i], now);
	turn_clear(&loop->turn);
	memset(loop->entered, 0, sizeof loop->entered);
	memset(loop->refused, 0, sizeof loop->refused);
}

static void
say_held(struct gateway_loop *loop, bool held, const struct reason *why)
{
	char quoted[LOG_QUOTED_BYTES];
	loop->held = held;
	if (held && !loop->told_held)
		log_say(loop->parts.log, LOG_ERROR, "gateway", "book_full", "why=%s", log_quoted(why->text, quoted));
	else if (!held && loop->told_held)
		log_say(loop->parts.log, LOG_INFO, "gateway", "book_has_room", "%s", "");
	if (held != loop->told_held)
		notify_say(loop->parts.notify, "STATUS=%s", held ? "the book is full: nothing more is read" : HEARING);
	loop->told_held = held;
}

/* All that this turn found, in one sync; then the sources hear of it. Without room the turn is held. */
static enum status
put_into_book(struct gateway_loop *loop, const struct instant *now, struct reason *why)
{
	bool fresh[TURN_ENTRIES_MAX] = { false };
	if (loop->held && now->ms < loop->retry_ms)
		return STATUS_OK;
	enum status status = loop->turn.n == 0 ? STATUS_OK : book_begin(loop->book, why);
	if (status == STATUS_OK && loop->turn.n > 0) {
		struct reason inner = { "" };
		status = enter_all(loop, fresh, now, why);
		enum status committed = status_consequence(status) == STOP ? STATUS_OK : book_commit(loop->book, &inner);
		if (committed != STATUS_OK) {
			for (size_t i = 0; i < loop->turn.n; i++)
				loop->entered[i] = loop->entered[i] && !fresh[i];
			status = committed;
			*why = inner;
		}
	}
	if (status_consequence(status) == STOP)
		return status;
	say_held(loop, status != STATUS_OK, why);
	loop->retry_ms = now->ms + TICK_MS;
	if (!loop->held)
		settle_all(loop, now);
	return STATUS_OK;
}

static enum status
bring(struct gateway_loop *loop, bool something, const struct instant *now, struct reason *why)
{
	bool full = gateway_outbox_is_full(loop->outbox);
	enum status status = gateway_outbox_turn(loop->outbox, something, now->ms, why);
	bool is_full = gateway_outbox_is_full(loop->outbox);
	if (is_full != full)
		notify_say(loop->parts.notify, "STATUS=%s", is_full ? "the spool is full: events wait in the book" : HEARING);
	if (is_full && !full)
		log_say(loop->parts.log, LOG_ERROR, "gateway", "spool_full", "%s", "events wait in the book");
	else if (!is_full && full)
		log_say(loop->parts.log, LOG_INFO, "gateway", "spool_has_room", "%s", "");
	return status;
}

static enum status
each_second(struct gateway_loop *loop, const struct instant *now, struct reason *why)
{
	enum status status = book_pass(loop->book, now->utc_ms, why);
	if (status_consequence(status) == RETRY) /* forgetting finds no room; entering says so */
		status = STATUS_OK;
	if (now->ms < loop->metrics_ms || status != STATUS_OK)
		return status;
	loop->metrics_ms = now->ms + loop->parts.config->metrics_s * 1000;
	loop->standing.book_full = loop->held;
	loop->standing.spool_full = gateway_outbox_is_full(loop->outbox);
	book_tally(loop->book, &loop->standing.book);
	juyan_state(loop->parts.juyan, &loop->standing.spool);
	gateway_metrics_write(loop->parts.config, &loop->standing, loop->parts.log);
	return STATUS_OK;
}

enum status
gateway_loop_run(struct gateway_loop *loop, struct reason *why)
{
	enum status status = STATUS_OK;
	while (status == STATUS_OK && !wait_for_some(loop)) {
		struct instant now = read_clocks(loop);
		bool tick = now.ms >= loop->tick_ms;
		if (tick)
			loop->tick_ms = now.ms + TICK_MS;
		loop->standing.turns++;
		hear(loop, tick, &now);
		bool something = loop->turn.n > 0 || tick;
		status = put_into_book(loop, &now, why);
		if (status == STATUS_OK)
			status = bring(loop, something, &now, why);
		if (status == STATUS_OK && tick)
			status = each_second(loop, &now, why);
	}
	return status;
}
