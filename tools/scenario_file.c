/* YAML to the messages of forecast.proto. See scenario_file.h. */
#include "scenario_file.h"

#include <inttypes.h>
#include <string.h>

#include "civil.h"
#include "decimal.h"
#include "nearest.h"
#include "percent.h"
#include "sentences.h"
#include "yaml.h"

struct reading {
	const struct scenario_ground *ground;
	struct arena *arena;
	struct reason *why;
};

static enum status
no_memory(const struct reading *reading)
{
	return reason_say(reading->why, STATUS_NO_MEMORY, "the file is too large for this tool's memory");
}

/* ---- keys ---- */

static const char *const change_keys[] = { "from", "to", "on", "port", "mode", "direction", "ramp_days", "note", "set", "demand",
	"closed", "open", "add", "ceiling", NULL };
static const char *const scenario_keys[] = { "name", "changes", NULL };
static const char *const root_keys[] = { "scenarios", "name", "changes", NULL };

/* Refuses a key that is not in the NULL-ended list, and names the nearest that is. */
static enum status
check_keys(const struct reading *reading, const struct yaml_node *map, const char *what, const char *const *allowed)
{
	for (size_t i = 0; i < yaml_count(map); i++) {
		struct nearest near = nearest_to(yaml_key(map, i));
		for (size_t j = 0; allowed[j] != NULL; j++)
			nearest_offer(&near, allowed[j]);
		if (near.name == NULL || strcmp(near.name, yaml_key(map, i)) != 0)
			return yaml_fail(yaml_value(map, i), reading->why,
			    "%s has no '%.40s'; the nearest that it can have: '%.40s'", what, yaml_key(map, i), near.name);
	}
	return STATUS_OK;
}

static enum status
read_text(const struct reading *reading, const struct yaml_node *map, const char *key, char **out)
{
	const struct yaml_node *node = yaml_get(map, key);
	if (node == NULL)
		return STATUS_OK;
	const char *text = yaml_text(node);
	if (text == NULL)
		return yaml_fail(node, reading->why, "%s is a list or a map, expected a text", key);
	if (strlen(text) > TEXT_BYTES_MAX || !wire_text_clean(text, strlen(text)))
		return yaml_fail(node, reading->why, "%s is expected to be a clean text of at most %d bytes", key, TEXT_BYTES_MAX);
	char *copy = arena_text(reading->arena, text);
	if (copy == NULL)
		return no_memory(reading);
	*out = copy;
	return STATUS_OK;
}

/* ---- numbers with their unit ---- */

/* "8 kt", "950 t", "12,500 kg". */
static enum status
read_mass(const struct reading *reading, const struct yaml_node *node, const char *key, int64_t *out)
{
	static const struct {
		const char *name;
		enum decimal_unit unit;
		int64_t times;
	} units[] = { { "kg", DECIMAL_KG, 1 }, { "t", DECIMAL_T, 1 }, { "kt", DECIMAL_T, 1000 }, { "Mt", DECIMAL_T, 1000000 } };
	static const struct decimal_style style = { '.', ',' };
	const char *text = yaml_text(node) == NULL ? "" : yaml_text(node), *unit = strchr(text, ' ');
	struct reason inner = { "" };
	int64_t kg;
	for (size_t i = 0; unit != NULL && i < sizeof units / sizeof units[0]; i++) {
		if (strcmp(unit + 1, units[i].name) != 0)
			continue;
		struct span number = { (const uint8_t *)text, (size_t)(unit - text) };
		if (decimal_kg(number, style, units[i].unit, &kg, &inner) != STATUS_OK || kg < 0)
			break;
		*out = kg * units[i].times;
		return STATUS_OK;
	}
	return yaml_fail(node, reading->why, "%s is '%.40s', expected a mass a day with its unit (kg, t, kt or Mt), such as 8 kt",
	    key, text);
}

/* "-20 %": per mille of the forecast, 800. */
static enum status
read_demand(const struct reading *reading, const struct yaml_node *node, int64_t *out)
{
	const char *text = yaml_text(node) == NULL ? "" : yaml_text(node);
	if (!percent_change(text, out))
		return yaml_fail(node, reading->why, "demand is '%.40s', expected %s", text, PERCENT_EXPECTED);
	return STATUS_OK;
}

/* ---- one change ---- */

static enum status
read_where(const struct reading *reading, const struct yaml_node *map, Juyan__V1__Change *change)
{
	int64_t ramp_days = 0, day;
	const struct yaml_node *on = yaml_get(map, "on"), *ramp = yaml_get(map, "ramp_days");
	enum status status = STATUS_OK;
	if (on != NULL && (yaml_get(map, "from") != NULL || yaml_get(map, "to") != NULL))
		return yaml_fail(on, reading->why, "'on' is one day, expected no 'from' or 'to' beside it");
	if (on == NULL && yaml_get(map, "from") == NULL)
		return yaml_fail(map, reading->why, "a change says from when it holds, expected 'from' or, for one day, 'on'");
	if (on != NULL && (yaml_text(on) == NULL || !civil_parse_day(yaml_text(on), &day)))
		return yaml_fail(on, reading->why, "on is expected to be an ISO day such as 2026-07-01");
	if (ramp != NULL)
		status = yaml_number(ramp, "ramp_days", 0, UINT32_MAX, &ramp_days, reading->why);
	change->ramp_days = (uint32_t)ramp_days;
	static const char *const keys[] = { "from", "to", "port", "mode", "direction", "note" };
	char **const texts[] = { &change->from, &change->to, &change->port, &change->mode, &change->direction, &change->note };
	for (size_t i = 0; status == STATUS_OK && i < sizeof keys / sizeof keys[0]; i++)
		status = read_text(reading, map, keys[i], texts[i]);
	if (status == STATUS_OK && on != NULL)
		status = read_text(reading, map, "on", &change->from);
	if (status == STATUS_OK && on != NULL)
		change->to = change->from;
	return status;
}

/* The one thing that a change says, and where it stands. */
static enum status
read_what(const struct reading *reading, const struct yaml_node *map, const struct yaml_node **what, const char **key)
{
	static const char *const whats[] = { "set", "demand", "closed", "open", "add", "ceiling" };
	*what = NULL;
	for (size_t i = 0; i < sizeof whats / sizeof whats[0]; i++) {
		const struct yaml_node *node = yaml_get(map, whats[i]);
		if (node != NULL && *what != NULL)
			return yaml_fail(node, reading->why, "a change is one thing: '%s' beside '%s' is a change of its own",
			    whats[i], *key);
		if (node != NULL) {
			*what = node;
			*key = whats[i];
		}
	}
	if (*what == NULL)
		return yaml_fail(map, reading->why, "it changes nothing, expected one of: set, demand, closed, open, add, ceiling");
	return STATUS_OK;
}

/* What is not so is left out: "closed: no" would have to mean something. */
static enum status
check_yes(const struct reading *reading, const struct yaml_node *node, const char *key)
{
	const char *text = yaml_text(node) == NULL ? "" : yaml_text(node);
	if (strcmp(text, "yes") != 0 && strcmp(text, "true") != 0)
		return yaml_fail(node, reading->why, "%s is '%.40s', expected yes, or to be left out", key, text);
	return STATUS_OK;
}

static enum status
fill_what(const struct reading *reading, const struct yaml_node *what, const char *key, Juyan__V1__Change *change)
{
	if (strcmp(key, "demand") == 0) {
		change->what_case = JUYAN__V1__CHANGE__WHAT_DEMAND_PER_MILLE;
		return read_demand(reading, what, &change->demand_per_mille);
	}
	if (strcmp(key, "closed") == 0 || strcmp(key, "open") == 0) {
		change->what_case = JUYAN__V1__CHANGE__WHAT_CLOSED;
		change->closed = key[0] == 'c';
		return check_yes(reading, what, key);
	}
	if (strcmp(key, "add") == 0) {
		change->what_case = JUYAN__V1__CHANGE__WHAT_ADDED_KG_PER_DAY;
		return read_mass(reading, what, key, &change->added_kg_per_day);
	}
	change->what_case = JUYAN__V1__CHANGE__WHAT_CEILING_KG_PER_DAY;
	return read_mass(reading, what, key, &change->ceiling_kg_per_day);
}

static enum status
fill_lever(const struct reading *reading, const struct yaml_node *set, size_t i, Juyan__V1__Change *change)
{
	change->what_case = JUYAN__V1__CHANGE__WHAT_LEVER;
	change->lever = arena_take(reading->arena, sizeof *change->lever);
	if (change->lever == NULL)
		return no_memory(reading);
	juyan__v1__lever_change__init(change->lever);
	change->lever->name = arena_text(reading->arena, yaml_key(set, i));
	if (change->lever->name == NULL)
		return no_memory(reading);
	return yaml_number(yaml_value(set, i), yaml_key(set, i), 0, INT64_MAX, &change->lever->value, reading->why);
}

/* A finding begins with the name of the field that it is about: so its line is found. */
static enum status
check_change(const struct reading *reading, const struct yaml_node *map, const Juyan__V1__Change *change)
{
	static const struct scenario_ground nothing;
	struct reason found = { "" };
	enum status status = scenario_check(change, reading->ground != NULL ? reading->ground : &nothing, &found);
	bool names = strncmp(found.text, "port ", 5) == 0 || strncmp(found.text, "lever ", 6) == 0;
	if (status == STATUS_OK || (reading->ground == NULL && status == STATUS_NOT_FOUND && names))
		return STATUS_OK;
	const struct yaml_node *at = map;
	for (size_t i = 0; i < yaml_count(map); i++) {
		const char *key = strcmp(yaml_key(map, i), "set") == 0 ? "lever" : yaml_key(map, i);
		if (strncmp(found.text, key, strlen(key)) == 0 && found.text[strlen(key)] == ' ')
			at = yaml_value(map, i);
	}
	yaml_write_fail(at, reading->why, "%.200s", found.text);
	return status;
}

/* A change of several levers is several changes. */
static enum status
read_change(const struct reading *reading, const struct yaml_node *map, Juyan__V1__Scenario *scenario)
{
	const struct yaml_node *what;
	const char *key = NULL;
	if (!yaml_is_map(map))
		return yaml_fail(map, reading->why, "expected a change, such as {from: 2026-07-01, port: ceke, demand: -20 %%}");
	enum status status = check_keys(reading, map, "a change", change_keys);
	if (status == STATUS_OK)
		status = read_what(reading, map, &what, &key);
	if (status != STATUS_OK)
		return status;
	bool levers = strcmp(key, "set") == 0;
	if (levers && (!yaml_is_map(what) || yaml_count(what) == 0))
		return yaml_fail(what, reading->why, "set is expected to be levers and their new values, such as {agvs: 30}");
	for (size_t i = 0; status == STATUS_OK && i < (levers ? yaml_count(what) : 1); i++) {
		Juyan__V1__Change *change = arena_take(reading->arena, sizeof *change);
		if (change == NULL)
			return no_memory(reading);
		if (scenario->n_changes == SCENARIO_CHANGES_MAX)
			return yaml_fail(map, reading->why, "a scenario has at most %d changes", SCENARIO_CHANGES_MAX);
		juyan__v1__change__init(change);
		status = read_where(reading, map, change);
		if (status == STATUS_OK)
			status = levers ? fill_lever(reading, what, i, change) : fill_what(reading, what, key, change);
		if (status == STATUS_OK)
			status = check_change(reading, map, change);
		scenario->changes[scenario->n_changes++] = change;
	}
	return status;
}

/* ---- scenarios ---- */

static enum status
check_name(const struct reading *reading, const struct yaml_node *map, const Juyan__V1__Scenario *scenario,
    const struct scenario_file *file)
{
	const struct yaml_node *node = yaml_get(map, "name");
	if (node == NULL || scenario->name[0] == '\0')
		return yaml_fail(map, reading->why, "a scenario has a name, expected one under 'name'");
	if (strlen(scenario->name) > SHORT_TEXT_BYTES_MAX)
		return yaml_fail(node, reading->why, "name is longer than %d bytes", SHORT_TEXT_BYTES_MAX);
	for (size_t i = 0; i < file->n; i++)
		if (strcmp(file->scenarios[i]->name, scenario->name) == 0)
			return yaml_fail(node, reading->why, "another scenario has the name '%.64s' already", scenario->name);
	return STATUS_OK;
}

static enum status
read_scenario(const struct reading *reading, const struct yaml_node *map, struct scenario_file *file)
{
	if (!yaml_is_map(map))
		return yaml_fail(map, reading->why, "expected a scenario: 'name' and 'changes'");
	if (file->n == SCENARIO_FILE_MAX)
		return yaml_fail(map, reading->why, "a file has at most %d scenarios", SCENARIO_FILE_MAX);
	const struct yaml_node *changes = yaml_get(map, "changes");
	Juyan__V1__Scenario *scenario = arena_take(reading->arena, sizeof *scenario);
	Juyan__V1__Change **list = arena_take(reading->arena, SCENARIO_CHANGES_MAX * sizeof *list);
	if (scenario == NULL || list == NULL)
		return no_memory(reading);
	juyan__v1__scenario__init(scenario);
	scenario->changes = list;
	enum status status = check_keys(reading, map, "a scenario", scenario_keys);
	if (status == STATUS_OK)
		status = read_text(reading, map, "name", &scenario->name);
	if (status == STATUS_OK)
		status = check_name(reading, map, scenario, file);
	if (status == STATUS_OK && (changes == NULL || !yaml_is_list(changes)))
		return yaml_fail(changes == NULL ? map : changes, reading->why, "a scenario has a list of changes under 'changes'");
	for (size_t i = 0; status == STATUS_OK && i < yaml_count(changes); i++)
		status = read_change(reading, yaml_item(changes, i), scenario);
	file->scenarios[file->n++] = scenario;
	return status;
}

static enum status
read_root(const struct reading *reading, const struct yaml *yaml, const char *name, struct scenario_file *file)
{
	const struct yaml_node *root = yaml_root(yaml);
	if (root == NULL)
		return reason_say(reading->why, STATUS_SYNTAX,
		    "%.160s:1: it is empty, expected 'name' and 'changes', or 'scenarios'", name);
	if (!yaml_is_map(root))
		return yaml_fail(root, reading->why,
		    "expected 'name' and 'changes' of a scenario, or a list of such under 'scenarios'");
	const struct yaml_node *several = yaml_get(root, "scenarios");
	if (several == NULL)
		return read_scenario(reading, root, file);
	enum status status = check_keys(reading, root, "the file", root_keys);
	if (status == STATUS_OK && yaml_count(root) > 1)
		return yaml_fail(root, reading->why, "'scenarios' stands alone, expected 'name' and 'changes' under each of them");
	if (status == STATUS_OK && (!yaml_is_list(several) || yaml_count(several) == 0))
		return yaml_fail(several, reading->why, "scenarios is expected to be a list");
	for (size_t i = 0; status == STATUS_OK && i < yaml_count(several); i++)
		status = read_scenario(reading, yaml_item(several, i), file);
	return status;
}

static enum status
read_yaml(struct yaml *yaml, const char *name, const struct reading *reading, struct scenario_file *out)
{
	struct scenario_file file = { .n = 0 };
	enum status status = read_root(reading, yaml, name, &file);
	yaml_close(&yaml);
	if (status == STATUS_OK)
		*out = file;
	return status;
}

enum status
scenario_file_read(const char *path, const struct scenario_ground *ground, struct arena *arena, struct scenario_file *out,
    struct reason *why)
{
	struct yaml *yaml = NULL;
	enum status status = yaml_open_file(path, &yaml, why);
	return status != STATUS_OK ? status : read_yaml(yaml, path, &(struct reading){ ground, arena, why }, out);
}

enum status
scenario_file_parse(const char *name, const char *text, size_t bytes, const struct scenario_ground *ground, struct arena *arena,
    struct scenario_file *out, struct reason *why)
{
	struct yaml *yaml = NULL;
	enum status status = yaml_open_text(name, text, bytes, &yaml, why);
	return status != STATUS_OK ? status : read_yaml(yaml, name, &(struct reading){ ground, arena, why }, out);
}
