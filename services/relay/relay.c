/* The service of relay.h: the carrier's loop, and what is told of it. */
#include "relay.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulletin.h"
#include "carrier.h"
#include "endpoint.h"
#include "herald.h"

enum {
	WRITE_MS = 1000, /* how often the state is written while it changes */
	PATH_BYTES = 512
};

struct relay {
	const struct service_kit *kit;
	struct carrier *carrier; /* NULL: there is no headquarters */
	struct herald *herald;   /* likewise */
	struct bulletin told;    /* as it was written last */
	uint64_t counted;        /* of the events that were delivered */
	int64_t written_ms;      /* on the monotonic clock */
	bool fresh;              /* news have come that nobody can read yet */
	bool unwritten;          /* the file cannot be written, and that was said */
};

/* ---- news ---- */

static const struct {
	enum log_level level;
	const char *event;
	enum counter counter;
} news_told[] = {
	[CARRIER_CONNECTED] = { LOG_INFO, "headquarters_answers", COUNTER_relay_connections },
	[CARRIER_NO_ANSWER] = { LOG_WARNING, "headquarters_away", COUNTERS },
	[CARRIER_LOST] = { LOG_WARNING, "headquarters_lost", COUNTER_relay_losses },
	[CARRIER_HALTED] = { LOG_ERROR, "relay_stopped", COUNTER_relay_stops },
};

static void
on_news(void *user, enum carrier_news news, const char *sentence)
{
	struct relay *relay = user;
	struct carrier_view view;
	char quoted[LOG_QUOTED_BYTES];
	carrier_look(relay->carrier, &view);
	log_say(relay->kit->log, news_told[news].level, "relay", news_told[news].event,
	    "lsn=%" PRIu64 " confirmed=%" PRIu64 " why=%s", view.lsn, view.confirmed, log_quoted(sentence, quoted));
	if (news_told[news].counter != COUNTERS)
		count(relay->kit->counters, news_told[news].counter, 1);
	if (news == CARRIER_LOST) {
		relay->told.lost_at_ms = clock_utc_ms(&relay->kit->clock);
		relay->told.lost_from = view.confirmed;
	}
	relay->fresh = true;
}

/* ---- what is decided above ---- */

static struct span
ask_decrees(void *user, struct arena *arena)
{
	struct relay *relay = user;
	return herald_ask(relay->herald, arena);
}

static void
on_decrees(void *user, const Juyan__V1__Decrees *told)
{
	struct relay *relay = user;
	herald_told(relay->herald, told);
}

/* ---- the state ---- */

static const char *const states[] = { [CARRIER_AWAY] = "away",
	[CARRIER_CARRYING] = "connected",
	[CARRIER_SEARCHING] = "searching",
	[CARRIER_STOPPED] = "stopped" };

static void
write_state(struct relay *relay)
{
	struct reason why = { "" };
	char quoted[LOG_QUOTED_BYTES];
	enum status status = bulletin_write(relay->kit->config->data_dir, "relay", &relay->told, &why);
	if (status != STATUS_OK && !relay->unwritten)
		log_say(relay->kit->log, LOG_WARNING, "relay", "state_unwritten", "why=%s", log_quoted(why.text, quoted));
	relay->unwritten = status != STATUS_OK;
}

static void
take_view(struct relay *relay, const struct carrier_view *view, int64_t now_ms)
{
	struct bulletin *told = &relay->told;
	if (strcmp(states[view->state], told->state) != 0)
		told->since_ms = now_ms;
	if (view->delivered > relay->counted)
		told->reached_at_ms = now_ms;
	count(relay->kit->counters, COUNTER_relay_events, view->delivered - relay->counted);
	relay->counted = view->delivered;
	told->told_ms = now_ms;
	told->lsn = view->lsn;
	told->reached = view->confirmed;
	told->waits_from_ms = view->waits_from_ms;
	told->differs = view->differs;
	told->lasts = view->state == CARRIER_STOPPED;
	snprintf(told->state, sizeof told->state, "%s", states[view->state]);
	snprintf(told->name, sizeof told->name, "%s", view->name);
	snprintf(told->trouble, sizeof told->trouble, "%s", view->status == STATUS_OK ? BULLETIN_WELL : status_name(view->status));
	snprintf(told->why, sizeof told->why, "%s", view->why.text);
	const struct herald_stuck *stuck = herald_stuck(relay->herald);
	snprintf(told->besides, sizeof told->besides, "%s", stuck->number == 0 ? "" : stuck->why.text);
}

static void
tell(struct relay *relay)
{
	int64_t now_ms = clock_monotonic_ns(&relay->kit->clock) / 1000000, since_ms = now_ms - relay->written_ms;
	struct carrier_view view;
	if (!relay->fresh && since_ms < WRITE_MS)
		return;
	carrier_look(relay->carrier, &view);
	bool held = herald_stuck(relay->herald)->number != 0;
	bool moved = relay->fresh || held != (relay->told.besides[0] != '\0') || view.lsn != relay->told.lsn ||
	    view.confirmed != relay->told.reached || strcmp(states[view.state], relay->told.state) != 0;
	if (!moved && since_ms < BULLETIN_TELL_MS)
		return;
	take_view(relay, &view, clock_utc_ms(&relay->kit->clock));
	write_state(relay);
	relay->written_ms = now_ms;
	relay->fresh = false;
}

/* ---- the service ---- */

static enum status
step(void *self, int wait_ms, struct reason *why)
{
	struct relay *relay = self;
	(void)why;
	if (relay->carrier == NULL) {
		poll(NULL, 0, wait_ms);
		return STATUS_OK;
	}
	carrier_turn(relay->carrier, wait_ms);
	tell(relay);
	return STATUS_OK;
}

static void
close_relay(void **self)
{
	struct relay *relay = *self;
	if (relay == NULL)
		return;
	if (relay->carrier != NULL) {
		relay->fresh = true;
		tell(relay);
	}
	carrier_close(&relay->carrier);
	herald_close(&relay->herald);
	free(relay);
	*self = NULL;
}

static enum status
check_settings(const struct config *config, struct reason *why)
{
	struct reason wrong;
	if (strncmp(config->headquarters, "tcp://", 6) != 0 || endpoint_check(config->headquarters, &wrong) != STATUS_OK)
		return reason_say(why, STATUS_SETTING, "headquarters: '%.100s' is no endpoint; expected: tcp://NAME:PORT",
		    config->headquarters);
	if (config->headquarters_key[0] == '\0')
		return reason_say(why, STATUS_SETTING,
		    "headquarters_key: it is not set; expected: the file with headquarters' public key");
	return STATUS_OK;
}

static enum status
open_carrier(struct relay *relay, struct reason *why)
{
	const struct config *config = relay->kit->config;
	struct key_pair keys = { 0 };
	uint8_t server_key[PUBLIC_KEY_BYTES];
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "%s/keys/site.key", config->data_dir);
	enum status status = key_public_load(config->headquarters_key, server_key, why);
	if (status == STATUS_OK)
		status = key_pair_ensure(path, &keys, why);
	if (status != STATUS_OK)
		return status;
	const struct carrier_options options = { .bus = relay->kit->bus,
		.env = relay->kit->env,
		.endpoint = config->headquarters,
		.keys = &keys,
		.server_key = server_key,
		.clock = relay->kit->clock,
		.confirmed = relay->told.reached,
		.on_news = on_news,
		.ask = ask_decrees,
		.on_decrees = on_decrees,
		.user = relay };
	status = carrier_open(&options, &relay->carrier, why);
	key_pair_wipe(&keys);
	return status;
}

/* What an earlier process has told of the same headquarters: up to which event it had confirmed. */
static void
remember(struct relay *relay)
{
	const struct config *config = relay->kit->config;
	struct bulletin before;
	if (bulletin_read(config->data_dir, "relay", &before, NULL) == STATUS_OK &&
	    strcmp(before.where, config->headquarters) == 0) {
		relay->told.reached = before.reached;
		relay->told.lost_at_ms = before.lost_at_ms;
		relay->told.lost_from = before.lost_from;
	}
	snprintf(relay->told.where, sizeof relay->told.where, "%s", config->headquarters);
	relay->fresh = true;
}

static enum status
open_relay(const struct service_kit *kit, void **self, struct reason *why)
{
	struct relay *relay = calloc(1, sizeof *relay);
	if (relay == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	relay->kit = kit;
	enum status status = STATUS_OK;
	if (kit->config->headquarters[0] == '\0') {
		bulletin_remove(kit->config->data_dir, "relay");
	} else {
		status = check_settings(kit->config, why);
		if (status == STATUS_OK) {
			remember(relay);
			status = herald_open(kit, &relay->herald, why);
			if (status == STATUS_OK)
				status = open_carrier(relay, why);
		}
	}
	if (status != STATUS_OK) {
		herald_close(&relay->herald);
		free(relay);
		return status;
	}
	*self = relay;
	return STATUS_OK;
}

const struct service relay_service = {
	.name = "relay",
	.help = "brings the journal to headquarters, where there is one",
	.writes = false,
	.open = open_relay,
	.step = step,
	.close = close_relay,
};
