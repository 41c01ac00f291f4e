/*
 * See events.h. A listener is either paused (its connection suspended, nothing for it) or owed something. Whether it is paused
 * changes only under the mutex, together with suspending or resuming: so nobody is resumed twice, or suspended over news.
 */
#include "events.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

static const char beat[] = ":\n\n";

enum { ID_BYTES = 24 + 2 * EVENTS_CHAIN_BYTES };

struct told {
	uint64_t no;       /* 0: nothing yet */
	char id[ID_BYTES]; /* of a ledger that is known; else "" */
	struct body *text;
};

struct listener {
	struct events *events;
	struct http_call *call;
	struct listener *before, *after;
	uint64_t session;
	char address[HTTP_ADDRESS_BYTES];
	uint64_t live_no, stale_no; /* the last that it has heard */
	struct body *sending;
	size_t sent;
	bool paused, beats;
	int64_t beat_ms; /* when the next heartbeat is due */
	int64_t owed_ms; /* since when it takes nothing of what it is owed */
};

struct events {
	struct events_options options;
	pthread_mutex_t mutex;
	bool ended;
	uint64_t no;
	struct told live, stale;
	struct listener *first;
	unsigned n;
};

static int64_t
now_ms(void)
{
	struct clock clock = clock_system();
	return clock_monotonic_ns(&clock) / 1000000;
}

/* ---- a listener; under the mutex ---- */

static void
wake(struct listener *listener, int64_t now)
{
	if (!listener->paused)
		return;
	listener->paused = false;
	listener->owed_ms = now;
	http_stream_go(listener->call);
}

/* What comes next for it, into `sending`. */
static void
choose(struct listener *listener)
{
	struct events *events = listener->events;
	struct told *told = NULL;
	if (events->live.no > listener->live_no) {
		told = &events->live;
		listener->live_no = told->no;
	} else if (events->stale.no > listener->stale_no) {
		told = &events->stale;
		listener->stale_no = told->no;
	}
	if (told == NULL)
		return;
	listener->sending = body_hold(told->text);
	listener->sent = 0;
}

static ssize_t
put(struct listener *listener, char *out, size_t max)
{
	size_t left = listener->sending->n - listener->sent, n = left < max ? left : max;
	memcpy(out, listener->sending->bytes + listener->sent, n);
	listener->sent += n;
	if (listener->sent == listener->sending->n)
		body_drop(&listener->sending);
	return (ssize_t)n;
}

static ssize_t
take(void *user, char *out, size_t max)
{
	struct listener *listener = user;
	struct events *events = listener->events;
	ssize_t n = 0;
	pthread_mutex_lock(&events->mutex);
	listener->owed_ms = now_ms();
	if (listener->sending == NULL)
		choose(listener);
	if (events->ended) {
		n = -1;
	} else if (listener->sending != NULL) {
		n = put(listener, out, max);
	} else if (listener->beats && max >= sizeof beat - 1) {
		listener->beats = false;
		memcpy(out, beat, sizeof beat - 1);
		n = sizeof beat - 1;
	} else {
		listener->paused = true;
		http_stream_pause(listener->call);
	}
	pthread_mutex_unlock(&events->mutex);
	return n;
}

static void
gone(void *user)
{
	struct listener *listener = user;
	struct events *events = listener->events;
	pthread_mutex_lock(&events->mutex);
	if (listener->before != NULL)
		listener->before->after = listener->after;
	else
		events->first = listener->after;
	if (listener->after != NULL)
		listener->after->before = listener->before;
	events->n--;
	pthread_mutex_unlock(&events->mutex);
	body_drop(&listener->sending);
	free(listener);
}

/* Under the mutex. */
static bool
same_one(const struct listener *a, const struct listener *b)
{
	return a->session == b->session && (a->session != 0 || strcmp(a->address, b->address) == 0);
}

/*
 * Under the mutex. A paused connection is not read, so that who has gone is noticed with the next heartbeat: nobody is refused for
 * the sake of one who has gone, and reloading a page often is no offence.
 */
static enum events_place
place_for(const struct events *events, const struct listener *one)
{
	unsigned same = 0;
	for (const struct listener *other = events->first; other != NULL; other = other->after)
		same += same_one(other, one);
	if (events->ended || events->n >= EVENTS_LISTENERS_MAX)
		return EVENTS_NO_ROOM;
	if (same < events->options.of_one_max)
		return EVENTS_TAKEN;
	same = 0;
	for (struct listener *other = events->first; other != NULL; other = other->after)
		same += same_one(other, one) && http_stream_there(other->call);
	return same < events->options.of_one_max ? EVENTS_TAKEN : EVENTS_TOO_MANY;
}

enum events_place
events_listen(struct events *events, struct http_call *call, uint64_t session, const char *last_id, enum http_turn *turn)
{
	struct listener *listener = calloc(1, sizeof *listener);
	if (listener == NULL)
		return EVENTS_NO_ROOM;
	*listener = (struct listener){ .events = events, .call = call, .session = session };
	memcpy(listener->address, http_asked(call)->address, sizeof listener->address);
	pthread_mutex_lock(&events->mutex);
	enum events_place place = place_for(events, listener);
	if (place == EVENTS_TAKEN) {
		listener->owed_ms = now_ms();
		listener->beat_ms = listener->owed_ms + EVENTS_BEAT_MS;
		listener->beats = true; /* whoever listens hears at once that he is heard */
		const char *id = events->live.id;
		if (last_id != NULL && id[0] != '\0' && events->stale.no == 0 && strcmp(last_id, id) == 0)
			listener->live_no = events->live.no;
		listener->after = events->first;
		if (events->first != NULL)
			events->first->before = listener;
		events->first = listener;
		events->n++;
	}
	pthread_mutex_unlock(&events->mutex);
	if (place != EVENTS_TAKEN) {
		free(listener);
		return place;
	}
	*turn = http_stream(call, &(struct http_source){ take, gone, listener });
	return EVENTS_TAKEN;
}

/* ---- telling ---- */

static enum status
text_of(const char *kind, const char *id, const char *json, struct body **out)
{
	char *text = NULL;
	int n = asprintf(&text, "id: %s\nevent: %s\ndata: %s\n\n", id, kind, json);
	if (n < 0)
		return STATUS_NO_MEMORY;
	enum status status = body_make(text, (size_t)n, out);
	free(text);
	return status;
}

static void
tell(struct events *events, struct told *place, const char *id, struct body *text)
{
	int64_t now = now_ms();
	body_drop(&place->text);
	*place = (struct told){ .no = ++events->no, .text = text };
	snprintf(place->id, sizeof place->id, "%s", id);
	for (struct listener *listener = events->first; listener != NULL; listener = listener->after)
		wake(listener, now);
}

enum status
events_tell_live(struct events *events, uint64_t lsn, const uint8_t chain[EVENTS_CHAIN_BYTES], const char *json)
{
	struct body *text = NULL;
	char id[ID_BYTES];
	int n = snprintf(id, sizeof id, "%" PRIu64 "%s", lsn, chain != NULL ? "-" : "");
	for (size_t i = 0; chain != NULL && i < EVENTS_CHAIN_BYTES; i++)
		n += snprintf(id + n, sizeof id - (size_t)n, "%02x", chain[i]);
	enum status status = text_of("live", id, json, &text);
	if (status != STATUS_OK)
		return status;
	pthread_mutex_lock(&events->mutex);
	body_drop(&events->stale.text);
	events->stale = (struct told){ .no = 0 };
	tell(events, &events->live, chain != NULL ? id : "", text);
	pthread_mutex_unlock(&events->mutex);
	return STATUS_OK;
}

enum status
events_tell_stale(struct events *events, const char *json)
{
	struct body *text = NULL;
	/* Without a number of its own: who heard nothing since it gets the next present, even one of the same number. */
	enum status status = text_of("stale", "0", json, &text);
	if (status != STATUS_OK)
		return status;
	pthread_mutex_lock(&events->mutex);
	tell(events, &events->stale, "", text);
	pthread_mutex_unlock(&events->mutex);
	return STATUS_OK;
}

void
events_tick(struct events *events)
{
	int64_t now = now_ms();
	pthread_mutex_lock(&events->mutex);
	for (struct listener *listener = events->first; listener != NULL; listener = listener->after) {
		if (now >= listener->beat_ms) {
			listener->beat_ms = now + EVENTS_BEAT_MS;
			listener->beats = true;
			if (!events->options.goes_on(events->options.user, listener->session))
				http_stream_cut(listener->call);
			wake(listener, now);
		}
		if (!listener->paused && now - listener->owed_ms >= EVENTS_PATIENCE_MS) {
			count(events->options.counters, COUNTER_listeners_shown_out, 1);
			listener->owed_ms = now;
			http_stream_cut(listener->call);
		}
	}
	pthread_mutex_unlock(&events->mutex);
}

unsigned
events_count(struct events *events)
{
	pthread_mutex_lock(&events->mutex);
	unsigned n = events->n;
	pthread_mutex_unlock(&events->mutex);
	return n;
}

/* ---- opening and closing ---- */

enum status
events_open(const struct events_options *options, struct events **out, struct reason *why)
{
	struct events *events = calloc(1, sizeof *events);
	if (events == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	events->options = *options;
	pthread_mutex_init(&events->mutex, NULL);
	*out = events;
	return STATUS_OK;
}

void
events_end(struct events *events)
{
	if (events == NULL)
		return;
	pthread_mutex_lock(&events->mutex);
	events->ended = true;
	for (struct listener *listener = events->first; listener != NULL; listener = listener->after)
		wake(listener, 0);
	pthread_mutex_unlock(&events->mutex);
}

void
events_close(struct events **events)
{
	if (*events == NULL)
		return;
	body_drop(&(*events)->live.text);
	body_drop(&(*events)->stale.text);
	pthread_mutex_destroy(&(*events)->mutex);
	free(*events);
	*events = NULL;
}
