/* The registry in the warehouse: each change as it was made; ports, places, groups and terminals as they are now. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "load_parts.h"
#include "places.h"

enum { NUMBER_BYTES = 24 };

static void
text_cell(struct copytext *text, const char *value)
{
	copytext_string(text, value == NULL || value[0] == '\0' ? NULL : value);
}

/* A site goes by the name that it has here. */
static void
site_cell(struct copytext *text, const struct registry *registry, uint32_t site_no)
{
	const struct terminal_rule *site = site_no == 0 ? NULL : registry_terminal(registry, site_no);
	char number[NUMBER_BYTES];
	snprintf(number, sizeof number, "%" PRIu32, site_no);
	copytext_string(text, site_no == 0 ? NULL : site == NULL || site->name[0] == '\0' ? number : site->name);
}

/* ---- changes ---- */

static enum trouble
change_row(struct loader *loader, const struct harvest_change *change, size_t i, const struct registry *registry,
    struct reason *why)
{
	struct copytext *text = &loader->texts[WAREHOUSE_registry_history];
	const Juyan__V1__RegistryChanged *changed = change->change;
	bool dropped = i >= changed->n_put;
	const Juyan__V1__RegistryRecord *record = dropped ? changed->drop[i - changed->n_put] : changed->put[i];
	char name[REGISTRY_KEY_BYTES];
	json_t *json = NULL;
	if (!registry_key(record, name) || json_write(&record->base, true, &json) != STATUS_OK)
		return load_no_memory(why);
	char *written = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(json);
	if (written == NULL)
		return load_no_memory(why);
	copytext_string(text, loader->ledger);
	copytext_number(text, (int64_t)change->lsn);
	copytext_number(text, (int64_t)i + 1);
	copytext_time(text, change->received_at_ms);
	copytext_string(text, changed->by);
	copytext_string(text, changed->reason);
	copytext_string(text, name);
	copytext_bool(text, dropped);
	copytext_string(text, written);
	site_cell(text, registry, change->site_no);
	copytext_end(text);
	free(written);
	return TROUBLE_NONE;
}

static enum trouble
change_rows(struct loader *loader, const struct harvest *harvest, struct reason *why)
{
	enum trouble trouble = TROUBLE_NONE;
	for (size_t n = 0; n < harvest->n_changes; n++) {
		const struct harvest_change *change = &harvest->changes[n];
		for (size_t i = 0; i < change->change->n_put + change->change->n_drop && trouble == TROUBLE_NONE; i++)
			trouble = change_row(loader, change, i, harvest->registry, why);
	}
	return trouble;
}

/* ---- what holds now ---- */

static void
names_cells(struct copytext *text, const char *zh, const char *mn, const char *en)
{
	text_cell(text, zh);
	text_cell(text, mn);
	text_cell(text, en);
}

static void
port_row(struct loader *loader, const Juyan__V1__RegistryRecord *record)
{
	struct copytext *text = &loader->texts[WAREHOUSE_port];
	const Juyan__V1__Port *port = record->port;
	copytext_string(text, port->id);
	copytext_string(text, loader->ledger);
	names_cells(text, port->name_zh, port->name_mn, port->name_en);
	text_cell(text, port->utc_offset);
	text_cell(text, port->unlocode);
	copytext_end(text);
}

static void
group_row(struct loader *loader, const Juyan__V1__RegistryRecord *record)
{
	struct copytext *text = &loader->texts[WAREHOUSE_commodity_group];
	const Juyan__V1__CommodityGroup *group = record->group;
	copytext_string(text, group->id);
	copytext_string(text, loader->ledger);
	names_cells(text, group->name_zh, group->name_mn, group->name_en);
	copytext_number(text, group->rank);
	copytext_end(text);
}

static void
place_row(struct loader *loader, const Juyan__V1__RegistryRecord *record)
{
	struct copytext *text = &loader->texts[WAREHOUSE_place];
	const Juyan__V1__Place *place = record->place;
	copytext_string(text, place->id);
	copytext_string(text, loader->ledger);
	text_cell(text, place->parent);
	names_cells(text, place->name_zh, place->name_mn, place->name_en);
	copytext_end(text);
}

static void
terminal_row(struct loader *loader, const Juyan__V1__RegistryRecord *record)
{
	struct copytext *text = &loader->texts[WAREHOUSE_terminal];
	const Juyan__V1__Terminal *terminal = record->terminal;
	copytext_string(text, loader->ledger);
	copytext_number(text, terminal->terminal_no);
	text_cell(text, terminal->name);
	copytext_null(text);
	copytext_number(text, terminal->terminal_no);
	copytext_bool(text, terminal->site);
	copytext_end(text);
}

/* Of which table rows are, and how a record becomes one. */
struct kind {
	const char *name;
	void (*row)(struct loader *loader, const Juyan__V1__RegistryRecord *record);
};

/* Whether two records say the same thing of different days: but for those, their keys are alike. */
static bool
is_same_thing(const Juyan__V1__RegistryRecord *a, const Juyan__V1__RegistryRecord *b)
{
	char key[REGISTRY_KEY_BYTES], other[REGISTRY_KEY_BYTES];
	Juyan__V1__RegistryRecord of_a = *a, of_b = *b;
	char ever[] = "";
	of_a.valid_from = of_b.valid_from = ever;
	return registry_key(&of_a, key) && registry_key(&of_b, other) && strcmp(key, other) == 0;
}

/* Records of one thing stand together in the order of valid_from: the last of them holds. */
static enum trouble
kind_rows(struct loader *loader, const struct harvest *harvest, const struct kind *kind, struct reason *why)
{
	Juyan__V1__RegistryRecord **records;
	size_t n, before = loader->crossing.used;
	enum status status = harvest_records(harvest, kind->name, &loader->crossing, &records, &n);
	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		if (i + 1 == n || !is_same_thing(records[i], records[i + 1]))
			kind->row(loader, records[i]);
	loader->crossing.used = before;
	return status == STATUS_OK ? TROUBLE_NONE : load_trouble(status, why);
}

/* A port under itself, and under each place above it. The list of all ports is for check_owner(). */
static void
place_port_rows(struct loader *loader, const struct registry *registry)
{
	struct copytext *text = &loader->texts[WAREHOUSE_place_port];
	bool first = true;
	copytext_empty(&loader->list);
	copytext_raw(&loader->list, "{");
	for (const char *port = registry_next_port(registry, NULL); port != NULL; port = registry_next_port(registry, port)) {
		int64_t steps = 0;
		copytext_element(&loader->list, port, first);
		first = false;
		for (const char *place = port; place != NULL; place = places_above(registry_places(registry), place)) {
			copytext_string(text, place);
			copytext_string(text, port);
			copytext_string(text, loader->ledger);
			copytext_number(text, steps++);
			copytext_end(text);
		}
	}
	copytext_raw(&loader->list, "}");
}

struct site_terminals {
	struct loader *loader;
	const struct registry *registry;
};

static void
site_terminal_row(void *user, uint32_t terminal_no, struct span name)
{
	const struct site_terminals *of = user;
	uint32_t site_no = block_site(terminal_no);
	struct copytext *text = &of->loader->texts[WAREHOUSE_terminal];
	copytext_string(text, of->loader->ledger);
	copytext_number(text, terminal_no);
	copytext_span(text, name);
	site_cell(text, of->registry, site_no);
	copytext_number(text, terminal_no - block_terminal(site_no, 0));
	copytext_bool(text, false);
	copytext_end(text);
}

enum trouble
registry_gather(struct loader *loader, const struct harvest *harvest, struct reason *why)
{
	static const struct kind kinds[] = { { "port", port_row }, { "group", group_row }, { "place", place_row },
		{ "terminal", terminal_row } };
	struct site_terminals sites = { loader, harvest->registry };
	loader->registry_changed = harvest->n_changes > 0 || !loader->registry_written;
	if (!loader->registry_changed)
		return TROUBLE_NONE;
	arena_reset(&loader->crossing);
	enum trouble trouble = change_rows(loader, harvest, why);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && trouble == TROUBLE_NONE; i++)
		trouble = kind_rows(loader, harvest, &kinds[i], why);
	if (trouble != TROUBLE_NONE)
		return trouble;
	place_port_rows(loader, harvest->registry);
	enum status status = harvest_site_terminals(harvest, site_terminal_row, &sites);
	if (loader->list.no_memory)
		return load_no_memory(why);
	return status == STATUS_OK ? TROUBLE_NONE : load_trouble(status, why);
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
	static const enum warehouse_table tables[] = { WAREHOUSE_port, WAREHOUSE_commodity_group, WAREHOUSE_place,
		WAREHOUSE_place_port, WAREHOUSE_terminal };
	enum trouble trouble = check_owner(loader, loader->list.bytes, why);
	for (size_t i = 0; i < sizeof tables / sizeof tables[0] && trouble == TROUBLE_NONE; i++) {
		char sql[SQL_BYTES];
		snprintf(sql, sizeof sql, "DELETE FROM juyan.%s WHERE ledger = $1", warehouse_table_name(tables[i]));
		trouble = pgline_ask(loader->line, sql, parameters, 1, why);
		if (trouble == TROUBLE_NONE)
			trouble = load_copy(loader, tables[i], why);
	}
	return trouble == TROUBLE_NONE ? load_copy(loader, WAREHOUSE_registry_history, why) : trouble;
}
