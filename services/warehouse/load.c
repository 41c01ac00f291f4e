/*
 * The course of a transaction. First everything is read and written down in memory: one snapshot of the ledger gives the stretch,
 * the crossings and, once the warehouse has said in which hours the old ones counted, the totals. Then the snapshot ends, and the
 * rows go over. So a slow PostgreSQL holds a snapshot for as long as a few statements may take at most.
 */
#include "load.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "follow.h"
#include "load_parts.h"

enum { AHEAD_DAYS = 31, STRETCH_EVENTS = 16384, SWEEP_BATCHES = 2048, TOUCHED_ROOM = 2 * HARVEST_EVENTS_MAX };

enum trouble
load_no_memory(struct reason *why)
{
	(void)reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	return TROUBLE_LEDGER;
}

enum trouble
load_trouble(enum status status, const struct reason *why)
{
	(void)why;
	switch (status) {
	case STATUS_OTHER_PAST:
	case STATUS_OUT_OF_RANGE:
	case STATUS_NOT_FOUND:
		return TROUBLE_OTHER_PAST;
	default:
		return TROUBLE_LEDGER;
	}
}

enum trouble
load_copy(struct loader *loader, enum warehouse_table table, struct reason *why)
{
	char sql[SQL_BYTES];
	const struct copytext *text = &loader->texts[table];
	if (text->no_memory)
		return load_no_memory(why);
	if (text->rows == 0)
		return TROUBLE_NONE;
	snprintf(sql, sizeof sql, "COPY juyan.%s (%s) FROM STDIN", warehouse_table_name(table), warehouse_table_columns(table));
	return pgline_copy(loader->line, sql, text->bytes, text->used, why);
}

/* ---- opening ---- */

void
loader_close(struct loader **loader)
{
	struct loader *l = *loader;
	if (l == NULL)
		return;
	pgline_close(&l->line);
	harvester_close(&l->harvester);
	arena_close(&l->arena);
	arena_close(&l->crossing);
	for (int i = 0; i < WAREHOUSE_TABLES; i++)
		copytext_close(&l->texts[i]);
	copytext_close(&l->list);
	counted_hours_close(&l->hours);
	free(l->touched);
	free(l);
	*loader = NULL;
}

enum status
loader_open(const struct loader_options *options, struct loader **out, struct reason *why)
{
	struct loader *loader = calloc(1, sizeof *loader);
	if (loader == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	loader->options = *options;
	loader->touched = calloc(TOUCHED_ROOM, sizeof *loader->touched);
	enum status status = loader->touched == NULL ? STATUS_NO_MEMORY : arena_open(&loader->arena, HARVEST_ARENA_BYTES);
	if (status == STATUS_OK)
		status = arena_open(&loader->crossing, HARVEST_BATCH_BYTES);
	if (status == STATUS_OK)
		status = harvester_open(options->env, &loader->harvester, why);
	if (status != STATUS_OK)
		loader_close(&loader);
	else
		*out = loader;
	return status;
}

bool
loader_connected(const struct loader *loader)
{
	return loader->line != NULL;
}

void
loader_disconnect(struct loader *loader)
{
	pgline_close(&loader->line);
}

const char *
loader_server(const struct loader *loader)
{
	return loader->line == NULL ? "" : pgline_server(loader->line);
}

bool
loader_monthly(const struct loader *loader)
{
	return loader->monthly;
}

const char *
loader_unreadable(const struct loader *loader)
{
	return loader->unreadable;
}

enum trouble
loader_connect(struct loader *loader, struct reason *why)
{
	enum trouble trouble = pgline_open(&loader->options.line, &loader->line, why);
	if (trouble != TROUBLE_NONE)
		return trouble;
	loader->ledger[0] = '\0';
	loader->registry_written = false;
	loader->monthly = loader->options.monthly;
	trouble = schema_ensure(loader->line, &loader->monthly, why);
	if (trouble == TROUBLE_NONE)
		trouble = partitions_learn(loader, why);
	if (trouble == TROUBLE_NONE) {
		struct reason refused = { "" };
		enum trouble granting = schema_grant(loader->line, &refused);
		if (granting == TROUBLE_AWAY || granting == TROUBLE_SLOW)
			trouble = granting;
		snprintf(loader->unreadable, sizeof loader->unreadable, "%s", granting == TROUBLE_NONE ? "" : refused.text);
	}
	if (trouble != TROUBLE_NONE)
		loader_disconnect(loader);
	return trouble;
}

/* The ledger's name and its position, once there is a ledger to speak of. */
static enum trouble
find_position(struct loader *loader, struct reason *why)
{
	uint8_t name[CHAIN_BYTES];
	enum status status = harvester_ledger(loader->harvester, name, why);
	if (status != STATUS_OK)
		return load_trouble(status, why);
	sodium_bin2hex(loader->ledger, sizeof loader->ledger, name, sizeof name);
	enum trouble trouble = position_read(loader->line, loader->ledger, &loader->position, why);
	if (trouble != TROUBLE_NONE)
		loader->ledger[0] = '\0';
	return trouble;
}

/* ---- reading a stretch ---- */

static enum trouble
read_crossing(struct loader *loader, const struct harvest *harvest, size_t i, struct reason *why)
{
	struct harvested known;
	struct touched *touched = &loader->touched[i];
	*touched = (struct touched){ .hours_from = loader->hours.n };
	arena_reset(&loader->crossing);
	enum status status = harvest_batch(harvest, &harvest->batches[i], &loader->crossing, &known);
	if (status != STATUS_OK) {
		(void)reason_say(why, status, "batch '%.64s' at %.32s cannot be read: %s", harvest->batches[i].batch_no,
		    harvest->batches[i].port, status_sentence(status));
		return TROUBLE_LEDGER;
	}
	crossing_rows_add(&harvest->batches[i], &known, harvest->registry, loader->texts, &loader->hours, &touched->rows);
	touched->hours_to = loader->hours.n;
	touched->maybe_old = loader->position.sweep_lsn != 0 || known.first_lsn <= loader->position.lsn ||
	    known.first_lsn <= loader->position.swept_lsn;
	return loader->hours.no_memory ? load_no_memory(why) : TROUBLE_NONE;
}

/* Everything that does not need the warehouse. */
static enum trouble
read_stretch(struct loader *loader, const struct harvest *harvest, struct reason *why)
{
	enum trouble trouble = TROUBLE_NONE;
	for (int table = 0; table < WAREHOUSE_TABLES; table++)
		copytext_empty(&loader->texts[table]);
	loader->hours.n = loader->hours.begun = 0;
	loader->hours.no_memory = false;
	loader->registry = harvest->registry;
	for (size_t i = 0; i < harvest->n_batches && trouble == TROUBLE_NONE; i++)
		trouble = read_crossing(loader, harvest, i, why);
	return trouble;
}

/* A day whose month has no partition yet, of the stretch or a month ahead of it. */
static bool
lacks_month(const struct loader *loader, const struct harvest *harvest, int64_t *day)
{
	for (size_t i = 0; i < harvest->n_batches; i++)
		if (partitions_lack(loader, *day = loader->touched[i].rows.day) || partitions_lack(loader, *day += AHEAD_DAYS))
			return true;
	for (size_t i = 0; i < loader->hours.n; i++) {
		uint32_t hour = loader->hours.at[i].hour;
		*day = civil_day((int)(hour / 1000000), (int)(hour / 10000 % 100), (int)(hour / 100 % 100));
		if (partitions_lack(loader, *day))
			return true;
	}
	return false;
}

/* Where the position goes from here. */
static void
aim(struct loader *loader, const struct harvest *harvest)
{
	struct position *to = &loader->to;
	bool sweeping = loader->position.sweep_lsn != 0;
	*to = loader->position;
	to->ahead_lsn = harvest->snapshot.lsn;
	loader->to_received_at_ms = harvest->snapshot.received_at_ms;
	if (sweeping && harvest->n_batches < SWEEP_BATCHES) {
		to->counted_lsn = to->sweep_lsn;
		to->sweep_lsn = 0;
		to->sweep_port[0] = to->sweep_batch_no[0] = '\0';
	} else if (sweeping) {
		const struct harvest_name *last = &harvest->batches[harvest->n_batches - 1];
		snprintf(to->sweep_port, sizeof to->sweep_port, "%s", last->port);
		snprintf(to->sweep_batch_no, sizeof to->sweep_batch_no, "%s", last->batch_no);
	}
	if (sweeping) {
		to->swept_lsn = harvest->snapshot.lsn;
		return;
	}
	to->lsn = harvest->end.lsn;
	to->received_at_ms = harvest->end.received_at_ms;
	memcpy(to->chain, harvest->end.chain, CHAIN_BYTES);
	if (loader->position.lsn == 0)
		to->counted_lsn = harvest->snapshot.lsn;
	if (harvest->moved_lsn > to->counted_lsn)
		to->sweep_lsn = harvest->snapshot.lsn;
}

static enum trouble
begin_harvest(struct loader *loader, struct harvest *out, struct reason *why)
{
	const struct position *position = &loader->position;
	const struct harvest_name after = { position->sweep_port, position->sweep_batch_no };
	enum status status;
	arena_reset(&loader->arena);
	if (position->sweep_lsn != 0)
		status = harvest_sweep(loader->harvester, after.port[0] == '\0' ? NULL : &after, SWEEP_BATCHES, &loader->arena, out,
		    why);
	else
		status = harvest_begin(loader->harvester, position->lsn, position->chain, STRETCH_EVENTS, &loader->arena, out, why);
	return status == STATUS_OK ? TROUBLE_NONE : load_trouble(status, why);
}

/* ---- the transaction ---- */

/* While the snapshot is held. */
static enum trouble
prepare(struct loader *loader, const struct harvest *harvest, struct reason *why)
{
	enum trouble trouble = registry_gather(loader, harvest, why);
	if (trouble == TROUBLE_NONE)
		trouble = pgline_run(loader->line, "BEGIN", why);
	if (trouble == TROUBLE_NONE)
		trouble = position_move(loader->line, loader->ledger, &loader->position, &loader->to, why);
	if (trouble == TROUBLE_NONE)
		trouble = registry_replace(loader, why);
	if (trouble == TROUBLE_NONE)
		trouble = replace_find(loader, harvest, why);
	return trouble == TROUBLE_NONE ? totals_gather(loader, harvest, why) : trouble;
}

/* Behind it: names and texts are the loader's own. */
static enum trouble
put(struct loader *loader, const struct harvest *harvest, struct reason *why)
{
	enum trouble trouble = replace_remove(loader, harvest, why);
	for (int table = 0; table < WAREHOUSE_CROSSING_TABLES && trouble == TROUBLE_NONE; table++)
		trouble = load_copy(loader, (enum warehouse_table)table, why);
	if (trouble == TROUBLE_NONE)
		trouble = load_copy(loader, WAREHOUSE_batch_place, why);
	if (trouble == TROUBLE_NONE)
		trouble = totals_replace(loader, why);
	return trouble == TROUBLE_NONE ? pgline_run(loader->line, "COMMIT", why) : trouble;
}

static enum trouble
transact(struct loader *loader, struct harvest *harvest, struct reason *why)
{
	struct harvest names = *harvest; /* its lists live in our arena, and outlive the snapshot */
	aim(loader, harvest);
	enum trouble trouble = prepare(loader, harvest, why);
	harvest_end(harvest);
	if (trouble == TROUBLE_NONE)
		trouble = put(loader, &names, why);
	if (trouble == TROUBLE_NONE) {
		loader->position = loader->to;
		loader->registry_written = true;
	}
	return trouble;
}

/* A stretch whose months are all there becomes a transaction; else the month is made, and it is read again. */
static enum trouble
take_stretch(struct loader *loader, struct loaded *out, struct reason *why)
{
	struct harvest harvest;
	int64_t day;
	enum trouble trouble = begin_harvest(loader, &harvest, why);
	if (trouble != TROUBLE_NONE)
		return trouble;
	bool sweeping = loader->position.sweep_lsn != 0;
	out->ledger_lsn = harvest.snapshot.lsn;
	out->events = harvest.events;
	out->crossings = harvest.n_batches;
	out->behind = sweeping || harvest.end.lsn < harvest.snapshot.lsn;
	if (!sweeping && harvest.events == 0 && loader->registry_written) {
		harvest_end(&harvest);
		return TROUBLE_NONE;
	}
	trouble = read_stretch(loader, &harvest, why);
	if (trouble == TROUBLE_NONE && lacks_month(loader, &harvest, &day)) {
		harvest_end(&harvest);
		*out = (struct loaded){ .ledger_lsn = out->ledger_lsn, .behind = true };
		return partitions_make(loader, day, why);
	}
	if (trouble == TROUBLE_NONE)
		trouble = transact(loader, &harvest, why);
	harvest_end(&harvest);
	env_trim(loader->options.env);
	out->behind = out->behind || loader->position.sweep_lsn != 0;
	return trouble;
}

enum trouble
loader_step(struct loader *loader, struct loaded *out, struct reason *why)
{
	struct journal_end end;
	struct loaded loaded = { 0 };
	enum status status = follow_end(loader->options.env, &end, why);
	enum trouble trouble = status == STATUS_OK ? TROUBLE_NONE : TROUBLE_LEDGER;
	if (trouble == TROUBLE_NONE && loader->ledger[0] == '\0' && end.lsn > 0)
		trouble = find_position(loader, why);
	loaded.ledger_lsn = end.lsn;
	bool asked = end.lsn != loader->position.lsn || loader->position.sweep_lsn != 0 || !loader->registry_written;
	if (trouble == TROUBLE_NONE && end.lsn > 0 && asked)
		trouble = take_stretch(loader, &loaded, why);
	else if (trouble == TROUBLE_NONE)
		trouble = pgline_look(loader->line, why);
	loaded.lsn = loader->position.lsn;
	if (trouble != TROUBLE_NONE)
		loader_disconnect(loader);
	else
		*out = loaded;
	return trouble;
}

void
loader_look(struct loader *loader, uint64_t reached, uint64_t *ledger_lsn, int64_t *waits_from_ms)
{
	struct followed followed;
	struct journal_end end;
	if (follow_end(loader->options.env, &end, NULL) != STATUS_OK)
		return;
	*ledger_lsn = end.lsn;
	if (reached >= end.lsn)
		*waits_from_ms = 0;
	arena_reset(&loader->arena);
	if (reached < end.lsn && follow_block(loader->options.env, reached + 1, &loader->arena, &followed, NULL) == STATUS_OK)
		*waits_from_ms = followed.received_at_ms;
}
