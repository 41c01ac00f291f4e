/* Expat tells of elements and texts; what it tells becomes a tree, as long as it stays within the bounds. */
#include "xml.h"

#include <expat.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "encoding.h"

struct builder {
	XML_Parser parser;
	struct arena *arena;
	struct xml_node *root, *open;
	size_t elements, depth;
	char *text; /* of the element that is open, since its last child */
	size_t text_bytes, text_room;
	enum status status; /* of the first thing that was too much */
	struct reason *why;
};

static void
fail(struct builder *builder, enum status status, const char *sentence)
{
	if (builder->status == STATUS_OK)
		builder->status =
		    reason_say(builder->why, status, "line %lu: %s", XML_GetCurrentLineNumber(builder->parser), sentence);
	XML_StopParser(builder->parser, XML_FALSE);
}

static const char *
copy(struct builder *builder, const char *text, size_t bytes)
{
	char *copied = arena_take(builder->arena, bytes + 1);
	if (copied == NULL)
		return NULL;
	memcpy(copied, text, bytes);
	copied[bytes] = '\0';
	return copied;
}

static const char *
local_name(const char *name)
{
	const char *colon = strrchr(name, ':');
	return colon != NULL ? colon + 1 : name;
}

/* ---- what expat calls ---- */

static bool
add_attributes(struct builder *builder, struct xml_node *node, const char **pairs)
{
	struct xml_attribute **end = &node->attributes;
	for (size_t i = 0; pairs[i] != NULL; i += 2) {
		const char *name = local_name(pairs[i]);
		struct xml_attribute *attribute = arena_take(builder->arena, sizeof *attribute);
		if (i / 2 >= XML_ATTRIBUTES_MAX)
			return fail(builder, STATUS_TOO_MANY, "an element has more than 64 attributes"), false;
		if (attribute == NULL)
			return false;
		*attribute = (struct xml_attribute){ copy(builder, name, strlen(name)),
			copy(builder, pairs[i + 1], strlen(pairs[i + 1])), NULL };
		if (attribute->name == NULL || attribute->value == NULL)
			return false;
		*end = attribute;
		end = &attribute->next;
	}
	return true;
}

/* The text that was gathered goes to the element that is open, behind what it has already. */
static bool
end_text(struct builder *builder)
{
	const char *from = builder->text, *to = from + builder->text_bytes;
	builder->text_bytes = 0;
	while (from < to && strchr(" \t\r\n", *from) != NULL)
		from++;
	while (from < to && strchr(" \t\r\n", to[-1]) != NULL)
		to--;
	if (from == to || builder->open == NULL)
		return true;
	size_t before = strlen(builder->open->text), bytes = (size_t)(to - from);
	char *text = arena_take(builder->arena, before + bytes + 1);
	if (text == NULL)
		return false;
	memcpy(text, builder->open->text, before);
	memcpy(text + before, from, bytes);
	text[before + bytes] = '\0';
	builder->open->text = text;
	return true;
}

static void
on_begin(void *user, const char *name, const char **attributes)
{
	struct builder *builder = user;
	struct xml_node *node = arena_take(builder->arena, sizeof *node), *parent = builder->open;
	if (++builder->elements > XML_ELEMENTS_MAX || builder->depth >= XML_DEPTH_MAX) {
		fail(builder, STATUS_TOO_MANY, "more elements, or deeper ones, than such a document has");
		return;
	}
	bool done = node != NULL && end_text(builder);
	if (done) {
		*node = (struct xml_node){ .text = "", .parent = parent, .line = XML_GetCurrentLineNumber(builder->parser) };
		node->name = copy(builder, local_name(name), strlen(local_name(name)));
		done = node->name != NULL && add_attributes(builder, node, attributes);
	}
	if (!done) {
		fail(builder, STATUS_NO_MEMORY, "the document is more than there is memory for");
		return;
	}
	if (parent == NULL)
		builder->root = node;
	else if (parent->last == NULL)
		parent->first = parent->last = node;
	else
		parent->last = parent->last->next = node;
	builder->open = node;
	builder->depth++;
}

static void
on_end(void *user, const char *name)
{
	struct builder *builder = user;
	(void)name;
	if (!end_text(builder))
		fail(builder, STATUS_NO_MEMORY, "the document is more than there is memory for");
	builder->open = builder->open->parent;
	builder->depth--;
}

static void
on_text(void *user, const char *text, int bytes)
{
	struct builder *builder = user;
	size_t n = (size_t)bytes;
	if (builder->text_bytes + n > builder->text_room) { /* cannot be: it has the room of the whole document */
		fail(builder, STATUS_TOO_LARGE, "a text is longer than its document");
		return;
	}
	memcpy(builder->text + builder->text_bytes, text, n);
	builder->text_bytes += n;
}

static void
on_doctype(void *user, const char *name, const char *system, const char *public, int has_subset)
{
	(void)name, (void)system, (void)public, (void)has_subset;
	fail(user, STATUS_SYNTAX, "a document type, which no machine needs; expected an element");
}

/* ---- reading ---- */

/* What the declaration says, cut out of the bytes; NULL: nothing that is known. In UTF-16 nothing is found, and the mark tells. */
static const char *
declared_encoding(struct span bytes, char *name, size_t room)
{
	char head[200];
	size_t n = bytes.bytes < sizeof head - 1 ? bytes.bytes : sizeof head - 1;
	memcpy(head, bytes.data, n);
	head[n] = '\0';
	if (n >= 2 && (memcmp(head, "\xFF\xFE", 2) == 0 || memcmp(head, "\xFE\xFF", 2) == 0))
		return "utf-16";
	const char *end = strstr(head, "?>"), *at = strstr(head, "encoding");
	if (end == NULL || at == NULL || at > end || (at = strpbrk(at, "'\"")) == NULL)
		return NULL;
	size_t length = strcspn(at + 1, "'\"");
	if (length >= room)
		return NULL;
	memcpy(name, at + 1, length);
	name[length] = '\0';
	return encoding_knows(name) ? name : NULL;
}

static enum status
parse(struct builder *builder, struct span text)
{
	if ((builder->parser = XML_ParserCreate("UTF-8")) == NULL)
		return reason_say(builder->why, STATUS_NO_MEMORY, "no memory to read XML");
	XML_SetUserData(builder->parser, builder);
	XML_SetElementHandler(builder->parser, on_begin, on_end);
	XML_SetCharacterDataHandler(builder->parser, on_text);
	XML_SetStartDoctypeDeclHandler(builder->parser, on_doctype);
	if (XML_Parse(builder->parser, (const char *)text.data, (int)text.bytes, XML_TRUE) != XML_STATUS_OK &&
	    builder->status == STATUS_OK)
		builder->status = reason_say(builder->why, STATUS_SYNTAX, "line %lu: no XML: %s",
		    XML_GetCurrentLineNumber(builder->parser), XML_ErrorString(XML_GetErrorCode(builder->parser)));
	XML_ParserFree(builder->parser);
	return builder->status;
}

enum status
xml_read(struct span bytes, struct arena *arena, const struct xml_node **root, struct reason *why)
{
	char name[32];
	struct span text;
	if (bytes.bytes > XML_BYTES_MAX)
		return reason_say(why, STATUS_TOO_LARGE, "%zu bytes of XML; expected at most %d", bytes.bytes, XML_BYTES_MAX);
	const char *declared = declared_encoding(bytes, name, sizeof name);
	enum status status = encoding_declared(declared, bytes, arena, &text, why);
	if (status != STATUS_OK)
		return status;
	struct builder builder = { .arena = arena, .text_room = text.bytes + 1, .why = why };
	if ((builder.text = arena_take(arena, builder.text_room)) == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "the document is more than there is memory for");
	if ((status = parse(&builder, text)) == STATUS_OK)
		*root = builder.root;
	return status;
}

/* ---- looking ---- */

const struct xml_node *
xml_child(const struct xml_node *node, const char *name)
{
	const struct xml_node *child = node != NULL ? node->first : NULL;
	while (child != NULL && strcmp(child->name, name) != 0)
		child = child->next;
	return child;
}

const struct xml_node *
xml_again(const struct xml_node *node)
{
	const struct xml_node *next = node != NULL ? node->next : NULL;
	while (next != NULL && strcmp(next->name, node->name) != 0)
		next = next->next;
	return next;
}

const struct xml_node *
xml_at(const struct xml_node *node, const char *path)
{
	char name[64];
	while (node != NULL && *path != '\0') {
		size_t bytes = strcspn(path, "/");
		if (bytes >= sizeof name)
			return NULL;
		memcpy(name, path, bytes);
		name[bytes] = '\0';
		node = xml_child(node, name);
		path += bytes + (path[bytes] == '/');
	}
	return node;
}

const struct xml_node *
xml_walk(const struct xml_node *top, const struct xml_node *at)
{
	if (at == NULL || at->first != NULL)
		return at != NULL ? at->first : NULL;
	while (at != top && at->next == NULL)
		at = at->parent;
	return at != top ? at->next : NULL;
}

const struct xml_node *
xml_find(const struct xml_node *node, const char *name)
{
	const struct xml_node *at = xml_walk(node, node);
	while (at != NULL && strcmp(at->name, name) != 0)
		at = xml_walk(node, at);
	return at;
}

const char *
xml_text(const struct xml_node *node)
{
	return node != NULL ? node->text : "";
}

const char *
xml_attribute(const struct xml_node *node, const char *name)
{
	const struct xml_attribute *attribute = node != NULL ? node->attributes : NULL;
	while (attribute != NULL && strcmp(attribute->name, name) != 0)
		attribute = attribute->next;
	return attribute != NULL ? attribute->value : "";
}

const char *
xml_path(const struct xml_node *node, char *buffer, size_t bytes)
{
	const char *names[XML_DEPTH_MAX];
	size_t n = 0, at = 0;
	for (; node != NULL && n < XML_DEPTH_MAX; node = node->parent)
		names[n++] = node->name;
	buffer[0] = '\0';
	while (n-- > 0 && at < bytes - 1) {
		int wrote = snprintf(buffer + at, bytes - at, "%s%s", at > 0 ? "/" : "", names[n]);
		at += wrote > 0 ? (size_t)wrote : 0;
	}
	return buffer;
}
