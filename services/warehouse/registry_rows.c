/* The registry in the warehouse: each change as it was made, and the ports and commodity groups as they are now. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "load_parts.h"

static void
text_cell(struct copytext *text, const char *value)
{
	copytext_string(text, value == NULL || value[0] == '\0' ? NULL : value);
}

/* ---- changes ---- */

static enum trouble
change_row(struct loader *loader, const struct harvest_change *change, const Juyan__V1__RegistryRecord *record, size_t item,
    struct reason *why)
{
	struct copytext *text = &loader->texts[WAREHOUSE_registry_history];
	char name[REGISTRY_KEY_BYTES];
	json_t *json = NULL;
	bool dropped = item > change->change->n_put;
	if (!registry_key(record, name) || json_write(&record->base, true, &json) != STATUS_OK)
		return load_no_memory(why);
	char *written = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(json);
	if (written == NULL)
		return load_no_memory(why);
	copytext_string(text, loader->ledger);
	copytext_number(text, (int64_t)change->lsn);
	copytext_number(text, (int64_t)item);
	copytext_time(text, change->received_at_ms);
	copytext_string(text, change->change->by);
	copytext_string(text, change->change->reason);
	copytext_string(text, name);
	copytext_bool(text, dropped);
	copytext_string(text, written);
	copytext_end(text);
	free(written);
	return TROUBLE_NONE;
}

static enum trouble
change_rows(struct loader *loader, const struct harvest_change *change, struct reason *why)
{
	enum trouble trouble = TROUBLE_NONE;
	const Juyan__V1__RegistryChanged *changed = change->change;
	for (size_t i = 0; i < changed->n_put + changed->n_drop && trouble == TROUBLE_NONE; i++)
		trouble = change_row(loader, change, i < changed->n_put ? changed->put[i] : changed->drop[i - changed->n_put],
		    i + 1, why);
	return trouble;
}

/* ---- what holds now ---- */

static void
port_row(struct loader *loader, const Juyan__V1__Port *port)
{
	struct copytext *text = &loader->texts[WAREHOUSE_port];
	copytext_string(text, port->id);
	copytext_string(text, loader->ledger);
	text_cell(text, port->name_zh);
	text_cell(text, port->name_mn);
	text_cell(text, port->name_en);
	text_cell(text, port->utc_offset);
	text_cell(text, port->unlocode);
	copytext_end(text);
}

static void
group_row(struct loader *loader, const Juyan__V1__CommodityGroup *group)
{
	struct copytext *text = &loader->texts[WAREHOUSE_commodity_group];
	copytext_string(text, group->id);
	copytext_string(text, loader->ledger);
	text_cell(text, group->name_zh);
	text_cell(text, group->name_mn);
	text_cell(text, group->name_en);
	copytext_number(text, group->rank);
	copytext_end(text);
}

/* Records of one id stand together in the order of valid_from: the last of them holds. */
static enum trouble
now_rows(struct loader *loader, const struct harvest *harvest, bool ports, struct reason *why)
{
	Juyan__V1__RegistryRecord **records;
	size_t n, before = loader->crossing.used;
	enum status status = harvest_records(harvest, ports ? "port" : "group", &loader->crossing, &records, &n);
	for (size_t i = 0; status == STATUS_OK && i < n; i++) {
		const char *id = ports ? records[i]->port->id : records[i]->group->id;
		const char *next = i + 1 == n ? "" : ports ? records[i + 1]->port->id : records[i + 1]->group->id;
		if (strcmp(id, next) == 0)
			continue;
		if (ports)
			port_row(loader, records[i]->port);
		else
			group_row(loader, records[i]->group);
	}
	loader->crossing.used = before;
	return status == STATUS_OK ? TROUBLE_NONE : load_trouble(status, why);
}

enum trouble
registry_gather(struct loader *loader, const struct harvest *harvest, struct reason *why)
{
	enum trouble trouble = TROUBLE_NONE;
	loader->registry_changed = harvest->n_changes > 0 || loader->position.lsn == 0;
	if (!loader->registry_changed)
		return TROUBLE_NONE;
	arena_reset(&loader->crossing);
	for (size_t i = 0; i < harvest->n_changes && trouble == TROUBLE_NONE; i++)
		trouble = change_rows(loader, &harvest->changes[i], why);
	if (trouble == TROUBLE_NONE)
		trouble = now_rows(loader, harvest, true, why);
	copytext_empty(&loader->list);
	copytext_raw(&loader->list, "{");
	bool first = true;
	for (const char *port = registry_next_port(harvest->registry, NULL); port != NULL;
	     port = registry_next_port(harvest->registry, port), first = false)
		copytext_element(&loader->list, port, first);
	copytext_raw(&loader->list, "}");
	if (loader->list.no_memory)
		return load_no_memory(why);
	return trouble == TROUBLE_NONE ? now_rows(loader, harvest, false, why) : trouble;
}

/* A port that two ledgers wrote would be counted twice in every sum. `ports` is an array of ours. */
static enum trouble
check_owner(struct loader *loader, const char *ports, struct reason *why)
{
	const char *const parameters[] = { loader->ledger, ports };
	enum trouble trouble = pgline_ask(loader->line,
	    "SELECT port, ledger FROM juyan.port WHERE ledger <> $1 AND port = ANY($2) ORDER BY port", parameters, 2, why);
	if (trouble != TROUBLE_NONE || pgline_rows(loader->line) == 0)
		return trouble;
	(void)reason_say(why, STATUS_CONTRADICTION, "port '%.32s' is written into this warehouse by another ledger (%.16s...)",
	    pgline_cell(loader->line, 0, 0), pgline_cell(loader->line, 0, 1));
	return TROUBLE_OTHER_LEDGER;
}

enum trouble
registry_replace(struct loader *loader, struct reason *why)
{
	const char *const parameters[] = { loader->ledger };
	if (!loader->registry_changed)
		return TROUBLE_NONE;
	enum trouble trouble = check_owner(loader, loader->list.bytes, why);
	if (trouble == TROUBLE_NONE)
		trouble = pgline_ask(loader->line, "DELETE FROM juyan.port WHERE ledger = $1", parameters, 1, why);
	if (trouble == TROUBLE_NONE)
		trouble = pgline_ask(loader->line, "DELETE FROM juyan.commodity_group WHERE ledger = $1", parameters, 1, why);
	static const enum warehouse_table tables[] = { WAREHOUSE_port, WAREHOUSE_commodity_group, WAREHOUSE_registry_history };
	for (size_t i = 0; i < sizeof tables / sizeof tables[0] && trouble == TROUBLE_NONE; i++)
		trouble = load_copy(loader, tables[i], why);
	return trouble;
}
