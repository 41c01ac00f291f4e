/* From the spool to the centre: see courier.h. */
#include "courier.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "lock.h"

enum {
	READ_EVENTS = 2000,
	READ_BYTES = 4 * 1024 * 1024, /* at least one event */
	TURN_MS = 50,                 /* at most so long in a call of the terminal: others wait for this thread's bell */
	SETTLE_EVENTS = 20000,        /* forgetting costs a sync: so many at once, or after so long */
	SETTLE_MS = 200,
	FULL_MS = 5000,        /* until it is tried again on a disk without room */
	AWAY_MS = 1500,        /* a session that is begun anew for so long has ended */
	PAUSE_MS_FIRST = 1000, /* after a refusal; each next one twice as long */
	PAUSE_MS_MAX = 30000,
	LOCK_PATH_BYTES = 512
};

struct courier {
	struct courier_options options;
	struct bus *own_bus;       /* where the options gave none */
	char *endpoint;            /* a copy */
	struct terminal *terminal; /* NULL: none at present */
	struct clock clock;
	struct arena arena;
	struct spool_event events[READ_EVENTS]; /* read, of which `given` have been given to the terminal */
	size_t n_events;
	size_t given;

	bool greeted;    /* the session is open, and the numbers fit */
	bool answered;   /* "connected" was the last that was said */
	bool away;       /* said so */
	int64_t open_ns; /* when the session was seen to be open last, or begun */
	struct spool_numbering numbering;
	uint64_t fitting; /* the number that the Welcome named, and that fitted: what is sent again first lies before it */
	uint64_t next;    /* the place that is read next */
	uint64_t settled; /* the centre has all up to this place … */
	uint64_t noted;   /* … and the spool knows up to this one */
	int64_t noted_ns;
	bool full;        /* … but has no room to forget */
	int64_t again_ns; /* not before this time */
	int pause_ms;     /* the next pause after a refusal */
	int64_t heard_ns;
	uint64_t quarantined;
	uint64_t conflicts;
	struct terminal_tally before;     /* of earlier sessions' terminals */
	char trouble[SENTENCE_BYTES_MAX]; /* the last refusal that was told */
};

static void
tell(const struct courier *c, enum courier_news news, const char *sentence)
{
	if (c->options.on_news != NULL)
		c->options.on_news(c->options.user, news, sentence);
}

static uint64_t
number_of(const struct courier *c, uint64_t place)
{
	return c->numbering.seq + (place - c->numbering.place);
}

/* ---- what the terminal says ---- */

static void
on_answer(void *user, const Juyan__V1__EventAnswer *answer)
{
	struct courier *c = user;
	char sentence[SENTENCE_BYTES_MAX];
	switch (answer->disposition) {
	case JUYAN__V1__DISPOSITION__CONFLICT:
		c->conflicts++;
		snprintf(sentence, sizeof sentence,
		    "the centre has another event under number %" PRIu64
		    ": another process sends with this key, and a person has to look",
		    answer->stream_seq);
		tell(c, COURIER_KEY_TWICE, sentence);
		break;
	case JUYAN__V1__DISPOSITION__QUARANTINED:
	case JUYAN__V1__DISPOSITION__REFUSED:
		c->quarantined++;
		snprintf(sentence, sizeof sentence, "event %" PRIu64 " waits for a person: %.180s", answer->stream_seq,
		    answer->sentence);
		tell(c, COURIER_QUARANTINED, sentence);
		break;
	case JUYAN__V1__DISPOSITION__DUPLICATE: /* sent again after a break */
	case JUYAN__V1__DISPOSITION__DISPOSITION_UNSPECIFIED:
	case JUYAN__V1__DISPOSITION__ACCEPTED:
	case _JUYAN__V1__DISPOSITION_IS_INT_SIZE:
	default:
		break;
	}
}

static void
on_ack(void *user, uint64_t last_stream_seq, uint32_t events, int64_t wait_ns)
{
	struct courier *c = user;
	(void)events;
	(void)wait_ns;
	c->heard_ns = clock_monotonic_ns(&c->clock);
	c->pause_ms = PAUSE_MS_FIRST;
	c->trouble[0] = '\0';
	c->settled = c->numbering.place + (last_stream_seq - c->numbering.seq);
}

/* ---- beginning and ending a session ---- */

static void
drop_session(struct courier *c)
{
	if (c->terminal != NULL) {
		struct terminal_tally tally = terminal_tally(c->terminal);
		c->before.reconnects += tally.reconnects;
		c->before.retries += tally.retries;
		c->before.sent += tally.sent;
	}
	terminal_close(&c->terminal);
	c->greeted = false;
	c->n_events = c->given = 0;
}

/* The session ends, and the next one begins after a pause. */
static void
pause_session(struct courier *c, enum status status, const struct reason *why)
{
	drop_session(c);
	c->again_ns = clock_monotonic_ns(&c->clock) + (int64_t)c->pause_ms * 1000000;
	c->pause_ms = c->pause_ms * 2 < PAUSE_MS_MAX ? c->pause_ms * 2 : PAUSE_MS_MAX;
	c->away = true;
	c->answered = false;
	if (strcmp(c->trouble, why->text) == 0)
		return;
	snprintf(c->trouble, sizeof c->trouble, "%s", why->text);
	tell(c, status == STATUS_REVOKED ? COURIER_NOT_LET_IN : COURIER_REFUSED, why->text);
}

static void
say_fit(const struct courier *c, enum spool_fit fit, uint64_t last, uint64_t lost)
{
	char sentence[SENTENCE_BYTES_MAX];
	if (fit == SPOOL_BEHIND) {
		snprintf(sentence, sizeof sentence,
		    "the centre has %" PRIu64 " events less than it had confirmed: it was restored from an older copy", lost);
		tell(c, COURIER_LOST, sentence);
	} else if (fit == SPOOL_STRANGER) {
		snprintf(sentence, sizeof sentence,
		    "the centre has numbers up to %" PRIu64 ", which nothing here ever had: another process sends with this key",
		    last);
		tell(c, COURIER_KEY_TWICE, sentence);
	}
}

static void
say_away(struct courier *c)
{
	if (!c->away)
		tell(c, COURIER_AWAY, "the centre does not answer: it is away, or this key is not authorised");
	c->away = true;
	c->answered = false;
}

static void
say_connected(struct courier *c)
{
	if (!c->answered)
		tell(c, COURIER_CONNECTED, "the centre answers");
	c->away = false;
	c->answered = true;
}

/* The numbers under which what waits goes out, now that the centre has said where the stream stands. */
static enum status
find_numbers(struct courier *c, struct reason *why)
{
	struct spool_state state;
	uint64_t last = terminal_last_acked(c->terminal), lost;
	enum status status = spool_state(c->options.spool, &state, why);
	if (status != STATUS_OK)
		return status;
	enum spool_fit fit = spool_fit(&state, last, &c->numbering, &lost);
	if (fit == SPOOL_NONSENSE)
		return reason_say(why, STATUS_UNDECODABLE, "the centre's Welcome names the number %" PRIu64 ", which no stream has",
		    last);
	if (fit != SPOOL_FITS)
		status = spool_number(c->options.spool, &c->numbering, lost, why);
	if (status != STATUS_OK)
		return status;
	say_connected(c);
	say_fit(c, fit, last, lost);
	c->settled = c->noted = state.settled;
	c->next = state.settled + 1;
	c->n_events = c->given = 0;
	status = terminal_set_next_seq(c->terminal, number_of(c, c->next));
	assert(status == STATUS_OK); /* it has been given nothing yet */
	c->fitting = last;
	c->greeted = true;
	c->open_ns = c->heard_ns = clock_monotonic_ns(&c->clock);
	return STATUS_OK;
}

static void
hush(int bell)
{
	uint64_t rung;
	if (bell >= 0 && read(bell, &rung, sizeof rung) < 0)
		return; /* nobody has rung */
}

/* A door that stays shut is knocked at by the terminal itself, with a new socket now and then: it must be left to go on. */
static enum status
greet(struct courier *c, int wait_ms, struct reason *why)
{
	enum status status = STATUS_OK;
	hush(c->options.bell);
	if (c->terminal == NULL) {
		c->open_ns = clock_monotonic_ns(&c->clock);
		status = terminal_open(&c->options.terminal, &c->terminal, why);
	}
	if (status == STATUS_OK)
		status = terminal_idle(c->terminal, c->options.bell, wait_ms, why);
	if (status == STATUS_OK && terminal_connected(c->terminal))
		return find_numbers(c, why);
	if (status == STATUS_OK && clock_monotonic_ns(&c->clock) - c->open_ns > (int64_t)AWAY_MS * 1000000)
		say_away(c);
	return status;
}

/* ---- one turn ---- */

/* The terminal finds its way back to the centre by itself; what is to be told is how long that takes. */
static void
look_at_session(struct courier *c)
{
	int64_t now = clock_monotonic_ns(&c->clock);
	if (terminal_connected(c->terminal)) {
		c->open_ns = now;
		say_connected(c);
	} else if (now - c->open_ns > (int64_t)AWAY_MS * 1000000) {
		say_away(c);
	}
}

/* How long until what is settled has to be noted; 0: at once. */
static int
note_ms(const struct courier *c)
{
	int64_t waited_ms = (clock_monotonic_ns(&c->clock) - c->noted_ns) / 1000000, pause_ms = c->full ? FULL_MS : SETTLE_MS;
	if (c->settled <= c->noted)
		return INT_MAX;
	if (c->settled - c->noted >= SETTLE_EVENTS && !c->full)
		return 0;
	return waited_ms >= pause_ms ? 0 : (int)(pause_ms - waited_ms);
}

static enum status
note_settled(struct courier *c, struct reason *why)
{
	if (c->settled <= c->noted)
		return STATUS_OK;
	enum status status = spool_settle(c->options.spool, c->settled, why);
	c->noted_ns = clock_monotonic_ns(&c->clock);
	if (status == STATUS_OK)
		c->noted = c->settled;
	if (status == STATUS_NO_ROOM && !c->full)
		tell(c, COURIER_FULL, why->text);
	c->full = status == STATUS_NO_ROOM;
	return c->full ? STATUS_OK : status;
}

static enum status
read_more(struct courier *c, struct reason *why)
{
	if (c->given < c->n_events)
		return STATUS_OK;
	size_t n = READ_EVENTS;
	arena_reset(&c->arena);
	enum status status = spool_read(c->options.spool, c->next, &c->arena, c->events, &n, why);
	if (status != STATUS_OK)
		return status;
	c->n_events = n;
	c->given = 0;
	c->next += n;
	return STATUS_OK;
}

/* Gives the terminal all that was read. TIMEOUT: its window is full; it goes on with the next turn. */
static enum status
give(struct courier *c, struct reason *why)
{
	enum status status = STATUS_OK;
	for (; c->given < c->n_events; c->given++) {
		assert(terminal_next_seq(c->terminal) == number_of(c, c->events[c->given].place));
		status = terminal_send(c->terminal, c->events[c->given].bytes, why);
		if (status != STATUS_OK)
			break;
	}
	return status;
}

static enum status
work(struct courier *c, int wait_ms, struct reason *why)
{
	hush(c->options.bell); /* before reading: who takes after it rings again */
	enum status status = read_more(c, why);
	if (status != STATUS_OK)
		return status;
	bool idle = c->n_events == 0;
	int until_note_ms = note_ms(c);
	if (wait_ms > until_note_ms)
		wait_ms = until_note_ms;
	status = give(c, why);
	if (status == STATUS_OK)
		status = terminal_idle(c->terminal, idle ? c->options.bell : -1, idle ? wait_ms : 0, why);
	if (status == STATUS_TIMEOUT)
		status = STATUS_OK;
	look_at_session(c);
	/* A Welcome on the way that says more than was ever sent: somebody else was here. */
	uint64_t last = terminal_last_acked(c->terminal);
	if (status == STATUS_OK && last >= terminal_next_seq(c->terminal) && last > c->fitting)
		drop_session(c);
	return status;
}

static void
wait_outside(struct courier *c, int wait_ms)
{
	struct pollfd bell = { .fd = c->options.bell, .events = POLLIN };
	int64_t left_ns = c->again_ns - clock_monotonic_ns(&c->clock);
	if (left_ns < (int64_t)wait_ms * 1000000)
		wait_ms = (int)(left_ns / 1000000) + 1;
	poll(&bell, 1, wait_ms);
	hush(c->options.bell);
}

/* What is wrong with a session, and no fault of this machine: it begins anew. */
static enum status
begin_anew(struct courier *c, enum status status, const struct reason *why)
{
	if (status == STATUS_OK || status == STATUS_TIMEOUT || status_consequence(status) == STOP)
		return status == STATUS_TIMEOUT ? STATUS_OK : status;
	/* The centre has less than the terminal remembers: the spool's rules know what to do with that. */
	if (status == STATUS_GAP)
		drop_session(c);
	else
		pause_session(c, status, why);
	return STATUS_OK;
}

enum status
courier_turn(struct courier *c, int wait_ms, struct reason *why)
{
	enum status status = STATUS_OK;
	if (clock_monotonic_ns(&c->clock) < c->again_ns) {
		wait_outside(c, wait_ms);
		return STATUS_OK;
	}
	/* Before a Welcome is held against the spool, the spool knows all that was confirmed. */
	if (!c->greeted || note_ms(c) == 0)
		status = note_settled(c, why);
	if (status == STATUS_OK)
		status = begin_anew(c, c->greeted ? work(c, wait_ms, why) : greet(c, wait_ms, why), why);
	return status;
}

struct courier_state
courier_state(const struct courier *c)
{
	struct courier_state state = { c->greeted && !c->away, c->away, c->settled, c->heard_ns, c->quarantined, c->conflicts,
		c->before };
	if (c->terminal != NULL) {
		struct terminal_tally tally = terminal_tally(c->terminal);
		state.tally.sent += tally.sent;
		state.tally.reconnects += tally.reconnects;
		state.tally.retries += tally.retries;
	}
	return state;
}

enum status
courier_lock(const char *dir, int *fd, struct reason *why)
{
	char path[LOCK_PATH_BYTES];
	if (snprintf(path, sizeof path, "%s/run", dir) >= (int)sizeof path)
		return reason_say(why, STATUS_SETTING, "the spool's path is too long");
	if ((mkdir(dir, 0700) != 0 && errno != EEXIST) || (mkdir(path, 0700) != 0 && errno != EEXIST))
		return reason_say(why, STATUS_SETTING, "%.200s: the folder cannot be made: %s", path, strerror(errno));
	return lock_take(dir, "spool", fd, why);
}

enum status
courier_open(const struct courier_options *options, struct courier **out, struct reason *why)
{
	struct courier *c = calloc(1, sizeof *c);
	enum status status = c == NULL ? STATUS_NO_MEMORY : arena_open(&c->arena, READ_BYTES);
	if (status == STATUS_OK) {
		c->options = *options;
		c->endpoint = strdup(options->terminal.endpoint);
		status = c->endpoint == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	}
	if (status != STATUS_OK)
		reason_say(why, status, "no memory to talk to the centre");
	if (status == STATUS_OK && options->terminal.bus == NULL) {
		status = bus_open(&c->own_bus, why);
		c->options.terminal.bus = c->own_bus;
	}
	if (status != STATUS_OK) {
		courier_close(&c);
		return status;
	}
	c->options.terminal.endpoint = c->endpoint;
	c->options.terminal.on_answer = on_answer;
	c->options.terminal.on_ack = on_ack;
	c->options.terminal.user = c;
	c->options.terminal.patience_ms = TURN_MS;
	c->pause_ms = PAUSE_MS_FIRST;
	c->clock = clock_system();
	*out = c;
	return STATUS_OK;
}

void
courier_close(struct courier **courier)
{
	struct courier *c = *courier;
	if (c == NULL)
		return;
	enum status status = c->settled > c->noted ? spool_settle(c->options.spool, c->settled, NULL) : STATUS_OK;
	(void)status; /* it is sent again, then */
	terminal_close(&c->terminal);
	bus_close(&c->own_bus);
	arena_close(&c->arena);
	free(c->endpoint);
	free(c);
	*courier = NULL;
}
