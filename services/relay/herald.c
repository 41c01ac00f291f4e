/* See herald.h. */
#include "herald.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decree_ask.h"
#include "decrees.h"
#include "inhouse.h"

/* So many in one go: the journal goes on in between. */
enum { DECREES_IN_TURN = 64 };
enum { WAIT_MS = 2000, ARENA_BYTES = 2 * EVENT_DECODE_BYTES };
/* One who decides something waits for it no longer than this, and nobody's link is worn by it. */
#define ASK_NS INT64_C(2000000000)

struct herald {
	const struct service_kit *kit;
	struct inhouse *inhouse;
	struct arena arena;
	size_t next;    /* which of the authorities is asked for next */
	int64_t ask_ns; /* and when */
	struct herald_stuck stuck;
	uint64_t stuck_version; /* of the registry, when it was tried */
	bool failed;            /* it could not be handed over, and that was said */
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
	return &herald->stuck;
}

/* ---- where the ledger stands ---- */

/* Where the authority is not named here, last is 0 and nothing that comes in its name is worth handing over. */
static enum status
look(struct herald *herald, const char *authority, struct decrees_standing *standing, const struct decrees_of **of)
{
	arena_reset(&herald->arena);
	*of = NULL;
	enum status status = decrees_stand(herald->kit->env, &herald->arena, standing);
	for (size_t i = 0; status == STATUS_OK && i < standing->n; i++)
		if (strcmp(standing->of[i].authority, authority) == 0)
			*of = &standing->of[i];
	return status == STATUS_OK && *of == NULL ? STATUS_NOT_FOUND : status;
}

/* Whether this authority's next decree is one that was tried, and nothing has changed since. */
static bool
waits(struct herald *herald, const struct decrees_standing *standing, const struct decrees_of *of)
{
	struct herald_stuck *stuck = &herald->stuck;
	if (stuck->number == 0 || strcmp(stuck->authority, of->authority) != 0)
		return false;
	if (of->last < stuck->number && standing->registry_version == herald->stuck_version)
		return true;
	stuck->number = 0; /* it was taken in another way, or may fit by now */
	return false;
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
	arena_reset(&herald->arena);
	if (decrees_stand(herald->kit->env, &herald->arena, &standing) != STATUS_OK || standing.n == 0)
		return frame; /* looked at again in its time */
	const struct decrees_of *of = &standing.of[herald->next % standing.n];
	herald->next = (herald->next + 1) % standing.n;
	if (herald->next != 0)
		herald->ask_ns = now_ns; /* the others follow at once */
	if (waits(herald, &standing, of) || decree_ask(of->authority, of->last, arena, &frame) != STATUS_OK)
		return (struct span){ NULL, 0 };
	return frame;
}

/* ---- handing over ---- */

static void
note_refused(struct herald *herald, const char *authority, uint64_t number, enum status said, const struct reason *why)
{
	char quoted[LOG_QUOTED_BYTES];
	struct decrees_standing standing;
	const struct decrees_of *of;
	struct herald_stuck *stuck = &herald->stuck;
	snprintf(stuck->authority, sizeof stuck->authority, "%s", authority);
	stuck->number = number;
	reason_write(&stuck->why, "decree %" PRIu64 " of '%s' is not taken here, and those behind it wait: %.240s", number,
	    authority, why->text);
	if (look(herald, authority, &standing, &of) == STATUS_OK)
		herald->stuck_version = standing.registry_version;
	count(herald->kit->counters, COUNTER_relay_decrees_refused, 1);
	log_say(herald->kit->log, LOG_ERROR, "relay", "decree_refused", "authority=%s number=%" PRIu64 " code=%s why=%s",
	    stuck->authority, number, status_name(said), log_quoted(why->text, quoted));
}

/* Nothing was decided about it: it is asked for again. */
static void
note_unsent(struct herald *herald, const char *authority, uint64_t number, enum status status, const struct reason *why)
{
	char quoted[LOG_QUOTED_BYTES];
	if (!herald->failed)
		log_say(herald->kit->log, LOG_WARNING, "relay", "decree_unsent", "authority=%s number=%" PRIu64 " code=%s why=%s",
		    authority, number, status_name(status), log_quoted(why->text, quoted));
	herald->failed = true;
}

/* False: it goes no further now. */
static bool
hand_over(struct herald *herald, const char *authority, uint64_t number, const ProtobufCBinaryData *event)
{
	struct reason why = { "" };
	enum status said = STATUS_OK;
	enum status status = inhouse_send(herald->inhouse, (struct span){ event->data, event->len }, &said, &why);
	if (status != STATUS_OK) {
		note_unsent(herald, authority, number, status, &why);
		return false;
	}
	herald->failed = false;
	if (said != STATUS_OK) {
		note_refused(herald, authority, number, said, &why);
		return false;
	}
	count(herald->kit->counters, COUNTER_relay_decrees, 1);
	log_say(herald->kit->log, LOG_INFO, "relay", "decree_taken", "authority=%s number=%" PRIu64, authority, number);
	return true;
}

void
herald_told(struct herald *herald, const Juyan__V1__Decrees *told)
{
	struct decrees_standing standing;
	const struct decrees_of *of;
	char authority[GROUP_ID_BYTES_MAX + 1];
	if (look(herald, told->authority, &standing, &of) != STATUS_OK || waits(herald, &standing, of))
		return;
	uint64_t after = of->last;
	snprintf(authority, sizeof authority, "%s", of->authority);
	size_t n = decree_ask_in_turn(told, authority, after, &herald->arena);
	for (size_t i = 0; i < n && i < DECREES_IN_TURN; i++)
		if (!hand_over(herald, authority, after + 1 + i, &told->events[i]))
			return;
	if (n > 0)
		herald->ask_ns = 0; /* there may be more */
}
