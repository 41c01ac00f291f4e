/* The library's face over spool and courier: see juyan.h. */
#include "juyan.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"
#include "courier.h"
#include "endpoint.h"
#include "key_lock.h"
#include "ndjson.h"
#include "shared_bus.h"

_Static_assert((int)JUYAN_SENTENCE_BYTES == (int)SENTENCE_BYTES_MAX, "a sentence fits");

enum {
	TURN_MS = 500,
	CLOSE_MS = 2000,
	LOOK_NS = 1000000000, /* how often the spool's room is looked at */
	TAKE_MAX = 4096,      /* events in one juyan_take_many */
	TAKE_ARENA_BYTES = 64 * 1024 * 1024
};

struct juyan {
	struct juyan_options options;
	struct key_pair keys;
	uint8_t centre_key[PUBLIC_KEY_BYTES];
	struct clock clock;
	struct spool *spool;
	struct courier *courier; /* the thread's own */
	struct bus *bus;         /* the process's */
	int lock;
	int key_lock; /* -1: none could be had */
	int bell;
	bool threaded;
	pthread_t thread;

	pthread_mutex_t taking; /* the arenas, while events are read */
	struct arena reading;   /* of one event */
	struct arena arena;     /* what is taken together, encoded */

	pthread_mutex_t guard; /* everything below */
	pthread_cond_t moved;
	bool stop;
	enum status broken; /* STOP: the thread has ended with it */
	struct reason why;
	struct courier_state courier_state;
	uint64_t confirmed; /* the highest place that the centre was ever said to have */
	int64_t heard_ms;
	unsigned fullness; /* how many of the marks below are passed */
};

static const unsigned full_marks[] = { 50, 75, 90 }; /* per cent of the room */
enum { FULL_MARKS = sizeof full_marks / sizeof full_marks[0] };

static enum juyan_result
result_of(enum status status)
{
	if (status == STATUS_SETTING || status == STATUS_IN_USE || status == STATUS_CONTRADICTION)
		return JUYAN_SETTING;
	static const enum juyan_result
	    results[] = { [FINE] = JUYAN_OK, [RETRY] = JUYAN_FULL, [REFUSE] = JUYAN_WRONG, [STOP] = JUYAN_BROKEN };
	return results[status_consequence(status)];
}

static enum juyan_result
give_result(enum status status, const struct reason *reason, char *why, size_t why_bytes)
{
	if (status != STATUS_OK && why != NULL && why_bytes > 0)
		snprintf(why, why_bytes, "%s", reason->text[0] != '\0' ? reason->text : status_sentence(status));
	return result_of(status);
}

/* ---- the thread that talks to the centre ---- */

static void
notice(const struct juyan *juyan, enum juyan_notice what, const char *sentence)
{
	if (juyan->options.on_notice != NULL)
		juyan->options.on_notice(juyan->options.user, what, sentence);
}

static void
on_news(void *user, enum courier_news news, const char *sentence)
{
	static const enum juyan_notice notices[] = {
		[COURIER_CONNECTED] = JUYAN_CONNECTED,
		[COURIER_AWAY] = JUYAN_AWAY,
		[COURIER_NOT_LET_IN] = JUYAN_NOT_LET_IN,
		[COURIER_QUARANTINED] = JUYAN_QUARANTINED,
		[COURIER_KEY_TWICE] = JUYAN_KEY_TWICE,
		[COURIER_LOST] = JUYAN_CENTRE_LOST,
		[COURIER_REFUSED] = JUYAN_REFUSED,
		[COURIER_FULL] = JUYAN_FILLS,
	};
	notice(user, notices[news], sentence);
}

/* Warns at each mark on the way up, and says once when there is room again. */
static enum status
look_at_room(struct juyan *juyan, struct reason *why)
{
	struct spool_state state;
	char sentence[JUYAN_SENTENCE_BYTES];
	enum status status = spool_state(juyan->spool, &state, why);
	if (status != STATUS_OK)
		return status;
	unsigned passed = 0, before = juyan->fullness;
	while (passed < FULL_MARKS && state.used_bytes / 100 >= state.room_bytes / 10000 * full_marks[passed])
		passed++;
	juyan->fullness = passed;
	snprintf(sentence, sizeof sentence, "%llu events wait for the centre and take %llu of %llu MiB",
	    (unsigned long long)(state.taken - state.settled), (unsigned long long)(state.used_bytes >> 20),
	    (unsigned long long)(state.room_bytes >> 20));
	if (passed > before)
		notice(juyan, JUYAN_FILLS, sentence);
	else if (passed == 0 && before > 0)
		notice(juyan, JUYAN_ROOM_AGAIN, sentence);
	return STATUS_OK;
}

static bool
stopped(struct juyan *juyan)
{
	pthread_mutex_lock(&juyan->guard);
	bool stop = juyan->stop;
	pthread_mutex_unlock(&juyan->guard);
	return stop;
}

/* What others may see of the courier, and of its end. */
static void
publish(struct juyan *juyan, enum status status, const struct reason *why)
{
	struct courier_state state = courier_state(juyan->courier);
	pthread_mutex_lock(&juyan->guard);
	if (state.heard_ns != juyan->courier_state.heard_ns)
		juyan->heard_ms = clock_utc_ms(&juyan->clock);
	juyan->courier_state = state;
	if (state.settled > juyan->confirmed)
		juyan->confirmed = state.settled;
	if (status != STATUS_OK && juyan->broken == STATUS_OK) {
		juyan->broken = status;
		juyan->why = *why;
	}
	pthread_cond_broadcast(&juyan->moved);
	pthread_mutex_unlock(&juyan->guard);
}

static void *
carry(void *user)
{
	struct juyan *juyan = user;
	struct reason why = { "" };
	int64_t looked_ns = 0;
	enum status status = STATUS_OK;
	while (status == STATUS_OK && !stopped(juyan)) {
		status = courier_turn(juyan->courier, TURN_MS, &why);
		int64_t now = clock_monotonic_ns(&juyan->clock);
		if (status == STATUS_OK && now - looked_ns > LOOK_NS) {
			looked_ns = now;
			status = look_at_room(juyan, &why);
		}
		publish(juyan, status, &why);
	}
	return NULL;
}

/* ---- opening and closing ---- */

static enum status
check_options(const struct juyan_options *options, struct reason *why)
{
	const char *const texts[] = { options->centre, options->key_file, options->centre_key_file, options->spool_folder };
	static const char *const names[] = { "centre", "key_file", "centre_key_file", "spool_folder" };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i] == NULL || texts[i][0] == '\0')
			return reason_say(why, STATUS_SETTING, "the option %s is not set", names[i]);
	struct reason inner = { "" };
	return endpoint_check(options->centre, &inner) == STATUS_OK
	    ? STATUS_OK
	    : reason_say(why, STATUS_SETTING, "the option centre: %.200s", inner.text);
}

/*
 * The spool's lock, and the key's: two that send with one key take each other's numbers. Where the key's folder takes no lock (it
 * may be read-only), the centre's conflicts have to tell.
 */
static enum status
take_locks(struct juyan *juyan, struct reason *why)
{
	enum status status = key_lock(juyan->options.key_file, 0, &juyan->key_lock, why);
	return status == STATUS_IN_USE ? status : courier_lock(juyan->options.spool_folder, &juyan->lock, why);
}

static enum status
open_courier(struct juyan *juyan, struct reason *why)
{
	juyan->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (juyan->bell < 0)
		return reason_say(why, STATUS_SYSTEM, "no eventfd: %s", strerror(errno));
	struct courier_options options = {
		.spool = juyan->spool,
		.terminal = { .bus = juyan->bus,
		    .endpoint = juyan->options.centre,
		    .keys = &juyan->keys,
		    .server_key = juyan->centre_key },
		.bell = juyan->bell,
		.on_news = on_news,
		.user = juyan,
	};
	return courier_open(&options, &juyan->courier, why);
}

/* The thread takes no signal: those are the program's. */
static enum status
start_thread(struct juyan *juyan, struct reason *why)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&juyan->thread, NULL, carry, juyan);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed != 0)
		return reason_say(why, STATUS_SYSTEM, "no thread: %s", strerror(failed));
	juyan->threaded = true;
	return STATUS_OK;
}

static enum status
open_parts(struct juyan *juyan, struct reason *why)
{
	enum status status = check_options(&juyan->options, why);
	if (status == STATUS_OK)
		status = key_pair_load(juyan->options.key_file, &juyan->keys, why);
	if (status == STATUS_OK)
		status = key_public_load(juyan->options.centre_key_file, juyan->centre_key, why);
	if (status != STATUS_OK)
		return status_consequence(status) == STOP && status != STATUS_SYSTEM ? status : STATUS_SETTING;
	status = take_locks(juyan, why);
	const struct spool_options spool = { juyan->options.spool_folder, juyan->options.spool_bytes, juyan->keys.public_key };
	if (status == STATUS_OK)
		status = spool_open(&spool, &juyan->spool, why);
	if (status == STATUS_OK)
		status = arena_open(&juyan->reading, DECODE_BYTES_MAX);
	if (status == STATUS_OK)
		status = arena_open(&juyan->arena, TAKE_ARENA_BYTES);
	if (status == STATUS_OK)
		status = shared_bus_borrow(&juyan->bus, why);
	if (status == STATUS_OK)
		status = open_courier(juyan, why);
	return status == STATUS_OK ? start_thread(juyan, why) : status;
}

static void
close_parts(struct juyan *juyan)
{
	if (juyan->threaded) {
		pthread_mutex_lock(&juyan->guard);
		juyan->stop = true;
		pthread_mutex_unlock(&juyan->guard);
		eventfd_write(juyan->bell, 1);
		pthread_join(juyan->thread, NULL);
	}
	courier_close(&juyan->courier);
	shared_bus_return(&juyan->bus);
	spool_close(&juyan->spool);
	arena_close(&juyan->reading);
	arena_close(&juyan->arena);
	const int fds[] = { juyan->bell, juyan->lock, juyan->key_lock };
	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	key_pair_wipe(&juyan->keys);
	pthread_cond_destroy(&juyan->moved);
	pthread_mutex_destroy(&juyan->guard);
	pthread_mutex_destroy(&juyan->taking);
	free(juyan);
}

enum juyan_result
juyan_open(const struct juyan_options *options, struct juyan **out, char *why, size_t why_bytes)
{
	struct reason reason = { "" };
	pthread_condattr_t monotonic;
	struct juyan *juyan = calloc(1, sizeof *juyan);
	if (juyan == NULL)
		return give_result(STATUS_NO_MEMORY, &reason, why, why_bytes);
	juyan->options = *options;
	juyan->clock = clock_system();
	juyan->lock = juyan->key_lock = juyan->bell = -1;
	pthread_mutex_init(&juyan->taking, NULL);
	pthread_mutex_init(&juyan->guard, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&juyan->moved, &monotonic);
	pthread_condattr_destroy(&monotonic);
	enum status status = open_parts(juyan, &reason);
	if (status != STATUS_OK) {
		close_parts(juyan);
		return give_result(status, &reason, why, why_bytes);
	}
	juyan->options.centre = juyan->options.key_file = NULL; /* the caller's, and no longer lent */
	juyan->options.centre_key_file = juyan->options.spool_folder = NULL;
	*out = juyan;
	return JUYAN_OK;
}

void
juyan_close(struct juyan **juyan)
{
	if (juyan == NULL || *juyan == NULL)
		return;
	pthread_mutex_lock(&(*juyan)->guard);
	bool away = (*juyan)->courier_state.away;
	pthread_mutex_unlock(&(*juyan)->guard);
	if (!away)
		juyan_flush(*juyan, CLOSE_MS);
	close_parts(*juyan);
	*juyan = NULL;
}

/* ---- taking ---- */

/* How an event that is handed in becomes an encoded one, checked as the centre will check it. */
typedef enum status (*reader)(struct juyan *juyan, const struct juyan_event *given, struct span *out, struct reason *why);

static enum status
read_json(struct juyan *juyan, const struct juyan_event *text, struct span *out, struct reason *why)
{
	const Juyan__V1__Event *event;
	if (text->bytes > EVENT_DECODE_BYTES)
		return reason_say(why, STATUS_TOO_LARGE, "the event's text has %zu bytes; at most %d are read", text->bytes,
		    EVENT_DECODE_BYTES);
	enum status status = ndjson_event((struct span){ (const uint8_t *)text->event, text->bytes }, &juyan->reading, &event, why);
	if (status == STATUS_OK)
		status = wire_event_check(event, why);
	if (status == STATUS_OK)
		status = wire_pack(&event->base, EVENT_BYTES_MAX, &juyan->arena, out);
	return status == STATUS_NO_MEMORY
	    ? reason_say(why, STATUS_TOO_LARGE, "the events have more than %d MiB together", TAKE_ARENA_BYTES >> 20)
	    : status;
}

static enum status
read_encoded(struct juyan *juyan, const struct juyan_event *event, struct span *out, struct reason *why)
{
	const Juyan__V1__Event *decoded;
	*out = (struct span){ (const uint8_t *)event->event, event->bytes };
	return wire_event(*out, &juyan->reading, &decoded, why);
}

/* After a failed sync nobody knows what the disk has: nothing more is taken, and the thread ends. */
static void
give_up(struct juyan *juyan, enum status status, const struct reason *why)
{
	pthread_mutex_lock(&juyan->guard);
	juyan->broken = status;
	juyan->why = *why;
	juyan->stop = true;
	pthread_cond_broadcast(&juyan->moved);
	pthread_mutex_unlock(&juyan->guard);
	eventfd_write(juyan->bell, 1);
}

static enum status
put(struct juyan *juyan, const struct span *events, size_t n, struct reason *why)
{
	uint64_t last;
	enum status status = STATUS_OK;
	pthread_mutex_lock(&juyan->guard);
	if (juyan->broken != STATUS_OK) {
		status = juyan->broken;
		*why = juyan->why;
	}
	pthread_mutex_unlock(&juyan->guard);
	if (status == STATUS_OK)
		status = spool_take(juyan->spool, events, n, clock_utc_ms(&juyan->clock), NULL, &last, why);
	if (status == STATUS_OK)
		eventfd_write(juyan->bell, 1);
	if (status_consequence(status) == STOP)
		give_up(juyan, status, why);
	return status;
}

static enum juyan_result
take(struct juyan *juyan, reader read, const struct juyan_event *events, size_t n, size_t *which, char *why, size_t why_bytes)
{
	struct reason reason = { "" };
	enum status status = STATUS_OK;
	size_t done = 0;
	if (n > TAKE_MAX) {
		reason_write(&reason, "%zu events at once; at most %d are taken", n, TAKE_MAX);
		return give_result(STATUS_TOO_MANY, &reason, why, why_bytes);
	}
	pthread_mutex_lock(&juyan->taking);
	arena_reset(&juyan->arena);
	struct span *spans = arena_take(&juyan->arena, n * sizeof *spans);
	if (spans == NULL)
		status = STATUS_NO_MEMORY;
	while (status == STATUS_OK && done < n) {
		arena_reset(&juyan->reading);
		status = read(juyan, &events[done], &spans[done], &reason);
		done += status == STATUS_OK;
	}
	if (status == STATUS_OK && n > 0)
		status = put(juyan, spans, n, &reason);
	pthread_mutex_unlock(&juyan->taking);
	if (status != STATUS_OK && which != NULL)
		*which = done;
	return give_result(status, &reason, why, why_bytes);
}

enum juyan_result
juyan_take_many(struct juyan *juyan, const struct juyan_event *events, size_t n, size_t *which, char *why, size_t why_bytes)
{
	return take(juyan, read_json, events, n, which, why, why_bytes);
}

enum juyan_result
juyan_take_many_encoded(struct juyan *juyan, const struct juyan_event *events, size_t n, size_t *which, char *why, size_t why_bytes)
{
	return take(juyan, read_encoded, events, n, which, why, why_bytes);
}

enum juyan_result
juyan_take(struct juyan *juyan, const char *event, size_t bytes, char *why, size_t why_bytes)
{
	return take(juyan, read_json, &(struct juyan_event){ event, bytes }, 1, NULL, why, why_bytes);
}

enum juyan_result
juyan_take_encoded(struct juyan *juyan, const void *event, size_t bytes, char *why, size_t why_bytes)
{
	return take(juyan, read_encoded, &(struct juyan_event){ event, bytes }, 1, NULL, why, why_bytes);
}

/* ---- looking and waiting ---- */

static struct timespec
after_ms(int wait_ms)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	long ns = now.tv_nsec + wait_ms % 1000 * 1000000L;
	return (struct timespec){ now.tv_sec + wait_ms / 1000 + ns / 1000000000, ns % 1000000000 };
}

enum juyan_result
juyan_flush(struct juyan *juyan, int wait_ms)
{
	struct spool_state state = { 0 };
	struct timespec until = after_ms(wait_ms < 0 ? 0 : wait_ms);
	bool late = false;
	pthread_mutex_lock(&juyan->guard);
	enum status status = juyan->broken != STATUS_OK ? juyan->broken : spool_state(juyan->spool, &state, NULL);
	if (state.settled > juyan->confirmed)
		juyan->confirmed = state.settled;
	while (status == STATUS_OK && juyan->confirmed < state.taken && !late) {
		late = pthread_cond_timedwait(&juyan->moved, &juyan->guard, &until) != 0;
		status = juyan->broken;
	}
	late = juyan->confirmed < state.taken;
	pthread_mutex_unlock(&juyan->guard);
	return status != STATUS_OK ? result_of(status) : late ? JUYAN_LATE : JUYAN_OK;
}

void
juyan_state(struct juyan *juyan, struct juyan_state *out)
{
	struct spool_state state = { 0 };
	pthread_mutex_lock(&juyan->guard);                        /* a spool takes some hundred at once, and threads may be more */
	if (spool_state(juyan->spool, &state, NULL) != STATUS_OK) /* the next taking says what is wrong */
		state = (struct spool_state){ 0 };
	*out = (struct juyan_state){
		.taken = state.taken,
		.confirmed = state.settled > juyan->confirmed ? state.settled : juyan->confirmed,
		.oldest_waiting = juyan->confirmed >= state.taken ? 0 : state.oldest_ms,
		.used_bytes = state.used_bytes,
		.room_bytes = state.room_bytes,
		.connected = juyan->courier_state.connected,
		.heard = juyan->heard_ms,
		.quarantined = juyan->courier_state.quarantined,
	};
	pthread_mutex_unlock(&juyan->guard);
}

const char *
juyan_version(void)
{
	return JUYAN_LIBRARY_VERSION;
}
