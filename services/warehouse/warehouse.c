/*
 * The service's thread starts a worker and tells the others how it stands; the worker connects, loads, and waits, each time longer,
 * where something is wrong. What both know of each other is a struct standing under a lock, and a wish to stop.
 */
#include "warehouse.h"

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "bulletin.h"
#include "conninfo.h"
#include "load.h"

enum {
	TURN_MS = 50,        /* how long a stop may go unnoticed */
	GATHER_MS = 500,     /* between two transactions once it has caught up: what comes meanwhile goes together */
	FORECASTS_MS = 60000 /* how often it looks for new forecasts */
};

#define GOING "going"
#define WAITING "waiting"

struct warehouse {
	const struct service_kit *kit; /* NULL members aside, all the worker needs of the others */
	struct loader *loader;
	char conninfo[CONNINFO_BYTES];
	pthread_t thread;
	bool started;
	atomic_bool stop;
	pthread_mutex_t mutex;
	struct bulletin standing; /* under the mutex: what the worker says of itself */
	uint64_t version;         /* … grows with each change of it */
	uint64_t told_version;    /* the service's: what of it is in the file */
	int64_t told_ms;
	bool unwritten; /* the file cannot be written, and that was said */
	/* The worker's own: */
	unsigned tries;
	int64_t forecasts_ms;
	char unreadable[SENTENCE_BYTES_MAX];
};

static int64_t
now_ms(const struct warehouse *warehouse)
{
	return clock_monotonic_ns(&warehouse->kit->clock) / 1000000;
}

/* ---- how it stands ---- */

/* The worker's own copy of how it stands is the shared one: nobody else changes it. */
static void
stand(struct warehouse *warehouse, const struct bulletin *standing)
{
	pthread_mutex_lock(&warehouse->mutex);
	warehouse->standing = *standing;
	warehouse->version++;
	pthread_mutex_unlock(&warehouse->mutex);
}

static bool
is_well(const struct bulletin *standing)
{
	return strcmp(standing->state, GOING) == 0;
}

static void
tell_well(struct warehouse *warehouse, const struct loaded *loaded)
{
	struct bulletin standing = warehouse->standing;
	bool was_well = is_well(&standing), moved = loaded->events > 0 || loaded->crossings > 0;
	if (was_well && !moved && standing.reached == loaded->lsn && standing.lsn == loaded->ledger_lsn)
		return;
	if (!was_well)
		standing.since_ms = clock_utc_ms(&warehouse->kit->clock);
	if (moved)
		standing.reached_at_ms = clock_utc_ms(&warehouse->kit->clock);
	standing.reached = loaded->lsn;
	loader_look(warehouse->loader, loaded->lsn, &standing.lsn, &standing.waits_from_ms);
	snprintf(standing.state, sizeof standing.state, "%s", GOING);
	snprintf(standing.where, sizeof standing.where, "%s", loader_server(warehouse->loader));
	snprintf(standing.trouble, sizeof standing.trouble, "%s", BULLETIN_WELL);
	standing.why[0] = '\0';
	standing.lasts = false;
	stand(warehouse, &standing);
	if (!was_well) {
		char server[LOG_QUOTED_BYTES];
		log_say(warehouse->kit->log, LOG_INFO, "warehouse", "going", "server=%s lsn=%" PRIu64 " behind=%" PRIu64,
		    log_quoted(standing.where, server), loaded->lsn, loaded->ledger_lsn - loaded->lsn);
	}
}

/* One line for a trouble, however often it is met again. */
static void
tell_trouble(struct warehouse *warehouse, enum trouble trouble, const struct reason *why)
{
	char sentence[LOG_QUOTED_BYTES];
	struct bulletin standing = warehouse->standing;
	bool news = strcmp(standing.trouble, trouble_name(trouble)) != 0;
	if (strcmp(standing.state, WAITING) != 0)
		standing.since_ms = clock_utc_ms(&warehouse->kit->clock);
	loader_look(warehouse->loader, standing.reached, &standing.lsn, &standing.waits_from_ms);
	snprintf(standing.state, sizeof standing.state, "%s", WAITING);
	snprintf(standing.trouble, sizeof standing.trouble, "%s", trouble_name(trouble));
	snprintf(standing.why, sizeof standing.why, "%s", why->text[0] == '\0' ? trouble_sentence(trouble) : why->text);
	standing.lasts = trouble_lasts(trouble);
	stand(warehouse, &standing);
	count(warehouse->kit->counters, COUNTER_warehouse_troubles, 1);
	if (news)
		log_say(warehouse->kit->log, LOG_WARNING, "warehouse", "trouble", "kind=%s why=%s", trouble_name(trouble),
		    log_quoted(standing.why, sentence));
}

/* Once for each reason: nothing but reading by others suffers. */
static void
tell_readers(struct warehouse *warehouse)
{
	char sentence[LOG_QUOTED_BYTES];
	const char *unreadable = loader_unreadable(warehouse->loader);
	if (strcmp(unreadable, warehouse->unreadable) == 0)
		return;
	snprintf(warehouse->unreadable, sizeof warehouse->unreadable, "%s", unreadable);
	if (unreadable[0] != '\0')
		log_say(warehouse->kit->log, LOG_WARNING, "warehouse", "no_reader_role", "why=%s",
		    log_quoted(unreadable, sentence));
}

/* ---- the worker ---- */

static void
pause_for(const struct warehouse *warehouse, int64_t ms)
{
	int64_t until = now_ms(warehouse) + ms;
	for (int64_t left; !atomic_load(&warehouse->stop) && (left = until - now_ms(warehouse)) > 0;)
		poll(NULL, 0, left < TURN_MS ? (int)left : TURN_MS);
}

/* Forecasts are put in one by one, each in a transaction of its own. */
static enum trouble
look_for_forecasts(struct warehouse *warehouse, struct reason *why)
{
	bool more = false;
	if (now_ms(warehouse) < warehouse->forecasts_ms)
		return TROUBLE_NONE;
	enum trouble trouble = loader_forecast(warehouse->loader, &more, why);
	if (trouble == TROUBLE_NONE && more)
		count(warehouse->kit->counters, COUNTER_warehouse_forecasts, 1);
	if (trouble == TROUBLE_NONE && !more)
		warehouse->forecasts_ms = now_ms(warehouse) + FORECASTS_MS;
	return trouble;
}

static enum trouble
work(struct warehouse *warehouse, int64_t *pause_ms, struct reason *why)
{
	struct loaded loaded = { 0 };
	enum trouble trouble = TROUBLE_NONE;
	if (!loader_connected(warehouse->loader)) {
		trouble = loader_connect(warehouse->loader, why);
		if (trouble == TROUBLE_NONE)
			tell_readers(warehouse);
	}
	if (trouble == TROUBLE_NONE)
		trouble = loader_step(warehouse->loader, &loaded, why);
	if (trouble == TROUBLE_NONE && !loaded.behind)
		trouble = look_for_forecasts(warehouse, why);
	if (trouble != TROUBLE_NONE)
		return trouble;
	tell_well(warehouse, &loaded);
	count(warehouse->kit->counters, COUNTER_warehouse_events, loaded.events);
	count(warehouse->kit->counters, COUNTER_warehouse_transactions, loaded.crossings > 0 || loaded.events > 0);
	*pause_ms = loaded.behind ? 0 : GATHER_MS;
	return TROUBLE_NONE;
}

static void *
run(void *user)
{
	struct warehouse *warehouse = user;
	pthread_setname_np(pthread_self(), "warehouse load");
	while (!atomic_load(&warehouse->stop)) {
		struct reason why = { "" };
		int64_t pause_ms = 0;
		enum trouble trouble = work(warehouse, &pause_ms, &why);
		if (atomic_load(&warehouse->stop))
			break;
		if (trouble != TROUBLE_NONE) {
			tell_trouble(warehouse, trouble, &why);
			pause_ms = trouble_pause_ms(++warehouse->tries);
		} else {
			warehouse->tries = 0;
		}
		pause_for(warehouse, pause_ms);
	}
	return NULL;
}

/* ---- the service ---- */

/* Into a file, for whoever asks in another process; what cannot be written now is written later. */
static void
tell(struct warehouse *warehouse)
{
	struct reason why = { "" };
	char quoted[LOG_QUOTED_BYTES];
	pthread_mutex_lock(&warehouse->mutex);
	struct bulletin bulletin = warehouse->standing;
	uint64_t version = warehouse->version;
	pthread_mutex_unlock(&warehouse->mutex);
	int64_t now = now_ms(warehouse);
	if (version == warehouse->told_version && now - warehouse->told_ms < BULLETIN_TELL_MS)
		return;
	bulletin.told_ms = clock_utc_ms(&warehouse->kit->clock);
	enum status status = bulletin_write(warehouse->kit->config->data_dir, "warehouse", &bulletin, &why);
	if (status != STATUS_OK && !warehouse->unwritten)
		log_say(warehouse->kit->log, LOG_WARNING, "warehouse", "state_unwritten", "why=%s", log_quoted(why.text, quoted));
	warehouse->unwritten = status != STATUS_OK;
	if (status == STATUS_OK)
		warehouse->told_version = version;
	warehouse->told_ms = now;
}

static enum status
step(void *self, int wait_ms, struct reason *why)
{
	struct warehouse *warehouse = self;
	(void)why;
	poll(NULL, 0, wait_ms);
	if (warehouse->started && now_ms(warehouse) - warehouse->told_ms >= TURN_MS * 4)
		tell(warehouse);
	return STATUS_OK;
}

static void
close_warehouse(void **self)
{
	struct warehouse *warehouse = *self;
	if (warehouse == NULL)
		return;
	atomic_store(&warehouse->stop, true);
	if (warehouse->started) {
		pthread_join(warehouse->thread, NULL);
		tell(warehouse);
	}
	loader_close(&warehouse->loader);
	pthread_mutex_destroy(&warehouse->mutex);
	explicit_bzero(warehouse->conninfo, sizeof warehouse->conninfo);
	free(warehouse);
	*self = NULL;
}

static enum status
read_settings(struct warehouse *warehouse, bool *monthly, struct reason *why)
{
	const struct config *config = warehouse->kit->config;
	*monthly = strcmp(config->warehouse_partitions, "month") == 0;
	if (!*monthly && strcmp(config->warehouse_partitions, "none") != 0)
		return reason_say(why, STATUS_SETTING, "warehouse_partitions is '%.32s'; expected: month or none",
		    config->warehouse_partitions);
	return conninfo_read(config->warehouse, warehouse->conninfo, why);
}

/* How far an earlier process had come: all that is known before PostgreSQL answers. */
static void
remember(struct warehouse *warehouse)
{
	struct bulletin before;
	struct bulletin *standing = &warehouse->standing;
	if (bulletin_read(warehouse->kit->config->data_dir, "warehouse", &before, NULL) == STATUS_OK)
		*standing =
		    (struct bulletin){ .lsn = before.lsn, .reached = before.reached, .waits_from_ms = before.waits_from_ms };
	standing->since_ms = clock_utc_ms(&warehouse->kit->clock);
	snprintf(standing->state, sizeof standing->state, "connecting");
	snprintf(standing->trouble, sizeof standing->trouble, "%s", BULLETIN_WELL);
}

static enum status
start(struct warehouse *warehouse, struct reason *why)
{
	bool monthly;
	const struct service_kit *kit = warehouse->kit;
	enum status status = read_settings(warehouse, &monthly, why);
	if (status != STATUS_OK)
		return status;
	const struct loader_options options = { .env = kit->env,
		.data_dir = kit->config->data_dir,
		.line = { .conninfo = warehouse->conninfo,
		    .timeout_ms = kit->config->warehouse_timeout_s * 1000,
		    .stop = &warehouse->stop },
		.monthly = monthly };
	status = loader_open(&options, &warehouse->loader, why);
	if (status != STATUS_OK)
		return status;
	remember(warehouse);
	int error = pthread_create(&warehouse->thread, NULL, run, warehouse);
	if (error != 0)
		return reason_say(why, STATUS_SYSTEM, "the warehouse's thread cannot be started: %s", strerror(error));
	warehouse->started = true;
	return STATUS_OK;
}

static enum status
open_warehouse(const struct service_kit *kit, void **self, struct reason *why)
{
	struct warehouse *warehouse = calloc(1, sizeof *warehouse);
	if (warehouse == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	warehouse->kit = kit;
	pthread_mutex_init(&warehouse->mutex, NULL);
	enum status status = STATUS_OK;
	if (kit->config->warehouse[0] == '\0')
		bulletin_remove(kit->config->data_dir, "warehouse");
	else
		status = start(warehouse, why);
	void *half = warehouse;
	if (status != STATUS_OK)
		close_warehouse(&half);
	else
		*self = warehouse;
	return status;
}

const struct service warehouse_service = {
	.name = "warehouse",
	.help = "keeps the facts in PostgreSQL as well, for everyone's SQL; does nothing unless the setting 'warehouse' says where",
	.writes = false,
	.open = open_warehouse,
	.step = step,
	.close = close_warehouse,
};
