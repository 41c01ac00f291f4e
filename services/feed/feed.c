/* The loop of feed.h: has anything been committed? Then ask the ledger what, as a listener would that missed it, and tell it. */
#include "feed.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "door.h"
#include "guard.h"

#include "feed.pb-c.h"
#include "query.pb-c.h"

enum {
	LOOK_MS = 20,
	ALIVE_NS = 1000000000,
	SHUT_MS = 1500,    /* doors stay shut until auth's list is sure to be the new one: guard.h looks once a second */
	REBIND_MS = 10000, /* libzmq leaves a port in a thread of its own, some time after it was told to */
	NEWS_AT_ONCE = 16, /* frames of one step, before the host is heard again */
	REST_TIMES = 3,    /* the pause after news, in times of what they took: under load there is work for the processors */
	ARENA_BYTES = 2 * DECODE_BYTES_MAX + FRAME_BYTES_MAX
};

struct feed {
	const struct service_kit *kit;
	struct door door;
	struct reader *reader;
	struct arena arena;
	struct guard guard;
	uint64_t told;             /* up to this log sequence number */
	uint64_t registry_version; /* of `readers` */
	uint8_t (*readers)[PUBLIC_KEY_BYTES];
	size_t n_readers;
	bool shut;        /* the doors are to be made anew */
	int64_t shut_ns;  /* since when */
	int64_t alive_ns; /* when to say so next */
	int64_t look_ns;  /* when to look next */
};

/* Both doors. Nobody has to be there. */
static void
give(struct feed *feed, struct span bytes)
{
	for (size_t i = 0; i < DOOR_SOCKETS && !feed->shut; i++)
		if (bus_give(feed->door.sockets[i], NULL, bytes) != STATUS_OK)
			count(feed->kit->counters, COUNTER_peers_away, 1);
}

/* What has come after `told`, as far as one frame holds. */
static enum status
ask(struct feed *feed, Juyan__V1__News **out, struct reason *why)
{
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__NewsAsk news = JUYAN__V1__NEWS_ASK__INIT;
	const Juyan__V1__Answer *answer = NULL;
	question.version = PROTOCOL_VERSION;
	question.ask_case = JUYAN__V1__QUESTION__ASK_NEWS;
	question.news = &news;
	news.after_lsn = feed->told;
	enum status status = reader_answer(feed->reader, &question, &feed->arena, &answer, why);
	if (status != STATUS_OK)
		return status;
	if (answer->say_case != JUYAN__V1__ANSWER__SAY_NEWS)
		return reason_say(why, STATUS_DAMAGED, "the ledger gave no news: %s",
		    answer->say_case == JUYAN__V1__ANSWER__SAY_FAILURE ? answer->failure->sentence : "another answer");
	*out = answer->news;
	return STATUS_OK;
}

static enum status
tell(struct feed *feed, Juyan__V1__News *news, struct reason *why)
{
	struct span bytes;
	news->version = PROTOCOL_VERSION;
	news->before_lsn = feed->told;
	news->told_at_ms = clock_utc_ms(&feed->kit->clock);
	enum status status = wire_pack(&news->base, FRAME_BYTES_MAX, &feed->arena, &bytes);
	if (status != STATUS_OK)
		return reason_say(why, status, "news of log sequence number %" PRIu64 " do not fit a frame", news->lsn);
	give(feed, bytes);
	if (news->lsn > feed->told)
		count(feed->kit->counters, news->skipped ? COUNTER_news_skipped : COUNTER_news_told, 1);
	feed->told = news->lsn;
	feed->alive_ns = clock_monotonic_ns(&feed->kit->clock) + ALIVE_NS;
	return STATUS_OK;
}

/* ---- who may listen ---- */

static bool
may_read(const struct registry *registry, const uint8_t *key)
{
	const struct terminal_rule *terminal = registry_terminal_by_key(registry, key);
	return terminal != NULL && !terminal->revoked && (terminal->reader || terminal->administrator);
}

/* Whether somebody who might listen may no longer; then those who may from now on are noted. */
static enum status
look_at_readers(struct feed *feed, const struct registry *registry, bool *lost, struct reason *why)
{
	size_t n = registry_terminals(registry), used = 0;
	uint8_t(*readers)[PUBLIC_KEY_BYTES] = calloc(n + 1, sizeof *readers);
	if (readers == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t i = 0; i < n; i++) {
		const struct terminal_rule *terminal = registry_terminal_at(registry, i);
		if (may_read(registry, terminal->public_key))
			memcpy(readers[used++], terminal->public_key, PUBLIC_KEY_BYTES);
	}
	*lost = false;
	for (size_t i = 0; i < feed->n_readers; i++)
		*lost = *lost || !may_read(registry, feed->readers[i]);
	free(feed->readers);
	feed->readers = readers;
	feed->n_readers = used;
	return STATUS_OK;
}

/*
 * Who is let in is asked when a connection is made, and a publisher cannot show anybody out. So when a right to read is taken away
 * the doors are shut and made anew: those who still may come back by themselves, and ask for what they missed.
 */
static enum status
refresh_readers(struct feed *feed, struct reason *why)
{
	const struct registry *registry;
	uint64_t version;
	bool lost;
	enum status status = reader_registry_version(feed->reader, &version, why);
	if (status != STATUS_OK || version == feed->registry_version)
		return status;
	feed->registry_version = version;
	status = reader_registry(feed->reader, &registry, why);
	if (status == STATUS_OK)
		status = look_at_readers(feed, registry, &lost, why);
	if (status == STATUS_OK && lost) {
		log_say(feed->kit->log, LOG_INFO, "feed", "doors_renewed", "registry_version=%" PRIu64, version);
		door_close(&feed->door);
		feed->shut = true;
		feed->shut_ns = clock_monotonic_ns(&feed->kit->clock);
	}
	return status;
}

/* The port may not be free yet: tried again in the next step, for a while. */
static enum status
open_doors(struct feed *feed, struct reason *why)
{
	int64_t shut_ms = feed->shut ? (clock_monotonic_ns(&feed->kit->clock) - feed->shut_ns) / 1000000 : 0;
	if (!feed->shut || shut_ms < SHUT_MS)
		return STATUS_OK;
	enum status status = door_publish(feed->kit, "feed", feed->kit->config->feed_listen, &feed->door, why);
	feed->shut = status != STATUS_OK;
	return status != STATUS_OK && shut_ms < REBIND_MS ? STATUS_OK : status;
}

/* ---- the loop ---- */

/* Rare events are told within LOOK_MS. Of many, more go into one frame the longer it takes to tell them. */
static enum status
look(struct feed *feed, struct reason *why)
{
	uint64_t lsn;
	int64_t begun_ns = clock_monotonic_ns(&feed->kit->clock);
	if (begun_ns < feed->look_ns)
		return STATUS_OK;
	enum status status = reader_lsn(feed->reader, &lsn, why);
	for (int i = 0; status == STATUS_OK && i < NEWS_AT_ONCE; i++) {
		bool alive = i == 0 && clock_monotonic_ns(&feed->kit->clock) >= feed->alive_ns;
		Juyan__V1__News *news = NULL;
		if (lsn <= feed->told && !alive)
			break;
		arena_reset(&feed->arena);
		status = ask(feed, &news, why);
		if (status == STATUS_OK)
			status = tell(feed, news, why);
	}
	int64_t now_ns = clock_monotonic_ns(&feed->kit->clock);
	feed->look_ns = now_ns + REST_TIMES * (now_ns - begun_ns);
	return status;
}

static enum status
step(void *self, int wait_ms, struct reason *why)
{
	struct feed *feed = self;
	poll(NULL, 0, wait_ms < LOOK_MS ? wait_ms : LOOK_MS);
	enum status status = guard_refresh(&feed->guard, why);
	if (status == STATUS_OK)
		status = refresh_readers(feed, why);
	if (status == STATUS_OK)
		status = open_doors(feed, why);
	return status == STATUS_OK ? look(feed, why) : status;
}

static void
close_feed(void **self)
{
	struct feed *feed = *self;
	if (feed == NULL)
		return;
	door_close(&feed->door);
	reader_close(&feed->reader);
	arena_close(&feed->arena);
	free(feed->readers);
	free(feed);
	*self = NULL;
}

static enum status
open_feed(const struct service_kit *kit, void **self, struct reason *why)
{
	struct feed *feed = calloc(1, sizeof *feed);
	if (feed == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	feed->kit = kit;
	enum status status = arena_open(&feed->arena, ARENA_BYTES);
	if (status == STATUS_OK)
		status = reader_open(kit->env, &feed->reader, why);
	if (status == STATUS_OK)
		status = guard_open(kit, "feed", feed->reader, &feed->guard, why);
	if (status == STATUS_OK)
		status = reader_lsn(feed->reader, &feed->told, why);
	if (status == STATUS_OK)
		status = door_publish(kit, "feed", kit->config->feed_listen, &feed->door, why);
	if (status != STATUS_OK) {
		void *half = feed;
		close_feed(&half);
		return status;
	}
	*self = feed;
	return STATUS_OK;
}

const struct service feed_service = {
	.name = "feed",
	.help = "tells news after each commit: crossings touched, days changed",
	.writes = false,
	.open = open_feed,
	.step = step,
	.close = close_feed,
};
