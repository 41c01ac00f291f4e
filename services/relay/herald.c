/* See herald.h. */
#include "herald.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decree.h"
#include "decree_ask.h"
#include "inhouse.h"

/* So much in one go, for the journal goes on in between. */
enum { DECREES_IN_TURN = 64 };
#define TURN_NS INT64_C(1000000000)
enum { WAIT_MS = 2000, ARENA_BYTES = 2 * EVENT_DECODE_BYTES };
/* One who decides something waits for it no longer than this, and nobody's link is worn by it. */
#define ASK_NS INT64_C(2000000000)
/* What keeps a decree from being handed over for so long does not pass by itself: an ingest that is begun anew is there by then. */
#define UNSENT_NS INT64_C(60000000000)

enum cause { WELL, UNSENT, TURNED, REFUSED };

/* How it stands with one authority. */
struct following {
	char authority[GROUP_ID_BYTES_MAX + 1]; /* "": the place is free */
	uint64_t asked;                         /* behind which number it was asked last */
	enum cause cause;                       /* why the decree does not come into force */
	struct herald_stuck stuck;
	int64_t since_ns; /* of the cause */
	uint64_t version; /* of the registry when it was refused */
};

struct herald {
	const struct service_kit *kit;
	struct inhouse *inhouse;
	struct arena arena;
	size_t next;    /* which of the authorities is asked for next */
	int64_t ask_ns; /* and when */
	struct following following[DECREES_AUTHORITIES_MAX];
};

enum status
herald_open(const struct service_kit *kit, struct herald **out, struct reason *why)
{
	const struct inhouse_options options = { .kit = kit, .name = "relay", .wait_ms = WAIT_MS };
	struct herald *herald = calloc(1, sizeof *herald);
	enum status status = herald == NULL ? STATUS_NO_MEMORY : arena_open(&herald->arena, ARENA_BYTES);
	if (status == STATUS_OK)
		status = inhouse_open(&options, &herald->inhouse, why);
	if (status != STATUS_OK) {
		herald_close(&herald);
		return reason_say(why, status, "memory ran out");
	}
	herald->kit = kit;
	*out = herald;
	return STATUS_OK;
}

void
herald_close(struct herald **herald)
{
	if (*herald == NULL)
		return;
	inhouse_close(&(*herald)->inhouse);
	arena_close(&(*herald)->arena);
	free(*herald);
	*herald = NULL;
}

const struct herald_stuck *
herald_stuck(const struct herald *herald)
{
	static const struct herald_stuck none = { 0, { "" } };
	int64_t now_ns = clock_monotonic_ns(&herald->kit->clock);
	for (size_t i = 0; i < DECREES_AUTHORITIES_MAX; i++) {
		const struct following *following = &herald->following[i];
		if (following->cause > UNSENT || (following->cause == UNSENT && now_ns - following->since_ns > UNSENT_NS))
			return &following->stuck;
	}
	return &none;
}

/* ---- where the ledger stands ---- */

static const struct decrees_of *
find(const struct decrees_standing *standing, const char *authority)
{
	for (size_t i = 0; i < standing->n; i++)
		if (strcmp(standing->of[i].authority.id, authority) == 0)
			return &standing->of[i];
	return NULL;
}

/* Whom the registry does not name any more is not followed, and nothing of his is awaited. */
static enum status
look(struct herald *herald, struct decrees_standing *standing)
{
	arena_reset(&herald->arena);
	enum status status = decrees_stand(herald->kit->env, &herald->arena, standing);
	for (size_t i = 0; status == STATUS_OK && i < DECREES_AUTHORITIES_MAX; i++)
		if (herald->following[i].authority[0] != '\0' && find(standing, herald->following[i].authority) == NULL)
			herald->following[i] = (struct following){ .cause = WELL };
	return status;
}

/* There are as many places as there can be authorities that decide something. */
static struct following *
following_of(struct herald *herald, const char *authority)
{
	struct following *free = NULL;
	for (size_t i = 0; i < DECREES_AUTHORITIES_MAX; i++) {
		struct following *following = &herald->following[i];
		if (strcmp(following->authority, authority) == 0)
			return following;
		if (free == NULL && following->authority[0] == '\0')
			free = following;
	}
	assert(free != NULL);
	snprintf(free->authority, sizeof free->authority, "%s", authority);
	return free;
}

static void
settle(struct following *following)
{
	following->cause = WELL;
	following->stuck = (struct herald_stuck){ 0, { "" } };
}

/* Whether the next decree is one that was tried, and nothing has changed since. */
static bool
waits(struct following *following, const struct decrees_standing *standing, const struct decrees_of *of)
{
	if (following->cause != WELL && of->last >= following->stuck.number)
		settle(following); /* it was taken in another way */
	return following->cause == REFUSED && standing->registry_version == following->version;
}

/* ---- asking ---- */

struct span
herald_ask(struct herald *herald, struct arena *arena)
{
	struct decrees_standing standing;
	struct span frame = { NULL, 0 };
	int64_t now_ns = clock_monotonic_ns(&herald->kit->clock);
	if (now_ns < herald->ask_ns)
		return frame;
	herald->ask_ns = now_ns + ASK_NS;
	if (look(herald, &standing) != STATUS_OK || standing.n == 0)
		return frame; /* looked at again in its time */
	const struct decrees_of *of = &standing.of[herald->next % standing.n];
	struct following *following = following_of(herald, of->authority.id);
	herald->next = (herald->next + 1) % standing.n;
	if (herald->next != 0)
		herald->ask_ns = now_ns; /* the others follow at once */
	if (waits(following, &standing, of) || decree_ask(of->authority.id, of->last, arena, &frame) != STATUS_OK)
		return (struct span){ NULL, 0 };
	following->asked = of->last;
	return frame;
}

/* ---- handing over ---- */

/* True: that was not known yet. */
static bool
set_cause(struct herald *herald, struct following *following, enum cause cause, uint64_t number, const struct reason *why)
{
	bool known =
	    following->cause == cause && following->stuck.number == number && strcmp(following->stuck.why.text, why->text) == 0;
	if (following->cause != cause || following->stuck.number != number)
		following->since_ns = clock_monotonic_ns(&herald->kit->clock);
	following->cause = cause;
	following->stuck = (struct herald_stuck){ number, *why };
	return !known;
}

static void
note_refused(struct herald *herald, struct following *following, uint64_t number, enum status said, const struct reason *why)
{
	char quoted[LOG_QUOTED_BYTES];
	struct decrees_standing standing;
	struct reason sentence = { "" };
	reason_write(&sentence, "decree %" PRIu64 " of '%s' is not taken here, and those behind it wait: %.240s", number,
	    following->authority, why->text);
	(void)set_cause(herald, following, REFUSED, number, &sentence);
	following->version = look(herald, &standing) == STATUS_OK ? standing.registry_version : 0;
	count(herald->kit->counters, COUNTER_relay_decrees_refused, 1);
	log_say(herald->kit->log, LOG_ERROR, "relay", "decree_refused", "authority=%s number=%" PRIu64 " code=%s why=%s",
	    following->authority, number, status_name(said), log_quoted(why->text, quoted));
}

/* Nothing was decided about it: it is asked for again. */
static void
note_unsent(struct herald *herald, struct following *following, uint64_t number, enum status status, const struct reason *why)
{
	char quoted[LOG_QUOTED_BYTES];
	struct reason sentence = { "" };
	reason_write(&sentence, "decree %" PRIu64 " of '%s' cannot be handed to the ledger here: %.240s", number,
	    following->authority, why->text[0] != '\0' ? why->text : status_sentence(status));
	if (set_cause(herald, following, UNSENT, number, &sentence))
		log_say(herald->kit->log, LOG_WARNING, "relay", "decree_unsent", "authority=%s number=%" PRIu64 " code=%s why=%s",
		    following->authority, number, status_name(status), log_quoted(why->text, quoted));
}

/* It is not the authority's next decree, whatever it is, and none of the ledger's concern. */
static void
note_turned(struct herald *herald, struct following *following, uint64_t number, bool forged)
{
	char quoted[LOG_QUOTED_BYTES];
	struct reason sentence = { "" };
	if (forged)
		reason_write(&sentence,
		    "decree %" PRIu64 " of '%s', as headquarters tells it, is not signed with the key that the registry here has",
		    number, following->authority);
	else
		reason_write(&sentence, "headquarters tells something else than decree %" PRIu64 " of '%s', which is the next here",
		    number, following->authority);
	if (!set_cause(herald, following, TURNED, number, &sentence))
		return;
	count(herald->kit->counters, COUNTER_relay_decrees_refused, 1);
	log_say(herald->kit->log, LOG_ERROR, "relay", "decree_turned", "authority=%s number=%" PRIu64 " why=%s",
	    following->authority, number, log_quoted(sentence.text, quoted));
}

static bool
is_signed(struct herald *herald, const struct decrees_of *of, const ProtobufCBinaryData *told)
{
	const Juyan__V1__Event *event;
	size_t used = herald->arena.used;
	bool right = wire_event((struct span){ told->data, told->len }, &herald->arena, &event, NULL) == STATUS_OK &&
	    event->what_case == JUYAN__V1__EVENT__WHAT_DECREED && decree_signed_by(event->decreed, &of->authority);
	herald->arena.used = used;
	return right;
}

/* False: it goes no further now. */
static bool
hand_over(struct herald *herald, struct following *following, uint64_t number, const ProtobufCBinaryData *event)
{
	struct reason why = { "" };
	enum status said = STATUS_OK;
	enum status status = inhouse_send(herald->inhouse, (struct span){ event->data, event->len }, &said, &why);
	if (status != STATUS_OK)
		note_unsent(herald, following, number, status, &why);
	else if (said != STATUS_OK)
		note_refused(herald, following, number, said, &why);
	if (status != STATUS_OK || said != STATUS_OK)
		return false;
	settle(following);
	count(herald->kit->counters, COUNTER_relay_decrees, 1);
	log_say(herald->kit->log, LOG_INFO, "relay", "decree_taken", "authority=%s number=%" PRIu64, following->authority, number);
	return true;
}

/* Those in their turn, up to the first that does not go. True: there may be more. */
static bool
hand_over_all(struct herald *herald, struct following *following, const struct decrees_of *of, const Juyan__V1__Decrees *told)
{
	struct decrees_of at = *of; /* the arena is used anew */
	int64_t end_ns = clock_monotonic_ns(&herald->kit->clock) + TURN_NS;
	size_t n = decree_ask_in_turn(told, at.authority.id, at.last, &herald->arena);
	if (n == 0 && following->asked == at.last)
		note_turned(herald, following, at.last + 1, false);
	for (size_t i = 0; i < n && i < DECREES_IN_TURN && clock_monotonic_ns(&herald->kit->clock) < end_ns; i++) {
		uint64_t number = at.last + 1 + i;
		if (!is_signed(herald, &at, &told->events[i])) {
			note_turned(herald, following, number, true);
			return false;
		}
		if (!hand_over(herald, following, number, &told->events[i]))
			return false;
	}
	return n > 0;
}

void
herald_told(struct herald *herald, const Juyan__V1__Decrees *told)
{
	struct decrees_standing standing;
	const struct decrees_of *of = look(herald, &standing) == STATUS_OK ? find(&standing, told->authority) : NULL;
	if (of == NULL)
		return;
	size_t index = (size_t)(of - standing.of);
	struct following *following = following_of(herald, of->authority.id);
	if (waits(following, &standing, of))
		return;
	if (told->n_events == 0 && following->asked == of->last) {
		settle(following); /* whatever was told before */
	} else if (hand_over_all(herald, following, of, told)) {
		herald->next = index;
		herald->ask_ns = 0;
	}
}
