/* Settings of AGV sources into rules; templates. The texts are copied, for the settings are lent. */
#include "agv_rules.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "civil.h"

enum { RULES_BYTES = 512 * 1024, TEMPLATE_BYTES_MAX = 256, HASH_BYTES = 8, SILENT_S = 60 };

static const char *
copy(struct agv_rules *rules, const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *into = arena_take(&rules->texts, bytes);
	return into != NULL ? memcpy(into, text, bytes) : NULL;
}

/* A scalar of 1 to bytes_max bytes. */
static enum status
read_text(struct agv_rules *rules, const struct yaml_node *node, const char *what, size_t bytes_max, const char **out,
    struct reason *why)
{
	const char *text = yaml_text(node);
	if (text == NULL || text[0] == '\0' || strlen(text) > bytes_max || !wire_text_clean(text, strlen(text)))
		return yaml_fail(node, why, "%s: a text of 1 to %zu bytes is expected", what, bytes_max);
	if ((*out = copy(rules, text)) == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "%s is more than there is memory for", what);
	return STATUS_OK;
}

static enum status
read_nodes(struct agv_rules *rules, const struct yaml_node *node, const char *what, const char ***out, size_t *n,
    struct reason *why)
{
	if (node == NULL)
		return STATUS_OK;
	if (!yaml_is_list(node) || yaml_count(node) == 0 || yaml_count(node) > AGV_NODES_MAX)
		return yaml_fail(node, why, "%s: a list of 1 to %d nodes is expected", what, AGV_NODES_MAX);
	const char **list = arena_take(&rules->texts, yaml_count(node) * sizeof *list);
	if (list == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "%s is more than there is memory for", what);
	for (size_t i = 0; i < yaml_count(node); i++) {
		enum status status = read_text(rules, yaml_item(node, i), what, SHORT_TEXT_BYTES_MAX, &list[i], why);
		if (status != STATUS_OK)
			return status;
	}
	*out = list;
	*n = yaml_count(node);
	return STATUS_OK;
}

static enum status
read_lanes(struct agv_rules *rules, const struct yaml_node *settings, struct reason *why)
{
	const struct yaml_node *lane = yaml_get(settings, "lane"), *lanes = yaml_get(settings, "lanes");
	enum status status = lane != NULL ? read_text(rules, lane, "lane", SHORT_TEXT_BYTES_MAX, &rules->lane, why) : STATUS_OK;
	if (status != STATUS_OK || lanes == NULL)
		return status;
	if (!yaml_is_map(lanes) || yaml_count(lanes) > AGV_NODES_MAX)
		return yaml_fail(lanes, why, "lanes: a map of at most %d pairs, node: lane, is expected", AGV_NODES_MAX);
	size_t n = yaml_count(lanes);
	rules->lane_nodes = arena_take(&rules->texts, (n + 1) * sizeof *rules->lane_nodes);
	rules->lane_names = arena_take(&rules->texts, (n + 1) * sizeof *rules->lane_names);
	if (rules->lane_nodes == NULL || rules->lane_names == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "lanes is more than there is memory for");
	for (size_t i = 0; i < n && status == STATUS_OK; i++, rules->n_lanes = i) {
		if ((rules->lane_nodes[i] = copy(rules, yaml_key(lanes, i))) == NULL)
			return reason_say(why, STATUS_NO_MEMORY, "lanes is more than there is memory for");
		status = read_text(rules, yaml_value(lanes, i), "lanes", SHORT_TEXT_BYTES_MAX, &rules->lane_names[i], why);
	}
	return status;
}

/* ---- templates ---- */

static const char *const fields[] = { "{order}", "{load}", "{manufacturer}", "{serial}", "{date}" };
enum { FIELDS = sizeof fields / sizeof fields[0], DATE = FIELDS - 1 };

static size_t
field_at(const char *at)
{
	size_t i = 0;
	while (i < FIELDS && strncmp(at, fields[i], strlen(fields[i])) != 0)
		i++;
	return i;
}

static enum status
read_template(struct agv_rules *rules, const struct yaml_node *map, const char *name, const char **out, struct reason *why)
{
	const struct yaml_node *node = yaml_get(map, name);
	if (node == NULL)
		return STATUS_OK;
	const char *text = yaml_text(node);
	if (text != NULL && text[0] == '\0') {
		*out = "";
		return STATUS_OK;
	}
	enum status status = read_text(rules, node, name, TEMPLATE_BYTES_MAX, out, why);
	for (const char *at = text; status == STATUS_OK && (at = strchr(at, '{')) != NULL; at++)
		if (field_at(at) == FIELDS)
			status = yaml_fail(node, why,
			    "%s: '%.24s' is not known; expected {order}, {load}, {manufacturer}, {serial} or {date}", name, at);
	return status;
}

void
agv_fill(const char *template, const struct agv_names *names, size_t bytes_max, char *out)
{
	int year, month, day;
	char date[40], text[2048] = "";
	size_t n = 0;
	civil_date((names->at_ms + names->offset_minutes * INT64_C(60000)) / CIVIL_MS_PER_DAY, &year, &month, &day);
	snprintf(date, sizeof date, "%04d%02d%02d", year, month, day);
	const char *values[FIELDS] = { names->order, names->load, names->manufacturer, names->serial, date };
	out[0] = '\0';
	while (*template != '\0' && n + 1 < sizeof text) {
		size_t field = field_at(template);
		if (field < FIELDS && values[field][0] == '\0')
			return;
		int added = field < FIELDS ? snprintf(text + n, sizeof text - n, "%s", values[field])
					   : snprintf(text + n, sizeof text - n, "%c", *template);
		n += added > 0 ? (size_t)added : 0;
		template += field < FIELDS ? strlen(fields[field]) : 1;
	}
	agv_fit(text, bytes_max, out);
}

void
agv_fit(const char *text, size_t bytes_max, char *out)
{
	size_t bytes = strnlen(text, bytes_max + 1);
	if (bytes <= bytes_max) {
		memcpy(out, text, bytes + 1);
		wire_text_mend(out);
		return;
	}
	uint8_t hash[crypto_generichash_BYTES_MIN];
	char hex[2 * HASH_BYTES + 1];
	crypto_generichash(hash, sizeof hash, (const unsigned char *)text, strlen(text), NULL, 0);
	sodium_bin2hex(hex, sizeof hex, hash, HASH_BYTES);
	bytes = bytes_max - sizeof hex;
	while (bytes > 0 && ((unsigned char)text[bytes] & 0xC0) == 0x80)
		bytes--;
	memcpy(out, text, bytes);
	snprintf(out + bytes, bytes_max + 1 - bytes, "~%s", hex);
	wire_text_mend(out);
}

/* ---- the manifest's part ---- */

static enum status
read_goods(struct agv_rules *rules, const struct yaml_node *list, struct reason *why)
{
	if (!yaml_is_list(list) || yaml_count(list) == 0 || yaml_count(list) > AGV_GOODS_MAX)
		return yaml_fail(list, why, "goods: a list of 1 to %d is expected", AGV_GOODS_MAX);
	for (size_t i = 0; i < yaml_count(list); i++) {
		const struct yaml_node *line = yaml_item(list, i);
		enum status status = yaml_only(line, (const char *const[]){ "description", "hs_code", NULL }, why);
		if (status != STATUS_OK)
			return status;
		const struct yaml_node *about = yaml_get(line, "description"), *hs = yaml_get(line, "hs_code");
		if (about == NULL)
			return yaml_fail(line, why, "goods: a description is expected");
		if ((status = read_text(rules, about, "description", TEXT_BYTES_MAX, &rules->goods[i], why)) != STATUS_OK)
			return status;
		rules->hs[i] = "";
		if (hs == NULL)
			continue;
		if ((status = read_text(rules, hs, "hs_code", HS_DIGITS_MAX, &rules->hs[i], why)) != STATUS_OK)
			return status;
		if (strspn(rules->hs[i], "0123456789") != strlen(rules->hs[i]) || strlen(rules->hs[i]) < HS_DIGITS_MIN)
			return yaml_fail(hs, why, "hs_code: %d to %d digits are expected", HS_DIGITS_MIN, HS_DIGITS_MAX);
	}
	rules->n_goods = yaml_count(list);
	return STATUS_OK;
}

static enum status
read_lodge(struct agv_rules *rules, const struct yaml_node *lodge, struct reason *why)
{
	if (lodge == NULL)
		return STATUS_OK;
	enum status status = yaml_only(lodge, (const char *const[]){ "direction", "goods", "waybill", NULL }, why);
	if (status != STATUS_OK)
		return status;
	const struct yaml_node *direction = yaml_get(lodge, "direction"), *goods = yaml_get(lodge, "goods");
	if (direction == NULL || yaml_text(direction) == NULL || !wire_direction_of(yaml_text(direction), &rules->direction))
		return yaml_fail(direction != NULL ? direction : lodge, why, "lodge: direction is expected: import or export");
	if (goods == NULL)
		return yaml_fail(lodge, why, "lodge: goods is expected: a list of description and hs_code");
	status = read_goods(rules, goods, why);
	if (status == STATUS_OK)
		status = read_template(rules, lodge, "waybill", &rules->waybill, why);
	if (status == STATUS_OK && (rules->waybill[0] == '\0' || rules->batch[0] == '\0'))
		return yaml_fail(lodge, why, "lodge: a manifest needs a waybill and a batch number; expected: templates for them");
	rules->lodges = status == STATUS_OK;
	return status;
}

static enum status
read_weight(struct agv_rules *rules, const struct yaml_node *settings, struct reason *why)
{
	const struct yaml_node *weight = yaml_get(settings, "weight"), *tare = yaml_get(settings, "tare_kg");
	const struct yaml_node *silent = yaml_get(settings, "silent_s");
	const char *text = weight != NULL ? yaml_text(weight) : "declared";
	if (text == NULL || (strcmp(text, "declared") != 0 && strcmp(text, "weighed") != 0))
		return yaml_fail(weight, why, "weight: declared or weighed is expected");
	rules->weighed = strcmp(text, "weighed") == 0;
	int64_t seconds = SILENT_S;
	enum status status = tare != NULL ? yaml_number(tare, "tare_kg", 1, UNIT_KG_MAX_AGV, &rules->tare_kg, why) : STATUS_OK;
	if (status == STATUS_OK && rules->weighed && tare == NULL)
		status = yaml_fail(weight, why, "weight: weighed needs tare_kg, the mass of the empty vehicle");
	if (status == STATUS_OK && silent != NULL)
		status = yaml_number(silent, "silent_s", 0, 86400, &seconds, why);
	rules->silent_ms = seconds * 1000;
	return status;
}

static enum status
read_rules(struct agv_rules *rules, const struct yaml_node *settings, struct reason *why)
{
	if (!yaml_is_map(settings))
		return yaml_fail(settings, why, "a map of settings is expected here");
	if (yaml_get(settings, "unload_nodes") == NULL)
		return yaml_fail(settings, why,
		    "unload_nodes is missing; expected: the list of the nodes at which a load comes off");
	enum status status =
	    read_nodes(rules, yaml_get(settings, "unload_nodes"), "unload_nodes", &rules->unload, &rules->n_unload, why);
	if (status == STATUS_OK)
		status = read_nodes(rules, yaml_get(settings, "load_nodes"), "load_nodes", &rules->load, &rules->n_load, why);
	if (status == STATUS_OK)
		status = read_lanes(rules, settings, why);
	if (status == STATUS_OK)
		status = read_template(rules, settings, "unit", &rules->unit, why);
	if (status == STATUS_OK)
		status = read_template(rules, settings, "batch", &rules->batch, why);
	if (status == STATUS_OK)
		status = read_lodge(rules, yaml_get(settings, "lodge"), why);
	return status == STATUS_OK ? read_weight(rules, settings, why) : status;
}

enum status
agv_rules_open(const struct yaml_node *settings, struct agv_rules *out, struct reason *why)
{
	*out = (struct agv_rules){ .lane = "",
		.unit = "{serial}",
		.batch = "{order}",
		.waybill = "{load}",
		.silent_ms = SILENT_S * 1000 };
	enum status status = arena_open(&out->texts, RULES_BYTES);
	if (status != STATUS_OK)
		return reason_say(why, status, "there is no memory for the settings");
	out->anywhere = settings == NULL;
	status = settings != NULL ? read_rules(out, settings, why) : STATUS_OK;
	if (status == STATUS_OK && out->unit[0] == '\0')
		status = yaml_fail(settings, why, "unit: a template is expected, such as {serial}");
	if (status != STATUS_OK)
		agv_rules_close(out);
	return status;
}

void
agv_rules_close(struct agv_rules *rules)
{
	arena_close(&rules->texts);
}

static bool
has(const char **list, size_t n, const char *node)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], node) == 0)
			return true;
	return false;
}

bool
agv_unloads_at(const struct agv_rules *rules, const char *node)
{
	return rules->anywhere || has(rules->unload, rules->n_unload, node);
}

bool
agv_loads_at(const struct agv_rules *rules, const char *node)
{
	return has(rules->load, rules->n_load, node);
}

const char *
agv_lane_of(const struct agv_rules *rules, const char *node)
{
	for (size_t i = 0; i < rules->n_lanes; i++)
		if (strcmp(rules->lane_nodes[i], node) == 0)
			return rules->lane_names[i];
	return rules->lane;
}
