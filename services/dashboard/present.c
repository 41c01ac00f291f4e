/* See present.h. The listening socket is made anew after a silence: a key that was refused is not tried again by itself. */
#include "present.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "easel.h"
#include "lock.h"
#include "pictures.h"
#include "routes.h"

#include "feed.pb-c.h"

enum {
	AGAIN_MS = 3000,  /* a silence after which the connection is made anew */
	MENDS_MAX = 16,   /* questions over one gap; what lies further is read anew anyway */
	MAKE_MS = 5000,   /* for one picture */
	FAILED_MS = 2000, /* pause after one that could not be made */
	PAUSE_MS_MAX = 1000,
	FLOODED_MS = 6000, /* after which one that was made in a flood is made again: some of it was told some seconds late */
	NEWS_AT_ONCE = 64, /* frames of one step */
	PATH_BYTES = CONFIG_TEXT_BYTES + 32
};

struct present {
	const struct service_kit *kit;
	struct events *events;
	/* The service's thread's own: */
	struct bus_socket *feed;
	struct easel *easel;
	struct arena arena;
	int64_t connected_ms, next_ms, anew_ms;
	bool changed, flooded, stale_told;
	uint64_t chained_lsn;              /* the last whose chain is known, and that: no two ledgers have the same */
	uint8_t chain[EVENTS_CHAIN_BYTES]; /* with chained_lsn 0: not known */
	struct log_budget budget;
	/* Under the mutex: */
	pthread_mutex_t mutex;
	uint64_t lsn;
	int64_t received_at_ms, heard_ms; /* heard_ms 0: never */
	int64_t failing_ms;               /* since when no picture can be made; 0: it can */
	unsigned went_back;
	struct body *live; /* as JSON, without its mark */
	uint64_t live_lsn;
};

static int64_t
now_ms(const struct present *present)
{
	return clock_monotonic_ns(&present->kit->clock) / 1000000;
}

/* ---- what is known ---- */

struct present_mark
present_mark(struct present *present)
{
	int64_t now = now_ms(present);
	pthread_mutex_lock(&present->mutex);
	struct present_mark mark = { .lsn = present->lsn,
		.received_at_ms = present->received_at_ms,
		.age_ms = present->heard_ms == 0 ? -1 : now - present->heard_ms,
		.went_back = present->went_back };
	bool failing = present->failing_ms != 0 && now - present->failing_ms >= PRESENT_STALE_MS;
	pthread_mutex_unlock(&present->mutex);
	mark.fresh = mark.age_ms >= 0 && mark.age_ms < PRESENT_STALE_MS && !failing;
	return mark;
}

json_t *
present_mark_json(struct present *present, uint64_t lsn, int64_t made_at_ms)
{
	struct present_mark mark = present_mark(present);
	json_t *received = mark.received_at_ms == 0 ? json_null() : json_integer(mark.received_at_ms);
	return json_pack("{s:I, s:o, s:I, s:b}", "lsn", (json_int_t)lsn, "received_at_ms", received, "made_at_ms",
	    (json_int_t)made_at_ms, "fresh", mark.fresh);
}

/* The picture with a mark of now: the mark's text, put in front of the other fields. */
static char *
text_of(struct present *present, const struct body *live, uint64_t lsn)
{
	json_t *mark = present_mark_json(present, lsn, clock_utc_ms(&present->kit->clock));
	char *mark_text = mark == NULL ? NULL : json_dumps(mark, JSON_COMPACT), *text = NULL;
	bool alone = strcmp(live->bytes, "{}") == 0;
	if (mark_text != NULL && asprintf(&text, "{\"mark\":%s%s%s", mark_text, alone ? "" : ",", live->bytes + 1) < 0)
		text = NULL;
	free(mark_text);
	json_decref(mark);
	return text;
}

struct body *
present_live(struct present *present)
{
	struct body *body = NULL;
	pthread_mutex_lock(&present->mutex);
	struct body *live = present->live == NULL ? NULL : body_hold(present->live);
	uint64_t lsn = present->live_lsn;
	pthread_mutex_unlock(&present->mutex);
	char *text = live == NULL ? NULL : text_of(present, live, lsn);
	if (text != NULL && body_make(text, strlen(text), &body) != STATUS_OK)
		body = NULL;
	free(text);
	body_drop(&live);
	return body;
}

/* ---- the news ---- */

/* Inside this process where the feed runs in it; else over ipc, as the local administrator. */
static enum status
listen_to_feed(struct present *present, struct reason *why)
{
	const char *dir = present->kit->config->data_dir;
	char endpoint[DOOR_ENDPOINT_BYTES], path[PATH_BYTES];
	struct key_pair keys;
	bus_socket_close(&present->feed);
	present->connected_ms = now_ms(present);
	if (lock_is_ours(dir, "feed"))
		return bus_listen(present->kit->bus, "inproc://feed", NULL, NULL, &present->feed, why);
	snprintf(path, sizeof path, "%s/keys/admin.key", dir);
	enum status status = key_pair_load(path, &keys, why);
	if (status == STATUS_OK)
		status = bus_listen(present->kit->bus, door_ipc(dir, "feed", endpoint), &keys, present->kit->keys->public_key,
		    &present->feed, why);
	key_pair_wipe(&keys);
	return status;
}

static void
know(struct present *present, uint64_t lsn, int64_t received_at_ms, bool heard)
{
	pthread_mutex_lock(&present->mutex);
	present->lsn = lsn > present->lsn ? lsn : present->lsn;
	present->received_at_ms = received_at_ms > present->received_at_ms ? received_at_ms : present->received_at_ms;
	if (heard)
		present->heard_ms = now_ms(present);
	pthread_mutex_unlock(&present->mutex);
}

/* What was known of the old ledger is no knowledge. */
static void
begin_anew(struct present *present, uint64_t lsn)
{
	pthread_mutex_lock(&present->mutex);
	uint64_t known = present->lsn;
	present->went_back++;
	present->lsn = lsn;
	present->received_at_ms = 0;
	pthread_mutex_unlock(&present->mutex);
	present->changed = true; /* what is shown may rest on it */
	log_say(present->kit->log, LOG_WARNING, "dashboard", "ledger_replaced", "known=%" PRIu64 " lsn=%" PRIu64, known, lsn);
}

/*
 * What query has answered. It looks at the ledger after the feed did, so one that ends before what was known is another ledger: a
 * copy of an earlier day was put in its place.
 */
static void
learn(struct present *present, uint64_t lsn)
{
	if (lsn < present_mark(present).lsn)
		begin_anew(present, lsn);
	know(present, lsn, 0, false);
}

/* What lies between what is known and what was told: asked for, until the gap is closed. */
static void
mend(struct present *present, uint64_t from, uint64_t to)
{
	struct reason why = { "" };
	count(present->kit->counters, COUNTER_news_missed, 1);
	asker_set_end(present->easel->asker, now_ms(present) + MAKE_MS);
	for (int i = 0; i < MENDS_MAX && from < to; i++) {
		Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
		Juyan__V1__NewsAsk ask = JUYAN__V1__NEWS_ASK__INIT;
		const Juyan__V1__Answer *answer = NULL;
		ask.after_lsn = from;
		question.ask_case = JUYAN__V1__QUESTION__ASK_NEWS;
		question.news = &ask;
		if (asker_query(present->easel->asker, &question, &answer, &why) != STATUS_OK ||
		    answer->say_case != JUYAN__V1__ANSWER__SAY_NEWS || answer->news->lsn <= from)
			break;
		from = answer->news->lsn;
		know(present, from, answer->news->received_at_ms, false);
	}
	present->changed = true;
}

static void
take_news(struct present *present, const Juyan__V1__News *news)
{
	uint64_t known = present_mark(present).lsn;
	bool was_stale = !present_mark(present).fresh;
	if (news->version != PROTOCOL_VERSION)
		return;
	know(present, 0, 0, true); /* it is heard, however long what follows takes */
	if (news->before_lsn > known && known > 0)
		mend(present, known, news->before_lsn);
	present->changed = present->changed || was_stale || news->lsn != known; /* fewer: a ledger that went back */
	present->flooded = present->flooded || news->skipped;
	know(present, news->lsn, news->received_at_ms, true);
}

static void
take_frames(struct present *present)
{
	for (int i = 0; i < NEWS_AT_ONCE; i++) {
		const ProtobufCMessage *message = NULL;
		struct bus_frame frame;
		struct reason why = { "" };
		enum status status = bus_take(present->feed, NULL, &frame);
		if (status == STATUS_TIMEOUT)
			return;
		if (status != STATUS_OK) {
			count(present->kit->counters, COUNTER_frames_undecodable, 1);
			continue;
		}
		arena_reset(&present->arena);
		if (wire_unpack(&juyan__v1__news__descriptor, frame.bytes, &present->arena, &message, &why) == STATUS_OK)
			take_news(present, (const Juyan__V1__News *)message);
		else
			count(present->kit->counters, COUNTER_frames_undecodable, 1);
		bus_frame_close(&frame);
	}
}

/* ---- the picture ---- */

static void
complain(struct present *present, const char *event, enum status status, const struct reason *why)
{
	char quoted[LOG_QUOTED_BYTES];
	uint64_t withheld;
	if (log_affords(&present->budget, &withheld))
		log_say(present->kit->log, LOG_WARNING, "dashboard", event, "status=%s why=%s withheld=%" PRIu64,
		    status_name(status), log_quoted(why->text, quoted), withheld);
}

/*
 * Another chain where the last one ended: another ledger, even one that goes further by now (a copy, to which terminals have sent
 * what they had kept).
 */
static void
take_chain(struct present *present, const Juyan__V1__LedgerStatus *status)
{
	bool other = present->chained_lsn > 0 && status->chain_then.len >= EVENTS_CHAIN_BYTES &&
	    memcmp(present->chain, status->chain_then.data, EVENTS_CHAIN_BYTES) != 0;
	if (status->last_lsn < present_mark(present).lsn || other)
		begin_anew(present, status->last_lsn);
	present->chained_lsn = status->chain.len >= EVENTS_CHAIN_BYTES ? status->last_lsn : 0;
	if (present->chained_lsn > 0)
		memcpy(present->chain, status->chain.data, EVENTS_CHAIN_BYTES);
}

/* How far the ledger is, and which it is: before its picture, so that the picture is never older than that. */
static void
ask_status(struct present *present)
{
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__StatusAsk ask = JUYAN__V1__STATUS_ASK__INIT;
	const Juyan__V1__Answer *answer = NULL;
	struct reason why = { "" };
	question.ask_case = JUYAN__V1__QUESTION__ASK_STATUS;
	question.status = &ask;
	ask.chain_of_lsn = present->chained_lsn;
	if (asker_query(present->easel->asker, &question, &answer, &why) != STATUS_OK ||
	    answer->say_case != JUYAN__V1__ANSWER__SAY_STATUS)
		return;
	take_chain(present, answer->status);
	know(present, answer->status->last_lsn, answer->status->last_received_at_ms, false);
}

/* jansson's counts are no business of two threads: what others see is text. */
static enum status
paint(struct present *present, struct body **out, struct reason *why)
{
	struct present_mark mark = present_mark(present);
	struct request request = { .now_ms = clock_utc_ms(&present->kit->clock), .fresh = mark.fresh, .went_back = mark.went_back };
	json_t *live = NULL;
	enum status status = picture_live(present->easel, &request, &live, why);
	if (status != STATUS_OK)
		return status;
	json_object_del(live, "mark"); /* it gets one whenever it is told */
	char *text = json_dumps(live, JSON_COMPACT);
	status = text == NULL ? STATUS_NO_MEMORY : body_make(text, strlen(text), out);
	free(text);
	json_decref(live);
	return status;
}

static enum status
make(struct present *present, struct reason *why)
{
	struct body *live = NULL, *before;
	asker_set_end(present->easel->asker, now_ms(present) + MAKE_MS);
	ask_status(present);
	enum status status = paint(present, &live, why);
	if (status != STATUS_OK)
		return status;
	uint64_t lsn = asker_lsn(present->easel->asker);
	count(present->kit->counters, COUNTER_pictures_made, 1);
	learn(present, lsn);
	char *text = text_of(present, live, lsn);
	pthread_mutex_lock(&present->mutex);
	before = present->live;
	present->live = live;
	present->live_lsn = lsn;
	present->failing_ms = 0;
	pthread_mutex_unlock(&present->mutex);
	body_drop(&before);
	status = text == NULL
	    ? STATUS_NO_MEMORY
	    : events_tell_live(present->events, lsn, lsn > 0 && lsn == present->chained_lsn ? present->chain : NULL, text);
	free(text);
	return status;
}

/* Once in each silence. */
static void
tell_stale(struct present *present)
{
	struct present_mark mark = present_mark(present);
	if (mark.fresh)
		present->stale_told = false;
	if (mark.fresh || present->stale_told)
		return;
	json_t *json = present_mark_json(present, mark.lsn, clock_utc_ms(&present->kit->clock));
	char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
	if (text != NULL && events_tell_stale(present->events, text) == STATUS_OK)
		present->stale_told = true;
	free(text);
	json_decref(json);
}

/* ---- the face ---- */

static void
fail(struct present *present, int64_t since_ms)
{
	pthread_mutex_lock(&present->mutex);
	if (present->failing_ms == 0)
		present->failing_ms = since_ms;
	pthread_mutex_unlock(&present->mutex);
}

static enum status
hear(struct present *present, int wait_ms, struct reason *why)
{
	if (present->feed != NULL) /* what came while a picture was made is no silence */
		take_frames(present);
	int64_t silent_ms = present_mark(present).age_ms, connected_ms = now_ms(present) - present->connected_ms;
	enum status status = STATUS_OK;
	if (present->feed == NULL || (connected_ms >= AGAIN_MS && (silent_ms < 0 || silent_ms >= AGAIN_MS)))
		status = listen_to_feed(present, why);
	if (status != STATUS_OK) {
		complain(present, "not_listening", status, why);
		return bus_wait_with(NULL, 0, -1, wait_ms);
	}
	status = bus_wait(&present->feed, 1, wait_ms, NULL);
	take_frames(present);
	return status == STATUS_TIMEOUT ? STATUS_OK : status;
}

/* The pause is at least as long as the making took: whatever load there is, others are asked as well. */
static void
make_in_turn(struct present *present)
{
	struct reason why = { "" };
	int64_t begun_ms = now_ms(present);
	bool flooded = present->flooded;
	present->changed = present->flooded = false;
	enum status status = make(present, &why);
	int64_t ended_ms = now_ms(present), took_ms = ended_ms - begun_ms;
	int64_t pause_ms = took_ms < PRESENT_PAUSE_MS ? PRESENT_PAUSE_MS : took_ms < PAUSE_MS_MAX ? took_ms : PAUSE_MS_MAX;
	present->next_ms = ended_ms + (status == STATUS_OK ? pause_ms : FAILED_MS);
	present->anew_ms = ended_ms + (flooded ? FLOODED_MS : PRESENT_ANEW_MS);
	if (status == STATUS_OK)
		return;
	present->changed = true;
	fail(present, begun_ms);
	complain(present, "no_picture", status, &why);
}

enum status
present_step(struct present *present, int wait_ms, struct reason *why)
{
	int64_t due_ms = present->next_ms - now_ms(present);
	if (present->changed && due_ms < wait_ms)
		wait_ms = due_ms < 0 ? 0 : (int)due_ms;
	enum status status = hear(present, wait_ms, why);
	int64_t now = now_ms(present);
	if (status == STATUS_OK && now >= present->next_ms && (present->changed || now >= present->anew_ms))
		make_in_turn(present);
	tell_stale(present);
	return status;
}

enum status
present_open(const struct service_kit *kit, struct events *events, struct present **out, struct reason *why)
{
	struct present *present = calloc(1, sizeof *present);
	if (present == NULL || arena_open(&present->arena, DECODE_BYTES_MAX) != STATUS_OK) {
		free(present);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	present->kit = kit;
	present->events = events;
	pthread_mutex_init(&present->mutex, NULL);
	enum status status = easel_open(kit, NULL, &present->easel, why);
	if (status != STATUS_OK) {
		present_close(&present);
		return status;
	}
	*out = present;
	return STATUS_OK;
}

void
present_close(struct present **present)
{
	if (*present == NULL)
		return;
	bus_socket_close(&(*present)->feed);
	easel_close(&(*present)->easel);
	arena_close(&(*present)->arena);
	body_drop(&(*present)->live);
	pthread_mutex_destroy(&(*present)->mutex);
	free(*present);
	*present = NULL;
}
