/*
 * YAML documents with line numbers: libyaml's events made into a tree of our own. Events rather than libyaml's documents, because
 * those follow aliases before anybody can refuse them; rather than libcyaml, because a range error has to name its line. A document
 * owns its nodes; each node knows its document for the sake of messages. One thread at a time.
 */
#include "yaml.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libyaml.h>

#include "wire.h"

enum { MAP_KEYS_MAX = 4096, LIST_ITEMS_MAX = 1000000 };

enum kind { SCALAR, LIST, MAP };

struct yaml_node {
	const struct yaml *yaml;
	enum kind kind;
	int line;
	char *text;               /* of a scalar */
	struct yaml_node **items; /* of a list; the values of a map */
	struct yaml_node **keys;  /* of a map: scalars */
	size_t n;
	size_t room;
};

struct yaml {
	char *name;
	struct yaml_node *root;
};

struct reading {
	yaml_parser_t parser;
	const struct yaml *yaml;
	struct reason *why;
};

static void
node_close(struct yaml_node *node)
{
	if (node == NULL)
		return;
	for (size_t i = 0; i < node->n; i++) {
		node_close(node->items[i]);
		if (node->keys != NULL)
			node_close(node->keys[i]);
	}
	free(node->items);
	free(node->keys);
	free(node->text);
	free(node);
}

/* ---- from events to nodes ---- */

static enum status
fail_at(const struct reading *reading, const yaml_mark_t *mark, const char *text)
{
	return reason_say(reading->why, STATUS_SYNTAX, "%s:%zu: %s", reading->yaml->name, mark->line + 1, text);
}

/* The caller deletes the event. */
static enum status
next_event(struct reading *reading, yaml_event_t *event)
{
	if (yaml_parser_parse(&reading->parser, event))
		return STATUS_OK;
	memset(event, 0, sizeof *event);
	const yaml_parser_t *parser = &reading->parser;
	if (parser->error == YAML_MEMORY_ERROR)
		return STATUS_NO_MEMORY;
	const char *problem = parser->problem == NULL ? "it is not YAML" : parser->problem;
	if (parser->error == YAML_READER_ERROR) /* it knows the place in bytes alone */
		return reason_say(reading->why, STATUS_SYNTAX, "%s: byte %zu: %s", reading->yaml->name, parser->problem_offset,
		    problem);
	return fail_at(reading, &parser->problem_mark, problem);
}

static enum status
refuse_decoration(const struct reading *reading, const yaml_event_t *event, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor != NULL)
		return fail_at(reading, &event->start_mark, "anchors (&name) are not read here");
	if (tag != NULL)
		return fail_at(reading, &event->start_mark, "tags (!name) are not read here");
	return STATUS_OK;
}

static enum status
node_make(const struct reading *reading, const yaml_event_t *event, enum kind kind, struct yaml_node **out)
{
	struct yaml_node *node = calloc(1, sizeof *node);
	if (node == NULL)
		return STATUS_NO_MEMORY;
	node->yaml = reading->yaml;
	node->kind = kind;
	node->line = (int)event->start_mark.line + 1;
	*out = node;
	return STATUS_OK;
}

/* Takes over key (NULL in a list) and value on success. */
static enum status
node_append(struct yaml_node *node, struct yaml_node *key, struct yaml_node *value)
{
	assert((node->kind == MAP) == (key != NULL));
	if (node->n == node->room) {
		size_t room = node->room == 0 ? 8 : node->room * 2;
		struct yaml_node **items = reallocarray(node->items, room, sizeof *items);
		if (items == NULL)
			return STATUS_NO_MEMORY;
		node->items = items;
		if (key != NULL) {
			struct yaml_node **keys = reallocarray(node->keys, room, sizeof *keys);
			if (keys == NULL)
				return STATUS_NO_MEMORY;
			node->keys = keys;
		}
		node->room = room;
	}
	if (key != NULL)
		node->keys[node->n] = key;
	node->items[node->n++] = value;
	return STATUS_OK;
}

static enum status
take_scalar(struct reading *reading, const yaml_event_t *event, struct yaml_node **out)
{
	enum status status = refuse_decoration(reading, event, event->data.scalar.anchor, event->data.scalar.tag);
	if (status != STATUS_OK)
		return status;
	const char *text = (const char *)event->data.scalar.value;
	if (memchr(text, '\0', event->data.scalar.length) != NULL)
		return fail_at(reading, &event->start_mark, "a text holds a NUL character");
	struct yaml_node *node;
	if ((status = node_make(reading, event, SCALAR, &node)) != STATUS_OK)
		return status;
	if ((node->text = strdup(text)) == NULL) {
		node_close(node);
		return STATUS_NO_MEMORY;
	}
	*out = node;
	return STATUS_OK;
}

static enum status take_node(struct reading *reading, const yaml_event_t *event, int depth, struct yaml_node **out);

/* Reads the next node; *out is NULL where the list or map ends instead. */
static enum status
take_next(struct reading *reading, int depth, struct yaml_node **out)
{
	yaml_event_t event;
	enum status status = next_event(reading, &event);
	if (status != STATUS_OK)
		return status;
	*out = NULL;
	if (event.type != YAML_SEQUENCE_END_EVENT && event.type != YAML_MAPPING_END_EVENT)
		status = take_node(reading, &event, depth, out);
	yaml_event_delete(&event);
	return status;
}

static enum status
check_key(const struct yaml_node *map, const struct yaml_node *key, struct reason *why)
{
	if (key->kind != SCALAR)
		return yaml_fail(key, why, "the name of a value has to be a plain text");
	const struct yaml_node *before = yaml_get(map, key->text);
	if (before != NULL)
		return yaml_fail(key, why, "'%.64s' stands here twice, first in line %d", key->text, before->line);
	if (map->n >= MAP_KEYS_MAX)
		return yaml_fail(key, why, "more than %d names in one map", MAP_KEYS_MAX);
	return STATUS_OK;
}

static enum status
fill_map(struct reading *reading, struct yaml_node *map, int depth)
{
	for (;;) {
		struct yaml_node *key = NULL, *value = NULL;
		enum status status = take_next(reading, depth, &key);
		if (status != STATUS_OK || key == NULL)
			return status;
		if ((status = check_key(map, key, reading->why)) == STATUS_OK)
			status = take_next(reading, depth, &value);
		if (status == STATUS_OK)
			status = node_append(map, key, value); /* libyaml gives every key a value, an empty one if need be */
		if (status != STATUS_OK) {
			node_close(key);
			node_close(value);
			return status;
		}
	}
}

static enum status
fill_list(struct reading *reading, struct yaml_node *list, int depth)
{
	for (;;) {
		struct yaml_node *item = NULL;
		enum status status = take_next(reading, depth, &item);
		if (status != STATUS_OK || item == NULL)
			return status;
		if (list->n >= LIST_ITEMS_MAX)
			status = yaml_fail(item, reading->why, "more than %d items in one list", LIST_ITEMS_MAX);
		if (status == STATUS_OK)
			status = node_append(list, NULL, item);
		if (status != STATUS_OK) {
			node_close(item);
			return status;
		}
	}
}

static enum status
take_collection(struct reading *reading, const yaml_event_t *event, int depth, struct yaml_node **out)
{
	bool map = event->type == YAML_MAPPING_START_EVENT;
	enum status status = map
	    ? refuse_decoration(reading, event, event->data.mapping_start.anchor, event->data.mapping_start.tag)
	    : refuse_decoration(reading, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
	if (status != STATUS_OK)
		return status;
	if (depth >= YAML_DEPTH_MAX)
		return reason_say(reading->why, STATUS_SYNTAX, "%s:%zu: nested more than %d deep", reading->yaml->name,
		    event->start_mark.line + 1, YAML_DEPTH_MAX);
	struct yaml_node *node;
	if ((status = node_make(reading, event, map ? MAP : LIST, &node)) != STATUS_OK)
		return status;
	status = map ? fill_map(reading, node, depth + 1) : fill_list(reading, node, depth + 1);
	if (status != STATUS_OK) {
		node_close(node);
		return status;
	}
	*out = node;
	return STATUS_OK;
}

static enum status
take_node(struct reading *reading, const yaml_event_t *event, int depth, struct yaml_node **out)
{
	if (event->type == YAML_SCALAR_EVENT)
		return take_scalar(reading, event, out);
	if (event->type == YAML_SEQUENCE_START_EVENT || event->type == YAML_MAPPING_START_EVENT)
		return take_collection(reading, event, depth, out);
	assert(event->type == YAML_ALIAS_EVENT); /* nothing else can stand where a node is due */
	return fail_at(reading, &event->start_mark, "aliases (*name) are not read here");
}

/* Stream start, at most one document, stream end. */
static enum status
take_stream(struct reading *reading, struct yaml_node **root)
{
	for (;;) {
		yaml_event_t event;
		enum status status = next_event(reading, &event);
		if (status != STATUS_OK)
			return status;
		yaml_event_type_t type = event.type;
		if (type == YAML_DOCUMENT_START_EVENT && *root != NULL)
			status = fail_at(reading, &event.start_mark, "a second document begins; one is read from a file");
		else if (type != YAML_STREAM_START_EVENT && type != YAML_STREAM_END_EVENT && type != YAML_DOCUMENT_START_EVENT &&
		    type != YAML_DOCUMENT_END_EVENT)
			status = take_node(reading, &event, 0, root);
		yaml_event_delete(&event);
		if (status != STATUS_OK || type == YAML_STREAM_END_EVENT)
			return status;
	}
}

/* ---- open and close ---- */

enum status
yaml_open_text(const char *name, const char *text, size_t bytes, struct yaml **out, struct reason *why)
{
	if (bytes > YAML_FILE_BYTES_MAX)
		return reason_say(why, STATUS_SYNTAX, "%s: it is larger than %d bytes", name, YAML_FILE_BYTES_MAX);
	struct yaml *yaml = calloc(1, sizeof *yaml);
	if (yaml == NULL || (yaml->name = strdup(name)) == NULL) {
		free(yaml);
		return reason_say(why, STATUS_NO_MEMORY, "%s: memory ran out", name);
	}
	struct reading reading = { .yaml = yaml, .why = why };
	enum status status = STATUS_NO_MEMORY;
	if (yaml_parser_initialize(&reading.parser)) {
		yaml_parser_set_input_string(&reading.parser, (const unsigned char *)text, bytes);
		status = take_stream(&reading, &yaml->root);
		yaml_parser_delete(&reading.parser);
	}
	if (status != STATUS_OK) {
		if (status == STATUS_NO_MEMORY)
			reason_say(why, status, "%s: memory ran out", name);
		yaml_close(&yaml);
		return status;
	}
	*out = yaml;
	return STATUS_OK;
}

/* Reads at most one byte more than is allowed, so that what is too large shows, also from a pipe. */
static enum status
read_all(const char *path, char **text, size_t *bytes, struct reason *why)
{
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return reason_say(why, STATUS_SYNTAX, "%s: it cannot be opened: %s", path, strerror(errno));
	enum status status = STATUS_OK;
	size_t room = (size_t)YAML_FILE_BYTES_MAX + 1;
	char *buffer = malloc(room);
	size_t n = 0;
	if (buffer == NULL)
		status = reason_say(why, STATUS_NO_MEMORY, "%s: memory ran out", path);
	else if ((n = fread(buffer, 1, room, file)) < room && ferror(file))
		status = reason_say(why, STATUS_SYNTAX, "%s: it cannot be read: %s", path, strerror(errno));
	fclose(file);
	if (status != STATUS_OK) {
		free(buffer);
		return status;
	}
	*text = buffer;
	*bytes = n;
	return STATUS_OK;
}

enum status
yaml_open_file(const char *path, struct yaml **out, struct reason *why)
{
	char *text = NULL;
	size_t bytes = 0;
	enum status status = read_all(path, &text, &bytes, why);
	if (status != STATUS_OK)
		return status;
	status = yaml_open_text(path, text, bytes, out, why);
	free(text);
	return status;
}

void
yaml_close(struct yaml **yaml)
{
	if (*yaml == NULL)
		return;
	node_close((*yaml)->root);
	free((*yaml)->name);
	free(*yaml);
	*yaml = NULL;
}

/* ---- what a node says ---- */

const struct yaml_node *
yaml_root(const struct yaml *yaml)
{
	return yaml->root;
}

bool
yaml_is_map(const struct yaml_node *node)
{
	return node->kind == MAP;
}

bool
yaml_is_list(const struct yaml_node *node)
{
	return node->kind == LIST;
}

const char *
yaml_text(const struct yaml_node *node)
{
	return node->text;
}

size_t
yaml_count(const struct yaml_node *node)
{
	return node->n;
}

const struct yaml_node *
yaml_item(const struct yaml_node *list, size_t i)
{
	assert(list->kind == LIST && i < list->n);
	return list->items[i];
}

const char *
yaml_key(const struct yaml_node *map, size_t i)
{
	assert(map->kind == MAP && i < map->n);
	return map->keys[i]->text;
}

const struct yaml_node *
yaml_value(const struct yaml_node *map, size_t i)
{
	assert(map->kind == MAP && i < map->n);
	return map->items[i];
}

const struct yaml_node *
yaml_get(const struct yaml_node *map, const char *key)
{
	assert(map->kind == MAP);
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->keys[i]->text, key) == 0)
			return map->items[i];
	return NULL;
}

int
yaml_line(const struct yaml_node *node)
{
	return node->line;
}

void
yaml_write_fail(const struct yaml_node *node, struct reason *why, const char *format, ...)
{
	char text[SENTENCE_BYTES_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	reason_write(why, "%s:%d: %s", node->yaml->name, node->line, text);
}

/* "a, b or c", cut where it does not fit. */
static void
name_allowed(const char *const *allowed, char *out, size_t bytes)
{
	size_t used = 0;
	for (size_t i = 0; allowed[i] != NULL && used < bytes; i++) {
		const char *between = i == 0 ? "" : allowed[i + 1] == NULL ? " or " : ", ";
		int n = snprintf(out + used, bytes - used, "%s%s", between, allowed[i]);
		used += n < 0 ? bytes : (size_t)n;
	}
}

enum status
yaml_only(const struct yaml_node *map, const char *const *allowed, struct reason *why)
{
	assert(allowed[0] != NULL);
	if (map->kind != MAP)
		return yaml_fail(map, why, "a map of names and values is expected here");
	for (size_t i = 0; i < map->n; i++) {
		size_t k = 0;
		while (allowed[k] != NULL && strcmp(allowed[k], map->keys[i]->text) != 0)
			k++;
		if (allowed[k] != NULL)
			continue;
		char names[SENTENCE_BYTES_MAX] = "";
		name_allowed(allowed, names, sizeof names);
		return yaml_fail(map->keys[i], why, "'%.64s' is not known here; expected: %s", map->keys[i]->text, names);
	}
	return STATUS_OK;
}

enum status
yaml_number(const struct yaml_node *node, const char *what, int64_t min, int64_t max, int64_t *out, struct reason *why)
{
	const char *text = node->text;
	/* strtoll alone would take blanks and a plus before the digits. */
	bool digits = text != NULL && (text[0] == '-' ? text[1] : text[0]) >= '0' && (text[0] == '-' ? text[1] : text[0]) <= '9';
	char *end = NULL;
	errno = 0;
	long long value = digits ? strtoll(text, &end, 10) : 0;
	if (!digits || *end != '\0' || errno != 0 || value < min || value > max)
		return yaml_fail(node, why, "%s is %s%.64s%s; expected: a whole number from %lld to %lld", what, text ? "'" : "",
		    text ? text : "a list or map", text ? "'" : "", (long long)min, (long long)max);
	*out = value;
	return STATUS_OK;
}

enum status
yaml_bool(const struct yaml_node *node, const char *what, bool *out, struct reason *why)
{
	const char *text = node->text == NULL ? "" : node->text;
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return yaml_fail(node, why, "%s is '%.64s'; expected: true or false", what, text);
	*out = text[0] == 't';
	return STATUS_OK;
}
