/* See gateway_config.h. */
#include "gateway_config.h"

#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "civil.h"
#include "keys.h"
#include "nearest.h"

enum { NAMES_MAX = 96 };

#define TEXT_OF(value) #value

static const struct setting {
	const char *name, *fallback, *prose;
	bool is_text;
	int64_t number, min, max;
	size_t offset; /* of its field */
} settings[] = {
#define X_text(setting, value, least, most, text) \
	{ #setting, value, text, true, 0, 0, 0, offsetof(struct gateway_config, setting) },
#define X_number(setting, value, least, most, text) \
	{ #setting, TEXT_OF(value), text, false, value, least, most, offsetof(struct gateway_config, setting) },
#define X(kind, name, fallback, min, max, prose) X_##kind(name, fallback, min, max, prose)
	GATEWAY_SETTING_LIST(X)
#undef X
#undef X_text
#undef X_number
};
enum { SETTINGS = sizeof settings / sizeof settings[0] };

const char *
gateway_config_setting(size_t i, const char **fallback, const char **prose)
{
	if (i >= SETTINGS)
		return NULL;
	*fallback = settings[i].fallback;
	*prose = settings[i].prose;
	return settings[i].name;
}

/* ---- names ---- */

struct names {
	const char *list[NAMES_MAX];
	size_t n;
};

static void
offer(struct names *names, const char *name)
{
	if (names->n < NAMES_MAX)
		names->list[names->n++] = name;
}

static void
offer_settings(struct names *names, const struct connector_setting *list)
{
	for (; list != NULL && list->name != NULL; list++)
		offer(names, list->name);
}

/* "a, b, c", cut where it does not fit. */
static void
write_names(const struct names *names, char *out, size_t bytes)
{
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < names->n && used < bytes; i++) {
		int n = snprintf(out + used, bytes - used, "%s%s", i == 0 ? "" : ", ", names->list[i]);
		used += n < 0 ? bytes : (size_t)n;
	}
}

static enum status
fail_unknown(const struct yaml_node *node, const char *what, const char *said, const struct names *known, struct reason *why)
{
	char list[160];
	write_names(known, list, sizeof list);
	const char *near = nearest_of(said, known->list, known->n);
	return yaml_fail(node, why, "there is no %s '%.32s'; '%s' is the nearest. Known: %s", what, said, near == NULL ? "" : near,
	    list);
}

static enum status
check_names(const struct yaml_node *map, const struct names *known, struct reason *why)
{
	for (size_t i = 0; i < yaml_count(map); i++) {
		size_t k = 0;
		while (k < known->n && strcmp(known->list[k], yaml_key(map, i)) != 0)
			k++;
		if (k == known->n)
			return fail_unknown(yaml_value(map, i), "setting", yaml_key(map, i), known, why);
	}
	return STATUS_OK;
}

/* ---- a source ---- */

/* It names a file and a machine, too. */
static bool
is_name(const char *text)
{
	size_t bytes = text == NULL ? 0 : strlen(text);
	return bytes > 0 && bytes <= SOURCE_NAME_BYTES_MAX && text[0] != '.' &&
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == bytes;
}

static enum status
read_name(const struct gateway_config *config, const struct yaml_node *map, const char **out, struct reason *why)
{
	const struct yaml_node *node = yaml_get(map, "name");
	const char *name = node != NULL ? yaml_text(node) : NULL;
	if (!is_name(name))
		return yaml_fail(node != NULL ? node : map, why,
		    "a source needs a name: at most %d letters, digits, '-', '_' and '.', such as gate-1", SOURCE_NAME_BYTES_MAX);
	const struct machine_source *other = gateway_config_source(config, name);
	if (other != NULL)
		return yaml_fail(node, why, "two sources are named '%s'; the first stands in line %d", name,
		    yaml_line(other->settings));
	*out = name;
	return STATUS_OK;
}

static void
offer_connectors(struct names *names)
{
	for (size_t i = 0; connector_at(i) != NULL; i++)
		offer(names, connector_at(i)->name);
}

static enum status
read_connector(const struct yaml_node *map, const char *name, const struct connector **out, struct reason *why)
{
	const struct yaml_node *node = yaml_get(map, "connector");
	const char *text = node != NULL ? yaml_text(node) : NULL;
	struct names known = { .n = 0 };
	offer_connectors(&known);
	const struct connector *connector = text != NULL ? connector_of(text) : NULL;
	if (connector == NULL && text != NULL)
		return fail_unknown(node, "connector", text, &known, why);
	if (connector == NULL)
		return yaml_fail(map, why, "the source '%s' does not say its connector ('juyan gateway --help' lists them)", name);
	*out = connector;
	return STATUS_OK;
}

/* Exactly one of the words that say where it is heard. */
static enum status
read_kind(const struct yaml_node *map, const char *name, const struct source_kind **out, struct reason *why)
{
	const struct source_kind *found = NULL;
	struct names known = { .n = 0 };
	char list[160];
	for (size_t i = 0; source_kind_at(i) != NULL; i++) {
		const struct source_kind *kind = source_kind_at(i);
		const struct yaml_node *node = yaml_get(map, kind->name);
		offer(&known, kind->name);
		if (node == NULL)
			continue;
		if (found != NULL)
			return yaml_fail(node, why, "the source '%s' says both %s and %s; one is expected", name, found->name,
			    kind->name);
		if (yaml_text(node) == NULL || yaml_text(node)[0] == '\0')
			return yaml_fail(node, why, "%s: expected %.150s", kind->name, kind->about);
		found = kind;
	}
	write_names(&known, list, sizeof list);
	if (found == NULL)
		return yaml_fail(map, why, "the source '%s' does not say where it is heard; expected one of: %s", name, list);
	*out = found;
	return STATUS_OK;
}

static enum status
check_source_names(const struct machine_source *source, struct reason *why)
{
	struct names known = { .n = 0 };
	offer(&known, "name");
	offer(&known, "connector");
	offer(&known, source->kind->name);
	offer_settings(&known, source->kind->settings);
	offer_settings(&known, source->connector->settings);
	return check_names(source->settings, &known, why);
}

/* Two that read the same line would count all twice; two of one folder would take files from each other. */
static enum status
check_place(const struct gateway_config *config, const struct machine_source *source, struct reason *why)
{
	const char *place = source_text(source, source->kind->name);
	if (source->kind == &listen_kind || source->kind == &mqtt_kind) /* the system refuses it; topics may differ */
		return STATUS_OK;
	for (size_t i = 0; i < config->n; i++)
		if (config->sources[i].kind == source->kind &&
		    strcmp(source_text(&config->sources[i], source->kind->name), place) == 0)
			return yaml_fail(yaml_get(source->settings, source->kind->name), why,
			    "'%s' and '%s' both hear %.128s; one is expected", config->sources[i].name, source->name, place);
	return STATUS_OK;
}

static enum status
read_source(struct gateway_config *config, const struct yaml_node *map, struct reason *why)
{
	struct machine_source source = { .settings = map };
	if (!yaml_is_map(map))
		return yaml_fail(map, why, "a source is a map: name, connector, and where it is heard");
	enum status status = read_name(config, map, &source.name, why);
	if (status == STATUS_OK)
		status = read_connector(map, source.name, &source.connector, why);
	if (status == STATUS_OK)
		status = read_kind(map, source.name, &source.kind, why);
	if (status == STATUS_OK)
		status = check_source_names(&source, why);
	if (status == STATUS_OK)
		status = check_place(config, &source, why);
	if (status != STATUS_OK)
		return status;
	source.place = (struct place){ source.name, config->port, config->offset_minutes,
		config->driver_secret[0] != '\0' ? config->driver_key : NULL };
	config->sources[config->n++] = source;
	return STATUS_OK;
}

static enum status
read_sources(struct gateway_config *config, const struct yaml_node *root, struct reason *why)
{
	const struct yaml_node *list = yaml_get(root, "sources");
	enum status status = STATUS_OK;
	if (list == NULL || !yaml_is_list(list) || yaml_count(list) == 0)
		return yaml_fail(list != NULL ? list : root, why,
		    "'sources' is a list of the machines that are heard; at least one");
	if (yaml_count(list) > GATEWAY_SOURCES_MAX)
		return yaml_fail(list, why, "%zu sources; at most %d are heard by one gateway", yaml_count(list),
		    GATEWAY_SOURCES_MAX);
	for (size_t i = 0; status == STATUS_OK && i < yaml_count(list); i++)
		status = read_source(config, yaml_item(list, i), why);
	return status;
}

/* ---- the whole ---- */

static enum status
read_setting(const struct setting *setting, const struct yaml_node *root, struct gateway_config *config, struct reason *why)
{
	const struct yaml_node *node = yaml_get(root, setting->name);
	char *field = (char *)config + setting->offset;
	if (setting->is_text) {
		const char *text = node == NULL ? setting->fallback : yaml_text(node);
		if (text == NULL || (text[0] == '\0' && setting->fallback == NULL))
			return yaml_fail(node != NULL ? node : root, why, "'%s' is missing: %s", setting->name, setting->prose);
		memcpy(field, &text, sizeof text);
		return STATUS_OK;
	}
	int64_t number = setting->number;
	enum status status = node == NULL ? STATUS_OK : yaml_number(node, setting->name, setting->min, setting->max, &number, why);
	if (status == STATUS_OK)
		memcpy(field, &number, sizeof number);
	return status;
}

static enum status
check_top(struct gateway_config *config, const struct yaml_node *root, struct reason *why)
{
	size_t bytes = strlen(config->port);
	if (bytes > PORT_BYTES_MAX || strspn(config->port, "abcdefghijklmnopqrstuvwxyz0123456789-_") != bytes)
		return yaml_fail(yaml_get(root, "port"), why, "port is '%.64s'; expected the id of a port, such as ceke",
		    config->port);
	if (!civil_parse_offset(config->utc_offset, &config->offset_minutes))
		return yaml_fail(yaml_get(root, "utc_offset"), why, "utc_offset is '%.64s'; expected one such as \"+08:00\"",
		    config->utc_offset);
	return STATUS_OK;
}

/* A key like any other, so that it is made, kept and refused like one. */
static enum status
read_driver_key(struct gateway_config *config, struct reason *why)
{
	struct key_pair pair;
	_Static_assert(sizeof pair.secret_key == sizeof config->driver_key, "one key is the other");
	if (config->driver_secret[0] == '\0')
		return STATUS_OK;
	enum status status = key_pair_load(config->driver_secret, &pair, why);
	if (status == STATUS_OK)
		memcpy(config->driver_key, pair.secret_key, sizeof config->driver_key);
	key_pair_wipe(&pair);
	return status;
}

static enum status
read_all(struct gateway_config *config, const char *path, struct reason *why)
{
	struct names known = { .n = 0 };
	const struct yaml_node *root = yaml_root(config->yaml);
	if (root == NULL || !yaml_is_map(root))
		return reason_say(why, STATUS_SYNTAX, "%.200s: a map of settings is expected ('juyan gateway --help')", path);
	for (size_t i = 0; i < SETTINGS; i++)
		offer(&known, settings[i].name);
	offer(&known, "sources");
	enum status status = check_names(root, &known, why);
	for (size_t i = 0; status == STATUS_OK && i < SETTINGS; i++)
		status = read_setting(&settings[i], root, config, why);
	if (status == STATUS_OK)
		status = check_top(config, root, why);
	if (status == STATUS_OK)
		status = read_driver_key(config, why);
	return status == STATUS_OK ? read_sources(config, root, why) : status;
}

enum status
gateway_config_read(const char *path, struct gateway_config *out, struct reason *why)
{
	memset(out, 0, sizeof *out);
	enum status status = yaml_open_file(path, &out->yaml, why);
	if (status == STATUS_OK)
		status = read_all(out, path, why);
	if (status != STATUS_OK)
		gateway_config_close(out);
	return status;
}

void
gateway_config_close(struct gateway_config *config)
{
	yaml_close(&config->yaml);
	sodium_memzero(config, sizeof *config);
}

const struct machine_source *
gateway_config_source(const struct gateway_config *config, const char *name)
{
	for (size_t i = 0; i < config->n; i++)
		if (strcmp(config->sources[i].name, name) == 0)
			return &config->sources[i];
	return NULL;
}

enum status
gateway_config_connector(const char *name, const struct yaml *own, struct reason *why)
{
	const struct connector *connector = connector_of(name);
	const struct yaml_node *root = own != NULL ? yaml_root(own) : NULL;
	struct names known = { .n = 0 };
	if (connector == NULL) {
		char list[160];
		offer_connectors(&known);
		write_names(&known, list, sizeof list);
		return reason_say(why, STATUS_SYNTAX, "there is no connector '%.32s'; known: %s", name, list);
	}
	offer_settings(&known, connector->settings);
	return root != NULL ? check_names(root, &known, why) : STATUS_OK;
}
