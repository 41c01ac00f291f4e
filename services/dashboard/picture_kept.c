/*
 * What lasts from one picture to the next. It is right at kept.lsn: the news from there on tell what has changed, and what was
 * asked for after that moment is told once more, which changes nothing.
 */
#include <stdlib.h>

#include "nearest.h"
#include "painter_parts.h"

typedef Juyan__V1__RegistryRecord Record;

void
kept_forget(struct kept *kept)
{
	for (size_t i = 0; i < kept->n_ports; i++)
		history_close(&kept->ports[i].history);
	free(kept->ports);
	free(kept->places);
	free(kept->stretches);
	for (int i = 0; i < RECORD_KINDS; i++)
		if (kept->records[i] != NULL)
			juyan__v1__registry__free_unpacked(kept->records[i], NULL);
	registry_close(&kept->registry);
	json_decref(kept->sites);
	*kept = (struct kept){ 0 };
}

/* ---- the registry ---- */

static enum status
copy_records(struct painter *painter, enum record_kind kind, struct reason *why)
{
	static char names[RECORD_KINDS][12] = { "port,place", "group", "day", "goal", "published" };
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__RegistryAsk ask = JUYAN__V1__REGISTRY_ASK__INIT;
	const Juyan__V1__Answer *answer;
	question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
	question.registry = &ask;
	ask.kind = names[kind];
	enum status status = painter_ask(painter, &question, JUYAN__V1__ANSWER__SAY_REGISTRY, &answer, why);
	if (status != STATUS_OK)
		return status;
	size_t bytes = juyan__v1__registry__get_packed_size(answer->registry);
	uint8_t *packed = malloc(bytes + 1);
	if (packed == NULL)
		return STATUS_NO_MEMORY;
	painter->kept.records[kind] =
	    juyan__v1__registry__unpack(NULL, juyan__v1__registry__pack(answer->registry, packed), packed);
	free(packed);
	return painter->kept.records[kind] != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status
list_places(struct kept *kept)
{
	const Juyan__V1__Registry *records = kept->records[RECORDS_PORT];
	const struct places *places = registry_places(kept->registry);
	kept->places = calloc(records->n_records + 1, sizeof *kept->places);
	for (size_t i = 0; i < records->n_records && kept->places != NULL; i++)
		if (records->records[i]->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PLACE) {
			const Juyan__V1__Place *place = records->records[i]->place;
			kept->places[kept->n_places++] = (struct port){ .id = places_id(places, place->id), .place = place };
		}
	return kept->places != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status
list_ports(struct kept *kept, struct reason *why)
{
	const Juyan__V1__Registry *records = kept->records[RECORDS_PORT];
	enum status status = registry_build((const Record *const *)records->records, records->n_records, &kept->registry, why);
	if (status != STATUS_OK)
		return status;
	kept->ports = calloc(records->n_records + 1, sizeof *kept->ports);
	if (kept->ports == NULL)
		return STATUS_NO_MEMORY;
	for (const char *id = registry_next_port(kept->registry, NULL); id != NULL; id = registry_next_port(kept->registry, id))
		kept->ports[kept->n_ports++].id = id;
	return list_places(kept);
}

static enum status
load(struct painter *painter, struct reason *why)
{
	struct kept *kept = &painter->kept;
	enum status status = STATUS_OK;
	for (int i = 0; i < RECORD_KINDS && status == STATUS_OK; i++)
		status = copy_records(painter, (enum record_kind)i, why);
	if (status == STATUS_OK)
		status = list_ports(kept, why);
	if (status == STATUS_OK)
		status = days_read(kept);
	if (status != STATUS_OK)
		kept_forget(kept);
	else
		kept->loaded = true;
	return status;
}

static void
set_place_days(struct painter *painter, struct port *place)
{
	struct kept *kept = &painter->kept;
	bool any = false;
	for (size_t i = 0; i < kept->n_ports; i++) {
		if (!kept_looks_at(kept, place, &kept->ports[i]) || (any && kept->ports[i].offset_ms <= place->offset_ms))
			continue;
		place->offset_ms = kept->ports[i].offset_ms;
		any = true;
	}
	place->today = civil_day_of_ms(painter->now_ms + place->offset_ms);
}

/* Whose clock says what, and which record of a port holds today. */
static void
set_days(struct painter *painter)
{
	struct kept *kept = &painter->kept;
	const Juyan__V1__Registry *records = kept->records[RECORDS_PORT];
	for (size_t i = 0; i < kept->n_ports; i++) {
		struct port_rule rule = { .utc_offset_minutes = 0 };
		struct port *port = &kept->ports[i];
		bool known = registry_port(kept->registry, port->id, painter->now_ms, &rule);
		port->offset_ms = known ? (int64_t)rule.utc_offset_minutes * 60000 : 0;
		port->today = civil_day_of_ms(painter->now_ms + port->offset_ms);
		port->record = NULL;
		for (size_t r = 0; r < records->n_records; r++) {
			int64_t from;
			const Record *record = records->records[r];
			if (record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PORT &&
			    strcmp(record->port->id, port->id) == 0 &&
			    (port->record == NULL || (civil_parse_day(record->valid_from, &from) && from <= port->today)))
				port->record = record->port;
		}
	}
	for (size_t i = 0; i < kept->n_places; i++)
		set_place_days(painter, &kept->places[i]);
}

/* ---- the news ---- */

static bool
same_day(const Juyan__V1__DayTotal *a, const Juyan__V1__DayTotal *b)
{
	return strcmp(a->day, b->day) == 0 && strcmp(a->port, b->port) == 0;
}

/* The rows of a port's day stand together. */
static enum status
take_days(struct painter *painter, const Juyan__V1__News *news)
{
	enum status status = STATUS_OK;
	for (size_t first = 0, end; first < news->n_days && status == STATUS_OK; first = end) {
		const Juyan__V1__DayTotal *row = news->days[first];
		struct port *port = kept_port_of(painter, row->port);
		int64_t day, net_kg = 0, units = 0;
		for (end = first; end < news->n_days && same_day(news->days[end], row); end++) {
			net_kg += news->days[end]->net_kg;
			units += news->days[end]->units;
		}
		if (port == NULL || !civil_parse_day(row->day, &day))
			continue;
		if (day < port->usual.today)
			port->usual.known = false;
		status = history_put(&port->history, day, net_kg, units);
	}
	return status;
}

static enum status
ask_news(struct painter *painter, const Juyan__V1__News **out, struct reason *why)
{
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__NewsAsk ask = JUYAN__V1__NEWS_ASK__INIT;
	const Juyan__V1__Answer *answer;
	question.ask_case = JUYAN__V1__QUESTION__ASK_NEWS;
	question.news = &ask;
	ask.after_lsn = painter->kept.lsn;
	enum status status = painter_ask(painter, &question, JUYAN__V1__ANSWER__SAY_NEWS, &answer, why);
	if (status == STATUS_OUT_OF_RANGE && ask.after_lsn > 0) { /* another ledger, which ends earlier */
		kept_forget(&painter->kept);
		ask.after_lsn = 0;
		status = painter_ask(painter, &question, JUYAN__V1__ANSWER__SAY_NEWS, &answer, why);
	}
	if (status == STATUS_OK)
		*out = answer->news;
	return status;
}

/* More has happened than is told one by one: what it may have changed is asked for anew, and the registry holds. */
static void
let_go(struct kept *kept)
{
	for (size_t i = 0; i < kept->n_ports; i++) {
		history_close(&kept->ports[i].history);
		kept->ports[i].usual.known = false;
	}
	kept->lanes_seen = false;
}

enum status
kept_catch_up(struct painter *painter, struct reason *why)
{
	struct kept *kept = &painter->kept;
	const Juyan__V1__News *news;
	enum status status = ask_news(painter, &news, why);
	if (status != STATUS_OK)
		return status;
	if (news->registry_version != kept->registry_version)
		kept_forget(kept);
	if (news->skipped)
		let_go(kept);
	else if (kept->loaded)
		status = take_days(painter, news);
	for (size_t i = 0; kept->loaded && i < news->n_crossings && status == STATUS_OK; i++)
		port_saw(painter, news->crossings[i]->crossing);
	if (status != STATUS_OK) {
		kept_forget(kept);
		return status;
	}
	kept->counted = kept->counted && (news->skipped || !news->machines);
	kept->lsn = news->lsn;
	kept->registry_version = news->registry_version;
	kept->skipped = news->skipped;
	kept->received_at_ms = news->received_at_ms;
	kept->quarantine_waiting = news->quarantine_waiting;
	if (!kept->loaded)
		status = load(painter, why);
	if (status == STATUS_OK)
		set_days(painter);
	return status;
}

/* ---- ports ---- */

struct port *
kept_port_of(struct painter *painter, const char *id)
{
	struct kept *kept = &painter->kept;
	for (size_t i = 0; i < kept->n_ports; i++)
		if (strcmp(kept->ports[i].id, id) == 0)
			return &kept->ports[i];
	return NULL;
}

bool
kept_looks_at(const struct kept *kept, const struct port *looked_at, const struct port *port)
{
	return looked_at == NULL || looked_at == port || places_within(registry_places(kept->registry), port->id, looked_at->id);
}

enum status
kept_port(struct painter *painter, const char *id, struct port **out, struct reason *why)
{
	struct port *port = NULL;
	if (id != NULL && id[0] != '\0') {
		port = kept_port_of(painter, id);
		for (size_t i = 0; port == NULL && i < painter->kept.n_places; i++)
			if (strcmp(painter->kept.places[i].id, id) == 0)
				port = &painter->kept.places[i];
		if (port == NULL) {
			const char *nearest = registry_nearest_spot(painter->kept.registry, id);
			return nearest == NULL
			    ? reason_say(why, STATUS_UNKNOWN_PORT, "there is no port '%.32s', and no other", id)
			    : reason_say(why, STATUS_UNKNOWN_PORT, "there is no port '%.32s'; is '%s' meant?", id, nearest);
		}
	}
	*out = port;
	return STATUS_OK;
}

int64_t
kept_local_ms(const struct painter *painter, const struct port *port)
{
	int64_t ahead_ms = INT64_MIN;
	for (size_t i = 0; i < painter->kept.n_ports; i++)
		if (painter->kept.ports[i].offset_ms > ahead_ms)
			ahead_ms = painter->kept.ports[i].offset_ms;
	return painter->now_ms + (port != NULL ? port->offset_ms : ahead_ms != INT64_MIN ? ahead_ms : 0);
}

int64_t
kept_today(const struct painter *painter, const struct port *port)
{
	return civil_day_of_ms(kept_local_ms(painter, port));
}
